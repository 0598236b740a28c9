//! The runner of reference vectors says what differs, and what it cannot read, without giving up on the rest.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use breakwater_stylus_vm::vectors::{run_directory, CaseReport, VectorsError};

const MODULE: &str = r#"(module
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#;

/// A folder with cases.json and two modules, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, cases: &str) -> Self {
        let id = std::process::id();
        let path = std::env::temp_dir().join(format!("breakwater-vectors-{id}-{name}"));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("good.wat"), MODULE).unwrap();
        std::fs::write(path.join("broken.wat"), "(module (func (i32.const))").unwrap();
        std::fs::write(path.join("cases.json"), cases).unwrap();
        Self(path)
    }

    fn run(&self) -> (Result<Vec<CaseReport>, VectorsError>, String) {
        let mut log = Vec::new();
        let reports = run_directory(&self.0, &mut log);
        (reports, String::from_utf8(log).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn file(cases: &str) -> String {
    format!(
        r#"{{"format": 1,
            "vm": {{"stylus_version": 2, "arbos_version": 51, "max_stack_words": 22000, "page_limit": 128}},
            "cases": [{cases}]}}"#
    )
}

/// A case whose only figures are those given.
fn case(name: &str, fields: &str) -> String {
    format!(
        r#"{{"name": "{name}", "wat": "good.wat", "activation": {{"accepted": true}}, "run": null {fields}}}"#
    )
}

#[test]
fn a_case_that_cannot_be_read_is_named_with_the_reason_and_the_others_are_run() {
    let cases = [
        case("unknown_field", r#", "colour": 1"#),
        case("unknown_world", r#", "world": {"moon": 1}"#),
        case("bad_hex", r#", "calldata_hex": "0xzz""#),
        case(
            "too_many_pages",
            r#", "world": {"pages_before": {"open": 65536, "ever": 1}}"#,
        ),
        case("last", "").replace("good.wat", "missing.wat"),
        case("broken", "").replace("good.wat", "broken.wat"),
        r#"{"wat": "good.wat"}"#.into(),
        "7".into(),
        case("whole", ""),
    ];
    let folder = Folder::new("unread", &file(&cases.join(",")));
    let (reports, log) = folder.run();
    let reports = reports.unwrap();
    assert_eq!(reports.len(), cases.len());
    assert!(reports.iter().all(|report| !report.is_equal()));
    for said in [
        "colour",
        "moon",
        "calldata",
        "65536",
        "missing.wat",
        "broken.wat",
        "missing field `name`",
        "case 8, without a name",
    ] {
        assert!(log.contains(said), "{said} is not in\n{log}");
    }
    // Read, run and compared: the figures that the file does not have.
    let whole = reports.last().unwrap();
    assert!(whole.problem.is_none() && whole.figures > 10);
    assert!(
        log.contains("activation.asm_estimate: expected null, found 5"),
        "{log}"
    );
}

#[test]
fn a_file_of_another_format_or_machine_is_refused_as_a_whole() {
    let good = file(&case("a", ""));
    for (from, to, said) in [
        (r#""format": 1"#, r#""format": 2"#, "format 2"),
        ("51", "60", "another machine"),
        ("22000", "262144", "another machine"),
        (r#""cases""#, r#""list""#, "list"),
        ("}", "", "line"),
    ] {
        let folder = Folder::new("format", &good.replacen(from, to, 1));
        let error = folder.run().0.unwrap_err().to_string();
        assert!(
            error.contains(said) && error.contains("cases.json"),
            "{error}"
        );
    }
}

#[test]
fn every_field_of_the_world_is_read() {
    let world = r#", "calldata_hex": "0x01", "gas_limit": 5, "ink_price": 10000, "reentrant": true, "note": "n",
        "storage_before": {"0x0000000000000000000000000000000000000000000000000000000000000001":
                           "0x0000000000000000000000000000000000000000000000000000000000000002"},
        "world": {"read_only": true,
          "msg_value": "0x0000000000000000000000000000000000000000000000000000000000000007",
          "balances": {"0x00000000000000000000000000000000000000aa": "0x05"},
          "code_hashes": {"0x00000000000000000000000000000000000000aa": "0x0000000000000000000000000000000000000000000000000000000000000009"},
          "codes": {"0x00000000000000000000000000000000000000aa": "0x6000"},
          "callees": {"0x00000000000000000000000000000000000000aa": {"status": 2, "gas": 1, "return_data": "0x", "empty_account": true}},
          "create": {"address": "0x00000000000000000000000000000000000000aa", "gas": 3, "return_data": "0x"},
          "pages_before": {"open": 1, "ever": 3}}"#;
    let run =
        r#""run": {"outcome": "return", "pages_open": 2, "pages_ever": 3, "ink_start": 50000}"#;
    let cases = case("all", world).replace(r#""run": null"#, run);
    let (reports, log) = Folder::new("world", &file(&cases)).run();
    let [report] = &reports.unwrap()[..] else {
        panic!("one report");
    };
    assert_eq!(report.problem, None, "{log}");
    for figure in [
        "run.outcome",
        "run.pages_open",
        "run.pages_ever",
        "run.ink_start",
    ] {
        assert!(
            !report
                .mismatches
                .iter()
                .any(|mismatch| mismatch.figure == figure),
            "{log}"
        );
    }
}

#[test]
fn each_figure_that_differs_has_a_line_of_its_own() {
    let run = r#""run": {"outcome": "revert", "hostio_trace": [{"name": "x"}], "new_figure": 1}"#;
    let cases = case("wrong", r#", "gas_limit": 100"#).replace(r#""run": null"#, run);
    let (_, log) = Folder::new("differs", &file(&cases)).run();
    for line in [
        "FAIL wrong",
        r#"run.outcome: expected "revert", found "return""#,
        r#"run.hostio_trace[0]: expected {"name":"x"}, found null"#,
        "run.new_figure: expected 1, found null",
    ] {
        assert!(log.contains(line), "{line} is not in\n{log}");
    }
}
