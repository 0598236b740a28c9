//! ArbWasmCache: which programs the chain keeps compiled at hand, so that calls of them are cheaper; and the contract that
//! clients ask for a place. Anybody is a manager of the cache, and places cost nothing.

use alloy_sol_types::{SolInterface, SolValue};
use revm::primitives::{Address, Bytes, B256, U256};

use super::{
    abi::{
        ArbWasm,
        ArbWasmCache::{self, ArbWasmCacheCalls},
        CacheManager::{self, CacheManagerCalls},
    },
    require_version, MethodCall, MethodResult, Purity, Refusal, READ_PARAMETERS_GAS,
    READ_STATE_GAS,
};
use crate::arbos::{ProgramRecord, ARB_WASM_CACHE_ADDRESS, CACHE_MANAGER_ADDRESS, STYLUS_VERSION};

pub(super) fn arb_wasm_cache(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    let method = call.open(ArbWasmCacheCalls::abi_decode(data), |method| match method {
        ArbWasmCacheCalls::cacheProgram(_) | ArbWasmCacheCalls::evictCodehash(_) => Purity::Write,
        _ => Purity::View,
    })?;
    let caller = call.inputs.caller;
    match method {
        ArbWasmCacheCalls::isCacheManager(_) => {
            call.burn(READ_STATE_GAS)?;
            Ok(true.abi_encode())
        }
        ArbWasmCacheCalls::allCacheManagers(_) => {
            // The number of managers, then each of them.
            call.burn(2 * READ_STATE_GAS)?;
            Ok(vec![CACHE_MANAGER_ADDRESS].abi_encode())
        }
        ArbWasmCacheCalls::codehashIsCached(arguments) => {
            let record = call.record(arguments.codehash)?;
            Ok(record.is_some_and(|record| record.cached).abi_encode())
        }
        ArbWasmCacheCalls::cacheProgram(arguments) => {
            let hash = call.code_hash(arguments.addr)?;
            set_cached(call, caller, hash, true)
        }
        ArbWasmCacheCalls::evictCodehash(arguments) => {
            set_cached(call, caller, arguments.codehash, false)
        }
    }
}

/// Puts a program into the cache or takes it out, at the price of the start-up work that its size asks for.
fn set_cached(
    call: &mut MethodCall<'_, '_>,
    manager: Address,
    hash: B256,
    cached: bool,
) -> MethodResult {
    // Whether the caller is a manager.
    call.burn(READ_STATE_GAS)?;
    call.burn(READ_PARAMETERS_GAS)?;
    let now = call.now();
    let record = match call.record(hash)? {
        Some(record) => record,
        None if cached => {
            return Err(Refusal::error(ArbWasm::ProgramNeedsUpgrade {
                version: 0,
                stylusVersion: STYLUS_VERSION,
            }));
        }
        None => return Ok(Vec::new()),
    };
    // A program that can no longer be called can be taken out, but not put in.
    if cached {
        require_version(&record)?;
        if record.is_expired(now) {
            return Err(Refusal::error(ArbWasm::ProgramExpired {
                ageInSeconds: record.age(now),
            }));
        }
    }
    if record.cached == cached {
        return Ok(Vec::new());
    }
    call.log(
        ARB_WASM_CACHE_ADDRESS,
        &ArbWasmCache::UpdateProgramCache {
            manager,
            codehash: hash,
            cached,
        },
    )?;
    call.burn(record.init_cost.into())?;
    // The hash of the native module, which only Nitro has.
    call.burn(READ_STATE_GAS)?;
    call.store(hash, record.with_cached(cached))?;
    Ok(Vec::new())
}

pub(super) fn cache_manager(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    let method = call.open(CacheManagerCalls::abi_decode(data), |method| match method {
        CacheManagerCalls::placeBid(_) => Purity::Payable,
        _ => Purity::View,
    })?;
    Ok(match method {
        // There is room for all programs.
        CacheManagerCalls::cacheSize(_) => u64::MAX.abi_encode(),
        CacheManagerCalls::queueSize(_) => 0_u64.abi_encode(),
        CacheManagerCalls::isPaused(_) => false.abi_encode(),
        CacheManagerCalls::getMinBid_1(_) => U256::ZERO.abi_encode(),
        CacheManagerCalls::getMinBid_0(arguments) => {
            biddable(call, arguments.program)?;
            U256::ZERO.abi_encode()
        }
        CacheManagerCalls::placeBid(arguments) => {
            let (hash, record) = biddable(call, arguments.program)?;
            if record.cached {
                return Err(Refusal::error(CacheManager::AlreadyCached {
                    codehash: hash,
                }));
            }
            return set_cached(call, CACHE_MANAGER_ADDRESS, hash, true);
        }
    })
}

/// A program for which a place can be asked.
fn biddable(
    call: &mut MethodCall<'_, '_>,
    program: Address,
) -> Result<(B256, ProgramRecord), Refusal> {
    let hash = call.code_hash(program)?;
    let now = call.now();
    let record = call
        .record(hash)?
        .filter(|record| !record.is_expired(now))
        .ok_or_else(|| Refusal::error(CacheManager::ProgramNotActivated {}))?;
    Ok((hash, record))
}
