//! The scripts that deploy and operate a market: their own tests, each file on a node of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use breakwater_tests::PROGRAMS;

use crate::common::{run, target, Node};

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts")
}

/// Runs a file of tests with Node's test runner; all must pass.
fn run_tests(file: &str) {
    require_packages();
    let node = Node::start();
    let folder = |variable: &str, name: &str| {
        std::env::var_os(variable).map_or_else(|| target().join(name), PathBuf::from)
    };
    let printed = run(Command::new("node")
        .current_dir(scripts())
        .args(["--import", "tsx", "--test", "--test-reporter", "tap"])
        .arg(Path::new("tests").join(file))
        .env("BREAKWATER_RPC", node.url())
        .env("BREAKWATER_WASM_DIR", folder("BREAKWATER_WASM_DIR", "wasm"))
        .env(
            "BREAKWATER_SOLIDITY_DIR",
            folder("BREAKWATER_SOLIDITY_DIR", "solidity"),
        ));
    let count = |what: &str| {
        let line = printed.lines().find_map(|line| line.strip_prefix(what));
        line.and_then(|count| count.trim().parse::<u32>().ok())
    };
    assert!(count("# pass ") > Some(0), "{printed}");
    assert_eq!(count("# fail "), Some(0), "{printed}");
    assert_eq!(count("# skipped "), Some(0), "{printed}");
}

/// Panics unless the npm packages are installed.
fn require_packages() {
    let stamp = scripts().join("node_modules").join(".installed-from");
    assert!(
        stamp.is_file(),
        "the npm packages of scripts/ are not installed: `cargo xtask test` installs them"
    );
}

#[test]
fn types_fit() {
    require_packages();
    let compiler = scripts().join("node_modules/typescript/bin/tsc");
    run(Command::new("node")
        .current_dir(scripts())
        .arg(compiler)
        .arg("--noEmit"));
}

#[test]
fn market_files_are_read_or_refused_by_field() {
    run_tests("market.test.ts");
}

#[test]
fn a_market_is_deployed_whatever_interrupts_it() {
    run_tests("deploy.test.ts");
}

#[test]
fn a_market_is_looked_at_operated_changed_and_kept_alive() {
    run_tests("operations.test.ts");
}

#[test]
fn the_commands_of_the_scripts_readme_run() {
    run_tests("readme.test.ts");
}

#[test]
fn the_scripts_deploy_the_programs_of_the_suite_in_its_order() {
    let text = std::fs::read_to_string(scripts().join("programs.toml")).unwrap();
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    assert_eq!(
        names, PROGRAMS,
        "scripts/programs.toml has the same programs, with what their constructors take"
    );
}
