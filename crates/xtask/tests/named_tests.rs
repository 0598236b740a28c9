//! The READMEs of the contracts name tests: each of them exists, and the vault's and the auction's tests of incidents are all named. So does the
//! table of invariants in `tests/README.md`.

use std::{collections::BTreeSet, fs, path::Path};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The names of all functions in Rust files under `folder`.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for after in text.split("fn ").skip(1) {
                let name = after
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next();
                names.extend(name.map(str::to_owned));
            }
        }
    }
}

/// What is in backticks and has the form of a test's name: words of small letters and digits, four at least.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|name| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.matches('_').count() >= 3 && name.chars().all(is_plain)
    })
}

fn readme(contract: &str) -> String {
    fs::read_to_string(root().join(format!("contracts/{contract}/README.md"))).unwrap()
}

#[test]
fn each_test_that_a_contracts_readme_names_exists() {
    let mut known = BTreeSet::new();
    for folder in ["contracts", "crates", "tests"] {
        functions(&root().join(folder), &mut known);
    }
    let mut count = 0;
    for contract in ["vault", "liquidation-auction", "oracle-adapter"] {
        for line in readme(contract).lines() {
            for name in named(line) {
                assert!(known.contains(name), "{contract}: no test {name}");
                count += 1;
                // The number in the name is the row's.
                let number = name
                    .strip_prefix("incident_")
                    .and_then(|rest| rest.get(..2));
                if let (Some(number), true) = (number, line.starts_with("| ")) {
                    let row = line.split('|').nth(1).unwrap_or_default().trim();
                    let number = number.trim_start_matches('0');
                    assert_eq!(row, number, "{contract}: {name}");
                }
            }
        }
    }
    assert!(count > 60, "{count} tests are named");
}

#[test]
fn each_test_of_an_incident_is_in_its_contracts_table() {
    for contract in ["vault", "liquidation-auction"] {
        let mut tests = BTreeSet::new();
        let folder = root().join(format!("contracts/{contract}/tests"));
        functions(&folder, &mut tests);
        let text = readme(contract);
        let tables: BTreeSet<&str> = text.lines().flat_map(named).collect();
        for name in tests.iter().filter(|name| name.starts_with("incident_")) {
            assert!(tables.contains(name.as_str()), "{contract}: {name}");
        }
    }
}

#[test]
fn each_invariant_has_its_row_and_each_test_in_it_exists_on_its_side() {
    let known = |folders: &[&str]| {
        let mut names = BTreeSet::new();
        for folder in folders {
            functions(&root().join(folder), &mut names);
        }
        names
    };
    let sides = [
        known(&["contracts", "crates/risk/tests", "crates/motsu/tests"]),
        known(&[
            "tests/tests",
            "crates/devnode/tests",
            "crates/stylus-vm/tests",
        ]),
    ];
    let text = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| |"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let families = [("V", 9), ("L", 7), ("A", 6), ("F", 4), ("O", 4), ("C", 2)];
    let expected = families
        .iter()
        .flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")));
    let found: Vec<_> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(found, expected.collect::<Vec<_>>());
    for row in rows {
        for (side, known) in sides.iter().enumerate() {
            let cell = row[2 + side];
            let names: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
            // What the virtual machine charges has no counterpart natively.
            let may_be_empty = row[0] == "C1" && side == 0;
            assert_eq!(names.is_empty(), may_be_empty, "{}", row[0]);
            for name in names {
                assert!(known.contains(name), "{}: no test {name}", row[0]);
            }
        }
    }
}
