//! The trace of programs in the format of Nitro's `stylusTracer`, which cargo-stylus reads: a list of steps, each a host call
//! with what it was given and gave. Steps that call hold the callee's address and steps. What EVM code calls is a step
//! too, named after the host function with `evm_` in front.

use revm::primitives::hex;
use serde_json::{json, Value};

use super::traces::children;
use crate::trace::{CallType, ProgramRun, Trace};
use breakwater_stylus_vm::{HostCall, Outcome};

/// The steps of the transaction's own call.
pub(crate) fn steps(trace: &Trace) -> Value {
    call_steps(trace, 0)
}

fn call_steps(trace: &Trace, index: usize) -> Value {
    let run = trace.calls.get(index).and_then(|call| call.program);
    match run.and_then(|run| trace.programs.get(run)) {
        Some(run) => program_steps(trace, index, run),
        None => children(trace, index)
            .map(|child| evm_step(trace, child))
            .collect(),
    }
}

/// Steps of a program: its entry, its host calls, its return.
fn program_steps(trace: &Trace, index: usize, run: &ProgramRun) -> Value {
    let mut steps = Vec::with_capacity(run.host_calls.len() + 2);
    let mut callees = children(trace, index).peekable();
    let length = (run.calldata.len() as u32).to_be_bytes();
    steps.push(step(
        "user_entrypoint",
        &length,
        &[],
        run.ink_start,
        run.ink_start,
    ));
    for (number, call) in run.host_calls.iter().enumerate() {
        let made = |child: &usize| {
            let child = trace.calls.get(*child);
            child.is_some_and(|child| child.host_call == number)
        };
        let callee = callees.next_if(made);
        match call.name {
            "call_contract" | "delegate_call_contract" | "static_call_contract" => {
                steps.push(call_step(trace, call, callee));
            }
            _ => {
                steps.extend(callee.map(|callee| evm_step(trace, callee)));
                steps.push(host_step(call));
            }
        }
    }
    // A call that ran the program out of ink has no host call of its own.
    steps.extend(callees.map(|callee| evm_step(trace, callee)));
    let status: Option<u32> = match run.outcome {
        Some(Outcome::Return) => Some(0),
        Some(Outcome::Revert) => Some(1),
        _ => None,
    };
    if let Some(status) = status {
        let status = status.to_be_bytes();
        steps.push(step(
            "user_returned",
            &[],
            &status,
            run.ink_left,
            run.ink_left,
        ));
    }
    Value::Array(steps)
}

/// A host call that calls. One that failed before anything ran has a callee without steps.
fn call_step(trace: &Trace, call: &HostCall, callee: Option<usize>) -> Value {
    let mut step = host_step(call);
    let target = call.arguments.get(..20).unwrap_or_default();
    if let Value::Object(fields) = &mut step {
        fields.insert("address".into(), json!(hex::encode_prefixed(target)));
        let steps = callee.map_or_else(|| json!([]), |callee| call_steps(trace, callee));
        fields.insert("steps".into(), steps);
    }
    step
}

fn host_step(call: &HostCall) -> Value {
    step(
        call.name,
        &call.arguments,
        &call.outputs,
        call.start_ink,
        call.end_ink,
    )
}

/// A call or creation that is no host call: made by EVM code, or within `create1` and `create2`.
fn evm_step(trace: &Trace, index: usize) -> Value {
    let Some(call) = trace.calls.get(index) else {
        return Value::Null;
    };
    let name = match call.call_type {
        CallType::Call | CallType::CallCode => "evm_call_contract",
        CallType::DelegateCall => "evm_delegate_call_contract",
        CallType::StaticCall => "evm_static_call_contract",
        CallType::Create => "evm_create1",
        CallType::Create2 => "evm_create2",
    };
    let mut step = step(name, &[], &[], 0, 0);
    if let Value::Object(fields) = &mut step {
        fields.insert("address".into(), json!(call.to.unwrap_or_default()));
        fields.insert("steps".into(), call_steps(trace, index));
    }
    step
}

fn step(name: &str, arguments: &[u8], outputs: &[u8], start_ink: u64, end_ink: u64) -> Value {
    json!({
        "name": name,
        "args": hex::encode_prefixed(arguments),
        "outs": hex::encode_prefixed(outputs),
        "startInk": start_ink,
        "endInk": end_ink,
    })
}
