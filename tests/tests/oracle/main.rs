//! The oracle adapter, compiled, on the embedded chain: over the code that Chainlink, Uniswap and OpenZeppelin have published, over
//! sources that misbehave, and what its breaker does to the verbs of vault and auction.

#[path = "../scenarios/common.rs"]
#[allow(dead_code)]
mod common;

mod breaker;
mod desk;
mod guarantees;
mod hostile;
mod incidents;
mod pool;
mod sources;
