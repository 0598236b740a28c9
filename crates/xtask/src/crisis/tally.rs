//! What happened so far, in sums: from events alone.

use std::collections::BTreeSet;

use breakwater_tests::{
    account_of,
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    B256, U256,
};

use crate::market::{dollars, World};

/// Sums since the accounts were opened, dollars.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Log up to which all is counted.
    position: usize,
    /// Lots ahead of need of accounts that opted in, and their debt.
    pub(super) soft: (usize, f64),
    /// The same of accounts that did not: auto-deleveraging.
    pub(super) deleveraged: (usize, f64),
    /// Lots of unhealthy accounts.
    pub(super) needed: (usize, f64),
    /// Further lots of accounts in closing.
    pub(super) further: usize,
    /// Accounts found insolvent.
    pub(super) closings: usize,
    pub(super) auctions: usize,
    pub(super) resets: usize,
    /// Takes, and what bidders paid.
    pub(super) sold: f64,
    pub(super) takes: usize,
    /// Absorptions, and what they paid on claims.
    pub(super) absorptions: usize,
    pub(super) absorbed: f64,
    pub(super) recognised: f64,
    pub(super) covered: f64,
    pub(super) shared: f64,
    pub(super) recovered: f64,
    pub(super) recovered_to_fund: f64,
    pub(super) penalties: f64,
    /// Collateral of the fund sold for vault shares.
    pub(super) inventory_sold: f64,
    /// Arrears of the fund to the lenders that were made, and paid.
    pub(super) owed: f64,
    pub(super) owed_paid: f64,
    pub(super) reinstated: f64,
    /// Arming and ends of auto-deleveraging.
    pub(super) armed: usize,
    pub(super) ended: usize,
    /// The last `from` that was set, 0 if it is not armed.
    pub(super) in_force_from: u64,
}

impl Tally {
    /// Counts what was logged since the last time.
    pub(super) fn update(&mut self, world: &World, opted_in: &BTreeSet<B256>) {
        let suite = &world.suite;
        let (vault, auction, fund) = (
            suite.modules.vault,
            suite.modules.auction,
            suite.modules.fund,
        );
        let since = self.position;
        self.position = suite.position();
        for found in suite.events_since::<IVault::Liquidated>(vault, since) {
            let event = found.event;
            if event.debt.is_zero() {
                // The debt of an account in closing became a claim with its first lot.
                self.further += 1;
                continue;
            }
            let kind = if event.debtBefore > event.capacityBefore {
                &mut self.needed
            } else if opted_in.contains(&event.account) {
                &mut self.soft
            } else {
                &mut self.deleveraged
            };
            kind.0 += 1;
            kind.1 += dollars(event.debt);
        }
        let closings = suite.events_since::<IVault::ClosingStarted>(vault, since);
        self.closings += closings.len();
        let started = suite.events_since::<ILiquidationAuction::Started>(auction, since);
        let of_accounts = started
            .iter()
            .filter(|found| found.event.account != account_of(fund, 0));
        self.auctions += of_accounts.count();
        for found in suite.events_since::<IVault::InventorySold>(vault, since) {
            self.inventory_sold += dollars(found.event.payment);
        }
        for found in suite.events_since::<IVault::ArrearsAdded>(vault, since) {
            self.owed += dollars(found.event.assets);
        }
        for found in suite.events_since::<IVault::ArrearsPaid>(vault, since) {
            self.owed_paid += dollars(found.event.assets);
        }
        let resets = suite.events_since::<ILiquidationAuction::Restarted>(auction, since);
        self.resets += resets.len();
        for found in suite.events_since::<ILiquidationAuction::Taken>(auction, since) {
            // The fund's takes are absorptions, and those of its lots sales of its own: the vault tells of them.
            if found.event.taker != fund && found.event.account != account_of(fund, 0) {
                self.takes += 1;
                self.sold += dollars(found.event.paid);
            }
        }
        for found in suite.events_since::<IVault::LotAbsorbed>(vault, since) {
            self.absorptions += 1;
            self.absorbed += dollars(found.event.payment);
        }
        for found in suite.events_since::<IVault::LossRecognised>(vault, since) {
            self.recognised += dollars(found.event.loss);
            self.covered += dollars(found.event.covered);
            self.shared += dollars(found.event.shared);
        }
        for found in suite.events_since::<IVault::ClaimPaid>(vault, since) {
            self.recovered += dollars(found.event.recovered);
            self.recovered_to_fund += dollars(found.event.recoveredToFund);
            self.penalties += dollars(found.event.penalty);
        }
        for found in suite.events_since::<IVault::ClaimReinstated>(vault, since) {
            self.reinstated += dollars(found.event.assets);
        }
        for found in suite.events_since::<IVault::DeleveragingSet>(vault, since) {
            let from: U256 = found.event.from;
            self.in_force_from = from.saturating_to();
            if from.is_zero() {
                self.ended += 1;
            } else {
                self.armed += 1;
            }
        }
    }
}
