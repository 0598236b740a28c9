//! The price falls only while the chain is live: outages of the sequencer, tokens that the adapter halts.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::{auction::ILiquidationAuction as Interface, oracle::Status};
use motsu::prelude::*;

use crate::common::*;

fn up_since(world: &World, since: U256) {
    let mut oracle = world.oracle.sender(OWNER);
    oracle.has_sequencer.set(true);
    oracle.up_since.set(since);
}

fn set_status(world: &World, status: Status) {
    world
        .oracle
        .sender(OWNER)
        .status
        .set(U256::from(status as u8).to());
}

fn reset(world: &World, id: U256) -> Result<(), Vec<u8>> {
    world.auction.sender(KEEPER).reset(id, KEEPER).motsu_res()
}

fn trip(world: &World, token: Address) -> Result<(), Vec<u8>> {
    world.auction.sender(BIDDER).trip(token).motsu_res()
}

fn assert_needs_reset(world: &World, id: U256) {
    assert!(world.status(id).needsReset);
    assert_eq!(world.quote(id, U256::MAX).0, U256::ZERO);
    assert_eq!(
        world.take(id, ether(1)).unwrap_err(),
        Interface::NeedsReset { id }.abi_encode()
    );
}

// Incident 36: the price must not fall while nobody can bid.
#[motsu::test]
fn incident_36_an_outage_since_the_start_needs_a_reset_before_anybody_takes() {
    let world = World::new(Kind::Linear);
    up_since(&world, U256::ONE);
    let id = world.start(ether(5_000), usd(60_000));
    let started = VM::context().block_timestamp();
    VM::context().increase_time(1_000);
    world.take(id, ether(1)).unwrap();

    // Down for ten minutes of these, and up again.
    up_since(&world, number(started + 900));
    assert_needs_reset(&world, id);
    world.oracle.sender(OWNER).mid.set(price(1_500));
    reset(&world, id).unwrap();
    assert_eq!(world.price(id), price(1_800), "from the price of now");
    VM::context().increase_time(10);
    world.take(id, ether(1)).unwrap();
}

#[motsu::test]
fn incident_36_while_the_sequencer_is_down_nothing_is_taken_or_reset() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    VM::context().increase_time(10);
    up_since(&world, number(u64::MAX));
    set_status(&world, Status::SequencerDown);
    assert_needs_reset(&world, id);
    assert_eq!(
        reset(&world, id).unwrap_err(),
        Interface::PriceNotOk {
            token: TOKEN,
            status: Status::SequencerDown as u8
        }
        .abi_encode()
    );
    // What does not fit 64 bits is later than any start, too.
    up_since(&world, U256::MAX);
    assert_needs_reset(&world, id);
}

#[motsu::test]
fn a_sequencer_that_came_up_no_later_than_the_start_is_no_outage() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    let started = VM::context().block_timestamp();
    VM::context().increase_time(10);
    up_since(&world, number(started));
    world.take(id, ether(1)).unwrap();
    up_since(&world, number(started + 1));
    assert_needs_reset(&world, id);
}

#[motsu::test]
fn without_a_sequencer_feed_the_clock_runs_and_a_failing_one_stops_it() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    VM::context().increase_time(10);
    // An adapter without the view.
    world.take(id, ether(1)).unwrap();
    // One that says there is no feed.
    up_since(&world, U256::ZERO);
    world.take(id, ether(1)).unwrap();
    // One that fails and says why.
    world.oracle.sender(OWNER).sequencer_fails.set(true);
    let refused = Refused {
        reason: number(21_u64),
    };
    assert_eq!(world.take(id, ether(1)).unwrap_err(), refused.abi_encode());
    assert_eq!(reset(&world, id).unwrap_err(), refused.abi_encode());
    assert!(world.status(id).needsReset);
    assert_eq!(world.quote(id, U256::MAX).0, U256::ZERO);
}

#[motsu::test]
fn anybody_trips_a_halted_token_and_its_auctions_need_a_reset() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    VM::context().increase_time(10);
    set_status(&world, Status::Halted);
    trip(&world, TOKEN).unwrap();
    world
        .auction
        .assert_emitted(&Interface::Tripped { token: TOKEN });
    assert_eq!(
        world.auction.sender(BIDDER).tripped_at(TOKEN),
        number(VM::context().block_timestamp())
    );
    assert_eq!(
        world.auction.sender(BIDDER).tripped_at(ASSET),
        U256::ZERO,
        "no other token"
    );
    assert_needs_reset(&world, id);
    assert_eq!(
        reset(&world, id).unwrap_err(),
        Interface::PriceNotOk {
            token: TOKEN,
            status: Status::Halted as u8
        }
        .abi_encode()
    );
    // The halt ends by itself, and with it what the trip has stopped.
    set_status(&world, Status::Ok);
    assert_needs_reset(&world, id);
    VM::context().increase_time(1);
    reset(&world, id).unwrap();
    world.take(id, ether(1)).unwrap();
    let later = world.start(ether(5_000), usd(60_000));
    world.take(later, ether(1)).unwrap();
}

#[motsu::test]
fn an_auction_started_or_reset_in_the_second_of_the_trip_is_tripped_too() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    set_status(&world, Status::Halted);
    trip(&world, TOKEN).unwrap();
    set_status(&world, Status::Ok);
    assert_needs_reset(&world, id);
    reset(&world, id).unwrap();
    assert_needs_reset(&world, id);
    VM::context().increase_time(1);
    reset(&world, id).unwrap();
    world.take(id, ether(1)).unwrap();
}

#[motsu::test]
fn nobody_trips_a_token_that_is_not_halted() {
    let world = World::new(Kind::Linear);
    for status in [
        Status::Ok,
        Status::Stale,
        Status::Disagree,
        Status::SequencerDown,
        Status::NoQuorum,
    ] {
        set_status(&world, status);
        for caller in [BIDDER, OWNER, KEEPER] {
            assert_eq!(
                world.auction.sender(caller).trip(TOKEN).motsu_unwrap_err(),
                Interface::NotHalted {
                    token: TOKEN,
                    status: status as u8
                }
                .abi_encode()
            );
        }
    }
    world.oracle.sender(OWNER).is_garbage.set(true);
    assert_eq!(
        trip(&world, TOKEN).unwrap_err(),
        Interface::InvalidAnswer {
            module: world.oracle.address()
        }
        .abi_encode()
    );
}

#[motsu::test]
fn a_new_curve_keeps_the_trip() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    set_status(&world, Status::Halted);
    trip(&world, TOKEN).unwrap();
    let tripped_at = world.auction.sender(BIDDER).tripped_at(TOKEN);
    set_status(&world, Status::Ok);
    world.set_curve(Kind::Exponential);
    assert_eq!(world.auction.sender(BIDDER).tripped_at(TOKEN), tripped_at);
    assert_needs_reset(&world, id);
    // And a trip keeps the curve.
    let curve = world.auction.sender(BIDDER).curve_of(TOKEN);
    set_status(&world, Status::Halted);
    trip(&world, TOKEN).unwrap();
    assert_eq!(world.auction.sender(BIDDER).curve_of(TOKEN), curve);
}

/// Trips `token` while the adapter halts everything, and lets it go on.
fn trip_and_go_on(world: &World, token: Address) {
    set_status(world, Status::Halted);
    trip(world, token).unwrap();
    set_status(world, Status::Ok);
}

#[motsu::test]
fn a_trip_of_another_token_stops_nothing_whenever_it_is() {
    let world = World::new(Kind::Linear);
    trip_and_go_on(&world, ASSET);
    // In the second of the start, in the same hour, hours later.
    let id = world.start(ether(5_000), usd(60_000));
    trip_and_go_on(&world, ASSET);
    world.take(id, ether(1)).unwrap();
    for wait in [1, 10, 5_000] {
        VM::context().increase_time(wait);
        trip_and_go_on(&world, ASSET);
        assert!(!world.status(id).needsReset);
        world.take(id, ether(1)).unwrap();
    }
    trip_and_go_on(&world, TOKEN);
    assert_needs_reset(&world, id);
}

#[motsu::test]
fn an_old_trip_stops_nothing_even_if_another_token_is_tripped_later() {
    let world = World::new(Kind::Linear);
    trip_and_go_on(&world, TOKEN);
    let tripped_at = world.auction.sender(BIDDER).tripped_at(TOKEN);
    for wait in [1, 5_000, 100_000] {
        VM::context().increase_time(wait);
        let id = world.start(ether(5_000), usd(60_000));
        world.take(id, ether(1)).unwrap();
        trip_and_go_on(&world, ASSET);
        world.take(id, ether(1)).unwrap();
        VM::context().increase_time(1);
        assert!(!world.status(id).needsReset);
        world.take(id, ether(1)).unwrap();
    }
    assert_eq!(world.auction.sender(BIDDER).tripped_at(TOKEN), tripped_at);
}

#[motsu::test]
fn a_trip_is_found_as_late_as_a_price_is_good_whatever_happens_in_between() {
    for wait in [0, 1, 4_095, 4_096, 4_097, 5_900] {
        let world = World::new(Kind::Linear);
        let id = world.start(ether(5_000), usd(60_000));
        VM::context().increase_time(wait);
        assert!(!world.status(id).needsReset);
        trip_and_go_on(&world, TOKEN);
        assert_needs_reset(&world, id);
        // The books are written by starts, sales and stops; the trip stays in them.
        VM::context().increase_time(1);
        let other = world.start(ether(5_000), usd(60_000));
        world.take(other, ether(1)).unwrap();
        world.take(other, U256::MAX).unwrap();
        for level in [1, 0] {
            world.auction.sender(OWNER).set_stop(level).motsu_unwrap();
        }
        assert_needs_reset(&world, id);
        reset(&world, id).unwrap();
        world.take(id, ether(1)).unwrap();
    }
}

#[motsu::test]
fn a_reset_asks_the_adapter_once_and_an_answer_cut_short_is_none() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    VM::context().increase_time(10);
    let invalid = Interface::InvalidAnswer {
        module: world.oracle.address(),
    }
    .abi_encode();
    let mut oracle = world.oracle.sender(OWNER);
    oracle.is_silent_of_sequencer.set(true);
    drop(oracle);
    assert_eq!(world.take(id, ether(1)).unwrap_err(), invalid);
    assert_eq!(
        reset(&world, id).unwrap_err(),
        Interface::ResetNotNeeded { id }.abi_encode()
    );
    up_since(&world, number(VM::context().block_timestamp()));
    reset(&world, id).unwrap();
    world.oracle.sender(OWNER).is_garbage.set(true);
    assert_eq!(reset(&world, id).unwrap_err(), invalid);
}
