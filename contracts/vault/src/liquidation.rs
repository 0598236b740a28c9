//! What a liquidation would do, and doing it. The plan is computed once, by the same function for the verb and the view.

use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::{mul_less, WAD};
use breakwater_interfaces::{
    auction::ILiquidationAuction,
    outbound::{self, word_at, Calldata},
    vault::{IVault, IVaultPrograms},
};
use breakwater_risk::{
    liquidation::{self, SizeError, SizeInput},
    margin,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{self, math_overflow, Error, Fallible},
    market::Market,
    math::{self, mul_div_down, mul_div_up},
    position::{Holding, Portfolio},
    safety::Verb,
    state::{AccountClaim, Collateral, Head, Minimums, VaultState},
};

/// What one call of `liquidate` does. Amounts in loan asset unless said otherwise.
#[derive(Default)]
pub(crate) struct Plan {
    /// The account is healthy, and liquidated ahead of need.
    pub is_soft: bool,
    /// The account is found insolvent, and is put in closing.
    pub begins_closing: bool,
    /// D: its debt before.
    pub debt_before: U256,
    /// B: its capacity before.
    pub capacity_before: U256,
    /// Debt that becomes a claim.
    pub claimed: U256,
    /// Penalty charged on it, the reward included.
    pub penalty: U256,
    /// The keeper's part of the penalty.
    pub reward: U256,
    /// A loss that is recognised now.
    pub loss: U256,
    /// Collateral put up for sale, base units of the token.
    pub lot: U256,
    /// Debt that the lot counts as against the caps.
    pub lot_debt: U256,
    /// What the auction is to raise.
    pub tab: U256,
    /// Collateral too small for an auction, which goes to the fund; base units of the token.
    pub dust: U256,
    /// Price of the token, 1e36 scale.
    pub price: U256,
    /// Its annualised volatility, WAD.
    pub volatility: U256,
}

/// What is asked of `liquidate`.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    /// Whose debt.
    pub account: B256,
    /// Which of its collaterals.
    pub token: Address,
    /// Most debt.
    pub max_repay: U256,
    /// Who gets the reward; the zero address: nobody.
    pub keeper: Address,
    /// Nothing is done: the adapter must not take a sample first.
    pub is_view: bool,
}

/// What makes an account liquidatable, and how.
struct Right {
    /// Health that a lot brings the account to, WAD.
    target_health: U256,
    /// In its predictive zone, or that of auto-deleveraging: the account is healthy.
    is_soft: bool,
}

/// 2 in WAD.
const TWICE: U256 = U256::from_limbs([2_000_000_000_000_000_000, 0, 0, 0]);

#[inline(never)]
fn lot_factor(collateral: &Collateral) -> Fallible<U256> {
    margin::lot_factor(collateral.penalty_max, collateral.lot_buffer).ok_or_else(math_overflow)
}

impl VaultState {
    /// What `liquidate` would do now; `market` has interest up to now.
    ///
    /// # Errors
    ///
    /// Those of `liquidate`.
    pub(crate) fn plan_liquidation(
        &self,
        market: &Market,
        head: &Head,
        claim: &AccountClaim,
        request: &Request,
    ) -> Fallible<Plan> {
        let Request {
            account,
            token,
            max_repay,
            keeper,
            is_view,
        } = *request;
        self.require_running(Verb::Liquidate)?;
        let collateral = self.collateral(token)?;
        let sampled = (!is_view).then_some(&token);
        let portfolio = self.portfolio(market, account, head, sampled)?;
        let holding = portfolio
            .holdings
            .iter()
            .find(|holding| holding.token == token);
        if claim.closing {
            let mut plan = Plan::default();
            let unassigned = claim.claim.outstanding().saturating_sub(claim.assigned);
            self.plan_closing_lot(&mut plan, account, token, &collateral, holding, unassigned)?;
            return Ok(plan);
        }
        let (debt, capacity) = (portfolio.debt, portfolio.capacity);
        let right = self.liquidation_right(account, &portfolio)?;
        if !right.is_soft && portfolio.is_insolvent()? {
            return self.plan_closing(account, token, &collateral, &portfolio, holding, keeper);
        }
        self.require_no_grace(account, debt, capacity)?;
        let until = head.last_risk.saturating_add(self.risk().cool_off);
        if self.now() < until {
            return Err(errors::cool_off(account, U256::from(until)));
        }
        let Some(holding) = holding else {
            return Err(errors::nothing_to_sell(account, token));
        };
        if !holding.is_priced() {
            return Err(errors::price_not_ok(token, holding.status));
        }
        self.plan_lot(account, &right, &portfolio, holding, max_repay, keeper)
    }

    /// Whether an account may be liquidated: unhealthy, or healthy and in a zone in which its owner, or the state of the fund, lets it.
    ///
    /// # Errors
    ///
    /// `AccountHealthy`.
    fn liquidation_right(&self, account: B256, portfolio: &Portfolio) -> Fallible<Right> {
        let (debt, capacity) = (portfolio.debt, portfolio.capacity);
        if debt > capacity {
            return Ok(Right {
                target_health: self.risk().target_health,
                is_soft: false,
            });
        }
        // The zone hangs on the account's volatility, which the program for views knows how to compute.
        let calldata = Calldata::new::<IVault::predictiveOfCall>(1).word(account);
        let zone = self.delegate(self.views(), calldata.as_slice())?;
        let (Some(limit), Some(target_health)) = (word_at(&zone, 0), word_at(&zone, 1)) else {
            return Err(math_overflow());
        };
        if debt <= limit {
            return Err(errors::account_healthy(account, debt, limit));
        }
        Ok(Right {
            target_health,
            is_soft: true,
        })
    }

    /// A solvent account: a lot that brings it to the health it has to have.
    fn plan_lot(
        &self,
        account: B256,
        right: &Right,
        portfolio: &Portfolio,
        holding: &Holding,
        max_repay: U256,
        keeper: Address,
    ) -> Fallible<Plan> {
        let collateral = &holding.collateral;
        let (debt, capacity, token) = (portfolio.debt, portfolio.capacity, holding.token);
        let Minimums {
            min_debt, min_lot, ..
        } = self.minimums();
        let factor = lot_factor(collateral)?;
        let mut room = self.room_left(token, collateral);
        if right.is_soft {
            let used = self
                .predictive_room()
                .used(self.now(), self.risk().cap_period);
            room = room.min(self.predictive_cap().saturating_sub(used));
        }
        let mut claimed = liquidation::size(&SizeInput {
            debt,
            capacity,
            target_health: right.target_health,
            liquidation_threshold: collateral.liquidation_threshold,
            lot_factor: factor,
            token_value: holding.value,
            room,
            max_repay,
            // A lot ahead of need is no larger than needed: it does not start where less than the least lot would do.
            min_lot: if right.is_soft { U256::ZERO } else { min_lot },
            min_debt,
        })
        .map_err(|error| match error {
            SizeError::HealthWouldNotImprove => errors::health_would_not_improve(account, token),
            SizeError::BelowMinLot => errors::below_min_lot(max_repay, min_lot),
            SizeError::NothingToSell => errors::nothing_to_sell(account, token),
            SizeError::NoRoom => errors::no_room(token, room),
            SizeError::AtTarget => errors::account_healthy(account, debt, capacity),
        })?;
        if right.is_soft && claimed < min_lot {
            return Err(if room < min_lot {
                errors::no_room(token, room)
            } else if max_repay < min_lot {
                errors::below_min_lot(max_repay, min_lot)
            } else {
                errors::account_healthy(account, debt, capacity)
            });
        }
        let available = mul_div_down(holding.value, WAD, factor)?;
        let mut lot =
            liquidation::lot_amount(claimed, factor, holding.price, holding.free, available)
                .ok_or_else(math_overflow)?;
        if lot.is_zero() {
            // One unit of a token with few decimals is worth more than the lot: it can't be split, so it pays for more debt.
            lot = U256::from(1);
            let payable = mul_div_down(math::value(lot, holding.price)?, WAD, factor)?;
            claimed = claimed.max(payable.min(debt));
        }
        portfolio.require_improvement(account, holding, claimed, lot)?;
        let rate = if right.is_soft {
            // Never more than an unhealthy account pays.
            self.margin_rules().soft_penalty.min(collateral.penalty_min)
        } else {
            let (least, most) = (collateral.penalty_min, collateral.penalty_max);
            liquidation::penalty_rate(least, most, debt, capacity)
        };
        let penalty = mul_div_up(claimed, rate, WAD)?;
        Ok(Plan {
            is_soft: right.is_soft,
            debt_before: debt,
            capacity_before: capacity,
            claimed,
            penalty,
            reward: self.plan_reward(claimed, penalty, keeper),
            lot,
            lot_debt: claimed,
            tab: claimed.saturating_add(penalty),
            price: holding.price,
            volatility: holding.volatility,
            ..Plan::default()
        })
    }

    /// An insolvent account: the whole debt becomes a claim, what the collateral will not bring is a loss now, and a first
    /// lot is sold if there is a price and room for it.
    fn plan_closing(
        &self,
        account: B256,
        token: Address,
        collateral: &Collateral,
        portfolio: &Portfolio,
        holding: Option<&Holding>,
        keeper: Address,
    ) -> Fallible<Plan> {
        let (debt, capacity) = (portfolio.debt, portfolio.capacity);
        let mut value = U256::ZERO;
        // The greatest of the account's tokens, whichever token the caller names.
        let mut rate = U256::ZERO;
        for holding in &portfolio.holdings {
            value = math::add(value, holding.value)?;
            let Collateral {
                penalty_min,
                penalty_max,
                ..
            } = holding.collateral;
            let own = liquidation::penalty_rate(penalty_min, penalty_max, debt, capacity);
            rate = rate.max(own);
        }
        let penalty = mul_div_up(debt, rate, WAD)?;
        let reward = self.plan_reward(debt, penalty, keeper);
        let principal = debt.saturating_add(reward);
        let carrying =
            liquidation::closing_carrying(principal, value, self.risk().backstop_discount);
        let mut plan = Plan {
            begins_closing: true,
            debt_before: debt,
            capacity_before: capacity,
            claimed: debt,
            penalty,
            reward,
            loss: principal.saturating_sub(carrying),
            ..Plan::default()
        };
        let outstanding = debt.saturating_add(penalty);
        self.plan_closing_lot(&mut plan, account, token, collateral, holding, outstanding)?;
        Ok(plan)
    }

    /// The next lot of an account in closing. In the call that begins it, having none is no error.
    fn plan_closing_lot(
        &self,
        plan: &mut Plan,
        account: B256,
        token: Address,
        collateral: &Collateral,
        holding: Option<&Holding>,
        unassigned: U256,
    ) -> Fallible<()> {
        let refuse = |error: Error| {
            if plan.begins_closing {
                Ok(())
            } else {
                Err(error)
            }
        };
        let Some(holding) = holding.filter(|_| !unassigned.is_zero()) else {
            return refuse(errors::nothing_to_sell(account, token));
        };
        if !holding.is_priced() {
            return refuse(errors::price_not_ok(token, holding.status));
        }
        let min_lot = self.minimums().min_lot;
        let factor = lot_factor(collateral)?;
        let available = mul_div_down(holding.value, WAD, factor)?;
        if available < min_lot {
            plan.dust = holding.free;
            return Ok(());
        }
        let room = self.room_left(token, collateral);
        if room < min_lot {
            return refuse(errors::no_room(token, room));
        }
        plan.lot_debt = available.min(room);
        plan.lot = liquidation::lot_amount(
            plan.lot_debt,
            factor,
            holding.price,
            holding.free,
            available,
        )
        .ok_or_else(math_overflow)?
        .max(U256::from(1));
        let with_penalty = WAD.saturating_add(collateral.penalty_max);
        plan.tab = mul_div_up(plan.lot_debt, with_penalty, WAD)?.min(unassigned);
        plan.price = holding.price;
        plan.volatility = holding.volatility;
        Ok(())
    }

    #[inline(never)]
    fn plan_reward(&self, claimed: U256, penalty: U256, keeper: Address) -> U256 {
        if keeper.is_zero() {
            return U256::ZERO;
        }
        let Minimums { min_lot, tip, .. } = self.minimums();
        liquidation::reward(tip, self.risk().chip, claimed, penalty, min_lot)
    }

    /// Debt that may still be put up for sale with `token`.
    #[inline(never)]
    pub(crate) fn room_left(&self, token: Address, collateral: &Collateral) -> U256 {
        let now = self.now();
        let cap_period = self.risk().cap_period;
        let total_cap = self.total_room_cap();
        let used = self.room(token).used(now, cap_period);
        let total_used = self.room(Address::ZERO).used(now, cap_period);
        collateral
            .amounts
            .room_cap
            .saturating_sub(used)
            .min(total_cap.saturating_sub(total_used))
    }

    /// Liquidates, by anybody. Returns the auction's id, 0 if none was started.
    ///
    /// # Errors
    ///
    /// `Paused`, `GracePeriod`, `AccountHealthy` (also short of a zone ahead of it), `CoolOff`, `PriceNotOk`, `HealthWouldNotImprove`, `BelowMinLot`, `NoRoom`, `NothingToSell`,
    /// `UnknownCollateral`, and the auction's own.
    pub(crate) fn liquidate(&mut self, request: &Request) -> Fallible<U256> {
        let Request {
            account,
            token,
            keeper,
            ..
        } = *request;
        let mut market = self.enter_accrued()?;
        let mut head = self.head(account);
        let mut claim = self.claim(account);
        // With the prices the adapter takes a sample: a halt begins by it.
        let plan = self.plan_liquidation(&market, &head, &claim, request)?;
        if !plan.claimed.is_zero() {
            self.claim_debt(&mut market, account, &mut head, &mut claim, &plan, keeper)?;
        }
        if !plan.lot.is_zero() {
            self.reserve_lot(account, &mut head, &mut claim, token, &plan)?;
        }
        self.set_claim(account, &claim)?;
        self.set_head(account, &head)?;
        self.store(&market)?;
        if claim.live_lots == 0 || !plan.loss.is_zero() || !plan.dust.is_zero() {
            let calldata = Calldata::new::<IVaultPrograms::concludeClaimCall>(4)
                .word(account)
                .number(plan.loss)
                .address(token)
                .number(plan.dust);
            self.delegate(self.settlement(), calldata.as_slice())?;
        }
        let auction_id = if plan.lot.is_zero() {
            U256::ZERO
        } else {
            self.start_auction(account, token, &plan, keeper)?
        };
        self.emit(&IVault::Liquidated {
            account,
            token,
            auctionId: auction_id,
            debt: plan.claimed,
            lot: plan.lot,
            penalty: plan.penalty,
            reward: plan.reward,
            keeper,
            debtBefore: plan.debt_before,
            capacityBefore: plan.capacity_before,
        });
        self.leave();
        Ok(auction_id)
    }

    /// Turns debt into a claim. The keeper's reward is credited in vault shares and added to the claim's principal, so that
    /// it needs no cash and costs lenders nothing if the claim is paid.
    fn claim_debt(
        &mut self,
        market: &mut Market,
        account: B256,
        head: &mut Head,
        claim: &mut AccountClaim,
        plan: &Plan,
        keeper: Address,
    ) -> Fallible<()> {
        let burnt = market.remove_debt(plan.claimed, plan.debt_before, head.borrow_shares)?;
        head.borrow_shares = head.borrow_shares.saturating_sub(burnt);
        market.carrying = market.carrying.saturating_add(plan.claimed);
        let principal = plan.claimed.saturating_add(plan.reward);
        if !plan.reward.is_zero() {
            self.mint_value(market, keeper, plan.reward)?;
            market.carrying = market.carrying.saturating_add(plan.reward);
        }
        if plan.begins_closing {
            claim.closing = true;
            self.emit(&IVault::ClosingStarted {
                account,
                debt: plan.claimed,
                carrying: principal.saturating_sub(plan.loss),
                penalty: plan.penalty,
            });
        }
        // The loss is in the claim from here on, and in the pool's books when the claim is concluded.
        let values = &mut claim.claim;
        values.carrying = values
            .carrying
            .saturating_add(principal.saturating_sub(plan.loss));
        values.written_off = values.written_off.saturating_add(plan.loss);
        let penalty = plan.penalty.saturating_sub(plan.reward);
        values.penalty = values.penalty.saturating_add(penalty);
        self.move_pending(U256::ZERO, penalty);
        Ok(())
    }

    /// Moves a lot from free collateral to collateral in lots, and takes room for its debt.
    fn reserve_lot(
        &mut self,
        account: B256,
        head: &mut Head,
        claim: &mut AccountClaim,
        token: Address,
        plan: &Plan,
    ) -> Fallible<()> {
        let index = self.collateral_amounts(token)?.index;
        let (free, in_lots) = self.position(account, index);
        let Some(left) = free.checked_sub(plan.lot) else {
            return Err(errors::insufficient_collateral(
                account, token, free, plan.lot,
            ));
        };
        self.set_position(account, head, index, left, in_lots.saturating_add(plan.lot))?;
        claim.live_lots = claim.live_lots.checked_add(1).ok_or_else(math_overflow)?;
        claim.assigned = claim.assigned.saturating_add(plan.tab);
        if plan.is_soft {
            // Their own cap is on the flow alone: they count against it from their start on, falling over the cap period. Until they are
            // settled they count against the other caps, like all lots.
            let (now, cap_period) = (self.now(), self.risk().cap_period);
            let mut room = self.predictive_room();
            room.start(plan.lot_debt).map_err(|_| math_overflow())?;
            room.settle(plan.lot_debt, now, now, cap_period);
            self.set_predictive_room(&room)?;
        }
        for side in [token, Address::ZERO] {
            let mut room = self.room(side);
            room.start(plan.lot_debt).map_err(|_| math_overflow())?;
            self.set_room(side, &room)?;
        }
        Ok(())
    }

    fn start_auction(
        &self,
        account: B256,
        token: Address,
        plan: &Plan,
        keeper: Address,
    ) -> Fallible<U256> {
        let calldata = Calldata::new::<ILiquidationAuction::startCall>(8)
            .word(account)
            .address(token)
            .number(plan.lot)
            .number(plan.tab)
            .number(plan.lot_debt)
            .number(plan.price)
            .number(plan.volatility)
            .address(keeper);
        let answer = outbound::call(self.vm(), self.auction(), &calldata)?;
        word_at(&answer, 0).ok_or_else(math_overflow)
    }
}

impl Portfolio {
    /// Whether the collateral, sold in lots, could no longer pay the debt: Σ v_i/k_i ≤ D.
    ///
    /// A loss is recognised for good, so the verdict must not hang on a price that is not good: it has to stand with such
    /// collateral at twice its last price. Dust of a dead token makes no difference to it.
    fn is_insolvent(&self) -> Fallible<bool> {
        let mut payable = U256::ZERO;
        for holding in &self.holdings {
            let doubt = if holding.is_priced() { WAD } else { TWICE };
            let part = mul_div_down(holding.value, doubt, lot_factor(&holding.collateral)?)?;
            payable = math::add(payable, part)?;
        }
        Ok(liquidation::insolvent(payable, self.debt))
    }

    /// Selling `lot` for `claimed` of debt must leave the account healthier: B'·D > B·D', or no debt at all.
    fn require_improvement(
        &self,
        account: B256,
        holding: &Holding,
        claimed: U256,
        lot: U256,
    ) -> Fallible<()> {
        let Some(left) = holding.free.checked_sub(lot) else {
            return Err(errors::insufficient_collateral(
                account,
                holding.token,
                holding.free,
                lot,
            ));
        };
        let threshold = holding.collateral.liquidation_threshold;
        let counted = |value: U256| mul_div_down(value, threshold, WAD);
        let value_left = math::value(left, holding.price)?;
        let capacity_after = self
            .capacity
            .saturating_sub(counted(holding.value)?)
            .saturating_add(counted(value_left)?);
        let debt_after = self.debt.saturating_sub(claimed);
        if debt_after.is_zero() || mul_less(self.capacity, debt_after, capacity_after, self.debt) {
            return Ok(());
        }
        Err(errors::health_would_not_improve(account, holding.token))
    }
}
