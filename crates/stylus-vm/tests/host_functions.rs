//! Host functions against a small chain: storage, results, logs, nested calls.

mod support;

use alloy_primitives::{keccak256, Address, B256};
use breakwater_stylus_vm::Outcome;
use support::{program, word, Chain};

const GAS: u64 = 10_000_000;

/// Slot 0 becomes the first word of the calldata; then what the second says: 0 return, 1 revert with the word, 2 trap.
const KEEP: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 64))
    (call $store (i32.const 0) (i32.const 64))
    (call $flush (i32.const 1))
    (call $load (i32.const 0) (i32.const 32))
    (call $log (i32.const 32) (i32.const 32) (i32.const 1))
    (call $write_result (i32.const 32) (i32.const 32))
    (if (i32.eq (i32.load8_u (i32.const 127)) (i32.const 2)) (then unreachable))
    (i32.load8_u (i32.const 127))))"#;

fn keep(value: u64, end: u64) -> Vec<u8> {
    [word(value), word(end)].concat()
}

#[test]
fn a_return_keeps_storage_and_logs_and_gives_the_output() {
    let (mut chain, address) = Chain::with(program(KEEP));
    let result = chain.call(address, &keep(77, 0), GAS);
    assert_eq!(result.outcome, Outcome::Return, "{result:?}");
    assert_eq!(result.output.as_ref(), word(77).as_slice());
    assert_eq!(
        chain.state.storage.get(&(address, B256::ZERO)),
        Some(&word(77))
    );
    assert_eq!(
        chain.state.logs,
        vec![(address, vec![word(77)], Default::default())]
    );
}

#[test]
fn a_revert_gives_its_data_and_a_trap_gives_none() {
    let (mut chain, address) = Chain::with(program(KEEP));
    let revert = chain.call(address, &keep(5, 1), GAS);
    assert_eq!(
        (revert.outcome, revert.output.as_ref()),
        (Outcome::Revert, word(5).as_slice())
    );
    let trap = chain.call(address, &keep(5, 2), GAS);
    assert_eq!((trap.outcome, trap.output.len()), (Outcome::Failure, 0));
    assert!(trap.is_revert() && trap.failure.is_some());
    assert!(revert.gas_left > 0 && trap.gas_left > 0);
    assert!(chain.state.storage.is_empty() && chain.state.logs.is_empty());
}

#[test]
fn a_write_in_a_static_context_fails_with_the_rest_of_the_gas_kept() {
    let (mut chain, address) = Chain::with(program(KEEP));
    let result = chain.static_call(address, &keep(5, 0), GAS);
    assert_eq!((result.outcome, result.output.len()), (Outcome::Failure, 0));
    assert!(result.gas_left > GAS / 2);
}

#[test]
fn a_second_load_of_a_slot_asks_the_cache_and_a_cleared_cache_asks_the_state() {
    let wat = r#"(module
      (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
      (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $load (i32.const 0) (i32.const 32))
        (call $load (i32.const 0) (i32.const 32))
        (call $flush (i32.const 1))
        (call $load (i32.const 0) (i32.const 32))
        (i32.const 0)))"#;
    let (mut chain, address) = Chain::with(program(wat));
    chain.call(address, &[], GAS);
    let loads: Vec<u64> = chain
        .trace
        .iter()
        .filter(|call| call.name == "storage_load_bytes32")
        .map(|call| call.start_ink - call.end_ink)
        .collect();
    let base = 18_480;
    // cold 2100 + miss 5; cached; warm 100 + miss 5
    assert_eq!(loads, [base + 2_105 * 10_000, base, base + 105 * 10_000]);
}

#[test]
fn pointers_outside_memory_fail_the_program_whatever_the_function() {
    for call in [
        "(call $read_args (i32.const 65530))",
        "(call $write_result (i32.const -1) (i32.const 40))",
        "(call $store (i32.const 65505) (i32.const 0))",
        "(call $load (i32.const 0) (i32.const -32))",
        "(call $log (i32.const 65535) (i32.const 64) (i32.const 1))",
        "(call $log (i32.const 0) (i32.const 31) (i32.const 1))",
        "(call $log (i32.const 0) (i32.const 0) (i32.const -1))",
    ] {
        let wat = KEEP.replace("(call $read_args (i32.const 64))", call);
        let (mut chain, address) = Chain::with(program(&wat));
        assert_eq!(
            chain.call(address, &keep(1, 0), GAS).outcome,
            Outcome::Failure,
            "{call}"
        );
    }
}

#[test]
fn exit_early_ends_the_run_from_any_depth_with_its_status() {
    let wat = r#"(module
      (import "vm_hooks" "exit_early" (func $exit (param i32)))
      (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
      (memory (export "memory") 1 1)
      (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))))
        (call $exit (i32.const 0)))
      (func (export "user_entrypoint") (param i32) (result i32)
        (call $write_result (i32.const 0) (i32.const 3))
        (call $deep (i32.const 100))
        (i32.const 1)))"#;
    let (mut chain, address) = Chain::with(program(wat));
    let result = chain.call(address, &[], GAS);
    assert_eq!((result.outcome, result.output.len()), (Outcome::Return, 3));
}

#[test]
fn the_hash_of_the_host_is_keccak256() {
    let wat = r#"(module
      (import "vm_hooks" "read_args" (func $read_args (param i32)))
      (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
      (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
      (memory (export "memory") 1 1)
      (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 32))
        (call $keccak (i32.const 32) (local.get $len) (i32.const 0))
        (call $write_result (i32.const 0) (i32.const 32))
        (i32.const 0)))"#;
    let (mut chain, address) = Chain::with(program(wat));
    for data in [&b""[..], b"breakwater", &[7; 200]] {
        assert_eq!(
            chain.call(address, data, GAS).output.as_ref(),
            keccak256(data).as_slice()
        );
    }
}

/// Calls itself as often as the first byte of the calldata says, then returns its `msg_reentrant`; gives on what the
/// inner call returned. Counts its frames in slot 0. With a second byte of 1 the innermost frame traps.
const NEST: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
  (import "vm_hooks" "contract_address" (func $self (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $returned (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (local $status i32)
    (call $read_args (i32.const 0))
    (call $load (i32.const 128) (i32.const 160))
    (i32.store16 (i32.const 190) (i32.add (i32.load16_u (i32.const 190)) (i32.const 1)))
    (call $store (i32.const 128) (i32.const 160))
    (call $flush (i32.const 1))
    (if (i32.eqz (i32.load16_u (i32.const 0)))
      (then
        (if (i32.load8_u (i32.const 2)) (then unreachable))
        (i32.store8 (i32.const 64) (call $reentrant))
        (call $write_result (i32.const 64) (i32.const 1))
        (return (i32.const 0))))
    (i32.store16 (i32.const 0) (i32.sub (i32.load16_u (i32.const 0)) (i32.const 1)))
    (call $self (i32.const 32))
    (local.set $status (call $call (i32.const 32) (i32.const 0) (i32.const 3) (i32.const 256) (i64.const -1) (i32.const 100)))
    (drop (call $returned (i32.const 64) (i32.const 0) (i32.const 1)))
    (call $write_result (i32.const 64) (i32.load (i32.const 100)))
    (local.get $status)))"#;

#[test]
fn programs_call_each_other_a_thousand_deep_on_a_small_native_stack() {
    let depth: u16 = 1_000;
    let thread = std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(move || {
            let (mut chain, address) = Chain::with(program(NEST));
            let [low, high] = depth.to_le_bytes();
            let result = chain.call(address, &[low, high, 0], 1 << 49);
            (
                result.outcome,
                result.output.to_vec(),
                chain.deepest,
                chain.state.storage.len(),
            )
        });
    let (outcome, output, deepest, slots) = thread.expect("a thread").join().expect("no overflow");
    assert_eq!(outcome, Outcome::Return);
    assert_eq!(output, [1], "the innermost frame is a reentrant one");
    assert_eq!((deepest, slots), (usize::from(depth) + 1, 1));
}

#[test]
fn a_failure_deep_inside_comes_out_as_a_failed_call_without_data_and_rolls_its_frame_back() {
    let (mut chain, address) = Chain::with(program(NEST));
    let result = chain.call(address, &[1, 0, 1], GAS);
    // The inner frame trapped: status 2 for the outer one, which reverts with what it got: nothing.
    assert_eq!((result.outcome, result.output.len()), (Outcome::Revert, 0));
    assert!(result.gas_left > 0);
    assert!(chain.state.storage.is_empty());
}

#[test]
fn a_call_to_an_account_without_code_succeeds_with_nothing() {
    let wat = NEST.replace(
        "(call $self (i32.const 32))",
        "(i32.store (i32.const 32) (i32.const 9))",
    );
    let (mut chain, address) = Chain::with(program(&wat));
    let result = chain.call(address, &[1, 0, 0], GAS);
    assert_eq!((result.outcome, result.output.len()), (Outcome::Return, 0));
    assert_eq!(
        chain
            .state
            .storage
            .get(&(address, B256::ZERO))
            .map(|count| count.0[30]),
        Some(1)
    );
    assert_ne!(address, Address::ZERO);
}

#[test]
fn the_trace_names_each_finished_host_call_with_its_ink() {
    let (mut chain, address) = Chain::with(program(KEEP));
    chain.call(address, &keep(1, 0), GAS);
    let names: Vec<&str> = chain.trace.iter().map(|call| call.name).collect();
    let expected = [
        "read_args",
        "storage_cache_bytes32",
        "storage_flush_cache",
        "storage_load_bytes32",
        "emit_log",
        "write_result",
    ];
    assert_eq!(names, expected);
    assert!(chain
        .trace
        .windows(2)
        .all(|pair| pair[0].end_ink > pair[1].start_ink));
}
