//! `docs/deploy-sepolia.md`: its commands of cargo-stylus, run as they stand, and what it says that they print.

use std::{path::PathBuf, process::Command};

use breakwater_tests::documents;

use crate::{
    cargo_stylus::{cargo_stylus_line, deployed, program, repository, said, without_colours},
    common::{clients, output, require_packages, run, Node, KEY},
};

/// A file with the key of the node's first account; it goes away with the value.
struct KeyFile(PathBuf);

impl KeyFile {
    fn new() -> Self {
        let name = format!("breakwater-key-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, KEY).unwrap();
        Self(path)
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Whether a line is as a pattern says, in which `…` stands for anything.
fn matches(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    pattern.ends_with('…') || rest.is_empty()
}

#[test]
fn the_checklists_commands_print_what_it_says() {
    let node = Node::start();
    let key = KeyFile::new();
    let page = documents::read("docs/deploy-sepolia.md").unwrap();
    let folder = program("vault").parent().unwrap().to_owned();
    let (mut printed, mut address) = (String::new(), String::new());
    let (mut commands, mut lines) = (0, 0);
    for block in page.blocks() {
        match block.language.as_str() {
            "sh" => {
                printed.clear();
                for line in block
                    .text
                    .lines()
                    .filter(|line| line.starts_with("cargo stylus "))
                {
                    let line = line
                        .replace("$RPC_URL", &node.url())
                        .replace("$KEY_FILE", key.0.to_str().unwrap())
                        .replace("$PROGRAM", &address)
                        .replace("target/wasm", folder.to_str().unwrap());
                    let text = said(&mut cargo_stylus_line(&repository(), &line));
                    if line.contains(" deploy ") {
                        address = deployed(&text);
                    }
                    printed.push_str(&text);
                    commands += 1;
                }
            }
            "text" => {
                for pattern in block.text.lines() {
                    let found = printed
                        .lines()
                        .any(|line| matches(pattern, line.trim_end()));
                    assert!(found, "{pattern:?} is not in\n{printed}");
                    lines += 1;
                }
            }
            _ => {}
        }
    }
    // None has been lost by a slip in the page.
    assert!(commands >= 6 && lines >= 10, "{commands}, {lines}");
    // What it says of refusals.
    let bad = std::env::temp_dir().join(format!("breakwater-none-{}.wasm", std::process::id()));
    std::fs::write(&bad, b"\0asm\x01\0\0\0").unwrap();
    let line = format!(
        "cargo stylus check --endpoint {} --contract none --wasm-file {}",
        node.url(),
        bad.display()
    );
    let refused = output(&mut cargo_stylus_line(&repository(), &line));
    std::fs::remove_file(&bad).unwrap();
    let text = without_colours(&String::from_utf8_lossy(&refused.stderr));
    assert!(!refused.status.success() && !text.is_empty(), "{text}");
}

/// What a line of a shell block may begin with, and who runs it.
const STARTS: [&str; 7] = [
    // This test, or the checklist's.
    "cargo stylus ",
    "cast ",
    // The commands exist: a test of theirs; what they do has tests of its own.
    "cargo xtask ",
    // The scripts' own tests, and the example's.
    "npx tsx ",
    "npm ci",
    "cd ",
    "export ",
];

#[test]
fn every_line_of_a_shell_block_is_one_that_a_test_runs_and_those_to_a_node_work() {
    require_packages();
    let node = Node::start();
    let cast = clients().join("node_modules/.bin/cast");
    let folder = program("vault").parent().unwrap().to_owned();
    let mut ran = 0;
    for document in documents::all().unwrap() {
        let is_guide = document.path == "README.md" || document.path.starts_with("docs/");
        for line in document
            .blocks_in("sh")
            .iter()
            .filter(|_| is_guide)
            .flat_map(|block| block.text.lines())
        {
            assert!(
                STARTS.iter().any(|start| line.starts_with(start)),
                "{}: {line}",
                document.path
            );
            let line = line
                .replace("http://127.0.0.1:8547", &node.url())
                .replace("target/wasm", folder.to_str().unwrap());
            if line.contains('$') {
                continue;
            }
            if let Some(arguments) = line.strip_prefix("cast ") {
                let mut command = Command::new(&cast);
                command
                    .args(arguments.split_whitespace())
                    .env_remove("ETH_RPC_URL");
                run(&mut command);
                ran += 1;
            } else if line.starts_with("cargo stylus ") {
                said(&mut cargo_stylus_line(&repository(), &line));
                ran += 1;
            }
        }
    }
    assert!(ran >= 2, "{ran}");
}

#[test]
fn a_pattern_fits_what_it_leaves_open_and_nothing_else() {
    assert!(matches("… size: … KB", "12:00 size: 20.4 KB"));
    assert!(matches("size: …", "size: 3"));
    assert!(!matches("size: … KB", "size: 20.4 KB (1)"));
    assert!(!matches("size: 1", "size: 12"));
}
