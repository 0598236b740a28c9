//! A frame whose code is a Stylus program, and the chain as that program sees it.

use std::mem;

use breakwater_stylus_vm::{
    evm_costs::{account_access_gas, call_gas, create_gas, store_cost, COLD_SLOT_GAS, WARM_GAS},
    run, CallKind, CallOutcome, CallRequest, CreateOutcome, CreateRefused, CreateRequest,
    Environment, EvmApi, HostCall, Outcome, Priced, Program, RunResult, StaticContext, StoreError,
    DEFAULT_INK_PRICE,
};
use revm::{
    context_interface::{
        context::ContextError, Block, Cfg, ContextTr, CreateScheme, JournalTr, Transaction,
    },
    handler::FrameResult,
    interpreter::{
        interpreter_action::FrameInit, CallInput, CallInputs, CallScheme, CallValue, CreateInputs,
        FrameInput, Gas, InstructionResult, InterpreterResult, SharedMemory,
    },
    primitives::{Address, Bytes, Log, B256, U256},
    state::Bytecode,
};

use crate::{
    arbos::{self, ProgramRecord},
    config::ARBOS_BLOCK_CACHE,
    machine::{ChainJournal, Machine, MachineError},
    program_cache::ProgramError,
    trace::ProgramRun,
};

/// A running program's view of the chain: one value serves one frame.
struct ProgramFrame<'machine, 'db> {
    machine: &'machine mut Machine<'db>,
    /// The acting address.
    address: Address,
    caller: Address,
    value: U256,
    is_static: bool,
    depth: usize,
    /// The frame's place in the memory that all EVM frames share: empty, and the memory of a callee begins behind it.
    memory: SharedMemory,
    /// Refund counter of the frame and of what it called.
    refund: i64,
    /// Place of this run in the trace.
    trace_index: Option<usize>,
}

impl<'db> Machine<'db> {
    /// Runs the program of the top frame.
    pub(crate) fn run_program(&mut self) -> Result<InterpreterResult, MachineError> {
        let frame = self.evm.frame_stack.get();
        let FrameInput::Call(inputs) = &frame.input else {
            return Err(ContextError::Custom("a program outside a call".into()));
        };
        let inputs = inputs.as_ref().clone();
        let depth = frame.depth;
        let code = frame.interpreter.bytecode.original_bytes();
        let gas_limit = inputs.gas_limit;
        let calldata = inputs.input.bytes(&self.evm.ctx);

        let end = |result, output, left: u64, refund| {
            let mut gas = Gas::new(gas_limit);
            gas.set_remaining(left);
            gas.record_refund(refund);
            Ok(InterpreterResult::new(result, output, gas))
        };

        let code_hash = inputs.known_bytecode.0;
        let now = self.evm.ctx.block.timestamp().saturating_to();
        let record = ProgramRecord::load(self.journal(), code_hash);
        // Never activated, or too long ago: all gas is taken, and there is no data.
        let Some(record) = record.filter(|record| !record.is_expired(now)) else {
            return end(InstructionResult::NotActivated, Bytes::new(), 0, 0);
        };
        // An activated program compiles; if it does not, it is as if it were not activated.
        let Ok(program) = self.compiled(code_hash, &code) else {
            return end(InstructionResult::NotActivated, Bytes::new(), 0, 0);
        };

        let chain = &mut self.evm.ctx.chain;
        // A call counts for the block whether the program is in the cache or not.
        let is_recent = chain.arbos_version >= ARBOS_BLOCK_CACHE && chain.recent.insert(code_hash);
        let cached = record.cached || is_recent;
        let figures = program.figures();
        let entry_gas = figures.entry_gas(cached, &chain.pages);
        let trace_index = chain.trace.as_mut().map(|trace| {
            trace.programs.push(ProgramRun {
                depth,
                code_address: inputs.bytecode_address,
                address: inputs.target_address,
                caller: inputs.caller,
                value: inputs.call_value(),
                calldata: calldata.clone(),
                is_static: inputs.is_static,
                gas: gas_limit,
                entry_gas,
                cached,
                ink_start: 0,
                ink_left: 0,
                outcome: None,
                failure: None,
                output: Bytes::new(),
                host_calls: Vec::new(),
            });
            trace.programs.len() - 1
        });
        let Some(program_gas) = gas_limit.checked_sub(entry_gas) else {
            return end(InstructionResult::OutOfGas, Bytes::new(), 0, 0);
        };
        let pages_before = chain.pages.open();
        chain.pages.add(figures.footprint_pages);

        let environment = self.environment(&inputs);
        let frame = self.evm.frame_stack.get();
        let memory = mem::replace(&mut frame.interpreter.memory, SharedMemory::invalid());
        let mut api = ProgramFrame {
            address: inputs.target_address,
            caller: inputs.caller,
            value: inputs.call_value(),
            is_static: inputs.is_static,
            depth,
            memory,
            refund: 0,
            trace_index,
            machine: self,
        };
        let result = run(
            &program,
            &mut api,
            &environment,
            &calldata,
            program_gas,
            gas_limit,
        );
        let refund = api.refund;
        let memory = mem::replace(&mut api.memory, SharedMemory::invalid());
        self.evm.frame_stack.get().interpreter.memory = memory;
        self.evm.ctx.chain.pages.restore_open(pages_before);
        self.trace_end(trace_index, &result);
        if let Some(reason) = self.evm.ctx.chain.fatal.take() {
            return Err(ContextError::Custom(reason));
        }

        let left = result.gas_left_to_caller;
        if result.is_success() {
            end(InstructionResult::Return, result.output, left, refund)
        } else if result.is_revert() {
            end(InstructionResult::Revert, result.output, left, 0)
        } else if result.outcome == Outcome::OutOfStack {
            end(InstructionResult::StackOverflow, Bytes::new(), 0, 0)
        } else {
            end(InstructionResult::OutOfGas, Bytes::new(), 0, 0)
        }
    }

    fn journal(&mut self) -> &mut ChainJournal<'db> {
        self.evm.ctx.journal_mut()
    }

    fn compiled(&mut self, hash: B256, code: &[u8]) -> Result<Program, ProgramError> {
        let programs = self.evm.ctx.chain.programs.clone();
        let version = self.evm.ctx.chain.arbos_version;
        let journal = self.journal();
        programs.program(hash, code, version, &mut |address| {
            let (hash, code) = arbos::peek_code(journal, address);
            (hash, code.original_bytes())
        })
    }

    fn environment(&self, inputs: &CallInputs) -> Environment {
        let ctx = &self.evm.ctx;
        let base_fee = ctx.block.basefee();
        // Priority fees are not taken on Arbitrum, so nobody pays more than the base fee.
        let gas_price = ctx
            .tx
            .effective_gas_price(base_fee.into())
            .min(base_fee.into());
        Environment {
            chain_id: ctx.cfg.chain_id(),
            block_number: ctx.block.number().saturating_to(),
            block_timestamp: ctx.block.timestamp().saturating_to(),
            block_gas_limit: ctx.block.gas_limit(),
            block_basefee: U256::from(base_fee),
            block_coinbase: ctx.block.beneficiary(),
            tx_gas_price: U256::from(gas_price),
            tx_origin: ctx.tx.caller,
            contract_address: inputs.target_address,
            msg_sender: inputs.caller,
            msg_value: inputs.call_value(),
            reentrant: ctx.chain.is_reentrant(inputs.target_address),
            ink_price: DEFAULT_INK_PRICE,
        }
    }

    fn trace_end(&mut self, index: Option<usize>, result: &RunResult) {
        if let Some(run) = self.traced_run(index) {
            run.ink_start = result.ink_start;
            run.ink_left = result.ink_left;
            run.outcome = Some(result.outcome);
            run.failure = result.failure.clone();
            run.output = result.output.clone();
        }
    }

    fn traced_run(&mut self, index: Option<usize>) -> Option<&mut ProgramRun> {
        let trace = self.evm.ctx.chain.trace.as_mut()?;
        trace.programs.get_mut(index?)
    }
}

impl<'db> ProgramFrame<'_, 'db> {
    fn journal(&mut self) -> &mut ChainJournal<'db> {
        self.machine.evm.ctx.journal_mut()
    }

    /// Runs a frame below this one. None if the machine itself failed; the error is kept for the way out.
    fn run_frame(&mut self, frame_input: FrameInput) -> Option<FrameResult> {
        if self.machine.evm.ctx.chain.fatal.is_some() {
            return None;
        }
        let init = FrameInit {
            depth: self.depth + 1,
            memory: self.memory.new_child_context(),
            frame_input,
        };
        let result = self.machine.run_nested(init);
        self.memory.free_child_context();
        match result {
            Ok(result) => {
                if result.instruction_result().is_ok() {
                    self.refund += result.gas().refunded();
                }
                Some(result)
            }
            Err(error) => {
                self.machine.evm.ctx.chain.fatal = Some(match error {
                    ContextError::Custom(reason) => reason,
                    ContextError::Db(never) => match never {},
                });
                None
            }
        }
    }

    /// Code of an account that is called, an EIP-7702 delegation followed.
    fn code_to_run(&mut self, address: Address) -> (B256, Bytecode, bool, bool) {
        let Ok(account) = self.journal().load_account_with_code(address);
        let (is_cold, is_empty) = (account.is_cold, account.info.is_empty());
        let (hash, code) = (
            account.info.code_hash,
            account.info.code.clone().unwrap_or_default(),
        );
        let Some(delegate) = code.eip7702_address() else {
            return (hash, code, is_cold, is_empty);
        };
        let Ok(account) = self.journal().load_account_with_code(delegate);
        (
            account.info.code_hash,
            account.info.code.clone().unwrap_or_default(),
            is_cold,
            is_empty,
        )
    }
}

/// Gas that a frame gives back to its caller.
fn returned_gas(result: &FrameResult) -> u64 {
    if result.instruction_result().is_ok_or_revert() {
        result.gas().remaining()
    } else {
        0
    }
}

impl EvmApi for ProgramFrame<'_, '_> {
    fn load_slot(&mut self, key: B256) -> Priced<B256> {
        let address = self.address;
        let Ok(slot) = self.journal().sload(address, key.into());
        let gas = if slot.is_cold {
            COLD_SLOT_GAS
        } else {
            WARM_GAS
        };
        Priced::new(slot.data.into(), gas)
    }

    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, StoreError> {
        if self.is_static {
            return Err(StoreError::StaticContext);
        }
        let address = self.address;
        let mut gas: u64 = 0;
        for (key, value) in slots {
            let Ok(stored) = self
                .journal()
                .sstore(address, (*key).into(), (*value).into());
            let cost = store_cost(
                stored.original_value.into(),
                stored.present_value.into(),
                *value,
                stored.is_cold,
            );
            gas = gas.saturating_add(cost.gas);
            if gas > gas_left {
                return Err(StoreError::OutOfGas);
            }
            self.refund += cost.refund;
        }
        Ok(gas)
    }

    fn transient_load(&mut self, key: B256) -> B256 {
        let address = self.address;
        self.journal().tload(address, key.into()).into()
    }

    fn transient_store(&mut self, key: B256, value: B256) -> Result<(), StaticContext> {
        if self.is_static {
            return Err(StaticContext);
        }
        let address = self.address;
        self.journal().tstore(address, key.into(), value.into());
        Ok(())
    }

    fn call(&mut self, request: CallRequest<'_>) -> CallOutcome {
        let sends_value = request.kind == CallKind::Call && !request.value.is_zero();
        if sends_value && self.is_static {
            return CallOutcome::default();
        }
        let (code_hash, code, is_cold, is_empty) = self.code_to_run(request.to);
        let Some(gas) = call_gas(
            request.gas_left,
            request.gas_requested,
            is_cold,
            sends_value,
            is_empty,
        ) else {
            return CallOutcome {
                gas_cost: request.gas_left,
                ..CallOutcome::default()
            };
        };
        let (target_address, caller, value, scheme) = match request.kind {
            CallKind::Call => (
                request.to,
                self.address,
                CallValue::Transfer(request.value),
                CallScheme::Call,
            ),
            CallKind::Delegate => (
                self.address,
                self.caller,
                CallValue::Apparent(self.value),
                CallScheme::DelegateCall,
            ),
            CallKind::Static => (
                request.to,
                self.address,
                CallValue::Transfer(U256::ZERO),
                CallScheme::StaticCall,
            ),
        };
        let result = self.run_frame(FrameInput::Call(Box::new(CallInputs {
            input: CallInput::Bytes(Bytes::copy_from_slice(request.data)),
            return_memory_offset: 0..0,
            gas_limit: gas.callee,
            reservoir: 0,
            bytecode_address: request.to,
            known_bytecode: (code_hash, code),
            target_address,
            caller,
            value,
            scheme,
            is_static: self.is_static || request.kind == CallKind::Static,
            charged_new_account_state_gas: false,
        })));
        let Some(result) = result else {
            return CallOutcome {
                gas_cost: request.gas_left,
                ..CallOutcome::default()
            };
        };
        // The stipend counts as used when it is: the reference charges what the callee used, stipend or not.
        let used = gas.callee.saturating_sub(returned_gas(&result));
        CallOutcome {
            success: result.instruction_result().is_ok(),
            // With the stipend that can be more than is left: then the program is out of ink.
            gas_cost: gas.base.saturating_add(used),
            return_data: match result.instruction_result().is_ok_or_revert() {
                true => result.into_interpreter_result().output,
                false => Bytes::new(),
            },
        }
    }

    fn create(&mut self, request: CreateRequest<'_>) -> Result<CreateOutcome, CreateRefused> {
        if self.is_static {
            return Err(CreateRefused);
        }
        let gas = create_gas(
            request.gas_left,
            request.init_code.len(),
            request.salt.is_some(),
        )
        .ok_or(CreateRefused)?;
        let failed = CreateOutcome {
            gas_cost: gas.base.saturating_add(gas.child),
            ..CreateOutcome::default()
        };
        let scheme = match request.salt {
            Some(salt) => CreateScheme::Create2 { salt: salt.into() },
            None => CreateScheme::Create,
        };
        let result = self.run_frame(FrameInput::Create(Box::new(CreateInputs::new(
            self.address,
            scheme,
            request.endowment,
            Bytes::copy_from_slice(request.init_code),
            gas.child,
            0,
        ))));
        let Some(result) = result else {
            return Ok(failed);
        };
        let end = result.instruction_result();
        let address = match &result {
            FrameResult::Create(outcome) if end.is_ok() => outcome.address.unwrap_or_default(),
            _ => Address::ZERO,
        };
        let used = gas.child.saturating_sub(returned_gas(&result));
        Ok(CreateOutcome {
            address,
            gas_cost: gas.base.saturating_add(used),
            return_data: match end == InstructionResult::Revert {
                true => result.into_interpreter_result().output,
                false => Bytes::new(),
            },
        })
    }

    fn emit_log(&mut self, topics: &[B256], data: &[u8]) -> Result<(), StaticContext> {
        if self.is_static {
            return Err(StaticContext);
        }
        let log = Log::new_unchecked(self.address, topics.to_vec(), Bytes::copy_from_slice(data));
        self.journal().log(log);
        Ok(())
    }

    fn account_balance(&mut self, address: Address) -> Priced<U256> {
        let Ok(account) = self.journal().load_account(address);
        Priced::new(account.info.balance, account_access_gas(account.is_cold))
    }

    fn account_code(&mut self, address: Address) -> Priced<Bytes> {
        let Ok(code) = self.journal().code(address);
        Priced::new(code.data, account_access_gas(code.is_cold))
    }

    fn account_code_hash(&mut self, address: Address) -> Priced<B256> {
        let Ok(hash) = self.journal().code_hash(address);
        Priced::new(hash.data, account_access_gas(hash.is_cold))
    }

    fn add_pages(&mut self, pages: u16) -> u64 {
        self.machine.evm.ctx.chain.pages.add(pages)
    }

    fn traces_data(&self) -> bool {
        self.trace_index.is_some()
    }

    fn on_host_call(&mut self, call: HostCall) {
        if let Some(run) = self.machine.traced_run(self.trace_index) {
            run.host_calls.push(call);
        }
    }
}
