//! What this crate promises, behaviour by behaviour; see the module names.

// The SDK's macros ask for features that a contract crate may have and this test has not.
#![allow(unexpected_cfgs)]

extern crate alloc;

mod calls;
mod contracts;
mod delegation;
mod environment;
mod journal;
mod precompiles;
mod reentrancy;
mod reverts;
mod static_calls;
mod upstream_api;
mod value;
