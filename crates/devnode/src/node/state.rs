//! Accounts at a block.

use alloy_primitives::{Address, B256, U256, U64};
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{arguments::Arguments, errors::unsupported, ledger::Node};

pub(crate) fn balance(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let block = arguments.block(1)?;
    let balance = node.ledger().at(block, |chain| chain.balance(address))?;
    Ok(json!(balance))
}

pub(crate) fn code(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let block = arguments.block(1)?;
    let code = node.ledger().at(block, |chain| chain.code(address))?;
    Ok(json!(code))
}

pub(crate) fn storage_at(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let slot: U256 = arguments.required(1, "slot")?;
    let block = arguments.block(2)?;
    let value = node
        .ledger()
        .at(block, |chain| chain.storage(address, slot))?;
    Ok(json!(B256::from(value)))
}

pub(crate) fn transaction_count(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let block = arguments.block(1)?;
    let nonce = node.ledger().at(block, |chain| chain.nonce(address))?;
    Ok(json!(U64::from(nonce)))
}

/// `eth_getProof`: there is no trie to prove anything from.
pub(crate) fn proof(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Err(unsupported(
        "eth_getProof is not supported: this node keeps no state trie, and its headers have no state root",
    ))
}
