//! What there is, for readers.

use breakwater_tests::{STABLE, WAD};

use super::{
    accounts::SIZES,
    words::money,
    world::{World, MARKET_DISCOUNT, SECOND_BETA},
};

impl World {
    /// The collaterals, a line each, and how their prices hang together.
    pub(crate) fn market_lines(&self) -> Vec<String> {
        let config = &self.suite.config;
        let percent = |wad: u64| wad as f64 / WAD as f64 * 100.0;
        let setups = [config.weth, config.second];
        let collaterals = setups.iter().zip(self.suite.collaterals);
        let line = |(setup, collateral): (
            &breakwater_tests::CollateralSetup,
            breakwater_tests::Collateral,
        )| {
            format!(
                "{:4} ({} decimals): borrow up to {:.0} %, liquidated under {:.0} %, penalty {:.0} to {:.0} %, lot buffer {:.0} %, \
                 room for {} of debt",
                collateral.symbol,
                collateral.decimals,
                percent(setup.borrow_ltv),
                percent(setup.liquidation_threshold),
                percent(setup.penalty_min),
                percent(setup.penalty_max),
                percent(setup.lot_buffer),
                money(setup.room_cap as f64 / STABLE as f64),
            )
        };
        let prices = format!(
            "SEC's price follows ETH's: {SECOND_BETA} of each return. The market pays {:.1} % less than the oracle says",
            MARKET_DISCOUNT * 100.0
        );
        collaterals.map(line).chain([prices]).collect()
    }

    /// The accounts in one line.
    pub(crate) fn accounts_line(&self) -> String {
        let leverages = self.accounts.iter().map(|account| account.plan.leverage);
        let (least, most) = leverages.fold((1.0, 0.0), |(least, most), leverage| {
            (f64::min(least, leverage), f64::max(most, leverage))
        });
        let two = self
            .accounts
            .iter()
            .filter(|account| account.tokens.len() == 2);
        let total: f64 = self.accounts.iter().map(|account| account.plan.size).sum();
        format!(
            "debt is {:.0} to {:.0} % of what may be borrowed, spread evenly; collateral of {} to {}, {} in all; {} of {} accounts have \
             two collaterals; {} borrowed",
            least * 100.0,
            most * 100.0,
            money(SIZES.0),
            money(SIZES.1),
            money(total),
            two.count(),
            self.accounts.len(),
            money(self.first_debt),
        )
    }
}
