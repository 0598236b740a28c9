//! What happened within a transaction: its calls, and the runs of programs with their host calls.

use breakwater_stylus_vm::{HostCall, Outcome};
use revm::{
    context_interface::CreateScheme,
    handler::FrameResult,
    interpreter::{interpreter_action::FrameInit, CallScheme, FrameInput, InstructionResult},
    primitives::{Address, Bytes, U256},
};

/// The calls of a transaction and the runs of Stylus programs in them, each in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The runs of programs.
    pub programs: Vec<ProgramRun>,
    /// The calls and creations; the first is the transaction's own.
    pub calls: Vec<CallFrame>,
    /// The calls that have not ended yet, innermost last.
    open: Vec<usize>,
}

/// Which instruction or host function began a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallType {
    /// `CALL`.
    Call,
    /// `CALLCODE`.
    CallCode,
    /// `DELEGATECALL`.
    DelegateCall,
    /// `STATICCALL`.
    StaticCall,
    /// `CREATE`.
    Create,
    /// `CREATE2`.
    Create2,
}

/// A call or creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFrame {
    /// What kind.
    pub call_type: CallType,
    /// Place of the call around it in the trace; none for the transaction's own.
    pub parent: Option<usize>,
    /// Depth of the call stack, 0 for the transaction's own call.
    pub depth: usize,
    /// Caller.
    pub from: Address,
    /// Whose code runs; for a creation the new contract, if it came to be.
    pub to: Option<Address>,
    /// Value sent along, in wei.
    pub value: U256,
    /// Gas of the call.
    pub gas: u64,
    /// Gas that it used; refunds not deducted.
    pub gas_used: u64,
    /// Calldata, or init code.
    pub input: Bytes,
    /// What it returned or reverted with.
    pub output: Bytes,
    /// How it ended; none while it runs.
    pub result: Option<InstructionResult>,
    /// Its run in [`Trace::programs`], if its code is a program.
    pub program: Option<usize>,
    /// Host calls of the program around it that had ended when it began: the number of the host call that made it.
    pub host_call: usize,
    /// Runs of programs that had begun when it began.
    runs_before: usize,
}

impl Trace {
    /// A call begins. Returns its place.
    pub(crate) fn start_frame(&mut self, init: &FrameInit) -> usize {
        let parent = self.open.last().copied();
        // The parent's own run began before anything that it called.
        let run = parent.and_then(|parent| {
            let parent = self.calls.get(parent)?;
            self.own_run(parent)
        });
        let host_call = run
            .and_then(|run| self.programs.get(run))
            .map_or(0, |run| run.host_calls.len());
        let frame = CallFrame {
            parent,
            depth: init.depth,
            host_call,
            runs_before: self.programs.len(),
            ..CallFrame::of(&init.frame_input)
        };
        self.calls.push(frame);
        self.open.push(self.calls.len() - 1);
        self.calls.len() - 1
    }

    /// The run of a call, if its code is a program that has begun.
    fn own_run(&self, frame: &CallFrame) -> Option<usize> {
        let run = self.programs.get(frame.runs_before)?;
        (run.depth == frame.depth).then_some(frame.runs_before)
    }

    /// Calldata of a call that has begun.
    pub(crate) fn set_input(&mut self, frame: usize, input: Bytes) {
        if let Some(frame) = self.calls.get_mut(frame) {
            frame.input = input;
        }
    }

    /// The innermost call ends.
    pub(crate) fn end_frame(&mut self, result: &FrameResult) {
        let Some(index) = self.open.pop() else {
            return;
        };
        let run = self.calls.get(index).and_then(|frame| self.own_run(frame));
        let Some(frame) = self.calls.get_mut(index) else {
            return;
        };
        frame.program = run;
        let ended = result.instruction_result();
        frame.gas_used = match ended.is_ok_or_revert() {
            true => frame.gas.saturating_sub(result.gas().remaining()),
            false => frame.gas,
        };
        frame.output = match ended.is_ok_or_revert() {
            true => result.output().into_data(),
            false => Bytes::new(),
        };
        if let FrameResult::Create(outcome) = result {
            frame.to = outcome.address;
        }
        frame.result = Some(ended);
    }
}

impl CallFrame {
    fn of(input: &FrameInput) -> Self {
        let mut frame = Self {
            call_type: CallType::Call,
            parent: None,
            depth: 0,
            from: Address::ZERO,
            to: None,
            value: U256::ZERO,
            gas: 0,
            gas_used: 0,
            input: Bytes::new(),
            output: Bytes::new(),
            result: None,
            program: None,
            host_call: 0,
            runs_before: 0,
        };
        match input {
            FrameInput::Call(call) => {
                frame.call_type = match call.scheme {
                    CallScheme::Call => CallType::Call,
                    CallScheme::CallCode => CallType::CallCode,
                    CallScheme::DelegateCall => CallType::DelegateCall,
                    CallScheme::StaticCall => CallType::StaticCall,
                };
                frame.from = match call.scheme {
                    // The caller of the frame around it is not who made this call.
                    CallScheme::DelegateCall => call.target_address,
                    _ => call.caller,
                };
                frame.to = Some(call.bytecode_address);
                frame.value = call.call_value();
                frame.gas = call.gas_limit;
            }
            FrameInput::Create(create) => {
                frame.call_type = match create.scheme() {
                    CreateScheme::Create2 { .. } => CallType::Create2,
                    _ => CallType::Create,
                };
                frame.from = create.caller();
                frame.value = create.value();
                frame.gas = create.gas_limit();
                frame.input = create.init_code().clone();
            }
            FrameInput::Empty => {}
        }
        frame
    }

    /// True if it returned.
    pub fn is_success(&self) -> bool {
        self.result.is_some_and(InstructionResult::is_ok)
    }
}

/// One run of a Stylus program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRun {
    /// Depth of the call stack, 0 for the transaction's own call.
    pub depth: usize,
    /// Whose code runs.
    pub code_address: Address,
    /// The acting address: whose storage and balance are used.
    pub address: Address,
    /// Caller.
    pub caller: Address,
    /// Value of the call in wei.
    pub value: U256,
    /// Calldata.
    pub calldata: Bytes,
    /// True in a static context.
    pub is_static: bool,
    /// Gas of the call.
    pub gas: u64,
    /// Gas taken before the program started.
    pub entry_gas: u64,
    /// True if the program counted as cached.
    pub cached: bool,
    /// Ink at the start.
    pub ink_start: u64,
    /// Ink left at the end.
    pub ink_left: u64,
    /// How the run ended; none if its entry could not be paid.
    pub outcome: Option<Outcome>,
    /// Which rule ended a failure.
    pub failure: Option<String>,
    /// What it returned or reverted with.
    pub output: Bytes,
    /// Host functions that came to their end.
    pub host_calls: Vec<HostCall>,
}
