//! Storage, transient storage, logs.

use alloy_primitives::B256;

use super::{read_ink, Host, HostResult, Stop, EVM_API_INK, HOSTIO_INK, POINTER_INK};
use crate::{
    evm_api::{StaticContext, StoreError},
    evm_costs::{COLD_SLOT_GAS, WARM_GAS},
    storage_cache::MISS_GAS,
};

const STORAGE_INK: u64 = HOSTIO_INK + 2 * POINTER_INK;
const TRANSIENT_INK: u64 = HOSTIO_INK + 2 * POINTER_INK + EVM_API_INK;
const FLUSH_INK: u64 = HOSTIO_INK + EVM_API_INK;
const LOG_INK: u64 = HOSTIO_INK + EVM_API_INK;

/// Gas that must be left for a load: a cold slot, the miss, and the highest price of a counted load.
const LOAD_NEEDS_GAS: u64 = COLD_SLOT_GAS + MISS_GAS + 10;
/// Gas that must be left for a flush: EIP-2200's sentry.
const FLUSH_NEEDS_GAS: u64 = 2_300;
/// Gas that must be left for a cache write: the sentry, and the highest price of a counted write.
const WRITE_NEEDS_GAS: u64 = FLUSH_NEEDS_GAS + 10;

const LOG_TOPIC_GAS: u64 = 375;
const LOG_BYTE_GAS: u64 = 8;
const MAX_TOPICS: u32 = 4;

impl From<StaticContext> for Stop {
    fn from(_: StaticContext) -> Self {
        Self::Failure("a write in a static context")
    }
}

impl Host<'_, '_> {
    pub(super) fn storage_load_bytes32(&mut self, key: u32, dest: u32) -> HostResult<()> {
        self.pay(STORAGE_INK)?;
        self.need_gas(LOAD_NEEDS_GAS)?;
        let key = self.word(key)?;
        let state = self.state();
        let mut gas = state.storage.count_load();
        let value = match state.storage.get(&key) {
            Some(value) => value,
            None => {
                let loaded = state.api.load_slot(key);
                state.storage.loaded(key, loaded.value);
                gas = gas.saturating_add(loaded.gas).saturating_add(MISS_GAS);
                loaded.value
            }
        };
        self.pay_gas(gas)?;
        self.write(dest, value.as_slice())
    }

    pub(super) fn storage_cache_bytes32(&mut self, key: u32, value: u32) -> HostResult<()> {
        self.pay(STORAGE_INK)?;
        self.need_gas(WRITE_NEEDS_GAS)?;
        let key = self.word(key)?;
        let value = self.word(value)?;
        let state = self.state();
        let gas = state.storage.count_write();
        state.storage.write(key, value);
        self.pay_gas(gas)
    }

    pub(super) fn storage_flush_cache(&mut self, clear: u32) -> HostResult<()> {
        self.pay(FLUSH_INK)?;
        self.need_gas(FLUSH_NEEDS_GAS)?;
        let gas_left = self.gas_left();
        let state = self.state();
        let dirty = state.storage.dirty();
        let mut gas = 0;
        if !dirty.is_empty() {
            gas = state
                .api
                .store_slots(&dirty, gas_left)
                .map_err(|error| match error {
                    StoreError::OutOfGas => Stop::OutOfInk,
                    StoreError::StaticContext => StaticContext.into(),
                })?;
            state.storage.stored();
        }
        if clear != 0 {
            state.storage.clear();
        }
        self.pay_gas(gas)
    }

    pub(super) fn transient_load_bytes32(&mut self, key: u32, dest: u32) -> HostResult<()> {
        self.pay(TRANSIENT_INK)?;
        self.pay_gas(WARM_GAS)?;
        let key = self.word(key)?;
        let value = self.state().api.transient_load(key);
        self.write(dest, value.as_slice())
    }

    pub(super) fn transient_store_bytes32(&mut self, key: u32, value: u32) -> HostResult<()> {
        self.pay(TRANSIENT_INK)?;
        self.pay_gas(WARM_GAS)?;
        let key = self.word(key)?;
        let value = self.word(value)?;
        Ok(self.state().api.transient_store(key, value)?)
    }

    /// The data begins with the topics.
    pub(super) fn emit_log(&mut self, data: u32, len: u32, topics: u32) -> HostResult<()> {
        self.pay(LOG_INK)?;
        if topics > MAX_TOPICS || len < topics * 32 {
            return Err(Stop::Failure("a log with bad topics"));
        }
        self.pay(read_ink(u64::from(len)))?;
        let topic_bytes = topics * 32;
        let data_bytes = u64::from(len - topic_bytes);
        self.pay_gas(LOG_TOPIC_GAS * u64::from(1 + topics) + LOG_BYTE_GAS * data_bytes)?;
        let (bytes, state) = self.bytes_and_state(data, len)?;
        let (topics, data) = bytes.split_at(topic_bytes as usize);
        let topics: Vec<B256> = topics.chunks_exact(32).map(B256::from_slice).collect();
        Ok(state.api.emit_log(&topics, data)?)
    }
}
