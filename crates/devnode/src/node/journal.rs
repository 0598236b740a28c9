//! The state file: what has happened since the first block, one record a line, only ever appended to.
//!
//! A line is a checksum and a JSON document; the checksum covers the line before too. A record is on the disk before the
//! request that caused it is answered, so a killed node has lost at most what no block held yet. A last line without an
//! end is what a node was writing when it was killed: it is dropped. Damage anywhere else is an error.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use alloy_consensus::TxEnvelope;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{hex, keccak256, Address, Bytes, B256};
use serde::{Deserialize, Serialize};

use super::{
    config::{NodeConfig, NodeError},
    dump::{self, StateDocument},
    header::header,
    ledger::{encoded, Included, Ledger, Sealed},
};
use crate::{
    arbos::RecentPrograms,
    chain::{Block, Chain, Change, StateDiff},
    transaction::Receipt,
};

/// What a state file calls itself.
const FORMAT: &str = "breakwater-devnode-state-1";
/// Hexadecimal digits of a checksum.
const CHECKSUM_DIGITS: usize = 16;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "record")]
enum Record {
    /// The first line: from what the first block follows.
    #[serde(rename_all = "camelCase")]
    Genesis {
        format: String,
        chain_id: u64,
        genesis_time: u64,
        accounts: usize,
    },
    /// A block was closed.
    #[serde(rename_all = "camelCase")]
    Block {
        timestamp: u64,
        l1_block_number: u64,
        hash: B256,
        changes: Vec<ChangeDocument>,
        transactions: Vec<TransactionDocument>,
        receipts: Vec<Receipt>,
    },
    /// Accounts were edited.
    Edit { changes: Vec<ChangeDocument> },
    /// The chain went back to where it had `blocks` blocks.
    Revert { blocks: u64, state: StateDocument },
}

#[derive(Debug, Serialize, Deserialize)]
struct ChangeDocument {
    block: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<usize>,
    #[serde(default)]
    recent: RecentPrograms,
    state: StateDocument,
}

#[derive(Debug, Serialize, Deserialize)]
struct TransactionDocument {
    from: Address,
    raw: Bytes,
}

/// The state file of a running node.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    checksum: String,
    /// Code that the file holds.
    written: HashSet<B256>,
}

fn checksum_of(before: &str, line: &str) -> String {
    let mut digits = hex::encode(keccak256(format!("{before} {line}")));
    digits.truncate(CHECKSUM_DIGITS);
    digits
}

/// True if a node may have been writing its first line when it was killed. Other files must not be written to.
fn is_begun(bytes: &[u8]) -> bool {
    let (sum, rest) = bytes.split_at(bytes.len().min(CHECKSUM_DIGITS));
    let first = br#" {"record":"genesis","#;
    let common = rest.len().min(first.len());
    sum.iter().all(u8::is_ascii_hexdigit) && rest.get(..common) == first.get(..common)
}

impl Journal {
    /// Opens a state file, or begins one. Returns what it holds: records in order, each with the number of its line.
    fn open(path: &Path) -> Result<(Self, Vec<(usize, Record)>), NodeError> {
        let failed = |reason| NodeError::File {
            path: path.to_owned(),
            reason,
        };
        let damaged = |reason: String| NodeError::BadState {
            path: path.to_owned(),
            reason,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        if file.try_lock().is_err() {
            return Err(damaged("another node uses it".to_owned()));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let text = std::str::from_utf8(bytes.get(..whole).unwrap_or_default())
            .map_err(|error| damaged(format!("damaged at byte {}", error.valid_up_to())))?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            checksum: String::new(),
            written: HashSet::new(),
        };
        let mut records = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let parts = line
                .split_once(' ')
                .filter(|(sum, content)| *sum == checksum_of(&journal.checksum, content));
            let Some((sum, content)) = parts else {
                return Err(damaged(format!(
                    "line {number} is damaged: its checksum is wrong"
                )));
            };
            let record = serde_json::from_str(content)
                .map_err(|error| damaged(format!("line {number} cannot be read: {error}")))?;
            journal.checksum = sum.to_owned();
            records.push((number, record));
        }
        if whole == 0 && !is_begun(&bytes) {
            return Err(damaged("not a state file of this node".to_owned()));
        }
        journal.file.set_len(whole as u64).map_err(failed)?;
        journal.file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok((journal, records))
    }

    fn append(&mut self, record: &Record) -> std::io::Result<()> {
        let content = serde_json::to_string(record)?;
        let sum = checksum_of(&self.checksum, &content);
        self.file
            .write_all(format!("{sum} {content}\n").as_bytes())?;
        self.file.sync_data()?;
        self.checksum = sum;
        Ok(())
    }

    fn documents(&mut self, chain: &Chain, changes: Vec<Change>) -> Vec<ChangeDocument> {
        let documents = changes.into_iter().map(|change| ChangeDocument {
            block: change.block,
            transaction: change.transaction,
            recent: change.recent,
            state: dump::document(chain, &change.diff, &mut self.written),
        });
        documents.collect()
    }

    /// Keeps a block that was closed, and the changes since the last record.
    pub(crate) fn block(
        &mut self,
        chain: &Chain,
        changes: Vec<Change>,
        block: &Block,
        transactions: &[Included],
    ) -> Result<(), NodeError> {
        let transactions = transactions.iter().map(|included| TransactionDocument {
            from: included.from,
            raw: encoded(&included.envelope).into(),
        });
        let record = Record::Block {
            timestamp: block.timestamp,
            l1_block_number: block.l1_block_number,
            hash: block.hash,
            changes: self.documents(chain, changes),
            transactions: transactions.collect(),
            receipts: block.receipts.clone(),
        };
        self.keep(&record)
    }

    /// Keeps edits from outside.
    pub(crate) fn edit(&mut self, chain: &Chain, changes: Vec<Change>) -> Result<(), NodeError> {
        let changes = self.documents(chain, changes);
        self.keep(&Record::Edit { changes })
    }

    /// Keeps that the chain went back.
    pub(crate) fn revert(&mut self, chain: &Chain, diff: &StateDiff) -> Result<(), NodeError> {
        let record = Record::Revert {
            blocks: chain.block_number() + 1,
            state: dump::document(chain, diff, &mut self.written),
        };
        self.keep(&record)
    }

    fn keep(&mut self, record: &Record) -> Result<(), NodeError> {
        self.append(record).map_err(|reason| NodeError::File {
            path: self.path.clone(),
            reason,
        })
    }
}

/// Opens the state file and brings a new ledger to where it ends. `begin` makes the ledger from the settings, which the file
/// may correct: it knows time and accounts of its first block.
pub(crate) fn resume(
    path: &Path,
    config: &mut NodeConfig,
    begin: impl FnOnce(&NodeConfig) -> Result<Ledger, NodeError>,
) -> Result<Ledger, NodeError> {
    let (mut journal, records) = Journal::open(path)?;
    let damaged = |reason: String| NodeError::BadState {
        path: path.to_owned(),
        reason,
    };
    let mut records = records.into_iter();
    match records.next() {
        None => journal.keep(&Record::Genesis {
            format: FORMAT.to_owned(),
            chain_id: config.chain_id,
            genesis_time: config.genesis_time,
            accounts: config.accounts,
        })?,
        Some((
            _,
            Record::Genesis {
                format,
                chain_id,
                genesis_time,
                accounts,
            },
        )) => {
            if format != FORMAT {
                return Err(damaged(format!(
                    "its format is {format:?}; this node reads {FORMAT:?}"
                )));
            }
            if chain_id != config.chain_id {
                return Err(damaged(format!(
                    "it is of chain {chain_id}, not {}: use --chain-id {chain_id}",
                    config.chain_id
                )));
            }
            (config.genesis_time, config.accounts) = (genesis_time, accounts);
        }
        Some(_) => return Err(damaged("line 1 is not the beginning of a chain".to_owned())),
    }
    let mut ledger = begin(config)?;
    for (line, record) in records {
        restore(&mut ledger, record, &mut journal.written)
            .map_err(|reason| damaged(format!("line {line}: {reason}")))?;
    }
    ledger.chain.record_changes(true);
    ledger.journal = Some(journal);
    ledger.announce();
    Ok(ledger)
}

/// Does again what a record says.
fn restore(ledger: &mut Ledger, record: Record, written: &mut HashSet<B256>) -> Result<(), String> {
    match record {
        Record::Genesis { .. } => Err("a second beginning".to_owned()),
        Record::Edit { changes } => apply(ledger, changes, written),
        Record::Revert { blocks, state } => {
            let diff = dump::difference(&ledger.chain, state)?;
            note_code(&diff, written);
            ledger.truncate(blocks)?;
            ledger.chain.replace_state(&diff);
            Ok(())
        }
        Record::Block {
            timestamp,
            l1_block_number,
            hash,
            changes,
            transactions,
            receipts,
        } => {
            apply(ledger, changes, written)?;
            let included = transactions
                .into_iter()
                .map(read_transaction)
                .collect::<Result<Vec<_>, _>>()?;
            let block = Block {
                number: ledger.last() + 1,
                timestamp,
                l1_block_number,
                hash,
                parent_hash: ledger.chain.open_block().parent_hash,
                gas_used: receipts.iter().map(|receipt| receipt.gas_used).sum(),
                receipts,
            };
            let envelopes = included.iter().map(|included| &included.envelope);
            let header = header(&block, envelopes, ledger.chain.config());
            if header.hash_slow() != hash {
                return Err(format!("block {} does not give its hash", block.number));
            }
            ledger.chain.restore_block(block);
            ledger.push(Sealed {
                header,
                hash,
                transactions: included,
            });
            Ok(())
        }
    }
}

fn apply(
    ledger: &mut Ledger,
    changes: Vec<ChangeDocument>,
    written: &mut HashSet<B256>,
) -> Result<(), String> {
    for change in changes {
        let diff = dump::difference(&ledger.chain, change.state)?;
        note_code(&diff, written);
        ledger.chain.apply(Change {
            block: change.block,
            transaction: change.transaction,
            recent: change.recent,
            diff,
        });
    }
    Ok(())
}

fn note_code(diff: &StateDiff, written: &mut HashSet<B256>) {
    let accounts = diff.accounts.values();
    let infos = accounts.filter_map(|account| account.info.as_ref()?.as_ref());
    written.extend(infos.map(|info| info.code_hash));
}

fn read_transaction(document: TransactionDocument) -> Result<Included, String> {
    let mut raw = document.raw.as_ref();
    let envelope = TxEnvelope::decode_2718(&mut raw)
        .map_err(|error| format!("a transaction cannot be read: {error}"))?;
    Ok(Included {
        envelope,
        from: document.from,
    })
}
