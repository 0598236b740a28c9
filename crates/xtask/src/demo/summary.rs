//! What came of it, in figures: all from events and views.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    Address, U256,
};

use super::{
    story::money,
    world::{dollars, World},
};
use crate::{
    error::Result,
    table::{thousands, Table},
};

/// A take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fill {
    pub(super) time: u64,
    /// The collateral's number.
    pub(super) side: usize,
    /// Collateral sold, whole tokens.
    pub(super) amount: f64,
    /// Paid, dollars.
    pub(super) paid: f64,
    /// Price paid and the oracle's at that moment, dollars a whole token.
    pub(super) price: f64,
    pub(super) oracle: f64,
    /// True if it was sold in the callback.
    pub(super) by_callback: bool,
}

/// An auction from start to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lot {
    pub(super) side: usize,
    pub(super) start: u64,
    /// None if it is still live.
    pub(super) end: Option<u64>,
    /// Debt put up for sale, dollars.
    pub(super) debt: f64,
}

/// Sums over fills.
pub(super) struct Sums {
    pub(super) paid: f64,
    /// Value at the oracle's price of what was sold.
    pub(super) value: f64,
    /// The largest discount, and the smallest (a premium if negative).
    pub(super) worst: f64,
}

impl Sums {
    pub(super) fn of(fills: &[Fill]) -> Self {
        Self {
            paid: fills.iter().map(|fill| fill.paid).sum(),
            value: fills.iter().map(|fill| fill.amount * fill.oracle).sum(),
            worst: fills.iter().map(Fill::discount).fold(0.0, f64::max),
        }
    }

    /// The average, weighted by value; `-` if nothing was sold.
    pub(super) fn shown_discount(&self) -> String {
        match self.value > 0.0 {
            true => format!("{:.2} %", (1.0 - self.paid / self.value) * 100.0),
            false => "-".to_owned(),
        }
    }
}

fn total(amounts: impl Iterator<Item = U256>) -> f64 {
    amounts.map(dollars).sum()
}

/// The middle one; of an even number the lower of the two in the middle.
fn median(numbers: &mut [u64]) -> Option<u64> {
    numbers.sort_unstable();
    numbers.get(numbers.len().saturating_sub(1) / 2).copied()
}

fn duration(seconds: u64) -> String {
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

impl World {
    /// All takes so far, oldest first.
    pub(super) fn fills(&self) -> Vec<Fill> {
        let auction = self.suite.modules.auction;
        let started = self.suite.events::<ILiquidationAuction::Started>(auction);
        let tokens: BTreeMap<U256, Address> = started
            .iter()
            .map(|start| (start.event.id, start.event.token))
            .collect();
        let takes = self.suite.events::<ILiquidationAuction::Taken>(auction);
        takes
            .iter()
            .map(|take| {
                let token = tokens.get(&take.event.id).copied().unwrap_or_default();
                let side = self.side(token);
                let decimals = i32::from(self.suite.collaterals[side].decimals);
                let index = self
                    .prices
                    .partition_point(|prices| prices.time <= take.time)
                    .saturating_sub(1);
                let oracle = self.prices[index].answers[side] as f64 / 1e8;
                // From the 1e36 scale to dollars a whole token.
                let price = f64::from(take.event.price) / 1e42 * 10_f64.powi(decimals);
                Fill {
                    time: take.time,
                    side,
                    amount: f64::from(take.event.lotTaken) / 10_f64.powi(decimals),
                    paid: dollars(take.event.paid),
                    price,
                    oracle,
                    by_callback: take.event.taker == self.bo_contract,
                }
            })
            .collect()
    }

    /// All auctions so far, oldest first.
    pub(super) fn lots(&self) -> Vec<Lot> {
        let auction = self.suite.modules.auction;
        let ends: BTreeMap<U256, u64> = self
            .suite
            .events::<ILiquidationAuction::Ended>(auction)
            .iter()
            .map(|end| (end.event.id, end.time))
            .collect();
        let started = self.suite.events::<ILiquidationAuction::Started>(auction);
        started
            .iter()
            .map(|start| Lot {
                side: self.side(start.event.token),
                start: start.time,
                end: ends.get(&start.event.id).copied(),
                debt: dollars(start.event.debt),
            })
            .collect()
    }

    /// The summary.
    pub(crate) fn summary(&mut self) -> Result<String> {
        let (vault, auction) = (self.suite.modules.vault, self.suite.modules.auction);
        let liquidated = self.suite.events::<IVault::Liquidated>(vault);
        let accounts: BTreeSet<_> = liquidated.iter().map(|found| found.event.account).collect();
        let closings = self.suite.events::<IVault::ClosingStarted>(vault);
        let losses = self.suite.events::<IVault::LossRecognised>(vault);
        let paid = self.suite.events::<IVault::ClaimPaid>(vault);
        let reinstated = self.suite.events::<IVault::ClaimReinstated>(vault);
        let interest = self.suite.events::<IVault::Accrued>(vault);
        let resets = self.suite.events::<ILiquidationAuction::Restarted>(auction);
        let (fills, lots) = (self.fills(), self.lots());
        let sums = Sums::of(&fills);
        let mut table = Table::new(["", "figure"]);
        let mut row = |name: &str, figure: String| table.row(vec![name.to_owned(), figure]);

        row(
            "accounts liquidated",
            format!("{} of {}", accounts.len(), self.accounts.len()),
        );
        row("accounts found insolvent", closings.len().to_string());
        row("auctions", lots.len().to_string());
        row("auctions reset", resets.len().to_string());
        let claimed = total(liquidated.iter().map(|found| found.event.debt));
        row("debt turned into claims", money(claimed));
        row(
            "debt auctioned",
            money(lots.iter().map(|lot| lot.debt).sum()),
        );
        let started = self.suite.events::<ILiquidationAuction::Started>(auction);
        for (side, collateral) in self.suite.collaterals.iter().enumerate() {
            let decimals = i32::from(collateral.decimals);
            let put_up: f64 = started
                .iter()
                .filter(|start| start.event.token == collateral.token)
                .map(|start| f64::from(start.event.lot) / 10_f64.powi(decimals))
                .sum();
            let sold: f64 = fills
                .iter()
                .filter(|fill| fill.side == side)
                .map(|fill| fill.amount)
                .sum();
            row(
                &format!("{} auctioned", collateral.symbol),
                format!("{put_up:.4}"),
            );
            row(
                &format!("{} sold, the rest returned", collateral.symbol),
                format!("{sold:.4}"),
            );
        }
        row("takes", fills.len().to_string());
        let callbacks = fills.iter().filter(|fill| fill.by_callback).count();
        row("of these by callback", callbacks.to_string());
        row("paid by bidders", money(sums.paid));
        row("average discount to the oracle", sums.shown_discount());
        row("worst discount", format!("{:.2} %", sums.worst * 100.0));
        let mut times: Vec<u64> = lots
            .iter()
            .filter_map(|lot| Some(lot.end? - lot.start))
            .collect();
        let longest = times.iter().max().copied().unwrap_or(0);
        let middle = median(&mut times).unwrap_or(0);
        row("time to fill, median", duration(middle));
        row("time to fill, longest", duration(longest));
        row("most room used", format!("{:.0} %", self.peak_room * 100.0));
        let penalties = total(paid.iter().map(|found| found.event.penalty));
        row("penalties paid to the fund", money(penalties));
        let keeper = total(liquidated.iter().map(|found| found.event.reward));
        row("keeper's pay", money(keeper));

        let recognised = total(losses.iter().map(|loss| loss.event.loss));
        let covered = total(losses.iter().map(|loss| loss.event.covered));
        let shared = total(losses.iter().map(|loss| loss.event.shared));
        row("loss recognised", money(recognised));
        row("covered by the fund", money(covered));
        row("shared by lenders", money(shared));
        let recovered = total(paid.iter().map(|found| found.event.recovered));
        let to_fund = total(paid.iter().map(|found| found.event.recoveredToFund));
        row("recovered later", money(recovered));
        row("of that to the fund", money(to_fund));
        let again = total(reinstated.iter().map(|found| found.event.assets));
        row("claims made debt again", money(again));
        row(
            "interest",
            money(total(interest.iter().map(|found| found.event.interest))),
        );
        let now = self.pool_price()?;
        let price = |price: U256| format!("{:.6}", dollars(price));
        row("share price before", price(self.share_price_before));
        row("share price after", price(now));
        let fund = self.suite.modules.fund;
        let shares = self.suite.balance_of(vault, fund)?;
        let worth = |shares: U256, price: U256| money(f64::from(shares) / 1e12 * dollars(price));
        row(
            "fund's stake before",
            worth(self.fund_shares_before, self.share_price_before),
        );
        row("fund's stake after", worth(shares, now));

        let mut text = table.render();
        text.push_str(&format!(
            "\n\namounts in dollars of the loan asset. Where the loss went: {} recognised = {} borne by the fund + {} by all lenders.",
            money(recognised),
            money(covered),
            money(shared),
        ));
        text.push_str("\n\n");
        text.push_str(&self.gas_table());
        if !self.refused.is_empty() {
            text.push_str("\n\ncalls refused:");
            for (what, count) in &self.refused {
                text.push_str(&format!("\n  {count} x {what}"));
            }
        }
        Ok(text)
    }

    /// Gas of whole transactions, median of each verb.
    fn gas_table(&self) -> String {
        let mut table = Table::new(["gas of whole transactions", "calls", "median", "most"]);
        for (verb, gas) in &self.gas {
            let mut gas = gas.clone();
            let middle = median(&mut gas).unwrap_or(0);
            let most = gas.last().copied().unwrap_or(0);
            table.row(vec![
                (*verb).to_owned(),
                thousands(gas.len() as u64),
                thousands(middle),
                thousands(most),
            ]);
        }
        table.render()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_lower_middle() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3]), Some(3));
        assert_eq!(median(&mut [4, 1]), Some(1));
        assert_eq!(median(&mut [5, 1, 3]), Some(3));
    }

    #[test]
    fn the_average_discount_is_weighted_by_value() {
        let fill = |amount: f64, price: f64| Fill {
            time: 0,
            side: 0,
            amount,
            paid: amount * price,
            price,
            oracle: 100.0,
            by_callback: false,
        };
        let sums = Sums::of(&[fill(3.0, 100.0), fill(1.0, 80.0)]);
        assert_eq!(sums.shown_discount(), "5.00 %");
        assert!((sums.worst - 0.2).abs() < 1e-12);
        assert_eq!(Sums::of(&[]).shown_discount(), "-");
    }
}
