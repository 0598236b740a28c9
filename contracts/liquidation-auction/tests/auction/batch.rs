//! Takes of several auctions in one call.

use alloy_primitives::U256;
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::auction::{ILiquidationAuction as Interface, Order};
use motsu::prelude::*;

use crate::common::*;

fn order(id: U256, max_lot: U256) -> [U256; 4] {
    [id, max_lot, U256::ZERO, U256::MAX]
}

fn take_batch(world: &World, orders: &[[U256; 4]], data: &[u8]) -> Result<(U256, U256), Vec<u8>> {
    let receiver = match data {
        [] => BIDDER,
        _ => world.taker.address(),
    };
    world
        .auction
        .sender(BIDDER)
        .take_batch(orders, U256::MAX, receiver, data)
        .motsu_res()
}

#[motsu::test]
fn a_batch_takes_each_order_as_take_would() {
    let world = World::new(Kind::Linear);
    let first = world.start(ether(5_000), usd(6_000));
    let second = world.start(ether(3_000), usd(60_000));
    VM::context().increase_time(500);
    let (_, one, _) = world.quote(first, ether(1_000));
    let (_, two, _) = world.quote(second, ether(3_000));
    let result = take_batch(
        &world,
        &[order(first, ether(1_000)), order(second, ether(3_000))],
        &[],
    );
    assert_eq!(result.unwrap(), (number(2_u64), one + two));
    assert_eq!(world.status(first).lot, ether(4_000));
    assert!(!world.status(second).live);
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.paid.get(BIDDER), one + two);
    assert_eq!(vault.sent.get(BIDDER), ether(4_000));
}

#[motsu::test]
fn a_batch_skips_what_is_gone_too_dear_too_small_or_to_be_reset() {
    let world = World::new(Kind::Linear);
    world.set_dust(usd(100));
    let old = world.start(ether(5_000), usd(6_000));
    VM::context().increase_time(TAIL + 1);
    let gone = world.start(ether(1_000), usd(1_000));
    world.take(gone, U256::MAX).unwrap();
    let dear = world.start(ether(1_000), usd(6_000));
    let small = world.start(ether(5_000), usd(90));
    let short = world.start(ether(1_000), usd(6_000));
    let good = world.start(ether(1_000), usd(6_000));
    let price = world.price(good);
    let before = world.status(dear);
    let result = take_batch(
        &world,
        &[
            order(old, ether(1)),
            order(gone, ether(1)),
            [dear, ether(1), U256::ZERO, price - U256::ONE],
            // A part of what is small itself leaves dust.
            order(small, ether(10)),
            [short, ether(1), ether(2), U256::MAX],
            order(good, U256::ZERO),
            order(U256::MAX, ether(1)),
            order(good, ether(2)),
        ],
        &[],
    );
    assert_eq!(
        result.unwrap(),
        (U256::ONE, cost(ether(2), price)),
        "only the last"
    );
    assert_eq!(world.status(dear), before);
    assert_eq!(world.status(good).lot, ether(998));
}

#[motsu::test]
fn one_auction_can_be_ordered_twice_and_ends_once() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(6_000));
    let orders = [
        order(id, ether(400)),
        order(id, U256::MAX),
        order(id, U256::MAX),
    ];
    let (taken, paid) = take_batch(&world, &orders, &[]).unwrap();
    assert_eq!((taken, paid), (number(2_u64), usd(2_400)));
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ZERO);
    assert_eq!(world.vault.sender(OWNER).ended.get(), U256::ONE);
    // The slot is used again, and its list is whole.
    let again = world.start(ether(1_000), usd(6_000));
    let another = world.start(ether(1_000), usd(6_000));
    assert_ne!(again, another);
    let all = world.auction.sender(BIDDER).active(U256::ZERO, U256::MAX);
    assert_eq!(all, [again, another]);
}

#[motsu::test]
fn each_order_of_a_batch_has_its_callback() {
    let world = World::new(Kind::Linear);
    let first = world.start(ether(1_000), usd(6_000));
    let second = world.start(ether(1_000), usd(6_000));
    let orders = [order(first, ether(1)), order(second, ether(2))];
    take_batch(&world, &orders, b"data").unwrap();
    assert_eq!(world.taker.sender(OWNER).calls.get(), number(2_u64));
    assert_eq!(world.taker.sender(OWNER).id.get(), second);
    // One that fails fails all.
    world
        .taker
        .sender(OWNER)
        .prepare(Mood::Reverts, alloy_primitives::Address::ZERO, &[]);
    let receiver = world.taker.address();
    assert_eq!(
        take_batch(&world, &orders, b"data").unwrap_err(),
        Interface::CallbackFailed { receiver }.abi_encode()
    );
    assert_eq!(world.status(first).lot, ether(999));
}

#[motsu::test]
fn what_concerns_the_whole_batch_is_refused() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(6_000));
    let now = VM::context().block_timestamp();
    let late = world
        .auction
        .sender(BIDDER)
        .take_batch(&[order(id, ether(1))], number(now - 1), BIDDER, &[])
        .motsu_unwrap_err();
    assert_eq!(late[..4], Interface::DeadlinePassed::SELECTOR);
    for receiver in [world.vault.address(), world.oracle.address(), FUND] {
        let error = world
            .auction
            .sender(BIDDER)
            .take_batch(&[order(id, ether(1))], U256::MAX, receiver, &[])
            .motsu_unwrap_err();
        assert_eq!(error, Interface::InvalidReceiver { receiver }.abi_encode());
    }
    world.vault.sender(OWNER).failure.set(U256::from(2).to());
    let error = take_batch(&world, &[order(id, ether(1))], &[]).unwrap_err();
    assert_eq!(
        error,
        Refused {
            reason: number(2_u64)
        }
        .abi_encode()
    );
    world.vault.sender(OWNER).failure.set(U256::ZERO.to());
    let nothing = (U256::ZERO, U256::ZERO);
    assert_eq!(take_batch(&world, &[], &[]).unwrap(), nothing);
}

#[motsu::test]
fn a_batch_is_decoded_as_its_declaration_says_and_a_false_length_is_refused() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(6_000));
    let call = Interface::takeBatchCall {
        orders: vec![
            Order {
                id,
                maxLot: ether(1),
                minLot: U256::ZERO,
                maxPrice: U256::MAX,
            };
            2
        ],
        deadline: U256::MAX,
        receiver: world.taker.address(),
        data: bytes(b"some data of more than thirty-two bytes"),
    };
    let calldata = call.abi_encode();
    let answer = world.auction.call_raw(BIDDER, &calldata).unwrap();
    let answer = Interface::takeBatchCall::abi_decode_returns_validate(&answer).unwrap();
    assert_eq!(
        (answer.taken, answer.paid),
        (number(2_u64), usd(4) + usd(4) / number(5_u64))
    );
    assert_eq!(
        world.taker.sender(OWNER).data.get_bytes(),
        b"some data of more than thirty-two bytes"
    );
    for length in [number(9_u64), U256::from(u32::MAX), U256::MAX] {
        let mut long = calldata.clone();
        let at = 4 + 32 * 4;
        long[at..at + 32].copy_from_slice(&length.to_be_bytes::<32>());
        assert_eq!(world.auction.call_raw(BIDDER, long).unwrap_err(), [0; 0]);
    }
}
