//! Lot sizes: health, liveness, and the last of a collateral.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_less};
use breakwater_risk::liquidation::*;
use breakwater_risk::margin::*;
use breakwater_risk::{PRICE_SCALE, WAD, WAD_U64};
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use proptest::prelude::*;

fn u(value: u128) -> U256 {
    U256::from(value)
}

fn percent(value: u64) -> U256 {
    U256::from(value) * U256::from(WAD_U64 / 100)
}

fn exact(value: U256) -> BigRational {
    BigRational::from_integer(BigInt::from_bytes_le(
        Sign::Plus,
        &value.to_le_bytes::<32>(),
    ))
}

/// One collateral of an account: balance, price, threshold, lot factor.
#[derive(Clone, Copy, Debug)]
struct Holding {
    balance: U256,
    price: U256,
    threshold: U256,
    factor: U256,
}

impl Holding {
    fn value(&self) -> U256 {
        value(self.balance, self.price).unwrap()
    }
    fn capacity(&self) -> U256 {
        mul_div_down(self.value(), self.threshold, WAD).unwrap()
    }
}

fn capacity(holdings: &[Holding]) -> U256 {
    holdings.iter().map(Holding::capacity).sum()
}

fn recoverable(holdings: &[Holding]) -> U256 {
    holdings.iter().map(|h| payable(h.value(), h.factor)).sum()
}

fn input(holding: &Holding, debt: U256, capacity: U256) -> SizeInput {
    SizeInput {
        debt,
        capacity,
        target_health: percent(105),
        liquidation_threshold: holding.threshold,
        lot_factor: holding.factor,
        token_value: holding.value(),
        room: U256::MAX,
        max_repay: U256::MAX,
        min_lot: U256::ZERO,
        min_debt: U256::ZERO,
    }
}

/// Parameters within the bounds of `check_collateral` for a target health of 1.05.
fn any_holding() -> impl Strategy<Value = Holding> {
    (
        1_u128..1 << 80,
        0_u32..12,
        1_u64..1000,
        10_u64..95,
        0_u64..20,
        0_u64..20,
    )
        .prop_map(
            |(balance, decimals, cents, threshold, penalty, buffer)| Holding {
                balance: u(balance),
                price: PRICE_SCALE / u(10_u128.pow(decimals)) * U256::from(cents) / u(100),
                threshold: percent(threshold),
                factor: lot_factor(percent(penalty), percent(buffer)).unwrap(),
            },
        )
        .prop_filter("bounds", |h| {
            mul_less(h.threshold, h.factor, WAD, WAD)
                && mul_less(h.threshold, h.factor, percent(103), WAD)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    // L3, L7
    #[test]
    fn a_sale_improves_health_and_stops_at_the_target(
        holdings in prop::collection::vec(any_holding(), 1..4), per_mille in 1_u64..4000, pick in 0_usize..4,
        room in prop_oneof![Just(u128::MAX), any::<u128>()], min_lot in 0_u128..1_000_000, min_debt in 0_u128..10_000_000,
    ) {
        let capacity = capacity(&holdings);
        let debt = mul_div_down(capacity, U256::from(1000 + per_mille), u(1000)).unwrap() + U256::ONE;
        let holding = holdings[pick % holdings.len()];
        let input = SizeInput { room: u(room), min_lot: u(min_lot), min_debt: u(min_debt), ..input(&holding, debt, capacity) };
        if let Ok(x) = size(&input) {
            let available = payable(holding.value(), holding.factor);
            prop_assert!(x > U256::ZERO && x <= debt && x <= available);
            // Before the rounding of lot amounts: health strictly improves.
            let sold = exact(x) * exact(holding.threshold) * exact(holding.factor) / exact(WAD) / exact(WAD);
            let (before, left) = (exact(capacity), exact(debt - x));
            prop_assert!((&before - &sold) * exact(debt) > &before * &left);
            // Not past the target, but for a unit and where the least lot or the last remainder made the lot larger.
            let target = exact(input.target_health) / exact(WAD);
            let one_less = exact(U256::ONE);
            let per_unit = exact(holding.threshold) * exact(holding.factor) / exact(WAD) / exact(WAD);
            let enlarged = x == input.min_lot || x == available.min(debt);
            prop_assert!(enlarged || &before - &sold + per_unit < target * (&left + one_less), "above the target");
            // The lot's value is at most what the debt needs, or the lot is the balance.
            let amount = lot_amount(x, holding.factor, holding.price, holding.balance, available).unwrap();
            prop_assert!(amount <= holding.balance);
            if x < available {
                prop_assert!(exact(amount) * exact(holding.price) / exact(PRICE_SCALE) <= exact(x) * exact(holding.factor) / exact(WAD));
            } else {
                prop_assert_eq!(amount, holding.balance);
            }
            // V9: the remainder is 0 or at least the least debt, or the token is used up.
            let rest = debt - x;
            prop_assert!(rest.is_zero() || rest >= input.min_debt || x == available);
            // Room and the caller's limit are passed by less than the least debt.
            prop_assert!(x <= input.room || x - input.room < input.min_debt);
        }
    }

    // L2
    #[test]
    fn an_unhealthy_solvent_account_can_always_be_liquidated(
        holdings in prop::collection::vec(any_holding(), 1..5), part in 1_u64..1000, min_lot in 0_u128..1 << 90, min_debt in 0_u128..1 << 90,
    ) {
        // Debt between capacity and what the lots can raise.
        let (capacity, recoverable) = (capacity(&holdings), recoverable(&holdings));
        prop_assume!(capacity > u(1_000_000) && recoverable > capacity + u(1000));
        let debt = capacity + U256::ONE + mul_div_down(recoverable - capacity - u(1000), U256::from(part), u(1000)).unwrap();
        // The units lost in rounding the capacity down: n/HF, see `insolvent`.
        let lost = mul_div_down(u(holdings.len() as u128), debt, capacity).unwrap() + u(2);
        prop_assume!(!insolvent(recoverable, debt + lost));
        let sizes: Vec<_> = holdings.iter().map(|h| size(&SizeInput { min_lot: u(min_lot), min_debt: u(min_debt), ..input(h, debt, capacity) })).collect();
        prop_assert!(sizes.iter().any(Result::is_ok), "{sizes:?}");
    }

    // L5
    #[test]
    fn debt_that_remains_is_backed_by_other_collateral(
        holdings in prop::collection::vec(any_holding(), 1..4), per_mille in 1_u64..4000, min_lot in 0_u128..1 << 90, min_debt in 0_u128..1 << 90,
    ) {
        let capacity = capacity(&holdings);
        let debt = mul_div_down(capacity, U256::from(1000 + per_mille), u(1000)).unwrap() + U256::ONE;
        let holding = holdings[0];
        let sized = size(&SizeInput { min_lot: u(min_lot), min_debt: u(min_debt), ..input(&holding, debt, capacity) });
        if let Ok(x) = sized {
            let available = payable(holding.value(), holding.factor);
            let amount = lot_amount(x, holding.factor, holding.price, holding.balance, available).unwrap();
            if x < debt {
                prop_assert!(amount < holding.balance || holdings.iter().skip(1).any(|h| h.value() > U256::ZERO));
            }
        }
    }

    // L6
    #[test]
    fn selling_before_a_drop_is_never_worse_than_after(h in any_holding(), per_mille in 1_u64..500, drop in 0_u64..1000) {
        let capacity = h.capacity();
        let debt = mul_div_down(capacity, U256::from(1000 + per_mille), u(1000)).unwrap() + U256::ONE;
        if let Ok(x) = size(&input(&h, debt, capacity)) {
            let amount = lot_amount(x, h.factor, h.price, h.balance, payable(h.value(), h.factor)).unwrap();
            prop_assume!(amount < h.balance);
            let kept = exact(U256::from(1000 - drop)) / exact(u(1000));
            let worth = |balance: U256| exact(balance) * exact(h.price) * &kept / exact(PRICE_SCALE) * exact(WAD) / exact(h.factor);
            prop_assert!(exact(debt - x) - worth(h.balance - amount) <= exact(debt) - worth(h.balance));
        }
    }

    #[test]
    fn a_penalty_rises_one_for_one_with_the_shortfall_up_to_its_limit(low in 0_u64..10, more in 0_u64..20, debt in 1_u64..u64::MAX, per_mille in 0_u64..1200) {
        let (low, high) = (percent(low), percent(low + more));
        let (debt, worse) = (U256::from(debt), U256::from(debt) + u(1000));
        let capacity = mul_div_down(debt, U256::from(per_mille), u(1000)).unwrap();
        let rate = penalty_rate(low, high, debt, capacity);
        prop_assert!(low <= rate && rate <= high);
        prop_assert!(penalty_rate(low, high, worse, capacity) >= rate);
        let expected = low + WAD.saturating_sub(health_factor(debt, capacity));
        prop_assert_eq!(rate, expected.min(high));
    }

    // A5
    #[test]
    fn a_reward_is_at_most_half_of_the_penalty_and_nothing_for_dust(tip: u64, chip in 0..WAD_U64, x: u64, penalty: u64, min_lot: u64) {
        let paid = reward(U256::from(tip), U256::from(chip), U256::from(x), U256::from(penalty), U256::from(min_lot));
        prop_assert!(paid <= U256::from(penalty / 2));
        prop_assert!(x >= min_lot || paid.is_zero());
    }

    #[test]
    fn a_closing_lot_stays_within_room_and_balance(h in any_holding(), room in 0_u128..1 << 90) {
        match closing_lot(h.value(), h.factor, h.price, u(room), h.balance) {
            None => prop_assert!(room == 0),
            Some(lot) => {
                prop_assert!(lot.debt <= u(room) && lot.amount <= h.balance);
                prop_assert_eq!(lot.debt == payable(h.value(), h.factor), lot.amount == h.balance);
            }
        }
    }
}

// Incident 18: debt 188 on 230 at threshold 0.5 and 100 at 0.9; the first one's price halves less a hair.
#[test]
fn a_two_collateral_account_hit_by_a_drop_is_seen_as_insolvent_or_can_be_sold_without_bad_debt() {
    let unit = 10_u128.pow(18);
    for penalty in [0, 5, 10] {
        let factor = lot_factor(percent(penalty), U256::ZERO).unwrap();
        let holding = |balance: u128, price: U256, threshold| Holding {
            balance: u(balance * unit),
            price,
            threshold: percent(threshold),
            factor,
        };
        let mut account = [
            holding(230, PRICE_SCALE / u(2) - U256::ONE, 50),
            holding(100, PRICE_SCALE, 90),
        ];
        let mut debt = u(188 * unit);
        assert!(!is_healthy(debt, capacity(&account)));
        let solvent = recoverable(&account) > debt;
        assert_eq!(solvent, !insolvent(recoverable(&account), debt));
        // Liquidate whatever may be, until healthy: an account that was solvent stays so.
        let mut steps = 0;
        while solvent && !is_healthy(debt, capacity(&account)) {
            let total = capacity(&account);
            let (index, x) = (0..2)
                .find_map(|i| size(&input(&account[i], debt, total)).ok().map(|x| (i, x)))
                .expect("solvent, so one token can be sold");
            let h = &mut account[index];
            let available = payable(h.value(), h.factor);
            h.balance -= lot_amount(x, h.factor, h.price, h.balance, available).unwrap();
            debt -= x;
            assert!(
                debt.is_zero() || recoverable(&account) + u(2) > debt,
                "became insolvent"
            );
            steps += 1;
            assert!(steps < 10);
        }
    }
}

#[test]
fn refusals_come_in_their_documented_order() {
    let h = Holding {
        balance: u(1000),
        price: PRICE_SCALE,
        threshold: percent(80),
        factor: lot_factor(percent(10), U256::ZERO).unwrap(),
    };
    // Worth 1000, capacity 800, debt 850: HF = 0.941 > 0.88.
    let good = input(&h, u(850), u(800));
    assert!(size(&good).is_ok());
    let worse = SizeInput {
        debt: u(950),
        max_repay: U256::ZERO,
        min_lot: U256::ONE,
        ..good
    };
    assert_eq!(size(&worse), Err(SizeError::HealthWouldNotImprove));
    let small = SizeInput {
        max_repay: u(9),
        min_lot: u(10),
        token_value: U256::ZERO,
        ..good
    };
    assert_eq!(size(&small), Err(SizeError::BelowMinLot));
    let nothing = SizeInput {
        token_value: U256::ONE,
        room: U256::ZERO,
        ..good
    };
    assert_eq!(size(&nothing), Err(SizeError::NothingToSell));
    let full = SizeInput {
        room: u(9),
        min_lot: u(10),
        ..good
    };
    assert_eq!(size(&full), Err(SizeError::NoRoom));
    let fine = SizeInput {
        capacity: u(1000),
        ..good
    };
    assert_eq!(size(&fine), Err(SizeError::AtTarget));
    let none_asked = SizeInput {
        max_repay: U256::ZERO,
        ..good
    };
    assert_eq!(size(&none_asked), Err(SizeError::BelowMinLot));
    // A last piece under the least lot can be sold.
    let last = SizeInput {
        token_value: u(11),
        min_lot: u(100),
        ..good
    };
    assert_eq!(size(&last), Ok(u(10)));
    // A shortfall under the least lot is sold as one least lot.
    let slight = SizeInput {
        debt: u(801),
        capacity: u(800),
        min_lot: u(400),
        ..good
    };
    assert_eq!(size(&slight), Ok(u(400)));
}

#[test]
fn a_claim_in_closing_is_carried_at_the_debt_or_the_discounted_collateral() {
    assert_eq!(closing_carrying(u(100), u(90), percent(10)), u(81));
    assert_eq!(closing_carrying(u(50), u(90), percent(10)), u(50));
    assert_eq!(closing_carrying(u(50), u(90), percent(200)), U256::ZERO);
    assert!(
        insolvent(u(10), u(10)) && !insolvent(u(11), u(10)) && !insolvent(U256::ZERO, U256::ZERO)
    );
}
