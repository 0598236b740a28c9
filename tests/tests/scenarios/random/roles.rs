//! What lenders, borrowers, keepers, bidders, the fund and those with a role do, each step held to what its view or quote said.

use alloy_sol_types::SolValue;
use breakwater_fixed_point::mul_div_up;
use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, fund::IInsuranceFund, vault::IVault},
    Address, Failure, B256, DOLLAR, U256,
};

use super::World;
use crate::common::{milli_ether, stable};

impl World {
    /// One step; what is refused by an error of its type is part of life.
    pub(super) fn step(&mut self) -> Result<String, Failure> {
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

    /// Prices move by up to a quarter, and are read again.
    fn move_prices(&mut self, least: u64, most: u64) -> Result<(), Failure> {
        for (index, token) in self.tokens().into_iter().enumerate() {
            let moved = self.prices[index] * self.random.u64(least..=most) / 100;
            self.prices[index] = moved.clamp(DOLLAR, 100_000 * DOLLAR);
            self.suite.set_price(token, self.prices[index])?;
        }
        Ok(())
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
}
