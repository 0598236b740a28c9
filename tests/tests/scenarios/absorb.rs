//! Lots that nobody buys: the fund takes them, and pays with its vault shares.

use breakwater_fixed_point::{mul_div_down, WAD as ONE};
use breakwater_tests::{
    account_of,
    devnode::Receipt,
    interfaces::{
        auction::ILiquidationAuction, fund::IInsuranceFund, oracle::IOracleAdapter, vault::IVault,
    },
    invariants, Address, Failure, Suite, B256, DOLLAR, U256,
};

use crate::common::{funded, milli_ether, refused, stable, ten_ether_account};

/// Ether at 180 dollars, and a lot for sale.
fn lot_for_sale(suite: &mut Suite) -> (B256, U256) {
    let (_, account) = ten_ether_account(suite);
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    (account, id)
}

fn low_price(suite: &mut Suite, token: Address) -> U256 {
    let call = IOracleAdapter::quotesCall {
        tokens: vec![token],
    };
    suite.view(suite.modules.oracle, &call).unwrap()[0].low
}

/// The price at and under which the fund takes lots: the low one less 5 %.
fn limit(suite: &mut Suite, token: Address) -> U256 {
    let discount = U256::from(suite.config.backstop_discount);
    let low = low_price(suite, token);
    mul_div_down(low, ONE - discount, ONE).unwrap()
}

/// Waits until the auction's price is at the backstop.
fn wait_for_backstop(suite: &mut Suite, id: U256, token: Address) {
    while suite.auction_status(id).unwrap().price > limit(suite, token) {
        suite.pass(1).unwrap();
    }
}

fn absorb(suite: &mut Suite, id: U256, max_lot: U256) -> Result<(U256, U256, Receipt), Failure> {
    let (anybody, fund) = (suite.user("anybody"), suite.modules.fund);
    let call = IInsuranceFund::absorbCall {
        id,
        maxLot: max_lot,
    };
    let (answer, receipt) = suite.send(anybody, fund, &call)?;
    Ok((answer.lotTaken, answer.paid, receipt))
}

/// What the fund is worth at the oracle's low price: its vault shares, and its collateral.
fn worth(suite: &mut Suite, token: Address) -> U256 {
    let cover = suite
        .view(suite.modules.fund, &IInsuranceFund::coverCall {})
        .unwrap();
    let account = account_of(suite.modules.fund, 0);
    let held = suite.collateral_of(account, token).unwrap().free;
    let scale = U256::from(10).pow(U256::from(36));
    cover + mul_div_down(held, low_price(suite, token), scale).unwrap()
}

// F4, V5, A6
#[test]
fn what_nobody_buys_the_fund_takes_at_the_backstop_and_loses_nothing_by_it() {
    let mut suite = funded();
    let (account, id) = lot_for_sale(&mut suite);
    let (weth, modules) = (suite.weth(), suite.modules);
    let failure = absorb(&mut suite, id, U256::MAX).unwrap_err();
    let above: IVault::PriceAboveBackstop = failure.as_error().unwrap();
    assert_eq!(above.limit, limit(&mut suite, weth));
    assert_eq!(above.price, suite.auction_status(id).unwrap().price);
    wait_for_backstop(&mut suite, id, weth);

    let half = suite.auction_status(id).unwrap().lot / U256::from(2);
    for max_lot in [half, U256::MAX] {
        // The reserve is the fund's before it acts: minted here, or else by the absorption.
        let anybody = suite.user("anybody");
        suite
            .send(anybody, modules.vault, &IVault::mintReserveCall {})
            .unwrap();
        let quoted = suite.quote(id, max_lot).unwrap();
        let before = worth(&mut suite, weth);
        let cash = suite.market().unwrap().cash;
        let shares = suite.balance_of(modules.vault, modules.fund).unwrap();
        let price = invariants::share_price(&mut suite).unwrap();
        let (taken, paid, receipt) = absorb(&mut suite, id, max_lot).unwrap();
        println!("absorb: {} gas", receipt.gas_used);
        assert_eq!((taken, paid), (quoted.lotTaken, quoted.payment));
        let after = worth(&mut suite, weth);
        assert!(after >= before, "{before} fell to {after}");
        // No cash moves, and a share is worth what it was.
        assert_eq!(suite.market().unwrap().cash, cash);
        let price_after = invariants::share_price(&mut suite).unwrap();
        assert!(price_after >= price && price_after - price <= U256::from(1));
        let burnt = shares - suite.balance_of(modules.vault, modules.fund).unwrap();
        let events = suite.events::<IVault::LotAbsorbed>(modules.vault);
        assert_eq!(events.last().unwrap().event.sharesBurned, burnt);
        invariants::check_all(&mut suite).unwrap();
    }
    assert!(suite.active_auctions().unwrap().is_empty());
    let claim = suite.claim(account).unwrap();
    assert_eq!(claim.carrying + claim.penalty, U256::ZERO);
    let absorbed = suite.events::<IInsuranceFund::Absorbed>(modules.fund);
    assert_eq!(absorbed.len(), 2);
    let spent = absorbed
        .iter()
        .fold(U256::ZERO, |sum, found| sum + found.event.shares);
    let said = suite
        .view(modules.fund, &IInsuranceFund::absorbedSharesCall {})
        .unwrap();
    assert_eq!(spent, said);
}

#[test]
fn the_fund_absorbs_without_a_unit_of_cash_in_the_vault() {
    let mut suite = funded();
    let (_, id) = lot_for_sale(&mut suite);
    let weth = suite.weth();
    wait_for_backstop(&mut suite, id, weth);
    let (lender, vault) = (suite.user("lender"), suite.modules.vault);
    let all = IVault::maxWithdrawCall { owner: lender };
    let assets = suite.view(vault, &all).unwrap();
    let withdraw = IVault::withdrawCall {
        assets,
        receiver: lender,
        owner: lender,
    };
    suite.send(lender, vault, &withdraw).unwrap();
    let staker = suite.market().unwrap().cash;
    // What is left is the stakers' and the seed: borrowed away.
    let borrower = suite.user("borrower");
    let collateral = [(weth, milli_ether(60_000))];
    suite
        .open_position(borrower, 0, &collateral, staker)
        .unwrap();
    assert_eq!(suite.market().unwrap().cash, U256::ZERO);
    absorb(&mut suite, id, U256::MAX).unwrap();
    assert_eq!(suite.market().unwrap().cash, U256::ZERO);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn at_most_half_of_the_funds_shares_go_into_lots() {
    let mut suite = crate::common::suite();
    crate::common::fund(&mut suite, 2_000);
    let (_, id) = lot_for_sale(&mut suite);
    let (weth, modules) = (suite.weth(), suite.modules);
    wait_for_backstop(&mut suite, id, weth);
    let before = suite.auction_status(id).unwrap();
    assert!(before.tab > stable(1_010), "the lot costs more than half");
    let failure = absorb(&mut suite, id, U256::MAX).unwrap_err();
    let exceeded: IVault::HalfExceeded = failure.as_error().unwrap();
    assert!(exceeded.spent > exceeded.left);
    assert_eq!(suite.auction_status(id).unwrap(), before);
    // A fourth is less.
    absorb(&mut suite, id, before.lot / U256::from(4)).unwrap();
    let held = suite.balance_of(modules.vault, modules.fund).unwrap();
    let spent = suite
        .view(modules.fund, &IInsuranceFund::absorbedSharesCall {})
        .unwrap();
    assert!(spent <= held);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn nobody_but_the_fund_makes_the_auction_absorb_and_nobody_but_the_auction_the_vault() {
    let mut suite = funded();
    let (account, id) = lot_for_sale(&mut suite);
    let (weth, modules) = (suite.weth(), suite.modules);
    wait_for_backstop(&mut suite, id, weth);
    let (stranger, owner) = (suite.user("stranger"), suite.owner);
    let call = ILiquidationAuction::absorbCall {
        id,
        maxLot: U256::MAX,
    };
    let vault_call = IVault::absorbCall {
        account,
        token: weth,
        amount: U256::from(1),
        payment: U256::ZERO,
        tabSettled: U256::ZERO,
        debtSettled: U256::ZERO,
        lotReturned: U256::ZERO,
        ended: false,
        price: U256::from(1),
        low: U256::MAX,
    };
    for caller in [stranger, owner] {
        let failure = refused(&mut suite, caller, modules.auction, &call);
        assert!(
            failure.is::<ILiquidationAuction::NotAuthorized>(),
            "{failure}"
        );
        let failure = refused(&mut suite, caller, modules.vault, &vault_call);
        assert!(failure.is::<IVault::NotAuthorized>(), "{failure}");
    }
    // Stopped with the takes.
    let stop = ILiquidationAuction::setStopCall { level: 3 };
    suite.send(owner, modules.auction, &stop).unwrap();
    let failure = absorb(&mut suite, id, U256::MAX).unwrap_err();
    assert!(failure.is::<ILiquidationAuction::Stopped>(), "{failure}");
    invariants::check_all(&mut suite).unwrap();
}
