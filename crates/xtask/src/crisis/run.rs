//! The passing of time: prices, everybody's steps, and what must always hold after each.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::atomic::{AtomicUsize, Ordering},
};

use breakwater_tests::{
    interfaces::oracle::IOracleAdapter, invariants, Address, Programs, B256, HOUR, U256,
};

use super::{
    compare::Start,
    figure::Sample,
    people::{Leaving, Run},
    rules::{self, Case, Script},
    stage::{self, Stage},
    story::Story,
    tally::Tally,
};
use crate::{
    error::Result,
    market::{date, Row, Series, World},
};

/// Seconds between two looks of everybody while there is something to do.
const LOOK: u64 = 60;
/// Seconds between two looks while nothing is for sale.
const WAIT: u64 = 600;
/// Looks between two attempts with accounts that wait.
const LOOKS_A_TRY: usize = 5;
/// Most looks between two prices.
const MOST_LOOKS: usize = 240;
/// Most looks after the last price.
const MOST_LAST_LOOKS: usize = 3_000;
/// The last price stands for at least so long, seconds: what is recovered has vested then.
const LEAST_END: u64 = 6 * HOUR + 600;
/// A program expires a year after its activation: it is extended before, in seconds.
const KEEPALIVE: u64 = 300 * 86_400;

/// A case under way.
pub(super) struct Crisis {
    pub(super) world: World,
    pub(super) stage: Stage,
    pub(super) tally: Tally,
    pub(super) story: Story,
    /// Accounts that opted into early liquidation.
    pub(super) opted_in: BTreeSet<B256>,
    pub(super) first_price: f64,
    /// Prices of the last hour, oldest first.
    recent: VecDeque<Row>,
    /// When the keeper's transactions get in again, if the chain is congested.
    pub(super) next_slot: u64,
    /// The keeper has not looked at all accounts since the last price.
    scan_due: bool,
    /// Lots of accounts that were live at the last look.
    pub(super) for_sale: usize,
    /// When Bo's present hour began, and what he spent in it.
    pub(super) bo_hour: u64,
    pub(super) bo_spent: f64,
    pub(super) run: Run,
    pub(super) leaving: Leaving,
    /// Statuses of the two tokens' prices at the last look, and the low prices that are good.
    statuses: [u8; 2],
    pub(super) lows: [Option<U256>; 2],
    is_down: bool,
    /// A price that came while the sequencer was down.
    unseen: Option<Row>,
    /// What is yet to come of the script: when, and what.
    marks: VecDeque<(u64, Mark)>,
    /// Log up to which the invariants were checked.
    checked: usize,
    /// How often.
    pub(super) checks: usize,
    kept_alive: u64,
    /// What was there before the first price.
    pub(super) start: Start,
}

/// A turn of the script.
#[derive(Clone, Copy, Debug)]
enum Mark {
    SourcesDie,
    SourcesReturn,
    SequencerStops,
    SequencerReturns,
}

/// What came of a case.
pub(super) struct Outcome {
    pub(super) case: Case,
    /// The story.
    pub(super) lines: Vec<String>,
    /// The same as numbers.
    pub(super) samples: Vec<Sample>,
    /// What must not be, and was.
    pub(super) failures: Vec<String>,
    /// Name and figure, in the order of the table.
    pub(super) figures: Vec<(String, String)>,
    /// All figures of what happened.
    #[cfg(test)]
    pub(super) tally: Tally,
}

impl Crisis {
    /// Plays a case to its end.
    pub(super) fn play(
        series: &Series,
        script: &Script,
        case: Case,
        seed: u64,
        programs: &Programs,
        progress: &AtomicUsize,
    ) -> Result<Outcome> {
        let mut crisis = Self::begin(series, script, case, seed, programs)?;
        let failed = crisis.go_through(series, progress)?;
        if let Some(what) = failed {
            crisis.world.violations.push(what);
        }
        let figures = crisis.figures()?;
        Ok(Outcome {
            case,
            lines: crisis.story.lines,
            samples: crisis.story.samples,
            failures: crisis.world.violations,
            figures,
            #[cfg(test)]
            tally: crisis.tally,
        })
    }

    fn begin(
        series: &Series,
        script: &Script,
        case: Case,
        seed: u64,
        programs: &Programs,
    ) -> Result<Self> {
        let (world, stage) = stage::set(series, case, seed, programs)?;
        let opted_in = world.accounts.iter().step_by(rules::OPTED_IN_EVERY);
        let opted_in = opted_in.map(|account| account.id).collect();
        let mut marks = vec![
            (script.dead.0, Mark::SourcesDie),
            (script.dead.1, Mark::SourcesReturn),
            (script.outage.0, Mark::SequencerStops),
            (script.outage.1, Mark::SequencerReturns),
        ];
        marks.sort_by_key(|(time, _)| *time);
        let mut story = Story::new(series);
        story.lines.extend(world.market_lines());
        story.lines.push(world.accounts_line());
        let mut crisis = Self {
            first_price: series.first().price,
            kept_alive: world.suite.now(),
            checked: 0,
            tally: Tally::default(),
            story,
            opted_in,
            recent: VecDeque::new(),
            next_slot: 0,
            scan_due: false,
            for_sale: 0,
            bo_hour: 0,
            bo_spent: 0.0,
            run: Run::default(),
            leaving: Leaving::default(),
            statuses: [0; 2],
            lows: [None; 2],
            is_down: false,
            unseen: None,
            marks: marks.into(),
            checks: 0,
            start: Start::default(),
            world,
            stage,
        };
        crisis.start_figures()?;
        crisis.note("begins".to_owned());
        Ok(crisis)
    }

    /// All prices, then the last one until every auction is over. Returns what does not hold, if something does not: there is no going on.
    fn go_through(&mut self, series: &Series, progress: &AtomicUsize) -> Result<Option<String>> {
        let next_times = series.rows.iter().skip(1).map(|row| row.time);
        let next_times = next_times.chain([series.last().time]);
        for (row, next) in series.rows.iter().zip(next_times) {
            self.go(row.time)?;
            self.price(*row)?;
            self.look(true)?;
            if let Some(what) = self.check(false)? {
                return Ok(Some(what));
            }
            if let Some(what) = self.until(next)? {
                return Ok(Some(what));
            }
            progress.fetch_add(1, Ordering::Relaxed);
        }
        self.end()
    }

    /// Looks as long as there is something to do, and until the next price at most.
    fn until(&mut self, next: u64) -> Result<Option<String>> {
        for look in 1..=MOST_LOOKS {
            let is_busy = self.is_busy();
            let now = self.world.suite.now();
            let pause = if is_busy { LOOK } else { WAIT };
            let idle =
                !is_busy && self.world.waiting.is_empty() && self.marks_before(next).is_none();
            if idle || now + pause >= next {
                return Ok(None);
            }
            self.go(now + pause)?;
            self.look(!is_busy || look % LOOKS_A_TRY == 0)?;
            if let Some(what) = self.check(false)? {
                return Ok(Some(what));
            }
        }
        Ok(None)
    }

    /// The last price stands until nothing is left to be done.
    fn end(&mut self) -> Result<Option<String>> {
        let began = self.world.suite.now();
        self.story.slow_down();
        for look in 1..=MOST_LAST_LOOKS {
            let is_busy = self.is_busy();
            let now = self.world.suite.now();
            // The window of a request is given up, if it can't be claimed at all.
            let window = self.leaving.from + self.world.suite.config.window;
            let leaves = self.leaving.asked && !self.leaving.done && now <= window;
            let is_over = !is_busy
                && self.world.waiting.is_empty()
                && self.marks.is_empty()
                && now >= began + LEAST_END
                && !leaves;
            if is_over {
                // Nothing is known to be open: everybody is looked at once more.
                self.world.heartbeat()?;
                self.world.scan()?;
                self.bid()?;
                if self.world.waiting.is_empty() && !self.is_busy() {
                    break;
                }
            }
            if look == MOST_LAST_LOOKS {
                let live = self.world.suite.active_auctions()?.len();
                let waiting = self.world.waiting.len();
                return Ok(Some(format!(
                    "{live} auctions are live and {waiting} accounts wait long after the last price"
                )));
            }
            self.go(self.next_look(is_busy))?;
            self.look(!is_busy || look % LOOKS_A_TRY == 0)?;
            if let Some(what) = self.check(false)? {
                return Ok(Some(what));
            }
        }
        self.world.sell_all()?;
        self.note("ends".to_owned());
        self.tell()?;
        self.check(true)
    }

    /// Whether a lot of an account is for sale, or the keeper has not come to look at all accounts. The fund's lots can wait.
    fn is_busy(&self) -> bool {
        self.scan_due || self.is_down || self.for_sale > 0
    }

    fn next_look(&self, is_busy: bool) -> u64 {
        match is_busy {
            true => self.next_action(LOOK),
            false => self.world.suite.now() + WAIT,
        }
    }

    fn marks_before(&self, time: u64) -> Option<u64> {
        let (mark, _) = self.marks.front()?;
        (*mark < time).then_some(*mark)
    }

    /// Lets time pass up to `time`, with what the script has in store on the way.
    fn go(&mut self, time: u64) -> Result<()> {
        while let Some((at, mark)) = self.marks.front().copied().filter(|(at, _)| *at <= time) {
            self.marks.pop_front();
            self.pass(at)?;
            self.turn(mark)?;
        }
        self.pass(time)
    }

    fn pass(&mut self, time: u64) -> Result<()> {
        let suite = &mut self.world.suite;
        let time = time.max(suite.now());
        while self.kept_alive.saturating_add(KEEPALIVE) < time {
            let at = self.kept_alive.saturating_add(KEEPALIVE).max(suite.now());
            self.kept_alive = at;
            suite.pass_until(at)?;
            suite.keep_programs_alive()?;
        }
        Ok(suite.pass_until(time)?)
    }

    fn turn(&mut self, mark: Mark) -> Result<()> {
        match mark {
            Mark::SourcesDie => {
                stage::break_sources(&mut self.world, true)?;
                self.note("WETH's sources die".to_owned());
            }
            Mark::SourcesReturn => {
                stage::break_sources(&mut self.world, false)?;
                let answers = self.world.latest_prices().answers;
                self.world.publish(answers)?;
                self.note("WETH's sources are back".to_owned());
            }
            Mark::SequencerStops => {
                self.note("the sequencer stops".to_owned());
                self.tell()?;
                self.is_down = true;
            }
            Mark::SequencerReturns => {
                self.is_down = false;
                self.stage.sequencer_is_up(&mut self.world)?;
                match self.unseen.take() {
                    Some(row) => self.world.set_prices(row)?,
                    None => self.world.publish(self.world.latest_prices().answers)?,
                }
                self.note("the sequencer is back".to_owned());
            }
        }
        Ok(())
    }

    /// A new price, which a chain that is down does not see.
    fn price(&mut self, row: Row) -> Result<()> {
        self.recent.push_back(row);
        if self.is_down {
            self.unseen = Some(row);
            return Ok(());
        }
        self.scan_due = true;
        self.world.set_prices(row)
    }

    /// How far the price is under its highest of the last hour.
    pub(super) fn fall(&self) -> f64 {
        let now = self.world.suite.now();
        let Some(last) = self.recent.back() else {
            return 0.0;
        };
        let recent = self.recent.iter().filter(|row| row.time + HOUR >= now);
        let highest = recent.fold(last.price, |high, row| high.max(row.price));
        1.0 - last.price / highest
    }

    /// Everybody acts once, the keeper only if its transactions get in; with `all`, it tries again what had to wait.
    fn look(&mut self, all: bool) -> Result<()> {
        if self.is_down {
            return Ok(());
        }
        let now = self.world.suite.now();
        while self.recent.len() > 1 && self.recent.front().is_some_and(|row| row.time + HOUR < now)
        {
            self.recent.pop_front();
        }
        self.world.heartbeat()?;
        self.see_statuses()?;
        if self.keeper_has_room() {
            if std::mem::take(&mut self.scan_due) {
                self.world.scan()?;
            } else if all {
                self.world.try_waiting()?;
            }
            self.bid()?;
            self.sell_inventory()?;
            self.update_deleveraging()?;
            self.keeper_acted();
        } else {
            self.bid()?;
        }
        self.tally.update(&self.world, &self.opted_in);
        self.lenders_run()?;
        self.staker_leaves()?;
        self.tell()
    }

    /// Notes where a price is no longer good, or good again.
    fn see_statuses(&mut self) -> Result<()> {
        let oracle = self.world.suite.modules.oracle;
        let collaterals = self.world.suite.collaterals;
        let call = IOracleAdapter::quotesCall {
            tokens: collaterals.iter().map(|known| known.token).collect(),
        };
        let quotes = self.world.suite.view(oracle, &call)?;
        for (side, quote) in quotes.iter().enumerate().take(2) {
            self.lows[side] = (quote.status == 0).then_some(quote.low);
            if self.statuses[side] != quote.status {
                self.statuses[side] = quote.status;
                let says = match quote.status {
                    0 => "has a price again",
                    1 => "has only stale prices",
                    2 => "has prices that disagree",
                    3 => "is halted by the breaker",
                    4 => "has no price: the sequencer's grace",
                    _ => "has no price: too few sources",
                };
                self.note(format!("{} {says}", collaterals[side].symbol));
            }
        }
        Ok(())
    }

    /// Whether a token's price was good at this look.
    pub(super) fn is_priced(&self, token: Address) -> bool {
        self.statuses[self.world.side(token)] == 0
    }

    /// Holds the state against what must always hold, if anything was logged since, or `always`. Returns what does not, and when.
    fn check(&mut self, always: bool) -> Result<Option<String>> {
        let modules = self.world.suite.modules;
        let touched = [modules.vault, modules.auction, modules.fund];
        if !always && !self.world.suite.has_logged(&touched, self.checked) {
            return Ok(None);
        }
        self.checked = self.world.suite.position();
        self.checks += 1;
        let now = date(self.world.suite.now());
        let found = invariants::check_all(&mut self.world.suite)
            .and_then(|()| invariants::lenders_and_debts(&mut self.world.suite));
        if let Err(what) = found {
            return Ok(Some(format!("at {now}: {what}")));
        }
        // What a step noted (L4, V8) ends the case as well.
        Ok(match self.world.violations.is_empty() {
            true => None,
            false => Some(format!("at {now}: stopped here")),
        })
    }
}
