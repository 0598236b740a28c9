//! The fund's take: at the auction's price, under the oracle's, for vault shares.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::{auction::ILiquidationAuction as Interface, oracle::Status};
use motsu::prelude::*;

use crate::common::*;

/// An auction of 5,000 ether for 60,000, from 2,400 down: after a quarter of the way at 1,800.
fn fallen() -> (World, U256) {
    let world = World::new(Kind::Linear);
    let id = world.start_with_debt(ether(5_000), usd(6_000), usd(5_000));
    VM::context().increase_time(TO_ZERO / 4);
    (world, id)
}

fn absorb(world: &World, id: U256, max_lot: U256) -> Result<(U256, U256, U256, U256), Vec<u8>> {
    let call = Interface::absorbCall {
        id,
        maxLot: max_lot,
    };
    // As a transaction: what fails is undone.
    let answer = world.auction.call_raw(FUND, call.abi_encode())?;
    let answer = Interface::absorbCall::abi_decode_returns(&answer).unwrap();
    Ok((
        answer.lotTaken,
        answer.paid,
        answer.sharesBurned,
        answer.sharesLeft,
    ))
}

#[motsu::test]
fn the_fund_gets_what_a_taker_would_get_and_the_books_say_so() {
    let (world, id) = fallen();
    let (lot, payment, price) = world.quote(id, ether(1_000));
    let (taken, paid, burned, left) = absorb(&world, id, ether(1_000)).unwrap();
    assert_eq!((taken, paid), (lot, payment));
    // What the vault answers is passed on.
    assert_eq!((burned, left), (payment, number(7_u64)));
    let rest = world.status(id);
    world.auction.assert_emitted(&Interface::Taken {
        id,
        account: ACCOUNT,
        taker: FUND,
        receiver: FUND,
        lotTaken: lot,
        paid: payment,
        price,
        lot: rest.lot,
        tab: rest.tab,
    });
    assert_eq!(rest.lot, ether(5_000) - lot);
    assert_eq!(rest.tab, usd(6_000) - payment);
    assert_eq!(world.claim().0, usd(6_000) - payment);
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.sent.get(FUND), lot);
    assert_eq!(vault.releases.get(), U256::ZERO, "nothing is sent anywhere");
    drop(vault);
    // The lock is open, and bidders go on.
    world.take(id, ether(1_000)).unwrap();
}

// A6
#[motsu::test]
fn an_auction_that_the_fund_takes_whole_leaves_nothing_behind() {
    let (world, id) = fallen();
    let (taken, paid, ..) = absorb(&world, id, U256::MAX).unwrap();
    assert_eq!(paid, usd(6_000));
    assert!(!world.status(id).live);
    assert_eq!(world.auction.sender(FUND).active_count(), U256::ZERO);
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.room.get(), U256::ZERO);
    assert_eq!(vault.in_lots.get(ACCOUNT), U256::ZERO);
    assert_eq!(vault.returned.get(ACCOUNT), ether(5_000) - taken);
    assert_eq!(vault.ended.get(), U256::ONE);
    drop(vault);
    assert_eq!(
        absorb(&world, id, U256::MAX).unwrap_err(),
        Interface::UnknownAuction { id }.abi_encode()
    );
    // The slot is used again.
    let next = world.start(ether(1_000), usd(1_000));
    assert_eq!(next & number(u32::MAX), id & number(u32::MAX));
}

// F4
#[motsu::test]
fn the_fund_takes_at_the_backstop_and_not_above() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    let discount = WAD / number(10_u64);
    let mut vault = world.vault.sender(OWNER);
    vault.backstop_discount.set(discount);
    drop(vault);
    // 2,400 falls by 0.24 a second: at 1,800, nine tenths of 2,000, after 2,500 seconds.
    VM::context().increase_time(2_499);
    let refused = Refused {
        reason: number(14_u64),
    }
    .abi_encode();
    assert_eq!(absorb(&world, id, U256::MAX).unwrap_err(), refused);
    assert!(world.status(id).live);
    VM::context().increase_time(1);
    absorb(&world, id, U256::MAX).unwrap();
}

#[motsu::test]
fn without_a_good_price_or_a_running_clock_the_fund_takes_nothing() {
    let (world, id) = fallen();
    for status in [Status::Stale, Status::Disagree, Status::Halted] {
        let mut oracle = world.oracle.sender(OWNER);
        oracle.status.set(U256::from(status as u8).to());
        drop(oracle);
        let refused = Interface::PriceNotOk {
            token: TOKEN,
            status: status as u8,
        };
        assert_eq!(
            absorb(&world, id, U256::MAX).unwrap_err(),
            refused.abi_encode()
        );
    }
    let mut oracle = world.oracle.sender(OWNER);
    oracle.status.set(U256::ZERO.to());
    drop(oracle);
    VM::context().increase_time(TAIL);
    assert_eq!(
        absorb(&world, id, U256::MAX).unwrap_err(),
        Interface::NeedsReset { id }.abi_encode()
    );
}

#[motsu::test]
fn the_fund_takes_nothing_after_an_outage_and_asks_the_adapter_once() {
    let (world, id) = fallen();
    let now = VM::context().block_timestamp();
    let mut oracle = world.oracle.sender(OWNER);
    // Whoever asks for the sequencer alone gets no answer.
    oracle.is_silent_of_sequencer.set(true);
    oracle.has_sequencer.set(true);
    oracle.up_since.set(number(now - 1));
    drop(oracle);
    let needs_reset = Interface::NeedsReset { id }.abi_encode();
    assert_eq!(absorb(&world, id, U256::MAX).unwrap_err(), needs_reset);
    // Down by now, even if the quote is still called good.
    world.oracle.sender(OWNER).up_since.set(U256::MAX);
    assert_eq!(absorb(&world, id, U256::MAX).unwrap_err(), needs_reset);
    // Up since the second of the start: no outage in between.
    let started_at = world.auction.sender(FUND).status_of(id).8;
    world.oracle.sender(OWNER).up_since.set(started_at);
    absorb(&world, id, ether(1)).unwrap();
    world.oracle.sender(OWNER).is_garbage.set(true);
    let module = world.oracle.address();
    assert_eq!(
        absorb(&world, id, ether(1)).unwrap_err(),
        Interface::InvalidAnswer { module }.abi_encode()
    );
}

#[motsu::test]
fn an_answer_that_is_not_a_vaults_fails_the_whole_take() {
    let (world, id) = fallen();
    let before = world.status(id);
    let mut vault = world.vault.sender(OWNER);
    vault.failure.set(U256::from(6).to());
    drop(vault);
    let module = world.vault.address();
    assert_eq!(
        absorb(&world, id, U256::MAX).unwrap_err(),
        Interface::InvalidAnswer { module }.abi_encode()
    );
    assert_eq!(world.status(id), before);
}

// A3
#[motsu::test]
fn the_fund_leaves_no_dust_either() {
    let (world, id) = fallen();
    world.set_dust(usd(1_000));
    let (taken, paid, ..) = absorb(&world, id, ether(4_900)).unwrap();
    let rest = world.status(id);
    assert!(!rest.live || (rest.tab >= usd(1_000) && cost(rest.lot, rest.price) >= usd(1_000)));
    assert!(taken <= ether(4_900) && paid <= usd(6_000));
}
