//! Payments, claims and losses: how each unit paid or lost finds its place.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::vault::IVault;
use breakwater_risk::{account as account_id, claim::Payment, loss};

use stylus_sdk::prelude::*;

use crate::{
    errors::{self, Fallible},
    market::{Market, VESTING_PERIOD, VIRTUAL_SHARES},
    state::{AccountClaim, VaultState},
};

impl VaultState {
    /// Books a payment on a claim with interest up to now, by a lot that is done with `tab_settled` of what it was to raise, and with all if it
    /// `ended`; ends the claim if it has nothing more to wait for. The vault is locked, and stays so.
    ///
    /// # Errors
    ///
    /// `MathOverflow`, `AmountTooLarge`.
    pub(crate) fn settle_with_interest(
        &mut self,
        account: B256,
        payer: Address,
        payment: U256,
        tab_settled: U256,
        ended: bool,
    ) -> Fallible<()> {
        let mut market = self.market();
        self.accrue_settlement(&mut market);
        let mut claim = self.claim(account);
        let before = claim.claim;
        let paid = claim.settle(payment, tab_settled, ended);
        if !payment.is_zero() {
            self.log_claim_paid(account, payer, &paid);
        }
        let to_fund = self.book_payment(&mut market, account, &paid)?;
        if self.is_over(account, &claim) {
            self.end_claim(&mut market, account, &mut claim)?;
        }
        self.move_due(&before, &claim.claim, to_fund);
        self.set_claim(account, &claim)?;
        self.store(&market)
    }

    /// Pays what is left of an account's claim, or a part of it, by anybody. Takes at most what is owed. Once it is paid in
    /// full, lots that are still for sale can be closed, and the collateral is the owner's again.
    ///
    /// # Errors
    ///
    /// `ZeroAmount` if nothing is given or owed, token errors.
    pub(crate) fn repay_claim(&mut self, account: B256, assets: U256) -> Fallible<U256> {
        self.lock()?;
        let assets = assets.min(self.claim(account).claim.outstanding());
        if assets.is_zero() {
            return Err(errors::zero_amount());
        }
        let payer = self.vm().msg_sender();
        self.settle_with_interest(account, payer, assets, U256::ZERO, false)?;
        let booked = self.booked(self.liquidity().cash);
        self.pull(self.asset(), payer, assets, booked)?;
        self.leave();
        Ok(assets)
    }

    /// Gives `dust` of `token` to the fund, recognises a loss on a claim that liquidation has just made, and ends the claim if it waits for nothing. The books are
    /// stored, with interest up to now, and the vault is locked; both stay so.
    ///
    /// # Errors
    ///
    /// `MathOverflow`, `AmountTooLarge`, `InsufficientCollateral`.
    pub(crate) fn conclude_claim(
        &mut self,
        account: B256,
        loss: U256,
        token: Address,
        dust: U256,
    ) -> Fallible<()> {
        let mut market = self.market();
        if !dust.is_zero() {
            self.give_dust_to_fund(account, token, dust)?;
        }
        let mut claim = self.claim(account);
        let before = claim.claim;
        let covered = self.recognise_loss(&mut market, account, loss)?;
        claim.claim.fund_paid = claim.claim.fund_paid.saturating_add(covered);
        if self.is_over(account, &claim) {
            self.end_claim(&mut market, account, &mut claim)?;
        }
        self.move_due(&before, &claim.claim, U256::ZERO);
        self.set_claim(account, &claim)?;
        self.store(&market)
    }

    /// Books a payment on a claim. `market` has interest up to now; the caller pulls the money. Returns what of it is kept for the fund.
    ///
    /// # Errors
    ///
    /// `MathOverflow`, `AmountTooLarge`.
    fn book_payment(
        &mut self,
        market: &mut Market,
        account: B256,
        paid: &Payment,
    ) -> Fallible<U256> {
        let owed = self.arrears_of_recovery(paid.recovered_to_fund)?;
        let to_fund = paid
            .recovered_to_fund
            .saturating_sub(owed)
            .saturating_add(paid.penalty);
        // Carrying turns into cash: assets stay as they are, and so does the share price.
        market.carrying = market.carrying.saturating_sub(paid.to_carrying);
        market.cash = market.cash.saturating_add(paid.to_carrying);
        let to_lenders = paid.recovered_to_lenders().saturating_add(owed);
        self.vest(market, to_lenders);
        market.cash = market.cash.saturating_add(to_lenders);
        let mut kept = to_fund;
        if !self.receive_for_fund(to_fund) {
            // Amounts of an asset of more than 18 decimals.
            self.mint_value(market, self.fund(), to_fund)?;
            market.cash = market.cash.saturating_add(to_fund);
            kept = U256::ZERO;
        }
        if !paid.excess.is_zero() {
            // The least lot of a token with few decimals was worth more than was owed: the rest is the owner's.
            self.mint_value(market, account_id::owner_of(account), paid.excess)?;
            market.cash = market.cash.saturating_add(paid.excess);
        }
        Ok(kept)
    }

    /// Lets a gain of the lenders count little by little; the caller adds what it consists of.
    pub(crate) fn vest(&self, market: &mut Market, gain: U256) {
        if !gain.is_zero() {
            let now = self.now();
            market.unvested = market.unvested_at(now).saturating_add(gain);
            market.vest_end = now.saturating_add(VESTING_PERIOD);
        }
    }

    /// Mints shares worth `assets` at the present price; the caller adds the assets right after.
    ///
    /// # Errors
    ///
    /// `MathOverflow`, `ERC20InvalidReceiver`.
    pub(crate) fn mint_value(
        &mut self,
        market: &mut Market,
        to: Address,
        assets: U256,
    ) -> Fallible<U256> {
        let shares = market.shares_down(assets, self.now())?;
        self.mint_shares(market, to, shares)?;
        Ok(shares)
    }

    /// Ends a claim that has nothing more to wait for. What is unpaid of the claim of an account that has collateral becomes its debt again;
    /// otherwise it is a loss.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn end_claim(
        &mut self,
        market: &mut Market,
        account: B256,
        claim: &mut AccountClaim,
    ) -> Fallible<()> {
        let unpaid = claim.claim.carrying;
        if !unpaid.is_zero() {
            let mut head = self.head(account);
            if head.bitmap == 0 {
                self.recognise_loss(market, account, unpaid)?;
            } else {
                let shares = market.add_debt(unpaid)?;
                head.borrow_shares = head.borrow_shares.saturating_add(shares);
                self.set_head(account, &head)?;
                market.carrying = market.carrying.saturating_sub(unpaid);
                self.emit(&IVault::ClaimReinstated {
                    account,
                    assets: unpaid,
                    shares,
                });
            }
        }
        self.abandon_recovery(claim.claim.fund_paid)?;
        *claim = AccountClaim::default();
        Ok(())
    }

    /// Recognises a loss on claims: takes it off `carrying`, and burns as many of the fund's shares as keep the share price
    /// where it is; what the fund can't bear lowers the price for all, and the fund owes it to them as far as its inventory goes. `market` has
    /// interest up to now. Returns what the fund bore and owes.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn recognise_loss(
        &mut self,
        market: &mut Market,
        account: B256,
        loss: U256,
    ) -> Fallible<U256> {
        if loss.is_zero() {
            return Ok(U256::ZERO);
        }
        self.mint_reserve(market)?;
        let fund = self.fund();
        let (fund_minimum, _) = self.fund_minimum();
        let cover = loss::cover(
            loss,
            market.total_assets(self.now()),
            market.total_shares,
            U256::from(VIRTUAL_SHARES),
            self.balance(fund),
            fund_minimum,
        );
        if !cover.burn_shares.is_zero() {
            self.burn_shares(market, fund, cover.burn_shares)?;
        }
        market.carrying = market.carrying.saturating_sub(loss);
        self.emit(&IVault::LossRecognised {
            account,
            loss,
            covered: cover.covered,
            shared: cover.shared,
            sharesBurned: cover.burn_shares,
        });
        let owed = self.arrears_of_loss(account, cover.shared)?;
        Ok(cover.covered.saturating_add(owed))
    }

    /// Mints to the fund what is its own: the interest reserve and its cash. The share price stays: neither was in it.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn mint_reserve(&mut self, market: &mut Market) -> Fallible<U256> {
        let (held, assets) = (self.fund_cash(), self.fund_own(market));
        if assets.is_zero() {
            return Ok(U256::ZERO);
        }
        let shares = self.mint_value(market, self.fund(), assets)?;
        market.reserve = U256::ZERO;
        market.cash = market.cash.saturating_add(held);
        self.move_pending(held, U256::ZERO);
        self.set_fund_cash(U256::ZERO);
        self.emit(&IVault::ReserveMinted { assets, shares });
        Ok(shares)
    }
}
