//! From a fall of the price to a claim that is paid.

use alloy_sol_types::SolValue;
use breakwater_tests::{
    external::IFlashTaker,
    interfaces::{auction::ILiquidationAuction, fund::IInsuranceFund, vault::IVault},
    invariants, DOLLAR, U256, WAD,
};

use crate::common::{
    create, deployed, fund, funded, milli_ether, open_exchange, provide, stable, ten_ether_account,
    IAtomicLiquidator,
};

#[test]
fn a_lot_is_sold_in_three_parts_the_last_to_a_contract_without_capital() {
    let mut suite = funded();
    let (owner, account) = ten_ether_account(&mut suite);
    let (keeper, bidder) = (suite.user("keeper"), suite.user("bidder"));
    let (weth, modules) = (suite.weth(), suite.modules);
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    open_exchange(&mut suite, stable(100_000));

    // L4: the view says what the verb does, to the unit.
    let before = suite.health(account).unwrap();
    assert!(before.debt > before.capacity);
    let expected = suite.check_liquidation(account, weth).unwrap();
    assert!(expected.succeeds && !expected.closing);
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let liquidated = &suite.events::<IVault::Liquidated>(modules.vault)[0].event;
    assert_eq!(liquidated.debt, expected.debt);
    assert_eq!(liquidated.lot, expected.lot);
    assert_eq!(liquidated.penalty, expected.penalty);
    assert_eq!(liquidated.reward, expected.reward);
    assert_eq!(liquidated.debtBefore, before.debt);
    assert_eq!(liquidated.capacityBefore, before.capacity);
    assert_eq!(liquidated.auctionId, id);
    assert_eq!(suite.debt(account).unwrap(), before.debt - expected.debt);
    let claim = suite.claim(account).unwrap();
    assert_eq!(claim.carrying, expected.debt + expected.reward);
    assert_eq!(claim.penalty, expected.penalty - expected.reward);
    let status = suite.auction_status(id).unwrap();
    assert_eq!(status.lot, expected.lot);
    assert_eq!(status.tab, expected.debt + expected.penalty);
    // The keeper is paid in shares at once (to the rounding of a share's worth).
    let reward = suite.balance_of(modules.vault, keeper).unwrap();
    let call = IVault::convertToAssetsCall { shares: reward };
    let reward = suite.view(modules.vault, &call).unwrap();
    assert!(expected.reward - reward <= U256::from(1));
    // L3: the account is healthier at once, and its owner can take nothing out while the claim is open.
    let during = suite.health(account).unwrap();
    assert!(during.healthFactor > before.healthFactor);
    let failure = suite.borrow(owner, account, stable(1)).unwrap_err();
    assert!(failure.is::<IVault::ClaimOpen>(), "{failure}");
    invariants::check_all(&mut suite).unwrap();

    // The price falls from 2 % over the oracle's.
    let oracle = suite.price(weth).unwrap();
    let top = suite.auction_status(id).unwrap().price;
    assert_eq!(top, oracle * U256::from(102) / U256::from(100));
    suite.pass(60).unwrap();
    let first = suite.quote(id, U256::MAX).unwrap().price;
    assert!(first < top);
    provide(&mut suite, bidder, stable(10_000));
    let part = status.lot / U256::from(4);
    for _ in 0..2 {
        let quoted = suite.quote(id, part).unwrap();
        let (taken, _) = suite.take(bidder, id, part, U256::MAX).unwrap();
        assert_eq!(
            (taken.lotTaken, taken.paid),
            (quoted.lotTaken, quoted.payment)
        );
        assert_eq!(taken.lotTaken, part);
        invariants::check_all(&mut suite).unwrap();
        suite.pass(90).unwrap();
    }
    assert_eq!(suite.balance_of(weth, bidder).unwrap(), part + part);

    // 240 s after the start the price is under the market's: a contract without any money takes the rest and keeps the profit.
    let arguments = (modules.auction, suite.exchange).abi_encode_params();
    let flash_owner = suite.user("flash owner");
    let taker = create(&mut suite, flash_owner, "FlashTaker", &arguments);
    let run = IFlashTaker::runCall {
        id,
        maxLot: U256::MAX,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        minProfit: U256::from(1),
    };
    let fund_before = suite.balance_of(modules.vault, modules.fund).unwrap();
    let (profit, _) = suite.send(flash_owner, taker, &run).unwrap();
    let asset = suite.asset;
    assert_eq!(suite.balance_of(asset, taker).unwrap(), profit);
    assert_eq!(suite.balance_of(weth, taker).unwrap(), U256::ZERO);

    // The claim is paid, penalty is in the fund, the surplus is the account's again.
    assert!(suite.active_auctions().unwrap().is_empty());
    let claim = suite.claim(account).unwrap();
    assert_eq!((claim.carrying, claim.penalty), (U256::ZERO, U256::ZERO));
    let paid = suite.events::<ILiquidationAuction::Taken>(modules.auction);
    assert_eq!(paid.len(), 3);
    let total = paid
        .iter()
        .fold(U256::ZERO, |sum, take| sum + take.event.paid);
    assert_eq!(total, expected.debt + expected.penalty);
    let penalties = suite.events::<IVault::ClaimPaid>(modules.vault);
    let penalties = penalties
        .iter()
        .fold(U256::ZERO, |sum, found| sum + found.event.penalty);
    assert_eq!(penalties, expected.penalty - expected.reward);
    assert_eq!(suite.market().unwrap().fundCash, penalties);
    suite
        .send(keeper, modules.vault, &IVault::mintReserveCall {})
        .unwrap();
    let fund_gain = suite.balance_of(modules.vault, modules.fund).unwrap() - fund_before;
    assert!(!fund_gain.is_zero());
    let sold = paid
        .iter()
        .fold(U256::ZERO, |sum, take| sum + take.event.lotTaken);
    let held = suite.collateral_of(account, weth).unwrap();
    assert_eq!(held.free, milli_ether(10_000) - sold);
    assert_eq!(held.inLots, U256::ZERO);
    assert!(sold < expected.lot);
    // L3 again, and the target is reached.
    let after = suite.health(account).unwrap();
    assert!(after.healthFactor > U256::from(WAD) && after.healthFactor >= during.healthFactor);
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let failure = suite.liquidate(keeper, account, weth).unwrap_err();
    assert!(failure.is::<IVault::AccountHealthy>(), "{failure}");
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn one_transaction_liquidates_takes_sells_and_pays_without_capital_and_keeps_what_is_left() {
    let mut suite = deployed(|config| {
        // From 3 % under the oracle's price on: the first moment pays.
        config.weth.curve.buffer = WAD / 100 * 97;
    });
    fund(&mut suite, 5_000);
    let (_, account) = ten_ether_account(&mut suite);
    let (weth, modules, exchange) = (suite.weth(), suite.modules, suite.exchange);
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    open_exchange(&mut suite, stable(100_000));
    let keeper = suite.user("keeper");
    let arguments = (modules.vault, exchange).abi_encode_params();
    let router = create(&mut suite, keeper, "AtomicLiquidator", &arguments);
    let expected = suite.check_liquidation(account, weth).unwrap();
    let asset = suite.asset;
    for minimum in [stable(1_000_000), U256::from(1)] {
        let call = IAtomicLiquidator::liquidateCall {
            account,
            token: weth,
            minProfit: minimum,
        };
        // Too greedy, and nothing has happened.
        if minimum != U256::from(1) {
            suite.send(keeper, router, &call).unwrap_err();
            assert!(suite.active_auctions().unwrap().is_empty());
            assert_eq!(suite.check_liquidation(account, weth).unwrap(), expected);
            continue;
        }
        let (answer, receipt) = suite.send(keeper, router, &call).unwrap();
        assert_eq!(suite.balance_of(asset, keeper).unwrap(), answer.profit);
        assert_eq!(
            suite.balance_of(modules.vault, keeper).unwrap(),
            answer.reward
        );
        println!("liquidate, take, sell and pay: {} gas", receipt.gas_used);
        // Bought at 97 % and sold at 100 % of the price: 3/97 of the tab, but for rounding.
        let tab = expected.debt + expected.penalty;
        let gain = tab * U256::from(3) / U256::from(97);
        assert!(
            answer.profit.abs_diff(gain) <= U256::from(2),
            "{} of {gain}",
            answer.profit
        );
        assert!(!answer.reward.is_zero());
    }
    for token in [asset, weth, modules.vault] {
        assert_eq!(suite.balance_of(token, router).unwrap(), U256::ZERO);
    }
    assert!(suite.active_auctions().unwrap().is_empty());
    assert!(suite.health(account).unwrap().healthFactor > U256::from(WAD));
    let claim = suite.claim(account).unwrap();
    assert_eq!(claim.carrying + claim.penalty, U256::ZERO);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn an_auction_that_nobody_takes_is_reset_and_starts_from_the_new_price() {
    let mut suite = funded();
    let (_, account) = ten_ether_account(&mut suite);
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let failure = suite.reset(keeper, id).unwrap_err();
    assert!(
        failure.is::<ILiquidationAuction::ResetNotNeeded>(),
        "{failure}"
    );
    suite.pass(46 * 60).unwrap();
    provide(&mut suite, keeper, stable(10_000));
    let failure = suite.take(keeper, id, U256::MAX, U256::MAX).unwrap_err();
    assert!(failure.is::<ILiquidationAuction::NeedsReset>(), "{failure}");
    suite.set_price(weth, 170 * DOLLAR).unwrap();
    suite.reset(keeper, id).unwrap();
    let oracle = suite.price(weth).unwrap();
    let price = suite.auction_status(id).unwrap().price;
    assert_eq!(price, oracle * U256::from(102) / U256::from(100));
    suite.take(keeper, id, U256::MAX, U256::MAX).unwrap();
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn an_owner_who_pays_his_claim_gets_the_lot_back_through_close() {
    let mut suite = funded();
    let (owner, account) = ten_ether_account(&mut suite);
    let (weth, keeper, modules) = (suite.weth(), suite.user("keeper"), suite.modules);
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let close = ILiquidationAuction::closeCall { id };
    let failure = suite.send(keeper, modules.auction, &close).unwrap_err();
    assert!(
        failure.is::<ILiquidationAuction::ClaimNotPaid>(),
        "{failure}"
    );
    let claim = suite.claim(account).unwrap();
    provide(&mut suite, owner, stable(1_000));
    let call = IVault::repayClaimCall {
        account,
        assets: U256::MAX,
    };
    let (paid, _) = suite.send(owner, modules.vault, &call).unwrap();
    assert_eq!(paid, claim.carrying + claim.penalty);
    // Nothing is sold for a claim that is paid.
    provide(&mut suite, keeper, stable(1_000));
    let failure = suite.take(keeper, id, U256::MAX, U256::MAX).unwrap_err();
    assert!(
        failure.is::<ILiquidationAuction::NothingOwed>(),
        "{failure}"
    );
    suite.send(keeper, modules.auction, &close).unwrap();
    let held = suite.collateral_of(account, weth).unwrap();
    assert_eq!((held.free, held.inLots), (milli_ether(10_000), U256::ZERO));
    let fund_shares = suite
        .view(modules.fund, &IInsuranceFund::totalAssetsCall {})
        .unwrap();
    assert_eq!(
        fund_shares,
        suite.balance_of(modules.vault, modules.fund).unwrap()
    );
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn within_the_cool_off_a_solvent_account_is_left_alone() {
    let mut suite = funded();
    let owner = suite.user("owner");
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    let account = suite
        .open_position(owner, 0, &[(weth, milli_ether(10_000))], stable(1_490))
        .unwrap();
    let opened = suite.now();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let failure = suite.liquidate(keeper, account, weth).unwrap_err();
    let cool_off: IVault::CoolOff = failure.as_error().unwrap();
    assert_eq!(cool_off.until, U256::from(opened + suite.config.cool_off));
    // L4 with a refusal: the view names the same error.
    let expected = suite.check_liquidation(account, weth).unwrap();
    assert!(!expected.succeeds);
    assert_eq!(expected.reason.as_slice(), &failure.data[..4]);
    suite.pass_until(opened + suite.config.cool_off).unwrap();
    suite.liquidate(keeper, account, weth).unwrap();
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn an_account_that_opted_in_is_sold_ahead_of_need_in_an_auction_like_any_other() {
    let mut suite = funded();
    let (owner, account) = ten_ether_account(&mut suite);
    let (keeper, bidder) = (suite.user("keeper"), suite.user("bidder"));
    let (weth, modules, admin) = (suite.weth(), suite.modules, suite.owner);
    // A week's deviation of 80 % a year or more: the zone begins at 1,433 of 1,600.
    let rules = IVault::setMarginCall {
        openingDeviations: U256::from(2 * WAD),
        openingHorizon: U256::from(7 * 86_400),
        thresholdDeviations: U256::ZERO,
        thresholdHorizon: U256::ZERO,
        softDeviations: U256::from(WAD),
        softPenalty: U256::from(WAD / 100),
        slew: U256::from(WAD / 100),
        volatilityMin: U256::from(WAD / 10 * 8),
        predictiveCap: stable(1_000),
    };
    suite.send(admin, modules.vault, &rules).unwrap();
    let before = suite.health(account).unwrap();
    assert!(before.debt <= before.capacity);
    let failure = suite.liquidate(keeper, account, weth).unwrap_err();
    assert!(failure.is::<IVault::AccountHealthy>(), "{failure}");
    let call = IVault::setPredictiveCall {
        account,
        enabled: true,
    };
    suite.send(owner, modules.vault, &call).unwrap();
    let call = IVault::predictiveOfCall { account };
    let zone = suite.view(modules.vault, &call).unwrap();
    assert!(zone.limit < before.debt);
    // L1, L3, L4
    let expected = suite.check_liquidation(account, weth).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let event = &suite.events::<IVault::Liquidated>(modules.vault)[0].event;
    assert_eq!((event.debt, event.lot), (expected.debt, expected.lot));
    assert_eq!(event.penalty, event.debt.div_ceil(U256::from(100)));
    let after = suite.health(account).unwrap();
    assert!(after.healthFactor > before.healthFactor);
    // Nothing more on a second call.
    let failure = suite.liquidate(keeper, account, weth).unwrap_err();
    assert!(failure.is::<IVault::AccountHealthy>(), "{failure}");
    suite.give(suite.asset, bidder, stable(10_000)).unwrap();
    suite.approve_vault(suite.asset, bidder).unwrap();
    suite.pass(200).unwrap();
    suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    assert!(suite.claim(account).unwrap().carrying.is_zero());
    invariants::check_all(&mut suite).unwrap();
    invariants::lenders_and_debts(&mut suite).unwrap();
}
