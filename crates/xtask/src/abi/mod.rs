//! `abi/`: the modules' interfaces for Solidity and for tools, generated from `breakwater-interfaces`.

mod declarations;
mod javascript;
mod natspec;

use std::path::{Path, PathBuf};

use alloy_json_abi::{InternalType, JsonAbi, Param};
use breakwater_interfaces::{
    auction::{IAuctionTaker, ILiquidationAuction},
    fund::IInsuranceFund,
    oracle::IOracleAdapter,
    vault::IVault,
};

use self::{
    declarations::{Declarations, Struct},
    natspec::Units,
};
use crate::{
    error::{Error, Result},
    hash, output,
    workspace::Workspace,
};

/// First lines of each Solidity file.
const HEADER: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0\n\
                      // Generated from crates/interfaces and abi/units.json by `cargo xtask abi`.\n\
                      pragma solidity ^0.8.4;\n\n";
/// What is in the folder and is not generated.
const WRITTEN_BY_HAND: [&str; 4] = ["units.json", "package.json", "ethers.js", "ethers.d.ts"];

/// Folder of the generated files.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("abi")
}

/// Names and contents of all generated files.
fn files(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let interfaces = [
        ("IVault", IVault::abi::contract()),
        ("IOracleAdapter", IOracleAdapter::abi::contract()),
        ("ILiquidationAuction", ILiquidationAuction::abi::contract()),
        ("IInsuranceFund", IInsuranceFund::abi::contract()),
        ("IAuctionTaker", IAuctionTaker::abi::contract()),
    ];
    let sources = workspace.root().join("crates").join("interfaces");
    let declarations = Declarations::read(&sources.join("src"))?;
    let units = Units::read(&folder(workspace).join("units.json"))?;
    let mut files = Vec::new();
    let mut values = Vec::new();
    for (name, mut abi) in interfaces {
        name_structs(name, &mut abi, &declarations.structs)?;
        let solidity = natspec::commented(name, &abi, &declarations, &units)?;
        files.push((format!("{name}.sol"), format!("{HEADER}{solidity}\n")));
        let failed = |error| Error::new(format!("cannot write the ABI of {name}: {error}"));
        let json = serde_json::to_string_pretty(&abi).map_err(failed)?;
        files.push((format!("{name}.json"), json + "\n"));
        values.push((name, serde_json::to_value(&abi).map_err(failed)?));
    }
    files.extend(javascript::modules(&values));
    Ok(files)
}

/// Gives structs among the parameters of functions and events their names again, which `sol!` leaves out of its ABI. They then
/// belong to the interface that uses them.
fn name_structs(interface: &str, abi: &mut JsonAbi, structs: &[Struct]) -> Result<()> {
    for function in abi.functions.values_mut().flatten() {
        for parameter in function.inputs.iter_mut().chain(&mut function.outputs) {
            let (components, kind) = (&mut parameter.components, &mut parameter.internal_type);
            name_struct(
                interface,
                &function.name,
                &parameter.ty,
                components,
                kind,
                structs,
            )?;
        }
    }
    for event in abi.events.values_mut().flatten() {
        for parameter in &mut event.inputs {
            let (components, kind) = (&mut parameter.components, &mut parameter.internal_type);
            name_struct(
                interface,
                &event.name,
                &parameter.ty,
                components,
                kind,
                structs,
            )?;
        }
    }
    Ok(())
}

fn name_struct(
    interface: &str,
    item: &str,
    ty: &str,
    components: &mut [Param],
    kind: &mut Option<InternalType>,
    structs: &[Struct],
) -> Result<()> {
    if components.is_empty() {
        return Ok(());
    }
    // Field names tell structs apart.
    let names = || components.iter().map(|field| &field.name);
    let structure = structs
        .iter()
        .find(|known| known.fields.iter().map(|(name, _)| name).eq(names()))
        .ok_or_else(|| {
            Error::new(format!(
                "{interface}.{item} has a struct that crates/interfaces does not declare"
            ))
        })?;
    // `tuple`, and the brackets of an array.
    *kind = Some(InternalType::Struct {
        contract: Some(interface.to_owned()),
        ty: ty.replacen("tuple", &structure.name, 1),
    });
    for field in components {
        let (inner, kind) = (&mut field.components, &mut field.internal_type);
        name_struct(interface, item, &field.ty, inner, kind, structs)?;
    }
    Ok(())
}

/// Writes all files, and removes interfaces that are none any more.
///
/// # Errors
///
/// If a file cannot be written or removed.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let folder = folder(workspace);
    std::fs::create_dir_all(&folder).map_err(Error::io("make", &folder))?;
    let files = files(workspace)?;
    for path in generated(&folder)? {
        if !files.iter().any(|(name, _)| path.ends_with(name)) {
            std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(Error::io("write", &path))?;
        output::line(path.display());
    }
    Ok(())
}

/// Holds the files in `abi/` against what the interfaces give.
///
/// # Errors
///
/// If one differs, is missing, or is there without an interface.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let folder = folder(workspace);
    check_version(&folder)?;
    let differing = differing(&folder, &files(workspace)?)?;
    if differing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "abi/ is not what crates/interfaces gives: {}",
        differing.join(", ")
    ))
    .advise("`cargo xtask abi`, and commit what it writes"))
}

/// The npm package has the version of the crates.
fn check_version(folder: &Path) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Package {
        version: String,
    }
    let path = folder.join("package.json");
    let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let package: Package = serde_json::from_str(&text)
        .map_err(|error| Error::new(format!("{}: {error}", path.display())))?;
    let wanted = env!("CARGO_PKG_VERSION");
    if package.version == wanted {
        return Ok(());
    }
    let found = package.version;
    Err(Error::new(format!(
        "abi/package.json has version {found}, and the workspace has {wanted}"
    )))
}

/// What is wrong in `folder`, a file at a time.
fn differing(folder: &Path, files: &[(String, String)]) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (name, text) in files {
        match std::fs::read_to_string(folder.join(name)) {
            // A checkout may have the line ends of its system.
            Ok(found) if found.replace("\r\n", "\n") == *text => {}
            Ok(_) => wrong.push(format!("{name} differs")),
            Err(_) => wrong.push(format!("{name} is missing")),
        }
    }
    for path in generated(folder)? {
        if !files.iter().any(|(name, _)| path.ends_with(name)) {
            wrong.push(format!("{} is of no interface", path.display()));
        }
    }
    Ok(wrong)
}

/// All files in `folder` of the kinds that are generated.
fn generated(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for extension in ["sol", "json", "js", "ts"] {
        paths.extend(hash::files_with_extension(folder, extension)?);
    }
    paths.retain(|path| !WRITTEN_BY_HAND.iter().any(|name| path.ends_with(name)));
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    #[test]
    fn each_file_that_is_changed_missing_or_left_over_is_named() {
        let folder = TemporaryFolder::new();
        let files = files(&Workspace::find().unwrap()).unwrap();
        for (name, text) in &files {
            folder.write(name, text);
        }
        assert!(differing(folder.path(), &files).unwrap().is_empty());

        folder.write("IVault.sol", "interface IVault {}\n");
        std::fs::remove_file(folder.path().join("IAuctionTaker.json")).unwrap();
        folder.write("IOld.sol", "");
        let wrong = differing(folder.path(), &files).unwrap();
        assert_eq!(
            wrong[..2],
            ["IVault.sol differs", "IAuctionTaker.json is missing"]
        );
        assert!(wrong[2].ends_with("IOld.sol is of no interface"));
        assert_eq!(wrong.len(), 3);
    }

    #[test]
    fn files_hold_functions_events_errors_and_structs_of_the_interface() {
        let files = files(&Workspace::find().unwrap()).unwrap();
        let text = |wanted: &str| {
            let found = files.iter().find(|(name, _)| name == wanted);
            found.map(|(_, text)| text.as_str()).unwrap()
        };
        for part in [
            "struct Quote",
            "error InsufficientGas(",
            "event SourcesSet(",
            "function getQuote(",
        ] {
            assert!(text("IOracleAdapter.sol").contains(part), "{part}");
        }
        let abi: serde_json::Value = serde_json::from_str(text("IAuctionTaker.json")).unwrap();
        assert_eq!(abi[0]["name"], "onAuctionTake");
    }
}
