//! The vault's program for claims, reached by delegate call from the core: absorption, payments by anybody, and what a sale leaves to it.
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::{IVault as V, IVaultPrograms};
use stylus_sdk::prelude::*;

use crate::{
    absorption::Absorption,
    arguments::{number, words, Arguments},
    errors::Fallible,
    sale::Settlement,
    state::VaultState,
};

program!(
    /// The vault's settlement.
    VaultSettlement,
    "settlement",
    run_settlement
);

impl VaultState {
    /// Runs a verb of this program; none if the selector is not one of them.
    fn run_settlement(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let mut answer = Vec::new();
        match selector {
            IVaultPrograms::settleWithInterestCall::SELECTOR if self.is_locked() => {
                let (payer, payment) = (a.address(1)?, a.number(2)?);
                let (tab_settled, ended) = (a.number(3)?, a.boolean(4)?);
                self.settle_with_interest(a.word(0)?, payer, payment, tab_settled, ended)?;
            }
            IVaultPrograms::concludeClaimCall::SELECTOR if self.is_locked() => {
                self.conclude_claim(a.word(0)?, a.number(1)?, a.address(2)?, a.number(3)?)?;
            }
            V::absorbCall::SELECTOR => {
                let (shares, left) = self.absorb(&Absorption {
                    settlement: Settlement {
                        account: a.word(0)?,
                        token: a.address(1)?,
                        payer: Address::ZERO,
                        payment: a.number(3)?,
                        tab_settled: a.number(4)?,
                        debt_settled: a.number(5)?,
                        lot_returned: a.number(6)?,
                        ended: a.boolean(7)?,
                    },
                    amount: a.number(2)?,
                    price: a.number(8)?,
                    low: a.number(9)?,
                })?;
                answer = words(&[shares, left]);
            }
            V::repayClaimCall::SELECTOR => {
                answer = number(self.repay_claim(a.word(0)?, a.number(1)?)?);
            }
            V::accrueCall::SELECTOR => {
                let market = self.enter_settlement()?;
                self.store_and_leave(&market)?;
            }
            V::mintReserveCall::SELECTOR => {
                let mut market = self.enter_settlement()?;
                let shares = self.mint_reserve(&mut market)?;
                self.store_and_leave(&market)?;
                answer = number(shares);
            }
            _ => return Ok(None),
        }
        Ok(Some(answer))
    }
}
