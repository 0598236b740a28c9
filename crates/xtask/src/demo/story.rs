//! The timeline: a line for each hour (or longer, if the series is long) in which something happened.

use crate::{
    error::Result,
    market::{date, dollars, money, price, Series, Sums, World},
    output,
};
use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    invariants, HOUR, U256,
};

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
