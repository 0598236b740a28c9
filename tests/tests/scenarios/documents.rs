//! The README and the guides say what is so: errors, paths, links, Solidity. (Parameters: `parameters.rs`; what runs against a node: `tests/tests/clients`.)

use std::{collections::BTreeMap, process::Command};

use alloy_primitives::keccak256;
use breakwater_tests::documents::{self, quoted, Document};
use serde_json::Value;

/// The heading of each module in the documents, and its interface.
const MODULES: [(&str, &str); 4] = [
    ("Vault", "IVault"),
    ("Liquidation auction", "ILiquidationAuction"),
    ("Oracle adapter", "IOracleAdapter"),
    ("Insurance fund", "IInsuranceFund"),
];
/// The heading of what several modules have.
const SHARED: &str = "In several modules";

/// The items of one kind in an interface, by name.
pub(crate) fn items(interface: &str, kind: &str) -> BTreeMap<String, Value> {
    let path = documents::root().join(format!("abi/{interface}.json"));
    let abi: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let items = abi.into_iter().filter(|item| item["type"] == kind);
    items
        .map(|item| (item["name"].as_str().unwrap().to_owned(), item))
        .collect()
}

/// `Name(type name, type name)` as Solidity declares it, and the selector as hexadecimal.
fn declaration(item: &Value) -> (String, String) {
    let inputs = item["inputs"].as_array().unwrap();
    let name = item["name"].as_str().unwrap();
    let part = |input: &Value, field: &str| input[field].as_str().unwrap().to_owned();
    let named: Vec<String> = inputs
        .iter()
        .map(|input| format!("{} {}", part(input, "type"), part(input, "name")))
        .collect();
    let types: Vec<String> = inputs.iter().map(|input| part(input, "type")).collect();
    let hash = keccak256(format!("{name}({})", types.join(",")));
    (
        format!("{name}({})", named.join(", ")),
        format!("0x{}", hex::encode(&hash[..4])),
    )
}

#[test]
fn the_errors_page_has_every_error_of_every_module_with_its_selector_and_no_other() {
    let page = documents::read("docs/errors.md").unwrap();
    let mut written: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    for (heading, cells) in page.rows() {
        let [signature, selector, when, what_to_do] = &cells[..] else {
            panic!("four columns: {cells:?}");
        };
        assert!(when.len() > 10 && what_to_do.len() > 5, "{cells:?}");
        let signature = quoted(signature)[0].to_owned();
        let name = signature.split('(').next().unwrap().to_owned();
        let entry = (signature, quoted(selector)[0].to_owned());
        let twice = written.insert((heading, name), entry);
        assert_eq!(twice, None);
    }
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let mut missing = Vec::new();
    for (heading, interface) in MODULES {
        for (name, item) in items(interface, "error") {
            *owners.entry(name.clone()).or_default() += 1;
            let own = written.get(&(heading.to_owned(), name.clone()));
            let shared = written.get(&(SHARED.to_owned(), name.clone()));
            match own.or(shared) {
                Some(entry) => assert_eq!(*entry, declaration(&item)),
                None => missing.push(format!("{interface}: {}", declaration(&item).0)),
            }
        }
    }
    assert!(missing.is_empty(), "docs/errors.md lacks {missing:#?}");
    for (heading, name) in written.keys() {
        match MODULES.iter().find(|(module, _)| module == heading) {
            Some((_, interface)) => assert!(
                items(interface, "error").contains_key(name),
                "docs/errors.md: {interface} has no {name}"
            ),
            None => {
                assert_eq!(heading, SHARED);
                assert!(owners.get(name).is_some_and(|count| *count > 1), "{name}");
            }
        }
    }
}

/// Folders whose files are named in documents by their path from the repository's root.
const FOLDERS: [&str; 6] = [
    "abi/",
    "contracts/",
    "crates/",
    "docs/",
    "scripts/",
    "tests/",
];

/// The paths and the targets of links in a document, with what they are relative to.
fn references(document: &Document) -> Vec<String> {
    let folder = match document.path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/"),
        None => String::new(),
    };
    let prose = document.prose();
    let mut found: Vec<String> = Vec::new();
    for word in quoted(&prose) {
        // A crate's own pages name its files by their path in it.
        let is_path = FOLDERS.iter().any(|folder| word.starts_with(folder));
        if is_path && !word.contains(['*', '…', ' ', '<', '{']) {
            found.push(word.trim_end_matches('/').to_owned());
        }
    }
    for part in prose.split("](").skip(1) {
        let target = part.split(')').next().unwrap();
        if !target.contains("://") {
            found.push(format!("{folder}{target}"));
        }
    }
    found
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_path_and_every_link_in_the_documents_leads_somewhere() {
    let root = documents::root();
    let mut broken = Vec::new();
    for document in documents::all().unwrap() {
        for reference in references(&document) {
            let (path, fragment) = match reference.split_once('#') {
                Some((path, fragment)) => (path, Some(fragment)),
                None => (reference.as_str(), None),
            };
            let own = document.path.as_str();
            let path = if path.is_empty() || path.ends_with('/') && fragment.is_some() {
                own
            } else {
                path
            };
            // From the root; for a crate's own pages also from the crate.
            let crate_folder = own.split('/').take(2).collect::<Vec<_>>().join("/");
            let candidates = [root.join(path), root.join(crate_folder).join(path)];
            let Some(file) = candidates.iter().find(|file| file.exists()) else {
                broken.push(format!("{own}: {reference}"));
                continue;
            };
            if let Some(fragment) = fragment {
                let text = std::fs::read_to_string(file).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                if !headings.any(|heading| anchor(heading) == fragment) {
                    broken.push(format!("{own}: {reference} (no such heading)"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_readme_leads_to_every_guide() {
    let readme = documents::read("README.md").unwrap();
    for document in documents::all().unwrap() {
        if document.path.starts_with("docs/") {
            assert!(
                readme.text.contains(&format!("]({})", document.path)),
                "README.md does not link {}",
                document.path
            );
        }
    }
}

#[test]
fn all_solidity_in_the_documents_compiles_against_the_interfaces() {
    let folder = documents::root().join("tests/solidity");
    let output = Command::new("node")
        .current_dir(&folder)
        .arg("documents.mjs")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    let expected: usize = documents::all()
        .unwrap()
        .iter()
        .map(|document| document.blocks_in("solidity").len())
        .sum();
    assert!(expected > 0);
    assert!(
        said.contains(&format!("{expected} blocks compiled")),
        "{said}"
    );
}

/// What a fenced block may be: each kind is checked somewhere.
#[test]
fn every_block_in_the_guides_is_of_a_kind_that_a_test_runs() {
    for document in documents::all().unwrap() {
        let is_guide = document.path == "README.md" || document.path.starts_with("docs/");
        for block in document.blocks().iter().filter(|_| is_guide) {
            let known = ["solidity", "js", "sh", "text", "toml", "mermaid"];
            assert!(
                known.contains(&block.language.as_str()),
                "{}:{}: a block of {:?}",
                document.path,
                block.line,
                block.language
            );
        }
    }
}
