//! `workload NAME COUNT`: sends a workload's transaction COUNT times and prints figures as a line of JSON.
//! `workload start COUNT`: makes COUNT new chains.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use breakwater_bench::{measured_start, Workload};
use lexopt::ValueExt;
use serde::Serialize;

#[derive(Serialize)]
struct Figures {
    count: u64,
    /// Median, nanoseconds.
    median_ns: u128,
    /// Of all together, seconds.
    seconds: f64,
    /// Gas of one, zero for a start.
    gas: u64,
    /// Most memory that the process held before the first and after the last, bytes; none where the system does not say.
    peak_before: Option<u64>,
    peak_after: Option<u64>,
}

fn main() -> ExitCode {
    match run() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let (name, count) = arguments().map_err(|error| error.to_string())?;
    let figures = match Workload::from_name(&name) {
        Some(workload) => transactions(workload, count)?,
        None if name == "start" => starts(count),
        None => {
            let names = Workload::ALL.map(Workload::name).join(", ");
            return Err(format!(
                "there is no workload {name:?}: use one of start, {names}"
            ));
        }
    };
    serde_json::to_string(&figures).map_err(|error| error.to_string())
}

fn arguments() -> Result<(String, u64), lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let mut values = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Value(value) => values.push(value),
            other => return Err(other.unexpected()),
        }
    }
    match values.as_slice() {
        [name, count] => Ok((name.clone().string()?, count.parse()?)),
        _ => Err("the name of a workload and a count are needed".into()),
    }
}

fn transactions(workload: Workload, count: u64) -> Result<Figures, String> {
    let mut ready = workload.prepare()?;
    let peak_before = peak_memory();
    let started = Instant::now();
    let times = ready.run(count)?;
    let seconds = started.elapsed().as_secs_f64();
    let peak_after = peak_memory();
    ready.turn()?;
    Ok(Figures {
        count,
        median_ns: median(times),
        seconds,
        gas: ready.measured_transaction()?,
        peak_before,
        peak_after,
    })
}

fn starts(count: u64) -> Figures {
    let peak_before = peak_memory();
    let started = Instant::now();
    let times = (0..count)
        .map(|_| {
            let started = Instant::now();
            let chain = measured_start();
            let time = started.elapsed();
            drop(chain);
            time
        })
        .collect();
    Figures {
        count,
        median_ns: median(times),
        seconds: started.elapsed().as_secs_f64(),
        gas: 0,
        peak_before,
        peak_after: peak_memory(),
    }
}

fn median(mut times: Vec<Duration>) -> u128 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0, |time| time.as_nanos())
}

/// Most memory that this process has held, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1_024)
}
