//! Runs a Stylus program as Arbitrum Nitro does (Stylus version 2, ArbOS 51): activation checks and prices, ink metering,
//! the 42 host functions of `vm_hooks`, on an interpreter.
//!
//! ```text
//! activate(wasm) -> Program            once: checks, instruments, compiles
//! program.figures().entry_gas(..)      what a call costs before the program starts
//! run(&program, &mut api, ..)          one call; `api` is the chain, an implementation of EvmApi
//! ```
//!
//! The rules are in `STYLUS-VM.md`; where that page and the test vectors differ, the vectors are right.

mod activation_error;
mod environment;
mod evm_api;
pub mod evm_costs;
mod figures;
mod outcome;
mod pages;
mod program;

pub use activation_error::{ActivationError, RefusalClass};
pub use environment::{Environment, DEFAULT_INK_PRICE};
pub use evm_api::{
    CallKind, CallOutcome, CallRequest, CreateOutcome, CreateRefused, CreateRequest, EvmApi,
    HostCall, Priced, StaticContext, StoreError,
};
pub use figures::Figures;
pub use outcome::{Outcome, RunResult};
pub use pages::PageCounters;
pub use program::{activate, run, Program};
