//! ArbWasm: activation of Stylus programs, and their figures.

use alloy_sol_types::{SolInterface, SolValue};
use breakwater_stylus_vm::{
    code::{self, CodeLimits, Root, MAX_CODE_SIZE},
    evm_costs::account_access_gas,
    DEFAULT_INK_PRICE,
};
use revm::{
    context_interface::JournalTr,
    primitives::{keccak256, Address, Bytes, B256, U256},
};

use super::{
    abi::ArbWasm::{self, ArbWasmCalls},
    DataPrice, MethodCall, MethodResult, Purity, Refusal, COPY_WORD_GAS, READ_PARAMETERS_GAS,
    READ_STATE_GAS, WRITE_STATE_GAS,
};
use crate::{
    arbos::{
        self, ProgramRecord, ARB_WASM_ADDRESS, BLOCK_CACHE_SIZE, DATA_PRICE_SLOT, EXPIRY_SECONDS,
        KEEPALIVE_SECONDS, NETWORK_FEE_ADDRESS, STYLUS_VERSION,
    },
    program_cache::ProgramError,
};

/// Gas of an activation, whatever the program.
pub const FIXED_ACTIVATION_GAS: u64 = 1_659_168;
/// First ArbOS version in which the chain's owner can set a price on activation on top. Nobody does here: it is 0.
const ARBOS_ACTIVATION_GAS: u64 = 60;
/// Words of the state that hold the price of data: read, and written.
const DATA_PRICE_READS: u64 = 5;
const DATA_PRICE_WRITES: u64 = 2;

/// Stylus parameters that clients ask for.
const MAX_STACK_DEPTH: u32 = 22_000;
const FREE_PAGES: u16 = 2;
const PAGE_GAS: u16 = 1_000;
/// The constant by which the chain derives the exponential of pages. (It counts as 31,874,000^(1/128).)
const PAGE_RAMP: u64 = 620_674_314;
const PAGE_LIMIT: u16 = 128;
const MIN_INIT_GAS: u64 = 69 * 128;
const MIN_CACHED_GAS: u64 = 11 * 32;
const INIT_COST_PERCENT: u64 = 100;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

pub(super) fn arb_wasm(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    let method = call.open(ArbWasmCalls::abi_decode(data), |method| match method {
        ArbWasmCalls::activateProgram(_) | ArbWasmCalls::codehashKeepalive(_) => Purity::Payable,
        _ => Purity::View,
    })?;
    match method {
        ArbWasmCalls::activateProgram(arguments) => return activate(call, arguments.program),
        ArbWasmCalls::activationGas(_) => {
            if call.arbos_version() < ARBOS_ACTIVATION_GAS {
                return Err(Refusal::TakesAllGas);
            }
            call.burn(READ_STATE_GAS)?;
            return Ok(0_u64.abi_encode());
        }
        _ => call.burn(READ_PARAMETERS_GAS)?,
    }
    Ok(match method {
        ArbWasmCalls::activateProgram(_) | ArbWasmCalls::activationGas(_) => Vec::new(),
        ArbWasmCalls::codehashKeepalive(arguments) => {
            return keep_alive(call, arguments.codehash);
        }
        ArbWasmCalls::stylusVersion(_) => STYLUS_VERSION.abi_encode(),
        ArbWasmCalls::codehashVersion(arguments) => {
            call.active(arguments.codehash)?.version.abi_encode()
        }
        ArbWasmCalls::programVersion(arguments) => {
            active_at(call, arguments.program)?.version.abi_encode()
        }
        ArbWasmCalls::codehashAsmSize(arguments) => {
            call.active(arguments.codehash)?.size().abi_encode()
        }
        ArbWasmCalls::programInitGas(arguments) => {
            let record = active_at(call, arguments.program)?;
            let cached = MIN_CACHED_GAS + u64::from(record.cached_cost);
            let not_cached = cached + MIN_INIT_GAS + u64::from(record.init_cost);
            (not_cached, cached).abi_encode()
        }
        ArbWasmCalls::programMemoryFootprint(arguments) => {
            active_at(call, arguments.program)?.footprint.abi_encode()
        }
        ArbWasmCalls::programTimeLeft(arguments) => {
            let record = active_at(call, arguments.program)?;
            EXPIRY_SECONDS
                .saturating_sub(record.age(call.now()))
                .abi_encode()
        }
        ArbWasmCalls::inkPrice(_) => DEFAULT_INK_PRICE.abi_encode(),
        ArbWasmCalls::maxStackDepth(_) => MAX_STACK_DEPTH.abi_encode(),
        ArbWasmCalls::freePages(_) => FREE_PAGES.abi_encode(),
        ArbWasmCalls::pageGas(_) => PAGE_GAS.abi_encode(),
        ArbWasmCalls::pageRamp(_) => PAGE_RAMP.abi_encode(),
        ArbWasmCalls::pageLimit(_) => PAGE_LIMIT.abi_encode(),
        ArbWasmCalls::minInitGas(_) => (MIN_INIT_GAS, MIN_CACHED_GAS).abi_encode(),
        ArbWasmCalls::initCostScalar(_) => INIT_COST_PERCENT.abi_encode(),
        ArbWasmCalls::expiryDays(_) => (EXPIRY_SECONDS / SECONDS_PER_DAY).abi_encode(),
        ArbWasmCalls::keepaliveDays(_) => (KEEPALIVE_SECONDS / SECONDS_PER_DAY).abi_encode(),
        ArbWasmCalls::blockCacheSize(_) => BLOCK_CACHE_SIZE.abi_encode(),
    })
}

/// The record of an account whose program can be called.
fn active_at(call: &mut MethodCall<'_, '_>, address: Address) -> Result<ProgramRecord, Refusal> {
    let hash = call.code_hash(address)?;
    call.active(hash)
}

/// Activates the program at an address: checks and compiles it, and takes gas for that and the data fee in wei.
fn activate(call: &mut MethodCall<'_, '_>, address: Address) -> MethodResult {
    if call.arbos_version() >= ARBOS_ACTIVATION_GAS {
        call.burn(READ_STATE_GAS)?;
    }
    call.burn(FIXED_ACTIVATION_GAS)?;
    call.burn(READ_PARAMETERS_GAS)?;
    let (hash, code) = arbos::peek_code(call.journal(), address);
    let now = call.now();
    let before = call.record(hash)?;
    let is_up_to_date =
        |record: ProgramRecord| record.version == STYLUS_VERSION && !record.is_expired(now);
    if before.is_some_and(is_up_to_date) {
        return Err(Refusal::error(ArbWasm::ProgramUpToDate {}));
    }
    read_fragments(call, code.original_byte_slice())?;
    let program = call.compiled(hash, &code).map_err(|error| match error {
        ProgramError::Code(_) => Refusal::Silent,
        ProgramError::Activation(_) => Refusal::Failure,
    })?;
    let figures = *program.figures();
    // A transaction that has pages open can activate only what still fits.
    let pages_left = PAGE_LIMIT.saturating_sub(call.context.chain.pages.open());
    if figures.footprint_pages > pages_left {
        return Err(Refusal::Failure);
    }
    call.burn(figures.activation_gas)?;
    let is_cached = before.is_some_and(|record| record.cached);
    if is_cached {
        call.burn(READ_STATE_GAS)?;
    }
    // The hash of the native module, which only Nitro has.
    call.burn(WRITE_STATE_GAS)?;
    let size = u32::try_from(figures.asm_estimate).unwrap_or(u32::MAX);
    let fee = data_fee(call, size)?;
    call.store(hash, ProgramRecord::new(&figures, now, is_cached))?;
    take_fee(call, fee)?;
    call.log(
        ARB_WASM_ADDRESS,
        &ArbWasm::ProgramActivated {
            codehash: hash,
            // Nitro gives the hash of its native module; here it names the code, for want of one.
            moduleHash: keccak256(hash),
            program: address,
            dataFee: fee,
            version: STYLUS_VERSION,
        },
    )?;
    Ok((STYLUS_VERSION, fee).abi_encode())
}

/// Checks that code is that of a program, and reads the fragments of one that stands in some: each is an account that is
/// warm from then on, at the price of its access and of copying its code.
fn read_fragments(call: &mut MethodCall<'_, '_>, code: &[u8]) -> Result<(), Refusal> {
    let version = call.arbos_version();
    if code::is_program(code) {
        return Ok(());
    }
    if !code::is_part_of_program(code, version) {
        let has_fragments = version >= CodeLimits::ARBOS_FRAGMENTS;
        return Err(match has_fragments || code.is_empty() {
            true => Refusal::error(ArbWasm::ProgramNotWasm {}),
            false => Refusal::Silent,
        });
    }
    let limits = CodeLimits::of_arbos(version);
    let root = Root::parse(code)
        .and_then(|root| root.check(limits).map(|()| root))
        .map_err(|_| Refusal::Silent)?;
    for address in root.fragments() {
        let (_, fragment) = arbos::peek_code(call.journal(), *address);
        // Whether the account is warm is not known before it is touched; a call that fails is rolled back.
        let Ok(account) = call.journal().load_account(*address);
        let access = account_access_gas(account.is_cold);
        // The most that a fragment can cost must be there, though only what it costs is taken.
        if call.gas.remaining() < access + copy_gas(MAX_CODE_SIZE) {
            return Err(Refusal::TakesAllGas);
        }
        let fragment = fragment.original_byte_slice();
        call.burn(access + copy_gas(fragment.len()))?;
        if !code::is_fragment(fragment) {
            return Err(Refusal::Silent);
        }
    }
    Ok(())
}

fn copy_gas(bytes: usize) -> u64 {
    COPY_WORD_GAS * (bytes as u64).div_ceil(32)
}

/// Counts `size` bytes of native code in the price of data, and gives their fee in wei.
fn data_fee(call: &mut MethodCall<'_, '_>, size: u32) -> Result<U256, Refusal> {
    call.burn(DATA_PRICE_READS * READ_STATE_GAS + DATA_PRICE_WRITES * WRITE_STATE_GAS)?;
    let now = call.now();
    let journal = call.journal();
    let price = DataPrice::from_word(arbos::peek_state(journal, DATA_PRICE_SLOT));
    let (after, fee) = price.charge(size, now);
    arbos::write_state(journal, DATA_PRICE_SLOT, after.to_word());
    Ok(fee)
}

/// Takes a fee out of the value that came with the call, and gives the rest back.
fn take_fee(call: &mut MethodCall<'_, '_>, fee: U256) -> Result<(), Refusal> {
    let have = call.inputs.call_value();
    let Some(rest) = have.checked_sub(fee) else {
        return Err(Refusal::error(ArbWasm::ProgramInsufficientValue {
            have,
            want: fee,
        }));
    };
    call.burn(READ_STATE_GAS)?;
    let caller = call.inputs.caller;
    for (to, amount) in [(NETWORK_FEE_ADDRESS, fee), (caller, rest)] {
        let Ok(failed) = call.journal().transfer(ARB_WASM_ADDRESS, to, amount);
        if failed.is_some() {
            return Err(Refusal::Silent);
        }
    }
    Ok(())
}

/// Starts the time of an activation again.
fn keep_alive(call: &mut MethodCall<'_, '_>, code_hash: B256) -> MethodResult {
    let record = call.active(code_hash)?;
    let now = call.now();
    if record.age(now) < KEEPALIVE_SECONDS {
        return Err(Refusal::error(ArbWasm::ProgramKeepaliveTooSoon {
            ageInSeconds: record.age(now),
        }));
    }
    let fee = data_fee(call, record.size())?;
    call.store(code_hash, record.renewed(now))?;
    take_fee(call, fee)?;
    call.log(
        ARB_WASM_ADDRESS,
        &ArbWasm::ProgramLifetimeExtended {
            codehash: code_hash,
            dataFee: fee,
        },
    )?;
    Ok(Vec::new())
}
