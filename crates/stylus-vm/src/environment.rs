//! Block, transaction and message data that a program can read.

use alloy_primitives::{Address, U256};

/// Ink that one unit of EVM gas buys on every Arbitrum chain so far.
pub const DEFAULT_INK_PRICE: u32 = 10_000;

/// What a program can read about the block, the transaction and the call that runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Chain id.
    pub chain_id: u64,
    /// Block number as contracts on Arbitrum see it: the number of the L1 block.
    pub block_number: u64,
    /// Block time, seconds since 1970.
    pub block_timestamp: u64,
    /// Gas limit of the block.
    pub block_gas_limit: u64,
    /// Base fee of the block, wei per gas.
    pub block_basefee: U256,
    /// Fee recipient of the block.
    pub block_coinbase: Address,
    /// Gas price of the transaction, wei per gas.
    pub tx_gas_price: U256,
    /// Sender of the transaction.
    pub tx_origin: Address,
    /// The acting address: whose storage and balance the program uses.
    pub contract_address: Address,
    /// Caller of the program.
    pub msg_sender: Address,
    /// Value of the call in wei.
    pub msg_value: U256,
    /// True if the acting address has another frame open in this transaction, delegate calls not counted.
    pub reentrant: bool,
    /// Ink per unit of EVM gas. Zero counts as one.
    pub ink_price: u32,
}

impl Environment {
    /// The ink price as a factor and divisor: never zero.
    pub(crate) fn ink_per_gas(&self) -> u64 {
        u64::from(self.ink_price.max(1))
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            chain_id: 0,
            block_number: 0,
            block_timestamp: 0,
            block_gas_limit: 0,
            block_basefee: U256::ZERO,
            block_coinbase: Address::ZERO,
            tx_gas_price: U256::ZERO,
            tx_origin: Address::ZERO,
            contract_address: Address::ZERO,
            msg_sender: Address::ZERO,
            msg_value: U256::ZERO,
            reentrant: false,
            ink_price: DEFAULT_INK_PRICE,
        }
    }
}
