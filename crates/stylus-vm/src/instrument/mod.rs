//! Rewrites a checked module so that it meters itself.
//!
//! Four globals are appended, in this order: ink left (i64), status (i32, 1 once out of ink), scratch (i32), words of
//! stack left (i32). They are exported under names that no program may use, and so is nothing else but the memory and
//! the entry function.

mod body;
mod height;
pub(crate) mod prices;

use wasm_encoder::{
    CodeSection, ConstExpr, Encode, ExportKind, ExportSection, GlobalType, MemorySection,
    MemoryType, Module, RawSection, SectionId, ValType,
};

use crate::{
    activation::Scan,
    activation_error::{ActivationError, RefusalClass},
    figures::ADDED_GLOBALS,
    pages::PAGE_LIMIT,
};
use body::BodyContext;

/// Words of stack that a call begins with (ArbOS 50 and later).
pub(crate) const STACK_WORDS: i32 = 22_000;

/// Names under which the instrumented module exports what the virtual machine uses. Programs can't: `stylus` is reserved.
pub(crate) const INK_EXPORT: &str = "stylus_ink_left";
pub(crate) const STATUS_EXPORT: &str = "stylus_ink_status";
pub(crate) const STACK_EXPORT: &str = "stylus_stack_left";
pub(crate) const MEMORY_EXPORT: &str = "memory";
pub(crate) const ENTRY_EXPORT: &str = "user_entrypoint";

/// Indices of the added globals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddedGlobals {
    pub(crate) ink: u32,
    pub(crate) status: u32,
    pub(crate) scratch: u32,
    pub(crate) stack: u32,
}

impl AddedGlobals {
    fn after(count: u32) -> Self {
        Self {
            ink: count,
            status: count + 1,
            scratch: count + 2,
            stack: count + 3,
        }
    }
}

/// Number of parameters and results of the types and functions of a module.
#[derive(Debug, Default)]
pub(crate) struct Types {
    /// Parameters and results of each type.
    pub(crate) types: Vec<(u64, u64)>,
    /// Type of each function, imports first.
    pub(crate) functions: Vec<u32>,
}

impl Types {
    pub(crate) fn of_type(&self, index: u32) -> (u64, u64) {
        self.types.get(index as usize).copied().unwrap_or_default()
    }

    pub(crate) fn of_function(&self, index: u32) -> (u64, u64) {
        self.functions
            .get(index as usize)
            .map_or((0, 0), |type_index| self.of_type(*type_index))
    }
}

/// A module that meters itself.
#[derive(Debug)]
pub(crate) struct Instrumented {
    pub(crate) wasm: Vec<u8>,
    /// Instructions of all functions, as the reference's instrumentation has them.
    pub(crate) instructions: u64,
}

/// Rewrites a module.
pub(crate) fn instrument(wasm: &[u8], scan: &Scan<'_>) -> Result<Instrumented, ActivationError> {
    let globals = AddedGlobals::after(scan.globals);
    let context = BodyContext {
        types: &scan.types,
        globals,
        pay_for_memory_grow: if scan.memory_is_fixed() {
            None
        } else {
            scan.pay_for_memory_grow
        },
    };
    let mut instructions = 0;
    let mut code = CodeSection::new();
    let first = scan.imports.len();
    for (position, body) in scan.bodies.iter().enumerate() {
        let (parameters, _) = scan.types.of_function((first + position) as u32);
        let rewritten = body::rewrite(body, parameters as u32, &context)?;
        instructions += rewritten.instructions;
        code.raw(&rewritten.bytes);
    }

    let mut module = Module::new();
    let mut code = Some(code);
    let mut globals_written = false;
    for section in &scan.sections {
        let raw = wasm.get(section.range.clone()).unwrap_or_default();
        // Globals go before the exports; a module always has those.
        if section.id >= SectionId::Export as u8 && !globals_written {
            globals_written = true;
            write_globals(&mut module, 0, &[]);
        }
        match section.id {
            id if id == SectionId::Memory as u8 => write_memory(&mut module, scan),
            id if id == SectionId::Global as u8 => {
                globals_written = true;
                write_globals(
                    &mut module,
                    scan.globals,
                    raw.get(section.items..).unwrap_or_default(),
                );
            }
            id if id == SectionId::Export as u8 => write_exports(&mut module, scan, globals),
            id if id == SectionId::Code as u8 => {
                if let Some(code) = code.take() {
                    module.section(&code);
                }
            }
            id => {
                module.section(&RawSection { id, data: raw });
            }
        }
    }
    Ok(Instrumented {
        wasm: module.finish(),
        instructions,
    })
}

/// The memory, with its maximum lowered to what a transaction can pay: growth beyond it fails.
fn write_memory(module: &mut Module, scan: &Scan<'_>) {
    let mut memories = MemorySection::new();
    let maximum = scan
        .memory
        .maximum
        .map_or(u64::from(PAGE_LIMIT), |maximum| {
            maximum.min(u64::from(PAGE_LIMIT))
        });
    memories.memory(MemoryType {
        minimum: scan.memory.initial,
        maximum: Some(maximum),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
}

/// The module's own globals (`count` of them, encoded as `own`), and the added ones.
fn write_globals(module: &mut Module, count: u32, own: &[u8]) {
    let mut data = Vec::with_capacity(own.len() + 32);
    (count + ADDED_GLOBALS as u32).encode(&mut data);
    data.extend_from_slice(own);
    let mut global = |val_type: ValType, value: ConstExpr| {
        GlobalType {
            val_type,
            mutable: true,
            shared: false,
        }
        .encode(&mut data);
        value.encode(&mut data);
    };
    global(ValType::I64, ConstExpr::i64_const(0));
    global(ValType::I32, ConstExpr::i32_const(0));
    global(ValType::I32, ConstExpr::i32_const(0));
    global(ValType::I32, ConstExpr::i32_const(STACK_WORDS));
    module.section(&RawSection {
        id: SectionId::Global as u8,
        data: &data,
    });
}

fn write_exports(module: &mut Module, scan: &Scan<'_>, globals: AddedGlobals) {
    let mut exports = ExportSection::new();
    exports
        .export(MEMORY_EXPORT, ExportKind::Memory, 0)
        .export(ENTRY_EXPORT, ExportKind::Func, scan.entry_function)
        .export(INK_EXPORT, ExportKind::Global, globals.ink)
        .export(STATUS_EXPORT, ExportKind::Global, globals.status)
        .export(STACK_EXPORT, ExportKind::Global, globals.stack);
    module.section(&exports);
}

/// A value type that Stylus programs can have.
fn value_type(value_type: wasmparser::ValType) -> Result<ValType, ActivationError> {
    Ok(match value_type {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        other => {
            return Err(ActivationError::new(
                RefusalClass::FeatureNotEnabled,
                format!("a local of type {other}"),
            ))
        }
    })
}
