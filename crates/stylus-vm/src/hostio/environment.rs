//! Block, transaction, message, meter.

use alloy_primitives::{Address, U256};

use super::{Host, HostResult, HOSTIO_INK, POINTER_INK};

const WRITTEN_INK: u64 = HOSTIO_INK + POINTER_INK;

impl Host<'_, '_> {
    fn give<T>(&mut self, value: T) -> HostResult<T> {
        self.pay(HOSTIO_INK)?;
        Ok(value)
    }

    fn give_word(&mut self, dest: u32, value: U256) -> HostResult<()> {
        self.pay(WRITTEN_INK)?;
        self.write_number(dest, value)
    }

    fn give_address(&mut self, dest: u32, address: Address) -> HostResult<()> {
        self.pay(WRITTEN_INK)?;
        self.write(dest, address.as_slice())
    }

    pub(super) fn evm_gas_left(&mut self) -> HostResult<u64> {
        self.pay(HOSTIO_INK)?;
        Ok(self.gas_left())
    }

    pub(super) fn evm_ink_left(&mut self) -> HostResult<u64> {
        self.pay(HOSTIO_INK)?;
        Ok(self.ink)
    }

    pub(super) fn chainid(&mut self) -> HostResult<u64> {
        self.give(self.environment().chain_id)
    }

    pub(super) fn block_gas_limit(&mut self) -> HostResult<u64> {
        self.give(self.environment().block_gas_limit)
    }

    pub(super) fn block_number(&mut self) -> HostResult<u64> {
        self.give(self.environment().block_number)
    }

    pub(super) fn block_timestamp(&mut self) -> HostResult<u64> {
        self.give(self.environment().block_timestamp)
    }

    pub(super) fn msg_reentrant(&mut self) -> HostResult<u32> {
        self.give(u32::from(self.environment().reentrant))
    }

    pub(super) fn tx_ink_price(&mut self) -> HostResult<u32> {
        self.give(self.environment().ink_price)
    }

    pub(super) fn block_basefee(&mut self, dest: u32) -> HostResult<()> {
        self.give_word(dest, self.environment().block_basefee)
    }

    pub(super) fn msg_value(&mut self, dest: u32) -> HostResult<()> {
        self.give_word(dest, self.environment().msg_value)
    }

    pub(super) fn tx_gas_price(&mut self, dest: u32) -> HostResult<()> {
        self.give_word(dest, self.environment().tx_gas_price)
    }

    pub(super) fn block_coinbase(&mut self, dest: u32) -> HostResult<()> {
        self.give_address(dest, self.environment().block_coinbase)
    }

    pub(super) fn contract_address(&mut self, dest: u32) -> HostResult<()> {
        self.give_address(dest, self.environment().contract_address)
    }

    pub(super) fn msg_sender(&mut self, dest: u32) -> HostResult<()> {
        self.give_address(dest, self.environment().msg_sender)
    }

    pub(super) fn tx_origin(&mut self, dest: u32) -> HostResult<()> {
        self.give_address(dest, self.environment().tx_origin)
    }
}
