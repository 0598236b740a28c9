//! Block, chain and gas as the test sets them.

use alloy_primitives::{keccak256, uint, Address, Bytes, U256};
use alloy_sol_types::SolCall;
use motsu::prelude::*;

use crate::contracts::{Actor, Selectors};

#[motsu::test]
fn contracts_see_the_block_that_the_test_sets(actor: Contract<Actor>, alice: Address) {
    let vm = VM::context();
    vm.set_chain_id(421_614);
    vm.set_block_timestamp(1_000);
    vm.set_block_number(77);
    vm.set_block_basefee(uint!(5_U256));
    let fee = uint!(5_U256);
    assert_eq!(
        actor.sender(alice).environment(),
        (421_614, 1_000, 77, fee, fee)
    );
    assert_eq!(vm.increase_time(25), 1_025);
    assert_eq!(
        actor.sender(alice).environment(),
        (421_614, 1_025, 77, fee, fee)
    );
    assert_eq!(
        (vm.chain_id(), vm.block_number(), vm.block_basefee()),
        (421_614, 77, fee)
    );
}

#[motsu::test]
fn a_chain_is_arbitrum_one_at_a_time_and_block_that_are_not_zero(
    actor: Contract<Actor>,
    alice: Address,
) {
    let (chain_id, timestamp, block, _, _) = actor.sender(alice).environment();
    assert_eq!(chain_id, 42_161);
    assert!(timestamp > 0 && block > 0);
}

#[motsu::test]
fn time_set_by_the_test_survives_a_revert(actor: Contract<Actor>, alice: Address) {
    let time = VM::context().increase_time(10);
    actor
        .sender(alice)
        .fail_at_once(U256::ZERO)
        .motsu_unwrap_err();
    assert_eq!(VM::context().block_timestamp(), time);
}

#[motsu::test]
fn gas_left_is_what_the_test_sets_and_a_callee_gets_its_share(
    actor: Contract<Actor>,
    target: Contract<Actor>,
    alice: Address,
) {
    VM::context().set_gas_left(640);
    assert_eq!(actor.sender(alice).gas_left(), 640);
    assert_eq!(actor.sender(alice).ink_left(), 640 * 10_000);
    let data = Bytes::from(Selectors::gasLeftCall {}.abi_encode());
    let seen = |gas: u64| {
        let (succeeded, data) =
            actor
                .sender(alice)
                .call_out_limited(target.address(), data.clone(), gas, 0, 32);
        assert!(succeeded);
        U256::from_be_slice(&data)
    };
    assert_eq!(seen(100), U256::from(100));
    assert_eq!(seen(u64::MAX), U256::from(640 - 640 / 64));
}

#[motsu::test]
fn only_contracts_have_code(actor: Contract<Actor>, other: Contract<Actor>, alice: Address) {
    let (size, hash) = actor.sender(alice).code_of(other.address());
    assert!(size > U256::ZERO);
    let (own_size, own_hash) = actor.sender(alice).code_of(actor.address());
    assert_eq!((size, hash), (own_size, own_hash));
    assert_eq!(
        actor.sender(alice).code_of(alice),
        (U256::ZERO, keccak256([]))
    );
    let address = other.address();
    drop(other);
    assert_eq!(actor.sender(alice).code_of(address).0, U256::ZERO);
}

#[motsu::test]
fn the_hash_is_keccak(actor: Contract<Actor>, alice: Address) {
    let data = Bytes::from_static(b"breakwater");
    assert_eq!(actor.sender(alice).hash(data.clone()), keccak256(data));
}

#[motsu::test]
fn slots_can_be_read_as_they_lie(actor: Contract<Actor>, alice: Address) {
    let value = uint!(258_U256);
    actor.sender(alice).set(value);
    let word = VM::context().storage_at(actor.address(), U256::ZERO);
    assert_eq!(U256::from_be_bytes(word.0), value);
    assert!(VM::context().storage_at(alice, U256::ZERO).is_zero());
}
