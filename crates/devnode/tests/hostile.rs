//! Programs made to break the machine: each ends as a refused activation or a failed transaction, in bounded time, and the
//! chain lives on.

mod common;

use std::time::{Duration, Instant};

use breakwater_devnode::{
    stylus_vm::{
        activate,
        code::{compress, Fragments, MAX_CODE_SIZE},
    },
    Address, ChainConfig, HaltReason, Status, Tx, U256,
};
use common::*;
use proptest::prelude::*;

/// Far more than anything here takes, even on a slow machine without optimisation.
const BOUND: Duration = Duration::from_secs(60);
const GAS: u64 = 32_000_000;

fn bounded<T>(what: &str, body: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = body();
    let time = started.elapsed();
    assert!(time < BOUND, "{what} took {time:?}");
    result
}

/// The chain still does its work.
fn lives_on(world: &mut World) {
    let to = world.chain.accounts()[1];
    let tx = Tx::transfer(world.user, to, number(1));
    assert!(world.chain.transact(tx).unwrap().is_success());
}

/// Deploys and activates a program with this body of `user_entrypoint`, and memory that can grow.
fn deploy(world: &mut World, body: &str) -> Address {
    world.deploy_program(&format!(
        r#"(module
          (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
          (memory (export "memory") 1)
          (func (export "user_entrypoint") (param $len i32) (result i32) {body} (i32.const 0)))"#
    ))
}

#[test]
fn a_program_that_never_ends_ends_with_its_gas() {
    let mut world = World::new();
    for body in [
        "(loop $forever (br $forever))",
        "(loop $forever (drop (memory.grow (i32.const 0))) (br $forever))",
        "(loop $forever (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $forever))",
        "(loop $forever (memory.copy (i32.const 1) (i32.const 0) (i32.const 65535)) (br $forever))",
    ] {
        let program = deploy(&mut world, body);
        let receipt = bounded(body, || world.send(program));
        assert!(
            matches!(receipt.status, Status::Halted(HaltReason::OutOfGas(_))),
            "{body}"
        );
        assert_eq!(receipt.gas_used, GAS);
        lives_on(&mut world);
    }
}

#[test]
fn memory_grown_to_the_limit_in_a_loop_is_paid_up_to_128_pages_and_no_further() {
    let mut world = World::with(ChainConfig {
        transaction_gas_limit: 1 << 45,
        account_balance: U256::MAX >> 8,
        ..ChainConfig::default()
    });
    for step in [1, 7, 127, 65_535] {
        let body = format!("(loop $more (drop (memory.grow (i32.const {step}))) (br $more))");
        let program = deploy(&mut world, &body);
        let receipt = bounded(&body, || world.send(program));
        // The page behind the last one costs more than any gas.
        assert!(
            matches!(receipt.status, Status::Halted(HaltReason::OutOfGas(_))),
            "{step}"
        );
        lives_on(&mut world);
    }
}

#[test]
fn deep_recursion_inside_a_program_is_out_of_stack() {
    let mut world = World::new();
    let program = world.deploy_program(
        r#"(module (memory (export "memory") 1 1)
          (table 1 funcref) (elem (i32.const 0) $down)
          (func $down (param i32) (result i32)
            (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0)))
          (func (export "user_entrypoint") (param i32) (result i32) (call $down (local.get 0))))"#,
    );
    let receipt = bounded("recursion", || world.send(program));
    assert!(matches!(
        receipt.status,
        Status::Halted(HaltReason::StackOverflow)
    ));
    lives_on(&mut world);
}

#[test]
fn recursion_across_the_machines_ends_on_a_small_native_stack() {
    let thread = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(|| {
            let mut world = World::with(ChainConfig {
                transaction_gas_limit: 1 << 50,
                account_balance: U256::MAX >> 8,
                ..ChainConfig::default()
            });
            let at: Vec<Address> = (1..=4).map(Address::repeat_byte).collect();
            for (index, address) in at.iter().enumerate() {
                let next = at[(index + 1) % at.len()];
                let machine = BOTH[index % 2];
                let stand_in = world.deploy(machine, &[Step::Call(Call::new(Kind::Call, next))]);
                let code = world.chain.code(stand_in);
                world.chain.set_code(*address, code);
            }
            let receipt = bounded("recursion", || world.send(at[0]));
            lives_on(&mut world);
            receipt.is_success()
        });
    assert!(
        thread.unwrap().join().unwrap(),
        "the outermost frame sees a failed call and returns"
    );
}

#[test]
fn a_thousand_calls_of_a_program_in_one_transaction_leave_no_page_open() {
    let mut world = World::new();
    let leaf = deploy(&mut world, "(drop (memory.grow (i32.const 3)))");
    let steps = vec![Step::Call(call(leaf)); 100];
    let caller = world.deploy(Machine::Evm, &steps);
    let tx = Tx::call(world.user, caller, Vec::new());
    let (receipt, trace) = world.chain.transact_traced(tx).unwrap();
    assert!(receipt.is_success());
    let gas: Vec<u64> = trace.programs[2..]
        .iter()
        .map(|run| run.entry_gas)
        .collect();
    assert!(gas.windows(2).all(|pair| pair[0] == pair[1]), "{gas:?}");
}

#[test]
fn decompression_bombs_are_cut_off_at_the_limit_of_the_module() {
    let mut world = World::new();
    // As many zeros as one account's code can unpack to, and more than any module may have.
    let bomb = compress(&vec![0; 64 << 20]).unwrap();
    assert!(bomb.len() < MAX_CODE_SIZE);
    let at = world.chain.deploy(world.user, init_code(&bomb)).unwrap();
    let error = bounded("unpacking", || world.chain.activate(world.user, at)).unwrap_err();
    assert!(
        error.to_string().contains("larger than 262144 bytes"),
        "{error}"
    );
    // The same in fragments, with a root that lies about the length.
    let fragments = Fragments::of(&vec![0; 64 << 20]).unwrap();
    let parts: Vec<Address> = fragments
        .codes
        .iter()
        .map(|code| world.chain.deploy(world.user, init_code(code)).unwrap())
        .collect();
    for said in [0_u32, 1_000, 262_144, u32::MAX] {
        let mut root = fragments.root(&parts);
        root[4..8].copy_from_slice(&said.to_be_bytes());
        let root = world.chain.deploy(world.user, init_code(&root)).unwrap();
        let program = breakwater_devnode::abi::ArbWasm::activateProgramCall { program: root };
        let data = alloy_sol_types::SolCall::abi_encode(&program);
        let tx = Tx::call(world.user, breakwater_devnode::ARB_WASM_ADDRESS, data);
        let receipt = bounded("unpacking", || world.chain.transact(tx)).unwrap();
        assert_eq!(receipt.status, Status::Reverted, "{said}");
        lives_on(&mut world);
    }
}

/// Modules at or beyond some limit, as text.
fn extremes() -> Vec<(&'static str, String)> {
    let module = |items: &str| {
        format!(
            r#"(module {items} (memory (export "memory") 1 1)
              (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#
        )
    };
    let nested = |open: &str, close: &str, depth: usize| {
        module(&format!(
            "(func {}{})",
            open.repeat(depth),
            close.repeat(depth)
        ))
    };
    let table = |targets: usize| {
        module(&format!(
            "(func (block (br_table {} 0 (i32.const 0))))",
            "0 ".repeat(targets)
        ))
    };
    let types: String = (0..1_000)
        .map(|index| format!("(type (func (param {})))", "i64 ".repeat(index % 100)))
        .collect();
    vec![
        ("blocks", nested("block ", "end ", 2_000)),
        ("loops", nested("loop ", "end ", 2_000)),
        ("ifs", nested("i32.const 0 if ", "end ", 1_500)),
        ("a branch table", table(60_000)),
        ("a branch table of a million", table(1_000_000)),
        ("functions", module(&"(func)".repeat(4_095))),
        (
            "globals",
            module(&"(global (mut i64) (i64.const 0))".repeat(32_000)),
        ),
        ("types", module(&types)),
        (
            "parameters",
            module(&format!("(func (param {}))", "i64 ".repeat(1_000))),
        ),
        (
            "results",
            module(&format!(
                "(func (result {}) unreachable)",
                "i64 ".repeat(1_000)
            )),
        ),
        (
            "operands",
            module(&format!(
                "(func {}{})",
                "i64.const 0 ".repeat(4_000),
                "drop ".repeat(4_000)
            )),
        ),
        ("segments", module(&"(data (i32.const 0) \"\")".repeat(128))),
    ]
}

#[test]
fn modules_at_and_beyond_the_limits_are_refused_or_run_in_bounded_time() {
    for (what, text) in extremes() {
        let wasm = module(&text);
        bounded(what, || {
            let _ = activate(&wasm);
        });
        let mut world = World::new();
        let Ok(program) = world.chain.deploy_stylus(world.user, &wasm) else {
            continue;
        };
        if bounded(what, || world.chain.activate(world.user, program)).is_ok() {
            assert!(bounded(what, || world.send(program)).is_success(), "{what}");
        }
        lives_on(&mut world);
    }
}

/// A module with some of everything, so that damage has something to hit.
fn rich() -> Vec<u8> {
    module(
        r#"(module
          (import "vm_hooks" "read_args" (func $read_args (param i32)))
          (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
          (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
          (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
          (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
          (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
          (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
          (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
          (table 4 funcref)
          (memory (export "memory") 1 9)
          (global $g (mut i64) (i64.const 7))
          (elem (i32.const 1) $sum $loop)
          (data (i32.const 8) "some bytes of data")
          (func $sum (param i32) (result i32) (local i64 i32)
            (if (result i32) (local.get 0)
              (then (i32.add (local.get 0) (call $sum (i32.sub (local.get 0) (i32.const 1)))))
              (else (i32.const 1))))
          (func $loop (param i32) (result i32) (local $i i32)
            (block $out (loop $next
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_table $out $next $next $out (i32.and (local.get $i) (i32.const 3)))))
            (memory.fill (i32.const 100) (i32.const 1) (local.get $i))
            (memory.copy (i32.const 200) (i32.const 100) (local.get $i))
            (drop (memory.grow (i32.const 1)))
            (local.get $i))
          (func (export "user_entrypoint") (param $len i32) (result i32)
            (call $read_args (i32.const 1000))
            (call $load (i32.const 0) (i32.const 32))
            (global.set $g (i64.mul (global.get $g) (i64.load (i32.const 1000))))
            (i64.store (i32.const 32) (global.get $g))
            (call $store (i32.const 0) (i32.const 32))
            (call $flush (i32.const 0))
            (call $log (i32.const 0) (i32.const 64) (i32.const 1))
            (drop (call $call (i32.const 64) (i32.const 0) (i32.const 4) (i32.const 2000) (i64.const 5000) (i32.const 96)))
            (call $write_result (i32.const 0) (call_indirect (param i32) (result i32) (i32.const 5) (i32.const 1)))
            (drop (call_indirect (param i32) (result i32) (i32.const 5) (i32.const 2)))
            (i32.const 0)))"#,
    )
}

/// The sections of a module: where each begins and ends.
fn sections(wasm: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 8;
    while at < wasm.len() {
        let (mut len, mut shift, mut next) = (0_usize, 0, at + 1);
        loop {
            let byte = wasm[next];
            next += 1;
            len |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        ranges.push(at..next + len);
        at = next + len;
    }
    ranges
}

/// What is done to a module.
#[derive(Clone, Debug)]
enum Damage {
    Byte(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    /// Five bytes that read as a huge number.
    Huge(prop::sample::Index),
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, u8),
    Repeat(prop::sample::Index, u8),
    Swap(prop::sample::Index, prop::sample::Index),
    DropSection(prop::sample::Index),
    DoubleSection(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(index, byte)| Damage::Byte(index, byte)),
        4 => (at(), 0..8_u8).prop_map(|(index, bit)| Damage::Flip(index, bit)),
        1 => at().prop_map(Damage::Huge),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), 1..9_u8).prop_map(|(index, len)| Damage::Remove(index, len)),
        1 => (at(), 1..9_u8).prop_map(|(index, len)| Damage::Repeat(index, len)),
        1 => (at(), at()).prop_map(|(one, other)| Damage::Swap(one, other)),
        1 => at().prop_map(Damage::DropSection),
        1 => at().prop_map(Damage::DoubleSection),
    ]
}

fn damaged(mut wasm: Vec<u8>, damages: Vec<Damage>) -> Vec<u8> {
    let whole = sections(&wasm);
    for damage in damages {
        let len = wasm.len();
        if len < 9 {
            break;
        }
        match damage {
            Damage::Byte(index, byte) => wasm[index.index(len)] = byte,
            Damage::Flip(index, bit) => wasm[index.index(len)] ^= 1 << bit,
            Damage::Huge(index) => {
                let at = index.index(len);
                wasm.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f]);
            }
            Damage::Cut(index) => wasm.truncate(index.index(len)),
            Damage::Remove(index, count) => {
                let at = index.index(len);
                wasm.drain(at..(at + usize::from(count)).min(len));
            }
            Damage::Repeat(index, count) => {
                let at = index.index(len);
                let part = wasm[at..(at + usize::from(count)).min(len)].to_vec();
                wasm.splice(at..at, part);
            }
            Damage::Swap(one, other) => {
                let (one, other) = (one.get(&whole).clone(), other.get(&whole).clone());
                if one.end <= other.start && other.end <= len {
                    let between = wasm[one.end..other.start].to_vec();
                    let parts = [&wasm[other.clone()], &between, &wasm[one.clone()]].concat();
                    wasm.splice(one.start..other.end, parts);
                }
            }
            Damage::DropSection(index) => {
                let range = index.get(&whole);
                if range.end <= len {
                    wasm.drain(range.clone());
                }
            }
            Damage::DoubleSection(index) => {
                let range = index.get(&whole);
                if range.end <= len {
                    let part = wasm[range.clone()].to_vec();
                    wasm.splice(range.end..range.end, part);
                }
            }
        }
    }
    wasm
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_modules_are_refused_or_run_to_an_end_and_the_chain_lives_on(
        damages in proptest::collection::vec(damage(), 1..4),
        data in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let wasm = damaged(rich(), damages);
        let mut world = World::new();
        let program = world.chain.deploy_stylus(world.user, &wasm).unwrap();
        let active = bounded("activation", || world.chain.activate(world.user, program)).is_ok();
        let tx = Tx::call(world.user, program, data).with_gas_limit(3_000_000);
        let receipt = bounded("the call", || world.chain.transact(tx)).unwrap();
        prop_assert!(active || receipt.status == Status::Halted(HaltReason::NotActivated));
        prop_assert!(receipt.gas_used <= 3_000_000);
        lives_on(&mut world);
    }
}

#[test]
fn the_module_that_is_damaged_above_is_whole_and_does_all_that_it_says() {
    let mut world = World::new();
    let program = world.chain.deploy_stylus(world.user, &rich()).unwrap();
    world.chain.activate(world.user, program).unwrap();
    let receipt = world.send_with(program, &[9; 40]);
    assert!(receipt.is_success(), "{receipt:?}");
    assert_eq!((receipt.logs.len(), receipt.output.len()), (1, 16));
    assert_eq!(
        sections(&rich()).last().map(|range| range.end),
        Some(rich().len())
    );
}
