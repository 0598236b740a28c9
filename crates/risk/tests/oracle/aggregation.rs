//! Median, quorum and spread.

use alloy_primitives::U256;
use breakwater_risk::aggregation::{Outcome, Reading, Readings, MAX_SOURCES, MIN_PRICE};
use num_bigint::BigUint;
use proptest::{collection::vec, prelude::*};

use crate::{big, WAD};

fn fresh(prices: &[U256]) -> Readings {
    let mut readings = Readings::default();
    for price in prices {
        readings.add(Reading::Fresh(*price));
    }
    readings
}

/// The median from its definition, and whether any subset of more than half of the prices, and of at least `quorum`, is within
/// `max_spread`.
fn reference(prices: &[U256], quorum: usize, max_spread: u64) -> (BigUint, bool) {
    let mut sorted: Vec<BigUint> = prices.iter().copied().map(big).collect();
    sorted.sort();
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 {
        sorted[middle].clone()
    } else {
        (&sorted[middle - 1] + &sorted[middle]) / 2_u8
    };
    let agree = (1_u32..1 << sorted.len()).any(|subset| {
        let chosen = |index: &usize| subset >> index & 1 == 1;
        let members: Vec<usize> = (0..sorted.len()).filter(chosen).collect();
        let spread = &sorted[members[members.len() - 1]] - &sorted[members[0]];
        members.len() * 2 > sorted.len()
            && members.len() >= quorum
            && spread * WAD <= &median * max_spread
    });
    (median, agree)
}

/// Any price, with all magnitudes as likely as each other.
fn price() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0_usize..=232)
        .prop_map(|(limbs, shift)| (U256::from_limbs(limbs) >> shift).max(MIN_PRICE))
}

/// Prices that are near each other, around one of any magnitude.
fn near_prices() -> impl Strategy<Value = Vec<U256>> {
    let base = (any::<u128>(), 0_usize..=104)
        .prop_map(|(base, shift)| U256::from(base >> shift).max(MIN_PRICE));
    (base, vec(0_u64..=1_000, 1..=MAX_SOURCES)).prop_map(|(base, parts)| {
        parts
            .into_iter()
            .map(|part| base + base * U256::from(part) / U256::from(10_000))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn outcome_is_the_reference_in_any_order(
        prices in prop_oneof![near_prices(), vec(price(), 1..=MAX_SOURCES)],
        turn in 0..MAX_SOURCES,
        quorum in 1..=MAX_SOURCES,
        max_spread in 1..=WAD / 2,
    ) {
        let limit = U256::from(max_spread);
        let quorum = quorum.min(prices.len());
        let outcome = fresh(&prices).outcome(quorum, limit);
        let (median, agree) = reference(&prices, quorum, max_spread);
        match outcome {
            Outcome::Good(mid) => prop_assert!(agree && big(mid) == median),
            other => prop_assert!(!agree && other == Outcome::Disagree),
        }
        let mut turned = prices.clone();
        turned.rotate_left(turn % prices.len());
        prop_assert_eq!(fresh(&turned).outcome(quorum, limit), outcome);
    }

    /// O2. The third may say anything: the median stays between the other two or there is no price; and where these agree, it is within
    /// the limit of their mean.
    #[test]
    fn one_bad_source_among_three_moves_the_median_within_the_spread(
        good in price(),
        apart in 0_u64..=100,
        bad in prop_oneof![price(), Just(U256::MAX), Just(MIN_PRICE)],
        bad_is_near in any::<bool>(),
        max_spread in 1..=WAD / 2,
        place in 0_usize..3,
    ) {
        let good = good.min(U256::MAX >> 16);
        let other = good + good / U256::from(10_000) * U256::from(apart);
        let bad = if bad_is_near { good - good / U256::from(10_000) * U256::from(apart) } else { bad };
        let mut prices = vec![good, other];
        prices.insert(place.min(2), bad);
        match fresh(&prices).outcome(2, U256::from(max_spread)) {
            Outcome::Good(mid) => {
                prop_assert!(mid >= good.min(other) && mid <= good.max(other));
                let mean = (big(good) + big(other)) / 2_u8;
                let moved = if big(mid) > mean { big(mid) - &mean } else { &mean - big(mid) };
                let agree = (big(other) - big(good)) * WAD <= big(mid) * max_spread;
                prop_assert!(!agree || moved * WAD <= big(mid) * max_spread);
            }
            outcome => {
                // And it can't take the price away from two that agree.
                prop_assert_eq!(outcome, Outcome::Disagree);
                prop_assert!(big(other - good) * WAD > big(good) * max_spread);
            }
        }
    }

    /// O1: without a quorum of fresh prices there is none, whatever the rest says.
    #[test]
    fn only_a_quorum_of_fresh_prices_is_a_price(
        sources in near_prices().prop_flat_map(|prices| {
            let kinds = vec(0_u8..3, prices.len());
            (Just(prices), kinds)
        }),
        quorum in 1..=MAX_SOURCES,
        max_spread in 1..=WAD / 2,
    ) {
        let (prices, kinds) = sources;
        let mut readings = Readings::default();
        let mut counted = vec![];
        let mut old = 0;
        for (price, kind) in prices.iter().zip(&kinds) {
            readings.add(match kind {
                0 => Reading::Nothing,
                1 => {
                    old += 1;
                    Reading::Old
                }
                _ => {
                    counted.push(*price);
                    Reading::Fresh(*price)
                }
            });
        }
        let outcome = readings.outcome(quorum, U256::from(max_spread));
        if counted.len() >= quorum {
            let (median, agree) = reference(&counted, quorum, max_spread);
            match outcome {
                Outcome::Good(mid) => prop_assert!(agree && big(mid) == median),
                other => prop_assert!(!agree && other == Outcome::Disagree),
            }
        } else if counted.len() + old >= quorum {
            prop_assert_eq!(outcome, Outcome::Stale);
        } else {
            prop_assert_eq!(outcome, Outcome::NoQuorum);
        }
    }
}

#[test]
fn mean_of_the_middle_two_rounds_down_and_does_not_overflow() {
    let limit = U256::from(WAD / 2);
    let odd = MIN_PRICE + U256::from(3);
    let outcome = fresh(&[odd, MIN_PRICE]).outcome(2, limit);
    assert_eq!(outcome, Outcome::Good(MIN_PRICE + U256::from(1)));
    let top = [U256::MAX, U256::MAX - U256::from(1)];
    let outcome = fresh(&top).outcome(2, limit);
    assert_eq!(outcome, Outcome::Good(U256::MAX - U256::from(1)));
}

#[test]
fn nobody_is_no_quorum_even_when_none_is_asked_for() {
    let outcome = Readings::default().outcome(0, U256::from(WAD));
    assert_eq!(outcome, Outcome::NoQuorum);
}

#[test]
fn a_liar_is_left_out_and_two_against_two_are_none() {
    let limit = U256::from(WAD / 100);
    let outcome = |prices: &[u64], quorum| {
        let prices: Vec<U256> = prices
            .iter()
            .map(|price| U256::from(*price) * MIN_PRICE)
            .collect();
        fresh(&prices).outcome(quorum, limit)
    };
    let good = |price: u64| Outcome::Good(U256::from(price) * MIN_PRICE);
    assert_eq!(outcome(&[2_000, 20_000, 2_010], 2), good(2_010));
    assert_eq!(outcome(&[2_000, 200, 2_010], 2), good(2_000));
    assert_eq!(outcome(&[2_000, 200, 2_010], 3), Outcome::Disagree);
    assert_eq!(outcome(&[2_000, 2_000, 2_100, 2_100], 2), Outcome::Disagree);
    assert_eq!(outcome(&[2_000, 2_100], 1), Outcome::Disagree);
    assert_eq!(outcome(&[2_000, 2_000, 2_000, 2_100], 2), good(2_000));
}
