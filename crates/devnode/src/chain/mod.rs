//! The chain: state, blocks, time.
//!
//! | file | what is in it |
//! |---|---|
//! | `accounts.rs` | looking at accounts and editing them |
//! | `blocks.rs` | blocks, time |
//! | `execution.rs` | transactions, calls, estimates |
//! | `history.rs` | the state of past blocks, changes for a journal |
//! | `contracts.rs` | helpers: creating contracts, activating programs |

mod accounts;
mod blocks;
mod contracts;
mod execution;
mod history;

use std::{collections::HashMap, sync::Arc};

use revm::{
    context::CfgEnv,
    database::{CacheDB, EmptyDB},
    primitives::{Address, Bytes, B256},
};

use crate::{
    arbos::{RecentPrograms, ARBOS_STATE_ADDRESS, SYSTEM_CONTRACTS},
    config::ChainConfig,
    error::ChainError,
    machine::{ChainDb, SPEC},
    transaction::Receipt,
};

use accounts::account_address;
pub use blocks::Block;
pub use execution::AccessedSlots;
#[cfg(feature = "node")]
pub(crate) use history::AccountDiff;
use history::{BlockContext, History};
pub use history::{Change, Moment, StateDiff};

/// Code of the chain's precompiled contracts, as on Arbitrum: `INVALID`, so that they count as contracts.
const PRECOMPILE_CODE: [u8; 1] = [0xfe];

/// Names a state to which the chain can go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub u64);

/// The block that takes transactions now.
#[derive(Clone, Debug, Default)]
struct OpenBlock {
    timestamp: u64,
    gas_used: u64,
    receipts: Vec<Receipt>,
    recent: RecentPrograms,
}

/// All that a snapshot keeps.
#[derive(Clone, Debug)]
struct State {
    db: ChainDb,
    blocks: Vec<Arc<Block>>,
    /// Block and place of each transaction in a closed block.
    transactions: HashMap<B256, (usize, usize)>,
    open: OpenBlock,
    /// A time, and the number of the L1 block then.
    l1_anchor: (u64, u64),
    history: History,
}

/// An embedded Arbitrum-like chain.
///
/// A clone is a fork: the two go on independently.
#[derive(Clone, Debug)]
pub struct Chain {
    config: ChainConfig,
    cfg: CfgEnv,
    accounts: Vec<Address>,
    automine: bool,
    state: State,
    snapshots: Vec<(u64, State)>,
    next_snapshot: u64,
    /// The block that a call sees while [`Chain::at`] looks at the past; else the open one.
    context: Option<BlockContext>,
    /// Changes since they were taken last, if anybody wants them.
    changes: Option<Vec<Change>>,
}

impl Chain {
    /// A new chain with its first block, funded accounts and precompiled contracts.
    pub fn new(config: ChainConfig) -> Self {
        let mut chain = Self::unmined(config);
        chain.mine();
        chain
    }

    /// [`Chain::new`], with another hash of the first block, other funded accounts, and contracts that are there from the start.
    pub fn with_genesis(
        config: ChainConfig,
        accounts: Vec<Address>,
        contracts: &[(Address, Bytes)],
        hash: impl FnOnce(&Block) -> B256,
    ) -> Self {
        let mut chain = Self::unmined(ChainConfig {
            accounts: 0,
            ..config
        });
        for account in &accounts {
            chain.set_balance(*account, chain.config.account_balance);
        }
        chain.accounts = accounts;
        for (address, code) in contracts {
            chain.set_code(*address, code.clone());
        }
        chain.mine_as(hash);
        chain
    }

    fn unmined(config: ChainConfig) -> Self {
        let mut cfg = CfgEnv::new_with_spec(SPEC)
            .with_chain_id(config.chain_id)
            .with_disable_eip7623(!config.calldata_floor);
        cfg.disable_eip3541 = true;
        cfg.disable_eip3607 = true;
        // The chain has a limit of its own, and blocks have none.
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        cfg.max_blobs_per_tx = Some(0);
        let accounts: Vec<Address> = (0..config.accounts).map(account_address).collect();
        let mut chain = Self {
            cfg,
            automine: true,
            state: State {
                db: CacheDB::new(EmptyDB::default()),
                blocks: Vec::new(),
                transactions: HashMap::new(),
                open: OpenBlock {
                    timestamp: config.genesis_time,
                    ..OpenBlock::default()
                },
                l1_anchor: (config.genesis_time, config.l1_block_number),
                history: History::new(config.history_blocks),
            },
            snapshots: Vec::new(),
            next_snapshot: 0,
            accounts,
            context: None,
            changes: None,
            config,
        };
        for account in chain.accounts.clone() {
            chain.set_balance(account, chain.config.account_balance);
        }
        for contract in SYSTEM_CONTRACTS {
            chain.set_code(contract, PRECOMPILE_CODE.to_vec());
        }
        // An account without nonce, balance and code would be cleared away, its storage with it.
        chain.set_nonce(ARBOS_STATE_ADDRESS, 1);
        chain
    }

    /// The chain's settings.
    pub fn config(&self) -> &ChainConfig {
        &self.config
    }

    /// The funded accounts.
    pub fn accounts(&self) -> &[Address] {
        &self.accounts
    }

    // --- snapshots ---

    /// Keeps the present state, blocks and time.
    pub fn snapshot(&mut self) -> SnapshotId {
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        self.snapshots.push((id, self.state.clone()));
        SnapshotId(id)
    }

    /// Goes back to a snapshot. Later snapshots are dropped; this one stays, to be used again.
    ///
    /// # Errors
    ///
    /// If there is no such snapshot.
    pub fn revert_to(&mut self, id: SnapshotId) -> Result<(), ChainError> {
        let index = self.snapshots.iter().position(|(known, _)| *known == id.0);
        let (index, state) = index
            .and_then(|index| Some((index, self.snapshots.get(index)?.1.clone())))
            .ok_or(ChainError::UnknownSnapshot(id.0))?;
        self.state = state;
        self.snapshots.truncate(index + 1);
        Ok(())
    }

    /// [`Chain::revert_to`]. Returns what it changes between the ends of the last blocks before and after.
    #[cfg(feature = "node")]
    pub(crate) fn revert_to_with_diff(&mut self, id: SnapshotId) -> Result<StateDiff, ChainError> {
        let before = self.state.db.clone();
        self.revert_to(id)?;
        let last = Moment::EndOf(self.block_number());
        self.at(last, |past| StateDiff::between(&before, &past.state.db))
    }

    /// Forgets a snapshot and all later ones; the state stays as it is.
    pub fn drop_snapshot(&mut self, id: SnapshotId) {
        self.snapshots.retain(|(known, _)| *known < id.0);
    }

    /// Number of snapshots kept.
    pub fn snapshot_count(&self) -> usize {
        self.snapshots.len()
    }
}
