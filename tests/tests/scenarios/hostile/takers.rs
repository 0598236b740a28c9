//! Takers that misbehave in a take's callback, or do not pay.

use alloy_sol_types::{SolCall, SolValue};
use breakwater_tests::{
    interfaces::{
        auction::{ILiquidationAuction, Order},
        fund::IInsuranceFund,
        oracle::IOracleAdapter,
        vault::IVault,
    },
    invariants, B256, DOLLAR, U256,
};

use super::Scene;
use crate::common::{
    create, everything, funded, milli_ether, raw, refused, stable, ten_ether_account, IHostile,
};

impl Scene {
    /// The taker takes all of an auction, for what the quote says, and none of its attempts succeeds. Returns what it took.
    fn take_all_and_no_more(&mut self, id: U256) -> U256 {
        let quoted = self.suite.quote(id, U256::MAX).unwrap();
        let (taken, _) = self
            .suite
            .send(self.user, self.contract, &take(id, U256::MAX))
            .unwrap();
        let said = (quoted.lotTaken, quoted.payment);
        assert_eq!((taken.lotTaken, taken.paid), said);
        for (index, (succeeded, answer)) in self.outcomes().into_iter().enumerate() {
            assert!(!succeeded, "attempt {index}: {answer:?}");
        }
        taken.lotTaken
    }

    /// Another account, which can be liquidated at once.
    fn victim(&mut self) -> B256 {
        let suite = &mut self.suite;
        let weth = suite.weth();
        let owner = suite.user("victim");
        suite.set_price(weth, 200 * DOLLAR).unwrap();
        let collateral = [(weth, milli_ether(10_000))];
        let victim = suite
            .open_position(owner, 0, &collateral, stable(1_470))
            .unwrap();
        suite.pass(100).unwrap();
        suite.set_price(weth, 178 * DOLLAR).unwrap();
        assert!(suite.check_liquidation(victim, weth).unwrap().succeeds);
        victim
    }
}

/// A take by the taker of a scene.
fn take(id: U256, max_lot: U256) -> IHostile::takeCall {
    IHostile::takeCall {
        id,
        maxLot: max_lot,
    }
}

/// A taker that has the money to pay for a live auction of an account's ether; the account and the auction.
fn taking() -> (Scene, B256, U256) {
    let mut suite = funded();
    let (_, account) = ten_ether_account(&mut suite);
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    suite.pass(180).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let user = suite.user("attacker");
    let arguments = (suite.modules.auction, suite.asset).abi_encode_params();
    let contract = create(&mut suite, user, "HostileTaker", &arguments);
    let asset = suite.asset;
    suite.give(asset, contract, stable(10_000)).unwrap();
    let scene = Scene {
        suite,
        user,
        contract,
        attempts: 0,
    };
    (scene, account, id)
}

#[test]
fn in_a_takes_callback_every_verb_of_the_auction_and_the_partners_verbs_of_the_vault_are_refused() {
    let (mut scene, account, id) = taking();
    let (modules, taker) = (scene.suite.modules, scene.contract);
    let (weth, one) = (scene.suite.weth(), U256::from(1));
    let victim = scene.victim();

    let auction = modules.auction;
    let again = ILiquidationAuction::takeCall {
        id,
        maxLot: U256::MAX,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        deadline: U256::MAX,
        receiver: taker,
        data: Default::default(),
    };
    scene.attempt(auction, &again);
    scene.attempt(
        auction,
        &ILiquidationAuction::resetCall { id, keeper: taker },
    );
    scene.attempt(auction, &ILiquidationAuction::closeCall { id });
    let start = ILiquidationAuction::startCall {
        account,
        token: weth,
        lot: one,
        tab: one,
        debt: one,
        price: one,
        volatility: U256::from(1),
        keeper: taker,
    };
    scene.attempt(auction, &start);
    scene.attempt(auction, &ILiquidationAuction::setDustCall { dust: one });
    scene.attempt(auction, &ILiquidationAuction::acceptOwnershipCall {});
    // Its views too, so that nobody reads books that are half written.
    scene.attempt(auction, &ILiquidationAuction::statusOfCall { id });
    let order = Order {
        id,
        maxLot: U256::MAX,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
    };
    let batch = ILiquidationAuction::takeBatchCall {
        orders: vec![order],
        deadline: U256::MAX,
        receiver: taker,
        data: Default::default(),
    };
    scene.attempt(auction, &batch);
    scene.attempt(auction, &ILiquidationAuction::cancelCall { id });
    scene.attempt(auction, &ILiquidationAuction::tripCall { token: weth });
    scene.attempt(auction, &ILiquidationAuction::setStopCall { level: 0 });
    let redeem = IInsuranceFund::redeemCall {
        shares: one,
        receiver: taker,
        controller: taker,
    };
    scene.attempt(modules.fund, &redeem);
    let request = IInsuranceFund::requestRedeemCall {
        shares: one,
        controller: taker,
        owner: scene.user,
    };
    scene.attempt(modules.fund, &request);
    let offer = IOracleAdapter::transferOwnershipCall { newOwner: taker };
    scene.attempt(modules.oracle, &offer);
    let vault = modules.vault;
    let release = IVault::releaseCall {
        account,
        token: weth,
        amount: one,
        receiver: taker,
    };
    scene.attempt(vault, &release);
    let settle = IVault::settleCall {
        account,
        token: weth,
        payer: taker,
        payment: one,
        tabSettled: one,
        debtSettled: one,
        lotReturned: one,
        ended: true,
    };
    scene.attempt(vault, &settle);
    let deliver = IVault::deliverCall {
        account,
        token: weth,
        payer: taker,
        payment: U256::ZERO,
        tabSettled: one,
        debtSettled: one,
        lotReturned: U256::ZERO,
        ended: false,
        amount: one,
        receiver: taker,
    };
    scene.attempt(vault, &deliver);
    let liquidate = IVault::liquidateCall {
        account: victim,
        token: weth,
        maxRepay: U256::MAX,
        keeper: taker,
    };
    scene.attempt(vault, &liquidate);
    let borrow = IVault::borrowCall {
        account,
        assets: stable(500),
        receiver: taker,
    };
    scene.attempt(vault, &borrow);

    let taken = scene.take_all_and_no_more(id);
    let mut suite = scene.suite;
    assert_eq!(suite.balance_of(weth, taker).unwrap(), taken);
    assert!(suite.check_liquidation(victim, weth).unwrap().succeeds);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn in_a_takes_callback_the_fund_absorbs_nothing_of_this_lot_or_another() {
    let (mut scene, account, id) = taking();
    let (weth, modules) = (scene.suite.weth(), scene.suite.modules);
    let victim = scene.victim();
    let (user, suite) = (scene.user, &mut scene.suite);
    let keeper = suite.user("keeper");
    let (other, _) = suite.liquidate(keeper, victim, weth).unwrap();
    // Until both lots are at the backstop: outside of a callback anybody lets the fund take them.
    let call = |id| IInsuranceFund::absorbCall {
        id,
        maxLot: U256::MAX,
    };
    while suite.try_out(user, modules.fund, &call(other)).is_err() {
        suite.pass(60).unwrap();
        suite.set_price(weth, 178 * DOLLAR).unwrap();
        assert!(!suite.auction_status(other).unwrap().needsReset);
    }
    suite.try_out(user, modules.fund, &call(id)).unwrap();

    for id in [id, other] {
        scene.attempt(modules.fund, &call(id));
        let direct = ILiquidationAuction::absorbCall {
            id,
            maxLot: U256::MAX,
        };
        scene.attempt(modules.auction, &direct);
    }
    let one = U256::from(1);
    let absorb = IVault::absorbCall {
        account,
        token: weth,
        amount: one,
        payment: one,
        tabSettled: one,
        debtSettled: one,
        lotReturned: one,
        ended: true,
        price: one,
        low: U256::MAX,
    };
    scene.attempt(modules.vault, &absorb);
    let shares = scene.suite.balance_of(modules.vault, modules.fund);
    let shares = shares.unwrap();
    scene.take_all_and_no_more(id);
    let mut suite = scene.suite;
    // No share of the fund was burnt by it, and the other lot can be absorbed as before.
    assert!(suite.balance_of(modules.vault, modules.fund).unwrap() >= shares);
    suite.send(user, modules.fund, &call(other)).unwrap();
    assert!(suite.balance_of(modules.vault, modules.fund).unwrap() < shares);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn a_callback_may_use_the_vault_as_anybody_may_and_gains_nothing_by_it() {
    let (mut scene, account, id) = taking();
    let (user, taker) = (scene.user, scene.contract);
    let (vault, asset) = (scene.suite.modules.vault, scene.suite.asset);
    // The taker pays the claim in the callback, deposits and withdraws at the share price of the moment.
    let pay = IVault::repayClaimCall {
        account,
        assets: stable(100),
    };
    let approve = breakwater_tests::external::IToken::approveCall {
        spender: vault,
        value: U256::MAX,
    };
    scene.attempt(asset, &approve);
    scene.attempt(vault, &pay);
    let deposit = IVault::depositCall {
        assets: stable(1_000),
        receiver: taker,
    };
    scene.attempt(vault, &deposit);
    let withdraw = IVault::withdrawCall {
        assets: stable(999),
        receiver: taker,
        owner: taker,
    };
    scene.attempt(vault, &withdraw);
    let suite = &mut scene.suite;
    let before = suite.balance_of(asset, taker).unwrap();
    let cash = suite.market().unwrap().cash;
    let call = take(id, milli_ether(2_000));
    let (taken, _) = suite.send(user, taker, &call).unwrap();
    for (index, (succeeded, answer)) in scene.outcomes().into_iter().enumerate() {
        assert!(succeeded, "attempt {index}: {answer:?}");
    }
    let (mut suite, weth) = (scene.suite.clone(), scene.suite.weth());
    let after = suite.balance_of(asset, taker).unwrap();
    assert_eq!(before - after, taken.paid + stable(101));
    let shares = suite.balance_of(vault, taker).unwrap();
    let call = IVault::convertToAssetsCall { shares };
    assert!(suite.view(vault, &call).unwrap() <= stable(1));
    assert_eq!(suite.balance_of(weth, taker).unwrap(), taken.lotTaken);
    let market = suite.market().unwrap();
    assert_eq!(market.cash - cash, taken.paid + stable(101));
    assert_eq!(suite.balance_of(asset, vault).unwrap(), market.cash);
    // V3 by events takes a claim's payment within a take for the take's own.
    for (id, check) in invariants::CHECKS.iter().filter(|(id, _)| *id != "V3") {
        check(&mut suite).unwrap_or_else(|text| panic!("{id}: {text}"));
    }
}

#[test]
fn a_take_whose_taker_misbehaves_leaves_no_trace() {
    let (scene, account, id) = taking();
    let (mut suite, user, taker) = (scene.suite, scene.user, scene.contract);
    let users = [user, taker];
    let before = everything(&mut suite, account, &users);
    // In the order of the contract: what it does, and which error comes of it.
    let callback = ILiquidationAuction::CallbackFailed { receiver: taker };
    let misbehaviours = [
        (1, true),  // another selector
        (2, true),  // no answer
        (3, true),  // an answer of four bytes
        (5, true),  // a revert
        (6, true),  // all gas
        (7, false), // no allowance for the payment
        (8, false), // a unit less than the payment
    ];
    let take = take(id, U256::MAX);
    for (behaviour, in_callback) in misbehaviours {
        let behave = IHostile::behaveCall { behaviour };
        raw(&mut suite, user, taker, behave.abi_encode());
        let failure = refused(&mut suite, user, taker, &take);
        if in_callback {
            assert_eq!(
                failure.as_error(),
                Some(callback.clone()),
                "behaviour {behaviour}"
            );
        } else {
            let error = IVault::TokenCallFailed { token: suite.asset };
            assert_eq!(failure.as_error(), Some(error), "behaviour {behaviour}");
        }
        assert_eq!(
            everything(&mut suite, account, &users),
            before,
            "behaviour {behaviour}"
        );
    }
    // An answer of a hundred thousand bytes is right in its first word; nobody copies the rest.
    raw(
        &mut suite,
        user,
        taker,
        IHostile::behaveCall { behaviour: 4 }.abi_encode(),
    );
    suite.send(user, taker, &take).unwrap();
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn a_take_without_money_or_in_favour_of_a_module_is_refused_and_leaves_no_trace() {
    let (scene, account, id) = taking();
    let (mut suite, user) = (scene.suite, scene.user);
    let before = everything(&mut suite, account, &[user]);
    let failure = suite.take(user, id, U256::MAX, U256::MAX).unwrap_err();
    assert!(failure.is::<IVault::TokenCallFailed>(), "{failure}");
    let modules = suite.modules;
    let forbidden = [
        modules.vault,
        modules.auction,
        modules.oracle,
        modules.fund,
        suite.asset,
        suite.weth(),
    ];
    for receiver in forbidden {
        for data in [vec![], vec![1]] {
            let call = ILiquidationAuction::takeCall {
                id,
                maxLot: U256::MAX,
                minLot: U256::ZERO,
                maxPrice: U256::MAX,
                deadline: U256::MAX,
                receiver,
                data: data.into(),
            };
            let failure = refused(&mut suite, user, modules.auction, &call);
            let expected = ILiquidationAuction::InvalidReceiver { receiver };
            assert_eq!(failure.as_error(), Some(expected));
        }
    }
    let call = ILiquidationAuction::takeCall {
        id,
        maxLot: U256::MAX,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        deadline: U256::from(suite.now() - 1),
        receiver: user,
        data: Default::default(),
    };
    let failure = refused(&mut suite, user, modules.auction, &call);
    assert!(
        failure.is::<ILiquidationAuction::DeadlinePassed>(),
        "{failure}"
    );
    assert_eq!(everything(&mut suite, account, &[user]), before);
}
