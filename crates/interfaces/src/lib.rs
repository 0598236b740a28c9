//! The Solidity interfaces of Breakwater, declared once.
//!
//! Each module's functions, events and errors stand in one `sol!` interface: contracts log and fail with these types,
//! tests and tools encode and decode with them, and `abi/` is checked against them. With the feature `stylus` come the
//! callers that contract code uses ([`clients`], [`outbound`]).
//!
//! Units, everywhere: amounts in base units of their token; ratios, rates and volatilities in WAD (1e18 = 1); a price is
//! the value, in base units of the loan asset, of one base unit of a token, times 1e36; times in seconds.
#![cfg_attr(not(test), no_std)]
// `sol!` expands to items without documentation of their own; what a reader needs is in the Solidity comments.
#![allow(missing_docs, clippy::too_many_arguments)]

#[cfg(feature = "stylus")]
extern crate alloc;

/// `sol!`, and with the feature `json` the JSON ABIs besides.
macro_rules! interface {
    ($($solidity:tt)*) => {
        #[cfg(not(feature = "json"))]
        alloy_sol_types::sol! { $($solidity)* }
        #[cfg(feature = "json")]
        alloy_sol_types::sol! { #![sol(abi)] $($solidity)* }
    };
}

pub mod auction;
#[cfg(feature = "stylus")]
pub mod clients;
pub mod external;
pub mod fund;
#[cfg(feature = "stylus")]
pub mod log;
pub mod oracle;
#[cfg(feature = "stylus")]
pub mod outbound;
pub mod vault;
