//! Tokens as they exist, and not as the standard says, as loan asset and as collateral: `tests/solidity/OddToken.sol`.

use std::sync::OnceLock;

use alloy_sol_types::{sol, SolCall};
use breakwater_tests::{
    account_of,
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    invariants, Address, Bytes, Suite, TokenSetup, B256, DOLLAR, U256,
};

use crate::{
    common::{create, deployed, everything, is_bare_revert, raw, refused, stable},
    erc4626::scale,
};

sol! {
    #[derive(Debug)]
    interface IOddToken {
        function setKind(uint8 kind) external;
        function setBlocked(address who, bool is_) external;
        function setHooked(address who, bool is_) external;
        function approve(address spender, uint256 value) external;
        function transfer(address to, uint256 value) external;
    }

    #[derive(Debug)]
    interface IHookedUser {
        function attempt(address target, bytes data) external;
        function whenSending() external;
        function run(address target, bytes data) external returns (bytes memory answer);
        function succeeded(uint256 index) external view returns (bool);
        function answers(uint256 index) external view returns (bytes memory);
    }
}

/// Ways of an `OddToken`.
const ANSWERS_NOTHING: u8 = 1;
const FALSE_ON_FAILURE: u8 = 2;
const ALWAYS_FALSE: u8 = 3;
const KEEPS_A_FEE: u8 = 4;

/// A deployment of which loan asset and second collateral are odd tokens, ordinary ones so far.
fn odd() -> Suite {
    static DEPLOYED: OnceLock<Suite> = OnceLock::new();
    DEPLOYED.get_or_init(|| with_decimals(6, 8)).clone()
}

fn with_decimals(asset: u8, second: u8) -> Suite {
    deployed(|config| {
        scale(config, asset);
        config.asset = TokenSetup {
            contract: "OddToken",
            decimals: asset,
        };
        config.second_token = TokenSetup {
            contract: "OddToken",
            decimals: second,
        };
        config.second.supply_cap = 100_000 * 10_u128.pow(second.into());
    })
}

fn whole(decimals: u8, count: u64) -> U256 {
    U256::from(count) * U256::from(10).pow(U256::from(decimals))
}

/// Whole units of the loan asset, and of the second collateral.
fn assets(suite: &Suite, count: u64) -> U256 {
    whole(suite.config.asset.decimals, count)
}

fn collateral(suite: &Suite, count: u64) -> U256 {
    whole(suite.config.second_token.decimals, count)
}

fn change<C: SolCall>(suite: &mut Suite, token: Address, call: &C)
where
    C::Return: std::fmt::Debug,
{
    let owner = suite.owner;
    suite.send(owner, token, call).unwrap();
}

fn set_kind(suite: &mut Suite, token: Address, kind: u8) {
    change(suite, token, &IOddToken::setKindCall { kind });
}

/// Somebody with plenty of both tokens, and the vault's allowance.
fn rich(suite: &mut Suite, name: &str) -> Address {
    let user = suite.user(name);
    let (asset, second, vault) = (suite.asset, suite.second(), suite.modules.vault);
    for (token, amount) in [
        (asset, assets(suite, 500_000)),
        (second, collateral(suite, 100)),
    ] {
        suite.give(token, user, amount).unwrap();
        let approve = IOddToken::approveCall {
            spender: vault,
            value: U256::MAX,
        };
        // What it answers depends on the token.
        assert!(raw(suite, user, token, approve.abi_encode()).is_success());
    }
    user
}

/// Lends 100,000, and opens an account of ten of the second token with a debt of 50,000.
fn open(suite: &mut Suite) -> (Address, Address, B256) {
    let (lender, borrower) = (rich(suite, "lender"), rich(suite, "borrower"));
    let (vault, second) = (suite.modules.vault, suite.second());
    let account = account_of(borrower, 0);
    let deposit = IVault::depositCall {
        assets: assets(suite, 100_000),
        receiver: lender,
    };
    suite.send(lender, vault, &deposit).unwrap();
    let deposit = IVault::depositCollateralCall {
        account,
        token: second,
        amount: collateral(suite, 10),
    };
    suite.send(borrower, vault, &deposit).unwrap();
    let borrow = IVault::borrowCall {
        account,
        assets: assets(suite, 50_000),
        receiver: borrower,
    };
    suite.send(borrower, vault, &borrow).unwrap();
    invariants::check_all(suite).unwrap();
    (lender, borrower, account)
}

/// The price falls from 8,000 to 6,900 and the account is liquidated.
fn liquidate(suite: &mut Suite, account: B256) -> U256 {
    let (keeper, second) = (suite.user("keeper"), suite.second());
    suite.pass(300).unwrap();
    suite.set_price(second, 6_900 * DOLLAR).unwrap();
    let (id, _) = suite.liquidate(keeper, account, second).unwrap();
    assert!(!id.is_zero());
    invariants::check_all(suite).unwrap();
    suite.pass(200).unwrap();
    id
}

/// All is paid and goes back to where it came from; the pool is empty but for what is not a unit's worth, and the fund's.
fn close(suite: &mut Suite, lender: Address, borrower: Address, account: B256) {
    let (vault, second) = (suite.modules.vault, suite.second());
    let claim = IVault::repayClaimCall {
        account,
        assets: U256::MAX,
    };
    let open = suite.claim(account).unwrap();
    if !(open.carrying + open.writtenOff + open.penalty).is_zero() {
        suite.send(borrower, vault, &claim).unwrap();
    }
    let repay = IVault::repayCall {
        account,
        assets: U256::MAX,
    };
    if !suite.debt(account).unwrap().is_zero() {
        suite.send(borrower, vault, &repay).unwrap();
    }
    assert_eq!(suite.debt(account).unwrap(), U256::ZERO);
    let withdraw = IVault::withdrawCollateralCall {
        account,
        token: second,
        amount: U256::MAX,
        receiver: borrower,
    };
    suite.send(borrower, vault, &withdraw).unwrap();
    assert_eq!(suite.balance_of(second, vault).unwrap(), U256::ZERO);
    let redeem = IVault::redeemCall {
        shares: suite.balance_of(vault, lender).unwrap(),
        receiver: lender,
        owner: lender,
    };
    let (received, _) = suite.send(lender, vault, &redeem).unwrap();
    assert!(
        received >= assets(suite, 100_000) - U256::from(1),
        "{received}"
    );
    invariants::check_all(suite).unwrap();
}

/// From the first deposit to the last withdrawal, liquidation included.
fn life(suite: &mut Suite) {
    let (lender, borrower, account) = open(suite);
    let bidder = rich(suite, "bidder");
    let id = liquidate(suite, account);
    let before = suite.balance_of(suite.second(), bidder).unwrap();
    let (taken, _) = suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    let after = suite.balance_of(suite.second(), bidder).unwrap();
    assert_eq!(after - before, taken.lotTaken);
    assert!(!taken.lotTaken.is_zero());
    invariants::check_all(suite).unwrap();
    close(suite, lender, borrower, account);
}

/// A call that must be refused because a token did not do as it was told.
fn fails<C: SolCall>(suite: &mut Suite, from: Address, to: Address, call: &C, token: Address)
where
    C::Return: std::fmt::Debug,
{
    let failure = refused(suite, from, to, call);
    assert_eq!(
        failure.as_error(),
        Some(IVault::TokenCallFailed { token }),
        "{}: {failure}",
        C::SIGNATURE
    );
}

/// The verbs that move the loan asset in and out, and those of the second collateral.
struct Verbs {
    deposit: IVault::depositCall,
    repay: IVault::repayCall,
    withdraw: IVault::withdrawCall,
    borrow: IVault::borrowCall,
    add: IVault::depositCollateralCall,
    remove: IVault::withdrawCollateralCall,
}

fn verbs(suite: &Suite, lender: Address, borrower: Address, account: B256) -> Verbs {
    let (token, amount) = (suite.second(), collateral(suite, 1));
    let assets = assets(suite, 100);
    Verbs {
        deposit: IVault::depositCall {
            assets,
            receiver: lender,
        },
        repay: IVault::repayCall { account, assets },
        withdraw: IVault::withdrawCall {
            assets,
            receiver: lender,
            owner: lender,
        },
        borrow: IVault::borrowCall {
            account,
            assets,
            receiver: borrower,
        },
        add: IVault::depositCollateralCall {
            account,
            token,
            amount,
        },
        remove: IVault::withdrawCollateralCall {
            account,
            token,
            amount,
            receiver: borrower,
        },
    }
}

#[test]
fn tokens_that_answer_nothing_serve_as_asset_and_as_collateral() {
    for (asset, second) in [(true, false), (false, true), (true, true)] {
        let mut suite = odd();
        let tokens = [(suite.asset, asset), (suite.second(), second)];
        for (token, _) in tokens.into_iter().filter(|(_, odd)| *odd) {
            set_kind(&mut suite, token, ANSWERS_NOTHING);
        }
        life(&mut suite);
    }
}

#[test]
fn tokens_that_answer_false_for_a_revert_serve_and_their_false_is_a_failure() {
    let mut suite = odd();
    let (asset, second, vault) = (suite.asset, suite.second(), suite.modules.vault);
    for token in [asset, second] {
        set_kind(&mut suite, token, FALSE_ON_FAILURE);
    }
    let poor = suite.user("poor");
    let account = account_of(poor, 0);
    let verbs = verbs(&suite, poor, poor, account);
    fails(&mut suite, poor, vault, &verbs.deposit, asset);
    fails(&mut suite, poor, vault, &verbs.add, second);
    life(&mut suite);
}

#[test]
fn tokens_that_always_answer_false_are_refused_and_leave_no_trace() {
    let mut suite = odd();
    let (lender, borrower, account) = open(&mut suite);
    let bidder = rich(&mut suite, "bidder");
    let id = liquidate(&mut suite, account);
    let (asset, second) = (suite.asset, suite.second());
    let (vault, auction) = (suite.modules.vault, suite.modules.auction);
    let verbs = verbs(&suite, lender, borrower, account);
    let take = ILiquidationAuction::takeCall {
        id,
        maxLot: U256::MAX,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        deadline: U256::MAX,
        receiver: bidder,
        data: Bytes::new(),
    };
    let users = [lender, borrower, bidder];
    let before = everything(&mut suite, account, &users);
    set_kind(&mut suite, asset, ALWAYS_FALSE);
    fails(&mut suite, lender, vault, &verbs.deposit, asset);
    fails(&mut suite, borrower, vault, &verbs.repay, asset);
    fails(&mut suite, lender, vault, &verbs.withdraw, asset);
    refused(&mut suite, bidder, auction, &take);
    set_kind(&mut suite, asset, 0);
    set_kind(&mut suite, second, ALWAYS_FALSE);
    fails(&mut suite, borrower, vault, &verbs.add, second);
    refused(&mut suite, bidder, auction, &take);
    set_kind(&mut suite, second, 0);
    assert_eq!(everything(&mut suite, account, &users), before);

    // As soon as they behave, all goes on; then outgoing transfers of each, refused as well.
    suite.send(bidder, auction, &take).unwrap();
    set_kind(&mut suite, asset, ALWAYS_FALSE);
    set_kind(&mut suite, second, ALWAYS_FALSE);
    let claim = suite.claim(account).unwrap();
    assert_eq!(claim.carrying, U256::ZERO);
    let failure = refused(&mut suite, borrower, vault, &verbs.borrow);
    assert!(
        failure.is::<IVault::TokenCallFailed>() || failure.is::<IVault::OpeningMarginExceeded>(),
        "{failure}"
    );
    set_kind(&mut suite, asset, 0);
    let all = IVault::repayCall {
        account,
        assets: U256::MAX,
    };
    suite.send(borrower, vault, &all).unwrap();
    fails(&mut suite, borrower, vault, &verbs.remove, second);
    set_kind(&mut suite, second, 0);
    close(&mut suite, lender, borrower, account);
}

#[test]
fn a_fee_on_transfer_is_refused_on_the_way_in_and_the_receivers_on_the_way_out() {
    let mut suite = odd();
    let (lender, borrower, account) = open(&mut suite);
    let bidder = rich(&mut suite, "bidder");
    let id = liquidate(&mut suite, account);
    let (asset, second) = (suite.asset, suite.second());
    let vault = suite.modules.vault;
    let verbs = verbs(&suite, lender, borrower, account);
    for token in [asset, second] {
        set_kind(&mut suite, token, KEEPS_A_FEE);
    }
    let users = [lender, borrower, bidder];
    let before = everything(&mut suite, account, &users);
    for failure in [
        refused(&mut suite, lender, vault, &verbs.deposit),
        refused(&mut suite, borrower, vault, &verbs.repay),
        refused(&mut suite, borrower, vault, &verbs.add),
        suite.take(bidder, id, U256::MAX, U256::MAX).unwrap_err(),
    ] {
        assert!(failure.is::<IVault::TokenAmountMismatch>(), "{failure}");
    }
    assert_eq!(everything(&mut suite, account, &users), before);

    // Out: the receiver bears it, the books stay exact.
    let held = suite.balance_of(asset, lender).unwrap();
    let cash = suite.market().unwrap().cash;
    suite.send(lender, vault, &verbs.withdraw).unwrap();
    let fee = stable(1) + U256::from(1);
    assert_eq!(
        suite.balance_of(asset, lender).unwrap(),
        held + stable(100) - fee
    );
    assert_eq!(suite.market().unwrap().cash, cash - stable(100));
    assert_eq!(suite.balance_of(asset, vault).unwrap(), cash - stable(100));
    invariants::check_all(&mut suite).unwrap();
}

// V3
#[test]
fn a_fee_that_a_donation_makes_up_for_leaves_the_books_backed() {
    let mut suite = odd();
    let (lender, borrower, account) = open(&mut suite);
    let (asset, vault) = (suite.asset, suite.modules.vault);
    let verbs = verbs(&suite, lender, borrower, account);
    let gift = IOddToken::transferCall {
        to: vault,
        value: stable(2),
    };
    assert!(raw(&mut suite, borrower, asset, gift.abi_encode()).is_success());
    set_kind(&mut suite, asset, KEEPS_A_FEE);
    // 100 with a fee of 1 and a unit, of the 2 that are nobody's: once, and not again.
    suite.send(lender, vault, &verbs.deposit).unwrap();
    let cash = suite.market().unwrap().cash;
    assert_eq!(cash, stable(50_100));
    assert_eq!(
        suite.balance_of(asset, vault).unwrap(),
        cash + stable(1) - U256::from(1)
    );
    invariants::check_all(&mut suite).unwrap();
    let failure = refused(&mut suite, lender, vault, &verbs.deposit);
    assert!(failure.is::<IVault::TokenAmountMismatch>(), "{failure}");
}

#[test]
fn a_blocked_address_blocks_nobody_else() {
    let mut suite = odd();
    let (lender, borrower, account) = open(&mut suite);
    let (bidder, other) = (rich(&mut suite, "bidder"), rich(&mut suite, "other"));
    let (asset, second, vault) = (suite.asset, suite.second(), suite.modules.vault);
    let keeper = suite.user("keeper");
    let lent = IVault::depositCall {
        assets: stable(1_000),
        receiver: other,
    };
    suite.send(other, vault, &lent).unwrap();
    // Blocked by both tokens: the borrower, the keeper, one lender, the fund and the auction.
    let (fund, auction) = (suite.modules.fund, suite.modules.auction);
    for token in [asset, second] {
        for who in [borrower, keeper, lender, fund, auction] {
            change(
                &mut suite,
                token,
                &IOddToken::setBlockedCall { who, is_: true },
            );
        }
    }
    let verbs = verbs(&suite, lender, borrower, account);
    fails(&mut suite, lender, vault, &verbs.withdraw, asset);
    fails(&mut suite, borrower, vault, &verbs.add, second);
    // Liquidation, its reward, the sale and what comes back touch none of them.
    let id = liquidate(&mut suite, account);
    assert!(!suite.balance_of(vault, keeper).unwrap().is_zero());
    suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    // Anybody may pay for the borrower; another lender leaves; a blocked one names another receiver.
    let repay = IVault::repayCall {
        account,
        assets: U256::MAX,
    };
    suite.send(other, vault, &repay).unwrap();
    assert_eq!(suite.debt(account).unwrap(), U256::ZERO);
    for owner in [other, lender, keeper] {
        let redeem = IVault::redeemCall {
            shares: suite.balance_of(vault, owner).unwrap(),
            receiver: other,
            owner,
        };
        suite.send(owner, vault, &redeem).unwrap();
    }
    let mut remove = verbs.remove;
    fails(&mut suite, borrower, vault, &remove, second);
    remove.receiver = other;
    suite.send(borrower, vault, &remove).unwrap();
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn a_market_lives_with_few_and_with_many_decimals() {
    for (asset, second) in [(0, 18), (2, 0), (2, 2), (6, 0), (18, 2), (24, 8), (24, 18)] {
        life(&mut with_decimals(asset, second));
    }
}

/// What a hooked user tries while its tokens are under way.
fn attempts(suite: &Suite, user: Address, account: B256) -> Vec<(Address, Vec<u8>)> {
    let (vault, second, one) = (suite.modules.vault, suite.second(), U256::from(1));
    let verbs = verbs(suite, user, user, account);
    let calls = vec![
        verbs.deposit.abi_encode(),
        verbs.withdraw.abi_encode(),
        verbs.borrow.abi_encode(),
        verbs.repay.abi_encode(),
        verbs.add.abi_encode(),
        verbs.remove.abi_encode(),
        IVault::mintCall {
            shares: stable(1),
            receiver: user,
        }
        .abi_encode(),
        IVault::redeemCall {
            shares: stable(1),
            receiver: user,
            owner: user,
        }
        .abi_encode(),
        IVault::transferCall {
            to: suite.owner,
            value: one,
        }
        .abi_encode(),
        IVault::approveCall {
            spender: suite.owner,
            value: one,
        }
        .abi_encode(),
        IVault::setOperatorCall {
            operator: suite.owner,
            approved: true,
        }
        .abi_encode(),
        IVault::liquidateCall {
            account,
            token: second,
            maxRepay: U256::MAX,
            keeper: user,
        }
        .abi_encode(),
        IVault::repayClaimCall {
            account,
            assets: one,
        }
        .abi_encode(),
        IVault::accrueCall {}.abi_encode(),
        // And what others would read in the middle: no figure at all.
        IVault::totalAssetsCall {}.abi_encode(),
        IVault::convertToAssetsCall { shares: stable(1) }.abi_encode(),
        IVault::healthOfCall { account }.abi_encode(),
    ];
    calls.into_iter().map(|data| (vault, data)).collect()
}

/// A user with code, told of its transfers of both tokens, with a deposit and an account of its own.
fn hooked(suite: &mut Suite) -> (Address, Address, B256) {
    let operator = rich(suite, "operator");
    let user = create(suite, operator, "HookedUser", &[]);
    let account = account_of(user, 0);
    let (asset, second, vault) = (suite.asset, suite.second(), suite.modules.vault);
    for (token, amount) in [
        (asset, assets(suite, 10_000)),
        (second, collateral(suite, 10)),
    ] {
        suite.give(token, user, amount).unwrap();
        let approve = IOddToken::approveCall {
            spender: vault,
            value: U256::MAX,
        };
        act(suite, operator, user, token, approve.abi_encode());
    }
    let lend = IVault::depositCall {
        assets: stable(5_000),
        receiver: user,
    };
    act(suite, operator, user, vault, lend.abi_encode());
    let add = IVault::depositCollateralCall {
        account,
        token: second,
        amount: collateral(suite, 5),
    };
    act(suite, operator, user, vault, add.abi_encode());
    let borrow = IVault::borrowCall {
        account,
        assets: stable(1_000),
        receiver: user,
    };
    act(suite, operator, user, vault, borrow.abi_encode());
    for (target, data) in attempts(suite, user, account) {
        let call = IHookedUser::attemptCall {
            target,
            data: data.into(),
        };
        suite.send(operator, user, &call).unwrap();
    }
    for token in [asset, second] {
        change(
            suite,
            token,
            &IOddToken::setHookedCall {
                who: user,
                is_: true,
            },
        );
    }
    (operator, user, account)
}

/// A call of the user with code.
fn act(suite: &mut Suite, operator: Address, user: Address, target: Address, data: Vec<u8>) {
    let call = IHookedUser::runCall {
        target,
        data: data.into(),
    };
    suite.send(operator, user, &call).unwrap();
}

#[test]
fn a_token_that_calls_its_holders_gives_them_no_way_back_into_the_vault() {
    for sending in [false, true] {
        let mut suite = odd();
        open(&mut suite);
        let (operator, user, account) = hooked(&mut suite);
        let vault = suite.modules.vault;
        if sending {
            suite
                .send(operator, user, &IHookedUser::whenSendingCall {})
                .unwrap();
        }
        let verbs = verbs(&suite, user, user, account);
        // Each verb by which its tokens come, or go.
        let outer = match sending {
            false => [
                verbs.withdraw.abi_encode(),
                verbs.borrow.abi_encode(),
                verbs.remove.abi_encode(),
            ],
            true => [
                verbs.deposit.abi_encode(),
                verbs.repay.abi_encode(),
                verbs.add.abi_encode(),
            ],
        };
        let number = attempts(&suite, user, account).len();
        for data in outer {
            // What it would do on its own, without hooks: the same books as with all those attempts.
            let mut calm = suite.clone();
            for token in [calm.asset, calm.second()] {
                change(
                    &mut calm,
                    token,
                    &IOddToken::setHookedCall {
                        who: user,
                        is_: false,
                    },
                );
            }
            // As many transactions, so as many seconds.
            for token in [suite.asset, suite.second()] {
                let again = IOddToken::setHookedCall {
                    who: user,
                    is_: true,
                };
                change(&mut suite, token, &again);
            }
            act(&mut calm, operator, user, vault, data.clone());
            act(&mut suite, operator, user, vault, data);
            for index in 0..number {
                let index = U256::from(index);
                let succeeded = suite
                    .view(user, &IHookedUser::succeededCall { index })
                    .unwrap();
                let answer = suite
                    .view(user, &IHookedUser::answersCall { index })
                    .unwrap();
                // Refused by the runtime, without data, before the vault's own lock is asked.
                assert!(!succeeded && answer.is_empty(), "attempt {index}: {answer}");
            }
            assert_eq!(suite.market().unwrap(), calm.market().unwrap());
            assert_eq!(suite.debt(account).unwrap(), calm.debt(account).unwrap());
            let second = suite.second();
            assert_eq!(
                suite.collateral_of(account, second).unwrap(),
                calm.collateral_of(account, second).unwrap()
            );
            invariants::check_all(&mut suite).unwrap();
        }
        // On their own the attempts do work: it was the moment that they were refused for.
        for token in [suite.asset, suite.second()] {
            change(
                &mut suite,
                token,
                &IOddToken::setHookedCall {
                    who: user,
                    is_: false,
                },
            );
        }
        for (target, data) in attempts(&suite, user, account).into_iter().take(6) {
            let call = IHookedUser::runCall {
                target,
                data: data.into(),
            };
            let receipt = raw(&mut suite, operator, user, call.abi_encode());
            assert!(receipt.is_success() && !is_bare_revert(&receipt));
        }
        invariants::check_all(&mut suite).unwrap();
    }
}
