//! The rules: who stops bidding when, what delays the keeper, what goes wrong at which time. All of it is printed at the start.

use breakwater_tests::HOUR;

use super::cut::fall;
use crate::market::{date, Series, Setup};

/// Number of accounts.
pub(super) const ACCOUNTS: usize = 14;
/// Debt as a part of what an account may borrow.
pub(super) const LEVERAGE: (f64, f64) = (0.70, 0.99);
/// Every how manieth account lets itself be liquidated early.
pub(super) const OPTED_IN_EVERY: usize = 4;
/// How large everything is. The fund is staked by case.
pub(super) const SETUP: Setup = Setup {
    utilisation: 0.75,
    fund: 0.0,
    room: [0.12, 0.06, 0.15],
    bidder: 0.02,
};
/// The fund's target, as a part of what the accounts borrow.
pub(super) const TARGET: f64 = 0.08;
/// Flow of lots ahead of need, as a part of what the accounts borrow.
pub(super) const PREDICTIVE: f64 = 0.06;

/// Ada stops while the price fell by more than this within the hour.
pub(super) const ADA_STOPS: f64 = 0.10;
/// Ada sells what she has, an hour after she last did, while the price fell by less than this within the hour.
pub(super) const ADA_SELLS: f64 = 0.03;
/// Bo, who sells on the market at once, stops while the price fell by more than this.
pub(super) const BO_STOPS: f64 = 0.06;
/// What the market takes of Bo in an hour, as a part of what the accounts borrow.
pub(super) const BO_HOURLY: f64 = 0.015;
/// The chain is congested while the price fell by more than this.
pub(super) const CONGESTED: f64 = 0.06;
/// Seconds between two blocks that have room for the keeper while the chain is congested.
pub(super) const SLOT: u64 = 7 * 60;
/// Seconds between two resets of an auction.
pub(super) const RESET_EVERY: u64 = 20 * 60;
/// Least debt of an account and of a lot, dollars; the fund takes nothing that costs less than a tenth of it.
pub(super) const LEAST: f64 = 500.0;
/// The lenders' run begins once the price is this much under the first, or with the first loss.
pub(super) const RUN: f64 = 0.25;
/// Lenders that run; the others stay.
pub(super) const RUNNERS: usize = 3;
/// What the lender that stays wants to buy the fund's collateral under the market.
pub(super) const COLLECTOR_DISCOUNT: f64 = 0.02;
/// Seconds between two attempts of lenders to take what there is.
pub(super) const RUN_EVERY: u64 = HOUR;
/// Seconds after an outage for which the adapter has no price.
pub(super) const GRACE: u64 = 600;
/// How long the sources are dead, and how long the sequencer is down, seconds.
const DEAD: u64 = 40 * 60;
const OUTAGE: u64 = 30 * 60;

/// How full the fund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    /// Three dollars, of which one always stays.
    Empty,
    /// Half of its target.
    Half,
    /// Its target.
    Full,
}

impl Case {
    pub(super) const ALL: [Self; 3] = [Self::Empty, Self::Half, Self::Full];

    /// What of the target is staked.
    pub(super) fn part(self) -> f64 {
        match self {
            Self::Empty => 0.0,
            Self::Half => 0.5,
            Self::Full => 1.0,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Half => "half",
            Self::Full => "at target",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Empty => "the fund empty",
            Self::Half => "the fund at half of its target",
            Self::Full => "the fund at its target",
        }
    }
}

/// What goes wrong, from when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// Both sources of WETH answer nothing.
    pub(super) dead: (u64, u64),
    /// The sequencer is down: nothing gets into a block.
    pub(super) outage: (u64, u64),
}

impl Script {
    /// The sources die twenty minutes into the steepest fall within an hour, and the sequencer stops a quarter of an hour before the lowest
    /// price, or an hour after the sources are back if that is at the same time. All is shorter in a short series.
    pub(super) fn of(series: &Series) -> Self {
        let span = series.last().time - series.first().time;
        let shortened = |duration: u64| duration.min(span / 8).max(60);
        let (from, _) = fall(&series.rows, HOUR);
        let lasts = shortened(DEAD);
        let begin = from + shortened(20 * 60);
        let dead = (begin, begin + lasts);
        let lowest =
            series
                .rows
                .iter()
                .copied()
                .reduce(|low, row| if row.price < low.price { row } else { low });
        let lowest = lowest.map_or(dead.0, |row| row.time);
        let lasts = shortened(OUTAGE);
        let begin = lowest
            .saturating_sub(lasts / 2)
            .max(series.first().time + 60);
        let apart = shortened(HOUR);
        let clash = begin < dead.1 + apart && dead.0 < begin + lasts + GRACE + apart;
        let begin = if clash { dead.1 + apart } else { begin };
        Self {
            dead,
            outage: (begin, begin + lasts),
        }
    }

    /// The rules, for readers.
    pub(super) fn lines(&self) -> Vec<String> {
        let percent = |part: f64| format!("{} %", (part * 1_000.0).round() / 10.0);
        let minutes = |seconds: u64| seconds.div_ceil(60);
        vec![
            format!(
                "fall: how far the price is under its highest of the hour before; {ACCOUNTS} accounts, every {OPTED_IN_EVERY}th opted into early liquidation"
            ),
            format!(
                "Ada: buys whole lots 1 % under the market with her own {} of all debt, not while the fall is over {}; sells again after an hour, \
                 only while it is under {}",
                percent(SETUP.bidder),
                percent(ADA_STOPS),
                percent(ADA_SELLS),
            ),
            format!(
                "Bo: buys halves of lots 3 % under the market and sells them at once; not while the fall is over {}, nor more than {} of all debt in \
                 an hour",
                percent(BO_STOPS),
                percent(BO_HOURLY),
            ),
            format!(
                "keeper: liquidates, resets an auction every {} minutes, has the fund absorb what is at the backstop, arms auto-deleveraging; while the \
                 fall is over {} only one block in {} minutes has room for it",
                RESET_EVERY / 60,
                percent(CONGESTED),
                SLOT / 60,
            ),
            format!(
                "lenders: {RUNNERS} of {} take what cash there is, once an hour, from the first loss on, or once the price is {} under the first",
                crate::market::LENDERS,
                percent(RUN),
            ),
            format!(
                "the lender that stays: buys what the fund sells with her vault shares, {} under the market, while the fall is under {}; the keeper \
                 puts it up for sale then",
                percent(COLLECTOR_DISCOUNT),
                percent(ADA_SELLS),
            ),
            "stakers: two; the smaller asks for its stake at the first loss or absorption, and takes it after the cool-down of a day, its part of the \
             fund's collateral in kind if it may"
                .to_owned(),
            format!(
                "fund: target {} of all debt; it once met a target of a dollar, so auto-deleveraging may be armed",
                percent(TARGET),
            ),
            format!(
                "WETH's sources are dead from {} on, for {} minutes",
                date(self.dead.0),
                minutes(self.dead.1 - self.dead.0),
            ),
            format!(
                "the sequencer is down from {} on, for {} minutes; then {} minutes of grace",
                date(self.outage.0),
                minutes(self.outage.1 - self.outage.0),
                minutes(GRACE),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Row;

    fn series(prices: &[f64], step: u64) -> Series {
        let rows: Vec<Row> = (0..)
            .zip(prices)
            .map(|(index, price)| Row {
                time: 1_600_000_000 + index * step,
                price: *price,
            })
            .collect();
        Series {
            name: String::new(),
            read: rows.len(),
            rows,
        }
    }

    #[test]
    fn what_goes_wrong_goes_wrong_one_after_the_other() {
        let mut falling = vec![100.0; 288];
        for (index, price) in falling.iter_mut().enumerate().skip(100) {
            *price = if index < 106 { 80.0 } else { 85.0 };
        }
        for prices in [&falling[..], &[1.0, 1.0], &[1.0, 0.5, 0.2], &[3.0; 50]] {
            for step in [60, 300, 86_400] {
                let series = series(prices, step);
                let Script { dead, outage } = Script::of(&series);
                assert!(dead.0 < dead.1 && outage.0 < outage.1);
                assert!(dead.0 > series.first().time && outage.0 > series.first().time);
                assert!(
                    dead.1 < outage.0 || outage.1 < dead.0,
                    "{dead:?} {outage:?}"
                );
            }
        }
    }

    #[test]
    fn the_sources_die_in_the_steepest_hour() {
        let mut prices = vec![100.0; 100];
        prices[50..].fill(70.0);
        let script = Script::of(&series(&prices, 300));
        let fell = 1_600_000_000 + 50 * 300;
        assert!((fell - 3_600..fell + 3_600).contains(&script.dead.0));
    }
}
