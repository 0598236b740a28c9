//! Precompiled contracts.

use alloy_primitives::{address, hex, keccak256, Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::SolValue;
use motsu::prelude::*;

use crate::contracts::Actor;

const ECRECOVER: Address = address!("0000000000000000000000000000000000000001");
const SHA256: Address = address!("0000000000000000000000000000000000000002");
const IDENTITY: Address = address!("0000000000000000000000000000000000000004");

/// Order of the group of secp256k1, SEC 2 section 2.4.1.
const ORDER: U256 = U256::from_be_bytes(hex!(
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
));

fn input(hash: B256, v: u64, r: U256, s: U256) -> Bytes {
    (hash, U256::from(v), r, s).abi_encode_params().into()
}

#[motsu::test]
fn ecrecover_finds_the_signer(actor: Contract<Actor>, alice: Account) {
    let word = alice.address().into_word();
    for seed in 0..16 {
        let hash = keccak256([seed]);
        let signature = alice.signer().sign_hash_sync(&hash).expect("signs");
        let v = 27 + u64::from(signature.v());
        let low = input(hash, v, signature.r(), signature.s());
        let expected = (true, Bytes::from(word));
        assert_eq!(
            actor.sender(alice).static_call_out(ECRECOVER, low),
            expected
        );
        // The mirrored signature is as good to the precompile.
        let high = input(hash, 27 + 28 - v, signature.r(), ORDER - signature.s());
        assert_eq!(
            actor.sender(alice).static_call_out(ECRECOVER, high),
            expected
        );
        // The same signature of another parity is another's.
        let other = input(hash, 27 + 28 - v, signature.r(), signature.s());
        assert_ne!(
            actor.sender(alice).static_call_out(ECRECOVER, other),
            expected
        );
    }
}

#[motsu::test]
fn ecrecover_answers_nothing_to_what_is_no_signature(actor: Contract<Actor>, alice: Account) {
    let hash = keccak256("digest");
    let signature = alice.signer().sign_hash_sync(&hash).expect("signs");
    let v = 27 + u64::from(signature.v());
    let (r, s) = (signature.r(), signature.s());
    let nothing = (true, Bytes::new());
    let wrong = [
        input(hash, 26, r, s),
        input(hash, 29, r, s),
        input(hash, v + 256, r, s),
        input(hash, v, U256::ZERO, s),
        input(hash, v, r, U256::ZERO),
        input(hash, v, ORDER, s),
        input(hash, v, r, ORDER),
        Bytes::new(),
    ];
    for input in wrong {
        assert_eq!(actor.sender(alice).call_out(ECRECOVER, input), nothing);
    }
}

#[motsu::test]
fn ecrecover_pads_and_cuts_its_input(actor: Contract<Actor>, alice: Account) {
    let hash = keccak256("digest");
    let signature = alice.signer().sign_hash_sync(&hash).expect("signs");
    let v = 27 + u64::from(signature.v());
    let exact = input(hash, v, signature.r(), signature.s());
    let longer = Bytes::from([&exact[..], &[1, 2, 3]].concat());
    let expected = (true, Bytes::from(alice.address().into_word()));
    assert_eq!(actor.sender(alice).call_out(ECRECOVER, longer), expected);
    let shorter = Bytes::copy_from_slice(&exact[..96]);
    assert_eq!(
        actor.sender(alice).call_out(ECRECOVER, shorter),
        (true, Bytes::new())
    );
}

/// FIPS 180-4's example: the digest of "abc".
#[motsu::test]
fn sha256_and_identity_answer(actor: Contract<Actor>, alice: Address) {
    let data = Bytes::from_static(b"abc");
    let digest = hex!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let mut call = actor.sender(alice);
    assert_eq!(call.call_out(SHA256, data.clone()), (true, digest.into()));
    assert_eq!(call.call_out(IDENTITY, data.clone()), (true, data));
}

#[motsu::test]
fn a_precompile_has_no_code(actor: Contract<Actor>, alice: Address) {
    assert_eq!(actor.sender(alice).code_of(ECRECOVER).0, U256::ZERO);
}
