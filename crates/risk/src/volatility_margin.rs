//! Volatility moves the liquidation threshold: where it should be, and how fast it may go there.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, WAD};

use crate::value_at_risk::{decline, exponent};

/// Time over which the greatest step is `slew`, seconds. Longer waits earn no greater step.
pub const SLEW_PERIOD: u64 = 3600;

/// Target threshold `clamp(exp(−z_l·σ·√h_l)/k, λ_min, λ_max)` in WAD, rounded down: a lot sold at the end of a fall of z_l standard
/// deviations over h_l still pays its debt and penalty. Never rises with σ, z_l, h_l or k.
#[must_use]
pub fn target_threshold(
    volatility: U256,
    deviations: U256,
    horizon: u64,
    lot_factor: U256,
    min: U256,
    max: U256,
) -> U256 {
    let fall = decline(exponent(deviations, volatility, horizon));
    mul_div_down(fall, WAD, lot_factor)
        .unwrap_or(max)
        .max(min)
        .min(max)
}

/// The threshold after `elapsed` seconds on its way to `target`: nearer by at most `slew·elapsed/3600`, and by at most `slew` however long
/// nobody moved it. So a jump of volatility liquidates nobody at once, after a quiet month no more than after a busy one.
///
/// Both ways alike, and never past the target: steps up and down again lead nowhere that the target does not.
#[must_use]
pub fn moved_threshold(current: U256, target: U256, slew: U256, elapsed: u64) -> U256 {
    let time = U256::from_limbs([elapsed.min(SLEW_PERIOD), 0, 0, 0]);
    let period = U256::from_limbs([SLEW_PERIOD, 0, 0, 0]);
    let step = mul_div_down(slew, time, period).unwrap_or(slew);
    if current < target {
        current.saturating_add(step).min(target)
    } else {
        current.saturating_sub(step).max(target)
    }
}
