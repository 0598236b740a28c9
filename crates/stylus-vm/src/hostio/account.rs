//! Other accounts: balance, code, code hash.

use alloy_primitives::{Address, Bytes};

use super::{write_ink, Host, HostResult, EVM_API_INK, HOSTIO_INK, POINTER_INK};
use crate::evm_costs::COLD_ACCOUNT_GAS;

const ACCOUNT_WORD_INK: u64 = HOSTIO_INK + 2 * POINTER_INK + EVM_API_INK;
const ACCOUNT_CODE_INK: u64 = HOSTIO_INK + EVM_API_INK;
/// Gas of loading code, on top of the access to the account.
const CODE_GAS: u64 = 700;

impl Host<'_, '_> {
    pub(super) fn account_balance(&mut self, address: u32, dest: u32) -> HostResult<()> {
        self.pay(ACCOUNT_WORD_INK)?;
        self.need_gas(COLD_ACCOUNT_GAS)?;
        let address = self.address(address)?;
        let balance = self.state().api.account_balance(address);
        self.pay_gas(balance.gas)?;
        self.write_number(dest, balance.value)
    }

    pub(super) fn account_codehash(&mut self, address: u32, dest: u32) -> HostResult<()> {
        self.pay(ACCOUNT_WORD_INK)?;
        self.need_gas(COLD_ACCOUNT_GAS)?;
        let address = self.address(address)?;
        let hash = self.state().api.account_code_hash(address);
        self.pay_gas(hash.gas)?;
        self.write(dest, hash.value.as_slice())
    }

    pub(super) fn account_code(
        &mut self,
        address: u32,
        offset: u32,
        size: u32,
        dest: u32,
    ) -> HostResult<u32> {
        self.pay(ACCOUNT_CODE_INK)?;
        self.need_gas(COLD_ACCOUNT_GAS)?;
        let address = self.address(address)?;
        let code = self.code_of(address)?;
        self.pay(write_ink(code.len() as u64))?;
        let rest = code.get(offset as usize..).unwrap_or_default();
        let part = rest.get(..size as usize).unwrap_or(rest);
        self.write(dest, part)?;
        Ok(part.len() as u32)
    }

    pub(super) fn account_code_size(&mut self, address: u32) -> HostResult<u32> {
        self.pay(ACCOUNT_CODE_INK)?;
        self.need_gas(COLD_ACCOUNT_GAS)?;
        let address = self.address(address)?;
        Ok(self.code_of(address)?.len() as u32)
    }

    /// Code of an account, paid for unless it was the last one asked for.
    fn code_of(&mut self, address: Address) -> HostResult<Bytes> {
        if let Some((last, code)) = &self.caller.data().last_code {
            if *last == address {
                return Ok(code.clone());
            }
        }
        let code = self.state().api.account_code(address);
        if !code.value.is_empty() {
            self.state().last_code = Some((address, code.value.clone()));
        }
        self.pay_gas(code.gas.saturating_add(CODE_GAS))?;
        Ok(code.value)
    }
}
