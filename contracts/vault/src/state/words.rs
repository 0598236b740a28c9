//! How words are read and written, and where those of maps and structs are.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::outbound::{from_word, to_word};
use stylus_sdk::prelude::*;

use super::{slot, VaultState};

impl VaultState {
    #[inline(never)]
    pub(super) fn load(&self, slot: U256) -> U256 {
        from_word(self.vm().storage_load_bytes32(slot))
    }

    #[inline(never)]
    pub(super) fn save(&mut self, slot: U256, value: U256) {
        // SAFETY: no SDK storage type holds a copy of any word of this contract.
        unsafe { self.vm().storage_cache_bytes32(slot, to_word(value)) }
    }

    #[inline(never)]
    pub(super) fn word(&self, slot: u64) -> U256 {
        self.load(U256::from_limbs([slot, 0, 0, 0]))
    }

    #[inline(never)]
    pub(super) fn set_word(&mut self, slot: u64, value: U256) {
        self.save(U256::from_limbs([slot, 0, 0, 0]), value);
    }

    #[inline(never)]
    pub(super) fn address(&self, slot: u64) -> Address {
        Address::from_word(to_word(self.word(slot)))
    }

    #[inline(never)]
    pub(super) fn set_address(&mut self, slot: u64, value: Address) {
        self.set_word(slot, from_word(value.into_word()));
    }

    /// Slot of a map's value.
    #[inline(never)]
    pub(super) fn entry(&self, map: U256, key: B256) -> U256 {
        let mut preimage = [0u8; 64];
        let (first, second) = preimage.split_at_mut(32);
        first.copy_from_slice(key.as_slice());
        second.copy_from_slice(to_word(map).as_slice());
        from_word(self.vm().native_keccak256(&preimage))
    }

    #[inline(never)]
    pub(super) fn entry_of(&self, map: u64, key: B256) -> U256 {
        self.entry(U256::from_limbs([map, 0, 0, 0]), key)
    }

    /// Slot of a field of a struct.
    pub(super) fn field(base: U256, offset: u64) -> U256 {
        base.wrapping_add(U256::from_limbs([offset, 0, 0, 0]))
    }

    #[inline(never)]
    pub(super) fn account_word(&self, account: B256, offset: u64) -> U256 {
        Self::field(self.entry_of(slot::ACCOUNTS, account), offset)
    }

    #[inline(never)]
    pub(super) fn collateral_word(&self, token: Address, offset: u64) -> U256 {
        Self::field(self.entry_of(slot::COLLATERALS, token.into_word()), offset)
    }

    #[inline(never)]
    pub(super) fn pair(&self, map: u64, first: Address, second: Address) -> U256 {
        self.entry(self.entry_of(map, first.into_word()), second.into_word())
    }
}
