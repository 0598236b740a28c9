//! The host functions by name, with their types.

use wasmi::{Caller, Func, Store};
use wasmparser::ValType;

use super::{enter, HostState};

/// A host function that programs can import.
pub(crate) struct HostFunction {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [ValType],
    pub(crate) results: &'static [ValType],
    /// Puts the function into a store.
    pub(crate) link: for<'s, 'a> fn(&'s mut Store<HostState<'a>>) -> Func,
}

/// Index and entry of a host function.
pub(crate) fn position(name: &str) -> Option<(usize, &'static HostFunction)> {
    HOST_FUNCTIONS
        .iter()
        .enumerate()
        .find(|(_, function)| function.name == name)
}

/// The WebAssembly type of a parameter or result.
trait WasmValue {
    const TYPE: ValType;
}

impl WasmValue for u32 {
    const TYPE: ValType = ValType::I32;
}

impl WasmValue for u64 {
    const TYPE: ValType = ValType::I64;
}

macro_rules! host_functions {
    ($( fn $name:ident($($parameter:ident: $type:ty),*) $(-> $result:ty)?; )*) => {
        /// All host functions.
        pub(crate) static HOST_FUNCTIONS: &[HostFunction] = &[$(
            HostFunction {
                name: stringify!($name),
                parameters: &[$(<$type as WasmValue>::TYPE),*],
                results: &[$(<$result as WasmValue>::TYPE)?],
                link: {
                    fn link<'a>(store: &mut Store<HostState<'a>>) -> Func {
                        Func::wrap(store, |caller: Caller<'_, HostState<'a>>, $($parameter: $type),*| {
                            enter(caller, stringify!($name), &[$(u64::from($parameter)),*], |host| {
                                host.$name($($parameter),*)
                            })
                        })
                    }
                    link
                },
            },
        )*];
    };
}

host_functions! {
    fn read_args(dest: u32);
    fn write_result(data: u32, len: u32);
    fn exit_early(status: u32);
    fn storage_load_bytes32(key: u32, dest: u32);
    fn storage_cache_bytes32(key: u32, value: u32);
    fn storage_flush_cache(clear: u32);
    fn transient_load_bytes32(key: u32, dest: u32);
    fn transient_store_bytes32(key: u32, value: u32);
    fn call_contract(address: u32, data: u32, len: u32, value: u32, gas: u64, return_len: u32) -> u32;
    fn delegate_call_contract(address: u32, data: u32, len: u32, gas: u64, return_len: u32) -> u32;
    fn static_call_contract(address: u32, data: u32, len: u32, gas: u64, return_len: u32) -> u32;
    fn create1(code: u32, len: u32, endowment: u32, address: u32, return_len: u32);
    fn create2(code: u32, len: u32, endowment: u32, salt: u32, address: u32, return_len: u32);
    fn read_return_data(dest: u32, offset: u32, size: u32) -> u32;
    fn return_data_size() -> u32;
    fn emit_log(data: u32, len: u32, topics: u32);
    fn account_balance(address: u32, dest: u32);
    fn account_code(address: u32, offset: u32, size: u32, dest: u32) -> u32;
    fn account_code_size(address: u32) -> u32;
    fn account_codehash(address: u32, dest: u32);
    fn evm_gas_left() -> u64;
    fn evm_ink_left() -> u64;
    fn block_basefee(dest: u32);
    fn chainid() -> u64;
    fn block_coinbase(dest: u32);
    fn block_gas_limit() -> u64;
    fn block_number() -> u64;
    fn block_timestamp() -> u64;
    fn contract_address(dest: u32);
    fn math_div(value: u32, divisor: u32);
    fn math_mod(value: u32, modulus: u32);
    fn math_pow(value: u32, exponent: u32);
    fn math_add_mod(value: u32, addend: u32, modulus: u32);
    fn math_mul_mod(value: u32, multiplier: u32, modulus: u32);
    fn msg_reentrant() -> u32;
    fn msg_sender(dest: u32);
    fn msg_value(dest: u32);
    fn tx_gas_price(dest: u32);
    fn tx_ink_price() -> u32;
    fn tx_origin(dest: u32);
    fn pay_for_memory_grow(pages: u32);
    fn native_keccak256(data: u32, len: u32, dest: u32);
}
