//! Compiled programs and contracts, from the folders that the build leaves them in.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy_primitives::Bytes;
use breakwater_devnode::stylus_vm::code;
use serde::Deserialize;

/// Names of the programs, files `<name>.wasm`, in the order in which they are deployed: the vault's constructor runs in its
/// program for administration, the adapter's in its extension.
pub const PROGRAMS: [&str; 10] = [
    "vault-liquidation",
    "vault-settlement",
    "vault-administration",
    "vault-views",
    "vault-inventory",
    "oracle-adapter-extension",
    "oracle-adapter",
    "vault",
    "liquidation-auction",
    "insurance-fund",
];

/// Names of the Solidity contracts: files `<name>.json`.
pub(crate) const CONTRACTS: [&str; 8] = [
    "StylusDeployer",
    "WETH9",
    "StableToken",
    "TestToken",
    "OddToken",
    "MockFeed",
    "FlashTaker",
    "MockExchange",
];

/// All code that a deployment needs.
#[derive(Clone, Debug)]
pub struct Programs {
    /// By name: the code of the account, prefix and compressed module.
    programs: BTreeMap<&'static str, Vec<u8>>,
    /// By name: init code without constructor arguments.
    contracts: BTreeMap<&'static str, Bytes>,
}

/// The part of a compiled contract's file that is used.
#[derive(Deserialize)]
struct Compiled {
    bytecode: String,
}

impl Programs {
    /// Reads the folders that `BREAKWATER_WASM_DIR` and `BREAKWATER_SOLIDITY_DIR` name (`cargo xtask test` sets them), or else
    /// `wasm` and `solidity` in cargo's target folder.
    ///
    /// # Errors
    ///
    /// Names the file that is missing or wrong, and the command that makes it.
    pub fn find() -> Result<Self, String> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
            PathBuf::from,
        );
        let folder = |variable: &str, name: &str| {
            std::env::var_os(variable).map_or_else(|| target.join(name), PathBuf::from)
        };
        Self::read(
            &folder("BREAKWATER_WASM_DIR", "wasm"),
            &folder("BREAKWATER_SOLIDITY_DIR", "solidity"),
        )
    }

    /// Reads programs `<name>.wasm` and contracts `<Name>.json` from two folders.
    ///
    /// # Errors
    ///
    /// As [`Programs::find`].
    pub fn read(wasm: &Path, solidity: &Path) -> Result<Self, String> {
        let mut programs = BTreeMap::new();
        for name in PROGRAMS {
            let path = wasm.join(format!("{name}.wasm"));
            let module = std::fs::read(&path).map_err(|error| {
                let path = path.display();
                format!("cannot read {path}: {error}; `cargo xtask wasm` builds it")
            })?;
            let code = code::compress(&module).map_err(|error| format!("{name}: {error}"))?;
            programs.insert(name, code);
        }
        let mut contracts = BTreeMap::new();
        for name in CONTRACTS {
            let path = solidity.join(format!("{name}.json"));
            let shown = path.display();
            let text = std::fs::read(&path).map_err(|error| {
                format!("cannot read {shown}: {error}; `cargo xtask test` compiles it")
            })?;
            let compiled: Compiled =
                serde_json::from_slice(&text).map_err(|error| format!("{shown}: {error}"))?;
            let code = hex::decode(compiled.bytecode.trim_start_matches("0x"))
                .map_err(|error| format!("{shown}: {error}"))?;
            contracts.insert(name, code.into());
        }
        Ok(Self {
            programs,
            contracts,
        })
    }

    /// The code of a program's account.
    pub(crate) fn program(&self, name: &str) -> Result<&[u8], String> {
        let code = self.programs.get(name).map(Vec::as_slice);
        code.ok_or_else(|| format!("there is no program {name}"))
    }

    /// Init code of a contract, with the encoded constructor arguments behind it.
    pub(crate) fn contract(&self, name: &str, arguments: &[u8]) -> Result<Vec<u8>, String> {
        let code = self
            .contracts
            .get(name)
            .ok_or_else(|| format!("there is no contract {name}"))?;
        Ok([code, arguments].concat())
    }
}
