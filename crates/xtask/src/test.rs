//! All checks, one after the other, and a summary.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    abi,
    error::{Error, Result},
    output, process, reproducible, setup, size, solidity,
    table::Table,
    wasm,
    workspace::{cargo, Workspace},
};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    /// What it needs was not there, because an earlier check failed.
    NotRun,
}

/// The checks so far.
#[derive(Debug, Default)]
struct Checks {
    done: Vec<(&'static str, Verdict, Duration)>,
}

impl Checks {
    /// Runs a check. A failure is shown at once and does not stop the others.
    fn run<T>(&mut self, name: &'static str, check: impl FnOnce() -> Result<T>) -> Option<T> {
        output::step(format_args!("check: {name}"));
        let started = Instant::now();
        let result = check();
        let time = started.elapsed();
        let verdict = match &result {
            Ok(_) => Verdict::Passed,
            Err(error) => {
                output::error_line(error);
                Verdict::Failed
            }
        };
        output::line(format_args!(
            "    {name}: {}, {}",
            word(verdict),
            output::elapsed(time)
        ));
        self.done.push((name, verdict, time));
        result.ok()
    }

    /// Notes that a check could not be run.
    fn not_run(&mut self, name: &'static str) {
        self.done.push((name, Verdict::NotRun, Duration::ZERO));
    }

    fn failed(&self) -> Vec<&'static str> {
        let failed = self
            .done
            .iter()
            .filter(|(_, verdict, _)| *verdict != Verdict::Passed);
        failed.map(|(name, _, _)| *name).collect()
    }

    fn render(&self) -> String {
        let mut table = Table::new(["check", "result", "time"]);
        for (name, verdict, time) in &self.done {
            table.row(vec![
                (*name).to_owned(),
                word(*verdict).to_owned(),
                output::elapsed(*time),
            ]);
        }
        table.render()
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok",
        Verdict::Failed => "FAILED",
        Verdict::NotRun => "not run",
    }
}

/// What the closing lines of all test binaries add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    /// Ignored, or ended at once because something outside the repository was missing.
    skipped: u64,
}

impl Counts {
    /// Reads a line of a test binary: `test result: ok. 3 passed; 0 failed; 1 ignored; …` closes it. A test that finds
    /// something missing outside the repository writes `skipped: <its name>: <what is missing>` to the standard error
    /// output itself (not by `eprintln!`, which the test harness keeps for failures) and returns; the harness counts it
    /// as passed, which is taken back here.
    fn observe(&mut self, line: &str) {
        if line.starts_with("skipped: ") {
            self.skipped += 1;
            self.passed = self.passed.wrapping_sub(1);
            return;
        }
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for part in counts.split("; ") {
            let Some((count, what)) = part.split_once(' ') else {
                continue;
            };
            let Ok(count) = count.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => self.passed = self.passed.wrapping_add(count),
                "failed" => self.failed += count,
                "ignored" => self.skipped += count,
                _ => {}
            }
        }
    }

    fn render(&self) -> String {
        format!(
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// The seed of random tests where none is given. Fixed, so that one commit has one verdict; other seeds look further.
pub(crate) const DEFAULT_SEED: u64 = 1;

/// Runs all checks, random tests with `seed`.
///
/// # Errors
///
/// If one of them failed, or could not be run.
pub(crate) fn run(workspace: &Workspace, seed: u64) -> Result<()> {
    let started = Instant::now();
    let mut checks = Checks::default();
    let mut counts = Counts::default();
    let in_root = || {
        let mut command = cargo();
        command.current_dir(workspace.root());
        command
    };

    checks.run("format", || {
        setup::components(workspace)?;
        quiet(in_root().args(["fmt", "--all", "--check"]), "cargo fmt")
            .map_err(|error| error.advise("`cargo fmt --all`"))
    });
    checks.run("clippy", || {
        let arguments = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ];
        quiet(in_root().args(arguments), "cargo clippy")
    });
    let programs = checks.run("programs", || wasm::build_all(workspace));
    if let Some(programs) = &programs {
        checks.run("size", || {
            let sizes = size::measure(programs);
            output::line(size::render(&sizes));
            size::check(&sizes)
        });
        checks.run("activation", || programs.check_activation());
        checks.run("reproducible", || {
            reproducible::check(workspace, &programs.programs)
        });
    } else {
        for check in ["size", "activation", "reproducible"] {
            checks.not_run(check);
        }
    }
    checks.run("abi", || abi::check(workspace));
    let contracts = checks.run("Solidity", || solidity::compile(workspace));
    let clients = checks.run("clients", || {
        // Also where what they compiled is unchanged: the documents' Solidity is compiled by tests.
        setup::node_packages(
            &workspace.solidity_sources(),
            "the documents' Solidity is compiled against the interfaces",
        )?;
        setup::node_packages(
            &workspace.client_packages(),
            "tests run ethers, viem and cast against the node",
        )?;
        setup::node_packages(
            &workspace.scripts(),
            "deployment and operation are TypeScript on ethers",
        )?;
        setup::cargo_stylus(workspace)
    });
    if let (Some(programs), Some(contracts), Some(cargo_stylus)) = (programs, contracts, clients) {
        checks.run("tests", || {
            output::line(format_args!(
                "    random tests use seed {seed}; `cargo xtask test --seed N` tries others"
            ));
            // All binaries, also after a failure: the counts are those of the whole.
            let mut command = in_root();
            command
                .args(["test", "--workspace", "--locked", "--no-fail-fast"])
                .env("PROPTEST_RNG_SEED", seed.to_string())
                .env("BREAKWATER_WASM_DIR", &programs.folder)
                .env("BREAKWATER_SOLIDITY_DIR", &contracts)
                .env("BREAKWATER_CARGO_STYLUS", &cargo_stylus);
            process::run(&mut command, "cargo test", |line| counts.observe(line))
        });
    } else {
        checks.not_run("tests");
    }

    output::line(format_args!("\n{}\n", checks.render()));
    let failed = checks.failed();
    let time = output::elapsed(started.elapsed());
    if failed.is_empty() {
        output::line(format_args!("test: ok, {time}"));
    } else {
        output::line(format_args!("test: FAILED ({}), {time}", failed.join(", ")));
    }
    output::line(counts.render());
    if failed.is_empty() {
        return Ok(());
    }
    Err(
        Error::new(format!("failed or not run: {}", failed.join(", ")))
            .advise("the output of each is above, after its line `==> check: …`"),
    )
}

fn quiet(command: &mut Command, what: &str) -> Result<()> {
    process::run(command, what, |_| {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_all_test_binaries_are_added_up() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test money::rounds_down ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 5 filtered out; finished in 0.01s",
        ] {
            counts.observe(line);
        }
        assert_eq!(counts.render(), "5 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_test_that_found_something_missing_counts_as_skipped() {
        let mut counts = Counts::default();
        counts.observe("skipped: vectors: ../shared is not there");
        counts
            .observe("test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(counts.render(), "1 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn a_failed_check_is_summed_up_and_does_not_stop_the_next() {
        let mut checks = Checks::default();
        assert_eq!(
            checks.run("first", || Err::<(), _>(Error::new("broken"))),
            None
        );
        assert_eq!(checks.run("second", || Ok(7)), Some(7));
        checks.not_run("third");
        assert_eq!(checks.failed(), ["first", "third"]);
        let table = checks.render();
        let words: Vec<Vec<&str>> = table
            .lines()
            .map(|line| line.split_whitespace().take(2).collect())
            .collect();
        assert_eq!(words[2], ["first", "FAILED"]);
        assert_eq!(words[3], ["second", "ok"]);
        assert_eq!(words[4], ["third", "not"]);
    }
}
