#![doc = include_str!("../README.md")]

mod account;
mod chain;
mod contract;
mod host;
mod precompiles;
pub mod prelude;
mod revert;
mod vm;

pub use account::{Account, Balance, FromTag, Funding, PrivateKeySigner};
pub use contract::{Contract, ContractCall, Program};
pub use motsu_proc::test;
pub use precompiles::{deploy_precompiles, Precompiles};
pub use revert::ResultExt;
pub use vm::VM;
