//! One contract in two programs.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use motsu::prelude::*;

use crate::contracts::{
    Actor, ActorError, Core, Extension, Forbidden, NumberSet, Selectors, FORBIDDEN,
};

const ONE: U256 = uint!(1_U256);
const TEN: U256 = uint!(10_U256);

fn add(value: U256) -> Vec<u8> {
    Selectors::addToTotalCall { value }.abi_encode()
}

#[motsu::test]
fn the_extension_runs_over_the_cores_storage_with_the_cores_events(
    core: Contract<Core>,
    extension: Contract<Extension>,
    alice: Address,
) {
    core.sender(alice).constructor(extension.address());
    core.call_raw(alice, add(TEN)).motsu_unwrap();
    assert_eq!(core.sender(alice).total(), TEN);
    core.assert_emitted(&NumberSet {
        by: alice,
        value: TEN,
    });
    assert!(extension.all_events().is_empty());
    let own = Contract::<Core>::attached(extension.address());
    assert_eq!(own.sender(alice).total(), U256::ZERO);
}

#[motsu::test]
fn address_sender_and_value_are_the_cores(
    core: Contract<Core>,
    extension: Contract<Extension>,
    alice: Address,
) {
    alice.fund(TEN);
    core.sender(alice).constructor(extension.address());
    let context = Selectors::contextCall {}.abi_encode();
    let returned = core.call_raw_with_value(alice, TEN, context).motsu_unwrap();
    let expected = (core.address(), alice, alice, TEN);
    assert_eq!(returned, expected.abi_encode_params());
    assert_eq!(core.balance(), TEN);
    assert_eq!(extension.balance(), U256::ZERO);
}

#[motsu::test]
fn value_for_a_method_of_the_extension_that_takes_none_is_refused(
    core: Contract<Core>,
    extension: Contract<Extension>,
    alice: Address,
) {
    alice.fund(TEN);
    core.sender(alice).constructor(extension.address());
    assert_eq!(core.call_raw_with_value(alice, ONE, add(TEN)), Err(vec![]));
    assert_eq!(alice.balance(), TEN);
}

#[motsu::test]
fn a_revert_of_the_extension_is_the_cores(
    core: Contract<Core>,
    extension: Contract<Extension>,
    alice: Address,
) {
    core.sender(alice).constructor(extension.address());
    core.call_raw(alice, add(ONE)).motsu_unwrap();
    let value = U256::from(FORBIDDEN);
    assert_eq!(
        core.call_raw(alice, add(value)),
        Err(Forbidden { value }.abi_encode())
    );
    assert_eq!(core.sender(alice).total(), ONE);
    assert_eq!(core.all_events().len(), 1);
}

#[motsu::test]
fn an_attached_extension_calls_methods_over_the_core(
    core: Contract<Core>,
    extension: Contract<Extension>,
    alice: Address,
) {
    core.sender(alice).constructor(extension.address());
    let extended = Contract::<Extension>::attached(core.address());
    extended.sender(alice).add_to_total(TEN).motsu_unwrap();
    assert_eq!(core.sender(alice).total(), TEN);
    core.assert_emitted(&NumberSet {
        by: alice,
        value: TEN,
    });
    extended.assert_emitted(&NumberSet {
        by: alice,
        value: TEN,
    });
    let value = U256::from(FORBIDDEN);
    let error = extended
        .sender(alice)
        .add_to_total(value)
        .motsu_unwrap_err();
    assert_eq!(error, ActorError::Forbidden(Forbidden { value }));
    assert_eq!(core.sender(alice).total(), TEN);
    let context = extended.sender(alice).context();
    assert_eq!(context, (core.address(), alice, alice, U256::ZERO));
}

#[motsu::test]
fn an_attached_handle_leaves_the_contract_as_it_is(
    core: Contract<Core>,
    extension: Contract<Extension>,
    alice: Address,
) {
    core.sender(alice).constructor(extension.address());
    {
        let extended = Contract::<Extension>::attached(core.address());
        extended.sender(alice).add_to_total(TEN).motsu_unwrap();
    }
    assert_eq!(core.sender(alice).total(), TEN);
    assert_eq!(core.all_events().len(), 1);
    core.call_raw(alice, Selectors::totalCall {}.abi_encode())
        .motsu_unwrap();
}

#[test]
#[should_panic(expected = "there is no contract at nobody to attach to")]
fn attaching_to_an_address_without_code_is_refused() {
    let _precompiles = deploy_precompiles();
    let nobody = Address::from_tag("nobody");
    let _ = Contract::<Extension>::attached(nobody);
}

#[motsu::test]
fn a_delegate_call_writes_the_callers_storage_and_nothing_of_the_callees(
    actor: Contract<Actor>,
    program: Contract<Actor>,
    alice: Address,
) {
    let data = Bytes::from(Selectors::setCall { value: TEN }.abi_encode());
    assert!(
        actor
            .sender(alice)
            .delegate_call_out(program.address(), data)
            .0
    );
    assert_eq!(actor.sender(alice).number(), TEN);
    assert_eq!(actor.sender(alice).by(), alice);
    assert_eq!(program.sender(alice).number(), U256::ZERO);
    actor.assert_emitted(&NumberSet {
        by: alice,
        value: TEN,
    });
}

#[motsu::test]
fn a_panic_of_a_program_called_by_delegate_call_is_an_empty_revert(
    actor: Contract<Actor>,
    program: Contract<Actor>,
    alice: Address,
) {
    let data = Bytes::from(Selectors::setAndPanicCall { value: TEN }.abi_encode());
    let result = actor
        .sender(alice)
        .delegate_call_out(program.address(), data);
    assert_eq!(result, (false, Bytes::new()));
    assert_eq!(actor.sender(alice).number(), U256::ZERO);
}
