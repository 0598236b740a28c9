//! `cargo xtask demo`: a whole Breakwater on the embedded chain, and what a crash does to sixty accounts.
//!
//! | file | what is in it |
//! |---|---|
//! | `replay.rs` | the passing of time |
//! | `story.rs` | the timeline |
//! | `summary.rs`, `figure.rs` | what came of it, as text and as a picture |
//!
//! The market itself, accounts, keeper and bidders are in [`crate::market`].

mod figure;
mod replay;
mod story;
mod summary;

use std::{path::PathBuf, time::Instant};

use breakwater_tests::invariants;

use crate::{
    error::{Error, Result},
    market::{self, date, dollars, money, price, Series, Setup, World, MOST_ROWS},
    output,
    workspace::Workspace,
};

/// Number of accounts.
const ACCOUNTS: usize = 60;
/// Debt as a part of what an account may borrow, from the most careful to the boldest.
const LEVERAGE: (f64, f64) = (0.40, 0.99);
/// How large everything is.
const SETUP: Setup = Setup {
    utilisation: 0.75,
    fund: 0.02,
    room: [0.15, 0.06, 0.18],
    bidder: 0.04,
};

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// A price series; the one of March 2020 if none.
    pub(crate) prices: Option<PathBuf>,
    /// Decides the accounts.
    pub(crate) seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prices: None,
            seed: 1,
        }
    }
}

/// Builds, deploys, replays, checks; prints what happened and draws it.
///
/// # Errors
///
/// If the prices cannot be read, something cannot be built, or what must always hold does not.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Before anything is built: a wrong file is known at once.
    let series = Series::load(options.prices.as_deref())?;
    let workspace = Workspace::find()?;
    let programs = market::build(&workspace)?;

    let started = Instant::now();
    let series = announce(series);
    output::step("deploying on an embedded chain");
    let plans = market::plan(options.seed, ACCOUNTS, LEVERAGE);
    let mut world = World::deploy(&series, &plans, &SETUP, &programs)?;
    describe(&world);
    output::step(format_args!(
        "opening {ACCOUNTS} accounts, seed {}",
        options.seed
    ));
    world.open(&plans)?;
    output::line(format_args!("    {}", world.accounts_line()));
    output::step("replaying");
    world.replay(&series)?;

    output::step("summary");
    output::line(world.summary()?);
    let figure = workspace.target().join("demo").join("report.svg");
    figure::write(&world, &figure)?;
    let shown = figure.strip_prefix(workspace.root()).unwrap_or(&figure);
    output::line(format_args!("\nfigure: {}", shown.display()));
    let time = output::elapsed(started.elapsed());
    check(&mut world)?;
    output::line(format_args!("demo: ok ({time} without building)"));
    Ok(())
}

/// The market and its people.
fn describe(world: &World) {
    for line in world.market_lines() {
        output::line(format_args!("    {line}"));
    }
    output::line("    keeper: at each price asks checkLiquidation for every account and token, and liquidates what it says will succeed; what has to wait for room again every five minutes; resets and closes auctions");
    output::line(format_args!(
        "    Ada: buys whole lots 1 % under the oracle's price with {} of her own, sells on the market an hour later",
        money(dollars(world.ada_funds))
    ));
    output::line("    Bo: buys halves of lots 3 % under the oracle's price without capital: sells in the auction's callback, then pays");
}

/// Says which prices are replayed, and thins a series that is too long.
fn announce(series: Series) -> Series {
    let series = series.thin(MOST_ROWS);
    let (first, last) = (series.first(), series.last());
    let low = series
        .rows
        .iter()
        .fold(f64::INFINITY, |low, row| low.min(row.price));
    output::step(format_args!(
        "prices: {}, {} rows, {} to {}, {} first, {} lowest, {} last",
        series.name,
        series.read,
        date(first.time),
        date(last.time),
        price(first.price),
        price(low),
        price(last.price),
    ));
    if series.rows.len() < series.read {
        output::line(format_args!(
            "    {} rows are replayed, so that it takes no more than minutes: of each stretch of equal length the lowest",
            series.rows.len()
        ));
    }
    series
}

/// Checks what must always hold on the final state, and that nothing went wrong on the way.
fn check(world: &mut World) -> Result<()> {
    let mut failures = std::mem::take(&mut world.violations);
    for (id, check) in invariants::CHECKS {
        match check(&mut world.suite) {
            Ok(()) => output::line(format_args!("{id}: holds")),
            Err(what) => {
                output::line(format_args!("{id}: DOES NOT HOLD: {what}"));
                failures.push(format!("{id}: {what}"));
            }
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(Error::new(format!(
            "demo: failed\n  {}",
            failures.join("\n  ")
        ))),
    }
}
