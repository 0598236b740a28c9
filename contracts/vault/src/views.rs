//! The vault's program for views, reached by delegate call from the core: all that is not a verb, and what nobody knows. Also
//! the solvency check of the core's verbs, which rests on the same figures.
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::{IVault as V, IVaultPrograms};
use breakwater_risk::{interest, margin};
use stylus_sdk::prelude::*;

use crate::{
    arguments::{address, addresses, boolean, number, string, words, Arguments},
    errors::Fallible,
    market::Market,
    safety::Verb,
    state::VaultState,
};

program!(
    /// The vault's views.
    VaultViews,
    "views",
    run_views
);

impl VaultState {
    /// Answers a view; none if the selector is not one of them.
    fn run_views(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let now = self.now();
        Ok(Some(match selector {
            // ----- what other programs ask, which rests on the same figures -----
            IVaultPrograms::requireOpeningMarginCall::SELECTOR if self.is_locked() => {
                self.require_opening_margin(a.word(0)?)?;
                Vec::new()
            }
            IVaultPrograms::requirePriceCall::SELECTOR if self.is_locked() => {
                self.require_price(a.address(0)?)?;
                Vec::new()
            }
            V::deleveragingCall::SELECTOR => {
                let state = self.deleveraging();
                let cover = self.cover(&self.market_now())?;
                let was_met = U256::from(u8::from(state.was_met));
                words(&[state.target, cover, was_met, U256::from(state.from())])
            }
            // ----- ERC-20 and ERC-4626 -----
            V::nameCall::SELECTOR => string(self.names().0),
            V::symbolCall::SELECTOR => string(self.names().1),
            V::decimalsCall::SELECTOR => {
                number(U256::from(self.asset_decimals()).saturating_add(U256::from(6)))
            }
            V::allowanceCall::SELECTOR => number(self.allowance(a.address(0)?, a.address(1)?)),
            V::assetCall::SELECTOR => address(self.asset()),
            V::totalAssetsCall::SELECTOR => number(self.market_now().total_assets(now)),
            V::convertToSharesCall::SELECTOR | V::previewDepositCall::SELECTOR => {
                number(self.market_now().shares_down(a.number(0)?, now)?)
            }
            V::convertToAssetsCall::SELECTOR | V::previewRedeemCall::SELECTOR => {
                number(self.market_now().assets_down(a.number(0)?, now)?)
            }
            V::previewMintCall::SELECTOR => number(self.market_now().assets_up(a.number(0)?, now)?),
            V::previewWithdrawCall::SELECTOR => {
                number(self.market_now().shares_up(a.number(0)?, now)?)
            }
            V::maxDepositCall::SELECTOR => number(self.greatest_deposit(now)),
            V::maxMintCall::SELECTOR => {
                let market = self.market_now();
                let room = self.greatest_deposit(now);
                number(market.shares_down(room, now).unwrap_or_default())
            }
            V::maxWithdrawCall::SELECTOR => {
                let market = self.market_now();
                let worth = market.assets_down(self.balance(a.address(0)?), now);
                number(worth.unwrap_or_default().min(self.payable(&market)))
            }
            V::maxRedeemCall::SELECTOR => {
                let market = self.market_now();
                let payable = market.shares_down(self.payable(&market), now);
                let shares = self.balance(a.address(0)?).min(payable.unwrap_or_default());
                // Shares worth less than a unit can't be redeemed by themselves.
                let worth = market.assets_down(shares, now).unwrap_or_default();
                number(if worth.is_zero() { U256::ZERO } else { shares })
            }
            // ----- accounts -----
            V::isOperatorCall::SELECTOR => boolean(self.is_operator(a.address(0)?, a.address(1)?)),
            V::debtOfCall::SELECTOR => number(
                self.market_now()
                    .debt_up(self.head(a.word(0)?).borrow_shares)?,
            ),
            V::collateralOfCall::SELECTOR => {
                let index = self.collateral_amounts(a.address(1)?)?.index;
                let (free, in_lots) = self.position(a.word(0)?, index);
                words(&[free, in_lots])
            }
            V::collateralsOfCall::SELECTOR => {
                let indices = Self::indices(self.head(a.word(0)?).bitmap);
                addresses(indices.map(|index| self.token_at(index)))
            }
            V::claimOfCall::SELECTOR => self.view_claim(a.word(0)?),
            V::healthOfCall::SELECTOR => self.view_health(a.word(0)?)?,
            // ----- the market -----
            V::accountViewCall::SELECTOR => self.view_account(a.word(0)?)?,
            V::marketViewCall::SELECTOR => self.view_everything()?,
            V::marginOfCall::SELECTOR => {
                let account = a.word(0)?;
                let head = self.head(account);
                let portfolio = self.portfolio(&self.market_now(), account, &head, None)?;
                words(&self.margin_figures(&portfolio)?)
            }
            V::predictiveOfCall::SELECTOR => {
                let account = a.word(0)?;
                let (market, head) = (self.market_now(), self.head(account));
                let portfolio = self.portfolio(&market, account, &head, None)?;
                words(&self.soft_zone(&market, &head, &portfolio)?)
            }
            V::marketStateCall::SELECTOR => self.view_market(),
            V::roomOfCall::SELECTOR => self.view_room(a)?,
            V::collateralsCall::SELECTOR => {
                let (_, count) = self.fund_minimum();
                addresses((0..count as u8).map(|index| self.token_at(index)))
            }
            _ => return Ok(None),
        }))
    }

    /// What the pool takes now: nothing while deposits are paused, or in the middle of another call.
    fn greatest_deposit(&self, now: u64) -> U256 {
        if self.is_paused(Verb::Deposit) || self.is_locked() {
            return U256::ZERO;
        }
        self.deposit_room(&self.market_now(), now)
    }

    /// What the pool pays out now: nothing while withdrawals are paused, or in the middle of another call.
    fn payable(&self, market: &Market) -> U256 {
        if self.is_paused(Verb::Withdraw) || self.is_locked() {
            return U256::ZERO;
        }
        market.cash
    }

    fn view_claim(&self, account: B256) -> Vec<u8> {
        let claim = self.claim(account);
        let values = claim.claim;
        words(&[
            values.carrying,
            values.written_off,
            values.penalty,
            claim.assigned,
            values.fund_paid,
            U256::from(u8::from(claim.closing)),
        ])
    }

    fn view_health(&self, account: B256) -> Fallible<Vec<u8>> {
        let head = self.head(account);
        let portfolio = self.portfolio(&self.market_now(), account, &head, None)?;
        Ok(words(&[
            portfolio.debt,
            portfolio.capacity,
            margin::health_factor(portfolio.debt, portfolio.capacity),
            portfolio.borrow_limit(&self.margin_rules(), self.now())?,
        ]))
    }

    fn view_market(&self) -> Vec<u8> {
        let market = self.market_now();
        let utilisation = market.utilisation();
        let (rate, _) = interest::borrow_rate(utilisation, 0, market.rate_at_target);
        words(&[
            market.cash,
            market.borrow_assets,
            market.borrow_shares,
            market.carrying,
            market.unvested_at(self.now()),
            market.reserve,
            U256::from(rate),
            utilisation,
            self.fund_cash(),
        ])
    }

    fn view_room(&self, a: Arguments<'_>) -> Fallible<Vec<u8>> {
        let token = a.address(0)?;
        let cap = if token.is_zero() {
            self.total_room_cap()
        } else {
            self.collateral_amounts(token)?.room_cap
        };
        let room = self.room(token);
        let used = room.used(self.now(), self.risk().cap_period);
        let live = U256::from(room.live);
        Ok(words(&[live, used.saturating_sub(live), cap]))
    }
}
