//! The keeper: liquidates what can be liquidated, and keeps auctions moving. One address, one rule.

use alloy_sol_types::SolError;
use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    Address, U256,
};

use super::world::World;
use crate::error::Result;

impl World {
    /// Checks every account with each of its tokens.
    pub(crate) fn scan(&mut self) -> Result<()> {
        for index in 0..self.accounts.len() {
            self.look_at(index)?;
        }
        self.measure_room()
    }

    /// Tries again what had to wait.
    pub(crate) fn try_waiting(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        for index in std::mem::take(&mut self.waiting) {
            self.look_at(index)?;
        }
        self.measure_room()
    }

    /// Liquidates with each token of an account in turn, as far as `checkLiquidation` says that it will succeed.
    fn look_at(&mut self, index: usize) -> Result<()> {
        let account = &self.accounts[index];
        let (id, tokens) = (account.id, account.tokens.clone());
        for token in tokens {
            let mut check = self.suite.check_liquidation(id, token)?;
            if check.succeeds {
                // What the view says holds for prices as sampled: the sample that `liquidate` takes first may begin a halt.
                let keeper = self.keeper;
                let (sampled, _) = self.suite.poke(keeper, token)?;
                if sampled {
                    check = self.suite.check_liquidation(id, token)?;
                }
            }
            if check.succeeds {
                self.liquidate(index, token)?;
                continue;
            }
            let reason = check.reason.0;
            if reason == IVault::NoRoom::SELECTOR || reason == IVault::CoolOff::SELECTOR {
                self.waiting.insert(index);
            }
            if reason == IVault::AccountHealthy::SELECTOR {
                break;
            }
        }
        // More lots of it may fit later.
        if self.suite.claim(id)?.closing {
            self.waiting.insert(index);
        }
        Ok(())
    }

    fn liquidate(&mut self, index: usize, token: Address) -> Result<()> {
        let account = &self.accounts[index];
        let (id, number) = (account.id, account.number);
        let keeper = self.keeper;
        match self.suite.liquidate(keeper, id, token) {
            Ok((auction, receipt)) => {
                let verb = match auction.is_zero() {
                    true => "liquidate (no lot)",
                    false => "liquidate",
                };
                self.record(verb, receipt.gas_used);
            }
            Err(failure) => {
                let now = self.suite.now();
                self.violations.push(format!(
                    "L4: at {now} checkLiquidation promised account {number}, and liquidate failed: {failure}"
                ));
            }
        }
        Ok(())
    }

    /// Resets an auction that needs it, if there is a price to start from.
    pub(crate) fn reset(&mut self, id: U256) -> Result<()> {
        self.heartbeat()?;
        let keeper = self.keeper;
        match self.suite.reset(keeper, id) {
            Ok(receipt) => self.record("reset", receipt.gas_used),
            Err(failure) => self.refuse("reset", &failure),
        }
        Ok(())
    }

    /// Ends an auction whose claim has been paid by another lot.
    pub(crate) fn close(&mut self, id: U256) -> Result<()> {
        let (keeper, auction) = (self.keeper, self.suite.modules.auction);
        match self
            .suite
            .send(keeper, auction, &ILiquidationAuction::closeCall { id })
        {
            Ok((_, receipt)) => self.record("close", receipt.gas_used),
            Err(failure) => self.refuse("close", &failure),
        }
        Ok(())
    }

    /// How much of the total room is used: the most is told at the end.
    fn measure_room(&mut self) -> Result<()> {
        let room = self.room_used()?;
        self.peak_room = self.peak_room.max(room);
        Ok(())
    }

    /// Part of the total room that is used now.
    pub(crate) fn room_used(&mut self) -> Result<f64> {
        let room = self.suite.room(Address::ZERO)?;
        Ok(f64::from(room.live.saturating_add(room.decaying)) / f64::from(room.cap))
    }
}
