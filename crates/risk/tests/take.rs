//! Takes and price curves, with MakerDAO's published figures.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up};
use breakwater_risk::curve::*;
use breakwater_risk::take::*;
use breakwater_risk::{PRICE_SCALE, WAD, WAD_U64};
use proptest::prelude::*;

fn u(value: u128) -> U256 {
    U256::from(value)
}

/// Tokens of 18 decimals, in tenths.
fn tenths(value: u128) -> U256 {
    u(value * 10_u128.pow(17))
}

// MakerDAO dss, clip.t.sol: price 5, tab 110, lot 40, chost 22.
#[test]
fn takes_at_the_dust_border_are_those_of_makerdao() {
    let price = PRICE_SCALE * u(5);
    let cut = |max_lot| slice(tenths(400), tenths(1100), price, max_lot, tenths(220));
    assert_eq!(
        cut(tenths(250)),
        Ok(Slice {
            lot_taken: tenths(220),
            payment: tenths(1100)
        })
    );
    assert_eq!(
        cut(tenths(220)),
        Ok(Slice {
            lot_taken: tenths(220),
            payment: tenths(1100)
        })
    );
    assert_eq!(
        cut(tenths(180)),
        Ok(Slice {
            lot_taken: tenths(176),
            payment: tenths(880)
        })
    );
    // One unit under the whole: what would remain is dust, so 22 stay.
    assert_eq!(
        cut(tenths(220) - U256::ONE),
        Ok(Slice {
            lot_taken: tenths(176),
            payment: tenths(880)
        })
    );
}

#[test]
fn takes_that_make_no_sense_are_refused_by_name() {
    assert_eq!(
        slice(u(0), u(1), PRICE_SCALE, u(1), u(0)),
        Err(TakeError::NothingToTake)
    );
    assert_eq!(
        slice(u(1), u(1), PRICE_SCALE, u(0), u(0)),
        Err(TakeError::NothingToTake)
    );
    assert_eq!(
        slice(u(1), u(0), PRICE_SCALE, u(1), u(0)),
        Err(TakeError::NothingToTake)
    );
    assert_eq!(slice(u(1), u(1), u(0), u(1), u(0)), Err(TakeError::NoPrice));
    assert_eq!(
        slice(u(10), u(10), PRICE_SCALE, u(5), u(10)),
        Err(TakeError::RemainderIsDust)
    );
    assert_eq!(
        slice(U256::MAX, U256::MAX, U256::MAX, U256::MAX, u(0)),
        Err(TakeError::Overflow)
    );
    // The limit does not buy one base unit: one, at its price.
    assert_eq!(
        slice(u(9), u(2), PRICE_SCALE * u(5), u(9), u(0)),
        Ok(Slice {
            lot_taken: u(1),
            payment: u(5)
        })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    // A1, A3
    #[test]
    fn a_take_pays_its_price_and_leaves_no_dust(
        lot in 1_u128..1 << 90, limit in 1_u128..1 << 90, price in 1_u128..1 << 120, scale in 0_u32..12, max_lot in 1_u128..1 << 91, dust in 0_u128..1 << 80,
    ) {
        let (lot, limit, dust, price) = (u(lot), u(limit), u(dust), u(price) * u(10_u128.pow(scale)));
        match slice(lot, limit, price, u(max_lot), dust) {
            Ok(taken) => {
                prop_assert!(taken.lot_taken > U256::ZERO && taken.lot_taken <= lot.min(u(max_lot)));
                let cost = mul_div_up(taken.lot_taken, price, PRICE_SCALE).unwrap();
                prop_assert!(taken.payment >= cost);
                prop_assert!(taken.payment == cost || taken.payment == limit);
                prop_assert!(taken.payment <= limit || taken.lot_taken == U256::ONE);
                let (rest, left) = (limit.saturating_sub(taken.payment), lot - taken.lot_taken);
                if !rest.is_zero() && !left.is_zero() {
                    prop_assert!(rest >= dust);
                    prop_assert!(mul_div_down(left, price, PRICE_SCALE).unwrap() >= dust);
                }
            }
            Err(error) => {
                prop_assert_eq!(error, TakeError::RemainderIsDust);
                // The whole lot can always be asked for.
                prop_assert!(u(max_lot) < lot);
            }
        }
    }

    // A4, V6
    #[test]
    fn splitting_a_take_never_costs_less(lot in 1_u128..1 << 80, price in 1_u128..1 << 126, parts in prop::collection::vec(1_u128..1 << 76, 1..8)) {
        let price = u(price);
        let limit = U256::MAX >> 1;
        let (mut left, mut paid, mut got) = (u(lot), U256::ZERO, U256::ZERO);
        for part in parts {
            if left.is_zero() { break; }
            let taken = slice(left, limit, price, u(part), U256::ZERO).unwrap();
            left -= taken.lot_taken;
            paid += taken.payment;
            got += taken.lot_taken;
        }
        prop_assert!(paid >= slice(u(lot), limit, price, got, U256::ZERO).unwrap().payment);
    }

    // A1
    #[test]
    fn a_price_never_rises(top in 0_u128.., factor in 0..=WAD_U64, zero in 0_u64..100_000, at in 0_u64..100_000, later in 0_u64..100_000) {
        for curve in [Curve::Linear { seconds_to_zero: zero }, Curve::Exponential { factor_per_second: factor }] {
            prop_assert!(curve.price(u(top), at) >= curve.price(u(top), at + later));
            prop_assert!(curve.price(u(top), at) <= u(top));
        }
    }
}

// MakerDAO dss, clip.t.sol: top 5 RAY, cut 0.99 a second, 60 seconds, half-up rounding at 27 digits.
#[test]
fn the_exponential_curve_is_one_unit_under_the_figure_of_makerdao() {
    let theirs = u(2_735_783_211_953_807_380_973_706_855);
    let curve = Curve::Exponential {
        factor_per_second: WAD_U64 / 100 * 99,
    };
    let ours = curve.price(u(5 * 10_u128.pow(27)), 60);
    // The exact value, floored: 5e27·99^60/100^60.
    let exact = num_bigint::BigUint::from(99_u8).pow(60)
        * num_bigint::BigUint::from(5 * 10_u128.pow(27))
        / num_bigint::BigUint::from(100_u8).pow(60);
    assert_eq!(
        num_bigint::BigUint::from_bytes_le(&ours.to_le_bytes::<32>()),
        exact
    );
    // Theirs rounds half up and is one above; ours is the exact value's floor.
    assert_eq!(ours, theirs - U256::ONE);
}

#[test]
fn curves_and_resets_at_their_edges() {
    let linear = Curve::Linear {
        seconds_to_zero: 100,
    };
    assert_eq!(linear.price(u(1000), 0), u(1000));
    assert_eq!(linear.price(u(1000), 25), u(750));
    assert_eq!(linear.price(u(1000), 100), u(0));
    assert_eq!(Curve::Linear { seconds_to_zero: 0 }.price(u(1000), 0), u(0));
    assert_eq!(
        Curve::Exponential {
            factor_per_second: u64::MAX
        }
        .price(U256::MAX, u64::MAX),
        U256::MAX
    );
    let cusp = WAD / u(2);
    assert!(!needs_reset(u(100), u(50), 10, 10, cusp));
    assert!(needs_reset(u(100), u(49), 10, 10, cusp));
    assert!(needs_reset(u(100), u(50), 11, 10, cusp));
}
