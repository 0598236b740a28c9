//! The passing of time. Three feeds give each answer of the series; at each, somebody pokes, and the quote is noted. While there is no
//! good price, and while a fault lasts, somebody looks every minute.

use alloy_sol_types::SolValue;
use breakwater_tests::{
    external::IMockFeed,
    interfaces::oracle::{IOracleAdapter, Leg, Parameters, Quote, Status},
    Address, Programs, Suite, SuiteConfig, I256, U256,
};

use super::{
    fault::{Fault, Kind},
    series::{Row, Series},
    Options,
};
use crate::{
    error::{Error, Result},
    output,
};

/// Seconds between two looks while it matters.
const LOOK: u64 = 60;
/// Feeds; two must be fresh.
const FEEDS: usize = 3;
const QUORUM: u8 = 2;
/// The token is one of this many decimals, in a coin of 6.
const DECIMALS: u8 = 18;

/// What the adapter said at a moment.
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// Seconds since 1970.
    pub(super) time: u64,
    /// What the series says, whole units.
    pub(super) truth: f64,
    /// Mid of the quote, whole units; the last good price without an Ok one.
    pub(super) mid: f64,
    /// Low of the quote.
    pub(super) low: f64,
    /// A year's, 1 = 100 %.
    pub(super) volatility: f64,
    /// The status byte.
    pub(super) status: u8,
}

impl Look {
    /// Whether the price is good.
    pub(super) fn is_ok(&self) -> bool {
        self.status == Status::Ok as u8
    }
}

/// A series as the adapter saw it.
pub(super) struct Run {
    /// All looks, times increasing.
    pub(super) looks: Vec<Look>,
    /// The parameters that the adapter had.
    pub(super) parameters: Parameters,
    /// The planted fault: from, until.
    pub(super) fault: Option<(Fault, u64, u64)>,
    /// Gas of the pokes that took a sample.
    pub(super) gas: Vec<u64>,
}

/// A program expires a year after its activation, and series are longer: it is extended before, in seconds.
const KEEPALIVE: u64 = 300 * 86_400;

struct Replay<'a> {
    suite: Suite,
    series: &'a Series,
    token: Address,
    feeds: Vec<Address>,
    poker: Address,
    max_age: u32,
    fault: Option<(Fault, u64, u64)>,
    /// The right answer when the fault began.
    before: u128,
    /// When the programs' activation was last extended.
    kept: u64,
    run: Run,
}

/// Replays a series on an adapter of its own.
pub(super) fn replay(series: &Series, options: &Options, programs: &Programs) -> Result<Run> {
    let mut replay = Replay::deploy(series, options, programs)?;
    let mut rows = series.rows.iter().copied().peekable();
    let count = series.rows.len();
    let mut told = std::time::Instant::now();
    for number in 0.. {
        let Some(row) = rows.next() else { break };
        replay.go(row.time)?;
        replay.answer(row)?;
        replay.look(row)?;
        let next = rows.peek().map_or(row.time, |next| next.time);
        replay.until(row, next)?;
        if told.elapsed().as_secs() >= 10 {
            output::line(format_args!("    {number} of {count} answers"));
            told = std::time::Instant::now();
        }
    }
    Ok(replay.run)
}

impl<'a> Replay<'a> {
    fn deploy(series: &'a Series, options: &Options, programs: &Programs) -> Result<Self> {
        let first = series.rows.first().copied();
        let first = first.ok_or_else(|| Error::new(format!("{}: no prices", series.name)))?;
        let config = SuiteConfig {
            // The modules are deployed before the first price.
            start_time: first.time.saturating_sub(7_200),
            ..SuiteConfig::default()
        };
        let mut suite = Suite::deploy(config, programs).map_err(Error::new)?;
        suite.pass_until(first.time)?;
        let owner = suite.owner;
        let token = suite.user("the token of the series");
        let mut feeds = Vec::new();
        for number in 1..=FEEDS {
            let answer = word(first.answer)?;
            let arguments = (format!("feed {number}"), u16::from(series.decimals), answer);
            let arguments = SolValue::abi_encode_params(&arguments);
            feeds.push(suite.deploy_contract(owner, "MockFeed", &arguments)?);
        }
        let max_age = options.max_age.unwrap_or(series.max_age);
        let parameters = Parameters::standard(DECIMALS, QUORUM);
        let scale = 36 + 6 - u32::from(DECIMALS) - u32::from(series.decimals);
        let sources = IOracleAdapter::setSourcesCall {
            token,
            parameters: parameters.clone(),
            legs: (0..)
                .zip(&feeds)
                .map(|(source, feed)| Leg::chainlink(source, *feed, max_age))
                .collect(),
            expectedPrice: U256::from(first.answer) * U256::from(10_u128.pow(scale)),
        };
        let oracle = suite.modules.oracle;
        suite.send(owner, oracle, &sources)?;
        let poker = suite.user("poker");
        let end = series.rows.last().map_or(first.time, |row| row.time);
        // Three fifths into the series.
        let begin = first.time + (end - first.time) / 5 * 3;
        let fault = options
            .fault
            .map(|fault| (fault, begin, begin + fault.kind.duration(max_age)));
        Ok(Self {
            suite,
            series,
            token,
            feeds,
            poker,
            max_age,
            fault,
            before: first.answer,
            kept: first.time,
            run: Run {
                looks: Vec::new(),
                parameters,
                fault,
                gas: Vec::new(),
            },
        })
    }

    fn go(&mut self, time: u64) -> Result<()> {
        let time = time.max(self.suite.now());
        while self.kept.saturating_add(KEEPALIVE) < time {
            self.kept = self.kept.saturating_add(KEEPALIVE).max(self.suite.now());
            self.suite.pass_until(self.kept)?;
            self.suite.keep_programs_alive()?;
        }
        Ok(self.suite.pass_until(time)?)
    }

    /// All feeds give this answer now, but for those that are wrong.
    fn answer(&mut self, row: Row) -> Result<()> {
        let now = self.suite.now();
        let fault = self
            .fault
            .filter(|(_, from, until)| (*from..*until).contains(&now));
        if fault.is_none() {
            self.before = row.answer;
        }
        let owner = self.suite.owner;
        for (index, feed) in self.feeds.clone().into_iter().enumerate() {
            let answer = match fault {
                // It says nothing.
                Some((fault, ..)) if index < fault.feeds && fault.kind == Kind::Frozen => continue,
                Some((fault, from, _)) if index < fault.feeds => {
                    fault.kind.answer(row.answer, self.before, now - from)
                }
                _ => row.answer,
            };
            let answer = word(answer)?;
            self.suite
                .send(owner, feed, &IMockFeed::setAnswerCall { answer })?;
        }
        Ok(())
    }

    /// Somebody pokes, and the quote is noted.
    fn look(&mut self, row: Row) -> Result<bool> {
        let (poker, token, oracle) = (self.poker, self.token, self.suite.modules.oracle);
        let (sampled, receipt) = self.suite.poke(poker, token)?;
        if sampled {
            self.run.gas.push(receipt.gas_used);
        }
        let tokens = vec![token];
        let quotes = self
            .suite
            .view(oracle, &IOracleAdapter::quotesCall { tokens })?;
        let quote: &Quote = quotes
            .first()
            .ok_or_else(|| Error::new("the adapter answered no quote"))?;
        // 1e36, and 6 decimals less 18.
        let whole = |price: U256| price.to::<u128>() as f64 / 1e24;
        let look = Look {
            time: self.suite.now(),
            truth: self.series.price(row.answer),
            mid: whole(quote.mid),
            low: whole(quote.low),
            volatility: quote.volatility.to::<u64>() as f64 / 1e18,
            status: quote.status,
        };
        let is_ok = look.is_ok();
        self.run.looks.push(look);
        Ok(is_ok)
    }

    /// Whatever matters between an answer and the next.
    fn until(&mut self, row: Row, next: u64) -> Result<()> {
        let stale = row.time + u64::from(self.max_age) + 1;
        loop {
            let now = self.suite.now();
            let is_halted = self
                .run
                .looks
                .last()
                .is_some_and(|look| look.status == Status::Halted as u8);
            let in_fault = self
                .fault
                .is_some_and(|(_, from, until)| now + LOOK > from && now <= until);
            let time = if is_halted || in_fault {
                now + LOOK
            } else if now < stale && stale < next {
                stale
            } else if let Some((_, from, _)) = self.fault.filter(|(_, from, _)| now < *from) {
                // Not to miss its beginning.
                from
            } else {
                return Ok(());
            };
            if time >= next {
                return Ok(());
            }
            self.go(time)?;
            // While a fault lasts its feeds answer every minute; otherwise the last answer stands.
            if in_fault || self.fault.is_some_and(|(_, from, _)| time == from) {
                self.answer(row)?;
            }
            self.look(row)?;
        }
    }
}

/// An answer as a feed has it.
fn word(answer: u128) -> Result<I256> {
    I256::try_from(answer).map_err(|error| Error::new(format!("{answer}: {error}")))
}
