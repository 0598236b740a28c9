//! The passing of time: one price after the other, and in between bidders, as long as there is something to bid for.

use super::story::Story;
use crate::{
    error::Result,
    market::{Series, World},
    output,
};

/// Seconds between two looks of everybody at live auctions.
const LOOK: u64 = 60;
/// Seconds between two looks of the keeper at accounts that wait for room, while no auction is live.
const WAIT: u64 = 600;
/// Looks between two attempts with accounts that wait.
const LOOKS_A_TRY: usize = 5;
/// Most looks between two prices: after that the next price comes, whatever is open.
const MOST_LOOKS: usize = 240;
/// Most looks after the last price.
const MOST_LAST_LOOKS: usize = 2_000;

impl World {
    /// Replays all prices, then lets the last one stand until every auction is over.
    pub(crate) fn replay(&mut self, series: &Series) -> Result<()> {
        let mut story = Story::new(series);
        let next_times = series.rows.iter().skip(1).map(|row| row.time);
        let next_times = next_times.chain([series.last().time]);
        for (row, next) in series.rows.iter().zip(next_times) {
            self.suite.pass_until(row.time.max(self.suite.now()))?;
            self.set_prices(*row)?;
            self.scan()?;
            self.until(next, &mut story)?;
        }
        self.finish(&mut story)?;
        story.end(self)
    }

    /// Bidders and keeper act until there is nothing to do, or the time has come.
    fn until(&mut self, next: u64, story: &mut Story) -> Result<()> {
        for look in 1..=MOST_LOOKS {
            let live = self.bid()?;
            story.tick(self)?;
            if live == 0 && self.waiting.is_empty() {
                return Ok(());
            }
            let pause = if live == 0 { WAIT } else { LOOK };
            let time = self.suite.now() + pause;
            if time >= next {
                return Ok(());
            }
            self.suite.pass_until(time)?;
            self.heartbeat()?;
            if live == 0 || look % LOOKS_A_TRY == 0 {
                self.try_waiting()?;
            }
        }
        Ok(())
    }

    /// The last price stands until nothing is left to be sold.
    fn finish(&mut self, story: &mut Story) -> Result<()> {
        for look in 1..=MOST_LAST_LOOKS {
            let live = self.bid()?;
            story.tick(self)?;
            if live == 0 && self.waiting.is_empty() {
                // Nothing is known to be open: look at everybody once more.
                self.heartbeat()?;
                self.scan()?;
                if self.waiting.is_empty() && self.suite.active_auctions()?.is_empty() {
                    return self.sell_all();
                }
            }
            let pause = if live == 0 { WAIT } else { LOOK };
            self.suite.pass(pause)?;
            self.heartbeat()?;
            if live == 0 || look % LOOKS_A_TRY == 0 {
                self.try_waiting()?;
            }
        }
        let live = self.suite.active_auctions()?.len();
        let waiting = self.waiting.len();
        output::line(format_args!(
            "    not all was sold: {live} auctions are live and {waiting} accounts wait"
        ));
        self.violations.push(format!(
            "{live} auctions are live and {waiting} accounts wait long after the last price"
        ));
        Ok(())
    }
}
