//! A time-weighted average price with an exponential window: an accumulator of one word, without a ring of observations.
//!
//! Each price weighs by how long it stood and how long ago: `A(t) = ∫ p(s)·exp(−(t−s)/window)/window ds`. Between two
//! samples the price is the earlier one's, so a price counts only from its sample on, and only for as long as it then
//! stands: nobody moves the average within a block. A sample taken or left out in between changes nothing as long as the price
//! does not move. On average what is counted is `window` old.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up, WAD};

use crate::volatility::decay;

/// The average `seconds` later, `price` having stood since: `price + (average − price)·exp(−seconds/window)`, rounded down.
///
/// Always between the two.
#[must_use]
pub fn advance(average: U256, price: U256, seconds: u64, window: u64) -> U256 {
    let kept = decay(seconds, window);
    if average >= price {
        let rest = mul_div_down(average.saturating_sub(price), kept, WAD);
        price.saturating_add(rest.unwrap_or(U256::ZERO))
    } else {
        let rest = mul_div_up(price.saturating_sub(average), kept, WAD);
        price.saturating_sub(rest.unwrap_or(U256::ZERO))
    }
}
