//! The state of the chain that a test runs on: accounts, block, journal of undo entries and open transactions.
//!
//! There is one chain a thread. It is only borrowed for the moment of one access and never while contract code runs, so
//! contracts may call each other to any depth.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use alloy_primitives::{Address, LogData, B256, U256};
use stylus_sdk::{host::VM as SdkVm, ArbResult};

/// What runs when a contract is called: the router of its Rust type, over the host that comes with it.
pub(crate) type Entrypoint = fn(Vec<u8>, SdkVm) -> ArbResult;

/// Identifies a transaction: one call from a test into a contract.
pub(crate) type TransactionId = u64;

/// Chain id of Arbitrum One, <https://docs.arbitrum.io/build-decentralized-apps/reference/node-providers>.
const ARBITRUM_ONE: u64 = 42_161;
/// Gas limit of an Arbitrum block, 2^50, which `block.gaslimit` answers on Arbitrum One.
pub(crate) const BLOCK_GAS_LIMIT: u64 = 1 << 50;
/// Gas limit of a transaction on Arbitrum One (32 million): what `gas_left` answers unless a test says otherwise.
const TRANSACTION_GAS_LIMIT: u64 = 32_000_000;
/// Minimum base fee of Arbitrum One, 0.01 gwei.
const MINIMUM_BASE_FEE: u64 = 10_000_000;
/// Start of the clock: Thursday, 1 January 2026, 00:00 UTC. Not zero, because contracts may subtract periods from now.
const START_TIMESTAMP: u64 = 1_767_225_600;
/// First block number. Not zero, for the same reason.
const START_BLOCK: u64 = 1;

/// Code of an account: its entry point, and the bytes that stand for it.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) entrypoint: Entrypoint,
    pub(crate) bytes: Vec<u8>,
}

/// One account: an externally owned one has a balance only.
#[derive(Default)]
pub(crate) struct AccountState {
    pub(crate) balance: U256,
    pub(crate) code: Option<Code>,
    pub(crate) storage: HashMap<U256, B256>,
    pub(crate) logs: Vec<LogData>,
}

/// How to take back one change of state.
enum Undo {
    Slot {
        address: Address,
        key: U256,
        old: B256,
    },
    Balance {
        address: Address,
        old: U256,
    },
    Log {
        address: Address,
    },
}

/// A transaction that a `motsu_*` function of `ResultExt` may still take back.
pub(crate) struct OpenTransaction {
    pub(crate) id: TransactionId,
    pub(crate) sender: Address,
    pub(crate) contract: Address,
    /// Length of the journal when it began.
    mark: usize,
}

/// Block and transaction properties that tests control. They are no part of the state that reverts.
#[derive(Clone, Copy)]
pub(crate) struct Environment {
    pub(crate) chain_id: u64,
    pub(crate) timestamp: u64,
    pub(crate) block_number: u64,
    pub(crate) base_fee: U256,
    pub(crate) coinbase: Address,
    pub(crate) gas_left: u64,
    pub(crate) refuses_reentrancy: bool,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            chain_id: ARBITRUM_ONE,
            timestamp: START_TIMESTAMP,
            block_number: START_BLOCK,
            base_fee: U256::from(MINIMUM_BASE_FEE),
            coinbase: Address::ZERO,
            gas_left: TRANSACTION_GAS_LIMIT,
            refuses_reentrancy: true,
        }
    }
}

/// The chain of one thread.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) environment: Environment,
    pub(crate) accounts: HashMap<Address, AccountState>,
    /// Ordered, so that messages are the same on every run.
    pub(crate) tags: BTreeMap<Address, String>,
    /// Set by [`refuse`]: the panic under way must reach the test, through every call boundary.
    pub(crate) refusal: bool,
    journal: Vec<(TransactionId, Undo)>,
    /// The one that ran last is last.
    open: Vec<OpenTransaction>,
    /// Number of `ContractCall`s alive. While there is one, the journal is kept.
    live_calls: usize,
    /// Number of contracts and guards alive. The chain is reset when it falls to zero.
    holders: usize,
    transactions: TransactionId,
    /// How many addresses and accounts were handed out that nobody named.
    anonymous: u64,
}

thread_local! {
    static CHAIN: RefCell<Chain> = RefCell::default();
}

/// Runs `access` on this thread's chain.
pub(crate) fn with<R>(access: impl FnOnce(&mut Chain) -> R) -> R {
    CHAIN.with(|chain| access(&mut chain.borrow_mut()))
}

/// As [`with`], for destructors: does nothing once the thread has dropped its chain.
pub(crate) fn with_if_alive(access: impl FnOnce(&mut Chain)) {
    let _ = CHAIN.try_with(|chain| access(&mut chain.borrow_mut()));
}

/// Fails the test with `message`, from however deep in nested calls, where any other panic is a revert.
pub(crate) fn refuse(message: &str) -> ! {
    with(|chain| chain.refusal = true);
    panic!("{message}");
}

impl Chain {
    /// Registers a contract or a guard.
    pub(crate) fn hold(&mut self) {
        self.holders += 1;
    }

    /// Takes a contract or a guard off; with the last of them goes all state.
    pub(crate) fn release(&mut self) {
        self.holders = self.holders.saturating_sub(1);
        if self.holders == 0 {
            // A `ContractCall` borrows its contract, so none is alive here, and no identifier can be confused.
            *self = Self::default();
        }
    }

    /// A number that was not handed out on this chain before.
    pub(crate) fn next_anonymous(&mut self) -> u64 {
        self.anonymous += 1;
        self.anonymous
    }

    pub(crate) fn call_opened(&mut self) {
        self.live_calls += 1;
    }

    pub(crate) fn call_closed(&mut self) {
        self.live_calls = self.live_calls.saturating_sub(1);
    }

    /// Begins a transaction of `sender` to `contract`.
    ///
    /// What went before is final unless a `ContractCall` is alive that may still be running: in `a.sender(x).f(b.sender(y).g())`
    /// the second transaction begins between the start of the first and its body.
    pub(crate) fn begin(
        &mut self,
        sender: Address,
        contract: Address,
        concurrent: usize,
    ) -> TransactionId {
        if self.live_calls <= concurrent {
            self.journal.clear();
            self.open.clear();
        }
        self.refusal = false;
        self.transactions += 1;
        let id = self.transactions;
        self.open.push(OpenTransaction {
            id,
            sender,
            contract,
            mark: self.journal.len(),
        });
        id
    }

    /// Notes that transaction `id` is the one that runs, so that a result is attributed to it.
    pub(crate) fn touch(&mut self, id: TransactionId) {
        if self.open.last().is_none_or(|last| last.id == id) {
            return;
        }
        if let Some(position) = self.open.iter().rposition(|open| open.id == id) {
            let transaction = self.open.remove(position);
            self.open.push(transaction);
        }
    }

    /// Takes the transaction that ran last off the open ones, its effects left standing.
    pub(crate) fn commit(&mut self) -> Option<OpenTransaction> {
        self.open.pop()
    }

    /// Takes the transaction that ran last off the open ones, its effects undone and nobody else's.
    pub(crate) fn revert(&mut self) -> Option<OpenTransaction> {
        let id = self.open.last()?.id;
        self.take_back(id);
        self.open.pop()
    }

    /// Undoes the effects of the open transaction `id`, which stays open.
    pub(crate) fn take_back(&mut self, id: TransactionId) {
        let Some(mark) = self
            .open
            .iter()
            .rfind(|open| open.id == id)
            .map(|open| open.mark)
        else {
            return;
        };
        let recent = self.journal.split_off(mark.min(self.journal.len()));
        let (own, others): (Vec<_>, Vec<_>) = recent.into_iter().partition(|(of, _)| *of == id);
        for (_, undo) in own.into_iter().rev() {
            self.undo(undo);
        }
        self.journal.extend(others);
    }

    /// Where the journal stands; see [`Chain::roll_back`].
    pub(crate) fn checkpoint(&self) -> usize {
        self.journal.len()
    }

    /// Takes back all that happened since `checkpoint`.
    pub(crate) fn roll_back(&mut self, checkpoint: usize) {
        while self.journal.len() > checkpoint {
            if let Some((_, undo)) = self.journal.pop() {
                self.undo(undo);
            }
        }
    }

    fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::Slot { address, key, old } => {
                self.write(address, key, old);
            }
            Undo::Balance { address, old } => self.account(address).balance = old,
            Undo::Log { address } => {
                self.account(address).logs.pop();
            }
        }
    }

    fn account(&mut self, address: Address) -> &mut AccountState {
        self.accounts.entry(address).or_default()
    }

    /// Writes a slot and returns what was there.
    fn write(&mut self, address: Address, key: U256, value: B256) -> B256 {
        let storage = &mut self.account(address).storage;
        let old = if value.is_zero() {
            storage.remove(&key)
        } else {
            storage.insert(key, value)
        };
        old.unwrap_or_default()
    }

    pub(crate) fn load(&self, address: Address, key: U256) -> B256 {
        self.accounts
            .get(&address)
            .and_then(|account| account.storage.get(&key))
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn store(
        &mut self,
        transaction: TransactionId,
        address: Address,
        key: U256,
        value: B256,
    ) {
        let old = self.write(address, key, value);
        if old != value {
            self.journal
                .push((transaction, Undo::Slot { address, key, old }));
        }
    }

    pub(crate) fn log(&mut self, transaction: TransactionId, address: Address, log: LogData) {
        self.account(address).logs.push(log);
        self.journal.push((transaction, Undo::Log { address }));
    }

    pub(crate) fn balance(&self, address: Address) -> U256 {
        self.accounts
            .get(&address)
            .map(|account| account.balance)
            .unwrap_or_default()
    }

    /// Moves `value`; `None` and no change if `from` has not got it.
    pub(crate) fn transfer(
        &mut self,
        transaction: TransactionId,
        from: Address,
        to: Address,
        value: U256,
    ) -> Option<()> {
        if value.is_zero() {
            return Some(());
        }
        let from_old = self.balance(from);
        let from_new = from_old.checked_sub(value)?;
        self.set_balance(transaction, from, from_old, from_new);
        // Read after the first write: an account may send to itself.
        let to_old = self.balance(to);
        let Some(to_new) = to_old.checked_add(value) else {
            self.account(from).balance = from_old;
            self.journal.pop();
            return None;
        };
        self.set_balance(transaction, to, to_old, to_new);
        Some(())
    }

    fn set_balance(&mut self, transaction: TransactionId, address: Address, old: U256, new: U256) {
        self.account(address).balance = new;
        self.journal
            .push((transaction, Undo::Balance { address, old }));
    }

    /// Mints `value` outside of any transaction.
    pub(crate) fn fund(&mut self, address: Address, value: U256) -> Option<()> {
        let account = self.account(address);
        account.balance = account.balance.checked_add(value)?;
        Some(())
    }

    pub(crate) fn code(&self, address: Address) -> Option<&Code> {
        self.accounts.get(&address)?.code.as_ref()
    }

    pub(crate) fn logs(&self, address: Address) -> &[LogData] {
        self.accounts
            .get(&address)
            .map(|account| account.logs.as_slice())
            .unwrap_or_default()
    }

    /// Puts a contract at `address`; `false` if there is one.
    pub(crate) fn deploy(&mut self, address: Address, code: Code) -> bool {
        let account = self.account(address);
        if account.code.is_some() {
            return false;
        }
        account.code = Some(code);
        true
    }

    /// Removes code, storage and events of the contract at `address`. Its balance stays.
    pub(crate) fn remove(&mut self, address: Address) {
        if let Some(account) = self.accounts.get_mut(&address) {
            account.code = None;
            account.storage.clear();
            account.logs.clear();
        }
        self.journal.retain(|(_, undo)| match undo {
            Undo::Slot { address: of, .. } | Undo::Log { address: of } => *of != address,
            Undo::Balance { .. } => true,
        });
        // Marks are where to begin looking; entries have moved forward.
        for open in &mut self.open {
            open.mark = 0;
        }
    }

    /// `message` with every known address replaced by its tag, in whatever letter case it is printed.
    pub(crate) fn with_tags(&self, message: &str) -> String {
        self.tags
            .iter()
            .fold(message.to_owned(), |message, (address, tag)| {
                message
                    .replace(&format!("{address:#x}"), tag)
                    .replace(&address.to_checksum(None), tag)
            })
    }
}
