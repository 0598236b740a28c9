//! Blocks as clients read them.

use alloy_consensus::Header;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U256, U64};
use alloy_rpc_types_eth::{Block, BlockTransactions, Header as RpcHeader};
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    fees::to_json,
    ledger::{Ledger, Node},
    transactions::{rpc_receipt, rpc_transaction},
};

pub(crate) fn number(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(U64::from(node.ledger().last())))
}

pub(crate) fn by_number(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let block: BlockNumberOrTag = arguments.required(0, "block")?;
    block_json(node, block.into(), arguments)
}

pub(crate) fn by_hash(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let hash: B256 = arguments.required(0, "block hash")?;
    block_json(node, hash.into(), arguments)
}

fn block_json(node: &Node, block: BlockId, arguments: &Arguments) -> RpcResult<Value> {
    let full = arguments
        .optional(1, "full transactions")?
        .unwrap_or_default();
    let ledger = node.ledger();
    match ledger.resolve(block) {
        Some(number) => rpc_block(&ledger, number, full),
        None => Ok(Value::Null),
    }
}

/// A block by number; the open one has no hash.
fn rpc_block(ledger: &Ledger, number: u64, full: bool) -> RpcResult<Value> {
    let sealed = ledger.sealed(number);
    let (header, hash, count) = match sealed {
        Some(sealed) => (
            sealed.header.clone(),
            Some(sealed.hash),
            sealed.transactions.len(),
        ),
        None => (ledger.open_block().1, None, ledger.open.len()),
    };
    let included = (0..count).filter_map(|index| ledger.included(number, index));
    let transactions = match full {
        true => BlockTransactions::Full(
            included
                .enumerate()
                .map(|(index, included)| rpc_transaction(ledger, included, number, index))
                .collect(),
        ),
        false => BlockTransactions::Hashes(included.map(|included| included.hash()).collect()),
    };
    let mut header_json = rpc_header(header, hash)?;
    let block = to_json(&Block {
        header: json!({}),
        uncles: Vec::new(),
        transactions,
        withdrawals: None,
    })?;
    if let (Value::Object(header), Value::Object(rest)) = (&mut header_json, block) {
        header.extend(rest);
    }
    Ok(header_json)
}

/// A header, with what Arbitrum's nodes say of it beside.
pub(crate) fn rpc_header(header: Header, hash: Option<B256>) -> RpcResult<Value> {
    let size = alloy_consensus::private::alloy_rlp::encode(&header).len();
    let words = header.mix_hash;
    let l1_block_number = words
        .get(8..16)
        .map(B256::left_padding_from)
        .unwrap_or_default();
    let mut json = to_json(&RpcHeader {
        hash: hash.unwrap_or_default(),
        inner: header,
        total_difficulty: None,
        size: Some(U256::from(size)),
    })?;
    if let Value::Object(fields) = &mut json {
        fields.insert(
            "l1BlockNumber".into(),
            json!(U256::from_be_bytes(l1_block_number.0)),
        );
        fields.insert("sendCount".into(), json!("0x0"));
        fields.insert("sendRoot".into(), json!(B256::ZERO));
        if hash.is_none() {
            for unknown in ["hash", "nonce", "miner"] {
                fields.insert(unknown.into(), Value::Null);
            }
        }
    }
    Ok(json)
}

pub(crate) fn receipts(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let block: BlockId = arguments.required(0, "block")?;
    let ledger = node.ledger();
    let Some(number) = ledger
        .resolve(block)
        .filter(|number| *number <= ledger.last())
    else {
        return Ok(Value::Null);
    };
    let count = ledger
        .sealed(number)
        .map_or(0, |sealed| sealed.transactions.len());
    (0..count)
        .map(|index| rpc_receipt(&ledger, number, index))
        .collect()
}

pub(crate) fn transaction_count_by_number(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let block: BlockNumberOrTag = arguments.required(0, "block")?;
    transaction_count(node, block.into())
}

pub(crate) fn transaction_count_by_hash(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let hash: B256 = arguments.required(0, "block hash")?;
    transaction_count(node, hash.into())
}

fn transaction_count(node: &Node, block: BlockId) -> RpcResult<Value> {
    let ledger = node.ledger();
    let Some(number) = ledger.resolve(block) else {
        return Ok(Value::Null);
    };
    let count = match ledger.sealed(number) {
        Some(sealed) => sealed.transactions.len(),
        None => ledger.open.len(),
    };
    Ok(json!(U64::from(count)))
}

/// No block has uncles.
pub(crate) fn uncle_count(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let block: BlockId = arguments.required(0, "block")?;
    let known = node.ledger().resolve(block);
    Ok(known.map_or(Value::Null, |_| json!("0x0")))
}

/// No block has uncles.
pub(crate) fn uncle(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(Value::Null)
}
