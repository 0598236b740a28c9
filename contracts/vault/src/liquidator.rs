//! The vault's program for liquidation, reached by delegate call from the core.
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use breakwater_interfaces::{
    outbound::{from_word, left_aligned},
    vault::IVault as V,
};
use stylus_sdk::prelude::*;

use crate::{
    arguments::{number, words, Arguments},
    errors::Fallible,
    liquidation::{Plan, Request},
    state::VaultState,
};

program!(
    /// The vault's liquidation.
    VaultLiquidation,
    "liquidation",
    run_liquidation
);

impl VaultState {
    /// Runs a verb of this program; none if the selector is not one of them.
    fn run_liquidation(
        &mut self,
        selector: [u8; 4],
        a: Arguments<'_>,
    ) -> Fallible<Option<Vec<u8>>> {
        let answer = match selector {
            V::liquidateCall::SELECTOR => {
                let request = Request {
                    account: a.word(0)?,
                    token: a.address(1)?,
                    max_repay: a.number(2)?,
                    keeper: a.address(3)?,
                    is_view: false,
                };
                number(self.liquidate(&request)?)
            }
            V::checkLiquidationCall::SELECTOR => self.view_liquidation(a)?,
            _ => return Ok(None),
        };
        Ok(Some(answer))
    }

    /// What `liquidate` would do, by the function that does it. The keeper is taken to be some address, so the reward is
    /// counted.
    fn view_liquidation(&self, a: Arguments<'_>) -> Fallible<Vec<u8>> {
        let account = a.word(0)?;
        let (market, head) = (self.market_now(), self.head(account));
        let claim = self.claim(account);
        let request = Request {
            account,
            token: a.address(1)?,
            max_repay: U256::MAX,
            keeper: self.vm().contract_address(),
            is_view: true,
        };
        let planned = self.plan_liquidation(&market, &head, &claim, &request);
        let (reason, plan) = match planned {
            Ok(plan) => ([0; 4], plan),
            Err(error) => (
                error.into_data().first_chunk().copied().unwrap_or_default(),
                Plan::default(),
            ),
        };
        let reason_word = left_aligned(&reason);
        Ok(words(&[
            U256::from(u8::from(reason == [0; 4])),
            from_word(reason_word),
            plan.claimed,
            plan.lot,
            plan.penalty,
            plan.reward,
            U256::from(u8::from(plan.begins_closing)),
        ]))
    }
}
