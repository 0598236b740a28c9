//! How an auction's price falls.

use alloy_primitives::U256;
use breakwater_fixed_point::{decay_down, mul_div_down, mul_less, WAD};

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
    /// Never above the exact curve and never rising, for any parameter. The exponential is below the exact curve by less than
    /// `elapsed·2^-126` of it, and one unit.
    #[must_use]
    pub fn price(&self, top: U256, elapsed: u64) -> U256 {
        match *self {
            Self::Linear { seconds_to_zero } => mul_div_down(
                top,
                U256::from_limbs([seconds_to_zero.saturating_sub(elapsed), 0, 0, 0]),
                U256::from_limbs([seconds_to_zero, 0, 0, 0]),
            )
            .unwrap_or(U256::ZERO),
            Self::Exponential { factor_per_second } => decay_down(top, factor_per_second, elapsed),
        }
    }
}

/// Whether an auction must be reset before anybody may take: more than `tail` seconds old, or its price under `cusp` (WAD) of the top.
#[must_use]
pub fn needs_reset(top: U256, price: U256, elapsed: u64, tail: u64, cusp: U256) -> bool {
    elapsed > tail || mul_less(price, WAD, top, cusp)
}
