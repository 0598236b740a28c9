//! Takers of the auction in Solidity, among them one that sells into a real Uniswap v3 pool; stop levels; gas.

use alloy_sol_types::{sol, SolValue};
use breakwater_tests::{
    external::IToken,
    interfaces::{
        auction::{ILiquidationAuction, Order},
        vault::IVault,
    },
    invariants, Suite, B256, DOLLAR, U256, WAD,
};

use crate::common::{
    create, deployed, fund, funded, milli_ether, provide, refused, stable, ten_ether_account,
};
use crate::uniswap::uniswap_pool;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IUniswapTaker {
        error ProfitBelowMinimum(uint256 profit, uint256 minimum);
        function run(uint256 id, uint256 maxLot, uint256 minProfit) external returns (uint256 lotTaken, uint256 paid, uint256 profit);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IRouter {
        error NoAuction(bytes32 account, address token);
        error DeadlinePassed(uint256 deadline, uint256 timestamp);
        function liquidateAndTake(bytes32 account, address token, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 deadline, address receiver) external returns (uint256 id, uint256 lotTaken, uint256 paid);
    }
}

/// An account under water with a lot for sale at `price` dollars.
fn lot_for_sale(suite: &mut Suite, price: u64) -> (B256, U256) {
    let (_, account) = ten_ether_account(suite);
    let (weth, keeper) = (suite.weth(), suite.user("keeper"));
    suite.set_price(weth, price * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    (account, id)
}

#[test]
fn a_contract_without_capital_sells_into_a_uniswap_pool_in_the_callback_and_keeps_the_profit() {
    let mut suite = funded();
    let (account, id) = lot_for_sale(&mut suite, 180);
    let (weth, asset, modules) = (suite.weth(), suite.asset, suite.modules);
    let pool = uniswap_pool(&mut suite, weth, 180, 2_000);
    let owner = suite.user("taker");
    let arguments = (modules.auction, pool, asset).abi_encode_params();
    let taker = create(&mut suite, owner, "UniswapTaker", &arguments);
    let run = |minimum: u64| IUniswapTaker::runCall {
        id,
        maxLot: U256::MAX,
        minProfit: U256::from(minimum),
    };
    // At 2 % over the market the pool does not bring what the lot costs: the whole transaction fails, and nothing has happened.
    suite.pass(5).unwrap();
    let before = suite.auction_status(id).unwrap();
    refused(&mut suite, owner, taker, &run(1));
    assert_eq!(suite.auction_status(id).unwrap(), before);
    assert_eq!(suite.balance_of(weth, taker).unwrap(), U256::ZERO);

    suite.pass(240).unwrap();
    let quoted = suite.quote(id, U256::MAX).unwrap();
    let pool_before = suite.balance_of(asset, pool).unwrap();
    let (answer, receipt) = suite.send(owner, taker, &run(1)).unwrap();
    assert_eq!(
        (answer.lotTaken, answer.paid),
        (quoted.lotTaken, quoted.payment)
    );
    assert!(!answer.profit.is_zero());
    // What the pool paid is what the vault got and what the taker keeps.
    let pool_paid = pool_before - suite.balance_of(asset, pool).unwrap();
    assert_eq!(pool_paid, answer.paid + answer.profit);
    assert_eq!(suite.balance_of(asset, owner).unwrap(), answer.profit);
    for token in [asset, weth] {
        assert_eq!(suite.balance_of(token, taker).unwrap(), U256::ZERO);
    }
    println!("take, sell on Uniswap and pay: {} gas", receipt.gas_used);
    assert!(suite.active_auctions().unwrap().is_empty());
    let claim = suite.claim(account).unwrap();
    assert_eq!(claim.carrying + claim.penalty, U256::ZERO);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn an_address_without_code_liquidates_and_takes_in_one_transaction_through_the_router() {
    let mut suite = deployed(|config| config.weth.curve.buffer = WAD / 100 * 97);
    fund(&mut suite, 5_000);
    let (_, account) = ten_ether_account(&mut suite);
    let (weth, asset, modules) = (suite.weth(), suite.asset, suite.modules);
    let (deployer, user) = (suite.user("deployer"), suite.user("liquidator"));
    let router = create(
        &mut suite,
        deployer,
        "LiquidationRouter",
        &modules.vault.abi_encode(),
    );
    suite.give(asset, user, stable(10_000)).unwrap();
    let approve = IToken::approveCall {
        spender: router,
        value: U256::MAX,
    };
    suite.send(user, asset, &approve).unwrap();
    let call = |max_price: U256, deadline: U256| IRouter::liquidateAndTakeCall {
        account,
        token: weth,
        maxLot: U256::MAX,
        minLot: U256::from(1),
        maxPrice: max_price,
        deadline,
        receiver: user,
    };
    // A healthy account, a price too high, a time too late: nothing happens.
    let failure = refused(&mut suite, user, router, &call(U256::MAX, U256::MAX));
    assert!(failure.is::<IVault::AccountHealthy>(), "{failure}");
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let expected = suite.check_liquidation(account, weth).unwrap();
    let price = suite.price(weth).unwrap();
    let first = price * U256::from(97) / U256::from(100);
    let failure = refused(
        &mut suite,
        user,
        router,
        &call(first - U256::from(1), U256::MAX),
    );
    assert!(
        failure.is::<ILiquidationAuction::PriceAboveMaximum>(),
        "{failure}"
    );
    let failure = refused(&mut suite, user, router, &call(first, U256::from(1)));
    assert!(failure.is::<IRouter::DeadlinePassed>(), "{failure}");
    assert!(suite.active_auctions().unwrap().is_empty());

    let now = U256::from(suite.now());
    let (answer, receipt) = suite.send(user, router, &call(first, now)).unwrap();
    println!(
        "liquidate and take through the router: {} gas",
        receipt.gas_used
    );
    assert_eq!(answer.paid, expected.debt + expected.penalty);
    assert_eq!(suite.balance_of(weth, user).unwrap(), answer.lotTaken);
    assert_eq!(
        suite.balance_of(asset, user).unwrap(),
        stable(10_000) - answer.paid
    );
    // The reward is the caller's; the router keeps nothing.
    assert!(!suite.balance_of(modules.vault, user).unwrap().is_zero());
    for token in [asset, weth, modules.vault] {
        assert_eq!(suite.balance_of(token, router).unwrap(), U256::ZERO);
    }
    assert!(suite.active_auctions().unwrap().is_empty());
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn one_transaction_takes_from_several_auctions_and_skips_what_is_gone() {
    let mut suite = funded();
    let (_, first) = lot_for_sale(&mut suite, 180);
    let (weth, keeper, bidder) = (suite.weth(), suite.user("keeper"), suite.user("bidder"));
    suite.set_price(weth, 200 * DOLLAR).unwrap();
    let owner = suite.user("another");
    let collateral = [(weth, milli_ether(10_000))];
    let account = suite
        .open_position(owner, 0, &collateral, stable(1_490))
        .unwrap();
    suite.pass(100).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let (second, _) = suite.liquidate(keeper, account, weth).unwrap();
    provide(&mut suite, bidder, stable(10_000));
    let order = |id: U256| Order {
        id,
        maxLot: U256::MAX,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
    };
    let batch = ILiquidationAuction::takeBatchCall {
        orders: vec![
            order(first),
            order(U256::from(77)),
            order(second),
            order(first),
        ],
        deadline: U256::MAX,
        receiver: bidder,
        data: Default::default(),
    };
    let owed = suite.auction_status(first).unwrap().tab + suite.auction_status(second).unwrap().tab;
    let (answer, receipt) = suite.send(bidder, suite.modules.auction, &batch).unwrap();
    println!("two whole lots in one take: {} gas", receipt.gas_used);
    assert_eq!((answer.taken, answer.paid), (U256::from(2), owed));
    assert!(suite.active_auctions().unwrap().is_empty());
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn stop_levels_stop_start_reset_and_take_and_the_owner_cancels_at_every_level() {
    let mut suite = funded();
    let weth = suite.weth();
    let user = suite.user("another owner");
    let collateral = [(weth, milli_ether(10_000))];
    let other = suite
        .open_position(user, 0, &collateral, stable(1_490))
        .unwrap();
    let (account, id) = lot_for_sale(&mut suite, 180);
    let (keeper, owner) = (suite.user("keeper"), suite.owner);
    let (auction, vault) = (suite.modules.auction, suite.modules.vault);
    provide(&mut suite, keeper, stable(10_000));
    let failure = refused(
        &mut suite,
        keeper,
        auction,
        &ILiquidationAuction::setStopCall { level: 3 },
    );
    assert!(
        failure.is::<ILiquidationAuction::NotAuthorized>(),
        "{failure}"
    );
    let failure = refused(
        &mut suite,
        keeper,
        auction,
        &ILiquidationAuction::tripCall { token: weth },
    );
    assert!(failure.is::<ILiquidationAuction::NotHalted>(), "{failure}");
    for level in 1..=3_u8 {
        suite
            .send(owner, auction, &ILiquidationAuction::setStopCall { level })
            .unwrap();
        let failure = suite.liquidate(keeper, other, weth).unwrap_err();
        assert!(failure.is::<ILiquidationAuction::Stopped>(), "{failure}");
        let taken = suite.take(keeper, id, milli_ether(100), U256::MAX);
        assert_eq!(taken.is_ok(), level < 3);
    }
    let cancel = ILiquidationAuction::cancelCall { id };
    let failure = refused(&mut suite, keeper, auction, &cancel);
    assert!(
        failure.is::<ILiquidationAuction::NotAuthorized>(),
        "{failure}"
    );
    let held = suite.collateral_of(account, weth).unwrap();
    suite.send(owner, auction, &cancel).unwrap();
    // The lot is the account's again, and the claim is its debt again: nothing is forgiven but the penalty.
    let after = suite.collateral_of(account, weth).unwrap();
    assert_eq!(
        (after.free, after.inLots),
        (held.free + held.inLots, U256::ZERO)
    );
    let reinstated = suite.events::<IVault::ClaimReinstated>(vault);
    assert_eq!(reinstated.len(), 1);
    assert!(!reinstated[0].event.assets.is_zero());
    invariants::check_all(&mut suite).unwrap();
    suite
        .send(
            owner,
            auction,
            &ILiquidationAuction::setStopCall { level: 0 },
        )
        .unwrap();
    suite.liquidate(keeper, other, weth).unwrap();
    invariants::check_all(&mut suite).unwrap();
}

/// Whole transactions on the embedded chain, programs cached, two price sources, storage cold: the lot on the slot of an earlier one, the
/// account's first claim, a bidder who holds both tokens. The bounds are what is measured, and a little: nothing grows unseen. (The
/// design asks for less, see the auction's README.)
#[test]
fn gas_of_the_auctions_verbs_does_not_grow_unseen() {
    let mut suite = funded();
    let (weth, keeper, bidder) = (suite.weth(), suite.user("keeper"), suite.user("bidder"));
    let mut accounts = Vec::new();
    for name in ["first", "second"] {
        let owner = suite.user(name);
        let collateral = [(weth, milli_ether(10_000))];
        accounts.push(
            suite
                .open_position(owner, 0, &collateral, stable(1_490))
                .unwrap(),
        );
    }
    let (_, id) = lot_for_sale(&mut suite, 180);
    provide(&mut suite, bidder, stable(50_000));
    suite.pass(60).unwrap();
    suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    suite.pass(600).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let (id, start) = suite.liquidate(keeper, accounts[0], weth).unwrap();
    suite.pass(60).unwrap();
    let half = suite.auction_status(id).unwrap().lot / U256::from(2);
    let (_, part) = suite.take(bidder, id, half, U256::MAX).unwrap();
    suite.pass(60).unwrap();
    let (_, whole) = suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    let (id, _) = suite.liquidate(keeper, accounts[1], weth).unwrap();
    suite.pass(suite.config.weth.curve.tail + 1).unwrap();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let reset = suite.reset(keeper, id).unwrap();
    let (owner, auction) = (suite.owner, suite.modules.auction);
    let (_, cancel) = suite
        .send(owner, auction, &ILiquidationAuction::cancelCall { id })
        .unwrap();
    let figures = [
        (
            "liquidate (starts an auction) on a used slot",
            start.gas_used,
            207_000,
        ),
        ("take of a part", part.gas_used, 132_000),
        ("take of the rest", whole.gas_used, 142_000),
        ("reset", reset.gas_used, 72_500),
        ("cancel", cancel.gas_used, 119_000),
    ];
    for (verb, gas, bound) in figures {
        println!("{verb}: {gas} gas, at most {bound}");
    }
    for (verb, gas, bound) in figures {
        assert!(gas <= bound, "{verb}: {gas} gas, over {bound}");
    }
}
