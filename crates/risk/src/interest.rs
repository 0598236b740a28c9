//! Interest: compounding, utilisation, and a rate whose level adapts to the market.
//!
//! The rate model is the adaptive curve that Morpho published (docs.morpho.org, "AdaptiveCurveIRM"): a curve of utilisation
//! around a rate at target, and a rate at target that drifts exponentially with the distance from the target. Written from the formulas.
//!
//! What differs from Morpho's contract: its exponential is a quadratic between powers of two, off by −0.54 % to +0.91 %, ours by under
//! 2^-28 ([`borrow_rate`]), so after a step the rates may be a per cent apart; the average over a step (trapezoidal rule on three points), the
//! curve and the compounding series are the same, rounded down (`tests/rate_model.rs` measures it, and has the published figures).

use alloy_primitives::U256;
use breakwater_fixed_point::{mul, mul_div_down, pow_wad_down, WAD, WAD_U64};

/// Seconds of a year of 365 days.
pub const YEAR: u64 = 31_536_000;
/// Utilisation that the rate aims at: 90 %, in WAD.
pub const TARGET_UTILISATION: u64 = WAD_U64 / 10 * 9;
/// The rate at full utilisation is this many times the rate at target, and at none the rate at target divided by it.
pub const STEEPNESS: u64 = 4;
/// At full error the rate at target grows by `e^50` a year: per second, in WAD, rounded down.
pub const ADJUSTMENT_SPEED: u64 = (50 * WAD_U64 as u128 / YEAR as u128) as u64;
/// Rate at target of a market at its first use: 4 % a year; per second, in WAD.
pub const INITIAL_RATE_AT_TARGET: u64 = WAD_U64 / 100 * 4 / YEAR;
/// Lowest rate at target: 0.1 % a year; per second, in WAD.
pub const MIN_RATE_AT_TARGET: u64 = WAD_U64 / 1000 / YEAR;
/// Highest rate at target: 200 % a year; per second, in WAD.
pub const MAX_RATE_AT_TARGET: u64 = WAD_U64 * 2 / YEAR;

/// From the least rate at target to the greatest is a factor of 2000, under e^8, so beyond a drift of 16 even the middle of the
/// interval is at its bound: a greater one, in WAD, makes no difference.
const DRIFT_LIMIT: u64 = 16 * WAD_U64;
/// A power of two: the power then takes twelve squarings, the last of half of it.
const STEPS: u64 = 4096;

/// `e^(rate·seconds) − 1` in WAD by the first three terms of its series, each rounded down: `x + x²/2 + x³/6`.
///
/// Total: saturates at `U256::MAX`. Never above the exact value; short of it by less than `x⁴/24·e^x`, that is, of the
/// interest itself, less than 0.0006 % for `x = 5 %` and less than 2 % for `x = 70 %`.
#[must_use]
pub fn compound_factor_minus_one(rate_per_second_wad: U256, seconds: u64) -> U256 {
    let first = mul(rate_per_second_wad, word(seconds)).unwrap_or(U256::MAX);
    let next = |term: U256, divisor: u64| {
        // WAD times 2 or 3 fits a word.
        mul_div_down(term, first, word(WAD_U64.wrapping_mul(divisor))).unwrap_or(U256::MAX)
    };
    let second = next(first, 2);
    let third = next(second, 3);
    first.saturating_add(second).saturating_add(third)
}

/// Share of the pool that is lent or in claims: `floor(used·1e18/total)`, at most 1; 1 for anything used of nothing.
#[must_use]
pub fn utilisation(borrowed_plus_claims: U256, total: U256) -> U256 {
    if borrowed_plus_claims >= total {
        return if borrowed_plus_claims.is_zero() {
            U256::ZERO
        } else {
            WAD
        };
    }
    mul_div_down(borrowed_plus_claims, WAD, total).unwrap_or(WAD)
}

/// The rate model's step: `(average_rate, new_rate_at_target)`, both per second in WAD.
///
/// `utilisation` in WAD (more than 1 counts as 1), `elapsed` since the last step, `rate_at_target` as the last step returned it; 0 means first use.
///
/// * error: `e = (u − target)/(u > target ? 1 − target : target)`, between −1 and 1;
/// * drift: `rate_at_target·exp(speed·e·elapsed)`, within its bounds; the average over the interval by the trapezoidal rule on
///   start, middle and end, `(start + end + 2·mid)/4`;
/// * curve: `rate·(1 + (e < 0 ? 1 − 1/steepness : steepness − 1)·e)` of that average.
///
/// Total: saturates. All divisions round down.
#[must_use]
pub fn borrow_rate(utilisation: U256, elapsed: u64, rate_at_target: u64) -> (u64, u64) {
    let utilisation = low_word(utilisation.min(WAD));
    let above = utilisation > TARGET_UTILISATION;
    let distance = utilisation.abs_diff(TARGET_UTILISATION);
    // distance ≤ span: at most WAD.
    let span = if above {
        WAD_U64 - TARGET_UTILISATION
    } else {
        TARGET_UTILISATION
    };
    let error = ratio(distance, WAD_U64, span);

    let (average, end) = if rate_at_target == 0 {
        (INITIAL_RATE_AT_TARGET, INITIAL_RATE_AT_TARGET)
    } else {
        let speed = ratio(ADJUSTMENT_SPEED, error, WAD_U64);
        let drift = speed.saturating_mul(elapsed).min(DRIFT_LIMIT);
        let (half, whole) = growth(drift);
        let end = drifted(rate_at_target, whole, above);
        let middle = drifted(rate_at_target, half, above);
        // Each at most MAX_RATE_AT_TARGET but for the start, which is the caller's: saturating.
        let sum = rate_at_target
            .min(MAX_RATE_AT_TARGET)
            .wrapping_add(end)
            .wrapping_add(middle.wrapping_mul(2));
        (sum / 4, end)
    };
    let multiplier = if above {
        WAD_U64.wrapping_add(error.wrapping_mul(STEEPNESS - 1))
    } else {
        WAD_U64.wrapping_sub((error / STEEPNESS).wrapping_mul(STEEPNESS - 1))
    };
    (ratio(average, multiplier, WAD_U64), end)
}

/// `e^(drift/2)` and `e^drift`, in WAD, rounded down; saturates.
///
/// The first is the 2048-th power of the Taylor series that interest compounds by, and the second its square: a drift that does
/// not end at a bound is under 8, its step under 2^-9, what the series leaves out under 2^-40, and so the power's relative error
/// under 2^-28. A quarter of the code of an exponential of any argument, which this model does not need.
fn growth(drift: u64) -> (U256, U256) {
    let step = compound_factor_minus_one(word(drift / STEPS), 1).saturating_add(WAD);
    let half = pow_wad_down(step, STEPS / 2).unwrap_or(U256::MAX);
    (half, mul_div_down(half, half, WAD).unwrap_or(U256::MAX))
}

/// `rate·power` or `rate/power`, `power` in WAD, within the bounds of the rate at target.
fn drifted(rate: u64, power: U256, up: bool) -> u64 {
    let (numerator, denominator) = if up { (power, WAD) } else { (WAD, power) };
    let moved = mul_div_down(word(rate), numerator, denominator).unwrap_or(U256::MAX);
    low_word(moved.min(word(MAX_RATE_AT_TARGET))).max(MIN_RATE_AT_TARGET)
}

/// `floor(a·b/divisor)` on words; the callers' results fit one.
fn ratio(a: u64, b: u64, divisor: u64) -> u64 {
    low_word(mul_div_down(word(a), word(b), word(divisor)).unwrap_or(U256::ZERO))
}

fn word(value: u64) -> U256 {
    U256::from_limbs([value, 0, 0, 0])
}

fn low_word(value: U256) -> u64 {
    let [low, ..] = value.into_limbs();
    low
}
