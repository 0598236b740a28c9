//! The vault's first program: the verbs that cost somebody gas every day. What it does not know it passes to the extension.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::vault::IVault as V;
use stylus_sdk::{abi::Router, prelude::*, ArbResult};

use crate::{
    arguments::{boolean, number, words, Arguments},
    errors::{self, Fallible},
    state::{Risk, VaultState},
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
            .transpose()
    }

    fn receive(_: &mut Vault) -> Option<Result<(), Vec<u8>>> {
        None
    }

    /// Everything else is in the other programs, which run on the same storage.
    fn fallback(vault: &mut Vault, calldata: &[u8]) -> Option<ArbResult> {
        let program = vault.state.liquidation();
        Some(vault.state.delegate(program, calldata))
    }

    fn constructor(vault: &mut Vault, input: &[u8]) -> Option<ArbResult> {
        Some(vault.construct(Arguments(input)).map(|()| Vec::new()))
    }
}

impl Vault {
    /// Deploys a market: `constructor(address asset, uint8 decimals, address oracle, address auction, address fund, address
    /// liquidation, address extension, address owner, string name, string symbol)`, names of at most 31 bytes. All partners are known
    /// beforehand (their addresses follow from their code), so there is no initialiser to guard. The owner sets parameters
    /// before the first deposit: caps start at zero.
    fn construct(&mut self, a: Arguments<'_>) -> Fallible<()> {
        let state = &mut self.state;
        // Once: the loan asset is never zero afterwards.
        if !state.asset().is_zero() {
            return Err(errors::not_authorized(state.vm().msg_sender()));
        }
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
        state.set_identity(partners, decimals.saturating_to::<u8>(), names);
        state.set_owner(owner);
        state.set_risk(&Risk {
            target_health: U256::from(1_100_000_000_000_000_000u64),
            backstop_discount: U256::ZERO,
            reserve_factor: U256::ZERO,
            cap_period: 3600,
            cool_off: 0,
        });
        // Interest is counted from here on.
        let mut market = state.enter()?;
        market.last_accrual = state.now();
        state.store_and_leave(&market)?;
        state.emit(&V::OwnershipTransferred {
            previousOwner: Address::ZERO,
            newOwner: owner,
        });
        Ok(())
    }

    /// Runs a verb of this program; none if the selector is not one of them.
    fn run(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        let state = &mut self.state;
        let caller = state.vm().msg_sender();
        if !state.vm().msg_value().is_zero() {
            return Err(Vec::new());
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
