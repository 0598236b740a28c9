//! Calls through the ABI, by tests and between contracts, and what they return.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use motsu::prelude::*;

use crate::contracts::{Actor, Core, Forbidden, Selectors, FORBIDDEN};

const TEN: U256 = uint!(10_U256);

fn set(value: U256) -> Bytes {
    Selectors::setCall { value }.abi_encode().into()
}

fn set_unless_forbidden(value: u64) -> Bytes {
    let value = U256::from(value);
    Selectors::setUnlessForbiddenCall { value }
        .abi_encode()
        .into()
}

#[motsu::test]
fn a_raw_call_goes_through_selector_and_encoding(actor: Contract<Actor>, alice: Address) {
    let returned = actor
        .call_raw(alice, set_unless_forbidden(7))
        .motsu_unwrap();
    assert_eq!(returned, U256::from(7).abi_encode());
    let number = actor.call_raw(alice, Selectors::numberCall {}.abi_encode());
    assert_eq!(number, Ok(U256::from(7).abi_encode()));
    assert_eq!(actor.sender(alice).by(), alice);
}

#[motsu::test]
fn a_raw_call_returns_the_encoded_error(actor: Contract<Actor>, alice: Address) {
    let value = U256::from(FORBIDDEN);
    let revert = actor.call_raw(alice, set_unless_forbidden(FORBIDDEN));
    assert_eq!(revert, Err(Forbidden { value }.abi_encode()));
}

#[motsu::test]
#[should_panic(expected = "account alice failed to call actor: []")]
fn a_raw_call_is_named_in_messages_like_any_other(actor: Contract<Actor>, alice: Address) {
    actor
        .call_raw(alice, Selectors::unknownCall {}.abi_encode())
        .motsu_unwrap();
}

#[motsu::test]
fn calldata_without_a_method_reverts_without_data(actor: Contract<Actor>, alice: Address) {
    assert_eq!(
        actor.call_raw(alice, Selectors::unknownCall {}.abi_encode()),
        Err(vec![])
    );
    assert_eq!(actor.call_raw(alice, []), Err(vec![]));
    assert_eq!(actor.call_raw(alice, [1, 2, 3]), Err(vec![]));
    assert_eq!(
        actor.call_raw(alice, Selectors::setCall::SELECTOR),
        Err(vec![])
    );
}

#[motsu::test]
fn a_constructor_runs_once_through_the_abi(core: Contract<Core>, alice: Address) {
    let selector = stylus_sdk::abi::CONSTRUCTOR_SELECTOR.to_be_bytes();
    let calldata = [&selector[..], &alice.abi_encode()].concat();
    assert_eq!(core.call_raw(alice, &calldata), Ok(vec![]));
    assert_eq!(core.call_raw(alice, &calldata), Err(vec![]));
}

#[motsu::test]
fn a_call_to_an_address_without_code_succeeds_with_no_data(
    actor: Contract<Actor>,
    alice: Address,
    nobody: Address,
) {
    let nothing = (true, Bytes::new());
    assert_eq!(actor.sender(alice).call_out(nobody, set(TEN)), nothing);
    assert_eq!(
        actor.sender(alice).static_call_out(nobody, set(TEN)),
        nothing
    );
    assert_eq!(
        actor.sender(alice).delegate_call_out(nobody, set(TEN)),
        nothing
    );
}

#[motsu::test]
fn a_typed_view_of_an_address_without_code_is_an_error_to_its_caller(
    actor: Contract<Actor>,
    alice: Address,
    nobody: Address,
) {
    actor.sender(alice).relay_number(nobody).motsu_unwrap_err();
}

#[motsu::test]
fn a_contract_that_is_gone_is_an_address_without_code(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let address = target.address();
    assert!(actor
        .sender(alice)
        .relay_number(address)
        .motsu_res()
        .is_ok());
    drop(target);
    let nothing = (true, Bytes::new());
    assert_eq!(actor.sender(alice).call_out(address, set(TEN)), nothing);
}

#[motsu::test]
fn a_callee_sees_its_caller_as_sender_and_the_test_as_origin(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let data = Bytes::from(Selectors::contextCall {}.abi_encode());
    let (succeeded, returned) = actor.sender(alice).call_out(target.address(), data);
    assert!(succeeded);
    let expected = (target.address(), actor.address(), alice, U256::ZERO);
    assert_eq!(returned, expected.abi_encode_params());
    let own = actor.sender(alice).context();
    assert_eq!(own, (actor.address(), alice, alice, U256::ZERO));
}

#[motsu::test]
fn return_data_is_read_from_an_offset_as_far_as_it_overlaps(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let value = U256::from(0x0102);
    let read = |offset, size| {
        let data = set_unless_forbidden(0x0102);
        actor
            .sender(alice)
            .call_out_limited(target.address(), data, u64::MAX, offset, size)
            .1
    };
    let whole = value.abi_encode();
    assert_eq!(read(0, 32), whole);
    assert_eq!(read(30, 2), whole[30..]);
    assert_eq!(read(30, 100), whole[30..]);
    assert_eq!(read(31, 0), Bytes::new());
    assert_eq!(read(32, 1), Bytes::new());
    assert_eq!(read(u32::MAX, u32::MAX), Bytes::new());
}

#[motsu::test]
fn return_data_is_that_of_the_last_call(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
    nobody: Address,
) {
    let mut call = actor.sender(alice);
    let with_data = set_unless_forbidden(7);
    assert_eq!(
        call.return_data_size_after(target.address(), with_data.clone()),
        32
    );
    assert_eq!(call.return_data_size_after(nobody, with_data), 0);
    let refused = set_unless_forbidden(FORBIDDEN);
    assert_eq!(call.return_data_size_after(target.address(), refused), 36);
}

#[motsu::test]
#[should_panic(expected = "motsu cannot create contracts from code")]
fn creation_is_refused_even_where_panics_are_reverts(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    let data = Selectors::createCall {}.abi_encode().into();
    actor.sender(alice).call_out(target.address(), data);
}

#[motsu::test]
fn calls_nest_only_so_deep(actor: Contract<Actor>, alice: Address) {
    VM::context().set_reentrancy_refusal(false);
    let mut data = set(TEN);
    let mut depth = 0;
    // Each turn wraps the call in one more; the innermost stops being reached once the limit is met.
    while depth < 100 {
        actor.call_raw(alice, &data).motsu_unwrap();
        if actor.sender(alice).number() != TEN {
            break;
        }
        actor.sender(alice).set(U256::ZERO);
        data = Selectors::callOutCall {
            target: actor.address(),
            data,
        }
        .abi_encode()
        .into();
        depth += 1;
    }
    assert_eq!(depth, 64);
}
