//! Runs a Stylus program as Arbitrum Nitro does (Stylus version 2, ArbOS 51): activation checks and prices, ink metering,
//! the 42 host functions of `vm_hooks`, on an interpreter.
//!
//! ```text
//! activate(wasm) -> Program            once: checks, instruments, compiles
//! program.figures().entry_gas(..)      what a call costs before the program starts
//! run(&program, &mut api, ..)          one call; `api` is the chain, an implementation of EvmApi
//! ```
//!
//! [`code`] is the form in which programs stand on the chain, [`prepare`] what a build does between rustc and there.

mod activation;
mod activation_error;
pub mod code;
mod environment;
mod evm_api;
pub mod evm_costs;
mod figures;
mod hostio;
mod instrument;
mod outcome;
mod pages;
pub mod prepare;
mod program;
mod run;
mod storage_cache;
#[cfg(feature = "vectors")]
pub mod vectors;

pub use activation::ActivationRules;
pub use activation_error::{ActivationError, RefusalClass};
pub use environment::{Environment, DEFAULT_INK_PRICE};
pub use evm_api::{
    CallKind, CallOutcome, CallRequest, CreateOutcome, CreateRefused, CreateRequest, EvmApi,
    HostCall, Priced, StaticContext, StoreError,
};
pub use figures::Figures;
pub use outcome::{Outcome, RunResult};
pub use pages::PageCounters;
pub use program::{activate, activate_with, Program};
pub use run::run;
