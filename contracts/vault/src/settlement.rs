//! Payments, claims and losses: what the auction calls, and how each unit paid or lost finds its place.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::vault::IVault;
use breakwater_risk::{account as account_id, claim::Payment, loss};

use stylus_sdk::prelude::*;

use crate::{
    errors::{self, Fallible},
    market::{Market, VESTING_PERIOD, VIRTUAL_SHARES},
    math,
    state::{AccountClaim, Head, VaultState},
};

/// What the auction reports when a part of a lot was sold or a lot is over.
pub(crate) struct Settlement {
    /// Whose collateral the lot was.
    pub account: B256,
    /// The token of the lot.
    pub token: Address,
    /// Who pays.
    pub payer: Address,
    /// What is paid, in loan asset.
    pub payment: U256,
    /// The part of the auction's tab that is done with.
    pub tab_settled: U256,
    /// The part of the auction's debt that is done with.
    pub debt_settled: U256,
    /// Collateral that goes back to the account.
    pub lot_returned: U256,
    /// Whether the lot is over.
    pub ended: bool,
}

impl VaultState {
    /// Sends a part of a lot to its buyer, by the auction.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `InsufficientCollateral`, token errors.
    pub(crate) fn release(
        &mut self,
        account: B256,
        token: Address,
        amount: U256,
        receiver: Address,
    ) -> Fallible<()> {
        self.require_caller(self.auction())?;
        // Nothing in the books of the pool changes: only the lock is taken.
        self.enter()?;
        let emptied = self.leave_lot(account, token, amount, U256::ZERO)?;
        if emptied != 0 {
            let mut head = self.head(account);
            head.bitmap &= !emptied;
            self.set_head(account, &head)?;
        }
        self.push(token, receiver, amount)?;
        self.leave();
        Ok(())
    }

    /// Takes a payment for a claim, by the auction, and closes the lot's books if it is over. With `sold`, an amount of the lot and its buyer,
    /// that is sent first: the books are final before either token is called.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `InsufficientCollateral`, token errors.
    pub(crate) fn settle(
        &mut self,
        settlement: &Settlement,
        sold: Option<(U256, Address)>,
    ) -> Fallible<()> {
        let Settlement {
            account,
            token,
            payer,
            payment,
            lot_returned,
            ..
        } = *settlement;
        self.require_caller(self.auction())?;
        // With interest: a payment lowers utilisation, and must not lower the rate of the time before it (V5).
        let mut market = self.enter_settlement()?;
        let (amount, receiver) = sold.unwrap_or_default();
        let emptied = self.leave_lot(account, token, amount, lot_returned)?;
        let mut claim = self.claim(account);
        let pending = claim.claim.due_to_fund();
        claim.assigned = claim.assigned.saturating_sub(settlement.tab_settled);
        self.free_room(token, settlement.debt_settled)?;
        if !payment.is_zero() {
            self.pay_claim(&mut market, account, &mut claim, payer, payment)?;
        }
        // A part of a lot leaves the head as it is, mostly: then it is not even read.
        if settlement.ended || emptied != 0 {
            let mut head = self.head(account);
            head.bitmap &= !emptied;
            if settlement.ended {
                head.live_lots = head.live_lots.saturating_sub(1);
                self.finish_claim(&mut market, account, &mut head, &mut claim)?;
            }
            self.set_head(account, &head)?;
        }
        self.move_pending(pending, claim.claim.due_to_fund());
        self.set_claim(account, &claim)?;
        self.store(&market)?;
        if sold.is_some() {
            self.push(token, receiver, amount)?;
        }
        if !payment.is_zero() {
            self.pull(self.asset(), payer, payment, market.cash)?;
        }
        self.leave();
        Ok(())
    }

    /// Takes `sold` and `returned` off what lots of `account` hold: the first leaves the vault's books, the second is free collateral again.
    /// Returns the token's bit if the account has none of it any more: it has to go from the head.
    fn leave_lot(
        &mut self,
        account: B256,
        token: Address,
        sold: U256,
        returned: U256,
    ) -> Fallible<u32> {
        let gone = math::add(sold, returned)?;
        if gone.is_zero() {
            return Ok(0);
        }
        let mut amounts = self.collateral_amounts(token)?;
        let (free, in_lots) = self.position(account, amounts.index);
        let Some(left) = in_lots.checked_sub(gone) else {
            return Err(errors::insufficient_collateral(
                account, token, in_lots, gone,
            ));
        };
        let free = free.saturating_add(returned);
        let has_any = self.write_position(account, amounts.index, free, left)?;
        if !sold.is_zero() {
            amounts.total = amounts.total.saturating_sub(sold);
            self.set_collateral_amounts(token, &amounts)?;
        }
        self.log_lot_returned(account, token, returned);
        let bit = 1u32.wrapping_shl(u32::from(amounts.index));
        Ok(if has_any { 0 } else { bit })
    }

    /// Pays what is left of an account's claim, or a part of it, by anybody. Takes at most what is owed. Once it is paid in
    /// full, lots that are still for sale can be closed, and the collateral is the owner's again.
    ///
    /// # Errors
    ///
    /// `ZeroAmount` if nothing is given or owed, token errors.
    pub(crate) fn repay_claim(&mut self, account: B256, assets: U256) -> Fallible<U256> {
        let mut market = self.enter_settlement()?;
        let mut head = self.head(account);
        let mut claim = self.claim(account);
        let assets = assets.min(claim.claim.outstanding());
        if assets.is_zero() {
            return Err(errors::zero_amount());
        }
        let pending = claim.claim.due_to_fund();
        let payer = self.vm().msg_sender();
        self.pay_claim(&mut market, account, &mut claim, payer, assets)?;
        self.finish_claim(&mut market, account, &mut head, &mut claim)?;
        self.move_pending(pending, claim.claim.due_to_fund());
        self.set_claim(account, &claim)?;
        self.set_head(account, &head)?;
        self.store(&market)?;
        self.pull(self.asset(), payer, assets, market.cash)?;
        self.leave();
        Ok(assets)
    }

    /// Recognises a loss on a claim that liquidation has just made, and ends the claim if it waits for nothing. The books are
    /// stored, with interest up to now, and the vault is locked; both stay so.
    ///
    /// # Errors
    ///
    /// `MathOverflow`, `AmountTooLarge`.
    pub(crate) fn conclude_claim(&mut self, account: B256, loss: U256) -> Fallible<()> {
        let mut market = self.market();
        let mut head = self.head(account);
        let mut claim = self.claim(account);
        let pending = claim.claim.due_to_fund();
        let covered = self.recognise_loss(&mut market, account, loss)?;
        claim.claim.fund_paid = claim.claim.fund_paid.saturating_add(covered);
        self.finish_claim(&mut market, account, &mut head, &mut claim)?;
        self.move_pending(pending, claim.claim.due_to_fund());
        self.set_claim(account, &claim)?;
        self.set_head(account, &head)?;
        self.store(&market)
    }

    /// Settled debt goes on counting against the caps until it has decayed over the cap period. The decay is counted from
    /// the settlement, which is later than the sale's start: room comes back no sooner than the rule asks.
    pub(crate) fn free_room(&mut self, token: Address, debt: U256) -> Fallible<()> {
        if debt.is_zero() {
            return Ok(());
        }
        let (now, cap_period) = (self.now(), self.settlement_terms().cap_period);
        for side in [token, Address::ZERO] {
            let mut room = self.room(side);
            room.settle(debt, now, now, cap_period);
            self.set_room(side, &room)?;
        }
        Ok(())
    }

    /// Books a payment on a claim, in the order carrying, written off, penalty. `market` has interest up to now; the caller
    /// pulls the money.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn pay_claim(
        &mut self,
        market: &mut Market,
        account: B256,
        claim: &mut AccountClaim,
        payer: Address,
        amount: U256,
    ) -> Fallible<()> {
        let paid = claim.claim.settle(amount);
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
        if !to_fund.is_zero() {
            self.mint_value(market, self.fund(), to_fund)?;
            market.cash = market.cash.saturating_add(to_fund);
        }
        if !paid.excess.is_zero() {
            // The least lot of a token with few decimals was worth more than was owed: the rest is the owner's.
            self.mint_value(market, account_id::owner_of(account), paid.excess)?;
            market.cash = market.cash.saturating_add(paid.excess);
        }
        self.log_claim_paid(account, payer, &paid);
        Ok(())
    }

    /// Lets a gain of the lenders count little by little; the caller adds what it consists of.
    pub(crate) fn vest(&self, market: &mut Market, gain: U256) {
        if !gain.is_zero() {
            let now = self.now();
            market.unvested = market.unvested_at(now).saturating_add(gain);
            market.vest_end = now.saturating_add(VESTING_PERIOD);
        }
    }

    #[inline(never)]
    pub(crate) fn log_claim_paid(&self, account: B256, payer: Address, paid: &Payment) {
        self.emit(&IVault::ClaimPaid {
            account,
            payer,
            carrying: paid.to_carrying,
            recovered: paid.recovered,
            recoveredToFund: paid.recovered_to_fund,
            penalty: paid.penalty,
        });
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

    /// Ends a claim that has nothing more to wait for: no lot is live, and it is paid, or its account has nothing left to
    /// sell for it. What is unpaid of a solvent account's claim becomes its debt again; otherwise it is a loss.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn finish_claim(
        &mut self,
        market: &mut Market,
        account: B256,
        head: &mut Head,
        claim: &mut AccountClaim,
    ) -> Fallible<()> {
        if head.live_lots != 0 {
            return Ok(());
        }
        let has_collateral = head.bitmap != 0;
        if claim.claim.outstanding().is_zero() {
            head.closing = false;
            *claim = AccountClaim::default();
            return Ok(());
        }
        if head.closing && has_collateral {
            return Ok(());
        }
        let unpaid = claim.claim.carrying;
        if !unpaid.is_zero() {
            if has_collateral {
                let shares = market.add_debt(unpaid)?;
                head.borrow_shares = head.borrow_shares.saturating_add(shares);
                market.carrying = market.carrying.saturating_sub(unpaid);
                self.emit(&IVault::ClaimReinstated {
                    account,
                    assets: unpaid,
                    shares,
                });
            } else {
                self.recognise_loss(market, account, unpaid)?;
            }
        }
        self.abandon_recovery(claim.claim.fund_paid)?;
        head.closing = false;
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

    /// Mints the interest reserve to the fund. The share price stays: the reserve was not in it.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn mint_reserve(&mut self, market: &mut Market) -> Fallible<U256> {
        let assets = market.reserve;
        if assets.is_zero() {
            return Ok(U256::ZERO);
        }
        let shares = self.mint_value(market, self.fund(), assets)?;
        market.reserve = U256::ZERO;
        self.emit(&IVault::ReserveMinted { assets, shares });
        Ok(shares)
    }
}
