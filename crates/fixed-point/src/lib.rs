//! Fixed-point arithmetic on [`U256`] for contract code.
//!
//! * A ratio, rate or volatility is in WAD: [`WAD`] (1e18) stands for 1. A price is scaled by [`PRICE_SCALE`] (1e36).
//! * Every division names its direction: `…_down` rounds toward zero, `…_up` away from it. There is no half-up.
//! * Nothing here panics. What can leave the range returns `None`; [`exp_wad`] is total and saturates.
//! * All multiplications and divisions share one body, so a contract links it once.
//!
//! Units are in the documentation and not in types: one plain integer type keeps the code that is deployed small.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod exponential;
mod multiply_divide;
mod power;

pub use exponential::{exp_wad, ln_wad, pow_wad};
pub use multiply_divide::{
    div_down, mul, mul_div_down, mul_div_up, mul_less, wad_div_down, wad_div_up, wad_mul_down,
    wad_mul_up,
};
pub use power::{decay_down, pow_wad_down, sqrt_down};

use alloy_primitives::U256;

/// One in WAD, as a machine word.
pub const WAD_U64: u64 = 1_000_000_000_000_000_000;

/// One in WAD: 1e18.
pub const WAD: U256 = U256::from_limbs([WAD_U64, 0, 0, 0]);

/// Scale of a price, 1e36: a price is the value, in base units of the loan asset, of one base unit of a token, times this.
pub const PRICE_SCALE: U256 = {
    let square = WAD_U64 as u128 * WAD_U64 as u128;
    U256::from_limbs([square as u64, (square >> 64) as u64, 0, 0])
};

/// A machine word as a big one.
const fn word(value: u64) -> U256 {
    U256::from_limbs([value, 0, 0, 0])
}
