//! What administration has set, read back: parameters, rights, partners.

use alloc::vec::Vec;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault as V;
use breakwater_risk::tightening::Tightening;

use crate::{
    arguments::{address, address_word, number, words, Arguments},
    errors::Fallible,
    safety::Verb,
    state::VaultState,
};

impl VaultState {
    /// Answers a view of this kind; none if the selector is not one of them.
    pub(crate) fn view_parameters(
        &self,
        selector: [u8; 4],
        a: Arguments<'_>,
    ) -> Fallible<Option<Vec<u8>>> {
        Ok(Some(match selector {
            V::pausedUntilCall::SELECTOR => {
                let until = self.paused_until(Verb::of(a.number(0)?)?);
                number(U256::from(until))
            }
            V::guardianConfigCall::SELECTOR => {
                let guard = self.guard();
                let (guardian, grace) = (address_word(guard.guardian), U256::from(guard.grace));
                words(&[guardian, grace, guard.grace_floor])
            }
            V::stewardshipCall::SELECTOR => {
                let last = Tightening::unpack(self.tightening(a.address(0)?)?);
                let (percent, until) = (U256::from(last.percent), U256::from(last.until));
                words(&[address_word(self.steward()), percent, until])
            }
            V::marginConfigCall::SELECTOR => words(&self.margin_config()),
            V::collateralConfigCall::SELECTOR => self.view_collateral(a)?,
            V::riskConfigCall::SELECTOR => self.view_risk(),
            V::modulesCall::SELECTOR => {
                let programs = [
                    self.liquidation(),
                    self.settlement(),
                    self.administration(),
                    self.views(),
                    self.inventory_program(),
                ];
                let modules = [self.oracle(), self.auction(), self.fund()];
                let addresses: Vec<U256> = modules
                    .into_iter()
                    .chain(programs)
                    .map(address_word)
                    .collect();
                words(&addresses)
            }
            V::ownerCall::SELECTOR => address(self.owner()),
            V::pendingOwnerCall::SELECTOR => address(self.pending_owner()),
            _ => return Ok(None),
        }))
    }

    fn view_collateral(&self, a: Arguments<'_>) -> Fallible<Vec<u8>> {
        let token = a.address(0)?;
        let collateral = self.collateral(token)?;
        Ok(words(&[
            collateral.borrow_ltv,
            collateral.liquidation_threshold,
            collateral.threshold_min,
            collateral.threshold_max,
            collateral.penalty_min,
            collateral.penalty_max,
            collateral.lot_buffer,
            collateral.beta,
            self.collateral_limits(token).supply_cap,
            collateral.amounts.room_cap,
            collateral.amounts.total,
        ]))
    }

    fn view_risk(&self) -> Vec<u8> {
        let risk = self.risk();
        let minimums = self.minimums();
        words(&[
            risk.target_health,
            minimums.min_debt,
            minimums.min_lot,
            risk.backstop_discount,
            U256::from(risk.cap_period),
            U256::from(risk.cool_off),
            minimums.tip,
            risk.chip,
        ])
    }
}
