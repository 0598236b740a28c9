//! Balances of native tokens.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_sol_types::SolCall;
use motsu::prelude::*;

use crate::contracts::{Actor, Core, Selectors};

const ONE: U256 = uint!(1_U256);
const TEN: U256 = uint!(10_U256);

#[motsu::test]
fn value_goes_with_a_call(actor: Contract<Actor>, alice: Address) {
    alice.fund(TEN);
    actor.sender_and_value(alice, ONE).receive_value();
    assert_eq!(alice.balance(), TEN - ONE);
    assert_eq!(actor.balance(), ONE);
    assert_eq!(actor.sender(alice).balance_of(actor.address()), ONE);
}

#[motsu::test]
fn contracts_and_accounts_can_be_funded(actor: Contract<Actor>, alice: Account) {
    alice.fund(ONE);
    actor.fund(TEN);
    actor.fund(ONE);
    assert_eq!((alice.balance(), actor.balance()), (ONE, TEN + ONE));
}

#[motsu::test]
#[should_panic(expected = "account alice has not enough funds to send 10 wei to actor: it has 1")]
fn a_test_that_sends_what_its_account_has_not_got_fails(actor: Contract<Actor>, alice: Address) {
    alice.fund(ONE);
    actor.sender_and_value(alice, TEN).receive_value();
}

#[motsu::test]
fn a_contract_sends_value_to_contracts_and_accounts(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
    bob: Address,
) {
    actor.fund(TEN);
    actor
        .sender(alice)
        .relay_value(target.address(), ONE)
        .motsu_unwrap();
    actor.sender(alice).send(bob, ONE).motsu_unwrap();
    actor
        .sender(alice)
        .send(actor.address(), ONE)
        .motsu_unwrap_err();
    assert_eq!((target.balance(), bob.balance()), (ONE, ONE));
    assert_eq!(actor.balance(), TEN - ONE - ONE);
}

#[motsu::test]
fn a_contract_that_sends_more_than_it_has_gets_a_failed_call(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
    bob: Address,
) {
    actor.fund(ONE);
    let data = Bytes::from(Selectors::receiveValueCall {}.abi_encode());
    let result = actor
        .sender(alice)
        .call_out_with_value(target.address(), TEN, data);
    assert_eq!(result, (false, Bytes::new()));
    assert_eq!(
        actor.sender(alice).send(bob, TEN).motsu_unwrap_err(),
        Vec::<u8>::new()
    );
    assert_eq!(
        (actor.balance(), target.balance(), bob.balance()),
        (ONE, U256::ZERO, U256::ZERO)
    );
}

#[motsu::test]
fn value_sent_to_a_method_that_takes_none_comes_back(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    actor.fund(TEN);
    let data = Bytes::from(Selectors::setCall { value: TEN }.abi_encode());
    let result = actor
        .sender(alice)
        .call_out_with_value(target.address(), ONE, data);
    assert_eq!(result, (false, Bytes::new()));
    assert_eq!((actor.balance(), target.balance()), (TEN, U256::ZERO));
}

#[motsu::test]
fn value_without_calldata_is_received_where_the_contract_says_so(
    core: Contract<Core>,
    actor: Contract<Actor>,
    alice: Address,
) {
    alice.fund(TEN);
    core.call_raw_with_value(alice, ONE, []).motsu_unwrap();
    assert_eq!(core.balance(), ONE);
    assert_eq!(actor.call_raw_with_value(alice, ONE, []), Err(vec![]));
    assert_eq!(alice.balance(), TEN - ONE);
}
