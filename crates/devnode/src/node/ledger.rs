//! The chain with signed transactions and block headers: what all methods work on.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy_consensus::{Header, Transaction as _, TxEnvelope, Typed2718};
use alloy_eips::{eip2718::Encodable2718, BlockId, BlockNumberOrTag};
use alloy_primitives::{address, Address, Bytes, Log, B256};
use jsonrpsee::core::RpcResult;
use tokio::sync::watch;

use super::{
    config::{NodeConfig, NodeError},
    errors::{internal, not_found, of_chain, refused},
    filters::Filters,
    header::header,
    journal::{self, Journal},
    keys::{self, Account},
};
use crate::{
    chain::{Block, Chain, Moment, SnapshotId},
    config::ChainConfig,
    transaction::{Receipt, Tx},
};

/// Blocks whose state can be asked for.
pub(crate) const HISTORY_BLOCKS: u64 = 4_096;

/// A transaction in a block, as it was signed.
#[derive(Clone, Debug)]
pub(crate) struct Included {
    pub(crate) envelope: TxEnvelope,
    pub(crate) from: Address,
}

impl Included {
    pub(crate) fn hash(&self) -> B256 {
        *self.envelope.tx_hash()
    }

    /// The same for the chain.
    pub(crate) fn tx(&self) -> Tx {
        let envelope = &self.envelope;
        let list = envelope.access_list().cloned().unwrap_or_default();
        Tx {
            from: self.from,
            to: envelope.to(),
            value: envelope.value(),
            data: envelope.input().clone(),
            gas_limit: Some(envelope.gas_limit()),
            gas_price: Some(envelope.max_fee_per_gas()),
            nonce: Some(envelope.nonce()),
            access_list: (list.0.into_iter())
                .map(|item| (item.address, item.storage_keys))
                .collect(),
        }
    }
}

/// A closed block: what the chain does not know of it.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) header: Header,
    pub(crate) hash: B256,
    pub(crate) transactions: Vec<Included>,
}

/// Blocks seen from outside: how many there are, and how often the chain went back.
pub(crate) type Height = (u64, u64);

/// The chain and its blocks.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) chain: Chain,
    /// Closed blocks by number.
    blocks: Vec<Arc<Sealed>>,
    by_hash: HashMap<B256, u64>,
    /// Transactions of the open block.
    pub(crate) open: Vec<Included>,
    pub(crate) automine: bool,
    /// Closed blocks and transactions of the open block at each snapshot.
    snapshots: Vec<(SnapshotId, Vec<Arc<Sealed>>, Vec<Included>)>,
    pub(crate) impersonated: HashSet<Address>,
    /// True if every account may send without a signature.
    pub(crate) impersonate_all: bool,
    reverts: u64,
    height: watch::Sender<Height>,
    /// The state file, if there is one.
    pub(crate) journal: Option<Journal>,
}

/// What `cargo stylus deploy` calls for programs with a constructor is here on Arbitrum's chains. The code is that of
/// tests/solidity/CargoStylusDeployer.sol, which a test compares.
const CARGO_STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// Most snapshots kept at once: each is a copy of the state.
const MOST_SNAPSHOTS: usize = 1_024;

impl Ledger {
    fn new(config: ChainConfig, accounts: Vec<Address>, automine: bool) -> Self {
        let mut genesis = None;
        let settings = config.clone();
        let deployer = (
            CARGO_STYLUS_DEPLOYER,
            Bytes::from_static(include_bytes!("cargo_stylus_deployer.bin")),
        );
        let mut chain = Chain::with_genesis(config, accounts, &[deployer], |block| {
            let header = header(block, std::iter::empty(), &settings);
            let hash = header.hash_slow();
            genesis = Some(Sealed {
                header,
                hash,
                transactions: Vec::new(),
            });
            hash
        });
        chain.set_automine(false);
        let mut ledger = Self {
            chain,
            blocks: Vec::new(),
            by_hash: HashMap::new(),
            open: Vec::new(),
            automine,
            snapshots: Vec::new(),
            impersonated: HashSet::new(),
            impersonate_all: false,
            reverts: 0,
            height: watch::Sender::new((1, 0)),
            journal: None,
        };
        if let Some(genesis) = genesis {
            ledger.push(genesis);
        }
        ledger
    }

    pub(crate) fn push(&mut self, sealed: Sealed) {
        self.by_hash.insert(sealed.hash, sealed.header.number);
        self.blocks.push(Arc::new(sealed));
    }

    /// Tells those who wait for blocks.
    pub(crate) fn announce(&self) {
        let height = (self.blocks.len() as u64, self.reverts);
        self.height.send_replace(height);
    }

    // --- blocks ---

    /// Number of the last closed block.
    pub(crate) fn last(&self) -> u64 {
        self.chain.block_number()
    }

    pub(crate) fn sealed(&self, number: u64) -> Option<&Arc<Sealed>> {
        self.blocks.get(usize::try_from(number).ok()?)
    }

    pub(crate) fn number_of(&self, hash: B256) -> Option<u64> {
        self.by_hash.get(&hash).copied()
    }

    /// Number of a block; that of the open one if it is asked for as `pending`. None if there is no such block.
    pub(crate) fn resolve(&self, block: BlockId) -> Option<u64> {
        let last = self.last();
        match block {
            BlockId::Hash(hash) => self.number_of(hash.block_hash),
            BlockId::Number(tag) => match tag {
                BlockNumberOrTag::Latest | BlockNumberOrTag::Safe | BlockNumberOrTag::Finalized => {
                    Some(last)
                }
                BlockNumberOrTag::Earliest => Some(0),
                BlockNumberOrTag::Pending => Some(last + 1),
                BlockNumberOrTag::Number(number) => (number <= last).then_some(number),
            },
        }
    }

    /// The moment that a query about the state at `block` means.
    pub(crate) fn moment(&self, block: BlockId) -> RpcResult<Moment> {
        match self.resolve(block) {
            Some(number) if number > self.last() => Ok(Moment::Now),
            Some(number) => Ok(Moment::EndOf(number)),
            None => Err(not_found("header not found")),
        }
    }

    /// Looks at the state at a block.
    pub(crate) fn at<R>(
        &mut self,
        block: BlockId,
        look: impl FnOnce(&mut Chain) -> R,
    ) -> RpcResult<R> {
        let moment = self.moment(block)?;
        self.chain.at(moment, look).map_err(of_chain)
    }

    /// The open block as it would be closed now.
    pub(crate) fn open_block(&self) -> (Block, Header) {
        let block = self.chain.open_block();
        let envelopes = self.open.iter().map(|included| &included.envelope);
        let header = header(&block, envelopes, self.chain.config());
        (block, header)
    }

    /// Closes the open block. Returns its number.
    pub(crate) fn mine(&mut self) -> RpcResult<u64> {
        let transactions = std::mem::take(&mut self.open);
        let settings = self.chain.config().clone();
        let mut sealed = None;
        let number = self.chain.mine_as(|block| {
            let envelopes = transactions.iter().map(|included| &included.envelope);
            let header = header(block, envelopes, &settings);
            let hash = header.hash_slow();
            sealed = Some((header, hash));
            hash
        });
        if let Some((header, hash)) = sealed {
            self.push(Sealed {
                header,
                hash,
                transactions,
            });
        }
        self.announce();
        self.keep_block(number)?;
        Ok(number)
    }

    // --- the state file ---

    fn keep_block(&mut self, number: u64) -> RpcResult<()> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        let changes = self.chain.take_changes();
        let kept = match (self.chain.block(number), self.blocks.last()) {
            (Some(block), Some(sealed)) => {
                journal.block(&self.chain, changes, block, &sealed.transactions)
            }
            _ => Ok(()),
        };
        kept.map_err(|error| internal(format!("block {number} is not kept: {error}")))
    }

    /// Keeps edits at once, unless the open block has transactions: then they come with the block.
    pub(crate) fn keep_edits(&mut self) -> RpcResult<()> {
        let Some(journal) = self.journal.as_mut().filter(|_| self.open.is_empty()) else {
            return Ok(());
        };
        let changes = self.chain.take_changes();
        journal
            .edit(&self.chain, changes)
            .map_err(|error| internal(format!("the edit is not kept: {error}")))
    }

    /// Forgets blocks, so that `blocks` remain.
    pub(crate) fn truncate(&mut self, blocks: u64) -> Result<(), String> {
        let present = self.blocks.len() as u64;
        if blocks == 0 || blocks > present {
            return Err(format!("back to {blocks} blocks, of {present}"));
        }
        self.blocks.truncate(blocks as usize);
        self.by_hash.retain(|_, number| *number < blocks);
        self.chain.truncate(blocks);
        Ok(())
    }

    // --- transactions ---

    /// Executes a transaction in the open block, and closes the block if that is due. Returns its hash.
    pub(crate) fn submit(&mut self, included: Included) -> RpcResult<B256> {
        self.check(&included)?;
        let hash = included.hash();
        self.chain
            .transact_as(included.tx(), hash)
            .map_err(of_chain)?;
        self.open.push(included);
        if self.automine {
            self.mine()?;
        }
        Ok(hash)
    }

    /// What makes a transaction invalid beside what the chain itself checks.
    fn check(&self, included: &Included) -> RpcResult<()> {
        let (envelope, config) = (&included.envelope, self.chain.config());
        if !envelope.is_legacy() && !envelope.is_eip2930() && !envelope.is_eip1559() {
            let kind = envelope.ty();
            return Err(refused(format!(
                "transaction type not supported: type {kind}; this node takes types 0, 1 and 2"
            )));
        }
        match envelope.chain_id() {
            Some(id) if id != config.chain_id => {
                return Err(refused(format!(
                    "invalid chain id for signer: have {id} want {}",
                    config.chain_id
                )));
            }
            _ => {}
        }
        let (most, priority) = (
            envelope.max_fee_per_gas(),
            envelope.max_priority_fee_per_gas().unwrap_or_default(),
        );
        if priority > most {
            return Err(refused(format!(
                "max priority fee per gas higher than max fee per gas: \
                 maxPriorityFeePerGas: {priority}, maxFeePerGas: {most}"
            )));
        }
        if most < u128::from(config.base_fee) {
            return Err(refused(format!(
                "max fee per gas less than block base fee: maxFeePerGas: {most}, baseFee: {}",
                config.base_fee
            )));
        }
        if self.find(included.hash()).is_some() {
            return Err(refused("already known"));
        }
        Ok(())
    }

    /// Block and place of a transaction, the open block included.
    pub(crate) fn find(&self, hash: B256) -> Option<(u64, usize)> {
        let receipt = self.chain.receipt(hash)?;
        Some((receipt.block_number, receipt.transaction_index))
    }

    /// A transaction by block and place.
    pub(crate) fn included(&self, block: u64, index: usize) -> Option<&Included> {
        match self.sealed(block) {
            Some(sealed) => sealed.transactions.get(index),
            None if block == self.last() + 1 => self.open.get(index),
            None => None,
        }
    }

    // --- snapshots ---

    pub(crate) fn snapshot(&mut self) -> RpcResult<SnapshotId> {
        if self.chain.snapshot_count() >= MOST_SNAPSHOTS {
            return Err(super::errors::too_much(format!(
                "{MOST_SNAPSHOTS} snapshots are kept already: go back to one of them first"
            )));
        }
        let id = self.chain.snapshot();
        self.snapshots
            .push((id, self.blocks.clone(), self.open.clone()));
        Ok(id)
    }

    /// Goes back to a snapshot, which is used up. False if there is none.
    pub(crate) fn revert_to(&mut self, id: SnapshotId) -> RpcResult<bool> {
        let known = self.snapshots.iter().position(|(known, ..)| *known == id);
        let Some(index) = known else {
            return Ok(false);
        };
        let changes = self.chain.take_changes();
        let diff = self.chain.revert_to_with_diff(id).map_err(of_chain)?;
        if let Some(journal) = &mut self.journal {
            // Edits that are undone were never of any effect; what the file must know is the way back.
            drop(changes);
            journal
                .revert(&self.chain, &diff)
                .map_err(|error| internal(format!("the way back is not kept: {error}")))?;
        }
        self.chain.drop_snapshot(id);
        if let Some((_, blocks, open)) = self.snapshots.drain(index..).next() {
            self.blocks = blocks;
            self.open = open;
        }
        let last = self.last();
        self.by_hash.retain(|_, number| *number <= last);
        for sealed in &self.blocks {
            self.by_hash.insert(sealed.hash, sealed.header.number);
        }
        self.reverts += 1;
        self.announce();
        Ok(true)
    }

    /// Receipts of a block, the open one included, with the number of logs and the gas before each.
    pub(crate) fn receipts(&self, block: u64) -> Vec<(Receipt, usize, u64)> {
        let open = self.chain.open_block();
        let receipts = match self.chain.block(block) {
            Some(block) => &block.receipts,
            None => &open.receipts,
        };
        let (mut logs, mut gas) = (0, 0);
        receipts
            .iter()
            .map(|receipt| {
                let before = (receipt.clone(), logs, gas);
                logs += receipt.logs.len();
                gas += receipt.gas_used;
                before
            })
            .collect()
    }

    /// Logs of a closed block in order, each with the place of its transaction.
    pub(crate) fn logs(&self, block: u64) -> impl Iterator<Item = (usize, &Receipt, &Log)> + '_ {
        let receipts = self.chain.block(block).map(|block| &block.receipts);
        receipts.into_iter().flatten().flat_map(|receipt| {
            let logs = receipt.logs.iter();
            logs.map(move |log| (receipt.transaction_index, receipt, log))
        })
    }
}

/// What all methods share.
#[derive(Debug)]
pub(crate) struct Node {
    ledger: Mutex<Ledger>,
    pub(crate) filters: Mutex<Filters>,
    pub(crate) keys: Vec<Account>,
    pub(crate) height: watch::Receiver<Height>,
    /// Milliseconds between blocks that a timer closes; 0 if none does.
    pub(crate) interval: watch::Sender<u64>,
    pub(crate) chain_id: u64,
}

impl Node {
    pub(crate) fn new(mut config: NodeConfig) -> Result<Self, NodeError> {
        let begin = |config: &NodeConfig| {
            let keys = keys::accounts(config.accounts)?;
            let addresses = keys.iter().map(Account::address).collect();
            let chain = ChainConfig {
                chain_id: config.chain_id,
                genesis_time: config.genesis_time,
                seconds_per_block: config.block_time.unwrap_or(1),
                history_blocks: HISTORY_BLOCKS,
                ..ChainConfig::default()
            };
            Ok(Ledger::new(chain, addresses, config.block_time.is_none()))
        };
        let ledger = match config.state.clone() {
            Some(path) => journal::resume(&path, &mut config, begin)?,
            None => begin(&config)?,
        };
        let keys = keys::accounts(config.accounts)?;
        let height = ledger.height.subscribe();
        let interval = config.block_time.unwrap_or_default().saturating_mul(1_000);
        Ok(Self {
            ledger: Mutex::new(ledger),
            filters: Mutex::default(),
            keys,
            height,
            interval: watch::Sender::new(interval),
            chain_id: config.chain_id,
        })
    }

    /// Changes accounts from outside.
    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Chain)) -> RpcResult<serde_json::Value> {
        let mut ledger = self.ledger();
        edit(&mut ledger.chain);
        ledger.keep_edits()?;
        Ok(serde_json::Value::Bool(true))
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // A panic in one request must not end the node: looking at the past puts the present back on its way out.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A signed transaction in the encoding in which it travels.
pub(crate) fn encoded(envelope: &TxEnvelope) -> Vec<u8> {
    envelope.encoded_2718()
}
