//! What anybody may do for the market, and an owner for an account, without money: thresholds that follow volatility, and the
//! choice of predictive liquidation.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::vault::IVault;
use breakwater_risk::volatility_margin::moved_threshold;

use crate::{
    errors::{self, Fallible},
    position::Holding,
    state::{shortened, VaultState},
};

impl VaultState {
    /// Moves a token's threshold toward where its volatility wants it, by anybody. Returns the threshold.
    ///
    /// # Errors
    ///
    /// `Locked`, `UnknownCollateral`, `PriceNotOk`: without a good price nothing is known of its volatility.
    pub(crate) fn update_margin(&mut self, token: Address) -> Fallible<U256> {
        if self.is_locked() {
            return Err(errors::locked());
        }
        let mut collateral = self.collateral(token)?;
        let mut holding = [Holding::unpriced(token, collateral, U256::ZERO)];
        self.price(&mut holding, None)?;
        let [holding] = holding;
        if !holding.is_priced() {
            return Err(errors::price_not_ok(token, holding.status));
        }
        let rules = self.margin_rules();
        let target = holding.target_threshold(&rules)?;
        let (current, now) = (collateral.liquidation_threshold, self.now());
        let mut limits = self.collateral_limits(token);
        let elapsed = now.saturating_sub(limits.threshold_moved);
        let moved = shortened(moved_threshold(current, target, rules.slew, elapsed));
        // A step too small to be kept must not use up its time.
        if moved != current {
            collateral.liquidation_threshold = moved;
            limits.threshold_moved = now;
            self.set_collateral(token, &collateral, &limits)?;
            self.emit(&IVault::ThresholdMoved {
                token,
                threshold: moved,
                target,
                volatility: holding.volatility,
            });
        }
        Ok(moved)
    }

    /// Looks at the fund's cover, by anybody: arms auto-deleveraging, or ends it. Returns from when on it is in force, 0 if it is not.
    ///
    /// # Errors
    ///
    /// `Locked`: in the middle of a call the books may count a payment that has not come in yet. `MathOverflow`.
    pub(crate) fn update_deleveraging(&mut self) -> Fallible<u64> {
        if self.is_locked() {
            return Err(errors::locked());
        }
        let mut state = self.deleveraging();
        let cover = self.cover(&self.market_now())?;
        if state.update(cover, self.now()) {
            self.set_deleveraging(&state)?;
            self.emit(&IVault::DeleveragingSet {
                from: U256::from(state.from()),
                cover,
                target: state.target,
            });
        }
        Ok(state.from())
    }

    /// Lets an account be liquidated before it is unhealthy, or no longer, by its owner or an operator.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub(crate) fn choose_predictive(&mut self, account: B256, enabled: bool) -> Fallible<()> {
        self.require_account_right(account)?;
        let mut head = self.head(account);
        head.predictive = enabled;
        self.set_head(account, &head)?;
        self.emit(&IVault::PredictiveSet { account, enabled });
        Ok(())
    }
}
