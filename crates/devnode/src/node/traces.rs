//! `debug_traceTransaction`, `debug_traceCall`: a past transaction is executed again on the state before it.

use alloy_primitives::{hex, B256, U256, U64};
use alloy_rpc_types_eth::{state::StateOverride, TransactionRequest};
use jsonrpsee::core::RpcResult;
use revm::interpreter::InstructionResult;
use serde::Deserialize;
use serde_json::{json, Map, Value};

use super::{
    arguments::Arguments,
    calls::{capped_tx, looking},
    errors::{not_found, of_chain, reason_text, refused, unsupported},
    ledger::Node,
    stylus_trace,
};
use crate::{
    chain::Moment,
    trace::{CallFrame, CallType, Trace},
    transaction::{CallResult, Tx},
};

/// Which trace a client wants.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Options {
    tracer: Option<String>,
    tracer_config: CallTracerOptions,
    state_overrides: Option<StateOverride>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CallTracerOptions {
    only_top_call: bool,
    with_log: bool,
}

enum Tracer {
    Call { only_top_call: bool },
    Stylus,
}

impl Options {
    fn tracer(&self) -> RpcResult<Tracer> {
        match self.tracer.as_deref() {
            Some("callTracer") if self.tracer_config.with_log => Err(unsupported(
                "callTracer: withLog is not supported; the receipt has the logs",
            )),
            Some("callTracer") => Ok(Tracer::Call {
                only_top_call: self.tracer_config.only_top_call,
            }),
            Some("stylusTracer") => Ok(Tracer::Stylus),
            // cargo-stylus sends a script unless it is told to use the native tracer; what the script builds is the same.
            Some(script) if script.contains("\"hostio\": function") => Ok(Tracer::Stylus),
            Some(script) if script.contains('{') => {
                Err(unsupported("tracers in JavaScript are not supported"))
            }
            Some(other) => Err(unsupported(format!(
                "tracer {other:?} is not supported; there are callTracer and stylusTracer"
            ))),
            None => Err(unsupported(
                "a trace of single instructions is not supported; name a tracer: callTracer or stylusTracer",
            )),
        }
    }
}

/// `debug_traceTransaction`: hash, options.
pub(crate) fn transaction(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let hash: B256 = arguments.required(0, "transaction hash")?;
    let options: Options = arguments.optional(1, "options")?.unwrap_or_default();
    let tracer = options.tracer()?;
    let mut ledger = node.ledger();
    let found = ledger.find(hash);
    let (block, index) = found.ok_or_else(|| not_found("transaction not found"))?;
    let included = ledger.included(block, index);
    let tx = included
        .map(|included| included.tx())
        .ok_or_else(|| not_found("transaction not found"))?;
    let (result, trace) = ledger
        .chain
        .at(Moment::Before { block, index }, |chain| chain.replay(&tx))
        .and_then(|replayed| replayed)
        .map_err(of_chain)?;
    shown(&tracer, &tx, &result, &trace)
}

/// `debug_traceCall`: transaction, block, options.
pub(crate) fn call(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let request: TransactionRequest = arguments.required(0, "transaction")?;
    let block = arguments.block(1)?;
    let mut options: Options = arguments.optional(2, "options")?.unwrap_or_default();
    let tracer = options.tracer()?;
    let overrides = options.state_overrides.take();
    let ledger = &mut *node.ledger();
    let (tx, result, trace) = looking(ledger, block, overrides, None, |chain| {
        let tx = capped_tx(&request, chain)?;
        let (result, trace) = chain.call_traced(tx.clone()).map_err(of_chain)?;
        Ok((tx, result, trace))
    })?;
    shown(&tracer, &tx, &result, &trace)
}

fn shown(tracer: &Tracer, tx: &Tx, result: &CallResult, trace: &Trace) -> RpcResult<Value> {
    if trace.calls.is_empty() {
        return Err(refused("nothing was executed"));
    }
    match tracer {
        Tracer::Stylus => Ok(stylus_trace::steps(trace)),
        Tracer::Call { only_top_call } => {
            let mut top = call_json(trace, 0, !only_top_call);
            if let Value::Object(fields) = &mut top {
                // The transaction's own call is shown with the whole transaction's gas.
                if let Some(limit) = tx.gas_limit {
                    fields.insert("gas".into(), json!(U64::from(limit)));
                }
                fields.insert("gasUsed".into(), json!(U64::from(result.gas_used)));
            }
            Ok(top)
        }
    }
}

/// Calls that a call made, in order.
pub(crate) fn children(trace: &Trace, parent: usize) -> impl Iterator<Item = usize> + '_ {
    let calls = trace.calls.iter().enumerate();
    calls
        .filter(move |(_, call)| call.parent == Some(parent))
        .map(|(index, _)| index)
}

fn call_json(trace: &Trace, index: usize, with_calls: bool) -> Value {
    let Some(call) = trace.calls.get(index) else {
        return Value::Null;
    };
    let mut fields = Map::new();
    let name = match call.call_type {
        CallType::Call => "CALL",
        CallType::CallCode => "CALLCODE",
        CallType::DelegateCall => "DELEGATECALL",
        CallType::StaticCall => "STATICCALL",
        CallType::Create => "CREATE",
        CallType::Create2 => "CREATE2",
    };
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("type", json!(name));
    set("from", json!(call.from));
    if let Some(to) = call.to {
        set("to", json!(to));
    }
    if call.call_type != CallType::StaticCall {
        set("value", json!(U256::from(call.value)));
    }
    set("gas", json!(U64::from(call.gas)));
    set("gasUsed", json!(U64::from(call.gas_used)));
    set("input", json!(call.input));
    if !call.output.is_empty() {
        set("output", json!(hex::encode_prefixed(&call.output)));
    }
    if let Some(error) = error_text(call) {
        set("error", json!(error));
        if let Some(reason) = reason_text(&call.output) {
            set("revertReason", json!(reason));
        }
    }
    if with_calls {
        let calls: Vec<Value> = children(trace, index)
            .map(|child| call_json(trace, child, true))
            .collect();
        if !calls.is_empty() {
            set("calls", json!(calls));
        }
    }
    Value::Object(fields)
}

fn error_text(call: &CallFrame) -> Option<String> {
    match call.result? {
        ended if ended.is_ok() => None,
        InstructionResult::Revert => Some("execution reverted".to_owned()),
        ended if format!("{ended:?}").contains("OutOfGas") => Some("out of gas".to_owned()),
        ended => Some(format!("{ended:?}")),
    }
}
