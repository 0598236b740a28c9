//! What the oracle adapter computes, against definitions in big integers and an independent reference on real series.

mod aggregation;
mod breaker;
mod numbers;
mod series;

use alloy_primitives::U256;
use num_bigint::BigUint;

pub(crate) const WAD: u64 = 1_000_000_000_000_000_000;

pub(crate) fn big(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}

pub(crate) fn ten_to(exponent: u32) -> BigUint {
    BigUint::from(10_u8).pow(exponent)
}
