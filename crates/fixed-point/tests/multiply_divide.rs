//! Multiplication and division against `num-bigint`.

use alloy_primitives::U256;
use breakwater_fixed_point::*;
use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::Zero;
use proptest::prelude::*;

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_le(&value.to_le_bytes::<32>())
}

fn word(value: BigUint) -> Option<U256> {
    (value.bits() <= 256).then(|| U256::from_le_slice(&value.to_bytes_le()))
}

/// Words of every length, whose digits are all zeros, all ones or a single bit more often than by chance: where a
/// division's estimates are wrong.
fn any_word() -> impl Strategy<Value = U256> {
    let digit = prop_oneof![
        Just(0_u32),
        Just(1),
        Just(u32::MAX),
        Just(u32::MAX - 1),
        Just(1 << 31),
        Just((1 << 31) - 1),
        any::<u32>()
    ];
    (prop::collection::vec(digit, 8), 0_usize..=256).prop_map(|(digits, shift)| {
        let bytes: Vec<u8> = digits.iter().flat_map(|d| d.to_le_bytes()).collect();
        U256::from_le_slice(&bytes) >> shift
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_quotient_is_exact_in_both_directions(a in any_word(), b in any_word(), d in any_word()) {
        if d.is_zero() {
            prop_assert_eq!(mul_div_down(a, b, d), None);
            prop_assert_eq!(mul_div_up(a, b, d), None);
        } else {
            let (quotient, remainder) = (big(a) * big(b)).div_rem(&big(d));
            let up = if remainder.is_zero() { quotient.clone() } else { quotient.clone() + 1_u32 };
            prop_assert_eq!(mul_div_down(a, b, d), word(quotient));
            prop_assert_eq!(mul_div_up(a, b, d), word(up));
        }
    }

    // Where a digit of the quotient is estimated too large, and where its estimate does not fit a limb.
    #[test]
    fn a_quotient_is_exact_beside_multiples_of_the_divisor(d in any_word(), q in any_word(), off in -2_i32..=2) {
        prop_assume!(!d.is_zero());
        let off = if off < 0 { U256::ZERO.wrapping_sub(U256::from(-off)) } else { U256::from(off) };
        // (d + off)·q/d = q + off·q/d: the digits of q, of one less, of one more.
        let near = d.wrapping_add(off);
        let (quotient, remainder) = (big(near) * big(q)).div_rem(&big(d));
        let up = if remainder.is_zero() { quotient.clone() } else { quotient.clone() + 1_u32 };
        prop_assert_eq!(mul_div_down(near, q, d), word(quotient.clone()));
        prop_assert_eq!(mul_div_down(q, near, d), word(quotient));
        prop_assert_eq!(mul_div_up(near, q, d), word(up));
        // q·d + off, if that is a word: a quotient of one limb or more, and the least or the greatest remainder.
        if let Some(multiple) = word(big(q) * big(d)) {
            let near = multiple.wrapping_add(off);
            prop_assert_eq!(div_down(near, d), Some(near / d));
            prop_assert_eq!(mul_div_up(near, U256::ONE, d), Some(near.div_ceil(d)));
        }
    }

    // The figures that contracts have: one limb, two, now and then three.
    #[test]
    fn a_quotient_of_small_numbers_is_exact(a in any::<u128>(), b in any::<u128>(), d in 1..=u128::MAX, cut in prop::array::uniform3(0_u32..=127)) {
        let [a, b, d] = [(a, cut[0]), (b, cut[1]), (d, cut[2])].map(|(number, cut)| U256::from(number >> cut));
        prop_assume!(!d.is_zero());
        let (quotient, remainder) = (big(a) * big(b)).div_rem(&big(d));
        let up = if remainder.is_zero() { quotient.clone() } else { quotient.clone() + 1_u32 };
        prop_assert_eq!(mul_div_down(a, b, d), word(quotient));
        prop_assert_eq!(mul_div_up(a, b, d), word(up));
        prop_assert_eq!(mul(a, b), word(big(a) * big(b)));
    }

    // One limb each, the borders among them.
    #[test]
    fn a_quotient_of_single_limbs_is_exact(a in any::<u64>(), b in any::<u64>(), d in 1..=u64::MAX, cut in prop::array::uniform3(0_u32..64), off in 0_u64..3) {
        let (a, b, d) = (a >> cut[0], b >> cut[1], (d >> cut[2]).max(1));
        for (a, b, d) in [(a, b, d), (u64::MAX - off, b, d), (a, u64::MAX - off, d), (d.wrapping_sub(off), b, d), (a, b, u64::MAX - off), (a, b, off + 1), (u64::MAX - off, u64::MAX, d)] {
            let exact = u128::from(a) * u128::from(b);
            let [x, y, z] = [a, b, d].map(U256::from);
            prop_assert_eq!(mul_div_down(x, y, z), Some(U256::from(exact / u128::from(d))));
            prop_assert_eq!(mul_div_up(x, y, z), Some(U256::from(exact.div_ceil(u128::from(d)))));
        }
    }

    #[test]
    fn a_product_divided_by_a_factor_is_the_other(a in any_word(), b in any_word()) {
        prop_assume!(!b.is_zero());
        prop_assert_eq!(mul_div_down(a, b, b), Some(a));
        prop_assert_eq!(mul_div_up(a, b, b), Some(a));
        prop_assert_eq!(div_down(a, b), Some(a / b));
        prop_assert_eq!(mul(a, b), word(big(a) * big(b)));
    }

    #[test]
    fn fractions_compare_as_their_cross_products(a in any_word(), b in any_word(), c in any_word(), d in any_word()) {
        prop_assert_eq!(mul_less(a, b, c, d), big(a) * big(b) < big(c) * big(d));
        prop_assert!(!mul_less(a, b, b, a));
    }

    #[test]
    fn wad_products_and_quotients_are_the_general_ones(a in any_word(), b in any_word()) {
        prop_assert_eq!(wad_mul_down(a, b), mul_div_down(a, b, WAD));
        prop_assert_eq!(wad_mul_up(a, b), mul_div_up(a, b, WAD));
        prop_assert_eq!(wad_div_down(a, b), mul_div_down(a, WAD, b));
        prop_assert_eq!(wad_div_up(a, b), mul_div_up(a, WAD, b));
    }
}

#[test]
fn results_past_the_range_are_refused_and_the_last_within_is_not() {
    let max = U256::MAX;
    assert_eq!(mul_div_up(max, max, max), Some(max));
    // 2^256 = 2^128·2^128; one more than fits.
    assert_eq!(
        mul_div_down(U256::ONE << 128, U256::ONE << 128, U256::ONE),
        None
    );
    // max·max = (max + 1)² − 2·max − 1: by max + 1 it would be max − 1 and a rest; by max − 1 it is max + 1 and a rest of 1.
    assert_eq!(mul_div_down(max, max, max - U256::ONE), None);
    // floor(x/2) = max with a rest: the floor fits, the ceiling does not. 2·max + 1 = 2^257 − 1 = 535006138814359·b.
    let factor = U256::from(535_006_138_814_359_u64);
    let other = word(((BigUint::from(1_u8) << 257) - 1_u8) / big(factor)).unwrap();
    assert_eq!(big(factor) * big(other) + 1_u8, BigUint::from(1_u8) << 257);
    assert_eq!(mul_div_down(factor, other, U256::from(2)), Some(max));
    assert_eq!(mul_div_up(factor, other, U256::from(2)), None);
}

#[test]
fn the_scales_are_powers_of_ten() {
    assert_eq!(WAD, U256::from(10).pow(U256::from(18)));
    assert_eq!(PRICE_SCALE, U256::from(10).pow(U256::from(36)));
    assert_eq!(U256::from(WAD_U64), WAD);
}
