//! What instructions, blocks, bytes, depth and pages cost. The expected figures are sums of the published prices.

mod support;

use breakwater_stylus_vm::{Outcome, PageCounters};
use support::{program, Chain};

const INK_PRICE: u64 = 10_000;
const GAS: u64 = 1_000_000;
/// Ink of a basic block on top of its instructions.
const BLOCK: u64 = 2_450;

/// Ink that a module with this body of `user_entrypoint` uses.
fn ink_of(body: &str) -> u64 {
    let (mut chain, address) = Chain::with(program(&module(body)));
    let result = chain.call(address, &[], GAS);
    assert_eq!(result.outcome, Outcome::Return, "{body}");
    result.ink_start - result.ink_left
}

fn module(body: &str) -> String {
    format!(
        r#"(module
            (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) (local i32) {body}))"#
    )
}

#[test]
fn a_straight_program_pays_for_its_one_block_at_once() {
    assert_eq!(ink_of("i32.const 0"), BLOCK + 1 + 1);
    // const, const, i32.mul, const, i32.and, end
    assert_eq!(
        ink_of("(i32.and (i32.mul (i32.const 3) (i32.const 4)) (i32.const 0))"),
        BLOCK + 4 + 160 + 70
    );
}

#[test]
fn every_round_of_a_loop_pays_its_block() {
    let rounds = |count: u64| {
        ink_of(&format!(
            "(local.set 1 (i32.const {count}))
             (loop (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
             i32.const 0"
        ))
    };
    // local.get, i32.const, i32.sub, local.tee, br_if
    let round = BLOCK + 75 + 1 + 70 + 75 + 765;
    assert_eq!(rounds(50) - rounds(7), 43 * round);
}

#[test]
fn a_branch_to_the_end_of_a_block_does_not_pay_for_the_block_that_holds_the_end() {
    let taken =
        ink_of("(block (br_if 0 (i32.const 1)) (drop (i64.popcnt (i64.const 1)))) i32.const 0");
    let passed =
        ink_of("(block (br_if 0 (i32.const 0)) (drop (i64.popcnt (i64.const 1)))) i32.const 0");
    // i64.const, i64.popcnt, drop, end
    assert_eq!(passed - taken, BLOCK + 1 + 6_000 + 9 + 1);
}

#[test]
fn bulk_memory_pays_for_each_byte() {
    let fill = |count: u64| {
        ink_of(&format!(
            "(memory.fill (i32.const 0) (i32.const 7) (i32.const {count})) i32.const 0"
        ))
    };
    assert_eq!(fill(0), BLOCK + 3 + 950 + 1 + 1);
    assert_eq!(fill(1_000) - fill(0), 1_000 * 100);
}

#[test]
fn bulk_memory_is_paid_before_it_traps() {
    let body = "(memory.copy (i32.const 0) (i32.const 65536) (i32.const 50)) i32.const 0";
    let (mut chain, address) = Chain::with(program(&module(body)));
    let result = chain.call(address, &[], GAS);
    assert_eq!(result.outcome, Outcome::Failure);
    assert_eq!(
        result.ink_start - result.ink_left,
        BLOCK + 3 + 950 + 1 + 1 + 50 * 100
    );
}

#[test]
fn one_ink_too_few_takes_all_and_no_more_gas_than_needed_is_asked() {
    // 2452 ink: less than one gas.
    let (mut chain, address) = Chain::with(program(&module("i32.const 0")));
    assert_eq!(chain.call(address, &[], 0).outcome, Outcome::OutOfInk);
    let result = chain.call(address, &[], 1);
    assert_eq!(result.outcome, Outcome::Return);
    assert_eq!(
        (result.ink_left, result.gas_left),
        (INK_PRICE - BLOCK - 2, 0)
    );
}

#[test]
fn endless_recursion_is_out_of_stack_with_much_ink_and_out_of_ink_with_little() {
    let recursive = r#"(module
        (memory (export "memory") 1 1)
        (func $down (param i32) (result i32) (call $down (local.get 0)))
        (func (export "user_entrypoint") (param i32) (result i32) (call $down (local.get 0))))"#;
    let (mut chain, address) = Chain::with(program(recursive));
    let deep = chain.call(address, &[], GAS * 100);
    assert_eq!(deep.outcome, Outcome::OutOfStack);
    assert_eq!((deep.ink_left, deep.gas_left_to_caller), (0, 0));
    assert!(deep
        .ink_at_stop
        .is_some_and(|ink| ink > 0 && ink < deep.ink_start));
    let short = chain.call(address, &[], 100);
    assert_eq!(
        (short.outcome, short.ink_at_stop),
        (Outcome::OutOfInk, None)
    );
}

#[test]
fn as_many_frames_fit_as_the_words_of_the_stack_say_and_not_one_more() {
    let calls = |count: u32| {
        let wat = format!(
            r#"(module
                (memory (export "memory") 1 1)
                (global $left (mut i32) (i32.const {count}))
                (func $down
                  (br_if 0 (i32.eqz (global.get $left)))
                  (global.set $left (i32.sub (global.get $left) (i32.const 1)))
                  (call $down))
                (func (export "user_entrypoint") (param i32) (result i32) (call $down) (i32.const 0)))"#
        );
        let (mut chain, address) = Chain::with(program(&wat));
        chain.call(address, &[], GAS).outcome
    };
    // Both functions hold at most two values, those of the check before a block, and four words are fixed. A frame
    // fits while more words than its own are left.
    let frame = 2 + 4;
    let fitting = (22_000 - 1) / frame;
    // The entry function and the first call of `$down` are not among the calls counted.
    assert_eq!(calls(fitting - 2), Outcome::Return);
    assert_eq!(calls(fitting - 1), Outcome::OutOfStack);
}

#[test]
fn growth_of_the_memory_is_priced_by_the_transaction_s_counters_and_stops_at_128_pages() {
    let wat = r#"(module
        (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
        (memory (export "memory") 1)
        (func (export "user_entrypoint") (param $pages i32) (result i32)
          (i32.ne (memory.grow (local.get $pages)) (i32.const 1))))"#;
    let (mut chain, address) = Chain::with(program(wat));
    let mut grow = |pages: usize| {
        chain.pages = PageCounters::default();
        let result = chain.call(address, &vec![0; pages], 1 << 40);
        (result.outcome, result.ink_start - result.ink_left)
    };
    let (_, free) = grow(1);
    let (outcome, priced) = grow(20);
    assert_eq!(outcome, Outcome::Return);
    assert_eq!(priced - free, PageCounters::new(1, 1).cost(20) * INK_PRICE);
    assert_eq!(grow(127).0, Outcome::Return);
    assert_eq!(grow(128).0, Outcome::OutOfInk);
}

#[test]
fn pages_of_a_program_are_closed_when_it_ends_and_remembered_as_the_most() {
    let wat = r#"(module (memory (export "memory") 9 9)
        (func (export "user_entrypoint") (param i32) (result i32) unreachable))"#;
    let (mut chain, address) = Chain::with(program(wat));
    assert_eq!(chain.call(address, &[], GAS).outcome, Outcome::Failure);
    assert_eq!(chain.pages, PageCounters::new(0, 9));
}

#[test]
fn float_moves_are_accepted_but_no_ink_pays_for_them() {
    let body = "(if (local.get 0) (then (drop (f64.const 1.5)))) i32.const 0";
    let (mut chain, address) = Chain::with(program(&module(body)));
    assert_eq!(chain.call(address, &[], GAS).outcome, Outcome::Return);
    assert_eq!(
        chain.call(address, &[1], u64::MAX).outcome,
        Outcome::OutOfInk
    );
}
