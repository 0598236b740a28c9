//! How an auction's price falls.
//!
//! | curve | price after `t` seconds |
//! |---|---|
//! | linear | `top·(1 − t/seconds_to_zero)` |
//! | exponential | `top·factor^t` |
//! | stairstep exponential | `top·factor^⌊t/step⌋` |
//! | volatility-scaled exponential | `top·(1 − d)^t` with `d = c·σ/√year`, within a floor and a cap |
//!
//! The last is an exponential whose factor is fixed when the price starts: [`volatility_scaled`]. So all four are one [`Curve`],
//! with one function. `docs/efficiency.md` derives the default `c`, [`DEFAULT_VOLATILITY_MULTIPLIER`].

use alloy_primitives::U256;
use breakwater_fixed_point::{decay_down, mul_div_down, mul_less, WAD, WAD_U64};

/// `floor(√31536000·1e18)`: a year of 365 days, in seconds.
const SQRT_YEAR_WAD: U256 = U256::from_limbs([7_882_100_855_139_645_029, 304, 0, 0]);

/// `c` of the volatility-scaled curve by default: `floor(¾·√2·1e18)`. At a block a second it makes the expected loss twice the least
/// that any decay can reach (`docs/efficiency.md`, 4).
pub const DEFAULT_VOLATILITY_MULTIPLIER: u64 = 1_060_660_171_779_821_286;

/// A price curve. All fall from the top price and never rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// In a straight line to 0: `top·(1 − elapsed/seconds_to_zero)`.
    Linear {
        /// Seconds until the price is 0; 0 makes it 0 at once.
        seconds_to_zero: u64,
    },
    /// By a constant factor a second: `top·factor^elapsed`.
    Exponential {
        /// The factor, in WAD; above 1 counts as 1.
        factor_per_second: u64,
    },
    /// By a constant factor a step: `top·factor^⌊elapsed/seconds_per_step⌋`.
    Stairstep {
        /// The factor, in WAD; above 1 counts as 1.
        factor_per_step: u64,
        /// Length of a step, in seconds; 0 counts as 1.
        seconds_per_step: u64,
    },
}

impl Curve {
    /// The price `elapsed` seconds after the start, in the unit of `top`, rounded down.
    ///
    /// Never above the exact curve and never rising, for any parameter. The linear curve is the exact one, rounded down; the
    /// exponentials are below the exact one by less than `n·2^-126` of it, with `n` the number of factors, and one unit.
    #[must_use]
    pub fn price(&self, top: U256, elapsed: u64) -> U256 {
        let (factor, steps) = match *self {
            Self::Linear { seconds_to_zero } => {
                return mul_div_down(
                    top,
                    word(seconds_to_zero.saturating_sub(elapsed)),
                    word(seconds_to_zero),
                )
                .unwrap_or(U256::ZERO)
            }
            Self::Exponential { factor_per_second } => (factor_per_second, elapsed),
            Self::Stairstep {
                factor_per_step,
                seconds_per_step,
            } => (
                factor_per_step,
                elapsed.checked_div(seconds_per_step).unwrap_or(elapsed),
            ),
        };
        decay_down(top, factor, steps)
    }
}

/// Decay per second in WAD for an annualised `volatility` (WAD): `multiplier·volatility/√year`, rounded down, not under `floor` and
/// not over `cap`; `multiplier` in WAD, per root of a second. Total, and never falling as volatility or multiplier grows. With
/// `floor` above `cap` it is `cap`; a decay above 1 counts as 1.
#[must_use]
pub fn volatility_decay(multiplier: u64, volatility: U256, floor: u64, cap: u64) -> u64 {
    // What does not fit is above any cap.
    let [decay, rest @ ..] = mul_div_down(word(multiplier), volatility, SQRT_YEAR_WAD)
        .unwrap_or(U256::MAX)
        .into_limbs();
    let decay = if rest == [0; 3] { decay } else { u64::MAX };
    decay.max(floor).min(cap).min(WAD_U64)
}

/// The exponential whose price falls by [`volatility_decay`] a second: the quicker the market, the quicker the auction.
#[must_use]
pub fn volatility_scaled(multiplier: u64, volatility: U256, floor: u64, cap: u64) -> Curve {
    let decay = volatility_decay(multiplier, volatility, floor, cap);
    Curve::Exponential {
        factor_per_second: WAD_U64.saturating_sub(decay),
    }
}

/// Whether an auction must be reset before anybody may take: more than `tail` seconds old, or its price under `cusp` (WAD) of the top.
#[must_use]
pub fn needs_reset(top: U256, price: U256, elapsed: u64, tail: u64, cusp: U256) -> bool {
    elapsed > tail || mul_less(price, WAD, top, cusp)
}

fn word(value: u64) -> U256 {
    U256::from_limbs([value, 0, 0, 0])
}
