//! Editing accounts, and sending for accounts without their key.

use alloy_primitives::{Address, Bytes, B256, U256, U64};
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{arguments::Arguments, ledger::Node, network::CLIENT_VERSION};

pub(crate) fn set_balance(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let balance: U256 = arguments.required(1, "balance")?;
    node.edit(|chain| chain.set_balance(address, balance))
}

pub(crate) fn set_code(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let code: Bytes = arguments.required(1, "code")?;
    node.edit(|chain| chain.set_code(address, code))
}

pub(crate) fn set_nonce(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let nonce = arguments.number(1, "nonce")?;
    node.edit(|chain| chain.set_nonce(address, nonce))
}

pub(crate) fn set_storage_at(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let slot: U256 = arguments.required(1, "slot")?;
    let value: U256 = arguments.required(2, "value")?;
    node.edit(|chain| chain.set_storage(address, slot, value))
}

pub(crate) fn impersonate(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    node.ledger().impersonated.insert(address);
    Ok(json!(true))
}

pub(crate) fn stop_impersonating(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    Ok(json!(node.ledger().impersonated.remove(&address)))
}

pub(crate) fn impersonate_all(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    node.ledger().impersonate_all = arguments.required(0, "on")?;
    Ok(json!(true))
}

/// `anvil_nodeInfo`, `hardhat_metadata`: what tools look at to know with whom they speak.
pub(crate) fn node_info(node: &Node, _: &Arguments) -> RpcResult<Value> {
    let ledger = node.ledger();
    let last = ledger.last();
    Ok(json!({
        "clientVersion": CLIENT_VERSION,
        "chainId": ledger.chain.config().chain_id,
        "currentBlockNumber": U64::from(last),
        "currentBlockTimestamp": ledger.chain.block(last).map_or(0, |block| block.timestamp),
        "currentBlockHash": ledger.sealed(last).map_or(B256::ZERO, |sealed| sealed.hash),
        "latestBlockNumber": last,
        "latestBlockHash": ledger.sealed(last).map_or(B256::ZERO, |sealed| sealed.hash),
        "arbosVersion": ledger.chain.config().arbos_version,
        "automine": ledger.automine,
    }))
}
