//! What can go wrong, as typed Solidity errors.

use alloy_sol_types::sol;
use breakwater_interfaces::oracle::IOracleAdapter;
use stylus_sdk::prelude::*;

sol! {
    /// A source failed, and the gas left was too little for it to have had its share: nothing can be said about the source.
    #[derive(Debug, PartialEq, Eq)]
    error InsufficientGas(uint256 available, uint256 needed);
}

/// The adapter's errors; their meaning is told at [`IOracleAdapter`].
#[derive(SolidityError, Debug, PartialEq, Eq)]
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
    InsufficientGas(InsufficientGas),
}
