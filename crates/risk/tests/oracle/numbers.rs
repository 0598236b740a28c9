//! Magnitudes, compact prices and ticks.

use alloy_primitives::U256;
use breakwater_risk::{
    compact::{compact_bound_down, compact_bound_up, compact_price, expand},
    magnitude::Magnitude,
    tick_math::{mean_tick, ratio_at_tick, sqrt_ratio_at_tick, MAX_TICK},
};
use num_bigint::BigUint;
use proptest::prelude::*;

use crate::{big, ten_to};

fn any_magnitude() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0_usize..255)
        .prop_map(|(limbs, shift)| (U256::from_limbs(limbs) >> shift).max(U256::from(1)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// A product of three numbers, one of them divided by, with any power of ten: exact to one part in 2^245 and one unit, never above.
    #[test]
    fn product_is_the_exact_one_rounded_down(
        a in any_magnitude(),
        b in any_magnitude(),
        c in any_magnitude(),
        exponent in -60_i32..=60,
    ) {
        let of = |value| Magnitude::new(value, 0).unwrap();
        let product = of(a).times(of(b)).over(of(c)).times_ten_to(exponent).unwrap();
        let (mut numerator, mut denominator) = (big(a) * big(b), big(c));
        let power = ten_to(exponent.unsigned_abs());
        if exponent < 0 { denominator *= power } else { numerator *= power }
        let exact = numerator / denominator;
        match product.floor() {
            Some(found) => {
                let found = big(found);
                prop_assert!(found <= exact);
                prop_assert!(&exact - &found <= (&exact >> 245_u32) + 1_u8);
            }
            None => prop_assert!(exact.bits() >= 256),
        }
    }

    #[test]
    fn product_of_whole_numbers_that_fits_is_exact(a in any::<u64>(), b in any::<u64>(), digits in 0_i32..=30) {
        let of = |value: u64| Magnitude::new(U256::from(value.max(1)), 0).unwrap();
        let exact = BigUint::from(a.max(1)) * b.max(1) * ten_to(digits as u32);
        let found = of(a).times(of(b)).times_ten_to(digits).unwrap().floor();
        prop_assert_eq!(found.map(big), Some(exact));
    }

    #[test]
    fn one_answer_to_scale_is_exact(answer in any_magnitude(), exponent in -36_i32..=60) {
        prop_assume!(!answer.bit(255));
        let found = Magnitude::new(answer, 0).unwrap().times_ten_to(exponent).unwrap().floor();
        let power = ten_to(exponent.unsigned_abs());
        let exact = if exponent < 0 { big(answer) / power } else { big(answer) * power };
        if exact.bits() <= 255 {
            prop_assert_eq!(found.map(big), Some(exact));
        }
    }

    #[test]
    fn compact_prices_lose_less_than_one_part_in_2_to_the_63(price in any::<[u64; 4]>(), shift in 0_usize..256) {
        let price = U256::from_limbs(price) >> shift;
        let found = expand(compact_price(price));
        prop_assert!(found <= price && price - found <= price >> 63);
        prop_assert!(compact_price(price) < U256::from(1) << 72);
        // What was compact stays as it is.
        prop_assert_eq!(expand(compact_price(found)), found);
    }

    #[test]
    fn compact_bounds_are_rounded_inward(bound in any::<[u64; 4]>(), shift in 0_usize..256) {
        let bound = U256::from_limbs(bound) >> shift;
        let of = |compact: u32| expand(U256::from(compact));
        let down = of(compact_bound_down(bound));
        prop_assert!(down <= bound && bound - down <= bound >> 15);
        match compact_bound_up(bound) {
            Some(up) => prop_assert!(up < 1 << 24 && of(up) >= bound && of(up) - bound <= bound >> 15),
            // Only next to the largest number.
            None => prop_assert!(bound > U256::MAX - (U256::MAX >> 16)),
        }
    }

    /// The square of what pools compute is `1.0001^tick` to a part in 10^9 or better, and rises with the tick.
    #[test]
    fn ticks_are_powers_of_one_and_a_ten_thousandth(tick in -300_000_i32..=300_000) {
        let root = sqrt_ratio_at_tick(tick).unwrap();
        prop_assert!(sqrt_ratio_at_tick(tick + 1).unwrap() > root);
        let found = root.to::<u128>() as f64 / 2_f64.powi(96);
        let expected = (f64::from(tick) * 1.0001_f64.ln() / 2.0).exp();
        prop_assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn the_mean_tick_is_rounded_down(before in any::<i32>(), change in any::<i32>(), window in 1_u32..=604_800) {
        let (before, change) = (i64::from(before), i64::from(change));
        let mean = mean_tick(before, before + change, window).map(i64::from).unwrap();
        prop_assert!(mean * i64::from(window) <= change && change < (mean + 1) * i64::from(window));
    }
}

#[test]
fn ticks_reach_the_bounds_that_pools_publish() {
    let bound = |tick| sqrt_ratio_at_tick(tick).map(|root| root.to_string());
    assert_eq!(bound(-MAX_TICK).as_deref(), Some("4295128739"));
    let most = "1461446703485210103287273052203988822378723970342";
    assert_eq!(bound(MAX_TICK).as_deref(), Some(most));
    assert_eq!(bound(0), Some((1_u128 << 96).to_string()));
    assert_eq!((bound(MAX_TICK + 1), bound(-MAX_TICK - 1)), (None, None));
    assert_eq!((bound(i32::MAX), bound(i32::MIN)), (None, None));
}

/// The constants, from their definition: `√1.0001^-(2^i)` with 400 bits after the point, to the nearest 2^-128.
#[test]
fn powers_of_the_tick_are_their_definition() {
    // 2^400/√1.0001 = √(2^800·10000/10001).
    let mut power = ((BigUint::from(10_000_u32) << 800_u32) / 10_001_u32).sqrt();
    for bit in 0..20 {
        let tick = -(1_i32 << bit);
        let nearest = (&power + (BigUint::from(1_u8) << 271_u32)) >> 272_u32;
        if tick >= -MAX_TICK {
            // With one bit set the product is the constant itself, cut to 96 bits and rounded up.
            let expected = (&nearest + ((1_u64 << 32) - 1)) >> 32_u32;
            assert_eq!(sqrt_ratio_at_tick(tick).map(big), Some(expected), "{bit}");
        }
        power = (&power * &power) >> 400_u32;
    }
}

#[test]
fn ratios_at_ticks_are_the_squares_of_the_roots() {
    for tick in [-MAX_TICK, -200_311, -1, 0, 1, 200_311, MAX_TICK] {
        let root = big(sqrt_ratio_at_tick(tick).unwrap());
        // To 36 decimals.
        let exact = (&root * &root * ten_to(36)) >> 192_u32;
        let found = ratio_at_tick(tick).unwrap().times_ten_to(36).unwrap();
        let found = big(found.floor().unwrap());
        assert!(
            found <= exact && &exact - &found <= (&exact >> 245_u32) + 1_u8,
            "{tick}"
        );
    }
}

#[test]
fn zero_and_what_is_out_of_range_are_none() {
    assert_eq!(Magnitude::new(U256::ZERO, 0), None);
    let one = Magnitude::ONE;
    assert_eq!(one.times_ten_to(153), None);
    assert_eq!(one.times_ten_to(80).unwrap().floor(), None);
    assert_eq!(one.times_ten_to(-152).unwrap().floor(), Some(U256::ZERO));
    assert_eq!(mean_tick(0, 1, 0), None);
    assert_eq!(mean_tick(i64::MIN, i64::MAX, 600), None);
    assert_eq!(mean_tick(0, i64::MAX, 1), None);
}
