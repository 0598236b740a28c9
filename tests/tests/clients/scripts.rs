//! Clients in JavaScript: each script is a list of steps with assertions of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use breakwater_tests::documents;
use serde_json::json;

use crate::common::{clients, described, require_packages, run, suite, target, Node};

/// Runs a script in a world of its own. Returns what it printed.
fn run_script(name: &str, arguments: &[String]) -> String {
    require_packages();
    let node = Node::start();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contracts = std::env::var_os("BREAKWATER_SOLIDITY_DIR")
        .map_or_else(|| target().join("solidity"), PathBuf::from);
    let mut world = described(&suite());
    let fields = world.as_object_mut().unwrap();
    fields.insert("url".into(), json!(node.url()));
    fields.insert("ws".into(), json!(format!("ws://{}", node.address())));
    fields.insert("abi".into(), json!(manifest.join("../abi")));
    fields.insert("contracts".into(), json!(contracts));
    let file = std::env::temp_dir().join(format!("breakwater-{}-{name}.json", std::process::id()));
    std::fs::write(&file, world.to_string()).unwrap();
    let script = clients().join(name);
    let printed = run(Command::new("node")
        .current_dir(clients())
        .arg(script)
        .arg(&file)
        .args(arguments));
    std::fs::remove_file(&file).unwrap();
    printed
}

/// Number of steps that a script says it has done.
fn steps(printed: &str) -> usize {
    printed
        .lines()
        .filter(|line| line.starts_with("ok: "))
        .count()
}

#[test]
fn ethers_deploys_calls_and_watches_the_suite() {
    let printed = run_script("ethers.mjs", &[]);
    assert_eq!(steps(&printed), 11, "{printed}");
}

#[test]
fn viem_finds_all_its_clients_need() {
    let printed = run_script("viem.mjs", &[]);
    assert_eq!(steps(&printed), 9, "{printed}");
}

/// The README and every guide with JavaScript in it.
#[test]
fn the_documents_javascript_runs_as_printed() {
    let documents = documents::all().unwrap();
    let pages: Vec<String> = documents
        .iter()
        .filter(|document| !document.blocks_in("js").is_empty())
        .map(|document| document.path.clone())
        .collect();
    assert!(pages.len() >= 4, "{pages:?}");
    // Each in a world of its own.
    for page in pages {
        let printed = run_script("documents.mjs", std::slice::from_ref(&page));
        assert_eq!(steps(&printed), 1, "{page}: {printed}");
    }
}
