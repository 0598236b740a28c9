//! Code on the chain, and what a build does before.

use breakwater_stylus_vm::{
    activate,
    code::{compress, decompress, decompress_at_most, is_program, CodeError, MAX_WASM_SIZE},
    prepare::{prepare, without_custom_sections},
};
use wasm_encoder::{CodeSection, Function, Instruction, Module, RawSection};
use wasmparser::{Parser, Payload};

const TABLE_CALL: &str = r#"(module
  (table 1 1 funcref)
  (memory (export "memory") 1 1)
  (elem (i32.const 0) $seven)
  (func $seven (param i32) (result i32) (i32.const 7))
  (func $named (export "user_entrypoint") (param i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))"#;

#[test]
fn what_is_compressed_comes_back_and_looks_like_a_program() {
    let wasm = wat::parse_str(TABLE_CALL).expect("valid text");
    let code = compress(&wasm).expect("memory");
    assert!(code.starts_with(&[0xef, 0xf0, 0x00, 0x00]) && is_program(&code));
    assert_eq!(decompress(&code), Ok(wasm));
}

#[test]
fn a_stream_that_would_grow_past_the_limit_is_cut_off() {
    let code = compress(&vec![0; 64 * MAX_WASM_SIZE]).expect("memory");
    assert!(
        code.len() < MAX_WASM_SIZE / 100,
        "a bomb is small: {}",
        code.len()
    );
    assert_eq!(
        decompress(&code),
        Err(CodeError::TooLarge {
            limit: MAX_WASM_SIZE
        })
    );
    let exact = compress(&vec![1; 1_000]).expect("memory");
    assert_eq!(
        decompress_at_most(&exact, 1_000).map(|wasm| wasm.len()),
        Ok(1_000)
    );
    assert_eq!(
        decompress_at_most(&exact, 999),
        Err(CodeError::TooLarge { limit: 999 })
    );
}

#[test]
fn what_is_not_a_program_or_not_supported_is_told_apart() {
    assert_eq!(decompress(&[]), Err(CodeError::NotAProgram));
    assert_eq!(decompress(&[0xef, 0xf0, 0x00]), Err(CodeError::NotAProgram));
    assert_eq!(decompress(&[0x60, 0x00, 0x60]), Err(CodeError::NotAProgram));
    assert_eq!(
        decompress(&[0xef, 0xf0, 0x00, 1, 0]),
        Err(CodeError::DictionaryNotSupported)
    );
    assert_eq!(
        decompress(&[0xef, 0xf0, 0x00, 2, 0]),
        Err(CodeError::UnknownDictionary(2))
    );
    assert_eq!(decompress(&[0xef, 0xf0, 0x01, 9]), Err(CodeError::Fragment));
    assert_eq!(
        decompress(&[0xef, 0xf0, 0x02, 0]),
        Err(CodeError::NotAProgram)
    );
}

#[test]
fn damaged_and_cut_streams_are_errors() {
    let wasm = wat::parse_str(TABLE_CALL).expect("valid text");
    let code = compress(&wasm).expect("memory");
    for len in 4..code.len() {
        assert!(
            matches!(decompress(&code[..len]), Err(CodeError::Malformed(_))),
            "{len} bytes"
        );
    }
    for place in 4..code.len() {
        let mut damaged = code.clone();
        damaged[place] ^= 0x5a;
        // Any answer but the module itself, and no panic.
        assert_ne!(decompress(&damaged).as_ref(), Ok(&wasm), "byte {place}");
    }
}

/// The module as recent compilers write it: the table index of `call_indirect` padded to five bytes.
fn with_padded_table_index(wasm: &[u8]) -> Vec<u8> {
    let mut module = Module::new();
    let mut code = CodeSection::new();
    let mut function = Function::new([]);
    function
        .instruction(&Instruction::I32Const(7))
        .instruction(&Instruction::End);
    code.function(&function);
    let mut function = Function::new([]);
    function
        .instruction(&Instruction::LocalGet(0))
        .instruction(&Instruction::I32Const(0));
    function
        .raw([0x11, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00])
        .instruction(&Instruction::End);
    code.function(&function);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a valid module") {
            Payload::CodeSectionStart { .. } => {
                module.section(&code);
            }
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    module.section(&RawSection {
                        id,
                        data: &wasm[range.start as usize..range.end as usize],
                    });
                }
            }
        }
    }
    module.finish()
}

#[test]
fn the_padded_table_index_of_recent_compilers_is_refused_as_it_is_and_accepted_once_prepared() {
    let plain = wat::parse_str(TABLE_CALL).expect("valid text");
    let padded = with_padded_table_index(&plain);
    assert!(activate(&padded).is_err());
    let prepared = prepare(&padded).expect("a module");
    assert!(activate(&prepared).is_ok());
    assert_eq!(prepared, without_custom_sections(&plain).expect("a module"));
    assert!(prepared.len() < plain.len(), "names are dropped");
}

#[test]
fn preparing_twice_changes_nothing_and_what_is_no_module_is_an_error() {
    let once = prepare(&wat::parse_str(TABLE_CALL).expect("valid text")).expect("a module");
    assert_eq!(prepare(&once), Ok(once.clone()));
    assert!(prepare(b"not a module").is_err());
    assert!(prepare(&once[..once.len() - 3]).is_err());
}
