//! The chain as a node: JSON-RPC over HTTP and WebSocket on one port.
//!
//! | file | what is in it |
//! |---|---|
//! | `config.rs`, `server.rs` | settings; the server: limits, start, end |
//! | `methods.rs`, `arguments.rs`, `errors.rs` | every method by name; reading parameters; what errors look like |
//! | `ledger.rs`, `header.rs` | the chain with signed transactions and block headers |
//! | `keys.rs` | the funded accounts' keys; signing |
//! | `transactions.rs` | sending transactions; transactions and receipts as clients read them |
//! | `blocks.rs`, `state.rs`, `calls.rs`, `fees.rs` | queries, one concern each |
//! | `logs.rs`, `filters.rs`, `subscriptions.rs` | logs, and the ways to wait for them |
//! | `mining.rs`, `cheats.rs` | time, blocks and snapshots; editing accounts, impersonation |
//! | `traces.rs`, `stylus_trace.rs` | `debug_trace…` |
//! | `dump.rs`, `journal.rs` | the state as a document; the state file |
//! | `network.rs` | `net_…`, `web3_…` |
//!
//! Nothing a block contains comes from a clock: block times advance by fixed steps from a fixed start, so the same
//! transactions give the same hashes.
//!
//! Headers are Ethereum's of the London fork with Arbitrum's use of `mixHash` and `extraData`; transaction and receipt
//! roots are real, the state root is zero: no state trie is kept.

mod arguments;
mod blocks;
mod calls;
mod cheats;
mod config;
mod dump;
mod errors;
mod fees;
mod filters;
mod header;
mod journal;
mod keys;
mod ledger;
mod logs;
mod methods;
mod mining;
mod network;
mod server;
mod state;
mod stylus_trace;
mod subscriptions;
mod traces;
mod transactions;

pub use config::{NodeConfig, NodeError};
pub use dump::dump_state;
pub use keys::{Account, MNEMONIC, MOST_ACCOUNTS};
pub use methods::method_names;
pub use server::{start, RunningNode};
