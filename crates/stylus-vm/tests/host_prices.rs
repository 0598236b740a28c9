//! What each host function costs, and in which order it pays, reads and fails. Expected figures are those of the table of
//! host functions in the reference's documentation, written out.

mod support;

use alloy_primitives::{Address, Bytes, B256, U256};
use breakwater_stylus_vm::{evm_costs, CreateOutcome, HostCall, Outcome, RunResult};
use support::{program, word, Chain};

const GAS: u64 = 10_000_000;
/// Ink of a unit of gas.
const INK: u64 = 10_000;

/// All host functions that take pointers, as text for imports.
const IMPORTS: &str = r#"
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "exit_early" (func $exit_early (param i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $storage_load_bytes32 (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $storage_cache_bytes32 (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $storage_flush_cache (param i32)))
  (import "vm_hooks" "transient_load_bytes32" (func $transient_load_bytes32 (param i32 i32)))
  (import "vm_hooks" "transient_store_bytes32" (func $transient_store_bytes32 (param i32 i32)))
  (import "vm_hooks" "call_contract" (func $call_contract (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate_call_contract (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static_call_contract (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
  (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
  (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
  (import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
  (import "vm_hooks" "account_code" (func $account_code (param i32 i32 i32 i32) (result i32)))
  (import "vm_hooks" "account_code_size" (func $account_code_size (param i32) (result i32)))
  (import "vm_hooks" "account_codehash" (func $account_codehash (param i32 i32)))
  (import "vm_hooks" "evm_gas_left" (func $evm_gas_left (result i64)))
  (import "vm_hooks" "evm_ink_left" (func $evm_ink_left (result i64)))
  (import "vm_hooks" "block_basefee" (func $block_basefee (param i32)))
  (import "vm_hooks" "chainid" (func $chainid (result i64)))
  (import "vm_hooks" "block_coinbase" (func $block_coinbase (param i32)))
  (import "vm_hooks" "block_gas_limit" (func $block_gas_limit (result i64)))
  (import "vm_hooks" "block_number" (func $block_number (result i64)))
  (import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "math_div" (func $math_div (param i32 i32)))
  (import "vm_hooks" "math_mod" (func $math_mod (param i32 i32)))
  (import "vm_hooks" "math_pow" (func $math_pow (param i32 i32)))
  (import "vm_hooks" "math_add_mod" (func $math_add_mod (param i32 i32 i32)))
  (import "vm_hooks" "math_mul_mod" (func $math_mul_mod (param i32 i32 i32)))
  (import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
  (import "vm_hooks" "tx_gas_price" (func $tx_gas_price (param i32)))
  (import "vm_hooks" "tx_ink_price" (func $tx_ink_price (result i32)))
  (import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
  (import "vm_hooks" "native_keccak256" (func $native_keccak256 (param i32 i32 i32)))"#;

/// A chain with a program of one page that does `body`.
fn chain(body: &str) -> (Chain, Address) {
    Chain::with(program(&format!(
        r#"(module {IMPORTS}
          (memory (export "memory") 1 1)
          (func (export "user_entrypoint") (param $len i32) (result i32) (local $i i32)
            {body}
            (i32.const 0)))"#
    )))
}

fn run(body: &str) -> (RunResult, Vec<HostCall>) {
    run_with(body, &[], GAS)
}

fn run_with(body: &str, calldata: &[u8], gas: u64) -> (RunResult, Vec<HostCall>) {
    let (mut chain, address) = chain(body);
    let result = chain.call(address, calldata, gas);
    (result, chain.trace)
}

/// Ink of each finished host call with this name.
fn paid(trace: &[HostCall], name: &str) -> Vec<u64> {
    trace
        .iter()
        .filter(|call| call.name == name)
        .map(|call| call.start_ink - call.end_ink)
        .collect()
}

#[test]
fn every_host_function_has_its_price() {
    // Function, arguments, ink. Memory is zero; account zero is cold and empty.
    const COLD: u64 = 2_600 * INK;
    const WARM: u64 = 100 * INK;
    let read = |len: u64| 16_381 + 55 * len.saturating_sub(32);
    for (function, arguments, ink) in [
        ("read_args", "(i32.const 0)", 8_400 + 5_040),
        (
            "write_result",
            "(i32.const 0) (i32.const 33)",
            8_400 + 2 * read(33),
        ),
        (
            "storage_load_bytes32",
            "(i32.const 0) (i32.const 0)",
            18_480 + 2_105 * INK,
        ),
        (
            "storage_cache_bytes32",
            "(i32.const 0) (i32.const 0)",
            18_480,
        ),
        ("storage_flush_cache", "(i32.const 0)", 68_073),
        (
            "transient_load_bytes32",
            "(i32.const 0) (i32.const 0)",
            78_153 + WARM,
        ),
        (
            "transient_store_bytes32",
            "(i32.const 0) (i32.const 0)",
            78_153 + WARM,
        ),
        (
            "call_contract",
            "(i32.const 0) (i32.const 0) (i32.const 40) (i32.const 0) (i64.const 0) (i32.const 0)",
            83_193 + 2 * read(40) + COLD,
        ),
        (
            "delegate_call_contract",
            "(i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 0)",
            83_193 + 2 * read(0) + COLD,
        ),
        (
            "static_call_contract",
            "(i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 0)",
            83_193 + 2 * read(0) + COLD,
        ),
        (
            "create1",
            "(i32.const 0) (i32.const 65) (i32.const 0) (i32.const 0) (i32.const 0)",
            83_193 + 2 * read(65) + (32_000 + 1_000) * INK,
        ),
        (
            "create2",
            "(i32.const 0) (i32.const 65) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)",
            88_233 + 2 * read(65) + (32_000 + 3 * 6 + 1_000) * INK,
        ),
        (
            "read_return_data",
            "(i32.const 0) (i32.const 0) (i32.const 9)",
            68_073 + 5_040,
        ),
        ("return_data_size", "", 8_400),
        (
            "emit_log",
            "(i32.const 0) (i32.const 70) (i32.const 2)",
            68_073 + read(70) + (375 * 3 + 8 * 6) * INK,
        ),
        (
            "account_balance",
            "(i32.const 0) (i32.const 0)",
            78_153 + COLD,
        ),
        (
            "account_code",
            "(i32.const 0) (i32.const 0) (i32.const 9) (i32.const 0)",
            68_073 + 700 * INK + COLD + 5_040,
        ),
        (
            "account_code_size",
            "(i32.const 0)",
            68_073 + 700 * INK + COLD,
        ),
        (
            "account_codehash",
            "(i32.const 0) (i32.const 0)",
            78_153 + COLD,
        ),
        ("evm_gas_left", "", 8_400),
        ("evm_ink_left", "", 8_400),
        ("block_basefee", "(i32.const 0)", 13_440),
        ("chainid", "", 8_400),
        ("block_coinbase", "(i32.const 0)", 13_440),
        ("block_gas_limit", "", 8_400),
        ("block_number", "", 8_400),
        ("block_timestamp", "", 8_400),
        ("contract_address", "(i32.const 0)", 13_440),
        ("math_div", "(i32.const 0) (i32.const 0)", 43_520),
        ("math_mod", "(i32.const 0) (i32.const 0)", 43_520),
        (
            "math_pow",
            "(i32.const 0) (i32.const 0)",
            23_520 + 3_000 + 17_500,
        ),
        (
            "math_add_mod",
            "(i32.const 0) (i32.const 0) (i32.const 0)",
            49_560,
        ),
        (
            "math_mul_mod",
            "(i32.const 0) (i32.const 0) (i32.const 0)",
            52_660,
        ),
        ("msg_reentrant", "", 8_400),
        ("msg_sender", "(i32.const 0)", 13_440),
        ("msg_value", "(i32.const 0)", 13_440),
        ("tx_gas_price", "(i32.const 0)", 13_440),
        ("tx_ink_price", "", 8_400),
        ("tx_origin", "(i32.const 0)", 13_440),
        ("pay_for_memory_grow", "(i32.const 0)", 8_400),
        (
            "native_keccak256",
            "(i32.const 0) (i32.const 65) (i32.const 0)",
            121_800 + 21_000,
        ),
        ("exit_early", "(i32.const 0)", 0),
    ] {
        let gives = IMPORTS
            .lines()
            .any(|line| line.contains(&format!("\"{function}\"")) && line.contains("(result"));
        let call = format!("(call ${function} {arguments})");
        let body = if gives {
            format!("(drop {call})")
        } else {
            call
        };
        let (mut chain, address) = chain(&body);
        chain.created = Some(CreateOutcome {
            gas_cost: 1_000,
            ..CreateOutcome::default()
        });
        let result = chain.call(address, &[], GAS);
        assert_eq!(result.outcome, Outcome::Return, "{function}: {result:?}");
        assert_eq!(paid(&chain.trace, function), [ink], "{function}");
    }
}

/// What a host function does with an argument.
enum Argument {
    /// Reads or writes so many bytes there.
    At(u32),
    /// Reads or writes 40 bytes there: the length follows.
    Range,
    /// A number.
    Number,
    /// A number of 64 bits.
    Long,
}

#[test]
fn each_pointer_may_reach_the_last_byte_of_memory_and_no_further() {
    use Argument::{At, Long, Number, Range};
    const MEMORY: u32 = 65_536;
    let cases: Vec<(&str, bool, Vec<Argument>)> = vec![
        ("read_args", false, vec![At(40)]),
        ("write_result", false, vec![Range]),
        ("storage_load_bytes32", false, vec![At(32), At(32)]),
        ("storage_cache_bytes32", false, vec![At(32), At(32)]),
        ("transient_load_bytes32", false, vec![At(32), At(32)]),
        ("transient_store_bytes32", false, vec![At(32), At(32)]),
        (
            "call_contract",
            true,
            vec![At(20), Range, At(32), Long, At(4)],
        ),
        (
            "delegate_call_contract",
            true,
            vec![At(20), Range, Long, At(4)],
        ),
        (
            "static_call_contract",
            true,
            vec![At(20), Range, Long, At(4)],
        ),
        ("create1", false, vec![Range, At(32), At(20), At(4)]),
        ("create2", false, vec![Range, At(32), At(32), At(20), At(4)]),
        ("emit_log", false, vec![Range, Number]),
        ("account_balance", false, vec![At(20), At(32)]),
        ("account_code", true, vec![At(20), Number, Number, At(0)]),
        ("account_code_size", true, vec![At(20)]),
        ("account_codehash", false, vec![At(20), At(32)]),
        ("block_basefee", false, vec![At(32)]),
        ("block_coinbase", false, vec![At(20)]),
        ("contract_address", false, vec![At(20)]),
        ("math_div", false, vec![At(32), At(32)]),
        ("math_mod", false, vec![At(32), At(32)]),
        ("math_pow", false, vec![At(32), At(32)]),
        ("math_add_mod", false, vec![At(32), At(32), At(32)]),
        ("math_mul_mod", false, vec![At(32), At(32), At(32)]),
        ("msg_sender", false, vec![At(20)]),
        ("msg_value", false, vec![At(32)]),
        ("tx_gas_price", false, vec![At(32)]),
        ("tx_origin", false, vec![At(20)]),
        ("native_keccak256", false, vec![Range, At(32)]),
    ];
    for (function, gives, arguments) in cases {
        let pointers = arguments
            .iter()
            .filter(|one| matches!(one, At(_) | Range))
            .count();
        for probed in 0..pointers {
            for excess in [0, 1, u32::MAX / 2] {
                let mut seen = 0;
                let mut text = String::new();
                for argument in &arguments {
                    let size = match argument {
                        At(size) => *size,
                        Range => 40,
                        Number => {
                            text.push_str("(i32.const 0) ");
                            continue;
                        }
                        Long => {
                            text.push_str("(i64.const 0) ");
                            continue;
                        }
                    };
                    let end = MEMORY - size;
                    let at = match seen == probed {
                        true => end.wrapping_add(excess),
                        false => 128,
                    };
                    seen += 1;
                    text.push_str(&format!("(i32.const {}) ", at as i32));
                    if matches!(argument, Range) {
                        text.push_str("(i32.const 40) ");
                    }
                }
                let call = format!("(call ${function} {text})");
                let body = if gives {
                    format!("(drop {call})")
                } else {
                    call
                };
                let (mut chain, address) = chain(&body);
                chain.created = Some(CreateOutcome::default());
                let result = chain.call(address, &[7; 40], GAS);
                let expected = match excess {
                    0 => Outcome::Return,
                    _ => Outcome::Failure,
                };
                assert_eq!(result.outcome, expected, "{body}");
                // What was paid before stays paid, and the rest is kept.
                assert!(result.gas_left > GAS / 2, "{body}");
                assert_eq!(chain.trace.len(), usize::from(excess == 0), "{body}");
            }
        }
    }
}

/// Calls a host function as often as the calldata is long.
fn repeated(call: &str) -> String {
    format!(
        "(loop $next {call}
           (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $len))))"
    )
}

#[test]
fn loads_cost_more_from_the_33rd_and_from_the_129th_on() {
    let body = repeated("(call $storage_load_bytes32 (i32.const 0) (i32.const 32))");
    let (_, trace) = run_with(&body, &[0; 140], GAS);
    let loads = paid(&trace, "storage_load_bytes32");
    for (index, ink) in loads.iter().enumerate() {
        let gas = match index + 1 {
            1 => 2_105,
            2..=32 => 0,
            33..=128 => 2,
            _ => 10,
        };
        assert_eq!(*ink, 18_480 + gas * INK, "load {}", index + 1);
    }
    assert_eq!(loads.len(), 140);
}

#[test]
fn cache_writes_cost_more_from_the_9th_and_from_the_65th_on_whatever_is_flushed() {
    let body = repeated(
        "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
         (call $storage_flush_cache (i32.const 1))",
    );
    let (_, trace) = run_with(&body, &[0; 70], GAS);
    let writes = paid(&trace, "storage_cache_bytes32");
    for (index, ink) in writes.iter().enumerate() {
        let gas = match index + 1 {
            1..=8 => 0,
            9..=64 => 7,
            _ => 10,
        };
        assert_eq!(*ink, 18_480 + gas * INK, "write {}", index + 1);
    }
    assert_eq!(writes.len(), 70);
}

#[test]
fn a_flush_stores_what_is_not_known_to_be_in_the_state() {
    let (_, trace) = run("(i32.store8 (i32.const 64) (i32.const 9))
         ;; key 0 is written without a load, with the value that it has: stored all the same
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
         (call $storage_flush_cache (i32.const 0))
         ;; now it is known: writing the same again leaves nothing to store
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
         (call $storage_flush_cache (i32.const 0))
         ;; another value, and back again: nothing either
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 64))
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
         (call $storage_flush_cache (i32.const 0))
         ;; another value: a new slot, warm by now
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 64))
         (call $storage_flush_cache (i32.const 1))
         ;; forgotten, so not known again
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 64))
         (call $storage_flush_cache (i32.const 0))");
    let gas: Vec<u64> = paid(&trace, "storage_flush_cache")
        .iter()
        .map(|ink| (ink - 68_073) / INK)
        .collect();
    assert_eq!(gas, [2_100 + 100, 0, 0, 20_000, 100]);
}

#[test]
fn a_flush_that_costs_more_than_is_left_is_out_of_ink_and_one_that_costs_all_is_not() {
    let body = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
                (i32.store8 (i32.const 32) (i32.const 1))
                (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
                (call $storage_flush_cache (i32.const 0))";
    let (result, trace) = run(body);
    let flush = trace.last().expect("the flush");
    let gas_before = (result.ink_start - flush.start_ink + 68_073).div_ceil(INK);
    let behind = (flush.end_ink - result.ink_left).div_ceil(INK);
    let enough = gas_before + 22_100 + behind;
    assert_eq!(run_with(body, &[], enough).0.outcome, Outcome::Return);
    // 22,100 gas are there only just not.
    let (short, _) = run_with(body, &[], gas_before + 22_099);
    assert_eq!((short.outcome, short.ink_left), (Outcome::OutOfInk, 0));
}

#[test]
fn in_a_static_context_only_what_writes_fails() {
    for (body, outcome) in [
        ("(call $storage_flush_cache (i32.const 0))", Outcome::Return),
        ("(call $storage_load_bytes32 (i32.const 0) (i32.const 0)) (call $storage_flush_cache (i32.const 1))", Outcome::Return),
        ("(call $storage_cache_bytes32 (i32.const 0) (i32.const 0))", Outcome::Return),
        ("(call $storage_cache_bytes32 (i32.const 0) (i32.const 0)) (call $storage_flush_cache (i32.const 0))", Outcome::Failure),
        ("(call $transient_load_bytes32 (i32.const 0) (i32.const 0))", Outcome::Return),
        ("(call $transient_store_bytes32 (i32.const 0) (i32.const 0))", Outcome::Failure),
        ("(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))", Outcome::Failure),
        ("(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))", Outcome::Failure),
        ("(call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))", Outcome::Failure),
        ("(drop (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 0)))", Outcome::Return),
    ] {
        let (mut chain, address) = chain(body);
        chain.created = Some(CreateOutcome::default());
        let result = chain.static_call(address, &[], GAS);
        assert_eq!(result.outcome, outcome, "{body}");
        assert!(result.gas_left > GAS / 2 && result.output.is_empty(), "{body}");
    }
}

#[test]
fn what_must_be_left_is_not_taken_but_must_be_there() {
    for (call, gas) in [
        (
            "(call $storage_load_bytes32 (i32.const 0) (i32.const 0))",
            2_115,
        ),
        (
            "(call $storage_cache_bytes32 (i32.const 0) (i32.const 0))",
            2_310,
        ),
        ("(call $storage_flush_cache (i32.const 0))", 2_300),
        ("(call $account_balance (i32.const 0) (i32.const 0))", 2_600),
        (
            "(call $account_codehash (i32.const 0) (i32.const 0))",
            2_600,
        ),
        ("(drop (call $account_code_size (i32.const 0)))", 2_600),
    ] {
        // Twice: the second time everything is warm and cached, and the need is the same.
        let body = format!("{call} {call}");
        let (result, trace) = run(&body);
        let second = &trace[trace.len() - 1];
        let base = match second.name {
            "storage_load_bytes32" | "storage_cache_bytes32" => 18_480,
            "account_balance" | "account_codehash" => 78_153,
            _ => 68_073,
        };
        let spent = result.ink_start - second.start_ink + base;
        let enough = spent.div_ceil(INK) + gas;
        let (result, _) = run_with(&body, &[], enough);
        assert_eq!(result.outcome, Outcome::Return, "{call} with {enough}");
        let too_little = (spent + gas * INK - 1) / INK;
        let (result, trace) = run_with(&body, &[], too_little);
        assert_eq!(
            result.outcome,
            Outcome::OutOfInk,
            "{call} with {too_little}"
        );
        assert_eq!(trace.len(), 1, "{call}");
    }
}

#[test]
fn the_code_of_the_last_account_is_remembered_unless_it_is_empty() {
    let body = "(i32.store8 (i32.const 0) (i32.const 1)) (i32.store8 (i32.const 32) (i32.const 2))
         (drop (call $account_code_size (i32.const 0)))
         (drop (call $account_code (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 64)))
         (drop (call $account_code_size (i32.const 32)))
         (drop (call $account_code_size (i32.const 32)))
         (drop (call $account_code_size (i32.const 0)))
         (drop (call $account_code_size (i32.const 0)))";
    let (mut chain, address) = chain(body);
    let mut coded = Address::ZERO;
    coded.0[0] = 1;
    chain.codes.insert(coded, Bytes::from(vec![1; 100]));
    chain.call(address, &[], GAS);
    let write = 5_040 + 30 * (100 - 32);
    assert_eq!(paid(&chain.trace, "account_code"), [68_073 + write]);
    let gas: Vec<u64> = paid(&chain.trace, "account_code_size")
        .iter()
        .map(|ink| (ink - 68_073) / INK)
        .collect();
    // Cold; the other cold, and warm as nothing of it is remembered; the first is still the last that had code.
    assert_eq!(gas, [3_300, 3_300, 800, 0, 0]);
}

#[test]
fn part_of_a_code_is_copied_and_nothing_from_behind_its_end() {
    for (offset, size, copied) in [
        (0_u32, 9_u32, 5_u32),
        (2, 2, 2),
        (5, 1, 0),
        (6, 1, 0),
        (u32::MAX, u32::MAX, 0),
    ] {
        let body = format!(
            "(i32.store (i32.const 200) (call $account_code (i32.const 0) (i32.const {}) (i32.const {}) (i32.const 100)))
             (call $write_result (i32.const 100) (i32.const 104))",
            offset as i32, size as i32
        );
        let (mut chain, address) = chain(&body);
        chain
            .codes
            .insert(Address::ZERO, Bytes::from_static(b"abcde"));
        let output = chain.call(address, &[], GAS).output;
        assert_eq!(output[100..104], copied.to_le_bytes(), "{offset} {size}");
        let end = (offset as usize).saturating_add(copied as usize).min(5);
        let start = end - copied as usize;
        assert_eq!(output[..copied as usize], b"abcde"[start..end]);
        assert_eq!(output[copied as usize], 0);
    }
}

/// Runs a function of 256-bit words on the words given; the first is where the result stands.
fn math(function: &str, words: &[U256]) -> (U256, u64) {
    let pointers: String = (0..words.len())
        .map(|index| format!("(i32.const {}) ", 32 * index))
        .collect();
    let body = format!(
        "(call $read_args (i32.const 0)) (call ${function} {pointers}) (call $write_result (i32.const 0) (i32.const 32))"
    );
    let calldata: Vec<u8> = words
        .iter()
        .flat_map(|word| word.to_be_bytes::<32>())
        .collect();
    let (result, trace) = run_with(&body, &calldata, GAS);
    assert_eq!(result.outcome, Outcome::Return);
    (
        U256::from_be_slice(&result.output),
        paid(&trace, function)[0],
    )
}

#[test]
fn arithmetic_on_words_has_the_evm_s_edges() {
    let number = U256::from::<u64>;
    let max = U256::MAX;
    for (function, words, expected) in [
        ("math_div", vec![number(7), number(2)], number(3)),
        ("math_div", vec![max, U256::ZERO], U256::ZERO),
        ("math_div", vec![max, max], number(1)),
        ("math_mod", vec![number(7), number(0)], number(0)),
        ("math_mod", vec![number(7), number(1)], number(0)),
        ("math_mod", vec![max, number(10)], number(5)),
        ("math_pow", vec![number(0), number(0)], number(1)),
        ("math_pow", vec![number(0), max], number(0)),
        ("math_pow", vec![number(2), number(255)], number(1) << 255),
        ("math_pow", vec![number(2), number(256)], number(0)),
        ("math_pow", vec![max, max], max),
        ("math_pow", vec![number(3), number(5)], number(243)),
        ("math_add_mod", vec![max, max, max], number(0)),
        ("math_add_mod", vec![max, number(2), number(10)], number(7)),
        ("math_add_mod", vec![max, max, number(0)], number(0)),
        ("math_add_mod", vec![max, max, number(1)], number(0)),
        ("math_mul_mod", vec![max, max, number(12)], number(9)),
        ("math_mul_mod", vec![max, max, number(0)], number(0)),
        (
            "math_mul_mod",
            vec![max, number(2), max - number(1)],
            number(2),
        ),
    ] {
        assert_eq!(math(function, &words).0, expected, "{function} {words:?}");
    }
}

#[test]
fn a_power_pays_for_each_byte_of_its_exponent() {
    for bytes in 0..=32_usize {
        let exponent = match bytes {
            0 => U256::ZERO,
            _ => U256::from(1) << (8 * bytes - 1),
        };
        let (_, ink) = math("math_pow", &[U256::from(1), exponent]);
        assert_eq!(
            ink,
            23_520 + 3_000 + 17_500 * (1 + bytes as u64),
            "{bytes} bytes"
        );
    }
}

#[test]
fn a_hash_pays_for_each_word_from_the_third_on() {
    for (len, words) in [(0, 0), (64, 0), (65, 1), (96, 1), (97, 2), (1_000, 30)] {
        let (_, trace) = run(&format!(
            "(call $native_keccak256 (i32.const 0) (i32.const {len}) (i32.const 0))"
        ));
        assert_eq!(
            paid(&trace, "native_keccak256"),
            [121_800 + 21_000 * words],
            "{len} bytes"
        );
    }
}

#[test]
fn a_log_with_too_many_topics_or_too_little_data_fails_before_its_data_is_paid() {
    for (len, topics) in [
        (160, 5),
        (0, -1),
        (31, 1),
        (127, 4),
        (0, 1),
        (0, 0x0800_0001),
    ] {
        let (result, trace) = run(&format!(
            "(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {topics}))"
        ));
        assert_eq!(result.outcome, Outcome::Failure, "{len} {topics}");
        // The block with the call, and the price of entering it.
        assert_eq!(
            result.ink_start - result.ink_left,
            2_450 + 3 + 3_800 + 68_073
        );
        assert!(trace.is_empty());
    }
    for (len, topics) in [(128_u64, 4_u64), (0, 0), (200, 0)] {
        let (_, trace) = run(&format!(
            "(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {topics}))"
        ));
        let gas = 375 * (1 + topics) + 8 * (len - 32 * topics);
        let read = 16_381 + 55 * len.saturating_sub(32);
        assert_eq!(paid(&trace, "emit_log"), [68_073 + read + gas * INK]);
    }
}

#[test]
fn a_creation_gives_its_address_or_zero_with_the_data_of_a_revert() {
    let body = "(call $create2 (i32.const 0) (i32.const 3) (i32.const 32) (i32.const 32) (i32.const 108) (i32.const 128))
         (drop (call $read_return_data (i32.const 132) (i32.const 0) (i32.const 99)))
         (call $write_result (i32.const 96) (i32.const 40))";
    let created = Address::repeat_byte(0xcd);
    for (address, data) in [(created, &b""[..]), (Address::ZERO, b"oh")] {
        let (mut chain, program) = chain(body);
        chain.created = Some(CreateOutcome {
            address,
            gas_cost: 5,
            return_data: Bytes::copy_from_slice(data),
        });
        let output = chain.call(program, &[], GAS).output;
        assert_eq!(output[12..32], address.0[..]);
        assert_eq!(output[32..36], (data.len() as u32).to_le_bytes());
        assert_eq!(&output[36..36 + data.len()], data);
    }
    // Less than its base price: the program itself fails, and keeps that.
    let (mut chain, program) = chain(body);
    chain.created = Some(CreateOutcome::default());
    let result = chain.call(program, &[], 32_000);
    assert_eq!(result.outcome, Outcome::Failure);
    assert!(result.gas_left > 31_000);
}

#[test]
fn return_data_is_read_from_any_offset_and_never_beyond_its_end() {
    // The chain here gives no data to a call of an account without code: size 0, and any range of it is empty.
    let (result, trace) = run(
        "(drop (call $read_return_data (i32.const -1) (i32.const 0) (i32.const 50)))
         (drop (call $read_return_data (i32.const -1) (i32.const -1) (i32.const -1)))",
    );
    assert_eq!(
        result.outcome,
        Outcome::Return,
        "an empty range is not written"
    );
    assert_eq!(paid(&trace, "read_return_data"), [68_073 + 5_040; 2]);
}

#[test]
fn exit_early_costs_nothing_and_the_result_written_last_counts() {
    for (status, outcome) in [
        (0, Outcome::Return),
        (1, Outcome::Revert),
        (-1, Outcome::Revert),
    ] {
        let (result, trace) = run(&format!(
            "(call $write_result (i32.const 0) (i32.const 2)) (call $write_result (i32.const 0) (i32.const 5))
             (call $exit_early (i32.const {status})) unreachable"
        ));
        assert_eq!((result.outcome, result.output.len()), (outcome, 5));
        let last = trace.last().expect("exit_early");
        assert_eq!((last.name, last.start_ink), ("exit_early", last.end_ink));
        assert_eq!(result.ink_left, last.end_ink);
    }
}

#[test]
fn growth_counts_the_low_16_bits_and_raises_the_counters_though_it_fails() {
    let wat = |pages: i64| {
        format!(
            r#"(module
              (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
              (memory (export "memory") 1 3)
              (func (export "user_entrypoint") (param i32) (result i32)
                (i32.ne (memory.grow (i32.const {pages})) (i32.const -1))))"#
        )
    };
    for (pages, counted, flat) in [
        (65_536, 0, 8_400),
        (65_537, 1, 0),
        (70_000, 4_464, 0),
        (5, 5, 0),
        (-65_535, 1, 0),
    ] {
        let (mut chain, address) = Chain::with(program(&wat(pages)));
        let before = breakwater_stylus_vm::PageCounters::new(1, 1);
        let cost = before.cost(counted);
        let result = chain.call(address, &[], 1 << 40);
        let expected = match counted > 127 {
            true => Outcome::OutOfInk,
            false => Outcome::Return,
        };
        assert_eq!(result.outcome, expected, "{pages}");
        assert_eq!(chain.pages.ever(), 1 + counted, "{pages}");
        if expected == Outcome::Return {
            assert_eq!(
                paid(&chain.trace, "pay_for_memory_grow"),
                [cost * INK + flat],
                "{pages}"
            );
        }
    }
}

#[test]
fn pages_are_priced_up_to_128_and_what_lies_beyond_cannot_be_paid() {
    use breakwater_stylus_vm::PageCounters;
    let exponential = |pages: u32| 31_874_000_f64.powf(f64::from(pages) / 128.0) as u64;
    for pages in 3..=127_u16 {
        let expected = 1_000 * u64::from(pages - 2) + exponential(pages.into()) - 1;
        assert_eq!(PageCounters::default().cost(pages), expected, "{pages}");
    }
    assert_eq!(PageCounters::default().cost(128), 126_000 + 31_873_999 - 1);
    assert_eq!(
        PageCounters::new(127, 127).cost(1),
        1_000 + 31_873_999 - exponential(127)
    );
    assert!(PageCounters::new(128, 128).cost(1) > u64::MAX / 2);
    assert!(PageCounters::new(u16::MAX, u16::MAX).cost(u16::MAX) == 0);
}

#[test]
fn ink_saturates_and_gas_is_its_quotient_rounded_down() {
    let body = "(i64.store (i32.const 0) (call $evm_ink_left)) (i64.store (i32.const 8) (call $evm_gas_left))
                (call $write_result (i32.const 0) (i32.const 16))";
    let (result, trace) = run_with(body, &[], u64::MAX);
    assert_eq!(result.ink_start, u64::MAX);
    assert_eq!(result.gas_left, result.ink_left / INK);
    let ink = u64::from_le_bytes(result.output[..8].try_into().expect("eight bytes"));
    let gas = u64::from_le_bytes(result.output[8..].try_into().expect("eight bytes"));
    assert_eq!((ink, gas), (trace[0].end_ink, trace[1].end_ink / INK));
}

#[test]
fn the_memory_cost_of_the_output_is_the_least_that_a_call_pays() {
    let body = "(call $write_result (i32.const 0) (i32.const 60000))";
    let cost = 3 * 1_875 + 1_875 * 1_875 / 512;
    assert_eq!(evm_costs::memory_gas(60_000), cost);
    let (result, _) = run(body);
    // The ink that it takes is worth less than the memory.
    assert!(GAS - result.gas_left < cost);
    assert_eq!(result.gas_left_to_caller, GAS - cost);
    assert!(!result.out_of_gas_by_return_data);
    let (result, _) = run_with(body, &[], cost - 1);
    assert_eq!(result.outcome, Outcome::Return);
    assert!(result.out_of_gas_by_return_data && !result.is_success() && !result.is_revert());
    assert_eq!(result.gas_left_to_caller, 0);
    assert_eq!(run_with(body, &[], cost).0.gas_left_to_caller, 0);
    assert!(run_with(body, &[], cost).0.is_success());
}

#[test]
fn a_branch_table_pays_for_each_target_but_the_default() {
    let ink = |targets: usize| {
        let table = "0 ".repeat(targets);
        let (result, _) = run(&format!("(block (br_table {table} 0 (i32.const 0)))"));
        result.ink_start - result.ink_left
    };
    assert_eq!(ink(1) - ink(0), 325);
    assert_eq!(ink(1_000) - ink(0), 325_000);
    assert!(ink(0) > 2_400 + 2_450);
}

#[test]
fn an_indirect_call_pays_for_each_parameter_of_its_type() {
    let ink = |parameters: usize| {
        let (types, values) = (
            "i32 ".repeat(parameters),
            "(i32.const 0) ".repeat(parameters),
        );
        let wat = format!(
            r#"(module (table 1 funcref) (elem (i32.const 0) $f) (func $f (param {types}))
              (memory (export "memory") 1 1)
              (func (export "user_entrypoint") (param i32) (result i32)
                (call_indirect (param {types}) {values} (i32.const 0)) (i32.const 0)))"#
        );
        let (mut chain, address) = Chain::with(program(&wat));
        let result = chain.call(address, &[], GAS);
        assert_eq!(result.outcome, Outcome::Return);
        result.ink_start - result.ink_left
    };
    // 650 for the parameter, 1 for the constant.
    assert_eq!(ink(7) - ink(0), 7 * 651);
}

#[test]
fn the_gas_of_a_call_is_what_eip_150_and_the_stipend_say() {
    use evm_costs::{call_gas, CallGas};
    let gas = |base, given, callee| {
        Some(CallGas {
            base,
            given,
            callee,
        })
    };
    assert_eq!(call_gas(99, 0, false, false, false), None);
    assert_eq!(call_gas(100, 5, false, false, false), gas(100, 0, 0));
    assert_eq!(call_gas(2_599, 5, true, false, false), None);
    assert_eq!(
        call_gas(2_600 + 64, u64::MAX, true, false, false),
        gas(2_600, 63, 63)
    );
    assert_eq!(
        call_gas(2_600 + 127, u64::MAX, true, false, true),
        gas(2_600, 125, 125)
    );
    assert_eq!(call_gas(9_099, 0, false, true, false), None);
    assert_eq!(call_gas(9_100, 0, false, true, false), gas(9_100, 0, 2_300));
    assert_eq!(call_gas(36_599, 0, true, true, true), None);
    assert_eq!(call_gas(36_600, 0, true, true, true), gas(36_600, 0, 2_300));
    let most = call_gas(u64::MAX, u64::MAX, false, true, false).expect("enough");
    assert_eq!(most.callee, most.given + 2_300);
    assert_eq!(
        most.given,
        ((u128::from(u64::MAX) - 9_100) * 63 / 64) as u64
    );
}

#[test]
fn refunds_of_stores_are_those_of_eip_3529() {
    use evm_costs::store_cost;
    let (zero, one, two, three) = (B256::ZERO, word(1), word(2), word(3));
    for (original, current, new, gas, refund) in [
        (zero, zero, zero, 100, 0),
        (zero, zero, one, 20_000, 0),
        (one, one, two, 2_900, 0),
        (one, one, zero, 2_900, 4_800),
        (zero, one, two, 100, 0),
        (zero, one, zero, 100, 19_900),
        (one, two, three, 100, 0),
        (one, two, zero, 100, 4_800),
        (one, two, one, 100, 2_800),
        (one, zero, two, 100, -4_800),
        (one, zero, one, 100, -4_800 + 2_800),
        (one, two, two, 100, 0),
    ] {
        let cost = store_cost(original, current, new, false);
        assert_eq!(
            (cost.gas, cost.refund),
            (gas, refund),
            "{original} {current} {new}"
        );
        assert_eq!(store_cost(original, current, new, true).gas, gas + 2_100);
    }
}

#[test]
fn stack_is_looked_at_before_ink_and_the_ink_of_the_first_block_is_not_yet_taken() {
    // 348 locals in the function that is called again and again: 62 frames of it fit.
    let wat = format!(
        r#"(module (memory (export "memory") 1 1)
          (func $down (local {}) (drop (i64.popcnt (i64.const 0))) (call $down))
          (func (export "user_entrypoint") (param i32) (result i32) (call $down) (i32.const 0)))"#,
        "i64 ".repeat(348)
    );
    let block = 2_450 + 1 + 6_000 + 9 + 3_800;
    let entry = 2_450 + 3_800;
    let frames = (22_000 - 1 - 6) / (348 + 2 + 4);
    let spent = entry + frames * block;
    let (mut chain, address) = Chain::with(program(&wat));
    let result = chain.call(address, &[], spent / INK + 1);
    assert_eq!(result.outcome, Outcome::OutOfStack);
    assert_eq!(result.ink_at_stop, Some(result.ink_start - spent));
    // With less ink than the frames take it does not come so far.
    assert_eq!(
        chain.call(address, &[], spent / INK).outcome,
        Outcome::OutOfInk
    );
}
