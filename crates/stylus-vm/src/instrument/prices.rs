//! Ink of each instruction, and where basic blocks end.

use wasmparser::Operator;

use crate::activation_error::{ActivationError, RefusalClass};

/// Ink of a basic block on top of its instructions.
pub(crate) const BLOCK_INK: u64 = 2_450;
/// Ink of each byte that `memory.fill` and `memory.copy` move.
pub(crate) const BULK_BYTE_INK: i64 = 100;
/// Price of instructions that are accepted but that no ink can pay.
const UNPAYABLE: u64 = u64::MAX;

/// Ink of one instruction. `parameters` gives the number of parameters of a type, for `call_indirect`.
///
/// # Errors
///
/// If a program may not contain the instruction.
pub(crate) fn price(
    operator: &Operator<'_>,
    parameters: impl Fn(u32) -> u64,
) -> Result<u64, ActivationError> {
    use Operator::*;
    Ok(match operator {
        Unreachable | Return | Nop | I32Const { .. } | I64Const { .. } => 1,
        Block { .. } | Loop { .. } | Else | End => 1,
        Drop => 9,
        I32Add | I32Sub | I32And | I32Or | I32Xor => 70,
        I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => 70,
        LocalGet { .. } | LocalTee { .. } => 75,
        I64Add | I64Sub | I64And | I64Or | I64Xor => 100,
        I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => 100,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U => 100,
        I32Extend8S | I32Extend16S | I64Extend8S | I64Extend16S | I64Extend32S => 100,
        I32Mul | I64Mul => 160,
        I32Eqz | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS => 170,
        I32GtU | I32LeS | I32LeU | I32GeS | I32GeU => 170,
        LocalSet { .. } | I32Clz | I32Ctz | I64Clz | I64Ctz => 210,
        GlobalGet { .. } => 225,
        I64Eqz | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS => 225,
        I64GtU | I64LeS | I64LeU | I64GeS | I64GeU => 225,
        GlobalSet { .. } => 575,
        I32Load { .. } | I32Load8S { .. } | I32Load8U { .. } => 670,
        I32Load16S { .. } | I32Load16U { .. } => 670,
        I64Load { .. } | I64Load8S { .. } | I64Load8U { .. } | I64Load16S { .. } => 680,
        I64Load16U { .. } | I64Load32S { .. } | I64Load32U { .. } => 680,
        Br { .. } | BrIf { .. } | If { .. } => 765,
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => 825,
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => 950,
        MemoryCopy { .. } | MemoryFill { .. } => 950,
        I32DivS | I32DivU | I32RemS | I32RemU => 1_120,
        Select => 1_250,
        I64DivS | I64DivU | I64RemS | I64RemU => 1_270,
        BrTable { targets } => 2_400 + 325 * u64::from(targets.len()),
        I32Popcnt => 2_650,
        MemorySize { .. } => 3_000,
        Call { .. } => 3_800,
        I64Popcnt => 6_000,
        MemoryGrow { .. } => 8_050,
        CallIndirect { type_index, .. } => 13_610 + 650 * parameters(*type_index),
        F32Const { .. } | F64Const { .. } | F32Load { .. } | F64Load { .. } => UNPAYABLE,
        F32Store { .. } | F64Store { .. } => UNPAYABLE,
        I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64 => UNPAYABLE,
        // Validation has let through no more than bulk memory and floats.
        MemoryInit { .. }
        | DataDrop { .. }
        | TableInit { .. }
        | ElemDrop { .. }
        | TableCopy { .. } => {
            return Err(ActivationError::new(
                RefusalClass::UnsupportedInstruction,
                format!("no implementation for {operator:?}"),
            ))
        }
        other => {
            return Err(ActivationError::new(
                RefusalClass::FloatOperation,
                format!("no implementation for floating point operation {other:?}"),
            ))
        }
    })
}

/// True if the instruction is the last of its basic block.
pub(crate) fn ends_block(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        operator,
        End | Else
            | Return
            | Loop { .. }
            | Br { .. }
            | BrIf { .. }
            | BrTable { .. }
            | If { .. }
            | Call { .. }
            | CallIndirect { .. }
    )
}
