//! More rules of INCIDENTS.md, by number: markets, prices, parameters, extreme figures. The others are in `incidents.rs`.
//!
//! Of those that have no test here, 2, 36 are the auction's; 5, 6 the adapter's; 24, 25 the insurance fund's. 12 is 9 and 11
//! once more. 28 cannot occur: no loss is redistributed over accounts. 35: a liquidation asks the adapter for a sample and goes on
//! without; a caller who starves that call of gas keeps 1/64 of what it burnt, and the rest of a liquidation needs more than an adapter
//! can burn; prices come by a call that must succeed. 47 cannot occur: the rate is computed by the vault itself, by a total function.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::vault::IVault;
use motsu::prelude::*;

use crate::common::{
    assert_refused, lender, n, owner, percent, Error, Market, Spec, ETHER, UNCAPPED, YEAR,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const KEEPER: Address = Address::repeat_byte(0xee);

fn funded() -> Market {
    let market = Market::new();
    market.lend(lender(), market.usd(1_000_000));
    market
}

#[motsu::test]
fn incident_01_what_is_for_sale_at_once_is_capped() {
    let market = funded();
    market.configure(market.token(0), &ETHER, market.usd(1_000));
    let first = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let second = market.open(BOB, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    market.liquidate(KEEPER, first, 0).expect("room");
    let token = market.token(0);
    let room = market.view(IVault::roomOfCall { token });
    assert_eq!(room.live, market.usd(1_000));
    assert_refused(
        market.liquidate(KEEPER, second, 0),
        IVault::NoRoom {
            token,
            room: U256::ZERO,
        },
    );
}

#[motsu::test]
fn incident_03_a_price_that_is_not_good_liquidates_nobody() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    // The last good price makes it unhealthy; then the feed stands still.
    market.pass(600);
    market.set_price(0, 1_800);
    market.poke(0);
    VM::context().increase_time(8 * 86_400);
    let feed = &market.assets[0].feed;
    let refused = market.liquidate(KEEPER, account, 0);
    assert!(matches!(refused, Err(Error::PriceNotOk(_))), "{refused:?}");
    feed.sender(owner())
        .set(n(180_000_000_000), VM::context().block_timestamp());
    market.liquidate(KEEPER, account, 0).expect("a good price");
}

#[motsu::test]
fn incident_04_a_donation_is_nobodys_collateral_and_a_cap_bounds_what_counts() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    let before = market.health(account).borrowLimit;
    market.give_token(0, market.vault.address(), market.milli(0, 1_000_000));
    assert_eq!(market.health(account).borrowLimit, before);
    let token = market.token(0);
    let set = |cap| IVault::setCollateralCall {
        token,
        borrowLtv: percent(75),
        thresholdMin: percent(80),
        thresholdMax: percent(80),
        penaltyMin: percent(1),
        penaltyMax: percent(5),
        lotBuffer: percent(10),
        beta: percent(50),
        supplyCap: cap,
        roomCap: UNCAPPED,
    };
    market.admin(set(market.milli(0, 10_001)));
    market.put(ALICE, account, 0, market.milli(0, 1));
    market.give_token(0, BOB, n(1));
    let call = IVault::depositCollateralCall {
        account,
        token,
        amount: n(1),
    };
    assert!(matches!(
        market.call(BOB, call),
        Err(Error::CollateralCapExceeded(_))
    ));
}

#[motsu::test]
fn incident_07_parameters_that_belong_together_change_in_one_call_or_not_at_all() {
    let market = funded();
    let token = market.token(0);
    let config = || {
        let of = market.view(IVault::collateralConfigCall { token });
        (of.borrowLtv, of.thresholdMax, of.penaltyMax, of.roomCap)
    };
    let (before, risk) = (
        config(),
        market.view(IVault::riskConfigCall {}).targetHealth,
    );
    let call = IVault::setCollateralCall {
        token,
        borrowLtv: percent(60),
        thresholdMin: percent(70),
        thresholdMax: percent(70),
        penaltyMin: percent(1),
        penaltyMax: percent(5),
        lotBuffer: percent(10),
        beta: percent(101),
        supplyCap: n(1),
        roomCap: n(1),
    };
    assert!(market.call(owner(), call).is_err());
    assert_eq!(config(), before);
    // A discount above the lot buffers: none of the six is taken.
    let call = IVault::setRiskCall {
        targetHealth: percent(120),
        minDebt: market.usd(900),
        minLot: market.usd(900),
        backstopDiscount: percent(50),
        capPeriod: n(3_600),
        coolOff: U256::ZERO,
    };
    assert!(market.call(owner(), call).is_err());
    assert_eq!(market.view(IVault::riskConfigCall {}).targetHealth, risk);
    // At health 1 a small error of a price costs the least penalty.
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_874);
    let check = market.check(account, 0);
    let rate = check.penalty * n(10_000) / check.debt;
    assert!(check.succeeds && rate >= n(100) && rate < n(110), "{rate}");
}

#[motsu::test]
fn incident_15_what_is_for_sale_is_no_longer_collateral() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    market.liquidate(KEEPER, account, 0).expect("unhealthy");
    let (free, in_lots) = market.collateral(account, 0);
    assert!(!in_lots.is_zero() && free + in_lots == market.milli(0, 10_000));
    // Free collateral alone: v·λ at 1,800.
    let value = free * n(1_800) / n(1_000_000_000_000);
    let capacity = market.health(account).capacity;
    assert!(capacity.abs_diff(value * n(80) / n(100)) <= n(2));
    let call = IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount: n(1),
        receiver: ALICE,
    };
    assert_refused(market.call(ALICE, call), IVault::ClaimOpen { account });
}

#[motsu::test]
fn incident_16_views_are_refused_in_the_middle_of_a_call() {
    use alloy_sol_types::SolCall;
    let market = funded();
    let vault = market.vault.address();
    let view = IVault::totalAssetsCall {}.abi_encode();
    market.asset.sender(owner()).set_hook(vault, &view);
    market.lend(ALICE, market.usd(100));
    let (succeeded, answer) = market.asset.sender(owner()).hook_outcome();
    assert!(!succeeded, "{answer:02x?}");
}

#[motsu::test]
fn incident_18_selling_a_part_makes_no_bad_debt_of_a_sound_account() {
    // Debt 188 on 230 at 0.5 and 100 at 0.9, then the first token falls by half; times 100.
    let token = |threshold: u64| Spec {
        decimals: 18,
        price: 1,
        borrow_ltv: threshold - 2,
        threshold,
        penalty_min: 1,
        penalty_max: 5,
        lot_buffer: 5,
        has_curve: true,
    };
    let market = Market::with(6, &[token(50), token(90)]);
    market.lend(lender(), market.usd(100_000));
    let both = [(0, 23_000_000), (1, 10_000_000)];
    let account = market.open(ALICE, &both, market.usd(18_800));
    market.set_answer(0, n(49_999_999));
    assert!(matches!(
        market.liquidate(KEEPER, account, 1),
        Err(Error::HealthWouldNotImprove(_))
    ));
    let before = market.health(account);
    market.liquidate(KEEPER, account, 0).expect("it helps");
    let after = market.health(account);
    assert!(after.healthFactor > before.healthFactor && after.debt <= after.capacity);
    assert!(market.events::<IVault::ClosingStarted>().is_empty());
    assert!(market.events::<IVault::LossRecognised>().is_empty());
}

#[motsu::test]
fn incident_26_a_loss_of_almost_everything_leaves_the_funds_minimum_and_a_price() {
    let market = funded();
    market.endow_fund(market.usd(100));
    let minimum = market.shares(market.fund.address()) / n(1_000_000_000);
    market.admin(IVault::setFeesCall {
        reserveFactor: U256::ZERO,
        totalRoomCap: UNCAPPED,
        fundMinimum: minimum,
    });
    let account = market.open(ALICE, &[(0, 660_000)], market.usd(990_000));
    market.set_price(0, 10);
    market.liquidate(KEEPER, account, 0).expect("insolvent");
    assert_eq!(market.shares(market.fund.address()), minimum);
    assert!(!minimum.is_zero() && !market.share_price().is_zero());
    let loss = market.events::<IVault::LossRecognised>().pop().unwrap();
    assert_eq!(loss.covered + loss.shared, loss.loss);
    // The pool goes on.
    market.lend(BOB, market.usd(100));
}

#[motsu::test]
fn incident_27_the_greatest_figures_fit_and_one_more_is_refused_by_name() {
    let market = Market::with(24, &[ETHER]);
    let cap = n(u128::MAX / 4_000_000);
    let shares = market.lend(lender(), cap);
    assert_eq!(shares, cap * n(1_000_000));
    market.give(BOB, n(1));
    let call = IVault::depositCall {
        assets: n(1),
        receiver: BOB,
    };
    assert!(matches!(
        market.call(BOB, call),
        Err(Error::ERC4626ExceededMaxDeposit(_))
    ));
    assert_eq!(market.view(IVault::convertToAssetsCall { shares }), cap);
    let call = IVault::redeemCall {
        shares,
        receiver: lender(),
        owner: lender(),
    };
    assert_eq!(market.run(lender(), call), cap);
}

#[motsu::test]
fn incident_32_with_no_cash_left_collateral_is_still_sold_and_handed_over() {
    let market = Market::new();
    market.lend(lender(), market.usd(15_000));
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    assert!(market.books().cash.is_zero());
    market.set_price(0, 1_800);
    let auction = market.liquidate(KEEPER, account, 0).expect("unhealthy");
    let (lot, paid) = market.take(BOB, auction, U256::MAX).expect("a take");
    assert_eq!(market.token_wallet(0, BOB), lot);
    let books = market.books();
    assert_eq!(books.cash + books.fundCash, paid);
}

#[motsu::test]
fn incident_39_nobody_is_liquidated_in_the_moment_of_a_loan() {
    let market = funded();
    market.set_risk(110, 500, 100, 5, 60);
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let until = VM::context().block_timestamp() + 60;
    market.set_price(0, 1_800);
    assert_refused(
        market.liquidate(ALICE, account, 0),
        IVault::CoolOff {
            account,
            until: U256::from(until),
        },
    );
    market.pass(60);
    market.liquidate(ALICE, account, 0).expect("a minute later");
}

#[motsu::test]
fn incident_43_a_new_least_lot_counts_at_once() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    market.set_risk(110, 500, 400, 5, 0);
    assert_refused(
        market.liquidate_at_most(KEEPER, account, 0, market.usd(399)),
        IVault::BelowMinLot {
            debt: market.usd(399),
            minLot: market.usd(400),
        },
    );
    market.set_risk(110, 500, 100, 5, 0);
    market
        .liquidate_at_most(KEEPER, account, 0, market.usd(399))
        .expect("the old one again");
}

#[motsu::test]
fn incident_44_a_cap_is_passed_by_less_than_the_least_debt() {
    let market = funded();
    market.configure(market.token(0), &ETHER, market.usd(1_000));
    let account = market.open(ALICE, &[(0, 1_000)], market.usd(1_400));
    market.set_price(0, 1_700);
    market.liquidate(KEEPER, account, 0).expect("unhealthy");
    let token = market.token(0);
    let room = market.view(IVault::roomOfCall { token });
    let beyond = room.live - market.usd(1_000);
    assert!(beyond > U256::ZERO && beyond < market.usd(500), "{beyond}");
    // What was left would have been under the least debt: so nothing is.
    assert!(market.debt(account).is_zero());
}

#[motsu::test]
fn incident_46_no_gap_of_time_and_no_rate_stop_the_market() {
    let market = Market::new();
    market.lend(lender(), market.usd(15_000));
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    for _ in 0..10 {
        market.pass(100 * YEAR);
        market.run(BOB, IVault::accrueCall {});
    }
    let debt = market.debt(account);
    assert!(debt > market.usd(15_000));
    let total = market.total_assets();
    assert!(total >= market.usd(15_000));
    market.liquidate(KEEPER, account, 0).expect("insolvent");
    assert!(market.claim(account).closing);
    // Virtual borrow shares have earned, too: a share is dear, and a deposit large enough for one is taken.
    market.lend(BOB, market.usd(1_000_000));
}

#[motsu::test]
fn neither_dust_of_a_dead_token_nor_its_death_protects_or_harms_an_account() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000), (1, 1)], market.usd(15_000));
    let plain = market.open(BOB, &[(0, 10_000)], market.usd(15_000));
    market.kill_source(1);
    // Healthy still.
    assert!(matches!(
        market.liquidate(KEEPER, account, 0),
        Err(Error::AccountHealthy(_))
    ));
    // Unhealthy: liquidated like one without the dust.
    market.set_price(0, 1_800);
    assert!(matches!(
        market.liquidate(KEEPER, account, 1),
        Err(Error::PriceNotOk(_))
    ));
    let (with, without) = (market.check(account, 0), market.check(plain, 0));
    assert!(with.succeeds && without.succeeds && !with.closing);
    assert_eq!(with.lot, without.lot);
    market.liquidate(KEEPER, account, 0).expect("unhealthy");
    // Insolvent: put in closing, whatever became of the dust.
    market.set_price(0, 900);
    market.liquidate(KEEPER, account, 0).expect("insolvent");
    assert!(market.claim(account).closing);
}

#[motsu::test]
fn a_dead_token_counts_as_nothing_and_what_it_brings_later_is_recovered() {
    let market = funded();
    let account = market.open(ALICE, &[(1, 1_000)], market.usd(20_000));
    market.kill_source(1);
    market
        .liquidate(KEEPER, account, 1)
        .expect("nothing is left");
    let claim = market.claim(account);
    assert!(claim.closing && claim.carrying.is_zero());
    assert!(claim.writtenOff >= market.usd(20_000));
    market.assets[1].feed.sender(owner()).break_down(false);
    market.set_price(1, 30_000);
    let auction = market.liquidate(KEEPER, account, 1).expect("a price again");
    market.take(BOB, auction, U256::MAX).expect("a take");
    let recovered: U256 = market
        .events::<IVault::ClaimPaid>()
        .iter()
        .map(|paid| paid.recovered)
        .sum();
    assert!(recovered >= market.usd(20_000), "{recovered}");
    assert!(!market.claim(account).closing);
}
