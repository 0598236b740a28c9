//! Every storage word of the vault, with its unit, and how words are read and written.
//!
//! All programs of the vault use this one type, so they read the same words. What belongs together shares a word and is
//! read and written once a call. Words are addressed here, not by the SDK's storage types: those cost a third of the
//! WASM, and a map of structs of packed words is four lines by hand. The layout is Solidity's: a field at its slot, a map's
//! value at `keccak256(key ++ slot)`, a struct's fields one after the other.

mod account;
mod books;
mod claim;
mod collateral;
mod fund;
mod guard;
mod identity;
mod parameters;
mod ratio;
mod rights;
mod room;
mod slot;
mod tokens;
mod words;

use breakwater_interfaces::log::WordEvent;
use stylus_sdk::{prelude::*, storage::StorageU256};

pub(crate) use self::{
    account::Head,
    claim::AccountClaim,
    collateral::{Amounts, Collateral, Limits},
    parameters::{MarginRules, Minimums, Risk, MAX_MIN_DEBT, MAX_MIN_LOT, MAX_TIP},
    ratio::{is_short_ratio, shortened},
};

/// Most collaterals of one vault: one bit each in an account's head word.
pub(crate) const MAX_TOKENS: u64 = 32;
/// Most collaterals of one account: bounds the gas of a health check.
pub(crate) const MAX_ACCOUNT_TOKENS: u32 = 8;

/// The vault's storage. The SDK asks for a field; the rest of the words are addressed by `slot`.
#[storage]
pub struct VaultState {
    /// Slot 0, see `slot::ASSET`: read as a word, like the others.
    #[allow(dead_code)]
    first: StorageU256,
}

impl VaultState {
    /// The time.
    #[inline(never)]
    pub(crate) fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }

    /// Logs an event.
    pub(crate) fn emit<E: WordEvent>(&self, event: &E) {
        event.log(self.vm());
    }
}
