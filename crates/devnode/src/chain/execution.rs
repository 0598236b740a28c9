//! Transactions, calls and estimates.

use std::collections::HashMap;

use breakwater_stylus_vm::PageCounters;
use revm::{
    context::{
        result::{EVMError, ExecutionResult, InvalidTransaction, Output},
        transaction::{AccessList, AccessListItem},
        BlockEnv, CfgEnv, TxEnv,
    },
    context_interface::{block::BlobExcessGasAndPrice, JournalTr},
    handler::Handler,
    primitives::{keccak256, Address, Bytes, TxKind, B256, U256},
    DatabaseCommit,
};

use super::{history::BlockContext, Chain, StateDiff};
use crate::{
    arbos::{Arbitrum, RecentPrograms, ARBOS_STATE_ADDRESS, BLOCK_HASHES},
    error::ChainError,
    machine::{ChainHandler, Machine},
    trace::Trace,
    transaction::{CallResult, Receipt, Status, Tx},
};

/// An estimate of gas is at most this much too large, in parts of a thousand.
const ESTIMATE_TOLERANCE_PERMILLE: u64 = 5;

/// Accounts, and the slots of each, that an execution has looked at.
pub type AccessedSlots = Vec<(Address, Vec<B256>)>;

/// What is wanted of an execution beside its result.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    /// The runs of programs and the calls.
    trace: bool,
    /// That its changes are kept.
    keep: bool,
    /// The slots it looks at.
    accessed: bool,
}

/// What running a transaction gives.
struct Execution {
    result: ExecutionResult,
    recent: RecentPrograms,
    trace: Option<Trace>,
    accessed: AccessedSlots,
    /// What its changes replaced, if they were kept and anybody wants to know.
    undo: Option<StateDiff>,
}

impl Chain {
    /// Executes a transaction and keeps what it does, also if it reverts.
    ///
    /// # Errors
    ///
    /// If the transaction is not valid; then nothing has happened.
    pub fn transact(&mut self, tx: Tx) -> Result<Receipt, ChainError> {
        self.transact_with(tx, None, false)
            .map(|(receipt, _)| receipt)
    }

    /// [`Chain::transact`], for who hashes transactions in another way.
    ///
    /// # Errors
    ///
    /// As [`Chain::transact`].
    pub fn transact_as(&mut self, tx: Tx, hash: B256) -> Result<Receipt, ChainError> {
        self.transact_with(tx, Some(hash), false)
            .map(|(receipt, _)| receipt)
    }

    /// [`Chain::transact`], with the runs of programs and their host calls.
    ///
    /// # Errors
    ///
    /// As [`Chain::transact`].
    pub fn transact_traced(&mut self, tx: Tx) -> Result<(Receipt, Trace), ChainError> {
        self.transact_with(tx, None, true)
    }

    fn transact_with(
        &mut self,
        tx: Tx,
        hash: Option<B256>,
        traced: bool,
    ) -> Result<(Receipt, Trace), ChainError> {
        let (env, gas_limit) = self.transaction_env(&tx)?;
        let hash = hash
            .unwrap_or_else(|| transaction_hash(self.config.chain_id, &tx, env.nonce, gas_limit));
        let wanted = Wanted {
            trace: traced,
            keep: true,
            accessed: false,
        };
        let execution = self.execute(env, self.cfg.clone(), wanted)?;

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
            effective_gas_price: self.config.base_fee,
            output: outcome.output,
            logs: outcome.logs,
        };
        let open = &mut self.state.open;
        let recent = std::mem::replace(&mut open.recent, execution.recent);
        open.gas_used = open.gas_used.saturating_add(receipt.gas_used);
        open.receipts.push(receipt.clone());
        if let Some(undo) = execution.undo {
            let place = Some(receipt.transaction_index);
            self.keep_step(receipt.block_number, place, recent, undo);
        }
        if self.automine {
            self.mine();
        }
        Ok((receipt, execution.trace.unwrap_or_default()))
    }

    /// The environment of a transaction that pays, and its gas limit.
    fn transaction_env(&self, tx: &Tx) -> Result<(TxEnv, u64), ChainError> {
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
        if let Some(price) = tx.gas_price {
            if price < base_fee.into() {
                return Err(ChainError::InvalidTransaction(
                    InvalidTransaction::GasPriceLessThanBasefee,
                ));
            }
            // The machine is told the price that is paid; that the sender could pay the most it offers is checked here.
            let fee = U256::from(price).saturating_mul(U256::from(gas_limit));
            let (fee, balance) = (fee.saturating_add(tx.value), self.balance(tx.from));
            if fee > balance {
                return Err(ChainError::InvalidTransaction(
                    InvalidTransaction::LackOfFundForMaxFee {
                        fee: Box::new(fee),
                        balance: Box::new(balance),
                    },
                ));
            }
        }
        let env = self.tx_env(tx, nonce, gas_limit, base_fee.into());
        Ok((env, gas_limit))
    }

    /// Executes a transaction as [`Chain::transact_traced`] does, and keeps nothing of it: for [`Chain::at`].
    ///
    /// # Errors
    ///
    /// As [`Chain::transact`].
    pub fn replay(&mut self, tx: &Tx) -> Result<(CallResult, Trace), ChainError> {
        let (env, _) = self.transaction_env(tx)?;
        let wanted = Wanted {
            trace: true,
            ..Wanted::default()
        };
        let execution = self.execute(env, self.cfg.clone(), wanted)?;
        let result = outcome_of(execution.result);
        Ok((result, execution.trace.unwrap_or_default()))
    }

    /// Executes a call and keeps nothing of it. Gas costs the caller nothing and `tx.gasprice` is 0; a value must be there.
    ///
    /// # Errors
    ///
    /// If a transaction of this kind would not be valid.
    pub fn call(&mut self, tx: Tx) -> Result<CallResult, ChainError> {
        self.call_with(&tx, Wanted::default())
            .map(|(result, _)| result)
    }

    /// [`Chain::call`], with the runs of programs and their host calls.
    ///
    /// # Errors
    ///
    /// As [`Chain::call`].
    pub fn call_traced(&mut self, tx: Tx) -> Result<(CallResult, Trace), ChainError> {
        let wanted = Wanted {
            trace: true,
            ..Wanted::default()
        };
        let (result, execution) = self.call_with(&tx, wanted)?;
        Ok((result, execution.trace.unwrap_or_default()))
    }

    /// [`Chain::call`], with the storage slots that it looks at, for an access list (EIP-2930).
    ///
    /// # Errors
    ///
    /// As [`Chain::call`].
    pub fn call_listing(&mut self, tx: Tx) -> Result<(CallResult, AccessedSlots), ChainError> {
        let wanted = Wanted {
            accessed: true,
            ..Wanted::default()
        };
        let (result, execution) = self.call_with(&tx, wanted)?;
        Ok((result, execution.accessed))
    }

    fn call_with(&mut self, tx: &Tx, wanted: Wanted) -> Result<(CallResult, CallEnd), ChainError> {
        let mut cfg = self.cfg.clone();
        cfg.disable_nonce_check = true;
        cfg.disable_base_fee = true;
        let gas_limit = tx.gas_limit.unwrap_or(self.config.transaction_gas_limit);
        let nonce = self.nonce(tx.from);
        let env = self.tx_env(tx, nonce, gas_limit, 0);
        let execution = self.execute(env, cfg, wanted)?;
        let end = CallEnd {
            trace: execution.trace,
            accessed: execution.accessed,
        };
        Ok((outcome_of(execution.result), end))
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

    /// What an execution sees of its block.
    pub(super) fn present_context(&self) -> BlockContext {
        self.context.clone().unwrap_or_else(|| BlockContext {
            number: self.state.blocks.len() as u64,
            timestamp: self.timestamp(),
            l1_block_number: self.l1_block_number(),
            recent: self.state.open.recent.clone(),
        })
    }

    fn execute(&mut self, tx: TxEnv, cfg: CfgEnv, wanted: Wanted) -> Result<Execution, ChainError> {
        let context = self.present_context();
        let block = BlockEnv {
            number: U256::from(context.l1_block_number),
            beneficiary: self.config.coinbase,
            timestamp: U256::from(context.timestamp),
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
        let before = usize::try_from(context.number).unwrap_or(usize::MAX);
        let blocks = self.state.blocks.iter().take(before).rev();
        let hashes = blocks.take(BLOCK_HASHES).map(|block| block.hash);
        let block_hashes = hashes.collect();
        let arbitrum = Arbitrum {
            arbos_version: self.config.arbos_version,
            l2_block_number: context.number,
            block_hashes,
            programs: self.config.programs.clone(),
            recent: context.recent,
            pages: PageCounters::default(),
            open_frames: HashMap::new(),
            callers: Vec::new(),
            trace: wanted.trace.then(Trace::default),
            fatal: None,
        };
        let keeps_steps = self.keeps_steps();
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
        let mut accessed = AccessedSlots::new();
        if wanted.accessed {
            accessed.extend(changes.iter().filter_map(|(address, account)| {
                // What the chain itself looks at is no part of a list.
                let listed = *address != ARBOS_STATE_ADDRESS && !account.storage.is_empty();
                let mut slots: Vec<B256> =
                    account.storage.keys().copied().map(B256::from).collect();
                slots.sort_unstable();
                listed.then_some((*address, slots))
            }));
            accessed.sort_unstable();
        }
        let mut undo = None;
        if wanted.keep {
            undo = keeps_steps.then(|| StateDiff::before(&self.state.db, &changes));
            self.state.db.commit(changes);
        }
        Ok(Execution {
            result,
            recent: arbitrum.recent,
            trace: arbitrum.trace,
            accessed,
            undo,
        })
    }
}

/// What a call leaves beside its result.
struct CallEnd {
    trace: Option<Trace>,
    accessed: AccessedSlots,
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
