//! The vault's program for views and administration, reached by delegate call.
//!
//! Called directly it works on its own, empty storage: there is no owner, no asset and nothing to change.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault as V;
use breakwater_risk::{interest, margin, margin::CollateralParameters};
use stylus_sdk::{abi::Router, prelude::*, ArbResult};

use crate::{
    arguments::{address, address_word, addresses, boolean, number, string, words, Arguments},
    errors::{self, Error, Fallible},
    state::{Risk, VaultState},
};

/// The vault's views and administration.
#[cfg_attr(feature = "extension", entrypoint)]
#[storage]
pub struct VaultExtension {
    /// All of the vault's words: the same as the core's.
    pub state: VaultState,
}

#[cfg(not(feature = "extension"))]
// SAFETY: as the entrypoint macro has it; in a build with another entrypoint this type is used by tests only.
unsafe impl TopLevelStorage for VaultExtension {}

impl Router<VaultExtension> for VaultExtension {
    type Storage = VaultExtension;

    fn route(vault: &mut VaultExtension, selector: u32, input: &[u8]) -> Option<ArbResult> {
        let (selector, arguments) = (selector.to_be_bytes(), Arguments(input));
        match vault.state.run_verb(selector, arguments) {
            Ok(None) => vault.state.run_view(selector, arguments),
            other => other,
        }
        .map_err(Error::into_data)
        .transpose()
    }

    fn receive(_: &mut VaultExtension) -> Option<Result<(), Vec<u8>>> {
        None
    }

    fn fallback(_: &mut VaultExtension, _: &[u8]) -> Option<ArbResult> {
        None
    }

    /// Reached from the core's constructor; called directly it would fill this program's own storage, of no use to anybody.
    fn constructor(vault: &mut VaultExtension, input: &[u8]) -> Option<ArbResult> {
        let done = vault.state.construct(Arguments(input));
        Some(done.map(|()| Vec::new()).map_err(Error::into_data))
    }
}

impl VaultState {
    /// Fixes a market's partners: `constructor(address asset, uint8 decimals, address oracle, address auction, address fund, address
    /// liquidation, address extension, address owner, string name, string symbol)`, names of at most 31 bytes. All partners are known
    /// beforehand (their addresses follow from their code), so there is no initialiser to guard. The owner sets parameters
    /// before the first deposit: caps start at zero.
    fn construct(&mut self, a: Arguments<'_>) -> Fallible<()> {
        let (asset, decimals) = (a.address(0)?, a.number(1)?);
        let (oracle, auction, fund) = (a.address(2)?, a.address(3)?, a.address(4)?);
        let (liquidation, extension, owner) = (a.address(5)?, a.address(6)?, a.address(7)?);
        let partners = [asset, oracle, auction, fund, liquidation, extension];
        if partners.iter().any(|partner| partner.is_zero()) || owner.is_zero() {
            return Err(errors::zero_address());
        }
        if decimals > U256::from(24) {
            return Err(errors::parameter_out_of_bounds(b"decimals", decimals));
        }
        let names = (a.short_string(8)?, a.short_string(9)?);
        self.set_identity(partners, decimals.saturating_to::<u8>(), names);
        self.set_owner(owner);
        self.set_risk(&Risk {
            target_health: U256::from(1_100_000_000_000_000_000u64),
            backstop_discount: U256::ZERO,
            reserve_factor: U256::ZERO,
            cap_period: 3600,
            cool_off: 0,
        });
        // Interest is counted from here on.
        let mut market = self.enter()?;
        market.last_accrual = self.now();
        self.store_and_leave(&market)?;
        self.emit(&V::OwnershipTransferred {
            previousOwner: Address::ZERO,
            newOwner: owner,
        });
        Ok(())
    }

    /// Runs a verb; none if the selector is not one of them.
    fn run_verb(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        if !self.vm().msg_value().is_zero() {
            return Err(errors::refused());
        }
        match selector {
            V::setOperatorCall::SELECTOR => {
                self.choose_operator(a.address(0)?, a.boolean(1)?);
            }
            V::setCollateralCall::SELECTOR => {
                let parameters = CollateralParameters {
                    borrow_ltv: a.number(1)?,
                    liquidation_threshold: a.number(2)?,
                    penalty_min: a.number(3)?,
                    penalty_max: a.number(4)?,
                    lot_buffer: a.number(5)?,
                };
                let (supply_cap, room_cap) = (a.number(6)?, a.number(7)?);
                self.configure_collateral(a.address(0)?, &parameters, supply_cap, room_cap)?;
            }
            V::setRiskCall::SELECTOR => {
                let (min_debt, min_lot, discount) = (a.number(1)?, a.number(2)?, a.number(3)?);
                let (cap_period, cool_off) = (a.number(4)?, a.number(5)?);
                let target = a.number(0)?;
                self.configure_risk(target, min_debt, min_lot, discount, cap_period, cool_off)?;
            }
            V::setRewardCall::SELECTOR => self.configure_reward(a.number(0)?, a.number(1)?)?,
            V::setFeesCall::SELECTOR => {
                self.configure_fees(a.number(0)?, a.number(1)?, a.number(2)?)?;
            }
            V::setSupplyCapCall::SELECTOR => self.configure_supply_cap(a.number(0)?)?,
            V::transferOwnershipCall::SELECTOR => self.offer_ownership(a.address(0)?)?,
            V::acceptOwnershipCall::SELECTOR => self.take_ownership()?,
            _ => return Ok(None),
        }
        Ok(Some(Vec::new()))
    }

    /// Answers a view; none if the selector is not one of them.
    fn run_view(&self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let now = self.now();
        Ok(Some(match selector {
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
            V::maxDepositCall::SELECTOR => number(self.deposit_room(&self.market_now(), now)),
            V::maxMintCall::SELECTOR => {
                let market = self.market_now();
                let room = self.deposit_room(&market, now);
                number(market.shares_down(room, now).unwrap_or_default())
            }
            V::maxWithdrawCall::SELECTOR => {
                let market = self.market_now();
                let worth = market.assets_down(self.balance(a.address(0)?), now);
                number(worth.unwrap_or_default().min(market.cash))
            }
            V::maxRedeemCall::SELECTOR => {
                let market = self.market_now();
                let payable = market.shares_down(market.cash, now).unwrap_or_default();
                let shares = self.balance(a.address(0)?).min(payable);
                // Shares worth less than a unit can't be redeemed by themselves.
                let worthless = market.assets_down(shares, now)?.is_zero();
                number(if worthless { U256::ZERO } else { shares })
            }
            // ----- accounts -----
            V::isOperatorCall::SELECTOR => boolean(self.is_operator(a.address(0)?, a.address(1)?)),
            V::debtOfCall::SELECTOR => number(
                self.market_now()
                    .debt_up(self.head(a.word(0)?).borrow_shares)?,
            ),
            V::collateralOfCall::SELECTOR => {
                let index = self.collateral(a.address(1)?)?.index;
                let (free, in_lots) = self.position(a.word(0)?, index);
                words(&[free, in_lots])
            }
            V::collateralsOfCall::SELECTOR => {
                let indices = Self::indices(self.head(a.word(0)?).bitmap);
                addresses(indices.into_iter().map(|index| self.token_at(index)))
            }
            V::claimOfCall::SELECTOR => self.view_claim(a.word(0)?),
            V::healthOfCall::SELECTOR => self.view_health(a.word(0)?)?,
            // ----- the market -----
            V::marketStateCall::SELECTOR => self.view_market(),
            V::roomOfCall::SELECTOR => self.view_room(a)?,
            V::collateralsCall::SELECTOR => {
                let (_, count) = self.fund_minimum();
                addresses((0..count as u8).map(|index| self.token_at(index)))
            }
            V::collateralConfigCall::SELECTOR => self.view_collateral(a)?,
            V::riskConfigCall::SELECTOR => self.view_risk(),
            V::modulesCall::SELECTOR => {
                let programs = [self.liquidation(), self.extension()];
                let modules = [self.oracle(), self.auction(), self.fund()];
                let addresses: Vec<U256> = modules
                    .into_iter()
                    .chain(programs)
                    .map(address_word)
                    .collect();
                words(&addresses)
            }
            V::ownerCall::SELECTOR => address(self.owner()),
            V::pendingOwnerCall::SELECTOR => address(self.pending_owner()),
            _ => return Ok(None),
        }))
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
            U256::from(u8::from(self.head(account).closing)),
        ])
    }

    fn view_health(&self, account: B256) -> Fallible<Vec<u8>> {
        let head = self.head(account);
        let portfolio = self.portfolio(&self.market_now(), account, &head)?;
        Ok(words(&[
            portfolio.debt,
            portfolio.capacity,
            margin::health_factor(portfolio.debt, portfolio.capacity),
            portfolio.borrow_limit()?,
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
        ])
    }

    fn view_room(&self, a: Arguments<'_>) -> Fallible<Vec<u8>> {
        let token = a.address(0)?;
        let cap = if token.is_zero() {
            self.caps().1
        } else {
            self.collateral(token)?.room_cap
        };
        let room = self.room(token);
        let used = room.used(self.now(), self.risk().cap_period);
        let live = U256::from(room.live);
        Ok(words(&[live, used.saturating_sub(live), cap]))
    }

    fn view_collateral(&self, a: Arguments<'_>) -> Fallible<Vec<u8>> {
        let collateral = self.collateral(a.address(0)?)?;
        Ok(words(&[
            collateral.borrow_ltv,
            collateral.liquidation_threshold,
            collateral.penalty_min,
            collateral.penalty_max,
            collateral.lot_buffer,
            collateral.supply_cap,
            collateral.room_cap,
            collateral.total,
        ]))
    }

    fn view_risk(&self) -> Vec<u8> {
        let risk = self.risk();
        let (min_debt, min_lot) = self.minimums();
        let (tip, chip) = self.reward();
        words(&[
            risk.target_health,
            min_debt,
            min_lot,
            risk.backstop_discount,
            U256::from(risk.cap_period),
            U256::from(risk.cool_off),
            tip,
            chip,
        ])
    }

    fn choose_operator(&mut self, operator: Address, approved: bool) {
        let owner = self.vm().msg_sender();
        self.set_operator(owner, operator, approved);
        self.emit(&V::OperatorSet {
            owner,
            operator,
            approved,
        });
    }
}
