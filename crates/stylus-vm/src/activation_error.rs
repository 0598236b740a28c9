//! Why a module cannot be activated.

use std::fmt;

/// The rule that a refused module breaks. The names are those of the test vectors; the chain itself has only messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalClass {
    /// Not valid WebAssembly with the features that are on.
    FeatureNotEnabled,
    /// Bulk memory other than `memory.copy` and `memory.fill`, or a data count section.
    UnsupportedInstruction,
    /// A float instruction other than constants, loads, stores and reinterpretations.
    FloatOperation,
    /// An import that is not a function.
    ImportKind,
    /// A function that the host does not offer.
    UnknownImport,
    /// A host function imported with another type.
    ImportSignature,
    /// The memory can grow and `pay_for_memory_grow` is not imported.
    MissingImport,
    /// A start function.
    StartFunction,
    /// Not exactly one memory, exported as `memory`.
    MemoryExport,
    /// More than 128 pages of memory at the start.
    MemoryLimit,
    /// No function of type (i32) -> i32 exported as `user_entrypoint`.
    Entrypoint,
    /// An export named like an import.
    ExportCollision,
    /// A name that begins with `stylus`.
    ReservedName,
    /// Too many or too large items.
    Limit,
    /// A data or element segment that reaches beyond the memory or table at the start. (Not among the classes of the
    /// test vectors.)
    SegmentOutOfBounds,
    /// The instrumented module was refused by the interpreter: nothing that activation checks, so worth a report.
    Internal,
}

impl RefusalClass {
    /// The name used in the test vectors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FeatureNotEnabled => "feature_not_enabled",
            Self::UnsupportedInstruction => "unsupported_instruction",
            Self::FloatOperation => "float_operation",
            Self::ImportKind => "import_kind",
            Self::UnknownImport => "unknown_import",
            Self::ImportSignature => "import_signature",
            Self::MissingImport => "missing_import",
            Self::StartFunction => "start_function",
            Self::MemoryExport => "memory_export",
            Self::MemoryLimit => "memory_limit",
            Self::Entrypoint => "entrypoint",
            Self::ExportCollision => "export_collision",
            Self::ReservedName => "reserved_name",
            Self::Limit => "limit",
            Self::SegmentOutOfBounds => "segment_out_of_bounds",
            Self::Internal => "internal",
        }
    }
}

/// A module was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationError {
    /// The rule that it breaks.
    pub class: RefusalClass,
    /// What exactly, for a reader.
    pub message: String,
}

impl ActivationError {
    pub(crate) fn new(class: RefusalClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
        }
    }
}

impl fmt::Display for ActivationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "program refused ({}): {}",
            self.class.name(),
            self.message
        )
    }
}

impl std::error::Error for ActivationError {}
