//! Margins: opening under volatility, thresholds that follow it, and the views of both.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::vault::IVault;
use breakwater_risk::value_at_risk;
use motsu::prelude::*;

use crate::common::{
    assert_refused, id, lender, n, owner, percent, ratio_down, Error, Market, Spec, BITCOIN, ETHER,
    UNCAPPED, WAD,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// Tokens' volatility is 80 % a year in these markets; the week's opening margin has two deviations.
fn rules() -> IVault::setMarginCall {
    IVault::setMarginCall {
        openingDeviations: percent(200),
        openingHorizon: U256::from(7 * DAY),
        thresholdDeviations: percent(150),
        thresholdHorizon: U256::from(DAY),
        softDeviations: percent(100),
        softPenalty: percent(1),
        slew: percent(1),
        volatilityMin: percent(20),
        predictiveCap: UNCAPPED,
    }
}

/// A collateral whose threshold may move from 60 % to 80 %.
fn moving(market: &Market, asset: usize, beta: u64) -> IVault::setCollateralCall {
    IVault::setCollateralCall {
        token: market.token(asset),
        borrowLtv: percent(55),
        thresholdMin: percent(60),
        thresholdMax: percent(80),
        penaltyMin: percent(1),
        penaltyMax: percent(5),
        lotBuffer: percent(10),
        beta: percent(beta),
        supplyCap: n(u128::MAX),
        roomCap: UNCAPPED,
    }
}

fn funded(specs: &[Spec]) -> Market {
    let market = Market::with(6, specs);
    market.lend(lender(), market.usd(1_000_000));
    market
}

fn threshold(market: &Market, asset: usize) -> U256 {
    let token = market.token(asset);
    let config = market.view(IVault::collateralConfigCall { token });
    config.liquidationThreshold
}

#[motsu::test]
fn opening_is_bounded_by_value_at_risk_to_the_unit() {
    let market = funded(&[ETHER]);
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    let by_ltv = market.health(account).borrowLimit;
    assert_eq!(by_ltv, market.usd(15_000));
    let mut rules = rules();
    rules.thresholdDeviations = U256::ZERO;
    market.admin(rules.clone());
    // B = 16,000; one token: its own volatility whatever its beta, but for the units it is rounded up by.
    let exponent = value_at_risk::exponent(percent(200), percent(80), 7 * DAY);
    let expected = value_at_risk::margin_limit(market.usd(16_000), exponent);
    let limit = market.health(account).borrowLimit;
    assert!(
        limit <= expected && expected - limit <= n(1),
        "{limit} {expected}"
    );
    // exp(−2·0.8·√(7/365)) is 0.80: about 12,820.
    assert!(
        limit > market.usd(12_800) && limit < market.usd(12_850),
        "{limit}"
    );
    assert!(matches!(
        market.borrow(ALICE, account, limit + n(1)),
        Err(Error::OpeningMarginExceeded(_))
    ));
    market.borrow(ALICE, account, limit).expect("the limit");
    // V2: nothing more, no collateral out either; the account is far from liquidation.
    let call = IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount: market.milli(0, 1),
        receiver: ALICE,
    };
    assert!(matches!(
        market.call(ALICE, call),
        Err(Error::OpeningMarginExceeded(_))
    ));
    let margin = market.view(IVault::marginOfCall { account });
    assert!(margin.volatility >= percent(80) && margin.volatility < percent(80) + n(20));
    // Opened at two deviations, two deviations away.
    let distance = U256::try_from(margin.distance).unwrap();
    assert!(
        distance.abs_diff(percent(200)) < n(1_000_000_000_000),
        "{distance}"
    );
    let lost = market.usd(16_000) - expected;
    assert!(margin.valueAtRisk.abs_diff(lost) <= n(2));
}

#[motsu::test]
fn tokens_that_do_not_move_together_bear_more_debt_than_one() {
    let one = funded(&[ETHER, BITCOIN]);
    let mut rules = rules();
    rules.thresholdDeviations = U256::ZERO;
    // Long enough that borrowLtv is not the lower bound.
    rules.openingHorizon = U256::from(30 * DAY);
    let limit = |betas: [u64; 2]| {
        for (asset, beta) in betas.into_iter().enumerate() {
            one.admin(moving(&one, asset, beta));
        }
        one.admin(rules.clone());
        let account = id(ALICE, 0);
        one.health(account).borrowLimit
    };
    one.open(ALICE, &[(0, 15_000), (1, 1_000)], U256::ZERO);
    let (together, apart) = (limit([100, 100]), limit([0, 0]));
    let halfway = limit([50, 50]);
    assert!(
        together < halfway && halfway < apart,
        "{together} {halfway} {apart}"
    );
}

#[motsu::test]
fn a_quiet_tokens_volatility_is_not_counted_below_its_least() {
    let market = funded(&[ETHER]);
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    let mut calm = rules();
    calm.thresholdDeviations = U256::ZERO;
    market.admin(calm.clone());
    let limit = market.health(account).borrowLimit;
    calm.volatilityMin = percent(300);
    market.admin(calm);
    assert!(market.health(account).borrowLimit < limit);
}

#[motsu::test]
fn a_threshold_follows_volatility_no_faster_than_slew_and_stops_at_its_target() {
    let market = funded(&[ETHER]);
    market.admin(moving(&market, 0, 50));
    market.admin(rules());
    let token = market.token(0);
    // The target: exp(−1.5·0.8·√(1/365))/k = 0.9391/1.1667 = 0.8050, above the most: nothing moves.
    assert_eq!(
        market.run(ALICE, IVault::updateMarginCall { token }),
        percent(80)
    );
    let mut wild = rules();
    wild.thresholdHorizon = U256::from(30 * DAY);
    market.admin(wild);
    // exp(−1.5·0.8·√(30/365))/k = 0.709/1.1667 = 0.6077.
    let target = market.view(IVault::marketViewCall {}).collaterals[0].thresholdTarget;
    assert!(target > percent(60) && target < percent(62), "{target}");
    // Incident 40: after any wait one call moves it by an hour's worth at most.
    market.pass(30 * DAY);
    market.run(ALICE, IVault::updateMarginCall { token });
    assert_eq!(threshold(&market, 0), percent(79));
    market.run(ALICE, IVault::updateMarginCall { token });
    assert_eq!(threshold(&market, 0), percent(79));
    market.pass(HOUR / 2);
    market.run(ALICE, IVault::updateMarginCall { token });
    assert_eq!(threshold(&market, 0), percent(79) - percent(1) / n(2));
    for _ in 0..30 {
        market.pass(HOUR);
        market.run(ALICE, IVault::updateMarginCall { token });
    }
    let there = threshold(&market, 0);
    assert!(
        there.abs_diff(target) < n(1_000_000_000),
        "{there} {target}"
    );
    // And back up, as slowly.
    market.admin(rules());
    market.pass(HOUR);
    market.run(ALICE, IVault::updateMarginCall { token });
    assert!(threshold(&market, 0) <= there + percent(1));
    let moved = market.events::<IVault::ThresholdMoved>();
    assert!(moved.len() > 20, "{}", moved.len());
}

#[motsu::test]
fn opening_is_on_the_lower_of_the_present_and_the_target_threshold() {
    let market = funded(&[ETHER]);
    let mut call = moving(&market, 0, 100);
    call.borrowLtv = percent(58);
    market.admin(call);
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    let mut wild = rules();
    wild.openingDeviations = U256::ZERO;
    wild.softDeviations = U256::ZERO;
    wild.thresholdHorizon = U256::from(60 * DAY);
    market.admin(wild);
    // Target at its least, 60 %; present 80 %: the limit is borrowLtv's, 58 % of 20,000.
    assert_eq!(market.health(account).borrowLimit, market.usd(11_600));
    assert_eq!(market.health(account).capacity, market.usd(16_000));
    let mut call = moving(&market, 0, 100);
    call.borrowLtv = percent(55);
    market.admin(call);
    assert_eq!(market.health(account).borrowLimit, market.usd(11_000));
}

#[motsu::test]
fn incident_40_a_cut_of_a_threshold_liquidates_nobody_at_once() {
    let market = funded(&[ETHER]);
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let mut call = moving(&market, 0, 50);
    call.thresholdMax = percent(60);
    market.admin(call);
    // V1
    assert_eq!(threshold(&market, 0), percent(80));
    assert!(matches!(
        market.liquidate(ALICE, account, 0),
        Err(Error::AccountHealthy(_))
    ));
    let token = market.token(0);
    for _ in 0..20 {
        market.pass(HOUR);
        market.run(ALICE, IVault::updateMarginCall { token });
    }
    assert_eq!(threshold(&market, 0), percent(60));
    assert!(market.liquidate(ALICE, account, 0).is_ok());
}

#[motsu::test]
fn a_threshold_does_not_move_without_a_good_price() {
    let market = funded(&[ETHER]);
    market.admin(moving(&market, 0, 50));
    market.assets[0].feed.sender(owner()).break_down(true);
    VM::context().increase_time(DAY);
    let token = market.token(0);
    assert!(matches!(
        market.call(ALICE, IVault::updateMarginCall { token }),
        Err(Error::PriceNotOk(_))
    ));
    let token = Address::repeat_byte(0x77);
    assert_refused(
        market.call(ALICE, IVault::updateMarginCall { token }),
        IVault::UnknownCollateral { token },
    );
}

#[motsu::test]
fn margin_rules_have_bounds() {
    let market = funded(&[ETHER]);
    let good = rules();
    assert!(market.call(owner(), good.clone()).is_ok());
    assert_refused(
        market.call(ALICE, good.clone()),
        IVault::NotAuthorized { caller: ALICE },
    );
    let change = |change: fn(&mut IVault::setMarginCall)| {
        let mut call = good.clone();
        change(&mut call);
        assert!(matches!(
            market.call(owner(), call),
            Err(Error::ParameterOutOfBounds(_))
        ));
    };
    change(|call| call.openingDeviations = percent(401));
    change(|call| call.openingHorizon = U256::from(91 * DAY));
    change(|call| call.thresholdDeviations = percent(401));
    change(|call| call.thresholdHorizon = U256::MAX);
    // Half a deviation between opening and predictive liquidation.
    change(|call| call.softDeviations = percent(151));
    change(|call| call.softPenalty = percent(11));
    change(|call| call.slew = U256::ZERO);
    change(|call| call.slew = percent(11));
    change(|call| call.volatilityMin = n(1));
    change(|call| call.predictiveCap = U256::MAX);
    let config = market.view(IVault::marginConfigCall {});
    assert_eq!(config.openingDeviations, good.openingDeviations);
    assert_eq!(config.thresholdHorizon, good.thresholdHorizon);
    assert_eq!(config.softDeviations, good.softDeviations);
    assert_eq!(
        (config.slew, config.volatilityMin),
        (good.slew, good.volatilityMin)
    );
    assert_eq!(config.predictiveCap, good.predictiveCap);
    let collateral = |change: fn(&mut IVault::setCollateralCall)| {
        let mut call = moving(&market, 0, 50);
        change(&mut call);
        assert!(matches!(
            market.call(owner(), call),
            Err(Error::ParameterOutOfBounds(_))
        ));
    };
    collateral(|call| call.thresholdMin = percent(81));
    // 98 % of the least threshold at most.
    collateral(|call| call.borrowLtv = percent(59));
    collateral(|call| call.beta = percent(101));
    collateral(|call| call.thresholdMax = percent(80) + n(1));
}

#[motsu::test]
fn one_call_says_everything_about_an_account_and_one_about_the_market() {
    let market = funded(&[ETHER, BITCOIN]);
    market.admin(rules());
    let account = market.open(ALICE, &[(0, 10_000), (1, 100)], market.usd(10_000));
    market.run(
        ALICE,
        IVault::setPredictiveCall {
            account,
            enabled: true,
        },
    );
    let view = market.view(IVault::accountViewCall { account });
    let health = market.health(account);
    let margin = market.view(IVault::marginOfCall { account });
    assert_eq!((view.debt, view.capacity), (health.debt, health.capacity));
    assert_eq!(
        (view.healthFactor, view.borrowLimit),
        (health.healthFactor, health.borrowLimit)
    );
    assert_eq!(
        (view.volatility, view.valueAtRisk),
        (margin.volatility, margin.valueAtRisk)
    );
    assert_eq!(view.distance, margin.distance);
    assert!(view.predictive && !view.closing);
    assert_eq!(view.lastRisk, U256::from(VM::context().block_timestamp()));
    let held: Vec<_> = view
        .holdings
        .iter()
        .map(|held| (held.token, held.free))
        .collect();
    let expected = [(0, 10_000), (1, 100)]
        .map(|(asset, milli)| (market.token(asset), market.milli(asset, milli)));
    assert_eq!(held, expected);
    assert_eq!(view.holdings[0].value, market.usd(20_000));
    assert_eq!(view.holdings[1].volatility, percent(80));

    let whole = market.view(IVault::marketViewCall {});
    let books = market.books();
    assert_eq!(
        (whole.pool.cash, whole.pool.borrowAssets),
        (books.cash, books.totalBorrowAssets)
    );
    assert_eq!(whole.pool.utilisation, books.utilisation);
    assert_eq!(whole.pool.totalAssets, market.total_assets());
    assert_eq!(whole.pool.totalSupply, market.total_shares());
    let risk = market.view(IVault::riskConfigCall {});
    assert_eq!(
        (whole.minDebt, whole.capPeriod),
        (risk.minDebt, risk.capPeriod)
    );
    assert_eq!(whole.collaterals.len(), 2);
    for (asset, view) in whole.collaterals.iter().enumerate() {
        let token = market.token(asset);
        let config = market.view(IVault::collateralConfigCall { token });
        assert_eq!((view.token, view.total), (token, config.total));
        assert_eq!(view.liquidationThreshold, config.liquidationThreshold);
        assert_eq!(view.status, U256::ZERO);
        assert!(!view.price.is_zero());
    }
    // While lots are for sale: claim and collateral in lots are in the account's view.
    market.set_price(0, 950);
    market.liquidate(ALICE, account, 0).expect("a lot");
    let view = market.view(IVault::accountViewCall { account });
    let claim = market.claim(account);
    assert_eq!(
        (view.carrying, view.penalty),
        (claim.carrying, claim.penalty)
    );
    assert!(!view.holdings[0].inLots.is_zero());
    assert_eq!(view.liveLots, n(1));
    let used = market.view(IVault::roomOfCall {
        token: market.token(0),
    });
    let whole = market.view(IVault::marketViewCall {});
    assert_eq!(whole.collaterals[0].roomUsed, used.live + used.decaying);
    let _scale = ratio_down(WAD, WAD, WAD);
}
