//! Interest against exact exponentials, and the rate model against Morpho's published figures.

use alloy_primitives::U256;
use breakwater_risk::interest::*;
use breakwater_risk::{WAD, WAD_U64};
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use proptest::prelude::*;

fn integer(value: u128) -> BigRational {
    BigRational::from_integer(BigInt::from(value))
}

fn exact(value: U256) -> BigRational {
    BigRational::from_integer(BigInt::from_bytes_le(
        Sign::Plus,
        &value.to_le_bytes::<32>(),
    ))
}

/// `e^x` for `|x| ≤ 40`, far beyond 18 digits.
fn exp(x: &BigRational) -> BigRational {
    // In fixed point: rationals would grow without bound.
    let one: BigInt = BigInt::one() << 300;
    let x: BigInt = (x * BigRational::from_integer(one.clone()) / integer(1024)).to_integer();
    let (mut term, mut sum) = (one.clone(), one.clone());
    for n in 1..200 {
        term = ((term * &x) >> 300) / n;
        sum += &term;
    }
    for _ in 0..10 {
        sum = (&sum * &sum) >> 300;
    }
    BigRational::new(sum, one)
}

fn a_year(rate_per_second: u64) -> f64 {
    rate_per_second as f64 / WAD_U64 as f64 * YEAR as f64
}

fn near(value: f64, expected: f64, relative: f64) {
    assert!(
        (value / expected - 1.0).abs() <= relative,
        "{value} is not near {expected}"
    );
}

const DAY: u64 = 86_400;
const FULL: U256 = WAD;

/// The rate model in exact arithmetic: the average of the borrow rate as the formulas define it, and the new rate at target.
fn reference(utilisation: u64, elapsed: u64, start: u64) -> (BigRational, BigRational) {
    let wad = integer(WAD_U64 as u128);
    let (u, target) = (
        integer(utilisation as u128) / &wad,
        BigRational::new(9.into(), 10.into()),
    );
    let span = if u > target {
        BigRational::one() - &target
    } else {
        target.clone()
    };
    let error = (u - target) / span;
    let drift = BigRational::new(50.into(), YEAR.into()) * &error * integer(elapsed as u128);
    let limit = integer(40);
    let clamp = |x: BigRational, low: BigRational, high: BigRational| x.max(low).min(high);
    let drift = clamp(drift, -limit.clone(), limit);
    let (low, high) = (
        integer(MIN_RATE_AT_TARGET as u128),
        integer(MAX_RATE_AT_TARGET as u128),
    );
    let start = integer(start as u128);
    let at = |drift: &BigRational| clamp(&start * exp(drift), low.clone(), high.clone());
    let (middle, end) = (at(&(&drift / integer(2))), at(&drift));
    let average = (&start + &end + middle * integer(2)) / integer(4);
    let slope = if error < BigRational::zero() {
        BigRational::new(3.into(), 4.into())
    } else {
        integer(3)
    };
    (average * (BigRational::one() + slope * error), end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn compounding_is_below_the_exponential_by_its_error_bound(rate in 0..4 * MAX_RATE_AT_TARGET, seconds in 0..YEAR / 8) {
        let interest = exact(compound_factor_minus_one(U256::from(rate), seconds)) / exact(WAD);
        let x = integer(rate as u128) * integer(seconds as u128) / exact(WAD);
        let factor = exp(&x);
        let missing = &factor - BigRational::one() - interest;
        // Three divisions round down.
        let rounding = integer(3) / exact(WAD);
        let epsilon = BigRational::new(BigInt::one(), BigInt::one() << 200);
        prop_assert!(missing >= -epsilon);
        prop_assert!(missing <= &x * &x * &x * &x / integer(24) * factor + rounding);
    }

    // V7
    #[test]
    fn accrual_never_fails_and_never_falls_with_time(rate in any::<[u8; 32]>(), shift in 0_usize..256, seconds: u64, more: u64) {
        let rate = U256::from_le_bytes(rate) >> shift;
        prop_assert!(compound_factor_minus_one(rate, seconds) <= compound_factor_minus_one(rate, seconds.saturating_add(more)));
    }

    // V7
    #[test]
    fn the_rate_stays_in_its_bounds_for_any_input(u in any::<[u8; 32]>(), shift in 0_usize..256, elapsed: u64, start: u64) {
        let (average, end) = borrow_rate(U256::from_le_bytes(u) >> shift, elapsed, start);
        prop_assert!((MIN_RATE_AT_TARGET..=MAX_RATE_AT_TARGET).contains(&end));
        prop_assert!(average <= STEEPNESS * MAX_RATE_AT_TARGET);
    }

    #[test]
    fn the_rate_is_that_of_the_formulas(u in 0..=WAD_U64, elapsed in 0..90 * DAY, start in MIN_RATE_AT_TARGET..=MAX_RATE_AT_TARGET) {
        let (average, end) = borrow_rate(U256::from(u), elapsed, start);
        let (exact_average, exact_end) = reference(u, elapsed, start);
        // Units of 1e-18 a second, of roundings; and the stated relative error of the drift.
        let apart = |got: u64, exact: BigRational| (integer(got as u128) - exact).to_f64().unwrap().abs();
        prop_assert!(apart(end, exact_end.clone()) <= 2.0 + exact_end.to_f64().unwrap() * 2f64.powi(-28));
        prop_assert!(apart(average, exact_average.clone()) <= 8.0 + exact_average.to_f64().unwrap() * 2f64.powi(-28));
    }

    #[test]
    fn the_rate_does_not_fall_with_utilisation(u in 0..=WAD_U64, more in 0..WAD_U64, elapsed in 0..90 * DAY, start in MIN_RATE_AT_TARGET..=MAX_RATE_AT_TARGET) {
        let (low, low_end) = borrow_rate(U256::from(u), elapsed, start);
        let (high, high_end) = borrow_rate(U256::from(u) + U256::from(more), elapsed, start);
        prop_assert!(low <= high && low_end <= high_end);
    }
}

// Figures from the tests of morpho-org/morpho-blue-irm (AdaptiveCurveIrmTest), with their tolerances.
#[test]
fn the_rate_model_gives_the_published_figures() {
    let initial = INITIAL_RATE_AT_TARGET;
    // First use: a quarter of 4 % at utilisation 0, four times at 1, whatever the time.
    near(
        borrow_rate(U256::ZERO, 0, 0).0 as f64,
        initial as f64 / 4.0,
        0.0001,
    );
    assert_eq!(borrow_rate(FULL, 77, 0), (initial * 4, initial));
    // Five days at utilisation 1: on average 22.976 % a year; at 0: 0.7240 %.
    near(a_year(borrow_rate(FULL, 5 * DAY, initial).0), 0.22976, 0.1);
    near(
        a_year(borrow_rate(U256::ZERO, 5 * DAY, initial).0),
        0.00724,
        0.1,
    );
    // 45 days half way from target to 1: 4 %·exp(50·45/365·50 %) = 87.22 % at target.
    let half_way = U256::from((TARGET_UTILISATION + WAD_U64) / 2);
    near(
        a_year(borrow_rate(half_way, 45 * DAY, initial).1),
        0.8722,
        0.005,
    );
    // At target nothing moves, for any time.
    let at_target = U256::from(TARGET_UTILISATION);
    assert_eq!(
        borrow_rate(at_target, u64::MAX, initial),
        (initial, initial)
    );
}

#[test]
fn the_documented_shortfall_of_the_series_holds() {
    for (percent, bound) in [(5_u64, 0.000_006), (70, 0.02)] {
        let x = U256::from(WAD_U64 / 100 * percent);
        let interest = exact(compound_factor_minus_one(x, 1)).to_f64().unwrap() / 1e18;
        let true_interest = (percent as f64 / 100.0).exp_m1();
        let short = 1.0 - interest / true_interest;
        assert!(short > 0.0 && short < bound, "{short} at {percent} %");
    }
    assert_eq!(compound_factor_minus_one(U256::MAX, u64::MAX), U256::MAX);
    assert_eq!(compound_factor_minus_one(U256::MAX, 0), U256::ZERO);
}

#[test]
fn utilisation_is_between_nothing_and_one() {
    let u = |value: u64| U256::from(value);
    assert_eq!(utilisation(u(0), u(0)), U256::ZERO);
    assert_eq!(utilisation(u(1), u(0)), WAD);
    assert_eq!(utilisation(u(3), u(2)), WAD);
    assert_eq!(utilisation(u(1), u(3)), WAD / u(3));
    assert_eq!(
        utilisation(U256::MAX - U256::ONE, U256::MAX),
        WAD - U256::ONE
    );
}
