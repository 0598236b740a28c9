//! Auto-deleveraging: a latched state.

use alloy_primitives::U256;
use breakwater_risk::{
    deleveraging::{Deleveraging, ARMING_DELAY},
    WAD,
};
use proptest::prelude::*;

fn n(value: u128) -> U256 {
    U256::from(value)
}

#[test]
fn it_is_off_without_a_target_and_before_the_target_was_first_met() {
    let mut state = Deleveraging::default();
    assert!(!state.update(n(0), 10));
    state.target = n(100);
    assert!(!state.update(n(99), 20));
    assert_eq!(state.from(), 0);
    assert!(state.update(n(100), 30));
    assert!(state.was_met && state.from() == 0);
    assert!(state.update(n(99), 40));
    assert_eq!(state.from(), 40 + ARMING_DELAY);
}

#[test]
fn its_zone_is_as_wide_as_the_cover_that_is_missing() {
    let state = Deleveraging {
        target: n(100),
        was_met: true,
        armed_at: 1,
    };
    let z = WAD * n(2);
    let at = 1 + ARMING_DELAY;
    assert_eq!(state.width(z, n(0), at), z);
    assert_eq!(state.width(z, n(25), at), z * n(3) / n(4));
    assert_eq!(state.width(z, n(100), at), n(0));
    assert_eq!(state.width(z, n(0), at - 1), n(0));
}

proptest! {
    #[test]
    fn it_is_in_force_only_long_enough_after_a_call_that_found_cover_missing(
        steps in prop::collection::vec((0_u64..20_000, 0_u128..200), 1..40),
        target in 0_u128..200,
    ) {
        let mut state = Deleveraging { target: n(target), ..Deleveraging::default() };
        let (mut now, mut met, mut missing_since) = (1, false, None);
        for (elapsed, cover) in steps {
            now += elapsed;
            let width = state.width(WAD, n(cover), now);
            prop_assert!(width <= WAD);
            let in_force = missing_since.is_some_and(|since| now >= since + ARMING_DELAY);
            prop_assert_eq!(width > n(0), in_force && cover < target);
            let before = state;
            prop_assert_eq!(state.update(n(cover), now), state != before);
            if cover >= target {
                met |= target > 0;
                missing_since = None;
            } else if met {
                missing_since = missing_since.or(Some(now));
            }
            prop_assert_eq!(state.from(), missing_since.map_or(0, |since| since + ARMING_DELAY));
        }
    }
}
