//! An activated program.

use wasmi::{CompilationMode, Config, Engine, Module};

use crate::{
    activation::{self, ActivationRules},
    activation_error::{ActivationError, RefusalClass},
    figures::Figures,
    instrument::{self, STACK_WORDS},
};

/// Bytes of the interpreter's value stack. The words that the virtual machine counts take 8 bytes each, parameters and
/// results come on top: several times what a program can use before it is out of stack.
const VALUE_STACK_BYTES: usize = 8 * STACK_WORDS as usize * 16;
/// Value stacks that the interpreter keeps for the next run.
const CACHED_STACKS: usize = 1;

/// An activated program: checked, instrumented and compiled. Cheap to clone; compile once and keep it.
#[derive(Clone, Debug)]
pub struct Program {
    figures: Figures,
    module: Module,
    /// Imported host functions, by their index in the table of host functions.
    imports: std::sync::Arc<[usize]>,
}

impl Program {
    /// Its size, and the prices that follow from it.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    pub(crate) fn module(&self) -> &Module {
        &self.module
    }

    pub(crate) fn imports(&self) -> &[usize] {
        &self.imports
    }
}

/// Checks, instruments and compiles a module by the rules of ArbOS 51.
///
/// # Errors
///
/// Says which rule of the chain the module breaks.
pub fn activate(wasm: &[u8]) -> Result<Program, ActivationError> {
    activate_with(wasm, ActivationRules::default())
}

/// [`activate`] by other rules.
///
/// # Errors
///
/// As [`activate`].
pub fn activate_with(wasm: &[u8], rules: ActivationRules) -> Result<Program, ActivationError> {
    let scan = activation::scan(wasm, rules)?;
    let instrumented = instrument::instrument(wasm, &scan)?;
    let mut measures = scan.measures;
    measures.instructions = instrumented.instructions;
    let figures = Figures::new(&measures, scan.entry_function)?;
    // One engine a program: an engine keeps the code of all its modules as long as it lives.
    let module = Module::new(&Engine::new(&config()), &instrumented.wasm)
        .map_err(|error| ActivationError::new(RefusalClass::Internal, error.to_string()))?;
    Ok(Program {
        figures,
        module,
        imports: scan.imports.into(),
    })
}

fn config() -> Config {
    let mut config = Config::default();
    config
        .set_max_stack_height(VALUE_STACK_BYTES)
        // The smallest frame has five words, so the virtual machine's own limit comes first.
        .set_max_recursion_depth(STACK_WORDS as usize)
        .set_max_cached_stacks(CACHED_STACKS)
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true);
    config
}
