//! `eth_subscribe`: new heads, logs, transactions, pushed over WebSocket.

use alloy_rpc_types_eth::Filter;
use jsonrpsee::{
    core::{server::SubscriptionMessage, RegisterMethodError, RpcResult},
    PendingSubscriptionSink, RpcModule,
};
use serde_json::{json, value::RawValue, Value};

use super::{
    arguments::Arguments,
    blocks::rpc_header,
    errors::{internal, invalid},
    fees::to_json,
    filters::transaction_hashes,
    ledger::{Ledger, Node},
    logs,
};

/// Names of the methods here.
pub(crate) const NAMES: [&str; 2] = ["eth_subscribe", "eth_unsubscribe"];

/// What a client subscribes to.
#[derive(Debug)]
enum Topic {
    NewHeads,
    Logs(Box<Filter>),
    Transactions,
    Syncing,
}

pub(crate) fn register(module: &mut RpcModule<Node>) -> Result<(), RegisterMethodError> {
    let [subscribe, unsubscribe] = NAMES;
    module.register_subscription(
        subscribe,
        "eth_subscription",
        unsubscribe,
        |params, pending, node, _| async move {
            match Arguments::new(&params).and_then(|arguments| topic(&arguments)) {
                Ok(topic) => serve(pending, node, topic).await,
                Err(error) => pending.reject(error).await,
            }
        },
    )?;
    Ok(())
}

fn topic(arguments: &Arguments) -> RpcResult<Topic> {
    let name: String = arguments.required(0, "subscription")?;
    match name.as_str() {
        "newHeads" => Ok(Topic::NewHeads),
        "logs" => {
            let filter = arguments.optional(1, "filter")?.unwrap_or_default();
            Ok(Topic::Logs(Box::new(filter)))
        }
        "newPendingTransactions" => Ok(Topic::Transactions),
        "syncing" => Ok(Topic::Syncing),
        other => Err(invalid(format!(
            "parameter 0, subscription: {other:?} is none of newHeads, logs, newPendingTransactions, syncing"
        ))),
    }
}

async fn serve(pending: PendingSubscriptionSink, node: std::sync::Arc<Node>, topic: Topic) {
    let mut height = node.height.clone();
    let (mut next, mut reverts) = *height.borrow_and_update();
    let Ok(sink) = pending.accept().await else {
        return;
    };
    loop {
        tokio::select! {
            () = sink.closed() => return,
            changed = height.changed() => if changed.is_err() {
                return;
            },
        }
        let (end, reverts_now) = *height.borrow_and_update();
        if reverts_now != reverts || end < next {
            // The chain went back: what comes after is new.
            reverts = reverts_now;
            next = next.min(end);
        }
        while next < end {
            let messages = match messages(&node.ledger(), &topic, next) {
                Ok(messages) => messages,
                Err(_) => break,
            };
            next += 1;
            for message in messages {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// What a client is told of block `number`.
fn messages(ledger: &Ledger, topic: &Topic, number: u64) -> RpcResult<Vec<SubscriptionMessage>> {
    let Some(sealed) = ledger.sealed(number) else {
        return Ok(Vec::new());
    };
    let values: Vec<Value> = match topic {
        Topic::NewHeads => vec![rpc_header(sealed.header.clone(), Some(sealed.hash))?],
        Topic::Logs(filter) => logs::matching(ledger, filter, number, number)?
            .iter()
            .map(to_json)
            .collect::<RpcResult<_>>()?,
        Topic::Transactions => {
            let hashes = transaction_hashes(ledger, number);
            let count = sealed.transactions.len();
            hashes
                .into_iter()
                .take(count)
                .map(|hash| json!(hash))
                .collect()
        }
        Topic::Syncing => Vec::new(),
    };
    let message = |value: Value| {
        let raw: Box<RawValue> =
            serde_json::value::to_raw_value(&value).map_err(|error| internal(error.to_string()))?;
        Ok(SubscriptionMessage::from(raw))
    };
    values.into_iter().map(message).collect()
}
