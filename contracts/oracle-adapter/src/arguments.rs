//! Calldata in, return data out: words, read and written by hand. All arguments are words or arrays of them.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use breakwater_interfaces::outbound::{from_word, to_word, word_at};

use crate::errors::{refused, Fallible};

/// The arguments of a call, behind its selector. Like Solidity, it refuses what is too short or not of its type with empty
/// revert data.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a>(pub &'a [u8]);

impl Arguments<'_> {
    /// The `index`-th word.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[inline(never)]
    pub(crate) fn number(&self, index: usize) -> Fallible<U256> {
        word_at(self.0, index).ok_or_else(refused)
    }

    /// The `index`-th word as an address.
    ///
    /// # Errors
    ///
    /// If there is none, or its upper 12 bytes are not zero.
    #[inline(never)]
    pub(crate) fn address(&self, index: usize) -> Fallible<Address> {
        let number = self.number(index)?;
        as_address(number).ok_or_else(refused)
    }

    /// The length of an array, whose offset is the `index`-th word, and the index of its first word.
    ///
    /// # Errors
    ///
    /// If the offset is no whole number of words, as all encoders have it, or leads out of the arguments.
    pub(crate) fn array(&self, index: usize) -> Fallible<(usize, usize)> {
        let offset = self.number(index)?.saturating_to::<usize>();
        if offset % 32 != 0 {
            return Err(refused());
        }
        let at = offset >> 5;
        let length = self.number(at)?.saturating_to::<usize>();
        Ok((length, at.saturating_add(1)))
    }
}

/// A number as an address, if it has 160 bits at most.
#[inline(never)]
pub(crate) fn as_address(number: U256) -> Option<Address> {
    let [_, _, high, top] = number.into_limbs();
    (top == 0 && high >> 32 == 0).then(|| Address::from_word(to_word(number)))
}

/// An address as a number.
pub(crate) fn address_word(value: Address) -> U256 {
    from_word(value.into_word())
}

/// Return data of words.
#[inline(never)]
pub(crate) fn words(values: &[U256]) -> Vec<u8> {
    let mut data = Vec::with_capacity(values.len().saturating_mul(32));
    for value in values {
        data.extend_from_slice(to_word(*value).as_slice());
    }
    data
}

/// Return data of one address.
pub(crate) fn address(value: Address) -> Vec<u8> {
    words(&[address_word(value)])
}
