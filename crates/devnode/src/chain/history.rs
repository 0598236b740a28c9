//! The state of past blocks, and changes for a journal.
//!
//! Every step (a transaction, or an edit from outside) leaves what it replaced. The state of a past block is the present
//! one with the steps since then taken back; [`Chain::at`] takes them back, looks, and puts them in place again. That
//! costs what has changed since, not what there is.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use revm::{
    database::{AccountState, DbAccount},
    primitives::{Address, U256},
    state::{AccountInfo, EvmState},
};

use super::Chain;
use crate::{arbos::RecentPrograms, error::ChainError, machine::ChainDb};

/// What accounts become: a change of state, or one taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateDiff {
    pub(crate) accounts: BTreeMap<Address, AccountDiff>,
}

/// What one account becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountDiff {
    /// Balance, nonce and code. The inner none: there is no such account. The outer none: they stay.
    pub(crate) info: Option<Option<AccountInfo>>,
    /// Slots and their values.
    pub(crate) storage: BTreeMap<U256, U256>,
}

impl StateDiff {
    /// Puts the values in place. Returns what they replaced.
    fn swap(&self, db: &mut ChainDb) -> Self {
        let mut before = Self::default();
        for (address, change) in &self.accounts {
            let mut replaced = AccountDiff::default();
            if let Some(code) = change.info.iter().flatten().next() {
                let mut info = code.clone();
                db.insert_contract(&mut info);
            }
            let account = db
                .cache
                .accounts
                .entry(*address)
                .or_insert_with(DbAccount::new_not_existing);
            if let Some(info) = &change.info {
                replaced.info = Some(account.info());
                account.info = info.clone().unwrap_or_default();
                account.account_state = match info {
                    Some(_) => AccountState::None,
                    None => AccountState::NotExisting,
                };
            }
            for (slot, value) in &change.storage {
                let old = match value.is_zero() {
                    true => account.storage.remove(slot),
                    false => account.storage.insert(*slot, *value),
                };
                replaced.storage.insert(*slot, old.unwrap_or_default());
            }
            before.accounts.insert(*address, replaced);
        }
        before
    }

    /// What `changes` will replace once they are committed.
    pub(super) fn before(db: &ChainDb, changes: &EvmState) -> Self {
        let mut accounts = BTreeMap::new();
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            let old = db.cache.accounts.get(address);
            let slot_before = |slot: &U256| {
                let value = old.and_then(|old| old.storage.get(slot));
                (*slot, value.copied().unwrap_or_default())
            };
            let mut replaced = AccountDiff {
                info: Some(old.and_then(DbAccount::info)),
                storage: account
                    .changed_storage_slots()
                    .map(|(slot, _)| slot_before(slot))
                    .collect(),
            };
            if account.is_created() || account.is_selfdestructed() {
                let slots = old.iter().flat_map(|old| old.storage.keys());
                replaced.storage.extend(slots.map(slot_before));
            }
            accounts.insert(*address, replaced);
        }
        Self { accounts }
    }

    #[cfg(feature = "node")]
    /// All that differs between two states: what `to` has.
    pub(super) fn between(from: &ChainDb, to: &ChainDb) -> Self {
        let mut named = Self::default();
        for (address, account) in from.cache.accounts.iter().chain(&to.cache.accounts) {
            let change = named.accounts.entry(*address).or_default();
            change.info = Some(None);
            let slots = account.storage.keys().map(|slot| (*slot, U256::ZERO));
            change.storage.extend(slots);
        }
        let (before, mut after) = (named.present(from), named.present(to));
        after.accounts.retain(|address, change| {
            if let Some(old) = before.accounts.get(address) {
                if old.info == change.info {
                    change.info = None;
                }
                let kept = |slot: &U256| old.storage.get(slot);
                change
                    .storage
                    .retain(|slot, value| kept(slot) != Some(value));
            }
            change.info.is_some() || !change.storage.is_empty()
        });
        after
    }

    /// The present values of what is named here.
    fn present(&self, db: &ChainDb) -> Self {
        let accounts = self.accounts.iter().map(|(address, change)| {
            let account = db.cache.accounts.get(address);
            let value = |slot: &U256| {
                let value = account.and_then(|account| account.storage.get(slot));
                (*slot, value.copied().unwrap_or_default())
            };
            let info = change.info.as_ref();
            let present = AccountDiff {
                info: info.map(|_| account.and_then(DbAccount::info)),
                storage: change.storage.keys().map(value).collect(),
            };
            (*address, present)
        });
        Self {
            accounts: accounts.collect(),
        }
    }
}

/// A step of the chain, for a journal: what it changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Block that it belongs to: see [`Step::block`].
    pub(crate) block: u64,
    /// Place of the transaction in its block; none for an edit from outside.
    pub(crate) transaction: Option<usize>,
    /// Programs of the block that counted as cached before.
    pub(crate) recent: RecentPrograms,
    /// What accounts became.
    pub(crate) diff: StateDiff,
}

/// A step that can be taken back.
#[derive(Debug)]
struct Step {
    /// Block that it belongs to. An edit belongs to the last closed block unless the open one has transactions: whoever
    /// asks for the latest state expects to see it.
    block: u64,
    transaction: Option<usize>,
    recent: RecentPrograms,
    undo: StateDiff,
}

/// The steps that can be taken back, oldest first.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// Blocks kept; 0 keeps no steps at all.
    limit: u64,
    /// The oldest block whose end is known.
    oldest: u64,
    steps: VecDeque<Arc<Step>>,
}

impl History {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            oldest: 0,
            steps: VecDeque::new(),
        }
    }

    #[cfg(feature = "node")]
    /// Forgets everything: the state was replaced as a whole.
    fn clear(&mut self, last: u64) {
        self.steps.clear();
        self.oldest = last;
    }

    /// Forgets what is too old once block `last` is closed.
    pub(super) fn prune(&mut self, last: u64) {
        while let Some(step) = self.steps.front() {
            if step.block.saturating_add(self.limit) > last {
                break;
            }
            self.oldest = self.oldest.max(step.block);
            self.steps.pop_front();
        }
    }
}

/// A moment of the chain to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Now: what the next transaction would see.
    Now,
    /// The end of a closed block, with its time and numbers.
    EndOf(u64),
    /// Before a transaction, given by its block and its place there.
    Before {
        /// Number of the block; the open one counts.
        block: u64,
        /// Place of the transaction.
        index: usize,
    },
}

/// What a call sees of its block.
#[derive(Clone, Debug)]
pub(super) struct BlockContext {
    pub(super) number: u64,
    pub(super) timestamp: u64,
    pub(super) l1_block_number: u64,
    pub(super) recent: RecentPrograms,
}

/// Puts the present state in place again, also if looking at the past panics.
struct Visit<'a> {
    chain: &'a mut Chain,
    /// What was taken back, latest first.
    redo: Vec<StateDiff>,
    context: Option<BlockContext>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        for diff in self.redo.drain(..).rev() {
            diff.swap(&mut self.chain.state.db);
        }
        self.chain.context = self.context.take();
    }
}

impl Chain {
    /// Looks at a moment of the past. `look` may make calls and read accounts, as if that moment were now; it must not change
    /// anything.
    ///
    /// # Errors
    ///
    /// If there is no such block or transaction, or its state is no longer kept
    /// ([`crate::ChainConfig::history_blocks`]).
    pub fn at<R>(
        &mut self,
        moment: Moment,
        look: impl FnOnce(&mut Self) -> R,
    ) -> Result<R, ChainError> {
        let (context, steps) = self.steps_since(moment)?;
        let mut visit = Visit {
            context: self.context.take(),
            chain: self,
            redo: Vec::with_capacity(steps),
        };
        let history = &visit.chain.state.history.steps;
        let steps: Vec<Arc<Step>> = history.iter().rev().take(steps).cloned().collect();
        for step in steps {
            let redo = step.undo.swap(&mut visit.chain.state.db);
            visit.redo.push(redo);
        }
        visit.chain.context = context;
        Ok(look(visit.chain))
    }

    /// Looks at the state with other values in some places; afterwards all is as it was.
    pub fn with_overrides<R>(&mut self, diff: &StateDiff, look: impl FnOnce(&mut Self) -> R) -> R {
        let redo = diff.swap(&mut self.state.db);
        let visit = Visit {
            context: self.context.clone(),
            chain: self,
            redo: vec![redo],
        };
        look(visit.chain)
    }

    /// Looks at a block of another time or L1 number.
    pub fn with_block<R>(
        &mut self,
        timestamp: Option<u64>,
        l1_block_number: Option<u64>,
        look: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let visit = Visit {
            context: self.context.clone(),
            redo: Vec::new(),
            chain: self,
        };
        let mut context = visit.chain.present_context();
        context.timestamp = timestamp.unwrap_or(context.timestamp);
        context.l1_block_number = l1_block_number.unwrap_or(context.l1_block_number);
        visit.chain.context = Some(context);
        look(visit.chain)
    }

    /// What a call at `moment` sees of its block, and how many steps must be taken back.
    fn steps_since(&self, moment: Moment) -> Result<(Option<BlockContext>, usize), ChainError> {
        let block = match moment {
            Moment::Now => return Ok((self.context.clone(), 0)),
            Moment::EndOf(number) => self.block(number).cloned(),
            Moment::Before { block, .. } if block == self.block_number() + 1 => {
                Some(self.open_block())
            }
            Moment::Before { block, .. } => self.block(block).cloned(),
        };
        let wanted = match moment {
            Moment::Now => 0,
            Moment::EndOf(number) => number,
            Moment::Before { block, .. } => block,
        };
        let block = block.ok_or(ChainError::UnknownBlock(wanted))?;
        let mut context = BlockContext {
            number: block.number,
            timestamp: block.timestamp,
            l1_block_number: block.l1_block_number,
            recent: RecentPrograms::default(),
        };
        let history = &self.state.history;
        let last = self.block_number();
        let not_kept = ChainError::StateNotKept {
            block: wanted,
            oldest: match history.limit {
                0 => last,
                _ => history.oldest,
            },
        };
        let steps = match moment {
            Moment::Before { index, .. } => {
                let place = history
                    .steps
                    .iter()
                    .rev()
                    .position(|step| step.block == wanted && step.transaction == Some(index));
                let place = place.ok_or(not_kept)?;
                let step = history.steps.iter().rev().nth(place);
                context.recent = step.map(|step| step.recent.clone()).unwrap_or_default();
                place + 1
            }
            _ => {
                let is_present = wanted == last && self.state.open.receipts.is_empty();
                if !is_present && (history.limit == 0 || wanted < history.oldest) {
                    return Err(not_kept);
                }
                let newer = history.steps.iter().rev();
                newer.take_while(|step| step.block > wanted).count()
            }
        };
        Ok((Some(context), steps))
    }

    /// Changes accounts from outside.
    pub(crate) fn edit(&mut self, diff: StateDiff) {
        let block = match self.state.open.receipts.is_empty() {
            true => self.block_number(),
            false => self.state.blocks.len() as u64,
        };
        self.apply(Change {
            block,
            transaction: None,
            recent: RecentPrograms::default(),
            diff,
        });
    }

    /// Applies a change, and keeps how to take it back.
    pub(crate) fn apply(&mut self, change: Change) {
        let undo = change.diff.swap(&mut self.state.db);
        self.keep_step(change.block, change.transaction, change.recent, undo);
    }

    /// True if what transactions replace is of any use.
    pub(super) fn keeps_steps(&self) -> bool {
        self.state.history.limit != 0 || self.changes.is_some()
    }

    /// Keeps a step that has happened.
    pub(super) fn keep_step(
        &mut self,
        block: u64,
        transaction: Option<usize>,
        recent: RecentPrograms,
        undo: StateDiff,
    ) {
        if let Some(changes) = &mut self.changes {
            changes.push(Change {
                block,
                transaction,
                recent: recent.clone(),
                diff: undo.present(&self.state.db),
            });
        }
        if self.state.history.limit != 0 && !self.state.blocks.is_empty() {
            self.state.history.steps.push_back(Arc::new(Step {
                block,
                transaction,
                recent,
                undo,
            }));
        }
    }

    #[cfg(feature = "node")]
    /// Every account there is.
    pub(crate) fn whole_state(&self) -> StateDiff {
        StateDiff::between(&ChainDb::default(), &self.state.db)
    }

    #[cfg(feature = "node")]
    /// Replaces the state as a whole: what was before can no longer be looked at.
    pub(crate) fn replace_state(&mut self, diff: &StateDiff) {
        diff.swap(&mut self.state.db);
        let last = self.block_number();
        self.state.history.clear(last);
    }

    /// Starts or stops collecting changes for a journal.
    pub fn record_changes(&mut self, on: bool) {
        self.changes = on.then(Vec::new);
    }

    /// The changes since this was called last.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.changes
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }
}
