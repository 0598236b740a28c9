//! Programs in fragments (ArbOS 60 and later): deployment, activation, calls.

mod common;

use alloy_sol_types::{SolCall, SolError};
use breakwater_devnode::{
    abi::ArbWasm,
    stylus_vm::code::{self, CodeLimits, Fragments, MAX_CODE_SIZE, MAX_WASM_SIZE},
    Address, ChainConfig, HaltReason, ProgramCache, Receipt, Status, Tx, ARB_WASM_ADDRESS,
    FIXED_ACTIVATION_GAS,
};
use common::*;

/// A module whose data does not compress: it answers with the last byte of it.
fn large(bytes: usize) -> Vec<u8> {
    // xorshift64: any fixed sequence without patterns
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut data = String::new();
    for _ in 0..bytes {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        data.push_str(&format!("\\{:02x}", random as u8));
    }
    module(&format!(
        r#"(module
          (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
          (memory (export "memory") 4 4)
          (data (i32.const 0) "{data}")
          (func (export "user_entrypoint") (param i32) (result i32)
            (call $write_result (i32.const {}) (i32.const 1))
            (i32.const 0)))"#,
        bytes - 1
    ))
}

fn world(arbos_version: u64) -> World {
    World::with(ChainConfig {
        arbos_version,
        programs: std::sync::Arc::new(ProgramCache::default()),
        ..ChainConfig::default()
    })
}

fn deploy(world: &mut World, code: &[u8]) -> Address {
    let code = init_code(code);
    world.chain.deploy(world.user, code).expect("it deploys")
}

/// Deploys fragments and root.
fn deploy_large(world: &mut World, wasm: &[u8]) -> (Address, Vec<Address>) {
    let fragments = Fragments::of(wasm).expect("memory");
    let addresses: Vec<Address> = fragments
        .codes
        .iter()
        .map(|code| deploy(world, code))
        .collect();
    let root = deploy(world, &fragments.root(&addresses));
    (root, addresses)
}

fn activation(world: &World, program: Address) -> Tx {
    let data = ArbWasm::activateProgramCall { program }.abi_encode();
    Tx::call(world.user, ARB_WASM_ADDRESS, data).with_value(number(1_000_000_000_000_000_000))
}

fn activate(world: &mut World, program: Address) -> Receipt {
    let tx = activation(world, program);
    world.chain.transact(tx).expect("a valid transaction")
}

#[test]
fn a_program_too_large_for_one_account_runs_from_its_fragments() {
    let wasm = large(40_000);
    let mut world = world(60);
    assert!(
        world.chain.deploy_stylus(world.user, &wasm).is_err(),
        "too large"
    );
    let (root, fragments) = deploy_large(&mut world, &wasm);
    assert_eq!(fragments.len(), 2);
    assert!(matches!(
        world.send(root).status,
        Status::Halted(HaltReason::NotActivated)
    ));
    world.chain.activate(world.user, root).unwrap();
    let receipt = world.send(root);
    assert_eq!(receipt.status, Status::Success);
    assert_eq!(receipt.output.len(), 1);
    // Compiled once, for as many calls as there are.
    assert_eq!(world.send(root).output, receipt.output);
    assert_eq!(world.chain.config().programs.len(), 1);
}

#[test]
fn activation_pays_for_reading_each_fragment_and_warms_it() {
    let mut world = world(60);
    let wasm = large(40_000);
    let (root, fragments) = deploy_large(&mut world, &wasm);
    let figures = *breakwater_devnode::stylus_vm::activate(&wasm)
        .unwrap()
        .figures();
    let read: u64 = fragments
        .iter()
        .map(|fragment| 2_600 + 3 * (world.chain.code(*fragment).len() as u64).div_ceil(32))
        .sum();
    let gas_used = activate(&mut world, root).gas_used;
    // The same module in one piece would pay the rest: see the test of activation in stylus_on_chain.
    let rest = gas_used - FIXED_ACTIVATION_GAS - figures.activation_gas - read;
    assert!((110_000..113_000).contains(&rest), "{rest}");

    // With a fragment that is warm already.
    let mut other = self::world(60);
    let (root, fragments) = deploy_large(&mut other, &wasm);
    let mut tx = activation(&other, root);
    tx.access_list = vec![(fragments[0], Vec::new())];
    let warm = other.chain.transact(tx).unwrap().gas_used;
    assert_eq!(warm, gas_used + 2_400 - 2_500, "2400 for the list");
}

#[test]
fn fragments_cannot_be_activated_or_called_and_nothing_of_this_exists_before_arbos_60() {
    let mut world = world(60);
    let (_, fragments) = deploy_large(&mut world, &large(40_000));
    let receipt = activate(&mut world, fragments[0]);
    assert_eq!(receipt.status, Status::Reverted);
    assert!(receipt.output.is_empty());
    let receipt = world.send(fragments[0]);
    assert!(
        matches!(receipt.status, Status::Halted(_)),
        "EF is no instruction"
    );

    let mut older = self::world(51);
    for code in [
        &[0xef, 0xf0, 0x01, 7][..],
        &[0xef, 0xf0, 0x02, 0, 0, 0, 0, 1],
    ] {
        let refused = older.chain.deploy(older.user, init_code(code));
        assert!(refused.is_err(), "{code:?}");
        // What stands there nevertheless is no program.
        let at = Address::repeat_byte(0x77);
        older.chain.set_code(at, code.to_vec());
        let receipt = activate(&mut older, at);
        assert_eq!(
            (receipt.status, receipt.output.len()),
            (Status::Reverted, 0)
        );
        assert!(matches!(
            older.send(at).status,
            Status::Halted(HaltReason::OpcodeNotFound)
        ));
    }
}

#[test]
fn a_root_that_does_not_hold_together_is_refused_and_gas_is_kept() {
    let mut world = world(60);
    let wasm = large(40_000);
    let fragments = Fragments::of(&wasm).expect("memory");
    let addresses: Vec<Address> = fragments
        .codes
        .iter()
        .map(|code| deploy(&mut world, code))
        .collect();
    let (first, second) = (addresses[0], addresses[1]);
    let good = fragments.root(&addresses);
    let mut other_length = good.clone();
    other_length[7] ^= 1;
    let mut too_long = good.clone();
    too_long[4..8].copy_from_slice(&(MAX_WASM_SIZE as u32 + 1).to_be_bytes());
    let mut dictionary = good.clone();
    dictionary[3] = 9;
    for (what, root) in [
        ("cut", good[..7].to_vec()),
        ("half an address", good[..38].to_vec()),
        ("no fragment", good[..8].to_vec()),
        ("one too many", fragments.root(&[first, second, second])),
        ("swapped", fragments.root(&[second, first])),
        (
            "no code",
            fragments.root(&[first, Address::repeat_byte(0x55)]),
        ),
        ("another length", other_length),
        ("beyond the limit", too_long),
        ("unknown dictionary", dictionary),
    ] {
        let root = deploy(&mut world, &root);
        let receipt = activate(&mut world, root);
        assert_eq!(receipt.status, Status::Reverted, "{what}");
        assert!(receipt.gas_used < 5_000_000, "{what}: {}", receipt.gas_used);
        assert!(
            world.chain.activation_fee(root).is_err()
                || what == "one too many"
                || what == "beyond the limit"
        );
        assert!(!world.send(root).is_success(), "{what}");
    }
    let root = deploy(&mut world, &good);
    assert!(activate(&mut world, root).is_success());
    let again = activate(&mut world, root);
    assert_eq!(again.output[..], ArbWasm::ProgramUpToDate {}.abi_encode());
}

#[test]
fn arbos_61_takes_four_fragments_and_modules_of_256_kib() {
    // More data than this, and the cost of starting it would be beyond what the chain can record.
    let wasm = large(86_000);
    assert!(wasm.len() < MAX_WASM_SIZE);
    for (arbos_version, accepted) in [(60, false), (61, true)] {
        let mut world = world(arbos_version);
        let (root, fragments) = deploy_large(&mut world, &wasm);
        assert_eq!(fragments.len(), 4);
        assert_eq!(
            activate(&mut world, root).is_success(),
            accepted,
            "ArbOS {arbos_version}"
        );
    }
    // In one piece, the limit on the module is the same.
    let long = module(&format!(
        r#"(module (memory (export "memory") 1 1) {}
          (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#,
        format!("(func {})", "nop ".repeat(44_000)).repeat(3)
    ));
    assert!(long.len() > MAX_WASM_SIZE);
    for (arbos_version, accepted) in [(51, false), (60, false), (61, true)] {
        let mut world = world(arbos_version);
        let program = world.chain.deploy_stylus(world.user, &long).unwrap();
        assert_eq!(
            activate(&mut world, program).is_success(),
            accepted,
            "ArbOS {arbos_version}"
        );
    }
}

#[test]
fn the_code_of_fragments_and_roots_is_as_documented() {
    let wasm = large(30_000);
    let fragments = Fragments::of(&wasm).expect("memory");
    assert_eq!(fragments.codes[0].len(), MAX_CODE_SIZE);
    assert!(fragments
        .codes
        .iter()
        .all(|code| code.starts_with(&[0xef, 0xf0, 0x01])));
    let root = fragments.root(&[Address::repeat_byte(1)]);
    let mut expected = vec![0xef, 0xf0, 0x02, 0];
    expected.extend((wasm.len() as u32).to_be_bytes());
    expected.extend([1; 20]);
    assert_eq!(root, expected);
    assert!(code::is_root(&root) && !code::is_root(&root[..3]) && !code::is_program(&root));
    assert_eq!(CodeLimits::of_arbos(59).fragments, 0);
}

#[test]
fn two_chains_with_other_code_in_a_fragment_do_not_share_what_it_compiles_to() {
    let programs = std::sync::Arc::new(ProgramCache::default());
    let mut outputs = Vec::new();
    for bytes in [40_000, 40_001] {
        let mut world = World::with(ChainConfig {
            programs: programs.clone(),
            ..ChainConfig::default()
        });
        let wasm = large(bytes);
        let fragments = Fragments::of(&wasm).expect("memory");
        let at = [Address::repeat_byte(0x81), Address::repeat_byte(0x82)];
        for (address, code) in at.iter().zip(&fragments.codes) {
            world.chain.set_code(*address, code.clone());
        }
        let root = Address::repeat_byte(0x80);
        world.chain.set_code(root, fragments.root(&at));
        world.chain.activate(world.user, root).unwrap();
        outputs.push(world.send(root).output);
    }
    assert_ne!(outputs[0], outputs[1]);
    assert_eq!(programs.len(), 2);
}
