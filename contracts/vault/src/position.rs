//! An account's collateral, debt and health.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::WAD;
use breakwater_interfaces::{
    oracle::{IOracleAdapter, Status},
    outbound::{self, word_at, Calldata},
};
use breakwater_risk::{
    margin,
    tightening::Tightening,
    value_at_risk::{self, Variance},
    volatility_margin::target_threshold,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{math_overflow, opening_margin_exceeded, price_not_ok, Fallible},
    market::Market,
    math::{self, mul_div_down},
    state::{Collateral, Head, MarginRules, VaultState},
};

/// One collateral of an account, with its price.
pub(crate) struct Holding {
    /// The token.
    pub token: Address,
    /// Its parameters and totals.
    pub collateral: Collateral,
    /// What the account has of it and is not in a lot.
    pub free: U256,
    /// Price at mid, 1e36 scale. Without a good one the last good one; zero once the adapter gives the token up as dead.
    pub price: U256,
    /// Price for opening, at most `price`.
    pub low: U256,
    /// Volatility, annualised, WAD.
    pub volatility: U256,
    /// The adapter's status byte.
    pub status: U256,
    /// `free` at mid, rounded down, in loan asset.
    pub value: U256,
}

impl Holding {
    pub(crate) fn unpriced(token: Address, collateral: Collateral, free: U256) -> Self {
        Self {
            token,
            collateral,
            free,
            price: U256::ZERO,
            low: U256::ZERO,
            volatility: U256::ZERO,
            status: U256::ZERO,
            value: U256::ZERO,
        }
    }

    /// Whether the price is good.
    pub(crate) fn is_priced(&self) -> bool {
        self.status == U256::from(Status::Ok as u8)
    }
}

/// An account at current prices.
pub(crate) struct Portfolio {
    /// Its free collateral.
    pub holdings: Vec<Holding>,
    /// D: its debt, rounded up.
    pub debt: U256,
    /// B: the sum of value times liquidation threshold, rounded down.
    pub capacity: U256,
}

impl VaultState {
    /// Values an account at the adapter's current prices. `sampled` is a token of which the adapter takes a sample first.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`, `MathOverflow`, `PriceNotOk` if the adapter does not answer at all.
    pub(crate) fn portfolio(
        &self,
        market: &Market,
        account: B256,
        head: &Head,
        sampled: Option<&Address>,
    ) -> Fallible<Portfolio> {
        let debt = market.debt_up(head.borrow_shares)?;
        let mut holdings = Vec::new();
        // Whose index is known need not be looked up by it.
        let named = match sampled {
            Some(token) => Some((self.collateral_amounts(*token)?.index, *token)),
            None => None,
        };
        for index in Self::indices(head.bitmap) {
            let (free, _) = self.position(account, index);
            if free.is_zero() {
                continue;
            }
            let token = match named {
                Some((known, token)) if known == index => token,
                _ => self.token_at(index),
            };
            let collateral = self.collateral(token)?;
            holdings.push(Holding::unpriced(token, collateral, free));
        }
        let mut capacity = U256::ZERO;
        if !holdings.is_empty() {
            self.price(&mut holdings, sampled)?;
            for holding in &holdings {
                let counted =
                    mul_div_down(holding.value, holding.collateral.liquidation_threshold, WAD)?;
                capacity = math::add(capacity, counted)?;
            }
        }
        Ok(Portfolio {
            holdings,
            debt,
            capacity,
        })
    }

    /// # Errors
    ///
    /// `PriceNotOk` unless `token` has a good price.
    pub(crate) fn require_price(&self, token: Address) -> Fallible<()> {
        let collateral = self.collateral(token)?;
        let mut holding = [Holding::unpriced(token, collateral, U256::ZERO)];
        self.price(&mut holding, None)?;
        let [holding] = holding;
        if holding.is_priced() {
            return Ok(());
        }
        Err(price_not_ok(token, holding.status))
    }

    /// Asks the adapter for all prices at once. `sampled` is a token of which it takes a sample first: a halt begins by it. Whether it can be
    /// taken is the adapter's business.
    pub(crate) fn price(
        &self,
        holdings: &mut [Holding],
        sampled: Option<&Address>,
    ) -> Fallible<()> {
        let room = holdings.len().saturating_add(3);
        let mut calldata = match sampled {
            None => Calldata::new::<IOracleAdapter::quotesCall>(room).number(U256::from(32)),
            Some(token) => Calldata::new::<IOracleAdapter::pokeAndQuotesCall>(room)
                .address(*token)
                .number(U256::from(64)),
        };
        calldata = calldata.number(U256::from(holdings.len()));
        for holding in holdings.iter() {
            calldata = calldata.address(holding.token);
        }
        let (vm, oracle) = (self.vm(), self.oracle());
        let answer = match sampled {
            None => outbound::static_call(vm, oracle, &calldata)?,
            Some(_) => outbound::call(vm, oracle, &calldata)?,
        };
        // An array of four-word structs: offset, length, then mid, low, volatility, status of each.
        let mut next = 2usize;
        for holding in holdings.iter_mut() {
            let field = |offset: usize| word_at(&answer, next.saturating_add(offset));
            let (Some(price), Some(low), Some(volatility), Some(status)) =
                (field(0), field(1), field(2), field(3))
            else {
                return Err(price_not_ok(
                    holding.token,
                    U256::from(Status::NoQuorum as u8),
                ));
            };
            holding.price = price;
            holding.low = low.min(price);
            holding.volatility = volatility;
            holding.status = status;
            holding.value = math::value(holding.free, price)?;
            next = next.saturating_add(4);
        }
        Ok(())
    }

    /// The one solvency check that every verb ends in that takes collateral out or adds debt, once it has written the books with interest up to
    /// now: the debt must be within what
    /// the collateral allows for opening, see [`Portfolio::borrow_limit`]. A collateral without a good price counts as nothing.
    ///
    /// # Errors
    ///
    /// `OpeningMarginExceeded`.
    pub(crate) fn require_opening_margin(&self, account: B256) -> Fallible<()> {
        let (market, head) = (self.market(), self.head(account));
        let portfolio = self.portfolio(&market, account, &head, None)?;
        let allowed = portfolio.borrow_limit(&self.margin_rules(), self.now())?;
        if portfolio.debt > allowed {
            return Err(opening_margin_exceeded(account, portfolio.debt, allowed));
        }
        Ok(())
    }
}

impl Holding {
    /// σ, at least the least that counts.
    fn counted_volatility(&self, rules: &MarginRules) -> U256 {
        self.volatility.max(rules.volatility_min)
    }

    /// Where volatility wants the token's threshold, WAD.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    #[inline(never)]
    pub(crate) fn target_threshold(&self, rules: &MarginRules) -> Fallible<U256> {
        let collateral = &self.collateral;
        let factor = margin::lot_factor(collateral.penalty_max, collateral.lot_buffer)
            .ok_or_else(math_overflow)?;
        Ok(target_threshold(
            self.counted_volatility(rules),
            rules.threshold_deviations,
            rules.threshold_horizon,
            factor,
            collateral.threshold_min,
            collateral.threshold_max,
        ))
    }
}

impl Portfolio {
    /// What the account may owe after a step that raises its risk: `min(Σ v_i·borrowLtv_i, B·exp(−z·σ_B·√h))`, with v at low prices,
    /// `borrowLtv` as it is in force, and in B the lower of each token's present and target threshold. A collateral without a good price counts as nothing.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn borrow_limit(&self, rules: &MarginRules, now: u64) -> Fallible<U256> {
        let mut limit = U256::ZERO;
        let mut parts = Vec::new();
        for holding in &self.holdings {
            if holding.is_priced() {
                let value = math::value(holding.free, holding.low)?;
                let collateral = &holding.collateral;
                let tightening = Tightening::unpack(collateral.amounts.tightening);
                let ltv = tightening.apply(collateral.borrow_ltv, now);
                let allowed = mul_div_down(value, ltv, WAD)?;
                limit = math::add(limit, allowed)?;
                let present = holding.collateral.liquidation_threshold;
                let threshold = holding.target_threshold(rules)?.min(present);
                parts.push((holding, mul_div_down(value, threshold, WAD)?));
            }
        }
        let (capacity, volatility) = volatility_of(&parts, rules)?;
        let (deviations, horizon) = (rules.opening_deviations, rules.opening_horizon);
        let exponent = value_at_risk::exponent(deviations, volatility, horizon);
        Ok(limit.min(value_at_risk::margin_limit(capacity, exponent)))
    }

    /// σ_B at mid prices, WAD.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn volatility(&self, rules: &MarginRules) -> Fallible<U256> {
        let mut parts = Vec::new();
        for holding in &self.holdings {
            let threshold = holding.collateral.liquidation_threshold;
            parts.push((holding, mul_div_down(holding.value, threshold, WAD)?));
        }
        volatility_of(&parts, rules).map(|(_, volatility)| volatility)
    }
}

/// Capacity and volatility of parts of a capacity.
#[inline(never)]
fn volatility_of(parts: &[(&Holding, U256)], rules: &MarginRules) -> Fallible<(U256, U256)> {
    let mut capacity = U256::ZERO;
    for (_, part) in parts {
        capacity = math::add(capacity, *part)?;
    }
    let mut variance = Variance::default();
    for (holding, part) in parts {
        let sigma = holding.counted_volatility(rules);
        variance.add(*part, capacity, sigma, holding.collateral.beta);
    }
    Ok((capacity, variance.volatility()))
}
