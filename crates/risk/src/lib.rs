//! What Breakwater computes, without a chain: contracts load, call these functions, store and log.
//!
//! Units: amounts in base units of their token; values and debts in base units of the loan asset; ratios and rates in WAD
//! (1e18 = 1); prices times 1e36; times in seconds. Rounding favours the lenders and is stated at each function.
//! Nothing panics. Amounts up to 2^128, prices up to 2^188 and ratios up to 2^63 never meet the limits of 256 bits; beyond them
//! functions return `None`, or saturate where they say so.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod absorb;
pub mod account;
pub mod aggregation;
pub mod amounts;
pub mod breaker;
pub mod claim;
pub mod compact;
pub mod curve;
pub mod deleveraging;
pub mod fund;
pub mod interest;
pub mod liquidation;
pub mod loss;
pub mod magnitude;
pub mod margin;
pub mod room;
pub mod shares;
pub mod take;
pub mod tick_math;
pub mod tightening;
pub mod time_weighted_average;
pub mod value_at_risk;
pub mod volatility;
pub mod volatility_margin;

pub use breakwater_fixed_point::{PRICE_SCALE, WAD, WAD_U64};
