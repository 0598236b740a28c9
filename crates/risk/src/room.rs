//! Room: the cap on debt that may be up for sale at once, as a limit on the flow.
//!
//! A lot of debt `x` started at `s` counts in full until it is settled. If that is before `s + period`, it then counts `x·(s + period − t)/period`
//! at time `t`: as if it had decayed from its start. So quick sales free no room early, and slow ones keep it.
//!
//! All settled lots are kept as one line that falls to 0 at `decay_end`: `decaying·(decay_end − t)/period`. Two lines
//! merge into one that has their sum now and the later end. It is never under their sum later: each line is
//! worth `V·(end − t)/(end − now)`, which grows with its end.

use alloy_primitives::U256;
use breakwater_fixed_point::mul_div_up;

/// Bits of an amount in the packed word.
const AMOUNT_BITS: usize = 96;

/// Debt put up for sale, of one token or in total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Debt in lots not settled yet.
    pub live: u128,
    /// What the settled lots' line would be a full period before `decay_end`.
    pub decaying: u128,
    /// When nothing of the settled lots is left, in seconds; no matter while `decaying` is 0.
    pub decay_end: u64,
}

/// An amount does not fit 96 bits, or a time 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomOverflow;

impl Room {
    /// Reads the packed word: `live` in bits 0 to 95, `decaying` in 96 to 191, `decay_end` in 192 to 231. The 24 bits above are the caller's.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [w0, w1, w2, w3] = word.into_limbs();
        Self {
            live: (((w1 & 0xffff_ffff) as u128) << 64) | w0 as u128,
            decaying: ((w2 as u128) << 32) | (w1 >> 32) as u128,
            decay_end: w3 & 0xff_ffff_ffff,
        }
    }

    /// The packed word, the 24 bits above 0.
    ///
    /// # Errors
    ///
    /// [`RoomOverflow`] if an amount needs more than 96 bits, or the time more than 40.
    pub fn pack(&self) -> Result<U256, RoomOverflow> {
        if self.live >> AMOUNT_BITS != 0
            || self.decaying >> AMOUNT_BITS != 0
            || self.decay_end >> 40 != 0
        {
            return Err(RoomOverflow);
        }
        Ok(U256::from_limbs([
            self.live as u64,
            (self.live >> 64) as u64 | (self.decaying as u64) << 32,
            (self.decaying >> 32) as u64,
            self.decay_end,
        ]))
    }

    /// Debt that counts against the cap at `now`, rounded up; saturates. A `period` that was shortened since never makes
    /// settled lots count more than in full.
    #[must_use]
    pub fn used(&self, now: u64, period: u64) -> U256 {
        wide(self.live).saturating_add(decayed(self.decaying, self.decay_end, now, period))
    }

    /// A lot of debt `amount` starts.
    ///
    /// # Errors
    ///
    /// [`RoomOverflow`] if what is live would need more than 96 bits; nothing changes then.
    pub fn start(&mut self, amount: U256) -> Result<(), RoomOverflow> {
        self.live = narrow(wide(self.live).saturating_add(amount)).ok_or(RoomOverflow)?;
        Ok(())
    }

    /// Debt `amount` of a lot started at `started_at` is settled, sold or not. Total; more than is live counts as what is live.
    pub fn settle(&mut self, amount: U256, started_at: u64, now: u64, period: u64) {
        let amount = wide(self.live).min(amount);
        // At most `live`: fits.
        let amount = narrow(amount).unwrap_or(self.live);
        self.live = self.live.wrapping_sub(amount);
        let end = started_at.saturating_add(period);
        let left = decayed(amount, end, now, period);
        if left.is_zero() {
            return;
        }
        let others = decayed(self.decaying, self.decay_end, now, period);
        // What was taken as worth nothing must not stretch the end either.
        let later = if others.is_zero() {
            end
        } else {
            end.max(self.decay_end)
        };
        // `left` is not 0, so `now < end ≤ later`. The line through the sum now, a full period before its end.
        let nominal = mul_div_up(
            left.saturating_add(others),
            seconds(period),
            seconds(later.saturating_sub(now)),
        );
        // Saturated, `pack` refuses it: an overflow is never taken for room.
        self.decaying = nominal.and_then(narrow).unwrap_or(u128::MAX);
        self.decay_end = later;
    }
}

/// `ceil(amount·(end − now)/period)`, between 0 and `amount`.
fn decayed(amount: u128, end: u64, now: u64, period: u64) -> U256 {
    let left = end.saturating_sub(now);
    if left >= period {
        return if period == 0 {
            U256::ZERO
        } else {
            wide(amount)
        };
    }
    mul_div_up(wide(amount), seconds(left), seconds(period)).unwrap_or(U256::ZERO)
}

fn wide(amount: u128) -> U256 {
    U256::from_limbs([amount as u64, (amount >> 64) as u64, 0, 0])
}

/// An amount of at most 96 bits.
fn narrow(amount: U256) -> Option<u128> {
    let [low, high, ..] = amount.into_limbs();
    (amount.bit_len() <= AMOUNT_BITS).then_some(((high as u128) << 64) | low as u128)
}

fn seconds(time: u64) -> U256 {
    U256::from_limbs([time, 0, 0, 0])
}
