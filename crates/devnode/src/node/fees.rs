//! What gas costs: always the base fee, and nothing on top.

use alloy_eips::BlockId;
use alloy_primitives::U64;
use alloy_rpc_types_eth::FeeHistory;
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    errors::{invalid, not_found},
    ledger::Node,
};

/// Most blocks that a fee history covers.
const MOST_BLOCKS: u64 = 1_024;
/// Most percentiles that it gives for each.
const MOST_PERCENTILES: usize = 100;

pub(crate) fn gas_price(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(U64::from(node.ledger().chain.config().base_fee)))
}

/// Priority fees are never taken, as on Arbitrum.
pub(crate) fn max_priority_fee_per_gas(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!("0x0"))
}

/// There are no blobs; the least price there is.
pub(crate) fn blob_base_fee(_: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!("0x1"))
}

pub(crate) fn fee_history(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let count = arguments.number(0, "block count")?;
    let newest: BlockId = arguments.block(1)?;
    let percentiles: Vec<f64> = arguments.optional(2, "percentiles")?.unwrap_or_default();
    if percentiles.len() > MOST_PERCENTILES {
        return Err(invalid(format!(
            "parameter 2, percentiles: at most {MOST_PERCENTILES}"
        )));
    }
    let is_ordered =
        percentiles.is_sorted() && percentiles.iter().all(|p| (0.0..=100.0).contains(p));
    if !is_ordered {
        return Err(invalid(
            "parameter 2, percentiles: must rise and lie between 0 and 100",
        ));
    }
    let ledger = node.ledger();
    let newest = ledger
        .resolve(newest)
        .ok_or_else(|| not_found("header not found"))?
        .min(ledger.last());
    let count = count.min(MOST_BLOCKS).min(newest + 1);
    let oldest = newest + 1 - count;
    let config = ledger.chain.config();
    let base_fee = u128::from(config.base_fee);
    let ratios = (oldest..=newest).take(count as usize).map(|number| {
        let used = ledger.chain.block(number).map_or(0, |block| block.gas_used);
        used as f64 / config.block_gas_limit as f64
    });
    let history = FeeHistory {
        oldest_block: oldest,
        base_fee_per_gas: vec![base_fee; count as usize + 1],
        gas_used_ratio: ratios.collect(),
        base_fee_per_blob_gas: Vec::new(),
        blob_gas_used_ratio: Vec::new(),
        reward: (!percentiles.is_empty()).then(|| vec![vec![0; percentiles.len()]; count as usize]),
    };
    to_json(&history)
}

/// An answer as JSON.
pub(crate) fn to_json(answer: &impl serde::Serialize) -> RpcResult<Value> {
    serde_json::to_value(answer)
        .map_err(|error| super::errors::internal(format!("answer cannot be written: {error}")))
}
