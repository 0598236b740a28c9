//! What this crate promises, behaviour by behaviour; see the module names.

extern crate alloc;

mod calls;
mod contracts;
mod delegation;
mod environment;
mod precompiles;
mod reentrancy;
mod reverts;
mod static_calls;
mod upstream_api;
mod value;
