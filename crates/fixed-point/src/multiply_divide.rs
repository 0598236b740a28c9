//! `a·b/d` on an exact 512-bit product.

use alloy_primitives::{ruint::algorithms, U256, U512};

use crate::WAD;

/// The one body behind every multiplication and division of this crate. Never inlined, so that it is linked once.
#[inline(never)]
fn mul_div(a: U256, b: U256, divisor: U256, round_up: bool) -> Option<U256> {
    if divisor.is_zero() {
        return None;
    }
    let product: U512 = a.widening_mul(b);
    let mut quotient = product.into_limbs();
    // The division leaves the remainder where the divisor was. It trims leading zero limbs, so a small product is cheap.
    let mut remainder = divisor.into_limbs();
    algorithms::div(&mut quotient, &mut remainder);
    let [q0, q1, q2, q3, high @ ..] = quotient;
    if high != [0; 4] {
        return None;
    }
    let quotient = U256::from_limbs([q0, q1, q2, q3]);
    if round_up && remainder != [0; 4] {
        return quotient.checked_add(U256::ONE);
    }
    Some(quotient)
}

/// `floor(a·b/divisor)` with an exact product; `None` if `divisor` is 0 or the result needs more than 256 bits.
#[inline]
#[must_use]
pub fn mul_div_down(a: U256, b: U256, divisor: U256) -> Option<U256> {
    mul_div(a, b, divisor, false)
}

/// `ceil(a·b/divisor)` with an exact product; `None` if `divisor` is 0 or the result needs more than 256 bits.
#[inline]
#[must_use]
pub fn mul_div_up(a: U256, b: U256, divisor: U256) -> Option<U256> {
    mul_div(a, b, divisor, true)
}

/// `a·b < c·d`, exactly, for any arguments: how two fractions are compared without a division.
#[must_use]
pub fn mul_less(a: U256, b: U256, c: U256, d: U256) -> bool {
    let left: U512 = a.widening_mul(b);
    let right: U512 = c.widening_mul(d);
    left < right
}

/// `floor(a·b/1e18)`: `a` in any unit times a WAD ratio `b`. `None` above 256 bits.
#[inline]
#[must_use]
pub fn wad_mul_down(a: U256, b: U256) -> Option<U256> {
    mul_div(a, b, WAD, false)
}

/// `ceil(a·b/1e18)`: `a` in any unit times a WAD ratio `b`. `None` above 256 bits.
#[inline]
#[must_use]
pub fn wad_mul_up(a: U256, b: U256) -> Option<U256> {
    mul_div(a, b, WAD, true)
}

/// `floor(a·1e18/b)`: the ratio of `a` to `b` in WAD. `None` if `b` is 0 or above 256 bits.
#[inline]
#[must_use]
pub fn wad_div_down(a: U256, b: U256) -> Option<U256> {
    mul_div(a, WAD, b, false)
}

/// `ceil(a·1e18/b)`: the ratio of `a` to `b` in WAD. `None` if `b` is 0 or above 256 bits.
#[inline]
#[must_use]
pub fn wad_div_up(a: U256, b: U256) -> Option<U256> {
    mul_div(a, WAD, b, true)
}
