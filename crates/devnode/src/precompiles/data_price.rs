//! What the data of an activation costs: an exponential of the demand of late.
//!
//! Demand is counted in bytes of native code, estimated; each activation adds its own, and time takes some away. The fee is
//! `size · min_price · e^(demand/inertia)`. Figures and rounding are those of ArbOS.

use revm::primitives::U256;

use crate::arbos::ARBITRUM_START_TIME;

/// Least price: wei for each byte of [`breakwater_stylus_vm::Figures::asm_estimate`].
pub const DATA_FEE_PER_BYTE: u64 = 82_928_201;
/// Demand at which the price is e times the least.
const INERTIA: u64 = 21_360_419;
/// Bytes of demand that a second takes away: 2^40 bytes a year.
const BYTES_PER_SECOND: u32 = 34_865;

const ONE_IN_BIPS: u64 = 10_000;
/// Terms of the series for the exponential.
const TERMS: u64 = 12;

const TIME_BIT: usize = 32;

/// The state of the price: what stands in one word of the state of ArbOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DataPrice {
    demand: u32,
    updated_at: u64,
}

impl DataPrice {
    /// Reads the word; an empty one is a chain without any activation.
    pub(crate) fn from_word(word: U256) -> Self {
        if word.is_zero() {
            return Self {
                demand: 0,
                updated_at: ARBITRUM_START_TIME,
            };
        }
        Self {
            demand: word.as_limbs()[0] as u32,
            updated_at: (word >> TIME_BIT).as_limbs()[0],
        }
    }

    pub(crate) fn to_word(self) -> U256 {
        U256::from(self.demand) | (U256::from(self.updated_at) << TIME_BIT)
    }

    /// Counts `size` bytes at time `now`. Returns the state after, and the fee of these bytes in wei.
    pub(crate) fn charge(self, size: u32, now: u64) -> (Self, U256) {
        let seconds = u32::try_from(now.saturating_sub(self.updated_at)).unwrap_or(u32::MAX);
        let after = Self {
            demand: self
                .demand
                .saturating_sub(BYTES_PER_SECOND.saturating_mul(seconds))
                .saturating_add(size),
            updated_at: now,
        };
        let exponent = ONE_IN_BIPS * u64::from(after.demand) / INERTIA;
        let price = saturating_mul_bips(DATA_FEE_PER_BYTE, exp_bips(exponent));
        (after, U256::from(price.saturating_mul(size.into())))
    }
}

fn saturating_mul_bips(value: u64, bips: u64) -> u64 {
    value.saturating_mul(bips) / ONE_IN_BIPS
}

/// `e^x` in basis points for `x` in basis points: the series by Horner's rule, each step rounded down.
fn exp_bips(x: u64) -> u64 {
    let innermost = ONE_IN_BIPS + x / TERMS;
    (1..TERMS).rev().fold(innermost, |inner, term| {
        ONE_IN_BIPS.saturating_add(inner.saturating_mul(x) / (term * ONE_IN_BIPS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_activation_pays_the_least_price_raised_by_its_own_size() {
        let (after, fee) = DataPrice::from_word(U256::ZERO).charge(600_000, 1_700_000_000);
        // 600,000 / 21,360,419 = 280 basis points; e^0.028 = 1.02839…
        assert_eq!(exp_bips(280), 10_283);
        let price = DATA_FEE_PER_BYTE * 10_283 / 10_000;
        assert_eq!(fee, U256::from(price * 600_000));
        assert_eq!(DataPrice::from_word(after.to_word()), after);
    }

    #[test]
    fn demand_raises_the_price_and_time_takes_it_away() {
        let (one, first) = DataPrice::from_word(U256::ZERO).charge(600_000, 1_700_000_000);
        let (_, at_once) = one.charge(600_000, 1_700_000_000);
        let (_, later) = one.charge(600_000, 1_700_000_018);
        assert!(at_once > first);
        // 18 seconds take 627,570 bytes away.
        assert_eq!(later, first);
    }

    #[test]
    fn the_series_is_the_exponential_and_never_overflows() {
        for (x, exact) in [(0, 10_000), (10_000, 27_182), (20_000, 73_890)] {
            assert!(exp_bips(x).abs_diff(exact) <= 10, "{x}: {}", exp_bips(x));
        }
        let (state, fee) = DataPrice::from_word(U256::MAX).charge(u32::MAX, u64::MAX);
        assert_eq!(state.demand, u32::MAX);
        assert!(fee > U256::ZERO);
    }
}
