//! Calls and creations, and what they return.

use alloy_primitives::{Address, U256};

use super::{read_ink, write_ink, Host, HostResult, Stop, EVM_API_INK, HOSTIO_INK, POINTER_INK};
use crate::evm_api::{CallKind, CallRequest, CreateRequest};

const CALL_INK: u64 = HOSTIO_INK + 3 * POINTER_INK + EVM_API_INK;
const CREATE_INK: u64 = HOSTIO_INK + 3 * POINTER_INK + EVM_API_INK;
const CREATE2_INK: u64 = HOSTIO_INK + 4 * POINTER_INK + EVM_API_INK;
const READ_RETURN_DATA_INK: u64 = HOSTIO_INK + EVM_API_INK;

/// Status of a call that did not succeed, as programs see it.
const CALL_FAILED: u32 = 2;

/// Pointers of a call.
struct CallPointers {
    address: u32,
    data: u32,
    len: u32,
    /// Where the value stands; none for calls without.
    value: Option<u32>,
    return_len: u32,
}

/// Pointers of a creation.
struct CreatePointers {
    code: u32,
    len: u32,
    endowment: u32,
    salt: Option<u32>,
    address: u32,
    return_len: u32,
}

impl Host<'_, '_> {
    pub(super) fn call_contract(
        &mut self,
        address: u32,
        data: u32,
        len: u32,
        value: u32,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        let value = Some(value);
        self.any_call(
            CallKind::Call,
            gas,
            CallPointers {
                address,
                data,
                len,
                value,
                return_len,
            },
        )
    }

    pub(super) fn delegate_call_contract(
        &mut self,
        address: u32,
        data: u32,
        len: u32,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        self.any_call(
            CallKind::Delegate,
            gas,
            CallPointers {
                address,
                data,
                len,
                value: None,
                return_len,
            },
        )
    }

    pub(super) fn static_call_contract(
        &mut self,
        address: u32,
        data: u32,
        len: u32,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        self.any_call(
            CallKind::Static,
            gas,
            CallPointers {
                address,
                data,
                len,
                value: None,
                return_len,
            },
        )
    }

    fn any_call(
        &mut self,
        kind: CallKind,
        gas_requested: u64,
        pointers: CallPointers,
    ) -> HostResult<u32> {
        self.pay(CALL_INK)?;
        self.pay(2 * read_ink(u64::from(pointers.len)))?;
        let to: Address = self.address(pointers.address)?;
        self.bytes(pointers.data, pointers.len)?;
        let value = match pointers.value {
            Some(pointer) => self.number(pointer)?,
            None => U256::ZERO,
        };
        let gas_left = self.gas_left();
        let (data, state) = self.bytes_and_state(pointers.data, pointers.len)?;
        let outcome = state.api.call(CallRequest {
            kind,
            to,
            data,
            value,
            gas_left,
            gas_requested,
        });
        let return_len = outcome.return_data.len() as u32;
        state.return_data = outcome.return_data;
        self.pay_gas(outcome.gas_cost)?;
        self.write_u32(pointers.return_len, return_len)?;
        Ok(if outcome.success { 0 } else { CALL_FAILED })
    }

    pub(super) fn create1(
        &mut self,
        code: u32,
        len: u32,
        endowment: u32,
        address: u32,
        return_len: u32,
    ) -> HostResult<()> {
        self.pay(CREATE_INK)?;
        self.any_create(CreatePointers {
            code,
            len,
            endowment,
            salt: None,
            address,
            return_len,
        })
    }

    pub(super) fn create2(
        &mut self,
        code: u32,
        len: u32,
        endowment: u32,
        salt: u32,
        address: u32,
        return_len: u32,
    ) -> HostResult<()> {
        self.pay(CREATE2_INK)?;
        self.any_create(CreatePointers {
            code,
            len,
            endowment,
            salt: Some(salt),
            address,
            return_len,
        })
    }

    fn any_create(&mut self, pointers: CreatePointers) -> HostResult<()> {
        self.pay(2 * read_ink(u64::from(pointers.len)))?;
        self.bytes(pointers.code, pointers.len)?;
        let endowment = self.number(pointers.endowment)?;
        let salt = pointers
            .salt
            .map(|pointer| self.word(pointer))
            .transpose()?;
        let gas_left = self.gas_left();
        let (init_code, state) = self.bytes_and_state(pointers.code, pointers.len)?;
        let outcome = state
            .api
            .create(CreateRequest {
                init_code,
                endowment,
                salt,
                gas_left,
            })
            .map_err(|_| Stop::Failure("a creation that cannot start"))?;
        let return_len = outcome.return_data.len() as u32;
        state.return_data = outcome.return_data;
        self.pay_gas(outcome.gas_cost)?;
        self.write_u32(pointers.return_len, return_len)?;
        self.write(pointers.address, outcome.address.as_slice())
    }

    pub(super) fn read_return_data(
        &mut self,
        dest: u32,
        offset: u32,
        size: u32,
    ) -> HostResult<u32> {
        self.pay(READ_RETURN_DATA_INK)?;
        // Cheap to clone: shared bytes.
        let data = self.caller.data().return_data.clone();
        let rest = data.get(offset as usize..).unwrap_or_default();
        let part = rest.get(..size as usize).unwrap_or(rest);
        self.pay(write_ink(part.len() as u64))?;
        if !part.is_empty() {
            self.write(dest, part)?;
        }
        Ok(part.len() as u32)
    }

    pub(super) fn return_data_size(&mut self) -> HostResult<u32> {
        self.pay(HOSTIO_INK)?;
        Ok(self.caller.data().return_data.len() as u32)
    }
}
