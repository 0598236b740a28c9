//! The timeline: a line for each hour (or longer, if the series is long) in which something happened.

use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    invariants, HOUR, U256,
};
use time::OffsetDateTime;

use super::{
    series::Series,
    summary::{Fill, Sums},
    world::{dollars, World},
};
use crate::{error::Result, output, table::thousands};

/// Most lines of the timeline.
const MOST_LINES: u64 = 48;

/// What has been told so far.
pub(super) struct Story {
    /// Seconds that a line stands for.
    period: u64,
    /// Start of the period under way.
    start: u64,
    /// Log from which on nothing has been told.
    position: usize,
    fills: usize,
    price: f64,
    lowest: f64,
    room: f64,
}

impl Story {
    pub(super) fn new(series: &Series) -> Self {
        let span = series.last().time - series.first().time;
        let hours = span.div_ceil(MOST_LINES).div_ceil(HOUR).max(1);
        output::line(format_args!(
            "    {:17} {:>12} {:>26} {:>28} {:>6} {:>6}",
            "UTC", "ETH", "put up for sale", "sold, below oracle", "open", "room"
        ));
        Self {
            period: hours * HOUR,
            start: series.first().time,
            position: 0,
            fills: 0,
            price: series.first().price,
            lowest: f64::INFINITY,
            room: 0.0,
        }
    }

    /// Tells of periods that are over.
    pub(super) fn tick(&mut self, world: &mut World) -> Result<()> {
        if self.position == 0 {
            // What was before the first price is told elsewhere.
            self.position = world.suite.position();
        }
        self.room = self.room.max(world.room_used()?);
        self.lowest = self.lowest.min(world.eth());
        if world.suite.now() < self.start + self.period {
            return Ok(());
        }
        self.tell(world)?;
        let periods = (world.suite.now() - self.start) / self.period;
        self.start += periods * self.period;
        Ok(())
    }

    /// Tells of the last period.
    pub(super) fn end(&mut self, world: &mut World) -> Result<()> {
        self.tell(world)
    }

    fn tell(&mut self, world: &mut World) -> Result<()> {
        let (vault, auction) = (world.suite.modules.vault, world.suite.modules.auction);
        let suite = &world.suite;
        let liquidated = suite.events_since::<IVault::Liquidated>(vault, self.position);
        let closings = suite.events_since::<IVault::ClosingStarted>(vault, self.position);
        let losses = suite.events_since::<IVault::LossRecognised>(vault, self.position);
        let resets = suite.events_since::<ILiquidationAuction::Restarted>(auction, self.position);
        let fills = world.fills();
        let new = fills.get(self.fills..).unwrap_or_default();
        let nothing = liquidated.is_empty() && new.is_empty() && losses.is_empty();
        let (room, lowest) = (self.room, self.lowest);
        let live = world.suite.active_auctions()?.len();
        if !nothing {
            let debt: f64 = liquidated
                .iter()
                .map(|found| dollars(found.event.debt))
                .sum();
            let sold = Sums::of(new);
            let mut line = format!(
                "    {:17} {:>12} {:>3} lots {:>12} debt {:>14} {:>12} {:>6} {:>4.0} %",
                date(self.start),
                price(if lowest.is_finite() {
                    lowest
                } else {
                    self.price
                }),
                liquidated.len(),
                money(debt),
                money(sold.paid),
                sold.shown_discount(),
                live,
                room * 100.0,
            );
            if !closings.is_empty() {
                line.push_str(&format!("  {} insolvent", closings.len()));
            }
            let sum = |pick: fn(&IVault::LossRecognised) -> U256| -> f64 {
                losses.iter().map(|found| dollars(pick(&found.event))).sum()
            };
            if !losses.is_empty() {
                line.push_str(&format!(
                    "  loss {} (fund {}, lenders {})",
                    money(sum(|event| event.loss)),
                    money(sum(|event| event.covered)),
                    money(sum(|event| event.shared)),
                ));
            }
            if !resets.is_empty() {
                line.push_str(&format!("  {} resets", resets.len()));
            }
            output::line(line);
        }
        self.fills = fills.len();
        self.position = world.suite.position();
        self.price = world.eth();
        (self.lowest, self.room) = (self.price, 0.0);
        if let Err(what) = invariants::a2(&mut world.suite) {
            let when = date(world.suite.now());
            world.violations.push(format!("A2 at {when}: {what}"));
        }
        Ok(())
    }
}

impl Fill {
    /// How much less than the oracle's price was paid, as a part of it.
    pub(super) fn discount(&self) -> f64 {
        1.0 - self.price / self.oracle
    }
}

/// A time for readers: day, month, hour and minute, UTC.
pub(crate) fn date(time: u64) -> String {
    let moment = i64::try_from(time)
        .ok()
        .and_then(|time| OffsetDateTime::from_unix_timestamp(time).ok());
    let Some(moment) = moment else {
        return time.to_string();
    };
    format!(
        "{}-{:02}-{:02} {:02}:{:02}",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute()
    )
}

/// Whole dollars with commas; cents for less than ten.
pub(super) fn money(dollars: f64) -> String {
    if dollars != 0.0 && dollars.abs() < 10.0 {
        return format!("{dollars:.2}");
    }
    let sign = if dollars < 0.0 { "-" } else { "" };
    format!("{sign}{}", thousands(dollars.abs().round() as u64))
}

/// A price with as many digits as it needs.
pub(super) fn price(dollars: f64) -> String {
    if dollars >= 10_000.0 {
        money(dollars)
    } else if dollars >= 1.0 {
        format!("{dollars:.2}")
    } else {
        format!("{dollars:.6}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_readers() {
        assert_eq!(date(1_583_971_200), "2020-03-12 00:00");
        assert_eq!(date(1_583_980_000), "2020-03-12 02:26");
        assert_eq!(money(0.0), "0");
        assert_eq!(money(1.5), "1.50");
        assert_eq!(money(-12_345.6), "-12,346");
        assert_eq!(price(195.23), "195.23");
        assert_eq!(price(0.0001), "0.000100");
        assert_eq!(price(40_000.4), "40,000");
    }
}
