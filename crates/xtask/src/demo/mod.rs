//! `cargo xtask demo`: a whole Breakwater on the embedded chain, and what a crash does to sixty accounts.
//!
//! | file | what is in it |
//! |---|---|
//! | `series.rs` | prices from a CSV file |
//! | `accounts.rs` | sixty borrowers from a seed |
//! | `world.rs` | the deployment, its people, prices |
//! | `keeper.rs`, `bidders.rs` | who acts, by which rules |
//! | `replay.rs` | the passing of time |
//! | `story.rs` | the timeline |
//! | `summary.rs`, `figure.rs`, `chart.rs` | what came of it, as text and as a picture |

mod accounts;
mod bidders;
pub(crate) mod chart;
mod figure;
mod keeper;
mod replay;
mod series;
mod story;
mod summary;
mod world;

use std::{path::PathBuf, time::Instant};

use breakwater_tests::{invariants, Failure, Programs};

pub(crate) use self::story::date;
use self::{
    series::{Series, MOST_ROWS},
    world::World,
};
use crate::{
    error::{Error, Result},
    output, solidity, wasm,
    workspace::Workspace,
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

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(format!("a call failed that should not: {failure}"))
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
    let artifacts = wasm::build_all(&workspace)?;
    artifacts.check_activation()?;
    let contracts = solidity::compile(&workspace)?;
    let programs = Programs::read(&artifacts.folder, &contracts).map_err(Error::new)?;

    let started = Instant::now();
    let series = announce(series);
    output::step("deploying on an embedded chain");
    let plans = accounts::plan(options.seed);
    let mut world = World::deploy(&series, &plans, &programs)?;
    world.describe();
    output::step(format_args!(
        "opening {} accounts, seed {}",
        accounts::ACCOUNTS,
        options.seed
    ));
    world.open(&plans)?;
    world.describe_accounts();
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
        story::date(first.time),
        story::date(last.time),
        story::price(first.price),
        story::price(low),
        story::price(last.price),
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
