//! Calldata in, return data out: words, read and written by hand.
//!
//! Every argument of the vault is one word, but for texts, signatures and actions, and every answer is words or an array of them. The derived coders would cost
//! as much WASM as the verbs themselves.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::outbound::{from_word, to_word, word_at};

use crate::errors::{refused, Fallible};

/// The arguments of a call, behind its selector. Like Solidity, it refuses what is too short or not of its type with empty
/// revert data.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a>(pub &'a [u8]);

impl Arguments<'_> {
    /// The `index`-th argument as a number.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[inline(never)]
    pub(crate) fn number(&self, index: usize) -> Fallible<U256> {
        word_at(self.0, index).ok_or_else(refused)
    }

    /// The `index`-th argument as a word.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[inline(never)]
    pub(crate) fn word(&self, index: usize) -> Fallible<B256> {
        self.number(index).map(to_word)
    }

    /// The `index`-th argument as an address.
    ///
    /// # Errors
    ///
    /// If there is none, or its upper 12 bytes are not zero.
    #[inline(never)]
    pub(crate) fn address(&self, index: usize) -> Fallible<Address> {
        let number = self.number(index)?;
        let [_, _, high, top] = number.into_limbs();
        if top != 0 || high >> 32 != 0 {
            return Err(refused());
        }
        Ok(Address::from_word(to_word(number)))
    }

    /// The `index`-th argument as a truth value.
    ///
    /// # Errors
    ///
    /// If there is none, or it is neither 0 nor 1.
    #[inline(never)]
    pub(crate) fn boolean(&self, index: usize) -> Fallible<bool> {
        let number = self.number(index)?;
        if number > U256::from(1) {
            return Err(refused());
        }
        Ok(!number.is_zero())
    }

    /// The `index`-th argument as bytes of any length.
    ///
    /// # Errors
    ///
    /// If there is none, or it is longer than the calldata.
    #[inline(never)]
    pub(crate) fn bytes(&self, index: usize) -> Fallible<&[u8]> {
        let offset = self.number(index)?.saturating_to::<usize>();
        let tail = self.0.get(offset..).ok_or_else(refused)?;
        let length = word_at(tail, 0)
            .ok_or_else(refused)?
            .saturating_to::<usize>();
        tail.get(32..length.saturating_add(32)).ok_or_else(refused)
    }

    /// The `index`-th argument as a string of at most 31 bytes: the text, its length in the last byte.
    ///
    /// # Errors
    ///
    /// If there is none, or it is longer.
    #[inline(never)]
    pub(crate) fn short_string(&self, index: usize) -> Fallible<U256> {
        let text = self.bytes(index)?;
        let length = text.len();
        if length > 31 {
            return Err(refused());
        }
        let mut word = [0u8; 32];
        for (to, from) in word.iter_mut().zip(text) {
            *to = *from;
        }
        Ok(from_word(B256::new(word)) | U256::from(length))
    }
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

/// Return data of one number.
#[inline(never)]
pub(crate) fn number(value: U256) -> Vec<u8> {
    words(&[value])
}

/// An address as a word.
pub(crate) fn address_word(value: Address) -> U256 {
    from_word(value.into_word())
}

/// Return data of one address.
pub(crate) fn address(value: Address) -> Vec<u8> {
    number(address_word(value))
}

/// Return data of one truth value.
pub(crate) fn boolean(value: bool) -> Vec<u8> {
    number(U256::from(u8::from(value)))
}

/// Return data of an array of addresses.
pub(crate) fn addresses(values: impl Iterator<Item = Address>) -> Vec<u8> {
    let mut array = vec![U256::from(32), U256::ZERO];
    array.extend(values.map(address_word));
    let count = U256::from(array.len().saturating_sub(2));
    if let Some(length) = array.get_mut(1) {
        *length = count;
    }
    words(&array)
}

/// Return data of a string as [`Arguments::short_string`] has it.
pub(crate) fn string(word: U256) -> Vec<u8> {
    let [low, ..] = word.into_limbs();
    let length = U256::from(low & 0xff);
    words(&[U256::from(32), length, word.saturating_sub(length)])
}
