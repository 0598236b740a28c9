//! The server: limits, start, end.

use std::{
    net::SocketAddr,
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc,
    },
    time::Duration,
};

use jsonrpsee::{
    server::{BatchRequestConfig, IdProvider, Server, ServerConfig, ServerHandle},
    types::SubscriptionId,
};
use tower_http::cors::{Any, CorsLayer};

use super::{
    config::{NodeConfig, NodeError},
    keys::Account,
    ledger::Node,
    methods,
};

/// Largest request. Init code is at most 48 KiB; a dumped state may be large.
const MOST_REQUEST_BYTES: u32 = 16 << 20;
/// Largest answer: traces of large transactions, dumps.
const MOST_RESPONSE_BYTES: u32 = 128 << 20;
/// Requests in a batch.
const MOST_IN_BATCH: u32 = 1_000;
/// Connections at once.
const MOST_CONNECTIONS: u32 = 256;
/// Subscriptions of one connection.
const MOST_SUBSCRIPTIONS: u32 = 256;

/// A node that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct RunningNode {
    address: SocketAddr,
    handle: ServerHandle,
    node: Arc<Node>,
    timer: tokio::task::JoinHandle<()>,
}

impl RunningNode {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its funded accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.node.keys
    }

    /// Number of the last block.
    pub fn block_number(&self) -> u64 {
        self.node.ledger().last()
    }

    /// Ends it: no more requests are taken, and those under way are answered.
    pub async fn stop(self) {
        self.timer.abort();
        // It only fails if the server has ended by itself.
        let _ = self.handle.stop();
        self.handle.stopped().await;
    }
}

/// Subscription ids as Ethereum nodes give them: numbers in hexadecimal.
#[derive(Debug, Default)]
struct HexIds(AtomicU64);

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        SubscriptionId::Str(format!("{number:#x}").into())
    }
}

/// Starts a node.
///
/// # Errors
///
/// If it cannot listen, or the state file cannot be used.
pub async fn start(config: NodeConfig) -> Result<RunningNode, NodeError> {
    let wanted = SocketAddr::new(config.host, config.port);
    let limits = ServerConfig::builder()
        .max_request_body_size(MOST_REQUEST_BYTES)
        .max_response_body_size(MOST_RESPONSE_BYTES)
        .max_connections(MOST_CONNECTIONS)
        .max_subscriptions_per_connection(MOST_SUBSCRIPTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MOST_IN_BATCH))
        .set_id_provider(HexIds::default())
        .set_tcp_no_delay(true)
        .build();
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any);
    let node = Arc::new(Node::new(config)?);
    let listen = |reason| NodeError::Listen {
        address: wanted,
        reason,
    };
    let server = Server::builder()
        .set_config(limits)
        .set_http_middleware(tower::ServiceBuilder::new().layer(cors))
        .build(wanted)
        .await
        .map_err(listen)?;
    let address = server.local_addr().map_err(listen)?;
    let module = methods::module(node.clone())
        .map_err(|error| NodeError::Internal(format!("two methods of one name: {error}")))?;
    let timer = tokio::spawn(mine_by_timer(node.clone()));
    Ok(RunningNode {
        address,
        handle: server.start(module),
        node,
        timer,
    })
}

/// Closes blocks at the interval that is set, while one is set.
async fn mine_by_timer(node: Arc<Node>) {
    let mut interval = node.interval.subscribe();
    loop {
        let milliseconds = *interval.borrow_and_update();
        if milliseconds == 0 {
            if interval.changed().await.is_err() {
                return;
            }
            continue;
        }
        tokio::select! {
            changed = interval.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {
                let node = node.clone();
                let mined = tokio::task::spawn_blocking(move || node.ledger().mine()).await;
                if let Ok(Err(error)) = mined {
                    eprintln!("block not kept: {}", error.message());
                }
            }
        }
    }
}
