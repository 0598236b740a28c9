//! A positive number with 255 significant bits and a binary exponent: what a chain of price legs is multiplied in.
//!
//! Legs have any scale: an answer with 0 or 24 decimals, a ratio of base units from 2^-128 to 2^128, a power of ten. A product
//! of integers that fits 255 bits is exact; beyond that, and for quotients, each step rounds down by less than 2^-253 of the value.

use alloy_primitives::U256;
use breakwater_fixed_point::mul_div_down;

/// The largest power of ten that is multiplied with at once, the largest that 128 bits hold, and the largest of all.
const DIGITS_A_STEP: u32 = 38;
const MOST_DIGITS: u32 = 152;

/// `mantissa·2^exponent`, above 0; the mantissa is under 2^255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Magnitude {
    mantissa: U256,
    exponent: i32,
}

impl Magnitude {
    /// One.
    pub const ONE: Self = Self {
        mantissa: U256::ONE,
        exponent: 0,
    };

    /// `mantissa·2^exponent`; `None` for 0. Exact but for the last bit of a mantissa of 256.
    #[must_use]
    pub fn new(mantissa: U256, exponent: i32) -> Option<Self> {
        if mantissa.is_zero() {
            return None;
        }
        Some(if mantissa.bit(255) {
            Self {
                mantissa: mantissa.wrapping_shr(1),
                exponent: exponent.saturating_add(1),
            }
        } else {
            Self { mantissa, exponent }
        })
    }

    /// `self·other`, rounded down.
    #[inline(never)]
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        // The first leg of each source.
        if self == Self::ONE {
            return other;
        }
        let bits = self
            .mantissa
            .bit_len()
            .saturating_add(other.mantissa.bit_len());
        // 0 to 255, so that what is left has 255 bits at most.
        let shift = bits.saturating_sub(255);
        let mantissa = mul_div_down(self.mantissa, other.mantissa, power_of_two(shift));
        Self {
            // Never none: see the shift.
            mantissa: mantissa.unwrap_or(U256::MAX),
            exponent: self
                .exponent
                .saturating_add(other.exponent)
                .saturating_add(shift as i32),
        }
    }

    /// `self/other`, rounded down.
    #[inline(never)]
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        // Up to 255 bits first: then a factor of as many bits as the divisor has leaves a quotient of 254 or 255.
        let up = 255_usize.saturating_sub(self.mantissa.bit_len());
        let shift = other.mantissa.bit_len().saturating_sub(1);
        let quotient = mul_div_down(
            self.mantissa.wrapping_shl(up),
            power_of_two(shift),
            other.mantissa,
        );
        Self {
            mantissa: quotient.unwrap_or(U256::MAX),
            exponent: self
                .exponent
                .saturating_sub(other.exponent)
                .saturating_sub(up.saturating_add(shift) as i32),
        }
    }

    /// `self·10^exponent`, rounded down, for exponents from −152 to 152; `None` beyond.
    #[must_use]
    pub fn times_ten_to(self, exponent: i32) -> Option<Self> {
        let mut digits = exponent.unsigned_abs();
        if digits > MOST_DIGITS {
            return None;
        }
        let mut value = self;
        while digits != 0 {
            let step = digits.min(DIGITS_A_STEP);
            let power = Self {
                mantissa: U256::from(10_u128.checked_pow(step)?),
                exponent: 0,
            };
            value = if exponent < 0 {
                value.over(power)
            } else {
                value.times(power)
            };
            digits = digits.saturating_sub(step);
        }
        Some(value)
    }

    /// The integer part; `None` if it needs more than 256 bits.
    #[must_use]
    pub fn floor(self) -> Option<U256> {
        let shift = self.exponent.unsigned_abs() as usize;
        if self.exponent <= 0 {
            return Some(if shift > 255 {
                U256::ZERO
            } else {
                self.mantissa.wrapping_shr(shift)
            });
        }
        (self.mantissa.bit_len().saturating_add(shift) <= 256)
            .then(|| self.mantissa.wrapping_shl(shift))
    }
}

/// `2^n`, `n` at most 255.
fn power_of_two(n: usize) -> U256 {
    U256::ONE.wrapping_shl(n)
}
