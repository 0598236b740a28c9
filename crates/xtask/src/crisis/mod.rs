//! `cargo xtask crisis`: a crash with thin bidding through vault, auction, fund and lenders, on the compiled programs.
//!
//! | file | what is in it |
//! |---|---|
//! | `cut.rs` | the part of a price series that is replayed |
//! | `rules.rs` | who stops when, and what goes wrong when |
//! | `run.rs` | the passing of time |
//! | `people.rs` | bidders, keeper, lenders, stakers |
//! | `stage.rs` | the deployment, and a fund of each size |
//! | `tally.rs` | what happened, from events |
//! | `story.rs` | the waterfall's table |
//! | `compare.rs`, `figure.rs` | the three funds beside each other, as text and as a picture |
//!
//! The market itself and its accounts are in [`crate::market`].

mod compare;
mod cut;
mod figure;
mod people;
mod rules;
mod run;
mod stage;
mod story;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use breakwater_tests::Programs;

use self::{
    rules::{Case, Script},
    run::{Crisis, Outcome},
};
use crate::{
    error::{Error, Result},
    market::{self, Series},
    output,
    workspace::Workspace,
};

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Price series; the one of March 2020 if none.
    pub(crate) files: Vec<PathBuf>,
    /// Decides the accounts.
    pub(crate) seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            seed: 1,
        }
    }
}

/// Time between two words on how far it is.
const TOLD: Duration = Duration::from_secs(10);

/// Builds, and replays each series with each fund.
///
/// # Errors
///
/// If prices cannot be read, something cannot be built, or what must always hold does not.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Before anything is built: a wrong file is known at once.
    let series = match options.files.as_slice() {
        [] => vec![cut::load(None)?],
        files => {
            let loaded = files.iter().map(|file| cut::load(Some(file)));
            loaded.collect::<Result<_>>()?
        }
    };
    let workspace = Workspace::find()?;
    let programs = market::build(&workspace)?;
    let started = Instant::now();
    let mut failures = Vec::new();
    for cut in &series {
        for line in cut.lines() {
            output::step(line);
        }
        failures.extend(replay(&cut.series, options.seed, &programs, &workspace)?);
    }
    let time = output::elapsed(started.elapsed());
    if failures.is_empty() {
        output::line(format_args!("crisis: ok ({time} without building)"));
        return Ok(());
    }
    Err(Error::new(format!(
        "crisis: failed\n  {}",
        failures.join("\n  ")
    )))
}

/// Replays a series with each fund, each on a chain of its own, and prints what came of it. Returns what did not hold.
fn replay(
    series: &Series,
    seed: u64,
    programs: &Programs,
    workspace: &Workspace,
) -> Result<Vec<String>> {
    let script = Script::of(series);
    for line in script.lines() {
        output::line(format_args!("    {line}"));
    }
    let outcomes = together(series, &script, seed, programs)?;
    for outcome in &outcomes {
        output::step(outcome.case.title());
        for line in &outcome.lines {
            output::line(format_args!("    {line}"));
        }
    }
    for line in story::LEGEND {
        output::line(format_args!("    {line}"));
    }
    output::step("the three funds beside each other");
    output::line(format_args!("{}\n", compare::table(&outcomes)));
    let figure = format!("{}.svg", series.stem());
    let figure = workspace.target().join("crisis").join(figure);
    figure::write(&outcomes, &script, &figure)?;
    let shown = figure.strip_prefix(workspace.root()).unwrap_or(&figure);
    output::line(format_args!("figure: {}\n", shown.display()));
    let failures = outcomes.iter().flat_map(|outcome| {
        let place = format!("{}, fund {}", series.name, outcome.case.name());
        outcome
            .failures
            .iter()
            .map(move |what| format!("{place}: {what}"))
    });
    Ok(failures.collect())
}

/// All cases at once, each in a thread; meanwhile says how far they are.
fn together(
    series: &Series,
    script: &Script,
    seed: u64,
    programs: &Programs,
) -> Result<Vec<Outcome>> {
    let progress: [AtomicUsize; Case::ALL.len()] = Default::default();
    std::thread::scope(|scope| {
        let handles: Vec<_> = Case::ALL
            .into_iter()
            .zip(&progress)
            .map(|(case, progress)| {
                scope.spawn(move || Crisis::play(series, script, case, seed, programs, progress))
            })
            .collect();
        let mut told = Instant::now();
        while handles.iter().any(|handle| !handle.is_finished()) {
            std::thread::sleep(Duration::from_millis(20));
            if told.elapsed() >= TOLD {
                told = Instant::now();
                let far = Case::ALL.iter().zip(&progress).map(|(case, rows)| {
                    let percent = rows.load(Ordering::Relaxed) * 100 / series.rows.len();
                    format!("fund {}: {percent} %", case.name())
                });
                let far: Vec<String> = far.collect();
                // Not among what is the same each time.
                output::error_line(format_args!("    … {}", far.join(", ")));
            }
        }
        let results = handles.into_iter().map(|handle| match handle.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect()
    })
}
