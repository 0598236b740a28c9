//! What a chain is made of.

use std::sync::Arc;

use revm::primitives::{address, Address, U256};

use crate::program_cache::ProgramCache;

/// Chain id of Arbitrum's local test node, which tools know.
pub const DEFAULT_CHAIN_ID: u64 = 412_346;

/// First ArbOS version in which a program called before in the same block counts as cached.
pub(crate) const ARBOS_BLOCK_CACHE: u64 = 60;

/// Settings of a chain. `ChainConfig::default()` is a local chain as Arbitrum's test node has it.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// Chain id.
    pub chain_id: u64,
    /// ArbOS version. From 60 on a program that was called before in the same block counts as cached.
    pub arbos_version: u64,
    /// Base fee in wei per gas; it does not move.
    pub base_fee: u64,
    /// Gas limit of a block, as contracts read it. No block is ever full.
    pub block_gas_limit: u64,
    /// Most gas that a transaction may ask for, and what it gets if it asks for none in particular.
    pub transaction_gas_limit: u64,
    /// Fee recipient of each block (it gets nothing: no priority fees on Arbitrum).
    pub coinbase: Address,
    /// Time of the first block, seconds since 1970.
    pub genesis_time: u64,
    /// Seconds between a block and the next, if nobody sets the time. Zero: time stands still.
    pub seconds_per_block: u64,
    /// L1 block number at `genesis_time`: what contracts read as `block.number`. It rises by one every 12 seconds.
    pub l1_block_number: u64,
    /// Number of funded accounts.
    pub accounts: usize,
    /// Balance of each of them, in wei.
    pub account_balance: U256,
    /// True: EIP-7623 (a floor for transactions that are mostly calldata) is on. On Arbitrum the chain's owner decides.
    pub calldata_floor: bool,
    /// Blocks whose state can be looked at later ([`crate::Chain::at`]); 0 keeps the present state only.
    pub history_blocks: u64,
    /// Compiled programs; shared by all chains of the process unless another cache is given.
    pub programs: Arc<ProgramCache>,
}

impl Default for ChainConfig {
    fn default() -> Self {
        Self {
            chain_id: DEFAULT_CHAIN_ID,
            arbos_version: 61,
            base_fee: 100_000_000,
            block_gas_limit: 1 << 50,
            transaction_gas_limit: 32_000_000,
            // The sequencer's address on every Arbitrum chain: "sequencer" in ASCII.
            coinbase: address!("0xA4b000000000000000000073657175656e636572"),
            genesis_time: 1_700_000_000,
            seconds_per_block: 0,
            l1_block_number: 18_500_000,
            accounts: 10,
            // 10,000 ether
            account_balance: U256::from(10_000_000_000_000_000_000_000_u128),
            calldata_floor: false,
            history_blocks: 0,
            programs: ProgramCache::shared(),
        }
    }
}
