//! Everything about an account, and about the market, each in one call.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::WAD;
use breakwater_risk::{interest, margin, value_at_risk};

use crate::{
    arguments::{address_word, words},
    errors::Fallible,
    market::Market,
    position::{Holding, Portfolio},
    safety::Verb,
    state::{Head, VaultState},
};

/// Tokens priced in one call to the adapter: its answer stays well under what is read of one.
const PRICED_AT_ONCE: usize = 8;

/// A signed number as a word.
fn signed(value: i128) -> U256 {
    let magnitude = value.unsigned_abs();
    let magnitude = U256::from_limbs([magnitude as u64, (magnitude >> 64) as u64, 0, 0]);
    if value < 0 {
        magnitude.wrapping_neg()
    } else {
        magnitude
    }
}

/// A truth value as a word.
fn flag(value: bool) -> U256 {
    U256::from(u8::from(value))
}

/// Return data of one struct: its words, and behind them an array of structs of words that is its last field.
fn record(mut head: Vec<U256>, count: usize, rows: &[U256]) -> Vec<u8> {
    // From the start of the struct to the array: all words of the head, and this one.
    let offset = head.len().saturating_add(1).saturating_mul(32);
    let mut all = vec![U256::from(32)];
    all.append(&mut head);
    all.extend([U256::from(offset), U256::from(count)]);
    all.extend_from_slice(rows);
    words(&all)
}

impl VaultState {
    /// Volatility of the account, its value at risk over the opening margin, and its distance to liquidation.
    pub(crate) fn margin_figures(&self, portfolio: &Portfolio) -> Fallible<[U256; 3]> {
        let rules = self.margin_rules();
        let volatility = portfolio.volatility(&rules)?;
        let horizon = rules.opening_horizon;
        let exponent = value_at_risk::exponent(rules.opening_deviations, volatility, horizon);
        let distance =
            value_at_risk::distance(portfolio.debt, portfolio.capacity, volatility, horizon);
        Ok([
            volatility,
            value_at_risk::value_at_risk(portfolio.capacity, exponent),
            signed(distance),
        ])
    }

    /// Where the account may be liquidated although it is healthy: the debt above which, and the health at which that ends,
    /// `(B·exp(−e), min(H*, exp(e)))` with `e = z·σ_B·√h`. Without such a zone z is 0. Liquidation asks here too.
    pub(crate) fn soft_zone(
        &self,
        market: &Market,
        head: &Head,
        portfolio: &Portfolio,
    ) -> Fallible<[U256; 2]> {
        let rules = self.margin_rules();
        let deviations = if head.predictive {
            // That of deleveraging is never wider.
            rules.soft_deviations
        } else {
            let state = self.deleveraging();
            state.width(rules.soft_deviations, self.cover(market)?, self.now())
        };
        let volatility = portfolio.volatility(&rules)?;
        let exponent = value_at_risk::exponent(deviations, volatility, rules.opening_horizon);
        let target = self.risk().target_health;
        Ok([
            value_at_risk::margin_limit(portfolio.capacity, exponent),
            value_at_risk::growth(exponent).min(target),
        ])
    }

    /// See `AccountView`.
    pub(crate) fn view_account(&self, account: B256) -> Fallible<Vec<u8>> {
        let (market, head) = (self.market_now(), self.head(account));
        let portfolio = self.portfolio(&market, account, &head, None)?;
        let claim = self.claim(account);
        let values = claim.claim;
        let mut fields = vec![
            portfolio.debt,
            portfolio.capacity,
            margin::health_factor(portfolio.debt, portfolio.capacity),
            portfolio.borrow_limit(&self.margin_rules(), self.now())?,
        ];
        fields.extend(self.margin_figures(&portfolio)?);
        fields.extend(self.soft_zone(&market, &head, &portfolio)?);
        fields.extend([
            values.carrying,
            values.written_off,
            values.penalty,
            claim.assigned,
            values.fund_paid,
            U256::from(claim.live_lots),
            U256::from(head.last_risk),
            flag(claim.closing),
            flag(head.predictive),
        ]);
        let mut rows = Vec::new();
        for index in Self::indices(head.bitmap) {
            let token = self.token_at(index);
            let (free, in_lots) = self.position(account, index);
            // A token of which all is in lots is not valued.
            let unvalued = [Holding::unpriced(token, self.collateral(token)?, free)];
            let holding = portfolio.holdings.iter().find(|held| held.token == token);
            let holding = holding.or(unvalued.first());
            if let Some(holding) = holding {
                rows.extend([
                    address_word(token),
                    free,
                    in_lots,
                    holding.price,
                    holding.low,
                    holding.volatility,
                    holding.status,
                    holding.value,
                    holding.collateral.liquidation_threshold,
                ]);
            }
        }
        Ok(record(fields, head.bitmap.count_ones() as usize, &rows))
    }

    /// See `MarketView`.
    pub(crate) fn view_everything(&self) -> Fallible<Vec<u8>> {
        let (market, now, risk) = (self.market_now(), self.now(), self.risk());
        let utilisation = market.utilisation();
        let (rate, _) = interest::borrow_rate(utilisation, 0, market.rate_at_target);
        let minimums = self.minimums();
        let (fund_minimum, count) = self.fund_minimum();
        let deleveraging = self.deleveraging();
        let used = |token: Address| self.room(token).used(now, risk.cap_period);
        let mut fields = vec![
            market.total_assets(now),
            market.total_shares,
            market.cash,
            market.borrow_assets,
            market.borrow_shares,
            market.carrying,
            market.unvested_at(now),
            market.reserve,
            self.fund_cash(),
            U256::from(rate),
            utilisation,
            self.supply_cap().0,
            used(Address::ZERO),
            self.total_room_cap(),
            self.predictive_room().used(now, risk.cap_period),
            self.predictive_cap(),
            self.balance(self.fund()),
            fund_minimum,
            self.cover(&market)?,
            deleveraging.target,
            U256::from(deleveraging.from()),
            risk.target_health,
            minimums.min_debt,
            minimums.min_lot,
            risk.backstop_discount,
            risk.reserve_factor,
            U256::from(risk.cap_period),
            U256::from(risk.cool_off),
            minimums.tip,
            risk.chip,
        ];
        for verb in [
            Verb::Deposit,
            Verb::Withdraw,
            Verb::WithdrawCollateral,
            Verb::Borrow,
            Verb::Liquidate,
        ] {
            fields.push(U256::from(self.paused_until(verb)));
        }
        let mut holdings = Vec::new();
        for index in 0..count as u8 {
            let token = self.token_at(index);
            holdings.push(Holding::unpriced(
                token,
                self.collateral(token)?,
                U256::ZERO,
            ));
        }
        for part in holdings.chunks_mut(PRICED_AT_ONCE) {
            self.price(part, None)?;
        }
        let rules = self.margin_rules();
        let mut rows = Vec::new();
        for holding in &holdings {
            let collateral = &holding.collateral;
            rows.extend([
                address_word(holding.token),
                collateral.borrow_ltv,
                collateral.liquidation_threshold,
                collateral.threshold_min,
                collateral.threshold_max,
                holding.target_threshold(&rules).unwrap_or(WAD),
                collateral.penalty_min,
                collateral.penalty_max,
                collateral.lot_buffer,
                collateral.beta,
                self.collateral_limits(holding.token).supply_cap,
                collateral.amounts.total,
                collateral.amounts.room_cap,
                used(holding.token),
                holding.price,
                holding.low,
                holding.volatility,
                holding.status,
            ]);
        }
        Ok(record(fields, holdings.len(), &rows))
    }

    /// How volatility bears on margins, in the order of `setMargin`.
    pub(crate) fn margin_config(&self) -> [U256; 9] {
        let rules = self.margin_rules();
        [
            rules.opening_deviations,
            U256::from(rules.opening_horizon),
            rules.threshold_deviations,
            U256::from(rules.threshold_horizon),
            rules.soft_deviations,
            rules.soft_penalty,
            rules.slew,
            rules.volatility_min,
            self.predictive_cap(),
        ]
    }
}
