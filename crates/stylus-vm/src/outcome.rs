//! What a run of a program leaves.

use alloy_primitives::Bytes;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The program returned status 0: success, with its output.
    Return,
    /// The program returned another status: a revert, with its output. Gas is kept.
    Revert,
    /// A trap, a bad pointer, or a host function that was refused: a revert with empty data. Gas is kept.
    Failure,
    /// Out of ink: out of gas, all of it is taken.
    OutOfInk,
    /// The program's stack is too deep: all gas is taken.
    OutOfStack,
}

impl Outcome {
    /// The name used in the test vectors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Revert => "revert",
            Self::Failure => "failure",
            Self::OutOfInk => "out_of_ink",
            Self::OutOfStack => "out_of_stack",
        }
    }
}

/// What a run of a program leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// What it returned or reverted with; empty for all other outcomes.
    pub output: Bytes,
    /// Ink at entry.
    pub ink_start: u64,
    /// Ink left; 0 if it ran out of ink or stack.
    pub ink_left: u64,
    /// What the meter showed when the program stopped for want of stack.
    pub ink_at_stop: Option<u64>,
    /// `ink_left` in gas, rounded down.
    pub gas_left: u64,
    /// EVM memory cost of the output, in gas.
    pub return_data_gas: u64,
    /// What goes back to the caller: the lesser of `gas_left` and `call_gas − return_data_gas`. Zero if
    /// `out_of_gas_by_return_data`.
    pub gas_left_to_caller: u64,
    /// The call had less gas than the memory cost of its output: to the caller it is out of gas, whatever the program
    /// returned.
    pub out_of_gas_by_return_data: bool,
    /// Which rule ended a [`Outcome::Failure`], for tracers; not part of consensus.
    pub failure: Option<String>,
}

impl RunResult {
    /// True if the caller sees success: the program returned, and the memory cost of its output could be paid.
    pub fn is_success(&self) -> bool {
        self.outcome == Outcome::Return && !self.out_of_gas_by_return_data
    }

    /// True if the caller sees a revert (with [`RunResult::output`], which is empty for a failure) and keeps the rest
    /// of the gas.
    pub fn is_revert(&self) -> bool {
        matches!(self.outcome, Outcome::Revert | Outcome::Failure)
            && !self.out_of_gas_by_return_data
    }
}
