//! Transactions that run EVM code only are those of plain revm, in gas and in state.

mod common;

use breakwater_devnode::{Address, Bytes, Chain, ChainConfig, Status, Tx, B256, U256};
use common::*;
use proptest::prelude::*;
use revm::{
    context::{
        result::ExecutionResult,
        transaction::{AccessList, AccessListItem},
        BlockEnv, Context, TxEnv,
    },
    context_interface::block::BlobExcessGasAndPrice,
    database::{CacheDB, EmptyDB},
    handler::MainnetContext,
    primitives::{hardfork::SpecId, TxKind},
    state::{AccountInfo, Bytecode},
    ExecuteCommitEvm, MainBuilder, MainContext,
};

type PlainDb = CacheDB<EmptyDB>;

/// Runs the same transaction on plain revm, with the block that the chain has open.
fn plain(chain: &Chain, db: PlainDb, tx: &Tx, nonce: u64) -> (ExecutionResult, PlainDb) {
    let config = chain.config();
    let block = BlockEnv {
        number: U256::from(chain.l1_block_number()),
        beneficiary: config.coinbase,
        timestamp: U256::from(chain.timestamp()),
        gas_limit: config.block_gas_limit,
        basefee: config.base_fee,
        difficulty: U256::from(1),
        prevrandao: Some(B256::with_last_byte(1)),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
            excess_blob_gas: 0,
            blob_gasprice: 1,
        }),
        slot_num: 0,
    };
    let ctx: MainnetContext<PlainDb> = Context::mainnet()
        .with_db(db)
        .with_block(block)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
            cfg.chain_id = config.chain_id;
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        });
    let mut evm = ctx.build_mainnet();
    let env = TxEnv::builder()
        .caller(tx.from)
        .kind(tx.to.map_or(TxKind::Create, TxKind::Call))
        .value(tx.value)
        .data(tx.data.clone())
        .gas_limit(tx.gas_limit.expect("a gas limit"))
        .gas_price(config.base_fee.into())
        .nonce(nonce)
        .chain_id(Some(config.chain_id))
        .access_list(AccessList(
            tx.access_list
                .iter()
                .map(|(address, storage_keys)| AccessListItem {
                    address: *address,
                    storage_keys: storage_keys.clone(),
                })
                .collect(),
        ))
        .build()
        .expect("a transaction");
    let result = evm.transact_commit(env).expect("a valid transaction");
    (result, evm.ctx.journaled_state.database)
}

/// Sends a call of a contract with `code` to both, and compares what comes of it.
fn compare(code: &[u8], storage: &[(u8, u8)], tx_data: Vec<u8>, value: u64, gas_limit: u64) {
    let tx = Tx::call(Address::ZERO, CONTRACT, tx_data)
        .with_value(U256::from(value))
        .with_gas_limit(gas_limit);
    compare_transaction(code, storage, tx);
}

const CONTRACT: Address = Address::repeat_byte(0xc0);

/// Sends a transaction of the first account to both, and compares result, logs and the state of all accounts that plain
/// revm has seen.
fn compare_transaction(code: &[u8], storage: &[(u8, u8)], tx: Tx) {
    // The floor for calldata is on by default in revm.
    let mut chain = Chain::new(ChainConfig {
        calldata_floor: true,
        ..ChainConfig::default()
    });
    let user = chain.accounts()[0];
    let contract = CONTRACT;
    let mut db = PlainDb::default();
    db.insert_account_info(user, AccountInfo::from_balance(chain.balance(user)));
    let bytecode = Bytecode::new_legacy(Bytes::copy_from_slice(code));
    let info = AccountInfo::from_balance(U256::from(500)).with_code(bytecode);
    db.insert_account_info(contract, info);
    chain.set_balance(contract, U256::from(500));
    chain.set_code(contract, code.to_vec());
    for (key, word) in storage {
        let (key, word) = (U256::from(*key), U256::from(*word));
        chain.set_storage(contract, key, word);
        db.insert_account_storage(contract, key, word).unwrap();
    }

    let tx = Tx { from: user, ..tx };
    let (expected, db) = plain(&chain, db, &tx, 0);
    let receipt = chain.transact(tx).expect("a valid transaction");

    assert_eq!(receipt.gas_used, expected.tx_gas_used());
    assert_eq!(
        receipt.output,
        expected.output().cloned().unwrap_or_default()
    );
    assert_eq!(receipt.is_success(), expected.is_success());
    assert_eq!(receipt.contract_address, expected.created_address());
    let logs = match &expected {
        ExecutionResult::Success { logs, .. } => logs.clone(),
        _ => Vec::new(),
    };
    assert_eq!(receipt.logs, logs);
    for (address, account) in &db.cache.accounts {
        let info = account.info().unwrap_or_default();
        assert_eq!(
            chain.balance(*address),
            info.balance,
            "balance of {address}"
        );
        assert_eq!(chain.nonce(*address), info.nonce, "nonce of {address}");
        assert_eq!(
            chain.code_hash(*address),
            info.code_hash,
            "code of {address}"
        );
        for (key, word) in &account.storage {
            assert_eq!(chain.storage(*address, *key), *word, "{address} slot {key}");
        }
    }
}

/// Steps that touch a small set of slots and accounts, so that they meet.
fn step() -> impl Strategy<Value = Step> {
    let account = prop_oneof![
        Just(Address::repeat_byte(0xc0)),
        Just(Address::repeat_byte(0x51)),
        Just(Address::with_last_byte(2)),
        Just(Address::with_last_byte(4)),
    ];
    let call = (
        account,
        0..3_u8,
        0..300_u64,
        proptest::option::of(0..60_000_u64),
        any::<[u8; 40]>(),
    )
        .prop_map(|(to, kind, value, gas, input)| Call {
            kind: [Kind::Call, Kind::Delegate, Kind::Static][usize::from(kind)],
            to,
            value: if value < 150 { 0 } else { value },
            gas,
            input: input.to_vec(),
            forward: false,
        });
    prop_oneof![
        (0..4_u8, 0..3_u8).prop_map(|(key, value)| Step::Store(key, value)),
        (0..4_u8).prop_map(Step::AppendStorage),
        (0..2_u8, 0..3_u8).prop_map(|(key, value)| Step::StoreTransient(key, value)),
        (0..2_u8).prop_map(Step::AppendTransient),
        (any::<u8>(), any::<u8>()).prop_map(|(topic, value)| Step::Log(topic, value)),
        Just(Step::AppendGas),
        Just(Step::AppendBlockNumber),
        Just(Step::AppendTimestamp),
        Just(Step::AppendBaseFee),
        Just(Step::AppendBalance(Address::repeat_byte(0x51))),
        call.clone().prop_map(Step::Call),
        call.prop_map(Step::CallOrRevert),
        (0..9_u64).prop_map(|value| Step::Create(init_code(&[0x5f]), value)),
        (0..9_u64, 0..2_u8).prop_map(|(value, salt)| Step::Create2(
            init_code(&[0x5f]),
            value,
            salt
        )),
        // EIP-3541 must still refuse this code.
        Just(Step::Create(init_code(&[0xef, 0x00]), 0)),
        Just(Step::Create(init_code(&[0xef, 0xf0, 0x03, 0x00]), 0)),
        // A contract that is destroyed in the transaction that creates it, and one that is not.
        Just(Step::Create(
            evm(&[Step::SelfDestruct(Address::repeat_byte(0x51))]),
            7
        )),
        Just(Step::Create2(evm(&[Step::Store(1, 1), Step::Revert]), 3, 1)),
        Just(Step::AppendCode(Address::repeat_byte(0xc0))),
        Just(Step::AppendCode(Address::repeat_byte(0x51))),
        precompiled(),
    ]
}

/// A call of one of Ethereum's precompiled contracts, with input that some of them take.
fn precompiled() -> impl Strategy<Value = Step> {
    (1..=10_u8, proptest::collection::vec(0..3_u8, 0..130)).prop_map(|(number, input)| {
        Step::Call(Call {
            input,
            gas: Some(30_000),
            ..common::call(Address::with_last_byte(number))
        })
    })
}

fn end() -> impl Strategy<Value = Option<Step>> {
    prop_oneof![
        6 => Just(None),
        1 => Just(Some(Step::Revert)),
        1 => Just(Some(Step::Fail)),
        1 => Just(Some(Step::SelfDestruct(Address::repeat_byte(0x51)))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_transaction_of_evm_code_is_that_of_plain_revm(
        steps in proptest::collection::vec(step(), 0..12),
        end in end(),
        storage in proptest::collection::vec((0..4_u8, 0..3_u8), 0..4),
        data in proptest::collection::vec(any::<u8>(), 0..80),
        value in 0..200_u64,
        gas_limit in prop_oneof![Just(3_000_000_u64), 30_000..200_000_u64],
    ) {
        let steps: Vec<Step> = steps.into_iter().chain(end).collect();
        compare(&evm(&steps), &storage, data, value, gas_limit);
    }

    #[test]
    fn creations_and_access_lists_are_those_of_plain_revm(
        steps in proptest::collection::vec(step(), 0..8),
        end in end(),
        creates in any::<bool>(),
        listed in proptest::collection::vec((0..4_u8, proptest::collection::vec(0..5_u8, 0..4)), 0..4),
        value in prop_oneof![Just(0), 0..900_u64],
        gas_limit in prop_oneof![Just(3_000_000_u64), 150_000..400_000_u64],
    ) {
        let steps: Vec<Step> = steps.into_iter().chain(end).collect();
        let code = evm(&steps);
        let to = [CONTRACT, Address::repeat_byte(0x51), Address::with_last_byte(2), Address::ZERO];
        let access_list = listed
            .into_iter()
            .map(|(account, slots)| {
                let slots = slots.into_iter().map(B256::with_last_byte).collect();
                (to[usize::from(account)], slots)
            })
            .collect();
        let tx = match creates {
            true => Tx::create(Address::ZERO, code.clone()),
            false => Tx::call(Address::ZERO, CONTRACT, Vec::new()),
        };
        let tx = Tx { access_list, ..tx.with_value(U256::from(value)).with_gas_limit(gas_limit) };
        compare_transaction(&code, &[(1, 1)], tx);
    }

    #[test]
    fn random_bytes_as_code_end_as_on_plain_revm(
        code in proptest::collection::vec(any::<u8>(), 0..60),
        data in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        // Code that begins as a program runs as one here.
        prop_assume!(!code.starts_with(&[0xef, 0xf0]));
        compare(&code, &[(0, 1)], data, 0, 100_000);
    }
}

#[test]
fn a_plain_transfer_takes_21000_gas_at_the_base_fee() {
    let mut world = World::new();
    let to = world.chain.accounts()[1];
    let before = (world.chain.balance(world.user), world.chain.balance(to));
    let receipt = world
        .chain
        .transact(Tx::transfer(world.user, to, number(5)))
        .unwrap();
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!(receipt.status, Status::Success);
    let fee = number(21_000 * world.chain.config().base_fee);
    assert_eq!(world.chain.balance(world.user), before.0 - number(5) - fee);
    assert_eq!(world.chain.balance(to), before.1 + number(5));
    assert_eq!(world.chain.nonce(world.user), 1);
}
