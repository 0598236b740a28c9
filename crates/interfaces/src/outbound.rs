//! Calls from contract code to other contracts, with one small encoder for all of them.
//!
//! Every argument of the calls between modules is one word, so a writer of words is enough; the generated coders cost
//! about half a kilobyte of WASM a function. Selectors come from the `sol!` declarations, so there is one source of truth.
//!
//! Pending storage writes are flushed before a call but the cache is kept: a module can't be re-entered (the SDK refuses
//! it, and so does the module's own lock), so nobody can change its storage while it waits.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use stylus_sdk::{call::RawCall, stylus_core::Host, ArbResult};

use crate::external::IERC20;

/// A number as a word. Its limbs are handed on one by one: a [`U256`] would be handed over by its address, so each number had to be put
/// into memory first.
#[inline(always)]
pub fn to_word(value: U256) -> B256 {
    let [a, b, c, d] = value.into_limbs();
    reversed(a, b, c, d)
}

/// The word of a number's limbs, least first. Not inlined: reversing the order of 32 bytes is long in WASM, and is done everywhere.
#[inline(never)]
fn reversed(a: u64, b: u64, c: u64, d: u64) -> B256 {
    B256::new(U256::from_limbs([a, b, c, d]).to_be_bytes())
}

/// A word as a number. Not inlined either.
#[inline(never)]
pub fn from_word(word: B256) -> U256 {
    U256::from_be_bytes(word.0)
}

/// Bytes at the left end of a word, zeros behind them. Those beyond the 32nd are dropped: `B256::right_padding_from` would say so
/// in a panic, and the formatting of its text is a kilobyte of WASM. Inlined: a call of its own makes the vault's programs larger.
#[inline]
pub fn left_aligned(bytes: &[u8]) -> B256 {
    let mut word = B256::ZERO;
    for (to, from) in word.0.iter_mut().zip(bytes) {
        *to = *from;
    }
    word
}

/// Calldata under construction: a selector and words.
pub struct Calldata(Vec<u8>);

impl Calldata {
    /// Starts the calldata of a call to `C` that takes `words` words.
    pub fn new<C: SolCall>(words: usize) -> Self {
        Self::with_selector(C::SELECTOR, words)
    }

    /// Starts calldata with a bare selector.
    pub fn with_selector(selector: [u8; 4], words: usize) -> Self {
        let mut data = Vec::with_capacity(words.saturating_mul(32).saturating_add(4));
        data.extend_from_slice(&selector);
        Self(data)
    }

    /// Appends a number.
    pub fn number(self, value: U256) -> Self {
        self.word(to_word(value))
    }

    /// Appends a word.
    #[inline(never)]
    pub fn word(mut self, value: B256) -> Self {
        self.0.extend_from_slice(value.as_slice());
        self
    }

    /// Appends an address.
    pub fn address(self, value: Address) -> Self {
        self.word(value.into_word())
    }

    /// Appends a truth value.
    pub fn boolean(self, value: bool) -> Self {
        self.number(U256::from(u8::from(value)))
    }

    /// Appends the head and tail of a single trailing `bytes` argument: `words` is the number of head words in front of it.
    pub fn trailing_bytes(mut self, words: usize, value: &[u8]) -> Self {
        self = self.number(U256::from(words.saturating_add(1).saturating_mul(32)));
        self = self.number(U256::from(value.len()));
        self.0.extend_from_slice(value);
        while self.0.len() % 32 != 4 {
            self.0.push(0);
        }
        self
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// Most return data that is copied from another contract: a longer answer is cut, so nobody can make a caller pay for
/// megabytes.
pub const MAX_RETURN_DATA: usize = 4096;

/// Calls `to` without value.
///
/// # Errors
///
/// The other contract's revert data (cut at [`MAX_RETURN_DATA`]).
pub fn call<H: Host + ?Sized>(host: &H, to: Address, calldata: &Calldata) -> ArbResult {
    host.flush_cache(false);
    // SAFETY: no storage guard is alive across this call (all values are copied out before), and the cache is flushed.
    unsafe {
        RawCall::new(host)
            .limit_return_data(0, MAX_RETURN_DATA)
            .call(to, calldata.as_slice())
    }
}

/// Static-calls `to`.
///
/// # Errors
///
/// The other contract's revert data (cut at [`MAX_RETURN_DATA`]).
pub fn static_call<H: Host + ?Sized>(host: &H, to: Address, calldata: &Calldata) -> ArbResult {
    host.flush_cache(false);
    // SAFETY: as in `call`.
    unsafe {
        RawCall::new_static(host)
            .limit_return_data(0, MAX_RETURN_DATA)
            .call(to, calldata.as_slice())
    }
}

/// The `index`-th word of returned data, if it is that long.
#[inline(never)]
pub fn word_at(data: &[u8], index: usize) -> Option<U256> {
    let start = index.checked_mul(32)?;
    let word = data.get(start..)?.first_chunk::<32>()?;
    Some(from_word(B256::new(*word)))
}

/// Sends `amount` of `token` to `to`. True only if the token moved it: it has code, did not revert, and returned nothing or
/// true (EIP-20 tokens that return nothing are accepted).
pub fn token_transfer<H: Host + ?Sized>(
    host: &H,
    token: Address,
    to: Address,
    amount: U256,
) -> bool {
    let calldata = Calldata::new::<IERC20::transferCall>(2)
        .address(to)
        .number(amount);
    token_call(host, token, &calldata)
}

/// Moves `amount` of `token` from `from` to `to` by allowance. True under the same conditions as [`token_transfer`].
pub fn token_transfer_from<H: Host + ?Sized>(
    host: &H,
    token: Address,
    from: Address,
    to: Address,
    amount: U256,
) -> bool {
    let calldata = Calldata::new::<IERC20::transferFromCall>(3)
        .address(from)
        .address(to)
        .number(amount);
    token_call(host, token, &calldata)
}

/// Balance of `owner` in `token`, if the token answers.
pub fn token_balance<H: Host + ?Sized>(host: &H, token: Address, owner: Address) -> Option<U256> {
    let calldata = Calldata::new::<IERC20::balanceOfCall>(1).address(owner);
    word_at(&static_call(host, token, &calldata).ok()?, 0)
}

fn token_call<H: Host + ?Sized>(host: &H, token: Address, calldata: &Calldata) -> bool {
    match call(host, token, calldata) {
        // A call to an address without code succeeds and moves nothing.
        Ok(data) if data.is_empty() => host.code_size(token) != 0,
        Ok(data) => word_at(&data, 0) == Some(U256::from(1)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_at_the_left_of_a_word_and_what_does_not_fit_is_dropped() {
        assert_eq!(left_aligned(b"cusp"), B256::right_padding_from(b"cusp"));
        assert_eq!(left_aligned(&[]), B256::ZERO);
        assert_eq!(left_aligned(&[7; 40]), B256::repeat_byte(7));
    }
}
