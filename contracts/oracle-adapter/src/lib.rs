//! The oracle adapter: one price a token, from several sources, or none. See `README.md`.
//!
//! Two programs over one storage ([`state::AdapterState`]): the [`core::OracleAdapter`] with prices and samples, and the
//! [`extension::OracleAdapterExtension`] with configuration, to which the core passes by delegate call what it does not know. The cargo
//! feature `extension` selects whose entrypoint a build gets.
//!
//! The adapter only ever makes static calls, and every function writes after its last call: there is no moment at which a lock would
//! guard anything.
//!
//! | file | what is in it |
//! |---|---|
//! | `core.rs` | quotes, samples, the check of a new configuration against the last good price |
//! | `extension.rs` | configuration, its bounds, and views of it |
//! | `sources.rs` | calls to sources, a kind each, and chains of legs |
//! | `state.rs` | every storage word |
//! | `arguments.rs`, `errors.rs` | calldata in, return data and typed errors out |
#![cfg_attr(target_arch = "wasm32", no_main)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate alloc;

mod arguments;
// Private, with the types re-exported: the SDK's entrypoint macro writes a public function without documentation beside each.
mod core;
mod errors;
mod extension;
pub mod sources;
pub mod state;

pub use crate::{
    core::{OracleAdapter, MAX_MOVE_PARTS, SETTLED},
    extension::{OracleAdapterExtension, MAX_AGE, MAX_GRACE, MAX_LEGS, MIN_WINDOW},
};
