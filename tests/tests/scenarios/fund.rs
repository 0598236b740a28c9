//! The fund on the compiled programs: what it absorbed is sold for vault shares, losses beyond it are owed, and all events of a loss add
//! up to it.

use breakwater_tests::{
    account_of,
    interfaces::{auction::ILiquidationAuction, fund::IInsuranceFund, vault::IVault},
    invariants, Address, Failure, Suite, B256, DOLLAR, HOUR, U256,
};
use fastrand::Rng;

use crate::common::{
    fund, funded, milli_ether, provide, refused, stable, suite, ten_ether_account,
};

fn sum(numbers: impl Iterator<Item = U256>) -> U256 {
    numbers.fold(U256::ZERO, |sum, number| sum + number)
}

/// Waits until the fund takes at most `max_lot` of a lot.
fn absorb(suite: &mut Suite, id: U256, max_lot: U256) -> (U256, U256) {
    let anybody = suite.user("anybody");
    loop {
        match suite.absorb(anybody, id, max_lot) {
            Ok((taken, paid, _)) => return (taken, paid),
            Err(failure) => assert!(failure.is::<IVault::PriceAboveBackstop>(), "{failure}"),
        }
        suite.pass(10).unwrap();
    }
}

/// Ether at 180 dollars, and a lot of `account` for sale.
fn lot_for_sale(suite: &mut Suite, account: B256) -> U256 {
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    suite.liquidate(keeper, account, weth).unwrap().0
}

/// A lender whose vault shares the auction may take for lots of the fund.
fn buyer(suite: &mut Suite) -> Address {
    let buyer = suite.user("buyer");
    suite.lend(buyer, stable(20_000)).unwrap();
    suite.approve_auction(buyer).unwrap();
    buyer
}

fn sell(suite: &mut Suite, token: Address) -> U256 {
    let anybody = suite.user("anybody");
    suite.sell_inventory(anybody, token).unwrap().0
}

// F1, F4, V3, V5
#[test]
fn inventory_is_sold_for_vault_shares_through_the_auction() {
    let mut suite = funded();
    let (_, account) = ten_ether_account(&mut suite);
    let buyer = buyer(&mut suite);
    let id = lot_for_sale(&mut suite, account);
    let weth = suite.weth();
    let before = suite.waterfall().unwrap();
    assert!(before.high > before.low && before.inventoryMid.is_zero());
    let (taken, paid) = absorb(&mut suite, id, U256::MAX);
    let absorbed = suite.waterfall().unwrap();
    assert!(absorbed.low >= before.low, "F4");
    assert!(absorbed.inventoryLow >= paid);
    assert!(!absorbed.absorbedShares.is_zero());

    let sale = sell(&mut suite, weth);
    let status = suite.auction_status(sale).unwrap();
    assert_eq!(status.account, account_of(suite.modules.fund, 0));
    assert_eq!((status.lot, status.tab), (taken, U256::ZERO));
    invariants::check_all(&mut suite).unwrap();
    suite.pass(HOUR).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let cash = suite.market().unwrap().cash;
    for max_lot in [taken / U256::from(3), U256::MAX] {
        suite.take(buyer, sale, max_lot, U256::MAX).unwrap();
        invariants::check_all(&mut suite).unwrap();
    }
    assert_eq!(suite.market().unwrap().cash, cash, "no cash moves");
    assert!(suite.balance_of(weth, buyer).unwrap() >= taken);
    let sold = suite.waterfall().unwrap();
    assert!(sold.low >= before.low, "F1");
    assert_eq!(
        (sold.absorbedShares, sold.inventoryMid),
        (U256::ZERO, U256::ZERO)
    );
    assert!(suite.active_auctions().unwrap().is_empty());
}

// F1, F3
#[test]
fn a_staker_leaves_in_kind_after_the_cool_down() {
    let mut suite = funded();
    let (_, account) = ten_ether_account(&mut suite);
    let id = lot_for_sale(&mut suite, account);
    let weth = suite.weth();
    let (taken, _) = absorb(&mut suite, id, U256::MAX);
    let (staker, fund) = (suite.user("staker"), suite.modules.fund);
    let shares = suite.balance_of(fund, staker).unwrap();
    let request = IInsuranceFund::requestRedeemCall {
        shares,
        controller: staker,
        owner: staker,
    };
    suite.send(staker, fund, &request).unwrap();
    let call = IInsuranceFund::redeemInKindCall {
        shares,
        receiver: staker,
        controller: staker,
        tokens: U256::MAX,
    };
    let failure = refused(&mut suite, staker, fund, &call);
    assert!(
        failure.is::<IInsuranceFund::ERC4626ExceededMaxRedeem>(),
        "{failure}"
    );
    suite.pass(suite.config.cooldown).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let second = suite.second();
    suite.set_price(second, 8_000 * DOLLAR).unwrap();
    let (_, receipt) = suite.send(staker, fund, &call).unwrap();
    println!("redeemInKind: {} gas", receipt.gas_used);
    // All but what virtual shares have of it.
    let got = suite.balance_of(weth, staker).unwrap();
    assert!(
        got <= taken && got + U256::from(1_000_000_000) >= taken,
        "{got} of {taken}"
    );
    assert_eq!(
        suite.waterfall().unwrap().fundShares,
        U256::from(suite.config.fund_minimum),
        "F2: the minimum stays"
    );
    invariants::check_all(&mut suite).unwrap();
}

/// What the logs say of one account's loss.
#[derive(Debug, Default)]
struct Told {
    debt: U256,
    reward: U256,
    paid: U256,
    recovered: U256,
    to_fund: U256,
    lost: U256,
    covered: U256,
    shared: U256,
    owed: U256,
    owed_paid: U256,
}

fn told(suite: &Suite, account: B256) -> Told {
    let vault = suite.modules.vault;
    let mut told = Told::default();
    for found in suite.events::<IVault::Liquidated>(vault) {
        if found.event.account == account {
            told.debt += found.event.debt;
            told.reward += found.event.reward;
        }
    }
    for found in suite.events::<IVault::ClaimPaid>(vault) {
        if found.event.account == account {
            told.paid += found.event.carrying;
            told.recovered += found.event.recovered;
            told.to_fund += found.event.recoveredToFund;
        }
    }
    for found in suite.events::<IVault::LossRecognised>(vault) {
        if found.event.account == account {
            told.lost += found.event.loss;
            told.covered += found.event.covered;
            told.shared += found.event.shared;
        }
    }
    for found in suite.events::<IVault::ArrearsAdded>(vault) {
        if found.event.account == account {
            told.owed += found.event.assets;
        }
    }
    let arrears = suite.events::<IVault::ArrearsPaid>(vault);
    told.owed_paid = sum(arrears.iter().map(|found| found.event.assets));
    told
}

// F2, F4, V5: the waterfall from absorption to the loss that lenders share, by the logs alone.
#[test]
fn every_event_of_one_loss_adds_up_to_it() {
    let mut suite = suite();
    fund(&mut suite, 1_500);
    let buyer = buyer(&mut suite);
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    let (_, first) = ten_ether_account(&mut suite);
    let victim = suite.user("victim");
    let second = suite
        .open_position(victim, 0, &[(weth, milli_ether(60_000))], stable(8_900))
        .unwrap();
    suite.pass(300).unwrap();
    // The first layer: a lot that nobody buys, absorbed in part.
    let id = lot_for_sale(&mut suite, first);
    let lot = suite.auction_status(id).unwrap().lot;
    absorb(&mut suite, id, lot / U256::from(3));
    // A crash: the second account can't pay, and the fund neither.
    suite.set_price(weth, 120 * DOLLAR).unwrap();
    let (sale, _) = suite.liquidate(keeper, second, weth).unwrap();
    let at_first = told(&suite, second);
    assert_eq!(at_first.covered + at_first.shared, at_first.lost, "F2");
    assert!(!at_first.covered.is_zero() && !at_first.shared.is_zero());
    let view = suite.waterfall().unwrap();
    assert_eq!(at_first.owed, at_first.shared.min(view.inventoryMid));
    assert_eq!(view.arrears, at_first.owed);
    invariants::check_all(&mut suite).unwrap();

    // A sale of the fund's collateral pays lenders first, and may not be bypassed.
    let staker = suite.user("staker");
    let call = IInsuranceFund::absorbCall {
        id: sale,
        maxLot: U256::MAX,
    };
    let modules = suite.modules;
    let failure = refused(&mut suite, staker, modules.fund, &call);
    assert!(
        failure.is::<IVault::ArrearsOpen>() || failure.is::<IVault::PriceAboveBackstop>(),
        "{failure}"
    );
    let unvested = suite.market().unwrap().unvested;
    let inventory = sell(&mut suite, weth);
    suite.take(buyer, inventory, U256::MAX, U256::MAX).unwrap();
    let by_sale = told(&suite, second).owed_paid;
    assert!(!by_sale.is_zero());
    assert_eq!(suite.market().unwrap().unvested, unvested + by_sale);
    invariants::check_all(&mut suite).unwrap();

    // The lot is sold for more than it is carried at: a recovery.
    let bidder = suite.user("bidder");
    provide(&mut suite, bidder, stable(50_000));
    let mut lots = vec![sale];
    while let Some(id) = lots.pop() {
        suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
        suite.pass(2 * HOUR).unwrap();
        suite.set_price(weth, 120 * DOLLAR).unwrap();
        if suite.claim(second).unwrap().closing {
            lots.push(suite.liquidate(keeper, second, weth).unwrap().0);
        }
    }
    let told = told(&suite, second);
    // All that the claim was made of was paid, recovered, or lost for good.
    let lost_for_good = told.lost - told.recovered;
    assert_eq!(
        told.debt + told.reward,
        told.paid + told.recovered + lost_for_good,
        "{told:?}"
    );
    assert_eq!(told.covered + told.shared, told.lost, "F2");
    // Who bears what was lost for good: the fund what it covered and paid of its arrears, less what came back to it; the rest the lenders.
    let of_fund = told.covered + told.owed_paid - told.to_fund;
    let of_lenders = told.shared - told.owed_paid - (told.recovered - told.to_fund);
    assert_eq!(of_fund + of_lenders, lost_for_good, "{told:?}");
    let sold = suite.waterfall().unwrap();
    assert!(sold.arrears.is_zero());
    // The events of the auction say where the money came from.
    let takes = suite.events::<ILiquidationAuction::Taken>(modules.auction);
    let raised = sum(takes
        .iter()
        .filter(|take| take.event.account == second)
        .map(|take| take.event.paid));
    let penalties = sum(suite
        .events::<IVault::ClaimPaid>(modules.vault)
        .iter()
        .filter(|paid| paid.event.account == second)
        .map(|paid| paid.event.penalty));
    assert_eq!(raised, told.paid + told.recovered + penalties);
    invariants::check_all(&mut suite).unwrap();
}

// F1
#[test]
fn the_longest_wait_is_stated_and_longer_than_any_auction() {
    let mut suite = funded();
    let fund = suite.modules.fund;
    let longest = suite
        .view(fund, &IInsuranceFund::longestWaitCall {})
        .unwrap();
    let cooldown = suite.view(fund, &IInsuranceFund::cooldownCall {}).unwrap();
    assert_eq!(longest, cooldown + U256::from(72 * HOUR));
    for collateral in suite.collaterals {
        let call = ILiquidationAuction::curveOfCall {
            token: collateral.token,
        };
        let curve = suite.view(suite.modules.auction, &call).unwrap();
        assert!(curve.tail < cooldown, "the cool-down outlasts the auction");
    }
    // A dead feed makes claims wait, but for no longer.
    let (staker, weth) = (suite.user("staker"), suite.weth());
    let (_, _) = ten_ether_account(&mut suite);
    let shares = suite.balance_of(fund, staker).unwrap() / U256::from(2);
    let request = IInsuranceFund::requestRedeemCall {
        shares,
        controller: staker,
        owner: staker,
    };
    suite.send(staker, fund, &request).unwrap();
    let requested = suite.now();
    suite.pass(suite.config.cooldown).unwrap();
    let redeem = IInsuranceFund::redeemCall {
        shares,
        receiver: staker,
        controller: staker,
    };
    // Stale feeds, a day after their last answer.
    if !suite.waterfall().unwrap().waits.is_zero() {
        let failure = refused(&mut suite, staker, fund, &redeem);
        assert!(failure.is::<IInsuranceFund::RedemptionsWait>(), "{failure}");
    }
    while suite.now() < requested + longest.to::<u64>() {
        suite.pass(12 * HOUR).unwrap();
        suite
            .send(staker, fund, &IInsuranceFund::sampleWaitCall {})
            .unwrap();
    }
    suite.send(staker, fund, &redeem).unwrap();
    let _ = weth;
}

/// One random order of stake, request, exit, loan, fall, liquidation, take, absorption and sale. Returns how often the fund absorbed, sold,
/// and paid arrears.
fn random_order(seed: u64) -> [usize; 3] {
    let mut random = Rng::with_seed(seed);
    let mut suite = suite();
    fund(&mut suite, random.u64(5_000..20_000));
    let buyer = buyer(&mut suite);
    let (weth, keeper, bidder) = (suite.weth(), suite.user("keeper"), suite.user("bidder"));
    provide(&mut suite, bidder, stable(10_000_000));
    let stakers = [suite.user("staker"), suite.user("second staker")];
    let owners: Vec<Address> = (0..3)
        .map(|number| suite.user(&format!("owner {number}")))
        .collect();
    let modules = suite.modules;
    // Every order begins with a lot in the fund, and a half of it sold.
    let (_, first) = ten_ether_account(&mut suite);
    let id = lot_for_sale(&mut suite, first);
    let (taken, _) = absorb(&mut suite, id, U256::MAX);
    let sale = sell(&mut suite, weth);
    suite
        .take(buyer, sale, taken / U256::from(2), U256::MAX)
        .unwrap();
    let mut price = 180;
    for step in 0..60 {
        // Feeds are fresh, but for what a step waits.
        suite.set_price(weth, price * DOLLAR).unwrap();
        let staker = stakers[random.usize(0..2)];
        let owner = owners[random.usize(0..owners.len())];
        let account = account_of(owner, 0);
        let auctions = suite.active_auctions().unwrap();
        let auction = (!auctions.is_empty()).then(|| auctions[random.usize(0..auctions.len())]);
        if let Some(id) = auction {
            // Refused unless it is needed.
            let _outcome = suite.reset(keeper, id);
        }
        // What is refused by an error of its type is part of life.
        let outcome: Result<(), Failure> = match random.u32(0..16) {
            0 => suite.stake(staker, stable(random.u64(1..500))).map(|_| ()),
            1 => {
                let shares = suite.balance_of(modules.fund, staker).unwrap() / U256::from(3);
                let call = IInsuranceFund::requestRedeemCall {
                    shares,
                    controller: staker,
                    owner: staker,
                };
                suite.send(staker, modules.fund, &call).map(|_| ())
            }
            2 | 3 => {
                let most = IInsuranceFund::maxRedeemCall { controller: staker };
                let shares = suite.view(modules.fund, &most).unwrap();
                let (receiver, controller) = (staker, staker);
                if random.bool() {
                    let call = IInsuranceFund::redeemCall {
                        shares,
                        receiver,
                        controller,
                    };
                    let outcome = suite.send(staker, modules.fund, &call).map(|_| ());
                    // F1: what the view says succeeds.
                    assert!(shares.is_zero() || outcome.is_ok(), "{outcome:?}");
                    outcome
                } else {
                    let call = IInsuranceFund::redeemInKindCall {
                        shares,
                        receiver,
                        controller,
                        tokens: U256::MAX,
                    };
                    suite.send(staker, modules.fund, &call).map(|_| ())
                }
            }
            4 | 5 => {
                let ether = [(weth, milli_ether(random.u64(5_000..20_000)))];
                let debt = stable(random.u64(700..1_400));
                suite.open_position(owner, 0, &ether, debt).map(|_| ())
            }
            6..=8 => {
                price = random.u64(110..240);
                suite.set_price(weth, price * DOLLAR)
            }
            9 | 10 => suite.liquidate(keeper, account, weth).map(|_| ()),
            11 => match auction {
                Some(id) => suite.take(bidder, id, U256::MAX, U256::MAX).map(|_| ()),
                None => Ok(()),
            },
            12 | 13 => match auction {
                Some(id) => {
                    let lot = suite.auction_status(id).unwrap().lot;
                    let part = lot / U256::from(random.u32(1..4));
                    let before = suite.waterfall().unwrap();
                    let mut outcome = suite.absorb(keeper, id, part);
                    for _ in 0..40 {
                        match &outcome {
                            Err(failure) if failure.is::<IVault::PriceAboveBackstop>() => {}
                            _ => break,
                        }
                        suite.pass(60).unwrap();
                        outcome = suite.absorb(keeper, id, part);
                    }
                    let after = suite.waterfall().unwrap();
                    let losses = suite.events::<IVault::LossRecognised>(modules.vault).len();
                    // F4, to two units of the loan asset, unless the lot's end left a loss.
                    let grace = U256::from(2_000_000);
                    let is_whole = losses == 0 && outcome.is_ok();
                    assert!(
                        !is_whole || after.low + grace >= before.low,
                        "F4: step {step}"
                    );
                    outcome.map(|_| ())
                }
                None => Ok(()),
            },
            14 => suite.sell_inventory(keeper, weth).map(|_| ()),
            _ => match auction {
                Some(id) => suite.take(buyer, id, U256::MAX, U256::MAX).map(|_| ()),
                None => Ok(()),
            },
        };
        if let Err(failure) = &outcome {
            assert!(
                !failure.name.is_empty(),
                "seed {seed}, step {step}: {failure}"
            );
        }
        suite.pass(random.u64(0..2 * HOUR)).unwrap();
        if random.u32(0..4) == 0 {
            suite.pass(random.u64(0..30 * HOUR)).unwrap();
        }
        if let Err(text) = invariants::check_all(&mut suite) {
            panic!("seed {seed}, step {step}: {text}");
        }
    }
    [
        suite.events::<IVault::LotAbsorbed>(modules.vault).len(),
        suite.events::<IVault::InventorySold>(modules.vault).len(),
        suite.events::<IVault::ArrearsPaid>(modules.vault).len(),
    ]
}

// F1, F2, F3, F4, V3, V5
#[test]
fn no_random_order_moves_a_loss_to_somebody_else() {
    let mut reached = [0; 3];
    for seed in 0..6 {
        for (sum, count) in reached.iter_mut().zip(random_order(seed)) {
            *sum += count;
        }
    }
    println!("absorbed, sold, arrears paid: {reached:?}");
    assert!(reached[0] > 0 && reached[1] > 0, "{reached:?}");
}
