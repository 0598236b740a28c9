//! The table of README.md: who may call what at which stop level.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::{
    auction::{ILiquidationAuction as Interface, Order},
    oracle::Status,
};
use motsu::prelude::*;

use crate::common::*;

/// Who may call a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Anybody,
    Vault,
    Fund,
    Owner,
}

/// A row of the table.
struct Verb {
    name: &'static str,
    caller: Caller,
    /// The first stop level at which it is refused; 4: none.
    stopped_from: u8,
    /// What must be so for it to succeed.
    prepare: fn(&World, U256),
    calldata: fn(U256) -> Vec<u8>,
}

fn nothing(_: &World, _: U256) {}

fn grow_old(_: &World, _: U256) {
    VM::context().increase_time(TAIL + 1);
}

/// Under the oracle's price.
fn fall(_: &World, _: U256) {
    VM::context().increase_time(TO_ZERO / 4);
}

fn pay(world: &World, _: U256) {
    let mut vault = world.vault.sender(OWNER);
    vault.outstanding.setter(ACCOUNT).set(U256::ZERO);
}

fn halt(world: &World, _: U256) {
    let status = U256::from(Status::Halted as u8).to();
    world.oracle.sender(OWNER).status.set(status);
}

fn verbs() -> Vec<Verb> {
    let verb = |name, caller, stopped_from, prepare, calldata| Verb {
        name,
        caller,
        stopped_from,
        prepare,
        calldata,
    };
    use Caller::{Anybody, Fund, Owner, Vault};
    vec![
        verb("start", Vault, 1, nothing, |_| {
            Interface::startCall {
                account: ACCOUNT,
                token: TOKEN,
                lot: ether(1),
                tab: usd(1),
                debt: usd(1),
                price: price(2_000),
                volatility: VOLATILITY,
                keeper: KEEPER,
            }
            .abi_encode()
        }),
        verb("reset", Anybody, 2, grow_old, |id| {
            Interface::resetCall { id, keeper: KEEPER }.abi_encode()
        }),
        verb("take", Anybody, 3, nothing, |id| {
            Interface::takeCall {
                id,
                maxLot: ether(1),
                minLot: U256::ZERO,
                maxPrice: U256::MAX,
                deadline: U256::MAX,
                receiver: Address::repeat_byte(0x77),
                data: bytes(b""),
            }
            .abi_encode()
        }),
        verb("takeBatch", Anybody, 3, nothing, |id| {
            Interface::takeBatchCall {
                orders: vec![Order {
                    id,
                    maxLot: ether(1),
                    minLot: U256::ZERO,
                    maxPrice: U256::MAX,
                }],
                deadline: U256::MAX,
                receiver: Address::repeat_byte(0x77),
                data: bytes(b""),
            }
            .abi_encode()
        }),
        verb("absorb", Fund, 3, fall, |id| {
            Interface::absorbCall {
                id,
                maxLot: ether(1),
            }
            .abi_encode()
        }),
        verb("close", Anybody, 4, pay, |id| {
            Interface::closeCall { id }.abi_encode()
        }),
        verb("cancel", Owner, 4, nothing, |id| {
            Interface::cancelCall { id }.abi_encode()
        }),
        verb("trip", Anybody, 4, halt, |_| {
            Interface::tripCall { token: TOKEN }.abi_encode()
        }),
        verb("setCurve", Owner, 4, nothing, |_| {
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
            .abi_encode()
        }),
        verb("setStop", Owner, 4, nothing, |_| {
            Interface::setStopCall { level: 0 }.abi_encode()
        }),
        verb("setDust", Owner, 4, nothing, |_| {
            Interface::setDustCall { dust: usd(1) }.abi_encode()
        }),
        verb("transferOwnership", Owner, 4, nothing, |_| {
            Interface::transferOwnershipCall { newOwner: KEEPER }.abi_encode()
        }),
    ]
}

#[motsu::test]
fn each_verb_is_open_to_whom_and_at_which_level_the_table_says() {
    for level in 0..=3_u8 {
        for verb in verbs() {
            let world = World::new(Kind::Linear);
            let id = world.start(ether(5_000), usd(60_000));
            (verb.prepare)(&world, id);
            world.auction.sender(OWNER).set_stop(level).motsu_unwrap();
            let calldata = (verb.calldata)(id);
            let vault = world.vault.address();
            for caller in [vault, OWNER, BIDDER, FUND, world.oracle.address()] {
                let allowed = match verb.caller {
                    Caller::Anybody => true,
                    Caller::Vault => caller == vault,
                    Caller::Fund => caller == FUND,
                    Caller::Owner => caller == OWNER,
                };
                let stopped = level >= verb.stopped_from;
                if allowed && !stopped && verb.caller == Caller::Anybody && caller != BIDDER {
                    continue; // Once is enough: it changes the state.
                }
                let answer = world.auction.call_raw(caller, &calldata);
                let (name, place) = (verb.name, format!("level {level}, {caller}"));
                if !allowed {
                    let refused = Interface::NotAuthorized { caller }.abi_encode();
                    assert_eq!(answer.unwrap_err(), refused, "{name} at {place}");
                } else if stopped {
                    let refused = Interface::Stopped { level }.abi_encode();
                    assert_eq!(answer.unwrap_err(), refused, "{name} at {place}");
                } else {
                    answer.unwrap_or_else(|error| panic!("{name} at {place}: {error:02x?}"));
                }
            }
        }
    }
}

#[motsu::test]
fn a_stopped_auction_is_quoted_at_nothing_and_goes_on_afterwards() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    world.auction.sender(OWNER).set_stop(3).motsu_unwrap();
    world
        .auction
        .assert_emitted(&Interface::StopSet { level: 3 });
    assert_eq!(world.auction.sender(BIDDER).stop_level(), 3);
    assert_eq!(world.quote(id, U256::MAX).0, U256::ZERO);
    world.auction.sender(OWNER).set_stop(2).motsu_unwrap();
    assert_ne!(world.quote(id, U256::MAX).0, U256::ZERO);
    world.take(id, U256::MAX).unwrap();
    assert_eq!(world.auction.sender(BIDDER).stop_level(), 2);
}

#[motsu::test]
fn there_are_four_stop_levels() {
    let world = World::new(Kind::Linear);
    for level in [4, 255] {
        let error = world
            .auction
            .sender(OWNER)
            .set_stop(level)
            .motsu_unwrap_err();
        assert_eq!(error[..4], Interface::ParameterOutOfBounds::SELECTOR);
    }
    assert_eq!(world.auction.sender(BIDDER).stop_level(), 0);
}

// A6
#[motsu::test]
fn a_cancelled_auction_gives_the_lot_back_and_leaves_the_claim() {
    let world = World::new(Kind::Linear);
    let id = world.start_with_debt(ether(5_000), usd(6_000), usd(5_000));
    world.take(id, ether(1_000)).unwrap();
    let (outstanding, _) = world.claim();
    world.auction.sender(OWNER).cancel(id).motsu_unwrap();
    world.auction.assert_emitted(&Interface::Cancelled { id });
    world.auction.assert_emitted(&Interface::Ended {
        id,
        account: ACCOUNT,
        lotReturned: ether(4_000),
        tabLeft: usd(3_600),
    });
    assert!(!world.status(id).live);
    assert_eq!(world.claim(), (outstanding, U256::ZERO));
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.returned.get(ACCOUNT), ether(4_000));
    assert_eq!(vault.in_lots.get(ACCOUNT), U256::ZERO);
    assert_eq!(vault.room.get(), U256::ZERO);
    assert_eq!(vault.paid.get(OWNER), U256::ZERO, "nobody pays");
    drop(vault);
    assert_eq!(
        world.auction.sender(OWNER).cancel(id).motsu_unwrap_err(),
        Interface::UnknownAuction { id }.abi_encode()
    );
}
