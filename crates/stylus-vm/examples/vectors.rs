//! Runs a directory of test vectors: one line a case, and every figure that differs.

use std::{io, path::Path, process::ExitCode};

use breakwater_stylus_vm::vectors::run_directory;

fn main() -> ExitCode {
    let Some(directory) = std::env::args().nth(1) else {
        eprintln!("usage: vectors DIRECTORY");
        return ExitCode::FAILURE;
    };
    match run_directory(Path::new(&directory), &mut io::stdout()) {
        Ok(reports) => {
            let matching = reports
                .iter()
                .filter(|report| report.mismatches.is_empty())
                .count();
            println!(
                "{matching} of {} cases match in every figure",
                reports.len()
            );
            if matching == reports.len() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
