//! The four kinds of curves through the contract, and the bounds of what only some of them have.

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use breakwater_interfaces::auction::ILiquidationAuction as Interface;
use breakwater_risk::curve::{volatility_decay, Curve};
use motsu::prelude::*;

use crate::common::*;

const WAD_U64: u64 = 1_000_000_000_000_000_000;
/// 0.005 % a second: to the cusp of 0.8 in 4463 seconds.
const FLOOR: u64 = 50_000_000_000_000;
/// 0.1 % a second.
const CAP: u64 = 1_000_000_000_000_000;

/// Rate, step, floor, cap.
type Shape = [u64; 4];

fn set(world: &World, kind: u8, shape: Shape, buffer: u64, cusp: u64) -> Result<(), Vec<u8>> {
    let [rate, step, floor, cap] = shape.map(number);
    let (buffer, tail, cusp) = (number(buffer), number(5_400_u64), number(cusp));
    world
        .auction
        .sender(OWNER)
        .set_curve(TOKEN, kind, buffer, rate, step, floor, cap, tail, cusp)
        .motsu_res()
}

fn percent(percent: u64) -> u64 {
    WAD_U64 / 100 * percent
}

fn set_good(world: &World, kind: u8, shape: Shape) {
    set(world, kind, shape, percent(102), percent(80)).unwrap();
}

#[motsu::test]
fn a_stairstep_price_falls_at_the_end_of_each_step() {
    let world = World::new(Kind::Linear);
    set_good(&world, 2, [percent(99), 90, 0, 0]);
    let id = world.start(ether(1_000), usd(10_000));
    world.auction.assert_emitted(&Interface::Started {
        id,
        account: ACCOUNT,
        token: TOKEN,
        lot: ether(1_000),
        tab: usd(10_000),
        debt: usd(9_000),
        top: price(2_040),
        price: price(2_000),
        rate: number(percent(99)),
        keeper: KEEPER,
    });
    let curve = Curve::Stairstep {
        factor_per_step: percent(99),
        seconds_per_step: 90,
    };
    for (seconds, elapsed) in [(0, 0), (89, 89), (1, 90), (89, 179), (1, 180), (720, 900)] {
        VM::context().increase_time(seconds);
        assert_eq!(world.price(id), curve.price(price(2_040), elapsed));
    }
    // The terms stay with the lot, whatever a take rewrites.
    world.take(id, ether(1)).unwrap();
    assert_eq!(world.price(id), curve.price(price(2_040), 900));
}

#[motsu::test]
fn a_volatility_scaled_price_falls_by_the_volatility_of_its_start() {
    let world = World::new(Kind::Linear);
    set_good(&world, 3, [WAD_U64, 0, FLOOR, CAP]);
    let id = world.start(ether(1_000), usd(10_000));
    let decay = volatility_decay(WAD_U64, VOLATILITY, FLOOR, CAP);
    assert!(FLOOR < decay && decay < CAP);
    let curve = Curve::Exponential {
        factor_per_second: WAD_U64 - decay,
    };
    VM::context().increase_time(100);
    assert_eq!(world.price(id), curve.price(price(2_040), 100));
    assert_eq!(
        world.auction.sender(BIDDER).curve_of(TOKEN),
        (
            3,
            number(percent(102)),
            WAD,
            U256::ZERO,
            number(FLOOR),
            number(CAP),
            number(5_400_u64),
            number(percent(80))
        )
    );
    // Until it is reset, with the volatility of then.
    VM::context().increase_time(5_400);
    world
        .auction
        .sender(KEEPER)
        .reset(id, KEEPER)
        .motsu_unwrap();
    VM::context().increase_time(100);
    assert_eq!(world.price(id), curve.price(price(2_040), 100));
}

#[motsu::test]
fn floor_and_cap_bound_the_decay() {
    let world = World::new(Kind::Linear);
    set_good(&world, 3, [WAD_U64, 0, FLOOR, CAP]);
    for (volatility, decay) in [
        (U256::ZERO, FLOOR),
        (U256::MAX, CAP),
        (number(WAD_U64) * number(50_u64), CAP),
    ] {
        world
            .vault
            .sender(OWNER)
            .open(ACCOUNT, ether(1), usd(1), usd(1));
        let id = world
            .auction
            .sender(world.vault.address())
            .start(
                ACCOUNT,
                TOKEN,
                ether(1),
                usd(1),
                usd(1),
                price(2_000),
                volatility,
                KEEPER,
            )
            .motsu_unwrap();
        VM::context().increase_time(60);
        let curve = Curve::Exponential {
            factor_per_second: WAD_U64 - decay,
        };
        assert_eq!(world.price(id), curve.price(price(2_040), 60));
    }
}

#[motsu::test]
fn what_a_kind_does_not_use_must_be_zero_and_what_it_uses_has_bounds() {
    let world = World::new(Kind::Linear);
    let stairs = [percent(99), 90, 0, 0];
    let scaled = [WAD_U64, 0, FLOOR, CAP];
    let refused: [(&str, u8, Shape); 16] = [
        ("step", 0, [5_000, 1, 0, 0]),
        ("floor", 0, [5_000, 0, 1, 0]),
        ("cap", 0, [5_000, 0, 0, 1]),
        ("step", 1, [WAD_U64 - FLOOR, 1, 0, 0]),
        ("floor", 1, [WAD_U64 - FLOOR, 0, 1, 0]),
        ("cap", 1, [WAD_U64 - FLOOR, 0, 0, 1]),
        ("rate", 2, [percent(50) - 1, 90, 0, 0]),
        ("rate", 2, [WAD_U64, 90, 0, 0]),
        ("step", 2, [percent(99), 0, 0, 0]),
        ("step", 2, [percent(99), 3_601, 0, 0]),
        ("cap", 2, [percent(99), 90, 0, 1]),
        ("rate", 3, [0, 0, FLOOR, CAP]),
        ("rate", 3, [10 * WAD_U64 + 1, 0, FLOOR, CAP]),
        ("floor", 3, [WAD_U64, 0, 0, CAP]),
        ("floor", 3, [WAD_U64, 0, CAP + 1, CAP]),
        ("cap", 3, [WAD_U64, 0, FLOOR, percent(10) + 1]),
    ];
    for (name, kind, shape) in refused {
        let error = set(&world, kind, shape, percent(102), percent(80)).unwrap_err();
        assert_eq!(error[..4], Interface::ParameterOutOfBounds::SELECTOR);
        let mut word = [0; 32];
        word[..name.len()].copy_from_slice(name.as_bytes());
        assert_eq!(error[4..36], word, "{kind} {shape:?}");
    }
    set_good(&world, 2, stairs);
    set_good(&world, 3, scaled);
    // The slowest that volatility can make it must reach the cusp in time: 0.004 % a second takes 5579 seconds.
    let error = set(
        &world,
        3,
        [WAD_U64, 0, 40_000_000_000_000, CAP],
        percent(102),
        percent(80),
    );
    assert_eq!(
        error.unwrap_err()[..4],
        Interface::ParameterOutOfBounds::SELECTOR
    );
}

// DESIGN 5: `cusp·buffer < 1 − backstopDiscount`: before it needs a reset, a price comes to where the fund takes the lot.
#[motsu::test]
fn the_price_at_the_cusp_is_under_the_backstops() {
    let world = World::new(Kind::Linear);
    let scaled = [WAD_U64, 0, 4 * FLOOR, CAP];
    let discount = |wad: u64| world.vault.sender(OWNER).backstop_discount.set(number(wad));
    let refused = |buffer: u64, cusp: u64| {
        let parameter = alloy_primitives::B256::right_padding_from(b"cusp");
        assert_eq!(
            set(&world, 3, scaled, buffer, cusp).unwrap_err(),
            Interface::ParameterOutOfBounds {
                parameter,
                value: number(cusp)
            }
            .abi_encode()
        );
    };
    discount(percent(5));
    // 1.25 · 0.76 = 0.95
    refused(percent(125), percent(76));
    set(&world, 3, scaled, percent(125), percent(76) - 1).unwrap();
    refused(percent(125) + 1, percent(76));
    discount(0);
    set(&world, 3, scaled, percent(125), percent(76)).unwrap();
    refused(percent(125), percent(80));
    // No vault's answer, no curve.
    world.vault.sender(OWNER).failure.set(U256::from(5).to());
    let module = world.vault.address();
    assert_eq!(
        set(&world, 3, scaled, percent(125), percent(76)).unwrap_err(),
        Interface::InvalidAnswer { module }.abi_encode()
    );
}
