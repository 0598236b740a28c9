//! What can go wrong, as typed Solidity errors.

use alloc::vec::Vec;
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use breakwater_interfaces::oracle::IOracleAdapter;

use crate::state::word_of;

/// The adapter's errors; their meaning is told at [`IOracleAdapter`].
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Error {
    NotAuthorized(IOracleAdapter::NotAuthorized),
    ZeroAddress(IOracleAdapter::ZeroAddress),
    PriceUnavailable(IOracleAdapter::PriceUnavailable),
    UnknownToken(IOracleAdapter::UnknownToken),
    InvalidSources(IOracleAdapter::InvalidSources),
    DuplicateSource(IOracleAdapter::DuplicateSource),
    ParameterOutOfBounds(IOracleAdapter::ParameterOutOfBounds),
    InvalidFeed(IOracleAdapter::InvalidFeed),
    MathOverflow(IOracleAdapter::MathOverflow),
    InsufficientGas(IOracleAdapter::InsufficientGas),
}

/// Every argument of every error is one word, so one writer of words does for all: the generated coders take two kilobytes of
/// WASM more. A test holds it against them.
impl From<Error> for Vec<u8> {
    fn from(error: Error) -> Self {
        match error {
            Error::NotAuthorized(error) => encode(&error, &[word_of(error.caller)]),
            Error::ZeroAddress(error) => encode(&error, &[]),
            Error::PriceUnavailable(error) => {
                encode(&error, &[word_of(error.token), U256::from(error.status)])
            }
            Error::UnknownToken(error) => encode(&error, &[word_of(error.token)]),
            Error::InvalidSources(error) => {
                encode(&error, &[error.feeds, error.maxAges, error.quorum])
            }
            Error::DuplicateSource(error) => encode(&error, &[word_of(error.feed)]),
            Error::ParameterOutOfBounds(error) => {
                encode(&error, &[error.parameter.into(), error.value])
            }
            Error::InvalidFeed(error) => encode(&error, &[word_of(error.feed)]),
            Error::MathOverflow(error) => encode(&error, &[]),
            Error::InsufficientGas(error) => encode(&error, &[error.available, error.needed]),
        }
    }
}

fn encode<E: SolError>(_error: &E, words: &[U256]) -> Vec<u8> {
    write(E::SELECTOR, words)
}

#[inline(never)]
fn write(selector: [u8; 4], words: &[U256]) -> Vec<u8> {
    let mut data = selector.to_vec();
    for word in words {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    data
}

/// `?` on the interface's errors.
macro_rules! from {
    ($($error:ty => $name:ident),* $(,)?) => {
        $(
            impl From<$error> for Error {
                fn from(error: $error) -> Self {
                    Self::$name(error)
                }
            }
        )*
    };
}

from!(
    IOracleAdapter::NotAuthorized => NotAuthorized,
    IOracleAdapter::ZeroAddress => ZeroAddress,
    IOracleAdapter::PriceUnavailable => PriceUnavailable,
    IOracleAdapter::UnknownToken => UnknownToken,
    IOracleAdapter::InvalidSources => InvalidSources,
    IOracleAdapter::DuplicateSource => DuplicateSource,
    IOracleAdapter::ParameterOutOfBounds => ParameterOutOfBounds,
    IOracleAdapter::InvalidFeed => InvalidFeed,
    IOracleAdapter::MathOverflow => MathOverflow,
    IOracleAdapter::InsufficientGas => InsufficientGas,
);
