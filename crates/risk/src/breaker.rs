//! The circuit breaker: a price far from the average is held back for a bounded time, and then believed.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_up, WAD};

use crate::{
    interest::YEAR,
    volatility::{square, squared_return},
};

/// No halt in the same direction follows within this many averaging windows: by then the average has come within
/// `e^-6`, a quarter of a per cent of the jump, of the price that was let through.
pub const REARM_WINDOWS: u64 = 6;

/// A way that a price may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Above the average.
    Up,
    /// Below the average.
    Down,
}

/// How far a price may be from the average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Standard deviations, WAD.
    pub factor: U256,
    /// Return that is always allowed, WAD.
    pub floor: U256,
}

/// The direction in which `price` is further from `average` than both `factor·σ·√(seconds/year)` and `floor`; none if it is not.
///
/// `volatility` annualised, WAD; `seconds`: how old the average is. Returns are those of
/// [`squared_return`]: a floor of 0.2 is a rise of 22.1 % or a fall of 18.1 %.
#[must_use]
pub fn deviation(
    price: U256,
    average: U256,
    volatility: u64,
    seconds: u64,
    limits: Limits,
) -> Option<Direction> {
    let squared = squared_return(average, price);
    let square_of = |ratio: U256| mul_div_up(ratio, ratio, WAD).unwrap_or(U256::MAX);
    let allowed = mul_div_up(
        square(volatility),
        U256::from_limbs([seconds, 0, 0, 0]),
        YEARS,
    )
    .and_then(|variance| mul_div_up(square_of(limits.factor), variance, WAD))
    .unwrap_or(U256::MAX)
    .max(square_of(limits.floor));
    if squared <= allowed {
        return None;
    }
    Some(if price > average {
        Direction::Up
    } else {
        Direction::Down
    })
}

const YEARS: U256 = U256::from_limbs([YEAR, 0, 0, 0]);

/// What becomes of a price that deviates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Held back: the halt runs.
    Halted,
    /// Held back: no halt was recorded yet. The next poke starts its clock.
    Unrecorded,
    /// Believed: it stood out its halt, or one in the same direction has ended not long ago.
    Believed,
}

/// Judges a price that deviates, at `now`.
///
/// `until`: end of the last halt in its direction, or, once a price has been sampled after it, the time of that sample; 0 if
/// there was none. `sampled_at`: time of the last sample. `rearm` in seconds.
#[must_use]
pub fn judge(now: u64, until: u64, sampled_at: u64, rearm: u64) -> Verdict {
    if now < until {
        return Verdict::Halted;
    }
    if until != 0 && (sampled_at < until || now < until.saturating_add(rearm)) {
        return Verdict::Believed;
    }
    Verdict::Unrecorded
}
