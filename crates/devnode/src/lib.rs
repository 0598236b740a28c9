//! An embedded Arbitrum-like chain: revm executes EVM code, `breakwater-stylus-vm` executes Stylus programs, and each can
//! call the other to any depth.
//!
//! ```text
//! let mut chain = Chain::new(ChainConfig::default());
//! let program = chain.deploy_stylus(from, &wasm)?;          // deploys, and
//! chain.activate(from, program)?;                           // activates through ArbWasm
//! let receipt = chain.transact(Tx::call(from, program, calldata))?;
//! let answer = chain.call(Tx::call(from, program, calldata))?;   // nothing is kept
//! ```
//!
//! Transactions need no signature: the library trusts its caller. Nothing here reads a clock or a random source: the
//! same calls give the same blocks and hashes.
//!
//! What differs from Arbitrum: no L1 posting fees; the base fee does not move; priority fees are never taken (as on
//! Arbitrum); anybody is a cache manager; the Stylus compression dictionary (which cargo-stylus does not use) is unknown.

mod arbos;
mod chain;
mod config;
mod error;
mod machine;
#[cfg(feature = "node")]
pub mod node;
mod precompiles;
mod program_cache;
mod program_frame;
mod trace;
mod transaction;

pub use arbos::{
    ARBOS_STATE_ADDRESS, ARB_GAS_INFO_ADDRESS, ARB_INFO_ADDRESS, ARB_OWNER_PUBLIC_ADDRESS,
    ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS, CACHE_MANAGER_ADDRESS,
    NETWORK_FEE_ADDRESS, SYSTEM_CONTRACTS,
};
pub use breakwater_stylus_vm as stylus_vm;
pub use chain::{AccessedSlots, Block, Chain, Change, Moment, SnapshotId, StateDiff};
pub use config::{ChainConfig, DEFAULT_CHAIN_ID};
pub use error::ChainError;
pub use precompiles::{abi, DATA_FEE_PER_BYTE, FIXED_ACTIVATION_GAS};
pub use program_cache::{CodeOf, ProgramCache, ProgramError};
pub use revm::{
    context::result::HaltReason,
    primitives::{Address, Bytes, Log, B256, U256},
};
pub use trace::{CallFrame, CallType, ProgramRun, Trace};
pub use transaction::{CallResult, Receipt, Status, Tx};
