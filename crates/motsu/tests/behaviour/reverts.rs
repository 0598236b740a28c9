//! What a failure takes back, and what it leaves.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use motsu::prelude::*;

use crate::contracts::{Actor, ActorError, Forbidden, NumberSet, Selectors, FORBIDDEN};

const ONE: U256 = uint!(1_U256);
const TEN: U256 = uint!(10_U256);

fn forbidden() -> U256 {
    U256::from(FORBIDDEN)
}

fn calldata<C: SolCall>(call: &C) -> Bytes {
    call.abi_encode().into()
}

#[motsu::test]
fn an_expected_error_takes_storage_and_events_back(actor: Contract<Actor>, alice: Address) {
    actor.sender(alice).set(ONE);
    let error = actor
        .sender(alice)
        .set_unless_forbidden(forbidden())
        .motsu_unwrap_err();
    let value = forbidden();
    assert_eq!(error, ActorError::Forbidden(Forbidden { value }));
    assert_eq!(actor.sender(alice).number(), ONE);
    actor.assert_emitted(&NumberSet {
        by: alice,
        value: ONE,
    });
    assert!(!actor.emitted(&NumberSet { by: alice, value }));
    assert_eq!(actor.all_events().len(), 1);
}

#[motsu::test]
fn a_result_kept_takes_back_only_if_it_is_an_error(actor: Contract<Actor>, alice: Address) {
    assert!(actor
        .sender(alice)
        .set_unless_forbidden(TEN)
        .motsu_res()
        .is_ok());
    assert!(actor
        .sender(alice)
        .set_unless_forbidden(forbidden())
        .motsu_res()
        .is_err());
    assert_eq!(actor.sender(alice).number(), TEN);
}

#[motsu::test]
fn an_error_taken_by_other_means_takes_nothing_back(actor: Contract<Actor>, alice: Address) {
    assert!(actor
        .sender(alice)
        .set_unless_forbidden(forbidden())
        .is_err());
    assert_eq!(actor.sender(alice).number(), forbidden());
}

#[motsu::test]
fn a_failed_raw_call_takes_back_by_itself(actor: Contract<Actor>, alice: Address) {
    actor.sender(alice).set(ONE);
    let value = forbidden();
    actor
        .call_raw(
            alice,
            Selectors::setUnlessForbiddenCall { value }.abi_encode(),
        )
        .unwrap_err();
    assert_eq!(actor.sender(alice).number(), ONE);
    assert_eq!(actor.all_events().len(), 1);
}

#[motsu::test]
fn a_panic_under_a_raw_call_is_an_empty_revert(actor: Contract<Actor>, alice: Address) {
    actor.sender(alice).set(ONE);
    let panicking = Selectors::setAndPanicCall { value: TEN }.abi_encode();
    assert_eq!(actor.call_raw(alice, panicking), Err(vec![]));
    assert_eq!(actor.sender(alice).number(), ONE);
    assert_eq!(actor.all_events().len(), 1);
}

#[motsu::test]
#[should_panic(expected = "a defect of the contract")]
fn a_panic_in_the_contract_that_the_test_calls_fails_the_test(
    actor: Contract<Actor>,
    alice: Address,
) {
    actor.sender(alice).set_and_panic(TEN);
}

#[motsu::test]
fn a_panic_in_a_called_contract_is_an_empty_revert(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let data = calldata(&Selectors::setAndPanicCall { value: TEN });
    let result = actor.sender(alice).call_out(target.address(), data);
    assert_eq!(result, (false, Bytes::new()));
    assert_eq!(target.sender(alice).number(), U256::ZERO);
    assert!(target.all_events().is_empty());
}

#[motsu::test]
fn a_caught_revert_takes_back_the_inner_call_only(
    actor: Contract<Actor>,
    first: Contract<Actor>,
    second: Contract<Actor>,
    alice: Address,
) {
    alice.fund(TEN);
    actor.sender_and_value(alice, TEN).receive_value();
    // `actor` calls `first`, which sends to `second` and then fails; then `actor` calls `second`, which succeeds.
    let value = forbidden();
    let failing = Selectors::callBothCall {
        first: second.address(),
        firstData: calldata(&Selectors::setCall { value: ONE }),
        second: second.address(),
        secondData: calldata(&Selectors::setUnlessForbiddenCall { value }),
    };
    let both = Selectors::callBothCall {
        first: first.address(),
        firstData: calldata(&failing),
        second: second.address(),
        secondData: calldata(&Selectors::setCall { value: TEN }),
    };
    actor.call_raw(alice, calldata(&both)).motsu_unwrap();
    assert_eq!(second.sender(alice).number(), TEN);
    let expected = NumberSet {
        by: actor.address(),
        value: TEN,
    };
    second.assert_emitted(&expected);
    assert_eq!(second.all_events().len(), 1);
}

#[motsu::test]
fn a_revert_carries_its_data_through_every_caller(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let value = forbidden();
    let error = actor
        .sender(alice)
        .relay_set(target.address(), value)
        .motsu_unwrap_err();
    assert_eq!(error, Forbidden { value }.abi_encode());
    assert_eq!(actor.sender(alice).number(), U256::ZERO);
    assert_eq!(target.sender(alice).number(), U256::ZERO);
}

#[motsu::test]
fn a_failed_transaction_takes_back_what_it_did_elsewhere(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    target.sender(alice).set(ONE);
    let outside = target.address();
    let failing = Selectors::callBothCall {
        first: outside,
        firstData: calldata(&Selectors::setCall { value: TEN }),
        second: outside,
        secondData: calldata(&Selectors::unknownCall {}),
    };
    assert_eq!(actor.call_raw(alice, calldata(&failing)), Err(vec![]));
    assert_eq!(target.sender(alice).number(), ONE);
    assert_eq!(target.all_events().len(), 1);
}

#[motsu::test]
fn value_sent_with_a_failed_call_comes_back(actor: Contract<Actor>, alice: Address) {
    alice.fund(TEN);
    let error = actor
        .sender_and_value(alice, ONE)
        .receive_value_and_fail()
        .motsu_unwrap_err();
    assert_eq!(error, ActorError::Forbidden(Forbidden { value: ONE }));
    assert_eq!(alice.balance(), TEN);
    assert_eq!(actor.balance(), U256::ZERO);
}

#[motsu::test]
fn a_failed_call_takes_back_its_own_and_not_that_of_a_call_among_its_arguments(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    // The sender of `actor` is evaluated first, then the whole call of `other`, then the method of `actor`.
    actor
        .sender(alice)
        .set_unless_forbidden(
            other.sender(alice).set_unless_forbidden(TEN).motsu_unwrap() + uint!(32_U256),
        )
        .motsu_unwrap_err();
    assert_eq!(other.sender(alice).number(), TEN);
    assert_eq!(actor.sender(alice).number(), U256::ZERO);
}

#[motsu::test]
fn an_error_belongs_to_the_call_that_ran_last_and_not_to_a_view_among_its_arguments(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    other.sender(alice).set(forbidden());
    actor
        .sender(alice)
        .set_unless_forbidden(other.sender(alice).number())
        .motsu_unwrap_err();
    assert_eq!(actor.sender(alice).number(), U256::ZERO);
    assert!(actor.all_events().is_empty());
}

#[motsu::test]
fn an_error_of_a_method_that_touches_nothing_takes_back_nothing_else(
    actor: Contract<Actor>,
    alice: Address,
) {
    actor.sender(alice).set(TEN);
    actor.sender(alice).fail_at_once(ONE).motsu_unwrap_err();
    assert_eq!(actor.sender(alice).number(), TEN);
}

#[motsu::test]
fn several_calls_on_one_handle_are_several_transactions(actor: Contract<Actor>, alice: Address) {
    let mut call = actor.sender(alice);
    call.set_unless_forbidden(TEN).motsu_unwrap();
    call.set_unless_forbidden(forbidden()).motsu_unwrap_err();
    assert_eq!(call.number(), TEN);
}

#[motsu::test]
fn a_contract_dropped_meanwhile_is_not_brought_back_by_a_revert(
    actor: Contract<Actor>,
    alice: Address,
) {
    let address = Address::with_last_byte(9);
    let other = Contract::<Actor>::new_at(address);
    let result = actor.sender(alice).relay_set(address, forbidden());
    drop(other);
    result.motsu_unwrap_err();
    let other = Contract::<Actor>::new_at(address);
    assert_eq!(other.sender(alice).number(), U256::ZERO);
}
