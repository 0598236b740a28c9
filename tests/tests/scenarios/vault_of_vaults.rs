//! A pool of pools in Solidity that lends through two Breakwater markets: what the vault's ERC-4626 side is worth to an integrator.

use std::sync::OnceLock;

use alloy_sol_types::{sol, SolCall, SolValue};
use breakwater_tests::{
    external::IToken, interfaces::vault::IVault, invariants, Address, Failure, Modules, Suite,
    DOLLAR, U256,
};

use crate::{
    common::{
        create, hooked_asset, milli_ether, provide, refused, stable, suite, ten_ether_account,
        IHostile,
    },
    erc4626::{hold, IProperties},
};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IPoolOfPools {
        error OwnableUnauthorizedAccount(address account);
        error InvalidMarket(address market);
        error InvalidMarkets(uint256 count);
        error CapExceeded(address market, uint256 assets, uint256 cap);
        error NothingForIt(uint256 assets);
        error ReentrancyGuardReentrantCall();
        error ERC4626ExceededMaxDeposit(address receiver, uint256 assets, uint256 max);
        error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max);
        error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
        function setCap(address market, uint256 cap) external;
        function rebalance(address from, address to, uint256 assets) external;
        function liquidity() external view returns (uint256);
    }
}

/// Two markets for the same tokens, and the pool over both.
#[derive(Clone)]
struct World {
    suite: Suite,
    second: Modules,
    pool: Address,
    curator: Address,
}

impl World {
    /// The first market takes `cap` of the pool, the second any amount.
    fn new(cap: U256) -> Self {
        static MARKETS: OnceLock<(Suite, Modules)> = OnceLock::new();
        let markets = MARKETS.get_or_init(|| {
            let mut suite = suite();
            let second = suite.deploy_another().unwrap();
            (suite, second)
        });
        let (mut suite, second) = markets.clone();
        let curator = suite.user("curator");
        let vaults = vec![suite.modules.vault, second.vault];
        let arguments = (suite.asset, vaults, vec![cap, U256::MAX], curator);
        let arguments = SolValue::abi_encode_params(&arguments);
        let pool = create(&mut suite, curator, "VaultOfVaults", &arguments);
        Self {
            suite,
            second,
            pool,
            curator,
        }
    }

    /// The first market takes 600 of the pool's 1,000, which are Ann's. Returns her and her shares.
    fn filled() -> (Self, Address, U256) {
        let mut world = Self::new(stable(600));
        let (ann, shares) = world.enter("ann", stable(1_000));
        (world, ann, shares)
    }

    /// Somebody new puts assets into the pool. Returns the shares.
    fn enter(&mut self, name: &str, assets: U256) -> (Address, U256) {
        let user = self.suite.user(name);
        self.allow(user, assets);
        let call = IVault::depositCall {
            assets,
            receiver: user,
        };
        let (shares, _) = self.suite.send(user, self.pool, &call).unwrap();
        (user, shares)
    }

    /// Gives somebody assets, and the pool the allowance.
    fn allow(&mut self, user: Address, assets: U256) {
        let asset = self.suite.asset;
        self.suite.give(asset, user, assets).unwrap();
        let (spender, value) = (self.pool, U256::MAX);
        let call = IToken::approveCall { spender, value };
        self.suite.send(user, asset, &call).unwrap();
    }

    fn redeem(&mut self, user: Address, shares: U256) -> Result<U256, Failure> {
        let call = IVault::redeemCall {
            shares,
            receiver: user,
            owner: user,
        };
        Ok(self.suite.send(user, self.pool, &call)?.0)
    }

    fn ask<C: SolCall>(&mut self, call: C) -> C::Return {
        self.suite.view(self.pool, &call).unwrap()
    }

    fn total(&mut self) -> U256 {
        self.ask(IVault::totalAssetsCall {})
    }

    fn worth(&mut self, shares: U256) -> U256 {
        self.ask(IVault::convertToAssetsCall { shares })
    }

    /// What the pool has in a market, loan asset.
    fn in_market(&mut self, vault: Address) -> U256 {
        let owner = self.pool;
        let shares = self.suite.view(vault, &IVault::balanceOfCall { owner });
        let shares = shares.unwrap();
        let call = IVault::convertToAssetsCall { shares };
        self.suite.view(vault, &call).unwrap()
    }

    /// Acts in the second market.
    fn beside<R>(&mut self, act: impl FnOnce(&mut Suite) -> R) -> R {
        std::mem::swap(&mut self.suite.modules, &mut self.second);
        let answer = act(&mut self.suite);
        std::mem::swap(&mut self.suite.modules, &mut self.second);
        answer
    }

    /// The books of both markets add up.
    fn check(&mut self) {
        invariants::check_all(&mut self.suite).unwrap();
        self.beside(|suite| invariants::check_all(suite).unwrap());
    }
}

/// Somebody borrows of the market at hand against ten ether.
fn lend_out(suite: &mut Suite, assets: U256) {
    let borrower = suite.user("borrower");
    let collateral = [(suite.weth(), milli_ether(10_000))];
    suite
        .open_position(borrower, 0, &collateral, assets)
        .unwrap();
}

/// The guardian of the market at hand pauses a verb for an hour.
fn pause(suite: &mut Suite, verb: u64) {
    let call = IVault::pauseCall {
        verb: U256::from(verb),
        duration: U256::from(3_600),
    };
    let (guardian, vault) = (suite.owner, suite.modules.vault);
    suite.send(guardian, vault, &call).unwrap();
}

/// What rounding may cost who moves: a base unit a market.
fn is_about(left: U256, right: U256) -> bool {
    left.abs_diff(right) <= U256::from(2)
}

#[test]
fn deposits_fill_the_markets_in_order_and_withdrawals_empty_them_from_the_end() {
    let (mut world, ann, shares) = World::filled();
    let (first, second) = (world.suite.modules.vault, world.second.vault);
    assert!(is_about(world.in_market(first), stable(600)));
    assert!(is_about(world.in_market(second), stable(400)));
    assert!(is_about(world.worth(shares), stable(1_000)));

    let call = IVault::withdrawCall {
        assets: stable(500),
        receiver: ann,
        owner: ann,
    };
    world.suite.send(ann, world.pool, &call).unwrap();
    assert!(is_about(world.in_market(first), stable(500)));
    assert!(is_about(world.in_market(second), U256::ZERO));
    let owner = ann;
    let rest = world.ask(IVault::balanceOfCall { owner });
    let received = world.redeem(ann, rest).unwrap();
    assert!(stable(500) - received <= U256::from(6), "{received}");
    // What rounding left is all that is left.
    assert!(world.total() <= U256::from(6));
    world.check();
}

#[test]
fn the_pool_of_pools_keeps_what_erc_4626_promises() {
    let (mut world, ..) = World::filled();
    // A share price that is no round figure, in both markets.
    lend_out(&mut world.suite, stable(400));
    world.beside(|suite| lend_out(suite, stable(300)));
    world.suite.pass(30 * 86_400).unwrap();
    let prover = world.suite.user("prover");
    let arguments = world.pool.abi_encode();
    let contract = create(&mut world.suite, prover, "Erc4626Properties", &arguments);
    let asset = world.suite.asset;
    world
        .suite
        .give(asset, contract, stable(4_000_000_000))
        .unwrap();
    let suite = &mut world.suite;
    for (assets, shares) in [(10_u64, 12_000_003_u64), (1_234_567, 7_654_321_987_654_321)] {
        let (assets, shares) = (U256::from(assets), U256::from(shares));
        hold(suite, contract, &IProperties::viewsCall { assets, shares });
        hold(suite, contract, &IProperties::limitsCall { assets });
        hold(
            suite,
            contract,
            &IProperties::roundTripsCall { assets, shares },
        );
    }
    for by_mint in [true, false] {
        let mut filled = suite.clone();
        let call = IProperties::fillCall { byMint: by_mint };
        // The first market's cap is the pool's own, the second's is the market's.
        hold(&mut filled, contract, &call);
    }
    let (assets, shares) = (stable(30), stable(20) * U256::from(1_000_000));
    hold(
        suite,
        contract,
        &IProperties::previewsCall { assets, shares },
    );
    world.check();
}

#[test]
fn what_is_lent_out_or_paused_is_not_promised_and_all_that_is_promised_can_be_had() {
    let (mut world, ann, shares) = World::filled();
    lend_out(&mut world.suite, stable(500));
    // The first market has 100 left, the second all of its 400.
    assert!(is_about(
        world.ask(IPoolOfPools::liquidityCall {}),
        stable(500)
    ));
    let owner = ann;
    let most = world.ask(IVault::maxWithdrawCall { owner });
    assert!(is_about(most, stable(500)));
    let withdraw = |assets| IVault::withdrawCall {
        assets,
        receiver: ann,
        owner: ann,
    };
    let pool = world.pool;
    let failure = refused(&mut world.suite, ann, pool, &withdraw(most + U256::from(1)));
    assert!(
        failure.is::<IPoolOfPools::ERC4626ExceededMaxWithdraw>(),
        "{failure}"
    );
    let failure = world.redeem(ann, shares).unwrap_err();
    assert!(
        failure.is::<IPoolOfPools::ERC4626ExceededMaxRedeem>(),
        "{failure}"
    );

    // The guardian of the second market pauses its withdrawals: those 400 are out of reach, and deposits go on.
    world.beside(|suite| pause(suite, 1));
    let most = world.ask(IVault::maxWithdrawCall { owner });
    assert!(is_about(most, stable(100)));
    let mut redeemed = world.clone();
    let shares = redeemed.ask(IVault::maxRedeemCall { owner });
    let received = redeemed.redeem(ann, shares).unwrap();
    assert!(is_about(received, stable(100)));
    let (_, more) = world.enter("bob", stable(50));
    assert!(!more.is_zero());

    // Deposits of both are paused: there is no room, and the pool says so.
    pause(&mut world.suite, 0);
    world.beside(|suite| pause(suite, 0));
    let receiver = ann;
    assert_eq!(world.ask(IVault::maxDepositCall { receiver }), U256::ZERO);
    world.allow(ann, stable(1));
    let call = IVault::depositCall {
        assets: stable(1),
        receiver,
    };
    let failure = refused(&mut world.suite, ann, pool, &call);
    assert!(
        failure.is::<IPoolOfPools::ERC4626ExceededMaxDeposit>(),
        "{failure}"
    );
    world.check();
}

#[test]
fn a_markets_loss_is_every_holders_from_the_call_that_recognises_it_and_a_covered_one_is_nobodys() {
    for staked in [0, 5_000] {
        let mut world = World::new(U256::MAX);
        if staked != 0 {
            let staker = world.suite.user("staker");
            world.suite.stake(staker, stable(staked)).unwrap();
        }
        let (_, half) = world.enter("ann", stable(5_000));
        let (_, other) = world.enter("bob", stable(5_000));
        let (_, account) = ten_ether_account(&mut world.suite);
        let (weth, keeper) = (world.suite.weth(), world.suite.user("keeper"));
        world.suite.set_price(weth, 80 * DOLLAR).unwrap();
        let before = [world.worth(half), world.worth(other)];
        world.suite.liquidate(keeper, account, weth).unwrap();
        let vault = world.suite.modules.vault;
        let losses = world.suite.events::<IVault::LossRecognised>(vault);
        let loss = &losses[0].event;
        let after = [world.worth(half), world.worth(other)];
        let lost = [before[0] - after[0], before[1] - after[1]];
        // Alike, to the rounding.
        assert!(is_about(lost[0], lost[1]), "{lost:?}");
        if staked == 0 {
            // The pool is the market's only lender: all of the loss is its holders'. What the keeper was paid in shares is lent too.
            assert!(loss.shared > stable(600));
            let sum = lost[0] + lost[1];
            assert!(sum.abs_diff(loss.shared) < stable(3), "{sum}");
        } else {
            assert_eq!(loss.covered, loss.loss);
            assert!(lost[0] <= U256::from(2), "{lost:?}");
        }
        // Who comes after a loss has no part in it.
        let (carl, shares) = world.enter("carl", stable(1_000));
        let received = world.redeem(carl, shares).unwrap();
        assert!(stable(1_000) - received <= U256::from(6), "{received}");
        world.check();
    }
}

#[test]
fn interest_of_a_market_is_the_holders() {
    let (mut world, _, shares) = World::filled();
    lend_out(&mut world.suite, stable(500));
    let before = world.worth(shares);
    world.suite.pass(30 * 86_400).unwrap();
    let after = world.worth(shares);
    let vault = world.suite.modules.vault;
    let grown = world.in_market(vault) - stable(600);
    assert!(grown > stable(1), "{grown}");
    assert!(is_about(after - before, grown));
}

#[test]
fn only_the_owner_rebalances_within_caps_and_within_what_is_there() {
    let (mut world, ..) = World::filled();
    let (first, second) = (world.suite.modules.vault, world.second.vault);
    let (pool, curator) = (world.pool, world.curator);
    let total = world.total();
    let move_to = |from, to, assets| IPoolOfPools::rebalanceCall { from, to, assets };
    let suite = &mut world.suite;
    let stranger = suite.user("stranger");
    let (market, cap) = (first, U256::MAX);
    let set_cap = IPoolOfPools::setCapCall { market, cap };
    for failure in [
        refused(suite, stranger, pool, &set_cap),
        refused(suite, stranger, pool, &move_to(first, second, stable(1))),
    ] {
        assert!(
            failure.is::<IPoolOfPools::OwnableUnauthorizedAccount>(),
            "{failure}"
        );
    }
    // Nothing but the markets of the list, and not in a circle.
    let outside = suite.modules.fund;
    for (from, to) in [(outside, first), (first, outside), (first, first)] {
        let failure = refused(suite, curator, pool, &move_to(from, to, stable(1)));
        assert!(failure.is::<IPoolOfPools::InvalidMarket>(), "{failure}");
    }
    let failure = refused(suite, curator, pool, &move_to(second, first, stable(1)));
    assert!(failure.is::<IPoolOfPools::CapExceeded>(), "{failure}");
    suite
        .send(curator, pool, &move_to(first, second, stable(350)))
        .unwrap();
    assert!(is_about(world.in_market(first), stable(250)));
    assert!(is_about(world.in_market(second), stable(750)));
    assert!(total - world.total() <= U256::from(2));
    // What is lent out can't be moved.
    lend_out(&mut world.suite, stable(200));
    let call = move_to(first, second, stable(60));
    let failure = refused(&mut world.suite, curator, pool, &call);
    assert!(
        failure.is::<IVault::ERC4626ExceededMaxWithdraw>(),
        "{failure}"
    );
    world.check();
}

#[test]
fn a_first_depositor_cannot_take_the_nexts_deposit_by_gifts_of_assets_or_of_market_shares() {
    for of_shares in [false, true] {
        let mut world = World::new(U256::MAX);
        let (thief, shares) = world.enter("thief", U256::from(10));
        let (asset, vault, pool) = (world.suite.asset, world.suite.modules.vault, world.pool);
        let suite = &mut world.suite;
        let gift = stable(10_000);
        let (token, value) = match of_shares {
            false => {
                suite.give(asset, thief, gift).unwrap();
                (asset, gift)
            }
            true => (vault, suite.lend(thief, gift).unwrap().0),
        };
        let call = IToken::transferCall { to: pool, value };
        suite.send(thief, token, &call).unwrap();
        let (victim, bought) = world.enter("victim", stable(1_000));
        let received = world.redeem(victim, bought).unwrap();
        // Less than a share of that price, at the worst: a hundredth of a cent in a thousand dollars.
        assert!(stable(1_000) - received < U256::from(20_000), "{received}");
        let back = world.redeem(thief, shares).unwrap();
        assert!(back < gift, "{back}");
    }
}

#[test]
fn nothing_is_bought_for_less_than_rounding_costs_and_the_list_of_markets_is_checked() {
    let mut world = World::new(U256::MAX);
    let user = world.suite.user("user");
    world.allow(user, stable(1));
    let call = IVault::depositCall {
        assets: U256::from(2),
        receiver: user,
    };
    let pool = world.pool;
    let failure = refused(&mut world.suite, user, pool, &call);
    assert!(failure.is::<IPoolOfPools::NothingForIt>(), "{failure}");
    // A market twice, a market of another asset, no market at all.
    let suite = &mut world.suite;
    let (asset, weth, vault) = (suite.asset, suite.weth(), suite.modules.vault);
    for (asset, markets) in [
        (asset, vec![vault, vault]),
        (weth, vec![vault]),
        (asset, vec![]),
    ] {
        let caps = vec![U256::MAX; markets.len()];
        let arguments = SolValue::abi_encode_params(&(asset, markets, caps, user));
        assert!(suite
            .deploy_contract(user, "VaultOfVaults", &arguments)
            .is_err());
    }
}

#[test]
fn a_token_that_calls_back_cannot_re_enter_the_pool_of_pools() {
    let (mut world, ..) = World::filled();
    let user = world.suite.user("attacker");
    let (asset, pool) = (hooked_asset(&mut world.suite, user), world.pool);
    // The token itself has shares and assets: its calls from the hook would work if they were let in.
    let suite = &mut world.suite;
    suite.chain.set_balance(asset, milli_ether(1_000_000));
    provide(suite, asset, stable(100));
    let approve = IToken::approveCall {
        spender: pool,
        value: U256::MAX,
    };
    suite.send(asset, asset, &approve).unwrap();
    let deposit = |receiver| IVault::depositCall {
        assets: stable(5),
        receiver,
    };
    suite.send(asset, pool, &deposit(asset)).unwrap();
    let redeem = IVault::redeemCall {
        shares: U256::from(1_000_000_000),
        receiver: asset,
        owner: asset,
    };
    for data in [deposit(asset).abi_encode(), redeem.abi_encode()] {
        let call = IHostile::attemptCall {
            target: pool,
            data: data.into(),
        };
        suite.send(user, asset, &call).unwrap();
    }
    world.allow(user, stable(10));
    let owner = asset;
    let before = world.ask(IVault::balanceOfCall { owner });
    world.suite.send(user, pool, &deposit(user)).unwrap();
    // Of no transfer on the way, not only of the last one that the token remembers.
    assert_eq!(world.ask(IVault::balanceOfCall { owner }), before);
    for index in [U256::ZERO, U256::from(1)] {
        let done = IHostile::succeededCall { index };
        assert!(!world.suite.view(asset, &done).unwrap());
    }
}
