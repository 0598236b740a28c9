//! The adapter's two programs against sources of every kind, driven through the ABI: what these tests see is what an outsider sees.

extern crate alloc;

mod breaker;
mod common;
mod configuration;
mod interface;
mod kinds;
mod memory;
mod prices;
