//! Transactions, and what comes of them.

use std::fmt;

use revm::{
    context::result::HaltReason,
    primitives::{Address, Bytes, Log, B256, U256},
};

/// A transaction, or a call that only looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tx {
    /// Sender. No signature is asked for, and a contract may be the sender too.
    pub from: Address,
    /// Recipient; none creates a contract with `data` as its init code.
    pub to: Option<Address>,
    /// Value sent along, in wei.
    pub value: U256,
    /// Calldata, or init code.
    pub data: Bytes,
    /// Gas limit; the chain's limit for a transaction if none is given.
    pub gas_limit: Option<u64>,
    /// Most that the sender pays, in wei per gas. What is paid is always the base fee.
    pub gas_price: Option<u128>,
    /// Nonce; the sender's next one if none is given.
    pub nonce: Option<u64>,
    /// Accounts and slots declared in advance (EIP-2930).
    pub access_list: Vec<(Address, Vec<B256>)>,
}

impl Tx {
    /// A call of `to` with `data`.
    pub fn call(from: Address, to: Address, data: impl Into<Bytes>) -> Self {
        Self {
            from,
            to: Some(to),
            data: data.into(),
            ..Self::default()
        }
    }

    /// A plain transfer of `value` wei.
    pub fn transfer(from: Address, to: Address, value: U256) -> Self {
        Self::call(from, to, Bytes::new()).with_value(value)
    }

    /// A contract creation.
    pub fn create(from: Address, init_code: impl Into<Bytes>) -> Self {
        Self {
            from,
            data: init_code.into(),
            ..Self::default()
        }
    }

    /// The same with a value in wei.
    #[must_use]
    pub fn with_value(mut self, value: U256) -> Self {
        self.value = value;
        self
    }

    /// The same with a gas limit.
    #[must_use]
    pub fn with_gas_limit(mut self, gas_limit: u64) -> Self {
        self.gas_limit = Some(gas_limit);
        self
    }
}

/// How a transaction or a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "node", derive(serde::Serialize, serde::Deserialize))]
pub enum Status {
    /// It returned.
    Success,
    /// It reverted; what was left of its gas was kept.
    Reverted,
    /// It stopped for another reason, and all its gas was taken.
    Halted(HaltReason),
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => write!(formatter, "success"),
            Self::Reverted => write!(formatter, "reverted"),
            Self::Halted(reason) => write!(formatter, "stopped ({reason:?})"),
        }
    }
}

/// What a transaction left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "node", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    /// Hash of the transaction.
    pub transaction_hash: B256,
    /// L2 block that holds it.
    pub block_number: u64,
    /// Its place in that block, from 0.
    pub transaction_index: usize,
    /// Sender.
    pub from: Address,
    /// Recipient; none for a creation.
    pub to: Option<Address>,
    /// The contract created, if one was.
    pub contract_address: Option<Address>,
    /// How it ended.
    pub status: Status,
    /// Gas paid for: intrinsic gas included, refunds deducted.
    pub gas_used: u64,
    /// Price paid, in wei per gas.
    pub effective_gas_price: u64,
    /// What it returned or reverted with; for a creation the code.
    pub output: Bytes,
    /// Logs, in order.
    pub logs: Vec<Log>,
}

impl Receipt {
    /// True if the transaction returned.
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }
}

/// What a call that only looked would have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallResult {
    /// How it ended.
    pub status: Status,
    /// Gas that a transaction would have paid for.
    pub gas_used: u64,
    /// What it returned or reverted with.
    pub output: Bytes,
    /// Logs, in order.
    pub logs: Vec<Log>,
    /// The contract created, if one was.
    pub contract_address: Option<Address>,
}

impl CallResult {
    /// True if the call returned.
    pub fn is_success(&self) -> bool {
        self.status == Status::Success
    }
}
