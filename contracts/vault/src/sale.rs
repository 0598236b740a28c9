//! Sales of lots: what the auction calls. Lots out, payments in; the books of a claim that is paid as it should be.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::{
    outbound::Calldata,
    vault::{IVault, IVaultPrograms},
};
use breakwater_risk::claim::{Claim, Payment};

use crate::{
    errors::{self, Fallible},
    math,
    state::{AccountClaim, VaultState},
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
        self.lock()?;
        self.leave_lot(account, token, amount, U256::ZERO)?;
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
            tab_settled,
            debt_settled,
            lot_returned,
            ended,
        } = *settlement;
        self.require_caller(self.auction())?;
        let mut liquidity = self.lock()?;
        let (amount, receiver) = sold.unwrap_or_default();
        self.leave_lot(account, token, amount, lot_returned)?;
        self.free_room(token, debt_settled)?;
        let mut claim = self.claim(account);
        let before = claim.claim;
        let paid = claim.settle(payment, tab_settled, ended);
        let ends = ended && self.is_over(account, &claim);
        let is_plain =
            paid.recovered.is_zero() && paid.excess.is_zero() && (!ends || claim.ends_quietly());
        if is_plain && self.receive_for_fund(paid.penalty) {
            // What most payments are: a claim turns into cash, and the penalty becomes the fund's. The share price has no part in that, so no
            // interest is counted.
            liquidity.collect(paid.to_carrying);
            self.store_liquidity(&liquidity)?;
            if ends {
                claim = AccountClaim::default();
            }
            self.move_due(&before, &claim.claim, paid.penalty);
            self.set_claim(account, &claim)?;
            if !payment.is_zero() {
                self.log_claim_paid(account, payer, &paid);
            }
        } else {
            let calldata = Calldata::new::<IVaultPrograms::settleWithInterestCall>(5)
                .word(account)
                .address(payer)
                .number(payment)
                .number(tab_settled)
                .boolean(ended);
            self.delegate(self.settlement(), calldata.as_slice())?;
            liquidity = self.liquidity();
        }
        if sold.is_some() {
            self.push(token, receiver, amount)?;
        }
        if !payment.is_zero() {
            let booked = self.booked(liquidity.cash);
            self.pull(self.asset(), payer, payment, booked)?;
        }
        self.leave();
        Ok(())
    }

    /// Takes `sold` and `returned` off what lots of `account` hold: the first leaves the vault's books, the second is free collateral again.
    fn leave_lot(
        &mut self,
        account: B256,
        token: Address,
        sold: U256,
        returned: U256,
    ) -> Fallible<()> {
        let gone = math::add(sold, returned)?;
        if gone.is_zero() {
            return Ok(());
        }
        let mut amounts = self.collateral_amounts(token)?;
        let (free, in_lots) = self.position(account, amounts.index);
        let Some(left) = in_lots.checked_sub(gone) else {
            return Err(errors::insufficient_collateral(
                account, token, in_lots, gone,
            ));
        };
        let free = free.saturating_add(returned);
        self.lower_position(account, amounts.index, free, left)?;
        if !sold.is_zero() {
            amounts.total = amounts.total.saturating_sub(sold);
            self.set_collateral_amounts(token, &amounts)?;
        }
        self.log_lot_returned(account, token, returned);
        Ok(())
    }

    /// Settled debt goes on counting against the caps until it has decayed over the cap period. The decay is counted from
    /// the settlement, which is later than the sale's start: room comes back no sooner than the rule asks.
    pub(crate) fn free_room(&mut self, token: Address, debt: U256) -> Fallible<()> {
        if debt.is_zero() {
            return Ok(());
        }
        let (now, cap_period) = (self.now(), self.cap_period());
        for side in [token, Address::ZERO] {
            let mut room = self.room(side);
            room.settle(debt, now, now, cap_period);
            self.set_room(side, &room)?;
        }
        Ok(())
    }

    /// Whether a claim has nothing more to wait for: no lot is live, and it is paid, or its account is not being wound up, or has nothing left
    /// to sell for it.
    pub(crate) fn is_over(&self, account: B256, claim: &AccountClaim) -> bool {
        claim.live_lots == 0
            && (!claim.closing || claim.is_paid() || self.head(account).bitmap == 0)
    }

    /// What the fund was paid on a claim is pending no more, and its cash.
    pub(crate) fn move_due(&mut self, before: &Claim, after: &Claim, to_fund: U256) {
        let after = after.due_to_fund().saturating_add(to_fund);
        self.move_pending(before.due_to_fund(), after);
    }

    /// Keeps what a payment brings the fund, until it is minted to it. False, and nothing is done, if its place is too small for that.
    pub(crate) fn receive_for_fund(&mut self, assets: U256) -> bool {
        if assets.is_zero() {
            return true;
        }
        let sum = self.fund_cash().saturating_add(assets);
        self.set_fund_cash(sum)
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
}
