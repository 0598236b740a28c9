//! `net_…`, `web3_…`, and what is said of the chain as a whole.

use alloy_primitives::{keccak256, Bytes, U64};
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{arguments::Arguments, ledger::Node};

/// What the node calls itself.
pub(crate) const CLIENT_VERSION: &str = concat!("breakwater-devnode/v", env!("CARGO_PKG_VERSION"));

pub(crate) fn chain_id(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(U64::from(node.chain_id)))
}

pub(crate) fn version(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(node.chain_id.to_string()))
}

pub(crate) fn syncing(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(false))
}

pub(crate) fn mining(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(false))
}

pub(crate) fn hashrate(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!("0x0"))
}

pub(crate) fn coinbase(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(node.ledger().chain.config().coinbase))
}

pub(crate) fn protocol_version(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!("0x41"))
}

pub(crate) fn listening(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(true))
}

pub(crate) fn peer_count(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!("0x0"))
}

pub(crate) fn client_version(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(CLIENT_VERSION))
}

pub(crate) fn sha3(_: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let data: Bytes = arguments.required(0, "data")?;
    Ok(json!(keccak256(data)))
}
