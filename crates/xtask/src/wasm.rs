//! Builds the programs: what is deployed, byte for byte.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use breakwater_stylus_vm::{activate, code, prepare::prepare, ActivationError, Figures};

use crate::{
    error::{Error, Result},
    output, process,
    setup::{self, PROGRAM_TARGET},
    workspace::{cargo, Workspace},
};

/// A run of cargo, and the programs that come out of it.
struct Build {
    /// Programs and the packages they are made of.
    programs: &'static [(&'static str, &'static str)],
    features: &'static [&'static str],
}

/// All programs. What needs no features of its own is built in one run, which shares the dependencies.
const BUILDS: [Build; 7] = [
    Build {
        programs: &[
            ("vault", "vault"),
            ("oracle-adapter", "oracle-adapter"),
            ("liquidation-auction", "liquidation-auction"),
            ("insurance-fund", "insurance-fund"),
        ],
        features: &[],
    },
    Build {
        programs: &[("vault-liquidation", "vault")],
        features: &["--no-default-features", "--features", "liquidation"],
    },
    Build {
        programs: &[("vault-settlement", "vault")],
        features: &["--no-default-features", "--features", "settlement"],
    },
    Build {
        programs: &[("vault-administration", "vault")],
        features: &["--no-default-features", "--features", "administration"],
    },
    Build {
        programs: &[("vault-views", "vault")],
        features: &["--no-default-features", "--features", "views"],
    },
    Build {
        programs: &[("vault-inventory", "vault")],
        features: &["--no-default-features", "--features", "inventory"],
    },
    Build {
        programs: &[("oracle-adapter-extension", "oracle-adapter")],
        features: &["--no-default-features", "--features", "extension"],
    },
];

/// Variables that would replace the flags of `.cargo/config.toml` or the release profile: programs are the same whoever
/// builds them.
const OVERRIDES: [&str; 4] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
];
const PROFILE_OVERRIDE: &str = "CARGO_PROFILE_RELEASE_";

/// A program as it is deployed.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Its name: that of its file, without `.wasm`.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// The module, prepared for the chain.
    pub wasm: Vec<u8>,
    /// The code of its account: prefix and compressed module.
    pub code: Vec<u8>,
    /// What activation says.
    pub activation: std::result::Result<Figures, ActivationError>,
}

impl Artifact {
    fn new(name: &'static str, path: PathBuf, wasm: Vec<u8>) -> Result<Self> {
        let code = code::compress(&wasm)
            .map_err(|error| Error::new(format!("{name}: cannot be compressed: {error}")))?;
        let activation = activate(&wasm).map(|program| *program.figures());
        Ok(Self {
            name,
            path,
            wasm,
            code,
            activation,
        })
    }
}

/// All programs, built.
#[derive(Clone, Debug)]
pub struct Artifacts {
    /// The folder of the files `<name>.wasm`.
    pub folder: PathBuf,
    /// The programs, in the order of the modules in the documentation.
    pub programs: Vec<Artifact>,
}

impl Artifacts {
    /// The program of this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn program(&self, name: &str) -> Result<&Artifact> {
        self.programs
            .iter()
            .find(|program| program.name == name)
            .ok_or_else(|| Error::new(format!("there is no program {name}")))
    }

    /// Fails unless the chain would accept every program.
    ///
    /// # Errors
    ///
    /// Names the programs that it would refuse, and why.
    pub fn check_activation(&self) -> Result<()> {
        let refusals: Vec<String> = self
            .programs
            .iter()
            .filter_map(|program| {
                let error = program.activation.as_ref().err()?;
                Some(format!("{}: {error}", program.name))
            })
            .collect();
        if refusals.is_empty() {
            return Ok(());
        }
        Err(Error::new(format!(
            "the chain would not activate\n  {}",
            refusals.join("\n  ")
        ))
        .advise("see the entry point and the flags of .cargo/config.toml: every contract exports `user_entrypoint`"))
    }
}

/// Builds all programs in the release profile, prepares them for the chain, writes them to [`Workspace::programs`], and
/// tries their activation. What is up to date is not built again.
///
/// # Errors
///
/// If a program cannot be built. One that the chain would refuse is none: see [`Artifacts::check_activation`].
pub fn build_all(workspace: &Workspace) -> Result<Artifacts> {
    setup::program_target(workspace)?;
    let folder = workspace.programs();
    std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let target = workspace.program_builds();
    let _lock = lock(&target)?;
    let mut programs: Vec<Artifact> = Vec::new();
    for build in &BUILDS {
        let names: Vec<&str> = build.programs.iter().map(|(name, _)| *name).collect();
        output::step(format_args!(
            "building {} for {PROGRAM_TARGET}",
            names.join(", ")
        ));
        for &(name, package) in build.programs {
            bring_back(&target, name, package)?;
        }
        compile(workspace, build, &target)?;
        for &(name, package) in build.programs {
            keep(&target, name, package)?;
        }
        for &(name, package) in build.programs {
            let built = target
                .join(PROGRAM_TARGET)
                .join("release")
                .join(format!("{}.wasm", package.replace('-', "_")));
            let raw = std::fs::read(&built).map_err(|error| {
                Error::new(format!("{name}: no {}: {error}", built.display())).advise(format!(
                    "the manifest of {package} needs `crate-type = [\"lib\", \"cdylib\"]`"
                ))
            })?;
            let wasm = prepare(&raw).map_err(|error| Error::new(format!("{name}: {error}")))?;
            if let Some(twin) = programs.iter().find(|other| other.wasm == wasm) {
                return Err(
                    Error::new(format!("{name} came out the same as {}", twin.name))
                        .advise("delete target/wasm-build, and build again"),
                );
            }
            let path = folder.join(format!("{name}.wasm"));
            write_if_changed(&path, &wasm)?;
            programs.push(Artifact::new(name, path, wasm)?);
        }
    }
    Ok(Artifacts { folder, programs })
}

/// Held while programs are built: two builds at once would take each other's output for their own.
fn lock(target: &Path) -> Result<File> {
    std::fs::create_dir_all(target).map_err(Error::io("create", target))?;
    let path = target.join("lock");
    let file = File::create(&path).map_err(Error::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            output::step("waiting for another `cargo xtask` to finish building the programs");
        }
        Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
    }
    file.lock().map_err(Error::io("lock", &path))?;
    Ok(file)
}

/// Where cargo leaves a package's WASM before it is linked to its final place: one file, whatever the features.
fn output_file(target: &Path, package: &str) -> PathBuf {
    let file = format!("{}.wasm", package.replace('-', "_"));
    target
        .join(PROGRAM_TARGET)
        .join("release")
        .join("deps")
        .join(file)
}

fn kept_file(target: &Path, name: &str) -> PathBuf {
    target.join("kept").join(format!("{name}.wasm"))
}

/// Puts a program back where cargo had left it, or, if there is none yet, takes away what another set of features of the
/// same package left there: cargo looks at that file to tell whether a program is up to date. So all programs share one
/// build of their dependencies, which takes longer than all of them. Moved, not copied: a build that is broken off leaves
/// nothing that could be taken for its outcome.
fn bring_back(target: &Path, name: &str, package: &str) -> Result<()> {
    let (output, kept) = (output_file(target, package), kept_file(target, name));
    if kept.exists() {
        std::fs::rename(&kept, &output).map_err(Error::io("write", &output))?;
    } else if output.exists() {
        std::fs::remove_file(&output).map_err(Error::io("delete", &output))?;
    }
    Ok(())
}

/// Keeps what cargo built for [`bring_back`].
fn keep(target: &Path, name: &str, package: &str) -> Result<()> {
    let (output, kept) = (output_file(target, package), kept_file(target, name));
    if output.exists() {
        let folder = target.join("kept");
        std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        std::fs::copy(&output, &kept).map_err(Error::io("write", &kept))?;
    }
    Ok(())
}

fn compile(workspace: &Workspace, build: &Build, target: &Path) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(workspace.root())
        .args(["build", "--release", "--locked", "--lib"]);
    command
        .args(["--target", PROGRAM_TARGET])
        .arg("--target-dir")
        .arg(target);
    for (_, package) in build.programs {
        command.args(["--package", package]);
    }
    command.args(build.features);
    for (name, _) in std::env::vars_os() {
        let overrides = name
            .to_str()
            .is_some_and(|name| OVERRIDES.contains(&name) || name.starts_with(PROFILE_OVERRIDE));
        if overrides {
            let shown = name.to_string_lossy();
            output::line(format_args!(
                "    {shown} is ignored: programs are the same whoever builds them"
            ));
            command.env_remove(name);
        }
    }
    let home = workspace
        .cargo_home()
        .map(Path::to_owned)
        .or_else(cargo_home);
    if let Some(other) = workspace.cargo_home() {
        command.env("CARGO_HOME", other);
    }
    let sources = home.map(|home| registry_sources(&home));
    let flags = path_flags(&sources.unwrap_or_default());
    command.arg("--config").arg(flags);
    process::run(&mut command, "building programs", |_| {})
}

/// Cargo's own folder.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// The folders in which cargo unpacks sources of dependencies.
fn registry_sources(home: &Path) -> Vec<PathBuf> {
    let registry = home.join("registry").join("src");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(registry)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    folders.sort();
    folders
}

/// Compiler flags, in cargo's notation and in addition to those of `.cargo/config.toml`, that leave these folders out of
/// the paths in the programs. Else a program, and the hash of its code, would depend on where cargo keeps its sources on the
/// machine that builds it, and carry it as data.
fn path_flags(folders: &[PathBuf]) -> String {
    let flags: Vec<String> = folders
        .iter()
        .map(|folder| {
            let flag = format!("--remap-path-prefix={}=", folder.display());
            // A JSON string is a TOML string.
            serde_json::Value::from(flag).to_string()
        })
        .collect();
    format!("target.{PROGRAM_TARGET}.rustflags=[{}]", flags.join(","))
}

/// Leaves a file alone that has these contents already: its time is for whoever depends on it.
fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    std::fs::write(path, contents).map_err(Error::io("write", path))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    /// An empty module.
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

    /// A program that the chain refuses: it has no entry point.
    pub(crate) fn refused(name: &'static str) -> Artifact {
        Artifact::new(name, PathBuf::from(name), EMPTY.to_vec()).unwrap()
    }

    #[test]
    fn a_program_without_entry_point_is_refused_by_name() {
        let artifacts = Artifacts {
            folder: PathBuf::new(),
            programs: vec![refused("vault"), refused("insurance-fund")],
        };
        let error = artifacts.check_activation().unwrap_err().to_string();
        assert!(error.contains("vault: program refused"), "{error}");
        assert!(error.contains("insurance-fund: program refused"), "{error}");
        assert!(error.contains("what to do:"), "{error}");
    }

    #[test]
    fn a_program_is_found_by_its_name_only() {
        let artifacts = Artifacts {
            folder: PathBuf::new(),
            programs: vec![refused("vault")],
        };
        assert_eq!(artifacts.program("vault").unwrap().name, "vault");
        assert!(artifacts.program("vaults").is_err());
    }

    #[test]
    fn the_code_of_a_program_has_the_four_bytes_in_front() {
        assert_eq!(refused("vault").code[..4], [0xef, 0xf0, 0x00, 0x00]);
    }

    #[test]
    fn two_programs_of_one_package_are_never_built_in_one_run() {
        for build in &BUILDS {
            let mut packages: Vec<&str> = build.programs.iter().map(|program| program.1).collect();
            packages.sort_unstable();
            packages.dedup();
            assert_eq!(packages.len(), build.programs.len());
        }
    }

    #[test]
    fn each_program_of_a_package_finds_its_own_output_again() {
        let folder = TemporaryFolder::new();
        let target = folder.path();
        let output = output_file(target, "vault");
        std::fs::create_dir_all(output.parent().unwrap()).unwrap();
        for name in ["vault", "vault-liquidation"] {
            bring_back(target, name, "vault").unwrap();
            // What another program of the package left is gone, so cargo has to build.
            assert!(!output.exists(), "{name}");
            std::fs::write(&output, name).unwrap();
            keep(target, name, "vault").unwrap();
        }
        bring_back(target, "vault", "vault").unwrap();
        assert_eq!(std::fs::read(&output).unwrap(), b"vault");
        // Broken off here, before it was kept: built again next time, whatever lies there.
        bring_back(target, "vault", "vault").unwrap();
        assert!(!output.exists());
    }

    #[test]
    fn a_second_build_waits_for_the_first() {
        let folder = TemporaryFolder::new();
        let first = lock(folder.path()).unwrap();
        let other = File::create(folder.path().join("lock")).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        lock(folder.path()).unwrap();
    }

    #[test]
    fn paths_of_this_machine_are_left_out_of_programs() {
        let folders = ["/home/a b/.cargo/registry/src/index", r"C:\cargo"].map(PathBuf::from);
        assert_eq!(
            path_flags(&folders),
            r#"target.wasm32-unknown-unknown.rustflags=["--remap-path-prefix=/home/a b/.cargo/registry/src/index=","--remap-path-prefix=C:\\cargo="]"#
        );
        assert_eq!(
            path_flags(&[]),
            "target.wasm32-unknown-unknown.rustflags=[]"
        );
    }

    #[test]
    fn a_file_with_the_same_contents_keeps_its_time() {
        let folder = TemporaryFolder::new();
        let path = folder.write("a.wasm", "same");
        let time = || std::fs::metadata(&path).unwrap().modified().unwrap();
        let before = time();
        std::thread::sleep(std::time::Duration::from_millis(20));
        write_if_changed(&path, b"same").unwrap();
        assert_eq!(time(), before);
        write_if_changed(&path, b"other").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"other");
    }
}
