//! The vault with its real partners, through the ABI.

// Errors are compared as they are, decoded.
#![allow(clippy::result_large_err)]

// The SDK's macros name it.
extern crate alloc;

mod accounts;
mod common;
mod execute;
mod incidents;
mod interface;
mod liquidation;
mod margin;
mod permit;
mod pool;
mod properties;
mod safety;
mod waterfall;
