//! Limits of activation on both sides of each, what the chain accepts though it looks odd, and rules by ArbOS version.

use breakwater_stylus_vm::{activate, activate_with, ActivationRules, RefusalClass};

/// A module with `items` in it.
fn module(items: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            {items}
            (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#
    );
    wat::parse_str(text).expect("valid text")
}

fn refusal(items: &str) -> Option<RefusalClass> {
    activate(&module(items)).err().map(|error| error.class)
}

/// Accepted with `most` of something, refused for a limit with one more.
fn limit(what: &str, most: usize, items: impl Fn(usize) -> String) {
    assert_eq!(refusal(&items(most)), None, "{most} {what}");
    assert_eq!(
        refusal(&items(most + 1)),
        Some(RefusalClass::Limit),
        "{} {what}",
        most + 1
    );
}

#[test]
fn each_limit_is_met_exactly() {
    limit("locals", 348, |count| {
        format!("(func (local {}))", "i32 ".repeat(count))
    });
    limit("table entries", 4_096, |count| {
        format!("(table {count} funcref)")
    });
    // The entry function is one of them.
    limit("functions besides", 4_095, |count| "(func)".repeat(count));
    // Four are added.
    limit("globals", 32_768 - 4, |count| {
        "(global i32 (i32.const 0))".repeat(count)
    });
    limit("data segments", 128, |count| {
        "(data (i32.const 0) \"x\")".repeat(count)
    });
    limit("element segments", 128, |count| {
        format!(
            "(table 1 funcref) (func $f) {}",
            "(elem (i32.const 0) $f)".repeat(count)
        )
    });
    // Six bytes before the indices (flags, offset, count of two bytes), then one each.
    limit("bytes of an element segment", 4_096 - 6, |count| {
        format!(
            "(table 4096 funcref) (func $f) (elem (i32.const 0) {})",
            "$f ".repeat(count)
        )
    });
    // Memory and entry function are exported too.
    limit("exports besides", 1_022, |count| {
        (0..count)
            .map(|index| format!("(func (export \"f{index}\"))"))
            .collect()
    });
    limit("bytes in a name", 512, |count| {
        format!("(func (export \"{}\"))", "n".repeat(count))
    });
    // The two values of the check before the block are gone by then.
    limit("values on the stack", 4_096, |count| {
        format!(
            "(func {} {})",
            "i32.const 0 ".repeat(count),
            "drop ".repeat(count)
        )
    });
    // One block: 12 for its check, 12 and 5 for the depth; `end` is an instruction too.
    limit("instructions", 65_536 - 12 - 12 - 5 - 1, |count| {
        format!("(func {})", "nop ".repeat(count))
    });
}

#[test]
fn imports_are_limited_too() {
    let import = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    assert_eq!(refusal(&import.repeat(513)), None);
    assert_eq!(refusal(&import.repeat(514)), Some(RefusalClass::Limit));
}

#[test]
fn segments_must_fit_into_the_memory_and_the_table_as_they_are_at_the_start() {
    let out = Some(RefusalClass::SegmentOutOfBounds);
    assert_eq!(refusal(r#"(data (i32.const 65530) "sixsix")"#), None);
    assert_eq!(refusal(r#"(data (i32.const 65536) "")"#), None);
    assert_eq!(refusal(r#"(data (i32.const 65531) "sixsix")"#), out);
    assert_eq!(refusal(r#"(data (i32.const -1) "")"#), out);
    let table =
        |offset: i32| format!("(table 3 funcref) (func $f) (elem (i32.const {offset}) $f $f)");
    assert_eq!(refusal(&table(1)), None);
    assert_eq!(refusal(&table(2)), out);
    assert_eq!(refusal(&table(-1)), out);
}

#[test]
fn passive_segments_that_nothing_uses_are_accepted_and_count_in_the_figures() {
    let passive = activate(&module(r#"(data "0123456789")"#)).expect("accepted");
    let without = activate(&module("")).expect("accepted");
    // 12 bytes with flags and length: 12 * 75244 / 100000
    let (more, less) = (passive.figures(), without.figures());
    assert_eq!(more.cached_cost - less.cached_cost, 9);
    assert_eq!(refusal("(table 1 funcref) (func $f) (elem func $f)"), None);
    // A data count section stands in a module only if an instruction needs it.
    assert_eq!(
        refusal(r#"(data $d "x") (func (data.drop $d))"#),
        Some(RefusalClass::UnsupportedInstruction)
    );
}

#[test]
fn a_host_function_imported_twice_must_have_one_type() {
    let import = r#"(import "vm_hooks" "msg_value" (func (type $a)))"#;
    let other = r#"(import "vm_hooks" "msg_value" (func (type $b)))"#;
    let types = "(type $a (func (param i32))) (type $b (func (param i32)))";
    assert_eq!(refusal(&format!("{types} {import} {import}")), None);
    assert_eq!(
        refusal(&format!("{types} {import} {other}")),
        Some(RefusalClass::ImportSignature)
    );
}

#[test]
fn reserved_names_and_collisions_look_at_what_follows_the_last_double_underscore() {
    let import = r#"(import "vm_hooks" "msg_value" (func (param i32)))"#;
    let export = |name: &str| refusal(&format!("{import} (func (export {name:?}))"));
    for name in ["a__stylus", "stylus", "stylusx", "a__b__stylus_"] {
        assert_eq!(export(name), Some(RefusalClass::ReservedName), "{name}");
    }
    for name in [
        "msg_value",
        "x__msg_value",
        "a__b__msg_value",
        "__msg_value",
    ] {
        assert_eq!(export(name), Some(RefusalClass::ExportCollision), "{name}");
    }
    for name in [
        "stylus__a",
        "a_stylus",
        "Stylus",
        "msg_value__a",
        "xmsg_value",
        "",
    ] {
        let expected = name
            .starts_with("stylus")
            .then_some(RefusalClass::ReservedName);
        assert_eq!(export(name), expected, "{name}");
    }
    assert_eq!(
        refusal(r#"(import "vm_hooks" "stylus_x" (func))"#),
        Some(RefusalClass::ReservedName)
    );
}

#[test]
fn multiple_values_are_accepted_until_arbos_60() {
    let items = [
        "(func (result i32 i32) (i32.const 1) (i32.const 2))",
        "(func (i32.const 1) (block (param i32) (drop)))",
        "(func (drop (drop (block (result i32 i32) (i32.const 1) (i32.const 2)))))",
    ];
    for item in items {
        let wasm = module(item);
        for (version, accepted) in [(50, true), (51, true), (59, true), (60, false), (61, false)] {
            let verdict = activate_with(&wasm, ActivationRules::of_arbos(version));
            assert_eq!(verdict.is_ok(), accepted, "ArbOS {version}: {item}");
            if let Err(error) = verdict {
                assert_eq!(error.class, RefusalClass::FeatureNotEnabled);
            }
        }
    }
    let single = module("(func (result i32) (block (result i32) (i32.const 1)))");
    assert!(activate_with(&single, ActivationRules::of_arbos(61)).is_ok());
}

#[test]
fn a_cost_that_the_chain_s_record_cannot_hold_is_refused() {
    // 70 functions of 900 parameters: 63,000 * 1059 / 1000 = 66,717
    let functions = |count: usize| {
        let parameters = "i32 ".repeat(900);
        format!("(func (param {parameters}))").repeat(count)
    };
    assert_eq!(refusal(&functions(60)), None);
    assert_eq!(refusal(&functions(70)), Some(RefusalClass::Limit));
}

#[test]
fn damaged_names_in_the_name_section_are_refused_and_other_custom_sections_are_not_read() {
    let section = |name: &str, content: &[u8]| {
        let bare = breakwater_stylus_vm::prepare::without_custom_sections(&module(""));
        let mut wasm = bare.expect("a module");
        let mut data = vec![name.len() as u8];
        data.extend(name.as_bytes());
        data.extend(content);
        wasm.extend([0, data.len() as u8]);
        wasm.extend(data);
        wasm
    };
    // Subsection 0, three bytes: a name of two.
    assert!(activate(&section("name", &[0, 3, 2, b'a', b'b'])).is_ok());
    // A length that reaches beyond the section.
    assert!(activate(&section("name", &[0, 9, 2, b'a', b'b'])).is_err());
    assert!(activate(&section("nama", &[0, 9, 2, b'a', b'b'])).is_ok());
}

#[test]
fn float_types_are_accepted_and_float_arithmetic_is_not_even_in_dead_code() {
    let float = Some(RefusalClass::FloatOperation);
    for (item, expected) in [
        ("(func (param f32 f64) (local f32 f64))", None),
        ("(func (drop (f64.load (i32.const 0))))", None),
        ("(func (f32.store (i32.const 0) (f32.const 1)))", None),
        ("(func (drop (i32.reinterpret_f32 (f32.const 1))))", None),
        ("(global f64 (f64.const 1))", None),
        ("(func (drop (f32.neg (f32.const 1))))", float),
        ("(func (drop (f64.eq (f64.const 1) (f64.const 1))))", float),
        ("(func (drop (f64.promote_f32 (f32.const 1))))", float),
        ("(func (drop (i64.trunc_f64_u (f64.const 1))))", float),
        ("(func (drop (f32.convert_i64_u (i64.const 1))))", float),
        ("(func (return) (drop (f32.sqrt (f32.const 1))))", float),
        ("(func (drop (i64.trunc_sat_f32_u (f32.const 1))))", float),
    ] {
        assert_eq!(refusal(item), expected, "{item}");
    }
}
