//! Random sequences of what users, keepers, bidders and markets do, with the invariants checked all the way: 60 steps each, of fixed seeds.
//! What could come of a state is tried out on copies of the chain, see `futures.rs`.
//! `tests/README.md` has the table of invariants and tests.

use std::collections::BTreeMap;

use alloy_sol_types::SolValue;
use breakwater_fixed_point::{mul_div_up, WAD as ONE};
use breakwater_tests::{
    account_of,
    interfaces::{auction::ILiquidationAuction, fund::IInsuranceFund, vault::IVault},
    invariants, Address, Failure, Suite, B256, DOLLAR, U256, WAD,
};
use fastrand::Rng;

use crate::{
    common::{deployed, fund, milli_ether, provide, stable},
    futures::{assert_live, Compared, Present},
};

/// Steps of one sequence.
const STEPS: usize = 60;
/// Steps between two runs of all checks. V5 is held to in each transaction, V1 in each step.
const CHECK_EVERY: usize = 3;
/// Verbs of lenders, borrowers, keepers and bidders, and how time and prices go.
const PLAIN: u32 = 100;
/// The same, and what the fund, operators, guardian, steward and upkeep do, and several actions in one call.
const ALL: u32 = 136;

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
    guardian: Address,
    steward: Address,
    /// How many kinds of verbs there are.
    verbs: u32,
    /// Whether the last step let time pass, moved a price or a threshold.
    moved: bool,
    /// Price of each live auction when it was last looked at, and when it was started or reset.
    seen: BTreeMap<U256, (U256, U256)>,
    /// How many steps were done, and how many refused.
    done: usize,
    refused: usize,
    /// How often each verb was done, by the first word of its line in the log.
    verbs_done: BTreeMap<String, usize>,
}

impl World {
    fn new(seed: u64, verbs: u32) -> Self {
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
        let [guardian, steward] = ["guardian", "steward"].map(|name| suite.user(name));
        if verbs == ALL {
            with_all_roles(&mut suite, guardian, steward);
        }
        Self {
            guardian,
            steward,
            verbs,
            moved: false,
            seen: BTreeMap::new(),
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
            verbs_done: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: &str) {
        *self.verbs_done.entry(what.to_owned()).or_default() += 1;
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
        let verb = self.random.u32(0..self.verbs);
        self.moved = (43..=59).contains(&verb);
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
                Ok(format!("pass {seconds}"))
            }
            53..=59 => {
                self.suite.pass(70)?;
                self.move_prices(70, 100)?;
                Ok("crash".to_owned())
            }
            60..=77 | 130..=135 => {
                let account = self.ripe_account(token)?.unwrap_or(account);
                self.liquidate(account, token)
            }
            100..=106 => self.absorb(),
            107..=113 => self.open_in_one_call(owner, account, token),
            114..=116 => {
                let operator = self.any_account().0;
                let approved = self.random.bool();
                let call = IVault::setOperatorCall { operator, approved };
                self.suite.send(owner, vault, &call)?;
                Ok(format!("operator {approved}"))
            }
            117..=120 => self.act_for_another(account),
            121 => {
                let call = IVault::pauseCall {
                    verb: U256::from(self.random.u32(0..5)),
                    duration: U256::from(self.random.u32(1..7_200)),
                };
                let guardian = self.guardian;
                self.suite.send(guardian, vault, &call)?;
                Ok("pause".to_owned())
            }
            122..=124 => {
                let enabled = self.random.u32(0..4) != 0;
                let call = IVault::setPredictiveCall { account, enabled };
                self.suite.send(owner, vault, &call)?;
                Ok(format!("predictive {enabled}"))
            }
            125 => {
                let call = IVault::tightenCall {
                    token: if self.random.bool() {
                        token
                    } else {
                        Address::ZERO
                    },
                    percent: U256::from(self.random.u32(50..100)),
                    duration: U256::from(self.random.u32(1..86_400)),
                };
                let steward = self.steward;
                self.suite.send(steward, vault, &call)?;
                Ok("tighten".to_owned())
            }
            126 | 127 => {
                self.moved = true;
                let keeper = self.keeper;
                let call = IVault::updateMarginCall { token };
                self.suite.send(keeper, vault, &call)?;
                Ok("threshold".to_owned())
            }
            128 | 129 => {
                let keeper = self.keeper;
                self.suite
                    .send(keeper, vault, &IVault::updateDeleveragingCall {})?;
                self.suite
                    .send(keeper, vault, &IVault::mintReserveCall {})?;
                self.suite.send(keeper, vault, &IVault::accrueCall {})?;
                Ok("upkeep".to_owned())
            }
            _ => self.bid(),
        }
    }

    /// Anybody lets the fund take some lot.
    fn absorb(&mut self) -> Result<String, Failure> {
        let ids = self.suite.active_auctions()?;
        let Some(id) = self.random.choice(&ids).copied() else {
            return Ok("no auction".to_owned());
        };
        let (keeper, fund) = (self.keeper, self.suite.modules.fund);
        let call = IInsuranceFund::absorbCall {
            id,
            maxLot: U256::MAX,
        };
        if self.suite.auction_status(id)?.needsReset {
            self.suite.reset(keeper, id)?;
        }
        // Its price falls until the fund may take it.
        self.moved = true;
        for _moment in 0..30 {
            match self.suite.send(keeper, fund, &call) {
                Ok((done, _)) => return Ok(format!("absorb {}", done.lotTaken)),
                Err(failure) if failure.is::<IVault::PriceAboveBackstop>() => {}
                Err(failure) => return Err(failure),
            }
            self.suite.pass(60)?;
            self.move_prices(100, 100)?;
        }
        Ok("not absorbed".to_owned())
    }

    /// Collateral in and a loan, judged once.
    fn open_in_one_call(
        &mut self,
        owner: Address,
        account: B256,
        token: Address,
    ) -> Result<String, Failure> {
        let units = if token == self.suite.weth() {
            milli_ether(self.random.u64(1..20_000))
        } else {
            U256::from(self.random.u64(10_000..400_000_000))
        };
        self.suite.give(token, owner, units)?;
        self.suite.approve_vault(token, owner)?;
        let free = self.suite.health(account)?;
        let free = free.borrowLimit.saturating_sub(free.debt);
        let assets = free + stable(self.random.u64(1..3_000));
        let actions = [
            (U256::ZERO, token, units, Address::ZERO),
            (U256::from(2), Address::ZERO, assets, owner),
        ];
        let encoded: Vec<u8> = actions.iter().flat_map(SolValue::abi_encode).collect();
        let call = IVault::executeCall {
            account,
            actions: encoded.into(),
        };
        let vault = self.suite.modules.vault;
        self.suite.send(owner, vault, &call)?;
        self.assert_margin(account)?;
        Ok(format!("execute {assets}"))
    }

    /// Somebody borrows on an account: as its owner or an operator, or not at all.
    fn act_for_another(&mut self, account: B256) -> Result<String, Failure> {
        let (other, vault) = (self.any_account().0, self.suite.modules.vault);
        let owner = Address::from_slice(&account[..20]);
        let call = IVault::isOperatorCall {
            owner,
            operator: other,
        };
        let may = self.suite.view(vault, &call)? || other == owner;
        let call = IVault::borrowCall {
            account,
            assets: stable(self.random.u64(1..300)),
            receiver: other,
        };
        let outcome = self.suite.send(other, vault, &call);
        match outcome {
            Ok(_) => assert!(may, "{other} is no operator of {owner}"),
            Err(failure) => {
                assert!(may || failure.is::<IVault::NotAuthorized>(), "{failure}");
                return Err(failure);
            }
        }
        self.assert_margin(account)?;
        Ok("operate".to_owned())
    }

    /// V1: which accounts are healthy, and which of them have no claim that could become debt again.
    fn sound(&mut self) -> Result<Vec<(bool, bool)>, Failure> {
        let mut sound = Vec::new();
        for account in self.accounts.clone() {
            let health = self.suite.health(account)?;
            let claim = self.suite.claim(account)?;
            let is_healthy = health.debt <= health.capacity;
            sound.push((is_healthy, is_healthy && claim.carrying.is_zero()));
        }
        Ok(sound)
    }

    /// A1: between resets no price rises.
    fn assert_falling(&mut self) -> Result<(), Failure> {
        let mut seen = BTreeMap::new();
        for id in self.suite.active_auctions()? {
            let status = self.suite.auction_status(id)?;
            if let Some((price, started)) = self.seen.get(&id) {
                let rose = *started == status.startedAt && status.price > *price;
                assert!(!rose, "A1: {id} rose from {price} to {}", status.price);
            }
            seen.insert(id, (status.price, status.startedAt));
        }
        self.seen = seen;
        Ok(())
    }

    /// What could come of this state.
    fn look_ahead(&self, compared: &mut Compared) {
        let owners = self.owners.iter().copied();
        let accounts: Vec<_> = owners.zip(self.accounts.iter().copied()).collect();
        Present {
            suite: &self.suite,
            accounts: &accounts,
            lenders: &[self.lender],
            prices: self.prices,
        }
        .check(compared);
    }

    /// L6, before a liquidation.
    fn compare_falls(&mut self, account: B256) {
        let owner = Address::from_slice(&account[..20]);
        let mut compared = Compared::default();
        Present {
            suite: &self.suite,
            accounts: &[(owner, account)],
            lenders: &[],
            prices: self.prices,
        }
        .no_liquidation_makes_a_fall_worse(&mut compared);
        if compared.falls > 0 {
            self.count("fall");
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

    /// L1, L3, L4, L7, A5: what the view says is what happens, success or error.
    fn liquidate(&mut self, account: B256, token: Address) -> Result<String, Failure> {
        // The view is exact for prices as sampled: a sample in between may move a predictive zone (seed 209).
        let keeper = self.keeper;
        self.suite.poke(keeper, token)?;
        let expected = self.suite.check_liquidation(account, token)?;
        let before = self.suite.health(account)?;
        let vault = self.suite.modules.vault;
        let zone = IVault::predictiveOfCall { account };
        let zone = self.suite.view(vault, &zone)?;
        let free = self.suite.collateral_of(account, token)?.free;
        if expected.succeeds {
            self.compare_falls(account);
        }
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
                    assert!(before.debt > zone.limit, "L1: {before:?}");
                    if before.debt <= before.capacity {
                        self.count("ahead of need");
                    }
                    let after = self.suite.health(account)?;
                    assert!(after.healthFactor > before.healthFactor, "L3: {after:?}");
                }
                // A5
                assert!(
                    event.reward * U256::from(2) <= event.penalty,
                    "A5: {event:?}"
                );
                let least = U256::from(self.suite.config.min_lot);
                assert!(
                    event.debt >= least || event.reward.is_zero(),
                    "A5: {event:?}"
                );
                let (id, lot) = (event.auctionId, event.lot);
                self.assert_lot(id, token, lot, free)?;
                Ok(format!("liquidate {}", event.debt))
            }
            Err(failure) => {
                assert!(!expected.succeeds, "{failure}");
                assert_eq!(expected.reason.as_slice(), &failure.data[..4], "{failure}");
                Err(failure)
            }
        }
    }

    /// L7: no more is for sale than raises the tab at the buffered price, or all there is.
    fn assert_lot(
        &mut self,
        id: U256,
        token: Address,
        lot: U256,
        free: U256,
    ) -> Result<(), Failure> {
        let modules = self.suite.modules;
        let started = self
            .suite
            .events::<ILiquidationAuction::Started>(modules.auction);
        let Some(start) = started.iter().rfind(|start| start.event.id == id) else {
            return Ok(());
        };
        let config = IVault::collateralConfigCall { token };
        let config = self.suite.view(modules.vault, &config)?;
        let (kept, charged) = (ONE - config.lotBuffer, ONE + config.penaltyMax);
        let value = mul_div_up(start.event.debt, charged, kept).unwrap();
        let scale = U256::from(10).pow(U256::from(36));
        let most = mul_div_up(value, scale, start.event.price).unwrap() + U256::from(1);
        assert!(lot <= most || lot == free, "L7: {lot} of {free}, {most} do");
        Ok(())
    }

    /// Takes a part or all of some auction, or resets or closes it. A1, A3.
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
        // A1, A3: at the price of the moment, rounded up; no dust is left.
        let scale = U256::from(10).pow(U256::from(36));
        let worth = |lot| mul_div_up(lot, quoted.price, scale).unwrap();
        assert!(taken.paid >= worth(taken.lotTaken), "A1: {taken:?}");
        let left = self.suite.auction_status(id)?;
        let dust = U256::from(self.suite.config.dust);
        let is_dust = worth(left.lot) < dust;
        assert!(!left.live || !is_dust, "A3: {left:?}");
        Ok(format!("take {} for {}", taken.lotTaken, taken.paid))
    }

    fn run(&mut self, seed: u64) {
        let mut log = Vec::new();
        let mut sound = self.sound().unwrap();
        for step in 0..STEPS {
            match self.step() {
                Ok(text) => {
                    self.done += 1;
                    let verb = text.split(' ').next().unwrap_or_default();
                    self.count(verb);
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
            let now = self.sound().unwrap();
            for ((_, was_sound), (is_healthy, _)) in sound.iter().zip(&now) {
                let is_broken = *was_sound && !is_healthy && !self.moved;
                assert!(!is_broken, "V1: seed {seed}, step {step}: {log:#?}");
            }
            sound = now;
            if step % CHECK_EVERY == 0 || step + 1 == STEPS {
                self.assert_falling().unwrap();
                for account in self.accounts.clone() {
                    if assert_live(&mut self.suite, account) {
                        self.count("live");
                    }
                }
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

/// A guardian with grace, a steward, a zone ahead of need, and a fund that had its target once.
fn with_all_roles(suite: &mut Suite, guardian: Address, steward: Address) {
    let (vault, owner) = (suite.modules.vault, suite.owner);
    let call = IVault::setGuardianCall {
        guardian,
        grace: U256::from(900),
        graceFloor: U256::from(WAD / 10 * 9),
    };
    suite.send(owner, vault, &call).unwrap();
    let call = IVault::setStewardCall { steward };
    suite.send(owner, vault, &call).unwrap();
    let call = IVault::setMarginCall {
        openingDeviations: U256::from(WAD / 2 * 3),
        openingHorizon: U256::from(86_400),
        thresholdDeviations: U256::ZERO,
        thresholdHorizon: U256::ZERO,
        softDeviations: U256::from(WAD),
        softPenalty: U256::from(WAD / 200),
        slew: U256::from(WAD / 100),
        volatilityMin: U256::from(WAD / 5),
        predictiveCap: stable(1_500),
    };
    suite.send(owner, vault, &call).unwrap();
    for target in [1, 100_000] {
        let target = stable(target);
        let call = IVault::setFundTargetCall { target };
        suite.send(owner, vault, &call).unwrap();
        suite
            .send(owner, vault, &IVault::updateDeleveragingCall {})
            .unwrap();
    }
}

#[test]
fn the_invariants_hold_through_random_sequences() {
    let (mut auctions, mut takes, mut losses) = (0, 0, 0);
    let mut compared = Compared::default();
    let mut verbs_done = BTreeMap::<String, usize>::new();
    // With 103, in which shares are minted beside a loss that the fund covers in part (V5's rounding).
    let plain = (0..11).chain([103]).map(|seed| (seed, PLAIN));
    for (seed, verbs) in plain.chain((200..214).map(|seed| (seed, ALL))) {
        let mut world = World::new(seed, verbs);
        world.run(seed);
        world.look_ahead(&mut compared);
        for (verb, count) in &world.verbs_done {
            *verbs_done.entry(verb.clone()).or_default() += count;
        }
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
    println!("{auctions} auctions, {takes} takes, {losses} losses, {compared:?}, {verbs_done:?}");
    // The sequences reach what they are for.
    assert!(auctions >= 10 && takes >= 10 && losses >= 1);
    for what in [
        "absorb",
        "ahead of need",
        "execute",
        "fall",
        "live",
        "operate",
        "pause",
        "predictive",
        "reset",
        "threshold",
        "tighten",
        "upkeep",
    ] {
        assert!(verbs_done.contains_key(what), "{what}: {verbs_done:?}");
    }
    let Compared {
        debts,
        takes,
        falls,
        liquidations,
        absorptions,
    } = compared;
    let least = [debts, takes, falls, liquidations, absorptions];
    assert!(least.iter().all(|count| *count > 0), "{least:?}");
}
