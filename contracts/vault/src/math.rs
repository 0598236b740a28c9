//! The fixed-point functions the vault uses most, failing with `MathOverflow`: one call site each, not inlined.

use alloy_primitives::U256;
use breakwater_fixed_point as fixed_point;
use breakwater_risk::margin;

use crate::errors::{math_overflow, Fallible};

/// `floor(a·b/divisor)`.
#[inline(never)]
pub(crate) fn mul_div_down(a: U256, b: U256, divisor: U256) -> Fallible<U256> {
    fixed_point::mul_div_down(a, b, divisor).ok_or_else(math_overflow)
}

/// `ceil(a·b/divisor)`.
#[inline(never)]
pub(crate) fn mul_div_up(a: U256, b: U256, divisor: U256) -> Fallible<U256> {
    fixed_point::mul_div_up(a, b, divisor).ok_or_else(math_overflow)
}

/// Value of `amount` at `price` (1e36 scale), rounded down.
#[inline(never)]
pub(crate) fn value(amount: U256, price: U256) -> Fallible<U256> {
    margin::value(amount, price).ok_or_else(math_overflow)
}

/// Adds.
#[inline(never)]
pub(crate) fn add(a: U256, b: U256) -> Fallible<U256> {
    a.checked_add(b).ok_or_else(math_overflow)
}
