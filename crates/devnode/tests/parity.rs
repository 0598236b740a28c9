//! What contracts do to each other does not depend on which machine runs them.

mod common;

use breakwater_devnode::{Address, ChainConfig, Log, Status, Tx, U256};
use common::*;
use proptest::prelude::*;

/// Three contracts, each of which calls those behind it.
const CONTRACTS: [Address; 3] = [
    Address::repeat_byte(0xa1),
    Address::repeat_byte(0xb2),
    Address::repeat_byte(0xc3),
];
const SINK: Address = Address::repeat_byte(0x51);

fn step(level: usize) -> BoxedStrategy<Step> {
    let callees: Vec<Address> = CONTRACTS
        .iter()
        .skip(level + 1)
        .copied()
        .chain([Address::with_last_byte(2), SINK])
        .collect();
    // Value only from the first contract, which is never in a static context: there the machines differ, a program
    // sees a failed call where EVM code stops.
    let most_value = if level == 0 { 400_u64 } else { 1 };
    let call = (
        proptest::sample::select(callees),
        0..3_u8,
        0..most_value,
        any::<[u8; 8]>(),
    )
        .prop_map(|(to, kind, value, input)| Call {
            kind: [Kind::Call, Kind::Delegate, Kind::Static][usize::from(kind)],
            to,
            value,
            gas: None,
            input: input.to_vec(),
            forward: false,
        });
    prop_oneof![
        3 => (0..3_u8, 0..3_u8).prop_map(|(key, value)| Step::Store(key, value)),
        2 => (0..3_u8).prop_map(Step::AppendStorage),
        1 => (0..2_u8, 0..3_u8).prop_map(|(key, value)| Step::StoreTransient(key, value)),
        1 => (0..2_u8).prop_map(Step::AppendTransient),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(topic, value)| Step::Log(topic, value)),
        1 => Just(Step::AppendCaller),
        1 => Just(Step::AppendValue),
        1 => Just(Step::AppendAddress),
        1 => Just(Step::AppendBalance(SINK)),
        3 => call.clone().prop_map(Step::Call),
        2 => call.prop_map(Step::CallOrRevert),
        1 => (0..2_u64).prop_map(|value| Step::Create(init_code(&[0x5f]), value)),
        1 => (0..2_u8).prop_map(|salt| Step::Create2(init_code(&[0x5f]), 0, salt)),
    ]
    .boxed()
}

fn contract(level: usize) -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        6 => Just(None),
        1 => Just(Some(Step::Revert)),
        1 => Just(Some(Step::Fail)),
    ];
    (proptest::collection::vec(step(level), 0..7), end)
        .prop_map(|(steps, end)| steps.into_iter().chain(end).collect())
}

#[derive(Debug, PartialEq, Eq)]
struct Effects {
    success: bool,
    output: Vec<u8>,
    logs: Vec<Log>,
    storage: Vec<U256>,
    balances: Vec<U256>,
    nonces: Vec<u64>,
}

/// Sends a transaction with value to the first contract.
fn effects(contracts: &[Vec<Step>; 3], machines: [Machine; 3]) -> Effects {
    let mut world = World::with(ChainConfig {
        // EVM code that stops takes all gas of its frame: 63 of 64 parts, several times over.
        transaction_gas_limit: 1_000_000_000_000_000,
        account_balance: U256::MAX >> 8,
        ..ChainConfig::default()
    });
    for ((address, steps), machine) in CONTRACTS.into_iter().zip(contracts).zip(machines) {
        let stand_in = world.deploy(machine, steps);
        let code = world.chain.code(stand_in);
        world.chain.set_code(address, code);
        world.chain.set_balance(address, number(600));
        world.chain.set_storage(address, number(1), number(1));
    }
    let [first, ..] = CONTRACTS;
    let tx = Tx::call(world.user, first, Vec::new()).with_value(number(9));
    let receipt = world.chain.transact(tx).unwrap();
    let accounts = || CONTRACTS.into_iter().chain([SINK]);
    let chain = &world.chain;
    Effects {
        success: receipt.status == Status::Success,
        output: receipt.output.to_vec(),
        logs: receipt.logs,
        storage: accounts()
            .flat_map(|account| (0..3).map(move |key| chain.storage(account, number(key))))
            .collect(),
        balances: accounts().map(|account| chain.balance(account)).collect(),
        nonces: accounts().map(|account| chain.nonce(account)).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn three_contracts_do_the_same_whichever_machines_run_them(
        first in contract(0),
        second in contract(1),
        third in contract(2),
    ) {
        use Machine::{Evm, Wasm};
        let contracts = [first, second, third];
        let expected = effects(&contracts, [Evm, Evm, Evm]);
        for machines in [
            [Wasm, Wasm, Wasm],
            [Evm, Wasm, Evm],
            [Wasm, Evm, Wasm],
            [Evm, Wasm, Wasm],
        ] {
            prop_assert_eq!(&effects(&contracts, machines), &expected, "{:?}", machines);
        }
    }
}
