//! A static call may read, and nothing else.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use motsu::prelude::*;

use crate::contracts::{Actor, Selectors};

const TEN: U256 = uint!(10_U256);

sol! {
    function logOnly() external view;
}

fn calldata<C: SolCall>(call: &C) -> Bytes {
    call.abi_encode().into()
}

fn refused() -> (bool, Bytes) {
    (false, Bytes::new())
}

#[motsu::test]
fn a_static_call_reads(actor: Contract<Actor>, target: Contract<Actor>, alice: Address) {
    target.sender(alice).set(TEN);
    let data = calldata(&Selectors::numberCall {});
    let result = actor.sender(alice).static_call_out(target.address(), data);
    assert_eq!(result, (true, TEN.abi_encode().into()));
}

#[motsu::test]
fn a_static_call_cannot_write_storage(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let data = calldata(&Selectors::setCall { value: TEN });
    let result = actor.sender(alice).static_call_out(target.address(), data);
    assert_eq!(result, refused());
    assert_eq!(target.sender(alice).number(), U256::ZERO);
}

#[motsu::test]
fn a_static_call_cannot_emit(actor: Contract<Actor>, target: Contract<Actor>, alice: Address) {
    let data = calldata(&logOnlyCall {});
    let result = actor
        .sender(alice)
        .static_call_out(target.address(), data.clone());
    assert_eq!(result, refused());
    assert!(target.all_events().is_empty());
    assert!(actor.sender(alice).call_out(target.address(), data).0);
    assert_eq!(target.all_events().len(), 1);
}

#[motsu::test]
fn a_static_call_cannot_send_value(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
    nobody: Address,
) {
    target.fund(TEN);
    let send = |value| {
        let target = nobody;
        let data = Bytes::new();
        calldata(&Selectors::callOutWithValueCall {
            target,
            value,
            data,
        })
    };
    let told = |succeeded: bool| Bytes::from((succeeded, Bytes::new()).abi_encode_params());
    let result = actor
        .sender(alice)
        .static_call_out(target.address(), send(TEN));
    assert_eq!(result, (true, told(false)));
    let result = actor
        .sender(alice)
        .static_call_out(target.address(), send(U256::ZERO));
    assert_eq!(result, (true, told(true)));
    assert_eq!(nobody.balance(), U256::ZERO);
}

#[motsu::test]
fn a_static_call_cannot_create(actor: Contract<Actor>, target: Contract<Actor>, alice: Address) {
    let data = calldata(&Selectors::createCall {});
    let result = actor.sender(alice).static_call_out(target.address(), data);
    assert_eq!(result, refused());
}

#[motsu::test]
fn what_a_static_call_calls_is_static_as_well(
    actor: Contract<Actor>,
    middle: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let set = calldata(&Selectors::setCall { value: TEN });
    let target_address = target.address();
    let told = Bytes::from((false, Bytes::new()).abi_encode_params());
    let by_call = calldata(&Selectors::callOutCall {
        target: target_address,
        data: set.clone(),
    });
    let by_delegate_call = calldata(&Selectors::delegateCallOutCall {
        target: target_address,
        data: set,
    });
    for data in [by_call, by_delegate_call] {
        let result = actor.sender(alice).static_call_out(middle.address(), data);
        assert_eq!(result, (true, told.clone()));
    }
    assert_eq!(target.sender(alice).number(), U256::ZERO);
    assert_eq!(middle.sender(alice).number(), U256::ZERO);
}

#[motsu::test]
fn a_test_can_make_a_static_call_itself(actor: Contract<Actor>, alice: Address) {
    actor.sender(alice).set(TEN);
    let number = actor.static_call_raw(alice, Selectors::numberCall {}.abi_encode());
    assert_eq!(number, Ok(TEN.abi_encode()));
    let value = U256::ZERO;
    let write = actor.static_call_raw(alice, Selectors::setCall { value }.abi_encode());
    assert_eq!(write, Err(vec![]));
    assert_eq!(actor.sender(alice).number(), TEN);
}

#[motsu::test]
fn a_contract_may_write_again_after_a_static_call_of_it_failed(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let data = calldata(&Selectors::setCall { value: TEN });
    actor
        .sender(alice)
        .static_call_out(target.address(), data.clone());
    assert!(actor.sender(alice).call_out(target.address(), data).0);
    assert_eq!(target.sender(alice).number(), TEN);
}
