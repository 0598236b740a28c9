//! The chain: state, blocks, time.

use std::{collections::HashMap, sync::Arc};

use alloy_sol_types::SolCall;
use breakwater_stylus_vm::{code, PageCounters};
use revm::{
    context::{
        result::{EVMError, ExecutionResult, InvalidTransaction, Output},
        transaction::{AccessList, AccessListItem},
        BlockEnv, CfgEnv, TxEnv,
    },
    context_interface::{block::BlobExcessGasAndPrice, JournalTr},
    database::{AccountState, CacheDB, EmptyDB},
    handler::Handler,
    primitives::{keccak256, Address, Bytes, TxKind, B256, KECCAK_EMPTY, U256},
    state::{AccountInfo, Bytecode},
    DatabaseCommit,
};

use crate::{
    arbos::{
        Arbitrum, RecentPrograms, ARBOS_STATE_ADDRESS, ARB_SYS_ADDRESS, ARB_WASM_ADDRESS,
        ARB_WASM_CACHE_ADDRESS,
    },
    config::ChainConfig,
    error::ChainError,
    machine::{ChainDb, ChainHandler, Machine, SPEC},
    precompiles::{abi, DATA_FEE_PER_BYTE},
    transaction::{CallResult, Receipt, Status, Trace, Tx},
};

/// Seconds between two L1 blocks.
const L1_BLOCK_SECONDS: u64 = 12;
/// Code of the chain's precompiled contracts, as on Arbitrum: `INVALID`, so that they count as contracts.
const PRECOMPILE_CODE: [u8; 1] = [0xfe];
/// An estimate of gas is at most this much too large, in parts of a thousand.
const ESTIMATE_TOLERANCE_PERMILLE: u64 = 5;

/// A block that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// L2 number, as ArbSys gives it.
    pub number: u64,
    /// Time, seconds since 1970.
    pub timestamp: u64,
    /// Number of the L1 block, as contracts read it in `block.number`.
    pub l1_block_number: u64,
    /// Hash, made of the fields here.
    pub hash: B256,
    /// Hash of the block before.
    pub parent_hash: B256,
    /// Gas that its transactions paid for.
    pub gas_used: u64,
    /// Receipts of its transactions, in order.
    pub receipts: Vec<Receipt>,
}

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
}

/// What running a transaction gives, before anything is kept.
struct Execution {
    result: ExecutionResult,
    recent: RecentPrograms,
    trace: Option<Trace>,
}

impl Chain {
    /// A new chain with its first block, funded accounts and precompiled contracts.
    pub fn new(config: ChainConfig) -> Self {
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
            },
            snapshots: Vec::new(),
            next_snapshot: 0,
            accounts,
            config,
        };
        for account in chain.accounts.clone() {
            chain.set_balance(account, chain.config.account_balance);
        }
        for precompile in [ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS] {
            chain.set_code(precompile, PRECOMPILE_CODE.to_vec());
        }
        // An account without nonce, balance and code would be cleared away, its storage with it.
        chain.set_nonce(ARBOS_STATE_ADDRESS, 1);
        chain.mine();
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

    // --- state ---

    /// Balance of an account in wei.
    pub fn balance(&self, address: Address) -> U256 {
        self.info(address).balance
    }

    /// Nonce of an account.
    pub fn nonce(&self, address: Address) -> u64 {
        self.info(address).nonce
    }

    /// Code of an account.
    pub fn code(&self, address: Address) -> Bytes {
        let hash = self.info(address).code_hash;
        let contracts = &self.state.db.cache.contracts;
        contracts
            .get(&hash)
            .map(Bytecode::original_bytes)
            .unwrap_or_default()
    }

    /// Keccak-256 of the code of an account; of no bytes if it has none.
    pub fn code_hash(&self, address: Address) -> B256 {
        self.info(address).code_hash
    }

    /// Value of a storage slot.
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        let account = self.state.db.cache.accounts.get(&address);
        account
            .and_then(|account| account.storage.get(&slot))
            .copied()
            .unwrap_or_default()
    }

    /// Sets the balance of an account, in wei.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.change(address, |info| info.balance = balance);
    }

    /// Sets the nonce of an account.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.change(address, |info| info.nonce = nonce);
    }

    /// Sets the code of an account, without any check.
    pub fn set_code(&mut self, address: Address, code: impl Into<Bytes>) {
        let code = Bytecode::new_legacy(code.into());
        self.change(address, |info| {
            info.code_hash = code.hash_slow();
            info.code = Some(code);
        });
    }

    /// Sets a storage slot.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: U256) {
        let Ok(()) = self.state.db.insert_account_storage(address, slot, value);
    }

    fn info(&self, address: Address) -> AccountInfo {
        let account = self.state.db.cache.accounts.get(&address);
        account
            .and_then(|account| account.info())
            .unwrap_or_default()
    }

    fn change(&mut self, address: Address, edit: impl FnOnce(&mut AccountInfo)) {
        let Ok(account) = self.state.db.load_account(address);
        let mut info = account.info().unwrap_or_default();
        edit(&mut info);
        // A look at an unknown account leaves it marked as not existing.
        account.account_state = AccountState::default();
        self.state.db.insert_account_info(address, info);
    }

    // --- blocks and time ---

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
        let number = self.state.blocks.len() as u64;
        let l1_block_number = self.l1_block_number();
        let parent_hash = self.state.blocks.last().map_or(B256::ZERO, |b| b.hash);
        let timestamp = self.state.open.timestamp.saturating_add(match number {
            0 => 0,
            _ => self.config.seconds_per_block,
        });
        let next = OpenBlock {
            timestamp,
            ..OpenBlock::default()
        };
        let open = std::mem::replace(&mut self.state.open, next);
        let mut content = Vec::new();
        for number in [
            self.config.chain_id,
            number,
            open.timestamp,
            l1_block_number,
            open.gas_used,
        ] {
            content.extend(number.to_be_bytes());
        }
        content.extend(parent_hash);
        for (index, receipt) in open.receipts.iter().enumerate() {
            content.extend(receipt.transaction_hash);
            let place = (self.state.blocks.len(), index);
            self.state
                .transactions
                .insert(receipt.transaction_hash, place);
        }
        self.state.blocks.push(Arc::new(Block {
            number,
            timestamp: open.timestamp,
            l1_block_number,
            hash: keccak256(content),
            parent_hash,
            gas_used: open.gas_used,
            receipts: open.receipts,
        }));
        number
    }

    fn require_empty_block(&self) -> Result<(), ChainError> {
        match self.state.open.receipts.is_empty() {
            true => Ok(()),
            false => Err(ChainError::BlockInProgress),
        }
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

    /// Forgets a snapshot and all later ones; the state stays as it is.
    pub fn drop_snapshot(&mut self, id: SnapshotId) {
        self.snapshots.retain(|(known, _)| *known < id.0);
    }

    // --- transactions ---

    /// Executes a transaction and keeps what it does, also if it reverts.
    ///
    /// # Errors
    ///
    /// If the transaction is not valid; then nothing has happened.
    pub fn transact(&mut self, tx: Tx) -> Result<Receipt, ChainError> {
        self.transact_with(tx, false).map(|(receipt, _)| receipt)
    }

    /// [`Chain::transact`], with the runs of programs and their host calls.
    ///
    /// # Errors
    ///
    /// As [`Chain::transact`].
    pub fn transact_traced(&mut self, tx: Tx) -> Result<(Receipt, Trace), ChainError> {
        self.transact_with(tx, true)
    }

    fn transact_with(&mut self, tx: Tx, traced: bool) -> Result<(Receipt, Trace), ChainError> {
        let nonce = match tx.nonce {
            Some(nonce) => nonce,
            None => self.nonce(tx.from),
        };
        let gas_limit = tx.gas_limit.unwrap_or(self.config.transaction_gas_limit);
        if gas_limit > self.config.transaction_gas_limit {
            return Err(ChainError::InvalidTransaction(
                InvalidTransaction::TxGasLimitGreaterThanCap {
                    gas_limit,
                    cap: self.config.transaction_gas_limit,
                },
            ));
        }
        let base_fee = self.config.base_fee;
        if tx.gas_price.is_some_and(|price| price < base_fee.into()) {
            return Err(ChainError::InvalidTransaction(
                InvalidTransaction::GasPriceLessThanBasefee,
            ));
        }
        let hash = transaction_hash(self.config.chain_id, &tx, nonce, gas_limit);
        let env = self.tx_env(&tx, nonce, gas_limit, base_fee.into());
        let execution = self.execute(env, self.cfg.clone(), traced, true)?;

        let outcome = outcome_of(execution.result);
        let receipt = Receipt {
            transaction_hash: hash,
            block_number: self.state.blocks.len() as u64,
            transaction_index: self.state.open.receipts.len(),
            from: tx.from,
            to: tx.to,
            contract_address: outcome.contract_address,
            status: outcome.status,
            gas_used: outcome.gas_used,
            effective_gas_price: base_fee,
            output: outcome.output,
            logs: outcome.logs,
        };
        let open = &mut self.state.open;
        open.recent = execution.recent;
        open.gas_used = open.gas_used.saturating_add(receipt.gas_used);
        open.receipts.push(receipt.clone());
        if self.automine {
            self.mine();
        }
        Ok((receipt, execution.trace.unwrap_or_default()))
    }

    /// Executes a call and keeps nothing of it. Gas costs the caller nothing and `tx.gasprice` is 0; a value must be there.
    ///
    /// # Errors
    ///
    /// If a transaction of this kind would not be valid.
    pub fn call(&mut self, tx: Tx) -> Result<CallResult, ChainError> {
        self.call_with(&tx, false).map(|(result, _)| result)
    }

    /// [`Chain::call`], with the runs of programs and their host calls.
    ///
    /// # Errors
    ///
    /// As [`Chain::call`].
    pub fn call_traced(&mut self, tx: Tx) -> Result<(CallResult, Trace), ChainError> {
        self.call_with(&tx, true)
    }

    fn call_with(&mut self, tx: &Tx, traced: bool) -> Result<(CallResult, Trace), ChainError> {
        let mut cfg = self.cfg.clone();
        cfg.disable_nonce_check = true;
        cfg.disable_base_fee = true;
        let gas_limit = tx.gas_limit.unwrap_or(self.config.transaction_gas_limit);
        let nonce = self.nonce(tx.from);
        let env = self.tx_env(tx, nonce, gas_limit, 0);
        let execution = self.execute(env, cfg, traced, false)?;
        let result = outcome_of(execution.result);
        Ok((result, execution.trace.unwrap_or_default()))
    }

    /// The least gas limit, to within half a percent, with which a transaction succeeds now.
    ///
    /// # Errors
    ///
    /// If it does not succeed with the chain's limit either, or is not valid.
    pub fn estimate_gas(&mut self, tx: Tx) -> Result<u64, ChainError> {
        let limit = tx.gas_limit.unwrap_or(self.config.transaction_gas_limit);
        let most = self.call(tx.clone().with_gas_limit(limit))?;
        if !most.is_success() {
            return Err(ChainError::NotSuccessful {
                action: "estimating gas",
                status: most.status,
                output: most.output,
            });
        }
        // With less than what it pays for it cannot run, so that is the lower end; it may need more along the way.
        let (mut low, mut high) = (most.gas_used.saturating_sub(1), limit);
        let mut guess = most.gas_used;
        while high - low > 1 + high / 1_000 * ESTIMATE_TOLERANCE_PERMILLE {
            match self.call(tx.clone().with_gas_limit(guess)) {
                Ok(result) if result.is_success() => high = guess,
                _ => low = guess,
            }
            // What is missing is nearly always little: the 63/64 rule and refunds.
            guess = (low + (high - low) / 2)
                .min(low.saturating_mul(2))
                .max(low + 1);
        }
        Ok(high)
    }

    fn tx_env(&self, tx: &Tx, nonce: u64, gas_limit: u64, gas_price: u128) -> TxEnv {
        let has_list = !tx.access_list.is_empty();
        let items = tx
            .access_list
            .iter()
            .map(|(address, slots)| AccessListItem {
                address: *address,
                storage_keys: slots.clone(),
            });
        TxEnv {
            tx_type: u8::from(has_list),
            caller: tx.from,
            gas_limit,
            gas_price,
            kind: tx.to.map_or(TxKind::Create, TxKind::Call),
            value: tx.value,
            data: tx.data.clone(),
            nonce,
            chain_id: Some(self.config.chain_id),
            access_list: AccessList(items.collect()),
            gas_priority_fee: None,
            blob_hashes: Vec::new(),
            max_fee_per_blob_gas: 0,
            authorization_list: Vec::new(),
        }
    }

    fn execute(
        &mut self,
        tx: TxEnv,
        cfg: CfgEnv,
        traced: bool,
        keep: bool,
    ) -> Result<Execution, ChainError> {
        let block = BlockEnv {
            number: U256::from(self.l1_block_number()),
            beneficiary: self.config.coinbase,
            timestamp: U256::from(self.timestamp()),
            gas_limit: self.config.block_gas_limit,
            basefee: self.config.base_fee,
            difficulty: U256::from(1),
            // Constant on Arbitrum.
            prevrandao: Some(B256::with_last_byte(1)),
            blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
                excess_blob_gas: 0,
                blob_gasprice: 1,
            }),
            slot_num: 0,
        };
        let arbitrum = Arbitrum {
            arbos_version: self.config.arbos_version,
            l2_block_number: self.state.blocks.len() as u64,
            programs: self.config.programs.clone(),
            recent: self.state.open.recent.clone(),
            pages: PageCounters::default(),
            open_frames: HashMap::new(),
            trace: traced.then(Trace::default),
            fatal: None,
        };
        let mut machine = Machine::new(&mut self.state.db, cfg, block, tx, arbitrum);
        let result = ChainHandler::default().run(&mut machine);
        let changes = machine.evm.ctx.journaled_state.finalize();
        let arbitrum = machine.evm.ctx.chain;
        let result = result.map_err(|error| match error {
            EVMError::Transaction(reason) => ChainError::InvalidTransaction(reason),
            EVMError::Header(reason) => ChainError::Internal(reason.to_string()),
            EVMError::Database(never) => match never {},
            EVMError::Custom(reason) => ChainError::Internal(reason),
            EVMError::CustomAny(reason) => ChainError::Internal(reason.to_string()),
        })?;
        if keep {
            self.state.db.commit(changes);
        }
        Ok(Execution {
            result,
            recent: arbitrum.recent,
            trace: arbitrum.trace,
        })
    }

    // --- contracts ---

    /// Creates a contract with the given init code. Returns its address.
    ///
    /// # Errors
    ///
    /// If the transaction is not valid, or does not succeed.
    pub fn deploy(
        &mut self,
        from: Address,
        init_code: impl Into<Bytes>,
    ) -> Result<Address, ChainError> {
        let receipt = self.transact(Tx::create(from, init_code))?;
        let receipt = successful("deploying a contract", receipt)?;
        receipt
            .contract_address
            .ok_or_else(|| ChainError::Internal("a creation without an address".into()))
    }

    /// Creates a contract whose code is a program. `wasm` is the module as the build leaves it
    /// ([`breakwater_stylus_vm::prepare::prepare`]); it is compressed here. It must be activated before it can be called.
    ///
    /// # Errors
    ///
    /// As [`Chain::deploy`]; the chain refuses code of more than 24,576 bytes.
    pub fn deploy_stylus(&mut self, from: Address, wasm: &[u8]) -> Result<Address, ChainError> {
        let code = code::compress(wasm).map_err(|error| ChainError::Internal(error.to_string()))?;
        self.deploy(from, returning_init_code(&code))
    }

    /// Wei that [`Chain::activate`] pays for the data of the program at an address.
    ///
    /// # Errors
    ///
    /// If there is no code there, or activation would refuse it (and say only that it failed).
    pub fn activation_fee(&self, program: Address) -> Result<U256, ChainError> {
        let hash = self.code_hash(program);
        if hash == KECCAK_EMPTY {
            return Err(ChainError::NoCode(program));
        }
        let program = self.config.programs.program(hash, &self.code(program))?;
        Ok(U256::from(DATA_FEE_PER_BYTE) * U256::from(program.figures().asm_estimate))
    }

    /// Activates a program through ArbWasm.
    ///
    /// # Errors
    ///
    /// As [`Chain::activation_fee`], and if the transaction is not valid or does not succeed.
    pub fn activate(&mut self, from: Address, program: Address) -> Result<Receipt, ChainError> {
        let fee = self.activation_fee(program)?;
        let call = abi::ArbWasm::activateProgramCall { program };
        let tx = Tx::call(from, ARB_WASM_ADDRESS, call.abi_encode()).with_value(fee);
        successful("activating a program", self.transact(tx)?)
    }

    /// Puts a program into the cache of programs, through ArbWasmCache.
    ///
    /// # Errors
    ///
    /// If the transaction is not valid or does not succeed: the program must be activated.
    pub fn cache_program(
        &mut self,
        from: Address,
        program: Address,
    ) -> Result<Receipt, ChainError> {
        let call = abi::ArbWasmCache::cacheProgramCall { addr: program };
        let tx = Tx::call(from, ARB_WASM_CACHE_ADDRESS, call.abi_encode());
        successful("caching a program", self.transact(tx)?)
    }
}

fn successful(action: &'static str, receipt: Receipt) -> Result<Receipt, ChainError> {
    match receipt.is_success() {
        true => Ok(receipt),
        false => Err(ChainError::NotSuccessful {
            action,
            status: receipt.status,
            output: receipt.output,
        }),
    }
}

fn outcome_of(result: ExecutionResult) -> CallResult {
    let gas_used = result.tx_gas_used();
    match result {
        ExecutionResult::Success { logs, output, .. } => {
            let (output, contract_address) = match output {
                Output::Call(output) => (output, None),
                Output::Create(output, address) => (output, address),
            };
            CallResult {
                status: Status::Success,
                gas_used,
                output,
                logs,
                contract_address,
            }
        }
        ExecutionResult::Revert { output, .. } => CallResult {
            status: Status::Reverted,
            gas_used,
            output,
            logs: Vec::new(),
            contract_address: None,
        },
        ExecutionResult::Halt { reason, .. } => CallResult {
            status: Status::Halted(reason),
            gas_used,
            output: Bytes::new(),
            logs: Vec::new(),
            contract_address: None,
        },
    }
}

/// Address of a funded account: the end of the hash of its number, so that no key is known and none is needed.
fn account_address(index: usize) -> Address {
    Address::from_word(keccak256(format!("breakwater account {index}")))
}

/// Init code that returns `code`.
fn returning_init_code(code: &[u8]) -> Vec<u8> {
    /// Length of the instructions before the code.
    const OFFSET: u8 = 11;
    let [_, length @ ..] = (code.len() as u32).to_be_bytes();
    let mut init_code = vec![0x62]; // PUSH3 length
    init_code.extend(length);
    init_code.extend([
        0x80, // DUP1
        0x60, OFFSET, // PUSH1 offset
        0x5f,   // PUSH0
        0x39,   // CODECOPY to 0, from offset, length
        0x5f,   // PUSH0
        0xf3,   // RETURN from 0, length
    ]);
    init_code.extend(code);
    init_code
}

/// Names a transaction: the hash of all its fields. (There is no signature to hash.)
fn transaction_hash(chain_id: u64, tx: &Tx, nonce: u64, gas_limit: u64) -> B256 {
    let mut content = Vec::with_capacity(128 + tx.data.len());
    for number in [chain_id, nonce, gas_limit, tx.data.len() as u64] {
        content.extend(number.to_be_bytes());
    }
    content.extend(tx.from);
    content.extend(tx.to.is_some().then_some(1_u8));
    content.extend(tx.to.unwrap_or_default());
    content.extend(tx.value.to_be_bytes::<32>());
    content.extend(&tx.data);
    for (address, slots) in &tx.access_list {
        content.extend(address);
        content.extend((slots.len() as u64).to_be_bytes());
        slots.iter().for_each(|slot| content.extend(slot));
    }
    keccak256(content)
}
