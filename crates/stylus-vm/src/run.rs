//! Runs a program.

use alloy_primitives::Bytes;
use wasmi::{Error, Extern, Global, Instance, Store, TrapCode, TypedFunc, Val};

use crate::{
    environment::Environment,
    evm_api::EvmApi,
    evm_costs::memory_gas,
    hostio::{Handles, HostState, Stop, HOST_FUNCTIONS},
    instrument::{ENTRY_EXPORT, INK_EXPORT, MEMORY_EXPORT, STACK_EXPORT, STATUS_EXPORT},
    outcome::{Outcome, RunResult},
    program::Program,
};

/// Native stack that one run may need apart from the runs nested in it, embedder's frames included.
const NATIVE_STACK_RED_ZONE: usize = 512 * 1024;
/// Native stack that is added when less than that is left.
const NATIVE_STACK_SEGMENT: usize = 8 * 1024 * 1024;

/// Runs a program with `gas_limit` gas. The gas of entry ([`crate::Figures::entry_gas`]) is already taken from that and
/// its pages are counted; closing them afterwards ([`crate::PageCounters::restore_open`]) is the embedder's part too.
///
/// `call_gas` is the gas of the call before entry: what the memory cost of the output is held against.
///
/// Runs can be nested to any depth: `api` may run other programs, and native stack is added as needed.
pub fn run(
    program: &Program,
    api: &mut dyn EvmApi,
    environment: &Environment,
    calldata: &[u8],
    gas_limit: u64,
    call_gas: u64,
) -> RunResult {
    stacker::maybe_grow(NATIVE_STACK_RED_ZONE, NATIVE_STACK_SEGMENT, || {
        run_here(program, api, environment, calldata, gas_limit, call_gas)
    })
}

/// How the program itself ended, before the meters are looked at.
enum End {
    Status(u32),
    Stopped(String),
    StackOverflow,
}

/// What the meters show after the end.
struct Meters {
    ink: u64,
    out_of_ink: bool,
    out_of_stack: bool,
}

fn run_here(
    program: &Program,
    api: &mut dyn EvmApi,
    environment: &Environment,
    calldata: &[u8],
    gas_limit: u64,
    call_gas: u64,
) -> RunResult {
    let ink_price = environment.ink_per_gas();
    let ink_start = gas_limit.saturating_mul(ink_price);
    let mut store = Store::new(
        program.module().engine(),
        HostState::new(api, environment, calldata),
    );
    let (end, meters) = execute(program, &mut store, ink_start).unwrap_or_else(|error| {
        // A data or element segment that does not fit: the program traps before its first instruction.
        let untouched = Meters {
            ink: ink_start,
            out_of_ink: false,
            out_of_stack: false,
        };
        (End::Stopped(error.to_string()), untouched)
    });

    let mut failure = None;
    let outcome = match end {
        End::Status(0) => Outcome::Return,
        End::Status(_) => Outcome::Revert,
        _ if meters.out_of_stack => Outcome::OutOfStack,
        End::StackOverflow => Outcome::OutOfStack,
        _ if meters.out_of_ink => Outcome::OutOfInk,
        End::Stopped(reason) => {
            failure = Some(reason);
            Outcome::Failure
        }
    };
    let output = match outcome {
        Outcome::Return | Outcome::Revert => Bytes::from(store.into_data().output),
        _ => Bytes::new(),
    };
    let ink_left = match outcome {
        Outcome::OutOfInk | Outcome::OutOfStack => 0,
        _ => meters.ink,
    };
    let gas_left = ink_left / ink_price;
    let return_data_gas = memory_gas(output.len());
    let after_output = call_gas.checked_sub(return_data_gas);
    RunResult {
        outcome,
        output,
        ink_start,
        ink_left,
        ink_at_stop: (outcome == Outcome::OutOfStack).then_some(meters.ink),
        gas_left,
        return_data_gas,
        gas_left_to_caller: after_output.unwrap_or(0).min(gas_left),
        out_of_gas_by_return_data: after_output.is_none(),
        failure,
    }
}

/// Instantiates the program and calls its entry function. An error means that it could not be instantiated.
fn execute(
    program: &Program,
    store: &mut Store<HostState<'_>>,
    ink: u64,
) -> Result<(End, Meters), Error> {
    let imports: Vec<Extern> = program
        .imports()
        .iter()
        .filter_map(|index| HOST_FUNCTIONS.get(*index))
        .map(|function| Extern::Func((function.link)(store)))
        .collect();
    let instance = Instance::new(&mut *store, program.module(), &imports)?;
    let missing = || Error::new("an export of the instrumented module is missing");
    let global = |store: &Store<HostState<'_>>, name: &str| {
        instance.get_global(store, name).ok_or_else(missing)
    };
    let memory = instance
        .get_memory(&*store, MEMORY_EXPORT)
        .ok_or_else(missing)?;
    let ink_global: Global = global(store, INK_EXPORT)?;
    let status = global(store, STATUS_EXPORT)?;
    let stack = global(store, STACK_EXPORT)?;
    let entry: TypedFunc<u32, u32> = instance.get_typed_func(&*store, ENTRY_EXPORT)?;
    ink_global
        .set(&mut *store, Val::I64(ink as i64))
        .map_err(|error| Error::new(error.to_string()))?;
    store.data_mut().handles = Some(Handles {
        memory,
        ink: ink_global,
        status,
    });

    let calldata_len = store.data().calldata.len() as u32;
    let end = match entry.call(&mut *store, calldata_len) {
        Ok(status) => End::Status(status),
        Err(error) => match error.downcast_ref::<Stop>() {
            Some(Stop::Exit(status)) => End::Status(*status),
            _ if error.as_trap_code() == Some(TrapCode::StackOverflow) => End::StackOverflow,
            _ => End::Stopped(error.to_string()),
        },
    };
    let meters = Meters {
        ink: match ink_global.get(&*store) {
            Val::I64(ink) => ink as u64,
            _ => 0,
        },
        out_of_ink: !matches!(status.get(&*store), Val::I32(0)),
        out_of_stack: matches!(stack.get(&*store), Val::I32(0)),
    };
    Ok((end, meters))
}
