//! Real clients against a node that the test starts: ethers, viem, cast.
//!
//! They need Node and the npm packages of `tests/clients`, which `cargo xtask test` installs. Where those are missing the tests
//! say so and are skipped.

mod cast;
mod common;
mod scripts;
