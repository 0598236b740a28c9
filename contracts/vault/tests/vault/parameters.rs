//! The whole boundary of the parameters: the last value that is taken, and the first that is not, with the error that names it.
//! Those of `setMargin` and `setGuardian` are in `margin.rs` and `safety.rs`.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault;

use crate::common::{assert_refused, n, owner, percent, Market, UNCAPPED, WAD};

/// The least step of a ratio.
const STEP: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
const TOKEN: Address = Address::repeat_byte(0x70);

#[track_caller]
fn taken<C: SolCall>(market: &Market, call: C) {
    if let Err(error) = market.call(owner(), call).map(drop) {
        panic!("{}: {error:?}", C::SIGNATURE);
    }
}

#[track_caller]
fn refused<C: SolCall>(market: &Market, call: C, parameter: &str, value: U256) {
    let expected = IVault::ParameterOutOfBounds {
        parameter: B256::right_padding_from(parameter.as_bytes()),
        value,
    };
    assert_refused(market.call(owner(), call).map(drop), expected);
}

#[track_caller]
fn too_large<C: SolCall>(market: &Market, call: C, amount: U256) {
    let expected = IVault::AmountTooLarge { amount };
    assert_refused(market.call(owner(), call).map(drop), expected);
}

fn risk() -> IVault::setRiskCall {
    IVault::setRiskCall {
        targetHealth: percent(110),
        minDebt: n(500),
        minLot: n(100),
        backstopDiscount: percent(5),
        capPeriod: n(3_600),
        coolOff: n(0),
    }
}

#[motsu::test]
fn the_parameters_of_liquidation_have_bounds_on_both_sides() {
    let market = Market::bare(6, &[]);
    let mut call = risk();
    for value in [WAD + STEP, WAD * n(2)] {
        call.targetHealth = value;
        taken(&market, call.clone());
    }
    for value in [U256::ZERO, WAD, WAD * n(2) + STEP, WAD + n(1), U256::MAX] {
        call.targetHealth = value;
        refused(&market, call.clone(), "targetHealth", value);
    }
    let mut call = risk();
    (call.minLot, call.minDebt) = (n(1), n(1));
    taken(&market, call.clone());
    call.minLot = n(2);
    refused(&market, call.clone(), "minDebt", n(1));
    call.minLot = U256::ZERO;
    refused(&market, call.clone(), "minLot", U256::ZERO);
    // They share a word with the tip, and none of the three touches another.
    let (most_debt, most_lot) = (n((1 << 88) - 1), n((1 << 87) - 1));
    let tip = n(1 << 80);
    market.admin(IVault::setRewardCall { tip, chip: WAD });
    for (min_lot, min_debt) in [
        (n(1), most_debt),
        (most_lot, most_lot),
        (most_lot, most_debt),
    ] {
        (call.minLot, call.minDebt) = (min_lot, min_debt);
        taken(&market, call.clone());
        let kept = market.view(IVault::riskConfigCall {});
        assert_eq!((kept.minLot, kept.minDebt), (min_lot, min_debt));
        assert_eq!((kept.tip, kept.chip), (tip, WAD));
    }
    call.minDebt = most_debt + n(1);
    refused(&market, call.clone(), "minDebt", most_debt + n(1));
    (call.minLot, call.minDebt) = (most_lot + n(1), most_debt);
    refused(&market, call, "minLot", most_lot + n(1));
    let mut call = risk();
    for value in [U256::ZERO, WAD - STEP] {
        call.backstopDiscount = value;
        taken(&market, call.clone());
    }
    for value in [WAD, n(1), U256::MAX] {
        call.backstopDiscount = value;
        refused(&market, call.clone(), "backstopDiscount", value);
    }
    let mut call = risk();
    for value in [60, 30 * 86_400] {
        call.capPeriod = n(value);
        taken(&market, call.clone());
    }
    for value in [n(59), n(30 * 86_400 + 1), U256::MAX] {
        call.capPeriod = value;
        refused(&market, call.clone(), "capPeriod", value);
    }
    let mut call = risk();
    call.coolOff = n(300);
    taken(&market, call.clone());
    for value in [n(301), U256::MAX] {
        call.coolOff = value;
        refused(&market, call.clone(), "coolOff", value);
    }
}

#[motsu::test]
fn rewards_fees_caps_and_the_funds_target_have_bounds() {
    let market = Market::bare(6, &[]);
    let (most, more) = (n(u128::MAX), n(u128::MAX) + n(1));
    let reward = |tip, chip| IVault::setRewardCall { tip, chip };
    let most_tip = n((1 << 81) - 1);
    taken(&market, reward(most_tip, WAD));
    for chip in [WAD + n(1), WAD + STEP, n(1)] {
        refused(&market, reward(n(0), chip), "chip", chip);
    }
    refused(
        &market,
        reward(most_tip + n(1), n(0)),
        "tip",
        most_tip + n(1),
    );
    let fees = |factor, cap, minimum| IVault::setFeesCall {
        reserveFactor: factor,
        totalRoomCap: cap,
        fundMinimum: minimum,
    };
    taken(&market, fees(percent(50), UNCAPPED, most));
    for value in [percent(50) + STEP, n(1), U256::MAX] {
        refused(&market, fees(value, n(0), n(0)), "reserveFactor", value);
    }
    let value = UNCAPPED + n(1);
    refused(&market, fees(n(0), value, n(0)), "totalRoomCap", value);
    too_large(&market, fees(n(0), n(0), more), more);
    let supply = |cap| IVault::setSupplyCapCall { supplyCap: cap };
    let cap = n(u128::MAX / 4_000_000);
    taken(&market, supply(cap));
    refused(&market, supply(cap + n(1)), "supplyCap", cap + n(1));
    let target = |target| IVault::setFundTargetCall { target };
    taken(&market, target(most));
    refused(&market, target(more), "fundTarget", more);
}

/// k = 1.05/0.9.
fn collateral() -> IVault::setCollateralCall {
    IVault::setCollateralCall {
        token: TOKEN,
        borrowLtv: percent(75),
        thresholdMin: percent(80),
        thresholdMax: percent(80),
        penaltyMin: percent(1),
        penaltyMax: percent(5),
        lotBuffer: percent(10),
        beta: percent(50),
        supplyCap: n(u128::MAX),
        roomCap: UNCAPPED,
    }
}

#[motsu::test]
fn the_parameters_of_a_collateral_have_bounds_on_both_sides() {
    let market = Market::bare(6, &[]);
    taken(&market, risk());
    // A debt of at most 98 % of the least threshold.
    let mut call = collateral();
    let edge = percent(80) * n(98) / n(100);
    call.borrowLtv = edge;
    taken(&market, call.clone());
    call.borrowLtv = U256::ZERO;
    taken(&market, call.clone());
    for value in [edge + STEP, n(1), percent(80), U256::MAX] {
        call.borrowLtv = value;
        refused(&market, call.clone(), "borrowLtv", value);
    }
    let mut call = collateral();
    call.thresholdMin = percent(80) + STEP;
    refused(&market, call.clone(), "thresholdMin", percent(80) + STEP);
    call.thresholdMin = percent(77);
    taken(&market, call);
    let mut call = collateral();
    call.penaltyMin = call.penaltyMax;
    taken(&market, call.clone());
    call.penaltyMin = call.penaltyMax + STEP;
    refused(&market, call.clone(), "penaltyMin", percent(5) + STEP);
    let mut call = collateral();
    for value in [U256::ZERO, WAD] {
        call.beta = value;
        taken(&market, call.clone());
    }
    for value in [WAD + STEP, n(1), U256::MAX] {
        call.beta = value;
        refused(&market, call.clone(), "beta", value);
    }
    // Not under the discount at which the fund takes lots; under 1.
    let mut call = collateral();
    call.lotBuffer = percent(5);
    taken(&market, call.clone());
    for value in [percent(5) - STEP, WAD, percent(10) + n(1), U256::MAX] {
        call.lotBuffer = value;
        refused(&market, call.clone(), "lotBuffer", value);
    }
    let mut call = collateral();
    for value in [UNCAPPED + n(1), U256::MAX] {
        call.roomCap = value;
        refused(&market, call.clone(), "roomCap", value);
    }
    let mut call = collateral();
    call.supplyCap = n(u128::MAX) + n(1);
    refused(&market, call.clone(), "supplyCap", n(u128::MAX) + n(1));
    (call.supplyCap, call.roomCap) = (U256::ZERO, U256::ZERO);
    taken(&market, call);
}

#[motsu::test]
fn a_threshold_keeps_its_distance_from_one_and_from_the_target_health() {
    // λ·k < 1: k = 1.05/0.9, so λ < 0.857142857142...
    let market = Market::bare(6, &[]);
    let mut call = risk();
    call.targetHealth = percent(102);
    taken(&market, call.clone());
    let mut edge = collateral();
    (edge.thresholdMin, edge.borrowLtv) = (percent(50), percent(40));
    edge.thresholdMax = n(857_142_857) * STEP;
    taken(&market, edge.clone());
    edge.thresholdMax += STEP;
    let value = edge.thresholdMax;
    refused(&market, edge.clone(), "thresholdMax", value);
    // H* − λ·k ≥ 2 %: with λ·k just under 1, 1.02 is the least target; less is refused from either side.
    call.targetHealth = percent(102) - STEP;
    edge.thresholdMax -= STEP;
    edge.token = Address::repeat_byte(0x71);
    taken(&market, edge);
    let value = call.targetHealth - STEP;
    call.targetHealth = value;
    refused(&market, call, "targetHealth", value);
}

#[motsu::test]
fn a_pause_lasts_at_most_three_days() {
    let market = Market::new();
    let pause = |verb, duration| IVault::pauseCall {
        verb: U256::from(verb),
        duration,
    };
    taken(&market, pause(0, n(3 * 86_400)));
    refused(&market, pause(1, U256::ZERO), "duration", U256::ZERO);
    let value = n(3 * 86_400 + 1);
    refused(&market, pause(1, value), "duration", value);
    refused(&market, pause(5, n(1)), "verb", n(5));
}
