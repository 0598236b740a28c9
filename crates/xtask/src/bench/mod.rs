//! How fast the embedded chain is: time, memory, and instructions, which compare between machines.

mod node;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    output, process, solidity,
    table::{thousands, Table},
    wasm,
    workspace::{cargo, Workspace},
};

/// What is run: name of the workload, what the table calls it, and how often for time and for instructions.
const WORKLOADS: [(&str, &str, u64, u64); 4] = [
    ("start", "start of a chain", 200, 200),
    ("token-transfer", "ERC-20 transfer", 3_000, 200),
    ("vault-deposit", "vault deposit", 2_000, 50),
    ("auction-take", "auction take", 1_000, 50),
];
/// Runs of each; the table has the median of their medians.
const RUNS: usize = 5;
/// Starts of a node.
const NODE_STARTS: usize = 11;
/// Transactions after which memory is looked at.
const MEMORY_TRANSACTIONS: u64 = 10_000;
const MIB: f64 = 1024.0 * 1024.0;

/// What the program `workload` prints.
#[derive(Clone, Debug, Deserialize)]
struct Run {
    median_ns: u64,
    gas: u64,
    peak_before: Option<u64>,
    peak_after: Option<u64>,
}

/// Figures of a workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Measured {
    /// What it is.
    workload: &'static str,
    /// Median time of one, nanoseconds.
    median_ns: u64,
    /// How many in a second.
    per_second: f64,
    /// Gas of one; zero for a start.
    gas: u64,
    /// Instructions of one, as callgrind counts them; none if valgrind is not installed.
    instructions: Option<u64>,
}

/// Everything that is measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Report {
    workloads: Vec<Measured>,
    /// Most memory of a process that deployed everything, before and after 10,000 token transfers, bytes.
    peak_memory_before: Option<u64>,
    peak_memory_after: Option<u64>,
    node: node::Figures,
}

/// Builds and runs the workloads, prints the table, and writes it to `json` if that is given.
///
/// # Errors
///
/// If something cannot be built, or a workload fails.
pub(crate) fn run(workspace: &Workspace, json: Option<&Path>) -> Result<()> {
    wasm::build_all(workspace)?;
    solidity::compile(workspace)?;
    let program = build(workspace)?;
    let mut workloads = Vec::new();
    for (name, title, count, few) in WORKLOADS {
        output::step(format_args!("{title}: {RUNS} runs of {count}"));
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            runs.push(workload(workspace, &program, name, count)?);
        }
        workloads.push(measured(
            title,
            &runs,
            instructions(workspace, &program, name, few)?,
        ));
    }
    output::step(format_args!(
        "memory: {} token transfers",
        thousands(MEMORY_TRANSACTIONS)
    ));
    let memory = workload(workspace, &program, "token-transfer", MEMORY_TRANSACTIONS)?;
    output::step(format_args!(
        "node: {NODE_STARTS} starts, {} transfers of ether",
        thousands(MEMORY_TRANSACTIONS)
    ));
    let report = Report {
        workloads,
        peak_memory_before: memory.peak_before,
        peak_memory_after: memory.peak_after,
        node: node::measure(NODE_STARTS, MEMORY_TRANSACTIONS)?,
    };
    output::line(format_args!("\n{}", render(&report)));
    if let Some(path) = json {
        let text =
            serde_json::to_string_pretty(&report).map_err(|error| Error::new(error.to_string()))?;
        std::fs::write(path, text + "\n").map_err(Error::io("write", path))?;
    }
    Ok(())
}

/// Builds the program `workload`, optimised.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let mut command = cargo();
    command
        .current_dir(workspace.root())
        .args(["build", "--locked", "--profile", "bench"])
        .args(["--package", "breakwater-bench", "--bin", "workload"]);
    process::run(&mut command, "building the workloads", |_| {})?;
    // Cargo leaves the profile `bench` in the folder of releases.
    Ok(workspace.target().join("release/workload"))
}

fn workload(workspace: &Workspace, program: &Path, name: &str, count: u64) -> Result<Run> {
    let output = environment(Command::new(program), workspace)
        .args([name, &count.to_string()])
        .output()
        .map_err(Error::io("run", program))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(Error::new(format!(
            "the workload {name} failed: {}",
            said.trim()
        )));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Error::new(format!("the workload {name} printed no figures: {error}")))
}

fn environment(mut command: Command, workspace: &Workspace) -> Command {
    command
        .env("BREAKWATER_WASM_DIR", workspace.programs())
        .env("BREAKWATER_SOLIDITY_DIR", workspace.solidity())
        .stdin(Stdio::null());
    command
}

fn measured(title: &'static str, runs: &[Run], instructions: Option<u64>) -> Measured {
    let median_ns = median(runs.iter().map(|run| run.median_ns).collect());
    Measured {
        workload: title,
        median_ns,
        per_second: 1e9 / (median_ns.max(1) as f64),
        gas: runs.first().map_or(0, |run| run.gas),
        instructions,
    }
}

fn median(mut times: Vec<u64>) -> u64 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or(0)
}

/// Most memory that a process has held, in bytes; none where the system does not say.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1_024)
}

/// Instructions of one transaction or start, counted by callgrind over a few; none if valgrind is not installed.
fn instructions(
    workspace: &Workspace,
    program: &Path,
    name: &str,
    count: u64,
) -> Result<Option<u64>> {
    let folder = workspace.target().join("tmp");
    std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let profile = folder.join(format!("callgrind.{name}"));
    // Of what the program calls, only these functions are counted. (One transaction is sent besides, for its gas.)
    let output = environment(Command::new("valgrind"), workspace)
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg("--toggle-collect=*measured_*")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .args([name, &count.to_string()])
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            output::line("    instructions are not counted: valgrind is not installed (Debian: apt install valgrind)");
            return Ok(None);
        }
        Err(error) => return Err(Error::new(format!("cannot run valgrind: {error}"))),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let total = collected(&said).filter(|_| output.status.success());
    let Some(total) = total else {
        let last = said.lines().last().unwrap_or_default();
        return Err(Error::new(format!(
            "callgrind counted nothing for {name}: {last}"
        )));
    };
    let more = u64::from(name != "start");
    Ok(Some(total / (count + more)))
}

/// The sum in callgrind's closing lines: `==7== Collected : 123`.
fn collected(said: &str) -> Option<u64> {
    let (_, number) = said
        .lines()
        .rev()
        .find_map(|line| line.split_once("Collected : "))?;
    number.trim().parse().ok()
}

fn render(report: &Report) -> String {
    let mut table = Table::new(["", "median", "per second", "gas", "instructions"]);
    for measured in &report.workloads {
        let gas = match measured.gas {
            0 => "-".to_owned(),
            gas => thousands(gas),
        };
        table.row(vec![
            measured.workload.to_owned(),
            format!("{:.1} us", measured.median_ns as f64 / 1e3),
            thousands(measured.per_second as u64),
            gas,
            measured.instructions.map_or("-".to_owned(), thousands),
        ]);
    }
    let mut text = table.render();
    let node = &report.node;
    text.push_str(&format!(
        "\n\nnode, from the start of its process to the first answer: {:.0} ms",
        node.start_ns as f64 / 1e6
    ));
    text.push_str(&format!(
        "\nnode, transfers of ether over HTTP, one after another: {} per second",
        thousands(node.per_second as u64)
    ));
    text.push_str(&memory(
        "chain with everything deployed",
        "ERC-20 transfers",
        report.peak_memory_before.zip(report.peak_memory_after),
    ));
    text.push_str(&memory(
        "new node",
        "transfers of ether",
        node.peak_before.zip(node.peak_after),
    ));
    text
}

/// The line that says how much memory was used at most; nothing where that is not known.
fn memory(before: &str, then: &str, peaks: Option<(u64, u64)>) -> String {
    let Some((first, last)) = peaks else {
        return String::new();
    };
    format!(
        "\npeak memory, {before}: {:.1} MiB, and {:.1} MiB after {} {then}",
        first as f64 / MIB,
        last as f64 / MIB,
        thousands(MEMORY_TRANSACTIONS)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(median_ns: u64) -> Run {
        Run {
            median_ns,
            gas: 21_000,
            peak_before: None,
            peak_after: None,
        }
    }

    #[test]
    fn a_workload_has_the_median_of_its_runs() {
        let found = measured("x", &[run(30), run(10), run(20_000)], Some(7));
        assert_eq!((found.median_ns, found.gas), (30, 21_000));
        assert_eq!(measured("x", &[run(250)], None).per_second, 4_000_000.0);
    }

    #[test]
    fn the_closing_lines_of_callgrind_are_read() {
        let said = "==7== Events    : Ir\n==7== Collected : 4201\n==7==\n==7== I   refs: 4,201\n";
        assert_eq!(collected(said), Some(4_201));
        assert_eq!(collected("==7== nothing"), None);
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let report = Report {
            workloads: vec![Measured {
                gas: 0,
                ..measured("start", &[run(12_345)], None)
            }],
            peak_memory_before: Some(1 << 20),
            peak_memory_after: Some(3 << 19),
            node: node::Figures {
                start_ns: 41_600_000,
                per_second: 1_234.5,
                peak_before: None,
                peak_after: Some(1),
            },
        };
        let text = render(&report);
        assert!(
            text.contains("12.3 us") && text.contains("81,004"),
            "{text}"
        );
        let row = text.lines().last().unwrap_or_default();
        assert!(row.contains("1.0 MiB") && row.contains("1.5 MiB"), "{text}");
        assert!(text.contains("first answer: 42 ms") && text.contains("1,234 per"));
        assert!(!text.contains("new node"), "{text}");
        assert_eq!(text.matches(" -").count(), 2 + 4, "{text}");
    }
}
