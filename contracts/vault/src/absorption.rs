//! The fund takes a lot: collateral becomes its own, and vault shares pay for it. No token moves and nobody is called, so it works
//! without cash.

use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::WAD;
use breakwater_interfaces::vault::IVault;
use breakwater_risk::{
    absorb::{is_at_backstop, is_within_half},
    account as account_id,
    claim::Payment,
};

use crate::{
    errors::{self, Fallible},
    market::Market,
    math,
    sale::Settlement,
    state::VaultState,
};

/// What the auction reports when the fund takes a part of a lot.
pub(crate) struct Absorption {
    /// As for a payment; the fund pays.
    pub settlement: Settlement,
    /// Collateral that the fund gets.
    pub amount: U256,
    /// The auction's price, 1e36 scale.
    pub price: U256,
    /// The oracle's low price, 1e36 scale.
    pub low: U256,
}

impl VaultState {
    /// Gives the fund a part of a lot for its vault shares, by the auction. Returns the shares burnt, and what the fund has left
    /// above its minimum.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `PriceAboveBackstop`, `UnknownCollateral`, `InsufficientCollateral`, `FundTooSmall`, `MathOverflow`, `ArrearsOpen`, `HalfExceeded`.
    pub(crate) fn absorb(&mut self, absorption: &Absorption) -> Fallible<(U256, U256)> {
        let Settlement {
            account,
            token,
            payment,
            tab_settled,
            debt_settled,
            lot_returned,
            ended,
            ..
        } = absorption.settlement;
        self.require_caller(self.auction())?;
        let (price, low) = (absorption.price, absorption.low);
        let discount = self.settlement_terms().backstop_discount;
        if !is_at_backstop(price, low, discount) {
            let limit = math::mul_div_down(low, WAD.saturating_sub(discount), WAD)?;
            return Err(errors::price_above_backstop(price, limit));
        }
        let mut market = self.enter()?;
        self.check_arrears()?;
        let mut claim = self.claim(account);
        let before = claim.claim;
        let paid = claim.settle(payment, tab_settled, ended);
        self.free_room(token, debt_settled)?;

        // All of the token in the books stays what it is: it changes hands in them.
        let index = self.collateral_amounts(token)?.index;
        let (free, in_lots) = self.position(account, index);
        let gone = math::add(absorption.amount, lot_returned)?;
        let Some(left) = in_lots.checked_sub(gone) else {
            return Err(errors::insufficient_collateral(
                account, token, in_lots, gone,
            ));
        };
        let free = free.saturating_add(lot_returned);
        self.lower_position(account, index, free, left)?;
        let was_empty = self.credit_fund(index, absorption.amount)?;

        let ends = ended && self.is_over(account, &claim);
        if !paid.excess.is_zero() || (ends && !claim.ends_quietly()) {
            // Shares are minted, or a loss is borne, at a price that interest is in.
            self.accrue_settlement(&mut market);
        }

        let shares = self.pay_in_shares(&mut market, account, &paid)?;
        self.emit(&IVault::LotAbsorbed {
            account,
            token,
            amount: absorption.amount,
            payment,
            sharesBurned: shares,
        });
        self.log_lot_returned(account, token, lot_returned);
        if ends {
            self.end_claim(&mut market, account, &mut claim)?;
        }
        self.move_due(&before, &claim.claim, U256::ZERO);
        self.set_claim(account, &claim)?;
        self.store(&market)?;
        self.leave();
        let (minimum, _) = self.fund_minimum();
        let left = self.balance(self.fund()).saturating_sub(minimum);
        self.count_absorbed(was_empty, shares, left)?;
        Ok((shares, left))
    }

    /// Adds collateral to the fund's account. Returns whether it had none before.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`, `MathOverflow`.
    pub(crate) fn credit_fund(&mut self, index: u8, amount: U256) -> Fallible<bool> {
        let account = self.fund_account()?;
        let mut head = self.head(account);
        let was_empty = head.bitmap == 0;
        let (free, in_lots) = self.position(account, index);
        self.set_position(
            account,
            &mut head,
            index,
            free.saturating_add(amount),
            in_lots,
        )?;
        self.set_head(account, &head)?;
        Ok(was_empty)
    }

    /// Gives collateral too small for an auction to the fund.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`, `InsufficientCollateral`, `AmountTooLarge`.
    pub(crate) fn give_dust_to_fund(
        &mut self,
        account: B256,
        token: Address,
        dust: U256,
    ) -> Fallible<()> {
        let index = self.collateral_amounts(token)?.index;
        let mut head = self.head(account);
        self.take_free(account, &mut head, token, index, dust)?;
        self.set_head(account, &head)?;
        let _was_empty = self.credit_fund(index, dust)?;
        self.emit(&IVault::DustToFund {
            account,
            token,
            amount: dust,
        });
        Ok(())
    }

    /// Books a payment of the fund on a claim. What a payment brings to the fund, it does not pay; for the rest it burns shares of that
    /// value, rounded up, so that the share price stays: carrying falls by as much as the shares are worth, and what the
    /// lenders get back vests. Returns the shares burnt.
    ///
    /// # Errors
    ///
    /// `FundTooSmall`, `MathOverflow`.
    fn pay_in_shares(
        &mut self,
        market: &mut Market,
        account: B256,
        paid: &Payment,
    ) -> Fallible<U256> {
        let (fund, now) = (self.fund(), self.now());
        // What the fund owes lenders of a recovery it gives away too.
        let owed = self.arrears_of_recovery(paid.recovered_to_fund)?;
        // At the share price with interest up to now. It is not stored: that would cost two words more to write.
        let mut priced = *market;
        priced.accrue(now, self.settlement_terms().reserve_factor);
        let shares = priced.shares_up(paid.beyond_fund().saturating_add(owed), now)?;
        if !paid.excess.is_zero() {
            // The least lot of a token with few decimals was worth more than was owed: the owner gets shares, fewer than are burnt for it.
            self.mint_value(market, account_id::owner_of(account), paid.excess)?;
        }
        let (minimum, _) = self.fund_minimum();
        let mut available = self.balance(fund).saturating_sub(minimum);
        let spent = self.absorbed_shares().saturating_add(shares);
        if !is_within_half(spent, available.saturating_sub(shares)) {
            // What is the fund's own in the pool may make up for it. The share price stays.
            self.accrue_settlement(market);
            self.mint_reserve(market)?;
            available = self.balance(fund).saturating_sub(minimum);
        }
        if shares > available {
            return Err(errors::fund_too_small(available, shares));
        }
        self.burn_shares(market, fund, shares)?;
        market.absorb(paid.to_carrying);
        self.vest(market, paid.recovered_to_lenders().saturating_add(owed));
        self.log_claim_paid(account, fund, paid);
        Ok(shares)
    }

    /// `LotReturned`, if something was.
    pub(crate) fn log_lot_returned(&self, account: B256, token: Address, amount: U256) {
        if !amount.is_zero() {
            self.emit(&IVault::LotReturned {
                account,
                token,
                amount,
            });
        }
    }
}
