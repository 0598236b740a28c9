//! Tokens in and out.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::outbound;
use stylus_sdk::prelude::*;

use super::VaultState;
use crate::errors::{self, Fallible};

impl VaultState {
    /// Pulls `amount` of `token` from `from` into the vault, and checks that the vault holds at least `booked` of it
    /// afterwards: so a fee on transfer is refused, unless what lies there by donation makes up for it. The books are backed either way (V3).
    ///
    /// # Errors
    ///
    /// `TokenCallFailed`, `TokenAmountMismatch`.
    #[inline(never)]
    pub(crate) fn pull(
        &self,
        token: Address,
        from: Address,
        amount: U256,
        booked: U256,
    ) -> Fallible<()> {
        let vm = self.vm();
        let vault = vm.contract_address();
        if !outbound::token_transfer_from(vm, token, from, vault, amount) {
            return Err(errors::token_call_failed(token));
        }
        let held = outbound::token_balance(vm, token, vault).unwrap_or_default();
        if held < booked {
            return Err(errors::token_amount_mismatch(token, booked, held));
        }
        Ok(())
    }

    /// Sends `amount` of `token` to `to`.
    ///
    /// # Errors
    ///
    /// `TokenCallFailed`.
    #[inline(never)]
    pub(crate) fn push(&self, token: Address, to: Address, amount: U256) -> Fallible<()> {
        if outbound::token_transfer(self.vm(), token, to, amount) {
            return Ok(());
        }
        Err(errors::token_call_failed(token))
    }
}
