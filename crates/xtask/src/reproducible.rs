//! Whether the programs come out the same, byte for byte, wherever they are built: who verifies a deployment builds elsewhere.
//!
//! The sources are copied to another folder and built there, with another target folder. What may differ from machine to machine differs:
//! the path of the clone, that of the target folder, and, in a full run, that of cargo's own folder, with nothing built before.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    output,
    table::Table,
    wasm::{self, Artifact},
    workspace::Workspace,
};

/// What of a clone programs are not built from.
const LEFT_OUT: [&str; 4] = ["target", "node_modules", ".git", "data"];

/// How much of the second build is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All: no crate is built before, and cargo's folder is another, too.
    Full,
    /// The project's crates, and the whole of each program's last step, in which all crates are optimised together; the published crates
    /// are taken as they came out of the first build.
    OwnCrates,
}

/// A program of two builds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    name: &'static str,
    first: String,
    second: String,
}

/// `cargo xtask reproducible`: builds twice, prints the hashes.
///
/// # Errors
///
/// If something cannot be built, or a hash differs.
pub(crate) fn run(workspace: &Workspace, depth: Depth) -> Result<()> {
    let first = wasm::build_all(workspace)?;
    let pairs = build_again(workspace, &first.programs, depth)?;
    output::line(format_args!("\n{}\n", render(&pairs)));
    require_equal(&pairs)?;
    output::line("reproducible: ok, two builds in different folders are the same to the byte");
    Ok(())
}

/// The check of `cargo xtask test`: no program carries a path of this machine; and [`Depth::OwnCrates`], unless these very programs have passed
/// that before.
///
/// # Errors
///
/// As [`run`].
pub(crate) fn check(workspace: &Workspace, programs: &[Artifact]) -> Result<()> {
    require_no_paths(
        programs,
        [Some(workspace.root().to_owned()), wasm::cargo_home()],
    )?;
    let stamp = workspace.target().join("reproducible");
    let hashes: String = programs.iter().map(|program| hash(&program.wasm)).collect();
    if fs::read_to_string(&stamp).is_ok_and(|found| found == hashes) {
        output::line("    these programs have been built twice before");
        return Ok(());
    }
    require_equal(&build_again(workspace, programs, Depth::OwnCrates)?)?;
    fs::write(&stamp, hashes).map_err(Error::io("write", &stamp))
}

/// Builds all programs in a copy of the sources, which goes away afterwards.
fn build_again(workspace: &Workspace, first: &[Artifact], depth: Depth) -> Result<Vec<Pair>> {
    let place = Place::new()?;
    let copy = place.0.join("a clone elsewhere");
    output::step(format_args!("building again in {}", copy.display()));
    copy_folder(workspace.root(), &copy)?;
    let mut elsewhere = Workspace::at(copy, place.0.join("builds"));
    match depth {
        Depth::Full => {
            if let Some(home) = wasm::cargo_home() {
                let other = place.0.join("cargo");
                if let Ok(()) = link_entries(&home, &other) {
                    elsewhere = elsewhere.with_cargo_home(other);
                } else {
                    output::line(
                        "    with the same cargo folder: this system makes no links to folders",
                    );
                }
            }
        }
        Depth::OwnCrates => {
            copy_folder(&workspace.program_builds(), &elsewhere.program_builds())?;
        }
    }
    let second = wasm::build_all(&elsewhere)?;
    let pairs = first
        .iter()
        .zip(&second.programs)
        .map(|(first, second)| Pair {
            name: first.name,
            first: hash(&first.wasm),
            second: hash(&second.wasm),
        });
    Ok(pairs.collect())
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn render(pairs: &[Pair]) -> String {
    let mut table = Table::new(["program", "SHA-256 of the module", "built again"]);
    for pair in pairs {
        let verdict = if pair.first == pair.second {
            "same"
        } else {
            "OTHER"
        };
        table.row(vec![
            pair.name.to_owned(),
            pair.first.clone(),
            verdict.to_owned(),
        ]);
    }
    table.render()
}

fn require_equal(pairs: &[Pair]) -> Result<()> {
    let other: Vec<&str> = pairs
        .iter()
        .filter(|pair| pair.first != pair.second)
        .map(|pair| pair.name)
        .collect();
    if other.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "built in another folder, these come out different: {}",
        other.join(", ")
    ))
    .advise("look for paths in the module (`strings`), and for what build scripts read"))
}

/// Fails if a program has one of these folders in its data: it would come out different where they are called otherwise.
fn require_no_paths<const N: usize>(
    programs: &[Artifact],
    folders: [Option<PathBuf>; N],
) -> Result<()> {
    for folder in folders.iter().flatten() {
        let path = folder.to_string_lossy();
        let has_path = |wasm: &[u8]| {
            wasm.windows(path.len())
                .any(|window| window == path.as_bytes())
        };
        if let Some(program) = programs.iter().find(|program| has_path(&program.wasm)) {
            return Err(
                Error::new(format!("{} carries the path {path}", program.name))
                    .advise("the flags of crates/xtask/src/wasm.rs are to leave it out"),
            );
        }
    }
    Ok(())
}

/// A folder for the copy; it goes away with the value.
struct Place(PathBuf);

impl Place {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("breakwater-again-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(Error::io("create", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies a folder, without what programs are not built from. Times are kept: cargo tells by them what is up to date.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(Error::io("create", to))?;
    let entries = fs::read_dir(from).map_err(Error::io("read", from))?;
    for entry in entries {
        let entry = entry.map_err(Error::io("read", from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(Error::io("read", &path))?;
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if kind.is_dir() {
            copy_folder(&path, &target)?;
        } else if kind.is_file() {
            copy_file(&path, &target).map_err(Error::io("copy", &path))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let time = fs::metadata(from)?.modified()?;
    fs::OpenOptions::new()
        .write(true)
        .open(to)?
        .set_modified(time)
}

/// A folder whose entries are those of another: cargo's sources under another name, without fetching them again.
#[cfg(unix)]
fn link_entries(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        std::os::unix::fs::symlink(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn link_entries(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    fn pair(name: &'static str, first: &[u8], second: &[u8]) -> Pair {
        Pair {
            name,
            first: hash(first),
            second: hash(second),
        }
    }

    #[test]
    fn a_program_that_comes_out_different_is_named_and_its_row_says_so() {
        let pairs = [
            pair("vault", b"a", b"a"),
            pair("insurance-fund", b"a", b"b"),
        ];
        let error = require_equal(&pairs).unwrap_err().to_string();
        assert!(error.contains("different: insurance-fund"), "{error}");
        assert!(!error.contains("vault"), "{error}");
        let table = render(&pairs);
        let last = |name: &str| {
            let row = table.lines().find(|line| line.starts_with(name)).unwrap();
            row.split_whitespace().last().unwrap().to_owned()
        };
        assert_eq!(last("vault"), "same");
        assert_eq!(last("insurance-fund"), "OTHER");
        assert!(require_equal(&pairs[..1]).is_ok());
    }

    #[test]
    fn a_program_that_carries_a_path_of_the_machine_is_named() {
        let mut program = wasm::tests::refused("vault");
        let folders = || [Some(PathBuf::from("/home/somebody/.cargo")), None];
        assert!(require_no_paths(&[program.clone()], folders()).is_ok());
        program
            .wasm
            .extend(b"at /home/somebody/.cargo/registry/src/index/crate/lib.rs");
        let error = require_no_paths(&[program], folders()).unwrap_err();
        assert!(error.to_string().contains("vault carries"), "{error}");
    }

    #[test]
    fn the_copy_has_the_sources_with_their_times_and_nothing_that_was_built() {
        let folder = TemporaryFolder::new();
        let source = folder.write("clone/contracts/vault/src/lib.rs", "text");
        folder.write("clone/target/debug/xtask", "built");
        folder.write("clone/tests/solidity/node_modules/solc/index.js", "fetched");
        let copy = folder.path().join("copy");
        copy_folder(&folder.path().join("clone"), &copy).unwrap();
        let copied = copy.join("contracts/vault/src/lib.rs");
        assert_eq!(fs::read_to_string(&copied).unwrap(), "text");
        let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        assert_eq!(time(&copied), time(&source));
        assert!(!copy.join("target").exists());
        assert!(!copy.join("tests/solidity/node_modules").exists());
    }
}
