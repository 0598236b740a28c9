//! Between what is stored and the pure functions of `breakwater_risk`.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, wad_mul_up, WAD, WAD_U64};
use breakwater_interfaces::auction::ILiquidationAuction::{RemainderIsDust, ZeroAmount};
use breakwater_risk::{
    curve::{needs_reset, volatility_decay, Curve},
    take::{self, Slice, TakeError},
};

use crate::{
    errors::{error, Revert},
    lifecycle::overflow,
    state::{Terms, TokenCurve},
};

/// `kind` of a price that falls in a straight line.
pub(crate) const LINEAR: u8 = 0;
/// `kind` of a price that falls by a constant factor a second.
pub(crate) const EXPONENTIAL: u8 = 1;
/// `kind` of a price that falls by a constant factor a step.
pub(crate) const STAIRSTEP: u8 = 2;
/// `kind` of a token's curve that becomes an exponential once the volatility is known.
pub(crate) const VOLATILITY_SCALED: u8 = 3;

/// `kind` in `setCurve` from which on a curve is that of the fund's lots: this much more than the kind itself.
pub(crate) const FIRST_OF_FUND: u8 = 4;
/// The last of these.
pub(crate) const LAST_OF_FUND: u8 = FIRST_OF_FUND + VOLATILITY_SCALED;

/// Where the price of an auction stands.
pub(crate) struct Price {
    /// 1e36 scale.
    pub(crate) now: U256,
    /// Too old or too low to buy at, or its clock was interrupted.
    pub(crate) needs_reset: bool,
}

impl TokenCurve {
    /// The terms of an auction that starts now; `volatility` is the oracle's, annualised, WAD.
    pub(crate) fn terms(&self, volatility: U256) -> Terms {
        let (kind, rate) = if self.kind == VOLATILITY_SCALED {
            let decay = volatility_decay(self.rate, volatility, self.scale.floor, self.scale.cap);
            (EXPONENTIAL, WAD_U64.saturating_sub(decay))
        } else {
            (self.kind, self.rate)
        };
        Terms {
            kind,
            rate,
            step: self.scale.step,
            tail: self.tail,
            cusp: self.cusp,
            of_fund: false,
        }
    }
}

impl Terms {
    fn curve(&self) -> Curve {
        match self.kind {
            LINEAR => Curve::Linear {
                seconds_to_zero: self.rate,
            },
            STAIRSTEP => Curve::Stairstep {
                factor_per_step: self.rate,
                seconds_per_step: u64::from(self.step),
            },
            _ => Curve::Exponential {
                factor_per_second: self.rate,
            },
        }
    }

    /// The price `elapsed` seconds after it was at `top` (1e36 scale).
    #[inline(never)]
    pub(crate) fn price(&self, top: U256, elapsed: u64) -> Price {
        let now = self.curve().price(top, elapsed);
        Price {
            now,
            needs_reset: needs_reset(top, now, elapsed, self.tail, U256::from(self.cusp)),
        }
    }

    /// Whether the price is under the cusp at the latest when the tail is over.
    pub(crate) fn reaches_cusp_in_time(&self) -> bool {
        self.price(WAD, self.tail).needs_reset
    }
}

/// Where a price starts: the oracle's times the buffer (WAD), rounded up for the seller. `None` if it has more than 192 bits.
pub(crate) fn top(price: U256, buffer: u64) -> Option<U256> {
    wad_mul_up(price, U256::from(buffer)).filter(|top| top.bit_len() <= 192)
}

/// The part of `debt` that goes with `tab_settled` of `tab`, rounded down: what remains for sale is not understated.
pub(crate) fn debt_share(debt: U256, tab_settled: U256, tab: U256) -> Option<U256> {
    if tab_settled == tab {
        return Some(debt);
    }
    mul_div_down(debt, tab_settled, tab)
}

/// What at most `max_lot` of `lot` is, if `limit` may be raised; `dust` is the least that a remainder may be worth.
pub(crate) fn slice(
    lot: U256,
    limit: U256,
    price: U256,
    max_lot: U256,
    dust: U256,
) -> Result<Slice, Revert> {
    take::slice(lot, limit, price, max_lot, dust).map_err(|reason| match reason {
        // A price of zero needs a reset, which has been refused before.
        TakeError::NothingToTake | TakeError::NoPrice => error::<ZeroAmount>(&[]),
        TakeError::RemainderIsDust => {
            error::<RemainderIsDust>(&[lot.saturating_sub(max_lot), dust])
        }
        TakeError::Overflow => overflow(),
    })
}
