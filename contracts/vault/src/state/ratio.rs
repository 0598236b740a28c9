//! Ratios as words hold them: eight of 32 bits, in billionths.

use alloy_primitives::U256;

/// A billionth, in WAD: the unit of ratios that share a word.
const BILLIONTH: u64 = 1_000_000_000;
/// The low 32 bits.
pub(super) const LOW_32: u64 = 0xffff_ffff;

/// Whether a ratio is a whole number of billionths of which there are less than 2^32.
pub(crate) fn is_short_ratio(ratio: U256) -> bool {
    expand(shorten(ratio)) == ratio
}

/// A ratio cut to whole billionths.
pub(crate) fn shortened(ratio: U256) -> U256 {
    expand(shorten(ratio))
}

/// A WAD ratio in billionths.
pub(super) fn shorten(ratio: U256) -> u64 {
    let [low, high, ..] = ratio.into_limbs();
    // Above 4.29 nothing fits: no ratio is.
    if high != 0 {
        return LOW_32;
    }
    low.checked_div(BILLIONTH).unwrap_or(0).min(LOW_32)
}

/// The WAD ratio of the low 32 bits.
pub(super) fn expand(billionths: u64) -> U256 {
    U256::from_limbs([(billionths & LOW_32).wrapping_mul(BILLIONTH), 0, 0, 0])
}
