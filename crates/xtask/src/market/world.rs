//! The deployment, its people and its prices.

use std::collections::{BTreeMap, BTreeSet};

use breakwater_tests::{
    external::IMockExchange, interfaces::oracle::Parameters, Address, Programs, Suite, SuiteConfig,
    B256, HOUR, STABLE, U256, WAD,
};

use super::{
    accounts::Plan,
    series::{Row, Series},
};
use crate::error::{Error, Result};

/// The second collateral's first price, dollars.
const SECOND_PRICE: f64 = 8_000.0;
/// The second collateral moves by this part of ETH's return, at each price.
pub(crate) const SECOND_BETA: f64 = 0.8;
/// Bounds of a price in a feed's answer: those of a series' prices.
const ANSWERS: (f64, f64) = (1e4, 1e17);
/// The market pays this much less than the oracle says.
pub(crate) const MARKET_DISCOUNT: f64 = 0.005;
/// How many lenders there are.
pub(crate) const LENDERS: usize = 4;
/// What the market can pay in all: no bound in practice.
const MARKET_CASH: u128 = 1_000_000_000_000 * STABLE;

/// How large everything is, as parts of what the accounts borrow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// What the accounts borrow of the lenders' deposits.
    pub(crate) utilisation: f64,
    /// The fund's stake before the accounts are opened.
    pub(crate) fund: f64,
    /// Most debt for sale at once: with WETH, with the second collateral, in all.
    pub(crate) room: [f64; 3],
    /// What the first bidder starts with.
    pub(crate) bidder: f64,
}

/// A borrower.
pub(crate) struct Account {
    pub(crate) id: B256,
    /// Its number for readers.
    pub(crate) number: usize,
    /// Tokens it has put in.
    pub(crate) tokens: Vec<Address>,
    pub(crate) plan: Plan,
}

/// Prices at a time, as the feeds answer them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prices {
    pub(crate) time: u64,
    /// WETH and the second collateral, 8 decimals.
    pub(crate) answers: [u64; 2],
}

/// A market and what is known of it.
pub(crate) struct World {
    pub(crate) suite: Suite,
    pub(crate) accounts: Vec<Account>,
    pub(crate) keeper: Address,
    /// Buys with money of her own.
    pub(crate) ada: Address,
    /// Buys with the seller's: by callback.
    pub(crate) bo: Address,
    pub(crate) bo_contract: Address,
    /// When Ada last sold what she had bought.
    pub(crate) ada_sold_at: u64,
    pub(crate) ada_funds: U256,
    /// Prices so far, oldest first.
    pub(crate) prices: Vec<Prices>,
    /// Accounts that could not be liquidated for want of room or for the cool-off.
    pub(crate) waiting: BTreeSet<usize>,
    /// Gas of transactions, by verb.
    pub(crate) gas: BTreeMap<&'static str, Vec<u64>>,
    /// What must not happen, and did.
    pub(crate) violations: Vec<String>,
    /// Calls that were refused though the views had promised otherwise, or for a race: text and count.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Largest part of the total room that was ever used.
    pub(crate) peak_room: f64,
    pub(crate) share_price_before: U256,
    pub(crate) fund_shares_before: U256,
    pub(crate) opened_at: u64,
    /// Sum of first debts, dollars.
    pub(crate) first_debt: f64,
    /// What it is expected to be, before the accounts are opened.
    pub(crate) expected_debt: f64,
}

/// Dollars of an amount of loan asset.
pub(crate) fn dollars(amount: U256) -> f64 {
    f64::from(amount) / STABLE as f64
}

/// Loan asset of dollars.
pub(crate) fn stable(dollars: f64) -> u128 {
    (dollars * STABLE as f64) as u128
}

/// What an account borrows, dollars. The lower of two feeds counts for opening, a twentieth of a percent under the price.
fn first_debt(plan: &Plan, config: &SuiteConfig) -> f64 {
    let [weth, second] =
        [config.weth, config.second].map(|setup| setup.borrow_ltv as f64 / WAD as f64);
    let limit = weth * (1.0 - plan.second_part) + second * plan.second_part;
    plan.size * limit * plan.leverage * 0.999
}

impl World {
    /// Deploys with prices and sizes fit for the series.
    pub(crate) fn deploy(
        series: &Series,
        plans: &[Plan],
        setup: &Setup,
        programs: &Programs,
    ) -> Result<Self> {
        let first = series.first();
        let mut config = SuiteConfig {
            // Accounts are opened some time before the first price.
            start_time: first.time.saturating_sub(HOUR),
            watch_share_price: true,
            // The breaker as it would be.
            oracle: Parameters::standard(0, 0),
            ..SuiteConfig::default()
        };
        config.weth.price = first.answer();
        config.second.price = (SECOND_PRICE * 1e8) as u64;
        let expected: f64 = plans.iter().map(|plan| first_debt(plan, &config)).sum();
        let [weth, second, total] = setup.room.map(|part| stable(part * expected));
        config.weth.room_cap = weth;
        config.second.room_cap = second;
        config.total_room_cap = total;
        // Whatever a token costs, the accounts' sizes are in dollars.
        config.weth.supply_cap = u128::MAX >> 8;
        config.second.supply_cap = u128::MAX >> 8;
        let mut suite = Suite::deploy(config, programs).map_err(Error::new)?;
        let (keeper, ada, bo) = (suite.user("keeper"), suite.user("Ada"), suite.user("Bo"));
        let exchange = suite.exchange;
        let bo_contract = {
            let modules = suite.modules;
            let mut arguments = modules.auction.into_word().to_vec();
            arguments.extend(exchange.into_word());
            suite.deploy_contract(bo, "FlashTaker", &arguments)?
        };
        let asset = suite.asset;
        suite.give(asset, exchange, U256::from(MARKET_CASH))?;
        let ada_funds = U256::from(stable(setup.bidder * expected));
        suite.give(asset, ada, ada_funds)?;
        suite.approve_vault(asset, ada)?;
        for collateral in suite.collaterals {
            let approve = breakwater_tests::external::IToken::approveCall {
                spender: exchange,
                value: U256::MAX,
            };
            suite.send(ada, collateral.token, &approve)?;
        }
        let mut world = Self {
            accounts: Vec::new(),
            keeper,
            ada,
            bo,
            bo_contract,
            ada_sold_at: first.time,
            ada_funds,
            prices: Vec::new(),
            waiting: BTreeSet::new(),
            gas: BTreeMap::new(),
            violations: Vec::new(),
            refused: BTreeMap::new(),
            peak_room: 0.0,
            share_price_before: U256::ZERO,
            fund_shares_before: U256::ZERO,
            opened_at: 0,
            first_debt: 0.0,
            expected_debt: expected,
            suite,
        };
        world.lend(expected, setup)?;
        world.set_prices(first)?;
        Ok(world)
    }

    /// Lenders and the fund's staker come in before anybody borrows.
    fn lend(&mut self, expected: f64, setup: &Setup) -> Result<()> {
        let deposit = U256::from(stable(expected / setup.utilisation / LENDERS as f64));
        for number in 1..=LENDERS {
            let lender = self.suite.user(&format!("lender {number}"));
            let (_, receipt) = self.suite.lend(lender, deposit)?;
            self.record("deposit", receipt.gas_used);
        }
        if setup.fund == 0.0 {
            return Ok(());
        }
        let staker = self.suite.user("staker");
        let stake = U256::from(stable(expected * setup.fund));
        let (_, receipt) = self.suite.stake(staker, stake)?;
        self.record("stake in the fund", receipt.gas_used);
        Ok(())
    }

    /// Opens the accounts at the first price.
    pub(crate) fn open(&mut self, plans: &[Plan]) -> Result<()> {
        let prices = self.latest_prices();
        let values = prices.answers.map(|answer| answer as f64 / 1e8);
        for (index, plan) in plans.iter().copied().enumerate() {
            let owner = self.suite.user(&format!("borrower {index}"));
            let id = breakwater_tests::account_of(owner, 0);
            let parts = [1.0 - plan.second_part, plan.second_part];
            let mut tokens = Vec::new();
            for (side, part) in parts.into_iter().enumerate() {
                if part == 0.0 {
                    continue;
                }
                let collateral = self.suite.collaterals[side];
                let units =
                    plan.size * part / values[side] * 10_f64.powi(collateral.decimals.into());
                let amount = U256::from(units as u128);
                let receipt = self
                    .suite
                    .deposit_collateral(owner, id, collateral.token, amount)?;
                self.record("depositCollateral", receipt.gas_used);
                tokens.push(collateral.token);
            }
            let debt = first_debt(&plan, &self.suite.config);
            let receipt = self.suite.borrow(owner, id, U256::from(stable(debt)))?;
            self.record("borrow", receipt.gas_used);
            self.first_debt += debt;
            self.accounts.push(Account {
                id,
                number: index + 1,
                tokens,
                plan,
            });
        }
        self.share_price_before = self.pool_price()?;
        let (vault, fund) = (self.suite.modules.vault, self.suite.modules.fund);
        self.fund_shares_before = self.suite.balance_of(vault, fund)?;
        self.opened_at = self.suite.now();
        Ok(())
    }

    /// Loan asset for 10^18 vault shares: a price with enough digits.
    pub(crate) fn pool_price(&mut self) -> Result<U256> {
        Ok(breakwater_tests::invariants::share_price(&mut self.suite)?)
    }

    // --- prices ---

    pub(crate) fn latest_prices(&self) -> Prices {
        self.prices.last().copied().unwrap_or(Prices {
            time: 0,
            answers: [self.suite.config.weth.price, self.suite.config.second.price],
        })
    }

    /// Price of ETH now, dollars.
    pub(crate) fn eth(&self) -> f64 {
        self.latest_prices().answers[0] as f64 / 1e8
    }

    /// Price on the 1e36 scale of one of the collaterals, by number.
    pub(crate) fn scaled(&self, answers: [u64; 2], side: usize) -> U256 {
        // value = answer/10^8 dollars of 10^6 units, for 10^decimals units, times 10^36
        let exponent = 34 - usize::from(self.suite.collaterals[side].decimals);
        U256::from(answers[side]) * U256::from(10).pow(U256::from(exponent))
    }

    /// Dollars of an amount of a collateral, by number, at the market's price.
    pub(crate) fn value(&self, side: usize, amount: U256) -> f64 {
        let price = self.scaled(self.latest_prices().answers, side);
        dollars(amount.saturating_mul(price) / U256::from(10).pow(U256::from(36)))
    }

    /// The number of a token among the collaterals.
    pub(crate) fn side(&self, token: Address) -> usize {
        usize::from(token == self.suite.second())
    }

    /// A new price of ETH, and what it makes of the second collateral's.
    pub(crate) fn set_prices(&mut self, row: Row) -> Result<()> {
        let before = self.latest_prices();
        let eth = row.answer();
        let change = eth as f64 / before.answers[0] as f64 - 1.0;
        let second = before.answers[1] as f64 * (1.0 + SECOND_BETA * change);
        let second = second.clamp(ANSWERS.0, ANSWERS.1).round() as u64;
        self.publish([eth, second])
    }

    /// Both feeds of both tokens, and the market.
    pub(crate) fn publish(&mut self, answers: [u64; 2]) -> Result<()> {
        for (side, answer) in answers.into_iter().enumerate() {
            let token = self.suite.collaterals[side].token;
            self.suite.set_price(token, answer)?;
            let paid = self.scaled(answers, side)
                * U256::from(((1.0 - MARKET_DISCOUNT) * 1e6) as u64)
                / U256::from(1_000_000);
            self.suite.set_market_price(token, paid)?;
            // The keeper's first step at each price.
            let (sampled, receipt) = self.suite.poke(self.keeper, token)?;
            if sampled {
                self.record("poke", receipt.gas_used);
            }
        }
        let time = self.suite.now();
        self.prices.push(Prices { time, answers });
        Ok(())
    }

    /// Feeds that have not moved answer again before they count as old.
    pub(crate) fn heartbeat(&mut self) -> Result<()> {
        let latest = self.latest_prices();
        let age = self.suite.now().saturating_sub(latest.time);
        if age >= u64::from(self.suite.config.max_age) * 3 / 4 {
            self.publish(latest.answers)?;
        }
        Ok(())
    }

    /// Sells for the loan asset on the market.
    pub(crate) fn sell(&mut self, seller: Address, token: Address, amount: U256) -> Result<U256> {
        let exchange = self.suite.exchange;
        let call = IMockExchange::sellCall {
            token,
            amount,
            minimum: U256::ZERO,
        };
        Ok(self.suite.send(seller, exchange, &call)?.0)
    }

    pub(crate) fn record(&mut self, verb: &'static str, gas: u64) {
        self.gas.entry(verb).or_default().push(gas);
    }

    pub(crate) fn refuse(&mut self, verb: &str, failure: &breakwater_tests::Failure) {
        let name = match failure.name.is_empty() {
            true => &failure.text,
            false => &failure.name,
        };
        *self.refused.entry(format!("{verb}: {name}")).or_default() += 1;
    }
}
