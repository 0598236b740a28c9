//! A crash: losses are recognised at once, borne by the fund, then by all lenders, and given back when somebody pays.

use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, oracle::Status, vault::IVault},
    invariants, Suite, B256, DOLLAR, HOUR, STABLE, U256,
};

use crate::common::{deployed, fund, provide, stable, suite, ten_ether_account};

/// A suite with a fund of `staked`, and an account whose collateral fell by 60 %.
fn crashed(staked: u64) -> (Suite, B256) {
    let mut suite = suite();
    fund(&mut suite, staked);
    let (_, account) = ten_ether_account(&mut suite);
    let weth = suite.weth();
    suite.set_price(weth, 80 * DOLLAR).unwrap();
    (suite, account)
}

/// Loan asset for one whole share.
fn share_price(suite: &mut Suite) -> U256 {
    invariants::share_price(suite).unwrap()
}

fn losses(suite: &Suite) -> Vec<IVault::LossRecognised> {
    let events = suite.events::<IVault::LossRecognised>(suite.modules.vault);
    events.into_iter().map(|found| found.event).collect()
}

fn sum(numbers: impl Iterator<Item = U256>) -> U256 {
    numbers.fold(U256::ZERO, |sum, number| sum + number)
}

#[test]
fn one_call_puts_an_insolvent_account_in_closing_and_the_fund_bears_its_loss() {
    let (mut suite, account) = crashed(5_000);
    let (weth, vault, keeper) = (suite.weth(), suite.modules.vault, suite.user("keeper"));
    let expected = suite.check_liquidation(account, weth).unwrap();
    assert!(expected.succeeds && expected.closing);
    let debt = suite.debt(account).unwrap();
    let price = share_price(&mut suite);
    let (assets, _) = suite.pool().unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    // V5: the share price stays, though assets are fewer.
    assert!(share_price(&mut suite).abs_diff(price) <= U256::from(1));
    assert!(suite.pool().unwrap().0 < assets);
    let claim = suite.claim(account).unwrap();
    assert!(claim.closing);
    assert_eq!(suite.debt(account).unwrap(), U256::ZERO);
    let [loss]: [IVault::LossRecognised; 1] = losses(&suite).try_into().unwrap();
    assert_eq!(loss.account, account);
    assert_eq!(loss.covered, loss.loss);
    assert_eq!(loss.shared, U256::ZERO);
    assert_eq!(claim.writtenOff, loss.loss);
    assert_eq!(claim.fundPaid, loss.loss);
    // L4: all of the debt, and a lot of all the collateral.
    assert_eq!(expected.debt, debt);
    assert_eq!(claim.carrying + claim.writtenOff, debt + expected.reward);
    let held = suite.collateral_of(account, weth).unwrap();
    assert_eq!((held.free, held.inLots), (U256::ZERO, expected.lot));
    invariants::check_all(&mut suite).unwrap();

    // The lot is sold at the oracle's price, more than it is carried at: what is over pays the fund back first.
    let bidder = suite.user("bidder");
    provide(&mut suite, bidder, stable(2_000));
    let fund_account = suite.modules.fund;
    let fund_before = suite.balance_of(vault, fund_account).unwrap();
    suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    let paid = suite.events::<IVault::ClaimPaid>(vault);
    let paid = &paid.last().unwrap().event;
    assert_eq!(paid.carrying, claim.carrying);
    assert!(!paid.recovered.is_zero());
    assert_eq!(paid.recoveredToFund, paid.recovered);
    assert_eq!(
        suite.market().unwrap().fundCash,
        paid.recoveredToFund + paid.penalty
    );
    suite
        .send(bidder, vault, &IVault::mintReserveCall {})
        .unwrap();
    assert!(suite.balance_of(vault, fund_account).unwrap() > fund_before);
    // Nothing is left to sell, so the rest of the claim is over.
    assert!(!suite.claim(account).unwrap().closing);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn what_a_small_fund_cannot_bear_is_shared_by_all_lenders_and_the_logs_add_up() {
    let (mut suite, account) = crashed(200);
    let (weth, modules, keeper) = (suite.weth(), suite.modules, suite.user("keeper"));
    let price = share_price(&mut suite);
    let fund_shares = suite.balance_of(modules.vault, modules.fund).unwrap();
    let (assets, supply) = suite.pool().unwrap();
    suite.liquidate(keeper, account, weth).unwrap();
    let [loss]: [IVault::LossRecognised; 1] = losses(&suite).try_into().unwrap();
    assert!(!loss.covered.is_zero() && !loss.shared.is_zero());
    assert_eq!(loss.covered + loss.shared, loss.loss);
    // F2: the fund keeps its minimum; the interest that was the fund's already is used first.
    let minted = suite.events::<IVault::ReserveMinted>(modules.vault);
    assert_eq!(minted.len(), 1);
    let minted = &minted[0].event;
    let left = suite.balance_of(modules.vault, modules.fund).unwrap();
    assert_eq!(left, U256::from(suite.config.fund_minimum));
    assert_eq!(fund_shares + minted.shares - left, loss.sharesBurned);
    assert!(share_price(&mut suite) < price);
    // From the logs alone: assets fell by the loss, but for the keeper's reward, which is carried.
    let liquidated = &suite.events::<IVault::Liquidated>(modules.vault)[0].event;
    let (assets_after, supply_after) = suite.pool().unwrap();
    assert_eq!(
        assets + minted.assets + liquidated.reward - loss.loss,
        assets_after
    );
    let keepers = suite.balance_of(modules.vault, keeper).unwrap();
    assert_eq!(
        supply + minted.shares + keepers - loss.sharesBurned,
        supply_after
    );
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn without_a_fund_all_lenders_share_and_what_anybody_pays_later_comes_back_over_time() {
    let (mut suite, account) = crashed(0);
    let (weth, vault, keeper) = (suite.weth(), suite.modules.vault, suite.user("keeper"));
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let [loss]: [IVault::LossRecognised; 1] = losses(&suite).try_into().unwrap();
    assert_eq!(loss.shared, loss.loss);
    let claim = suite.claim(account).unwrap();
    let low = share_price(&mut suite);
    // A stranger pays the whole claim.
    let stranger = suite.user("stranger");
    provide(&mut suite, stranger, stable(5_000));
    let call = IVault::repayClaimCall {
        account,
        assets: U256::MAX,
    };
    let (paid, _) = suite.send(stranger, vault, &call).unwrap();
    assert_eq!(paid, claim.carrying + claim.writtenOff + claim.penalty);
    let events = suite.events::<IVault::ClaimPaid>(vault);
    let event = &events.last().unwrap().event;
    assert_eq!(event.recovered, loss.loss);
    assert_eq!(event.recoveredToFund, U256::ZERO);
    // What lenders get back is not there for who deposits in the second before.
    let market = suite.market().unwrap();
    assert_eq!(market.unvested, loss.loss);
    assert!(share_price(&mut suite).abs_diff(low) <= U256::from(1));
    suite.pass(30 * 24 * 3_600).unwrap();
    assert_eq!(suite.market().unwrap().unvested, U256::ZERO);
    assert!(share_price(&mut suite) > low);
    // The lot goes back to the owner, who can take it out.
    let auction = suite.modules.auction;
    let close = ILiquidationAuction::closeCall { id };
    suite.send(stranger, auction, &close).unwrap();
    let owner = suite.user("owner");
    let call = IVault::withdrawCollateralCall {
        account,
        token: weth,
        amount: U256::MAX,
        receiver: owner,
    };
    suite.send(owner, vault, &call).unwrap();
    assert!(suite.active_auctions().unwrap().is_empty());
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn an_account_in_closing_is_sold_lot_by_lot_as_room_comes_back() {
    let mut suite = deployed(|config| {
        config.weth.room_cap = 300 * STABLE;
    });
    fund(&mut suite, 5_000);
    let (_, account) = ten_ether_account(&mut suite);
    let (weth, keeper, bidder) = (suite.weth(), suite.user("keeper"), suite.user("bidder"));
    provide(&mut suite, bidder, stable(5_000));
    let mut lots = 0;
    for _ in 0..12 {
        suite.set_price(weth, 80 * DOLLAR).unwrap();
        let (id, _) = match suite.liquidate(keeper, account, weth) {
            Ok(done) => done,
            Err(failure) => {
                assert!(
                    failure.is::<IVault::AccountHealthy>() || failure.is::<IVault::NothingToSell>(),
                    "{failure}"
                );
                break;
            }
        };
        invariants::check_all(&mut suite).unwrap();
        if id.is_zero() {
            break;
        }
        lots += 1;
        let failure = suite.liquidate(keeper, account, weth).unwrap_err();
        let refused = failure.is::<IVault::NoRoom>() || failure.is::<IVault::NothingToSell>();
        assert!(refused, "{failure}");
        suite.pass(30).unwrap();
        suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
        suite.pass(suite.config.cap_period).unwrap();
    }
    assert!(lots >= 2, "{lots} lots");
    assert!(!suite.claim(account).unwrap().closing);
    let kept = suite.collateral_of(account, weth).unwrap();
    assert_eq!((kept.free, kept.inLots), (U256::ZERO, U256::ZERO));
    // The penalty was charged once: later lots bring the keeper no reward, and no debt is claimed twice.
    let events = suite.events::<IVault::Liquidated>(suite.modules.vault);
    assert!(events[1..].iter().all(|found| found.event.debt.is_zero()));
    let covered = sum(losses(&suite).iter().map(|loss| loss.covered));
    let shared = sum(losses(&suite).iter().map(|loss| loss.shared));
    let total = sum(losses(&suite).iter().map(|loss| loss.loss));
    assert_eq!(covered + shared, total);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn an_old_price_starts_no_auction_and_closes_an_account_only_if_twice_of_it_would_not_do() {
    for (price, closes) in [(88, false), (80, true)] {
        let (mut suite, account) = crashed(5_000);
        let (weth, keeper) = (suite.weth(), suite.user("keeper"));
        suite.pass(60).unwrap();
        suite.set_price(weth, price * DOLLAR).unwrap();
        suite.poke(keeper, weth).unwrap();
        suite.pass(2 * HOUR).unwrap();
        if closes {
            let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
            assert_eq!(id, U256::ZERO);
            // The next lot needs a price as well.
        }
        let failure = suite.liquidate(keeper, account, weth).unwrap_err();
        let error: IVault::PriceNotOk = failure.as_error().unwrap();
        assert_eq!((error.token, error.status), (weth, Status::Stale as u8));
        assert_eq!(suite.claim(account).unwrap().closing, closes);
        invariants::check_all(&mut suite).unwrap();
        suite.set_price(weth, price * DOLLAR).unwrap();
        let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
        assert_ne!(id, U256::ZERO);
        invariants::check_all(&mut suite).unwrap();
    }
}
