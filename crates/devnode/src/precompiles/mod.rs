//! The chain's own contracts, as far as programs and tools need them: ArbSys, ArbInfo, ArbOwnerPublic, ArbGasInfo, ArbWasm,
//! ArbWasmCache, and the contract that manages the cache of programs.
//!
//! Gas of a method: 800 for opening the state, 3 for each word of arguments and results; a word of the state 800 to read and
//! 20,000 to write; the Stylus parameters 100, the code hash of an account 2600; activation as its constants say.

pub mod abi;
mod arb_gas_info;
mod arb_sys;
mod arb_wasm;
mod cache;
mod data_price;

use std::sync::LazyLock;

use alloy_sol_types::{SolError, SolEvent};
use breakwater_stylus_vm::Program;
use revm::{
    context_interface::{Block, ContextTr, JournalTr},
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{Address, AddressSet, Log, B256},
    state::Bytecode,
};

use crate::{
    arbos::{
        self, ProgramRecord, ARB_GAS_INFO_ADDRESS, ARB_INFO_ADDRESS, ARB_OWNER_PUBLIC_ADDRESS,
        ARB_SYS_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS, CACHE_MANAGER_ADDRESS,
        STYLUS_VERSION, SYSTEM_CONTRACTS,
    },
    machine::{ChainContext, ChainJournal, SPEC},
    program_cache::ProgramError,
};
pub use arb_wasm::FIXED_ACTIVATION_GAS;
pub(crate) use data_price::DataPrice;
pub use data_price::DATA_FEE_PER_BYTE;

const OPEN_STATE_GAS: u64 = 800;
const READ_STATE_GAS: u64 = 800;
const WRITE_STATE_GAS: u64 = 20_000;
/// The parameters of Stylus are read so often that their word counts as warm.
const READ_PARAMETERS_GAS: u64 = 100;
const CODE_HASH_GAS: u64 = 2_600;
const COPY_WORD_GAS: u64 = 3;
const LOG_GAS: u64 = 375;
const LOG_TOPIC_GAS: u64 = 375;
const LOG_BYTE_GAS: u64 = 8;

/// Why a method did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    /// It reverts with this error; gas is kept.
    Error(Vec<u8>),
    /// It reverts without data; gas is kept.
    Silent,
    /// It reverts without data, and takes all gas: no such method, a call that the method does not take, or too little gas.
    TakesAllGas,
    /// It stops, and takes all gas: a module that activation refuses.
    Failure,
}

impl Refusal {
    fn error(error: impl SolError) -> Self {
        Self::Error(error.abi_encode())
    }
}

type MethodResult = Result<Vec<u8>, Refusal>;

/// What a method may do, and so what calls it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purity {
    /// Reads nothing.
    Pure,
    /// Reads; not for delegate calls, which act as somebody else.
    View,
    /// Writes; not for static calls.
    Write,
    /// Writes, and takes value.
    Payable,
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
    // The manager of the cache is an ordinary contract on Arbitrum.
    addresses.extend(
        SYSTEM_CONTRACTS
            .into_iter()
            .filter(|address| *address != CACHE_MANAGER_ADDRESS),
    );
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
        let contract = match inputs.bytecode_address {
            ARB_SYS_ADDRESS => arb_sys::arb_sys,
            ARB_INFO_ADDRESS => arb_sys::arb_info,
            ARB_OWNER_PUBLIC_ADDRESS => arb_sys::arb_owner_public,
            ARB_GAS_INFO_ADDRESS => arb_gas_info::arb_gas_info,
            ARB_WASM_ADDRESS => arb_wasm::arb_wasm,
            ARB_WASM_CACHE_ADDRESS => cache::arb_wasm_cache,
            CACHE_MANAGER_ADDRESS => cache::cache_manager,
            _ => return self.ethereum.run(context, inputs),
        };
        let data = inputs.input.bytes(context);
        let mut call = MethodCall {
            context,
            inputs,
            arguments: data.len().saturating_sub(4),
            gas: Gas::new(inputs.gas_limit),
        };
        let result = contract(&mut call, &data)
            .and_then(|output| call.burn_words(output.len()).map(|()| output))
            .or_else(|refusal| match refusal {
                Refusal::Error(data) => call.burn_words(data.len()).and(Err(Refusal::Error(data))),
                other => Err(other),
            });
        let mut gas = call.gas;
        let (end, output) = match result {
            Ok(output) => (InstructionResult::Return, output),
            Err(Refusal::Error(data)) => (InstructionResult::Revert, data),
            Err(Refusal::Silent) => (InstructionResult::Revert, Vec::new()),
            Err(Refusal::TakesAllGas) => {
                gas.spend_all();
                (InstructionResult::Revert, Vec::new())
            }
            Err(Refusal::Failure) => {
                gas.spend_all();
                (InstructionResult::PrecompileError, Vec::new())
            }
        };
        Ok(Some(InterpreterResult::new(end, output.into(), gas)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        &WARM_ADDRESSES
    }
}

/// A call of a method of one of the chain's contracts.
struct MethodCall<'call, 'db> {
    context: &'call mut ChainContext<'db>,
    inputs: &'call CallInputs,
    /// Bytes of the arguments.
    arguments: usize,
    gas: Gas,
}

impl<'db> MethodCall<'_, 'db> {
    /// Decodes the method, checks that it takes a call like this one, and opens the state.
    fn open<T>(
        &mut self,
        method: alloy_sol_types::Result<T>,
        purity: impl FnOnce(&T) -> Purity,
    ) -> Result<T, Refusal> {
        let method = method.map_err(|_| Refusal::TakesAllGas)?;
        let purity = purity(&method);
        let acts_as_itself = self.inputs.target_address == self.inputs.bytecode_address;
        let is_refused = (purity >= Purity::View && !acts_as_itself)
            || (purity >= Purity::Write && self.inputs.is_static)
            || (purity < Purity::Payable && !self.inputs.call_value().is_zero());
        if is_refused {
            return Err(Refusal::TakesAllGas);
        }
        if purity > Purity::Pure {
            self.burn(OPEN_STATE_GAS)?;
        }
        self.burn_words(self.arguments)?;
        Ok(method)
    }

    fn burn(&mut self, gas: u64) -> Result<(), Refusal> {
        match self.gas.record_regular_cost(gas) {
            true => Ok(()),
            false => Err(Refusal::TakesAllGas),
        }
    }

    fn burn_words(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.burn(COPY_WORD_GAS.saturating_mul((bytes as u64).div_ceil(32)))
    }

    fn now(&self) -> u64 {
        self.context.block.timestamp().saturating_to()
    }

    fn arbos_version(&self) -> u64 {
        self.context.chain.arbos_version
    }

    fn journal(&mut self) -> &mut ChainJournal<'db> {
        self.context.journal_mut()
    }

    /// Hash of the code of an account.
    fn code_hash(&mut self, address: Address) -> Result<B256, Refusal> {
        self.burn(CODE_HASH_GAS)?;
        Ok(arbos::peek_account(self.journal(), address).code_hash)
    }

    fn compiled(&mut self, hash: B256, code: &Bytecode) -> Result<Program, ProgramError> {
        let programs = self.context.chain.programs.clone();
        let version = self.arbos_version();
        let journal = self.context.journal_mut();
        programs.program(hash, code.original_byte_slice(), version, &mut |address| {
            let (hash, code) = arbos::peek_code(journal, address);
            (hash, code.original_bytes())
        })
    }

    fn record(&mut self, code_hash: B256) -> Result<Option<ProgramRecord>, Refusal> {
        self.burn(READ_STATE_GAS)?;
        Ok(ProgramRecord::load(self.journal(), code_hash))
    }

    /// The record of a program that can be called.
    fn active(&mut self, code_hash: B256) -> Result<ProgramRecord, Refusal> {
        let now = self.now();
        let record = self
            .record(code_hash)?
            .ok_or_else(|| Refusal::error(abi::ArbWasm::ProgramNotActivated {}))?;
        require_version(&record)?;
        match record.is_expired(now) {
            false => Ok(record),
            true => Err(Refusal::error(abi::ArbWasm::ProgramExpired {
                ageInSeconds: record.age(now),
            })),
        }
    }

    fn store(&mut self, code_hash: B256, record: ProgramRecord) -> Result<(), Refusal> {
        self.burn(WRITE_STATE_GAS)?;
        record.store(self.journal(), code_hash);
        Ok(())
    }

    fn log(&mut self, address: Address, event: &impl SolEvent) -> Result<(), Refusal> {
        let data = event.encode_log_data();
        let topics = data.topics().len() as u64;
        self.burn(LOG_GAS + LOG_TOPIC_GAS * topics + LOG_BYTE_GAS * data.data.len() as u64)?;
        self.journal().log(Log { address, data });
        Ok(())
    }
}

/// Refuses the record of another Stylus version (there is only one so far).
fn require_version(record: &ProgramRecord) -> Result<(), Refusal> {
    match record.version == STYLUS_VERSION {
        true => Ok(()),
        false => Err(Refusal::error(abi::ArbWasm::ProgramNeedsUpgrade {
            version: record.version,
            stylusVersion: STYLUS_VERSION,
        })),
    }
}
