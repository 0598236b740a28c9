//! From the answers of the sources of a token to one price: checks, scale, median, spread, quorum. Pure: no SDK, no chain.

use core::mem;

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_less, WAD};
use breakwater_interfaces::oracle::Status;

/// Most sources a token can have.
pub const MAX_SOURCES: usize = 4;

/// Most decimals of a token, of the loan asset and of a feed.
pub const MAX_DECIMALS: u8 = 24;

/// Decimals of the price scale, 1e36.
const PRICE_DECIMALS: i8 = 36;

/// Least price that has 8 significant digits. A coarser one is no price: it may be off by more than one part in 10^7, and a
/// division by it multiplies that error.
pub const MIN_PRICE: U256 = U256::from_limbs([10_000_000, 0, 0, 0]);

/// Largest round id: a `uint80`. A word above it does not come from a feed.
const MAX_ROUND: U256 = U256::from_limbs([u64::MAX, 0xffff, 0, 0]);

/// The power of ten that turns a feed's answer into a price:
/// `price = value·10^asset_decimals / 10^token_decimals · 10^36`, with `value = answer / 10^feed_decimals`.
///
/// All decimals are at most [`MAX_DECIMALS`]; the result is from −12 to 60. Larger arguments saturate.
#[must_use]
pub fn scale_exponent(asset_decimals: u8, feed_decimals: u8, token_decimals: u8) -> i8 {
    let signed = |decimals: u8| i8::try_from(decimals).unwrap_or(i8::MAX);
    PRICE_DECIMALS
        .saturating_add(signed(asset_decimals))
        .saturating_sub(signed(feed_decimals))
        .saturating_sub(signed(token_decimals))
}

/// `floor(answer·10^exponent)`: the price, on the 1e36 scale, that an answer stands for. Rounded down: it is the value of
/// collateral.
///
/// `None` if it has fewer than 8 significant digits (zero included), or needs more than 256 bits.
#[must_use]
pub fn price_of_answer(answer: U256, exponent: i8) -> Option<U256> {
    let power = |exponent: u32| 10_u128.checked_pow(exponent).map(U256::from);
    let digits = u32::from(exponent.unsigned_abs());
    let price = if exponent < 0 {
        mul_div_down(answer, U256::ONE, power(digits)?)?
    } else {
        // A machine word of 128 bits holds 38 digits; what is beyond goes in a second step.
        let first = digits.min(38);
        let product = mul_div_down(answer, power(first)?, U256::ONE)?;
        mul_div_down(product, power(digits.saturating_sub(first))?, U256::ONE)?
    };
    (price >= MIN_PRICE).then_some(price)
}

/// What one source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A price on the 1e36 scale, recent enough.
    Fresh(U256),
    /// A price on the 1e36 scale that is too old, or carried over from an earlier round.
    Old(U256),
    /// Nothing that can be a price.
    Nothing,
}

/// Judges the five words of `latestRoundData()`: round id, answer, start, time of the update, round of the answer.
///
/// `now` and `max_age` in seconds; an answer of exactly `max_age` is recent enough.
#[must_use]
pub fn judge(words: [U256; 5], now: u64, max_age: u32, exponent: i8) -> Reading {
    let [round, answer, _started_at, updated_at, answered_in] = words;
    // An `int256`: negative if the top bit is set.
    if answer.bit(255) || round > MAX_ROUND || answered_in > MAX_ROUND {
        return Reading::Nothing;
    }
    let Some(price) = price_of_answer(answer, exponent) else {
        return Reading::Nothing;
    };
    let age = match U256::from(now).checked_sub(updated_at) {
        // A round that has not been answered yet has no time; one from the future has no age.
        Some(age) if !updated_at.is_zero() => age,
        _ => return Reading::Nothing,
    };
    if age > U256::from(max_age) || answered_in < round {
        return Reading::Old(price);
    }
    Reading::Fresh(price)
}

/// A token's price from all its sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// Median of the prices that count for this status, 1e36 scale.
    pub mid: U256,
    /// Lowest of them, 1e36 scale: at most `mid`.
    pub low: U256,
    /// Ok, or why `mid` is no price to open or to sell at.
    pub status: Status,
}

/// Prices in ascending order.
#[derive(Clone, Copy, Debug, Default)]
struct Prices {
    /// Those in use come first.
    places: [U256; MAX_SOURCES],
    count: usize,
}

impl Prices {
    /// More than [`MAX_SOURCES`] are not kept.
    #[inline(never)]
    fn insert(&mut self, mut price: U256) {
        for place in self.places.iter_mut().take(self.count) {
            if price < *place {
                mem::swap(place, &mut price);
            }
        }
        if let Some(place) = self.places.get_mut(self.count) {
            *place = price;
            self.count = self.count.saturating_add(1);
        }
    }

    fn at(&self, index: usize) -> U256 {
        self.places.get(index).copied().unwrap_or_default()
    }

    /// The median, the lowest and the highest; zero each if there are none. The median of an even number is the mean of the
    /// middle two, rounded down.
    #[inline(never)]
    fn summary(&self) -> (U256, U256, U256) {
        let last = self.count.saturating_sub(1);
        // The middle one twice if the number is odd.
        let below = self.at(last >> 1);
        let above = self.at(self.count >> 1);
        // `below ≤ above`, and half their distance added to the lower can't leave the range.
        let mid = below.saturating_add(above.saturating_sub(below).wrapping_shr(1));
        (mid, self.at(0), self.at(last))
    }
}

/// The readings of a token's sources, collected one by one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Readings {
    fresh: Prices,
    /// The fresh ones and the old ones.
    answering: Prices,
}

impl Readings {
    /// Adds what one source says. More than [`MAX_SOURCES`] prices are not kept.
    pub fn add(&mut self, reading: Reading) {
        match reading {
            Reading::Nothing => {}
            Reading::Old(price) => self.answering.insert(price),
            Reading::Fresh(price) => {
                self.answering.insert(price);
                self.fresh.insert(price);
            }
        }
    }

    /// The price from what has been collected. `quorum` ≥ 1; `max_spread` in WAD.
    ///
    /// * Ok: at least `quorum` sources are fresh, and their spread, `(highest − lowest)/median`, is at most `max_spread`. The
    ///   median and the lowest of the fresh prices.
    /// * Disagree: at least `quorum` are fresh, but further apart. The same figures, the nearest thing to a price.
    /// * Stale: fewer are fresh, but at least `quorum` answer. The median and the lowest of all these answers, the old
    ///   ones included: the last good price, or the nearest thing to it.
    /// * NoQuorum: fewer answer. Zeros.
    #[must_use]
    pub fn aggregate(&self, quorum: usize, max_spread: U256) -> Aggregate {
        let quorum = quorum.max(1);
        let (prices, mut status) = if self.fresh.count >= quorum {
            (self.fresh, Status::Ok)
        } else if self.answering.count >= quorum {
            (self.answering, Status::Stale)
        } else {
            (Prices::default(), Status::NoQuorum)
        };
        let (mid, low, highest) = prices.summary();
        // spread > max_spread, without a division.
        if status == Status::Ok && mul_less(max_spread, mid, highest.saturating_sub(low), WAD) {
            status = Status::Disagree;
        }
        Aggregate { mid, low, status }
    }
}
