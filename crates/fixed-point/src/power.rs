//! Integer powers and the square root.

use alloy_primitives::U256;

use crate::{
    div_down,
    exponential::power_of_two,
    mul_div_down,
    multiply_divide::{mul_shift, multiply_add, shifted},
    wad_mul_down, word, WAD, WAD_U64,
};

/// `(base/1e18)^n·1e18` by repeated squaring, each step rounded down. `None` if a needed step exceeds 256 bits.
///
/// Never above the exact power. For `base_wad ≤ 1e18` it is less than `n` units below it: a square of a value `e` units
/// short is at most `2e + 1` units short, so `base^(2^i)` is at most `2^i − 1` short, and the product of those that make up
/// `n` adds one unit a multiplication, `n − 1` in all. These units are not the same for every `n`: of powers so small that they
/// count, a higher one may come out above a lower one. What must fall with `n` is computed by [`decay_down`].
#[must_use]
pub fn pow_wad_down(base_wad: U256, n: u64) -> Option<U256> {
    let mut result = WAD;
    // From the highest bit down: one running value, and at the end no square that is not needed and might overflow.
    for bit in (0..u64::BITS.saturating_sub(n.leading_zeros())).rev() {
        result = wad_mul_down(result, result)?;
        if n.wrapping_shr(bit) & 1 == 1 {
            result = wad_mul_down(result, base_wad)?;
        }
    }
    Some(result)
}

/// `value·(factor/1e18)^n`, rounded down: never above the exact figure, and never rising with `n`. A factor above 1e18 counts as 1e18.
///
/// Below the exact figure by less than `2n·2^-127` of it and one unit.
///
/// The power is a [`Fraction`] with 128 significant bits, however small it gets. The factor's fraction is short by less than
/// `2^-127` of itself, and so is each product by rounding; a square doubles what its root was short. So the `n`-th power is short by
/// less than `2n·2^-127`, under `2^-62`, of itself. From one power to the next the exact figure falls by the factor 1e-18
/// or more, which is above `2^-60`: the computed powers fall too. A product rounded down keeps their order.
#[must_use]
pub fn decay_down(value: U256, factor_wad: u64, n: u64) -> U256 {
    if factor_wad >= WAD_U64 || n == 0 {
        return value;
    }
    let Some(factor) = Fraction::of_wad(factor_wad) else {
        return U256::ZERO;
    };
    let mut power = factor;
    // The highest bit is the factor itself.
    for bit in (0..63_u32.saturating_sub(n.leading_zeros())).rev() {
        power = power.times(power);
        if n.wrapping_shr(bit) & 1 == 1 {
            power = power.times(factor);
        }
    }
    power.of(value)
}

/// `mantissa/2^shift` with the mantissa from 2^127 to 2^128: a number from 0 to 1 with 128 significant bits, rounded down.
#[derive(Clone, Copy)]
struct Fraction {
    /// Low limb and high limb of the mantissa.
    mantissa: [u64; 2],
    /// At most what [`u64`] holds: it saturates where any value would be 0.
    shift: u64,
}

impl Fraction {
    /// `factor/1e18`; `None` for 0.
    fn of_wad(factor: u64) -> Option<Self> {
        let [low, middle, high, _] =
            mul_div_down(word(factor), power_of_two(192), WAD)?.into_limbs();
        // The least, of 1, has 133 bits.
        Self::normalised([low, middle, high], 192)
    }

    /// `limbs/2^shift`, cut to 128 bits. `None` if the highest limb is 0.
    #[inline(always)]
    fn normalised([low, middle, high]: [u64; 3], shift: u64) -> Option<Self> {
        let zeros = high.leading_zeros();
        (high != 0).then(|| Self {
            mantissa: [shifted(middle, low, zeros), shifted(high, middle, zeros)],
            // 64 bits less those that are zeros.
            shift: shift.saturating_sub(64).saturating_add(zeros as u64),
        })
    }

    /// The product, rounded down.
    #[inline(never)]
    fn times(self, other: Self) -> Self {
        let ([a0, a1], [b0, b1]) = (self.mantissa, other.mantissa);
        let (_, carry) = multiply_add(a0, b0, 0, 0);
        let (second, carry_low) = multiply_add(a0, b1, carry, 0);
        let (second, carry_high) = multiply_add(a1, b0, second, 0);
        let (third, fourth) = multiply_add(a1, b1, carry_low, carry_high);
        // Mantissas of 128 bits: the product has 255 or 256, so the highest limb is not 0. The lowest is cut in any case.
        let shift = self.shift.saturating_add(other.shift).saturating_sub(64);
        Self::normalised([second, third, fourth], shift).unwrap_or(self)
    }

    /// `floor(value·self)`.
    fn of(self, value: U256) -> U256 {
        let [low, high] = self.mantissa;
        mul_shift(&value, &U256::from_limbs([low, high, 0, 0]), self.shift)
    }
}

/// `floor(√value)`. For a WAD ratio `x`, `√x` in WAD is `sqrt_down(x·1e18)`.
///
/// Newton's iteration from a power of two that is not below the root: it falls until it reaches the floor.
#[must_use]
pub fn sqrt_down(value: U256) -> U256 {
    // Half the bits, rounded up: 2^shift ≥ √value; below 2^128 it can't leave the range.
    let shift = value.bit_len().div_ceil(2);
    let mut root = match shift {
        0 => return U256::ZERO,
        128.. => U256::from_limbs([u64::MAX, u64::MAX, 0, 0]),
        _ => U256::ONE.wrapping_shl(shift),
    };
    while let Some(quotient) = div_down(value, root) {
        // Both are at most 2^128 + 2^128: the sum does not wrap.
        let next = root.wrapping_add(quotient).wrapping_shr(1);
        if next >= root {
            break;
        }
        root = next;
    }
    root
}
