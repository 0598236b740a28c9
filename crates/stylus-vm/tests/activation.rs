//! What activation refuses, and that nothing makes it panic.

use breakwater_stylus_vm::{activate, RefusalClass};

/// A module that is accepted; the refused ones differ from it in one place.
const GOOD: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
  (table 2 2 funcref)
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 3))
  (elem (i32.const 0) $helper)
  (data (i32.const 8) "some bytes")
  (func $helper (param i32) (result i32) (local i64)
    (block (loop (br_if 1 (local.get 0)) (br 0)))
    (memory.copy (i32.const 0) (i32.const 8) (i32.const 4))
    (if (result i32) (local.get 0) (then (return (i32.const 1))) (else (memory.grow (i32.const 0)))))
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const 0))
    (call_indirect (param i32) (result i32) (local.get $len) (global.get $count)))
  ;; more
)"#;

fn refusal(from: &str, to: &str) -> Option<RefusalClass> {
    let text = GOOD.replace(from, to);
    assert!(
        from.is_empty() || text != GOOD,
        "{from} is not in the module"
    );
    activate(&wat::parse_str(&text).expect(to))
        .err()
        .map(|error| error.class)
}

/// [`refusal`] of the module with one more item.
fn refusal_with(item: &str) -> Option<RefusalClass> {
    refusal(";; more", item)
}

#[test]
fn the_unchanged_module_is_accepted_with_other_exports_and_without_growth_unpaid() {
    assert_eq!(refusal(";; more", ""), None);
    assert_eq!(refusal_with(r#"(func (export "helper__x"))"#), None);
    assert_eq!(
        refusal(
            "(import \"vm_hooks\" \"pay_for_memory_grow\" (func $pay (param i32)))",
            ""
        ),
        Some(RefusalClass::MissingImport)
    );
}

#[test]
fn each_rule_refuses_with_its_class() {
    use RefusalClass::*;
    let many_locals = format!("(func (local {}))", "i32 ".repeat(349));
    let deep = format!(
        "(func {} {})",
        "i32.const 0 ".repeat(4_097),
        "drop ".repeat(4_097)
    );
    let long = format!("(func {})", "nop ".repeat(66_000));
    let long_name = format!(r#"(func (export "{}"))"#, "n".repeat(513));
    for (item, class) in [
        (
            "(func (drop (i8x16.splat (i32.const 0))))",
            FeatureNotEnabled,
        ),
        (
            "(func (return_call $helper2)) (func $helper2)",
            FeatureNotEnabled,
        ),
        ("(func (param externref))", FeatureNotEnabled),
        (
            "(func (drop (table.get 0 (i32.const 0))))",
            FeatureNotEnabled,
        ),
        ("(table 1 1 funcref)", FeatureNotEnabled),
        ("(memory 1 1)", FeatureNotEnabled),
        (
            "(func (unreachable) (drop (f32.add (f32.const 1) (f32.const 2))))",
            FloatOperation,
        ),
        (
            "(func (drop (i32.trunc_sat_f32_s (f32.const 1))))",
            FloatOperation,
        ),
        (
            "(func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
            UnsupportedInstruction,
        ),
        (
            "(data $passive \"x\") (func (data.drop $passive))",
            UnsupportedInstruction,
        ),
        ("(start $nothing) (func $nothing)", StartFunction),
        (r#"(func (export "read_args"))"#, ExportCollision),
        (r#"(func (export "vm_hooks__read_args"))"#, ExportCollision),
        (r#"(func (export "stylus_ink_left"))"#, ReservedName),
        (r#"(func (export "a__stylus"))"#, ReservedName),
        (&many_locals, Limit),
        (&deep, Limit),
        (&long, Limit),
        (&long_name, Limit),
    ] {
        let shown: String = item.chars().take(60).collect();
        assert_eq!(refusal_with(item), Some(class), "{shown}");
    }
    const READ_ARGS: &str = r#"(import "vm_hooks" "read_args" (func $read_args (param i32)))"#;
    const ENTRY: &str = r#"(func (export "user_entrypoint") (param $len i32) (result i32)"#;
    const MEMORY: &str = r#"(memory (export "memory") 1)"#;
    let other_type = format!(r#"(import "vm_hooks" "msg_value" (func (param i64))) {READ_ARGS}"#);
    let other_kind = format!(r#"(import "vm_hooks" "word" (global i32)) {READ_ARGS}"#);
    let other_entry =
        r#"(func (export "user_entrypoint") (param i64)) (func (param $len i32) (result i32)"#;
    for (from, to, class) in [
        (
            READ_ARGS,
            r#"(import "vm_hooks" "no_such" (func $read_args (param i32)))"#,
            UnknownImport,
        ),
        (
            READ_ARGS,
            r#"(import "console" "read_args" (func $read_args (param i32)))"#,
            UnknownImport,
        ),
        (READ_ARGS, &other_type, ImportSignature),
        (READ_ARGS, &other_kind, ImportKind),
        (MEMORY, "(memory 1)", MemoryExport),
        (MEMORY, r#"(memory (export "memory") 129)"#, MemoryLimit),
        (ENTRY, "(func (param $len i32) (result i32)", Entrypoint),
        (ENTRY, other_entry, Entrypoint),
        ("(table 2 2 funcref)", "(table 4097 4097 funcref)", Limit),
    ] {
        assert_eq!(refusal(from, to), Some(class), "{to}");
    }
}

#[test]
fn no_damaged_module_makes_activation_panic() {
    // Without the names: a module cut where a custom section begins is a whole one.
    let named = wat::parse_str(GOOD).expect("valid text");
    let good = breakwater_stylus_vm::prepare::without_custom_sections(&named).expect("a module");
    // Only the cut before the last section leaves a whole module.
    let whole = (0..good.len())
        .filter(|len| activate(&good[..*len]).is_ok())
        .count();
    assert_eq!(whole, 1);
    // xorshift64: any fixed sequence will do
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % bound as u64) as usize
    };
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut damaged = good.clone();
        for _ in 0..1 + next(3) {
            let place = 8 + next(damaged.len() - 8);
            damaged[place] = next(256) as u8;
        }
        accepted += usize::from(activate(&damaged).is_ok());
    }
    // Constants, offsets and data can change without harm: the damage does reach modules that go all the way.
    assert!(accepted > 100, "{accepted}");
}

#[test]
fn custom_sections_count_in_the_length_and_nowhere_else() {
    let bare = wat::parse_str(GOOD).expect("valid text");
    let bare = breakwater_stylus_vm::prepare::without_custom_sections(&bare).expect("a module");
    let mut padded = bare.clone();
    // id 0, 5 bytes: a name of 1 byte and 3 bytes of content
    padded.extend([0, 5, 1, b'x', 1, 2, 3]);
    let (bare_figures, padded_figures) = (
        *activate(&bare).expect("accepted").figures(),
        *activate(&padded).expect("accepted").figures(),
    );
    assert_eq!(padded_figures.wasm_len, bare_figures.wasm_len + 7);
    assert_eq!(padded_figures.first_added_global, 1);
    assert!(padded_figures.asm_estimate > bare_figures.asm_estimate);
}
