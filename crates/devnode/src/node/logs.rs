//! Logs that match a filter.

use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log as RpcLog};
use jsonrpsee::core::RpcResult;
use serde_json::Value;

use super::{
    arguments::Arguments,
    errors::{invalid, not_found, too_much},
    fees::to_json,
    ledger::{Ledger, Node},
};

/// Most logs in an answer.
const MOST_LOGS: usize = 100_000;

/// `eth_getLogs`.
pub(crate) fn logs(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let filter: Filter = arguments.required(0, "filter")?;
    let ledger = node.ledger();
    let (from, to) = range(&ledger, &filter)?;
    to_json(&matching(&ledger, &filter, from, to)?)
}

/// First and last block that a filter means.
pub(crate) fn range(ledger: &Ledger, filter: &Filter) -> RpcResult<(u64, u64)> {
    match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let number = ledger.number_of(hash);
            let number = number.ok_or_else(|| not_found("unknown block"))?;
            Ok((number, number))
        }
        FilterBlockOption::Range {
            from_block,
            to_block,
        } => {
            let last = ledger.last();
            let number = |tag: Option<alloy_eips::BlockNumberOrTag>| match tag {
                None => last,
                // A block that does not exist yet has no logs.
                Some(tag) => ledger
                    .resolve(tag.into())
                    .or(tag.as_number())
                    .unwrap_or(last),
            };
            let (from, to) = (number(from_block), number(to_block));
            if from > to && to_block.is_some() {
                return Err(invalid(format!(
                    "invalid block range params: from block {from} to block {to}"
                )));
            }
            Ok((from, to.min(last)))
        }
    }
}

/// The logs of blocks `from` to `to` that match, in order.
pub(crate) fn matching(
    ledger: &Ledger,
    filter: &Filter,
    from: u64,
    to: u64,
) -> RpcResult<Vec<RpcLog>> {
    let mut found = Vec::new();
    if from > to {
        return Ok(found);
    }
    for number in from..=to {
        let Some(sealed) = ledger.sealed(number) else {
            break;
        };
        if !filter.matches_bloom(sealed.header.logs_bloom) {
            continue;
        }
        for (index, (transaction, receipt, log)) in ledger.logs(number).enumerate() {
            if !filter.matches_address(log.address) || !filter.matches_topics(log.topics()) {
                continue;
            }
            if found.len() == MOST_LOGS {
                return Err(too_much(format!(
                    "more than {MOST_LOGS} logs match: ask for fewer blocks"
                )));
            }
            found.push(RpcLog {
                inner: log.clone(),
                block_hash: Some(sealed.hash),
                block_number: Some(number),
                block_timestamp: Some(sealed.header.timestamp),
                transaction_hash: Some(receipt.transaction_hash),
                transaction_index: Some(transaction as u64),
                log_index: Some(index as u64),
                removed: false,
            });
        }
    }
    Ok(found)
}
