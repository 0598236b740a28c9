//! The lender's side: ERC-20 shares, ERC-4626 deposits and withdrawals.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::vault::IVault;
use breakwater_risk::tightening::Tightening;
use stylus_sdk::prelude::*;

use crate::{
    errors::{self, Fallible},
    market::Market,
    safety::Verb,
    state::VaultState,
};

impl VaultState {
    /// Moves vault shares.
    ///
    /// # Errors
    ///
    /// `ERC20InvalidReceiver`, `ERC20InsufficientBalance`.
    pub(crate) fn move_shares(&mut self, from: Address, to: Address, value: U256) -> Fallible<()> {
        if to.is_zero() {
            return Err(errors::invalid_receiver(to));
        }
        self.take_balance(from, value)?;
        self.add_balance(to, value);
        self.log_transfer(from, to, value);
        Ok(())
    }

    #[inline(never)]
    fn log_transfer(&self, from: Address, to: Address, value: U256) {
        self.emit(&IVault::Transfer { from, to, value });
    }

    /// Lets `spender` move `value` of the shares of `owner`.
    pub(crate) fn approve(&mut self, owner: Address, spender: Address, value: U256) {
        self.set_allowance(owner, spender, value);
        self.emit(&IVault::Approval {
            owner,
            spender,
            value,
        });
    }

    /// Uses up an allowance; an allowance of 2^256-1 stays.
    ///
    /// # Errors
    ///
    /// `ERC20InsufficientAllowance`.
    pub(crate) fn spend_allowance(&mut self, owner: Address, value: U256) -> Fallible<()> {
        let spender = self.vm().msg_sender();
        if spender == owner {
            return Ok(());
        }
        let allowed = self.allowance(owner, spender);
        if allowed == U256::MAX {
            return Ok(());
        }
        let Some(left) = allowed.checked_sub(value) else {
            return Err(errors::insufficient_allowance(spender, allowed, value));
        };
        self.set_allowance(owner, spender, left);
        Ok(())
    }

    /// Creates shares in the books and for `to`. What backs them is the caller's business.
    ///
    /// # Errors
    ///
    /// `ERC20InvalidReceiver`.
    pub(crate) fn mint_shares(
        &mut self,
        market: &mut Market,
        to: Address,
        value: U256,
    ) -> Fallible<()> {
        if to.is_zero() {
            return Err(errors::invalid_receiver(to));
        }
        market.total_shares = market.total_shares.saturating_add(value);
        self.add_balance(to, value);
        self.log_transfer(Address::ZERO, to, value);
        Ok(())
    }

    /// Destroys shares of `from`, in the books and in its balance.
    ///
    /// # Errors
    ///
    /// `ERC20InsufficientBalance`.
    pub(crate) fn burn_shares(
        &mut self,
        market: &mut Market,
        from: Address,
        value: U256,
    ) -> Fallible<()> {
        self.take_balance(from, value)?;
        market.total_shares = market.total_shares.saturating_sub(value);
        self.log_transfer(from, Address::ZERO, value);
        Ok(())
    }

    #[inline(never)]
    fn take_balance(&mut self, from: Address, value: U256) -> Fallible<()> {
        let balance = self.balance(from);
        let Some(left) = balance.checked_sub(value) else {
            return Err(errors::insufficient_balance(from, balance, value));
        };
        self.set_balance(from, left);
        Ok(())
    }

    #[inline(never)]
    fn add_balance(&mut self, to: Address, value: U256) {
        // The sum of all balances is the total, which fits 128 bits.
        let balance = self.balance(to).saturating_add(value);
        self.set_balance(to, balance);
    }

    /// `deposit` (`in_assets`) and `mint`: one of the two amounts is given, the other follows, rounded against the caller.
    /// Returns the one that was not given.
    ///
    /// # Errors
    ///
    /// `Paused`, `ZeroAmount`, `ERC4626ExceededMaxDeposit`, `ERC4626ExceededMaxMint`, `ERC20InvalidReceiver`, token errors.
    pub(crate) fn enter_pool(
        &mut self,
        given: U256,
        in_assets: bool,
        receiver: Address,
    ) -> Fallible<U256> {
        let mut market = self.enter_accrued()?;
        self.require_running(Verb::Deposit)?;
        let now = self.now();
        let (assets, shares) = if in_assets {
            (given, market.shares_down(given, now)?)
        } else {
            (market.assets_up(given, now)?, given)
        };
        if assets.is_zero() || shares.is_zero() {
            return Err(errors::zero_amount());
        }
        let room = self.deposit_room(&market, now);
        if assets > room {
            let (error, max) = if in_assets {
                (IVault::ERC4626ExceededMaxDeposit::SELECTOR, room)
            } else {
                let max = market.shares_down(room, now)?;
                (IVault::ERC4626ExceededMaxMint::SELECTOR, max)
            };
            return Err(errors::exceeded_max(error, receiver, given, max));
        }
        self.mint_shares(&mut market, receiver, shares)?;
        market.cash = market.cash.saturating_add(assets);
        self.store(&market)?;
        let sender = self.vm().msg_sender();
        self.emit(&IVault::Deposit {
            sender,
            owner: receiver,
            assets,
            shares,
        });
        self.pull(self.asset(), sender, assets, self.booked(market.cash))?;
        self.leave();
        Ok(if in_assets { shares } else { assets })
    }

    /// `withdraw` (`in_assets`) and `redeem`: one of the two amounts is given, the other follows, rounded against the caller.
    /// Returns the one that was not given.
    ///
    /// # Errors
    ///
    /// `Paused`, `ZeroAmount`, `ERC4626ExceededMaxWithdraw`, `ERC4626ExceededMaxRedeem`, `ERC20InsufficientAllowance`, token errors.
    pub(crate) fn leave_pool(
        &mut self,
        given: U256,
        in_assets: bool,
        receiver: Address,
        owner: Address,
    ) -> Fallible<U256> {
        let mut market = self.enter_accrued()?;
        self.require_running(Verb::Withdraw)?;
        let now = self.now();
        let (assets, shares) = if in_assets {
            (given, market.shares_up(given, now)?)
        } else {
            (market.assets_down(given, now)?, given)
        };
        if assets.is_zero() || shares.is_zero() {
            return Err(errors::zero_amount());
        }
        if receiver.is_zero() {
            return Err(errors::zero_address());
        }
        let (balance, cash) = (self.balance(owner), market.cash);
        if shares > balance || assets > cash {
            let (error, max) = if in_assets {
                let worth = market.assets_down(balance, now)?;
                (
                    IVault::ERC4626ExceededMaxWithdraw::SELECTOR,
                    worth.min(cash),
                )
            } else {
                let payable = market.shares_down(cash, now)?;
                (
                    IVault::ERC4626ExceededMaxRedeem::SELECTOR,
                    payable.min(balance),
                )
            };
            return Err(errors::exceeded_max(error, owner, given, max));
        }
        self.spend_allowance(owner, shares)?;
        self.burn_shares(&mut market, owner, shares)?;
        market.cash = cash.saturating_sub(assets);
        self.store(&market)?;
        let sender = self.vm().msg_sender();
        self.emit(&IVault::Withdraw {
            sender,
            receiver,
            owner,
            assets,
            shares,
        });
        self.push(self.asset(), receiver, assets)?;
        self.leave();
        Ok(if in_assets { shares } else { assets })
    }

    /// Assets that the pool still takes under its cap, as it is in force, whatever is paused. The cap keeps all shares within 128 bits.
    pub(crate) fn deposit_room(&self, market: &Market, now: u64) -> U256 {
        let (cap, tightening) = self.supply_cap();
        let cap = Tightening::unpack(tightening).apply(cap, now);
        cap.saturating_sub(market.total_assets(now))
    }
}
