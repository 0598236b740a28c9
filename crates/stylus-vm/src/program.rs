//! An activated program.

use crate::{
    activation_error::ActivationError, environment::Environment, evm_api::EvmApi, figures::Figures,
    outcome::RunResult,
};

/// An activated program: checked, instrumented and compiled. Cheap to clone; compile once and keep it.
#[derive(Clone, Debug)]
pub struct Program {
    figures: Figures,
}

impl Program {
    /// Its size, and the prices that follow from it.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }
}

/// Checks, instruments and compiles a module.
///
/// # Errors
///
/// Says which rule of the chain the module breaks.
pub fn activate(wasm: &[u8]) -> Result<Program, ActivationError> {
    let _ = wasm;
    Err(ActivationError::new(
        crate::RefusalClass::Internal,
        "under construction",
    ))
}

/// Runs a program with `gas_limit` gas. The gas of entry ([`Figures::entry_gas`]) is already taken from that.
pub fn run(
    program: &Program,
    api: &mut dyn EvmApi,
    environment: &Environment,
    calldata: &[u8],
    gas_limit: u64,
) -> RunResult {
    let _ = (program, api, environment, calldata, gas_limit);
    RunResult {
        outcome: crate::Outcome::Failure,
        output: Default::default(),
        ink_start: 0,
        ink_left: 0,
        ink_at_stop: None,
        gas_left: 0,
        return_data_gas: 0,
        gas_left_to_caller: 0,
        out_of_gas_by_return_data: false,
        failure: None,
    }
}
