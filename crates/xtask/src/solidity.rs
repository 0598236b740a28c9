//! Compiles the Solidity that tests and the demo deploy beside the programs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    abi,
    error::{Error, Result},
    hash, output, process, setup,
    workspace::Workspace,
};

/// The file that says what was compiled.
const STAMP: &str = ".compiled-from";

/// Compiles `tests/solidity/*.sol`, and with them the interfaces in `abi/`, to [`Workspace::solidity`], one file `<Contract>.json` with `abi` and `bytecode` for
/// each contract. Does nothing if neither inputs nor outputs have changed. Returns the folder.
///
/// # Errors
///
/// If Node or the npm packages cannot be had, or the compiler has anything to say.
pub fn compile(workspace: &Workspace) -> Result<PathBuf> {
    let sources = workspace.solidity_sources();
    let interfaces = abi::folder(workspace);
    let out = workspace.solidity();
    let stamp = out.join(STAMP);
    if is_current(&sources, &interfaces, &out)? {
        output::step("Solidity: unchanged, not compiled again");
        return Ok(out);
    }
    setup::node_packages(
        &sources,
        "the Solidity compiler and the library that sources import are npm packages",
    )?;
    output::step("compiling Solidity");
    for stale in hash::files_with_extension(&out, "json")? {
        std::fs::remove_file(&stale).map_err(Error::io("remove", &stale))?;
    }
    // Taken before the compiler reads them: a change in between is then compiled next time.
    let inputs = hash_of_inputs(&sources, &interfaces)?;
    let mut command = Command::new("node");
    command.current_dir(&sources).arg("compile.mjs").arg(&out);
    process::run(&mut command, "compiling Solidity", |_| {})?;
    let text = stamp_of(&inputs, &out)?;
    std::fs::write(&stamp, text).map_err(Error::io("write", &stamp))?;
    Ok(out)
}

/// True if the sources are compiled, and nothing has touched them or the outputs since.
fn is_current(sources: &Path, interfaces: &Path, out: &Path) -> Result<bool> {
    let expected = stamp_of(&hash_of_inputs(sources, interfaces)?, out)?;
    Ok(hash::stamp_is(&out.join(STAMP), &expected))
}

/// Hash of all that decides what comes out.
fn hash_of_inputs(sources: &Path, interfaces: &Path) -> Result<String> {
    let mut files = hash::files_with_extension(sources, "sol")?;
    if files.is_empty() {
        return Err(
            Error::new(format!("no Solidity sources in {}", sources.display()))
                .advise("the clone is not complete: fetch it again"),
        );
    }
    let others = ["compile.mjs", "package.json", "package-lock.json"];
    files.extend(others.map(|name| sources.join(name)));
    let own = hash::of_files(sources, &files)?;
    let imported = hash::files_with_extension(interfaces, "sol")?;
    Ok(format!("{own}\n{}", hash::of_files(interfaces, &imported)?))
}

/// What the stamp says once `inputs` are compiled and nothing has touched the outputs since.
fn stamp_of(inputs: &str, out: &Path) -> Result<String> {
    let outputs = hash::of_files(out, &hash::files_with_extension(out, "json")?)?;
    Ok(format!("{inputs}\n{outputs}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    /// Sources and interfaces that are said to be compiled.
    fn compiled() -> TemporaryFolder {
        let folder = TemporaryFolder::new();
        for name in ["A.sol", "compile.mjs", "package.json", "package-lock.json"] {
            folder.write(&format!("sources/{name}"), "as it was compiled");
        }
        folder.write("abi/I.sol", "as it was compiled");
        folder.write("out/A.json", "{}");
        let inputs = hash_of_inputs(&folder.path().join("sources"), &folder.path().join("abi"));
        let stamp = stamp_of(&inputs.unwrap(), &folder.path().join("out")).unwrap();
        folder.write("out/.compiled-from", &stamp);
        folder
    }

    fn is_unchanged(folder: &TemporaryFolder) -> bool {
        let [sources, interfaces, out] =
            ["sources", "abi", "out"].map(|name| folder.path().join(name));
        is_current(&sources, &interfaces, &out).unwrap()
    }

    #[test]
    fn unchanged_sources_are_not_compiled_again() {
        assert!(is_unchanged(&compiled()));
    }

    #[test]
    fn any_change_of_inputs_or_outputs_compiles_again() {
        for changed in [
            "sources/A.sol",
            "sources/B.sol",
            "abi/I.sol",
            "abi/J.sol",
            "sources/compile.mjs",
            "sources/package.json",
            "sources/package-lock.json",
            "out/A.json",
            "out/Left-over.json",
            "out/.compiled-from",
        ] {
            let folder = compiled();
            folder.write(changed, "changed");
            assert!(!is_unchanged(&folder), "{changed}");
        }
        for removed in ["A.json", ".compiled-from"] {
            let folder = compiled();
            std::fs::remove_file(folder.path().join("out").join(removed)).unwrap();
            assert!(!is_unchanged(&folder), "{removed} removed");
        }
    }

    #[test]
    fn a_folder_without_sources_is_an_error() {
        let folder = TemporaryFolder::new();
        let error = is_current(folder.path(), folder.path(), folder.path()).unwrap_err();
        assert!(error.to_string().contains("no Solidity sources in"));
    }
}
