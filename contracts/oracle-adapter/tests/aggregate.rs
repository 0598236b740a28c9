//! The pure part of the adapter against an independent reference in big integers.

use alloy_primitives::U256;
use breakwater_interfaces::oracle::Status;
use num_bigint::BigUint;
use oracle_adapter::aggregate::{
    judge, price_of_answer, scale_exponent, Reading, Readings, MAX_DECIMALS, MAX_SOURCES, MIN_PRICE,
};
use proptest::{collection::vec, prelude::*};

const WAD: u64 = 1_000_000_000_000_000_000;
const NOW: u64 = 1_800_000_000;

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}

fn ten_to(exponent: u32) -> BigUint {
    BigUint::from(10_u8).pow(exponent)
}

/// Collects `prices` as fresh.
fn fresh(prices: &[U256]) -> Readings {
    let mut readings = Readings::default();
    for price in prices {
        readings.add(Reading::Fresh(*price));
    }
    readings
}

/// The median from its definition, and whether the spread is within `max_spread`.
fn reference(prices: &[U256], max_spread: u64) -> (BigUint, bool) {
    let mut sorted: Vec<BigUint> = prices.iter().copied().map(big).collect();
    sorted.sort();
    let middle = sorted.len() / 2;
    let median = if sorted.len() % 2 == 1 {
        sorted[middle].clone()
    } else {
        (&sorted[middle - 1] + &sorted[middle]) / 2_u8
    };
    let spread = &sorted[sorted.len() - 1] - &sorted[0];
    let agree = spread * WAD <= &median * max_spread;
    (median, agree)
}

/// Any price, with all magnitudes as likely as each other.
fn price() -> impl Strategy<Value = U256> {
    (any::<[u64; 4]>(), 0_usize..=232)
        .prop_map(|(limbs, shift)| (U256::from_limbs(limbs) >> shift).max(MIN_PRICE))
}

/// Prices that are near each other, around one of any magnitude: a base, and parts per 10,000 to add.
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
    fn aggregate_is_the_reference(
        prices in prop_oneof![near_prices(), vec(price(), 1..=MAX_SOURCES)],
        max_spread in 1..=WAD / 2,
    ) {
        let aggregate = fresh(&prices).aggregate(prices.len(), U256::from(max_spread));
        let (median, agree) = reference(&prices, max_spread);
        prop_assert_eq!(aggregate.status, if agree { Status::Ok } else { Status::Disagree });
        prop_assert_eq!(big(aggregate.mid), median);
        prop_assert_eq!(Some(&aggregate.low), prices.iter().min());
        prop_assert!(aggregate.low <= aggregate.mid);
    }

    #[test]
    fn order_of_the_sources_does_not_matter(prices in near_prices(), turn in 0..MAX_SOURCES) {
        let mut turned = prices.clone();
        turned.rotate_left(turn % prices.len());
        let limit = U256::from(WAD / 20);
        prop_assert_eq!(fresh(&prices).aggregate(1, limit), fresh(&turned).aggregate(1, limit));
    }

    /// O2. Where the price stands, no single source has moved it by more than the limit; and where two agree and the third may
    /// say anything, the median stays between the two or there is no price.
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
        let limit = U256::from(max_spread);
        let without = fresh(&prices).aggregate(2, limit);
        prices.insert(place.min(2), bad);
        let with = fresh(&prices).aggregate(2, limit);
        if with.status == Status::Ok {
            prop_assert!(with.mid >= good.min(other) && with.mid <= good.max(other));
            // Then the two agreed as well, up to the rounding of their mean's limit; compare with the exact mean.
            let mean = (big(good) + big(other)) / 2_u8;
            let moved = if big(with.mid) > mean { big(with.mid) - &mean } else { &mean - big(with.mid) };
            prop_assert!(moved * WAD <= big(with.mid) * max_spread);
            if without.status == Status::Ok {
                prop_assert_eq!(big(without.mid), mean);
            }
        } else {
            prop_assert_eq!(with.status, Status::Disagree);
        }
    }

    /// O1 over all that a feed can say: what comes out as a price was positive, timely and complete, and is the answer to scale.
    #[test]
    fn only_a_positive_timely_complete_answer_is_a_price(
        round in 0_u64..4,
        answered_in in 0_u64..4,
        answer in prop_oneof![any::<[u64; 4]>().prop_map(U256::from_limbs), (0_u64..u64::MAX).prop_map(U256::from)],
        updated_at in prop_oneof![Just(0), NOW - 200..NOW + 100, any::<u64>()],
        max_age in 1_u32..=200,
        exponent in -12_i8..=60,
    ) {
        let words = [
            U256::from(round),
            answer,
            U256::ZERO,
            U256::from(updated_at),
            U256::from(answered_in),
        ];
        let is_positive = !answer.is_zero() && !answer.bit(255);
        let is_timely = updated_at != 0 && updated_at <= NOW && NOW - updated_at <= u64::from(max_age);
        match judge(words, NOW, max_age, exponent) {
            Reading::Fresh(price) => {
                prop_assert!(is_positive && is_timely && answered_in >= round);
                prop_assert_eq!(Some(price), price_of_answer(answer, exponent));
            }
            Reading::Old(price) => {
                prop_assert_eq!(Some(price), price_of_answer(answer, exponent));
                prop_assert!(is_positive && updated_at != 0 && updated_at <= NOW);
                prop_assert!(!is_timely || answered_in < round);
            }
            Reading::Nothing => prop_assert!(
                !is_positive || updated_at == 0 || updated_at > NOW || price_of_answer(answer, exponent).is_none()
            ),
        }
    }

    #[test]
    fn price_is_the_answer_to_scale_rounded_down(
        answer in any::<[u64; 4]>(),
        shift in 0_usize..256,
        asset_decimals in 0..=MAX_DECIMALS,
        feed_decimals in 0..=MAX_DECIMALS,
        token_decimals in 0..=MAX_DECIMALS,
    ) {
        let answer = U256::from_limbs(answer) >> shift;
        let exponent = scale_exponent(asset_decimals, feed_decimals, token_decimals);
        // value · 10^asset / 10^token · 1e36, with value = answer/10^feed.
        let exact = big(answer) * ten_to(u32::from(asset_decimals) + 36)
            / ten_to(u32::from(feed_decimals) + u32::from(token_decimals));
        let is_price = exact >= ten_to(7) && exact.bits() <= 256;
        prop_assert_eq!(price_of_answer(answer, exponent).map(big), is_price.then_some(exact));
    }

    /// The prices that count: the fresh ones if they are enough, else all that are prices at all, else none.
    #[test]
    fn status_and_price_are_of_the_fresh_then_of_all_answering_sources(
        sources in near_prices().prop_flat_map(|prices| {
            let kinds = vec(0_u8..3, prices.len());
            (Just(prices), kinds)
        }),
        quorum in 1..=MAX_SOURCES,
        max_spread in 1..=WAD / 2,
    ) {
        let (prices, kinds) = sources;
        let mut readings = Readings::default();
        for (price, kind) in prices.iter().zip(&kinds) {
            readings.add(match kind {
                0 => Reading::Nothing,
                1 => Reading::Old(*price),
                _ => Reading::Fresh(*price),
            });
        }
        let of = |least: u8| -> Vec<U256> {
            let counted = prices.iter().zip(&kinds).filter(|(_, kind)| **kind >= least);
            counted.map(|(price, _)| *price).collect()
        };
        let (fresh, answering) = (of(2), of(1));
        let aggregate = readings.aggregate(quorum, U256::from(max_spread));
        let counted = if fresh.len() >= quorum {
            let (_, agree) = reference(&fresh, max_spread);
            prop_assert_eq!(aggregate.status, if agree { Status::Ok } else { Status::Disagree });
            fresh
        } else if answering.len() >= quorum {
            prop_assert_eq!(aggregate.status, Status::Stale);
            answering
        } else {
            prop_assert_eq!(aggregate.status, Status::NoQuorum);
            prop_assert_eq!((aggregate.mid, aggregate.low), (U256::ZERO, U256::ZERO));
            return Ok(());
        };
        prop_assert_eq!(big(aggregate.mid), reference(&counted, max_spread).0);
        prop_assert_eq!(Some(&aggregate.low), counted.iter().min());
    }
}

#[test]
fn mean_of_the_middle_two_rounds_down_and_does_not_overflow() {
    let limit = U256::from(WAD / 2);
    let odd = MIN_PRICE + U256::from(3);
    assert_eq!(
        fresh(&[odd, MIN_PRICE]).aggregate(2, limit).mid,
        MIN_PRICE + U256::ONE
    );
    let top = [U256::MAX, U256::MAX - U256::ONE];
    assert_eq!(fresh(&top).aggregate(2, limit).mid, U256::MAX - U256::ONE);
}

#[test]
fn exponents_reach_from_minus_12_to_60() {
    assert_eq!(scale_exponent(0, MAX_DECIMALS, MAX_DECIMALS), -12);
    assert_eq!(scale_exponent(MAX_DECIMALS, 0, 0), 60);
    // A dollar coin of 6 decimals, a feed of 8, a token of 18.
    assert_eq!(scale_exponent(6, 8, 18), 16);
}

#[test]
fn nobody_is_no_quorum_even_when_none_is_asked_for() {
    let aggregate = Readings::default().aggregate(0, U256::from(WAD));
    assert_eq!(aggregate.status, Status::NoQuorum);
}
