//! What came of it, in figures: all from events and views.

use std::collections::BTreeSet;

use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    U256,
};

use crate::{
    error::Result,
    market::{dollars, money, Sums, World},
    table::{thousands, Table},
};

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
        // With what payments and interest brought it and is not minted to it yet.
        let market = self.suite.market()?;
        let own = dollars(market.fundCash + market.reserve);
        row(
            "fund's stake after",
            money(f64::from(shares) / 1e12 * dollars(now) + own),
        );

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
}
