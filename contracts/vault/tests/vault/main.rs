//! The vault with its real partners, through the ABI.

// Errors are compared as they are, decoded.
#![allow(clippy::result_large_err)]

// The SDK's macros name it.
extern crate alloc;

mod accounts;
mod common;
mod execute;
mod incidents;
mod incidents_markets;
mod interface;
mod inventory;
mod inventory_properties;
mod liquidation;
mod margin;
mod parameters;
mod permit;
mod pool;
mod predictive;
mod properties;
mod safety;
mod steward;
mod waterfall;
