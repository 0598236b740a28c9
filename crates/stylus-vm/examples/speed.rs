//! Measures the interpreter: instructions a second of a tight loop, and runs a second of one program call.
//!
//! `speed [MODULE.wat CALLDATA_HEX]` times calls of a module; without arguments only the loop.

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use alloy_primitives::hex;
use breakwater_stylus_vm::{activate, prepare::without_custom_sections};
use support::{program, Chain};

/// Sums 1 to n; nine instructions a round.
const LOOP: &str = r#"(module
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $n i32) (result i32)
    (local $sum i32)
    (local.set $n (i32.const 10000000))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.eqz (local.get $sum))))"#;
const LOOP_INSTRUCTIONS: f64 = 9.0 * 10_000_000.0;
const RUNS: u32 = 20_000;
const GAS: u64 = 1 << 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut chain, address) = Chain::with(program(LOOP));
    let start = Instant::now();
    let result = chain.call(address, &[], GAS);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "loop: {:?}, {:.1} million instructions/s",
        result.outcome,
        LOOP_INSTRUCTIONS / seconds / 1e6
    );

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [path, calldata] = arguments.as_slice() {
        let wasm = without_custom_sections(&wat::parse_file(path)?)?;
        let start = Instant::now();
        let program = activate(&wasm)?;
        println!("activate: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
        let calldata = hex::decode(calldata)?;
        let (mut chain, address) = Chain::with(program);
        let start = Instant::now();
        let mut outcome = None;
        for _ in 0..RUNS {
            chain.trace.clear();
            chain.state.logs.clear();
            outcome = Some(chain.call(address, &calldata, GAS));
        }
        let seconds = start.elapsed().as_secs_f64();
        let gas = outcome.as_ref().map(|result| GAS - result.gas_left);
        println!(
            "calls: {:?}, {gas:?} gas, {:.0} runs/s",
            outcome.map(|result| result.outcome),
            f64::from(RUNS) / seconds
        );
    }
    Ok(())
}
