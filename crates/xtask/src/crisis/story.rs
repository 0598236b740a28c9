//! The waterfall's table: a line at each step that matters, else one an hour (or longer, in a long series).

use breakwater_tests::{HOUR, WAD};

use super::{figure::Sample, run::Crisis, tally::Tally};
use crate::{
    error::Result,
    market::{date, dollars, money, price, Series},
};

/// Most lines that stand for nothing but time.
const MOST_LINES: u64 = 48;
/// Titles and widths of the columns.
const COLUMNS: [(&str, usize); 17] = [
    ("UTC", 16),
    ("ETH", 9),
    ("soft", 8),
    ("needed", 8),
    ("open", 4),
    ("sold", 8),
    ("absorbed", 8),
    ("cover", 7),
    ("/target", 7),
    ("arrears", 7),
    ("inventory", 9),
    ("loss", 7),
    ("fund", 7),
    ("lenders", 7),
    ("recovered", 9),
    ("share", 8),
    ("used", 5),
];

/// What has been told.
pub(super) struct Story {
    pub(super) lines: Vec<String>,
    /// What each line of the table tells.
    pub(super) samples: Vec<Sample>,
    /// Of the present look.
    notes: Vec<String>,
    /// Sums at the last line.
    told: Tally,
    /// Whether auto-deleveraging was said to be in force.
    in_force: bool,
    period: u64,
    next: u64,
}

impl Story {
    pub(super) fn new(series: &Series) -> Self {
        let span = series.last().time - series.first().time;
        Self {
            lines: Vec::new(),
            samples: Vec::new(),
            notes: Vec::new(),
            told: Tally::default(),
            in_force: false,
            period: span.div_ceil(MOST_LINES).div_ceil(HOUR).max(1) * HOUR,
            next: 0,
        }
    }

    /// From here on only every sixth hour is worth a line of its own.
    pub(super) fn slow_down(&mut self) {
        self.period = self.period.max(6 * HOUR);
    }

    fn line(&mut self, cells: [String; COLUMNS.len()], what: &str) {
        let mut line = String::new();
        for (index, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
            match index {
                0 => line.push_str(&format!("{cell:width$}")),
                _ => line.push_str(&format!(" {cell:>width$}")),
            }
        }
        self.lines
            .push(format!("{line}  {what}").trim_end().to_owned());
    }
}

/// What the columns mean.
pub(super) const LEGEND: [&str; 3] = [
    "dollars of the loan asset, sums since the start: debt put up for sale ahead of need (soft, also by auto-deleveraging) and needed; auctions",
    "open; sold to bidders; absorbed by the fund; what the fund covers now, and of its target; what it owes lenders; its collateral, at mid;",
    "losses recognised = borne by the fund + shared by lenders; recovered later; price of a share; part of lenders' assets in use",
];

impl Crisis {
    /// Something that is worth a line.
    pub(super) fn note(&mut self, what: String) {
        self.story.notes.push(what);
    }

    /// A line, if there is something to tell or the hour is over.
    pub(super) fn tell(&mut self) -> Result<()> {
        self.tally.update(&self.world, &self.opted_in);
        self.compare();
        let now = self.world.suite.now();
        if self.story.notes.is_empty() && now < self.story.next {
            return Ok(());
        }
        if self.story.next == 0 {
            self.story
                .line(COLUMNS.map(|(title, _)| title.to_owned()), "what happened");
        }
        self.story.next = (now / self.story.period + 1) * self.story.period;
        let what = std::mem::take(&mut self.story.notes).join("; ");
        let cells = self.cells()?;
        self.story.line(cells, &what);
        Ok(())
    }

    /// Notes what is new since the last look: layers used for the first time, absorptions, losses, the state of deleveraging.
    fn compare(&mut self) {
        let (old, new) = (self.story.told.clone(), self.tally.clone());
        let now = self.world.suite.now();
        let mut notes = Vec::new();
        let mut first = |before: usize, after: usize, what: &str| {
            if before == 0 && after > 0 {
                notes.push(format!("first {what}"));
            }
        };
        first(old.soft.0, new.soft.0, "soft liquidation");
        first(old.needed.0, new.needed.0, "liquidation");
        first(
            old.deleveraged.0,
            new.deleveraged.0,
            "lot by auto-deleveraging",
        );
        first(old.takes, new.takes, "sale");
        if new.closings > old.closings {
            notes.push(format!("{} insolvent", new.closings - old.closings));
        }
        if new.absorptions > old.absorptions {
            let which = if old.absorptions == 0 { "first: " } else { "" };
            notes.push(format!(
                "{which}the fund absorbs {}",
                money(new.absorbed - old.absorbed)
            ));
        }
        if new.recognised > old.recognised {
            notes.push(format!(
                "loss of {}: fund {}, lenders {}",
                money(new.recognised - old.recognised),
                money(new.covered - old.covered),
                money(new.shared - old.shared),
            ));
        }
        if new.owed > old.owed {
            notes.push(format!(
                "the fund owes lenders {}",
                money(new.owed - old.owed)
            ));
        }
        if new.inventory_sold > old.inventory_sold {
            notes.push(format!(
                "the fund sells for {}",
                money(new.inventory_sold - old.inventory_sold)
            ));
        }
        if new.owed_paid > old.owed_paid {
            notes.push(format!(
                "{} of its arrears paid",
                money(new.owed_paid - old.owed_paid)
            ));
        }
        if new.armed > old.armed {
            notes.push(format!(
                "auto-deleveraging armed, in force from {}",
                date(new.in_force_from)
            ));
        }
        if new.ended > old.ended && old.in_force_from != 0 {
            notes.push("auto-deleveraging ends".to_owned());
        }
        let in_force = new.in_force_from != 0 && now >= new.in_force_from;
        if in_force && !self.story.in_force {
            notes.push("auto-deleveraging in force".to_owned());
        }
        self.story.in_force = in_force;
        self.story.told = new;
        self.story.notes.append(&mut notes);
    }

    fn cells(&mut self) -> Result<[String; COLUMNS.len()]> {
        let open = self.world.suite.active_auctions()?.len();
        let fund = self.world.suite.waterfall()?;
        let share = self.world.pool_price()?;
        let market = self.world.suite.market()?;
        let tally = &self.tally;
        let covered = match fund.target.is_zero() {
            true => 0.0,
            false => f64::from(fund.cover) / f64::from(fund.target),
        };
        self.story.samples.push(Sample {
            time: self.world.suite.now(),
            price: self.world.eth(),
            cover: dollars(fund.cover),
            share_price: dollars(share),
        });
        Ok([
            date(self.world.suite.now()),
            price(self.world.eth()),
            money(tally.soft.1 + tally.deleveraged.1),
            money(tally.needed.1),
            open.to_string(),
            money(tally.sold),
            money(tally.absorbed),
            money(dollars(fund.cover)),
            format!("{:.0} %", covered * 100.0),
            money(dollars(fund.arrears.saturating_add(fund.arrearsBeyond))),
            money(dollars(fund.inventoryMid)),
            money(tally.recognised),
            money(tally.covered),
            money(tally.shared),
            money(tally.recovered),
            format!("{:.6}", dollars(share)),
            format!(
                "{:.0} %",
                f64::from(market.utilisation) / WAD as f64 * 100.0
            ),
        ])
    }
}
