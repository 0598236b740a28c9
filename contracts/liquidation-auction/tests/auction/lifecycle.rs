//! How auctions start, start again, and end without a take.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::auction::ILiquidationAuction as Interface;
use motsu::prelude::*;

use crate::common::*;

#[motsu::test]
fn a_start_stores_the_lot_at_the_buffered_price() {
    let world = World::new(Kind::Linear);
    let id = world.start_with_debt(ether(3_000), usd(5_000), usd(4_500));
    let top = price(2_400);
    world.auction.assert_emitted(&Interface::Started {
        id,
        account: ACCOUNT,
        token: TOKEN,
        lot: ether(3_000),
        tab: usd(5_000),
        debt: usd(4_500),
        top,
        price: price(2_000),
        rate: number(TO_ZERO),
        keeper: KEEPER,
    });
    let status = world.status(id);
    assert!(status.live && !status.needsReset);
    assert_eq!(status.price, top);
    assert_eq!(
        (status.lot, status.tab, status.debt),
        (ether(3_000), usd(5_000), usd(4_500))
    );
    assert_eq!((status.account, status.token), (ACCOUNT, TOKEN));
    assert_eq!(
        (status.startedAt, status.top),
        (number(VM::context().block_timestamp()), top)
    );
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ONE);
}

#[motsu::test]
fn the_top_is_rounded_up() {
    let world = World::new(Kind::Linear);
    world.oracle.sender(OWNER).mid.set(number(7_u64));
    let id = world.start(ether(1_000), usd(1));
    // 7 · 1.2 = 8.4
    assert_eq!(world.status(id).top, number(9_u64));
}

#[motsu::test]
fn only_the_vault_starts_auctions() {
    let world = World::new(Kind::Linear);
    for caller in [OWNER, KEEPER, world.oracle.address(), FUND] {
        let error = world
            .auction
            .sender(caller)
            .start(
                ACCOUNT,
                TOKEN,
                ether(1),
                usd(1),
                usd(1),
                price(1),
                VOLATILITY,
                KEEPER,
            )
            .motsu_unwrap_err();
        assert_eq!(error, Interface::NotAuthorized { caller }.abi_encode());
    }
}

#[motsu::test]
fn a_start_without_lot_or_price_or_a_curve_of_the_funds_lots_is_refused() {
    let world = World::new(Kind::Linear);
    let nothing = Interface::ZeroAmount {}.abi_encode();
    let no_curve = Interface::CurveNotSet { token: TOKEN }.abi_encode();
    for (lot, tab, mid, expected) in [
        (U256::ZERO, usd(1), price(1), &nothing),
        (ether(1), usd(1), U256::ZERO, &nothing),
        // Without a tab the lot is the fund's, and has a curve of its own.
        (ether(1), U256::ZERO, price(1), &no_curve),
    ] {
        let error = world
            .auction
            .sender(world.vault.address())
            .start(
                ACCOUNT,
                TOKEN,
                lot,
                tab,
                U256::ZERO,
                mid,
                VOLATILITY,
                KEEPER,
            )
            .motsu_unwrap_err();
        assert_eq!(error, *expected);
    }
}

#[motsu::test]
fn a_start_beyond_what_is_stored_is_refused_and_the_largest_amounts_are_stored() {
    let world = World::new(Kind::Linear);
    let most = number(u128::MAX);
    let amount = most + U256::ONE;
    for (lot, tab, debt) in [
        (amount, usd(1), usd(1)),
        (ether(1), amount, usd(1)),
        (ether(1), usd(1), amount),
    ] {
        let error = world
            .auction
            .sender(world.vault.address())
            .start(ACCOUNT, TOKEN, lot, tab, debt, price(1), VOLATILITY, KEEPER)
            .motsu_unwrap_err();
        assert_eq!(error, Interface::AmountTooLarge { amount }.abi_encode());
    }
    let error = world
        .auction
        .sender(world.vault.address())
        .start(
            ACCOUNT,
            TOKEN,
            most,
            most,
            most,
            U256::MAX,
            VOLATILITY,
            KEEPER,
        )
        .motsu_unwrap_err();
    assert_eq!(error, Interface::MathOverflow {}.abi_encode());

    let id = world.start_with_debt(most, most, most);
    let status = world.status(id);
    assert_eq!((status.lot, status.tab, status.debt), (most, most, most));
}

#[motsu::test]
fn a_token_without_a_curve_is_not_auctioned() {
    let world = World::new(Kind::Linear);
    let error = world
        .auction
        .sender(world.vault.address())
        .start(
            ACCOUNT,
            ASSET,
            ether(1),
            usd(1),
            usd(1),
            price(1),
            VOLATILITY,
            KEEPER,
        )
        .motsu_unwrap_err();
    assert_eq!(error, Interface::CurveNotSet { token: ASSET }.abi_encode());
}

#[motsu::test]
fn ids_are_never_zero_and_never_come_back() {
    let world = World::new(Kind::Linear);
    let mut seen = vec![U256::ZERO];
    for _ in 0..5 {
        let first = world.start(ether(1_000), usd(1_000));
        let second = world.start(ether(1_000), usd(1_000));
        for id in [first, second] {
            assert!(!seen.contains(&id));
            seen.push(id);
        }
        world.take(first, U256::MAX).unwrap();
        world.take(second, U256::MAX).unwrap();
        for &id in &seen {
            assert!(!world.status(id).live);
            assert_eq!(
                world.take(id, U256::MAX).unwrap_err(),
                Interface::UnknownAuction { id }.abi_encode()
            );
        }
    }
}

// A6: slots are overwritten, not piled up.
#[motsu::test]
fn slots_of_ended_auctions_are_used_again() {
    let world = World::new(Kind::Linear);
    let ids: Vec<U256> = (0..6)
        .map(|_| world.start(ether(1_000), usd(1_000)))
        .collect();
    for &id in [ids[1], ids[4], ids[2]].iter() {
        world.take(id, U256::MAX).unwrap();
    }
    assert_eq!(world.auction.sender(BIDDER).active_count(), number(3_u64));
    let slot = |id: U256| id & U256::from(u32::MAX);
    let mut reused: Vec<U256> = (0..3)
        .map(|_| slot(world.start(ether(500), usd(700))))
        .collect();
    reused.sort();
    assert_eq!(reused, [slot(ids[1]), slot(ids[2]), slot(ids[4])]);
    assert_eq!(
        slot(world.start(ether(500), usd(700))),
        number(7_u64),
        "then a new one"
    );
    // What had been in a slot has left no trace.
    let id = world
        .auction
        .sender(BIDDER)
        .active(number(1_u64), U256::ONE)[0];
    let status = world.status(id);
    assert_eq!(
        (status.lot, status.tab, status.debt),
        (ether(500), usd(700), usd(630))
    );
}

#[motsu::test]
fn active_ids_come_in_pages() {
    let world = World::new(Kind::Linear);
    let ids: Vec<U256> = (0..300)
        .map(|_| world.start(ether(1_000), usd(1_000)))
        .collect();
    let page =
        |offset: u64, limit: U256| world.auction.sender(BIDDER).active(number(offset), limit);
    assert_eq!(page(0, number(3_u64)), ids[..3]);
    assert_eq!(page(7, number(2_u64)), ids[7..9]);
    assert_eq!(page(0, U256::MAX), ids[..256], "a page has 256 ids at most");
    assert_eq!(page(256, U256::MAX), ids[256..]);
    assert!(page(300, U256::MAX).is_empty());
    assert!(page(0, U256::ZERO).is_empty());
    assert!(world
        .auction
        .sender(BIDDER)
        .active(U256::MAX, U256::MAX)
        .is_empty());
    world.take(ids[1], U256::MAX).unwrap();
    assert_eq!(page(0, number(3_u64)), [ids[0], ids[2], ids[3]]);
}

#[motsu::test]
fn a_reset_starts_from_the_oracles_price_now_with_the_curve_of_now() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(3_000), usd(5_000));
    world.take(id, ether(500)).unwrap();
    let before = world.status(id);
    let now = VM::context().increase_time(TAIL + 1);
    assert!(world.status(id).needsReset);
    world.oracle.sender(OWNER).mid.set(price(1_500));
    world.set_curve(Kind::Exponential);
    world
        .auction
        .sender(BIDDER)
        .reset(id, KEEPER)
        .motsu_unwrap();
    world.auction.assert_emitted(&Interface::Restarted {
        id,
        top: price(1_800),
        price: price(1_500),
        rate: number(999_800_000_000_000_000_u64),
        keeper: KEEPER,
    });
    let status = world.status(id);
    assert!(!status.needsReset);
    assert_eq!(
        (status.price, status.top, status.startedAt),
        (price(1_800), price(1_800), number(now))
    );
    assert_eq!(
        (status.lot, status.tab, status.debt),
        (before.lot, before.tab, before.debt)
    );
    VM::context().increase_time(1);
    // 0.9998 of the top; a factor of a decimal kind has no exact binary fraction, and the price is rounded down: a unit below.
    assert_eq!(
        world.price(id),
        price(1_800) / number(10_000_u64) * number(9_998_u64) - U256::ONE
    );
}

#[motsu::test]
fn a_good_price_is_not_reset() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(3_000), usd(5_000));
    for elapsed in [0, 1, TO_ZERO * 6 / 10 - 1] {
        VM::context().increase_time(elapsed);
        let error = world
            .auction
            .sender(KEEPER)
            .reset(id, KEEPER)
            .motsu_unwrap_err();
        assert_eq!(error, Interface::ResetNotNeeded { id }.abi_encode());
    }
}

// Incident 41: no reset of what is worthless pays anybody; here none pays at all.
#[motsu::test]
fn incident_41_a_reset_pays_nothing_and_moves_nothing() {
    let world = World::new(Kind::Linear);
    let id = world.start(number(1_u64), number(1_u64));
    VM::context().increase_time(TAIL + 1);
    world
        .auction
        .sender(KEEPER)
        .reset(id, KEEPER)
        .motsu_unwrap();
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.releases.get() + vault.settlements.get(), U256::ZERO);
}

#[motsu::test]
fn a_reset_needs_a_good_price() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(3_000), usd(5_000));
    VM::context().increase_time(TAIL + 1);
    let reset = || {
        world
            .auction
            .sender(KEEPER)
            .reset(id, KEEPER)
            .motsu_unwrap_err()
    };
    for status in 1..=5_u8 {
        world
            .oracle
            .sender(OWNER)
            .status
            .set(U256::from(status).to());
        assert_eq!(
            reset(),
            Interface::PriceNotOk {
                token: TOKEN,
                status
            }
            .abi_encode()
        );
    }
    let no_price = Interface::PriceNotOk {
        token: TOKEN,
        status: 5,
    }
    .abi_encode();
    world.oracle.sender(OWNER).status.set(U256::ZERO.to());
    world.oracle.sender(OWNER).mid.set(U256::ZERO);
    assert_eq!(reset(), no_price, "zero is no price");
    world.oracle.sender(OWNER).is_garbage.set(true);
    let module = world.oracle.address();
    assert_eq!(
        reset(),
        Interface::InvalidAnswer { module }.abi_encode(),
        "too short an answer is none"
    );
    world.oracle.sender(OWNER).is_garbage.set(false);
    world.oracle.sender(OWNER).mid.set(U256::MAX);
    assert_eq!(reset(), Interface::MathOverflow {}.abi_encode());
}

#[motsu::test]
fn what_does_not_run_is_neither_reset_nor_closed() {
    let world = World::new(Kind::Linear);
    world.start(ether(3_000), usd(5_000));
    for id in [
        U256::ZERO,
        number(2_u64),
        (U256::ONE << 32) + U256::ONE,
        (U256::ONE << 64) + U256::ONE,
        U256::MAX,
    ] {
        let unknown = Interface::UnknownAuction { id }.abi_encode();
        let auction = &world.auction;
        assert_eq!(
            auction.sender(KEEPER).reset(id, KEEPER).motsu_unwrap_err(),
            unknown
        );
        assert_eq!(auction.sender(KEEPER).close(id).motsu_unwrap_err(), unknown);
        assert_eq!(world.take(id, U256::MAX).unwrap_err(), unknown);
        assert_eq!(
            world.quote(id, U256::MAX),
            (U256::ZERO, U256::ZERO, U256::ZERO)
        );
        assert!(!world.status(id).live);
    }
}

// A6
#[motsu::test]
fn once_the_claim_is_paid_anybody_closes_and_the_lot_goes_back() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(3_000), usd(5_000));
    world.take(id, ether(500)).unwrap();
    let status = world.status(id);
    let outstanding = world.claim().0;
    let error = world.auction.sender(BIDDER).close(id).motsu_unwrap_err();
    assert_eq!(
        error,
        Interface::ClaimNotPaid { id, outstanding }.abi_encode()
    );

    // Somebody repays the claim; what the auction asks for is still assigned to it.
    world
        .vault
        .sender(OWNER)
        .outstanding
        .setter(ACCOUNT)
        .set(U256::ZERO);
    assert_eq!(
        world.take(id, U256::MAX).unwrap_err(),
        Interface::NothingOwed { id }.abi_encode(),
        "nothing is owed, so nothing is sold"
    );
    assert_eq!(world.quote(id, U256::MAX).0, U256::ZERO);
    world.auction.sender(BIDDER).close(id).motsu_unwrap();
    world.auction.assert_emitted(&Interface::Ended {
        id,
        account: ACCOUNT,
        lotReturned: status.lot,
        tabLeft: status.tab,
    });
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.returned.get(ACCOUNT), ether(2_500));
    assert_eq!(vault.in_lots.get(ACCOUNT), U256::ZERO);
    assert_eq!(vault.assigned.get(ACCOUNT), U256::ZERO);
    assert_eq!(vault.room.get(), U256::ZERO);
    assert_eq!(vault.last_payment.get(), U256::ZERO);
    assert_eq!(vault.ended.get(), U256::ONE);
    drop(vault);
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ZERO);
    let error = world.auction.sender(BIDDER).close(id).motsu_unwrap_err();
    assert_eq!(error, Interface::UnknownAuction { id }.abi_encode());
}

#[motsu::test]
fn a_close_that_the_vault_refuses_changes_nothing() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(3_000), usd(5_000));
    world
        .vault
        .sender(OWNER)
        .outstanding
        .setter(ACCOUNT)
        .set(U256::ZERO);
    world.vault.sender(OWNER).failure.set(U256::from(2).to());
    let error = world.auction.sender(BIDDER).close(id).motsu_unwrap_err();
    assert_eq!(
        error,
        Refused {
            reason: number(2_u64)
        }
        .abi_encode()
    );
    assert!(world.status(id).live);
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ONE);
    // Neither an answer that isn't a vault's.
    world.vault.sender(OWNER).failure.set(U256::from(4).to());
    let error = world.auction.sender(BIDDER).close(id).motsu_unwrap_err();
    let module: Address = world.vault.address();
    assert_eq!(error, Interface::InvalidAnswer { module }.abi_encode());
}
