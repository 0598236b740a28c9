//! `abi/`: the modules' interfaces for Solidity and for tools, generated from `breakwater-interfaces`.

use std::path::{Path, PathBuf};

use alloy_json_abi::{InternalType, JsonAbi, Param};
use alloy_sol_types::SolStruct;
use breakwater_interfaces::{
    auction::{IAuctionTaker, ILiquidationAuction, Order},
    fund::IInsuranceFund,
    oracle::{IOracleAdapter, Leg, LegState, Memory, Parameters, Quote, SourceReading},
    vault::{AccountView, CollateralView, HoldingView, IVault, MarketView, PoolView},
};

use crate::{
    error::{Error, Result},
    hash, output,
    workspace::Workspace,
};

/// First lines of each Solidity file.
const HEADER: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0\n\
                      // Generated from crates/interfaces by `cargo xtask abi`; what each item means is written there.\n\
                      pragma solidity ^0.8.4;\n\n";

/// Folder of the generated files.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("abi")
}

/// Names and contents of all generated files.
fn files() -> Result<Vec<(String, String)>> {
    let interfaces = [
        ("IVault", IVault::abi::contract()),
        ("IOracleAdapter", IOracleAdapter::abi::contract()),
        ("ILiquidationAuction", ILiquidationAuction::abi::contract()),
        ("IInsuranceFund", IInsuranceFund::abi::contract()),
        ("IAuctionTaker", IAuctionTaker::abi::contract()),
    ];
    let mut files = Vec::new();
    for (name, mut abi) in interfaces {
        name_structs(name, &mut abi)?;
        let solidity = abi.to_sol(name, None);
        files.push((
            format!("{name}.sol"),
            format!("{HEADER}{}\n", solidity.trim_end()),
        ));
        let json = serde_json::to_string_pretty(&abi)
            .map_err(|error| Error::new(format!("cannot write the ABI of {name}: {error}")))?;
        files.push((format!("{name}.json"), json + "\n"));
    }
    Ok(files)
}

/// Gives structs among the parameters of functions and events their names again, which `sol!` leaves out of its ABI. They then
/// belong to the interface that uses them.
fn name_structs(interface: &str, abi: &mut JsonAbi) -> Result<()> {
    for function in abi.functions.values_mut().flatten() {
        for parameter in function.inputs.iter_mut().chain(&mut function.outputs) {
            let (components, kind) = (&mut parameter.components, &mut parameter.internal_type);
            name_struct(interface, &function.name, &parameter.ty, components, kind)?;
        }
    }
    for event in abi.events.values_mut().flatten() {
        for parameter in &mut event.inputs {
            let (components, kind) = (&mut parameter.components, &mut parameter.internal_type);
            name_struct(interface, &event.name, &parameter.ty, components, kind)?;
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
) -> Result<()> {
    if components.is_empty() {
        return Ok(());
    }
    // Field names tell structs apart.
    let structs = [
        ("Quote", fields(&Quote::eip712_root_type())),
        ("Parameters", fields(&Parameters::eip712_root_type())),
        ("Leg", fields(&Leg::eip712_root_type())),
        ("LegState", fields(&LegState::eip712_root_type())),
        ("Memory", fields(&Memory::eip712_root_type())),
        ("SourceReading", fields(&SourceReading::eip712_root_type())),
        ("AccountView", fields(&AccountView::eip712_root_type())),
        ("HoldingView", fields(&HoldingView::eip712_root_type())),
        ("MarketView", fields(&MarketView::eip712_root_type())),
        ("PoolView", fields(&PoolView::eip712_root_type())),
        (
            "CollateralView",
            fields(&CollateralView::eip712_root_type()),
        ),
        ("Order", fields(&Order::eip712_root_type())),
    ];
    let names: Vec<&str> = components.iter().map(|field| field.name.as_str()).collect();
    let (name, _) = structs
        .iter()
        .find(|(_, fields)| *fields == names)
        .ok_or_else(|| {
            Error::new(format!("{interface}.{item} has a struct without a name"))
                .advise("add the struct to `name_struct` in crates/xtask/src/abi.rs")
        })?;
    // `tuple`, and the brackets of an array.
    *kind = Some(InternalType::Struct {
        contract: Some(interface.to_owned()),
        ty: ty.replacen("tuple", name, 1),
    });
    for field in components {
        let (inner, kind) = (&mut field.components, &mut field.internal_type);
        name_struct(interface, item, &field.ty, inner, kind)?;
    }
    Ok(())
}

/// Names of the fields in a struct's declaration as EIP-712 has it: `Quote(uint256 mid,…)`.
fn fields(declaration: &str) -> Vec<String> {
    let inner = declaration.split_once('(').map_or("", |(_, rest)| rest);
    let inner = inner.trim_end_matches(')').split(',');
    inner
        .filter_map(|field| Some(field.split_once(' ')?.1.to_owned()))
        .collect()
}

/// Writes all files, and removes interfaces that are none any more.
///
/// # Errors
///
/// If a file cannot be written or removed.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let folder = folder(workspace);
    std::fs::create_dir_all(&folder).map_err(Error::io("make", &folder))?;
    let files = files()?;
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
    let differing = differing(&folder(workspace), &files()?)?;
    if differing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "abi/ is not what crates/interfaces gives: {}",
        differing.join(", ")
    ))
    .advise("`cargo xtask abi`, and commit what it writes"))
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
    let mut paths = hash::files_with_extension(folder, "sol")?;
    paths.extend(hash::files_with_extension(folder, "json")?);
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    #[test]
    fn each_file_that_is_changed_missing_or_left_over_is_named() {
        let folder = TemporaryFolder::new();
        let files = files().unwrap();
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
        let files = files().unwrap();
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
