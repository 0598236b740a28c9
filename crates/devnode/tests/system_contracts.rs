//! The chain's own contracts as clients call them.

mod common;

use alloy_sol_types::{SolCall, SolError, SolEvent};
use breakwater_devnode::{
    abi::{ArbGasInfo, ArbInfo, ArbOwnerPublic, ArbSys, ArbWasm, ArbWasmCache, CacheManager},
    Address, ChainConfig, Status, Tx, ARB_GAS_INFO_ADDRESS, ARB_INFO_ADDRESS,
    ARB_OWNER_PUBLIC_ADDRESS, ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS, B256,
    CACHE_MANAGER_ADDRESS, SYSTEM_CONTRACTS, U256,
};
use common::*;

/// Asks a contract; what it reverts with if it does.
fn ask<C: SolCall>(world: &mut World, to: Address, call: C) -> Result<C::Return, Vec<u8>> {
    let tx = Tx::call(world.user, to, call.abi_encode());
    let result = world.chain.call(tx).expect("a valid call");
    match result.status {
        Status::Success => Ok(C::abi_decode_returns(&result.output).expect("of its type")),
        _ => Err(result.output.to_vec()),
    }
}

#[test]
fn arb_sys_knows_the_l2_chain() {
    let mut world = World::with(ChainConfig {
        arbos_version: 51,
        ..ChainConfig::default()
    });
    let to = ARB_SYS_ADDRESS;
    assert_eq!(
        ask(&mut world, to, ArbSys::arbOSVersionCall {}),
        Ok(number(55 + 51))
    );
    assert_eq!(
        ask(&mut world, to, ArbSys::arbChainIDCall {}),
        Ok(number(412_346))
    );
    assert_eq!(
        ask(&mut world, to, ArbSys::getStorageGasAvailableCall {}),
        Ok(U256::ZERO)
    );
    assert_eq!(ask(&mut world, to, ArbSys::isTopLevelCallCall {}), Ok(true));
    assert_eq!(
        ask(&mut world, to, ArbSys::wasMyCallersAddressAliasedCall {}),
        Ok(false)
    );
    let alias = ArbSys::mapL1SenderContractAddressToL2AliasCall {
        sender: Address::repeat_byte(0xff),
        unused: Address::ZERO,
    };
    let expected = "0x1111000000000000000000000000000000001110".parse();
    assert_eq!(ask(&mut world, to, alias).map(Ok), Ok(expected));
}

#[test]
fn arb_sys_tells_a_contract_who_called_it_and_how_deep_it_is() {
    let mut world = World::new();
    let ask_sys = |data: Vec<u8>| {
        Step::Call(Call {
            input: data,
            ..call(ARB_SYS_ADDRESS)
        })
    };
    let steps = [
        ask_sys(ArbSys::myCallersAddressWithoutAliasingCall {}.abi_encode()),
        ask_sys(ArbSys::isTopLevelCallCall {}.abi_encode()),
    ];
    for machine in BOTH {
        let inner = world.deploy(machine, &steps);
        let outer = world.deploy(machine, &[Step::Call(call(inner))]);
        let one = number(1);
        let output = words(&world.send(inner).output);
        assert_eq!(
            output,
            [one, address_word(world.user), one, one],
            "{machine:?}"
        );
        let output = words(&world.send(outer).output);
        let expected = [one, one, address_word(outer), one, U256::ZERO];
        assert_eq!(output, expected, "{machine:?}");
    }
}

#[test]
fn arb_sys_gives_the_hashes_of_the_last_256_blocks() {
    let mut world = World::new();
    let hash = |world: &mut World, block: u64| {
        let call = ArbSys::arbBlockHashCall {
            arbBlockNum: number(block),
        };
        ask(world, ARB_SYS_ADDRESS, call)
    };
    for _ in 0..300 {
        world.chain.mine();
    }
    let last = world.chain.block_number();
    for block in [last, last - 1, last - 255] {
        let expected = world.chain.block(block).unwrap().hash;
        assert_eq!(hash(&mut world, block), Ok(expected));
    }
    let refusal = |requested: U256| {
        Err(ArbSys::InvalidBlockNumber {
            requested,
            current: number(last + 1),
        }
        .abi_encode())
    };
    for block in [last + 1, last - 256, 0, u64::MAX] {
        assert_eq!(hash(&mut world, block), refusal(number(block)));
    }
    let call = ArbSys::arbBlockHashCall {
        arbBlockNum: U256::MAX,
    };
    assert_eq!(ask(&mut world, ARB_SYS_ADDRESS, call), refusal(U256::MAX));
}

#[test]
fn gas_costs_the_base_fee_and_nothing_for_l1() {
    let mut world = World::new();
    let base_fee = number(world.chain.config().base_fee);
    let to = ARB_GAS_INFO_ADDRESS;
    let prices = ask(&mut world, to, ArbGasInfo::getPricesInWeiCall {}).unwrap();
    assert_eq!(
        (prices._0, prices._1, prices._4),
        (U256::ZERO, U256::ZERO, U256::ZERO)
    );
    assert_eq!(prices._2, base_fee * number(20_000));
    assert_eq!((prices._3, prices._5), (base_fee, base_fee));
    assert_eq!(
        ask(&mut world, to, ArbGasInfo::getMinimumGasPriceCall {}),
        Ok(base_fee)
    );
    assert_eq!(
        ask(&mut world, to, ArbGasInfo::getL1BaseFeeEstimateCall {}),
        Ok(U256::ZERO)
    );
    assert_eq!(
        ask(&mut world, to, ArbGasInfo::getCurrentTxL1GasFeesCall {}),
        Ok(U256::ZERO)
    );
    assert_eq!(ask(&mut world, to, ArbGasInfo::getGasBacklogCall {}), Ok(0));
    let params = ask(&mut world, to, ArbGasInfo::getGasAccountingParamsCall {}).unwrap();
    assert_eq!(
        (params._0, params._2),
        (number(7_000_000), number(32_000_000))
    );
    assert_eq!(
        ask(&mut world, to, ArbGasInfo::getPricesInArbGasCall {})
            .unwrap()
            ._2,
        number(20_000)
    );
    assert!(ask(&mut world, to, ArbGasInfo::getL1PricingSurplusCall {})
        .unwrap()
        .is_zero());
}

#[test]
fn accounts_and_the_chain_s_owner_can_be_asked_for() {
    let mut world = World::new();
    let account = world.user;
    let balance = world.chain.balance(account);
    let call = ArbInfo::getBalanceCall { account };
    assert_eq!(ask(&mut world, ARB_INFO_ADDRESS, call), Ok(balance));
    let program = world.deploy(Machine::Wasm, &[]);
    let code = world.chain.code(program);
    let call = ArbInfo::getCodeCall { account: program };
    assert_eq!(ask(&mut world, ARB_INFO_ADDRESS, call), Ok(code));
    let to = ARB_OWNER_PUBLIC_ADDRESS;
    let owners = ask(&mut world, to, ArbOwnerPublic::getAllChainOwnersCall {});
    assert_eq!(owners, Ok(Vec::new()));
    for (arbos_version, fragments) in [(51, 0), (60, 2), (61, 4)] {
        let mut world = World::with(ChainConfig {
            arbos_version,
            ..ChainConfig::default()
        });
        let call = ArbOwnerPublic::getMaxStylusContractFragmentsCall {};
        assert_eq!(ask(&mut world, to, call), Ok(fragments));
    }
}

#[test]
fn the_parameters_of_stylus_are_those_of_arbitrum_one() {
    let mut world = World::new();
    let to = ARB_WASM_ADDRESS;
    macro_rules! parameter {
        ($($call:ident = $value:expr;)*) => {$(
            assert_eq!(ask(&mut world, to, ArbWasm::$call {}), Ok($value), stringify!($call));
        )*};
    }
    parameter! {
        stylusVersionCall = 2;
        inkPriceCall = 10_000;
        maxStackDepthCall = 22_000;
        freePagesCall = 2;
        pageGasCall = 1_000;
        pageRampCall = 620_674_314;
        pageLimitCall = 128;
        initCostScalarCall = 100;
        expiryDaysCall = 365;
        keepaliveDaysCall = 31;
        blockCacheSizeCall = 32;
        activationGasCall = 0;
    }
    let program = world.chain.accounts()[1];
    let refusal = Err(ArbWasm::ProgramNotActivated {}.abi_encode());
    assert_eq!(
        ask(&mut world, to, ArbWasm::programVersionCall { program }),
        refusal
    );
    let codehash = B256::repeat_byte(1);
    assert_eq!(
        ask(&mut world, to, ArbWasm::codehashAsmSizeCall { codehash }).map(|_| 0),
        Err(ArbWasm::ProgramNotActivated {}.abi_encode())
    );
}

#[test]
fn clients_get_a_place_in_the_cache_from_its_manager() {
    let mut world = World::new();
    let program = world.deploy(Machine::Wasm, &[]);
    let managers = ask(
        &mut world,
        ARB_WASM_CACHE_ADDRESS,
        ArbWasmCache::allCacheManagersCall {},
    );
    assert_eq!(managers, Ok(vec![CACHE_MANAGER_ADDRESS]));
    assert_eq!(
        ask(
            &mut world,
            CACHE_MANAGER_ADDRESS,
            CacheManager::isPausedCall {}
        ),
        Ok(false)
    );
    let min = CacheManager::getMinBid_0Call { program };
    assert!(ask(&mut world, CACHE_MANAGER_ADDRESS, min)
        .unwrap()
        .is_zero());

    let bid = CacheManager::placeBidCall { program }.abi_encode();
    let receipt = world.send_with(CACHE_MANAGER_ADDRESS, &bid);
    let event = ArbWasmCache::UpdateProgramCache::decode_log(&receipt.logs[0]).unwrap();
    let codehash = world.chain.code_hash(program);
    assert_eq!(event.address, ARB_WASM_CACHE_ADDRESS);
    assert_eq!(
        (event.manager, event.codehash),
        (CACHE_MANAGER_ADDRESS, codehash)
    );
    let cached = ArbWasmCache::codehashIsCachedCall { codehash };
    assert_eq!(ask(&mut world, ARB_WASM_CACHE_ADDRESS, cached), Ok(true));
    let again = world.send_with(CACHE_MANAGER_ADDRESS, &bid);
    assert_eq!(
        again.output[..],
        CacheManager::AlreadyCached { codehash }.abi_encode()
    );
    let other = world.chain.accounts()[1];
    let bid = CacheManager::placeBidCall { program: other };
    assert_eq!(
        ask(&mut world, CACHE_MANAGER_ADDRESS, bid).map(|_| ()),
        Err(CacheManager::ProgramNotActivated {}.abi_encode())
    );
}

#[test]
fn a_program_that_is_cached_still_counts_for_its_block() {
    let mut world = World::new();
    let program = world.deploy(Machine::Wasm, &[]);
    world.chain.cache_program(world.user, program).unwrap();
    world.chain.set_automine(false);
    let cached = |world: &mut World| {
        let tx = Tx::call(world.user, program, Vec::new());
        world.chain.transact_traced(tx).unwrap().1.programs[0].cached
    };
    assert!(cached(&mut world));
    let codehash = world.chain.code_hash(program);
    let evict = ArbWasmCache::evictCodehashCall { codehash }.abi_encode();
    assert!(world.send_with(ARB_WASM_CACHE_ADDRESS, &evict).is_success());
    assert!(cached(&mut world), "called in this block");
    world.chain.mine();
    assert!(!cached(&mut world));
}

#[test]
fn a_call_that_a_method_does_not_take_reverts_and_takes_all_gas() {
    let mut world = World::new();
    let view = ArbSys::arbBlockNumberCall {}.abi_encode();
    for to in SYSTEM_CONTRACTS {
        for data in [&[][..], &[1, 2, 3], &[0xff; 4], &[0xff; 400], &view[..3]] {
            let tx = Tx::call(world.user, to, data.to_vec()).with_gas_limit(90_000);
            let receipt = world.chain.transact(tx).unwrap();
            assert_eq!(receipt.status, Status::Reverted, "{to} {data:?}");
            assert_eq!(
                (receipt.gas_used, receipt.output.len()),
                (90_000, 0),
                "{to}"
            );
        }
    }
    let tx = Tx::call(world.user, ARB_SYS_ADDRESS, view.clone()).with_value(number(1));
    assert_eq!(world.chain.transact(tx).unwrap().status, Status::Reverted);
    // A delegate call acts as its caller, who has no such powers; a static call is fine.
    let ask_as = |kind| {
        Step::Call(Call {
            input: view.clone(),
            gas: Some(10_000),
            ..Call::new(kind, ARB_SYS_ADDRESS)
        })
    };
    for machine in BOTH {
        let caller = world.deploy(machine, &[ask_as(Kind::Delegate), ask_as(Kind::Static)]);
        let block = number(world.chain.block_number() + 1);
        let output = world.send(caller).output;
        assert_eq!(
            words(&output),
            [U256::ZERO, number(1), block],
            "{machine:?}"
        );
    }
}

#[test]
fn the_chain_s_contracts_are_warm_and_reading_them_warms_nothing_else() {
    let mut world = World::new();
    let program = world.deploy(Machine::Wasm, &[]);
    let version = ArbWasm::programVersionCall { program }.abi_encode();
    let asked = |address| {
        [
            Step::Call(Call {
                input: version.clone(),
                ..call(ARB_WASM_ADDRESS)
            }),
            Step::AppendGas,
            Step::AppendBalance(address),
            Step::AppendGas,
        ]
    };
    let mut gas = |address| {
        let caller = world.deploy(Machine::Evm, &asked(address));
        let output = world.send(caller).output;
        let words = words(&output);
        words[2] - words[4]
    };
    let (cold, warm) = (gas(program), gas(ARB_WASM_ADDRESS));
    assert_eq!(cold - warm, number(2_500));
    assert_eq!(gas(breakwater_devnode::ARBOS_STATE_ADDRESS), cold);
}
