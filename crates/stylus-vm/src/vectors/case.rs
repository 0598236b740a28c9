//! The file `cases.json`.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, Bytes, B256, U256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{instrument::STACK_WORDS, pages::PAGE_LIMIT, DEFAULT_INK_PRICE};

/// The format that this reader knows.
const FORMAT: u64 = 1;

/// The whole file. Cases are read one by one, so that one that cannot be read does not hide the others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cases {
    format: u64,
    vm: Vm,
    pub(super) cases: Vec<Value>,
}

/// The machine that gave the figures.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Vm {
    stylus_version: u64,
    arbos_version: u64,
    max_stack_words: u64,
    page_limit: u64,
}

/// The machine that this crate is.
const OURS: Vm = Vm {
    stylus_version: 2,
    arbos_version: 51,
    max_stack_words: STACK_WORDS as u64,
    page_limit: PAGE_LIMIT as u64,
};

impl Cases {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// If it is not of the format, or its figures are those of another machine.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let cases: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if cases.format != FORMAT {
            return Err(format!(
                "format {}, only format {FORMAT} can be read",
                cases.format
            ));
        }
        if cases.vm != OURS {
            return Err(format!(
                "figures of another machine: {:?}, not {OURS:?}",
                cases.vm
            ));
        }
        Ok(cases)
    }
}

/// One run of a module, or one module that must be refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// For the report, which reads it before the case.
    #[serde(rename = "name")]
    _name: String,
    pub(super) wat: String,
    /// For readers.
    #[serde(default, rename = "note")]
    _note: Option<String>,
    #[serde(default)]
    pub(super) calldata_hex: Bytes,
    #[serde(default)]
    pub(super) gas_limit: u64,
    #[serde(default = "default_ink_price")]
    pub(super) ink_price: u32,
    #[serde(default)]
    pub(super) reentrant: bool,
    #[serde(default)]
    pub(super) world: WorldChanges,
    #[serde(default)]
    pub(super) storage_before: BTreeMap<B256, B256>,
    pub(super) activation: Value,
    /// Null if the module is refused.
    #[serde(default)]
    pub(super) run: Value,
}

fn default_ink_price() -> u32 {
    DEFAULT_INK_PRICE
}

/// Departures from the default world.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldChanges {
    #[serde(default)]
    pub(super) read_only: bool,
    #[serde(default)]
    pub(super) msg_value: U256,
    #[serde(default)]
    pub(super) balances: HashMap<Address, U256>,
    #[serde(default)]
    pub(super) code_hashes: HashMap<Address, B256>,
    #[serde(default)]
    pub(super) codes: HashMap<Address, Bytes>,
    #[serde(default)]
    pub(super) callees: HashMap<Address, Callee>,
    #[serde(default)]
    pub(super) create: Option<Created>,
    #[serde(default)]
    pub(super) pages_before: PagesBefore,
}

/// How a called contract answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Callee {
    pub(super) status: u64,
    pub(super) gas: u64,
    #[serde(default)]
    pub(super) return_data: Bytes,
    #[serde(default)]
    pub(super) empty_account: bool,
}

/// How a creation ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Created {
    pub(super) address: Address,
    pub(super) gas: u64,
    #[serde(default)]
    pub(super) return_data: Bytes,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PagesBefore {
    pub(super) open: u16,
    pub(super) ever: u16,
}

/// A log, as it stands in the file.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Log {
    pub(super) topics: Vec<B256>,
    pub(super) data: Bytes,
}
