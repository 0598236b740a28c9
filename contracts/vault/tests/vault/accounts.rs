//! Accounts: collateral in and out, loans, who may do what, and parameters.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::vault::IVault;

use crate::common::{
    assert_refused, id, n, owner, percent, Manner, Market, Spec, BITCOIN, ETHER, UNCAPPED,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);

fn funded() -> Market {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    market
}

fn withdraw(market: &Market, account: B256, amount: U256) -> IVault::withdrawCollateralCall {
    IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount,
        receiver: ALICE,
    }
}

#[motsu::test]
fn two_accounts_of_one_owner_share_nothing() {
    let market = funded();
    let (first, second) = (id(ALICE, 0), id(ALICE, 1));
    market.put(ALICE, first, 0, market.milli(0, 10_000));
    let refusal = IVault::OpeningMarginExceeded {
        account: second,
        debt: market.usd(500),
        allowed: U256::ZERO,
    };
    assert_refused(market.borrow(ALICE, second, market.usd(500)), refusal);
    market.put(ALICE, second, 0, market.milli(0, 1_000));
    market
        .borrow(ALICE, second, market.usd(1_500))
        .expect("within");
    market.set_price(0, 1_000);
    let health = market.health(first);
    assert_eq!((health.debt, health.healthFactor), (U256::ZERO, U256::MAX));
    market.liquidate(BOB, second, 0).expect("insolvent");
    assert_eq!(
        market.collateral(first, 0),
        (market.milli(0, 10_000), U256::ZERO)
    );
    market.run(ALICE, withdraw(&market, first, U256::MAX));
    market.assert_books(&[first, second], &[CAROL, BOB]);
}

#[motsu::test]
fn several_collaterals_back_one_debt_to_the_unit_of_the_opening_margin() {
    // V2
    let market = funded();
    let account = market.open(ALICE, &[(0, 1_000), (1, 1_000)], U256::ZERO);
    // 2000·0.75 and 30,000·0.7.
    let limit = market.usd(22_500);
    let health = market.health(account);
    assert_eq!(
        (health.borrowLimit, health.capacity),
        (limit, market.usd(24_100))
    );
    assert_refused(
        market.borrow(ALICE, account, limit + n(1)),
        IVault::OpeningMarginExceeded {
            account,
            debt: limit + n(1),
            allowed: limit,
        },
    );
    let shares = market.borrow(ALICE, account, limit).expect("the limit");
    market.vault.assert_emitted(&IVault::Borrowed {
        account,
        receiver: ALICE,
        assets: limit,
        shares,
    });
    assert_eq!(market.wallet(ALICE), limit);
    assert_eq!(market.debt(account), limit);
    // Not the least bit of either can leave; what is lent can't be borrowed twice.
    assert!(matches!(
        market.call(ALICE, withdraw(&market, account, n(1_000_000_000_000))),
        Err(crate::common::Error::OpeningMarginExceeded(_))
    ));
    market.give(ALICE, n(1));
    market.run(
        ALICE,
        IVault::repayCall {
            account,
            assets: market.usd(1_500),
        },
    );
    market.run(ALICE, withdraw(&market, account, U256::MAX));
    assert_eq!(market.token_wallet(0, ALICE), market.milli(0, 1_000));
    let tokens = market.view(IVault::collateralsOfCall { account });
    assert_eq!(tokens, vec![market.token(1)]);
    market.assert_books(&[account], &[CAROL]);
}

#[motsu::test]
fn only_owner_and_operator_take_out_or_borrow_and_anybody_puts_in_or_repays() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(5_000));
    let refusal = IVault::NotAuthorized { caller: BOB };
    assert_refused(
        market.call(BOB, withdraw(&market, account, n(1))),
        refusal.clone(),
    );
    assert_refused(market.borrow(BOB, account, n(1)), refusal.clone());
    market.put(BOB, account, 0, n(5));
    market.give(BOB, market.usd(1_000));
    market.run(
        BOB,
        IVault::repayCall {
            account,
            assets: market.usd(1_000),
        },
    );
    assert_eq!(market.debt(account), market.usd(4_000));

    let (operator, approved) = (BOB, true);
    market.run(ALICE, IVault::setOperatorCall { operator, approved });
    market.vault.assert_emitted(&IVault::OperatorSet {
        owner: ALICE,
        operator,
        approved,
    });
    assert!(market.view(IVault::isOperatorCall {
        owner: ALICE,
        operator
    }));
    market.run(BOB, withdraw(&market, account, n(1)));
    market
        .borrow(BOB, account, market.usd(1))
        .expect("an operator");
    market.run(
        ALICE,
        IVault::setOperatorCall {
            operator,
            approved: false,
        },
    );
    assert_refused(market.borrow(BOB, account, n(1)), refusal);
}

#[motsu::test]
fn strangers_take_no_slot_of_an_account_and_eight_are_the_most() {
    let cheap = Spec { price: 1, ..ETHER };
    let market = Market::with(6, &[cheap; 9]);
    let account = id(ALICE, 0);
    let full = IVault::TooManyCollaterals { max: n(8) };
    let put = |who, asset: usize| {
        market.give_token(asset, who, n(10));
        let token = market.token(asset);
        market.call(
            who,
            IVault::depositCollateralCall {
                account,
                token,
                amount: n(10),
            },
        )
    };
    assert_refused(put(BOB, 0).map(drop), full.clone());
    for asset in 0..8 {
        put(ALICE, asset).expect("a slot");
    }
    assert_refused(put(ALICE, 8).map(drop), full);
    put(BOB, 3).expect("the slot is taken already");
    market.run(ALICE, withdraw(&market, account, U256::MAX));
    put(ALICE, 8).expect("a slot became free");
    assert_eq!(market.view(IVault::collateralsOfCall { account }).len(), 8);
    assert_eq!(market.view(IVault::collateralsCall {}).len(), 9);
    market.assert_books(&[account], &[]);
}

#[motsu::test]
fn a_supply_cap_binds_over_all_accounts() {
    let market = funded();
    let (token, cap) = (market.token(0), market.milli(0, 15_000));
    let set = |supply_cap| IVault::setCollateralCall {
        token,
        borrowLtv: percent(75),
        thresholdMin: percent(80),
        thresholdMax: percent(80),
        penaltyMin: percent(1),
        penaltyMax: percent(5),
        lotBuffer: percent(10),
        beta: percent(50),
        supplyCap: supply_cap,
        roomCap: UNCAPPED,
    };
    market.admin(set(cap));
    market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    market.give_token(0, BOB, market.milli(0, 10_000));
    let call = |amount| IVault::depositCollateralCall {
        account: id(BOB, 0),
        token,
        amount,
    };
    let more = market.milli(0, 5_000) + n(1);
    let refusal = IVault::CollateralCapExceeded {
        token,
        total: cap + n(1),
        cap,
    };
    assert_refused(market.call(BOB, call(more)), refusal);
    market.run(BOB, call(market.milli(0, 5_000)));
    // A lower cap keeps nobody from leaving.
    market.admin(set(n(1)));
    market.run(ALICE, withdraw(&market, id(ALICE, 0), U256::MAX));
}

#[motsu::test]
fn no_debt_below_the_minimum_is_opened_or_left() {
    // V9
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    let minimum = market.usd(500);
    let refusal = |debt| IVault::DebtBelowMinimum {
        account,
        debt,
        minimum,
    };
    assert_refused(
        market.borrow(ALICE, account, minimum - n(1)),
        refusal(minimum - n(1)),
    );
    market.borrow(ALICE, account, minimum).expect("the minimum");
    let repay = |assets| IVault::repayCall { account, assets };
    assert_refused(market.call(ALICE, repay(n(1))), refusal(minimum - n(1)));
    market.give(ALICE, n(1));
    assert_eq!(market.run(ALICE, repay(U256::MAX)), minimum);
    assert_eq!(market.debt(account), U256::ZERO);
}

#[motsu::test]
fn incident_29_a_repayment_where_nothing_is_owed_takes_nothing_and_is_no_error() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(1_000));
    let repay = |assets| IVault::repayCall { account, assets };
    // Somebody else is quicker.
    let (debt, books) = (market.debt(account), market.books());
    market.give(BOB, debt);
    assert_eq!(market.run(BOB, repay(U256::MAX)), debt);
    // Not even an allowance is asked for, nor any token called.
    let cash = market.books().cash;
    assert_eq!(market.run(ALICE, repay(debt)), U256::ZERO);
    assert_eq!(market.run(CAROL, repay(U256::MAX)), U256::ZERO);
    assert_eq!(market.books().cash, cash);
    assert_eq!(cash, books.cash + debt);
    assert_eq!(market.debt(account), U256::ZERO);
    // Nor for an account that there never was. Nothing given is still an error.
    let stranger = IVault::repayCall {
        account: id(CAROL, 7),
        assets: n(1),
    };
    assert_eq!(market.run(CAROL, stranger), U256::ZERO);
    assert_refused(market.call(ALICE, repay(U256::ZERO)), IVault::ZeroAmount {});
}

#[motsu::test]
fn there_is_no_loan_without_cash_amount_or_receiver() {
    let market = Market::new();
    market.lend(CAROL, market.usd(1_000));
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    assert_refused(
        market.borrow(ALICE, account, market.usd(1_001)),
        IVault::InsufficientCash {
            available: market.usd(1_000),
            needed: market.usd(1_001),
        },
    );
    assert_refused(
        market.borrow(ALICE, account, U256::ZERO),
        IVault::ZeroAmount {},
    );
    let (assets, receiver) = (market.usd(600), Address::ZERO);
    assert_refused(
        market.call(
            ALICE,
            IVault::borrowCall {
                account,
                assets,
                receiver,
            },
        ),
        IVault::ZeroAddress {},
    );
    let mut call = withdraw(&market, account, n(1));
    call.receiver = receiver;
    assert_refused(market.call(ALICE, call), IVault::ZeroAddress {});
    assert_refused(
        market.call(ALICE, withdraw(&market, account, U256::ZERO)),
        IVault::ZeroAmount {},
    );
    let (available, needed) = (market.milli(0, 10_000), market.milli(0, 10_001));
    let token = market.token(0);
    assert_refused(
        market.call(ALICE, withdraw(&market, account, needed)),
        IVault::InsufficientCollateral {
            account,
            token,
            available,
            needed,
        },
    );
}

#[motsu::test]
fn collateral_without_a_good_price_counts_for_nothing_when_opening() {
    // V2
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000), (1, 1_000)], market.usd(10_000));
    market.assets[0].feed.sender(owner()).break_down(true);
    let limit = market.health(account).borrowLimit;
    assert_eq!(limit, market.usd(21_000));
    market.assets[1].feed.sender(owner()).break_down(true);
    assert!(matches!(
        market.call(ALICE, withdraw(&market, account, n(1))),
        Err(crate::common::Error::OpeningMarginExceeded(_))
    ));
    // What lowers risk needs no price.
    market.give(ALICE, market.usd(1));
    market.put(ALICE, account, 0, n(1));
    market.run(
        ALICE,
        IVault::repayCall {
            account,
            assets: U256::MAX,
        },
    );
    market.run(ALICE, withdraw(&market, account, U256::MAX));
}

#[motsu::test]
fn odd_collateral_tokens_are_refused_or_taken_as_they_are() {
    let market = funded();
    let (account, token, amount) = (id(ALICE, 0), market.token(0), market.milli(0, 1_000));
    market.give_token(0, ALICE, amount * n(2));
    let call = IVault::depositCollateralCall {
        account,
        token,
        amount,
    };
    let double = &market.assets[0].token;
    for manner in [Manner::ReturnsFalse, Manner::Reverts, Manner::ReturnsTwo] {
        double.sender(ALICE).behave(manner);
        assert_refused(
            market.call(ALICE, call.clone()),
            IVault::TokenCallFailed { token },
        );
    }
    double.sender(ALICE).behave(Manner::TakesFee);
    let received = amount - amount / n(100);
    assert_refused(
        market.call(ALICE, call.clone()),
        IVault::TokenAmountMismatch {
            token,
            expected: amount,
            received,
        },
    );
    double.sender(ALICE).behave(Manner::ReturnsNothing);
    market.run(ALICE, call);
    market.run(ALICE, withdraw(&market, account, U256::MAX));
    assert_eq!(market.token_wallet(0, ALICE), amount * n(2));
    // A token without code moves nothing.
    let token = Address::repeat_byte(0x77);
    market.configure(token, &BITCOIN, UNCAPPED);
    market.set_sources(token, &market.assets[1]);
    let call = IVault::depositCollateralCall {
        account,
        token,
        amount,
    };
    assert_refused(market.call(ALICE, call), IVault::TokenCallFailed { token });
}

#[motsu::test]
fn parameters_are_the_owners_within_bounds() {
    let market = Market::new();
    let refusal = IVault::NotAuthorized { caller: BOB };
    let risk =
        |target: u64, min_debt: u128, min_lot: u128, discount: u64, period: u64, cool: u64| {
            IVault::setRiskCall {
                targetHealth: percent(target),
                minDebt: n(min_debt),
                minLot: n(min_lot),
                backstopDiscount: percent(discount),
                capPeriod: n(u128::from(period)),
                coolOff: n(u128::from(cool)),
            }
        };
    let fees = |factor: u64| IVault::setFeesCall {
        reserveFactor: percent(factor),
        totalRoomCap: UNCAPPED,
        fundMinimum: U256::ZERO,
    };
    let collateral =
        |ltv: u64, threshold: u64, min: u64, max: u64, buffer: u64| IVault::setCollateralCall {
            token: market.token(0),
            borrowLtv: percent(ltv),
            thresholdMin: percent(threshold),
            thresholdMax: percent(threshold),
            penaltyMin: percent(min),
            penaltyMax: percent(max),
            lotBuffer: percent(buffer),
            beta: percent(50),
            supplyCap: n(u128::MAX),
            roomCap: UNCAPPED,
        };
    let reward = IVault::setRewardCall {
        tip: n(1),
        chip: n(1),
    };
    assert_refused(
        market.call(BOB, risk(110, 5, 1, 5, 60, 0)).map(drop),
        refusal.clone(),
    );
    assert_refused(market.call(BOB, fees(1)).map(drop), refusal.clone());
    assert_refused(
        market.call(BOB, collateral(75, 80, 1, 5, 10)).map(drop),
        refusal.clone(),
    );
    assert_refused(market.call(BOB, reward).map(drop), refusal.clone());
    let cap = IVault::setSupplyCapCall { supplyCap: n(1) };
    assert_refused(market.call(BOB, cap).map(drop), refusal.clone());
    let new_owner = IVault::transferOwnershipCall { newOwner: BOB };
    assert_refused(
        market.call(BOB, new_owner.clone()).map(drop),
        refusal.clone(),
    );

    let bounded = |parameter: &str, value: U256| IVault::ParameterOutOfBounds {
        parameter: B256::right_padding_from(parameter.as_bytes()),
        value,
    };
    for (call, parameter, value) in [
        (risk(100, 5, 1, 5, 60, 0), "targetHealth", percent(100)),
        (risk(201, 5, 1, 5, 60, 0), "targetHealth", percent(201)),
        (risk(110, 5, 0, 5, 60, 0), "minLot", U256::ZERO),
        (risk(110, 5, 6, 5, 60, 0), "minDebt", n(5)),
        (
            risk(110, 5, 1, 100, 60, 0),
            "backstopDiscount",
            percent(100),
        ),
        (risk(110, 5, 1, 11, 60, 0), "backstopDiscount", percent(11)),
        (risk(110, 5, 1, 5, 59, 0), "capPeriod", n(59)),
        (risk(110, 5, 1, 5, 60, 301), "coolOff", n(301)),
    ] {
        assert_refused(
            market.call(owner(), call).map(drop),
            bounded(parameter, value),
        );
    }
    // 1.05·0.86 is 0.903: under 1 − 5 %, not under 1 − 10 %. An auction must come to the backstop's price before it needs a reset.
    market.set_curve_to(market.token(0), percent(105), percent(86));
    market.admin(risk(110, 5, 1, 5, 60, 0));
    market.admin(risk(110, 5, 1, 9, 60, 0));
    assert_refused(
        market.call(owner(), risk(110, 5, 1, 10, 60, 0)).map(drop),
        bounded("backstopDiscount", percent(10)),
    );
    market.set_curve(market.token(0), percent(105));
    market.admin(risk(110, 5, 1, 10, 60, 0));
    market.admin(risk(110, 5, 1, 5, 60, 0));
    assert_refused(
        market.call(owner(), fees(51)).map(drop),
        bounded("reserveFactor", percent(51)),
    );
    for (call, parameter, value) in [
        // λ·k of 1.05/0.9·0.86 is over 1: a spiral.
        (collateral(75, 86, 1, 5, 10), "thresholdMax", percent(86)),
        (collateral(80, 80, 1, 5, 10), "borrowLtv", percent(80)),
        (collateral(75, 80, 6, 5, 10), "penaltyMin", percent(6)),
        (collateral(75, 80, 1, 5, 100), "lotBuffer", percent(100)),
        (collateral(75, 80, 1, 5, 4), "lotBuffer", percent(4)),
    ] {
        assert_refused(
            market.call(owner(), call).map(drop),
            bounded(parameter, value),
        );
    }
    market.admin(new_owner);
    assert_eq!(market.view(IVault::ownerCall {}), owner());
    assert_eq!(market.view(IVault::pendingOwnerCall {}), BOB);
    let accept = IVault::acceptOwnershipCall {};
    assert_refused(
        market.call(CAROL, accept.clone()).map(drop),
        IVault::NotAuthorized { caller: CAROL },
    );
    market.run(BOB, accept);
    assert_eq!(market.view(IVault::ownerCall {}), BOB);
    market.run(BOB, fees(20));
    market.vault.assert_emitted(&IVault::FeesSet {
        reserveFactor: percent(20),
        totalRoomCap: UNCAPPED,
        fundMinimum: U256::ZERO,
    });
    assert_refused(
        market.call(owner(), fees(1)).map(drop),
        IVault::NotAuthorized { caller: owner() },
    );
}

#[motsu::test]
fn the_loan_asset_and_the_vaults_own_shares_are_no_collateral() {
    let market = Market::new();
    for token in [market.asset.address(), market.vault.address()] {
        let call = IVault::setCollateralCall {
            token,
            borrowLtv: percent(75),
            thresholdMin: percent(80),
            thresholdMax: percent(80),
            penaltyMin: percent(1),
            penaltyMax: percent(5),
            lotBuffer: percent(10),
            beta: percent(50),
            supplyCap: n(1),
            roomCap: n(1),
        };
        assert_refused(
            market.call(owner(), call),
            IVault::UnknownCollateral { token },
        );
    }
}
