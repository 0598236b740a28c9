//! The file `cases.json`.

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, Bytes, B256, U256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::DEFAULT_INK_PRICE;

#[derive(Debug, Deserialize)]
pub(super) struct Cases {
    pub(super) cases: Vec<Case>,
}

/// One run of a module, or one module that must be refused.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) wat: String,
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
    pub(super) status: u8,
    pub(super) gas: u64,
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
