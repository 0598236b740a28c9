//! The operand stack of a function, followed in the order of the text.

use wasmparser::{BlockType, Operator};

use super::Types;

/// What an instruction does to the height of the operand stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Effect {
    Up,
    Same,
    Down(u64),
    /// Calls: up by the results, then down by the operands.
    UpDown(u64, u64),
    /// `block` and `loop`: up by the results, down by the parameters, remember.
    Open(u64, u64),
    /// `if`: down by the condition, then as `block`.
    OpenIf(u64, u64),
    Else,
    End,
}

/// Follows the operand stack. Unreachable code is followed too, so the height is an upper bound of sorts: it is what
/// the chain counts, not what validation computes.
#[derive(Debug, Default)]
pub(crate) struct Height {
    now: u64,
    most: u64,
    remembered: Vec<u64>,
}

/// The instructions of the check before each basic block, in the reference's form.
const METER_CHECK: [Effect; 12] = {
    use Effect::*;
    [
        Up,
        Up,
        Down(1),
        OpenIf(0, 0),
        Up,
        Down(1),
        Same,
        End,
        Up,
        Up,
        Down(1),
        Down(1),
    ]
};
/// The instructions before each `memory.fill` and `memory.copy`, in the reference's form.
const BULK_CHECK: [Effect; 17] = {
    use Effect::*;
    [
        Down(1),
        Up,
        Up,
        Up,
        Same,
        Up,
        Down(1),
        Down(1),
        Down(1),
        Up,
        Down(1),
        OpenIf(0, 0),
        Up,
        Down(1),
        Same,
        End,
        Up,
    ]
};

/// Instructions that a check before a basic block has in the reference.
pub(crate) const METER_CHECK_LEN: u64 = METER_CHECK.len() as u64;
/// Instructions that the reference puts before a `memory.fill` or `memory.copy`.
pub(crate) const BULK_CHECK_LEN: u64 = BULK_CHECK.len() as u64;

impl Height {
    /// The greatest height so far.
    pub(crate) fn most(&self) -> u64 {
        self.most
    }

    /// Follows the check before a basic block.
    pub(crate) fn meter_check(&mut self) {
        METER_CHECK.iter().for_each(|effect| self.follow(*effect));
    }

    /// Follows the instructions before a `memory.fill` or `memory.copy`.
    pub(crate) fn bulk_check(&mut self) {
        BULK_CHECK.iter().for_each(|effect| self.follow(*effect));
    }

    /// Follows one effect.
    pub(crate) fn follow(&mut self, effect: Effect) {
        match effect {
            Effect::Up => self.up(1),
            Effect::Same => {}
            Effect::Down(count) => self.down(count),
            Effect::UpDown(up, down) => {
                self.up(up);
                self.down(down);
            }
            Effect::Open(results, parameters) => {
                self.up(results);
                self.down(parameters);
                self.remembered.push(self.now);
            }
            Effect::OpenIf(results, parameters) => {
                self.down(1);
                self.follow(Effect::Open(results, parameters));
            }
            Effect::Else => self.now = self.remembered.last().copied().unwrap_or(0),
            Effect::End => self.now = self.remembered.pop().unwrap_or(0),
        }
    }

    fn up(&mut self, count: u64) {
        self.now += count;
        self.most = self.most.max(self.now);
    }

    fn down(&mut self, count: u64) {
        self.now = self.now.saturating_sub(count);
    }
}

/// Effect of an instruction that [`super::prices::price`] accepts.
pub(crate) fn effect(operator: &Operator<'_>, types: &Types) -> Effect {
    use Operator::*;
    match operator {
        LocalGet { .. } | GlobalGet { .. } | MemorySize { .. } => Effect::Up,
        I32Const { .. } | I64Const { .. } | F32Const { .. } | F64Const { .. } => Effect::Up,
        Nop | Unreachable | Br { .. } | Return | LocalTee { .. } | MemoryGrow { .. } => {
            Effect::Same
        }
        I32Load { .. }
        | I32Load8S { .. }
        | I32Load8U { .. }
        | I32Load16S { .. }
        | I32Load16U { .. } => Effect::Same,
        I64Load { .. } | I64Load8S { .. } | I64Load8U { .. } | I64Load16S { .. } => Effect::Same,
        I64Load16U { .. } | I64Load32S { .. } | I64Load32U { .. } => Effect::Same,
        F32Load { .. } | F64Load { .. } => Effect::Same,
        I32Eqz | I64Eqz | I32Clz | I32Ctz | I32Popcnt | I64Clz | I64Ctz | I64Popcnt => Effect::Same,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U => Effect::Same,
        I32Extend8S | I32Extend16S | I64Extend8S | I64Extend16S | I64Extend32S => Effect::Same,
        I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64 => {
            Effect::Same
        }
        Select => Effect::Down(2),
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => Effect::Down(2),
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => {
            Effect::Down(2)
        }
        F32Store { .. } | F64Store { .. } => Effect::Down(2),
        MemoryFill { .. } | MemoryCopy { .. } => Effect::Down(3),
        Call { function_index } => {
            let (parameters, results) = types.of_function(*function_index);
            Effect::UpDown(results, parameters)
        }
        CallIndirect { type_index, .. } => {
            let (parameters, results) = types.of_type(*type_index);
            Effect::UpDown(results, parameters + 1)
        }
        Block { blockty } | Loop { blockty } => {
            let (parameters, results) = of_block(blockty, types);
            Effect::Open(results, parameters)
        }
        If { blockty } => {
            let (parameters, results) = of_block(blockty, types);
            Effect::OpenIf(results, parameters)
        }
        Else => Effect::Else,
        End => Effect::End,
        // drop, local.set, global.set, br_if, br_table, and all operators with two operands
        _ => Effect::Down(1),
    }
}

fn of_block(block: &BlockType, types: &Types) -> (u64, u64) {
    match block {
        BlockType::Empty => (0, 0),
        BlockType::Type(_) => (0, 1),
        BlockType::FuncType(index) => types.of_type(*index),
    }
}
