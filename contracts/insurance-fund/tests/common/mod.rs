//! A vault to test with: only its share token, which can be told to misbehave.

// The macros of the SDK write public items, some of them undocumented, into a private module.
#![allow(unreachable_pub, missing_docs, dead_code, unexpected_cfgs)]

use alloy_primitives::{Address, Bytes, U256};
use insurance_fund::{errors::Error, InsuranceFund};
use motsu::prelude::*;
use stylus_sdk::{
    call::RawCall,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageBytes, StorageMap, StorageU256},
};

/// The share token of a vault. It burns and mints as losses and premiums do.
#[entrypoint]
#[storage]
pub struct MockVault {
    balances: StorageMap<Address, StorageU256>,
    allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    /// What a transfer returns: 0 true, 1 false, 2 a revert.
    fault: StorageU256,
    /// Loan asset for one vault share.
    price: StorageU256,
    /// Called back, with this data, on every transfer.
    callback: StorageAddress,
    callback_data: StorageBytes,
    callback_succeeded: StorageBool,
    callback_returned: StorageBytes,
    /// Beside the fund's vault shares: what makes up the high value, and the low one.
    high: StorageU256,
    low: StorageU256,
    /// The part of the low one that is in lots.
    low_in_lots: StorageU256,
    /// Vault shares that stay with the fund.
    minimum: StorageU256,
    /// As in `WaterfallView`.
    waits: StorageU256,
    /// What was last withdrawn in kind: part, whole, tokens.
    in_kind: StorageMap<U256, StorageU256>,
    in_kind_receiver: StorageAddress,
}

#[public]
impl MockVault {
    pub fn mint(&mut self, to: Address, value: U256) {
        let balance = self.balances.get(to) + value;
        self.balances.insert(to, balance);
    }

    pub fn burn(&mut self, from: Address, value: U256) {
        let balance = self.balances.get(from) - value;
        self.balances.insert(from, balance);
    }

    pub fn set_fault(&mut self, fault: U256) {
        self.fault.set(fault);
    }

    pub fn set_price(&mut self, price: U256) {
        self.price.set(price);
    }

    pub fn set_callback(&mut self, to: Address, data: Bytes) {
        self.callback.set(to);
        self.callback_data.set_bytes(&data);
    }

    pub fn callback_succeeded(&self) -> bool {
        self.callback_succeeded.get()
    }

    pub fn callback_returned(&self) -> Bytes {
        self.callback_returned.get_bytes().into()
    }

    pub fn set_beside(&mut self, high: U256, low: U256, low_in_lots: U256) {
        self.high.set(high);
        self.low.set(low);
        self.low_in_lots.set(low_in_lots);
    }

    pub fn set_minimum(&mut self, minimum: U256) {
        self.minimum.set(minimum);
    }

    pub fn set_waits(&mut self, waits: U256) {
        self.waits.set(waits);
    }

    pub fn waterfall(&self) -> Result<[U256; 24], Vec<u8>> {
        let held = self.balances.get(self.vm().msg_sender());
        let mut words = [U256::ZERO; 24];
        words[0] = held;
        words[1] = self.minimum.get();
        words[2] = held + self.high.get();
        words[3] = held + self.low.get();
        words[4] = self.low_in_lots.get();
        words[5] = self.waits.get();
        Ok(words)
    }

    pub fn withdraw_inventory(&mut self, part: U256, whole: U256, tokens: U256, receiver: Address) {
        for (index, value) in [part, whole, tokens].into_iter().enumerate() {
            self.in_kind.insert(U256::from(index), value);
        }
        self.in_kind_receiver.set(receiver);
    }

    pub fn withdrawn_in_kind(&self) -> ([U256; 3], Address) {
        let word = |index| self.in_kind.get(U256::from(index));
        ([word(0), word(1), word(2)], self.in_kind_receiver.get())
    }

    pub fn decimals(&self) -> u8 {
        12
    }

    pub fn balance_of(&self, owner: Address) -> U256 {
        self.balances.get(owner)
    }

    pub fn convert_to_assets(&self, shares: U256) -> Result<U256, Vec<u8>> {
        if self.price.get().is_zero() {
            return Err(b"no price".to_vec());
        }
        Ok(shares * self.price.get())
    }

    pub fn approve(&mut self, spender: Address, value: U256) -> bool {
        let caller = self.vm().msg_sender();
        self.allowances.setter(caller).insert(spender, value);
        true
    }

    pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Vec<u8>> {
        let caller = self.vm().msg_sender();
        self.pass(caller, to, value)
    }

    pub fn transfer_from(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, Vec<u8>> {
        let caller = self.vm().msg_sender();
        let allowed = self.allowances.getter(from).get(caller);
        let rest = allowed.checked_sub(value).ok_or(b"allowance".to_vec())?;
        self.allowances.setter(from).insert(caller, rest);
        self.pass(from, to, value)
    }
}

impl MockVault {
    fn pass(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Vec<u8>> {
        match self.fault.get().to::<u64>() {
            0 => {}
            1 => return Ok(false),
            _ => return Err(b"fault".to_vec()),
        }
        let rest = self
            .balances
            .get(from)
            .checked_sub(value)
            .ok_or(b"balance".to_vec())?;
        self.balances.insert(from, rest);
        let balance = self.balances.get(to) + value;
        self.balances.insert(to, balance);
        let callback = self.callback.get();
        if !callback.is_zero() {
            let data = self.callback_data.get_bytes();
            // SAFETY: no storage guard is alive.
            let result = unsafe { RawCall::new(self.vm()).call(callback, &data) };
            self.callback_succeeded.set(result.is_ok());
            let returned = result.unwrap_or_else(|error| error);
            self.callback_returned.set_bytes(returned);
        }
        Ok(true)
    }
}

/// The fund under test.
pub type Fund = Contract<InsuranceFund>;
/// The vault beside it.
pub type Vault = Contract<MockVault>;

/// Cool-down of the tests: a week, in seconds.
pub const COOLDOWN: u64 = 7 * 24 * 3_600;
/// Window of the tests: two days, in seconds.
pub const WINDOW: u64 = 2 * 24 * 3_600;
/// A million vault shares of 12 decimals.
pub const STAKE: u64 = 1_000_000_000_000_000_000;

/// A number.
pub fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Constructs the fund over `vault`.
pub fn construct(fund: &Fund, vault: &Vault, by: Address) {
    fund.sender(by)
        .constructor(vault.address(), n(COOLDOWN), n(WINDOW))
        .motsu_unwrap();
}

/// Gives `who` vault shares and an approval of the fund for them.
pub fn provide(fund: &Fund, vault: &Vault, who: Address, assets: U256) {
    vault.sender(who).mint(who, assets);
    let _approved = vault.sender(who).approve(fund.address(), U256::MAX >> 1);
}

/// Stakes `assets` new vault shares of `who`; returns the fund shares.
pub fn stake(fund: &Fund, vault: &Vault, who: Address, assets: U256) -> U256 {
    provide(fund, vault, who, assets);
    fund.sender(who).deposit(assets, who).motsu_unwrap()
}

/// Constructs the fund and stakes [`STAKE`] of `who`; returns the fund shares.
pub fn open(fund: &Fund, vault: &Vault, who: Address) -> U256 {
    construct(fund, vault, who);
    stake(fund, vault, who, n(STAKE))
}

/// The same, and all of the shares can be claimed.
pub fn open_claimable(fund: &Fund, vault: &Vault, who: Address) -> U256 {
    let shares = open(fund, vault, who);
    request_and_wait(fund, who, shares);
    shares
}

/// Requests `shares` of `who`.
#[track_caller]
pub fn request(fund: &Fund, who: Address, shares: U256) {
    fund.sender(who)
        .request_redeem(shares, who, who)
        .motsu_unwrap();
}

/// Requests `shares` of `who` and waits until they can be claimed.
#[track_caller]
pub fn request_and_wait(fund: &Fund, who: Address, shares: U256) {
    request(fund, who, shares);
    VM::context().increase_time(COOLDOWN);
}

/// Claims `shares` of `who`; returns what is paid.
#[track_caller]
pub fn redeem(fund: &Fund, who: Address, shares: U256) -> U256 {
    fund.sender(who).redeem(shares, who, who).motsu_unwrap()
}

/// The error of a claim that must fail.
#[track_caller]
pub fn redeem_refused(fund: &Fund, who: Address, shares: U256) -> Error {
    fund.sender(who).redeem(shares, who, who).motsu_unwrap_err()
}

/// Most shares that `who` can claim now.
#[track_caller]
pub fn max_redeem(fund: &Fund, who: Address) -> U256 {
    fund.sender(who).max_redeem(who).motsu_unwrap()
}
