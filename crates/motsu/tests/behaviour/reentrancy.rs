//! A contract that is executing is not called again.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use motsu::prelude::*;

use crate::contracts::{Actor, Core, Extension, Forbidden, Selectors};

const TEN: U256 = uint!(10_U256);

sol! {
    function lockedCallOut(address target, bytes data) external returns (bool, bytes);
}

fn calldata<C: SolCall>(call: &C) -> Bytes {
    call.abi_encode().into()
}

/// What `callOut` returns to its caller.
fn told(succeeded: bool, data: Vec<u8>) -> Bytes {
    (succeeded, Bytes::from(data)).abi_encode_params().into()
}

fn call_out(target: Address, data: Bytes) -> Bytes {
    calldata(&Selectors::callOutCall { target, data })
}

#[motsu::test]
fn a_call_to_oneself_is_refused_without_data(actor: Contract<Actor>, alice: Address) {
    let data = calldata(&Selectors::setCall { value: TEN });
    let result = actor.sender(alice).call_out(actor.address(), data);
    assert_eq!(result, (false, Bytes::new()));
    assert_eq!(actor.sender(alice).number(), U256::ZERO);
}

#[motsu::test]
fn a_call_back_is_refused_whatever_its_kind(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    let target = actor.address();
    let data = calldata(&Selectors::numberCall {});
    let call = call_out(target, data.clone());
    let static_call = calldata(&Selectors::staticCallOutCall { target, data });
    for back in [call, static_call] {
        let result = actor.sender(alice).call_out(other.address(), back);
        assert_eq!(result, (true, told(false, vec![])));
    }
}

#[motsu::test]
fn a_call_back_through_the_abi_is_refused_too(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    let back = call_out(actor.address(), calldata(&Selectors::numberCall {}));
    let returned = actor
        .call_raw(alice, call_out(other.address(), back))
        .motsu_unwrap();
    let inner = told(false, vec![]);
    assert_eq!(Bytes::from(returned), told(true, inner.to_vec()));
}

#[motsu::test]
fn a_contract_that_has_returned_may_be_called_again(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    let set = calldata(&Selectors::setCall { value: TEN });
    let twice = Selectors::callBothCall {
        first: other.address(),
        firstData: set.clone(),
        second: other.address(),
        secondData: set,
    };
    actor.call_raw(alice, calldata(&twice)).motsu_unwrap();
    assert_eq!(other.all_events().len(), 2);
}

#[motsu::test]
fn value_sent_with_a_refused_call_stays(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    other.fund(TEN);
    let back = calldata(&Selectors::callOutWithValueCall {
        target: actor.address(),
        value: TEN,
        data: calldata(&Selectors::receiveValueCall {}),
    });
    let result = actor.sender(alice).call_out(other.address(), back);
    assert_eq!(result, (true, told(false, vec![])));
    assert_eq!(other.balance(), TEN);
}

#[motsu::test]
fn a_delegate_call_does_not_count(
    core: Contract<Core>,
    extension: Contract<Extension>,
    actor: Contract<Actor>,
    alice: Address,
) {
    core.sender(alice).constructor(extension.address());
    // `core` runs the extension by delegate call, so the extension itself is free to be called …
    let is_reentrant = calldata(&Selectors::isReentrantCall {});
    let call = call_out(extension.address(), is_reentrant.clone());
    let returned = core.call_raw(alice, call).motsu_unwrap();
    assert_eq!(Bytes::from(returned), told(true, false.abi_encode()));
    // … while `core` is not, neither by itself nor by others.
    let call = call_out(core.address(), is_reentrant.clone());
    let returned = core.call_raw(alice, &call).motsu_unwrap();
    assert_eq!(Bytes::from(returned), told(false, vec![]));
    let returned = core
        .call_raw(alice, call_out(actor.address(), call))
        .motsu_unwrap();
    assert_eq!(
        Bytes::from(returned),
        told(true, told(false, vec![]).to_vec())
    );
    // And running by delegate call is not being reentered.
    assert_eq!(core.call_raw(alice, is_reentrant), Ok(false.abi_encode()));
}

#[motsu::test]
fn where_it_is_allowed_a_contract_knows_that_it_is_reentered(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    VM::context().set_reentrancy_refusal(false);
    let is_reentrant = calldata(&Selectors::isReentrantCall {});
    let (_, direct) = actor
        .sender(alice)
        .call_out(other.address(), is_reentrant.clone());
    assert_eq!(direct, false.abi_encode());
    let back = call_out(actor.address(), is_reentrant);
    let (_, reentered) = actor.sender(alice).call_out(other.address(), back);
    assert_eq!(reentered, told(true, true.abi_encode()));
    assert!(!actor.sender(alice).is_reentrant());
}

#[motsu::test]
fn with_the_refusal_off_a_contracts_own_lock_is_what_holds(
    actor: Contract<Actor>,
    other: Contract<Actor>,
    alice: Address,
) {
    VM::context().set_reentrancy_refusal(false);
    let locked = lockedCallOutCall {
        target: other.address(),
        data: Bytes::new(),
    };
    let back = call_out(actor.address(), calldata(&locked));
    let (succeeded, returned) = actor
        .sender(alice)
        .locked_call_out(other.address(), back)
        .motsu_unwrap();
    assert!(succeeded);
    let value = U256::ZERO;
    assert_eq!(returned, told(false, Forbidden { value }.abi_encode()));
}
