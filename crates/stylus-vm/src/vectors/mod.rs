//! Runs reference test vectors: modules with the exact figures that the chain's own virtual machine gives for them.
//!
//! A directory holds `cases.json` and the modules it names. The format is that of `shared/vectors/stylus`.

mod case;
mod world;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
};

use alloy_primitives::hex;
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};

use crate::{
    activate, prepare::without_custom_sections, run, ActivationError, PageCounters, Program,
    RunResult,
};
use case::{Case, Cases};
use world::World;

/// Longest output that vectors give in full.
const MAX_OUTPUT_IN_FULL: usize = 2_048;

/// Vectors could not be read.
#[derive(Debug)]
pub struct VectorsError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for VectorsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path.display(), self.message)
    }
}

impl std::error::Error for VectorsError {}

/// A figure that is not the reference's.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Which figure.
    pub figure: String,
    /// The reference's; null if it has none.
    pub expected: Value,
    /// Ours; null if there is none.
    pub found: Value,
}

/// A case, and the figures that differ.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseReport {
    /// Name of the case.
    pub name: String,
    /// Figures that were compared.
    pub figures: usize,
    /// Those that differ.
    pub mismatches: Vec<Mismatch>,
    /// Why the case could not be run at all.
    pub problem: Option<String>,
}

impl CaseReport {
    /// True if the case was run and every figure is the reference's.
    pub fn is_equal(&self) -> bool {
        self.problem.is_none() && self.mismatches.is_empty()
    }

    fn new(name: String) -> Self {
        Self {
            name,
            figures: 0,
            mismatches: Vec::new(),
            problem: None,
        }
    }
}

/// Runs all cases of a directory, writes one line for each and one for each figure that differs, and returns what it
/// found. A case that cannot be read, or whose module cannot, is a report with its problem; the others are run.
///
/// # Errors
///
/// If `cases.json` is missing or is no list of cases of this machine, or if writing fails.
pub fn run_directory(
    directory: &Path,
    log: &mut dyn Write,
) -> Result<Vec<CaseReport>, VectorsError> {
    let cases_path = directory.join("cases.json");
    let unreadable = |path: &Path, error: &dyn fmt::Display| VectorsError {
        path: path.to_path_buf(),
        message: error.to_string(),
    };
    let text =
        std::fs::read_to_string(&cases_path).map_err(|error| unreadable(&cases_path, &error))?;
    let cases = Cases::read(&text).map_err(|error| unreadable(&cases_path, &error))?;
    let mut modules: HashMap<String, Result<Module, String>> = HashMap::new();
    let mut reports = Vec::with_capacity(cases.cases.len());
    for (index, value) in cases.cases.into_iter().enumerate() {
        let report = report_on(index, value, directory, &mut modules);
        write_report(&report, log).map_err(|error| unreadable(&cases_path, &error))?;
        reports.push(report);
    }
    Ok(reports)
}

/// Reads a case, and its module unless that was read before, and runs it.
fn report_on(
    index: usize,
    value: Value,
    directory: &Path,
    modules: &mut HashMap<String, Result<Module, String>>,
) -> CaseReport {
    let name = match value.get("name").and_then(Value::as_str) {
        Some(name) => name.to_string(),
        None => format!("case {}, without a name", index + 1),
    };
    let mut report = CaseReport::new(name);
    let case: Case = match serde_json::from_value(value) {
        Ok(case) => case,
        Err(error) => {
            report.problem = Some(format!("the case cannot be read: {error}"));
            return report;
        }
    };
    let module = modules
        .entry(case.wat.clone())
        .or_insert_with(|| Module::read(&directory.join(&case.wat)));
    match module {
        Ok(module) => run_case(&case, module, &mut report),
        Err(problem) => report.problem = Some(problem.clone()),
    }
    report
}

fn write_report(report: &CaseReport, log: &mut dyn Write) -> io::Result<()> {
    let verdict = if report.is_equal() { "ok  " } else { "FAIL" };
    writeln!(
        log,
        "{verdict} {} ({} figures)",
        report.name, report.figures
    )?;
    if let Some(problem) = &report.problem {
        // One line, also where the text parser points at the place.
        let problem = problem.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(log, "       not run: {problem}")?;
    }
    for Mismatch {
        figure,
        expected,
        found,
    } in &report.mismatches
    {
        writeln!(log, "       {figure}: expected {expected}, found {found}")?;
    }
    Ok(())
}

/// A module and the verdict on it; several cases share one.
struct Module {
    wasm: Vec<u8>,
    verdict: Result<Program, ActivationError>,
}

impl Module {
    fn read(path: &Path) -> Result<Self, String> {
        let unreadable = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let named = wat::parse_file(path).map_err(|error| unreadable(&error))?;
        let wasm = without_custom_sections(&named).map_err(|error| unreadable(&error))?;
        let verdict = activate(&wasm);
        Ok(Self { wasm, verdict })
    }
}

fn run_case(case: &Case, module: &Module, report: &mut CaseReport) {
    compare(
        "activation",
        &case.activation,
        &activation_figures(module),
        report,
    );
    match (&case.run, &module.verdict) {
        (Value::Null, _) => {}
        (expected, Ok(program)) => {
            let mut world = World::new(case, program.figures().footprint_pages);
            let environment = world.environment(case);
            let result = run(
                program,
                &mut world,
                &environment,
                &case.calldata_hex,
                case.gas_limit,
                case.gas_limit,
            );
            compare("run", expected, &run_figures(&result, world), report);
        }
        (expected, Err(_)) => report.mismatches.push(Mismatch {
            figure: "run".into(),
            expected: expected.get("outcome").cloned().unwrap_or_default(),
            found: Value::Null,
        }),
    }
}

/// Compares two trees of figures; lists are compared item by item so that a difference names its place.
fn compare(path: &str, expected: &Value, found: &Value, report: &mut CaseReport) {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let missing = Value::Null;
                let pair = (
                    left.get(key).unwrap_or(&missing),
                    right.get(key).unwrap_or(&missing),
                );
                compare(&format!("{path}.{key}"), pair.0, pair.1, report);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            let missing = Value::Null;
            for index in 0..left.len().max(right.len()) {
                let pair = (
                    left.get(index).unwrap_or(&missing),
                    right.get(index).unwrap_or(&missing),
                );
                compare(&format!("{path}[{index}]"), pair.0, pair.1, report);
            }
        }
        _ => {
            report.figures += 1;
            if expected != found {
                report.mismatches.push(Mismatch {
                    figure: path.to_string(),
                    expected: expected.clone(),
                    found: found.clone(),
                });
            }
        }
    }
}

fn activation_figures(module: &Module) -> Value {
    let sha256 = hex::encode(Sha256::digest(&module.wasm));
    match &module.verdict {
        Err(error) => json!({
            "accepted": false,
            "wasm_len": module.wasm.len(),
            "wasm_sha256": sha256,
            "reason_class": error.class.name(),
        }),
        Ok(program) => {
            let figures = program.figures();
            let none_open = PageCounters::default();
            json!({
                "accepted": true,
                "wasm_len": figures.wasm_len,
                "wasm_sha256": sha256,
                "footprint_pages": figures.footprint_pages,
                "init_cost": figures.init_cost,
                "cached_cost": figures.cached_cost,
                "asm_estimate": figures.asm_estimate,
                "activation_gas": figures.activation_gas,
                "first_added_global": figures.first_added_global,
                "entry_function": figures.entry_function,
                "entry_gas_cached": figures.entry_gas(true, &none_open),
                "entry_gas_not_cached": figures.entry_gas(false, &none_open),
            })
        }
    }
}

fn run_figures(result: &RunResult, world: World<'_>) -> Value {
    let mut figures = Map::new();
    let mut set = |key: &str, value: Value| {
        figures.insert(key.to_string(), value);
    };
    let output_len = result.output.len();
    set("outcome", json!(result.outcome.name()));
    set("output_len", json!(output_len));
    if output_len > MAX_OUTPUT_IN_FULL {
        set(
            "output_sha256",
            json!(hex::encode(Sha256::digest(&result.output))),
        );
    } else {
        set("output_hex", json!(hex::encode_prefixed(&result.output)));
    }
    set("ink_start", json!(result.ink_start));
    set("ink_used", json!(result.ink_start - result.ink_left));
    set("ink_left", json!(result.ink_left));
    if let Some(ink) = result.ink_at_stop {
        set("ink_at_stop", json!(ink));
    }
    set("gas_left", json!(result.gas_left));
    set("return_data_gas", json!(result.return_data_gas));
    set("gas_left_to_caller", json!(result.gas_left_to_caller));
    if result.out_of_gas_by_return_data {
        set("out_of_gas_by_return_data", json!(true));
    }
    let committed = result.outcome == crate::Outcome::Return;
    set("refund", json!(if committed { world.refund } else { 0 }));
    set("pages_open", json!(world.pages.open()));
    set("pages_ever", json!(world.pages.ever()));
    let trace = world.trace.iter().map(
        |call| json!({ "name": call.name, "start_ink": call.start_ink, "end_ink": call.end_ink }),
    );
    set("hostio_trace", trace.collect());
    let slots = |slots: &BTreeMap<_, alloy_primitives::B256>| {
        let mut object = Map::new();
        for (key, value) in slots.iter().filter(|(_, value)| !value.is_zero()) {
            let key: &alloy_primitives::B256 = key;
            object.insert(key.to_string(), json!(value));
        }
        Value::Object(object)
    };
    let nothing = BTreeMap::new();
    set(
        "storage_after",
        slots(if committed {
            &world.storage
        } else {
            world.storage_before
        }),
    );
    set(
        "transient_after",
        slots(if committed {
            &world.transient
        } else {
            &nothing
        }),
    );
    set(
        "logs",
        if committed {
            json!(world.logs)
        } else {
            json!([])
        },
    );
    Value::Object(figures)
}
