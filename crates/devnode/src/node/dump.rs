//! Accounts as a document: for dumps, and for the changes in the state file.

use std::collections::{BTreeMap, HashSet};

use alloy_primitives::{hex, keccak256, Address, Bytes, B256, U256};
use jsonrpsee::core::RpcResult;
use revm::{
    primitives::KECCAK_EMPTY,
    state::{AccountInfo, Bytecode},
};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    errors::{internal, invalid, of_chain},
    ledger::Node,
};
use crate::chain::{AccountDiff, Chain, StateDiff};

/// What a dump calls itself.
const FORMAT: &str = "breakwater-devnode-dump-1";

/// What one account becomes.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AccountDocument {
    /// True if there is no such account any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
    /// Balance, nonce and code, if they change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    info: Option<InfoDocument>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    storage: BTreeMap<U256, U256>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct InfoDocument {
    nonce: u64,
    balance: U256,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_hash: Option<B256>,
    /// The code, the first time that its hash is named in a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Bytes>,
}

/// Accounts by address.
pub(crate) type StateDocument = BTreeMap<Address, AccountDocument>;

/// Writes a change down. `written` names the code that the reader has seen already.
pub(crate) fn document(
    chain: &Chain,
    diff: &StateDiff,
    written: &mut HashSet<B256>,
) -> StateDocument {
    let accounts = diff.accounts.iter().map(|(address, change)| {
        let info = change.info.iter().flatten().next();
        let info = info.map(|info| InfoDocument {
            nonce: info.nonce,
            balance: info.balance,
            code_hash: (info.code_hash != KECCAK_EMPTY).then_some(info.code_hash),
            code: (info.code_hash != KECCAK_EMPTY && written.insert(info.code_hash))
                .then(|| chain.code_by_hash(info.code_hash)),
        });
        let document = AccountDocument {
            gone: change.info == Some(None),
            info,
            storage: change.storage.clone(),
        };
        (*address, document)
    });
    accounts.collect()
}

/// Reads a change. Code whose hash alone is given must be known to the chain.
pub(crate) fn difference(chain: &Chain, document: StateDocument) -> Result<StateDiff, String> {
    let mut known: BTreeMap<B256, Bytes> = BTreeMap::new();
    let mut diff = StateDiff::default();
    for (address, account) in document {
        let info = match (account.gone, account.info) {
            (true, _) => Some(None),
            (false, None) => None,
            (false, Some(info)) => Some(Some(read_info(chain, address, info, &mut known)?)),
        };
        let storage = account.storage;
        diff.accounts.insert(address, AccountDiff { info, storage });
    }
    Ok(diff)
}

fn read_info(
    chain: &Chain,
    address: Address,
    document: InfoDocument,
    known: &mut BTreeMap<B256, Bytes>,
) -> Result<AccountInfo, String> {
    let mut info = AccountInfo {
        balance: document.balance,
        nonce: document.nonce,
        ..AccountInfo::default()
    };
    let Some(hash) = document.code_hash else {
        return Ok(info);
    };
    let code = match document.code {
        Some(code) if keccak256(&code) == hash => code,
        Some(_) => return Err(format!("the code of {address} does not give its hash")),
        None => match known.get(&hash) {
            Some(code) => code.clone(),
            None => chain.code_by_hash(hash),
        },
    };
    if code.is_empty() {
        return Err(format!("the code of {address} is missing"));
    }
    known.insert(hash, code.clone());
    info.code_hash = hash;
    info.code = Some(Bytecode::new_legacy(code));
    Ok(info)
}

/// A dump: all accounts, and the time.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dump {
    format: String,
    timestamp: u64,
    accounts: StateDocument,
}

/// The accounts and the time of a chain, in the format that `anvil_loadState` takes (there in hexadecimal).
pub fn dump_state(chain: &Chain) -> Vec<u8> {
    let dump = Dump {
        format: FORMAT.to_owned(),
        timestamp: chain.timestamp(),
        accounts: document(chain, &chain.whole_state(), &mut HashSet::new()),
    };
    // Maps with text as keys can always be written.
    serde_json::to_vec(&dump).unwrap_or_default()
}

/// `anvil_dumpState`.
pub(crate) fn dump(node: &Node, _: &Arguments) -> RpcResult<Value> {
    let dumped = dump_state(&node.ledger().chain);
    match dumped.is_empty() {
        true => Err(internal("the state cannot be written")),
        false => Ok(json!(hex::encode_prefixed(dumped))),
    }
}

/// `anvil_loadState`: puts the accounts of a dump in place of those of the same address, and moves the time on if the dump
/// is ahead.
pub(crate) fn load(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let bytes: Bytes = arguments.required(0, "state")?;
    let dump: Dump = serde_json::from_slice(&bytes).map_err(|error| {
        invalid(format!(
            "parameter 0, state: not a dump of this node: {error}"
        ))
    })?;
    if dump.format != FORMAT {
        return Err(invalid(format!(
            "parameter 0, state: format {:?}, but this node reads {FORMAT:?}",
            dump.format
        )));
    }
    let mut ledger = node.ledger();
    let diff = difference(&ledger.chain, dump.accounts)
        .map_err(|reason| invalid(format!("parameter 0, state: {reason}")))?;
    if dump.timestamp > ledger.chain.timestamp() {
        ledger.chain.set_time(dump.timestamp).map_err(of_chain)?;
    }
    ledger.chain.edit(diff);
    ledger.keep_edits()?;
    Ok(json!(true))
}
