//! Typed errors, encoded in one place. All are declared in [`IOracleAdapter`]; their arguments are words.

use alloc::{boxed::Box, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::{
    oracle::IOracleAdapter as O,
    outbound::{left_aligned, to_word as word},
};

/// Revert data, behind a pointer: a result is then passed on in a register or two, which saves WASM.
#[allow(clippy::box_collection)]
pub(crate) struct Error(Box<Vec<u8>>);

impl Error {
    /// The revert data.
    pub(crate) fn into_data(self) -> Vec<u8> {
        *self.0
    }
}

impl From<Vec<u8>> for Error {
    #[inline(never)]
    fn from(data: Vec<u8>) -> Self {
        Self(Box::new(data))
    }
}

/// A result whose error is revert data.
pub(crate) type Fallible<T> = Result<T, Error>;

#[cold]
#[inline(never)]
fn encode(selector: [u8; 4], arguments: &[B256]) -> Error {
    let mut data = Vec::with_capacity(100);
    data.extend_from_slice(&selector);
    for argument in arguments {
        data.extend_from_slice(argument.as_slice());
    }
    data.into()
}

/// Empty revert data: calldata that can't be decoded, or ether sent, as Solidity answers them.
pub(crate) fn refused() -> Error {
    Vec::new().into()
}

/// `NotAuthorized`: the caller has no right to this call.
pub(crate) fn not_authorized(caller: Address) -> Error {
    encode(O::NotAuthorized::SELECTOR, &[caller.into_word()])
}

/// `ZeroAddress`: an address that must not be zero is zero.
pub(crate) fn zero_address() -> Error {
    encode(O::ZeroAddress::SELECTOR, &[])
}

/// `PriceUnavailable`: no good price.
pub(crate) fn price_unavailable(token: Address, status: u8) -> Error {
    let arguments = [token.into_word(), word(U256::from(status))];
    encode(O::PriceUnavailable::SELECTOR, &arguments)
}

/// `UnknownToken`: never configured.
pub(crate) fn unknown_token(token: Address) -> Error {
    encode(O::UnknownToken::SELECTOR, &[token.into_word()])
}

/// `InvalidSources`: no or too many legs, sources not numbered in order, or an unreachable quorum.
pub(crate) fn invalid_sources(legs: U256, sources: U256, quorum: U256) -> Error {
    let arguments = [word(legs), word(sources), word(quorum)];
    encode(O::InvalidSources::SELECTOR, &arguments)
}

/// `DuplicateSource`: two sources are the same.
pub(crate) fn duplicate_source(target: Address) -> Error {
    encode(O::DuplicateSource::SELECTOR, &[target.into_word()])
}

/// `ParameterOutOfBounds`; `parameter` is its name in ASCII, padded with zeros.
#[inline(never)]
pub(crate) fn out_of_bounds(parameter: &[u8], value: U256) -> Error {
    let arguments = [left_aligned(parameter), word(value)];
    encode(O::ParameterOutOfBounds::SELECTOR, &arguments)
}

/// `InvalidFeed`: not a contract of its kind.
pub(crate) fn invalid_feed(target: Address) -> Error {
    encode(O::InvalidFeed::SELECTOR, &[target.into_word()])
}

/// `PriceMoved`: a configuration would move the price too far.
pub(crate) fn price_moved(token: Address, price: U256, reference: U256) -> Error {
    let arguments = [token.into_word(), word(price), word(reference)];
    encode(O::PriceMoved::SELECTOR, &arguments)
}

/// `ExpectedPriceRequired`: there is no last good price.
pub(crate) fn expected_price_required(token: Address) -> Error {
    encode(O::ExpectedPriceRequired::SELECTOR, &[token.into_word()])
}

/// `MathOverflow`: a result left the range of 256 bits.
pub(crate) fn math_overflow() -> Error {
    encode(O::MathOverflow::SELECTOR, &[])
}

/// `InsufficientGas`: a source failed with less than its share.
pub(crate) fn insufficient_gas(available: u64, needed: u64) -> Error {
    let arguments = [available, needed].map(|gas| word(U256::from(gas)));
    encode(O::InsufficientGas::SELECTOR, &arguments)
}
