//! What a bot knows that has only the logs: the state of every auction, and when an account's breach began.

use std::collections::BTreeMap;

use alloy_sol_types::{SolEvent, SolEventInterface};
use breakwater_fixed_point::{mul_div_down, WAD as ONE};
use breakwater_risk::curve::{needs_reset, Curve};
use breakwater_tests::{
    external::IMockFeed,
    interfaces::{
        auction::ILiquidationAuction::{self as Auction, ILiquidationAuctionEvents as Event},
        vault::IVault,
    },
    Address, AuctionStatus, Suite, B256, DOLLAR, U256, WAD,
};

use crate::common::{funded, milli_ether, provide, stable, ten_ether_account};

/// An auction as its logs tell it.
#[derive(Clone, Debug)]
struct Lot {
    account: B256,
    token: Address,
    lot: U256,
    tab: U256,
    debt: U256,
    top: U256,
    started_at: u64,
    /// Factor a second, tail and cusp of its price.
    terms: (u64, u64, U256),
}

/// All auctions that run, from the auction's logs alone. The curves are those of kind 3, as the suite sets them.
fn rebuild(suite: &Suite) -> BTreeMap<U256, Lot> {
    let mut lots = BTreeMap::new();
    // Tail and cusp of each token's curve as it is then.
    let mut curves: BTreeMap<Address, (u64, U256)> = BTreeMap::new();
    for log in suite.logs(suite.modules.auction) {
        match Event::decode_log(&log.event).unwrap().data {
            // The curve of the fund's lots, of which there are none here.
            Event::CurveSet(curve) if curve.kind == 7 => {}
            Event::CurveSet(curve) => {
                assert_eq!(curve.kind, 3);
                curves.insert(curve.token, (curve.tail.to(), curve.cusp));
            }
            Event::Started(start) => {
                let (tail, cusp) = curves[&start.token];
                let lot = Lot {
                    account: start.account,
                    token: start.token,
                    lot: start.lot,
                    tab: start.tab,
                    debt: start.debt,
                    top: start.top,
                    started_at: log.time,
                    terms: (start.rate.to(), tail, cusp),
                };
                assert!(lots.insert(start.id, lot).is_none());
            }
            Event::Restarted(restart) => {
                let lot: &mut Lot = lots.get_mut(&restart.id).unwrap();
                let (tail, cusp) = curves[&lot.token];
                lot.top = restart.top;
                lot.started_at = log.time;
                lot.terms = (restart.rate.to(), tail, cusp);
            }
            Event::Taken(take) => {
                let lot = lots.get_mut(&take.id).unwrap();
                // The debt goes with the tab, rounded down.
                let settled = lot.tab - take.tab;
                if !lot.tab.is_zero() {
                    lot.debt -= mul_div_down(lot.debt, settled, lot.tab).unwrap();
                }
                (lot.lot, lot.tab) = (take.lot, take.tab);
            }
            Event::Ended(end) => {
                lots.remove(&end.id).unwrap();
            }
            _ => {}
        }
    }
    lots
}

/// What `statusOf` would say of a lot at a time.
fn status(lot: &Lot, now: u64) -> AuctionStatus {
    let (factor_per_second, tail, cusp) = lot.terms;
    let elapsed = now - lot.started_at;
    let price = Curve::Exponential { factor_per_second }.price(lot.top, elapsed);
    AuctionStatus {
        live: true,
        needsReset: needs_reset(lot.top, price, elapsed, tail, cusp),
        price,
        lot: lot.lot,
        tab: lot.tab,
        debt: lot.debt,
        account: lot.account,
        token: lot.token,
        startedAt: U256::from(lot.started_at),
        top: lot.top,
    }
}

fn compare(suite: &mut Suite) -> usize {
    let rebuilt = rebuild(suite);
    let ids = suite.active_auctions().unwrap();
    assert_eq!(rebuilt.len(), ids.len());
    let now = suite.now();
    for id in ids {
        let expected = suite.auction_status(id).unwrap();
        assert_eq!(status(&rebuilt[&id], now), expected, "auction {id}");
    }
    rebuilt.len()
}

#[test]
fn logs_alone_rebuild_every_auction() {
    let mut suite = funded();
    let (weth, keeper, bidder) = (suite.weth(), suite.user("keeper"), suite.user("bidder"));
    provide(&mut suite, bidder, stable(50_000));
    let mut accounts = vec![ten_ether_account(&mut suite).1];
    for index in 1..4 {
        let owner = suite.user("owner");
        let collateral = [(weth, milli_ether(10_000 + 100 * index))];
        accounts.push(
            suite
                .open_position(owner, index, &collateral, stable(1_490))
                .unwrap(),
        );
    }
    suite.pass(300).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let mut ids = Vec::new();
    for account in &accounts {
        ids.push(suite.liquidate(keeper, *account, weth).unwrap().0);
        assert_eq!(compare(&mut suite), ids.len());
        suite.pass(30).unwrap();
    }
    // A part, a whole, one cancelled, one left to be reset.
    let part = suite.auction_status(ids[0]).unwrap().lot / U256::from(3);
    for _ in 0..2 {
        suite.take(bidder, ids[0], part, U256::MAX).unwrap();
        suite.pass(60).unwrap();
        assert_eq!(compare(&mut suite), 4);
    }
    suite.take(bidder, ids[1], U256::MAX, U256::MAX).unwrap();
    let (owner, auction) = (suite.owner, suite.modules.auction);
    let cancel = Auction::cancelCall { id: ids[2] };
    suite.send(owner, auction, &cancel).unwrap();
    assert_eq!(compare(&mut suite), 2);
    let tail = suite.config.weth.curve.tail;
    suite.pass(tail + 1).unwrap();
    suite.set_price(weth, 170 * DOLLAR).unwrap();
    assert_eq!(compare(&mut suite), 2);
    for id in [ids[0], ids[3]] {
        suite.reset(keeper, id).unwrap();
        suite.pass(20).unwrap();
        assert_eq!(compare(&mut suite), 2);
    }
    for id in [ids[3], ids[0]] {
        suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    }
    assert_eq!(compare(&mut suite), 0);
}

/// When `account`, with one collateral, was first under water since it last was not: from the logs of vault and feeds alone. Interest since
/// the last accrual is left out: it makes the answer later than the truth, never earlier.
fn breach(suite: &Suite, account: B256, token: Address, feeds: [Address; 2]) -> Option<u64> {
    let vault = suite.modules.vault;
    let mut times: Vec<(u64, usize)> = Vec::new();
    let mut answers = [U256::ZERO; 2];
    let (mut collateral, mut debt, mut threshold) = (U256::ZERO, U256::ZERO, U256::ZERO);
    let mut logs: Vec<_> = [vault, feeds[0], feeds[1]]
        .into_iter()
        .flat_map(|contract| suite.logs(contract))
        .collect();
    logs.sort_by_key(|log| log.transaction);
    for log in logs {
        let data = &log.event.data;
        let own = |id: B256| id == account;
        if let Ok(event) = IVault::CollateralSet::decode_log_data(data) {
            // A new token begins at its greatest threshold; from then on `ThresholdMoved` says where it is.
            if event.token == token && threshold.is_zero() {
                threshold = event.thresholdMax;
            }
        } else if let Ok(event) = IVault::ThresholdMoved::decode_log_data(data) {
            if event.token == token {
                threshold = event.threshold;
            }
        } else if let Ok(event) = IVault::CollateralDeposited::decode_log_data(data) {
            if own(event.account) && event.token == token {
                collateral += event.amount;
            }
        } else if let Ok(event) = IVault::Borrowed::decode_log_data(data) {
            if own(event.account) {
                debt += event.assets;
            }
        } else if let Ok(event) = IMockFeed::AnswerUpdated::decode_log_data(data) {
            let side = usize::from(log.event.address == feeds[1]);
            answers[side] = event.current.into_raw();
        }
        // Dollars with 8 decimals for a token with 18, debt with 6.
        let mid = (answers[0] + answers[1]) / U256::from(2);
        let value = mul_div_down(collateral, mid, U256::from(10).pow(U256::from(20))).unwrap();
        let capacity = mul_div_down(value, threshold, ONE).unwrap();
        match (debt > capacity, times.last()) {
            (true, None) => times.push((log.time, log.transaction)),
            (false, Some(_)) => times.clear(),
            _ => {}
        }
    }
    times.first().map(|(time, _)| *time)
}

#[test]
fn logs_alone_tell_when_the_breach_began_and_how_long_the_liquidation_took() {
    let mut suite = funded();
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    let (_, account) = ten_ether_account(&mut suite);
    let feeds = suite.collaterals[0].feeds;
    let unhealthy = |suite: &mut Suite| {
        let health = suite.health(account).unwrap();
        health.debt > health.capacity
    };
    // Down, up again, down.
    suite.set_price(weth, 185 * DOLLAR).unwrap();
    assert!(unhealthy(&mut suite));
    assert_eq!(breach(&suite, account, weth, feeds), Some(suite.now()));
    suite.pass(100).unwrap();
    suite.set_price(weth, 200 * DOLLAR).unwrap();
    assert!(!unhealthy(&mut suite));
    assert_eq!(breach(&suite, account, weth, feeds), None);
    suite.pass(100).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    assert!(unhealthy(&mut suite));
    let began = suite.now();
    suite.pass(77).unwrap();
    suite.set_price(weth, 179 * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    assert_eq!(breach(&suite, account, weth, feeds), Some(began));
    let started = suite.events::<Auction::Started>(suite.modules.auction);
    let start = started.iter().find(|start| start.event.id == id).unwrap();
    assert_eq!(start.time - began, 77);
    // And how dear it was: the oracle's price at the start is in the same log.
    assert_eq!(start.event.price, suite.price(weth).unwrap());
    assert_eq!(
        start.event.top,
        start.event.price * U256::from(102) / U256::from(100)
    );
    assert!(start.event.rate < U256::from(WAD));
}
