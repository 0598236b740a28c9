//! Calls that keep nothing, and estimates.

use alloy_eips::{
    eip2930::{AccessList, AccessListItem, AccessListResult},
    BlockId, BlockNumberOrTag,
};
use alloy_primitives::{Address, U256, U64};
use alloy_rpc_types_eth::{
    state::{AccountOverride, StateOverride},
    BlockOverrides, TransactionRequest,
};
use jsonrpsee::core::RpcResult;
use revm::state::Bytecode;
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    errors::{failed_call, invalid, of_chain, reason_text, unsupported},
    fees::to_json,
    ledger::{Ledger, Node},
};
use crate::{
    chain::{AccountDiff, Chain, Moment, StateDiff},
    transaction::Tx,
};

/// Most accounts and slots that a call may override.
const MOST_OVERRIDES: usize = 10_000;

/// What a request means as a call. What it says of gas prices is left out: calls pay nothing.
pub(crate) fn call_tx(request: &TransactionRequest) -> RpcResult<Tx> {
    let data = request
        .input
        .unique_input()
        .map_err(|_| invalid("transaction: input and data are both given, and differ"))?;
    let list = request.access_list.iter().flat_map(|list| list.iter());
    Ok(Tx {
        from: request.from.unwrap_or_default(),
        to: request.to.and_then(|to| to.to().copied()),
        value: request.value.unwrap_or_default(),
        data: data.cloned().unwrap_or_default(),
        gas_limit: request.gas,
        gas_price: None,
        nonce: None,
        access_list: list
            .map(|item| (item.address, item.storage_keys.clone()))
            .collect(),
    })
}

/// The call that a request describes, with no more gas than a transaction may have.
pub(crate) fn capped_tx(request: &TransactionRequest, chain: &Chain) -> RpcResult<Tx> {
    let mut tx = call_tx(request)?;
    let most = chain.config().transaction_gas_limit;
    tx.gas_limit = tx.gas_limit.map(|gas| gas.min(most));
    Ok(tx)
}

/// Accounts as a call shall see them.
pub(crate) fn overrides(chain: &Chain, wanted: &StateOverride) -> RpcResult<StateDiff> {
    let slots = |account: &AccountOverride| {
        let maps = [&account.state, &account.state_diff];
        maps.into_iter()
            .flatten()
            .map(|map| map.len())
            .sum::<usize>()
    };
    if wanted.len() + wanted.values().map(slots).sum::<usize>() > MOST_OVERRIDES {
        return Err(super::errors::too_much(format!(
            "state overrides: more than {MOST_OVERRIDES} accounts and slots"
        )));
    }
    let mut diff = StateDiff::default();
    for (address, account) in wanted {
        let change = overridden(chain, *address, account)?;
        diff.accounts.insert(*address, change);
    }
    Ok(diff)
}

fn overridden(chain: &Chain, address: Address, wanted: &AccountOverride) -> RpcResult<AccountDiff> {
    if wanted.move_precompile_to.is_some() {
        return Err(unsupported(
            "state overrides: movePrecompileToAddress is not supported",
        ));
    }
    if wanted.state.is_some() && wanted.state_diff.is_some() {
        return Err(invalid(format!(
            "state overrides: both state and stateDiff for {address}"
        )));
    }
    let mut info = chain.info(address);
    if let Some(balance) = wanted.balance {
        info.balance = balance;
    }
    if let Some(nonce) = wanted.nonce {
        info.nonce = nonce;
    }
    if let Some(code) = &wanted.code {
        let code = Bytecode::new_legacy(code.clone());
        info.code_hash = code.hash_slow();
        info.code = Some(code);
    }
    let mut change = AccountDiff {
        info: Some(Some(info)),
        ..AccountDiff::default()
    };
    if wanted.state.is_some() {
        let present = chain.storage_slots(address);
        change
            .storage
            .extend(present.map(|slot| (slot, U256::ZERO)));
    }
    let maps = [&wanted.state, &wanted.state_diff];
    for (slot, value) in maps.into_iter().flatten().flatten() {
        change.storage.insert((*slot).into(), (*value).into());
    }
    Ok(change)
}

/// Runs `look` on the state and block that a call asks for.
pub(crate) fn looking<R>(
    ledger: &mut Ledger,
    block: BlockId,
    state: Option<StateOverride>,
    blocks: Option<BlockOverrides>,
    look: impl FnOnce(&mut Chain) -> RpcResult<R>,
) -> RpcResult<R> {
    ledger.at(block, |chain| {
        let diff = overrides(chain, &state.unwrap_or_default())?;
        let blocks = blocks.unwrap_or_default();
        let number = blocks.number.map(|number| number.saturating_to());
        chain.with_block(blocks.time, number, |chain| {
            chain.with_overrides(&diff, look)
        })
    })?
}

/// `eth_call`: transaction, block, state overrides, block overrides.
pub(crate) fn call(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let request: TransactionRequest = arguments.required(0, "transaction")?;
    let block = arguments.block(1)?;
    let state = arguments.optional(2, "state overrides")?;
    let blocks = arguments.optional(3, "block overrides")?;
    let ledger = &mut *node.ledger();
    let result = looking(ledger, block, state, blocks, |chain| {
        let tx = capped_tx(&request, chain)?;
        chain.call(tx).map_err(of_chain)
    })?;
    match result.is_success() {
        true => Ok(json!(result.output)),
        false => Err(failed_call(&result.status, &result.output)),
    }
}

/// `eth_estimateGas`: transaction, block, state overrides. At the latest block it is the open one that counts: that is where
/// the transaction will run.
pub(crate) fn estimate_gas(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let request: TransactionRequest = arguments.required(0, "transaction")?;
    let block = arguments.block(1)?;
    let state: Option<StateOverride> = arguments.optional(2, "state overrides")?;
    let ledger = &mut *node.ledger();
    let block = match ledger.moment(block)? {
        Moment::EndOf(number) if number == ledger.last() => BlockNumberOrTag::Pending.into(),
        _ => block,
    };
    let gas = looking(ledger, block, state, None, |chain| {
        let tx = capped_tx(&request, chain)?;
        chain.estimate_gas(tx).map_err(of_chain)
    })?;
    Ok(json!(U64::from(gas)))
}

/// `eth_createAccessList`: transaction, block.
pub(crate) fn create_access_list(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let request: TransactionRequest = arguments.required(0, "transaction")?;
    let block = arguments.block(1)?;
    let state = arguments.optional(2, "state overrides")?;
    let ledger = &mut *node.ledger();
    let result = looking(ledger, block, state, None, |chain| {
        let mut tx = capped_tx(&request, chain)?;
        let (_, accessed) = chain.call_listing(tx.clone()).map_err(of_chain)?;
        tx.access_list = accessed;
        // With the list the transaction costs something else.
        let listed = chain.call(tx.clone()).map_err(of_chain)?;
        Ok((tx.access_list, listed))
    })?;
    let (accessed, listed) = result;
    let items = accessed
        .into_iter()
        .map(|(address, storage_keys)| AccessListItem {
            address,
            storage_keys,
        });
    to_json(&AccessListResult {
        access_list: AccessList(items.collect()),
        gas_used: U256::from(listed.gas_used),
        error: (!listed.is_success()).then(|| match reason_text(&listed.output) {
            Some(reason) => format!("execution reverted: {reason}"),
            None => listed.status.to_string(),
        }),
    })
}
