//! What can go wrong outside of a transaction.

use std::fmt;

use revm::{
    context::result::InvalidTransaction,
    primitives::{Address, Bytes, B256},
};

use crate::{program_cache::ProgramError, transaction::Status};

/// A request that the chain could not carry out. (A transaction that reverts is not one: see [`crate::Receipt`].)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainError {
    /// The transaction is not valid: it cannot even be included.
    InvalidTransaction(InvalidTransaction),
    /// A transaction that one of the helpers made did not succeed.
    NotSuccessful {
        /// What it was for.
        action: &'static str,
        /// How it ended.
        status: Status,
        /// What it reverted with.
        output: Bytes,
    },
    /// The code is not a program, or activation refuses it.
    Program(ProgramError),
    /// There is no code at this address.
    NoCode(Address),
    /// The time given lies before the block before.
    TimeGoesBack {
        /// The time asked for.
        requested: u64,
        /// The earliest possible.
        earliest: u64,
    },
    /// The open block has transactions already; they must not see two times or numbers.
    BlockInProgress,
    /// No such snapshot, or it was dropped by going back to an earlier one.
    UnknownSnapshot(u64),
    /// No such block.
    UnknownBlock(u64),
    /// The state at the end of (or within) this block is no longer kept.
    StateNotKept {
        /// The block asked for.
        block: u64,
        /// The oldest block whose state is there.
        oldest: u64,
    },
    /// No such transaction.
    UnknownTransaction(B256),
    /// The execution machine failed by itself.
    Internal(String),
}

impl fmt::Display for ChainError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidTransaction(reason) => write!(formatter, "invalid transaction: {reason}"),
            Self::NotSuccessful {
                action,
                status,
                output,
            } => write!(formatter, "{action} failed: {status}, output {output}"),
            Self::Program(error) => write!(formatter, "{error}"),
            Self::NoCode(address) => write!(formatter, "there is no code at {address}"),
            Self::TimeGoesBack {
                requested,
                earliest,
            } => write!(
                formatter,
                "time cannot be set to {requested}: the block before is of {earliest}"
            ),
            Self::BlockInProgress => write!(
                formatter,
                "the open block has transactions already: mine it first"
            ),
            Self::UnknownSnapshot(id) => write!(formatter, "there is no snapshot {id}"),
            Self::UnknownBlock(number) => write!(formatter, "there is no block {number}"),
            Self::StateNotKept { block, oldest } => write!(
                formatter,
                "the state of block {block} is not kept: the oldest there is is that of block {oldest}"
            ),
            Self::UnknownTransaction(hash) => write!(formatter, "there is no transaction {hash}"),
            Self::Internal(reason) => write!(formatter, "execution failed: {reason}"),
        }
    }
}

impl std::error::Error for ChainError {}

impl From<ProgramError> for ChainError {
    fn from(error: ProgramError) -> Self {
        Self::Program(error)
    }
}
