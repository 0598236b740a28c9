//! revm with Stylus programs in it.
//!
//! A frame whose code is a program is run by the virtual machine instead of the interpreter, and returns through the
//! frame's own result path: checkpoints, value transfers and reverts stay revm's. A program's own calls run in an
//! execution loop of their own on a frame stack of their own ([`Machine::run_nested`]).

use std::{convert::Infallible, mem};

use breakwater_stylus_vm::code;
use revm::{
    context::{BlockEnv, CfgEnv, Evm, FrameStack, TxEnv},
    context_interface::{
        context::ContextError,
        result::{EVMError, HaltReason},
        ContextTr, JournalTr,
    },
    database::{CacheDB, EmptyDB},
    handler::{
        instructions::EthInstructions, EthFrame, EvmTr, FrameData, FrameInitOrResult, FrameResult,
        Handler, ItemOrResult,
    },
    interpreter::{
        instructions::host as host_instructions, interpreter::EthInterpreter,
        interpreter_action::FrameInit, CallScheme, FrameInput, Instruction, InstructionContext,
        InstructionExecResult, InstructionResult, InterpreterAction,
    },
    primitives::{hardfork::SpecId, Address},
    Context, Journal,
};

use crate::{
    arbos::{self, Arbitrum},
    precompiles::ChainPrecompiles,
};

/// The EVM rules of ArbOS 50 and later.
pub(crate) const SPEC: SpecId = SpecId::OSAKA;

pub(crate) type ChainDb = CacheDB<EmptyDB>;
pub(crate) type ChainJournal<'db> = Journal<&'db mut ChainDb>;
pub(crate) type ChainContext<'db> =
    Context<BlockEnv, TxEnv, CfgEnv, &'db mut ChainDb, ChainJournal<'db>, Arbitrum>;
type ChainEvm<'db> = Evm<
    ChainContext<'db>,
    (),
    EthInstructions<EthInterpreter, ChainContext<'db>>,
    ChainPrecompiles,
    EthFrame,
>;
/// Errors of the machine itself; the database has none.
pub(crate) type MachineError = ContextError<Infallible>;

/// revm with Stylus programs in it. One value serves one transaction.
pub(crate) struct Machine<'db> {
    pub(crate) evm: ChainEvm<'db>,
    /// Frame stacks of nested executions that are over, for the next ones.
    spare_stacks: Vec<FrameStack<EthFrame>>,
}

impl<'db> Machine<'db> {
    pub(crate) fn new(
        db: &'db mut ChainDb,
        cfg: CfgEnv,
        block: BlockEnv,
        tx: TxEnv,
        chain: Arbitrum,
    ) -> Self {
        let mut ctx = ChainContext {
            block,
            tx,
            cfg,
            journaled_state: Journal::new(db),
            chain,
            local: Default::default(),
            error: Ok(()),
        };
        ctx.journaled_state.set_spec_id(SPEC);
        let mut instruction = EthInstructions::new_mainnet_with_spec(SPEC);
        let [.., gas] = *instruction.gas_table();
        instruction.insert_instruction(SELFDESTRUCT, Instruction::new(selfdestruct), gas);
        Self {
            evm: Evm {
                ctx,
                inspector: (),
                instruction,
                precompiles: ChainPrecompiles::new(),
                frame_stack: FrameStack::new(),
            },
            spare_stacks: Vec::new(),
        }
    }

    /// Runs a call or creation that a program makes, to its end.
    pub(crate) fn run_nested(&mut self, init: FrameInit) -> Result<FrameResult, MachineError> {
        let fresh = self.spare_stacks.pop().unwrap_or_default();
        let outer = mem::replace(&mut self.evm.frame_stack, fresh);
        let result = ChainHandler::default().run_exec_loop(self, init);
        let mut used = mem::replace(&mut self.evm.frame_stack, outer);
        used.clear();
        self.spare_stacks.push(used);
        result.map_err(|error| ContextError::Custom(error.to_string()))
    }

    /// Gives the top frame's end to revm, which commits or reverts what it did.
    pub(crate) fn end_frame(
        &mut self,
        action: InterpreterAction,
    ) -> Result<FrameInitOrResult<EthFrame>, MachineError> {
        let frame = self.evm.frame_stack.get();
        let next: FrameInitOrResult<EthFrame> =
            frame.process_next_action::<_, MachineError>(&mut self.evm.ctx, action)?;
        if let (ItemOrResult::Result(result), Some(trace)) = (&next, &mut self.evm.ctx.chain.trace)
        {
            trace.end_frame(result);
        }
        if next.is_result() {
            frame.set_finished(true);
            self.evm.ctx.chain.leave_frame(acting_address(frame));
        }
        Ok(next)
    }
}

/// The address as which a frame acts; none for a delegate call, which adds no frame to its address.
fn acting_address(frame: &EthFrame) -> Option<Address> {
    match (&frame.input, &frame.data) {
        (FrameInput::Call(inputs), _) => match inputs.scheme {
            CallScheme::Call | CallScheme::StaticCall => Some(inputs.target_address),
            CallScheme::DelegateCall | CallScheme::CallCode => None,
        },
        (_, FrameData::Create(create)) => Some(create.created_address),
        _ => None,
    }
}

/// Who called a frame.
fn caller(frame: &EthFrame) -> Address {
    match &frame.input {
        FrameInput::Call(inputs) => inputs.caller,
        FrameInput::Create(inputs) => inputs.caller(),
        FrameInput::Empty => Address::ZERO,
    }
}

/// True if an account must not have this code: EIP-3541, from which only programs and their fragments are excepted.
fn is_refused_code(code: &[u8], arbos_version: u64) -> bool {
    code.first() == Some(&0xef) && !code::is_part_of_program(code, arbos_version)
}

const SELFDESTRUCT: u8 = 0xff;

/// `SELFDESTRUCT`. A program cannot have it done to itself, through EVM code that it delegates to: that reverts.
fn selfdestruct(
    context: InstructionContext<'_, ChainContext<'_>, EthInterpreter>,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let acting = interpreter.input.target_address;
    let (_, code) = arbos::peek_code(host.journal_mut(), acting);
    let is_program = code::is_part_of_program(code.original_byte_slice(), host.chain.arbos_version);
    // It is paid for all the same; the revert takes its effect back.
    match host_instructions::selfdestruct(InstructionContext { interpreter, host }) {
        Err(InstructionResult::SelfDestruct) if is_program => Err(InstructionResult::Revert),
        end => end,
    }
}

impl<'db> EvmTr for Machine<'db> {
    type Context = ChainContext<'db>;
    type Instructions = EthInstructions<EthInterpreter, ChainContext<'db>>;
    type Precompiles = ChainPrecompiles;
    type Frame = EthFrame;

    fn all(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<EthFrame>,
    ) {
        self.evm.all()
    }

    fn all_mut(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<EthFrame>,
    ) {
        self.evm.all_mut()
    }

    fn frame_init(
        &mut self,
        init: FrameInit,
    ) -> Result<ItemOrResult<&mut EthFrame, FrameResult>, MachineError> {
        if let Some(trace) = &mut self.evm.ctx.chain.trace {
            let frame = trace.start_frame(&init);
            // Calldata of an EVM frame lies in its caller's memory.
            if let FrameInput::Call(inputs) = &init.frame_input {
                let input = inputs.input.bytes(&self.evm.ctx);
                if let Some(trace) = &mut self.evm.ctx.chain.trace {
                    trace.set_input(frame, input);
                }
            }
        }
        if let ItemOrResult::Result(result) = self.evm.frame_init(init)? {
            if let Some(trace) = &mut self.evm.ctx.chain.trace {
                trace.end_frame(&result);
            }
            return Ok(ItemOrResult::Result(result));
        }
        let frame = self.evm.frame_stack.get();
        let (acting, caller) = (acting_address(frame), caller(frame));
        self.evm.ctx.chain.enter_frame(acting, caller);
        Ok(ItemOrResult::Item(frame))
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<EthFrame>, MachineError> {
        let frame = self.evm.frame_stack.get();
        let is_call = matches!(frame.data, FrameData::Call(_));
        let arbos_version = self.evm.ctx.chain.arbos_version;
        let code = frame.interpreter.bytecode.original_byte_slice();
        if is_call && code::runs_as_program(code, arbos_version) {
            let result = self.run_program()?;
            return self.end_frame(InterpreterAction::Return(result));
        }
        let mut action = frame.interpreter.run_plain(
            self.evm.instruction.instruction_table(),
            self.evm.instruction.gas_table(),
            &mut self.evm.ctx,
        );
        if let InterpreterAction::Return(result) = &mut action {
            if !is_call && result.result.is_ok() && is_refused_code(&result.output, arbos_version) {
                result.result = InstructionResult::CreateContractStartingWithEF;
            }
        }
        self.end_frame(action)
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, MachineError> {
        self.evm.frame_return_result(result)
    }
}

/// revm's own transaction rules, on this machine.
#[derive(Default)]
pub(crate) struct ChainHandler<'db> {
    machine: std::marker::PhantomData<Machine<'db>>,
}

impl<'db> Handler for ChainHandler<'db> {
    type Evm = Machine<'db>;
    type Error = EVMError<Infallible>;
    type HaltReason = HaltReason;
}
