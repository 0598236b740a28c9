//! What the chain checks in a module before it accepts it as a program.

use std::{collections::HashMap, ops::Range};

use wasmparser::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody,
    KnownCustom, MemoryType, Name, Operator, Parser, Payload, TypeRef, ValType, Validator,
    WasmFeatures,
};

use crate::{
    activation_error::{ActivationError, RefusalClass},
    figures::{Measures, ADDED_GLOBALS},
    hostio,
    instrument::{Types, ENTRY_EXPORT, MEMORY_EXPORT},
    pages::PAGE_LIMIT,
};

const MAX_FUNCTIONS: u64 = 4_096;
const MAX_GLOBALS: u64 = 32_768;
const MAX_EXPORTS: u64 = 1_024;
const MAX_IMPORTS: u64 = 513;
const MAX_DATA_SEGMENTS: u64 = 128;
const MAX_ELEMENT_SEGMENTS: u64 = 128;
const MAX_ELEMENT_BYTES: u64 = 4_096;
const MAX_TABLE_ENTRIES: u64 = 4_096;
const MAX_NAME_BYTES: usize = 512;

/// The host module that programs import from.
const HOST_MODULE: &str = "vm_hooks";
/// The host function that pays for growth of the memory.
const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";
/// What the names of the virtual machine's own exports begin with.
const RESERVED_PREFIX: &str = "stylus";
/// Bytes of a page of memory.
const PAGE_BYTES: u64 = 65_536;

/// Rules of activation that have changed between versions of ArbOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ActivationRules {
    /// Functions and blocks may have several results, and blocks parameters: until ArbOS 60.
    pub multi_value: bool,
}

impl ActivationRules {
    /// First ArbOS version without multiple values.
    const ARBOS_WITHOUT_MULTI_VALUE: u64 = 60;

    /// The rules of an ArbOS version (from 50 on).
    pub const fn of_arbos(version: u64) -> Self {
        Self {
            multi_value: version < Self::ARBOS_WITHOUT_MULTI_VALUE,
        }
    }
}

/// The rules of ArbOS 51, for which the reference's figures are given.
impl Default for ActivationRules {
    fn default() -> Self {
        Self::of_arbos(51)
    }
}

/// A section of the module.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) id: u8,
    /// Its content, in the module.
    pub(crate) range: Range<usize>,
    /// Where its items begin (behind their count), in the content.
    pub(crate) items: usize,
}

/// What a checked module holds.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    pub(crate) types: Types,
    /// Imported host functions, by their index in the table of host functions.
    pub(crate) imports: Vec<usize>,
    pub(crate) pay_for_memory_grow: Option<u32>,
    pub(crate) globals: u32,
    pub(crate) memory: MemoryType,
    pub(crate) entry_function: u32,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// All sections but custom ones.
    pub(crate) sections: Vec<Section>,
    /// All measures but the count of instructions.
    pub(crate) measures: Measures,
}

impl Scan<'_> {
    /// True if the memory's maximum is its minimum, so that no growth needs to be paid.
    pub(crate) fn memory_is_fixed(&self) -> bool {
        self.memory.maximum == Some(self.memory.initial)
    }
}

/// The additions to the first version of WebAssembly that are on.
fn features(rules: ActivationRules) -> WasmFeatures {
    let mut features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS
        | WasmFeatures::SATURATING_FLOAT_TO_INT;
    features.set(WasmFeatures::MULTI_VALUE, rules.multi_value);
    features
}

fn malformed(error: wasmparser::Error) -> ActivationError {
    refuse(RefusalClass::FeatureNotEnabled, error.to_string())
}

/// Validates a module and checks all that does not need its instructions.
pub(crate) fn scan(wasm: &[u8], rules: ActivationRules) -> Result<Scan<'_>, ActivationError> {
    Validator::new_with_features(features(rules))
        .validate_all(wasm)
        .map_err(malformed)?;

    let mut function_types: Vec<FuncType> = Vec::new();
    let mut imports: Vec<(&str, &str, TypeRef)> = Vec::new();
    let mut defined: Vec<u32> = Vec::new();
    let mut memory = None;
    let mut globals: u64 = 0;
    let mut exports: Vec<(&str, ExternalKind, u32)> = Vec::new();
    let mut bodies = Vec::new();
    let mut sections = Vec::new();
    // Where each segment ends that is written at the start: in the table, and in memory.
    let mut table_entries: u64 = 0;
    let mut data_ends: Vec<u64> = Vec::new();
    let mut measures = Measures {
        wasm_len: wasm.len() as u64,
        ..Measures::default()
    };

    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(malformed)?;
        let mut items = 0;
        match &payload {
            Payload::TypeSection(reader) => {
                for item in reader.clone().into_iter_err_on_gc_types() {
                    function_types.push(item.map_err(malformed)?);
                }
            }
            Payload::ImportSection(reader) => {
                for item in reader.clone().into_imports() {
                    let import = item.map_err(malformed)?;
                    imports.push((import.module, import.name, import.ty));
                }
            }
            Payload::FunctionSection(reader) => {
                for item in reader.clone() {
                    defined.push(item.map_err(malformed)?);
                }
            }
            Payload::TableSection(reader) => {
                for item in reader.clone() {
                    table_entries = item.map_err(malformed)?.ty.initial;
                    at_most(table_entries, MAX_TABLE_ENTRIES, "table entries")?;
                }
            }
            Payload::MemorySection(reader) => {
                for item in reader.clone() {
                    memory = Some(item.map_err(malformed)?);
                }
            }
            Payload::GlobalSection(reader) => {
                globals = u64::from(reader.count());
                items = (reader.original_position() - reader.range().start) as usize;
            }
            Payload::ExportSection(reader) => {
                for item in reader.clone() {
                    let export = item.map_err(malformed)?;
                    exports.push((export.name, export.kind, export.index));
                }
            }
            Payload::StartSection { .. } => {
                return Err(refuse(
                    RefusalClass::StartFunction,
                    "start functions are not allowed",
                ));
            }
            Payload::ElementSection(reader) => {
                at_most(
                    u64::from(reader.count()),
                    MAX_ELEMENT_SEGMENTS,
                    "element segments",
                )?;
                for item in reader.clone() {
                    let segment = item.map_err(malformed)?;
                    measures.element_encoded += segment.range.end - segment.range.start;
                    let ElementKind::Active { offset_expr, .. } = &segment.kind else {
                        continue;
                    };
                    let count = match &segment.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    };
                    let end = segment_end(offset_expr, u64::from(count))?;
                    if end > table_entries {
                        return Err(out_of_bounds("table", end, table_entries));
                    }
                }
                at_most(
                    measures.element_encoded,
                    MAX_ELEMENT_BYTES,
                    "bytes of element segments",
                )?;
            }
            Payload::DataCountSection { .. } => {
                return Err(refuse(
                    RefusalClass::UnsupportedInstruction,
                    "data count section is not supported",
                ));
            }
            Payload::DataSection(reader) => {
                at_most(
                    u64::from(reader.count()),
                    MAX_DATA_SEGMENTS,
                    "data segments",
                )?;
                for item in reader.clone() {
                    let segment = item.map_err(malformed)?;
                    measures.data_bytes += segment.data.len() as u64;
                    measures.data_encoded += segment.range.end - segment.range.start;
                    // Nothing can use a passive one (`memory.init` needs a data count section), but it is accepted.
                    if let DataKind::Active { offset_expr, .. } = &segment.kind {
                        data_ends.push(segment_end(offset_expr, segment.data.len() as u64)?);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.clone()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    check_names(names)?;
                }
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            let is_custom = id == 0;
            if !is_custom {
                let range = range.start as usize..range.end as usize;
                sections.push(Section { id, range, items });
            }
        }
    }

    at_most(defined.len() as u64, MAX_FUNCTIONS, "functions")?;
    at_most(globals + ADDED_GLOBALS, MAX_GLOBALS, "globals, four added")?;
    at_most(exports.len() as u64, MAX_EXPORTS, "exports")?;
    at_most(imports.len() as u64, MAX_IMPORTS, "imports")?;
    let names = imports
        .iter()
        .map(|(_, name, _)| *name)
        .chain(exports.iter().map(|(name, _, _)| *name));
    if let Some(name) = names.into_iter().find(|name| name.len() > MAX_NAME_BYTES) {
        return Err(refuse(
            RefusalClass::Limit,
            format!("a name of {} bytes", name.len()),
        ));
    }

    let mut types = Types::default();
    for function_type in &function_types {
        types.types.push((
            function_type.params().len() as u64,
            function_type.results().len() as u64,
        ));
    }
    let host_imports = check_imports(&imports, &function_types, &mut types)?;
    for type_index in &defined {
        let (parameters, results) = types.of_type(*type_index);
        measures.types += parameters + results;
        types.functions.push(*type_index);
    }
    measures.functions = defined.len() as u64;
    measures.globals = globals;

    check_export_names(&imports, &exports)?;
    let memory = check_memory(memory, &exports)?;
    measures.pages = memory.initial;
    let bytes = memory.initial * PAGE_BYTES;
    if let Some(end) = data_ends.into_iter().find(|end| *end > bytes) {
        return Err(out_of_bounds("memory", end, bytes));
    }
    let entry_function = check_entry(&exports, &types, &function_types, imports.len())?;
    let pay_for_memory_grow = imports
        .iter()
        .position(|(_, name, _)| *name == PAY_FOR_MEMORY_GROW)
        .map(|index| index as u32);
    let scan = Scan {
        types,
        imports: host_imports,
        pay_for_memory_grow,
        globals: globals as u32,
        memory,
        entry_function,
        bodies,
        sections,
        measures,
    };
    if pay_for_memory_grow.is_none() && !scan.memory_is_fixed() {
        let message = format!("the memory can grow and {PAY_FOR_MEMORY_GROW} is not imported");
        return Err(refuse(RefusalClass::MissingImport, message));
    }
    Ok(scan)
}

/// Checks that all imports are host functions of the right type; returns their indices in the table of these.
fn check_imports(
    imports: &[(&str, &str, TypeRef)],
    function_types: &[FuncType],
    types: &mut Types,
) -> Result<Vec<usize>, ActivationError> {
    let mut indices = Vec::with_capacity(imports.len());
    let mut types_by_name = HashMap::new();
    for (module, name, kind) in imports {
        let TypeRef::Func(type_index) = kind else {
            return Err(refuse(
                RefusalClass::ImportKind,
                format!("{module}.{name} is not a function"),
            ));
        };
        if name.starts_with(RESERVED_PREFIX) {
            return Err(refuse(RefusalClass::ReservedName, format!("import {name}")));
        }
        let found = if *module == HOST_MODULE {
            hostio::position(name)
        } else {
            None
        };
        let Some((index, host_function)) = found else {
            return Err(refuse(
                RefusalClass::UnknownImport,
                format!("{module}.{name}"),
            ));
        };
        let matches = function_types
            .get(*type_index as usize)
            .is_some_and(|function_type| {
                function_type.params() == host_function.parameters
                    && function_type.results() == host_function.results
            });
        if !matches {
            return Err(refuse(
                RefusalClass::ImportSignature,
                format!("{module}.{name} has another type"),
            ));
        }
        // The chain compares indices: two equal types under two indices are two types.
        if types_by_name
            .insert(index, *type_index)
            .unwrap_or(*type_index)
            != *type_index
        {
            return Err(refuse(
                RefusalClass::ImportSignature,
                format!("{module}.{name} is imported with two types"),
            ));
        }
        indices.push(index);
        types.functions.push(*type_index);
    }
    Ok(indices)
}

/// Reads the names of a module as the chain does: damaged ones are a reason to refuse it.
fn check_names(names: wasmparser::NameSectionReader<'_>) -> Result<(), ActivationError> {
    for name in names {
        match name.map_err(malformed)? {
            Name::Module { name, .. } => {
                at_most(name.len() as u64, MAX_NAME_BYTES as u64, "bytes in a name")?;
            }
            Name::Function(functions) => {
                for naming in functions {
                    naming.map_err(malformed)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where a segment of `len` items ends that is written at the start.
fn segment_end(offset: &ConstExpr<'_>, len: u64) -> Result<u64, ActivationError> {
    let mut operators = offset.get_operators_reader();
    match operators.read().map_err(malformed)? {
        // As the chain reads it: a negative offset lies beyond any memory.
        Operator::I32Const { value } => Ok((value as u32 as u64).saturating_add(len)),
        // With imports of functions only there is no global that an offset could name.
        other => Err(refuse(
            RefusalClass::SegmentOutOfBounds,
            format!("a segment at {other:?}"),
        )),
    }
}

fn out_of_bounds(what: &str, end: u64, size: u64) -> ActivationError {
    refuse(
        RefusalClass::SegmentOutOfBounds,
        format!("a segment up to {end} in a {what} of {size}"),
    )
}

/// The part of a name that collisions look at besides the whole: what follows the last `__`.
fn short_name(name: &str) -> &str {
    name.rsplit_once("__").map_or(name, |(_, rest)| rest)
}

fn check_export_names(
    imports: &[(&str, &str, TypeRef)],
    exports: &[(&str, ExternalKind, u32)],
) -> Result<(), ActivationError> {
    for (name, _, _) in exports {
        for candidate in [*name, short_name(name)] {
            if candidate.starts_with(RESERVED_PREFIX) {
                return Err(refuse(RefusalClass::ReservedName, format!("export {name}")));
            }
            if imports.iter().any(|(_, import, _)| *import == candidate) {
                return Err(refuse(
                    RefusalClass::ExportCollision,
                    format!("export {name} is named like an import"),
                ));
            }
        }
    }
    Ok(())
}

fn check_memory(
    memory: Option<MemoryType>,
    exports: &[(&str, ExternalKind, u32)],
) -> Result<MemoryType, ActivationError> {
    let exported = exports
        .iter()
        .any(|(name, kind, _)| *name == MEMORY_EXPORT && *kind == ExternalKind::Memory);
    let memory = memory
        .filter(|_| exported)
        .ok_or_else(|| refuse(RefusalClass::MemoryExport, "no memory exported as `memory`"))?;
    if memory.initial > u64::from(PAGE_LIMIT) {
        let message = format!("{} pages of memory, more than {PAGE_LIMIT}", memory.initial);
        return Err(refuse(RefusalClass::MemoryLimit, message));
    }
    Ok(memory)
}

fn check_entry(
    exports: &[(&str, ExternalKind, u32)],
    types: &Types,
    function_types: &[FuncType],
    imports: usize,
) -> Result<u32, ActivationError> {
    let wrong = |message: &str| refuse(RefusalClass::Entrypoint, message);
    let index = exports
        .iter()
        .find(|(name, kind, _)| *name == ENTRY_EXPORT && *kind == ExternalKind::Func)
        .map(|(_, _, index)| *index)
        .ok_or_else(|| wrong("no function exported as `user_entrypoint`"))?;
    if (index as usize) < imports {
        return Err(wrong("`user_entrypoint` is an import"));
    }
    let function_type = types
        .functions
        .get(index as usize)
        .and_then(|type_index| function_types.get(*type_index as usize));
    let fits = function_type
        .is_some_and(|found| found.params() == [ValType::I32] && found.results() == [ValType::I32]);
    if !fits {
        return Err(wrong("`user_entrypoint` is not of type (i32) -> i32"));
    }
    Ok(index)
}

fn at_most(count: u64, limit: u64, what: &str) -> Result<(), ActivationError> {
    if count > limit {
        return Err(refuse(
            RefusalClass::Limit,
            format!("{count} {what}, more than {limit}"),
        ));
    }
    Ok(())
}

fn refuse(class: RefusalClass, message: impl Into<String>) -> ActivationError {
    ActivationError::new(class, message)
}
