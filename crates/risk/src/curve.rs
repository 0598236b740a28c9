//! How an auction's price falls.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_less, pow_down, PRICE_SCALE, WAD, WAD_U64};

/// A price curve. Both fall from the top price and never rise.
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
}

impl Curve {
    /// The price `elapsed` seconds after the start, in the unit of `top`, rounded down.
    ///
    /// Never above the exact curve and never rising. The exponential is computed to 36 digits, so it is at most
    /// `elapsed·10^-36` of `top`, and one unit, below.
    #[must_use]
    pub fn price(&self, top: U256, elapsed: u64) -> U256 {
        let (numerator, denominator) = match *self {
            Self::Linear { seconds_to_zero } => (
                U256::from_limbs([seconds_to_zero.saturating_sub(elapsed), 0, 0, 0]),
                U256::from_limbs([seconds_to_zero, 0, 0, 0]),
            ),
            Self::Exponential { factor_per_second } => {
                // At most 1e36, and so are all its powers: neither step can leave the range.
                let factor = (factor_per_second.min(WAD_U64) as u128).wrapping_mul(WAD_U64 as u128);
                let factor = U256::from_limbs([factor as u64, (factor >> 64) as u64, 0, 0]);
                (
                    pow_down(factor, elapsed, PRICE_SCALE).unwrap_or(U256::ZERO),
                    PRICE_SCALE,
                )
            }
        };
        mul_div_down(top, numerator, denominator).unwrap_or(U256::ZERO)
    }
}

/// Whether an auction must be reset before anybody may take: more than `tail` seconds old, or its price under `cusp` (WAD) of the top.
#[must_use]
pub fn needs_reset(top: U256, price: U256, elapsed: u64, tail: u64, cusp: U256) -> bool {
    elapsed > tail || mul_less(price, WAD, top, cusp)
}
