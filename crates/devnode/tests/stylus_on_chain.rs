//! Deployment, activation, caching and prices of Stylus programs on the chain.

mod common;

use alloy_sol_types::{SolCall, SolError, SolEvent};
use breakwater_devnode::{
    abi::{ArbSys, ArbWasm, ArbWasmCache},
    stylus_vm::{self, Outcome, PageCounters},
    Address, Bytes, ChainConfig, ChainError, HaltReason, ProgramCache, Status, Tx, ARB_SYS_ADDRESS,
    ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS, DATA_FEE_PER_BYTE, FIXED_ACTIVATION_GAS,
    NETWORK_FEE_ADDRESS, U256,
};
use common::*;
use proptest::prelude::*;

const ANSWER: &[u8] = b"answer";
/// How a call of a program ends that is not active: never activated, or too long ago.
const NOT_ACTIVE: Status = Status::Halted(HaltReason::NotActivated);

fn program() -> Vec<u8> {
    module(&wat(&[Step::AppendBytes(ANSWER.to_vec())], 1))
}

/// Asks a precompiled contract; none if it reverts.
fn ask<C: SolCall>(world: &mut World, to: Address, call: C) -> Option<C::Return> {
    let tx = Tx::call(world.user, to, call.abi_encode());
    let result = world.chain.call(tx).expect("a valid call");
    result
        .is_success()
        .then(|| C::abi_decode_returns(&result.output).expect("the answer is of its type"))
}

fn activation(from: Address, program: Address) -> Tx {
    let call = ArbWasm::activateProgramCall { program };
    Tx::call(from, ARB_WASM_ADDRESS, call.abi_encode())
}

#[test]
fn a_program_that_is_not_active_cannot_be_called() {
    let mut world = World::new();
    let program = world.chain.deploy_stylus(world.user, &program()).unwrap();
    // All gas is taken, of a frame below too, which gives no data.
    let tx = Tx::call(world.user, program, Vec::new()).with_gas_limit(100_000);
    let receipt = world.chain.transact(tx).unwrap();
    assert_eq!(receipt.status, NOT_ACTIVE);
    assert_eq!((receipt.gas_used, receipt.output.len()), (100_000, 0));
    for machine in BOTH {
        let caller = world.deploy(
            machine,
            &[Step::Call(Call {
                gas: Some(50_000),
                ..call(program)
            })],
        );
        let receipt = world.send(caller);
        assert_eq!(words(&receipt.output), [number(0)], "{machine:?}");
        assert!(receipt.gas_used > 71_000, "{machine:?}");
    }
    world.chain.activate(world.user, program).unwrap();
    let receipt = world.send(program);
    assert_eq!(receipt.status, Status::Success);
    assert_eq!(&receipt.output[..], ANSWER);
}

#[test]
fn activation_takes_its_gas_and_its_data_fee_and_gives_the_rest_back() {
    let mut world = World::new();
    let wasm = program();
    let program = world.chain.deploy_stylus(world.user, &wasm).unwrap();
    let figures = *stylus_vm::activate(&wasm).unwrap().figures();
    let fee = world.chain.activation_fee(program).unwrap();
    // The least price, raised by the demand that the program itself is: 2 to 3 percent.
    let least = number(DATA_FEE_PER_BYTE) * number(figures.asm_estimate);
    assert!(fee > least * number(102) / number(100) && fee < least * number(103) / number(100));

    let before = world.chain.balance(world.user);
    let tx = activation(world.user, program).with_value(fee + number(1_000_000));
    let receipt = world.chain.transact(tx).unwrap();
    assert_eq!(receipt.status, Status::Success);
    let paid_for_gas = number(receipt.gas_used * receipt.effective_gas_price);
    assert_eq!(world.chain.balance(world.user), before - paid_for_gas - fee);
    assert_eq!(world.chain.balance(NETWORK_FEE_ADDRESS), fee);
    assert_eq!(world.chain.balance(ARB_WASM_ADDRESS), U256::ZERO);

    let work = FIXED_ACTIVATION_GAS + figures.activation_gas;
    let data = ArbWasm::activateProgramCall { program }.abi_encode();
    let byte_gas = |byte: &u8| if *byte == 0 { 4 } else { 16 };
    let intrinsic = 21_000 + data.iter().map(byte_gas).sum::<u64>();
    // Words of the state: opened, the price on activation, the record, five of the price of data, who gets fees; then the
    // parameters; written are the hash of native code, two of the price of data, the record. One log, three words copied.
    let state = (1 + 1 + 1 + 5 + 1) * 800 + 100 + 4 * 20_000;
    let log = 375 + 2 * 375 + 4 * 32 * 8;
    assert_eq!(receipt.gas_used - work, intrinsic + state + log + 3 * 3);
    let answer = ArbWasm::activateProgramCall::abi_decode_returns(&receipt.output).unwrap();
    assert_eq!((answer.version, answer.dataFee), (2, fee));
    let [log] = &receipt.logs[..] else {
        panic!("one log: {:?}", receipt.logs)
    };
    let event = ArbWasm::ProgramActivated::decode_log(log).unwrap();
    assert_eq!(event.codehash, world.chain.code_hash(program));
    assert_eq!((event.program, event.dataFee), (program, fee));
}

#[test]
fn activation_says_why_it_refuses() {
    let mut world = World::new();
    let user = world.user;
    let active = world.deploy(Machine::Wasm, &[]);
    let evm = world.deploy(Machine::Evm, &[]);
    let poor = world.chain.deploy_stylus(user, &program()).unwrap();
    let fee = world.chain.activation_fee(poor).unwrap();

    let up_to_date = world.chain.transact(activation(user, active)).unwrap();
    assert_eq!(
        up_to_date.output[..],
        ArbWasm::ProgramUpToDate {}.abi_encode()
    );
    let not_wasm = world.chain.transact(activation(user, evm)).unwrap();
    assert_eq!(not_wasm.output[..], ArbWasm::ProgramNotWasm {}.abi_encode());
    let tx = activation(user, poor).with_value(fee - number(1));
    let insufficient = world.chain.transact(tx).unwrap();
    let expected = ArbWasm::ProgramInsufficientValue {
        have: fee - number(1),
        want: fee,
    };
    assert_eq!(insufficient.output[..], expected.abi_encode());
    for receipt in [up_to_date, not_wasm, insufficient] {
        assert_eq!(receipt.status, Status::Reverted);
    }
    let tx = activation(user, poor)
        .with_value(fee)
        .with_gas_limit(1_000_000);
    let receipt = world.chain.transact(tx).unwrap();
    assert_eq!(receipt.status, Status::Reverted);
    assert_eq!(receipt.gas_used, 1_000_000, "too little gas takes all");
    assert_eq!(world.version(poor), None);
}

#[test]
fn a_module_that_activation_refuses_takes_all_gas_and_the_helper_names_the_rule() {
    let mut world = World::new();
    let text = r#"(module (memory (export "memory") 1 1)
        (func $start) (start $start)
        (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#;
    let program = world
        .chain
        .deploy_stylus(world.user, &module(text))
        .unwrap();
    let Err(ChainError::Program(error)) = world.chain.activate(world.user, program) else {
        panic!("the helper refuses")
    };
    assert!(error.to_string().contains("start_function"), "{error}");
    let tx = activation(world.user, program)
        .with_value(number(1_000_000_000_000_000))
        .with_gas_limit(5_000_000);
    let receipt = world.chain.transact(tx).unwrap();
    assert!(matches!(receipt.status, Status::Halted(_)));
    assert_eq!(receipt.gas_used, 5_000_000);

    // No program at all behind the prefix: not a brotli stream.
    let code = [0xef, 0xf0, 0x00, 0x00, 1, 2, 3];
    let garbage = world.chain.deploy(world.user, init_code(&code)).unwrap();
    let receipt = world
        .chain
        .transact(activation(world.user, garbage))
        .unwrap();
    // That costs the fixed price; only what activation refuses takes all gas.
    assert_eq!(receipt.status, Status::Reverted);
    assert!((FIXED_ACTIVATION_GAS..2_000_000).contains(&receipt.gas_used));
    assert_eq!(world.send(garbage).status, NOT_ACTIVE);
}

#[test]
fn a_revert_takes_an_activation_back() {
    let mut world = World::new();
    let program = world.chain.deploy_stylus(world.user, &program()).unwrap();
    let fee = world.chain.activation_fee(program).unwrap();
    let call = ArbWasm::activateProgramCall { program };
    let activate = Call {
        value: fee.to(),
        input: call.abi_encode(),
        ..common::call(ARB_WASM_ADDRESS)
    };
    let reverting = world.deploy(
        Machine::Evm,
        &[Step::CallOrRevert(activate.clone()), Step::Revert],
    );
    let keeping = world.deploy(Machine::Evm, &[Step::CallOrRevert(activate)]);
    for contract in [reverting, keeping] {
        world.chain.set_balance(contract, fee);
    }
    assert_eq!(world.send(reverting).status, Status::Reverted);
    assert_eq!(world.version(program), None);
    assert_eq!(world.chain.balance(reverting), fee);
    assert_eq!(world.send(keeping).status, Status::Success);
    assert_eq!(world.version(program), Some(2));
}

#[test]
fn only_program_code_is_excepted_from_the_ban_on_ef_code() {
    let mut world = World::new();
    for (code, allowed) in [
        (vec![0xef], false),
        (vec![0xef, 0x00], false),
        (vec![0xef, 0xf0, 0x00], false),
        (vec![0xef, 0xf0, 0x01], false),
        (vec![0xef, 0xf0, 0x02], false),
        (vec![0xef, 0xf0, 0x03, 0x00], false),
        (vec![0xef, 0x01, 0x00, 0x00], false),
        (vec![0xef, 0xf0, 0x00, 0x00], true),
        (vec![0xef, 0xf0, 0x01, 0x00], true),
        (vec![0xef, 0xf0, 0x02, 0x00], true),
        (vec![0xfe], true),
    ] {
        let result = world.chain.deploy(world.user, init_code(&code));
        assert_eq!(result.is_ok(), allowed, "{code:02x?}: {result:?}");
        for creator in BOTH {
            let factory = world.deploy(creator, &[Step::Create(init_code(&code), 0)]);
            let created = words(&world.send(factory).output)[0] != U256::ZERO;
            assert_eq!(created, allowed, "{creator:?} creates {code:02x?}");
        }
    }
}

#[test]
fn code_of_24576_bytes_is_the_largest_and_init_code_of_49152() {
    let mut world = World::new();
    assert!(world
        .chain
        .deploy(world.user, init_code(&[0; 24_576]))
        .is_ok());
    assert!(world
        .chain
        .deploy(world.user, init_code(&[0; 24_577]))
        .is_err());
    // Init code that stops at once leaves an empty contract.
    assert!(world.chain.deploy(world.user, vec![0; 49_152]).is_ok());
    let error = world.chain.deploy(world.user, vec![0; 49_153]).unwrap_err();
    assert!(
        matches!(error, ChainError::InvalidTransaction(_)),
        "{error}"
    );
}

/// Entry gas of each run of a program in a transaction.
fn entries(world: &mut World, to: Address) -> Vec<(u64, bool)> {
    let tx = Tx::call(world.user, to, Vec::new());
    let (receipt, trace) = world.chain.transact_traced(tx).unwrap();
    assert_eq!(receipt.status, Status::Success);
    let runs = trace.programs.iter();
    runs.map(|run| (run.entry_gas, run.cached)).collect()
}

#[test]
fn a_program_called_before_in_the_block_is_cached_from_arbos_60_on() {
    for (arbos_version, second) in [(51, false), (60, true)] {
        let mut world = World::with(ChainConfig {
            arbos_version,
            ..ChainConfig::default()
        });
        let inner = world.deploy(Machine::Wasm, &[Step::AppendBytes(ANSWER.to_vec())]);
        let twice = world.deploy(
            Machine::Evm,
            &[
                Step::CallOrRevert(call(inner)),
                Step::CallOrRevert(call(inner)),
            ],
        );
        let wasm = stylus_vm::code::decompress(&world.chain.code(inner)).unwrap();
        let figures = *stylus_vm::activate(&wasm).unwrap().figures();
        let none = PageCounters::default();
        let gas = |cached| (figures.entry_gas(cached, &none), cached);
        assert_eq!(entries(&mut world, twice), [gas(false), gas(second)]);

        // Over two transactions of one block, but not of two blocks.
        world.chain.set_automine(false);
        assert_eq!(entries(&mut world, inner), [gas(false)]);
        assert_eq!(entries(&mut world, inner), [gas(second)]);
        world.chain.mine();
        assert_eq!(entries(&mut world, inner), [gas(false)]);
    }
}

#[test]
fn the_block_cache_holds_the_last_32_programs() {
    let mut world = World::new();
    let programs: Vec<Address> = (0..33)
        .map(|index| world.deploy(Machine::Wasm, &[Step::AppendBytes(vec![index, 1])]))
        .collect();
    world.chain.set_automine(false);
    for program in &programs {
        assert!(!entries(&mut world, *program)[0].1);
    }
    assert!(
        !entries(&mut world, programs[0])[0].1,
        "pushed out by the 33rd"
    );
    assert!(entries(&mut world, programs[32])[0].1);
    assert!(
        !entries(&mut world, programs[1])[0].1,
        "pushed out by the first"
    );
    assert!(entries(&mut world, programs[3])[0].1);
}

#[test]
fn the_cache_manager_makes_a_program_cheaper_until_it_is_evicted() {
    let mut world = World::new();
    let program = world.deploy(Machine::Wasm, &[Step::AppendBytes(ANSWER.to_vec())]);
    let codehash = world.chain.code_hash(program);
    let is_cached = |world: &mut World| {
        ask(
            world,
            ARB_WASM_CACHE_ADDRESS,
            ArbWasmCache::codehashIsCachedCall { codehash },
        )
        .unwrap()
    };
    let cold = entries(&mut world, program)[0];
    assert!(!is_cached(&mut world));
    let receipt = world.chain.cache_program(world.user, program).unwrap();
    let event = ArbWasmCache::UpdateProgramCache::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.codehash, event.cached), (codehash, true));
    assert!(is_cached(&mut world));
    let warm = entries(&mut world, program)[0];
    assert!(warm.0 + 8_000 < cold.0 && warm.1, "{warm:?} {cold:?}");

    let evict = ArbWasmCache::evictCodehashCall { codehash }.abi_encode();
    world.send_with(ARB_WASM_CACHE_ADDRESS, &evict);
    assert!(!is_cached(&mut world));
    assert_eq!(entries(&mut world, program)[0], cold);

    let missing = world
        .chain
        .cache_program(world.user, Address::repeat_byte(9));
    let Err(ChainError::NotSuccessful { output, .. }) = missing else {
        panic!("there is no program: {missing:?}")
    };
    let error = ArbWasm::ProgramNeedsUpgrade {
        version: 0,
        stylusVersion: 2,
    };
    assert_eq!(output[..], error.abi_encode());
}

#[test]
fn page_counters_go_over_nested_frames_and_a_revert_does_not_lower_them() {
    let mut world = World::new();
    let leaf = world.deploy_program(&wat(&[], 20));
    let leaf_figures = *stylus_vm::activate(&module(&wat(&[], 20)))
        .unwrap()
        .figures();
    let none = PageCounters::default();
    let reverting = world.deploy_program(&wat(&[Step::Revert], 20));
    let mut runs_of = |inner| {
        let steps = [Step::Call(call(inner)), Step::Call(call(leaf))];
        let outer = world.deploy_program(&wat(&steps, 10));
        let tx = Tx::call(world.user, outer, Vec::new());
        let (receipt, trace) = world.chain.transact_traced(tx).unwrap();
        assert_eq!(receipt.status, Status::Success);
        trace.programs
    };
    for inner in [leaf, reverting] {
        let runs = runs_of(inner);
        let mut pages = PageCounters::default();
        pages.add(10);
        let mut nested = pages;
        let first = nested.add(20);
        // Closed again, but the most there have been stays.
        nested.restore_open(10);
        let second = nested.add(20);
        assert_eq!(second, 20_000, "the linear part alone");
        assert!(first > second);
        // What remains of an entry without its pages is the program's start, which the second run of `leaf` has cached.
        let (first_start, second_start) = (runs[1].entry_gas - first, runs[2].entry_gas - second);
        match inner == leaf {
            true => assert_eq!(
                first_start - second_start,
                69 * 128 + leaf_figures.init_cost
            ),
            false => assert_eq!(
                second_start,
                leaf_figures.entry_gas(false, &none) - none.cost(20)
            ),
        }
    }
}

#[test]
fn growing_memory_is_paid_on_top_of_what_other_frames_have_open() {
    let mut world = World::new();
    let grower = world.deploy(Machine::Wasm, &[Step::Grow(5)]);
    let alone = world.chain.call(Tx::call(world.user, grower, Vec::new()));
    let outer = world.deploy_program(&wat(&[Step::CallOrRevert(call(grower))], 40));
    let (_, trace) = world
        .chain
        .transact_traced(Tx::call(world.user, outer, Vec::new()))
        .unwrap();
    let grow = |run: &breakwater_devnode::ProgramRun| {
        let calls = run.host_calls.iter();
        let mut grows = calls.filter(|call| call.name == "pay_for_memory_grow");
        let call = grows.next().expect("it grew");
        call.start_ink - call.end_ink
    };
    let (_, direct) = world
        .chain
        .call_traced(Tx::call(world.user, grower, Vec::new()))
        .unwrap();
    assert!(alone.unwrap().is_success());
    let price = |open: u16| {
        let mut pages = PageCounters::default();
        pages.add(open);
        pages.add(1);
        pages.add(5) * 10_000
    };
    assert_eq!(grow(&direct.programs[0]), price(0));
    assert_eq!(grow(&trace.programs[1]), price(40));
}

#[test]
fn arb_wasm_and_arb_sys_answer_what_clients_ask() {
    let mut world = World::new();
    let wasm = program();
    let figures = *stylus_vm::activate(&wasm).unwrap().figures();
    let program = world.chain.deploy_stylus(world.user, &wasm).unwrap();
    let gas_of = ArbWasm::programInitGasCall { program };
    assert!(ask(&mut world, ARB_WASM_ADDRESS, gas_of.clone()).is_none());
    world.chain.activate(world.user, program).unwrap();

    let gas = ask(&mut world, ARB_WASM_ADDRESS, gas_of).unwrap();
    let none = PageCounters::default();
    assert_eq!(gas.gas, figures.entry_gas(false, &none));
    assert_eq!(gas.gasWhenCached, figures.entry_gas(true, &none));
    let pages = ArbWasm::programMemoryFootprintCall { program };
    assert_eq!(ask(&mut world, ARB_WASM_ADDRESS, pages), Some(1));
    let codehash = world.chain.code_hash(program);
    let size = ArbWasm::codehashAsmSizeCall { codehash };
    // The chain keeps it in KiB.
    assert_eq!(
        ask(&mut world, ARB_WASM_ADDRESS, size).map(u64::from),
        Some(figures.asm_estimate.div_ceil(1_024) * 1_024)
    );
    let version = ArbWasm::codehashVersionCall { codehash };
    assert_eq!(ask(&mut world, ARB_WASM_ADDRESS, version), Some(2));
    assert_eq!(
        ask(&mut world, ARB_WASM_ADDRESS, ArbWasm::stylusVersionCall {}),
        Some(2)
    );
    let first = ask(&mut world, ARB_WASM_ADDRESS, ArbWasm::minInitGasCall {}).unwrap();
    assert_eq!((first.gas, first.cached), (8_832, 352));

    let chain_id = ask(&mut world, ARB_SYS_ADDRESS, ArbSys::arbChainIDCall {});
    assert_eq!(chain_id, Some(number(412_346)));
    let block = ask(&mut world, ARB_SYS_ADDRESS, ArbSys::arbBlockNumberCall {});
    assert_eq!(block, Some(number(world.chain.block_number() + 1)));
    // Solidity looks for code before it calls.
    assert!(!world.chain.code(ARB_SYS_ADDRESS).is_empty());
}

#[test]
fn an_activation_lasts_a_year_and_can_be_prolonged_after_a_month() {
    const DAY: u64 = 24 * 60 * 60;
    let mut world = World::new();
    // The chain counts whole hours from here; the first block is 800 seconds past one.
    let age = (world.chain.timestamp() - 1_421_388_000) % 3_600;
    assert_eq!(age, 800);
    let program = world.deploy(Machine::Wasm, &[]);
    let left = ArbWasm::programTimeLeftCall { program };
    assert_eq!(
        ask(&mut world, ARB_WASM_ADDRESS, left.clone()),
        Some(365 * DAY - age)
    );
    let codehash = world.chain.code_hash(program);
    let fee = world.chain.activation_fee(program).unwrap();
    let call = ArbWasm::codehashKeepaliveCall { codehash };
    let keep = Tx::call(world.user, ARB_WASM_ADDRESS, call.abi_encode()).with_value(fee);
    let early = world.chain.transact(keep.clone()).unwrap();
    let error = ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: age };
    assert_eq!(early.output[..], error.abi_encode());

    world.chain.increase_time(31 * DAY).unwrap();
    assert_eq!(
        ask(&mut world, ARB_WASM_ADDRESS, left.clone()),
        Some(334 * DAY - age)
    );
    assert!(world.chain.transact(keep).unwrap().is_success());
    assert_eq!(
        ask(&mut world, ARB_WASM_ADDRESS, left.clone()),
        Some(365 * DAY - age)
    );

    world.chain.increase_time(365 * DAY - age).unwrap();
    assert_eq!(world.send(program).status, Status::Success);
    world.chain.increase_time(1).unwrap();
    assert_eq!(world.send(program).status, NOT_ACTIVE);
    assert_eq!(ask(&mut world, ARB_WASM_ADDRESS, left), None);
    world.chain.activate(world.user, program).unwrap();
    assert_eq!(world.send(program).status, Status::Success);
}

#[test]
fn precompiles_refuse_unknown_methods_rubbish_and_writes_in_a_static_context() {
    let mut world = World::new();
    let program = world.chain.deploy_stylus(world.user, &program()).unwrap();
    let activate = ArbWasm::activateProgramCall { program }.abi_encode();
    let call = |kind, to| Call {
        input: activate.clone(),
        gas: Some(10_000_000),
        ..Call::new(kind, to)
    };
    let caller = world.deploy(
        Machine::Evm,
        &[
            Step::Call(call(Kind::Static, ARB_WASM_ADDRESS)),
            Step::Call(call(Kind::Delegate, ARB_WASM_ADDRESS)),
        ],
    );
    let receipt = world.send(caller);
    assert_eq!(words(&receipt.output), [number(0), number(0)]);
    for address in [ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS] {
        for data in [
            &[][..],
            &[1, 2, 3],
            &[0xff; 4],
            &[0xff; 400],
            &activate[..20],
        ] {
            assert!(
                !world.send_with(address, data).is_success(),
                "{address} {data:?}"
            );
        }
    }
}

#[test]
fn a_program_is_compiled_once_for_all_chains_that_share_a_cache() {
    let programs = std::sync::Arc::new(ProgramCache::default());
    let config = ChainConfig {
        programs: programs.clone(),
        ..ChainConfig::default()
    };
    for _ in 0..2 {
        let mut world = World::with(config.clone());
        for _ in 0..2 {
            let program = world.deploy(Machine::Wasm, &[Step::AppendBytes(ANSWER.to_vec())]);
            assert_eq!(&world.send(program).output[..], ANSWER);
        }
    }
    assert_eq!(programs.len(), 1);
}

#[test]
fn a_chain_with_an_empty_compile_cache_still_runs_its_active_programs() {
    let mut world = World::new();
    let program = world.deploy(Machine::Wasm, &[Step::AppendBytes(ANSWER.to_vec())]);
    // As after a restart: the state says active, nothing is compiled.
    let mut other = World::with(ChainConfig {
        programs: std::sync::Arc::default(),
        ..ChainConfig::default()
    });
    let state = breakwater_devnode::ARBOS_STATE_ADDRESS;
    let slot = U256::from_be_bytes(world.chain.code_hash(program).0);
    other.chain.set_code(program, world.chain.code(program));
    let record = world.chain.storage(state, slot);
    other.chain.set_storage(state, slot, record);
    assert_eq!(&other.send(program).output[..], ANSWER);
}

#[test]
fn a_trace_shows_each_run_with_its_host_calls_and_why_it_failed() {
    let mut world = World::new();
    let inner = world.deploy(Machine::Wasm, &[Step::Store(1, 2), Step::Fail]);
    let outer = world.deploy(Machine::Wasm, &[Step::Call(call(inner))]);
    let tx = Tx::call(world.user, outer, b"in".to_vec());
    let (receipt, trace) = world.chain.transact_traced(tx.clone()).unwrap();
    assert!(receipt.is_success());
    let [first, second] = &trace.programs[..] else {
        panic!("two runs: {trace:?}")
    };
    assert_eq!((first.depth, second.depth), (0, 1));
    assert_eq!((first.address, second.address), (outer, inner));
    assert_eq!(
        (second.caller, second.calldata.clone()),
        (outer, Bytes::new())
    );
    assert_eq!(first.outcome, Some(Outcome::Return));
    assert_eq!(second.outcome, Some(Outcome::Failure));
    assert!(second.failure.is_some());
    assert_eq!(first.output, receipt.output);
    let names: Vec<_> = second.host_calls.iter().map(|call| call.name).collect();
    assert_eq!(
        names,
        ["read_args", "storage_cache_bytes32", "storage_flush_cache"]
    );
    assert!(first.ink_start > first.ink_left);
    // Tracing changes nothing: the run failed, so the slot is zero again.
    let again = world.chain.transact(tx).unwrap();
    assert_eq!(again.gas_used, receipt.gas_used);
}

#[test]
fn storage_gas_and_refunds_of_a_program_are_those_of_the_evm() {
    // From 1 to 0 in a frame below: 4800 come back, at most a fifth of all.
    for machine in BOTH {
        let mut world = World::new();
        let inner = world.deploy(machine, &[Step::Store(1, 0)]);
        let outer = world.deploy(Machine::Wasm, &[Step::CallOrRevert(call(inner))]);
        let cost = |world: &mut World, value: u64| {
            world.chain.set_storage(inner, number(1), number(value));
            let result = world.chain.call(Tx::call(world.user, outer, Vec::new()));
            result.unwrap().gas_used
        };
        // Zero to zero costs 2100 + 100, one to zero 2100 + 2900 - 4800.
        let unchanged = cost(&mut world, 0);
        let cleared = cost(&mut world, 1);
        assert_eq!(unchanged - 2_200, cleared + 4_800 - 5_000, "{machine:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_module_is_refused_or_runs_but_the_chain_goes_on(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let steps = [Step::Store(1, 2), Step::Log(1, 2), Step::AppendBytes(ANSWER.to_vec())];
        let mut wasm = module(&wat(&steps, 1));
        for (index, byte) in damage {
            let at = index.index(wasm.len());
            wasm[at] = byte;
        }
        if let Some(cut) = cut {
            wasm.truncate(cut.index(wasm.len()));
        }
        let mut world = World::new();
        let program = world.chain.deploy_stylus(world.user, &wasm).unwrap();
        let active = world.chain.activate(world.user, program).is_ok();
        let tx = Tx::call(world.user, program, vec![7; 40]).with_gas_limit(1_000_000);
        let receipt = world.chain.transact(tx).unwrap();
        prop_assert!(active || receipt.status == NOT_ACTIVE);
        prop_assert!(receipt.gas_used <= 1_000_000);
        let to = world.chain.accounts()[1];
        prop_assert!(world.send(to).is_success());
    }

    #[test]
    fn any_bytes_behind_the_prefix_of_a_program_are_refused_or_activated(
        bytes in proptest::collection::vec(any::<u8>(), 1..200),
    ) {
        let mut world = World::new();
        let code = [&[0xef, 0xf0, 0x00][..], &bytes].concat();
        let program = world.chain.deploy(world.user, init_code(&code)).unwrap();
        let tx = activation(world.user, program)
            .with_value(number(1_000_000_000_000_000))
            .with_gas_limit(10_000_000);
        let receipt = world.chain.transact(tx).unwrap();
        prop_assert_eq!(receipt.is_success(), world.version(program).is_some());
        prop_assert_eq!(receipt.is_success(), world.chain.activate(world.user, program).is_err_and(|error| {
            matches!(error, ChainError::NotSuccessful { .. })
        }));
    }
}
