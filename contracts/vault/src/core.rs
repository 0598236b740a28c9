//! The vault's first program: the verbs of lenders and borrowers, and of sales. For all others it knows which program has them.
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]

use alloc::vec::Vec;
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault as V;
use stylus_sdk::{
    abi::{Router, CONSTRUCTOR_SELECTOR},
    prelude::*,
    ArbResult,
};

use crate::{
    arguments::{boolean, number, words, Arguments},
    borrower::Action,
    errors::{self, Error, Fallible},
    sale::Settlement,
    state::VaultState,
};

/// What the program for liquidation has.
const LIQUIDATION: [[u8; 4]; 2] = [
    V::liquidateCall::SELECTOR,
    V::checkLiquidationCall::SELECTOR,
];
/// What the program for claims has.
const SETTLEMENT: [[u8; 4]; 4] = [
    V::absorbCall::SELECTOR,
    V::repayClaimCall::SELECTOR,
    V::mintReserveCall::SELECTOR,
    V::accrueCall::SELECTOR,
];
/// What the program for the fund's collateral has; and upkeep by anybody.
const INVENTORY: [[u8; 4]; 6] = [
    V::sellInventoryCall::SELECTOR,
    V::settleInventoryCall::SELECTOR,
    V::withdrawInventoryCall::SELECTOR,
    V::waterfallCall::SELECTOR,
    V::updateDeleveragingCall::SELECTOR,
    V::updateMarginCall::SELECTOR,
];
/// What the program for administration and rights has.
const ADMINISTRATION: [[u8; 4]; 31] = [
    V::approveCall::SELECTOR,
    V::setOperatorCall::SELECTOR,
    V::setPredictiveCall::SELECTOR,
    V::setOperatorBySignatureCall::SELECTOR,
    V::permit_0Call::SELECTOR,
    V::permit_1Call::SELECTOR,
    V::noncesCall::SELECTOR,
    V::DOMAIN_SEPARATORCall::SELECTOR,
    V::setGuardianCall::SELECTOR,
    V::pauseCall::SELECTOR,
    V::unpauseCall::SELECTOR,
    V::setStewardCall::SELECTOR,
    V::tightenCall::SELECTOR,
    V::stewardshipCall::SELECTOR,
    V::setCollateralCall::SELECTOR,
    V::setMarginCall::SELECTOR,
    V::setRiskCall::SELECTOR,
    V::setRewardCall::SELECTOR,
    V::setFeesCall::SELECTOR,
    V::setSupplyCapCall::SELECTOR,
    V::setFundTargetCall::SELECTOR,
    V::transferOwnershipCall::SELECTOR,
    V::acceptOwnershipCall::SELECTOR,
    V::pausedUntilCall::SELECTOR,
    V::guardianConfigCall::SELECTOR,
    V::marginConfigCall::SELECTOR,
    V::collateralConfigCall::SELECTOR,
    V::riskConfigCall::SELECTOR,
    V::modulesCall::SELECTOR,
    V::ownerCall::SELECTOR,
    V::pendingOwnerCall::SELECTOR,
];

/// The vault.
#[cfg_attr(
    not(any(
        feature = "liquidation",
        feature = "settlement",
        feature = "administration",
        feature = "views",
        feature = "inventory"
    )),
    entrypoint
)]
#[storage]
pub struct Vault {
    /// All of the vault's words.
    pub state: VaultState,
}

#[cfg(any(
    feature = "liquidation",
    feature = "settlement",
    feature = "administration",
    feature = "views",
    feature = "inventory"
))]
// SAFETY: as the entrypoint macro has it; in a build with another entrypoint this type is used by tests only.
unsafe impl TopLevelStorage for Vault {}

/// Selectors to verbs. Written by hand, on word-sized arguments: the derived router and its coders cost as much WASM as
/// all verbs together.
impl Router<Vault> for Vault {
    type Storage = Vault;

    fn route(vault: &mut Vault, selector: u32, input: &[u8]) -> Option<ArbResult> {
        vault
            .state
            .run_program(selector, input, VaultState::run_core)
    }

    fn receive(_: &mut Vault) -> Option<Result<(), Vec<u8>>> {
        None
    }

    /// Everything else is in one of the other programs, which run on the same storage: one delegate call.
    fn fallback(vault: &mut Vault, calldata: &[u8]) -> Option<ArbResult> {
        let program = vault.state.program_of(*calldata.first_chunk()?);
        // Before the constructor has run there are no programs, and a call to nobody would succeed.
        if program.is_zero() {
            return None;
        }
        let outcome = vault.state.delegate(program, calldata);
        Some(outcome.map_err(Error::into_data))
    }

    fn constructor(vault: &mut Vault, input: &[u8]) -> Option<ArbResult> {
        Some(
            vault
                .construct(input)
                .map(|()| Vec::new())
                .map_err(Error::into_data),
        )
    }
}

impl Vault {
    /// Deploys a market. The work is done by the program for administration, on this storage; its address is the eighth
    /// argument. See `VaultState::construct` for the arguments.
    fn construct(&mut self, input: &[u8]) -> Fallible<()> {
        let state = &mut self.state;
        // Once: the loan asset is never zero afterwards.
        if !state.asset().is_zero() {
            return Err(errors::not_authorized(state.vm().msg_sender()));
        }
        let program = Arguments(input).address(7)?;
        let calldata = [CONSTRUCTOR_SELECTOR.to_be_bytes().as_slice(), input].concat();
        state.delegate(program, &calldata)?;
        // A call to an address without code succeeds and leaves nothing behind.
        if state.asset().is_zero() {
            return Err(errors::zero_address());
        }
        Ok(())
    }
}

/// What a verb of borrowers does, as actions.
fn actions(selector: [u8; 4], a: Arguments<'_>) -> Fallible<Vec<Action>> {
    let action = match selector {
        V::depositCollateralCall::SELECTOR => Action::deposit(a.address(1)?, a.number(2)?),
        V::withdrawCollateralCall::SELECTOR => {
            Action::withdraw(a.address(1)?, a.number(2)?, a.address(3)?)
        }
        V::borrowCall::SELECTOR => Action::borrow(a.number(1)?, a.address(2)?),
        V::repayCall::SELECTOR => Action::repay(a.number(1)?),
        _ => return Action::decode(a.bytes(1)?),
    };
    Ok(vec![action])
}

impl VaultState {
    /// The program that a selector which is not the core's belongs to. Views are all the rest: a selector that nobody knows
    /// ends there, in a revert without data.
    fn program_of(&self, selector: [u8; 4]) -> Address {
        if LIQUIDATION.contains(&selector) {
            self.liquidation()
        } else if SETTLEMENT.contains(&selector) {
            self.settlement()
        } else if INVENTORY.contains(&selector) {
            self.inventory_program()
        } else if ADMINISTRATION.contains(&selector) {
            self.administration()
        } else {
            self.views()
        }
    }

    /// Runs a verb of this program; none if the selector is not one of them.
    fn run_core(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let caller = self.vm().msg_sender();
        let mut answer = Vec::new();
        match selector {
            V::totalSupplyCall::SELECTOR => answer = number(self.market().total_shares),
            V::balanceOfCall::SELECTOR => answer = number(self.balance(a.address(0)?)),
            V::transferCall::SELECTOR => {
                self.move_shares(caller, a.address(0)?, a.number(1)?)?;
                answer = boolean(true);
            }
            V::transferFromCall::SELECTOR => {
                let (from, value) = (a.address(0)?, a.number(2)?);
                self.spend_allowance(from, value)?;
                self.move_shares(from, a.address(1)?, value)?;
                answer = boolean(true);
            }
            V::depositCall::SELECTOR | V::mintCall::SELECTOR => {
                let in_assets = selector == V::depositCall::SELECTOR;
                answer = number(self.enter_pool(a.number(0)?, in_assets, a.address(1)?)?);
            }
            V::withdrawCall::SELECTOR | V::redeemCall::SELECTOR => {
                let in_assets = selector == V::withdrawCall::SELECTOR;
                let (receiver, owner) = (a.address(1)?, a.address(2)?);
                answer = number(self.leave_pool(a.number(0)?, in_assets, receiver, owner)?);
            }
            V::depositCollateralCall::SELECTOR
            | V::withdrawCollateralCall::SELECTOR
            | V::borrowCall::SELECTOR
            | V::repayCall::SELECTOR
            | V::executeCall::SELECTOR => {
                let has_figure =
                    selector == V::borrowCall::SELECTOR || selector == V::repayCall::SELECTOR;
                let figure = self.perform(a.word(0)?, &actions(selector, a)?)?;
                if has_figure {
                    answer = number(figure);
                }
            }
            // ----- what the auction calls -----
            V::claimLimitCall::SELECTOR => {
                let claim = self.claim(a.word(0)?);
                let outstanding = claim.claim.outstanding();
                answer = words(&[outstanding, outstanding.saturating_sub(claim.assigned)]);
            }
            V::releaseCall::SELECTOR => {
                let (token, amount) = (a.address(1)?, a.number(2)?);
                self.release(a.word(0)?, token, amount, a.address(3)?)?;
            }
            V::settleCall::SELECTOR | V::deliverCall::SELECTOR => {
                let settlement = Settlement {
                    account: a.word(0)?,
                    token: a.address(1)?,
                    payer: a.address(2)?,
                    payment: a.number(3)?,
                    tab_settled: a.number(4)?,
                    debt_settled: a.number(5)?,
                    lot_returned: a.number(6)?,
                    ended: a.boolean(7)?,
                };
                let sold = if selector == V::deliverCall::SELECTOR {
                    Some((a.number(8)?, a.address(9)?))
                } else {
                    None
                };
                self.settle(&settlement, sold)?;
            }
            _ => return Ok(None),
        }
        Ok(Some(answer))
    }
}
