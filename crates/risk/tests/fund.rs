//! The fund's two values, arrears and waits, in any order of events.

use alloy_primitives::U256;
use breakwater_risk::{
    fund::{claimable_until, has_to_wait, Arrears, Beside, WaitClock, LONGEST_WAIT},
    shares::{to_assets_down, to_shares_down, VIRTUAL_SHARES},
};
use proptest::prelude::*;

fn n(value: u128) -> U256 {
    U256::from(value)
}

/// An amount of up to 2^100, small ones as likely as great ones.
fn amount() -> impl Strategy<Value = U256> {
    (any::<u128>(), 28_u32..128).prop_map(|(value, shift)| n(value >> shift))
}

fn clock() -> impl Strategy<Value = Vec<(u64, bool)>> {
    prop::collection::vec((0_u64..200_000, any::<bool>()), 1..20)
}

/// What may happen to claims, inventory and arrears.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A loss, of which the fund's shares cover a part.
    Loss(u128, u128),
    /// A recovery on one of the claims.
    Recovery(usize, u128),
    /// A sale of a part of the inventory, in thousandths, at a price that makes it worth this many thousandths of what it was.
    Sale(u128, u128),
    /// A claim ends.
    End(usize),
    /// The inventory becomes worthless.
    Dead,
    /// New inventory, if no arrears are due.
    Absorb(u128),
}

fn step() -> impl Strategy<Value = Step> {
    let part = || 0_u128..=1_000;
    let size = || 0_u128..1_000_000_000;
    prop_oneof![
        3 => (size(), part()).prop_map(|(loss, part)| Step::Loss(loss, part)),
        3 => (any::<usize>(), size()).prop_map(|(claim, size)| Step::Recovery(claim, size)),
        2 => (part(), 0_u128..2_000).prop_map(|(part, price)| Step::Sale(part, price)),
        1 => any::<usize>().prop_map(Step::End),
        1 => Just(Step::Dead),
        2 => size().prop_map(Step::Absorb),
    ]
}

/// What is open of a loss.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    written_off: U256,
    fund_paid: U256,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_high_value_is_never_under_the_low_one(
        low in amount(), above in amount(), pending in amount(), arrears in amount(),
    ) {
        let beside = Beside { mid: low + above, low, pending, arrears };
        prop_assert!(beside.high() >= beside.low());
    }

    /// A sale, a recovery or a penalty only realises what the high value has already: after it the high value is not higher. So who
    /// bought at the high value before a gain that was known has not gained by it.
    #[test]
    fn incident_25_no_known_gain_raises_the_high_value(
        low in amount(), above in amount(), pending in amount(), due in amount(), part in 0_u64..=1_000, gain in amount(),
    ) {
        let mid = low + above;
        let part = |value: U256| value * U256::from(part) / U256::from(1_000);
        let mut arrears = Arrears::default();
        arrears.add(due, mid);
        let before = Beside { mid, low, pending, arrears: arrears.due };
        // A recovery, or a penalty, of which the first pays arrears.
        for is_recovery in [true, false] {
            let gain = gain.min(pending);
            let mut owed = arrears;
            let to_lenders = if is_recovery { owed.pay_from_recovery(gain) } else { U256::ZERO };
            let after = Beside { pending: pending - gain, arrears: owed.due, ..before };
            prop_assert!(gain - to_lenders + after.high() <= before.high());
        }
        // A sale of a part of the inventory at mid at most.
        let sold = part(mid);
        let to_lenders = arrears.pay_from_sale(sold);
        let after = Beside { mid: mid - sold, low: low - part(low), pending, arrears: arrears.due };
        prop_assert!(sold - to_lenders + after.high() <= before.high());
        // At the low value at least it does not lower the low value either.
        prop_assert!(sold - to_lenders + after.low() + n(1) >= before.low());
    }

    /// F2, F4: in whatever order, lenders get back at most what they lost, the fund at most what it paid; nothing is paid twice.
    #[test]
    fn arrears_are_paid_once_in_any_order(steps in prop::collection::vec(step(), 1..60)) {
        let mut arrears = Arrears::default();
        let mut claims: Vec<Open> = Vec::new();
        let mut inventory = n(1_000_000_000);
        let (mut lost_by_lenders, mut lenders_got) = (U256::ZERO, U256::ZERO);
        let (mut fund_paid, mut fund_got) = (U256::ZERO, U256::ZERO);
        for step in steps {
            match step {
                Step::Loss(loss, part) => {
                    let loss = n(loss);
                    let covered = loss * n(part) / n(1_000);
                    let shared = loss - covered;
                    fund_paid += covered;
                    lost_by_lenders += shared;
                    let owed = arrears.add(shared, inventory);
                    prop_assert!(arrears.due <= inventory);
                    claims.push(Open { written_off: loss, fund_paid: covered + owed });
                }
                Step::Recovery(index, size) if !claims.is_empty() => {
                    let index = index % claims.len();
                    let claim = &mut claims[index];
                    let recovered = n(size).min(claim.written_off);
                    let to_fund = recovered.min(claim.fund_paid);
                    claim.written_off -= recovered;
                    claim.fund_paid -= to_fund;
                    let to_lenders = arrears.pay_from_recovery(to_fund);
                    fund_got += to_fund - to_lenders;
                    lenders_got += recovered - to_fund + to_lenders;
                }
                Step::Sale(part, price) => {
                    let sold = inventory * n(part) / n(1_000);
                    inventory = (inventory - sold) * n(price) / n(1_000);
                    let payment = sold * n(price) / n(1_000);
                    let to_lenders = arrears.pay_from_sale(payment);
                    fund_paid += to_lenders;
                    lenders_got += to_lenders;
                    let open = claims.iter().map(|claim| claim.fund_paid).sum();
                    arrears.limit(inventory, open);
                }
                Step::End(index) if !claims.is_empty() => {
                    let index = index % claims.len();
                    let claim = claims.swap_remove(index);
                    arrears.abandon(claim.fund_paid);
                }
                Step::Dead => {
                    inventory = U256::ZERO;
                    let open = claims.iter().map(|claim| claim.fund_paid).sum();
                    arrears.limit(inventory, open);
                }
                Step::Absorb(size) if arrears.due.is_zero() => inventory += n(size),
                _ => {}
            }
            prop_assert!(arrears.due <= inventory);
            prop_assert!(lenders_got <= lost_by_lenders, "lenders got {lenders_got} of {lost_by_lenders}");
            prop_assert!(fund_got <= fund_paid, "the fund got {fund_got} of {fund_paid}");
            // What is owed beyond the inventory can still be recovered.
            let open: U256 = claims.iter().map(|claim| claim.fund_paid).sum();
            prop_assert!(arrears.beyond <= open);
        }
    }

    /// F1, incidents 24 and 25: whoever deposits at the high value before any gains that are known and leaves after them at the low one
    /// has not gained, and has not lowered what a share of the others is worth.
    #[test]
    fn buying_in_before_a_known_gain_gains_nothing(
        held in 1_u128..1 << 90, low in 0_u128..1 << 90, above in 0_u128..1 << 80, pending in 0_u128..1 << 90,
        deposit in 1_u128..1 << 90, supply_factor in 1_u128..2_000_000, realised in 0_u128..=1_000,
    ) {
        let (held, deposit) = (n(held), n(deposit));
        let supply = held * n(supply_factor);
        let mut beside = Beside { mid: n(low) + n(above), low: n(low), pending: n(pending), arrears: U256::ZERO };
        let worth = |held: U256, beside: &Beside, supply| {
            to_assets_down(n(10).pow(n(30)), held + beside.low(), supply, VIRTUAL_SHARES).unwrap()
        };
        let before = worth(held, &beside, supply);
        let minted = to_shares_down(deposit, held + beside.high(), supply, VIRTUAL_SHARES).unwrap();
        let (mut held, supply) = (held + deposit, supply + minted);
        prop_assert!(worth(held, &beside, supply) >= before);
        // Everything known comes: pending at face, and a part of the inventory at mid.
        let sold = beside.mid * n(realised) / n(1_000);
        let low_sold = beside.low * n(realised) / n(1_000);
        held += beside.pending + sold;
        beside = Beside { mid: beside.mid - sold, low: beside.low - low_sold, pending: U256::ZERO, arrears: U256::ZERO };
        let got = to_assets_down(minted, held + beside.low(), supply, VIRTUAL_SHARES).unwrap();
        prop_assert!(got <= deposit, "{deposit} became {got}");
    }

    /// F1: for any samples, the window is longer by what was waited, never by more than the longest wait.
    #[test]
    fn windows_last_longer_by_what_was_waited(samples in clock(), requested in 0_usize..20, window in 0_u64..1 << 30) {
        let mut clock = WaitClock::default();
        let (mut now, mut waited, mut was_waiting) = (1_600_000_000_u64, 0_u64, false);
        let (mut at_request, mut waited_at_request) = (0, 0);
        for (index, (seconds, waits)) in samples.into_iter().enumerate() {
            now += seconds;
            if was_waiting {
                waited += seconds;
            }
            prop_assert_eq!(clock.at(now), waited);
            if index == requested {
                (at_request, waited_at_request) = (clock.at(now), waited);
            }
            clock.sample(waits, now);
            was_waiting = waits;
        }
        let since_request = waited - waited_at_request;
        let until = claimable_until(now, window, clock.at(now) - at_request);
        prop_assert_eq!(until, now + window + since_request.min(LONGEST_WAIT));
    }
}

#[test]
fn nobody_waits_for_longer_than_three_days() {
    assert_eq!(LONGEST_WAIT, 3 * 24 * 3_600);
    assert!(has_to_wait(1_000, 1_000 + LONGEST_WAIT - 1));
    assert!(!has_to_wait(1_000, 1_000 + LONGEST_WAIT));
    assert!(!has_to_wait(u64::MAX, u64::MAX));
    // Who may leave in the end still has the whole window, if somebody said that there was a wait.
    assert_eq!(
        claimable_until(1_000, 500, 10 * LONGEST_WAIT) - (1_000 + LONGEST_WAIT),
        500
    );
}

/// Found by the property above: a recovery that paid first what sales pay too left more beyond the inventory than could be recovered.
#[test]
fn a_recovery_pays_first_what_no_sale_can_pay() {
    let mut arrears = Arrears::default();
    assert_eq!(
        arrears.add(n(315_325_870), n(1_000_000_000)),
        n(315_325_870)
    );
    arrears.abandon(n(315_325_870));
    assert_eq!(arrears.add(n(1), n(1_000_000_000)), n(1));
    arrears.limit(n(1_000_000), n(1));
    assert_eq!((arrears.due, arrears.beyond), (n(1_000_000), n(1)));
    assert_eq!(arrears.pay_from_recovery(n(1)), n(1));
    assert_eq!((arrears.due, arrears.beyond), (n(1_000_000), U256::ZERO));
}
