//! Filters that a client installs and then asks for what is new.

use std::collections::HashMap;

use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::Filter;
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    errors::not_found,
    fees::to_json,
    ledger::{Ledger, Node},
    logs,
};

/// Most filters at once; the one that was asked longest ago makes room.
const MOST_FILTERS: usize = 1_000;

#[derive(Debug)]
enum Kind {
    Logs(Box<Filter>),
    Blocks,
    Transactions,
}

#[derive(Debug)]
struct Installed {
    kind: Kind,
    /// First block that the client has not been told of.
    next: u64,
    /// When it was asked last, in requests.
    used: u64,
}

/// The installed filters, by number.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    installed: HashMap<u64, Installed>,
    count: u64,
    requests: u64,
}

impl Filters {
    fn install(&mut self, kind: Kind, next: u64) -> u64 {
        if self.installed.len() >= MOST_FILTERS {
            let oldest = self.installed.iter().min_by_key(|(_, filter)| filter.used);
            if let Some(oldest) = oldest.map(|(number, _)| *number) {
                self.installed.remove(&oldest);
            }
        }
        self.count += 1;
        self.requests += 1;
        let used = self.requests;
        self.installed
            .insert(self.count, Installed { kind, next, used });
        self.count
    }

    fn find(&mut self, number: u64) -> RpcResult<&mut Installed> {
        self.requests += 1;
        let used = self.requests;
        let filter = self.installed.get_mut(&number);
        let filter = filter.ok_or_else(|| not_found("filter not found"))?;
        filter.used = used;
        Ok(filter)
    }
}

impl Node {
    fn filters(&self) -> std::sync::MutexGuard<'_, Filters> {
        self.filters
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn install(node: &Node, kind: Kind) -> Value {
    let next = node.ledger().last() + 1;
    json!(U64::from(node.filters().install(kind, next)))
}

pub(crate) fn new_log_filter(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let filter: Filter = arguments.required(0, "filter")?;
    Ok(install(node, Kind::Logs(Box::new(filter))))
}

pub(crate) fn new_block_filter(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(install(node, Kind::Blocks))
}

pub(crate) fn new_transaction_filter(node: &Node, _: &Arguments) -> RpcResult<Value> {
    Ok(install(node, Kind::Transactions))
}

/// `eth_getFilterChanges`: what has come since it was asked last.
pub(crate) fn changes(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let number = arguments.number(0, "filter")?;
    let ledger = node.ledger();
    let mut filters = node.filters();
    let filter = filters.find(number)?;
    let last = ledger.last();
    // After a way back in time, what comes next is new again.
    let from = filter.next.min(last + 1);
    let answer = match &filter.kind {
        Kind::Logs(wanted) => {
            let (first, to) = match logs::range(&ledger, wanted) {
                Ok((first, to)) if wanted.get_from_block().is_some() => (first.max(from), to),
                Ok(_) => (from, last),
                Err(error) => return Err(error),
            };
            to_json(&logs::matching(&ledger, wanted, first, to.min(last))?)?
        }
        Kind::Blocks => {
            let hashes = (from..=last).filter_map(|number| ledger.sealed(number));
            json!(hashes.map(|sealed| sealed.hash).collect::<Vec<_>>())
        }
        Kind::Transactions => json!(transaction_hashes(&ledger, from)),
    };
    filter.next = last + 1;
    Ok(answer)
}

/// Hashes of the transactions from a block on.
pub(crate) fn transaction_hashes(ledger: &Ledger, from: u64) -> Vec<B256> {
    (from..=ledger.last())
        .filter_map(|number| ledger.sealed(number))
        .flat_map(|sealed| sealed.transactions.iter().map(|included| included.hash()))
        .collect()
}

/// `eth_getFilterLogs`: everything that matches.
pub(crate) fn logs(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let number = arguments.number(0, "filter")?;
    let ledger = node.ledger();
    let mut filters = node.filters();
    match &filters.find(number)?.kind {
        Kind::Logs(wanted) => {
            let (from, to) = logs::range(&ledger, wanted)?;
            to_json(&logs::matching(&ledger, wanted, from, to)?)
        }
        _ => Err(not_found("filter not found: not one of logs")),
    }
}

pub(crate) fn uninstall(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let number = arguments.number(0, "filter")?;
    Ok(json!(node.filters().installed.remove(&number).is_some()))
}
