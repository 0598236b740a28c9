//! The contract as Solidity sees it: every function of the declared interface, by its declaration.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolInterface};
use breakwater_interfaces::auction::ILiquidationAuction::{
    self as Interface, ILiquidationAuctionCalls,
};
use liquidation_auction::LiquidationAuction;
use motsu::prelude::*;
use stylus_sdk::abi::CONSTRUCTOR_SELECTOR;

use crate::common::*;

fn view<C: SolCall>(world: &World, call: C) -> C::Return {
    let answer = world
        .auction
        .static_call_raw(BIDDER, call.abi_encode())
        .expect("a view answers in a static call");
    C::abi_decode_returns_validate(&answer).expect("the declared return values")
}

#[motsu::test]
fn every_declared_function_answers_and_no_other() {
    let world = World::new(Kind::Linear);
    for selector in ILiquidationAuctionCalls::selectors() {
        // Enough zero words (an empty list and no data among them) for any of them: whatever they say, it is a typed answer.
        let mut calldata = selector.to_vec();
        calldata.resize(4 + 10 * 32, 0);
        let answer = world.auction.call_raw(world.vault.address(), calldata);
        if let Err(error) = answer {
            assert!(
                Interface::ILiquidationAuctionErrors::abi_decode_validate(&error).is_ok(),
                "{selector:02x?}: {error:02x?}"
            );
        }
    }
    for calldata in [&[][..], &[1, 2, 3], &[1, 2, 3, 4], &[0; 100]] {
        assert_eq!(
            world.auction.call_raw(BIDDER, calldata).unwrap_err(),
            [0; 0]
        );
    }
}

#[motsu::test]
fn every_function_refuses_ether_and_arguments_that_are_too_short() {
    let world = World::new(Kind::Linear);
    OWNER.fund(U256::ONE);
    let mut with_arguments = 0;
    for selector in ILiquidationAuctionCalls::selectors() {
        let mut calldata = selector.to_vec();
        if ILiquidationAuctionCalls::abi_decode_validate(&calldata).is_err() {
            with_arguments += 1;
            assert_eq!(
                world.auction.call_raw(OWNER, &calldata).unwrap_err(),
                [0; 0]
            );
        }
        calldata.resize(4 + 10 * 32, 0);
        assert_eq!(
            world
                .auction
                .call_raw_with_value(OWNER, U256::ONE, &calldata)
                .unwrap_err(),
            [0; 0]
        );
    }
    assert_eq!(with_arguments, 18);
}

#[motsu::test]
fn views_answer_with_the_declared_values() {
    let world = World::new(Kind::Linear);
    world.set_dust(usd(3));
    let id = world.start_with_debt(ether(5_000), usd(6_000), usd(5_000));
    let second = world.start(ether(5_000), usd(6_000));
    VM::context().increase_time(1_000);
    let quote = view(
        &world,
        Interface::quoteCall {
            id,
            maxLot: ether(7),
        },
    );
    assert_eq!((quote.lotTaken, quote.price), (ether(7), price(2_160)));
    assert_eq!(quote.payment, cost(ether(7), price(2_160)));
    let status = view(&world, Interface::statusOfCall { id });
    assert_eq!(
        (
            status.live,
            status.needsReset,
            status.price,
            status.lot,
            status.tab,
            status.debt,
            status.account,
            status.token,
            status.top
        ),
        (
            true,
            false,
            price(2_160),
            ether(5_000),
            usd(6_000),
            usd(5_000),
            ACCOUNT,
            TOKEN,
            price(2_400)
        )
    );
    assert_eq!(
        view(
            &world,
            Interface::activeCall {
                offset: U256::ZERO,
                limit: U256::MAX
            }
        ),
        [id, second]
    );
    assert_eq!(view(&world, Interface::activeCountCall {}), number(2_u64));
    let curve = view(&world, Interface::curveOfCall { token: TOKEN });
    assert_eq!(
        (curve.kind, curve.buffer, curve.rate, curve.tail, curve.cusp),
        (0, BUFFER, number(TO_ZERO), number(TAIL), CUSP)
    );
    assert_eq!(view(&world, Interface::dustCall {}), usd(3));
    let modules = view(&world, Interface::modulesCall {});
    assert_eq!(
        (modules.vault, modules.oracle),
        (world.vault.address(), world.oracle.address())
    );
    assert_eq!(view(&world, Interface::ownerCall {}), OWNER);
    assert_eq!(view(&world, Interface::pendingOwnerCall {}), Address::ZERO);
}

#[motsu::test]
fn verbs_take_and_return_the_declared_values() {
    let world = World::new(Kind::Linear);
    world
        .vault
        .sender(OWNER)
        .open(ACCOUNT, ether(5_000), usd(6_000), usd(5_000));
    let start = Interface::startCall {
        account: ACCOUNT,
        token: TOKEN,
        lot: ether(5_000),
        tab: usd(6_000),
        debt: usd(5_000),
        price: price(2_000),
        volatility: VOLATILITY,
        keeper: KEEPER,
    };
    let answer = world
        .auction
        .call_raw(world.vault.address(), start.abi_encode())
        .unwrap();
    let id = Interface::startCall::abi_decode_returns_validate(&answer).unwrap();
    assert!(world.status(id).live);

    let take = Interface::takeCall {
        id,
        maxLot: ether(1_000),
        minLot: ether(1_000),
        maxPrice: price(2_400),
        deadline: U256::MAX,
        receiver: world.taker.address(),
        data: bytes(b"some data, longer than one word of thirty-two bytes"),
    };
    let answer = world.auction.call_raw(BIDDER, take.abi_encode()).unwrap();
    let taken = Interface::takeCall::abi_decode_returns_validate(&answer).unwrap();
    assert_eq!((taken.lotTaken, taken.paid), (ether(1_000), usd(2_400)));
    assert_eq!(
        world.taker.sender(OWNER).data.get_bytes(),
        take.data.to_vec()
    );

    VM::context().increase_time(TAIL + 1);
    let reset = Interface::resetCall { id, keeper: KEEPER };
    assert_eq!(
        world.auction.call_raw(BIDDER, reset.abi_encode()).unwrap(),
        [0; 0]
    );
    assert_eq!(
        world
            .auction
            .call_raw(BIDDER, Interface::closeCall { id }.abi_encode())
            .unwrap_err(),
        Interface::ClaimNotPaid {
            id,
            outstanding: usd(3_600)
        }
        .abi_encode()
    );
}

#[motsu::test]
fn addresses_with_dirt_and_data_out_of_reach_are_refused() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    let good = Interface::takeCall {
        id,
        maxLot: ether(1),
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        deadline: U256::MAX,
        receiver: BIDDER,
        data: bytes(b""),
    }
    .abi_encode();
    let with = |position: usize, word: U256| {
        let mut calldata = good.clone();
        let start = 4 + 32 * position;
        calldata[start..start + 32].copy_from_slice(&word.to_be_bytes::<32>());
        world.auction.call_raw(BIDDER, calldata)
    };
    assert_eq!(
        with(5, U256::ONE << 160).unwrap_err(),
        [0; 0],
        "an address has 160 bits"
    );
    for offset in [
        number(8_u64 * 32),
        number(8_u64 * 32 - 31),
        U256::MAX,
        U256::from(u32::MAX),
    ] {
        assert_eq!(with(6, offset).unwrap_err(), [0; 0], "offset {offset}");
    }
    for length in [U256::ONE, U256::from(u32::MAX), U256::MAX] {
        assert_eq!(with(7, length).unwrap_err(), [0; 0], "length {length}");
    }
    world.auction.call_raw(BIDDER, &good).unwrap();
    let kind = Interface::setCurveCall {
        token: TOKEN,
        kind: 0,
        buffer: BUFFER,
        rate: number(TO_ZERO),
        step: U256::ZERO,
        floor: U256::ZERO,
        cap: U256::ZERO,
        tail: number(TAIL),
        cusp: CUSP,
    };
    let mut calldata = kind.abi_encode();
    calldata[4 + 32 + 30] = 1;
    assert_eq!(
        world.auction.call_raw(OWNER, calldata).unwrap_err(),
        [0; 0],
        "a kind has 8 bits"
    );
}

#[motsu::test]
fn the_constructor_is_reached_by_the_sdks_selector_and_only_once(
    auction: Contract<LiquidationAuction>,
) {
    let mut calldata = CONSTRUCTOR_SELECTOR.to_be_bytes().to_vec();
    for partner in [FUND, ASSET, TOKEN, KEEPER, OWNER] {
        calldata.extend_from_slice(partner.into_word().as_slice());
    }
    assert_eq!(auction.call_raw(BIDDER, &calldata).unwrap(), [0; 0]);
    assert_eq!(auction.sender(BIDDER).modules(), (FUND, ASSET));
    assert_eq!(auction.sender(BIDDER).owner(), OWNER);
    assert_eq!(
        auction.call_raw(BIDDER, &calldata).unwrap_err(),
        Interface::NotAuthorized { caller: BIDDER }.abi_encode()
    );
}
