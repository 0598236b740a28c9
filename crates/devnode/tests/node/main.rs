//! The node as clients see it: what it does with bad requests, with its state file, and what its estimates are worth.

mod determinism;
mod estimates;
mod hostile;
mod hostile_transport;
#[path = "../common/mod.rs"]
mod programs;
mod server;
mod state_file;
