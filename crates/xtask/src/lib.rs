//! The project's commands: `cargo xtask help` lists them.
//!
//! Each command sets up what it lacks (a compilation target, npm packages) and says so; each long step shows that it moves
//! and how long it took. Errors say what was wrong, where, and what to do.
//!
//! [`wasm::build_all`] and [`solidity::compile`] are for commands that need programs and contracts: both do nothing twice.

mod abi;
mod bench;
mod commands;
mod crisis;
mod demo;
mod devnode;
mod error;
pub mod gas;
mod hash;
mod market;
pub mod output;
mod plot;
mod process;
mod profile;
mod replay;
mod reproducible;
mod setup;
pub mod size;
pub mod solidity;
pub mod table;
mod test;
mod vectors;
pub mod wasm;
mod workspace;

pub use commands::run;
pub use error::{Error, Result};
pub use workspace::Workspace;
