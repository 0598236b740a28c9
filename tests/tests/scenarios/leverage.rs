//! The leverage router in Solidity: positions opened and closed in one transaction through a real Uniswap v3 pool, by the account's owner
//! only, within limits, with nothing left behind.

use alloy_sol_types::{sol, SolCall, SolError, SolStruct, SolValue};
use breakwater_tests::{
    account_of, external::IToken, interfaces::vault::IVault, invariants, Address, Bytes, Failure,
    Suite, B256, DOLLAR, I256, U256,
};
use k256::ecdsa::SigningKey;

use crate::{
    common::{create, everything, funded, hooked_asset, milli_ether, refused, stable, IHostile},
    uniswap::{uniswap_pool, IUniswap},
};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct Rights {
        uint256 deadline;
        bytes grant;
        bytes revoke;
    }

    #[derive(Debug, PartialEq, Eq)]
    interface ILeverage {
        error NotAccountOwner(address caller, bytes32 account);
        error NotPool(address caller);
        error NotTradedIn(address pool, address token);
        error DeadlinePassed(uint256 deadline, uint256 timestamp);
        error BoughtTooLittle(uint256 bought, uint256 minimum);
        error SoldTooMuch(uint256 sold, uint256 maximum);
        error PoolTooShallow(uint256 received, uint256 needed);
        error NothingOwed(bytes32 account);
        error ReentrancyGuardReentrantCall();
        function open(bytes32 account, uint256 margin, uint256 borrowed, uint256 minBought, uint256 deadline) external returns (uint256 bought);
        function openWithSignature(bytes32 account, uint256 margin, uint256 borrowed, uint256 minBought, uint256 deadline, Rights rights) external returns (uint256 bought);
        function close(bytes32 account, uint256 repaid, uint256 maxSold, uint256 withdrawn, uint256 deadline) external returns (uint256 sold);
        function closeWithSignature(bytes32 account, uint256 repaid, uint256 maxSold, uint256 withdrawn, uint256 deadline, Rights rights) external returns (uint256 sold);
        function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes data) external;
        function allowance(address owner, address spender) external view returns (uint256);
    }

    /// What owners sign, see `IVault.setOperatorBySignature`.
    struct SetOperator {
        address owner;
        address operator;
        bool approved;
        uint256 nonce;
        uint256 deadline;
    }
}

/// 100,000 lent, a pool of 2,000 ether at the oracle's price, and an owner with ten ether for whom the router is an operator.
struct World {
    suite: Suite,
    router: Address,
    pool: Address,
    owner: Address,
    account: B256,
}

impl World {
    fn new() -> Self {
        let mut suite = funded();
        let weth = suite.weth();
        let pool = uniswap_pool(&mut suite, weth, 200, 2_000);
        let deployer = suite.user("deployer");
        let arguments = SolValue::abi_encode_params(&(suite.modules.vault, pool));
        let router = create(&mut suite, deployer, "LeverageRouter", &arguments);
        let owner = suite.user("owner");
        let account = account_of(owner, 0);
        let mut world = Self {
            suite,
            router,
            pool,
            owner,
            account,
        };
        world.equip(owner);
        let (vault, operator) = (world.suite.modules.vault, router);
        let call = IVault::setOperatorCall {
            operator,
            approved: true,
        };
        world.suite.send(owner, vault, &call).unwrap();
        world
    }

    /// Gives somebody ten ether and the router the allowance.
    fn equip(&mut self, user: Address) {
        let weth = self.suite.weth();
        self.suite.give(weth, user, milli_ether(10_000)).unwrap();
        let (spender, value) = (self.router, U256::MAX);
        let call = IToken::approveCall { spender, value };
        self.suite.send(user, weth, &call).unwrap();
    }

    /// Ten ether of one's own, and as much again for a debt.
    fn opening(&self, borrowed: U256) -> ILeverage::openCall {
        ILeverage::openCall {
            account: self.account,
            margin: milli_ether(10_000),
            borrowed,
            minBought: U256::from(1),
            deadline: U256::from(self.suite.now()),
        }
    }

    fn open(&mut self, borrowed: U256) -> U256 {
        let call = self.opening(borrowed);
        self.suite.send(self.owner, self.router, &call).unwrap().0
    }

    /// Everything repaid, everything left to the owner.
    fn closing(&self) -> ILeverage::closeCall {
        ILeverage::closeCall {
            account: self.account,
            repaid: U256::MAX,
            maxSold: U256::MAX,
            withdrawn: U256::MAX,
            deadline: U256::from(self.suite.now()),
        }
    }

    fn close(&mut self) -> Result<U256, Failure> {
        let call = self.closing();
        Ok(self.suite.send(self.owner, self.router, &call)?.0)
    }

    fn balance(&mut self, token: Address, owner: Address) -> U256 {
        self.suite.balance_of(token, owner).unwrap()
    }

    /// The router has nothing, and nobody may take anything from it.
    fn assert_router_is_empty(&mut self) {
        let (vault, router) = (self.suite.modules.vault, self.router);
        for token in [self.suite.asset, self.suite.weth(), vault] {
            assert_eq!(self.balance(token, router), U256::ZERO);
            let call = ILeverage::allowanceCall {
                owner: router,
                spender: vault,
            };
            assert_eq!(self.suite.view(token, &call).unwrap(), U256::ZERO);
        }
    }

    /// All that there is, as text.
    fn state(&mut self) -> String {
        let users = [self.owner, self.router, self.pool];
        everything(&mut self.suite, self.account, &users)
    }
}

#[test]
fn one_transaction_opens_a_position_of_twice_the_margin_and_one_closes_it_and_nothing_stays() {
    let mut world = World::new();
    let (weth, asset) = (world.suite.weth(), world.suite.asset);
    let bought = world.open(stable(2_000));
    // 2,000 dollars buy ten ether less the fee of 0.3 % and the price's move in a pool of 2,000.
    assert!(
        bought > milli_ether(9_900) && bought < milli_ether(9_970),
        "{bought}"
    );
    let held = world.suite.collateral_of(world.account, weth).unwrap();
    assert_eq!(held.free, milli_ether(10_000) + bought);
    assert_eq!(world.suite.debt(world.account).unwrap(), stable(2_000));
    assert_eq!(world.balance(weth, world.owner), U256::ZERO);
    world.assert_router_is_empty();
    invariants::check_all(&mut world.suite).unwrap();

    // A day later ether is at 220 on both: the gain on twenty ether is the owner's.
    world.suite.pass(86_400).unwrap();
    world.suite.set_price(weth, 200 * DOLLAR).unwrap();
    let owed = world.suite.debt(world.account).unwrap();
    assert!(owed > stable(2_000), "interest: {owed}");
    let sold = world.close().unwrap();
    assert_eq!(world.suite.debt(world.account).unwrap(), U256::ZERO);
    let held = world.suite.collateral_of(world.account, weth).unwrap();
    assert_eq!((held.free, held.inLots), (U256::ZERO, U256::ZERO));
    let back = world.balance(weth, world.owner);
    assert_eq!(back, milli_ether(10_000) + bought - sold);
    // There and back cost two fees, the interest, and what the pool's price moved, which moved back.
    let cost = milli_ether(10_000) - back;
    assert!(cost > milli_ether(59) && cost < milli_ether(75), "{cost}");
    assert_eq!(world.balance(asset, world.owner), U256::ZERO);
    world.assert_router_is_empty();
    invariants::check_all(&mut world.suite).unwrap();
}

#[test]
fn a_part_is_closed_and_the_rest_is_safer_than_before() {
    let mut world = World::new();
    world.open(stable(2_000));
    let before = world.suite.health(world.account).unwrap();
    let call = ILeverage::closeCall {
        repaid: stable(700),
        withdrawn: U256::ZERO,
        ..world.closing()
    };
    // 700 dollars at about 200, which opening has moved up by a hundredth.
    let (sold, _) = world.suite.send(world.owner, world.router, &call).unwrap();
    let after = world.suite.health(world.account).unwrap();
    assert!(before.debt.abs_diff(after.debt + stable(700)) <= U256::from(1));
    assert!(after.healthFactor > before.healthFactor);
    assert!(
        sold > milli_ether(3_450) && sold < milli_ether(3_550),
        "{sold}"
    );
    let weth = world.suite.weth();
    assert_eq!(world.balance(weth, world.owner), U256::ZERO);
    world.assert_router_is_empty();
}

/// A key, and the address that it signs for.
fn key() -> (SigningKey, Address) {
    let key = SigningKey::from_slice(&[9; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    let hash = alloy_primitives::keccak256(&point.as_bytes()[1..]);
    (key, Address::from_word(hash))
}

/// A signature over `SetOperator` for the vault, 65 bytes.
fn sign(suite: &mut Suite, key: &SigningKey, data: &SetOperator) -> Bytes {
    let vault = suite.modules.vault;
    let separator = suite.view(vault, &IVault::DOMAIN_SEPARATORCall {}).unwrap();
    let message = data.eip712_hash_struct();
    let parts = [
        [0x19, 0x01].as_slice(),
        separator.as_slice(),
        message.as_slice(),
    ];
    let digest = alloy_primitives::keccak256(parts.concat());
    let (signature, recovery) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    let mut bytes = signature.to_bytes().to_vec();
    bytes.push(27 + recovery.to_byte());
    bytes.into()
}

#[test]
fn two_signatures_make_the_router_an_operator_for_one_transaction() {
    for seen in [false, true] {
        let mut world = World::new();
        let (key, owner) = key();
        world.suite.chain.set_balance(owner, milli_ether(1_000_000));
        world.equip(owner);
        let (router, vault) = (world.router, world.suite.modules.vault);
        let deadline = U256::from(world.suite.now() + 60);
        let mut signed = |nonce: u64, approved: bool| {
            let data = SetOperator {
                owner,
                operator: router,
                approved,
                nonce: U256::from(nonce),
                deadline,
            };
            sign(&mut world.suite, &key, &data)
        };
        let rights = Rights {
            deadline,
            grant: signed(0, true),
            revoke: signed(1, false),
        };
        let again = Rights {
            deadline,
            grant: signed(2, true),
            revoke: signed(3, false),
        };
        let account = account_of(owner, 7);
        let ILeverage::openCall {
            margin,
            borrowed,
            minBought,
            ..
        } = world.opening(stable(2_000));
        let call = ILeverage::openWithSignatureCall {
            account,
            margin,
            borrowed,
            minBought,
            deadline,
            rights: rights.clone(),
        };
        if seen {
            // Somebody who saw the signature uses it first: the right is there all the same.
            let stranger = world.suite.user("stranger");
            let call = IVault::setOperatorBySignatureCall {
                owner,
                operator: router,
                approved: true,
                deadline,
                signature: rights.grant.clone(),
            };
            world.suite.send(stranger, vault, &call).unwrap();
        }
        world.suite.send(owner, router, &call).unwrap();
        assert_eq!(world.suite.debt(account).unwrap(), stable(2_000));
        let asked = IVault::isOperatorCall {
            owner,
            operator: router,
        };
        assert!(!world.suite.view(vault, &asked).unwrap());
        // Used signatures give no right again.
        let call = ILeverage::closeWithSignatureCall {
            account,
            repaid: U256::MAX,
            maxSold: U256::MAX,
            withdrawn: U256::MAX,
            deadline,
            rights: Rights {
                revoke: Bytes::new(),
                ..rights
            },
        };
        let failure = refused(&mut world.suite, owner, router, &call);
        assert!(failure.is::<IVault::NotAuthorized>(), "{failure}");
        let call = ILeverage::closeWithSignatureCall {
            rights: again,
            ..call
        };
        world.suite.send(owner, router, &call).unwrap();
        assert_eq!(world.suite.debt(account).unwrap(), U256::ZERO);
        assert!(!world.suite.view(vault, &asked).unwrap());
        world.assert_router_is_empty();
    }
}

#[test]
fn limits_of_price_and_time_hold_to_the_unit_and_a_refusal_changes_nothing() {
    let mut world = World::new();
    let (owner, router) = (world.owner, world.router);
    let before = world.state();
    let now = U256::from(world.suite.now());
    let exact = {
        let call = world.opening(stable(2_000));
        world.suite.try_out(owner, router, &call).unwrap()
    };
    let open = |world: &World, least: U256, deadline: U256| ILeverage::openCall {
        minBought: least,
        deadline,
        ..world.opening(stable(2_000))
    };
    let call = open(&world, exact + U256::from(1), now);
    let failure = refused(&mut world.suite, owner, router, &call);
    let expected = ILeverage::BoughtTooLittle {
        bought: exact,
        minimum: exact + U256::from(1),
    };
    assert_eq!(failure.as_error(), Some(expected));
    let call = open(&world, exact, now - U256::from(1));
    let failure = refused(&mut world.suite, owner, router, &call);
    assert!(failure.is::<ILeverage::DeadlinePassed>(), "{failure}");
    // More than the account may owe: the vault says so, after the swap, and all of it is undone.
    let call = world.opening(stable(20_000));
    let failure = refused(&mut world.suite, owner, router, &call);
    assert!(failure.is::<IVault::OpeningMarginExceeded>(), "{failure}");
    // More than the pool lends out.
    let call = world.opening(stable(200_000));
    let failure = refused(&mut world.suite, owner, router, &call);
    assert!(failure.is::<IVault::InsufficientCash>(), "{failure}");
    let failure = world.close().unwrap_err();
    assert!(failure.is::<ILeverage::NothingOwed>(), "{failure}");
    assert_eq!(world.state(), before);

    let call = open(&world, exact, now);
    world.suite.send(owner, router, &call).unwrap();
    let before = world.state();
    let exact = {
        let call = world.closing();
        world.suite.try_out(owner, router, &call).unwrap()
    };
    let close = |world: &World, most: U256, deadline: U256| ILeverage::closeCall {
        maxSold: most,
        deadline,
        ..world.closing()
    };
    let call = close(&world, exact - U256::from(1), now);
    let failure = refused(&mut world.suite, owner, router, &call);
    let expected = ILeverage::SoldTooMuch {
        sold: exact,
        maximum: exact - U256::from(1),
    };
    assert_eq!(failure.as_error(), Some(expected));
    let call = close(&world, exact, now - U256::from(1));
    let failure = refused(&mut world.suite, owner, router, &call);
    assert!(failure.is::<ILeverage::DeadlinePassed>(), "{failure}");
    assert_eq!(world.state(), before);
    let call = close(&world, exact, now);
    let (sold, _) = world.suite.send(owner, router, &call).unwrap();
    assert_eq!(sold, exact);
    world.assert_router_is_empty();
}

#[test]
fn nobody_but_an_accounts_owner_uses_the_routers_rights_on_it() {
    let mut world = World::new();
    world.open(stable(2_000));
    let (router, owner, account) = (world.router, world.owner, world.account);
    let stranger = world.suite.user("stranger");
    let friend = world.suite.user("friend");
    world.equip(stranger);
    // Not even an operator of the owner: the router knows owners only.
    let vault = world.suite.modules.vault;
    let call = IVault::setOperatorCall {
        operator: friend,
        approved: true,
    };
    world.suite.send(owner, vault, &call).unwrap();
    let before = world.state();
    for caller in [stranger, friend] {
        let (open, close) = (world.opening(stable(300)), world.closing());
        for failure in [
            refused(&mut world.suite, caller, router, &open),
            refused(&mut world.suite, caller, router, &close),
        ] {
            let expected = ILeverage::NotAccountOwner { caller, account };
            assert_eq!(failure.as_error(), Some(expected));
        }
    }
    // The callback is the pool's, and the pool calls only who has called it.
    let order = (false, account, U256::from(1), U256::MAX, U256::MAX);
    let data = Bytes::from(order.abi_encode());
    let call = ILeverage::uniswapV3SwapCallbackCall {
        amount0: I256::try_from(1).unwrap(),
        amount1: I256::try_from(-1).unwrap(),
        data: data.clone(),
    };
    let failure = refused(&mut world.suite, stranger, router, &call);
    assert!(failure.is::<ILeverage::NotPool>(), "{failure}");
    let call = IUniswap::swapCall {
        recipient: router,
        zeroForOne: true,
        amountSpecified: I256::try_from(1_000_000).unwrap(),
        sqrtPriceLimitX96: alloy_primitives::Uint::from(4_295_128_740_u64),
        data,
    };
    let pool = world.pool;
    refused(&mut world.suite, stranger, pool, &call);
    assert_eq!(world.state(), before);
    // An account of the stranger's own gives it no hold on the owner's: the router is not its operator.
    let call = ILeverage::openCall {
        account: account_of(stranger, 0),
        ..world.opening(stable(1_000))
    };
    let failure = refused(&mut world.suite, stranger, router, &call);
    assert!(failure.is::<IVault::NotAuthorized>(), "{failure}");
    assert_eq!(world.state(), before);
}

#[test]
fn what_strangers_send_to_the_router_changes_nothing_and_stays_there() {
    let mut plain = World::new();
    let mut gifted = World::new();
    let (weth, asset, router) = (gifted.suite.weth(), gifted.suite.asset, gifted.router);
    let stranger = gifted.suite.user("stranger");
    let gifts = [(weth, milli_ether(3_000)), (asset, stable(500))];
    for (token, value) in gifts {
        gifted.suite.give(token, stranger, value).unwrap();
        let call = IToken::transferCall { to: router, value };
        gifted.suite.send(stranger, token, &call).unwrap();
    }
    for world in [&mut plain, &mut gifted] {
        world.open(stable(2_000));
        world.suite.pass(600).unwrap();
        world.close().unwrap();
    }
    let owner = plain.owner;
    assert_eq!(plain.balance(weth, owner), gifted.balance(weth, owner));
    for (token, value) in gifts {
        assert_eq!(gifted.balance(token, router), value);
    }
}

#[test]
fn an_unhealthy_account_is_closed_by_its_owner_until_a_lot_of_it_is_for_sale() {
    let mut world = World::new();
    world.open(stable(2_000));
    let (weth, account) = (world.suite.weth(), world.account);
    world.suite.pass(300).unwrap();
    // Unhealthy, but worth more than it owes: the owner is quicker than the keepers.
    world.suite.set_price(weth, 120 * DOLLAR).unwrap();
    let health = world.suite.health(account).unwrap();
    assert!(health.capacity < health.debt);
    let expected = world.suite.check_liquidation(account, weth).unwrap();
    assert!(expected.succeeds);
    let mut insolvent = world.suite.clone();
    // (The pool still buys at about 200.)
    world.close().unwrap();
    assert_eq!(world.suite.debt(account).unwrap(), U256::ZERO);
    invariants::check_all(&mut world.suite).unwrap();

    // A lot is for sale: until it is settled the collateral is not the owner's to take.
    let keeper = insolvent.user("keeper");
    insolvent.liquidate(keeper, account, weth).unwrap();
    world.suite = insolvent;
    let before = world.state();
    let failure = world.close().unwrap_err();
    assert!(failure.is::<IVault::ClaimOpen>(), "{failure}");
    assert_eq!(world.state(), before);
}

/// Another router, on a pool of its own, with the owner's rights too.
fn router_on(world: &mut World, price: u64, depth: u64) -> Address {
    let weth = world.suite.weth();
    let pool = uniswap_pool(&mut world.suite, weth, price, depth);
    let (vault, owner) = (world.suite.modules.vault, world.owner);
    let arguments = SolValue::abi_encode_params(&(vault, pool));
    let operator = create(&mut world.suite, owner, "LeverageRouter", &arguments);
    let approved = true;
    let call = IVault::setOperatorCall { operator, approved };
    world.suite.send(owner, vault, &call).unwrap();
    operator
}

#[test]
fn a_market_that_does_not_bring_what_is_owed_closes_nothing() {
    let mut world = World::new();
    world.open(stable(2_000));
    // Ether at 90 dollars: twenty bring less than 2,000. And a pool that has 1,000 dollars in all.
    let cheap = router_on(&mut world, 90, 2_000);
    let shallow = router_on(&mut world, 200, 5);
    let before = world.state();
    let (owner, call) = (world.owner, world.closing());
    let failure = refused(&mut world.suite, owner, cheap, &call);
    assert!(failure.is::<IVault::InsufficientCollateral>(), "{failure}");
    let failure = refused(&mut world.suite, owner, shallow, &call);
    assert!(failure.is::<ILeverage::PoolTooShallow>(), "{failure}");
    assert_eq!(world.state(), before);
}

#[test]
fn a_router_is_not_built_on_a_pool_without_the_loan_asset() {
    let mut world = World::new();
    let (owner, vault) = (world.owner, world.suite.modules.vault);
    // A pool of the vault's shares and ether has no loan asset.
    let factory = create(&mut world.suite, owner, "UniswapV3Factory", &[]);
    let call = IUniswap::createPoolCall {
        tokenA: vault,
        tokenB: world.suite.weth(),
        fee: alloy_primitives::Uint::from(3_000),
    };
    let (pool, _) = world.suite.send(owner, factory, &call).unwrap();
    let arguments = SolValue::abi_encode_params(&(vault, pool));
    assert!(world
        .suite
        .deploy_contract(owner, "LeverageRouter", &arguments)
        .is_err());
}

#[test]
fn a_token_that_calls_back_cannot_re_enter_the_router() {
    let mut world = World::new();
    world.open(stable(2_000));
    let user = world.suite.user("attacker");
    let (asset, router) = (hooked_asset(&mut world.suite, user), world.router);
    // In the pool's payment the token, as the owner of an account of its own, calls each verb.
    let own = account_of(asset, 0);
    let open = ILeverage::openCall {
        account: own,
        ..world.opening(stable(300))
    };
    let close = ILeverage::closeCall {
        account: own,
        ..world.closing()
    };
    let attempts: [Vec<u8>; 2] = [open.abi_encode(), close.abi_encode()];
    for data in &attempts {
        let call = IHostile::attemptCall {
            target: router,
            data: data.clone().into(),
        };
        world.suite.send(user, asset, &call).unwrap();
    }
    world.close().unwrap();
    for index in 0..attempts.len() {
        let call = IHostile::answersCall {
            index: U256::from(index),
        };
        let answer = world.suite.view(asset, &call).unwrap();
        let refusal = ILeverage::ReentrancyGuardReentrantCall::SELECTOR;
        assert_eq!(answer.as_ref(), refusal);
    }
    assert_eq!(world.suite.debt(world.account).unwrap(), U256::ZERO);
}
