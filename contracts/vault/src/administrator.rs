//! The vault's program for administration and rights, reached by delegate call from the core.
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault as V;
use breakwater_risk::room::Room;
use stylus_sdk::{abi::Router, prelude::*, ArbResult};

use crate::{
    arguments::{boolean, number, Arguments},
    errors::{self, Error, Fallible},
    safety::Verb,
    state::{Amounts, Collateral, MarginRules, Risk, VaultState},
};

program!(@type
    /// The vault's administration.
    VaultAdministration,
    "administration",
    run_administration
);

impl Router<VaultAdministration> for VaultAdministration {
    type Storage = VaultAdministration;

    fn route(vault: &mut VaultAdministration, selector: u32, input: &[u8]) -> Option<ArbResult> {
        vault
            .state
            .run_program(selector, input, VaultState::run_administration)
    }

    fn receive(_: &mut VaultAdministration) -> Option<Result<(), Vec<u8>>> {
        None
    }

    fn fallback(_: &mut VaultAdministration, _: &[u8]) -> Option<ArbResult> {
        None
    }

    /// Reached from the core's constructor; called directly it would fill this program's own storage, of no use to anybody.
    fn constructor(vault: &mut VaultAdministration, input: &[u8]) -> Option<ArbResult> {
        let done = vault.state.construct(Arguments(input));
        Some(done.map(|()| Vec::new()).map_err(Error::into_data))
    }
}

impl VaultState {
    /// Fixes a market's partners: `constructor(address asset, uint8 decimals, address oracle, address auction, address fund, address
    /// liquidation, address settlement, address administration, address views, address inventory, address owner, string name, string symbol)`, names of at most 31 bytes. All partners are known
    /// beforehand (their addresses follow from their code), so there is no initialiser to guard. The owner sets parameters
    /// before the first deposit: caps start at zero.
    fn construct(&mut self, a: Arguments<'_>) -> Fallible<()> {
        let (asset, decimals) = (a.address(0)?, a.number(1)?);
        let (oracle, auction, fund) = (a.address(2)?, a.address(3)?, a.address(4)?);
        let programs = [
            a.address(5)?,
            a.address(6)?,
            a.address(7)?,
            a.address(8)?,
            a.address(9)?,
        ];
        let owner = a.address(10)?;
        let partners = [asset, oracle, auction, fund];
        if partners
            .iter()
            .chain(&programs)
            .chain([&owner])
            .any(|address| address.is_zero())
        {
            return Err(errors::zero_address());
        }
        if decimals > U256::from(24) {
            return Err(errors::parameter_out_of_bounds(b"decimals", decimals));
        }
        let names = (a.short_string(11)?, a.short_string(12)?);
        self.set_identity(partners, programs, decimals.saturating_to::<u8>(), names);
        // Never zero from here on: the first liquidation does not pay for them.
        self.set_room(Address::ZERO, &Room::default())?;
        self.set_predictive_room(&Room::default())?;
        self.set_owner(owner);
        self.set_risk(&Risk {
            target_health: U256::from(1_100_000_000_000_000_000u64),
            backstop_discount: U256::ZERO,
            reserve_factor: U256::ZERO,
            cap_period: 3600,
            cool_off: 0,
            chip: U256::ZERO,
            paused: [0; 4],
        });
        // No margin for volatility until the owner sets one; thresholds follow changed parameters by 1 % an hour.
        self.set_margin_rules(&MarginRules {
            opening_deviations: U256::ZERO,
            opening_horizon: 0,
            threshold_deviations: U256::ZERO,
            threshold_horizon: 0,
            soft_deviations: U256::ZERO,
            soft_penalty: U256::ZERO,
            slew: U256::from(10_000_000_000_000_000u64),
            volatility_min: U256::ZERO,
        });
        // Interest is counted from here on.
        let mut market = self.enter()?;
        market.last_accrual = self.now();
        self.store_and_leave(&market)?;
        let [liquidation, settlement, administration, views, inventory] = programs;
        self.emit(&V::Created {
            asset,
            oracle,
            auction,
            fund,
            liquidation,
            settlement,
            administration,
            views,
            inventory,
        });
        self.log_risk();
        self.log_margin();
        self.emit(&V::OwnershipTransferred {
            previousOwner: Address::ZERO,
            newOwner: owner,
        });
        Ok(())
    }

    /// Runs a verb; none if the selector is not one of them.
    fn run_administration(
        &mut self,
        selector: [u8; 4],
        a: Arguments<'_>,
    ) -> Fallible<Option<Vec<u8>>> {
        match selector {
            V::approveCall::SELECTOR => {
                let owner = self.vm().msg_sender();
                self.approve(owner, a.address(0)?, a.number(1)?);
                return Ok(Some(boolean(true)));
            }
            V::setOperatorCall::SELECTOR => {
                let owner = self.vm().msg_sender();
                self.choose_operator(owner, a.address(0)?, a.boolean(1)?);
            }
            V::setPredictiveCall::SELECTOR => {
                self.choose_predictive(a.word(0)?, a.boolean(1)?)?;
            }
            V::setOperatorBySignatureCall::SELECTOR => {
                let (owner, operator, approved) = (a.address(0)?, a.address(1)?, a.boolean(2)?);
                self.choose_operator_signed(owner, operator, approved, a.number(3)?, a.bytes(4)?)?;
            }
            V::permit_0Call::SELECTOR => {
                // v, then r and s; as bytes r, s, v.
                let (v, r, s) = (a.number(4)?, a.word(5)?, a.word(6)?);
                let v = u8::try_from(v).map_err(|_| errors::refused())?;
                let signature = [r.as_slice(), s.as_slice(), &[v]].concat();
                let (owner, spender, value) = (a.address(0)?, a.address(1)?, a.number(2)?);
                self.permit(owner, spender, value, a.number(3)?, &signature)?;
            }
            V::permit_1Call::SELECTOR => {
                let (owner, spender, value) = (a.address(0)?, a.address(1)?, a.number(2)?);
                self.permit(owner, spender, value, a.number(3)?, a.bytes(4)?)?;
            }
            V::noncesCall::SELECTOR => return Ok(Some(number(self.nonce(a.address(0)?)))),
            V::DOMAIN_SEPARATORCall::SELECTOR => {
                return Ok(Some(number(self.domain_separator())));
            }
            V::setGuardianCall::SELECTOR => {
                self.configure_guardian(a.address(0)?, a.number(1)?, a.number(2)?)?;
            }
            V::pauseCall::SELECTOR => self.pause(Verb::of(a.number(0)?)?, a.number(1)?)?,
            V::unpauseCall::SELECTOR => self.unpause(Verb::of(a.number(0)?)?)?,
            V::setStewardCall::SELECTOR => self.name_steward(a.address(0)?)?,
            V::tightenCall::SELECTOR => self.tighten(a.address(0)?, a.number(1)?, a.number(2)?)?,
            V::setCollateralCall::SELECTOR => {
                let collateral = Collateral {
                    borrow_ltv: a.number(1)?,
                    liquidation_threshold: U256::ZERO,
                    threshold_min: a.number(2)?,
                    threshold_max: a.number(3)?,
                    penalty_min: a.number(4)?,
                    penalty_max: a.number(5)?,
                    lot_buffer: a.number(6)?,
                    beta: a.number(7)?,
                    amounts: Amounts {
                        tightening: 0,
                        index: 0,
                        total: U256::ZERO,
                        room_cap: a.number(9)?,
                    },
                };
                self.configure_collateral(a.address(0)?, &collateral, a.number(8)?)?;
            }
            V::setMarginCall::SELECTOR => {
                let rules = MarginRules {
                    opening_deviations: a.number(0)?,
                    opening_horizon: a.number(1)?.saturating_to::<u64>(),
                    threshold_deviations: a.number(2)?,
                    threshold_horizon: a.number(3)?.saturating_to::<u64>(),
                    soft_deviations: a.number(4)?,
                    soft_penalty: a.number(5)?,
                    slew: a.number(6)?,
                    volatility_min: a.number(7)?,
                };
                self.configure_margin(&rules, a.number(8)?)?;
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
            V::setFundTargetCall::SELECTOR => self.configure_fund_target(a.number(0)?)?,
            V::transferOwnershipCall::SELECTOR => self.offer_ownership(a.address(0)?)?,
            V::acceptOwnershipCall::SELECTOR => self.take_ownership()?,
            _ => return self.view_parameters(selector, a),
        }
        Ok(Some(Vec::new()))
    }
}
