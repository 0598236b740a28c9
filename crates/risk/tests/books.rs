//! Shares, claims, losses, room, margin parameters and account identifiers.

use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::mul_less;
use breakwater_risk::account::*;
use breakwater_risk::claim::*;
use breakwater_risk::loss::*;
use breakwater_risk::margin::*;
use breakwater_risk::room::*;
use breakwater_risk::shares::*;
use breakwater_risk::{WAD, WAD_U64};
use num_rational::Ratio;
use proptest::prelude::*;

fn u(value: u128) -> U256 {
    U256::from(value)
}

fn percent(value: u64) -> U256 {
    U256::from(value) * U256::from(WAD_U64 / 100)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    // V6, V8
    #[test]
    fn a_round_trip_through_shares_never_gains(amount: u128, assets: u128, shares: u128) {
        let (amount, a, s) = (u(amount), u(assets), u(shares));
        let minted = to_shares_down(amount, a, s, VIRTUAL_SHARES).unwrap();
        prop_assert!(to_assets_down(minted, a, s, VIRTUAL_SHARES).unwrap() <= amount);
        let cost = to_assets_up(amount, a, s, VIRTUAL_SHARES).unwrap();
        prop_assert!(to_shares_down(cost, a, s, VIRTUAL_SHARES).unwrap() >= amount);
        let burnt = to_shares_up(amount, a, s, VIRTUAL_SHARES).unwrap();
        prop_assert!(burnt >= minted && burnt - minted <= U256::ONE);
    }

    // V6
    #[test]
    fn a_split_deposit_mints_no_more(first in 0_u128..1 << 100, second in 0_u128..1 << 100, assets in 0_u128..1 << 100, shares in 0_u128..1 << 120) {
        let (a, s) = (u(assets), u(shares));
        let whole = to_shares_down(u(first + second), a, s, VIRTUAL_SHARES).unwrap();
        let one = to_shares_down(u(first), a, s, VIRTUAL_SHARES).unwrap();
        let two = to_shares_down(u(second), a + u(first), s + one, VIRTUAL_SHARES).unwrap();
        prop_assert!(one + two <= whole);
    }

    #[test]
    fn payments_are_counted_once_however_they_are_split(
        carrying: u64, written_off: u64, penalty: u64, part in 0_u64..=100, payments in prop::collection::vec(any::<u64>(), 0..8),
    ) {
        let start = Claim {
            carrying: U256::from(carrying), written_off: U256::from(written_off), penalty: U256::from(penalty),
            fund_paid: U256::from(written_off as u128 * part as u128 / 100),
        };
        let (mut split, mut whole) = (start, start);
        let mut totals = Payment::default();
        for &payment in &payments {
            let before = split.outstanding();
            let p = split.settle(U256::from(payment));
            prop_assert_eq!(p.to_carrying + p.recovered + p.penalty + p.excess, U256::from(payment));
            prop_assert_eq!(before - split.outstanding(), U256::from(payment) - p.excess);
            prop_assert!(p.recovered_to_fund <= p.recovered && split.fund_paid <= split.written_off);
            // The order: nothing is recovered while carrying is due, no penalty while anything else is.
            prop_assert!(p.recovered.is_zero() || split.carrying.is_zero());
            prop_assert!(p.penalty.is_zero() || split.written_off.is_zero());
            totals.to_carrying += p.to_carrying;
            totals.recovered += p.recovered;
            totals.recovered_to_fund += p.recovered_to_fund;
            totals.penalty += p.penalty;
            totals.excess += p.excess;
        }
        let sum: U256 = payments.iter().map(|&p| U256::from(p)).sum();
        prop_assert_eq!(whole.settle(sum), totals);
        prop_assert_eq!(whole, split);
        prop_assert_eq!(totals.recovered_to_lenders() + totals.recovered_to_fund, totals.recovered);
    }

    // V5, F2
    #[test]
    fn a_loss_is_covered_and_shared_to_the_unit(
        assets in 1_u128..1 << 100, shares in 0_u128..1 << 120, loss_part in 0_u64..=1000, fund_part in 0_u64..=1000, minimum: u64,
    ) {
        let loss = assets / 1000 * loss_part as u128;
        let fund = shares / 1000 * fund_part as u128;
        let cover = cover(u(loss), u(assets), u(shares), VIRTUAL_SHARES, u(fund), U256::from(minimum));
        prop_assert_eq!(cover.covered + cover.shared, u(loss));
        // F2: the minimum stays.
        prop_assert!(cover.burn_shares.is_zero() || u(fund) - cover.burn_shares >= U256::from(minimum));
        let (a, s) = (u(assets) + U256::ONE, u(shares) + VIRTUAL_SHARES);
        // V5: after the covered part alone the price (a − covered)/(s − burnt) is not lower than a/s,
        prop_assert!(!mul_less(a - cover.covered, s, a, s - cover.burn_shares));
        // nor would one share less burnt have done for a fully covered loss: it is a unit of rounding at most.
        if cover.shared.is_zero() && !cover.burn_shares.is_zero() {
            prop_assert!(mul_less(a - u(loss), s, a, s - cover.burn_shares + U256::ONE));
        }
    }

    // A2
    #[test]
    fn room_counts_at_least_what_each_lot_still_counts(
        period in 1_u64..10_000, steps in prop::collection::vec((0_u64..3_000, 0_u128..1 << 60, 0_usize..8, 1_u32..=4), 1..30),
    ) {
        let mut room = Room::default();
        let mut now = 1_000_000_u64;
        // Unsettled: start and debt. Settled: the same, of the settled parts.
        let mut open: Vec<(u64, u128)> = Vec::new();
        let mut settled: Vec<(u64, u128)> = Vec::new();
        for (wait, amount, pick, part) in steps {
            now += wait;
            if pick < 4 || open.is_empty() {
                room.start(u(amount)).unwrap();
                open.push((now, amount));
            } else {
                let index = pick % open.len();
                let (start, debt) = open[index];
                let paid = debt / 4 * part as u128;
                room.settle(u(paid), start, now, period);
                open[index].1 -= paid;
                settled.push((start, paid));
            }
            prop_assert_eq!(Room::unpack(room.pack().unwrap()), room);
            let live: u128 = open.iter().map(|lot| lot.1).sum();
            prop_assert_eq!(room.live, live);
            for later in [0, 1, period / 3, period - 1, period] {
                let at = now + later;
                let decaying: Ratio<i128> = settled.iter()
                    .map(|&(start, x)| Ratio::new(x as i128 * (start + period).saturating_sub(at) as i128, period as i128))
                    .sum();
                let used = room.used(at, period);
                prop_assert!(used >= u(live) + u(decaying.ceil().to_integer() as u128));
                prop_assert!(used <= u(live) + u(settled.iter().map(|lot| lot.1).sum()) + u(settled.len() as u128));
            }
            prop_assert_eq!(room.used(now + period, period), u(live));
        }
    }

    #[test]
    fn an_account_knows_its_owner(owner: [u8; 20], other: [u8; 20], index in 0_u128..1 << 96, second in 0_u128..1 << 96) {
        let owner = Address::new(owner);
        let account = account_id(owner, index).unwrap();
        prop_assert_eq!(owner_of(account), owner);
        prop_assert_eq!(&account[..20], owner.as_slice());
        prop_assert_eq!(&account[20..], &index.to_be_bytes()[4..]);
        let same = account == account_id(Address::new(other), second).unwrap();
        prop_assert_eq!(same, owner == Address::new(other) && index == second);
    }

    #[test]
    fn health_is_one_exactly_where_capacity_bears_the_debt(debt: u128, capacity: u128) {
        let (d, b) = (u(debt), u(capacity));
        prop_assert_eq!(is_healthy(d, b), health_factor(d, b) >= WAD);
    }

    #[test]
    fn a_value_is_rounded_in_the_named_direction(amount: u128, price: u128) {
        let (down, up) = (value(u(amount), u(price)).unwrap(), value_up(u(amount), u(price)).unwrap());
        let scale = breakwater_risk::PRICE_SCALE;
        prop_assert!(down <= up && up - down <= U256::ONE);
        prop_assert_eq!(down == up, (u(amount) * u(price) % scale).is_zero());
    }
}

#[test]
fn a_room_that_does_not_fit_its_word_is_refused() {
    let mut room = Room::default();
    let most = (1_u128 << 96) - 1;
    assert_eq!(room.start(u(most)), Ok(()));
    assert_eq!(room.start(U256::ONE), Err(RoomOverflow));
    assert_eq!(room.start(U256::MAX), Err(RoomOverflow));
    assert_eq!(room.live, most);
    room.decaying = most;
    room.decay_end = (1 << 40) - 1;
    assert_eq!(Room::unpack(room.pack().unwrap()), room);
    assert_eq!(
        Room {
            decaying: most + 1,
            ..room
        }
        .pack(),
        Err(RoomOverflow)
    );
    assert_eq!(
        Room {
            decay_end: 1 << 40,
            ..room
        }
        .pack(),
        Err(RoomOverflow)
    );
    // The caller's bits are not read.
    let word = room.pack().unwrap() | (U256::from(0xff_ffff) << 232);
    assert_eq!(Room::unpack(word), room);
}

#[test]
fn room_falls_in_a_straight_line_after_an_early_settlement() {
    let mut room = Room::default();
    room.start(u(1000)).unwrap();
    assert_eq!(room.used(500, 100), u(1000));
    room.settle(u(1000), 500, 520, 100);
    assert_eq!(room.used(520, 100), u(800));
    assert_eq!(room.used(575, 100), u(250));
    assert_eq!(room.used(600, 100), u(0));
    // Older than the period: nothing lingers.
    room.start(u(7)).unwrap();
    room.settle(u(7), 700, 800, 100);
    assert_eq!(room.used(800, 100), u(0));
    // More than is live is what is live; no period is no decay.
    room.settle(U256::MAX, 900, 900, 0);
    assert_eq!(room.used(900, 0), u(0));
}

#[test]
fn each_bound_on_a_collateral_is_refused_by_its_name() {
    let good = CollateralParameters {
        borrow_ltv: percent(70),
        liquidation_threshold: percent(80),
        penalty_min: percent(1),
        penalty_max: percent(10),
        lot_buffer: percent(5),
    };
    let target = percent(105);
    assert_eq!(check_collateral(&good, target), Ok(()));
    let refuse = |change: fn(&mut CollateralParameters), target| {
        let mut changed = good;
        change(&mut changed);
        check_collateral(&changed, target).unwrap_err()
    };
    assert_eq!(
        refuse(|p| p.lot_buffer = WAD, target),
        ParameterError::LotBufferTooLarge
    );
    assert_eq!(
        refuse(|p| p.penalty_min = percent(11), target),
        ParameterError::PenaltiesOutOfOrder
    );
    assert_eq!(refuse(|_| (), WAD), ParameterError::TargetHealthTooLow);
    assert_eq!(
        refuse(|p| p.liquidation_threshold = percent(87), target),
        ParameterError::ThresholdTooHigh
    );
    assert_eq!(
        refuse(|p| p.liquidation_threshold = U256::MAX, target),
        ParameterError::ThresholdTooHigh
    );
    assert_eq!(
        refuse(|p| p.liquidation_threshold = percent(86), WAD + U256::ONE),
        ParameterError::TargetTooClose
    );
    assert_eq!(
        refuse(|p| p.borrow_ltv = percent(80), target),
        ParameterError::BorrowLtvTooHigh
    );
    // k = 1.1/0.95, rounded up.
    assert_eq!(
        lot_factor(percent(10), percent(5)),
        Some(U256::from(1_157_894_736_842_105_264_u64))
    );
}

#[test]
fn an_index_of_more_than_12_bytes_names_no_account() {
    assert_eq!(account_id(Address::ZERO, 1 << 96), None);
    assert_eq!(account_id(Address::ZERO, 0), Some(B256::ZERO));
}
