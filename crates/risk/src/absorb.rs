//! When the insurance fund may take a lot, and how much of itself it may spend on lots.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_less, WAD};

/// Whether an auction's `price` is at or under the backstop: `price ≤ low·(1 − discount)`, without a division. Prices on the
/// 1e36 scale, `discount` in WAD. At such a price a lot is worth at least what it costs, at the oracle's low price and with the
/// discount to spare, so that taking it does not lower the fund's worth.
#[must_use]
pub fn is_at_backstop(price: U256, low: U256, discount: U256) -> bool {
    !mul_less(low, WAD.saturating_sub(discount), price, WAD)
}

/// Whether at most half of the fund's shares are in lots: `spent` in all and not back yet, of `spent + left`. What the other half
/// bears is a loss that comes while the lots are not sold.
#[must_use]
pub fn is_within_half(spent: U256, left: U256) -> bool {
    spent <= left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_is_within() {
        let low = U256::from(1_000);
        // 5 %.
        let discount = WAD / U256::from(20);
        assert!(is_at_backstop(U256::from(950), low, discount));
        assert!(!is_at_backstop(U256::from(951), low, discount));
        // Without a discount the low price itself.
        assert!(is_at_backstop(low, low, U256::ZERO));
        assert!(!is_at_backstop(low + U256::ONE, low, U256::ZERO));
        // No price of zero lets the fund take anything that costs something.
        assert!(!is_at_backstop(U256::ONE, U256::ZERO, discount));
        // Products beyond 256 bits are compared in full.
        assert!(is_at_backstop(U256::MAX - U256::ONE, U256::MAX, U256::ZERO));
        assert!(!is_at_backstop(U256::MAX, U256::MAX, U256::ONE));
    }

    #[test]
    fn half_is_within() {
        assert!(is_within_half(U256::from(50), U256::from(50)));
        assert!(!is_within_half(U256::from(51), U256::from(50)));
        assert!(is_within_half(U256::ZERO, U256::ZERO));
    }
}
