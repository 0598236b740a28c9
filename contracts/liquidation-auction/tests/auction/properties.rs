//! Invariants of INVARIANTS.md over random auctions, through the contract.

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use breakwater_interfaces::auction::ILiquidationAuction as Interface;
use motsu::prelude::*;
use proptest::prelude::*;

use crate::common::*;

/// A lot, a tab and a price whose products stay within what markets know.
fn sale() -> impl Strategy<Value = (U256, U256, U256)> {
    // From a token of which a base unit is worth many of the loan asset's to one of which it takes many for one.
    (
        0_u32..=18,
        1_u64..=1_000_000,
        1_u64..1_000_000_000,
        1_u64..1_000_000_000_000,
    )
        .prop_map(|(decimals, whole_price, lot, tab)| {
            let price = number(whole_price) * number(10_u64).pow(number(42 - decimals));
            let lot = number(lot) * number(10_u64).pow(number(decimals)) / number(1_000_000_u64);
            (lot.max(U256::ONE), number(tab), price)
        })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Linear), Just(Kind::Exponential)]
}

fn world(kind: Kind, mid: U256, dust: U256) -> World {
    let world = World::new(kind);
    world.oracle.sender(OWNER).mid.set(mid);
    world.set_dust(dust);
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    // A1
    #[test]
    fn the_price_never_rises_and_a_take_pays_at_least_it(
        kind in kind(),
        (lot, tab, mid) in sale(),
        steps in prop::collection::vec((0_u64..1_500, 1_u64..100), 1..8),
    ) {
        let world = world(kind, mid, U256::ZERO);
        let id = world.start(lot, tab);
        let mut last = world.status(id).top;
        for (seconds, percent) in steps {
            VM::context().increase_time(seconds);
            let status = world.status(id);
            if !status.live {
                break;
            }
            prop_assert!(status.price <= last);
            last = status.price;
            let result = world.take(id, lot * number(percent) / number(100_u64));
            if status.needsReset {
                prop_assert_eq!(result.unwrap_err(), Interface::NeedsReset { id }.abi_encode());
            } else if let Ok((lot_taken, paid)) = result {
                prop_assert!(lot_taken > U256::ZERO);
                prop_assert!(paid >= cost(lot_taken, status.price));
            }
        }
    }

    // A3
    #[test]
    fn after_a_take_tab_or_lot_is_done_or_the_rest_is_worth_the_dust_limit(
        kind in kind(),
        (lot, tab, mid) in sale(),
        dust in 1_u64..1_000_000_000,
        seconds in 0_u64..4_500,
        wanted in 1_u64..1_000_000,
    ) {
        let dust = number(dust);
        let world = world(kind, mid, dust);
        let id = world.start(lot, tab);
        VM::context().increase_time(seconds);
        let price = world.price(id);
        let max_lot = (lot * number(wanted) / number(1_000_000_u64)).max(U256::ONE);
        match world.take(id, max_lot) {
            Ok(_) => {
                let status = world.status(id);
                prop_assert!(
                    !status.live || (status.tab >= dust && cost(status.lot, price) >= dust)
                );
            }
            Err(error) => {
                prop_assert_eq!(&error[..4], Interface::RemainderIsDust::SELECTOR);
                // The whole is always for sale.
                world.take(id, U256::MAX).unwrap();
                prop_assert!(!world.status(id).live);
            }
        }
    }

    // A4
    #[test]
    fn splitting_a_take_never_costs_less(
        kind in kind(),
        (lot, tab, mid) in sale(),
        seconds in 0_u64..4_500,
        cuts in prop::collection::vec(1_u64..1_000, 1..6),
    ) {
        let world = world(kind, mid, U256::ZERO);
        let split = world.start(lot, tab);
        let (mut bought, mut paid) = (U256::ZERO, U256::ZERO);
        VM::context().increase_time(seconds);
        for cut in cuts {
            if !world.status(split).live {
                break;
            }
            let part = (lot * number(cut) / number(2_000_u64)).max(U256::ONE);
            let (lot_taken, payment) = world.take(split, part).unwrap();
            bought += lot_taken;
            paid += payment;
        }
        // The same auction at the same price, in a world of its own.
        drop(world);
        let world = self::world(kind, mid, U256::ZERO);
        let whole = world.start(lot, tab);
        VM::context().increase_time(seconds);
        let (at_once, payment) = world.take(whole, bought).unwrap();
        prop_assert_eq!(at_once, bought);
        prop_assert!(paid >= payment, "{paid} for {bought} in parts, {payment} at once");
    }

    // A6, and the vault's side of A2: what is assigned and what is for sale ends at zero with the last auction.
    #[test]
    fn an_ended_auction_leaves_nothing_behind(
        kind in kind(),
        sales in prop::collection::vec((1_u64..1_000_000_000, 1_u64..1_000_000_000_000), 1..5),
        (_, _, mid) in sale(),
        dust in 0_u64..1_000_000,
        takes in prop::collection::vec((0_usize..5, 1_u64..1_000_000_000, 0_u64..900), 0..12),
    ) {
        let world = world(kind, mid, number(dust));
        let ids: Vec<U256> = sales
            .iter()
            .map(|&(lot, tab)| world.start(number(lot), number(tab)))
            .collect();
        let total_lot: U256 = sales.iter().map(|&(lot, _)| number(lot)).sum();
        let total_tab: U256 = sales.iter().map(|&(_, tab)| number(tab)).sum();
        let mut paid = U256::ZERO;
        let mut sold = U256::ZERO;
        let mut book = |result: Result<(U256, U256), Vec<u8>>| {
            if let Ok((lot_taken, payment)) = result {
                sold += lot_taken;
                paid += payment;
            }
        };
        for (which, max_lot, seconds) in takes {
            VM::context().increase_time(seconds / 3);
            book(world.take(ids[which % ids.len()], number(max_lot)));
        }
        // Whatever is left ends: bought, or closed once nothing is owed.
        for &id in &ids {
            let status = world.status(id);
            if !status.live {
                continue;
            }
            if status.needsReset {
                world.auction.sender(KEEPER).reset(id, KEEPER).motsu_unwrap();
            }
            if world.claim().0.is_zero() {
                world.auction.sender(KEEPER).close(id).motsu_unwrap();
            } else {
                book(Ok(world.take(id, U256::MAX).unwrap()));
            }
            prop_assert!(!world.status(id).live);
        }
        prop_assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ZERO);
        prop_assert!(world.auction.sender(BIDDER).active(U256::ZERO, U256::MAX).is_empty());
        let vault = world.vault.sender(OWNER);
        prop_assert_eq!(vault.in_lots.get(ACCOUNT), U256::ZERO);
        prop_assert_eq!(vault.assigned.get(ACCOUNT), U256::ZERO);
        prop_assert_eq!(vault.room.get(), U256::ZERO);
        prop_assert_eq!(vault.ended.get(), number(ids.len()));
        prop_assert_eq!(vault.returned.get(ACCOUNT) + sold, total_lot);
        prop_assert_eq!(vault.paid.get(BIDDER), paid);
        // No more is raised than was owed, but for a last base unit at its price.
        prop_assert!(paid <= total_tab + cost(U256::ONE, mid * number(2_u64)) + U256::ONE);
    }

    #[test]
    fn a_quote_is_what_a_take_does(
        kind in kind(),
        (lot, tab, mid) in sale(),
        dust in 0_u64..1_000_000_000,
        seconds in 0_u64..7_500,
        wanted in 0_u64..1_200_000,
        owed in 0_u64..2_000_000_000_000,
    ) {
        let world = world(kind, mid, number(dust));
        let id = world.start(lot, tab);
        VM::context().increase_time(seconds);
        world.vault.sender(OWNER).outstanding.setter(ACCOUNT).set(number(owed));
        let max_lot = lot * number(wanted) / number(1_000_000_u64);
        let (lot_quoted, payment_quoted, price) = world.quote(id, max_lot);
        prop_assert_eq!(price, world.price(id));
        match world.take(id, max_lot) {
            Ok(done) => prop_assert_eq!(done, (lot_quoted, payment_quoted)),
            Err(_) => prop_assert_eq!((lot_quoted, payment_quoted), (U256::ZERO, U256::ZERO)),
        }
    }
}
