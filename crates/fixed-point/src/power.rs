//! Integer powers and the square root.

use alloy_primitives::U256;

use crate::{div_down, mul_div_down, WAD};

/// `(base/scale)^n·scale` by repeated squaring, each step rounded down. `None` if a needed step exceeds 256 bits, or `scale` is 0.
///
/// Never above the exact power. For `base ≤ scale` it is less than `n` units below it: a square of a value `e` units
/// short is at most `2e + 1` units short, so `base^(2^i)` is at most `2^i − 1` short, and the product of those that make up
/// `n` adds one unit a multiplication, `n − 1` in all. Not increasing in `n` for `base ≤ scale`.
#[must_use]
pub fn pow_down(base: U256, n: u64, scale: U256) -> Option<U256> {
    let mut result = scale;
    // From the highest bit down: one running value, and at the end no square that is not needed and might overflow.
    for bit in (0..u64::BITS.saturating_sub(n.leading_zeros())).rev() {
        result = mul_div_down(result, result, scale)?;
        if n.wrapping_shr(bit) & 1 == 1 {
            result = mul_div_down(result, base, scale)?;
        }
    }
    Some(result)
}

/// `(base/1e18)^n·1e18`, rounded down at each step: [`pow_down`] in WAD. Less than `n` units below the exact power for
/// `base_wad ≤ 1e18`, never above it.
#[must_use]
pub fn pow_wad_down(base_wad: U256, n: u64) -> Option<U256> {
    pow_down(base_wad, n, WAD)
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
