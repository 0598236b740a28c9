//! What a steward may do to a limit: keep a part of it, for a time, which ends by itself.

use alloy_primitives::U256;

use breakwater_fixed_point::mul_div_down;

/// Least part of a limit that is kept, in parts of a hundred.
pub const PERCENT_MIN: u8 = 50;
/// Greatest part of a limit that is a tightening.
pub const PERCENT_MAX: u8 = 99;

/// Ends are at multiples of two hours, of which 20 bits are kept: until the year 2209.
pub const STEP: u64 = 2 * 3600;
const STEPS: u64 = (1 << 20) - 1;
/// The part kept is stored less than its least by one, in 6 bits; 0 is none.
const NONE: u8 = PERCENT_MIN - 1;

/// A limit's tightening. The default: none so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tightening {
    /// The part of the limit that is kept, in parts of a hundred; 0 if none was asked for, or it was taken back.
    pub percent: u8,
    /// When it ends, or ended: a timestamp at a multiple of [`STEP`].
    pub until: u64,
}

impl Tightening {
    /// As 26 bits.
    #[must_use]
    pub fn pack(self) -> u32 {
        let steps = self.until.checked_div(STEP).unwrap_or(0).min(STEPS);
        u32::from(self.percent.saturating_sub(NONE)) | ((steps as u32) << 6)
    }

    /// From 26 bits.
    #[must_use]
    pub fn unpack(word: u32) -> Self {
        let percent = match word as u8 & 0x3f {
            0 => 0,
            above => above.saturating_add(NONE),
        };
        Self {
            percent,
            until: u64::from(word >> 6).saturating_mul(STEP),
        }
    }

    /// Whether the limit is tightened now.
    #[must_use]
    pub const fn is_in_force(self, now: u64) -> bool {
        self.percent != 0 && now < self.until
    }

    /// What is left of `limit` now, rounded down: `⌊limit·percent/100⌋` while in force, and all of it before and after.
    #[must_use]
    pub fn apply(self, limit: U256, now: u64) -> U256 {
        if !self.is_in_force(now) {
            return limit;
        }
        // Less than the limit, so it fits.
        mul_div_down(limit, U256::from(self.percent), U256::from(100)).unwrap_or_default()
    }
}
