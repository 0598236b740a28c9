//! Real clients against a node that the test starts: ethers, viem, cast, cargo-stylus.
//!
//! They need Node with the npm packages of `tests/clients` and `scripts`, and cargo-stylus; `cargo xtask test` installs them. A client that
//! is missing fails its test.

mod cargo_stylus;
mod cast;
mod checklist;
mod common;
mod example;
mod market;
mod scripts;
