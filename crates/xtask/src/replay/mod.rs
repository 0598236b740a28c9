//! `cargo xtask replay`: real price series through the deployed oracle adapter, and what it said.
//!
//! | file | what is in it |
//! |---|---|
//! | `series.rs` | candles and Chainlink rounds from CSV files |
//! | `fault.rs` | errors planted in feeds |
//! | `run.rs` | the passing of time: feeds answer, somebody pokes, the quote is noted |
//! | `report.rs`, `figure.rs` | what came of it, as text and as a picture |
//! | `claims.rs` | tests: what contracts/oracle-adapter/README.md says of halts and faults, on real series |

#[cfg(test)]
mod claims;
mod fault;
mod figure;
mod report;
mod run;
mod series;

use std::{path::PathBuf, time::Instant};

use breakwater_tests::Programs;

use self::report::Report;
pub(crate) use self::{
    fault::{Fault, Kind},
    series::Series,
};
use crate::{
    error::{Error, Result},
    output, solidity,
    table::Table,
    wasm,
    workspace::Workspace,
};

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options {
    /// Series to replay, each on an adapter of its own.
    pub(crate) files: Vec<PathBuf>,
    /// Replay a candle's four prices, not only its close.
    pub(crate) wicks: bool,
    /// Draw a figure of each.
    pub(crate) figure: bool,
    /// An error to plant.
    pub(crate) fault: Option<Fault>,
    /// Largest age of an answer; by default what the file's feed promises.
    pub(crate) max_age: Option<u32>,
}

/// Builds, deploys, replays; prints a table, a line a series.
///
/// # Errors
///
/// If a file cannot be read, something cannot be built, or the adapter did not keep its bounds.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.files.is_empty() {
        return Err(Error::usage("replay takes one or more price files")
            .advise("`cargo xtask help replay` tells the formats"));
    }
    // Before anything is built: a wrong file is known at once.
    let series = options
        .files
        .iter()
        .map(|file| Series::load(file, options.wicks));
    let series: Vec<Series> = series.collect::<Result<_>>()?;
    let workspace = Workspace::find()?;
    let artifacts = wasm::build_all(&workspace)?;
    artifacts.check_activation()?;
    let contracts = solidity::compile(&workspace)?;
    let programs = Programs::read(&artifacts.folder, &contracts).map_err(Error::new)?;

    let started = Instant::now();
    let mut table = Table::new(Report::TITLES);
    let mut wrong = Vec::new();
    for series in &series {
        output::step(format_args!("replaying {}", series.name));
        let run = run::replay(series, options, &programs)?;
        let report = Report::new(series, &run);
        output::line(report.events());
        if let Some(text) = report.fault() {
            output::line(text);
        }
        wrong.extend(
            report
                .violations()
                .iter()
                .map(|text| format!("{}: {text}", series.name)),
        );
        table.row(report.row());
        if options.figure {
            let folder = workspace.target().join("replay");
            let path = folder.join(format!("{}.svg", series.stem()));
            figure::write(series, &run, &path)?;
            output::line(format_args!("    figure: {}", path.display()));
        }
    }
    output::line(format_args!("\n{}\n", table.render()));
    output::line(Report::LEGEND);
    if !wrong.is_empty() {
        let text = wrong.join("\n  ");
        return Err(Error::new(format!(
            "the adapter did not keep its bounds\n  {text}"
        )));
    }
    let time = output::elapsed(started.elapsed());
    output::line(format_args!("replay: ok ({time} without building)"));
    Ok(())
}
