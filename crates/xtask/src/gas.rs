//! What whole transactions cost, measured on the embedded chain.

use std::path::Path;

use alloy_sol_types::{SolCall, SolValue};
use breakwater_tests::{
    devnode::{abi::ArbWasmCache, Trace, Tx, ARB_WASM_CACHE_ADDRESS},
    external::IFlashTaker,
    interfaces::{
        auction::ILiquidationAuction,
        external::AggregatorV3Interface,
        fund::IInsuranceFund,
        oracle::{IOracleAdapter, Leg, Parameters},
        vault::IVault,
    },
    Address, Bytes, Collateral, Failure, Programs, Suite, SuiteConfig, B256, DOLLAR, I256, STABLE,
    U256, WAD,
};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    profile,
    table::{thousands, Table},
};

/// A transaction and the most that it should cost, cached; 0 if there is no budget for it.
const BUDGETS: [(&str, u64); 21] = [
    ("supply", 90_000),
    ("withdraw", 0),
    ("transfer of shares", 0),
    ("approve", 0),
    ("add collateral", 0),
    ("borrow, one collateral", 120_000),
    ("repay", 85_000),
    ("open a position (execute)", 0),
    ("liquidate, new slots", 265_000),
    ("take a part of a lot", 140_000),
    ("take, sell in the callback and pay", 0),
    ("take a lot", 140_000),
    ("liquidate, recycled slots", 180_000),
    ("reset an auction", 0),
    ("absorb a lot", 175_000),
    ("cancel an auction", 0),
    ("move a threshold", 0),
    ("poke: a sample", 0),
    ("poke: too early for one", 0),
    ("three sources and a sequencer feed, more", 22_000),
    ("of that, in the three feeds", 0),
];

/// What a call to an account costs that no one has touched in the transaction (EIP-2929).
const COLD_ACCOUNT: u64 = 2_600;
/// What a transaction costs that has a selector for data, before it executes anything.
const SELECTOR_ONLY: u64 = 21_000 + 4 * 16;

/// What one transaction costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// What it does.
    pub transaction: &'static str,
    /// Gas with all programs in the chain's cache.
    pub cached: u64,
    /// Gas with none of them there.
    pub uncached: u64,
    /// Most gas that it should cost, cached; none if nothing is asked.
    pub budget: Option<u64>,
}

/// Measures all transactions.
///
/// # Errors
///
/// If one of them fails.
pub fn measure(programs: &Programs) -> Result<Vec<Cost>> {
    let cached = run(programs, true, None)?.figures;
    let uncached = run(programs, false, None)?.figures;
    let mut costs = Vec::new();
    for (transaction, budget) in BUDGETS {
        let of = |figures: &Figures| {
            let found = figures.iter().find(|(name, _)| *name == transaction);
            found
                .map(|(_, gas)| *gas)
                .ok_or_else(|| Error::new(format!("{transaction:?} was not measured")))
        };
        costs.push(Cost {
            transaction,
            cached: of(&cached)?,
            uncached: of(&uncached)?,
            budget: (budget != 0).then_some(budget),
        });
    }
    Ok(costs)
}

/// Where the gas of one transaction goes, all programs cached, as text.
///
/// # Errors
///
/// If there is no such transaction, or one of them fails.
pub fn profile(programs: &Programs, transaction: &str) -> Result<String> {
    let profile = run(programs, true, Some(transaction))?.profile;
    profile.ok_or_else(|| {
        let names = BUDGETS.map(|(name, _)| name).join("; ");
        Error::usage(format!("there is no transaction {transaction:?}"))
            .advise(format!("use one of: {names}"))
    })
}

/// A market with one price source a token, after all transactions.
fn run(programs: &Programs, is_cached: bool, profiled: Option<&str>) -> Result<Market> {
    let suite = Suite::deploy(SuiteConfig::default(), programs).map_err(Error::new)?;
    let mut market = Market {
        suite,
        figures: Vec::new(),
        profiled: profiled.map(str::to_owned),
        profile: None,
    };
    if profiled.is_some() {
        market.suite.trace = Some(Trace::default());
    }
    market
        .costs(is_cached)
        .map_err(|failure| Error::new(failure.to_string()))?;
    Ok(market)
}

/// Transactions and their gas.
type Figures = Vec<(&'static str, u64)>;

struct Market {
    suite: Suite,
    figures: Figures,
    /// The transaction whose profile is wanted, and the profile once it was sent.
    profiled: Option<String>,
    profile: Option<String>,
}

fn stable(units: u64) -> U256 {
    U256::from(u128::from(units) * STABLE)
}

impl Market {
    /// Notes the gas of the transaction that was sent last.
    fn note(&mut self, name: &'static str, gas_used: u64) {
        self.figures.push((name, gas_used));
        if self.profiled.as_deref() == Some(name) {
            let trace = self.suite.trace.as_ref();
            self.profile = trace.map(|trace| profile::render(name, gas_used, trace, &self.suite));
        }
    }

    fn costs(&mut self, is_cached: bool) -> std::result::Result<(), Failure> {
        self.use_one_source()?;
        let suite = &mut self.suite;
        let (lender, owner) = (suite.user("lender"), suite.user("owner"));
        let (keeper, taker) = (suite.user("keeper"), suite.user("taker"));
        let weth = suite.weth();
        let account = breakwater_tests::account_of(owner, 0);
        let other = breakwater_tests::account_of(owner, 1);
        let ether = |count: u64| U256::from(u128::from(count) * u128::from(WAD));
        // Balances exist: of shares, loan asset and collateral, of everybody who gets some.
        suite.lend(lender, stable(100_000))?;
        let staker = suite.user("staker");
        suite.stake(staker, stable(5_000))?;
        suite.lend(keeper, stable(10))?;
        let asset = suite.asset;
        for user in [lender, owner, keeper, taker] {
            suite.give(asset, user, stable(50_000))?;
            suite.approve_vault(asset, user)?;
        }
        suite.give(weth, taker, ether(1))?;
        suite.give(weth, owner, ether(100))?;
        suite.approve_vault(weth, owner)?;
        suite.deposit_collateral(owner, account, weth, ether(10))?;
        suite.borrow(owner, account, stable(1_000))?;
        if !is_cached {
            self.empty_the_cache()?;
        }
        self.cost(
            "supply",
            lender,
            &IVault::depositCall {
                assets: stable(1_000),
                receiver: lender,
            },
        )?;
        self.cost(
            "withdraw",
            lender,
            &IVault::withdrawCall {
                assets: stable(500),
                receiver: lender,
                owner: lender,
            },
        )?;
        self.cost(
            "transfer of shares",
            lender,
            &IVault::transferCall {
                to: keeper,
                value: U256::from(1_000_000),
            },
        )?;
        self.cost(
            "approve",
            lender,
            &IVault::approveCall {
                spender: keeper,
                value: U256::MAX,
            },
        )?;
        self.cost(
            "add collateral",
            owner,
            &IVault::depositCollateralCall {
                account,
                token: weth,
                amount: U256::from(1),
            },
        )?;
        self.cost(
            "borrow, one collateral",
            owner,
            &IVault::borrowCall {
                account,
                assets: stable(480),
                receiver: owner,
            },
        )?;
        self.cost(
            "repay",
            owner,
            &IVault::repayCall {
                account,
                assets: stable(10),
            },
        )?;
        self.cost(
            "open a position (execute)",
            owner,
            &IVault::executeCall {
                account: other,
                actions: position(weth, ether(10), owner, stable(1_000)),
            },
        )?;
        let update = IVault::updateMarginCall { token: weth };
        self.cost("move a threshold", owner, &update)?;

        self.suite.pass(300)?;
        self.suite.set_price(weth, 180 * DOLLAR)?;
        let (id, receipt) = self.suite.liquidate(keeper, account, weth)?;
        self.note("liquidate, new slots", receipt.gas_used);
        self.suite.pass(200)?;
        let third = self.suite.auction_status(id)?.lot / U256::from(3);
        let (_, receipt) = self.suite.take(taker, id, third, U256::MAX)?;
        self.note("take a part of a lot", receipt.gas_used);
        let gas_used = self.take_with_callback(taker, id, third)?;
        self.note("take, sell in the callback and pay", gas_used);
        self.suite.pass(10)?;
        let (_, receipt) = self.suite.take(taker, id, U256::MAX, U256::MAX)?;
        self.note("take a lot", receipt.gas_used);
        // The same account again: its words, the auction's and the room's are there.
        self.suite.pass(600)?;
        self.suite.set_price(weth, 145 * DOLLAR)?;
        let (id, receipt) = self.suite.liquidate(keeper, account, weth)?;
        self.note("liquidate, recycled slots", receipt.gas_used);
        let tail = self.suite.config.weth.curve.tail;
        self.suite.pass(tail + 1)?;
        self.suite.set_price(weth, 145 * DOLLAR)?;
        let receipt = self.suite.reset(keeper, id)?;
        self.note("reset an auction", receipt.gas_used);
        // Down to where the fund takes it: once for a part, so that its words are there, and once for the rest.
        let half = self.suite.auction_status(id)?.lot / U256::from(2);
        let fund = self.suite.modules.fund;
        let absorb = |id, max_lot| IInsuranceFund::absorbCall {
            id,
            maxLot: max_lot,
        };
        while let Err(failure) = self.suite.send(keeper, fund, &absorb(id, half)) {
            if !failure.is::<IVault::PriceAboveBackstop>() {
                return Err(failure);
            }
            self.suite.pass(10)?;
        }
        // Interest is due, as it is when somebody absorbs.
        self.suite.pass(10)?;
        let (_, receipt) = self.suite.send(keeper, fund, &absorb(id, U256::MAX))?;
        self.note("absorb a lot", receipt.gas_used);
        self.suite.set_price(weth, 120 * DOLLAR)?;
        let (id, _) = self.suite.liquidate(keeper, other, weth)?;
        let (guard, auction) = (self.suite.owner, self.suite.modules.auction);
        let call = ILiquidationAuction::cancelCall { id };
        let (_, receipt) = self.suite.send(guard, auction, &call)?;
        self.note("cancel an auction", receipt.gas_used);
        self.suite.pass(600)?;
        self.suite.set_price(weth, 146 * DOLLAR)?;
        let (_, receipt) = self.suite.poke(keeper, weth)?;
        self.note("poke: a sample", receipt.gas_used);
        let (_, receipt) = self.suite.poke(keeper, weth)?;
        self.note("poke: too early for one", receipt.gas_used);
        let third = breakwater_tests::account_of(owner, 2);
        self.suite
            .deposit_collateral(owner, third, weth, ether(10))?;
        self.suite.borrow(owner, third, stable(300))?;
        let (more, in_feeds) = self.more_sources(owner, third)?;
        self.note("three sources and a sequencer feed, more", more);
        self.note("of that, in the three feeds", in_feeds);
        Ok(())
    }

    /// A contract without capital takes a part, sells it in the callback, pays, and keeps the rest.
    fn take_with_callback(
        &mut self,
        user: Address,
        id: U256,
        max_lot: U256,
    ) -> std::result::Result<u64, Failure> {
        let (weth, asset, exchange) = (self.suite.weth(), self.suite.asset, self.suite.exchange);
        let price = self.suite.price(weth)?;
        self.suite.set_market_price(weth, price)?;
        self.suite.give(asset, exchange, stable(10_000))?;
        let arguments = (self.suite.modules.auction, exchange).abi_encode_params();
        let contract = self.suite.deploy_contract(user, "FlashTaker", &arguments)?;
        let run = IFlashTaker::runCall {
            id,
            maxLot: max_lot,
            minLot: U256::ZERO,
            maxPrice: U256::MAX,
            minProfit: U256::from(1),
        };
        let (_, receipt) = self.suite.send(user, contract, &run)?;
        Ok(receipt.gas_used)
    }

    /// One feed a token, quorum 1.
    fn use_one_source(&mut self) -> std::result::Result<(), Failure> {
        for collateral in self.suite.collaterals {
            let feeds = [collateral.feeds[0]];
            self.use_sources(collateral, &feeds)?;
        }
        Ok(())
    }

    /// These feeds, of which most must be fresh.
    fn use_sources(
        &mut self,
        collateral: Collateral,
        feeds: &[Address],
    ) -> std::result::Result<(), Failure> {
        let (owner, oracle) = (self.suite.owner, self.suite.modules.oracle);
        let max_age = self.suite.config.max_age;
        let quorum = feeds.len().div_ceil(2);
        let sources = IOracleAdapter::setSourcesCall {
            token: collateral.token,
            parameters: Parameters {
                decimals: U256::from(collateral.decimals),
                quorum: U256::from(quorum),
                ..self.suite.config.oracle.clone()
            },
            legs: (0..)
                .zip(feeds)
                .map(|(source, feed)| Leg::chainlink(source, *feed, max_age))
                .collect(),
            expectedPrice: U256::ZERO,
        };
        self.suite.send(owner, oracle, &sources)?;
        Ok(())
    }

    /// What three sources and the sequencer's feed add to a loan, over one source; and what of it the three feeds that are read in addition
    /// take themselves: an account that is read for the first time, and what it executes.
    fn more_sources(
        &mut self,
        owner: Address,
        account: B256,
    ) -> std::result::Result<(u64, u64), Failure> {
        let borrow = |assets| IVault::borrowCall {
            account,
            assets,
            receiver: owner,
        };
        // As long after the borrow before it as the other will be: both accrue interest.
        self.suite.pass(601)?;
        let vault = self.suite.modules.vault;
        let (_, one) = self.suite.send(owner, vault, &borrow(stable(1)))?;
        let collateral = self.suite.collaterals[0];
        let arguments = (
            "WETH/USD 3".to_owned(),
            8_u16,
            I256::unchecked_from(146 * DOLLAR),
        );
        let arguments = SolValue::abi_encode_params(&arguments);
        let deployer = self.suite.owner;
        let third = self
            .suite
            .deploy_contract(deployer, "MockFeed", &arguments)?;
        let arguments = ("Uptime".to_owned(), 0_u16, I256::ZERO);
        let arguments = SolValue::abi_encode_params(&arguments);
        let uptime = self
            .suite
            .deploy_contract(deployer, "MockFeed", &arguments)?;
        let [first, second] = collateral.feeds;
        self.use_sources(collateral, &[first, second, third])?;
        let feed = IOracleAdapter::setSequencerFeedCall {
            feed: uptime,
            grace: U256::from(600),
        };
        let oracle = self.suite.modules.oracle;
        self.suite.send(deployer, oracle, &feed)?;
        self.suite.pass(601)?;
        let (_, three) = self.suite.send(owner, vault, &borrow(stable(1)))?;
        let mut in_feeds = 0;
        for feed in [second, third, uptime] {
            let call = AggregatorV3Interface::latestRoundDataCall {};
            let (_, receipt) = self.suite.send(owner, feed, &call)?;
            in_feeds += COLD_ACCOUNT + receipt.gas_used.saturating_sub(SELECTOR_ONLY);
        }
        Ok((three.gas_used.saturating_sub(one.gas_used), in_feeds))
    }

    fn empty_the_cache(&mut self) -> std::result::Result<(), Failure> {
        for program in self.suite.modules.programs() {
            let codehash = self.suite.chain.code_hash(program);
            let call = ArbWasmCache::evictCodehashCall { codehash };
            let owner = self.suite.owner;
            let tx = Tx::call(owner, ARB_WASM_CACHE_ADDRESS, call.abi_encode());
            let receipt = self.suite.chain.transact(tx)?;
            if !receipt.is_success() {
                return Err(Failure::other(format!("{program} stays in the cache")));
            }
        }
        Ok(())
    }

    /// Sends a call to the vault and notes its gas.
    fn cost<C: SolCall>(
        &mut self,
        name: &'static str,
        from: Address,
        call: &C,
    ) -> std::result::Result<(), Failure> {
        let vault = self.suite.modules.vault;
        let (_, receipt) = self.suite.send(from, vault, call)?;
        self.note(name, receipt.gas_used);
        Ok(())
    }
}

/// Collateral in and a loan out, for `execute`.
fn position(token: Address, amount: U256, receiver: Address, debt: U256) -> Bytes {
    let action = |kind: u8, token: Address, amount: U256, receiver: Address| {
        (U256::from(kind), token, amount, receiver).abi_encode_params()
    };
    let put = action(0, token, amount, Address::ZERO);
    let borrow = action(2, Address::ZERO, debt, receiver);
    [put, borrow].concat().into()
}

/// The costs as a table.
pub fn render(costs: &[Cost]) -> String {
    let mut table = Table::new(["transaction", "cached", "uncached", "budget", "used"]);
    for cost in costs {
        let (budget, used) = cost.budget.map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |budget| {
                let percent = (cost.cached * 100).div_ceil(budget);
                (thousands(budget), format!("{percent} %"))
            },
        );
        table.row(vec![
            cost.transaction.to_owned(),
            thousands(cost.cached),
            thousands(cost.uncached),
            budget,
            used,
        ]);
    }
    table.render()
}

/// Writes the costs as JSON.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_json(costs: &[Cost], path: &Path) -> Result<()> {
    let mut text = serde_json::to_string_pretty(costs)
        .map_err(|error| Error::new(format!("cannot write the costs as JSON: {error}")))?;
    text.push('\n');
    std::fs::write(path, text).map_err(Error::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_held_against_its_budget_rounded_up() {
        let cost = |budget| Cost {
            transaction: "supply",
            cached: 90_001,
            uncached: 112_000,
            budget,
        };
        let table = render(&[cost(Some(90_000)), cost(None)]);
        assert!(table.contains("90,001   112,000  90,000  101 %"), "{table}");
        assert!(table.ends_with("-      -"), "{table}");
    }
}
