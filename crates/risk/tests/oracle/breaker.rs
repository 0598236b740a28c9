//! The breaker's limits and its clock.

use alloy_primitives::U256;
use breakwater_risk::breaker::{deviation, judge, Direction, Limits, Verdict};
use proptest::prelude::*;

use crate::WAD;

const YEAR: f64 = 31_536_000.0;

fn wad(value: f64) -> U256 {
    U256::from((value * WAD as f64) as u128)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_price_deviates_beyond_both_limits_and_not_before(
        average in 1_000_u64..=u64::MAX >> 16,
        factor in 0.01_f64..100.0,
        volatility in 0_u64..=10 * WAD,
        seconds in 0_u64..=10 * 86_400,
        deviations in 1.0_f64..20.0,
        floor in 0.01_f64..16.0,
    ) {
        let average = average as f64;
        let price = (average * factor).round().max(1.0);
        let limits = Limits { factor: wad(deviations), floor: wad(floor) };
        let found = deviation(
            U256::from(price as u128),
            U256::from(average as u128),
            volatility,
            seconds,
            limits,
        );
        let moved = (price - average).abs() / (price * average).sqrt();
        let allowed = (deviations * volatility as f64 / WAD as f64 * (seconds as f64 / YEAR).sqrt()).max(floor);
        // Not where rounding decides.
        prop_assume!((moved / allowed - 1.0).abs() > 1e-6);
        let expected = (moved > allowed).then_some(if price > average { Direction::Up } else { Direction::Down });
        prop_assert_eq!(found, expected);
    }

    /// O3, for any past: from the moment that a halt is recorded, a price in its direction is held back for no longer than it lasts.
    #[test]
    fn a_recorded_halt_ends_and_another_in_its_direction_has_to_wait(
        started in 1_u64..=1 << 32,
        halt in 60_u64..=3_600,
        rearm in 1_u64..=259_200,
        later in 0_u64..=1 << 20,
        silence in 0_u64..=1 << 20,
    ) {
        let until = started + halt;
        let now = started + later;
        // No sample since the halt began.
        let sampled_at = started.saturating_sub(silence);
        let verdict = judge(now, until, sampled_at, rearm);
        prop_assert_eq!(verdict == Verdict::Halted, now < until);
        prop_assert_eq!(verdict == Verdict::Believed, now >= until);
        // Sampled at its end: the clock of `rearm` runs from there.
        let verdict = judge(until + later, until, until, rearm);
        prop_assert_eq!(verdict == Verdict::Believed, later < rearm);
        prop_assert_eq!(verdict == Verdict::Unrecorded, later >= rearm);
    }
}

#[test]
fn without_a_halt_before_a_deviation_is_unrecorded() {
    assert_eq!(judge(1_000, 0, 0, 7_200), Verdict::Unrecorded);
    assert_eq!(judge(u64::MAX, 0, 0, u64::MAX), Verdict::Unrecorded);
}

#[test]
fn prices_of_nothing_are_infinitely_far() {
    let limits = Limits {
        factor: wad(5.0),
        floor: wad(16.0),
    };
    let (zero, one) = (U256::ZERO, U256::from(1));
    assert_eq!(deviation(one, zero, 0, 0, limits), Some(Direction::Up));
    assert_eq!(deviation(zero, one, 0, 0, limits), Some(Direction::Down));
}
