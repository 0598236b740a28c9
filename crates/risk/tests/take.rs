//! Takes, with MakerDAO's published borders.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up};
use breakwater_risk::take::*;
use breakwater_risk::PRICE_SCALE;
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

// A4. Units at 5 each, and 9 to raise: one for 9 would be dearer than the same unit bought first, for 5.
#[test]
fn units_that_do_not_divide_the_limit_are_sold_at_their_cost_and_end_the_auction() {
    let cut = |limit, max_lot| slice(u(9), u(limit), PRICE_SCALE * u(5), u(max_lot), u(0));
    let units = |lot_taken, payment| {
        Ok(Slice {
            lot_taken: u(lot_taken),
            payment: u(payment),
        })
    };
    assert_eq!(cut(9, 9), units(2, 10));
    assert_eq!(cut(9, 2), units(2, 10));
    assert_eq!(cut(9, 1), units(1, 5));
    assert_eq!(cut(9 - 5, 8), units(1, 5));
    assert_eq!(cut(10, 9), units(2, 10));
    assert_eq!(cut(11, 9), units(3, 15));
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
                prop_assert_eq!(taken.payment, cost);
                // The limit is exceeded by the last unit only, and not if fewer units raise it to the letter.
                let without_last = mul_div_up(taken.lot_taken - U256::ONE, price, PRICE_SCALE).unwrap();
                prop_assert!(taken.payment <= limit || without_last < limit);
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

    // A4, V6: from tokens of which a unit is worth many of the loan asset to the reverse, with limits that bind and that do not.
    #[test]
    fn splitting_a_take_never_costs_less(
        lot in 1_u128..1 << 60, shift in 0_usize..60, price in 1_u128.., scale in 0_u32..6, limit in 1_u128..1 << 90, limit_shift in 0_usize..90,
        parts in prop::collection::vec((1_u128..1 << 60, 0_usize..60), 1..8),
    ) {
        let lot = u(lot >> shift).max(U256::ONE);
        let price = u(price) * u(10_u128.pow(scale));
        let limit = u(limit >> limit_shift).max(U256::ONE);
        let (mut left, mut paid) = (lot, U256::ZERO);
        for (part, shift) in parts {
            if left.is_zero() || paid >= limit { break; }
            let part = u(part >> shift).max(U256::ONE);
            let taken = slice(left, limit - paid, price, part, U256::ZERO).unwrap();
            left -= taken.lot_taken;
            paid += taken.payment;
        }
        let whole = slice(lot, limit, price, lot - left, U256::ZERO).unwrap();
        prop_assert_eq!(whole.lot_taken, lot - left);
        prop_assert!(whole.payment <= paid);
    }
}
