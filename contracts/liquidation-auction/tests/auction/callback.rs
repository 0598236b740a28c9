//! What happens between delivery and payment. Incident 45: the callback can't re-enter.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::auction::{ILiquidationAuction as Interface, Order};
use motsu::prelude::*;

use crate::common::*;

#[motsu::test]
fn the_receiver_is_called_with_the_collateral_in_hand_and_before_it_is_paid_for() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    let (lot_taken, paid) = world.take_with_callback(id, ether(1_000)).unwrap();
    let taker = world.taker.sender(OWNER);
    assert_eq!(taker.calls.get(), U256::ONE);
    assert_eq!(taker.caller.get(), world.auction.address());
    assert_eq!((taker.id.get(), taker.taker.get()), (id, BIDDER));
    assert_eq!(taker.token.get(), TOKEN);
    assert_eq!(
        (taker.lot_taken.get(), taker.payment.get()),
        (lot_taken, paid)
    );
    assert_eq!(taker.data.get_bytes(), b"sell it on the market");
    assert_eq!(taker.outstanding.get(), usd(6_000), "not paid by then");
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.sent.get(world.taker.address()), lot_taken);
    assert_eq!(vault.paid.get(BIDDER), paid, "the caller pays");
    assert_eq!(vault.outstanding.get(ACCOUNT), usd(6_000) - paid);
    assert_eq!(vault.deliveries.get(), U256::ZERO, "not in one call");
}

#[motsu::test]
fn data_of_any_length_arrives_whole() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    for length in [1, 31, 32, 33, 64, 1_000] {
        let data = vec![0xda; length];
        world
            .auction
            .sender(BIDDER)
            .take(
                id,
                ether(1),
                U256::ZERO,
                U256::MAX,
                U256::MAX,
                world.taker.address(),
                &data,
            )
            .motsu_unwrap();
        assert_eq!(world.taker.sender(OWNER).data.get_bytes(), data);
    }
}

#[motsu::test]
fn without_data_nobody_is_called() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    world
        .auction
        .sender(BIDDER)
        .take(
            id,
            ether(1_000),
            U256::ZERO,
            U256::MAX,
            U256::MAX,
            world.taker.address(),
            &[],
        )
        .motsu_unwrap();
    assert_eq!(world.taker.sender(OWNER).calls.get(), U256::ZERO);
    assert_eq!(
        world.vault.sender(OWNER).deliveries.get(),
        U256::ONE,
        "collateral out and payment in are one call of the vault"
    );
}

#[motsu::test]
fn a_receiver_that_does_not_answer_as_it_must_gets_nothing() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    let receiver = world.taker.address();
    for mood in [
        Mood::ReturnsNothing,
        Mood::ReturnsAnotherSelector,
        Mood::ReturnsItsSelectorWithDirt,
        Mood::Reverts,
    ] {
        world.taker.sender(OWNER).prepare(mood, Address::ZERO, &[]);
        assert_eq!(
            world.take_with_callback(id, ether(1_000)).unwrap_err(),
            Interface::CallbackFailed { receiver }.abi_encode(),
            "{mood:?}"
        );
        assert_eq!(world.status(id).lot, ether(5_000));
        assert_eq!(world.vault.sender(OWNER).releases.get(), U256::ZERO);
    }
}

#[motsu::test]
fn a_receiver_without_code_can_not_be_called() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    let error = world
        .auction
        .sender(BIDDER)
        .take(
            id,
            ether(1_000),
            U256::ZERO,
            U256::MAX,
            U256::MAX,
            BIDDER,
            b"data",
        )
        .motsu_unwrap_err();
    assert_eq!(
        error,
        Interface::CallbackFailed { receiver: BIDDER }.abi_encode()
    );
}

/// Each state-changing function, with arguments that would do no harm to be let in.
fn verbs(world: &World, id: U256, other: U256) -> Vec<(&'static str, Vec<u8>)> {
    let receiver = world.taker.address();
    let take = |id: U256, data: &[u8]| {
        Interface::takeCall {
            id,
            maxLot: ether(1),
            minLot: U256::ZERO,
            maxPrice: U256::MAX,
            deadline: U256::MAX,
            receiver,
            data: bytes(data),
        }
        .abi_encode()
    };
    vec![
        ("take of the same", take(id, &[])),
        ("take of another", take(other, &[])),
        ("take with a callback", take(other, b"again")),
        (
            "reset",
            Interface::resetCall {
                id: other,
                keeper: KEEPER,
            }
            .abi_encode(),
        ),
        ("close", Interface::closeCall { id: other }.abi_encode()),
        (
            "start",
            Interface::startCall {
                account: ACCOUNT,
                token: TOKEN,
                lot: ether(1),
                tab: usd(1),
                debt: usd(1),
                price: price(1),
                volatility: VOLATILITY,
                keeper: KEEPER,
            }
            .abi_encode(),
        ),
        (
            "setCurve",
            Interface::setCurveCall {
                token: TOKEN,
                kind: 0,
                buffer: BUFFER,
                rate: number(TO_ZERO),
                step: U256::ZERO,
                floor: U256::ZERO,
                cap: U256::ZERO,
                tail: number(TAIL),
                cusp: CUSP,
            }
            .abi_encode(),
        ),
        (
            "takeBatch",
            Interface::takeBatchCall {
                orders: vec![Order {
                    id: other,
                    maxLot: ether(1),
                    minLot: U256::ZERO,
                    maxPrice: U256::MAX,
                }],
                deadline: U256::MAX,
                receiver,
                data: bytes(b""),
            }
            .abi_encode(),
        ),
        ("cancel", Interface::cancelCall { id: other }.abi_encode()),
        ("trip", Interface::tripCall { token: TOKEN }.abi_encode()),
        ("setStop", Interface::setStopCall { level: 3 }.abi_encode()),
        (
            "setDust",
            Interface::setDustCall { dust: usd(1) }.abi_encode(),
        ),
        (
            "transferOwnership",
            Interface::transferOwnershipCall { newOwner: KEEPER }.abi_encode(),
        ),
        (
            "acceptOwnership",
            Interface::acceptOwnershipCall {}.abi_encode(),
        ),
    ]
}

/// Lets the receiver be all that any verb wants its caller to be.
fn give_every_role(world: &World) {
    let auction = &world.auction;
    auction
        .sender(OWNER)
        .transfer_ownership(world.taker.address())
        .motsu_unwrap();
    auction
        .sender(world.taker.address())
        .accept_ownership()
        .motsu_unwrap();
    auction
        .sender(world.taker.address())
        .transfer_ownership(world.taker.address())
        .motsu_unwrap();
}

#[motsu::test]
fn incident_45_no_verb_is_re_entered_from_a_callback() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    let other = world.start(ether(5_000), usd(60_000));
    give_every_role(&world);
    for (verb, calldata) in verbs(&world, id, other) {
        world
            .taker
            .sender(OWNER)
            .prepare(Mood::Attacks, world.auction.address(), &calldata);
        let before = world.status(other);
        world.take_with_callback(id, ether(1)).unwrap();
        let taker = world.taker.sender(OWNER);
        assert!(!taker.attack_succeeded.get(), "{verb}");
        assert_eq!(taker.attack_answer.get_bytes(), [0_u8; 0], "{verb}");
        drop(taker);
        assert_eq!(world.status(other), before, "{verb}");
    }
}

// The SDK's refusal is deprecated; the lock of the auction holds without it.
#[motsu::test]
fn incident_45_the_auctions_own_lock_refuses_every_verb_where_the_sdk_does_not() {
    let world = World::new(Kind::Linear);
    VM::context().set_reentrancy_refusal(false);
    let id = world.start(ether(5_000), usd(60_000));
    let other = world.start(ether(5_000), usd(60_000));
    give_every_role(&world);
    for (verb, calldata) in verbs(&world, id, other) {
        if verb == "start" {
            continue; // Only the vault's: below.
        }
        world
            .taker
            .sender(OWNER)
            .prepare(Mood::Attacks, world.auction.address(), &calldata);
        let before = world.status(other);
        world.take_with_callback(id, ether(1)).unwrap();
        let taker = world.taker.sender(OWNER);
        assert!(!taker.attack_succeeded.get(), "{verb}");
        assert_eq!(
            taker.attack_answer.get_bytes(),
            Interface::Locked {}.abi_encode(),
            "{verb}"
        );
        drop(taker);
        assert_eq!(world.status(other), before, "{verb}");
        // The lock is open again afterwards.
        world.take(id, ether(1)).unwrap();
    }
}

#[motsu::test]
fn a_failed_take_leaves_no_lock_behind() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    world
        .taker
        .sender(OWNER)
        .prepare(Mood::Reverts, Address::ZERO, &[]);
    world.take_with_callback(id, ether(1)).unwrap_err();
    world.take(id, ether(1)).unwrap();
}

#[motsu::test]
fn with_the_lock_closed_views_tell_the_truth() {
    let world = World::new(Kind::Linear);
    VM::context().set_reentrancy_refusal(false);
    let id = world.start(ether(5_000), usd(60_000));
    let calldata = Interface::statusOfCall { id }.abi_encode();
    world
        .taker
        .sender(OWNER)
        .prepare(Mood::Attacks, world.auction.address(), &calldata);
    world.take_with_callback(id, ether(1_000)).unwrap();
    let answer = world.taker.sender(OWNER).attack_answer.get_bytes();
    let seen = Interface::statusOfCall::abi_decode_returns_validate(&answer).unwrap();
    assert_eq!(seen, world.status(id));
    assert_eq!((seen.lot, seen.tab), (ether(4_000), usd(57_600)));
}
