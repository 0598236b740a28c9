//! Exponential and logarithm against series in big integers, to 400 bits.

use alloy_primitives::U256;
use breakwater_fixed_point::*;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;

/// Bits after the point of the reference.
const BITS: usize = 400;
const ONE: i128 = WAD_U64 as i128;

fn big(value: U256) -> BigInt {
    BigInt::from_bytes_le(Sign::Plus, &value.to_le_bytes::<32>())
}

/// `e^(x/1e18)·2^400`: of `x/2^12` by the series, then squared 12 times.
fn exact_exp(x: i128) -> BigInt {
    let one = BigInt::one() << BITS;
    let reduced: BigInt = (BigInt::from(x) << (BITS - 12)) / BigInt::from(WAD_U64);
    let mut term = one.clone();
    let mut sum = one;
    for n in 1.. {
        term = ((term * &reduced) >> BITS) / n;
        if term.abs() <= BigInt::one() {
            break;
        }
        sum += &term;
    }
    for _ in 0..12 {
        sum = (&sum * &sum) >> BITS;
    }
    sum
}

/// `ln(x/1e18)·2^400`: square roots until near 1, as `ln x = 2^n·ln(x^(1/2^n))`, then `2·artanh((y − 1)/(y + 1))`.
fn exact_ln(x: U256) -> BigInt {
    const GUARD: usize = BITS + 80;
    let one = BigInt::one() << GUARD;
    let mut y: BigInt = (big(x) << GUARD) / BigInt::from(WAD_U64);
    let mut halvings = 0;
    while (&y - &one).abs() > (&one >> 10) {
        y = (y << GUARD).sqrt();
        halvings += 1;
    }
    let z: BigInt = ((&y - &one) << GUARD) / (&y + &one);
    let square: BigInt = (&z * &z) >> GUARD;
    let mut power = z.clone();
    let mut sum = BigInt::zero();
    let mut n = 1;
    while power.abs() > BigInt::one() {
        sum += &power / n;
        power = (power * &square) >> GUARD;
        n += 2;
    }
    (sum << (halvings + 1)) >> (GUARD - BITS)
}

/// The documented bounds: above `E·(1 − 2^-59) − 1`, not above `E·(1 + 2^-85)`.
fn assert_exp_is_within_its_bounds(x: i128) {
    let result = big(exp_wad(x)) << BITS;
    let exact = exact_exp(x) * BigInt::from(WAD_U64);
    let unit = BigInt::one() << BITS;
    assert!(result > &exact - (&exact >> 59) - unit, "too low at {x}");
    assert!(result <= &exact + (&exact >> 85), "too high at {x}");
}

fn assert_ln_is_within_its_bounds(x: U256) {
    let result = BigInt::from(ln_wad(x).unwrap()) << BITS;
    let exact = exact_ln(x) * BigInt::from(WAD_U64);
    let bound = (BigInt::one() << BITS) + (BigInt::one() << (BITS - 26));
    assert!((&result - &exact).abs() < bound, "off at {x}");
}

proptest! {
    #[test]
    fn the_exponential_is_within_its_error_bounds(x in -41_446_531_673_892_822_312_i128..135_999_146_549_453_176_899) {
        assert_exp_is_within_its_bounds(x);
    }

    #[test]
    fn the_exponential_of_a_small_number_is_within_its_error_bounds(x in -ONE..=ONE) {
        assert_exp_is_within_its_bounds(x);
    }

    #[test]
    fn the_exponential_never_falls(x in -42 * ONE..137 * ONE, step in 0..1_000_000_i128) {
        prop_assert!(exp_wad(x) <= exp_wad(x + step));
    }

    #[test]
    fn the_logarithm_is_within_its_error_bounds(x in any::<[u8; 32]>(), shift in 0_usize..256) {
        let x = U256::from_le_bytes(x) >> shift;
        prop_assume!(!x.is_zero());
        assert_ln_is_within_its_bounds(x);
    }

    #[test]
    fn the_logarithm_never_falls(x in any::<[u8; 32]>(), shift in 0_usize..256) {
        let x = U256::from_le_bytes(x) >> shift;
        prop_assume!(!x.is_zero() && x != U256::MAX);
        prop_assert!(ln_wad(x) <= ln_wad(x + U256::ONE));
    }

    #[test]
    fn a_real_power_never_falls_with_its_base_or_above_1_with_its_exponent(
        base in 1..100 * WAD_U64 as u128, more in 0..WAD_U64 as u128, exponent in -40 * ONE..40 * ONE, step in 0..ONE,
    ) {
        let power = |base: u128, exponent| pow_wad(U256::from(base), exponent).unwrap();
        // By its base: rises for exponents over 0, falls for those under.
        let (low, high) = (power(base, exponent), power(base + more, exponent));
        let in_order = if exponent > 0 { low <= high } else { low >= high };
        prop_assert!(in_order);
        let (low, high) = (power(base, exponent), power(base, exponent + step));
        let in_order = if base >= WAD_U64 as u128 { low <= high } else { low >= high };
        prop_assert!(in_order);
    }

    #[test]
    fn a_real_power_is_within_its_error_bound(base in 1..100 * WAD_U64 as u128, exponent in -8_i32..=8) {
        // Integer exponents, as these have an exact rational power.
        let base = U256::from(base);
        let result = big(pow_wad(base, exponent as i128 * ONE).unwrap());
        let n = exponent.unsigned_abs();
        let (top, bottom) = (big(base).pow(n), BigInt::from(WAD_U64).pow(n));
        let (top, bottom) = if exponent < 0 { (bottom, top) } else { (top, bottom) };
        let exact: BigInt = ((top * BigInt::from(WAD_U64)) << BITS) / bottom;
        prop_assume!(exact.bits() < 255 + BITS as u64);
        let bound = &exact * (n + 4) / BigInt::from(WAD_U64) + (BigInt::one() << BITS);
        prop_assert!(((result << BITS) - exact).abs() <= bound);
    }
}

#[test]
fn the_exponential_saturates_where_the_exact_value_leaves_the_range() {
    assert_eq!(exp_wad(0), WAD);
    assert_eq!(exp_wad(i128::MAX), U256::MAX);
    assert_eq!(exp_wad(i128::MIN), U256::ZERO);
    let wad = BigInt::from(WAD_U64);
    let (top, limit) = (135_999_146_549_453_176_899, BigInt::one() << (256 + BITS));
    assert!(exact_exp(top) * &wad >= limit);
    assert!(exact_exp(top - 1) * &wad < limit);
    assert_eq!(exp_wad(top), U256::MAX);
    assert_exp_is_within_its_bounds(top - 1);
    let (bottom, unit) = (-41_446_531_673_892_822_313, BigInt::one() << BITS);
    assert!(exact_exp(bottom) * &wad < unit);
    assert!(exact_exp(bottom + 1) * &wad >= unit);
    assert_eq!(exp_wad(bottom), U256::ZERO);
}

#[test]
fn the_exponential_never_falls_where_the_reduction_changes() {
    let ln_2 = ln_wad(WAD * U256::from(2)).unwrap();
    for k in -59..196 {
        for step in -200..200 {
            let x = k * ln_2 + step;
            assert!(exp_wad(x) <= exp_wad(x + 1), "falls after {x}");
        }
        assert_exp_is_within_its_bounds(k * ln_2);
    }
}

#[test]
fn the_logarithm_at_its_edges() {
    assert_eq!(ln_wad(U256::ZERO), None);
    assert_eq!(ln_wad(WAD), Some(0));
    assert_ln_is_within_its_bounds(U256::ONE);
    assert_ln_is_within_its_bounds(U256::MAX);
    for shift in 1..256_usize {
        let power = U256::ONE << shift;
        assert_ln_is_within_its_bounds(power);
        assert!(ln_wad(power - U256::ONE) <= ln_wad(power));
    }
}

#[test]
fn powers_of_zero_and_to_the_zero() {
    assert_eq!(pow_wad(U256::ZERO, 0), Some(WAD));
    assert_eq!(pow_wad(U256::ZERO, 1), Some(U256::ZERO));
    assert_eq!(pow_wad(U256::ZERO, -1), None);
    assert_eq!(pow_wad(U256::MAX, i128::MAX), Some(U256::MAX));
    assert_eq!(pow_wad(U256::MAX, i128::MIN), Some(U256::ZERO));
    assert_eq!(pow_wad(U256::ONE, i128::MIN), Some(U256::MAX));
}
