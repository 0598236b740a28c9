//! The vault's first program: the verbs of lenders, borrowers and the auction. What it does not know it passes on.

use alloc::vec::Vec;
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault as V;
use stylus_sdk::{
    abi::{Router, CONSTRUCTOR_SELECTOR},
    prelude::*,
    ArbResult,
};

use crate::{
    arguments::{boolean, number, words, Arguments},
    errors::{self, Error, Fallible},
    settlement::Settlement,
    state::VaultState,
};

/// The vault.
#[cfg_attr(not(any(feature = "liquidation", feature = "extension")), entrypoint)]
#[storage]
pub struct Vault {
    /// All of the vault's words.
    pub state: VaultState,
}

#[cfg(any(feature = "liquidation", feature = "extension"))]
// SAFETY: as the entrypoint macro has it; in a build with another entrypoint this type is used by tests only.
unsafe impl TopLevelStorage for Vault {}

/// Selectors to verbs. Written by hand, on word-sized arguments: the derived router and its coders cost as much WASM as
/// all verbs together.
impl Router<Vault> for Vault {
    type Storage = Vault;

    fn route(vault: &mut Vault, selector: u32, input: &[u8]) -> Option<ArbResult> {
        vault
            .run(selector.to_be_bytes(), Arguments(input))
            .map_err(Error::into_data)
            .transpose()
    }

    fn receive(_: &mut Vault) -> Option<Result<(), Vec<u8>>> {
        None
    }

    /// Everything else is in the other programs, which run on the same storage.
    fn fallback(vault: &mut Vault, calldata: &[u8]) -> Option<ArbResult> {
        let program = vault.state.liquidation();
        Some(
            vault
                .state
                .delegate(program, calldata)
                .map_err(Error::into_data),
        )
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
    /// Deploys a market. The work is done by the extension, on this storage; its address is the seventh argument. See
    /// `VaultState::construct` for the arguments.
    fn construct(&mut self, input: &[u8]) -> Fallible<()> {
        let state = &mut self.state;
        // Once: the loan asset is never zero afterwards.
        if !state.asset().is_zero() {
            return Err(errors::not_authorized(state.vm().msg_sender()));
        }
        let extension = Arguments(input).address(6)?;
        let calldata = [CONSTRUCTOR_SELECTOR.to_be_bytes().as_slice(), input].concat();
        state.delegate(extension, &calldata)?;
        // A call to an address without code succeeds and leaves nothing behind.
        if state.asset().is_zero() {
            return Err(errors::zero_address());
        }
        Ok(())
    }

    /// Runs a verb of this program; none if the selector is not one of them.
    fn run(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let state = &mut self.state;
        let caller = state.vm().msg_sender();
        if !state.vm().msg_value().is_zero() {
            return Err(errors::refused());
        }
        let mut answer = Vec::new();
        match selector {
            V::totalSupplyCall::SELECTOR => answer = number(state.market().total_shares),
            V::balanceOfCall::SELECTOR => answer = number(state.balance(a.address(0)?)),
            V::transferCall::SELECTOR => {
                state.move_shares(caller, a.address(0)?, a.number(1)?)?;
                answer = boolean(true);
            }
            V::transferFromCall::SELECTOR => {
                let (from, value) = (a.address(0)?, a.number(2)?);
                state.spend_allowance(from, value)?;
                state.move_shares(from, a.address(1)?, value)?;
                answer = boolean(true);
            }
            V::approveCall::SELECTOR => {
                state.approve(a.address(0)?, a.number(1)?);
                answer = boolean(true);
            }
            V::depositCall::SELECTOR => {
                answer = number(state.enter_pool(a.number(0)?, true, a.address(1)?)?);
            }
            V::mintCall::SELECTOR => {
                answer = number(state.enter_pool(a.number(0)?, false, a.address(1)?)?);
            }
            V::withdrawCall::SELECTOR => {
                let (receiver, owner) = (a.address(1)?, a.address(2)?);
                answer = number(state.leave_pool(a.number(0)?, true, receiver, owner)?);
            }
            V::redeemCall::SELECTOR => {
                let (receiver, owner) = (a.address(1)?, a.address(2)?);
                answer = number(state.leave_pool(a.number(0)?, false, receiver, owner)?);
            }
            V::depositCollateralCall::SELECTOR => {
                state.deposit_collateral(a.word(0)?, a.address(1)?, a.number(2)?)?;
            }
            V::withdrawCollateralCall::SELECTOR => {
                let (token, amount) = (a.address(1)?, a.number(2)?);
                state.withdraw_collateral(a.word(0)?, token, amount, a.address(3)?)?;
            }
            V::borrowCall::SELECTOR => {
                answer = number(state.borrow(a.word(0)?, a.number(1)?, a.address(2)?)?);
            }
            V::repayCall::SELECTOR => answer = number(state.repay(a.word(0)?, a.number(1)?)?),
            V::releaseCall::SELECTOR => {
                let (token, amount) = (a.address(1)?, a.number(2)?);
                state.release(a.word(0)?, token, amount, a.address(3)?)?;
            }
            V::settleCall::SELECTOR => state.settle(&Settlement {
                account: a.word(0)?,
                token: a.address(1)?,
                payer: a.address(2)?,
                payment: a.number(3)?,
                tab_settled: a.number(4)?,
                debt_settled: a.number(5)?,
                lot_returned: a.number(6)?,
                ended: a.boolean(7)?,
            })?,
            V::repayClaimCall::SELECTOR => {
                answer = number(state.repay_claim(a.word(0)?, a.number(1)?)?);
            }
            V::accrueCall::SELECTOR => {
                let market = state.enter_accrued()?;
                state.store_and_leave(&market)?;
            }
            V::mintReserveCall::SELECTOR => {
                let mut market = state.enter_accrued()?;
                let shares = state.mint_reserve(&mut market)?;
                state.store_and_leave(&market)?;
                answer = number(shares);
            }
            V::claimLimitCall::SELECTOR => {
                let claim = state.claim(a.word(0)?);
                let outstanding = claim.claim.outstanding();
                answer = words(&[outstanding, outstanding.saturating_sub(claim.assigned)]);
            }
            _ => return Ok(None),
        }
        Ok(Some(answer))
    }
}
