//! The vault with its real partners, through the ABI.

// The SDK's macros name it.
extern crate alloc;

mod accounts;
mod common;
mod incidents;
mod interface;
mod liquidation;
mod pool;
mod properties;
mod waterfall;
