//! Liquidation ahead of need: the predictive zone of those who opted in, and that of auto-deleveraging.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::{fund::IInsuranceFund, vault::IVault};
use motsu::prelude::*;

use crate::common::{
    assert_refused, id, lender, n, percent, ratio_down, ratio_up, Error, Market, CAP_PERIOD, ETHER,
    UNCAPPED, WAD,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const KEEPER: Address = Address::repeat_byte(0xee);
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// Volatility is 80 % a year: a week's deviation is 11 %. The zone is one deviation wide, B·0.895 < D ≤ B.
fn rules(soft: u64, predictive_cap: U256) -> IVault::setMarginCall {
    IVault::setMarginCall {
        openingDeviations: percent(200),
        openingHorizon: U256::from(7 * DAY),
        thresholdDeviations: U256::ZERO,
        thresholdHorizon: U256::ZERO,
        softDeviations: percent(soft),
        softPenalty: percent(1) / n(2),
        slew: percent(1),
        volatilityMin: U256::ZERO,
        predictiveCap: predictive_cap,
    }
}

/// Ten ether at 1,750, in the zone: D = 12,800, B = 14,000.
fn in_the_zone(predictive_cap: U256) -> (Market, B256) {
    let market = Market::with(6, &[ETHER]);
    market.lend(lender(), market.usd(100_000));
    market.set_risk(125, 500, 100, 5, 0);
    market.admin(rules(100, predictive_cap));
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(12_800));
    market.set_price(0, 1_750);
    (market, account)
}

fn opt_in(market: &Market, account: B256, enabled: bool) {
    market.run(ALICE, IVault::setPredictiveCall { account, enabled });
}

fn zone(market: &Market, account: B256) -> IVault::predictiveOfReturn {
    market.view(IVault::predictiveOfCall { account })
}

#[track_caller]
fn assert_healthy(result: Result<U256, Error>) {
    assert!(
        matches!(result, Err(Error::AccountHealthy(_))),
        "{result:?}"
    );
}

#[motsu::test]
fn who_opted_in_is_liquidated_ahead_of_need_at_the_soft_penalty_once() {
    // L1, L3, L4
    let (market, account) = in_the_zone(UNCAPPED);
    let before = market.health(account);
    assert!(before.debt <= before.capacity);
    // Not without the owner's word.
    assert_eq!(zone(&market, account).limit, before.capacity);
    assert_healthy(market.liquidate(KEEPER, account, 0));
    opt_in(&market, account, true);
    let soft = zone(&market, account);
    assert!(soft.limit < before.debt && soft.targetHealth < percent(112));
    let view = market.view(IVault::accountViewCall { account });
    assert_eq!(view.predictiveLimit, soft.limit);
    assert_eq!(view.predictiveTarget, soft.targetHealth);
    assert!(view.predictive);
    let check = market.check(account, 0);
    assert!(check.succeeds && !check.closing);
    let id = market.liquidate(KEEPER, account, 0).expect("in the zone");
    assert!(!id.is_zero());
    let event = market.events::<IVault::Liquidated>().pop().unwrap();
    assert_eq!((event.debt, event.lot), (check.debt, check.lot));
    assert_eq!((event.penalty, event.reward), (check.penalty, check.reward));
    // Half a per cent, rounded up: less than the least penalty.
    assert_eq!(event.penalty, ratio_up(event.debt, n(5), n(1_000)));
    // x = (H·D − B)/(H − λ·k) with λ·k = 0.9333
    let missing = ratio_up(soft.targetHealth, before.debt, WAD) - before.capacity;
    let gap = soft.targetHealth - ratio_down(percent(80) * n(105), n(1), n(90));
    let expected = ratio_up(missing, WAD, gap);
    assert!(
        event.debt.abs_diff(expected) <= n(10),
        "{} {expected}",
        event.debt
    );
    let after = market.health(account);
    assert!(after.healthFactor > before.healthFactor);
    assert!(after.healthFactor.abs_diff(soft.targetHealth) < n(10_000_000_000));
    // Nothing more on a second call.
    assert!(!market.check(account, 0).succeeds);
    assert_healthy(market.liquidate(KEEPER, account, 0));
}

#[motsu::test]
fn at_the_zones_edge_nothing_is_sold() {
    // L1: from outside to inside by a cent of the price, the first lot is the least lot.
    let (market, account) = in_the_zone(UNCAPPED);
    opt_in(&market, account, true);
    for (outside, cents) in (175_000_u64..179_500).rev().step_by(25).enumerate() {
        market.set_answer(0, n(u128::from(cents)) * n(1_000_000));
        let (health, limit) = (market.health(account), zone(&market, account).limit);
        let check = market.check(account, 0);
        if check.succeeds {
            assert!(health.debt > limit);
            assert!(check.debt >= market.usd(100) && check.debt < market.usd(120));
            assert!(outside > 5);
            return;
        }
    }
    panic!("never in the zone");
}

#[motsu::test]
fn an_owner_or_operator_opts_in_and_out() {
    let (market, account) = in_the_zone(UNCAPPED);
    let call = IVault::setPredictiveCall {
        account,
        enabled: true,
    };
    assert_refused(
        market.call(KEEPER, call.clone()),
        IVault::NotAuthorized { caller: KEEPER },
    );
    market.run(
        ALICE,
        IVault::setOperatorCall {
            operator: KEEPER,
            approved: true,
        },
    );
    market.run(KEEPER, call);
    assert!(market.check(account, 0).succeeds);
    opt_in(&market, account, false);
    assert_healthy(market.liquidate(KEEPER, account, 0));
}

#[motsu::test]
fn lots_ahead_of_need_have_a_cap_on_their_flow() {
    let market = in_the_zone(U256::ZERO);
    let (market, account) = market;
    opt_in(&market, account, true);
    // No cap, no lots.
    assert!(matches!(
        market.liquidate(KEEPER, account, 0),
        Err(Error::NoRoom(_))
    ));
    market.admin(rules(100, market.usd(300)));
    market.liquidate(KEEPER, account, 0).expect("room for 300");
    let event = market.events::<IVault::Liquidated>().pop().unwrap();
    assert_eq!(event.debt, market.usd(300));
    assert!(matches!(
        market.liquidate(KEEPER, account, 0),
        Err(Error::NoRoom(_))
    ));
    // Room comes back by time, sold or not.
    market.pass(CAP_PERIOD / 2);
    market.set_price(0, 1_750);
    market.liquidate(KEEPER, account, 0).expect("half of it");
    let event = market.events::<IVault::Liquidated>().pop().unwrap();
    assert_eq!(event.debt, market.usd(150));
    // An unhealthy account is none of its business.
    market.set_price(0, 1_450);
    market.liquidate(KEEPER, account, 0).expect("unhealthy");
    let event = market.events::<IVault::Liquidated>().pop().unwrap();
    assert!(event.debt > market.usd(1_000));
}

#[motsu::test]
fn an_unhealthy_account_pays_the_full_penalty_whether_it_opted_in_or_not() {
    let (market, account) = in_the_zone(UNCAPPED);
    opt_in(&market, account, true);
    market.set_price(0, 1_590);
    let check = market.check(account, 0);
    assert!(check.succeeds);
    assert!(check.penalty >= ratio_down(check.debt, n(1), n(100)));
}

fn target(market: &Market, assets: u128) {
    market.admin(IVault::setFundTargetCall {
        target: market.usd(assets),
    });
}

fn update(market: &Market) -> u64 {
    market
        .run(KEEPER, IVault::updateDeleveragingCall {})
        .to::<u64>()
}

#[motsu::test]
fn deleveraging_is_armed_by_a_call_in_force_twelve_hours_later_and_ended_by_a_call() {
    let (market, account) = in_the_zone(UNCAPPED);
    // Off, and never before the fund first met its target.
    assert_eq!(update(&market), 0);
    target(&market, 1_000);
    assert_eq!(update(&market), 0);
    market.endow_fund(market.usd(2_000));
    assert_eq!(update(&market), 0);
    assert!(market.view(IVault::deleveragingCall {}).wasMet);
    // The cover is a fifth of the target.
    target(&market, 10_000);
    let now = VM::context().block_timestamp();
    let from = update(&market);
    assert_eq!(from, now + 12 * HOUR);
    let event = market.events::<IVault::DeleveragingSet>().pop().unwrap();
    assert_eq!(event.from, U256::from(from));
    let (view, state) = (
        market.view(IVault::marketViewCall {}),
        market.view(IVault::deleveragingCall {}),
    );
    assert_eq!(
        (view.fundTarget, view.fundCover),
        (state.target, state.cover)
    );
    assert_eq!(view.deleveragingFrom, U256::from(from));
    assert_eq!(view.predictiveCap, UNCAPPED);
    // Armed once: a second call changes nothing.
    market.pass(HOUR);
    assert_eq!(update(&market), from);
    market.pass(11 * HOUR - 1);
    market.set_price(0, 1_700);
    assert_healthy(market.liquidate(KEEPER, account, 0));
    market.pass(1);
    // The zone is four fifths of a deviation wide, for everybody: a little less, since the cover earns interest.
    let (own, all) = (id(ALICE, 7), zone(&market, account));
    let capacity = market.health(account).capacity;
    let width = 0.8 * 0.8 * (7.0_f64 / 365.0).sqrt();
    let expected = 13_600.0 * (-width).exp();
    let limit = all.limit.to::<u64>() as f64 / 1e6;
    assert!((limit - expected).abs() < 5.0, "{limit} {expected}");
    assert!(capacity > all.limit && zone(&market, own).limit.is_zero());
    market.liquidate(KEEPER, account, 0).expect("in force");
    // Met again: nothing is in its zone any more, and a call ends it.
    market.endow_fund(market.usd(9_000));
    assert_eq!(
        zone(&market, account).limit,
        market.health(account).capacity
    );
    assert_eq!(update(&market), 0);
    let event = market.events::<IVault::DeleveragingSet>().pop().unwrap();
    assert_eq!(event.from, U256::ZERO);
    assert!(event.cover >= event.target);
}

#[motsu::test]
fn the_funds_target_is_the_owners_to_set_within_its_word() {
    let (market, _) = in_the_zone(UNCAPPED);
    let call = |target| IVault::setFundTargetCall { target };
    assert_refused(
        market.call(ALICE, call(n(1))),
        IVault::NotAuthorized { caller: ALICE },
    );
    let value = n(u128::MAX) + n(1);
    let result = market.call(crate::common::owner(), call(value));
    assert!(
        matches!(&result, Err(Error::ParameterOutOfBounds(error)) if error.value == value),
        "{result:?}"
    );
    market.admin(call(n(u128::MAX)));
    let event = market.events::<IVault::FundTargetSet>().pop().unwrap();
    assert_eq!(event.target, n(u128::MAX));
}

/// Deleveraging that may be armed: the fund met its target once, and is `missing` dollars under it now.
fn market_with_target(missing: u128) -> (Market, B256) {
    let (market, account) = in_the_zone(UNCAPPED);
    market.endow_fund(market.usd(10_000));
    target(&market, 10_000);
    assert_eq!(update(&market), 0);
    assert!(market.view(IVault::deleveragingCall {}).wasMet);
    target(&market, 10_000 + missing);
    (market, account)
}

#[motsu::test]
fn no_loan_deposit_or_withdrawal_of_a_moment_arms_deleveraging_or_meets_the_target() {
    let (market, _) = market_with_target(0);
    let attacker = Address::repeat_byte(0x66);
    // All the money in the world, in and out, lent and borrowed: the cover is the fund's shares at a price that it does not move.
    let assets = market.usd(50_000_000);
    let shares = market.lend(attacker, assets);
    assert_eq!(update(&market), 0);
    let account = market.open(attacker, &[(0, 100_000_000)], U256::ZERO);
    let cash = market.books().cash;
    market.borrow(attacker, account, cash).expect("all of it");
    assert_eq!(update(&market), 0);
    market.give(attacker, cash * n(2));
    let call = IVault::repayCall {
        account,
        assets: U256::MAX,
    };
    market.run(attacker, call);
    assert_eq!(update(&market), 0);
    let call = IVault::redeemCall {
        shares,
        receiver: attacker,
        owner: attacker,
    };
    market.run(attacker, call);
    assert_eq!(update(&market), 0);
    // Nor does a stake of a moment meet a target: it stays for the cool-down.
    let (market, _) = in_the_zone(UNCAPPED);
    target(&market, 10_000);
    let shares = crate::inventory::stake(&market, attacker, market.usd(10_001));
    let call = IInsuranceFund::redeemCall {
        shares,
        receiver: attacker,
        controller: attacker,
    };
    market.fund_call(attacker, call).expect_err("no request");
}

#[motsu::test]
fn deleveraging_armed_in_a_dip_that_is_over_harms_nobody() {
    let (market, account) = market_with_target(10_000);
    assert_ne!(update(&market), 0);
    // The cover comes back, and nobody says so: the zone is as wide as what the cover lacks, and that is nothing.
    market.endow_fund(market.usd(11_000));
    market.pass(13 * HOUR);
    assert_ne!(
        market.view(IVault::deleveragingCall {}).from,
        U256::ZERO,
        "still armed"
    );
    let capacity = market.health(account).capacity;
    assert_eq!(zone(&market, account).limit, capacity);
    assert_healthy(market.liquidate(KEEPER, account, 0));
    assert_eq!(market.waterfall().deleveragingWidth, U256::ZERO);
}

#[motsu::test]
fn deleveraging_takes_the_riskiest_first_by_construction() {
    let (market, risky) = market_with_target(10_000);
    let bob = Address::repeat_byte(0xb0);
    let calm = market.open(bob, &[(0, 10_000)], market.usd(11_000));
    update(&market);
    market.pass(13 * HOUR);
    market.set_price(0, 1_750);
    // Half a deviation: the zone begins at 0.95 of the capacity for both, and grows as more cover is missing.
    let width = market.waterfall().deleveragingWidth;
    assert!(width > percent(45) && width < percent(50), "{width}");
    let ratio = |account| {
        let health = market.health(account);
        (health.debt * n(1_000) / health.capacity, health)
    };
    assert!(ratio(risky).0 > ratio(calm).0);
    assert_healthy(market.liquidate(KEEPER, calm, 0));
    market.set_price(0, 1_700);
    market.liquidate(KEEPER, risky, 0).expect("in the zone");
    assert_healthy(market.liquidate(KEEPER, calm, 0));
}
