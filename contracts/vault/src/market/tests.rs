//! Packing of the books, and payments between two accruals.

use super::*;
use proptest::prelude::*;

const CASH_BITS: u32 = 120;
const CARRYING_BITS: u32 = 112;

fn market(cash: u128, carrying: u128, borrowed: u128) -> Market {
    let [low, high] = halves(borrowed);
    let loans = U256::from_limbs([low, high, low, high]);
    let liquidity = Liquidity {
        cash: U256::from(cash),
        carrying: U256::from(carrying),
        settled: 0,
    };
    let clock = U256::from(1_000_000_000_u64);
    Market::unpack(liquidity.pack().ok().unwrap(), loans, U256::ZERO, clock)
}

proptest! {
    // The same of what the fund pays in shares: it is neither carrying nor cash any more, and the utilisation before it is what it was.
    #[test]
    fn an_absorption_moves_the_rate_of_the_time_before_it_by_no_more_than_its_bound_is_rounded(
        cash in 0_u128..1 << 100,
        carrying in 1_u128..1 << 100,
        borrowed in 1_u128..1 << 100,
        part in 1_u64..=1_000_000,
        paid_first: bool,
        elapsed in 1_u64..30_000_000,
    ) {
        let untouched = market(cash, carrying, borrowed);
        let mut after = untouched;
        let amount = U256::from(carrying) * U256::from(part) / U256::from(2_000_000);
        if paid_first {
            let mut liquidity = after.liquidity();
            liquidity.collect(amount);
            Liquidity { cash: after.cash, carrying: after.carrying, settled: after.settled } = liquidity;
        }
        after.absorb(amount);
        let words = after.pack().ok().unwrap();
        let [liquidity, loans, shares, clock] = words;
        let again = Market::unpack(liquidity, loans, shares, clock);
        prop_assert_eq!((again.settled, again.absorbed), (after.settled, after.absorbed));
        let exact = untouched.utilisation();
        prop_assert!(after.utilisation().abs_diff(exact) <= (exact >> 13) + U256::from(1));
        after.accrue(untouched.last_accrual + elapsed, WAD);
        prop_assert_eq!((after.settled, after.absorbed), (0, 0));
    }

    #[test]
    fn liquidity_unpacks_to_what_was_packed_and_the_lock_is_no_part_of_it(
        cash: u128,
        carrying: u128,
        small in 0_u32..112,
        settled in 0_u32..=MAX_SETTLED,
    ) {
        let liquidity = Liquidity {
            cash: U256::from((cash >> (128 - CASH_BITS)) >> small),
            carrying: U256::from((carrying >> (128 - CARRYING_BITS)) >> small),
            settled: settled & !0x80,
        };
        let word = liquidity.pack().ok().unwrap();
        prop_assert!(!Liquidity::is_locked(word));
        let locked = Liquidity::with_lock(word, true);
        prop_assert!(Liquidity::is_locked(locked));
        prop_assert_eq!(Liquidity::with_lock(locked, false), word);
        for word in [word, locked] {
            let again = Liquidity::unpack(word);
            prop_assert_eq!(again.cash, liquidity.cash);
            prop_assert_eq!(again.carrying, liquidity.carrying);
            prop_assert_eq!(again.settled, liquidity.settled);
        }
    }

    // V5: interest of the time before a payment is at least what it would have been without it, and no more than the bound's error above.
    #[test]
    fn a_payment_does_not_lower_the_rate_of_the_time_before_it(
        cash in 0_u128..1 << 100,
        carrying in 1_u128..1 << 100,
        borrowed in 1_u128..1 << 100,
        payments in prop::collection::vec(1_u64..=1_000_000, 1..8),
        elapsed in 1_u64..30_000_000,
    ) {
        let untouched = market(cash, carrying, borrowed);
        let mut liquidity = untouched.liquidity();
        let mut paid = U256::ZERO;
        for part in payments {
            let amount = U256::from(carrying) * U256::from(part) / U256::from(8_000_000);
            liquidity.collect(amount);
            paid += amount;
        }
        prop_assert_eq!(liquidity.cash, U256::from(cash) + paid);
        prop_assert_eq!(liquidity.carrying, U256::from(carrying) - paid);
        let settled = U256::from(settled_amount(liquidity.settled));
        prop_assert!(settled >= paid);
        prop_assert!(settled <= paid + (paid >> 12) + U256::from(8));
        let mut after = market(cash, carrying, borrowed);
        Liquidity { cash: after.cash, carrying: after.carrying, settled: after.settled } = liquidity;
        prop_assert!(after.utilisation() >= untouched.utilisation());
        let now = after.last_accrual + elapsed;
        let mut untouched = untouched;
        let expected = untouched.accrue(now, WAD);
        let accrued = after.accrue(now, WAD);
        prop_assert!(accrued.interest >= expected.interest);
        // From then on the rate is that of what is still lent.
        let used = after.borrow_assets + after.carrying;
        prop_assert_eq!(after.settled, 0);
        prop_assert_eq!(after.utilisation(), interest::utilisation(used, used + after.cash));
    }
}

#[test]
fn more_than_fits_is_refused_by_name() {
    for (cash, carrying) in [(CASH_BITS, 0), (0, CARRYING_BITS)] {
        let liquidity = Liquidity {
            cash: U256::from(1) << cash,
            carrying: U256::from(1) << carrying,
            settled: 0,
        };
        assert!(liquidity.pack().is_err());
    }
    // The bound of all that may be carried still has its place.
    let mut liquidity = Liquidity {
        cash: U256::ZERO,
        carrying: (U256::from(1) << CARRYING_BITS) - U256::from(1),
        settled: 0,
    };
    liquidity.collect(liquidity.carrying);
    let again = Liquidity::unpack(liquidity.pack().ok().unwrap());
    assert_eq!(again.settled, liquidity.settled);
    assert_eq!(
        U256::from(settled_amount(again.settled)),
        U256::from(1) << CARRYING_BITS
    );
}
