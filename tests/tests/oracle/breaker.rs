//! What a halt does to each verb of vault and auction: the table in contracts/oracle-adapter/README.md.

use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, oracle::IOracleAdapter, vault::IVault},
    Address, Failure, Suite, SuiteConfig, B256, DOLLAR, U256, WAD,
};

use crate::{
    common::{deployed, fund, milli_ether, stable},
    desk::*,
};

/// WETH is halted at 90, last good at 180. Three accounts, unhealthy at 180, but for the last.
struct Scene {
    suite: Suite,
    keeper: Address,
    /// Only WETH.
    exposed: (Address, B256),
    /// WETH and the second token.
    mixed: (Address, B256),
    /// WETH and no debt.
    free: (Address, B256),
    /// An auction of WETH, started before the halt.
    auction: U256,
    /// The account whose collateral it sells.
    sold: B256,
}

fn scene() -> Scene {
    scene_after(120)
}

/// The halt begins so many seconds after the auction.
fn scene_after(seconds: u64) -> Scene {
    let mut suite = deployed(|config| config.oracle.breakerFloor = U256::from(WAD / 4));
    fund(&mut suite, 5_000);
    let (weth, second) = (suite.weth(), suite.second());
    let keeper = suite.user("keeper");
    let open = |suite: &mut Suite, name: &str, collateral: &[(Address, U256)], debt: u64| {
        let owner = suite.user(name);
        let account = suite
            .open_position(owner, 0, collateral, stable(debt))
            .unwrap();
        (owner, account)
    };
    let ten = (weth, milli_ether(10_000));
    let exposed = open(&mut suite, "exposed", &[ten], 1_490);
    let sold = open(&mut suite, "sold", &[ten], 1_490);
    let mixed = open(
        &mut suite,
        "mixed",
        &[ten, (second, U256::from(12_500_000))],
        2_145,
    );
    let free = open(&mut suite, "free", &[ten], 0);
    suite.pass(300).unwrap();
    suite.poke(keeper, weth).unwrap();
    // A sample a minute.
    suite.pass(60).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    suite.poke(keeper, weth).unwrap();
    let (auction, _) = suite.liquidate(keeper, sold.1, weth).unwrap();
    suite.pass(seconds).unwrap();
    suite.set_price(second, 8_000 * DOLLAR).unwrap();
    suite.set_price(weth, 90 * DOLLAR).unwrap();
    suite.poke(keeper, weth).unwrap();
    let asset = suite.asset;
    for user in [exposed.0, mixed.0, free.0, keeper] {
        suite.give(asset, user, stable(10_000)).unwrap();
        suite.approve_vault(asset, user).unwrap();
    }
    let mut scene = Scene {
        suite,
        keeper,
        exposed,
        mixed,
        free,
        auction,
        sold: sold.1,
    };
    assert_eq!(scene.status(), HALTED);
    scene
}

impl Scene {
    fn status(&mut self) -> u8 {
        let (oracle, weth) = (self.suite.modules.oracle, self.suite.weth());
        let call = IOracleAdapter::quotesCall { tokens: vec![weth] };
        self.suite.view(oracle, &call).unwrap()[0].status
    }

    fn withdraw(
        &mut self,
        (owner, account): (Address, B256),
        token: Address,
        amount: U256,
    ) -> Result<(), Failure> {
        let call = IVault::withdrawCollateralCall {
            account,
            token,
            amount,
            receiver: owner,
        };
        let vault = self.suite.modules.vault;
        self.suite.send(owner, vault, &call).map(|_| ())
    }
}

#[track_caller]
fn assert_price_not_ok(failure: &Failure) {
    let vault = failure
        .as_error::<IVault::PriceNotOk>()
        .map(|error| error.status);
    let auction = failure
        .as_error::<ILiquidationAuction::PriceNotOk>()
        .map(|error| error.status);
    assert_eq!(vault.or(auction), Some(HALTED), "{failure}");
}

#[test]
fn lenders_come_and_go_during_a_halt() {
    let Scene { mut suite, .. } = scene();
    let (lender, vault) = (suite.user("lender"), suite.modules.vault);
    suite.lend(lender, stable(100)).unwrap();
    let call = IVault::withdrawCall {
        assets: stable(50),
        receiver: lender,
        owner: lender,
    };
    suite.send(lender, vault, &call).unwrap();
}

#[test]
fn collateral_may_be_added_and_debt_repaid_during_a_halt() {
    let mut scene = scene();
    let weth = scene.suite.weth();
    let (owner, account) = scene.exposed;
    scene
        .suite
        .deposit_collateral(owner, account, weth, milli_ether(100))
        .unwrap();
    scene.suite.repay(owner, account, stable(100)).unwrap();
}

#[test]
fn nothing_is_borrowed_on_a_halted_token_and_the_others_count() {
    let mut scene = scene();
    let (weth, second) = (scene.suite.weth(), scene.suite.second());
    let (owner, account) = scene.free;
    let failure = scene.suite.borrow(owner, account, stable(200)).unwrap_err();
    assert!(failure.is::<IVault::OpeningMarginExceeded>(), "{failure}");
    // A fifth of the second token, 1,600 dollars' worth, bears it alone.
    scene
        .suite
        .deposit_collateral(owner, account, second, U256::from(20_000_000))
        .unwrap();
    scene.suite.borrow(owner, account, stable(500)).unwrap();
    // And then the halted token may leave, for it did not count.
    scene
        .withdraw((owner, account), weth, milli_ether(10_000))
        .unwrap();
    let failure = scene
        .withdraw((owner, account), second, U256::from(15_000_000))
        .unwrap_err();
    assert!(failure.is::<IVault::OpeningMarginExceeded>(), "{failure}");
}

#[test]
fn collateral_leaves_during_a_halt_only_where_there_is_no_debt_on_it() {
    let mut scene = scene();
    let weth = scene.suite.weth();
    let failure = scene
        .withdraw(scene.exposed, weth, U256::from(1))
        .unwrap_err();
    assert!(failure.is::<IVault::OpeningMarginExceeded>(), "{failure}");
    scene
        .withdraw(scene.free, weth, milli_ether(10_000))
        .unwrap();
}

#[test]
fn a_halted_token_is_not_sold_and_the_others_are_and_the_view_says_the_same() {
    let mut scene = scene();
    let (weth, second, keeper) = (scene.suite.weth(), scene.suite.second(), scene.keeper);
    for (_, account) in [scene.exposed, scene.mixed] {
        let failure = scene.suite.liquidate(keeper, account, weth).unwrap_err();
        assert_price_not_ok(&failure);
        assert!(
            !scene
                .suite
                .check_liquidation(account, weth)
                .unwrap()
                .succeeds
        );
    }
    // Judged at the last good price of the halted one.
    let (_, account) = scene.mixed;
    assert!(
        scene
            .suite
            .check_liquidation(account, second)
            .unwrap()
            .succeeds
    );
    scene.suite.liquidate(keeper, account, second).unwrap();
}

#[test]
fn the_threshold_of_a_halted_token_does_not_move() {
    let mut scene = scene();
    let (weth, keeper, vault) = (scene.suite.weth(), scene.keeper, scene.suite.modules.vault);
    let failure = scene
        .suite
        .send(keeper, vault, &IVault::updateMarginCall { token: weth })
        .unwrap_err();
    assert_price_not_ok(&failure);
}

#[test]
fn an_auction_of_a_halted_token_is_not_reset() {
    let age = SuiteConfig::default().weth.curve.tail;
    let mut scene = scene_after(age);
    let (keeper, auction) = (scene.keeper, scene.auction);
    // It is too old, and would be reset at a good price.
    scene.suite.pass(599).unwrap();
    assert!(scene.suite.auction_status(auction).unwrap().needsReset);
    let failure = scene.suite.reset(keeper, auction).unwrap_err();
    let refusal = failure.as_error::<ILiquidationAuction::PriceNotOk>();
    assert_eq!(refusal.map(|error| error.status), Some(HALTED), "{failure}");
    // The halt ends by itself.
    scene.suite.pass(1).unwrap();
    scene.suite.reset(keeper, auction).unwrap();
    assert!(!scene.suite.auction_status(auction).unwrap().needsReset);
}

#[test]
fn anybody_trips_the_auctions_of_a_halted_token_and_a_reset_after_the_halt_lets_them_go_on() {
    let mut scene = scene();
    let (keeper, id, auction) = (scene.keeper, scene.auction, scene.suite.modules.auction);
    let (weth, second) = (scene.suite.weth(), scene.suite.second());
    let trip = |suite: &mut Suite, token| {
        let call = ILiquidationAuction::tripCall { token };
        suite.send(keeper, auction, &call)
    };
    let failure = trip(&mut scene.suite, second).unwrap_err();
    let refusal = failure.as_error::<ILiquidationAuction::NotHalted>();
    assert_eq!(refusal.map(|error| error.token), Some(second), "{failure}");
    trip(&mut scene.suite, weth).unwrap();
    let take = |suite: &mut Suite| suite.take(keeper, id, milli_ether(100), U256::MAX);
    let failure = take(&mut scene.suite).unwrap_err();
    let refusal = failure.as_error::<ILiquidationAuction::NeedsReset>();
    assert_eq!(refusal.map(|error| error.id), Some(id), "{failure}");
    let failure = scene.suite.reset(keeper, id).unwrap_err();
    let refusal = failure.as_error::<ILiquidationAuction::PriceNotOk>();
    assert_eq!(refusal.map(|error| error.status), Some(HALTED), "{failure}");
    // Nobody has to undo it.
    scene.suite.pass(601).unwrap();
    scene.suite.reset(keeper, id).unwrap();
    take(&mut scene.suite).unwrap();
}

#[test]
fn a_lot_is_taken_during_a_halt_at_the_price_of_its_auction() {
    let mut scene = scene();
    let auction = scene.auction;
    let before = scene.suite.auction_status(auction).unwrap();
    // At 180 dollars, 102 % of it, and two minutes of decay: nothing of the 90 dollars that the sources say.
    assert!(before.price > price_of(160) && before.price < price_of(184));
    let taker = scene.keeper;
    let (payment, _) = scene
        .suite
        .take(taker, auction, milli_ether(100), U256::MAX)
        .unwrap();
    assert_eq!(payment.lotTaken, milli_ether(100));
    let least = stable(16);
    assert!(payment.paid >= least, "{}", payment.paid);
    assert_eq!(scene.status(), HALTED);
}

#[test]
fn a_claim_is_repaid_during_a_halt() {
    let mut scene = scene();
    let (payer, account, vault) = (scene.keeper, scene.sold, scene.suite.modules.vault);
    let outstanding = |suite: &mut Suite| {
        let claim = suite.claim(account).unwrap();
        claim.carrying + claim.writtenOff + claim.penalty
    };
    let owed = outstanding(&mut scene.suite);
    assert!(owed > stable(10));
    let assets = stable(10);
    let call = IVault::repayClaimCall { account, assets };
    let (paid, _) = scene.suite.send(payer, vault, &call).unwrap();
    assert_eq!(paid, assets);
    assert_eq!(outstanding(&mut scene.suite), owed - assets);
    assert_eq!(scene.status(), HALTED);
}

#[test]
fn after_the_halt_all_verbs_go_on_at_the_new_price() {
    let mut scene = scene();
    let (weth, keeper) = (scene.suite.weth(), scene.keeper);
    scene.suite.pass(600).unwrap();
    assert_eq!(scene.status(), OK);
    let (_, account) = scene.exposed;
    scene.suite.liquidate(keeper, account, weth).unwrap();
    // Borrowing is on the lower of price and average, which comes down with the samples.
    let (owner, account) = scene.free;
    scene.suite.borrow(owner, account, stable(300)).unwrap();
    assert!(scene.suite.debt(account).unwrap() >= stable(300));
}
