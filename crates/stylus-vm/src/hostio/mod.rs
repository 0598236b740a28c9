//! The 42 host functions of the import module `vm_hooks`.
//!
//! `table` lists them with their types; the other files say what they do, each in the order in which the chain takes
//! its steps: the order decides which of two failures is seen and what has been paid by then.

mod account;
mod calls;
mod capture;
mod environment;
mod math;
mod program;
mod storage;
mod table;

use std::fmt;

use alloy_primitives::{Address, Bytes, B256, U256};
use wasmi::{Caller, Global, Memory, Val};

use crate::{
    environment::Environment,
    evm_api::{EvmApi, HostCall},
    storage_cache::StorageCache,
};
pub(crate) use table::{position, HOST_FUNCTIONS};

/// Ink of entering any host function that does something.
const HOSTIO_INK: u64 = 8_400;
/// Ink of writing to a fixed place in memory.
const POINTER_INK: u64 = 5_040;
/// Ink of asking the chain.
const EVM_API_INK: u64 = 59_673;

/// Ink of reading `len` bytes of memory.
fn read_ink(len: u64) -> u64 {
    16_381 + 55 * len.saturating_sub(32)
}

/// Ink of writing `len` bytes to memory.
fn write_ink(len: u64) -> u64 {
    POINTER_INK + 30 * len.saturating_sub(32)
}

/// Why a host function did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Out of ink.
    OutOfInk,
    /// The program asked to end with this status.
    Exit(u32),
    /// The program fails: what for.
    Failure(&'static str),
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfInk => write!(formatter, "out of ink"),
            Self::Exit(status) => write!(formatter, "exit with status {status}"),
            Self::Failure(reason) => write!(formatter, "{reason}"),
        }
    }
}

impl wasmi::errors::HostError for Stop {}

type HostResult<T> = Result<T, Stop>;

/// Handles to what the virtual machine uses of an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handles {
    pub(crate) memory: Memory,
    pub(crate) ink: Global,
    pub(crate) status: Global,
}

/// What the host functions of one run share.
pub(crate) struct HostState<'a> {
    pub(crate) api: &'a mut dyn EvmApi,
    pub(crate) environment: &'a Environment,
    pub(crate) calldata: &'a [u8],
    /// Set once the module is instantiated; there are no host calls before.
    pub(crate) handles: Option<Handles>,
    pub(crate) output: Vec<u8>,
    return_data: Bytes,
    storage: StorageCache,
    /// The account whose code was asked for last, unless it has none.
    last_code: Option<(Address, Bytes)>,
}

impl<'a> HostState<'a> {
    pub(crate) fn new(
        api: &'a mut dyn EvmApi,
        environment: &'a Environment,
        calldata: &'a [u8],
    ) -> Self {
        Self {
            api,
            environment,
            calldata,
            handles: None,
            output: Vec::new(),
            return_data: Bytes::new(),
            storage: StorageCache::default(),
            last_code: None,
        }
    }
}

/// A host function at work.
struct Host<'c, 'a> {
    caller: Caller<'c, HostState<'a>>,
    memory: Memory,
    ink: u64,
}

/// What a host function returns to the program, as bits.
trait HostValue {
    fn bits(&self) -> u64;
}

impl HostValue for () {
    fn bits(&self) -> u64 {
        0
    }
}

impl HostValue for u32 {
    fn bits(&self) -> u64 {
        (*self).into()
    }
}

impl HostValue for u64 {
    fn bits(&self) -> u64 {
        *self
    }
}

/// Runs a host function: takes the ink from the program's meter, gives back what is left, tells the tracer.
fn enter<'c, 'a, R: HostValue>(
    caller: Caller<'c, HostState<'a>>,
    name: &'static str,
    parameters: &[u64],
    body: impl FnOnce(&mut Host<'c, 'a>) -> HostResult<R>,
) -> Result<R, wasmi::Error> {
    let Some(handles) = caller.data().handles else {
        return Err(wasmi::Error::host(Stop::Failure(
            "host call before the start",
        )));
    };
    let start_ink = match handles.ink.get(&caller) {
        Val::I64(ink) => ink as u64,
        _ => 0,
    };
    let detailed = caller.data().api.traces_data();
    let arguments = match detailed {
        true => capture::arguments(name, parameters, handles.memory.data(&caller)),
        false => Vec::new(),
    };
    let mut host = Host {
        caller,
        memory: handles.memory,
        ink: start_ink,
    };
    let result = body(&mut host);
    let ink = host.ink;
    let Host { mut caller, .. } = host;
    let (left, out) = match &result {
        Err(Stop::OutOfInk) => (0, true),
        _ => (ink, false),
    };
    // Both globals are mutable and of these types: setting them cannot fail.
    let _ = handles.ink.set(&mut caller, Val::I64(left as i64));
    if out {
        let _ = handles.status.set(&mut caller, Val::I32(1));
    }
    if matches!(result, Ok(_) | Err(Stop::Exit(_))) {
        let outputs = match (&result, detailed) {
            (Ok(result), true) => {
                let (memory, state) = handles.memory.data_and_store_mut(&mut caller);
                let calldata_len = state.calldata.len() as u64;
                capture::outputs(name, parameters, result.bits(), memory, calldata_len)
            }
            _ => Vec::new(),
        };
        caller.data_mut().api.on_host_call(HostCall {
            name,
            start_ink,
            end_ink: left,
            arguments: arguments.into(),
            outputs: outputs.into(),
        });
    }
    result.map_err(wasmi::Error::host)
}

impl<'a> Host<'_, 'a> {
    fn state(&mut self) -> &mut HostState<'a> {
        self.caller.data_mut()
    }

    fn environment(&self) -> &'a Environment {
        self.caller.data().environment
    }

    /// Takes ink.
    fn pay(&mut self, ink: u64) -> HostResult<()> {
        self.ink = self.ink.checked_sub(ink).ok_or(Stop::OutOfInk)?;
        Ok(())
    }

    /// Takes EVM gas.
    fn pay_gas(&mut self, gas: u64) -> HostResult<()> {
        self.pay(self.gas_to_ink(gas))
    }

    /// Checks that `gas` is left, without taking it.
    fn need_gas(&self, gas: u64) -> HostResult<()> {
        if self.ink < self.gas_to_ink(gas) {
            return Err(Stop::OutOfInk);
        }
        Ok(())
    }

    fn gas_to_ink(&self, gas: u64) -> u64 {
        gas.saturating_mul(self.environment().ink_per_gas())
    }

    fn gas_left(&self) -> u64 {
        self.ink / self.environment().ink_per_gas()
    }

    /// A range of the program's memory.
    fn bytes(&self, pointer: u32, len: u32) -> HostResult<&[u8]> {
        slice(self.memory.data(&self.caller), pointer, len)
    }

    /// A range of the program's memory, together with what else the host function needs.
    fn bytes_and_state(
        &mut self,
        pointer: u32,
        len: u32,
    ) -> HostResult<(&[u8], &mut HostState<'a>)> {
        let (memory, state) = self.memory.data_and_store_mut(&mut self.caller);
        Ok((slice(memory, pointer, len)?, state))
    }

    fn word(&self, pointer: u32) -> HostResult<B256> {
        Ok(B256::from_slice(self.bytes(pointer, 32)?))
    }

    fn number(&self, pointer: u32) -> HostResult<U256> {
        Ok(U256::from_be_slice(self.bytes(pointer, 32)?))
    }

    fn address(&self, pointer: u32) -> HostResult<Address> {
        Ok(Address::from_slice(self.bytes(pointer, 20)?))
    }

    fn write(&mut self, pointer: u32, data: &[u8]) -> HostResult<()> {
        let memory = self.memory.data_mut(&mut self.caller);
        copy_into(memory, pointer, data)
    }

    fn write_number(&mut self, pointer: u32, number: U256) -> HostResult<()> {
        self.write(pointer, &number.to_be_bytes::<32>())
    }

    fn write_u32(&mut self, pointer: u32, number: u32) -> HostResult<()> {
        self.write(pointer, &number.to_le_bytes())
    }
}

const BAD_POINTER: Stop = Stop::Failure("a pointer outside memory");

fn slice(memory: &[u8], pointer: u32, len: u32) -> HostResult<&[u8]> {
    let start = pointer as usize;
    let end = start.checked_add(len as usize).ok_or(BAD_POINTER)?;
    memory.get(start..end).ok_or(BAD_POINTER)
}

fn copy_into(memory: &mut [u8], pointer: u32, data: &[u8]) -> HostResult<()> {
    let start = pointer as usize;
    let end = start.checked_add(data.len()).ok_or(BAD_POINTER)?;
    memory
        .get_mut(start..end)
        .ok_or(BAD_POINTER)?
        .copy_from_slice(data);
    Ok(())
}
