//! Where things are.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::error::{Error, Result};

/// The folders that commands read and write.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    /// Cargo's own folder, if programs are built with another than the usual one.
    cargo_home: Option<PathBuf>,
}

/// The part of `cargo metadata` that is used.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    /// Asks cargo, which knows all ways to set the target folder.
    ///
    /// # Errors
    ///
    /// If cargo cannot be run or refuses the manifests.
    pub fn find() -> Result<Self> {
        // Set by `cargo run`; the other is for a binary that is started by hand.
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let output = cargo()
            .current_dir(&package)
            .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
            .output()
            .map_err(|error| {
                Error::new(format!("cannot run `cargo metadata` in {}: {error}", package.display()))
                    .advise("install Rust with rustup (https://rustup.rs), and run this from a clone of the project as `cargo xtask`")
            })?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            return Err(Error::new(format!(
                "`cargo metadata` in {} failed:\n{}",
                package.display(),
                reason.trim_end()
            )));
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| {
            Error::new(format!("cannot read what `cargo metadata` says: {error}"))
        })?;
        Ok(Self::at(metadata.workspace_root, metadata.target_directory))
    }

    /// A clone with a target folder of its own.
    pub(crate) fn at(root: PathBuf, target: PathBuf) -> Self {
        Self {
            root,
            target,
            cargo_home: None,
        }
    }

    /// Builds programs with another folder of cargo's own.
    pub(crate) fn with_cargo_home(self, folder: PathBuf) -> Self {
        Self {
            cargo_home: Some(folder),
            ..self
        }
    }

    pub(crate) fn cargo_home(&self) -> Option<&Path> {
        self.cargo_home.as_deref()
    }

    /// The repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder: everything that is built is in it.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The programs as they are deployed: `<name>.wasm`. Tests find it in the variable `BREAKWATER_WASM_DIR`.
    pub fn programs(&self) -> PathBuf {
        self.target.join("wasm")
    }

    /// Cargo's own target folders for the programs, apart from the host's, so that neither waits for the other.
    pub(crate) fn program_builds(&self) -> PathBuf {
        self.target.join("wasm-build")
    }

    /// Compiled Solidity: `<Contract>.json`. Tests find it in the variable `BREAKWATER_SOLIDITY_DIR`.
    pub fn solidity(&self) -> PathBuf {
        self.target.join("solidity")
    }

    /// Scripts and npm packages of the clients that tests run against a node.
    pub(crate) fn client_packages(&self) -> PathBuf {
        self.root.join("tests").join("clients")
    }

    /// Scripts that deploy and operate a market, and their npm packages.
    pub(crate) fn scripts(&self) -> PathBuf {
        self.root.join("scripts")
    }

    /// What is installed and built for clients in tests.
    pub(crate) fn clients(&self) -> PathBuf {
        self.target.join("clients")
    }

    /// Solidity sources and their npm packages.
    pub(crate) fn solidity_sources(&self) -> PathBuf {
        self.root.join("tests").join("solidity")
    }
}

/// The cargo that runs this, without what it tells its children about the package `xtask`: build scripts of the
/// packages built here must not see it.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let is_of_package = name.to_str().is_some_and(|name| {
            [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        });
        if is_of_package {
            command.env_remove(name);
        }
    }
    command
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A folder that goes away with the value.
    pub(crate) struct TemporaryFolder(PathBuf);

    impl TemporaryFolder {
        pub(crate) fn new() -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let name = format!(
                "xtask-{}-{}",
                std::process::id(),
                COUNT.fetch_add(1, Ordering::Relaxed)
            );
            let path = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }

        pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for TemporaryFolder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_workspace_is_the_one_that_holds_this_package() {
        let workspace = Workspace::find().unwrap();
        assert_eq!(
            workspace.root().join("crates").join("xtask"),
            Path::new(env!("CARGO_MANIFEST_DIR"))
        );
    }
}
