//! The ledger of fund shares: balances, allowances, and the events of ERC-20 and ERC-4626. Calls nothing.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    fund::IInsuranceFund::{
        Approval, Deposit, ERC20InsufficientAllowance, ERC20InsufficientBalance, Transfer, Withdraw,
    },
    log::WordEvent,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{Error, OVERFLOW},
    InsuranceFund,
};

impl InsuranceFund {
    /// Logs an event.
    pub(crate) fn emit<E: WordEvent>(&self, event: &E) {
        event.log(self.vm());
    }

    /// Moves `value` from one balance to another.
    #[inline(never)]
    pub(crate) fn move_shares(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Error> {
        self.debit(from, value)?;
        self.credit(to, value)?;
        self.log_transfer(from, to, value);
        Ok(())
    }

    /// Adds `value` to a balance; the caller counts it in the supply.
    pub(crate) fn mint_shares(&mut self, to: Address, value: U256) -> Result<(), Error> {
        self.credit(to, value)?;
        self.log_transfer(Address::ZERO, to, value);
        Ok(())
    }

    /// Takes `value` out of escrow for good; the caller takes it off the supply.
    pub(crate) fn burn_escrow(&mut self, value: U256) -> Result<(), Error> {
        let fund = self.share();
        self.debit(fund, value)?;
        self.log_transfer(fund, Address::ZERO, value);
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn balance(&self, owner: Address) -> U256 {
        self.balances.get(owner)
    }

    #[inline(never)]
    fn set_balance(&mut self, owner: Address, balance: U256) {
        self.balances.insert(owner, balance);
    }

    fn debit(&mut self, from: Address, value: U256) -> Result<(), Error> {
        let balance = self.balance(from);
        let rest = balance.checked_sub(value).ok_or(ERC20InsufficientBalance {
            sender: from,
            balance,
            needed: value,
        })?;
        self.set_balance(from, rest);
        Ok(())
    }

    fn credit(&mut self, to: Address, value: U256) -> Result<(), Error> {
        // The sum of all balances is the supply, so this can't overflow.
        let balance = self.balance(to).checked_add(value).ok_or(OVERFLOW)?;
        self.set_balance(to, balance);
        Ok(())
    }

    /// Uses up `value` of what `spender` may move for `owner`; the largest allowance is without limit.
    pub(crate) fn spend_allowance(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), Error> {
        let allowance = self.allowance(owner, spender);
        if allowance == U256::MAX {
            return Ok(());
        }
        let rest = allowance
            .checked_sub(value)
            .ok_or(ERC20InsufficientAllowance {
                spender,
                allowance,
                needed: value,
            })?;
        self.record_allowance(owner, spender, rest);
        Ok(())
    }

    #[inline(never)]
    fn record_allowance(&mut self, owner: Address, spender: Address, value: U256) {
        self.allowances.setter(owner).insert(spender, value);
    }

    pub(crate) fn set_allowance(&mut self, owner: Address, spender: Address, value: U256) {
        self.record_allowance(owner, spender, value);
        self.emit(&Approval {
            owner,
            spender,
            value,
        });
    }

    #[inline(never)]
    fn log_transfer(&self, from: Address, to: Address, value: U256) {
        self.emit(&Transfer { from, to, value });
    }

    pub(crate) fn log_deposit(&self, sender: Address, owner: Address, assets: U256, shares: U256) {
        self.emit(&Deposit {
            sender,
            owner,
            assets,
            shares,
        });
    }

    pub(crate) fn log_withdraw(
        &self,
        sender: Address,
        receiver: Address,
        owner: Address,
        assets: U256,
        shares: U256,
    ) {
        self.emit(&Withdraw {
            sender,
            receiver,
            owner,
            assets,
            shares,
        });
    }
}
