//! Prints how many transactions a second the chain executes on this machine.
//!
//! `cargo run --release -p breakwater-devnode --example throughput`

use std::time::{Duration, Instant};

use breakwater_devnode::{stylus_vm::prepare, Address, Chain, ChainConfig, ChainError, Tx, U256};

/// Time spent on each measurement.
const PERIOD: Duration = Duration::from_secs(2);

/// A program that stores the length of its calldata and runs a loop of about `6 * rounds` instructions.
fn program(rounds: u32) -> String {
    format!(
        r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (local $i i32)
    (call $read_args (i32.const 256))
    (if (i32.const {rounds}) (then
      (loop $next
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (i32.const {rounds}))))))
    (i32.store8 (i32.const 63) (local.get $len))
    (call $cache (i32.const 0) (i32.const 32))
    (call $flush (i32.const 0))
    (call $write_result (i32.const 32) (i32.const 32))
    (i32.const 0)))
"#
    )
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let mut chain = Chain::new(ChainConfig::default());
    println!("{:<44}{:>12.1?}", "new chain", started.elapsed());
    let accounts: Vec<Address> = chain.accounts().to_vec();
    let [user, other, ..] = accounts[..] else {
        return Err("two accounts are needed".into());
    };
    let transfer = Tx::transfer(user, other, U256::from(1));
    measure("transfer", &mut chain, &transfer)?;
    for (name, rounds) in [
        ("program, hardly any instruction, one store", 0),
        ("program, 100,000 instructions, one store", 100_000 / 7),
    ] {
        let wasm = prepare::prepare(&wat::parse_str(program(rounds))?)?;
        let address = chain.deploy_stylus(user, &wasm)?;
        chain.activate(user, address)?;
        measure(name, &mut chain, &Tx::call(user, address, vec![1; 36]))?;
    }
    let started = Instant::now();
    let snapshot = chain.snapshot();
    chain.revert_to(snapshot)?;
    println!("{:<44}{:>12.1?}", "snapshot and back", started.elapsed());
    Ok(())
}

fn measure(name: &str, chain: &mut Chain, tx: &Tx) -> Result<(), ChainError> {
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < PERIOD {
        let receipt = chain.transact(tx.clone())?;
        if !receipt.is_success() {
            return Err(ChainError::Internal(format!("{name}: {}", receipt.status)));
        }
        count += 1;
    }
    let each = started.elapsed() / count;
    let rate = 1.0 / each.as_secs_f64();
    println!("{name:<44}{rate:>12.0} transactions/s {each:>12.1?} each");
    Ok(())
}
