//! Parameters, within bounds, and who may change them.

use alloy_primitives::{Address, U256};
use breakwater_fixed_point::WAD;
use breakwater_interfaces::vault::IVault;
use breakwater_risk::margin::{self, CollateralParameters, ParameterError};
use stylus_sdk::prelude::*;

use crate::{
    errors::{self, parameter_out_of_bounds, Fallible},
    state::{is_short_ratio, Collateral, Risk, VaultState, MAX_TOKENS},
};

/// Longest cool-off, seconds: the age in which a position can't be liquidated unless insolvent.
pub(crate) const MAX_COOL_OFF: u64 = 5 * 60;
/// Bounds of the period over which settled debt goes on counting against the caps, seconds.
pub(crate) const CAP_PERIOD: (u64, u64) = (60, 30 * 24 * 3600);
/// Greatest part of interest that the fund may get, WAD: one half.
pub(crate) const MAX_RESERVE_FACTOR: u64 = 500_000_000_000_000_000;
/// Greatest target health, WAD: 2.
pub(crate) const MAX_TARGET_HEALTH: u64 = 2_000_000_000_000_000_000;
/// Greatest amount that may be for sale at once: a room's figures have 96 bits.
pub(crate) const MAX_ROOM: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);
/// Greatest cap on total assets: so that assets times the virtual shares' million stay within 128 bits.
pub(crate) const MAX_SUPPLY_CAP: u128 = u128::MAX / 4_000_000;

/// Ratios that share a word are kept in billionths.
fn in_billionths(parameter: &[u8], value: U256) -> Fallible<()> {
    if !is_short_ratio(value) {
        return Err(parameter_out_of_bounds(parameter, value));
    }
    Ok(())
}

fn at_most(parameter: &[u8], value: U256, bound: U256) -> Fallible<()> {
    if value > bound {
        return Err(parameter_out_of_bounds(parameter, value));
    }
    Ok(())
}

impl VaultState {
    /// The parameters of a collateral, all at once; adds it if it is new.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ZeroAddress`, `TooManyTokens`, `ParameterOutOfBounds`.
    pub(crate) fn configure_collateral(
        &mut self,
        token: Address,
        parameters: &CollateralParameters,
        supply_cap: U256,
        room_cap: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        if token.is_zero() {
            return Err(errors::zero_address());
        }
        // The loan asset can't back loans of itself, nor the vault's own shares: their prices would hang on the vault.
        if token == self.asset() || token == self.vm().contract_address() {
            return Err(errors::unknown_collateral(token));
        }
        self.check_margin(parameters)?;
        let limit = self.risk().backstop_discount;
        if parameters.lot_buffer < limit {
            return Err(parameter_out_of_bounds(b"lotBuffer", parameters.lot_buffer));
        }
        at_most(b"roomCap", room_cap, MAX_ROOM)?;
        at_most(b"supplyCap", supply_cap, U256::from(u128::MAX))?;
        let (index, total) = match self.collateral(token) {
            Ok(known) => (known.index, known.total),
            Err(_) => (self.append_token(token)?, U256::ZERO),
        };
        self.set_collateral(
            token,
            &Collateral {
                index,
                borrow_ltv: parameters.borrow_ltv,
                liquidation_threshold: parameters.liquidation_threshold,
                penalty_min: parameters.penalty_min,
                penalty_max: parameters.penalty_max,
                lot_buffer: parameters.lot_buffer,
                supply_cap,
                total,
                room_cap,
            },
        )?;
        self.emit(&IVault::CollateralSet {
            token,
            borrowLtv: parameters.borrow_ltv,
            liquidationThreshold: parameters.liquidation_threshold,
            penaltyMin: parameters.penalty_min,
            penaltyMax: parameters.penalty_max,
            lotBuffer: parameters.lot_buffer,
            supplyCap: supply_cap,
            roomCap: room_cap,
        });
        Ok(())
    }

    fn append_token(&mut self, token: Address) -> Fallible<u8> {
        let (minimum, count) = self.fund_minimum();
        if count >= MAX_TOKENS {
            return Err(errors::too_many_tokens(U256::from(MAX_TOKENS)));
        }
        let index = count as u8;
        self.set_fund_minimum(minimum, count.saturating_add(1))?;
        self.add_token(index, token);
        Ok(index)
    }

    fn check_margin(&self, parameters: &CollateralParameters) -> Fallible<()> {
        let target_health = self.risk().target_health;
        margin::check_collateral(parameters, target_health).map_err(|error| match error {
            ParameterError::LotBufferTooLarge => {
                parameter_out_of_bounds(b"lotBuffer", parameters.lot_buffer)
            }
            ParameterError::PenaltiesOutOfOrder => {
                parameter_out_of_bounds(b"penaltyMin", parameters.penalty_min)
            }
            ParameterError::TargetHealthTooLow | ParameterError::TargetTooClose => {
                parameter_out_of_bounds(b"targetHealth", target_health)
            }
            ParameterError::ThresholdTooHigh => {
                parameter_out_of_bounds(b"liquidationThreshold", parameters.liquidation_threshold)
            }
            ParameterError::BorrowLtvTooHigh => {
                parameter_out_of_bounds(b"borrowLtv", parameters.borrow_ltv)
            }
        })
    }

    /// The parameters of liquidation, all at once; each collateral must still fit them.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`, `AmountTooLarge`.
    pub(crate) fn configure_risk(
        &mut self,
        target_health: U256,
        min_debt: U256,
        min_lot: U256,
        backstop_discount: U256,
        cap_period: U256,
        cool_off: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        if target_health <= WAD || target_health > U256::from(MAX_TARGET_HEALTH) {
            return Err(parameter_out_of_bounds(b"targetHealth", target_health));
        }
        if min_lot.is_zero() {
            return Err(parameter_out_of_bounds(b"minLot", min_lot));
        }
        // An account with the least debt must be worth an auction.
        if min_debt < min_lot {
            return Err(parameter_out_of_bounds(b"minDebt", min_debt));
        }
        if backstop_discount >= WAD {
            return Err(parameter_out_of_bounds(
                b"backstopDiscount",
                backstop_discount,
            ));
        }
        in_billionths(b"targetHealth", target_health)?;
        in_billionths(b"backstopDiscount", backstop_discount)?;
        let (least, most) = CAP_PERIOD;
        if cap_period < U256::from(least) || cap_period > U256::from(most) {
            return Err(parameter_out_of_bounds(b"capPeriod", cap_period));
        }
        at_most(b"coolOff", cool_off, U256::from(MAX_COOL_OFF))?;
        let Risk {
            reserve_factor,
            paused,
            ..
        } = self.risk();
        self.set_risk(&Risk {
            target_health,
            backstop_discount,
            reserve_factor,
            cap_period: cap_period.saturating_to::<u64>(),
            cool_off: cool_off.saturating_to::<u64>(),
            paused,
        });
        self.set_minimums(min_debt, min_lot)?;
        let (_, count) = self.fund_minimum();
        for index in 0..count {
            let collateral = self.collateral(self.token_at(index as u8))?;
            self.check_margin(&collateral.parameters())?;
            if collateral.lot_buffer < backstop_discount {
                return Err(parameter_out_of_bounds(
                    b"backstopDiscount",
                    backstop_discount,
                ));
            }
        }
        self.emit(&IVault::RiskSet {
            targetHealth: target_health,
            minDebt: min_debt,
            minLot: min_lot,
            backstopDiscount: backstop_discount,
            capPeriod: cap_period,
            coolOff: cool_off,
        });
        Ok(())
    }

    /// The keeper's reward: `tip` in loan asset, `chip` as a part of the debt, WAD.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`, `AmountTooLarge`.
    pub(crate) fn configure_reward(&mut self, tip: U256, chip: U256) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(b"chip", chip, WAD)?;
        self.set_reward(tip, chip)?;
        self.emit(&IVault::RewardSet { tip, chip });
        Ok(())
    }

    /// The fund's part of interest, the cap on all debt for sale, and the shares that always stay with the fund.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `ParameterOutOfBounds`, `AmountTooLarge`.
    pub(crate) fn configure_fees(
        &mut self,
        reserve_factor: U256,
        total_room_cap: U256,
        fund_minimum: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(
            b"reserveFactor",
            reserve_factor,
            U256::from(MAX_RESERVE_FACTOR),
        )?;
        in_billionths(b"reserveFactor", reserve_factor)?;
        at_most(b"totalRoomCap", total_room_cap, MAX_ROOM)?;
        // Interest up to now is shared by the old rule.
        let market = self.enter_accrued()?;
        let mut risk = self.risk();
        risk.reserve_factor = reserve_factor;
        self.set_risk(&risk);
        let (supply_cap, _) = self.caps();
        self.set_caps(supply_cap, total_room_cap)?;
        let (_, count) = self.fund_minimum();
        self.set_fund_minimum(fund_minimum, count)?;
        self.emit(&IVault::FeesSet {
            reserveFactor: reserve_factor,
            totalRoomCap: total_room_cap,
            fundMinimum: fund_minimum,
        });
        self.store_and_leave(&market)
    }

    /// Most assets that lenders may have in the pool.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`.
    pub(crate) fn configure_supply_cap(&mut self, supply_cap: U256) -> Fallible<()> {
        self.require_caller(self.owner())?;
        at_most(b"supplyCap", supply_cap, U256::from(MAX_SUPPLY_CAP))?;
        let (_, total_room_cap) = self.caps();
        self.set_caps(supply_cap, total_room_cap)?;
        self.emit(&IVault::SupplyCapSet {
            supplyCap: supply_cap,
        });
        Ok(())
    }

    /// Names a new owner, who has to accept. The zero address withdraws an offer.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub(crate) fn offer_ownership(&mut self, new_owner: Address) -> Fallible<()> {
        let previous_owner = self.owner();
        self.require_caller(previous_owner)?;
        self.set_pending_owner(new_owner);
        self.emit(&IVault::OwnershipTransferStarted {
            previousOwner: previous_owner,
            newOwner: new_owner,
        });
        Ok(())
    }

    /// Makes the caller the owner, if it was offered.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub(crate) fn take_ownership(&mut self) -> Fallible<()> {
        let new_owner = self.vm().msg_sender();
        self.require_caller(self.pending_owner())?;
        let previous_owner = self.owner();
        self.set_owner(new_owner);
        self.set_pending_owner(Address::ZERO);
        self.emit(&IVault::OwnershipTransferred {
            previousOwner: previous_owner,
            newOwner: new_owner,
        });
        Ok(())
    }
}

impl Collateral {
    /// What the bounds are about.
    pub(crate) fn parameters(&self) -> CollateralParameters {
        CollateralParameters {
            borrow_ltv: self.borrow_ltv,
            liquidation_threshold: self.liquidation_threshold,
            penalty_min: self.penalty_min,
            penalty_max: self.penalty_max,
            lot_buffer: self.lot_buffer,
        }
    }
}
