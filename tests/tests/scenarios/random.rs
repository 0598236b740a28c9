//! Random sequences of what users, keepers, bidders and markets do, with the invariants checked all the way.

use breakwater_tests::{
    account_of,
    interfaces::{auction::ILiquidationAuction, vault::IVault},
    invariants, Address, Failure, Suite, B256, DOLLAR, U256,
};
use fastrand::Rng;

use crate::common::{deployed, fund, milli_ether, provide, stable};

/// Steps of one sequence.
const STEPS: usize = 60;
/// Steps between two runs of all checks. V5 is held to in each transaction.
const CHECK_EVERY: usize = 3;

struct World {
    suite: Suite,
    random: Rng,
    /// Prices now, dollars with 8 decimals.
    prices: [u64; 2],
    owners: Vec<Address>,
    accounts: Vec<B256>,
    lender: Address,
    keeper: Address,
    bidder: Address,
    /// What happened: verb, and how often it succeeded and was refused.
    done: usize,
    refused: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut suite = deployed(|config| {
            // Little room, so that the caps bind, and auctions that are over soon.
            config.weth.room_cap = 2_500 * breakwater_tests::STABLE;
            config.total_room_cap = 4_000 * breakwater_tests::STABLE;
        });
        let mut random = Rng::with_seed(seed);
        fund(&mut suite, random.u64(0..800));
        let owners: Vec<Address> = (0..4)
            .map(|number| suite.user(&format!("owner {number}")))
            .collect();
        let accounts = owners.iter().map(|owner| account_of(*owner, 0)).collect();
        let [lender, keeper, bidder] = ["lender", "keeper", "bidder"].map(|name| suite.user(name));
        provide(&mut suite, bidder, stable(10_000_000));
        for owner in &owners {
            provide(&mut suite, *owner, stable(100_000));
        }
        // Accounts that are a few steps away from liquidation.
        for (index, owner) in owners.iter().enumerate() {
            let collateral = [
                (suite.weth(), milli_ether(random.u64(5_000..15_000))),
                (suite.second(), U256::from(random.u64(1_000_000..9_000_000))),
            ];
            let tokens = &collateral[..1 + index % 2];
            let account = suite.open_position(*owner, 0, tokens, U256::ZERO).unwrap();
            let limit = suite.health(account).unwrap().borrowLimit;
            let debt = limit * U256::from(random.u64(80..100)) / U256::from(100);
            suite.borrow(*owner, account, debt).unwrap();
        }
        let prices = [suite.config.weth.price, suite.config.second.price];
        Self {
            suite,
            random,
            prices,
            owners,
            accounts,
            lender,
            keeper,
            bidder,
            done: 0,
            refused: 0,
        }
    }

    fn tokens(&self) -> [Address; 2] {
        [self.suite.weth(), self.suite.second()]
    }

    fn any_token(&mut self) -> Address {
        let index = self.random.usize(0..2);
        self.tokens()[index]
    }

    fn any_account(&mut self) -> (Address, B256) {
        let index = self.random.usize(0..self.owners.len());
        (self.owners[index], self.accounts[index])
    }

    /// Prices move by up to a quarter, and are read again.
    fn move_prices(&mut self, least: u64, most: u64) -> Result<(), Failure> {
        for (index, token) in self.tokens().into_iter().enumerate() {
            let moved = self.prices[index] * self.random.u64(least..=most) / 100;
            self.prices[index] = moved.clamp(DOLLAR, 100_000 * DOLLAR);
            self.suite.set_price(token, self.prices[index])?;
        }
        Ok(())
    }

    /// One step; what is refused by an error of its type is part of life.
    fn step(&mut self) -> Result<String, Failure> {
        let vault = self.suite.modules.vault;
        let (owner, account) = self.any_account();
        let token = self.any_token();
        let amount = stable(self.random.u64(1..6_000));
        let verb = self.random.u32(0..100);
        match verb {
            0..=5 => {
                let lender = self.lender;
                self.suite.lend(lender, amount)?;
                Ok(format!("lend {amount}"))
            }
            6..=10 => {
                let owner = self.lender;
                let call = IVault::withdrawCall {
                    assets: amount,
                    receiver: owner,
                    owner,
                };
                self.suite.send(owner, vault, &call)?;
                Ok(format!("withdraw {amount}"))
            }
            11..=18 => {
                let (collateral, decimals) = if token == self.suite.weth() {
                    (self.random.u64(1..20_000), 15)
                } else {
                    (self.random.u64(1..40_000), 4)
                };
                let units = U256::from(collateral) * U256::from(10).pow(U256::from(decimals));
                self.suite
                    .deposit_collateral(owner, account, token, units)?;
                Ok(format!("collateral {units} of {token}"))
            }
            19..=31 => {
                // Up to all that the account may owe.
                let health = self.suite.health(account)?;
                let free = health.borrowLimit.saturating_sub(health.debt);
                let assets = free * U256::from(self.random.u64(30..=103)) / U256::from(100);
                self.suite.borrow(owner, account, assets)?;
                self.assert_margin(account)?;
                Ok(format!("borrow {assets}"))
            }
            32..=36 => {
                let (paid, _) = self.suite.repay(owner, account, amount)?;
                Ok(format!("repay {paid}"))
            }
            37..=39 => {
                let call = IVault::withdrawCollateralCall {
                    account,
                    token,
                    amount: U256::from(self.random.u64(1..1_000_000_000)),
                    receiver: owner,
                };
                self.suite.send(owner, vault, &call)?;
                self.assert_margin(account)?;
                Ok("withdraw collateral".to_owned())
            }
            40..=42 => {
                let call = IVault::repayClaimCall {
                    account,
                    assets: amount,
                };
                let (paid, _) = self.suite.send(owner, vault, &call)?;
                Ok(format!("repay {paid} of a claim"))
            }
            43..=52 => {
                let seconds = self.random.u64(1..3_000);
                self.suite.pass(seconds)?;
                self.move_prices(93, 110)?;
                Ok(format!("{seconds} s"))
            }
            53..=59 => {
                self.suite.pass(70)?;
                self.move_prices(70, 100)?;
                Ok("crash".to_owned())
            }
            60..=77 => {
                let account = self.ripe_account(token)?.unwrap_or(account);
                self.liquidate(account, token)
            }
            _ => self.bid(),
        }
    }

    /// An account that can be liquidated with the token, if there is one.
    fn ripe_account(&mut self, token: Address) -> Result<Option<B256>, Failure> {
        for account in self.accounts.clone() {
            if self.suite.check_liquidation(account, token)?.succeeds {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }

    /// V2: after a step that raised its risk the account is within its opening margin.
    fn assert_margin(&mut self, account: B256) -> Result<(), Failure> {
        let health = self.suite.health(account)?;
        assert!(health.debt <= health.borrowLimit, "V2: {health:?}");
        Ok(())
    }

    /// L1, L3, L4: what the view says is what happens, success or error.
    fn liquidate(&mut self, account: B256, token: Address) -> Result<String, Failure> {
        let expected = self.suite.check_liquidation(account, token)?;
        let before = self.suite.health(account)?;
        let keeper = self.keeper;
        match self.suite.liquidate(keeper, account, token) {
            Ok(_) => {
                assert!(expected.succeeds);
                let events = self
                    .suite
                    .events::<IVault::Liquidated>(self.suite.modules.vault);
                let event = &events.last().unwrap().event;
                let done = (event.debt, event.lot, event.penalty, event.reward);
                let said = (
                    expected.debt,
                    expected.lot,
                    expected.penalty,
                    expected.reward,
                );
                assert_eq!(done, said, "L4: what was done and what the view said");
                if !event.debt.is_zero() {
                    assert!(before.debt > before.capacity, "L1: {before:?}");
                    let after = self.suite.health(account)?;
                    assert!(after.healthFactor > before.healthFactor, "L3: {after:?}");
                }
                Ok(format!("liquidate {}", event.debt))
            }
            Err(failure) => {
                assert!(!expected.succeeds, "{failure}");
                assert_eq!(expected.reason.as_slice(), &failure.data[..4], "{failure}");
                Err(failure)
            }
        }
    }

    /// Takes a part or all of some auction, or resets or closes it.
    fn bid(&mut self) -> Result<String, Failure> {
        let ids = self.suite.active_auctions()?;
        let Some(id) = self.random.choice(&ids).copied() else {
            return Ok("no auction".to_owned());
        };
        let (bidder, keeper) = (self.bidder, self.keeper);
        let status = self.suite.auction_status(id)?;
        if status.needsReset {
            self.suite.reset(keeper, id)?;
            return Ok("reset".to_owned());
        }
        if self.random.u32(0..10) == 0 {
            let auction = self.suite.modules.auction;
            let call = ILiquidationAuction::closeCall { id };
            self.suite.send(keeper, auction, &call)?;
            return Ok("close".to_owned());
        }
        let part = match self.random.bool() {
            true => U256::MAX,
            false => status.lot * U256::from(self.random.u64(1..100)) / U256::from(100),
        };
        let quoted = self.suite.quote(id, part)?;
        let (taken, _) = self.suite.take(bidder, id, part, U256::MAX)?;
        let said = (quoted.lotTaken, quoted.payment);
        assert_eq!((taken.lotTaken, taken.paid), said, "a take and its quote");
        Ok(format!("take {} for {}", taken.lotTaken, taken.paid))
    }

    fn run(&mut self, seed: u64) {
        let mut log = Vec::new();
        for step in 0..STEPS {
            match self.step() {
                Ok(text) => {
                    self.done += 1;
                    log.push(text);
                }
                Err(failure) => {
                    // Each refusal has a name: nothing panics, nothing runs out of gas.
                    assert!(
                        !failure.name.is_empty(),
                        "seed {seed}, step {step}: {failure}\n{log:#?}"
                    );
                    self.refused += 1;
                    log.push(failure.name);
                }
            }
            if step % CHECK_EVERY == 0 || step + 1 == STEPS {
                // V3, V4, V5, V8, V9, L5, A2, A6, F2
                let checked = invariants::check_all(&mut self.suite)
                    .and_then(|()| invariants::lenders_and_debts(&mut self.suite));
                if let Err(text) = checked {
                    panic!("seed {seed}, step {step}: {text}\n{log:#?}");
                }
            }
        }
    }
}

#[test]
fn the_invariants_hold_through_random_sequences() {
    let (mut auctions, mut takes, mut losses) = (0, 0, 0);
    // With 103, in which shares are minted beside a loss that the fund covers in part (V5's rounding).
    for seed in (0..11).chain([103]) {
        let mut world = World::new(seed);
        world.run(seed);
        assert!(world.done > STEPS / 3, "seed {seed}: {} done", world.done);
        let modules = world.suite.modules;
        auctions += world
            .suite
            .events::<ILiquidationAuction::Started>(modules.auction)
            .len();
        takes += world
            .suite
            .events::<ILiquidationAuction::Taken>(modules.auction)
            .len();
        losses += world
            .suite
            .events::<IVault::LossRecognised>(modules.vault)
            .len();
    }
    println!("{auctions} auctions, {takes} takes, {losses} losses");
    // The sequences reach what they are for.
    assert!(auctions >= 10 && takes >= 10 && losses >= 1);
}
