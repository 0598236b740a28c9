//! `execute`: several steps, judged once.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::SolValue;
use breakwater_interfaces::vault::IVault;

use crate::common::{assert_refused, id, lender, n, Error, Manner, Market};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);

const DEPOSIT: u8 = 0;
const WITHDRAW: u8 = 1;
const BORROW: u8 = 2;
const REPAY: u8 = 3;

/// One action, as Solidity's `abi.encode` writes it.
fn action(kind: u8, token: Address, amount: U256, receiver: Address) -> Vec<u8> {
    (U256::from(kind), token, amount, receiver).abi_encode_params()
}

fn execute(account: B256, actions: &[Vec<u8>]) -> IVault::executeCall {
    IVault::executeCall {
        account,
        actions: Bytes::from(actions.concat()),
    }
}

fn funded() -> Market {
    let market = Market::new();
    market.lend(lender(), market.usd(100_000));
    market.give_token(0, ALICE, market.milli(0, 100_000));
    market.give_token(1, ALICE, market.milli(1, 10_000));
    market.give(ALICE, market.usd(10_000));
    market
}

#[motsu::test]
fn a_position_is_opened_in_one_call_borrowing_before_the_collateral_is_in() {
    let market = funded();
    let account = id(ALICE, 0);
    let nobody = Address::ZERO;
    let before = market.wallet(ALICE);
    let call = execute(
        account,
        &[
            action(BORROW, nobody, market.usd(15_000), BOB),
            action(DEPOSIT, market.token(0), market.milli(0, 10_000), nobody),
        ],
    );
    market.run(ALICE, call);
    assert_eq!(market.debt(account), market.usd(15_000));
    assert_eq!(market.wallet(BOB), market.usd(15_000));
    assert_eq!(market.wallet(ALICE), before);
    assert_eq!(market.collateral(account, 0).0, market.milli(0, 10_000));
    market.assert_books(&[account], &[lender()]);
}

#[motsu::test]
fn a_position_is_moved_to_another_collateral_and_the_last_figure_counts() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let nobody = Address::ZERO;
    let swap = [
        action(WITHDRAW, market.token(0), U256::MAX, ALICE),
        action(DEPOSIT, market.token(1), market.milli(1, 800), nobody),
    ];
    market.run(ALICE, execute(account, &swap));
    assert_eq!(market.collateral(account, 0).0, U256::ZERO);
    // V2: the outcome is judged, not a step: with too little of the other token it is refused, all of it.
    let back = [
        action(DEPOSIT, market.token(0), market.milli(0, 9_000), nobody),
        action(WITHDRAW, market.token(1), U256::MAX, ALICE),
    ];
    assert!(matches!(
        market.call(ALICE, execute(account, &back)),
        Err(Error::OpeningMarginExceeded(_))
    ));
    assert_eq!(market.collateral(account, 1).0, market.milli(1, 800));
    // A repayment and a smaller loan in one: the least debt is judged at the end too.
    let refinance = [
        action(REPAY, nobody, U256::MAX, nobody),
        action(BORROW, nobody, market.usd(600), ALICE),
    ];
    market.run(ALICE, execute(account, &refinance));
    assert_eq!(market.debt(account), market.usd(600));
    let too_little = [
        action(REPAY, nobody, market.usd(200), nobody),
        action(BORROW, nobody, n(1), ALICE),
    ];
    assert!(matches!(
        market.call(ALICE, execute(account, &too_little)),
        Err(Error::DebtBelowMinimum(_))
    ));
    market.assert_books(&[account], &[lender()]);
}

#[motsu::test]
fn incident_08_no_order_of_actions_leaves_an_account_outside_its_margin() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let nobody = Address::ZERO;
    let token = market.token(0);
    let deposit = action(DEPOSIT, token, market.milli(0, 1), nobody);
    let withdraw = action(WITHDRAW, token, market.milli(0, 10), ALICE);
    let borrow = action(BORROW, nobody, market.usd(10), ALICE);
    for order in [
        vec![deposit.clone(), withdraw.clone(), borrow.clone()],
        vec![borrow.clone(), deposit.clone(), withdraw.clone()],
        vec![withdraw, deposit.clone()],
        vec![borrow, deposit],
    ] {
        assert!(matches!(
            market.call(ALICE, execute(account, &order)),
            Err(Error::OpeningMarginExceeded(_))
        ));
    }
}

#[motsu::test]
fn strangers_may_add_and_repay_and_nothing_else() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let nobody = Address::ZERO;
    market.give_token(0, BOB, market.milli(0, 5_000));
    market.give(BOB, market.usd(1_000));
    let help = [
        action(DEPOSIT, market.token(0), market.milli(0, 5_000), nobody),
        action(REPAY, nobody, market.usd(1_000), nobody),
    ];
    market.run(BOB, execute(account, &help));
    assert_eq!(market.debt(account), market.usd(14_000));
    for rest in [
        action(WITHDRAW, market.token(0), n(1), BOB),
        action(BORROW, nobody, n(1), BOB),
    ] {
        assert_refused(
            market.call(BOB, execute(account, &[rest])),
            IVault::NotAuthorized { caller: BOB },
        );
    }
}

#[motsu::test]
fn incident_48_a_fee_is_not_hidden_by_what_leaves_in_the_same_call() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    let nobody = Address::ZERO;
    market.assets[0]
        .token
        .sender(ALICE)
        .behave(Manner::TakesFee);
    let (token, amount) = (market.token(0), market.milli(0, 1_000));
    let deposit = action(DEPOSIT, token, amount, nobody);
    let withdraw = action(WITHDRAW, token, amount, ALICE);
    for order in [[deposit.clone(), withdraw.clone()], [withdraw, deposit]] {
        assert!(matches!(
            market.call(ALICE, execute(account, &order)),
            Err(Error::TokenAmountMismatch(_))
        ));
    }
}

#[motsu::test]
fn actions_that_cannot_be_read_are_refused_by_name() {
    let market = funded();
    let account = id(ALICE, 0);
    let good = action(REPAY, Address::ZERO, n(1), Address::ZERO);
    let short = IVault::executeCall {
        account,
        actions: Bytes::from(good[..127].to_vec()),
    };
    assert_refused(
        market.call(ALICE, short),
        IVault::InvalidActions { length: n(127) },
    );
    let unknown = action(4, Address::ZERO, n(1), Address::ZERO);
    assert_refused(
        market.call(ALICE, execute(account, &[unknown])),
        IVault::UnknownAction { kind: n(4) },
    );
    // Nothing to do is done.
    market.run(ALICE, execute(account, &[]));
}
