//! Blocks, time, snapshots, and transactions that are not valid.

mod common;

use breakwater_devnode::{Address, Chain, ChainConfig, ChainError, Status, Tx, U256};
use common::*;

#[test]
fn each_transaction_has_a_block_of_its_own_unless_mining_is_by_hand() {
    let mut world = World::new();
    let sink = Address::repeat_byte(0x51);
    let pay = Tx::transfer(world.user, sink, number(1));
    let first = world.chain.transact(pay.clone()).unwrap();
    let second = world.chain.transact(pay.clone()).unwrap();
    assert_eq!((first.block_number, second.block_number), (1, 2));

    world.chain.set_automine(false);
    let third = world.chain.transact(pay.clone()).unwrap();
    let fourth = world.chain.transact(pay).unwrap();
    assert_eq!((third.block_number, fourth.block_number), (3, 3));
    assert_eq!((third.transaction_index, fourth.transaction_index), (0, 1));
    assert_eq!(world.chain.block_number(), 2, "not closed yet");
    assert_eq!(world.chain.receipt(fourth.transaction_hash), Some(&fourth));
    assert_eq!(world.chain.mine(), 3);
    let block = world.chain.block(3).unwrap();
    assert_eq!(block.receipts, [third, fourth.clone()]);
    assert_eq!(block.gas_used, 42_000);
    assert_eq!(block.parent_hash, world.chain.block(2).unwrap().hash);
    assert_eq!(world.chain.receipt(fourth.transaction_hash), Some(&fourth));
    assert_eq!(world.chain.receipt(block.hash), None);
}

#[test]
fn time_stands_still_until_it_is_moved_and_never_goes_back() {
    for machine in BOTH {
        let mut world = World::new();
        let clock = world.deploy(machine, &[Step::AppendTimestamp, Step::AppendBlockNumber]);
        let read = |world: &mut World| {
            let words = words(&world.send(clock).output);
            (words[0].to::<u64>(), words[1].to::<u64>())
        };
        let start = world.chain.config().genesis_time;
        let l1 = world.chain.config().l1_block_number;
        assert_eq!(read(&mut world), (start, l1));
        assert_eq!(read(&mut world), (start, l1));
        world.chain.increase_time(60).unwrap();
        assert_eq!(read(&mut world), (start + 60, l1 + 5));
        world.chain.set_time(start + 71).unwrap();
        assert_eq!(read(&mut world), (start + 71, l1 + 5));
        world.chain.set_l1_block_number(7).unwrap();
        assert_eq!(read(&mut world), (start + 71, 7));
        world.chain.increase_time(12).unwrap();
        assert_eq!(read(&mut world), (start + 83, 8));
        let error = world.chain.set_time(start + 82).unwrap_err();
        assert_eq!(
            error,
            ChainError::TimeGoesBack {
                requested: start + 82,
                earliest: start + 83
            }
        );
        world.chain.set_automine(false);
        world.send(clock);
        assert_eq!(
            world.chain.increase_time(1),
            Err(ChainError::BlockInProgress)
        );
    }
}

#[test]
fn blocks_can_be_a_given_time_apart() {
    let mut world = World::with(ChainConfig {
        seconds_per_block: 3,
        ..ChainConfig::default()
    });
    let start = world.chain.timestamp();
    world.chain.mine();
    world.chain.mine();
    assert_eq!(world.chain.timestamp(), start + 6);
    assert_eq!(world.chain.block(2).unwrap().timestamp, start + 3);
}

#[test]
fn a_snapshot_brings_back_state_blocks_and_time_again_and_again() {
    let mut world = World::new();
    let store = world.deploy(Machine::Wasm, &[Step::Store(1, 5)]);
    let before = (
        world.chain.block_number(),
        world.chain.balance(world.user),
        world.chain.timestamp(),
    );
    let early = world.chain.snapshot();
    let mut hashes = Vec::new();
    for _ in 0..2 {
        let receipt = world.send(store);
        let late = world.chain.snapshot();
        hashes.push(receipt.transaction_hash);
        world.chain.increase_time(100).unwrap();
        assert_eq!(world.chain.storage(store, number(1)), number(5));
        world.chain.revert_to(early).unwrap();
        assert_eq!(world.chain.storage(store, number(1)), U256::ZERO);
        assert_eq!(world.chain.receipt(receipt.transaction_hash), None);
        let now = (
            world.chain.block_number(),
            world.chain.balance(world.user),
            world.chain.timestamp(),
        );
        assert_eq!(now, before);
        assert_eq!(
            world.chain.revert_to(late),
            Err(ChainError::UnknownSnapshot(late.0)),
            "a later one is gone"
        );
    }
    assert_eq!(
        hashes[0], hashes[1],
        "the same transaction has the same hash"
    );
    world.chain.drop_snapshot(early);
    assert!(world.chain.revert_to(early).is_err());
}

#[test]
fn a_call_leaves_nothing_and_costs_nothing() {
    for machine in BOTH {
        let mut world = World::new();
        let store = world.deploy(machine, &[Step::Store(1, 5), Step::AppendStorage(1)]);
        let before = (
            world.chain.balance(world.user),
            world.chain.nonce(world.user),
        );
        let block = world.chain.block_number();
        let tx = Tx::call(world.user, store, Vec::new());
        let result = world.chain.call(tx.clone()).unwrap();
        assert_eq!(words(&result.output), [number(5)]);
        assert_eq!(world.chain.storage(store, number(1)), U256::ZERO);
        let after = (
            world.chain.balance(world.user),
            world.chain.nonce(world.user),
        );
        assert_eq!(after, before);
        assert_eq!(world.chain.block_number(), block);
        // Its gas is that of the transaction.
        assert_eq!(world.chain.transact(tx).unwrap().gas_used, result.gas_used);
        // Anybody can look, money or not.
        let pauper = Address::repeat_byte(0x99);
        let look = Tx::call(pauper, store, Vec::new());
        assert!(world.chain.call(look).unwrap().is_success());
    }
}

#[test]
fn an_estimate_is_enough_and_not_wasteful() {
    for machine in BOTH {
        let mut world = World::new();
        let inner = world.deploy(machine, &[Step::Store(1, 0), Step::Store(2, 2)]);
        let outer = world.deploy(machine, &[Step::CallOrRevert(call(inner))]);
        world.chain.set_storage(inner, number(1), number(1));
        let tx = Tx::call(world.user, outer, Vec::new());
        let estimate = world.chain.estimate_gas(tx.clone()).unwrap();
        let least = estimate - estimate / 100;
        let short = world.chain.call(tx.clone().with_gas_limit(least)).unwrap();
        assert!(!short.is_success(), "{machine:?}: {least} is enough too");
        let receipt = world.chain.transact(tx.with_gas_limit(estimate)).unwrap();
        assert_eq!(receipt.status, Status::Success, "{machine:?}");

        let hopeless = world.deploy(machine, &[Step::Revert]);
        let tx = Tx::call(world.user, hopeless, Vec::new());
        assert!(matches!(
            world.chain.estimate_gas(tx),
            Err(ChainError::NotSuccessful { .. })
        ));
    }
}

#[test]
fn a_transaction_that_is_not_valid_changes_nothing_and_says_why() {
    let mut world = World::new();
    let user = world.user;
    let to = world.chain.accounts()[1];
    let pauper = Address::repeat_byte(0x99);
    let limit = world.chain.config().transaction_gas_limit;
    let plain = Tx::call(user, to, Vec::new());
    let cases = [
        Tx::call(pauper, to, Vec::new()),
        Tx::transfer(user, to, U256::MAX),
        plain.clone().with_gas_limit(20_999),
        plain.clone().with_gas_limit(limit + 1),
        Tx {
            nonce: Some(7),
            ..plain.clone()
        },
        Tx {
            gas_price: Some(1),
            ..plain
        },
    ];
    let before = world.chain.balance(user);
    for tx in cases {
        let error = world.chain.transact(tx).unwrap_err();
        assert!(
            matches!(error, ChainError::InvalidTransaction(_)),
            "{error}"
        );
        assert!(error.to_string().starts_with("invalid transaction: "));
    }
    assert_eq!(world.chain.balance(user), before);
    assert_eq!(world.chain.nonce(user), 0);
    assert_eq!(world.chain.block_number(), 0);
}

#[test]
fn an_access_list_is_paid_and_warms_its_slots() {
    for machine in BOTH {
        let mut world = World::new();
        let reader = world.deploy(machine, &[Step::AppendStorage(1)]);
        let plain = Tx::call(world.user, reader, Vec::new());
        let listed = Tx {
            access_list: vec![(reader, vec![number(1).into()])],
            ..plain.clone()
        };
        let gas = |world: &mut World, tx| world.chain.call(tx).unwrap().gas_used;
        // EIP-2930: 2400 and 1900; EIP-2929: 2100 becomes 100.
        assert_eq!(
            gas(&mut world, listed),
            gas(&mut world, plain) + 2_400 + 1_900 - 2_000,
            "{machine:?}"
        );
    }
}

#[test]
fn the_same_actions_give_the_same_blocks() {
    let run = || {
        let mut world = World::new();
        let store = world.deploy(Machine::Wasm, &[Step::Store(1, 5), Step::Log(1, 2)]);
        world.send(store);
        world.chain.block(world.chain.block_number()).cloned()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_clone_is_a_chain_of_its_own_and_can_go_to_another_thread() {
    fn assert_send<T: Send + 'static>(value: T) -> T {
        value
    }
    let mut world = World::new();
    let store = world.deploy(Machine::Wasm, &[Step::Store(1, 5)]);
    let user = world.user;
    let mut fork: Chain = assert_send(world.chain.clone());
    std::thread::spawn(move || {
        fork.transact(Tx::call(user, store, Vec::new())).unwrap();
        assert_eq!(fork.storage(store, number(1)), number(5));
    })
    .join()
    .unwrap();
    assert_eq!(world.chain.storage(store, number(1)), U256::ZERO);
}
