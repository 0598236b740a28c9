//! Rewrites one function: pays for its basic blocks, for bulk memory, for growth, and keeps the depth of the stack.

use wasm_encoder::{BlockType, Function, InstructionSink};
use wasmparser::{FunctionBody, Operator};

use super::{
    height::{self, Height},
    prices, AddedGlobals, Types,
};
use crate::activation_error::{ActivationError, RefusalClass};

/// Most locals that a function may declare.
const MAX_LOCALS: u64 = 348;
/// Most values at once on the operand stack of a function.
const MAX_OPERANDS: u64 = 4_096;
/// Most words in the frame of a function.
const MAX_FRAME: u64 = 10_240;
/// Most instructions in a function, after instrumentation.
const MAX_INSTRUCTIONS: u64 = 65_536;
/// Words of a frame apart from operands and locals.
const FRAME_WORDS: u64 = 4;

/// Instructions that the reference adds at the start of a function, before each return, and before each growth.
const DEPTH_ENTRY_LEN: u64 = 12;
const DEPTH_EXIT_LEN: u64 = 4;
const GROW_LEN: u64 = 4;

/// What the code of a module needs to know to be rewritten.
#[derive(Debug)]
pub(crate) struct BodyContext<'a> {
    pub(crate) types: &'a Types,
    pub(crate) globals: AddedGlobals,
    /// Index of the import `pay_for_memory_grow`; none if the memory cannot grow.
    pub(crate) pay_for_memory_grow: Option<u32>,
}

/// A rewritten function.
#[derive(Debug)]
pub(crate) struct Rewritten {
    /// The function as it stands in a code section, without its length.
    pub(crate) bytes: Vec<u8>,
    /// How many instructions the reference's instrumentation of the function has. The code here is a little shorter
    /// (it keeps the ink in a local between check and payment) and does the same.
    pub(crate) instructions: u64,
}

/// An instruction, and the basic block that begins with it.
struct Step<'a> {
    operator: Operator<'a>,
    /// Its bytes, as a range of the body.
    start: usize,
    /// Ink of the basic block, at its first instruction.
    block_ink: Option<u64>,
}

/// Checks and rewrites the body of a function with `parameters` parameters.
pub(crate) fn rewrite(
    body: &FunctionBody<'_>,
    parameters: u32,
    context: &BodyContext<'_>,
) -> Result<Rewritten, ActivationError> {
    let malformed = |error: wasmparser::Error| {
        ActivationError::new(RefusalClass::FeatureNotEnabled, error.to_string())
    };
    let bytes = body.as_bytes();
    let origin = body.range().start;

    let mut locals_reader = body.get_locals_reader().map_err(malformed)?;
    let mut declared: u64 = 0;
    let mut groups = Vec::new();
    for _ in 0..locals_reader.get_count() {
        let (count, value_type) = locals_reader.read().map_err(malformed)?;
        declared += u64::from(count);
        groups.push((count, super::value_type(value_type)?));
    }
    if declared > MAX_LOCALS {
        return Err(limit(format!("{declared} locals in a function")));
    }

    let mut steps = Vec::new();
    let mut block_start = 0;
    let mut block_ink: u64 = 0;
    let operators = body.get_operators_reader().map_err(malformed)?;
    for item in operators.into_iter_with_offsets() {
        let (operator, offset) = item.map_err(malformed)?;
        let ink = prices::price(&operator, |index| context.types.of_type(index).0)?;
        block_ink = block_ink.saturating_add(ink);
        let ends = prices::ends_block(&operator);
        steps.push(Step {
            operator,
            start: (offset - origin) as usize,
            block_ink: None,
        });
        if ends {
            if let Some(first) = steps.get_mut(block_start) {
                first.block_ink = Some(block_ink.saturating_add(prices::BLOCK_INK));
            }
            block_start = steps.len();
            block_ink = 0;
        }
    }

    let (frame, instructions) = measure(&steps, declared, context)?;
    let ink_local = parameters + declared as u32;
    groups.push((1, wasm_encoder::ValType::I64));
    let mut function = Function::new(groups);
    let emitter = Emitter {
        globals: context.globals,
        ink_local,
        frame,
    };
    emitter.enter(function.instructions());
    let last = steps.len().saturating_sub(1);
    for (position, step) in steps.iter().enumerate() {
        if let Some(ink) = step.block_ink {
            emitter.pay_block(function.instructions(), ink);
        }
        if position == last {
            emitter.leave(function.instructions());
            function.instructions().return_();
        }
        match step.operator {
            Operator::Return => emitter.leave(function.instructions()),
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => {
                emitter.pay_bulk(function.instructions())
            }
            Operator::MemoryGrow { .. } => {
                if let Some(pay) = context.pay_for_memory_grow {
                    emitter.pay_grow(function.instructions(), pay);
                }
            }
            _ => {}
        }
        let end = steps
            .get(position + 1)
            .map_or(bytes.len(), |next| next.start);
        function.raw(
            bytes
                .get(step.start..end)
                .unwrap_or_default()
                .iter()
                .copied(),
        );
    }
    Ok(Rewritten {
        bytes: function.into_raw_body(),
        instructions,
    })
}

/// The words of the frame, and the number of instructions, as the reference's instrumentation has them.
fn measure(
    steps: &[Step<'_>],
    declared: u64,
    context: &BodyContext<'_>,
) -> Result<(u32, u64), ActivationError> {
    let mut height = Height::default();
    let mut instructions = DEPTH_ENTRY_LEN + 1 + DEPTH_EXIT_LEN;
    for step in steps {
        instructions += 1;
        if step.block_ink.is_some() {
            height.meter_check();
            instructions += height::METER_CHECK_LEN;
        }
        match step.operator {
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => {
                height.bulk_check();
                instructions += height::BULK_CHECK_LEN;
            }
            Operator::Return => instructions += DEPTH_EXIT_LEN,
            Operator::MemoryGrow { .. } if context.pay_for_memory_grow.is_some() => {
                instructions += GROW_LEN
            }
            _ => {}
        }
        height.follow(height::effect(&step.operator, context.types));
    }
    if height.most() > MAX_OPERANDS {
        return Err(limit(format!(
            "{} values on the operand stack of a function",
            height.most()
        )));
    }
    let frame = height.most() + declared + FRAME_WORDS;
    if frame > MAX_FRAME {
        return Err(limit(format!("a frame of {frame} words")));
    }
    if instructions > MAX_INSTRUCTIONS {
        return Err(limit(format!("{instructions} instructions in a function")));
    }
    Ok((frame as u32, instructions))
}

fn limit(message: String) -> ActivationError {
    ActivationError::new(RefusalClass::Limit, message)
}

/// Writes the added instructions.
struct Emitter {
    globals: AddedGlobals,
    ink_local: u32,
    frame: u32,
}

impl Emitter {
    /// Takes the frame's words, or stops out of stack.
    fn enter(&self, mut sink: InstructionSink<'_>) {
        let AddedGlobals { stack, .. } = self.globals;
        sink.global_get(stack)
            .i32_const(self.frame as i32)
            .i32_le_u()
            .if_(BlockType::Empty)
            .i32_const(0)
            .global_set(stack)
            .unreachable()
            .end()
            .global_get(stack)
            .i32_const(self.frame as i32)
            .i32_sub()
            .global_set(stack);
    }

    /// Gives the frame's words back.
    fn leave(&self, mut sink: InstructionSink<'_>) {
        let AddedGlobals { stack, .. } = self.globals;
        sink.global_get(stack)
            .i32_const(self.frame as i32)
            .i32_add()
            .global_set(stack);
    }

    /// Pays for a basic block, or stops out of ink.
    fn pay_block(&self, mut sink: InstructionSink<'_>, ink: u64) {
        let AddedGlobals {
            ink: ink_global, ..
        } = self.globals;
        sink.global_get(ink_global)
            .local_tee(self.ink_local)
            .i64_const(ink as i64)
            .i64_lt_u();
        self.stop_out_of_ink(&mut sink);
        sink.local_get(self.ink_local)
            .i64_const(ink as i64)
            .i64_sub()
            .global_set(ink_global);
    }

    /// Pays for the bytes on top of the operand stack, and leaves them there.
    fn pay_bulk(&self, mut sink: InstructionSink<'_>) {
        let AddedGlobals { ink, scratch, .. } = self.globals;
        sink.global_set(scratch)
            .global_get(ink)
            .global_get(ink)
            .global_get(scratch)
            .i64_extend_i32_u()
            .i64_const(prices::BULK_BYTE_INK)
            .i64_mul()
            .i64_sub()
            .global_set(ink)
            .global_get(ink)
            .i64_lt_u();
        self.stop_out_of_ink(&mut sink);
        sink.global_get(scratch);
    }

    /// Pays for the pages on top of the operand stack, and leaves them there.
    fn pay_grow(&self, mut sink: InstructionSink<'_>, pay: u32) {
        let AddedGlobals { scratch, .. } = self.globals;
        sink.global_set(scratch)
            .global_get(scratch)
            .call(pay)
            .global_get(scratch);
    }

    fn stop_out_of_ink(&self, sink: &mut InstructionSink<'_>) {
        sink.if_(BlockType::Empty)
            .i32_const(1)
            .global_set(self.globals.status)
            .unreachable()
            .end();
    }
}
