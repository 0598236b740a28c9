//! The three funds beside each other.

use breakwater_tests::U256;

use super::run::{Crisis, Outcome};
use crate::{
    error::Result,
    market::{dollars, money},
    table::{thousands, Table},
};

/// What is known before the first price.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    share_price: U256,
    cover: f64,
}

/// A row a figure, a column a fund.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let names: Vec<String> = outcomes
        .iter()
        .map(|outcome| format!("fund {}", outcome.case.name()))
        .collect();
    let title = |index: usize| names.get(index).map_or("", String::as_str);
    let mut table = Table::new(["", title(0), title(1), title(2)]);
    let rows = outcomes.first().map_or(0, |first| first.figures.len());
    for row in 0..rows {
        let figures = outcomes
            .iter()
            .filter_map(|outcome| outcome.figures.get(row));
        let mut cells: Vec<String> = figures.map(|(_, figure)| figure.clone()).collect();
        let name = outcomes
            .iter()
            .find_map(|outcome| outcome.figures.get(row))
            .map_or_else(String::new, |(name, _)| name.clone());
        cells.insert(0, name);
        table.row(cells);
    }
    table.render()
}

impl Crisis {
    /// Notes what there is before the first price.
    pub(super) fn start_figures(&mut self) -> Result<()> {
        self.start = Start {
            share_price: self.world.pool_price()?,
            cover: dollars(self.world.suite.waterfall()?.cover),
        };
        Ok(())
    }

    /// The figures of a case, in order.
    pub(super) fn figures(&mut self) -> Result<Vec<(String, String)>> {
        let tally = self.tally.clone();
        let state = self.world.suite.waterfall()?;
        let (before, after) = (self.start.share_price, self.world.pool_price()?);
        let price = |price: U256| format!("{:.6}", dollars(price));
        let lots = |(count, debt): (usize, f64)| format!("{count} / {}", money(debt));
        let figures = [
            ("borrowed", money(self.world.first_debt)),
            ("fund's cover at first", money(self.start.cover)),
            ("soft liquidations, lots / debt", lots(tally.soft)),
            ("auto-deleveraging, lots / debt", lots(tally.deleveraged)),
            ("needed liquidations, lots / debt", lots(tally.needed)),
            (
                "further lots of insolvent accounts",
                tally.further.to_string(),
            ),
            (
                "auctions / resets",
                format!("{} / {}", tally.auctions, tally.resets),
            ),
            ("sold to bidders", money(tally.sold)),
            (
                "absorbed by the fund, times / paid",
                lots((tally.absorptions, tally.absorbed)),
            ),
            ("accounts found insolvent", tally.closings.to_string()),
            ("loss recognised", money(tally.recognised)),
            ("  borne by the fund", money(tally.covered)),
            ("  shared by lenders", money(tally.shared)),
            ("recovered later", money(tally.recovered)),
            ("  of that to the fund", money(tally.recovered_to_fund)),
            ("claims made debt again", money(tally.reinstated)),
            ("penalties to the fund", money(tally.penalties)),
            ("owed by the fund to lenders", money(tally.owed)),
            ("  paid of that", money(tally.owed_paid)),
            ("sold by the fund", money(tally.inventory_sold)),
            ("share price at first", price(before)),
            ("share price at last", price(after)),
            ("taken by leaving lenders", money(self.run.taken)),
            ("staker's request, worth then", money(self.leaving.worth)),
            ("  paid after the cool-down", money(self.leaving.paid)),
            ("  and in kind", money(self.leaving.in_kind)),
            ("fund's cover at last", money(dollars(state.cover))),
            (
                "fund's inventory at last",
                money(dollars(state.inventoryMid)),
            ),
            ("steps checked", thousands(self.checks as u64)),
        ];
        let named = figures
            .into_iter()
            .map(|(name, figure)| (name.to_owned(), figure));
        Ok(named.collect())
    }
}
