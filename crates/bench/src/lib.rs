//! Work for the embedded chain, to be measured: transactions that can be sent again and again, each in a block of its own.
//!
//! The criterion benches, the binary `workload` and, through that, `cargo xtask bench` run the same ones.

use std::time::{Duration, Instant};

use alloy_sol_types::SolCall;
use breakwater_devnode::{Chain, ChainConfig, ProgramCache, SnapshotId, Tx, U256};
use breakwater_interfaces::{auction::ILiquidationAuction, vault::IVault};
use breakwater_tests::{
    external::IToken, Address, Bytes, Programs, Suite, SuiteConfig, DOLLAR, STABLE, WAD,
};

/// What one transaction of a workload does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// An ERC-20 transfer between two holders: EVM code.
    TokenTransfer,
    /// A deposit of the loan asset into the vault: a Stylus program that calls an EVM token.
    VaultDeposit,
    /// A part of a lot taken from an auction: three Stylus programs and two EVM tokens.
    AuctionTake,
}

impl Workload {
    /// All workloads, the lightest first.
    pub const ALL: [Self; 3] = [Self::TokenTransfer, Self::VaultDeposit, Self::AuctionTake];

    /// Its name on command lines and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TokenTransfer => "token-transfer",
            Self::VaultDeposit => "vault-deposit",
            Self::AuctionTake => "auction-take",
        }
    }

    /// The workload of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|workload| workload.name() == name)
    }

    /// Deploys Breakwater and does what must come before the first transaction.
    ///
    /// # Errors
    ///
    /// If the programs are not built (`cargo xtask wasm`, `cargo xtask test`), or a step does not succeed.
    pub fn prepare(self) -> Result<Ready, String> {
        let mut suite = Suite::deploy(SuiteConfig::default(), &Programs::find()?)?;
        let tx = match self {
            Self::TokenTransfer => token_transfer(&mut suite),
            Self::VaultDeposit => vault_deposit(&mut suite),
            Self::AuctionTake => auction_take(&mut suite),
        }
        .map_err(|failure| failure.to_string())?;
        let mut chain = suite.chain;
        let start = (self == Self::AuctionTake).then(|| chain.snapshot());
        Ok(Ready {
            chain,
            tx,
            start,
            sent: 0,
        })
    }
}

/// Parts in which a lot is taken, and how many of them before the auction starts again.
const PARTS: u64 = 200;
const PARTS_TAKEN: u64 = 150;

/// A chain on which a workload's transaction succeeds.
#[derive(Debug)]
pub struct Ready {
    /// The chain.
    pub chain: Chain,
    tx: Tx,
    /// Where to go back to before the auction is over.
    start: Option<SnapshotId>,
    sent: u64,
}

impl Ready {
    /// Does what has to be done between two transactions, outside of what is measured.
    ///
    /// # Errors
    ///
    /// If the chain cannot go back.
    pub fn turn(&mut self) -> Result<(), String> {
        if let Some(start) = self.start.filter(|_| self.sent >= PARTS_TAKEN) {
            self.chain.revert_to(start).map_err(|e| e.to_string())?;
            self.sent = 0;
        }
        Ok(())
    }

    /// Sends the transaction once. Returns the gas that it used.
    ///
    /// # Errors
    ///
    /// If it does not succeed.
    #[inline(never)]
    pub fn measured_transaction(&mut self) -> Result<u64, String> {
        let receipt = self.chain.transact(self.tx.clone());
        let receipt = receipt.map_err(|error| error.to_string())?;
        if !receipt.is_success() {
            return Err(format!("{}: {}", receipt.status, receipt.output));
        }
        self.sent += 1;
        Ok(receipt.gas_used)
    }

    /// Sends the transaction `count` times, and times each.
    ///
    /// # Errors
    ///
    /// As [`Ready::measured_transaction`].
    pub fn run(&mut self, count: u64) -> Result<Vec<Duration>, String> {
        let mut times = Vec::new();
        for _ in 0..count {
            self.turn()?;
            let started = Instant::now();
            self.measured_transaction()?;
            times.push(started.elapsed());
        }
        Ok(times)
    }
}

/// A new chain, with nothing compiled: how long that takes.
#[inline(never)]
pub fn measured_start() -> Chain {
    Chain::new(ChainConfig {
        programs: std::sync::Arc::new(ProgramCache::default()),
        ..ChainConfig::default()
    })
}

type Prepared = Result<Tx, breakwater_tests::Failure>;

fn stable(units: u128) -> U256 {
    U256::from(units * STABLE)
}

fn call(from: Address, to: Address, call: &impl SolCall) -> Tx {
    Tx::call(from, to, call.abi_encode())
}

fn token_transfer(suite: &mut Suite) -> Prepared {
    let (from, to) = (suite.user("sender"), suite.user("receiver"));
    let asset = suite.asset;
    suite.give(asset, from, stable(1_000_000))?;
    suite.give(asset, to, stable(1))?;
    let value = U256::from(1);
    Ok(call(from, asset, &IToken::transferCall { to, value }))
}

fn vault_deposit(suite: &mut Suite) -> Prepared {
    let lender = suite.user("lender");
    let (asset, vault) = (suite.asset, suite.modules.vault);
    suite.lend(lender, stable(1_000))?;
    suite.give(asset, lender, stable(100_000_000))?;
    let assets = stable(1);
    let deposit = IVault::depositCall {
        assets,
        receiver: lender,
    };
    Ok(call(lender, vault, &deposit))
}

fn auction_take(suite: &mut Suite) -> Prepared {
    let (lender, owner) = (suite.user("lender"), suite.user("owner"));
    let (keeper, taker) = (suite.user("keeper"), suite.user("taker"));
    let (asset, weth) = (suite.asset, suite.weth());
    suite.lend(lender, stable(1_000_000))?;
    let ether = U256::from(1_000) * U256::from(WAD);
    let account = suite.open_position(owner, 0, &[(weth, ether)], stable(149_000))?;
    suite.pass(300)?;
    suite.set_price(weth, 180 * DOLLAR)?;
    let (id, _) = suite.liquidate(keeper, account, weth)?;
    suite.give(asset, taker, stable(1_000_000))?;
    suite.approve_vault(asset, taker)?;
    let status = suite.auction_status(id)?;
    let take = ILiquidationAuction::takeCall {
        id,
        maxLot: status.lot / U256::from(PARTS),
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        deadline: U256::MAX,
        receiver: taker,
        data: Bytes::new(),
    };
    Ok(call(taker, suite.modules.auction, &take))
}
