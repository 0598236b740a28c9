//! Construction, ownership, curves and dust: who may, and within which bounds.

use alloy_primitives::{b256, Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::auction::ILiquidationAuction as Interface;
use liquidation_auction::LiquidationAuction;
use motsu::prelude::*;

use crate::common::*;

#[motsu::test]
fn the_constructor_takes_no_zero_address(auction: Contract<LiquidationAuction>) {
    let good = [1_u8, 2, 3, 4, 5].map(Address::repeat_byte);
    for missing in 0..good.len() {
        let mut partners = good;
        partners[missing] = Address::ZERO;
        let [vault, oracle, fund, asset, owner] = partners;
        let error = auction
            .sender(OWNER)
            .constructor(vault, oracle, fund, asset, owner)
            .motsu_unwrap_err();
        assert_eq!(error, Interface::ZeroAddress {}.abi_encode());
    }
    let [vault, oracle, fund, asset, owner] = good;
    auction
        .sender(KEEPER)
        .constructor(vault, oracle, fund, asset, owner)
        .motsu_unwrap();
    assert_eq!(auction.sender(KEEPER).modules(), (vault, oracle));
    assert_eq!(auction.sender(KEEPER).owner(), owner);
    auction.assert_emitted(&Interface::OwnershipTransferred {
        previousOwner: Address::ZERO,
        newOwner: owner,
    });
}

#[motsu::test]
fn the_constructor_runs_once() {
    let world = World::new(Kind::Linear);
    for caller in [OWNER, BIDDER] {
        let error = world
            .auction
            .sender(caller)
            .constructor(BIDDER, BIDDER, BIDDER, BIDDER, BIDDER)
            .motsu_unwrap_err();
        assert_eq!(error, Interface::NotAuthorized { caller }.abi_encode());
    }
}

#[motsu::test]
fn an_auction_before_its_constructor_lets_nobody_in(auction: Contract<LiquidationAuction>) {
    let error = auction
        .sender(BIDDER)
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
    assert_eq!(
        error,
        Interface::NotAuthorized { caller: BIDDER }.abi_encode()
    );
    auction.sender(BIDDER).accept_ownership().motsu_unwrap_err();
}

// The permission table: who may call what.
#[motsu::test]
fn only_the_owner_administers() {
    let world = World::new(Kind::Linear);
    let calls = [
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
        Interface::setDustCall { dust: usd(7) }.abi_encode(),
        Interface::transferOwnershipCall { newOwner: BIDDER }.abi_encode(),
    ];
    for calldata in calls {
        for caller in [
            BIDDER,
            KEEPER,
            FUND,
            world.vault.address(),
            world.oracle.address(),
            world.auction.address(),
        ] {
            assert_eq!(
                world.auction.call_raw(caller, &calldata).unwrap_err(),
                Interface::NotAuthorized { caller }.abi_encode()
            );
        }
        assert_eq!(world.auction.call_raw(OWNER, &calldata).unwrap(), [0; 0]);
    }
}

#[motsu::test]
fn ownership_moves_in_two_steps_and_an_offer_can_be_taken_back() {
    let world = World::new(Kind::Linear);
    let auction = &world.auction;
    auction
        .sender(OWNER)
        .transfer_ownership(KEEPER)
        .motsu_unwrap();
    auction.assert_emitted(&Interface::OwnershipTransferStarted {
        previousOwner: OWNER,
        newOwner: KEEPER,
    });
    assert_eq!(auction.sender(BIDDER).owner(), OWNER);
    assert_eq!(auction.sender(BIDDER).pending_owner(), KEEPER);
    let refuse = |caller: Address| {
        assert_eq!(
            auction.sender(caller).accept_ownership().motsu_unwrap_err(),
            Interface::NotAuthorized { caller }.abi_encode()
        );
    };
    refuse(BIDDER);
    auction
        .sender(OWNER)
        .transfer_ownership(Address::ZERO)
        .motsu_unwrap();
    refuse(KEEPER);
    auction
        .sender(OWNER)
        .transfer_ownership(KEEPER)
        .motsu_unwrap();
    auction.sender(KEEPER).accept_ownership().motsu_unwrap();
    auction.assert_emitted(&Interface::OwnershipTransferred {
        previousOwner: OWNER,
        newOwner: KEEPER,
    });
    assert_eq!(auction.sender(BIDDER).owner(), KEEPER);
    assert_eq!(auction.sender(BIDDER).pending_owner(), Address::ZERO);
    refuse(KEEPER);
    assert_eq!(
        auction.sender(OWNER).set_dust(usd(1)).motsu_unwrap_err(),
        Interface::NotAuthorized { caller: OWNER }.abi_encode()
    );
    auction.sender(KEEPER).set_dust(usd(1)).motsu_unwrap();
}

const KIND: B256 = b256!("6b696e6400000000000000000000000000000000000000000000000000000000");
const BUFFER_NAME: B256 = b256!("6275666665720000000000000000000000000000000000000000000000000000");
const RATE: B256 = b256!("7261746500000000000000000000000000000000000000000000000000000000");
const TAIL_NAME: B256 = b256!("7461696c00000000000000000000000000000000000000000000000000000000");
const CUSP_NAME: B256 = b256!("6375737000000000000000000000000000000000000000000000000000000000");

#[motsu::test]
fn a_curve_is_stored_and_logged() {
    let world = World::new(Kind::Linear);
    let rate = WAD - U256::ONE;
    // So slow a curve needs a cusp near the top, and so a top under the market.
    let cusp = WAD - number(60_u64);
    let buffer = WAD / number(2_u64);
    world
        .auction
        .sender(OWNER)
        .set_curve(
            ASSET,
            1,
            buffer,
            rate,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            number(61_u64),
            cusp,
        )
        .motsu_unwrap();
    world.auction.assert_emitted(&Interface::CurveSet {
        token: ASSET,
        kind: 1,
        buffer,
        rate,
        step: U256::ZERO,
        floor: U256::ZERO,
        cap: U256::ZERO,
        tail: number(61_u64),
        cusp,
    });
    assert_eq!(
        world.auction.sender(BIDDER).curve_of(ASSET),
        (
            1,
            buffer,
            rate,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            number(61_u64),
            cusp
        )
    );
    assert_eq!(
        world.auction.sender(BIDDER).curve_of(FUND),
        (
            0,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO
        )
    );
}

#[motsu::test]
fn each_parameter_of_a_curve_has_bounds() {
    let world = World::new(Kind::Linear);
    let month = number(30_u64 * 86_400);
    let one = U256::ONE;
    let half = WAD / number(2_u64);
    let fast = number(900_000_000_000_000_000_u64);
    let try_curve = |kind: u8, buffer: U256, rate: U256, tail: U256, cusp: U256| {
        world
            .auction
            .sender(OWNER)
            .set_curve(
                TOKEN,
                kind,
                buffer,
                rate,
                U256::ZERO,
                U256::ZERO,
                U256::ZERO,
                tail,
                cusp,
            )
            .motsu_res()
    };
    let refused = |result: Result<(), Vec<u8>>, parameter: B256, value: U256| {
        assert_eq!(
            result.unwrap_err(),
            Interface::ParameterOutOfBounds { parameter, value }.abi_encode()
        );
    };
    let linear = number(TO_ZERO);
    let tail = number(TAIL);
    for kind in [8, 255] {
        refused(
            try_curve(kind, BUFFER, linear, tail, CUSP),
            KIND,
            number(kind),
        );
    }
    for buffer in [
        U256::ZERO,
        half - one,
        WAD * number(2_u64) + one,
        WAD + (one << 64),
        U256::MAX,
    ] {
        refused(
            try_curve(0, buffer, linear, tail, CUSP),
            BUFFER_NAME,
            buffer,
        );
    }
    for rate in [U256::ZERO, month + one, U256::MAX] {
        refused(try_curve(0, BUFFER, rate, tail, CUSP), RATE, rate);
    }
    for rate in [fast - one, WAD, U256::MAX] {
        refused(try_curve(1, BUFFER, rate, tail, CUSP), RATE, rate);
    }
    for tail in [U256::ZERO, number(59_u64), month + one, U256::MAX] {
        refused(try_curve(0, BUFFER, linear, tail, CUSP), TAIL_NAME, tail);
    }
    for cusp in [U256::ZERO, WAD, U256::MAX] {
        refused(try_curve(0, BUFFER, linear, tail, cusp), CUSP_NAME, cusp);
    }
    // The price must be under the cusp by the time the tail is over: 0.4 of 10000 seconds is 6000.
    refused(
        try_curve(0, BUFFER, linear, number(6_000_u64), CUSP),
        TAIL_NAME,
        number(6_000_u64),
    );
    for (kind, buffer, rate, tail, cusp) in [
        (0, half, linear, number(6_001_u64), CUSP),
        (0, WAD * number(2_u64), one, number(60_u64), one),
        (0, BUFFER, month, month, one),
        (1, BUFFER, fast, number(60_u64), half),
        (1, half, WAD - one, month, WAD - one),
        // Of the fund's lots.
        (4, BUFFER, linear, tail, CUSP),
        (5, BUFFER, fast, number(60_u64), WAD - one),
    ] {
        try_curve(kind, buffer, rate, tail, cusp).unwrap();
    }
    let error = world
        .auction
        .sender(OWNER)
        .set_curve(
            Address::ZERO,
            0,
            BUFFER,
            linear,
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            tail,
            CUSP,
        )
        .motsu_unwrap_err();
    assert_eq!(error, Interface::ZeroAddress {}.abi_encode());
}

// A1: the price of a running auction doesn't depend on what is set later.
#[motsu::test]
fn a_new_curve_does_not_move_a_running_price() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    VM::context().increase_time(3_000);
    let before = world.status(id);
    world.set_curve(Kind::Exponential);
    assert_eq!(world.status(id), before);
    world.take(id, ether(1)).unwrap();
    assert_eq!(world.price(id), before.price);
    let later = world.start(ether(5_000), usd(6_000));
    VM::context().increase_time(1);
    assert_eq!(
        world.price(id),
        price(2_400) / number(TO_ZERO) * number(TO_ZERO - 3_001)
    );
    // 0.9998 has no finite binary fraction: a unit less.
    assert_eq!(
        world.price(later),
        price(2_400) / number(10_000_u64) * number(9_998_u64) - U256::ONE
    );
}

#[motsu::test]
fn dust_is_set_logged_and_bounded() {
    let world = World::new(Kind::Linear);
    let most = number((1_u128 << 96) - 1);
    for dust in [usd(100), most, U256::ZERO] {
        world.auction.sender(OWNER).set_dust(dust).motsu_unwrap();
        world.auction.assert_emitted(&Interface::DustSet { dust });
        assert_eq!(world.auction.sender(BIDDER).dust(), dust);
    }
    let amount = most + U256::ONE;
    assert_eq!(
        world
            .auction
            .sender(OWNER)
            .set_dust(amount)
            .motsu_unwrap_err(),
        Interface::AmountTooLarge { amount }.abi_encode()
    );
}

#[motsu::test]
fn dust_shares_a_word_with_the_vaults_address_and_does_not_mix() {
    let world = World::new(Kind::Linear);
    let most = number((1_u128 << 96) - 1);
    world.set_dust(most);
    let id = world.start(ether(5_000), usd(6_000));
    assert_eq!(world.auction.sender(BIDDER).dust(), most);
    assert_eq!(
        world.auction.sender(BIDDER).modules().0,
        world.vault.address()
    );
    world.set_dust(U256::ZERO);
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ONE);
    world.take(id, U256::MAX).unwrap();
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ZERO);
}
