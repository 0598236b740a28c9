//! Helpers: creating contracts, activating and caching programs.

use alloy_sol_types::SolCall;
use breakwater_stylus_vm::code;
use revm::primitives::{Address, Bytes, KECCAK_EMPTY, U256};

use super::Chain;
use crate::{
    arbos::{ARBOS_STATE_ADDRESS, ARB_WASM_ADDRESS, ARB_WASM_CACHE_ADDRESS, DATA_PRICE_SLOT},
    error::ChainError,
    precompiles::{abi, DataPrice},
    transaction::{Receipt, Tx},
};

impl Chain {
    /// Creates a contract with the given init code. Returns its address.
    ///
    /// # Errors
    ///
    /// If the transaction is not valid, or does not succeed.
    pub fn deploy(
        &mut self,
        from: Address,
        init_code: impl Into<Bytes>,
    ) -> Result<Address, ChainError> {
        let receipt = self.transact(Tx::create(from, init_code))?;
        let receipt = successful("deploying a contract", receipt)?;
        receipt
            .contract_address
            .ok_or_else(|| ChainError::Internal("a creation without an address".into()))
    }

    /// Creates a contract whose code is a program. `wasm` is the module as the build leaves it
    /// ([`breakwater_stylus_vm::prepare::prepare`]); it is compressed here. It must be activated before it can be called.
    ///
    /// # Errors
    ///
    /// As [`Chain::deploy`]; the chain refuses code of more than 24,576 bytes.
    pub fn deploy_stylus(&mut self, from: Address, wasm: &[u8]) -> Result<Address, ChainError> {
        let code = code::compress(wasm).map_err(|error| ChainError::Internal(error.to_string()))?;
        self.deploy(from, returning_init_code(&code))
    }

    /// Wei that [`Chain::activate`] pays for the data of the program at an address.
    ///
    /// # Errors
    ///
    /// If there is no code there, or activation would refuse it (and say only that it failed).
    pub fn activation_fee(&self, program: Address) -> Result<U256, ChainError> {
        let hash = self.code_hash(program);
        if hash == KECCAK_EMPTY {
            return Err(ChainError::NoCode(program));
        }
        let version = self.config.arbos_version;
        let mut code_of = |address| (self.code_hash(address), self.code(address));
        let code = self.code(program);
        let programs = &self.config.programs;
        let program = programs.program(hash, &code, version, &mut code_of)?;
        let size = u32::try_from(program.figures().asm_estimate).unwrap_or(u32::MAX);
        let price = DataPrice::from_word(self.storage(ARBOS_STATE_ADDRESS, DATA_PRICE_SLOT));
        let (_, fee) = price.charge(size, self.timestamp());
        Ok(fee)
    }

    /// Activates a program through ArbWasm.
    ///
    /// # Errors
    ///
    /// As [`Chain::activation_fee`], and if the transaction is not valid or does not succeed.
    pub fn activate(&mut self, from: Address, program: Address) -> Result<Receipt, ChainError> {
        let fee = self.activation_fee(program)?;
        let call = abi::ArbWasm::activateProgramCall { program };
        let tx = Tx::call(from, ARB_WASM_ADDRESS, call.abi_encode()).with_value(fee);
        successful("activating a program", self.transact(tx)?)
    }

    /// Puts a program into the cache of programs, through ArbWasmCache.
    ///
    /// # Errors
    ///
    /// If the transaction is not valid or does not succeed: the program must be activated.
    pub fn cache_program(
        &mut self,
        from: Address,
        program: Address,
    ) -> Result<Receipt, ChainError> {
        let call = abi::ArbWasmCache::cacheProgramCall { addr: program };
        let tx = Tx::call(from, ARB_WASM_CACHE_ADDRESS, call.abi_encode());
        successful("caching a program", self.transact(tx)?)
    }
}

fn successful(action: &'static str, receipt: Receipt) -> Result<Receipt, ChainError> {
    match receipt.is_success() {
        true => Ok(receipt),
        false => Err(ChainError::NotSuccessful {
            action,
            status: receipt.status,
            output: receipt.output,
        }),
    }
}

/// Init code that returns `code`.
fn returning_init_code(code: &[u8]) -> Vec<u8> {
    /// Length of the instructions before the code.
    const OFFSET: u8 = 11;
    let [_, length @ ..] = (code.len() as u32).to_be_bytes();
    let mut init_code = vec![0x62]; // PUSH3 length
    init_code.extend(length);
    init_code.extend([
        0x80, // DUP1
        0x60, OFFSET, // PUSH1 offset
        0x5f,   // PUSH0
        0x39,   // CODECOPY to 0, from offset, length
        0x5f,   // PUSH0
        0xf3,   // RETURN from 0, length
    ]);
    init_code.extend(code);
    init_code
}
