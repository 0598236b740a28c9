//! The block and what else of the chain a test controls.

use alloy_primitives::{Address, B256, U256};

use crate::chain::{self, Environment};

/// The chain of the current thread: `VM::context().increase_time(60)`.
///
/// What is set here stays until it is set again or the test ends; no revert takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VM(());

impl VM {
    /// The chain of the current thread.
    #[must_use]
    pub fn context() -> Self {
        Self(())
    }

    fn get<R>(self, read: impl FnOnce(&Environment) -> R) -> R {
        chain::with(|chain| read(&chain.environment))
    }

    fn set(self, write: impl FnOnce(&mut Environment)) {
        chain::with(|chain| write(&mut chain.environment));
    }

    /// The chain id; 42161, Arbitrum One, at first.
    #[must_use]
    pub fn chain_id(self) -> u64 {
        self.get(|environment| environment.chain_id)
    }

    /// Sets the chain id.
    pub fn set_chain_id(self, chain_id: u64) {
        self.set(|environment| environment.chain_id = chain_id);
    }

    /// The block's time in seconds since 1970; the start of 2026 at first.
    #[must_use]
    pub fn block_timestamp(self) -> u64 {
        self.get(|environment| environment.timestamp)
    }

    /// Sets the block's time, in seconds since 1970. It may go back.
    pub fn set_block_timestamp(self, timestamp: u64) {
        self.set(|environment| environment.timestamp = timestamp);
    }

    /// Lets `seconds` pass, and returns the new time. The block number stays: on Arbitrum it is the parent chain's.
    pub fn increase_time(self, seconds: u64) -> u64 {
        self.set(|environment| {
            environment.timestamp = environment.timestamp.saturating_add(seconds);
        });
        self.block_timestamp()
    }

    /// The block number; 1 at first.
    #[must_use]
    pub fn block_number(self) -> u64 {
        self.get(|environment| environment.block_number)
    }

    /// Sets the block number.
    pub fn set_block_number(self, block_number: u64) {
        self.set(|environment| environment.block_number = block_number);
    }

    /// The base fee, which is also the gas price, in wei; 0.01 gwei at first.
    #[must_use]
    pub fn block_basefee(self) -> U256 {
        self.get(|environment| environment.base_fee)
    }

    /// Sets the base fee and the gas price, in wei.
    pub fn set_block_basefee<V: Into<U256>>(self, base_fee: V) {
        self.set(|environment| environment.base_fee = base_fee.into());
    }

    /// Sets who the block's fees go to.
    pub fn set_block_coinbase(self, coinbase: Address) {
        self.set(|environment| environment.coinbase = coinbase);
    }

    /// The gas that contracts see as left; 32 million at first.
    #[must_use]
    pub fn gas_left(self) -> u64 {
        self.get(|environment| environment.gas_left)
    }

    /// Sets the gas that contracts see as left. Nothing consumes it; a called contract sees at most what its caller gave it,
    /// and 63 parts in 64 of what the caller has.
    pub fn set_gas_left(self, gas: u64) {
        self.set(|environment| environment.gas_left = gas);
    }

    /// Sets whether a call to a contract that is executing already is refused. It is at first, as the SDK's entry point does
    /// unless built with its feature `reentrant`; a test of a contract's own lock turns it off.
    pub fn set_reentrancy_refusal(self, refuses_reentrancy: bool) {
        self.set(|environment| environment.refuses_reentrancy = refuses_reentrancy);
    }

    /// Shows `tag` in place of `address` in messages.
    pub fn set_tag(self, address: Address, tag: &str) {
        chain::with(|chain| chain.tags.insert(address, tag.to_owned()));
    }

    /// The word in slot `key` of the account at `address`.
    #[must_use]
    pub fn storage_at(self, address: Address, key: U256) -> B256 {
        chain::with(|chain| chain.load(address, key))
    }
}
