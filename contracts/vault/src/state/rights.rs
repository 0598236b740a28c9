//! Vault shares, who may move them, and who may act for whom.

use alloy_primitives::{Address, B256, U256};
use breakwater_risk::account as account_id;
use stylus_sdk::prelude::*;

use super::{slot, VaultState};
use crate::errors::{not_authorized, Fallible};

impl VaultState {
    /// Vault shares of `owner`.
    #[inline(never)]
    pub(crate) fn balance(&self, owner: Address) -> U256 {
        self.load(self.entry_of(slot::BALANCES, owner.into_word()))
    }

    /// Changes the vault shares of `owner`.
    #[inline(never)]
    pub(crate) fn set_balance(&mut self, owner: Address, value: U256) {
        let slot = self.entry_of(slot::BALANCES, owner.into_word());
        self.save(slot, value);
    }

    /// Vault shares of `owner` that `spender` may move.
    pub(crate) fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.load(self.pair(slot::ALLOWANCES, owner, spender))
    }

    /// Changes what `spender` may move.
    pub(crate) fn set_allowance(&mut self, owner: Address, spender: Address, value: U256) {
        let slot = self.pair(slot::ALLOWANCES, owner, spender);
        self.save(slot, value);
    }

    /// Whether `operator` may act for all accounts of `owner`.
    pub(crate) fn is_operator(&self, owner: Address, operator: Address) -> bool {
        !self
            .load(self.pair(slot::OPERATORS, owner, operator))
            .is_zero()
    }

    /// Changes whether `operator` may act for all accounts of `owner`.
    pub(crate) fn set_operator(&mut self, owner: Address, operator: Address, approved: bool) {
        let slot = self.pair(slot::OPERATORS, owner, operator);
        self.save(slot, U256::from(u8::from(approved)));
    }

    /// The number of an owner's next signature.
    pub(crate) fn nonce(&self, owner: Address) -> U256 {
        self.load(self.entry_of(slot::NONCES, owner.into_word()))
    }

    /// Uses up a signature's number.
    pub(crate) fn set_nonce(&mut self, owner: Address, nonce: U256) {
        let slot = self.entry_of(slot::NONCES, owner.into_word());
        self.save(slot, nonce);
    }

    /// May tighten limits for a time.
    pub(crate) fn steward(&self) -> Address {
        self.address(slot::STEWARD)
    }

    /// Changes who may tighten limits.
    pub(crate) fn set_steward(&mut self, steward: Address) {
        self.set_address(slot::STEWARD, steward);
    }

    /// # Errors
    ///
    /// `NotAuthorized` unless the caller owns `account` or is an operator of its owner.
    pub(crate) fn require_account_right(&self, account: B256) -> Fallible<()> {
        if self.has_account_right(account) {
            return Ok(());
        }
        Err(not_authorized(self.vm().msg_sender()))
    }

    /// Whether the caller owns `account` or is an operator of its owner.
    #[inline(never)]
    pub(crate) fn has_account_right(&self, account: B256) -> bool {
        let caller = self.vm().msg_sender();
        let owner = account_id::owner_of(account);
        caller == owner || self.is_operator(owner, caller)
    }

    /// # Errors
    ///
    /// `NotAuthorized` unless the caller is `who`.
    #[inline(never)]
    pub(crate) fn require_caller(&self, who: Address) -> Fallible<()> {
        let caller = self.vm().msg_sender();
        if caller == who {
            return Ok(());
        }
        Err(not_authorized(caller))
    }
}
