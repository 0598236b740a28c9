//! Auto-deleveraging: while the fund's cover is under its target, every account may be liquidated in a zone that is as wide as what
//! the cover lacks.
//!
//! Latched: anybody's call arms it when the cover is under the target, and ends it when it is not; nothing else changes it. It is in force
//! [`ARMING_DELAY`] after it was armed, so nobody is liquidated by it without notice, and never before the cover first met the target:
//! a new market, whose fund has still to be filled, does not begin by deleveraging.

use alloy_primitives::U256;
use breakwater_fixed_point::mul_div_up;

/// Time between arming and being in force, seconds: 12 hours.
pub const ARMING_DELAY: u64 = 12 * 3600;

/// The latched state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleveraging {
    /// Cover that the fund should have, loan asset; 0 turns deleveraging off.
    pub target: U256,
    /// Whether the cover has met a target once.
    pub was_met: bool,
    /// When it was armed; 0 if it is not.
    pub armed_at: u64,
}

impl Deleveraging {
    /// Looks at the cover at `now`, by anybody's call. Returns whether the state changed.
    pub fn update(&mut self, cover: U256, now: u64) -> bool {
        let before = *self;
        if cover >= self.target {
            self.was_met |= !self.target.is_zero();
            self.armed_at = 0;
        } else if self.was_met && self.armed_at == 0 {
            self.armed_at = now;
        }
        *self != before
    }

    /// From when on it is in force; 0 if it is not armed.
    #[must_use]
    pub fn from(&self) -> u64 {
        if self.armed_at == 0 {
            return 0;
        }
        self.armed_at.saturating_add(ARMING_DELAY)
    }

    /// Width of the zone at `now`, in standard deviations (WAD): `z·(1 − cover/target)`, rounded down; 0 unless in force.
    #[must_use]
    pub fn width(&self, deviations: U256, cover: U256, now: u64) -> U256 {
        if self.armed_at == 0 || now < self.from() || cover >= self.target {
            return U256::ZERO;
        }
        // Under `target`, so the quotient is at most z.
        let covered = mul_div_up(deviations, cover, self.target).unwrap_or(deviations);
        deviations.saturating_sub(covered)
    }
}
