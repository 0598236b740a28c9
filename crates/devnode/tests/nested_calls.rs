//! Calls between EVM contracts and Stylus programs, in every combination.

mod common;

use breakwater_devnode::{stylus_vm::Outcome, Address, ChainConfig, Status, Tx, U256};
use common::*;

/// Every pair of caller and callee.
fn pairs() -> impl Iterator<Item = (Machine, Machine)> {
    BOTH.into_iter()
        .flat_map(|caller| BOTH.into_iter().map(move |callee| (caller, callee)))
}

#[test]
fn a_call_gives_back_what_the_callee_returned_and_who_called_it() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let inner = world.deploy(
            callee,
            &[
                Step::AppendCaller,
                Step::AppendOrigin,
                Step::AppendAddress,
                Step::AppendValue,
                Step::AppendTimestamp,
                Step::AppendBlockNumber,
                Step::AppendBaseFee,
            ],
        );
        let outer = world.deploy(caller, &[Step::Call(call(inner))]);
        let receipt = world.send(outer);
        assert_eq!(receipt.status, Status::Success, "{caller:?} -> {callee:?}");
        let chain = &world.chain;
        assert_eq!(
            words(&receipt.output),
            [
                number(1),
                address_word(outer),
                address_word(world.user),
                address_word(inner),
                number(0),
                number(chain.timestamp()),
                number(chain.l1_block_number()),
                number(chain.config().base_fee),
            ],
            "{caller:?} -> {callee:?}"
        );
    }
}

#[test]
fn calldata_reaches_a_contract_through_one_of_the_other_kind() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        // The identity precompile shows what came through.
        let identity = Address::with_last_byte(4);
        let forward = |to| Call {
            forward: true,
            ..call(to)
        };
        let inner = world.deploy(callee, &[Step::CallOrRevert(forward(identity))]);
        let outer = world.deploy(caller, &[Step::CallOrRevert(forward(inner))]);
        let data: Vec<u8> = (0..100).collect();
        assert_eq!(world.send_with(outer, &data).output.to_vec(), data);
    }
}

#[test]
fn revert_data_comes_up_through_four_frames_of_both_kinds() {
    for first in BOTH {
        let mut world = World::new();
        let order = match first {
            Machine::Evm => [Machine::Wasm, Machine::Evm, Machine::Wasm, Machine::Evm],
            Machine::Wasm => [Machine::Evm, Machine::Wasm, Machine::Evm, Machine::Wasm],
        };
        let reason = b"forty bytes that say what has gone wrong".to_vec();
        let [innermost, rest @ ..] = order;
        let mut top = world.deploy(
            innermost,
            &[Step::AppendBytes(reason.clone()), Step::Revert],
        );
        for machine in rest {
            top = world.deploy(machine, &[Step::CallOrRevert(call(top))]);
        }
        let receipt = world.send(top);
        assert_eq!(receipt.status, Status::Reverted, "{first:?} first");
        assert_eq!(receipt.output.to_vec(), reason, "{first:?} first");
    }
}

#[test]
fn a_caller_that_catches_a_revert_sees_its_data_and_goes_on() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let inner = world.deploy(callee, &[Step::AppendBytes(b"no".to_vec()), Step::Revert]);
        let outer = world.deploy(
            caller,
            &[
                Step::Call(call(inner)),
                Step::AppendBytes(b"!".to_vec()),
                Step::Store(1, 7),
            ],
        );
        let receipt = world.send(outer);
        let mut expected = vec![0; 32];
        expected.extend(b"no!");
        assert_eq!(receipt.status, Status::Success);
        assert_eq!(
            receipt.output.to_vec(),
            expected,
            "{caller:?} -> {callee:?}"
        );
        assert_eq!(world.chain.storage(outer, number(1)), number(7));
    }
}

#[test]
fn a_failed_call_leaves_no_storage_log_balance_or_transient_trace() {
    for (caller, callee) in pairs() {
        for end in [Step::Revert, Step::Fail] {
            let mut world = World::new();
            let sink = Address::repeat_byte(0x51);
            let deepest = world.deploy(callee, &[Step::Store(3, 3), Step::Log(3, 3)]);
            let inner = world.deploy(
                callee,
                &[
                    Step::Store(1, 2),
                    Step::StoreTransient(1, 2),
                    Step::Log(1, 2),
                    Step::CallOrRevert(Call {
                        value: 5,
                        ..call(sink)
                    }),
                    Step::CallOrRevert(call(deepest)),
                    end.clone(),
                ],
            );
            // Delegate: the failing code acts on the caller's own storage.
            let delegate = Call {
                gas: Some(500_000),
                ..Call::new(Kind::Delegate, inner)
            };
            let outer = world.deploy(
                caller,
                &[
                    Step::Store(1, 9),
                    Step::Log(9, 9),
                    Step::Call(Call {
                        value: 100,
                        gas: Some(500_000),
                        ..call(inner)
                    }),
                    Step::AppendTransient(1),
                    Step::Call(delegate),
                    Step::AppendTransient(1),
                    Step::AppendStorage(1),
                ],
            );
            world.chain.set_balance(outer, number(1_000));
            let receipt = world.send(outer);
            let case = format!("{caller:?} -> {callee:?}, {end:?}");
            assert_eq!(receipt.status, Status::Success, "{case}");
            assert_eq!(
                words(&receipt.output),
                [number(0), number(0), number(0), number(0), number(9)],
                "{case}"
            );
            assert_eq!(receipt.logs.len(), 1, "{case}");
            assert_eq!(world.chain.storage(inner, number(1)), U256::ZERO, "{case}");
            assert_eq!(
                world.chain.storage(deepest, number(3)),
                U256::ZERO,
                "{case}"
            );
            assert_eq!(world.chain.storage(outer, number(1)), number(9), "{case}");
            assert_eq!(world.chain.balance(outer), number(1_000), "{case}");
            assert_eq!(world.chain.balance(inner), U256::ZERO, "{case}");
            assert_eq!(world.chain.balance(sink), U256::ZERO, "{case}");
        }
    }
}

#[test]
fn a_delegate_call_acts_with_storage_address_sender_and_value_of_the_caller() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let library = world.deploy(
            callee,
            &[
                Step::Store(1, 42),
                Step::Log(5, 6),
                Step::AppendAddress,
                Step::AppendCaller,
                Step::AppendValue,
            ],
        );
        let outer = world.deploy(
            caller,
            &[
                Step::CallOrRevert(Call::new(Kind::Delegate, library)),
                Step::AppendStorage(1),
            ],
        );
        let tx = Tx::call(world.user, outer, Vec::new()).with_value(number(77));
        let receipt = world.chain.transact(tx).unwrap();
        assert_eq!(
            words(&receipt.output),
            [
                address_word(outer),
                address_word(world.user),
                number(77),
                number(42)
            ],
            "{caller:?} -> {callee:?}"
        );
        assert_eq!(world.chain.storage(outer, number(1)), number(42));
        assert_eq!(world.chain.storage(library, number(1)), U256::ZERO);
        assert_eq!(receipt.logs[0].address, outer);
        assert_eq!(world.chain.balance(outer), number(77));
    }
}

#[test]
fn in_a_static_call_every_write_is_refused_also_further_down() {
    let writes = [
        Step::Store(1, 1),
        Step::StoreTransient(1, 1),
        Step::Log(1, 1),
        Step::Create(init_code(&[0]), 0),
    ];
    for (caller, callee) in pairs() {
        for write in &writes {
            let mut world = World::new();
            let writer = world.deploy(callee, std::slice::from_ref(write));
            let between = world.deploy(caller, &[Step::CallOrRevert(call(writer))]);
            let mut calls = Vec::new();
            for to in [writer, between] {
                calls.push(Step::Call(Call {
                    gas: Some(200_000),
                    ..Call::new(Kind::Static, to)
                }));
            }
            // The same without the static context, to show that nothing else is in the way.
            calls.push(Step::Call(call(writer)));
            let outer = world.deploy(caller, &calls);
            let case = format!("{caller:?} -> {callee:?}, {write:?}");
            let receipt = world.send(outer);
            assert_eq!(receipt.status, Status::Success, "{case}");
            let words = words(&receipt.output);
            assert_eq!(words[..3], [number(0), number(0), number(1)], "{case}");
        }
    }
}

#[test]
fn a_program_that_sends_value_in_a_static_context_sees_a_failed_call() {
    let mut world = World::new();
    let sender = world.deploy(
        Machine::Wasm,
        &[Step::Call(Call {
            value: 1,
            ..call(Address::repeat_byte(0x51))
        })],
    );
    world.chain.set_balance(sender, number(10));
    for caller in BOTH {
        let outer = world.deploy(
            caller,
            &[Step::CallOrRevert(Call::new(Kind::Static, sender))],
        );
        assert_eq!(words(&world.send(outer).output), [number(0)], "{caller:?}");
    }
    assert_eq!(words(&world.send(sender).output), [number(1)]);
}

#[test]
fn value_goes_along_and_is_refused_when_it_is_not_there() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let inner = world.deploy(callee, &[Step::AppendValue]);
        let send = |value| {
            Step::Call(Call {
                value,
                ..call(inner)
            })
        };
        let outer = world.deploy(caller, &[send(60), send(60), Step::AppendBalance(inner)]);
        world.chain.set_balance(outer, number(100));
        let receipt = world.send(outer);
        assert_eq!(
            words(&receipt.output),
            [number(1), number(60), number(0), number(60)],
            "{caller:?} -> {callee:?}"
        );
        assert_eq!(world.chain.balance(outer), number(40));
        assert_eq!(world.chain.balance(inner), number(60));
    }
}

#[test]
fn a_call_with_value_gives_the_callee_a_stipend_of_2300_gas() {
    for caller in BOTH {
        let mut world = World::new();
        let inner = world.deploy(Machine::Evm, &[Step::AppendGas]);
        let with_value = |value| {
            Step::CallOrRevert(Call {
                value,
                gas: Some(10_000),
                ..call(inner)
            })
        };
        let outer = world.deploy(caller, &[with_value(0), with_value(1)]);
        world.chain.set_balance(outer, number(1));
        let gas = words(&world.send(outer).output);
        assert_eq!(gas[1] - gas[0], number(2_300), "{caller:?}");
    }
}

#[test]
fn a_program_pays_for_the_stipend_that_its_callee_uses() {
    // Unlike EVM code, which gives the stipend for nothing: what the callee used is charged, whoever gave it.
    let mut world = World::new();
    let burner = world.deploy(Machine::Evm, &[Step::Loop]);
    let mut gas_used = |value| {
        let steps = [Step::Call(Call {
            value,
            gas: Some(10_000),
            ..call(burner)
        })];
        let outer = world.deploy(Machine::Wasm, &steps);
        world.chain.set_balance(outer, number(1));
        world.send(outer).gas_used
    };
    assert_eq!(gas_used(1) - gas_used(0), 9_000 + 2_300);
}

#[test]
fn a_program_that_cannot_pay_for_the_stipend_that_its_callee_used_is_out_of_gas() {
    let mut world = World::new();
    let burner = world.deploy(Machine::Evm, &[Step::Loop]);
    let steps = [Step::Call(Call {
        value: 1,
        ..call(burner)
    })];
    let outer = world.deploy(Machine::Wasm, &steps);
    world.chain.set_balance(outer, number(1));
    let mut outcome = |gas_limit| {
        let tx = Tx::call(world.user, outer, Vec::new()).with_gas_limit(gas_limit);
        let (_, trace) = world.chain.transact_traced(tx).unwrap();
        trace.programs[0].outcome
    };
    // A 64th of the gas stays behind: more than the stipend with much gas, less with little.
    assert_eq!(outcome(1_000_000), Some(Outcome::Return));
    assert_eq!(outcome(100_000), Some(Outcome::OutOfInk));
}

#[test]
fn the_callee_gets_at_most_63_of_64_parts_of_the_gas() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let burner = world.deploy(callee, &[Step::Loop]);
        let outer = world.deploy(caller, &[Step::Call(call(burner)), Step::AppendGas]);
        let tx = Tx::call(world.user, outer, Vec::new()).with_gas_limit(6_400_000);
        let receipt = world.chain.transact(tx).unwrap();
        assert_eq!(receipt.status, Status::Success, "{caller:?} -> {callee:?}");
        let words = words(&receipt.output);
        assert_eq!(words[0], number(0));
        // A 64th of what is left of 6,400,000 after the entry of the caller.
        let left: u64 = words[1].to();
        assert!((95_000..100_000).contains(&left), "{left}");
    }
}

#[test]
fn out_of_gas_deep_inside_takes_the_gas_of_that_frame_only() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let burner = world.deploy(callee, &[Step::Store(1, 1), Step::Loop]);
        let outer = world.deploy(
            caller,
            &[
                Step::Call(Call {
                    gas: Some(300_000),
                    ..call(burner)
                }),
                Step::Store(2, 2),
            ],
        );
        let receipt = world.send(outer);
        assert_eq!(receipt.status, Status::Success);
        assert_eq!(
            words(&receipt.output),
            [number(0)],
            "{caller:?} -> {callee:?}"
        );
        assert!(
            (300_000..420_000).contains(&receipt.gas_used),
            "{}",
            receipt.gas_used
        );
        assert_eq!(world.chain.storage(burner, number(1)), U256::ZERO);
        assert_eq!(world.chain.storage(outer, number(2)), number(2));
    }
}

#[test]
fn a_program_without_gas_for_its_own_start_is_out_of_gas() {
    let mut world = World::new();
    let inner = world.deploy(Machine::Wasm, &[]);
    for caller in BOTH {
        let outer = world.deploy(
            caller,
            &[Step::Call(Call {
                gas: Some(1_000),
                ..call(inner)
            })],
        );
        assert_eq!(words(&world.send(outer).output), [number(0)], "{caller:?}");
    }
}

#[test]
fn a_failing_program_reverts_without_data_and_keeps_its_gas() {
    let mut world = World::new();
    let inner = world.deploy(
        Machine::Wasm,
        &[Step::AppendBytes(b"lost".to_vec()), Step::Fail],
    );
    let receipt = world.send(inner);
    assert_eq!(receipt.status, Status::Reverted);
    assert!(receipt.output.is_empty());
    assert!(receipt.gas_used < 100_000, "{}", receipt.gas_used);
}

#[test]
fn the_reentrancy_flag_counts_frames_of_the_acting_address_and_leaves_delegate_calls_out() {
    for between in BOTH {
        let mut world = World::new();
        let flag = world.deploy(Machine::Wasm, &[Step::AppendReentrant]);
        // Calls back whoever calls it, with the bare calldata `x` as a sign to answer.
        let program = |world: &mut World, relay: Address| {
            // With calldata: the flag. Without: the flag, and what comes back from the relay, which calls with calldata.
            world.deploy_program(&reentrant_program(relay))
        };
        // A relay that calls its caller back does not exist in steps, so its target is set afterwards.
        let relay = Address::repeat_byte(0x77);
        let target = program(&mut world, relay);
        let back = Call {
            input: b"x".to_vec(),
            ..call(target)
        };
        let steps = [Step::CallOrRevert(back)];
        let stand_in = world.deploy(between, &steps);
        let code = world.chain.code(stand_in);
        world.chain.set_code(relay, code);

        let receipt = world.send(target);
        assert_eq!(receipt.status, Status::Success, "{between:?}");
        assert_eq!(
            words(&receipt.output),
            [number(0), number(1)],
            "through {between:?}"
        );

        // A delegate call acts as its caller, and opens no frame of it.
        let outer = world.deploy(
            between,
            &[Step::CallOrRevert(Call::new(Kind::Delegate, flag))],
        );
        assert_eq!(words(&world.send(outer).output), [number(0)], "{between:?}");
        // Twice in a row is not within each other.
        let twice = world.deploy(
            between,
            &[
                Step::CallOrRevert(call(flag)),
                Step::CallOrRevert(call(flag)),
            ],
        );
        assert_eq!(words(&world.send(twice).output), [number(0), number(0)]);
    }
}

/// A program that writes its reentrancy flag, and, called without calldata, what a call of `relay` gives.
fn reentrant_program(relay: Address) -> String {
    let mut bytes = String::new();
    for byte in relay {
        bytes.push_str(&format!("\\{byte:02x}"));
    }
    format!(
        r#"(module
  (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "{bytes}")
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (i32.store8 (i32.const 1031) (call $reentrant))
    (if (local.get $len) (then
      (call $write_result (i32.const 1000) (i32.const 32))
      (return (i32.const 0))))
    (if (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 128))
      (then (return (i32.const 1))))
    (drop (call $read (i32.const 1032) (i32.const 0) (i32.const 32)))
    (call $write_result (i32.const 1000) (i32.const 64))
    (i32.const 0)))
"#
    )
}

#[test]
fn contracts_of_both_kinds_can_be_created_by_both_kinds() {
    for creator in BOTH {
        let mut world = World::new();
        let child = evm(&[Step::AppendCaller, Step::AppendBytes(b"child".to_vec())]);
        let factory = world.deploy(
            creator,
            &[
                Step::Create(init_code(&child), 3),
                Step::Create2(init_code(&child), 4, 9),
                // Init code that reverts.
                Step::Create(vec![0x5f, 0x5f, 0xfd], 0),
            ],
        );
        world.chain.set_balance(factory, number(10));
        let receipt = world.send(factory);
        assert_eq!(receipt.status, Status::Success, "{creator:?}");
        let words = words(&receipt.output);
        let created: Vec<Address> = words
            .iter()
            .map(|word| Address::from_word((*word).into()))
            .collect();
        assert_eq!(created[0], factory.create(1), "{creator:?}");
        let salt = U256::from(9).to_be_bytes::<32>();
        assert_eq!(
            created[1],
            factory.create2_from_code(salt, init_code(&child))
        );
        assert_eq!(created[2], Address::ZERO);
        assert_eq!(world.chain.balance(created[0]), number(3));
        assert_eq!(world.chain.balance(created[1]), number(4));
        assert_eq!(world.chain.nonce(factory), 4);
        let answer = world.send(created[1]);
        assert_eq!(&answer.output[32..], b"child");
    }
}

#[test]
fn a_program_creates_a_program_that_can_be_activated_and_called() {
    for creator in BOTH {
        let mut world = World::new();
        let code = breakwater_devnode::stylus_vm::code::compress(&module(&wat(
            &[Step::AppendBytes(b"made".to_vec())],
            1,
        )))
        .unwrap();
        let factory = world.deploy(creator, &[Step::Create(init_code(&code), 0)]);
        world.send(factory);
        let child = factory.create(1);
        assert_eq!(world.chain.code(child).to_vec(), code, "{creator:?}");
        let early = world.send(child).status;
        assert!(
            matches!(early, Status::Halted(_)),
            "not active yet: {early}"
        );
        world.chain.activate(world.user, child).unwrap();
        assert_eq!(&world.send(child).output[..], b"made");
    }
}

/// A chain on which a transaction may have so much gas that the 63/64 rule does not end a recursion first, with two
/// contracts at fixed addresses that call each other: each returns a word for its call and what the other returned.
fn recursion(first: Machine, second: Machine) -> (World, Address) {
    let (a, b) = (Address::repeat_byte(0xa1), Address::repeat_byte(0xb2));
    let mut world = World::with(ChainConfig {
        transaction_gas_limit: 1 << 50,
        account_balance: U256::MAX >> 8,
        ..ChainConfig::default()
    });
    for (address, other, machine) in [(a, b, first), (b, a, second)] {
        // Deployed elsewhere, as the addresses must be known beforehand. Activation counts for the code, not the account.
        let stand_in = world.deploy(machine, &[Step::Call(call(other))]);
        let code = world.chain.code(stand_in);
        world.chain.set_code(address, code);
    }
    (world, a)
}

#[test]
fn contracts_that_call_each_other_end_at_depth_1024_or_at_128_open_pages() {
    for (first, second) in pairs() {
        let (mut world, start) = recursion(first, second);
        let receipt = world.send(start);
        assert_eq!(receipt.status, Status::Success, "{first:?}, {second:?}");
        let words = words(&receipt.output);
        let frames = match (first, second) {
            // Depth 0 to 1024.
            (Machine::Evm, Machine::Evm) => 1_025,
            // 128 programs of one page each; the next one cannot pay its page.
            (Machine::Wasm, Machine::Wasm) => 128,
            (Machine::Wasm, Machine::Evm) => 2 * 128,
            (Machine::Evm, Machine::Wasm) => 2 * 128 + 1,
        };
        assert_eq!(words.len(), frames, "{first:?}, {second:?}");
        let (deepest, others) = words.split_last().unwrap();
        assert_eq!(*deepest, number(0), "the call of the deepest frame fails");
        assert!(others.iter().all(|word| *word == number(1)));
    }
}

#[test]
fn the_depth_limit_of_1024_counts_frames_of_both_kinds() {
    for (first, second) in pairs().filter(|pair| *pair != (Machine::Evm, Machine::Evm)) {
        let (mut world, start) = recursion(first, second);
        // Calls itself as often as the calldata says, then the recursion.
        let mut descent = vec![
            0x5f, 0x35, 0x80, 0x15, 0x60, 24,
            0x57, // n = CALLDATALOAD(0); if n == 0 jump to 24
            0x60, 1, 0x90, 0x03, 0x5f, 0x52, // memory[0] = n - 1
            0x5f, 0x5f, 0x60, 32, 0x5f, 0x5f, 0x30, 0x5a, // gas, own address, 0, 0, 32, 0, 0
            0x60, 54, 0x56, // jump to 54
            0x5b, 0x50, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, // 24: 0, 0, 0, 0, 0 ...
            0x73, // ... start ...
        ];
        descent.extend(start);
        // ... gas; 54: CALL, and return what came back.
        descent.extend([
            0x5b, 0x5a, 0x5b, 0xf1, 0x3d, 0x5f, 0x5f, 0x3e, 0x3d, 0x5f, 0xf3,
        ]);
        assert_eq!(descent.get(24), Some(&0x5b));
        assert_eq!(descent.get(54), Some(&0x5b));
        let top = world.chain.deploy(world.user, init_code(&descent)).unwrap();
        let data = U256::from(899).to_be_bytes::<32>();
        let receipt = world.send_with(top, &data);
        assert_eq!(receipt.status, Status::Success, "{first:?}, {second:?}");
        // Depths 0 to 899 descend; 900 to 1024 are the two contracts.
        let words = words(&receipt.output);
        assert_eq!(words.len(), 125, "{first:?}, {second:?}");
        assert_eq!(words.last(), Some(&number(0)));
    }
}
