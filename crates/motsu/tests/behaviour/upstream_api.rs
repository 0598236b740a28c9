//! What the published motsu offers, as its README shows it.

use alloy_primitives::{eip191_hash_message, keccak256, uint, Address, LogData, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::SolEvent;
use motsu::prelude::*;

use crate::contracts::{Actor, ActorError, Forbidden, NumberSet, FORBIDDEN};

const TEN: U256 = uint!(10_U256);

#[motsu::test]
fn a_method_runs_with_the_sender_that_the_test_names(actor: Contract<Actor>, alice: Address) {
    actor.sender(alice).set(TEN);
    assert_eq!(actor.sender(alice).number(), TEN);
    assert_eq!(actor.sender(alice).by(), alice);
}

#[motsu::test]
fn a_constructor_is_a_method_like_others(actor: Contract<Actor>, alice: Address, bob: Address) {
    actor.sender(alice).constructor(bob);
    assert_eq!(actor.sender(alice).owner(), bob);
}

#[motsu::test]
fn contracts_call_each_other_by_their_interfaces(
    first: Contract<Actor>,
    second: Contract<Actor>,
    alice: Address,
) {
    let set = first
        .sender(alice)
        .relay_set(second.address(), TEN)
        .motsu_unwrap();
    assert_eq!(set, TEN);
    assert_eq!(second.sender(alice).by(), first.address());
    let read = first.sender(alice).relay_number(second.address());
    assert_eq!(read.motsu_unwrap(), TEN);
}

#[motsu::test]
fn events_are_found_by_value_at_the_contract_that_emitted_them(
    first: Contract<Actor>,
    second: Contract<Actor>,
    alice: Address,
) {
    let by = alice;
    let event = NumberSet { by, value: TEN };
    assert!(!first.emitted(&event));
    first.sender(alice).set(TEN);
    first.assert_emitted(&event);
    assert!(!second.emitted(&event));
    assert!(!first.emitted(&NumberSet {
        by,
        value: U256::ZERO
    }));
    let expected: Vec<LogData> = vec![event.encode_log_data()];
    assert_eq!(first.all_events(), expected);
}

#[motsu::test]
#[should_panic(expected = "matching events: [NumberSet { by: alice, value: 10 }]")]
fn a_missing_event_is_reported_with_those_alike_and_tags_for_addresses(
    actor: Contract<Actor>,
    alice: Address,
) {
    actor.sender(alice).set(TEN);
    actor.assert_emitted(&NumberSet {
        by: alice,
        value: U256::ZERO,
    });
}

#[motsu::test]
#[should_panic(expected = "no matching events found")]
fn a_missing_event_without_any_alike_is_reported(actor: Contract<Actor>, alice: Address) {
    actor.assert_emitted(&NumberSet {
        by: alice,
        value: TEN,
    });
}

#[motsu::test]
#[should_panic(expected = "account alice failed to call actor: Forbidden(Forbidden { value: 42 })")]
fn an_unexpected_error_is_reported_with_tags(actor: Contract<Actor>, alice: Address) {
    let value = U256::from(FORBIDDEN);
    actor
        .sender(alice)
        .set_unless_forbidden(value)
        .motsu_unwrap();
}

#[motsu::test]
#[should_panic(expected = "account alice should fail to call actor")]
fn an_unexpected_success_is_reported_with_tags(actor: Contract<Actor>, alice: Address) {
    actor
        .sender(alice)
        .set_unless_forbidden(TEN)
        .motsu_unwrap_err();
}

#[motsu::test]
#[should_panic(expected = "the cap holds: account alice failed to call actor")]
fn an_expectation_puts_its_message_in_front(actor: Contract<Actor>, alice: Address) {
    let value = U256::from(FORBIDDEN);
    actor
        .sender(alice)
        .set_unless_forbidden(value)
        .motsu_expect("the cap holds");
}

#[motsu::test]
#[should_panic(expected = "over the cap: account alice should fail to call actor")]
fn an_expected_error_puts_its_message_in_front(actor: Contract<Actor>, alice: Address) {
    actor
        .sender(alice)
        .set_unless_forbidden(TEN)
        .motsu_expect_err("over the cap");
}

#[motsu::test]
fn an_expected_error_is_returned(actor: Contract<Actor>, alice: Address) {
    let value = U256::from(FORBIDDEN);
    let error = actor
        .sender(alice)
        .set_unless_forbidden(value)
        .motsu_expect_err("forbidden");
    assert_eq!(error, ActorError::Forbidden(Forbidden { value }));
}

#[motsu::test]
fn an_account_signs_for_its_address(alice: Account) {
    let message = b"message";
    let signature = alice.signer().sign_message_sync(message).expect("signs");
    let recovered = signature.recover_address_from_prehash(&eip191_hash_message(message));
    assert_eq!(recovered.expect("recovers"), alice.address());
    assert_eq!(alice.signer().address(), alice.address());
}

#[motsu::test]
fn an_account_sends_like_an_address(actor: Contract<Actor>, alice: Account) {
    actor.sender(alice).set(TEN);
    assert_eq!(actor.sender(alice).by(), Address::from(&alice));
}

#[test]
fn tags_and_seeds_give_the_addresses_that_upstream_gives() {
    let hash = keccak256("alice");
    assert_eq!(Address::from_tag("alice"), Address::from_slice(&hash[..20]));
    assert_eq!(Account::from_tag("alice"), Account::from_seed("alice"));
    assert_eq!(
        Account::from_seed("alice"),
        Account::from_seed_slice(b"alice")
    );
    assert_ne!(Account::random(), Account::random());
}

/// The address of the private key 1 is in every Ethereum library's tests; here the check is against alloy's own derivation.
#[test]
fn an_accounts_address_belongs_to_its_key() {
    let account = Account::random();
    let hash = keccak256("digest");
    let signature = account.signer().sign_hash_sync(&hash).expect("signs");
    let recovered = signature.recover_address_from_prehash(&hash);
    assert_eq!(recovered.expect("recovers"), account.address());
}

#[test]
fn contracts_are_deployed_where_the_test_says_or_nowhere_else() {
    let address = Address::with_last_byte(7);
    let placed = Contract::<Actor>::new_at(address);
    assert_eq!(placed.address(), address);
    let (first, second) = (Contract::<Actor>::new(), Contract::<Actor>::random());
    assert_ne!(first.address(), second.address());
    let tagged = Contract::<Actor>::from_tag("vault");
    assert_eq!(tagged.address(), Address::from_tag("vault"));
    assert_eq!(Contract::<Actor>::default().address(), Address::ZERO);
}

#[test]
#[should_panic(expected = "there is a contract at vault already")]
fn two_contracts_at_one_address_are_refused() {
    let _first = Contract::<Actor>::from_tag("vault");
    let _second = Contract::<Actor>::from_tag("vault");
}

#[motsu::test]
fn state_goes_with_the_contract(alice: Address) {
    let address = Address::with_last_byte(7);
    let other = Contract::<Actor>::new();
    other.sender(alice).set(TEN);
    {
        let actor = Contract::<Actor>::new_at(address);
        actor.sender(alice).set(TEN);
    }
    let actor = Contract::<Actor>::new_at(address);
    assert_eq!(actor.sender(alice).number(), U256::ZERO);
    assert!(actor.all_events().is_empty());
    assert_eq!(other.sender(alice).number(), TEN);
}

#[test]
fn the_whole_chain_goes_with_the_last_contract() {
    let alice = Address::with_last_byte(1);
    let before = VM::context().block_timestamp();
    {
        let _actor = Contract::<Actor>::new();
        alice.fund(TEN);
        VM::context().increase_time(60);
        VM::context().set_chain_id(1);
    }
    assert_eq!(alice.balance(), U256::ZERO);
    assert_eq!(VM::context().block_timestamp(), before);
    assert_eq!(VM::context().chain_id(), 42_161);
}

#[motsu::test]
fn every_thread_has_a_chain_of_its_own(actor: Contract<Actor>, alice: Address) {
    actor.sender(alice).set(TEN);
    let address = actor.address();
    let number = std::thread::spawn(move || {
        let actor = Contract::<Actor>::new_at(address);
        let number = actor.sender(alice).number();
        number
    });
    assert_eq!(number.join().expect("the thread ends"), U256::ZERO);
    assert_eq!(actor.sender(alice).number(), TEN);
}
