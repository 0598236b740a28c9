//! From the prices of a token's sources to one: median, quorum, spread.

use core::mem;

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_less, WAD};

/// Most sources that a token can have.
pub const MAX_SOURCES: usize = 4;

/// Least price that has 8 significant digits. A coarser one is no price: it may be off by more than one part in 10^7, and a
/// division by it multiplies that error.
pub const MIN_PRICE: U256 = U256::from_limbs([10_000_000, 0, 0, 0]);

/// What one source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A price on the 1e36 scale, recent enough.
    Fresh(U256),
    /// A well-formed answer that is too old, or carried over from an earlier round.
    Old,
    /// Nothing that can be a price.
    Nothing,
}

/// Why there is a price, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Enough sources are fresh, and most of them agree: the median.
    Good(U256),
    /// Enough are fresh, but no majority of them is within the limit.
    Disagree,
    /// Enough answer, but too few of them recently.
    Stale,
    /// Too few answer.
    NoQuorum,
}

/// The readings of a token's sources, collected one by one: fresh prices in ascending order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Readings {
    /// Those in use come first.
    prices: [U256; MAX_SOURCES],
    fresh: usize,
    old: usize,
}

impl Readings {
    /// Adds what one source says. More than [`MAX_SOURCES`] prices are not kept.
    pub fn add(&mut self, reading: Reading) {
        match reading {
            Reading::Fresh(price) => self.insert(price),
            Reading::Old => self.old = self.old.saturating_add(1),
            Reading::Nothing => {}
        }
    }

    #[inline(never)]
    fn insert(&mut self, mut price: U256) {
        for place in self.prices.iter_mut().take(self.fresh) {
            if price < *place {
                mem::swap(place, &mut price);
            }
        }
        if let Some(place) = self.prices.get_mut(self.fresh) {
            *place = price;
            self.fresh = self.fresh.saturating_add(1);
        }
    }

    fn at(&self, index: usize) -> U256 {
        self.prices.get(index).copied().unwrap_or_default()
    }

    /// The price from what has been collected. `quorum` ≥ 1; `max_spread`, of `(highest − lowest)/median`, in WAD.
    ///
    /// The median of an even number is the mean of the middle two, rounded down. It is good if more than half of the fresh prices,
    /// and at least a quorum of them, lie within `max_spread`: whoever is out of line then is left out of the judgement, and has moved the
    /// median from one honest price to the next at most. Any such majority has the median in it.
    #[must_use]
    pub fn outcome(&self, quorum: usize, max_spread: U256) -> Outcome {
        let quorum = quorum.max(1);
        if self.fresh < quorum {
            return if self.fresh.saturating_add(self.old) < quorum {
                Outcome::NoQuorum
            } else {
                Outcome::Stale
            };
        }
        // The middle one twice if the number is odd.
        let last = self.fresh.saturating_sub(1);
        let (below, above) = (self.at(last >> 1), self.at(self.fresh >> 1));
        // `below ≤ above`, and half their distance added to the lower can't leave the range.
        let mid = below.saturating_add(above.saturating_sub(below).wrapping_shr(1));
        // Neighbours, as many as must agree.
        let majority = (self.fresh >> 1).saturating_add(1).max(quorum);
        for first in 0..=self.fresh.saturating_sub(majority) {
            let end = first.saturating_add(majority).saturating_sub(1);
            let spread = self.at(end).saturating_sub(self.at(first));
            // spread > max_spread·mid, without a division.
            if !mul_less(max_spread, mid, spread, WAD) {
                return Outcome::Good(mid);
            }
        }
        Outcome::Disagree
    }
}
