//! The chain's own precompiled contracts: ArbSys, ArbWasm and ArbWasmCache, as far as programs and tools need them.
//!
//! Gas of a method: 800 for opening the state, 3 for each word of arguments and results, 800 for each record read; activation
//! and caching as their constants say.

use std::sync::LazyLock;

use alloy_sol_types::{SolCall, SolError, SolEvent, SolInterface, SolValue};
use breakwater_stylus_vm::{
    code::{is_program, CodeError},
    PageCounters, Program, DEFAULT_INK_PRICE,
};
use revm::{
    context_interface::{Block, Cfg, ContextTr, JournalTr},
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, CallScheme, Gas, InstructionResult, InterpreterResult},
    primitives::{keccak256, Address, AddressSet, Bytes, Log, B256, U256},
    state::Bytecode,
    Database,
};

use crate::{
    arbos::{
        ProgramRecord, ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS, BLOCK_CACHE_SIZE,
        EXPIRY_SECONDS, KEEPALIVE_SECONDS, NETWORK_FEE_ADDRESS, STYLUS_VERSION,
    },
    config::ARBOS_BLOCK_CACHE,
    machine::{ChainContext, SPEC},
    program_cache::ProgramError,
};

/// Solidity interfaces of the precompiled contracts (Arbitrum's own declarations, the part that is implemented).
#[allow(missing_docs)]
pub mod abi {
    alloy_sol_types::sol! {
        interface ArbSys {
            function arbBlockNumber() external view returns (uint256);
            function arbChainID() external view returns (uint256);
            function arbOSVersion() external view returns (uint256);
        }

        interface ArbWasm {
            function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
            function codehashKeepalive(bytes32 codehash) external payable;
            function stylusVersion() external view returns (uint16 version);
            function codehashVersion(bytes32 codehash) external view returns (uint16 version);
            function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
            function programVersion(address program) external view returns (uint16 version);
            function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
            function programMemoryFootprint(address program) external view returns (uint16 footprint);
            function programTimeLeft(address program) external view returns (uint64 _secs);
            function inkPrice() external view returns (uint32 price);
            function maxStackDepth() external view returns (uint32 depth);
            function freePages() external view returns (uint16 pages);
            function pageGas() external view returns (uint16 gas);
            function pageLimit() external view returns (uint16 limit);
            function minInitGas() external view returns (uint64 gas, uint64 cached);
            function initCostScalar() external view returns (uint64 percent);
            function expiryDays() external view returns (uint16 _days);
            function keepaliveDays() external view returns (uint16 _days);
            function blockCacheSize() external view returns (uint16 count);

            event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
            event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

            error ProgramNotWasm();
            error ProgramNotActivated();
            error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
            error ProgramExpired(uint64 ageInSeconds);
            error ProgramUpToDate();
            error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
            error ProgramInsufficientValue(uint256 have, uint256 want);
        }

        interface ArbWasmCache {
            function isCacheManager(address manager) external view returns (bool);
            function allCacheManagers() external view returns (address[] memory managers);
            function cacheCodehash(bytes32 codehash) external;
            function cacheProgram(address addr) external;
            function evictCodehash(bytes32 codehash) external;
            function codehashIsCached(bytes32 codehash) external view returns (bool);

            event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
        }
    }
}

use abi::{
    ArbSys::{self, ArbSysCalls},
    ArbWasm::{self, ArbWasmCalls},
    ArbWasmCache::{self, ArbWasmCacheCalls},
};

/// Gas of an activation, whatever the program.
pub const FIXED_ACTIVATION_GAS: u64 = 1_659_168;
/// Data fee of an activation: wei for each byte of [`breakwater_stylus_vm::Figures::asm_estimate`], the chain's least price.
/// (On Arbitrum it is multiplied by a factor that grows with demand and falls back to 1; here it is always 1.)
pub const DATA_FEE_PER_BYTE: u64 = 82_928_201;

const OPEN_STATE_GAS: u64 = 800;
const READ_RECORD_GAS: u64 = 800;
const WRITE_RECORD_GAS: u64 = 20_000;
const COPY_WORD_GAS: u64 = 3;
const LOG_GAS: u64 = 375;
const LOG_TOPIC_GAS: u64 = 375;
const LOG_BYTE_GAS: u64 = 8;
/// Stylus limits that clients ask for.
const MAX_STACK_DEPTH: u32 = 22_000;
const FREE_PAGES: u16 = 2;
const PAGE_GAS: u16 = 1_000;
const PAGE_LIMIT: u16 = 128;
const MIN_INIT_GAS: u64 = 69 * 128;
const MIN_CACHED_GAS: u64 = 11 * 32;
const INIT_COST_PERCENT: u64 = 100;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// What ArbSys adds to the ArbOS version when asked.
const ARBOS_VERSION_OFFSET: u64 = 55;

/// Why a method did not return.
enum Refusal {
    /// It reverts with this data; gas is kept.
    Revert(Vec<u8>),
    /// Not enough gas.
    OutOfGas,
    /// It fails, and takes all gas.
    Failure,
}

impl Refusal {
    fn error(error: impl SolError) -> Self {
        Self::Revert(error.abi_encode())
    }

    fn silent() -> Self {
        Self::Revert(Vec::new())
    }
}

/// Ethereum's precompiled contracts and the chain's own.
#[derive(Debug)]
pub(crate) struct ChainPrecompiles {
    ethereum: EthPrecompiles,
}

impl ChainPrecompiles {
    pub(crate) fn new() -> Self {
        Self {
            ethereum: EthPrecompiles::new(SPEC),
        }
    }
}

/// Addresses that are warm from the start.
static WARM_ADDRESSES: LazyLock<AddressSet> = LazyLock::new(|| {
    let mut addresses = EthPrecompiles::new(SPEC).warm_addresses().clone();
    addresses.extend([ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS]);
    addresses
});

impl<'db> PrecompileProvider<ChainContext<'db>> for ChainPrecompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: revm::primitives::hardfork::SpecId) -> bool {
        <EthPrecompiles as PrecompileProvider<ChainContext<'db>>>::set_spec(
            &mut self.ethereum,
            spec,
        )
    }

    fn run(
        &mut self,
        context: &mut ChainContext<'db>,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let method = match inputs.bytecode_address {
            ARB_SYS_ADDRESS => arb_sys,
            ARB_WASM_ADDRESS => arb_wasm,
            ARB_WASM_CACHE_ADDRESS => arb_wasm_cache,
            _ => return self.ethereum.run(context, inputs),
        };
        let data = inputs.input.bytes(context);
        let mut call = MethodCall {
            context,
            inputs,
            gas: Gas::new(inputs.gas_limit),
        };
        let result = call
            .burn(OPEN_STATE_GAS)
            .and_then(|()| call.burn_words(data.len().saturating_sub(4)))
            .and_then(|()| method(&mut call, &data))
            .and_then(|output| call.burn_words(output.len()).map(|()| output));
        let mut gas = call.gas;
        let (end, output) = match result {
            Ok(output) => (InstructionResult::Return, output),
            Err(Refusal::Revert(data)) => (InstructionResult::Revert, data),
            Err(refusal) => {
                gas.spend_all();
                let end = match refusal {
                    Refusal::OutOfGas => InstructionResult::PrecompileOOG,
                    _ => InstructionResult::PrecompileError,
                };
                (end, Vec::new())
            }
        };
        Ok(Some(InterpreterResult::new(end, output.into(), gas)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        &WARM_ADDRESSES
    }
}

/// A call of a method of a precompiled contract.
struct MethodCall<'call, 'db> {
    context: &'call mut ChainContext<'db>,
    inputs: &'call CallInputs,
    gas: Gas,
}

impl MethodCall<'_, '_> {
    fn burn(&mut self, gas: u64) -> Result<(), Refusal> {
        match self.gas.record_regular_cost(gas) {
            true => Ok(()),
            false => Err(Refusal::OutOfGas),
        }
    }

    fn burn_words(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.burn(COPY_WORD_GAS.saturating_mul((bytes as u64).div_ceil(32)))
    }

    fn now(&self) -> u64 {
        self.context.block.timestamp().saturating_to()
    }

    /// Refuses value that a method cannot take.
    fn refuse_value(&self) -> Result<(), Refusal> {
        match self.inputs.call_value().is_zero() {
            true => Ok(()),
            false => Err(Refusal::silent()),
        }
    }

    /// Refuses to write in a static context, and as anybody else (a delegate call acts as its caller).
    fn require_write(&self) -> Result<(), Refusal> {
        let acts_as_itself = matches!(self.inputs.scheme, CallScheme::Call);
        match acts_as_itself && !self.inputs.is_static {
            true => Ok(()),
            false => Err(Refusal::Failure),
        }
    }

    /// Hash and code of an account, without warming it.
    fn code_of(&mut self, address: Address) -> (B256, Bytecode) {
        let journal = self.context.journal_mut();
        let loaded = journal
            .evm_state()
            .get(&address)
            .map(|account| &account.info);
        let info = match loaded {
            Some(info) => info.clone(),
            None => {
                let Ok(info) = journal.db_mut().basic(address);
                info.unwrap_or_default()
            }
        };
        let code = match info.code {
            Some(code) => code,
            None => {
                let Ok(code) = journal.db_mut().code_by_hash(info.code_hash);
                code
            }
        };
        (info.code_hash, code)
    }

    fn compiled(&mut self, hash: B256, code: &Bytecode) -> Result<Program, ProgramError> {
        let code = code.original_byte_slice();
        self.context.chain.programs.program(hash, code)
    }

    fn record(&mut self, code_hash: B256) -> Result<Option<ProgramRecord>, Refusal> {
        self.burn(READ_RECORD_GAS)?;
        Ok(ProgramRecord::load(self.context.journal_mut(), code_hash))
    }

    /// The record of a program that can be called.
    fn active(&mut self, code_hash: B256) -> Result<ProgramRecord, Refusal> {
        let record = self
            .record(code_hash)?
            .ok_or_else(|| Refusal::error(ArbWasm::ProgramNotActivated {}))?;
        let now = self.now();
        match record.time_left(now) {
            Some(_) => Ok(record),
            None => Err(Refusal::error(ArbWasm::ProgramExpired {
                ageInSeconds: record.age(now),
            })),
        }
    }

    /// The compiled program of an account that can be called.
    fn active_program(&mut self, address: Address) -> Result<(ProgramRecord, Program), Refusal> {
        let (hash, code) = self.code_of(address);
        let record = self.active(hash)?;
        let program = self
            .compiled(hash, &code)
            .map_err(|_| Refusal::error(ArbWasm::ProgramNotActivated {}))?;
        Ok((record, program))
    }

    fn log(&mut self, event: &impl SolEvent) -> Result<(), Refusal> {
        let data = event.encode_log_data();
        let topics = data.topics().len() as u64;
        self.burn(LOG_GAS + LOG_TOPIC_GAS * topics + LOG_BYTE_GAS * data.data.len() as u64)?;
        let address = self.inputs.target_address;
        self.context.journal_mut().log(Log { address, data });
        Ok(())
    }

    /// Takes a fee out of the value that came with the call, and gives the rest back.
    fn take_fee(&mut self, fee: U256) -> Result<(), Refusal> {
        let have = self.inputs.call_value();
        let Some(rest) = have.checked_sub(fee) else {
            return Err(Refusal::error(ArbWasm::ProgramInsufficientValue {
                have,
                want: fee,
            }));
        };
        let (own, caller) = (self.inputs.target_address, self.inputs.caller);
        for (to, amount) in [(NETWORK_FEE_ADDRESS, fee), (caller, rest)] {
            let Ok(failed) = self.context.journal_mut().transfer(own, to, amount);
            if failed.is_some() {
                return Err(Refusal::Failure);
            }
        }
        Ok(())
    }
}

fn data_fee(program: &Program) -> U256 {
    U256::from(DATA_FEE_PER_BYTE) * U256::from(program.figures().asm_estimate)
}

/// Gas of starting a program, pages left out.
fn init_gas(program: &Program, cached: bool) -> u64 {
    let figures = program.figures();
    let pages = PageCounters::default();
    figures
        .entry_gas(cached, &pages)
        .saturating_sub(pages.cost(figures.footprint_pages))
}

fn arb_sys(call: &mut MethodCall<'_, '_>, data: &Bytes) -> Result<Vec<u8>, Refusal> {
    let method = ArbSysCalls::abi_decode(data).map_err(|_| Refusal::silent())?;
    call.refuse_value()?;
    let chain = &call.context.chain;
    Ok(match method {
        ArbSysCalls::arbBlockNumber(_) => {
            ArbSys::arbBlockNumberCall::abi_encode_returns(&U256::from(chain.l2_block_number))
        }
        ArbSysCalls::arbChainID(_) => {
            ArbSys::arbChainIDCall::abi_encode_returns(&U256::from(call.context.cfg.chain_id()))
        }
        ArbSysCalls::arbOSVersion(_) => ArbSys::arbOSVersionCall::abi_encode_returns(&U256::from(
            ARBOS_VERSION_OFFSET + chain.arbos_version,
        )),
    })
}

fn arb_wasm(call: &mut MethodCall<'_, '_>, data: &Bytes) -> Result<Vec<u8>, Refusal> {
    let method = ArbWasmCalls::abi_decode(data).map_err(|_| Refusal::silent())?;
    match method {
        ArbWasmCalls::activateProgram(arguments) => return activate(call, arguments.program),
        ArbWasmCalls::codehashKeepalive(arguments) => return keep_alive(call, arguments.codehash),
        _ => call.refuse_value()?,
    }
    Ok(match method {
        ArbWasmCalls::activateProgram(_) | ArbWasmCalls::codehashKeepalive(_) => Vec::new(),
        ArbWasmCalls::stylusVersion(_) => STYLUS_VERSION.abi_encode(),
        ArbWasmCalls::codehashVersion(arguments) => {
            call.active(arguments.codehash)?.version.abi_encode()
        }
        ArbWasmCalls::programVersion(arguments) => {
            let (hash, _) = call.code_of(arguments.program);
            call.active(hash)?.version.abi_encode()
        }
        ArbWasmCalls::codehashAsmSize(arguments) => {
            let hash = arguments.codehash;
            call.active(hash)?;
            let Ok(code) = call.context.journal_mut().db_mut().code_by_hash(hash);
            let program = call
                .compiled(hash, &code)
                .map_err(|_| Refusal::error(ArbWasm::ProgramNotActivated {}))?;
            let size = u32::try_from(program.figures().asm_estimate).unwrap_or(u32::MAX);
            size.abi_encode()
        }
        ArbWasmCalls::programInitGas(arguments) => {
            let (_, program) = call.active_program(arguments.program)?;
            (init_gas(&program, false), init_gas(&program, true)).abi_encode()
        }
        ArbWasmCalls::programMemoryFootprint(arguments) => {
            let (_, program) = call.active_program(arguments.program)?;
            program.figures().footprint_pages.abi_encode()
        }
        ArbWasmCalls::programTimeLeft(arguments) => {
            let (hash, _) = call.code_of(arguments.program);
            let record = call.active(hash)?;
            record.time_left(call.now()).unwrap_or(0).abi_encode()
        }
        ArbWasmCalls::inkPrice(_) => DEFAULT_INK_PRICE.abi_encode(),
        ArbWasmCalls::maxStackDepth(_) => MAX_STACK_DEPTH.abi_encode(),
        ArbWasmCalls::freePages(_) => FREE_PAGES.abi_encode(),
        ArbWasmCalls::pageGas(_) => PAGE_GAS.abi_encode(),
        ArbWasmCalls::pageLimit(_) => PAGE_LIMIT.abi_encode(),
        ArbWasmCalls::minInitGas(_) => (MIN_INIT_GAS, MIN_CACHED_GAS).abi_encode(),
        ArbWasmCalls::initCostScalar(_) => INIT_COST_PERCENT.abi_encode(),
        ArbWasmCalls::expiryDays(_) => (EXPIRY_SECONDS / SECONDS_PER_DAY).abi_encode(),
        ArbWasmCalls::keepaliveDays(_) => (KEEPALIVE_SECONDS / SECONDS_PER_DAY).abi_encode(),
        ArbWasmCalls::blockCacheSize(_) => {
            let on = call.context.chain.arbos_version >= ARBOS_BLOCK_CACHE;
            (if on { BLOCK_CACHE_SIZE } else { 0 }).abi_encode()
        }
    })
}

/// Activates the program at an address: checks and compiles it, and takes gas for that and the data fee in wei.
fn activate(call: &mut MethodCall<'_, '_>, address: Address) -> Result<Vec<u8>, Refusal> {
    call.require_write()?;
    call.burn(FIXED_ACTIVATION_GAS)?;
    let (hash, code) = call.code_of(address);
    if !is_program(code.original_byte_slice()) {
        return Err(Refusal::error(ArbWasm::ProgramNotWasm {}));
    }
    let now = call.now();
    let before = ProgramRecord::load(call.context.journal_mut(), hash);
    if before
        .is_some_and(|record| record.version == STYLUS_VERSION && record.time_left(now).is_some())
    {
        return Err(Refusal::error(ArbWasm::ProgramUpToDate {}));
    }
    let program = call.compiled(hash, &code).map_err(|error| match error {
        ProgramError::Code(CodeError::NotAProgram) => Refusal::error(ArbWasm::ProgramNotWasm {}),
        _ => Refusal::Failure,
    })?;
    call.burn(program.figures().activation_gas)?;
    let fee = data_fee(&program);
    call.take_fee(fee)?;
    ProgramRecord {
        version: STYLUS_VERSION,
        activated_at: now,
        cached: before.is_some_and(|record| record.cached),
    }
    .store(call.context.journal_mut(), hash);
    call.log(&ArbWasm::ProgramActivated {
        codehash: hash,
        // Nitro gives the hash of its native module; here it names the code, for want of one.
        moduleHash: keccak256(hash),
        program: address,
        dataFee: fee,
        version: STYLUS_VERSION,
    })?;
    Ok((STYLUS_VERSION, fee).abi_encode())
}

/// Starts the time of an activation again.
fn keep_alive(call: &mut MethodCall<'_, '_>, code_hash: B256) -> Result<Vec<u8>, Refusal> {
    call.require_write()?;
    let mut record = call.active(code_hash)?;
    let now = call.now();
    if record.age(now) < KEEPALIVE_SECONDS {
        return Err(Refusal::error(ArbWasm::ProgramKeepaliveTooSoon {
            ageInSeconds: record.age(now),
        }));
    }
    let Ok(code) = call.context.journal_mut().db_mut().code_by_hash(code_hash);
    let program = call
        .compiled(code_hash, &code)
        .map_err(|_| Refusal::error(ArbWasm::ProgramNotActivated {}))?;
    let fee = data_fee(&program);
    call.take_fee(fee)?;
    call.burn(WRITE_RECORD_GAS)?;
    record.activated_at = now;
    record.store(call.context.journal_mut(), code_hash);
    call.log(&ArbWasm::ProgramLifetimeExtended {
        codehash: code_hash,
        dataFee: fee,
    })?;
    Ok(Vec::new())
}

fn arb_wasm_cache(call: &mut MethodCall<'_, '_>, data: &Bytes) -> Result<Vec<u8>, Refusal> {
    let method = ArbWasmCacheCalls::abi_decode(data).map_err(|_| Refusal::silent())?;
    call.refuse_value()?;
    match method {
        ArbWasmCacheCalls::isCacheManager(_) => return Ok(true.abi_encode()),
        ArbWasmCacheCalls::allCacheManagers(_) => return Ok(Vec::<Address>::new().abi_encode()),
        ArbWasmCacheCalls::codehashIsCached(arguments) => {
            let record = call.record(arguments.codehash)?;
            return Ok(record.is_some_and(|record| record.cached).abi_encode());
        }
        ArbWasmCacheCalls::cacheProgram(arguments) => {
            let (hash, code) = call.code_of(arguments.addr);
            cache(call, hash, &code)?;
        }
        ArbWasmCacheCalls::cacheCodehash(arguments) => {
            let hash = arguments.codehash;
            let Ok(code) = call.context.journal_mut().db_mut().code_by_hash(hash);
            cache(call, hash, &code)?;
        }
        ArbWasmCacheCalls::evictCodehash(arguments) => {
            call.require_write()?;
            let record = call.record(arguments.codehash)?;
            // A program that is no longer active can be taken out too.
            if let Some(record) = record.filter(|record| record.cached) {
                set_cached(call, arguments.codehash, record, false)?;
            }
        }
    }
    Ok(Vec::new())
}

/// Puts a program into the cache, at the price of one start that is not cached.
fn cache(call: &mut MethodCall<'_, '_>, hash: B256, code: &Bytecode) -> Result<(), Refusal> {
    call.require_write()?;
    let record = call.active(hash)?;
    if record.cached {
        return Ok(());
    }
    let program = call
        .compiled(hash, code)
        .map_err(|_| Refusal::error(ArbWasm::ProgramNotActivated {}))?;
    call.burn(init_gas(&program, false) - init_gas(&program, true))?;
    set_cached(call, hash, record, true)
}

fn set_cached(
    call: &mut MethodCall<'_, '_>,
    hash: B256,
    mut record: ProgramRecord,
    cached: bool,
) -> Result<(), Refusal> {
    call.burn(WRITE_RECORD_GAS)?;
    record.cached = cached;
    record.store(call.context.journal_mut(), hash);
    let manager = call.inputs.caller;
    call.log(&ArbWasmCache::UpdateProgramCache {
        manager,
        codehash: hash,
        cached,
    })
}
