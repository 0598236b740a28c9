//! The vault with its real partners, through the ABI.

// The SDK's macros name it.
extern crate alloc;

mod common;
mod pool;
