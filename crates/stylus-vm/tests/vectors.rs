//! The reference's test vectors, where they stand beside the checkout.

#![allow(clippy::unwrap_used)]

use std::{io::Write, path::Path};

use breakwater_stylus_vm::vectors::run_directory;

#[test]
fn every_reference_vector_matches_in_every_figure() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/stylus");
    if !directory.is_dir() {
        // Past the test harness's capture, so that nobody takes the skip for a pass.
        let notice = format!(
            "skipped: every_reference_vector_matches_in_every_figure: no reference vectors at {}\n",
            directory.display()
        );
        std::io::stderr().write_all(notice.as_bytes()).unwrap();
        return;
    }
    let mut log = Vec::new();
    let reports = run_directory(&directory, &mut log).unwrap();
    assert!(!reports.is_empty(), "no cases in {}", directory.display());
    let failed = reports.iter().filter(|report| !report.is_equal()).count();
    let lines = String::from_utf8(log).unwrap();
    let details: Vec<&str> = lines
        .lines()
        .filter(|line| !line.starts_with("ok"))
        .collect();
    assert_eq!(
        failed,
        0,
        "{failed} of {} cases differ:\n{}",
        reports.len(),
        details.join("\n")
    );
}
