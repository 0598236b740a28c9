//! Sending transactions; transactions and receipts as clients read them.

use std::{sync::Arc, time::Duration};

use alloy_consensus::{
    transaction::{Recovered, SignerRecoverable},
    SignableTransaction, TxEnvelope, TypedTransaction,
};
use alloy_eips::{eip2718::Decodable2718, BlockId};
use alloy_primitives::{hex, Address, Bytes, Signature, B256, U256, U64};
use alloy_rpc_types_eth::{Log as RpcLog, Transaction, TransactionReceipt, TransactionRequest};
use jsonrpsee::{
    core::{RegisterMethodError, RpcResult},
    types::ErrorObjectOwned,
    RpcModule,
};
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    calls::call_tx,
    errors::{internal, invalid, of_chain, refused},
    fees::to_json,
    header::consensus_receipt,
    ledger::{encoded, Included, Ledger, Node},
};

/// The method that has to wait, now and then.
pub(crate) const SEND_RAW: &str = "eth_sendRawTransaction";
/// How long a transaction waits for those before it: clients send several at once, and they may overtake one another on the
/// way. (Arbitrum's sequencer waits one second.)
const NONCE_PATIENCE: Duration = Duration::from_secs(1);
const NONCE_RETRY: Duration = Duration::from_millis(20);

// --- sending ---

/// Registers `eth_sendRawTransaction`.
pub(crate) fn register_send_raw(module: &mut RpcModule<Node>) -> Result<(), RegisterMethodError> {
    module.register_async_method(SEND_RAW, |params, node, _| async move {
        let arguments = Arguments::new(&params)?;
        let raw: Bytes = arguments.required(0, "signed transaction")?;
        let deadline = tokio::time::Instant::now() + NONCE_PATIENCE;
        let included = in_background(move || recovered(&raw)).await?;
        loop {
            let (node, included) = (node.clone(), included.clone());
            let waits = tokio::time::Instant::now() < deadline;
            let sent = in_background(move || send_in_turn(&node, included, waits)).await?;
            match sent {
                Some(hash) => return Ok::<_, ErrorObjectOwned>(hash),
                None => tokio::time::sleep(NONCE_RETRY).await,
            }
        }
    })?;
    Ok(())
}

async fn in_background<R: Send + 'static>(
    work: impl FnOnce() -> RpcResult<R> + Send + 'static,
) -> RpcResult<R> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| internal(format!("the request failed: {error}")))?
}

/// Sends a transaction; none if others of its sender must come first and `waits` is set.
fn send_in_turn(node: &Arc<Node>, included: Included, waits: bool) -> RpcResult<Option<B256>> {
    let mut ledger = node.ledger();
    let nonce = alloy_consensus::Transaction::nonce(&included.envelope);
    if waits && nonce > ledger.chain.nonce(included.from) {
        return Ok(None);
    }
    ledger.submit(included).map(Some)
}

/// A signed transaction from its encoding, with its sender.
fn recovered(raw: &[u8]) -> RpcResult<Included> {
    let mut rest = raw;
    let envelope = TxEnvelope::decode_2718(&mut rest)
        .map_err(|error| invalid(format!("not a signed transaction: {error}")))?;
    if !rest.is_empty() {
        return Err(invalid(format!(
            "not a signed transaction: {} bytes too many",
            rest.len()
        )));
    }
    let from = envelope
        .recover_signer()
        .map_err(|_| refused("invalid transaction signature"))?;
    Ok(Included { envelope, from })
}

/// `eth_sendTransaction`: signed with a funded account's key, or not at all for an impersonated account.
pub(crate) fn send(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let request: TransactionRequest = arguments.required(0, "transaction")?;
    let mut ledger = node.ledger();
    let included = signed(node, &mut ledger, request)?;
    ledger.submit(included).map(|hash| json!(hash))
}

/// `eth_signTransaction`.
pub(crate) fn sign(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let request: TransactionRequest = arguments.required(0, "transaction")?;
    let included = signed(node, &mut node.ledger(), request)?;
    let raw = encoded(&included.envelope);
    let tx = Transaction {
        inner: Recovered::new_unchecked(included.envelope, included.from),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    };
    Ok(json!({ "raw": hex::encode_prefixed(raw), "tx": to_json(&tx)? }))
}

/// Completes and signs a transaction.
fn signed(node: &Node, ledger: &mut Ledger, request: TransactionRequest) -> RpcResult<Included> {
    let from = match request.from {
        Some(from) => from,
        None => node
            .keys
            .first()
            .ok_or_else(|| invalid("parameter 0, transaction: from is missing"))?
            .address(),
    };
    let transaction = completed(ledger, request, from)?;
    let is_impersonated = ledger.impersonate_all || ledger.impersonated.contains(&from);
    let signature = match node.account(from) {
        Ok(account) => account.sign(transaction.signature_hash())?,
        // Whoever looks sees that nobody has signed: the sender's address, and a one.
        Err(_) if is_impersonated => {
            Signature::new(U256::from_be_slice(from.as_slice()), U256::from(1), false)
        }
        Err(error) => return Err(error),
    };
    let envelope = transaction.into_envelope(signature);
    Ok(Included { envelope, from })
}

/// Fills in what the client left open.
fn completed(
    ledger: &mut Ledger,
    mut request: TransactionRequest,
    from: Address,
) -> RpcResult<TypedTransaction> {
    request.from = Some(from);
    let mut tx = call_tx(&request)?;
    let config = ledger.chain.config();
    let (chain_id, base_fee) = (config.chain_id, u128::from(config.base_fee));
    request.chain_id.get_or_insert(chain_id);
    request.input = tx.data.clone().into();
    if request.to.is_none() {
        request.to = Some(alloy_primitives::TxKind::Create);
    }
    let nonce = ledger.chain.nonce(from);
    tx.nonce = Some(*request.nonce.get_or_insert(nonce));
    if request.gas_price.is_none() {
        let tip = *request.max_priority_fee_per_gas.get_or_insert(0);
        request
            .max_fee_per_gas
            .get_or_insert(base_fee.saturating_mul(2).max(tip));
    }
    if request.gas.is_none() {
        request.gas = Some(ledger.chain.estimate_gas(tx).map_err(of_chain)?);
    }
    request.build_typed_tx().map_err(|_| {
        invalid("parameter 0, transaction: its fields belong to different transaction types")
    })
}

// --- reading ---

/// A transaction with its place.
pub(crate) fn rpc_transaction(
    ledger: &Ledger,
    included: &Included,
    block: u64,
    index: usize,
) -> Transaction {
    let sealed = ledger.sealed(block);
    Transaction {
        inner: Recovered::new_unchecked(included.envelope.clone(), included.from),
        block_hash: sealed.map(|sealed| sealed.hash),
        block_number: sealed.map(|_| block),
        transaction_index: sealed.map(|_| index as u64),
        effective_gas_price: sealed.map(|_| u128::from(ledger.chain.config().base_fee)),
        block_timestamp: None,
    }
}

/// The receipt of a transaction in a closed block, with what Arbitrum's nodes add.
pub(crate) fn rpc_receipt(ledger: &Ledger, block: u64, index: usize) -> RpcResult<Value> {
    let lost = || internal("a receipt is missing");
    let sealed = ledger.sealed(block).ok_or_else(lost)?;
    let included = sealed.transactions.get(index).ok_or_else(lost)?;
    let receipts = ledger.receipts(block);
    let (receipt, logs_before, gas_before) = receipts.get(index).ok_or_else(lost)?;
    let timestamp = sealed.header.timestamp;
    let mut log_index = *logs_before as u64;
    let inner = consensus_receipt(receipt, &included.envelope, *gas_before).map_logs(|log| {
        log_index += 1;
        RpcLog {
            inner: log,
            block_hash: Some(sealed.hash),
            block_number: Some(block),
            block_timestamp: Some(timestamp),
            transaction_hash: Some(receipt.transaction_hash),
            transaction_index: Some(index as u64),
            log_index: Some(log_index - 1),
            removed: false,
        }
    });
    let mut json = to_json(&TransactionReceipt {
        inner,
        transaction_hash: receipt.transaction_hash,
        transaction_index: Some(index as u64),
        block_hash: Some(sealed.hash),
        block_number: Some(block),
        gas_used: receipt.gas_used,
        effective_gas_price: receipt.effective_gas_price.into(),
        blob_gas_used: None,
        blob_gas_price: None,
        from: receipt.from,
        to: receipt.to,
        contract_address: receipt.contract_address,
    })?;
    if let Value::Object(fields) = &mut json {
        let l1_block_number = ledger
            .chain
            .block(block)
            .map_or(0, |block| block.l1_block_number);
        // Posting to L1 costs nothing here.
        fields.insert("gasUsedForL1".into(), json!("0x0"));
        fields.insert("l1BlockNumber".into(), json!(U64::from(l1_block_number)));
    }
    Ok(json)
}

pub(crate) fn by_hash(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let hash: B256 = arguments.required(0, "transaction hash")?;
    let ledger = node.ledger();
    let Some((block, index)) = ledger.find(hash) else {
        return Ok(Value::Null);
    };
    transaction_json(&ledger, block, index)
}

pub(crate) fn by_block_and_index(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let block: BlockId = arguments.required(0, "block")?;
    let index = arguments.number(1, "index")?;
    let ledger = node.ledger();
    match (ledger.resolve(block), usize::try_from(index)) {
        (Some(block), Ok(index)) => transaction_json(&ledger, block, index),
        _ => Ok(Value::Null),
    }
}

fn transaction_json(ledger: &Ledger, block: u64, index: usize) -> RpcResult<Value> {
    match ledger.included(block, index) {
        Some(included) => to_json(&rpc_transaction(ledger, included, block, index)),
        None => Ok(Value::Null),
    }
}

pub(crate) fn raw_by_hash(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let hash: B256 = arguments.required(0, "transaction hash")?;
    let ledger = node.ledger();
    let found = ledger.find(hash);
    let included = found.and_then(|(block, index)| ledger.included(block, index));
    Ok(included.map_or(Value::Null, |included| {
        json!(hex::encode_prefixed(encoded(&included.envelope)))
    }))
}

/// `eth_getTransactionReceipt`: null while the block is open.
pub(crate) fn receipt(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let hash: B256 = arguments.required(0, "transaction hash")?;
    let ledger = node.ledger();
    match ledger.find(hash) {
        Some((block, index)) if block <= ledger.last() => rpc_receipt(&ledger, block, index),
        _ => Ok(Value::Null),
    }
}
