//! What a build does between rustc and the chain.
//!
//! Rust 1.82 and later encode table indices in a form that activation refuses, also where the features are switched off
//! (the standard library is prebuilt). Writing the module as text and reading that again gives the plain encoding: what
//! cargo-stylus does too. Custom sections (names, producers, features) cost size and say nothing to the chain.

use std::fmt;

use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};

/// A module could not be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrepareError {
    /// What was wrong with it.
    pub message: String,
}

impl fmt::Display for PrepareError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the module cannot be prepared for the chain: {}",
            self.message
        )
    }
}

impl std::error::Error for PrepareError {}

impl PrepareError {
    fn from_display(error: impl fmt::Display) -> Self {
        Self {
            message: error.to_string(),
        }
    }
}

/// The module in the encoding that activation accepts, without custom sections.
///
/// # Errors
///
/// If it is not a WebAssembly module.
pub fn prepare(wasm: &[u8]) -> Result<Vec<u8>, PrepareError> {
    // Custom sections go first, so that the text has no names that the second encoding would write out again.
    let bare = without_custom_sections(wasm)?;
    let text = wasmprinter::print_bytes(&bare).map_err(PrepareError::from_display)?;
    let plain = wat::parse_str(&text).map_err(PrepareError::from_display)?;
    without_custom_sections(&plain)
}

/// The module without its custom sections.
///
/// # Errors
///
/// If it is not a WebAssembly module.
pub fn without_custom_sections(wasm: &[u8]) -> Result<Vec<u8>, PrepareError> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(PrepareError::from_display)?;
        if matches!(payload, Payload::CustomSection(_)) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let data = wasm
                .get(range.start as usize..range.end as usize)
                .unwrap_or_default();
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}
