//! What happened so far: takes and auctions, from events.

use std::collections::BTreeMap;

use breakwater_tests::{interfaces::auction::ILiquidationAuction, Address, U256};

use super::world::{dollars, World};

/// A take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    pub(crate) time: u64,
    /// The collateral's number.
    pub(crate) side: usize,
    /// Collateral sold, whole tokens.
    pub(crate) amount: f64,
    /// Paid, dollars.
    pub(crate) paid: f64,
    /// Price paid and the oracle's at that moment, dollars a whole token.
    pub(crate) price: f64,
    pub(crate) oracle: f64,
    /// True if it was sold in the callback.
    pub(crate) by_callback: bool,
}

/// An auction from start to end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    pub(crate) side: usize,
    pub(crate) start: u64,
    /// None if it is still live.
    pub(crate) end: Option<u64>,
    /// Debt put up for sale, dollars.
    pub(crate) debt: f64,
}

/// Sums over fills.
pub(crate) struct Sums {
    pub(crate) paid: f64,
    /// Value at the oracle's price of what was sold.
    pub(crate) value: f64,
    /// The largest discount, and the smallest (a premium if negative).
    pub(crate) worst: f64,
}

impl Sums {
    pub(crate) fn of(fills: &[Fill]) -> Self {
        Self {
            paid: fills.iter().map(|fill| fill.paid).sum(),
            value: fills.iter().map(|fill| fill.amount * fill.oracle).sum(),
            worst: fills.iter().map(Fill::discount).fold(0.0, f64::max),
        }
    }

    /// The average, weighted by value; `-` if nothing was sold.
    pub(crate) fn shown_discount(&self) -> String {
        match self.value > 0.0 {
            true => format!("{:.2} %", (1.0 - self.paid / self.value) * 100.0),
            false => "-".to_owned(),
        }
    }
}

impl Fill {
    /// How much less than the oracle's price was paid, as a part of it.
    pub(crate) fn discount(&self) -> f64 {
        1.0 - self.price / self.oracle
    }
}

impl World {
    /// All takes so far, oldest first.
    pub(crate) fn fills(&self) -> Vec<Fill> {
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
    pub(crate) fn lots(&self) -> Vec<Lot> {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
