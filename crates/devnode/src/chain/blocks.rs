//! Blocks and time.

use std::sync::Arc;

use revm::primitives::{keccak256, B256};

use super::{Chain, OpenBlock};
use crate::{error::ChainError, transaction::Receipt};

/// Seconds between two L1 blocks.
const L1_BLOCK_SECONDS: u64 = 12;

/// A block that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// L2 number, as ArbSys gives it.
    pub number: u64,
    /// Time, seconds since 1970.
    pub timestamp: u64,
    /// Number of the L1 block, as contracts read it in `block.number`.
    pub l1_block_number: u64,
    /// Hash: of the fields here, or what was given to [`Chain::mine_as`].
    pub hash: B256,
    /// Hash of the block before.
    pub parent_hash: B256,
    /// Gas that its transactions paid for.
    pub gas_used: u64,
    /// Receipts of its transactions, in order.
    pub receipts: Vec<Receipt>,
}

impl Block {
    /// The chain's own hash of a block: of its numbers and of its transactions' hashes.
    fn own_hash(&self, chain_id: u64) -> B256 {
        let mut content = Vec::new();
        for number in [
            chain_id,
            self.number,
            self.timestamp,
            self.l1_block_number,
            self.gas_used,
        ] {
            content.extend(number.to_be_bytes());
        }
        content.extend(self.parent_hash);
        for receipt in &self.receipts {
            content.extend(receipt.transaction_hash);
        }
        keccak256(content)
    }
}

impl Chain {
    /// Number of the last closed block.
    pub fn block_number(&self) -> u64 {
        (self.state.blocks.len() as u64).saturating_sub(1)
    }

    /// A closed block.
    pub fn block(&self, number: u64) -> Option<&Block> {
        let index = usize::try_from(number).ok()?;
        self.state.blocks.get(index).map(Arc::as_ref)
    }

    /// Receipt of a transaction.
    pub fn receipt(&self, transaction_hash: B256) -> Option<&Receipt> {
        let open = &self.state.open.receipts;
        match self.state.transactions.get(&transaction_hash) {
            Some((block, index)) => self.state.blocks.get(*block)?.receipts.get(*index),
            None => open
                .iter()
                .find(|receipt| receipt.transaction_hash == transaction_hash),
        }
    }

    /// The open block as it would be closed now; its hash is zero.
    pub fn open_block(&self) -> Block {
        Block {
            number: self.state.blocks.len() as u64,
            timestamp: self.state.open.timestamp,
            l1_block_number: self.l1_block_number(),
            hash: B256::ZERO,
            parent_hash: self.state.blocks.last().map_or(B256::ZERO, |b| b.hash),
            gas_used: self.state.open.gas_used,
            receipts: self.state.open.receipts.clone(),
        }
    }

    /// Time of the open block, seconds since 1970: what the next transaction reads.
    pub fn timestamp(&self) -> u64 {
        self.state.open.timestamp
    }

    /// Number of the L1 block that the next transaction reads as `block.number`.
    pub fn l1_block_number(&self) -> u64 {
        let (time, number) = self.state.l1_anchor;
        number.saturating_add(self.timestamp().saturating_sub(time) / L1_BLOCK_SECONDS)
    }

    /// Sets the time of the open block, and so of all that follow.
    ///
    /// # Errors
    ///
    /// If it lies before the last block, or the open block has transactions already.
    pub fn set_time(&mut self, timestamp: u64) -> Result<(), ChainError> {
        let earliest = self.state.blocks.last().map_or(0, |block| block.timestamp);
        if timestamp < earliest {
            return Err(ChainError::TimeGoesBack {
                requested: timestamp,
                earliest,
            });
        }
        self.require_empty_block()?;
        self.state.open.timestamp = timestamp;
        Ok(())
    }

    /// Moves the time of the open block on by `seconds`.
    ///
    /// # Errors
    ///
    /// If the open block has transactions already.
    pub fn increase_time(&mut self, seconds: u64) -> Result<(), ChainError> {
        self.set_time(self.timestamp().saturating_add(seconds))
    }

    /// Sets the L1 block number; it goes on rising by one every 12 seconds from there.
    ///
    /// # Errors
    ///
    /// If the open block has transactions already.
    pub fn set_l1_block_number(&mut self, number: u64) -> Result<(), ChainError> {
        self.require_empty_block()?;
        self.state.l1_anchor = (self.timestamp(), number);
        Ok(())
    }

    /// True if each transaction closes its block (as at the start). If false, [`Chain::mine`] does.
    pub fn set_automine(&mut self, on: bool) {
        self.automine = on;
    }

    /// Closes the open block and opens the next. Returns the number of the one closed.
    pub fn mine(&mut self) -> u64 {
        let chain_id = self.config.chain_id;
        self.mine_as(|block| block.own_hash(chain_id))
    }

    /// [`Chain::mine`], for who hashes blocks in another way.
    pub fn mine_as(&mut self, hash: impl FnOnce(&Block) -> B256) -> u64 {
        let mut block = self.open_block();
        block.hash = hash(&block);
        let number = block.number;
        self.open_after(&block);
        self.push_block(block);
        number
    }

    #[cfg(feature = "node")]
    /// Puts a closed block behind the last one: for a chain that is read from a file.
    pub(crate) fn restore_block(&mut self, block: Block) {
        self.open_after(&block);
        self.push_block(block);
    }

    #[cfg(feature = "node")]
    /// Forgets blocks, so that `blocks` remain.
    pub(crate) fn truncate(&mut self, blocks: u64) {
        self.state.blocks.truncate(blocks as usize);
        self.state
            .transactions
            .retain(|_, (block, _)| (*block as u64) < blocks);
        if let Some(last) = self.state.blocks.last().cloned() {
            self.open_after(&last);
        }
    }

    /// Opens the block after `block`.
    fn open_after(&mut self, block: &Block) {
        let step = match block.number {
            0 => 0,
            _ => self.config.seconds_per_block,
        };
        self.state.open = OpenBlock {
            timestamp: block.timestamp.saturating_add(step),
            ..OpenBlock::default()
        };
    }

    fn push_block(&mut self, block: Block) {
        for (index, receipt) in block.receipts.iter().enumerate() {
            let place = (self.state.blocks.len(), index);
            self.state
                .transactions
                .insert(receipt.transaction_hash, place);
        }
        self.state.history.prune(block.number);
        self.state.blocks.push(Arc::new(block));
    }

    fn require_empty_block(&self) -> Result<(), ChainError> {
        match self.state.open.receipts.is_empty() {
            true => Ok(()),
            false => Err(ChainError::BlockInProgress),
        }
    }
}
