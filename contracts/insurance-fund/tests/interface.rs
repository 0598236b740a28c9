//! The contract as Solidity sees it: every function of the declared interface, by its declaration.

extern crate alloc;

mod common;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolInterface};
use breakwater_interfaces::fund::IInsuranceFund::{self as Interface, IInsuranceFundCalls};
use motsu::prelude::*;

use common::*;

#[motsu::test]
fn every_declared_function_answers_and_no_other(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    for selector in IInsuranceFundCalls::selectors() {
        // Zero words for any of them: a result or a typed error, but no empty revert.
        let mut calldata = selector.to_vec();
        calldata.resize(4 + 4 * 32, 0);
        let answer = fund.call_raw(alice, calldata);
        assert_ne!(answer, Err(vec![]), "{selector:02x?}");
    }
    for calldata in [&[][..], &[1, 2, 3, 4], &[0; 100]] {
        assert_eq!(fund.call_raw(alice, calldata), Err(vec![]));
    }
}

#[motsu::test]
fn request_is_read_and_cancelled_by_the_declared_functions(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    let shares = open(&fund, &vault, alice);
    request(&fund, alice, shares);
    let now = U256::from(VM::context().block_timestamp());

    let window = fund.static_call_raw(alice, Interface::windowCall {}.abi_encode());
    let window = Interface::windowCall::abi_decode_returns_validate(&window.unwrap()).unwrap();
    let call = Interface::redeemRequestOfCall { controller: alice };
    let answer = fund.static_call_raw(alice, call.abi_encode()).unwrap();
    let request = Interface::redeemRequestOfCall::abi_decode_returns_validate(&answer).unwrap();
    let from = now + fund.sender(alice).cooldown();
    assert_eq!(
        (request.shares, request.from, request.until),
        (shares, from, from + window)
    );

    let call = Interface::cancelRedeemCall { controller: alice };
    let answer = fund.call_raw(alice, call.abi_encode()).unwrap();
    let cancelled = Interface::cancelRedeemCall::abi_decode_returns_validate(&answer).unwrap();
    assert_eq!(cancelled, shares);
    assert_eq!(fund.sender(alice).balance_of(alice), shares);
}
