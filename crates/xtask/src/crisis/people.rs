//! Bidders, keeper, lenders and stakers, by the rules of [`super::rules`].

use breakwater_tests::{
    account_of,
    interfaces::{fund::IInsuranceFund, vault::IVault},
    AuctionStatus, HOUR, U256, WAD,
};

use super::{
    rules::{self, LEAST, RESET_EVERY, RUNNERS},
    run::Crisis,
};
use crate::{
    error::Result,
    market::{dollars, money, ADA_PRICE, BO_PRICE},
};

/// What is less than a dollar is left where it is.
const LEAST_CASH: u64 = 1_000_000;

/// A request of the smaller staker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leaving {
    pub(super) asked: bool,
    /// When it can be claimed.
    pub(super) from: u64,
    pub(super) done: bool,
    /// Value of what was asked for then, and of what was paid, dollars.
    pub(super) worth: f64,
    pub(super) paid: f64,
    /// Value of what it got in kind, dollars.
    pub(super) in_kind: f64,
}

/// The lenders' run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) begun: bool,
    last: u64,
    /// Taken so far, dollars.
    pub(super) taken: f64,
}

impl Crisis {
    /// Everybody looks at every auction once.
    pub(super) fn bid(&mut self) -> Result<()> {
        let fall = self.fall();
        let now = self.world.suite.now();
        if fall < rules::ADA_SELLS && now.saturating_sub(self.world.ada_sold_at) >= HOUR {
            self.world.ada_sold_at = now;
            self.world.sell_all()?;
        }
        if now.saturating_sub(self.bo_hour) >= HOUR {
            (self.bo_hour, self.bo_spent) = (now, 0.0);
        }
        let keeper_acts = self.keeper_has_room();
        let fund_account = account_of(self.world.suite.modules.fund, 0);
        let mut live = 0;
        for id in self.world.suite.active_auctions()? {
            let status = self.world.suite.auction_status(id)?;
            if status.account == fund_account {
                self.collect(id, &status, fall)?;
                continue;
            }
            live += 1;
            if status.needsReset {
                let began = status.startedAt.saturating_to::<u64>();
                if keeper_acts && self.is_priced(status.token) && began + RESET_EVERY <= now {
                    self.world.reset(id)?;
                }
                continue;
            }
            if fall <= rules::ADA_STOPS
                && self.world.is_under(&status, ADA_PRICE)
                && self.world.ada_takes(id, &status)?
            {
                continue;
            }
            let hourly = self.world.first_debt * rules::BO_HOURLY;
            if fall <= rules::BO_STOPS
                && self.bo_spent < hourly
                && self.world.is_under(&status, BO_PRICE)
            {
                self.bo_spent += dollars(self.world.bo_takes(id)?);
            }
            if keeper_acts {
                self.absorb(id)?;
            }
        }
        // Some of them may be over now: the next look counts them.
        self.for_sale = live;
        Ok(())
    }

    /// A lot of the fund: reset when it needs it, bought by the lender that stays when it is cheap enough and the market calm.
    fn collect(&mut self, id: U256, status: &AuctionStatus, fall: f64) -> Result<()> {
        if status.needsReset {
            if self.keeper_has_room() && self.is_priced(status.token) {
                self.world.reset(id)?;
            }
            return Ok(());
        }
        let thousandths = ((1.0 - rules::COLLECTOR_DISCOUNT) * 1_000.0) as u64;
        if fall > rules::ADA_SELLS
            || !self.is_priced(status.token)
            || !self.world.is_under(status, thousandths)
        {
            return Ok(());
        }
        let collector = self.stage.collector;
        match self
            .world
            .suite
            .take(collector, id, U256::MAX, status.price)
        {
            Ok((_, receipt)) => self.world.record("take of the fund's", receipt.gas_used),
            Err(failure) => self.world.refuse("take of the fund's", &failure),
        }
        Ok(())
    }

    /// Puts the fund's collateral up for sale, once the market is calm.
    pub(super) fn sell_inventory(&mut self) -> Result<()> {
        if self.fall() > rules::ADA_SELLS {
            return Ok(());
        }
        let account = account_of(self.world.suite.modules.fund, 0);
        for side in 0..self.world.suite.collaterals.len() {
            let token = self.world.suite.collaterals[side].token;
            let held = self.world.suite.collateral_of(account, token)?;
            let worth = self.world.value(side, held.free);
            if worth < LEAST || !self.is_priced(token) {
                continue;
            }
            let keeper = self.world.keeper;
            match self.world.suite.sell_inventory(keeper, token) {
                Ok((_, receipt)) => {
                    self.world.record("sellInventory", receipt.gas_used);
                    self.note(format!("the fund puts up {}", money(worth)));
                }
                Err(failure) => self.world.refuse("sellInventory", &failure),
            }
        }
        Ok(())
    }

    /// Whether a keeper's transactions get into a block now.
    pub(super) fn keeper_has_room(&self) -> bool {
        self.fall() <= rules::CONGESTED || self.world.suite.now() >= self.next_slot
    }

    /// When somebody can act again while auctions are live: the next look, or, if all bidders have stopped, the keeper's next room.
    pub(super) fn next_action(&self, look: u64) -> u64 {
        let next = self.world.suite.now() + look;
        match self.fall() > rules::ADA_STOPS.max(rules::BO_STOPS) {
            true => next.max(self.next_slot),
            false => next,
        }
    }

    /// The keeper has acted: if the chain is congested, the next room is some minutes later.
    pub(super) fn keeper_acted(&mut self) {
        self.next_slot = self.world.suite.now() + rules::SLOT;
    }

    /// Has the fund take what it can of a lot at the backstop's price: half of its shares at most, with what it has already spent.
    fn absorb(&mut self, id: U256) -> Result<()> {
        let status = self.world.suite.auction_status(id)?;
        if !status.live || status.needsReset || !self.is_at_backstop(&status) {
            return Ok(());
        }
        let fund = self.world.suite.modules.fund;
        let state = self.world.suite.waterfall()?;
        let spent = self.worth_of_shares(state.absorbedShares)?;
        let spendable = (dollars(state.cover) - spent) / 2.0;
        if spendable < LEAST || !state.arrears.is_zero() {
            return Ok(());
        }
        let quote = self.world.suite.quote(id, U256::MAX)?;
        let cost = dollars(quote.payment);
        if cost < LEAST / 10.0 {
            return Ok(());
        }
        let most = if cost <= spendable {
            U256::MAX
        } else {
            let thousandths = (spendable / cost * 995.0) as u64;
            quote.lotTaken.saturating_mul(U256::from(thousandths)) / U256::from(1_000)
        };
        let keeper = self.world.keeper;
        let call = IInsuranceFund::absorbCall { id, maxLot: most };
        match self.world.suite.send(keeper, fund, &call) {
            Ok((_, receipt)) => self.world.record("absorb", receipt.gas_used),
            Err(failure) => self.world.refuse("absorb", &failure),
        }
        Ok(())
    }

    /// Whether an auction's price is at or under what the fund pays.
    fn is_at_backstop(&self, status: &AuctionStatus) -> bool {
        let Some(low) = self.lows[self.world.side(status.token)] else {
            return false;
        };
        let discount = self.world.suite.config.backstop_discount;
        let scaled = |number: U256, by: u64| number.saturating_mul(U256::from(by));
        scaled(status.price, WAD) <= scaled(low, WAD - discount)
    }

    /// Arms auto-deleveraging or ends it, if that is due.
    pub(super) fn update_deleveraging(&mut self) -> Result<()> {
        let vault = self.world.suite.modules.vault;
        let state = self.world.suite.view(vault, &IVault::deleveragingCall {})?;
        let is_short = state.cover < state.target;
        let is_armed = !state.from.is_zero();
        if state.wasMet && is_short != is_armed {
            let keeper = self.world.keeper;
            self.world
                .suite
                .send(keeper, vault, &IVault::updateDeleveragingCall {})?;
        }
        Ok(())
    }

    /// The lenders that run take what cash there is, in turn.
    pub(super) fn lenders_run(&mut self) -> Result<()> {
        let now = self.world.suite.now();
        let fallen = 1.0 - self.world.eth() / self.first_price;
        if !self.run.begun && (fallen >= rules::RUN || self.tally.recognised > 0.0) {
            self.run.begun = true;
            self.note("lenders begin to leave".to_owned());
        }
        if !self.run.begun || now.saturating_sub(self.run.last) < rules::RUN_EVERY {
            return Ok(());
        }
        self.run.last = now;
        let vault = self.world.suite.modules.vault;
        let mut taken = 0.0;
        for number in 1..=RUNNERS {
            let owner = self.world.suite.user(&format!("lender {number}"));
            let assets = self
                .world
                .suite
                .view(vault, &IVault::maxWithdrawCall { owner })?;
            if assets < U256::from(LEAST_CASH) {
                continue;
            }
            let call = IVault::withdrawCall {
                assets,
                receiver: owner,
                owner,
            };
            // What `maxWithdraw` says succeeds (V8).
            match self.world.suite.send(owner, vault, &call) {
                Ok((_, receipt)) => {
                    self.world.record("withdraw", receipt.gas_used);
                    taken += dollars(assets);
                }
                Err(failure) => self.world.violations.push(format!(
                    "V8: lender {number} may withdraw {assets} at {now}, and could not: {failure}"
                )),
            }
        }
        if taken > 0.0 {
            self.run.taken += taken;
            self.note(format!("lenders take {}", money(taken)));
        }
        Ok(())
    }

    /// The smaller staker asks for its stake at the first loss or absorption, and takes it as soon as it can.
    pub(super) fn staker_leaves(&mut self) -> Result<()> {
        let (fund, now) = (self.world.suite.modules.fund, self.world.suite.now());
        let [_, staker] = self.stage.stakers;
        if !self.leaving.asked {
            if self.tally.recognised == 0.0 && self.tally.absorbed == 0.0 {
                return Ok(());
            }
            self.leaving.asked = true;
            let shares = self.world.suite.balance_of(fund, staker)?;
            if shares.is_zero() {
                self.leaving.done = true;
                return Ok(());
            }
            self.leaving.worth = self.worth_of_stake(shares)?;
            let call = IInsuranceFund::requestRedeemCall {
                shares,
                controller: staker,
                owner: staker,
            };
            self.world.suite.send(staker, fund, &call)?;
            self.leaving.from = now + self.world.suite.config.cooldown;
            self.note(format!(
                "a staker asks for its stake of {}",
                money(self.leaving.worth)
            ));
            return Ok(());
        }
        if self.leaving.done || now < self.leaving.from {
            return Ok(());
        }
        // Nothing while a price that matters is not good.
        let call = IInsuranceFund::maxRedeemCall { controller: staker };
        let shares = self.world.suite.view(fund, &call)?;
        if shares.is_zero() {
            return Ok(());
        }
        let state = self.world.suite.waterfall()?;
        let in_kind = state.arrears.is_zero() && !state.inventoryMid.is_zero();
        let collaterals = self.world.suite.collaterals;
        let before = collaterals.map(|known| self.world.suite.balance_of(known.token, staker));
        let paid = if in_kind {
            let call = IInsuranceFund::redeemInKindCall {
                shares,
                receiver: staker,
                controller: staker,
                tokens: U256::MAX,
            };
            self.world.suite.send(staker, fund, &call)
        } else {
            let call = IInsuranceFund::redeemCall {
                shares,
                receiver: staker,
                controller: staker,
            };
            self.world.suite.send(staker, fund, &call)
        };
        self.leaving.done = true;
        match paid {
            Ok((vault_shares, _)) => {
                self.leaving.paid = self.worth_of_shares(vault_shares)?;
                for (side, before) in before.into_iter().enumerate() {
                    let after = self
                        .world
                        .suite
                        .balance_of(collaterals[side].token, staker)?;
                    self.leaving.in_kind += self.world.value(side, after.saturating_sub(before?));
                }
                self.note(format!(
                    "the staker leaves with {} in vault shares and {} in kind",
                    money(self.leaving.paid),
                    money(self.leaving.in_kind)
                ));
            }
            Err(failure) => self.world.violations.push(format!(
                "V8: maxRedeem promised the staker {shares} at {now}, and it could not leave: {failure}"
            )),
        }
        Ok(())
    }

    /// Dollars that fund shares are worth.
    fn worth_of_stake(&mut self, shares: U256) -> Result<f64> {
        let fund = self.world.suite.modules.fund;
        let call = IInsuranceFund::convertToAssetsCall { shares };
        let vault_shares = self.world.suite.view(fund, &call)?;
        self.worth_of_shares(vault_shares)
    }

    /// Dollars that vault shares are worth.
    pub(super) fn worth_of_shares(&mut self, shares: U256) -> Result<f64> {
        let vault = self.world.suite.modules.vault;
        let call = IVault::convertToAssetsCall { shares };
        Ok(dollars(self.world.suite.view(vault, &call)?))
    }
}
