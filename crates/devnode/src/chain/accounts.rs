//! Looking at accounts and editing them.

use revm::{
    primitives::{keccak256, Address, Bytes, B256, U256},
    state::{AccountInfo, Bytecode},
};

use super::{history::AccountDiff, Chain, StateDiff};

impl Chain {
    /// Balance of an account in wei.
    pub fn balance(&self, address: Address) -> U256 {
        self.info(address).balance
    }

    /// Nonce of an account.
    pub fn nonce(&self, address: Address) -> u64 {
        self.info(address).nonce
    }

    /// Code of an account.
    pub fn code(&self, address: Address) -> Bytes {
        self.code_by_hash(self.info(address).code_hash)
    }

    /// Code by its hash; empty if no account has ever had it.
    pub fn code_by_hash(&self, hash: B256) -> Bytes {
        let contracts = &self.state.db.cache.contracts;
        contracts
            .get(&hash)
            .map(Bytecode::original_bytes)
            .unwrap_or_default()
    }

    /// Keccak-256 of the code of an account; of no bytes if it has none.
    pub fn code_hash(&self, address: Address) -> B256 {
        self.info(address).code_hash
    }

    /// Value of a storage slot.
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        let account = self.state.db.cache.accounts.get(&address);
        account
            .and_then(|account| account.storage.get(&slot))
            .copied()
            .unwrap_or_default()
    }

    /// Sets the balance of an account, in wei.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.change(address, |info| info.balance = balance);
    }

    /// Sets the nonce of an account.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.change(address, |info| info.nonce = nonce);
    }

    /// Sets the code of an account, without any check.
    pub fn set_code(&mut self, address: Address, code: impl Into<Bytes>) {
        let code = Bytecode::new_legacy(code.into());
        self.change(address, |info| {
            info.code_hash = code.hash_slow();
            info.code = Some(code);
        });
    }

    /// Sets a storage slot.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: U256) {
        let mut diff = StateDiff::default();
        let account = diff.accounts.entry(address).or_default();
        account.storage.insert(slot, value);
        self.edit(diff);
    }

    /// Slots of an account that hold something.
    #[cfg(feature = "node")]
    pub(crate) fn storage_slots(&self, address: Address) -> impl Iterator<Item = U256> + '_ {
        let account = self.state.db.cache.accounts.get(&address);
        let slots = account.into_iter().flat_map(|account| &account.storage);
        slots
            .filter(|(_, value)| !value.is_zero())
            .map(|(slot, _)| *slot)
    }

    /// Balance, nonce and code of an account; nothing if there is none.
    pub(crate) fn info(&self, address: Address) -> AccountInfo {
        let account = self.state.db.cache.accounts.get(&address);
        account
            .and_then(|account| account.info())
            .unwrap_or_default()
    }

    fn change(&mut self, address: Address, edit: impl FnOnce(&mut AccountInfo)) {
        let mut info = self.info(address);
        edit(&mut info);
        let change = AccountDiff {
            info: Some(Some(info)),
            ..AccountDiff::default()
        };
        self.edit(StateDiff {
            accounts: [(address, change)].into(),
        });
    }
}

/// Address of a funded account: the end of the hash of its number, so that no key is known and none is needed.
pub(super) fn account_address(index: usize) -> Address {
    Address::from_word(keccak256(format!("breakwater account {index}")))
}
