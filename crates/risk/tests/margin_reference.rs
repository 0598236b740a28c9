//! Margin formulas and the functions under them against figures of another implementation: `reference/margin.csv`, made by
//! `reference/margin.py` with mpmath at 60 digits.

use alloy_primitives::U256;
use breakwater_fixed_point::{exp_wad, ln_wad, pow_wad, sqrt_down, WAD};
use breakwater_risk::{
    value_at_risk::{self, Variance},
    volatility_margin,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

const FIGURES: &str = include_str!("reference/margin.csv");

fn exact(text: &str) -> BigRational {
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let numerator: BigInt = format!("{whole}{part}").parse().unwrap();
    BigRational::new(
        numerator * sign,
        BigInt::from(10).pow(part.len().try_into().unwrap()),
    )
}

fn big(value: U256) -> BigRational {
    BigRational::from(BigInt::from_bytes_be(
        num_bigint::Sign::Plus,
        &value.to_be_bytes::<32>(),
    ))
}

fn signed(value: i128) -> BigRational {
    BigRational::from(BigInt::from(value))
}

fn units(count: u64) -> BigRational {
    BigRational::from(BigInt::from(count))
}

/// `1/2^bits`.
fn power(bits: u32) -> BigRational {
    BigRational::new(1.into(), BigInt::from(2).pow(bits))
}

/// Each line of `name`: its arguments, and the exact figure.
fn lines(name: &str) -> impl Iterator<Item = (Vec<&'static str>, BigRational)> + '_ {
    let mut count = 0;
    for line in FIGURES.lines() {
        count += usize::from(line.split(',').next() == Some(name));
    }
    assert!(count >= 40, "{count} figures of {name}");
    FIGURES.lines().filter_map(move |line| {
        let mut cells: Vec<&str> = line.split(',').collect();
        let value = exact(cells.pop()?);
        (cells.remove(0) == name).then_some((cells, value))
    })
}

fn number(text: &str) -> U256 {
    text.parse().unwrap()
}

fn seconds(text: &str) -> u64 {
    text.parse().unwrap()
}

#[test]
fn the_exponential_is_within_its_stated_error() {
    for (arguments, exact) in lines("exp") {
        let result = big(exp_wad(arguments[0].parse().unwrap()));
        let low = &exact - &exact * power(59) - units(1);
        let high = &exact + &exact * power(85);
        assert!(low < result && result <= high, "exp({arguments:?})");
    }
}

#[test]
fn the_logarithm_is_within_a_unit_and_the_root_is_the_floor() {
    for (arguments, exact) in lines("ln") {
        let result = signed(ln_wad(number(arguments[0])).unwrap());
        assert!(
            (&result - &exact).abs() < units(1) + power(26),
            "ln({arguments:?}): {result}"
        );
    }
    for (arguments, exact) in lines("sqrt") {
        let result = big(sqrt_down(number(arguments[0])));
        assert!(
            result <= exact && exact < result + units(1),
            "√{arguments:?}"
        );
    }
}

#[test]
fn powers_are_within_their_stated_error() {
    for (arguments, exact) in lines("pow") {
        let exponent: i128 = arguments[1].parse().unwrap();
        let result = big(pow_wad(number(arguments[0]), exponent).unwrap());
        let size = BigRational::new(exponent.abs().into(), BigInt::from(10).pow(18)) + units(4);
        let relative = size / BigRational::from(BigInt::from(10).pow(18));
        assert!(
            (&result - &exact).abs() <= &exact * relative + units(1),
            "{arguments:?}: {result}"
        );
    }
}

#[test]
fn a_portfolios_volatility_is_rounded_up_by_less_than_its_bound() {
    for (arguments, exact) in lines("volatility") {
        let count: u64 = arguments[0].parse().unwrap();
        let figures: Vec<U256> = arguments[1..].iter().map(|text| number(text)).collect();
        let capacity = figures.chunks(3).map(|figures| figures[0]).sum();
        let mut variance = Variance::default();
        let mut greatest = U256::ZERO;
        for figures in figures.chunks(3) {
            variance.add(figures[0], capacity, figures[1], figures[2]);
            greatest = greatest.max(figures[1]);
        }
        let result = big(variance.volatility());
        let bound = units(count) * (big(greatest) / big(WAD) + units(3));
        assert!(
            exact <= result && result < &exact + bound,
            "{arguments:?}: {result}"
        );
    }
}

#[test]
fn margins_are_never_wider_than_exact_and_exponents_never_smaller() {
    for (arguments, exact) in lines("exponent") {
        let (z, sigma) = (number(arguments[0]), number(arguments[1]));
        let result = big(value_at_risk::exponent(z, sigma, seconds(arguments[2])));
        let bound = big(z) * big(sigma) / (big(WAD) * big(WAD)) + units(2);
        assert!(
            exact <= result && result < &exact + bound,
            "{arguments:?}: {result}"
        );
    }
    for (arguments, exact) in lines("limit") {
        let capacity = number(arguments[0]);
        let exponent = value_at_risk::exponent(
            number(arguments[1]),
            number(arguments[2]),
            seconds(arguments[3]),
        );
        let result = big(value_at_risk::margin_limit(capacity, exponent));
        // The exponential's 2^-59, and a few units of the exponent and of WAD.
        let slack =
            big(capacity) * BigRational::new(30.into(), BigInt::from(10).pow(18)) + units(2);
        assert!(
            result <= exact && exact < result.clone() + slack,
            "{arguments:?}: {result} {exact}"
        );
        let lost = value_at_risk::value_at_risk(capacity, exponent);
        assert_eq!(big(lost) + result, big(capacity));
    }
}

#[test]
fn target_thresholds_are_rounded_down() {
    for (arguments, exact) in lines("target") {
        let [sigma, z, k, min, max] = [0, 1, 3, 4, 5].map(|index: usize| number(arguments[index]));
        let result = big(volatility_margin::target_threshold(
            sigma,
            z,
            seconds(arguments[2]),
            k,
            min,
            max,
        ));
        assert!(
            result <= exact && exact < &result + units(30),
            "{arguments:?}: {result}"
        );
    }
}

#[test]
fn the_distance_to_liquidation_is_within_a_part_in_a_trillion() {
    for (arguments, exact) in lines("distance") {
        let result = signed(value_at_risk::distance(
            number(arguments[0]),
            number(arguments[1]),
            number(arguments[2]),
            seconds(arguments[3]),
        ));
        let bound =
            exact.abs() * BigRational::new(1.into(), BigInt::from(10).pow(12)) + units(10_000);
        assert!(
            (&result - &exact).abs() < bound,
            "{arguments:?}: {result} {exact}"
        );
    }
}

#[test]
fn extreme_accounts_have_a_distance_and_a_limit() {
    let one = U256::from(1);
    assert_eq!(value_at_risk::distance(U256::ZERO, one, WAD, 60), i128::MAX);
    assert_eq!(value_at_risk::distance(one, U256::ZERO, WAD, 60), i128::MIN);
    assert_eq!(value_at_risk::distance(WAD, WAD, WAD, 60), 0);
    assert_eq!(value_at_risk::distance(one, WAD, U256::ZERO, 60), i128::MAX);
    let huge = value_at_risk::exponent(U256::MAX, U256::MAX, u64::MAX);
    assert!(value_at_risk::margin_limit(U256::from(u128::MAX), huge) < U256::from(u64::MAX));
    assert_eq!(value_at_risk::margin_limit(WAD, U256::ZERO), WAD);
    assert!(Variance::default().volatility().is_zero());
    let mut variance = Variance::default();
    variance.add(U256::MAX, U256::ZERO, U256::MAX, U256::MAX);
    assert!(!variance.volatility().is_zero());
}

proptest! {
    #[test]
    fn more_volatility_correlation_or_time_never_widens_a_margin(
        sigma in 0_u64..5_000_000_000_000_000_000,
        other in 0_u64..5_000_000_000_000_000_000,
        beta in 0_u64..1_000_000_000_000_000_000,
        z in 0_u64..5_000_000_000_000_000_000,
        horizon in 1_u64..10_000_000,
        part in 1_u64..1_000_000,
        more in 0_u64..1_000_000_000,
    ) {
        let word = |value: u64| U256::from(value);
        let capacity = word(1_000_000);
        let of = |sigma: u64, beta: u64| {
            let mut variance = Variance::default();
            variance.add(word(part), capacity, word(sigma), word(beta));
            variance.add(word(1_000_000 - part), capacity, word(other), word(beta));
            variance.volatility()
        };
        // Alone or not at all correlated, a portfolio is never riskier than its worst token but for rounding.
        let volatility = of(sigma, beta);
        prop_assert!(volatility <= word(sigma.max(other)).saturating_add(word(20)));
        prop_assert!(volatility <= of(sigma.saturating_add(more), beta));
        prop_assert!(of(sigma, 0) <= of(sigma, 1_000_000_000_000_000_000).saturating_add(word(10)));
        let limit = |sigma: U256, horizon| {
            value_at_risk::margin_limit(WAD, value_at_risk::exponent(word(z), sigma, horizon))
        };
        prop_assert!(limit(volatility, horizon) >= limit(volatility + word(more), horizon));
        prop_assert!(limit(volatility, horizon) >= limit(volatility, horizon + more));
        let target = |sigma: U256| volatility_margin::target_threshold(
            sigma, word(z), horizon, WAD, U256::ZERO, WAD,
        );
        prop_assert!(target(volatility) >= target(volatility + word(more)));
    }

    #[test]
    fn a_threshold_moves_toward_its_target_and_no_faster_than_slew(
        current in 0_u64..1_000_000_000_000_000_000,
        target in 0_u64..1_000_000_000_000_000_000,
        slew in 0_u64..100_000_000_000_000_000,
        elapsed in 0_u64..1_000_000,
    ) {
        let [current, target, slew] = [current, target, slew].map(U256::from);
        let moved = volatility_margin::moved_threshold(current, target, slew, elapsed);
        prop_assert!(moved.abs_diff(current) <= slew);
        prop_assert!(moved.abs_diff(target) <= current.abs_diff(target));
        prop_assert!(moved >= current.min(target) && moved <= current.max(target));
        // In two steps no further than in one of the same time.
        let half = volatility_margin::moved_threshold(current, target, slew, elapsed / 2);
        let twice = volatility_margin::moved_threshold(half, target, slew, elapsed / 2);
        if elapsed <= 3_600 {
            prop_assert!(twice.abs_diff(current) <= moved.abs_diff(current));
        }
    }
}

#[test]
fn rationals_are_read_as_they_are_written() {
    assert!((exact("-1.50") + BigRational::new(3.into(), 2.into())).is_zero());
}
