//! The borrower's side: collateral in and out, borrow, repay.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::vault::IVault;
use stylus_sdk::prelude::*;

use crate::{
    errors::{self, Fallible},
    state::{Head, VaultState, MAX_ACCOUNT_TOKENS},
};

impl VaultState {
    /// Puts collateral into an account, by anybody; only its owner or an operator may start a new kind of token, or
    /// strangers could fill the account's slots with dust. A new kind needs a good price: an account is not judged while one of
    /// its tokens has no price at all, and nobody may bring that about at will.
    ///
    /// # Errors
    ///
    /// `ZeroAmount`, `UnknownCollateral`, `TooManyCollaterals`, `CollateralCapExceeded`, `PriceNotOk`, token errors.
    pub(crate) fn deposit_collateral(
        &mut self,
        account: B256,
        token: Address,
        amount: U256,
    ) -> Fallible<()> {
        let market = self.enter()?;
        if amount.is_zero() {
            return Err(errors::zero_amount());
        }
        let collateral = self.collateral(token)?;
        let total = collateral.total.saturating_add(amount);
        if total > collateral.supply_cap {
            return Err(errors::collateral_cap_exceeded(
                token,
                total,
                collateral.supply_cap,
            ));
        }
        let mut head = self.head(account);
        let (free, in_lots) = self.position(account, collateral.index);
        if free.is_zero() && in_lots.is_zero() {
            let full = head.bitmap.count_ones() >= MAX_ACCOUNT_TOKENS;
            if full || !self.has_account_right(account) {
                return Err(errors::too_many_collaterals(U256::from(MAX_ACCOUNT_TOKENS)));
            }
            self.require_price(token, collateral)?;
        }
        let free = free.saturating_add(amount);
        self.set_position(account, &mut head, collateral.index, free, in_lots)?;
        self.set_head(account, &head)?;
        self.set_collateral_total(token, collateral.room_cap, total)?;
        self.store(&market)?;
        let from = self.vm().msg_sender();
        self.emit(&IVault::CollateralDeposited {
            account,
            token,
            from,
            amount,
        });
        self.pull(token, from, amount, total)?;
        self.leave();
        Ok(())
    }

    /// Takes collateral out of an account. 2^256-1 takes all that is free.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ClaimOpen`, `InsufficientCollateral`, `OpeningMarginExceeded`, token errors.
    pub(crate) fn withdraw_collateral(
        &mut self,
        account: B256,
        token: Address,
        amount: U256,
        receiver: Address,
    ) -> Fallible<()> {
        self.require_account_right(account)?;
        let market = self.enter_accrued()?;
        if receiver.is_zero() {
            return Err(errors::zero_address());
        }
        let collateral = self.collateral(token)?;
        let mut head = self.head(account);
        self.require_no_claim(account, &head)?;
        let (free, _) = self.position(account, collateral.index);
        let amount = if amount == U256::MAX { free } else { amount };
        if amount.is_zero() {
            return Err(errors::zero_amount());
        }
        self.take_free(account, &mut head, token, collateral.index, amount)?;
        if !head.borrow_shares.is_zero() {
            head.last_risk = self.now();
        }
        self.set_head(account, &head)?;
        let total = collateral.total.saturating_sub(amount);
        self.set_collateral_total(token, collateral.room_cap, total)?;
        self.require_opening_margin(&market, account, &head)?;
        self.store(&market)?;
        self.emit(&IVault::CollateralWithdrawn {
            account,
            token,
            receiver,
            amount,
        });
        self.push(token, receiver, amount)?;
        self.leave();
        Ok(())
    }

    /// Borrows against an account's collateral.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ZeroAmount`, `ClaimOpen`, `InsufficientCash`, `DebtBelowMinimum`, `OpeningMarginExceeded`,
    /// token errors.
    pub(crate) fn borrow(
        &mut self,
        account: B256,
        assets: U256,
        receiver: Address,
    ) -> Fallible<U256> {
        self.require_account_right(account)?;
        let mut market = self.enter_accrued()?;
        if assets.is_zero() {
            return Err(errors::zero_amount());
        }
        if receiver.is_zero() {
            return Err(errors::zero_address());
        }
        let Some(cash) = market.cash.checked_sub(assets) else {
            return Err(errors::insufficient_cash(market.cash, assets));
        };
        let mut head = self.head(account);
        self.require_no_claim(account, &head)?;
        market.cash = cash;
        let shares = market.add_debt(assets)?;
        head.borrow_shares = head.borrow_shares.saturating_add(shares);
        head.last_risk = self.now();
        self.set_head(account, &head)?;
        let debt = market.debt_up(head.borrow_shares)?;
        let (min_debt, _) = self.minimums();
        if debt < min_debt {
            return Err(errors::debt_below_minimum(account, debt, min_debt));
        }
        self.require_opening_margin(&market, account, &head)?;
        self.store(&market)?;
        self.emit(&IVault::Borrowed {
            account,
            receiver,
            assets,
            shares,
        });
        self.push(self.asset(), receiver, assets)?;
        self.leave();
        Ok(shares)
    }

    /// Repays an account's debt, by anybody. Takes at most what is owed.
    ///
    /// # Errors
    ///
    /// `ZeroAmount` if nothing is given or owed, `DebtBelowMinimum` if too little debt would be left, token errors.
    pub(crate) fn repay(&mut self, account: B256, assets: U256) -> Fallible<U256> {
        let mut market = self.enter_accrued()?;
        let mut head = self.head(account);
        let debt = market.debt_up(head.borrow_shares)?;
        let payer = self.vm().msg_sender();
        let assets = assets.min(debt);
        if assets.is_zero() {
            return Err(errors::zero_amount());
        }
        let shares = market.remove_debt(assets, debt, head.borrow_shares)?;
        head.borrow_shares = head.borrow_shares.saturating_sub(shares);
        let left = market.debt_up(head.borrow_shares)?;
        let (min_debt, _) = self.minimums();
        // A debt that is already below the minimum may be paid down in parts.
        if !left.is_zero() && left < min_debt && debt >= min_debt {
            return Err(errors::debt_below_minimum(account, left, min_debt));
        }
        market.cash = market.cash.saturating_add(assets);
        self.set_head(account, &head)?;
        self.store(&market)?;
        self.emit(&IVault::Repaid {
            account,
            payer,
            assets,
            shares,
        });
        self.pull(self.asset(), payer, assets, market.cash)?;
        self.leave();
        Ok(assets)
    }

    /// While lots of an account are for sale, or its claim is unpaid, nothing may leave it and no debt be added.
    fn require_no_claim(&self, account: B256, head: &Head) -> Fallible<()> {
        if head.live_lots != 0 || head.closing || !self.claim(account).claim.outstanding().is_zero()
        {
            return Err(errors::claim_open(account));
        }
        Ok(())
    }
}
