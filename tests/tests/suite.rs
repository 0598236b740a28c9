//! The harness itself, through one liquidation on the compiled programs.

use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    invariants, Programs, Suite, SuiteConfig, DOLLAR, STABLE, U256, WAD,
};

fn deployed() -> Suite {
    let config = SuiteConfig {
        watch_share_price: true,
        ..SuiteConfig::default()
    };
    Suite::deploy(config, &Programs::find().unwrap()).unwrap()
}

#[test]
fn a_position_is_liquidated_and_its_lot_sold() {
    let mut suite = deployed();
    let weth = suite.weth();
    let (lender, owner) = (suite.user("lender"), suite.user("owner"));
    let (keeper, bidder) = (suite.user("keeper"), suite.user("bidder"));
    suite.lend(lender, U256::from(100_000 * STABLE)).unwrap();
    let staker = suite.user("staker");
    suite.stake(staker, U256::from(5_000 * STABLE)).unwrap();
    let ten_ether = U256::from(10 * u128::from(WAD));
    let debt = U256::from(1_490 * STABLE);
    let account = suite
        .open_position(owner, 0, &[(weth, ten_ether)], debt)
        .unwrap();
    let failure = suite.liquidate(keeper, account, weth).unwrap_err();
    assert!(failure.is::<IVault::AccountHealthy>(), "{failure}");
    assert!(failure.text.contains("debt: 1490000"), "{failure}");
    invariants::check_all(&mut suite).unwrap();

    suite.pass(300).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let expected = suite.check_liquidation(account, weth).unwrap();
    assert!(expected.succeeds);
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let liquidated = suite.events::<IVault::Liquidated>(suite.modules.vault);
    assert_eq!(liquidated.len(), 1);
    assert_eq!(liquidated[0].event.debt, expected.debt);
    assert_eq!(liquidated[0].event.lot, expected.lot);
    invariants::check_all(&mut suite).unwrap();

    let asset = suite.asset;
    suite
        .give(asset, bidder, U256::from(10_000 * STABLE))
        .unwrap();
    suite.approve_vault(asset, bidder).unwrap();
    let failure = suite
        .take(bidder, id, U256::MAX, U256::from(1))
        .unwrap_err();
    assert!(failure.is::<ILiquidationAuction::PriceAboveMaximum>());
    suite.pass(200).unwrap();
    suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    assert!(suite.active_auctions().unwrap().is_empty());
    assert!(!suite.balance_of(weth, bidder).unwrap().is_zero());
    assert!(suite.health(account).unwrap().healthFactor > U256::from(WAD));
    invariants::check_all(&mut suite).unwrap();
}
