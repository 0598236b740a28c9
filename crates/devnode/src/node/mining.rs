//! Time, blocks and snapshots.

use alloy_primitives::U64;
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    errors::{of_chain, too_much},
    ledger::Node,
};
use crate::chain::SnapshotId;

/// Most blocks mined by one request.
const MOST_BLOCKS: u64 = 100_000;

/// `evm_mine`: closes a block, at a time if one is given (a number, or `{ timestamp }`).
pub(crate) fn mine_one(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let mut ledger = node.ledger();
    let first: Option<Value> = arguments.optional(0, "timestamp")?;
    let (timestamp, blocks) = match first {
        Some(Value::Object(options)) => {
            let number = |name: &str| {
                let value = options.get(name).cloned().unwrap_or_default();
                Arguments::of(vec![value]).optional_number(0, name)
            };
            (number("timestamp")?, number("blocks")?)
        }
        _ => (arguments.optional_number(0, "timestamp")?, None),
    };
    if let Some(timestamp) = timestamp {
        ledger.chain.set_time(timestamp).map_err(of_chain)?;
    }
    let blocks = blocks.unwrap_or(1);
    require_few(blocks)?;
    for _ in 0..blocks {
        ledger.mine()?;
    }
    Ok(json!("0x0"))
}

/// `anvil_mine`, `hardhat_mine`: number of blocks, seconds between them.
pub(crate) fn mine_many(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let blocks = arguments.optional_number(0, "blocks")?.unwrap_or(1);
    let interval = arguments.optional_number(1, "interval")?;
    require_few(blocks)?;
    let mut ledger = node.ledger();
    let step = ledger.chain.config().seconds_per_block;
    for index in 0..blocks {
        // The open block is one step ahead already.
        if let (Some(interval), 1..) = (interval, index) {
            let before = ledger.chain.timestamp().saturating_sub(step);
            let time = before.saturating_add(interval);
            ledger.chain.set_time(time).map_err(of_chain)?;
        }
        ledger.mine()?;
    }
    Ok(Value::Null)
}

fn require_few(blocks: u64) -> RpcResult<()> {
    match blocks > MOST_BLOCKS {
        true => Err(too_much(format!("at most {MOST_BLOCKS} blocks at a time"))),
        false => Ok(()),
    }
}

/// `evm_increaseTime`: seconds. Returns how far the next block is ahead of the last one.
pub(crate) fn increase_time(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let seconds = arguments.number(0, "seconds")?;
    let mut ledger = node.ledger();
    ledger.chain.increase_time(seconds).map_err(of_chain)?;
    let last = ledger.last();
    let before = ledger.chain.block(last).map_or(0, |block| block.timestamp);
    Ok(json!(ledger.chain.timestamp().saturating_sub(before)))
}

/// `evm_setTime`: time of the next block, in seconds (or milliseconds, as JavaScript has it).
pub(crate) fn set_time(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    /// Later than this it must be milliseconds: seconds of the year 5138.
    const LAST_SECOND: u64 = 100_000_000_000;
    let time = arguments.number(0, "time")?;
    let time = if time > LAST_SECOND {
        time / 1_000
    } else {
        time
    };
    let mut ledger = node.ledger();
    let before = ledger.chain.timestamp();
    ledger.chain.set_time(time).map_err(of_chain)?;
    Ok(json!(time.saturating_sub(before)))
}

/// `evm_setNextBlockTimestamp`.
pub(crate) fn set_next_block_timestamp(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let time = arguments.number(0, "timestamp")?;
    let mut ledger = node.ledger();
    ledger.chain.set_time(time).map_err(of_chain)?;
    Ok(Value::Null)
}

pub(crate) fn automine(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(json!(node.ledger().automine))
}

/// `evm_setAutomine`: closes a block after each transaction, or does not. Turning it on closes what is open.
pub(crate) fn set_automine(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let on: bool = arguments.required(0, "on")?;
    let mut ledger = node.ledger();
    ledger.automine = on;
    if on && !ledger.open.is_empty() {
        ledger.mine()?;
    }
    Ok(json!(true))
}

/// `evm_setIntervalMining`: milliseconds between blocks; 0 stops it.
pub(crate) fn set_interval_mining(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let milliseconds = arguments.number(0, "milliseconds")?;
    if milliseconds != 0 {
        node.ledger().automine = false;
    }
    node.interval.send_replace(milliseconds);
    Ok(json!(true))
}

pub(crate) fn snapshot(node: &Node, _: &Arguments) -> RpcResult<Value> {
    let SnapshotId(id) = node.ledger().snapshot()?;
    Ok(json!(U64::from(id)))
}

/// `evm_revert`: goes back, and says whether there was anything to go back to.
pub(crate) fn revert(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let id = arguments.number(0, "snapshot")?;
    let known = node.ledger().revert_to(SnapshotId(id))?;
    Ok(json!(known))
}
