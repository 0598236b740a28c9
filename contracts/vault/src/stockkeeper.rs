//! The vault's program for the fund's collateral, reached by delegate call from the core, and by settlement for losses that the fund's
//! shares do not cover. Also upkeep by anybody: thresholds, and auto-deleveraging's latch.
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::{IVault as V, IVaultPrograms};
use stylus_sdk::prelude::*;

use crate::{
    arguments::{number, Arguments},
    errors::Fallible,
    state::VaultState,
};

program!(
    /// The vault's keeper of the fund's collateral.
    VaultInventory,
    "inventory",
    run_inventory
);

impl VaultState {
    /// Runs a verb of this program; none if the selector is not one of them.
    fn run_inventory(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let mut answer = Vec::new();
        match selector {
            V::sellInventoryCall::SELECTOR => {
                answer = number(self.sell_inventory(a.address(0)?, a.number(1)?)?);
            }
            V::settleInventoryCall::SELECTOR => {
                let (token, payer) = (a.address(0)?, a.address(1)?);
                let amounts = [a.number(2)?, a.number(3)?, a.number(4)?];
                self.settle_inventory(token, payer, amounts)?;
            }
            V::withdrawInventoryCall::SELECTOR => {
                let (part, whole) = (a.number(0)?, a.number(1)?);
                self.withdraw_inventory(part, whole, a.number(2)?, a.address(3)?)?;
            }
            V::updateDeleveragingCall::SELECTOR => {
                answer = number(U256::from(self.update_deleveraging()?));
            }
            V::updateMarginCall::SELECTOR => answer = number(self.update_margin(a.address(0)?)?),
            V::waterfallCall::SELECTOR => answer = self.view_waterfall()?,
            IVaultPrograms::addArrearsCall::SELECTOR if self.is_locked() => {
                answer = number(self.add_arrears(a.word(0)?, a.number(1)?)?);
            }
            IVaultPrograms::requireNoArrearsCall::SELECTOR if self.is_locked() => {
                self.require_no_arrears()?;
            }
            _ => return Ok(None),
        }
        Ok(Some(answer))
    }
}
