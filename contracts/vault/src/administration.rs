//! Parameters, within bounds, and who may change them.

use alloy_primitives::{Address, U256};
use breakwater_fixed_point::WAD;
use breakwater_interfaces::{
    auction::ILiquidationAuction,
    outbound::{self, word_at, Calldata},
    vault::IVault,
};
use breakwater_risk::{
    margin::{self, CollateralParameters, ParameterError},
    room::Room,
    tightening::Tightening,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{self, parameter_out_of_bounds, Fallible},
    math,
    state::{
        is_short_ratio, Collateral, Limits, MarginRules, Minimums, Risk, VaultState, MAX_MIN_DEBT,
        MAX_MIN_LOT, MAX_TIP, MAX_TOKENS,
    },
};

/// Longest cool-off, seconds: the age in which a position can't be liquidated unless insolvent.
pub(crate) const MAX_COOL_OFF: u64 = 5 * 60;
/// Bounds of the period over which settled debt goes on counting against the caps, seconds.
pub(crate) const CAP_PERIOD: (u64, u64) = (60, 30 * 24 * 3600);
/// Greatest part of interest that the fund may get, WAD: one half.
pub(crate) const MAX_RESERVE_FACTOR: u64 = 500_000_000_000_000_000;
/// Greatest target health, WAD: 2.
pub(crate) const MAX_TARGET_HEALTH: u64 = 2_000_000_000_000_000_000;
/// Greatest amount that may be for sale at once: a room's figures have 96 bits.
pub(crate) const MAX_ROOM: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);
/// Greatest cap on total assets: so that assets times the virtual shares' million stay within 128 bits.
pub(crate) const MAX_SUPPLY_CAP: u128 = u128::MAX / 4_000_000;

/// Most standard deviations of a margin, and greatest least volatility, WAD: 4.
const MAX_DEVIATIONS: U256 = U256::from_limbs([4_000_000_000_000_000_000, 0, 0, 0]);
/// One half, WAD.
const HALF: U256 = U256::from_limbs([500_000_000_000_000_000, 0, 0, 0]);
/// Greatest penalty of predictive liquidation, WAD: 10 %.
const MAX_SOFT_PENALTY: U256 = U256::from_limbs([100_000_000_000_000_000, 0, 0, 0]);
/// Bounds of the slew, WAD an hour: 0.1 % and 10 %. Never 0: a threshold must be able to follow its parameters.
const SLEW: (U256, U256) = (
    U256::from_limbs([1_000_000_000_000_000, 0, 0, 0]),
    U256::from_limbs([100_000_000_000_000_000, 0, 0, 0]),
);
/// Longest horizon of a margin, seconds: 90 days.
const MAX_HORIZON: u64 = 90 * 24 * 3600;

/// Ratios that share a word are kept in billionths.
fn in_billionths(parameter: &[u8], value: U256) -> Fallible<()> {
    if !is_short_ratio(value) {
        return Err(parameter_out_of_bounds(parameter, value));
    }
    Ok(())
}

fn at_most(parameter: &[u8], value: U256, bound: U256) -> Fallible<()> {
    if value > bound {
        return Err(parameter_out_of_bounds(parameter, value));
    }
    Ok(())
}

/// A tightening that the owner has taken back: its end stays, and with it the time in which there is no other.
fn taken_back(tightening: u32) -> u32 {
    let last = Tightening::unpack(tightening);
    Tightening { percent: 0, ..last }.pack()
}

impl VaultState {
    /// The parameters of a collateral, all at once; adds it if it is new. What a steward made of `borrowLtv` ends. The threshold of one that is there stays where it is, and
    /// moves into its new range by `updateMargin`, no faster than slew: no change of parameters liquidates anybody at once.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ZeroAddress`, `TooManyTokens`, `ParameterOutOfBounds`.
    pub(crate) fn configure_collateral(
        &mut self,
        token: Address,
        given: &Collateral,
        supply_cap: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        if token.is_zero() {
            return Err(errors::zero_address());
        }
        // The loan asset can't back loans of itself, nor the vault's own shares: their prices would hang on the vault.
        if token == self.asset() || token == self.vm().contract_address() {
            return Err(errors::unknown_collateral(token));
        }
        let mut collateral = *given;
        let mut threshold_moved = self.now();
        if let Ok(known) = self.collateral(token) {
            collateral.amounts.index = known.amounts.index;
            collateral.amounts.total = known.amounts.total;
            collateral.liquidation_threshold = known.liquidation_threshold;
            threshold_moved = self.collateral_limits(token).threshold_moved;
            collateral.amounts.tightening = taken_back(known.amounts.tightening);
        } else {
            collateral.liquidation_threshold = given.threshold_max;
            self.check_margin(&collateral)?;
            collateral.amounts.index = self.append_token(token)?;
            // The word of its debt for sale is there from now on: the first liquidation does not pay for it.
            self.set_room(token, &Room::default())?;
        }
        self.check_margin(&collateral)?;
        if given.lot_buffer < self.risk().backstop_discount {
            return Err(parameter_out_of_bounds(b"lotBuffer", given.lot_buffer));
        }
        at_most(b"beta", given.beta, WAD)?;
        for (name, ratio) in [
            (b"borrowLtv".as_slice(), given.borrow_ltv),
            (b"thresholdMin", given.threshold_min),
            (b"thresholdMax", given.threshold_max),
            (b"penaltyMin", given.penalty_min),
            (b"penaltyMax", given.penalty_max),
            (b"lotBuffer", given.lot_buffer),
            (b"beta", given.beta),
        ] {
            in_billionths(name, ratio)?;
        }
        at_most(b"roomCap", given.amounts.room_cap, MAX_ROOM)?;
        at_most(b"supplyCap", supply_cap, U256::from(u128::MAX))?;
        let limits = Limits {
            supply_cap,
            threshold_moved,
        };
        self.set_collateral(token, &collateral, &limits)?;
        self.emit(&IVault::CollateralSet {
            token,
            borrowLtv: given.borrow_ltv,
            thresholdMin: given.threshold_min,
            thresholdMax: given.threshold_max,
            penaltyMin: given.penalty_min,
            penaltyMax: given.penalty_max,
            lotBuffer: given.lot_buffer,
            beta: given.beta,
            supplyCap: supply_cap,
            roomCap: given.amounts.room_cap,
        });
        Ok(())
    }

    /// How volatility bears on margins, all at once, and the cap on predictive liquidation.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`.
    pub(crate) fn configure_margin(
        &mut self,
        rules: &MarginRules,
        predictive_cap: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        let z = rules.opening_deviations;
        for (name, ratio, bound) in [
            (b"openingDeviations".as_slice(), z, MAX_DEVIATIONS),
            (
                b"thresholdDeviations",
                rules.threshold_deviations,
                MAX_DEVIATIONS,
            ),
            // Half a deviation at least between where an account is opened and where it is liquidated.
            (
                b"softDeviations",
                rules.soft_deviations,
                z.saturating_sub(HALF),
            ),
            (b"softPenalty", rules.soft_penalty, MAX_SOFT_PENALTY),
            (b"slew", rules.slew, SLEW.1),
            (b"volatilityMin", rules.volatility_min, MAX_DEVIATIONS),
        ] {
            at_most(name, ratio, bound)?;
            in_billionths(name, ratio)?;
        }
        if rules.slew < SLEW.0 {
            return Err(parameter_out_of_bounds(b"slew", rules.slew));
        }
        for (name, seconds) in [
            (b"openingHorizon".as_slice(), rules.opening_horizon),
            (b"thresholdHorizon", rules.threshold_horizon),
        ] {
            at_most(name, U256::from(seconds), U256::from(MAX_HORIZON))?;
        }
        at_most(b"predictiveCap", predictive_cap, MAX_ROOM)?;
        self.set_margin_rules(rules);
        self.set_predictive_cap(predictive_cap);
        self.log_margin();
        Ok(())
    }

    /// `MarginSet`, of what is stored.
    #[inline(never)]
    pub(crate) fn log_margin(&self) {
        let rules = self.margin_rules();
        self.emit(&IVault::MarginSet {
            openingDeviations: rules.opening_deviations,
            openingHorizon: U256::from(rules.opening_horizon),
            thresholdDeviations: rules.threshold_deviations,
            thresholdHorizon: U256::from(rules.threshold_horizon),
            softDeviations: rules.soft_deviations,
            softPenalty: rules.soft_penalty,
            slew: rules.slew,
            volatilityMin: rules.volatility_min,
            predictiveCap: self.predictive_cap(),
        });
    }

    fn append_token(&mut self, token: Address) -> Fallible<u8> {
        let (minimum, count) = self.fund_minimum();
        if count >= MAX_TOKENS {
            return Err(errors::too_many_tokens(U256::from(MAX_TOKENS)));
        }
        let index = count as u8;
        self.set_fund_minimum(minimum, count.saturating_add(1))?;
        self.add_token(index, token);
        Ok(index)
    }

    /// The bounds hold at the greatest threshold that can be in force: the present one may be above its new range for a while.
    fn check_margin(&self, collateral: &Collateral) -> Fallible<()> {
        let target_health = self.risk().target_health;
        let greatest = collateral
            .threshold_max
            .max(collateral.liquidation_threshold);
        let parameters = CollateralParameters {
            borrow_ltv: collateral.borrow_ltv,
            liquidation_threshold: greatest,
            penalty_min: collateral.penalty_min,
            penalty_max: collateral.penalty_max,
            lot_buffer: collateral.lot_buffer,
        };
        margin::check_collateral(&parameters, target_health).map_err(|error| match error {
            ParameterError::LotBufferTooLarge => {
                parameter_out_of_bounds(b"lotBuffer", parameters.lot_buffer)
            }
            ParameterError::PenaltiesOutOfOrder => {
                parameter_out_of_bounds(b"penaltyMin", parameters.penalty_min)
            }
            ParameterError::TargetHealthTooLow | ParameterError::TargetTooClose => {
                parameter_out_of_bounds(b"targetHealth", target_health)
            }
            ParameterError::ThresholdTooHigh => parameter_out_of_bounds(b"thresholdMax", greatest),
            ParameterError::BorrowLtvTooHigh => {
                parameter_out_of_bounds(b"borrowLtv", parameters.borrow_ltv)
            }
        })?;
        at_most(
            b"thresholdMin",
            collateral.threshold_min,
            collateral.threshold_max,
        )?;
        if !margin::is_ltv_within(collateral.borrow_ltv, collateral.threshold_min) {
            return Err(parameter_out_of_bounds(b"borrowLtv", collateral.borrow_ltv));
        }
        Ok(())
    }

    /// The parameters of liquidation, all at once; each collateral must still fit them.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`.
    pub(crate) fn configure_risk(
        &mut self,
        target_health: U256,
        min_debt: U256,
        min_lot: U256,
        backstop_discount: U256,
        cap_period: U256,
        cool_off: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        if target_health <= WAD || target_health > U256::from(MAX_TARGET_HEALTH) {
            return Err(parameter_out_of_bounds(b"targetHealth", target_health));
        }
        if min_lot.is_zero() {
            return Err(parameter_out_of_bounds(b"minLot", min_lot));
        }
        // An account with the least debt must be worth an auction.
        if min_debt < min_lot {
            return Err(parameter_out_of_bounds(b"minDebt", min_debt));
        }
        at_most(b"minDebt", min_debt, MAX_MIN_DEBT)?;
        at_most(b"minLot", min_lot, MAX_MIN_LOT)?;
        if backstop_discount >= WAD {
            return Err(parameter_out_of_bounds(
                b"backstopDiscount",
                backstop_discount,
            ));
        }
        in_billionths(b"targetHealth", target_health)?;
        in_billionths(b"backstopDiscount", backstop_discount)?;
        let (least, most) = CAP_PERIOD;
        if cap_period < U256::from(least) || cap_period > U256::from(most) {
            return Err(parameter_out_of_bounds(b"capPeriod", cap_period));
        }
        at_most(b"coolOff", cool_off, U256::from(MAX_COOL_OFF))?;
        self.set_risk(&Risk {
            target_health,
            backstop_discount,
            cap_period: cap_period.saturating_to::<u64>(),
            cool_off: cool_off.saturating_to::<u64>(),
            ..self.risk()
        });
        self.set_minimums(&Minimums {
            min_debt,
            min_lot,
            ..self.minimums()
        });
        let (_, count) = self.fund_minimum();
        let limit = WAD.saturating_sub(backstop_discount);
        for index in 0..count {
            let token = self.token_at(index as u8);
            let collateral = self.collateral(token)?;
            self.check_margin(&collateral)?;
            if collateral.lot_buffer < backstop_discount || self.lowest_price(token)? >= limit {
                return Err(parameter_out_of_bounds(
                    b"backstopDiscount",
                    backstop_discount,
                ));
            }
        }
        self.log_risk();
        Ok(())
    }

    /// `RiskSet`, of what is stored.
    #[inline(never)]
    pub(crate) fn log_risk(&self) {
        let (risk, minimums) = (self.risk(), self.minimums());
        self.emit(&IVault::RiskSet {
            targetHealth: risk.target_health,
            minDebt: minimums.min_debt,
            minLot: minimums.min_lot,
            backstopDiscount: risk.backstop_discount,
            capPeriod: U256::from(risk.cap_period),
            coolOff: U256::from(risk.cool_off),
        });
    }

    /// The part of the oracle's price at which an auction of `token` needs a reset, WAD, rounded up; 0 without a curve. The auction holds a
    /// new curve against the discount, and here a new discount is held against the curves.
    fn lowest_price(&self, token: Address) -> Fallible<U256> {
        let calldata = Calldata::new::<ILiquidationAuction::curveOfCall>(1).address(token);
        let answer = outbound::static_call(self.vm(), self.auction(), &calldata)?;
        // Kind, buffer, rate, step, floor, cap, tail, cusp.
        let (Some(buffer), Some(cusp)) = (word_at(&answer, 1), word_at(&answer, 7)) else {
            return Err(errors::math_overflow());
        };
        math::mul_div_up(buffer, cusp, WAD)
    }

    /// The keeper's reward: `tip` in loan asset, `chip` as a part of the debt, WAD, in whole billionths.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`.
    pub(crate) fn configure_reward(&mut self, tip: U256, chip: U256) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(b"chip", chip, WAD)?;
        in_billionths(b"chip", chip)?;
        at_most(b"tip", tip, MAX_TIP)?;
        self.set_risk(&Risk {
            chip,
            ..self.risk()
        });
        self.set_minimums(&Minimums {
            tip,
            ..self.minimums()
        });
        self.emit(&IVault::RewardSet { tip, chip });
        Ok(())
    }

    /// The fund's part of interest, the cap on all debt for sale, and the shares that always stay with the fund.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `ParameterOutOfBounds`, `AmountTooLarge`.
    pub(crate) fn configure_fees(
        &mut self,
        reserve_factor: U256,
        total_room_cap: U256,
        fund_minimum: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(
            b"reserveFactor",
            reserve_factor,
            U256::from(MAX_RESERVE_FACTOR),
        )?;
        in_billionths(b"reserveFactor", reserve_factor)?;
        at_most(b"totalRoomCap", total_room_cap, MAX_ROOM)?;
        // Interest up to now is shared by the old rule.
        let accrue = Calldata::new::<IVault::accrueCall>(0);
        self.delegate(self.settlement(), accrue.as_slice())?;
        let mut risk = self.risk();
        risk.reserve_factor = reserve_factor;
        self.set_risk(&risk);
        self.set_total_room_cap(total_room_cap);
        let (_, count) = self.fund_minimum();
        self.set_fund_minimum(fund_minimum, count)?;
        self.emit(&IVault::FeesSet {
            reserveFactor: reserve_factor,
            totalRoomCap: total_room_cap,
            fundMinimum: fund_minimum,
        });
        Ok(())
    }

    /// Most assets that lenders may have in the pool. What a steward made of it ends.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`.
    pub(crate) fn configure_supply_cap(&mut self, supply_cap: U256) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(b"supplyCap", supply_cap, U256::from(MAX_SUPPLY_CAP))?;
        let (_, tightening) = self.supply_cap();
        self.set_supply_cap(supply_cap, taken_back(tightening));
        self.emit(&IVault::SupplyCapSet {
            supplyCap: supply_cap,
        });
        Ok(())
    }

    /// The cover that the fund should have, loan asset; 0 turns auto-deleveraging off. What is armed stays so until somebody's
    /// `updateDeleveraging` finds the target met.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`, `AmountTooLarge`.
    pub(crate) fn configure_fund_target(&mut self, target: U256) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(b"fundTarget", target, U256::from(u128::MAX))?;
        let mut state = self.deleveraging();
        state.target = target;
        self.set_deleveraging(&state)?;
        self.emit(&IVault::FundTargetSet { target });
        Ok(())
    }

    /// Names a new owner, who has to accept. The zero address withdraws an offer.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub(crate) fn offer_ownership(&mut self, new_owner: Address) -> Fallible<()> {
        let previous_owner = self.owner();
        self.require_caller(previous_owner)?;
        self.set_pending_owner(new_owner);
        self.emit(&IVault::OwnershipTransferStarted {
            previousOwner: previous_owner,
            newOwner: new_owner,
        });
        Ok(())
    }

    /// Makes the caller the owner, if it was offered.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub(crate) fn take_ownership(&mut self) -> Fallible<()> {
        let new_owner = self.vm().msg_sender();
        self.require_caller(self.pending_owner())?;
        let previous_owner = self.owner();
        self.set_owner(new_owner);
        self.set_pending_owner(Address::ZERO);
        self.emit(&IVault::OwnershipTransferred {
            previousOwner: previous_owner,
            newOwner: new_owner,
        });
        Ok(())
    }
}
