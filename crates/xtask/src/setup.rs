//! What commands set up by themselves: they say what and why, and do it only where it is missing.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    error::{Error, Result},
    hash, output, process,
    workspace::{cargo, Workspace},
};

/// The target of the programs.
pub(crate) const PROGRAM_TARGET: &str = "wasm32-unknown-unknown";
/// The file in `node_modules` that says from what the packages were installed.
const PACKAGES_STAMP: &str = ".installed-from";
/// The version of cargo-stylus that tests run: that of the SDK.
pub(crate) const CARGO_STYLUS: &str = "0.10.10";
/// What solc-js and the scripts here need.
const OLDEST_NODE: u32 = 20;
const INSTALL_NODE: &str =
    "install Node 20 or later, which brings npm (https://nodejs.org, or your system's packages), and run this again";

/// Makes sure that the toolchain can compile for [`PROGRAM_TARGET`].
pub(crate) fn program_target(workspace: &Workspace) -> Result<()> {
    let installed = Command::new("rustc")
        .current_dir(workspace.root())
        .args(["--print", "target-libdir", "--target", PROGRAM_TARGET])
        .output()
        .is_ok_and(|output| {
            let folder = String::from_utf8_lossy(&output.stdout);
            output.status.success() && Path::new(folder.trim()).is_dir()
        });
    if installed {
        return Ok(());
    }
    output::set_up(
        &format!("rustup target add {PROGRAM_TARGET}"),
        "contracts compile to WebAssembly, and this toolchain has no standard library for it",
    );
    rustup(workspace, &["target", "add", PROGRAM_TARGET])
}

/// Makes sure that `cargo fmt` and `cargo clippy` are there.
pub(crate) fn components(workspace: &Workspace) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let installed = cargo()
            .current_dir(workspace.root())
            .args([subcommand, "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !installed {
            output::set_up(
                &format!("rustup component add {component}"),
                &format!("`cargo {subcommand}` is one of the checks, and this toolchain lacks it"),
            );
            rustup(workspace, &["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("rustup");
    command.current_dir(workspace.root()).args(arguments);
    process::run(&mut command, "set-up", |_| {}).map_err(|error| {
        error.advise(
            "install Rust with rustup (https://rustup.rs); with another installation of Rust, \
             add the same part by its own means. A download needs the network.",
        )
    })
}

/// Makes sure that the npm packages of the lock file in `folder` are installed; `why` says what they are for.
pub(crate) fn node_packages(folder: &Path, why: &str) -> Result<()> {
    check_node()?;
    let modules = folder.join("node_modules");
    let stamp = modules.join(PACKAGES_STAMP);
    let wanted = hash_of_packages(folder)?;
    if hash::stamp_is(&stamp, &wanted) {
        return Ok(());
    }
    let why = if modules.exists() {
        "package.json or package-lock.json has changed since the packages were installed"
    } else {
        why
    };
    output::set_up(&format!("npm ci in {}", folder.display()), why);
    let mut command = Command::new(npm());
    // No prompt, and no scripts: none of the packages needs one.
    command
        .current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    process::run(&mut command, "npm ci", |_| {}).map_err(|error| {
        error.advise(format!(
            "see npm's message above. It needs the network (registry.npmjs.org, or the registry of your .npmrc). \
             If npm is missing: {INSTALL_NODE}"
        ))
    })?;
    std::fs::write(&stamp, wanted).map_err(Error::io("write", &stamp))
}

/// Makes sure that cargo-stylus is there, in a folder of its own under `target`. Returns the program.
pub(crate) fn cargo_stylus(workspace: &Workspace) -> Result<PathBuf> {
    let clients = workspace.clients();
    let folder = clients.join(format!("cargo-stylus-{CARGO_STYLUS}"));
    let binary = folder
        .join("bin")
        .join(format!("cargo-stylus{}", std::env::consts::EXE_SUFFIX));
    if binary.is_file() {
        return Ok(binary);
    }
    output::set_up(
        &format!(
            "cargo install cargo-stylus@{CARGO_STYLUS} --root {}",
            folder.display()
        ),
        "the tests call it against the node; compiled once, in 5 to 10 minutes on two cores",
    );
    let builds = clients.join("cargo-stylus-build");
    let mut command = cargo();
    command
        .current_dir(workspace.root())
        .args(["install", "cargo-stylus", "--locked", "--debug"])
        .args(["--version", &format!("={CARGO_STYLUS}")])
        .arg("--root")
        .arg(&folder)
        .arg("--target-dir")
        .arg(&builds)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0");
    if cfg!(target_os = "linux") {
        // `replay` loads the contract as a library that finds the host functions in the program. All of the program is exported then,
        // and wasmer names a function that newer compilers no longer bring; nothing calls it.
        command.env(
            "RUSTFLAGS",
            "-C link-arg=-rdynamic -C link-arg=-Wl,--defsym=__rust_probestack=0",
        );
    }
    process::run(&mut command, "cargo install cargo-stylus", |_| {}).map_err(|error| {
        error.advise("see cargo's message above. It needs the network (crates.io, or the registry of your cargo configuration).")
    })?;
    // A gigabyte that nobody needs again.
    std::fs::remove_dir_all(&builds).map_err(Error::io("remove", &builds))?;
    Ok(binary)
}

/// What `node_modules` is installed from.
fn hash_of_packages(folder: &Path) -> Result<String> {
    let files = ["package.json", "package-lock.json"].map(|name| folder.join(name));
    hash::of_files(folder, &files)
}

fn npm() -> &'static str {
    if cfg!(windows) {
        "npm.cmd"
    } else {
        "npm"
    }
}

fn check_node() -> Result<()> {
    let output = Command::new("node").arg("--version").output();
    let version = match &output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout),
        _ => {
            return Err(Error::new(
                "`node` cannot be run: solc, ethers, viem and cast come from npm",
            )
            .advise(INSTALL_NODE))
        }
    };
    check_node_version(&version)
}

fn check_node_version(version: &str) -> Result<()> {
    let version = version.trim();
    let major = version
        .strip_prefix('v')
        .and_then(|rest| rest.split('.').next())
        .and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(Error::new(format!(
            "`node --version` says {version:?}, but {OLDEST_NODE} or later is needed"
        ))
        .advise(INSTALL_NODE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    #[test]
    fn node_is_accepted_from_the_oldest_supported_version_on() {
        assert!(check_node_version("v20.0.0\n").is_ok());
        assert!(check_node_version("v22.20.2\n").is_ok());
        for refused in ["v16.20.0", "v19.9.1", "", "nonsense", "v"] {
            let error = check_node_version(refused).unwrap_err().to_string();
            assert!(error.contains("20 or later is needed"), "{error}");
            assert!(error.contains("what to do: install Node"), "{error}");
        }
    }

    #[test]
    fn packages_are_those_of_the_manifest_and_the_lock_file() {
        let folder = TemporaryFolder::new();
        folder.write("package.json", "{}");
        folder.write("package-lock.json", "{}");
        let before = hash_of_packages(folder.path()).unwrap();
        folder.write("node_modules/other", "of no matter");
        assert_eq!(hash_of_packages(folder.path()).unwrap(), before);
        for changed in ["package.json", "package-lock.json"] {
            folder.write(changed, "{ }");
            assert_ne!(hash_of_packages(folder.path()).unwrap(), before);
            folder.write(changed, "{}");
        }
        std::fs::remove_file(folder.path().join("package-lock.json")).unwrap();
        assert!(hash_of_packages(folder.path()).is_err());
    }
}
