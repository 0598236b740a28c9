//! Typed errors and events, encoded by one body each.
//!
//! All their arguments are single words, so a selector and a list of words is all it takes; the types themselves are the
//! `sol!` declarations of [`breakwater_interfaces::auction`], against which the tests decode.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolError, SolEvent};
use breakwater_interfaces::log::pieces;
use stylus_sdk::{host::VM, stylus_core::RawLogAccess};

/// Revert data: a typed error of this module, or, unchanged, of a module that it called.
pub type Revert = Vec<u8>;

/// The revert data of error `E` with these arguments.
pub(crate) fn error<E: SolError>(arguments: &[U256]) -> Revert {
    join(&E::SELECTOR, arguments)
}

/// Emits event `E`: `words` are its indexed arguments, of which there are `indexed`, and then the others.
pub(crate) fn emit<E: SolEvent>(vm: &VM, indexed: usize, words: &[U256]) {
    let [first, second, third, fourth] = const { pieces(E::SIGNATURE_HASH) };
    emit_words(vm, first, second, third, fourth, indexed, words);
}

#[inline(never)]
fn emit_words(
    vm: &VM,
    first: u64,
    second: u64,
    third: u64,
    fourth: u64,
    indexed: usize,
    words: &[U256],
) {
    let signature = [first, second, third, fourth].map(u64::to_le_bytes);
    let log = join(signature.as_flattened(), words);
    vm.emit_log(&log, indexed.saturating_add(1));
}

/// Bytes, then words.
#[inline(never)]
pub(crate) fn join(head: &[u8], words: &[U256]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(words.len().saturating_mul(32).saturating_add(32));
    bytes.extend_from_slice(head);
    for word in words {
        bytes.extend_from_slice(&word.to_be_bytes::<32>());
    }
    bytes
}

/// An address as a word, in an ABI or in storage. Not inlined: it reverses the order of 32 bytes, and is called everywhere.
#[inline(never)]
pub(crate) fn word(address: Address) -> U256 {
    U256::from_be_bytes(address.into_word().0)
}

/// The name of a parameter as it stands in `ParameterOutOfBounds`: ASCII, left-aligned in a word.
pub(crate) const fn name(text: &str) -> U256 {
    let text = text.as_bytes();
    let mut word = [0u8; 32];
    let mut index = 0;
    // The bounds are checked by the loop, at compile time.
    #[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
    while index < text.len() {
        word[index] = text[index];
        index += 1;
    }
    U256::from_be_bytes(word)
}
