//! A program's size, and the prices that follow from it.

use crate::{
    activation_error::{ActivationError, RefusalClass},
    pages::PageCounters,
};

/// Gas of starting a program that the chain has in its cache, apart from what its size costs: 11 · 32.
const MIN_CACHED_GAS: u64 = 11 * 32;
/// Gas on top for a program that is not in the cache: 69 · 128 (Stylus version 2).
const MIN_INIT_GAS: u64 = 69 * 128;
/// Gas of a microsecond of activation work.
const GAS_PER_MICROSECOND: u64 = 28;
/// Largest init or cached cost: the chain's record of a program has 16 bits for each.
const MAX_COST: u64 = u16::MAX as u64;
/// Globals that the virtual machine adds to every program.
pub(crate) const ADDED_GLOBALS: u64 = 4;

/// What activation measures in a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    /// Bytes of the module.
    pub(crate) wasm_len: u64,
    /// Functions defined, without imports.
    pub(crate) functions: u64,
    /// Parameters and results of the functions defined.
    pub(crate) types: u64,
    /// Globals of the module itself.
    pub(crate) globals: u64,
    /// Bytes of the data segments proper.
    pub(crate) data_bytes: u64,
    /// Bytes that the data segments take in the module, headers included.
    pub(crate) data_encoded: u64,
    /// Bytes that the element segments take in the module.
    pub(crate) element_encoded: u64,
    /// Pages at the start.
    pub(crate) pages: u64,
    /// Instructions of all functions after instrumentation.
    pub(crate) instructions: u64,
}

/// A program's size, and the prices that follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Bytes of the module as given to activation.
    pub wasm_len: u32,
    /// Pages of memory at the start.
    pub footprint_pages: u16,
    /// Gas that the size adds to a call of a program that is not cached.
    pub init_cost: u64,
    /// Gas that the size adds to every call.
    pub cached_cost: u64,
    /// Estimated bytes of native code: what the data fee of activation is taken on.
    pub asm_estimate: u64,
    /// Gas of activating the program, without the chain's fixed amount (1,659,168) and data fee.
    pub activation_gas: u64,
    /// Index of the first of the four globals that metering adds.
    pub first_added_global: u32,
    /// Index of the function `user_entrypoint`.
    pub entry_function: u32,
}

impl Figures {
    /// # Errors
    ///
    /// If a figure is larger than the chain's record of a program can hold.
    pub(crate) fn new(measures: &Measures, entry_function: u32) -> Result<Self, ActivationError> {
        let Measures {
            wasm_len,
            functions,
            types,
            globals,
            pages,
            ..
        } = *measures;
        let segments = measures.data_encoded + measures.element_encoded;
        // Each term is rounded down by itself, as in the reference.
        let init_cost =
            functions * 8_252 / 1_000 + types * 1_059 / 1_000 + wasm_len * 1_286 / 10_000;
        let cached_cost = functions * 13_420 / 100_000
            + types * 89 / 100_000
            + wasm_len * 122 / 100_000
            + (globals + ADDED_GLOBALS) * 1_628 / 1_000
            + segments * 75_244 / 100_000
            + pages * 5;
        let asm_estimate = 512_000
            + functions * 996_829 / 1_000
            + types * 11_416 / 1_000
            + wasm_len * 62_628 / 10_000;
        let microseconds = wasm_len * 31_733 / 100_000
            + functions * 17_263 / 100_000
            + measures.data_bytes * 17_376 / 100_000
            + measures.element_encoded * 17_376 / 100_000
            + pages * 2_217
            + measures.instructions * 535 / 1_000;
        for (cost, what) in [(init_cost, "init"), (cached_cost, "cached")] {
            if cost > MAX_COST {
                return Err(ActivationError::new(
                    RefusalClass::Limit,
                    format!("{what} cost {cost}, more than {MAX_COST}"),
                ));
            }
        }
        Ok(Self {
            wasm_len: wasm_len as u32,
            footprint_pages: pages as u16,
            init_cost,
            cached_cost,
            asm_estimate,
            activation_gas: GAS_PER_MICROSECOND * microseconds,
            first_added_global: globals as u32,
            entry_function,
        })
    }

    /// Gas that a call takes before the program starts: its pages on top of those that are open, and its size, more if
    /// the chain does not have it cached. The embedder takes this from the call, then counts the pages with
    /// [`PageCounters::add`].
    pub fn entry_gas(&self, cached: bool, pages: &PageCounters) -> u64 {
        let size = MIN_CACHED_GAS + self.cached_cost;
        let init = if cached {
            0
        } else {
            MIN_INIT_GAS + self.init_cost
        };
        pages.cost(self.footprint_pages).saturating_add(size + init)
    }
}
