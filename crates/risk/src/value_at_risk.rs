//! What a portfolio may lose: volatility with one market factor, and value at risk in log form.
//!
//! Of collateral `i`: `c_i = λ_i·v_i` its part of the capacity `B = Σ c_i`, `w_i = c_i/B`, `σ_i` its annual volatility, `β_i` its
//! correlation with the market, from 0 to 1.
//!
//! * `σ_B² = (Σ w_i·σ_i·β_i)² + Σ (w_i·σ_i)²·(1 − β_i²)`: the variance of `Σ w_i·σ_i·(β_i·M + √(1 − β_i²)·Z_i)` with independent
//!   standard normal `M` and `Z_i`, so never negative, whatever the figures; one number a token, not one a pair.
//! * A margin of `z` standard deviations over a horizon `h` holds iff `D ≤ B·exp(−z·σ_B·√h)`: in log form a price can fall by any
//!   factor and never below 0 (J. P. Morgan/Reuters, RiskMetrics, 1996: returns as differences of logarithms).

use alloy_primitives::U256;
use breakwater_fixed_point::{
    exp_wad, ln_wad, mul_div_down, mul_div_up, sqrt_down, PRICE_SCALE, WAD,
};

use crate::{interest::YEAR, margin::health_factor};

/// Where an exponent saturates, WAD: `exp(−64)` in WAD is 0, and `exp(64)` times any debt of 128 bits fits a word.
const EXPONENT_LIMIT: U256 = U256::from_limbs([0x782d_ace9_d900_0000, 3, 0, 0]);

/// The two sums of a portfolio's variance, under construction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variance {
    /// `Σ w_i·σ_i·β_i`, WAD.
    common: U256,
    /// `Σ (w_i·σ_i)²·(1 − β_i²)`, times 1e36.
    own: U256,
}

impl Variance {
    /// Counts a collateral of which `part = c_i` of the capacity is. Rounds up; `beta` above 1 counts as 1.
    pub fn add(&mut self, part: U256, capacity: U256, volatility: U256, beta: U256) {
        // An unknown share of nothing is the whole.
        let weight = up(part, WAD, capacity).min(WAD);
        let beta = beta.min(WAD);
        let weighted = up(weight, volatility, WAD);
        self.common = self.common.saturating_add(up(weighted, beta, WAD));
        // 1 − β², times 1e36; β² ≤ 1e36.
        let rest = PRICE_SCALE.saturating_sub(up(beta, beta, U256::ONE));
        let square = up(weighted, weighted, U256::ONE);
        self.own = self.own.saturating_add(up(square, rest, PRICE_SCALE));
    }

    /// `σ_B` in WAD, rounded up: above the exact figure by less than `n·(σ_max + 3)` units for `n` collaterals. Saturates at 2^128.
    #[must_use]
    pub fn volatility(&self) -> U256 {
        sqrt_up(up(self.common, self.common, U256::ONE).saturating_add(self.own))
    }
}

/// `⌈a·b/divisor⌉`, saturating. One body, not inlined: everything here is made of it.
#[inline(never)]
fn up(a: U256, b: U256, divisor: U256) -> U256 {
    mul_div_up(a, b, divisor).unwrap_or(U256::MAX)
}

/// `⌈√value⌉`.
#[inline(never)]
fn sqrt_up(value: U256) -> U256 {
    match value.checked_sub(U256::ONE) {
        // One more than the root of what is below.
        Some(below) => sqrt_down(below).saturating_add(U256::ONE),
        None => U256::ZERO,
    }
}

/// `z·σ·√(h/year)` in WAD, rounded up, at most 64: `deviations` z and `volatility` σ in WAD, `horizon` h in seconds. Above the exact
/// figure by less than `z·σ + 2` units.
#[must_use]
pub fn exponent(deviations: U256, volatility: U256, horizon: u64) -> U256 {
    let year = U256::from_limbs([YEAR, 0, 0, 0]);
    let share = up(U256::from_limbs([horizon, 0, 0, 0]), PRICE_SCALE, year);
    up(up(deviations, volatility, WAD), sqrt_up(share), WAD).min(EXPONENT_LIMIT)
}

/// `exp(−e)` in WAD, not above the exact figure but by its unit in the last place. Falls as `e` grows.
#[must_use]
pub fn decline(exponent: U256) -> U256 {
    exp_wad(to_signed(exponent).wrapping_neg())
}

/// `exp(e)` in WAD, rounded down. Rises with `e`.
#[must_use]
pub fn growth(exponent: U256) -> U256 {
    exp_wad(to_signed(exponent))
}

/// What an account of capacity `B` may owe with a margin of this exponent: `⌊B·exp(−e)⌋`.
#[must_use]
pub fn margin_limit(capacity: U256, exponent: U256) -> U256 {
    mul_div_down(capacity, decline(exponent), WAD).unwrap_or(U256::ZERO)
}

/// Value at risk, in capacity: `B − ⌊B·exp(−z·σ_B·√h)⌋`, what of `B` is lost in a fall of z standard deviations over h.
#[must_use]
pub fn value_at_risk(capacity: U256, exponent: U256) -> U256 {
    capacity.saturating_sub(margin_limit(capacity, exponent))
}

/// Distance to liquidation `DL = ln(HF)/(σ_B·√h)`, in standard deviations (WAD), negative for an unhealthy account; toward 0.
/// `i128::MAX` without debt or volatility, `i128::MIN` without capacity.
#[must_use]
pub fn distance(debt: U256, capacity: U256, volatility: U256, horizon: u64) -> i128 {
    if debt.is_zero() {
        return i128::MAX;
    }
    let Some(logarithm) = ln_wad(health_factor(debt, capacity)) else {
        return i128::MIN;
    };
    let deviation = exponent(WAD, volatility, horizon);
    let magnitude = mul_div_down(
        U256::from_limbs([
            logarithm.unsigned_abs() as u64,
            (logarithm.unsigned_abs() >> 64) as u64,
            0,
            0,
        ]),
        WAD,
        deviation,
    );
    let Some([low, high, 0, 0]) = magnitude.map(U256::into_limbs) else {
        return if logarithm < 0 { i128::MIN } else { i128::MAX };
    };
    let magnitude = (u128::from(high) << 64) | u128::from(low);
    let magnitude = i128::try_from(magnitude).unwrap_or(i128::MAX);
    if logarithm < 0 {
        magnitude.wrapping_neg()
    } else {
        magnitude
    }
}

/// An exponent within its limit as a signed number.
fn to_signed(exponent: U256) -> i128 {
    let [low, high, ..] = exponent.min(EXPONENT_LIMIT).into_limbs();
    (i128::from(high) << 64) | i128::from(low)
}
