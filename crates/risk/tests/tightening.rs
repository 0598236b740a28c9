//! A tightening lowers a limit by no more than half, only while it lasts, and survives its word.

use alloy_primitives::{U256, U512};
use breakwater_risk::tightening::{Tightening, PERCENT_MAX, PERCENT_MIN, STEP};
use proptest::prelude::*;

const YEAR_2209: u64 = 0xf_ffff * STEP;

proptest! {
    #[test]
    fn what_is_packed_comes_back(
        percent in prop_oneof![Just(0), PERCENT_MIN..=PERCENT_MAX],
        steps in 0_u64..=0xf_ffff,
    ) {
        let tightening = Tightening { percent, until: steps * STEP };
        prop_assert!(tightening.pack() < 1 << 26);
        prop_assert_eq!(Tightening::unpack(tightening.pack()), tightening);
    }

    #[test]
    fn a_limit_is_lowered_while_it_lasts_and_by_half_at_most(
        percent in PERCENT_MIN..=PERCENT_MAX,
        steps in 1_u64..=0xf_ffff,
        now in 0..=YEAR_2209,
        limbs in any::<[u64; 4]>(),
    ) {
        let (until, limit) = (steps * STEP, U256::from_limbs(limbs));
        let left = Tightening { percent, until }.apply(limit, now);
        if now >= until {
            prop_assert_eq!(left, limit);
        } else {
            let exact = U512::from(limit) * U512::from(percent) / U512::from(100);
            prop_assert_eq!(U512::from(left), exact);
            prop_assert!(left >= limit / U256::from(2));
        }
    }
}

#[test]
fn none_and_what_was_taken_back_change_nothing() {
    let limit = U256::from(1_000);
    assert_eq!(Tightening::default().apply(limit, 0), limit);
    let taken_back = Tightening {
        percent: 0,
        until: 7_200,
    };
    assert!(!taken_back.is_in_force(0));
    assert_eq!(taken_back.apply(limit, 0), limit);
    // The end's own second is free.
    let tightening = Tightening {
        percent: 60,
        until: 7_200,
    };
    assert_eq!(tightening.apply(limit, 7_199), U256::from(600));
    assert_eq!(tightening.apply(limit, 7_200), limit);
}
