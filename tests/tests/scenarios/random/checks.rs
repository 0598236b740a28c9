//! What must hold: of the state, after each step, and of single verbs.

use std::collections::BTreeMap;

use breakwater_fixed_point::{mul_div_up, WAD as ONE};
use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    Address, Failure, B256, U256,
};

use super::World;
use crate::futures::{Compared, Present};

impl World {
    /// V1: which accounts are healthy, and which of them have no claim that could become debt again.
    pub(super) fn sound(&mut self) -> Result<Vec<(bool, bool)>, Failure> {
        let mut sound = Vec::new();
        for account in self.accounts.clone() {
            let health = self.suite.health(account)?;
            let claim = self.suite.claim(account)?;
            let is_healthy = health.debt <= health.capacity;
            sound.push((is_healthy, is_healthy && claim.carrying.is_zero()));
        }
        Ok(sound)
    }

    /// A1: between resets no price rises.
    pub(super) fn assert_falling(&mut self) -> Result<(), Failure> {
        let mut seen = BTreeMap::new();
        for id in self.suite.active_auctions()? {
            let status = self.suite.auction_status(id)?;
            if let Some((price, started)) = self.seen.get(&id) {
                let rose = *started == status.startedAt && status.price > *price;
                assert!(!rose, "A1: {id} rose from {price} to {}", status.price);
            }
            seen.insert(id, (status.price, status.startedAt));
        }
        self.seen = seen;
        Ok(())
    }

    /// What could come of this state.
    pub(super) fn look_ahead(&self, compared: &mut Compared) {
        let owners = self.owners.iter().copied();
        let accounts: Vec<_> = owners.zip(self.accounts.iter().copied()).collect();
        Present {
            suite: &self.suite,
            accounts: &accounts,
            lenders: &[self.lender],
            prices: self.prices,
        }
        .check(compared);
    }

    /// L6, before a liquidation.
    pub(super) fn compare_falls(&mut self, account: B256) {
        let owner = Address::from_slice(&account[..20]);
        let mut compared = Compared::default();
        Present {
            suite: &self.suite,
            accounts: &[(owner, account)],
            lenders: &[],
            prices: self.prices,
        }
        .no_liquidation_makes_a_fall_worse(&mut compared);
        if compared.falls > 0 {
            self.count("fall");
        }
    }

    /// V2: after a step that raised its risk the account is within its opening margin.
    pub(super) fn assert_margin(&mut self, account: B256) -> Result<(), Failure> {
        let health = self.suite.health(account)?;
        assert!(health.debt <= health.borrowLimit, "V2: {health:?}");
        Ok(())
    }

    /// L7: no more is for sale than raises the tab at the buffered price, or all there is.
    pub(super) fn assert_lot(
        &mut self,
        id: U256,
        token: Address,
        lot: U256,
        free: U256,
    ) -> Result<(), Failure> {
        let modules = self.suite.modules;
        let started = self
            .suite
            .events::<ILiquidationAuction::Started>(modules.auction);
        let Some(start) = started.iter().rfind(|start| start.event.id == id) else {
            return Ok(());
        };
        let config = IVault::collateralConfigCall { token };
        let config = self.suite.view(modules.vault, &config)?;
        let (kept, charged) = (ONE - config.lotBuffer, ONE + config.penaltyMax);
        let value = mul_div_up(start.event.debt, charged, kept).unwrap();
        let scale = U256::from(10).pow(U256::from(36));
        let most = mul_div_up(value, scale, start.event.price).unwrap() + U256::from(1);
        assert!(lot <= most || lot == free, "L7: {lot} of {free}, {most} do");
        Ok(())
    }
}
