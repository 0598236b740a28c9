//! From calldata to verbs, and from their results to return data.
//!
//! Written by hand: all arguments are single words, so one decoder serves all functions. The coders that `#[public]` generates, one
//! a signature, would take a third of the code size that a contract may have. Selectors are those of the `sol!` interface; a test
//! calls each function by its Solidity declaration.

use alloc::{vec, vec::Vec};

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::{
    fund::IInsuranceFund as F,
    outbound::{from_word, left_aligned, to_word, word_at},
};
use stylus_sdk::{
    abi::{Router, CONSTRUCTOR_SELECTOR},
    prelude::*,
    ArbResult,
};

use crate::{errors::Error, state::word_of, InsuranceFund};

impl Router<Self> for InsuranceFund {
    type Storage = Self;

    fn route(contract: &mut Self, selector: u32, input: &[u8]) -> Option<ArbResult> {
        contract.dispatch(selector, input).transpose()
    }

    /// The fund takes no ether.
    fn receive(_: &mut Self) -> Option<Result<(), Vec<u8>>> {
        None
    }

    fn fallback(_: &mut Self, _: &[u8]) -> Option<ArbResult> {
        None
    }

    fn constructor(contract: &mut Self, input: &[u8]) -> Option<ArbResult> {
        contract.dispatch(CONSTRUCTOR_SELECTOR, input).transpose()
    }
}

impl InsuranceFund {
    /// Return data of a function, or `None` if there is no such function. As in Solidity, ether or arguments that don't decode are an
    /// empty revert: no function was entered.
    fn dispatch(&mut self, selector: u32, input: &[u8]) -> Result<Option<Vec<u8>>, Vec<u8>> {
        self.deny_value("")?;
        let arguments = Arguments(input);
        match self.run(selector, arguments) {
            Ok(words) => Ok(words.map(|words| join(&words))),
            Err(Refusal::Calldata) => Err(Vec::new()),
            Err(Refusal::Verb(error)) => Err(error.into()),
        }
    }

    fn run(&mut self, selector: u32, a: Arguments<'_>) -> Result<Option<Vec<U256>>, Refusal> {
        let mut answer = vec![];
        let one = match selector.to_be_bytes() {
            F::nameCall::SELECTOR => {
                answer = text(&self.name());
                return Ok(Some(answer));
            }
            F::symbolCall::SELECTOR => {
                answer = text(&self.symbol());
                return Ok(Some(answer));
            }
            F::decimalsCall::SELECTOR => U256::from(self.decimals()?),
            F::totalSupplyCall::SELECTOR => self.total_supply(),
            F::balanceOfCall::SELECTOR => self.balance_of(a.address(0)?),
            F::allowanceCall::SELECTOR => self.allowance(a.address(0)?, a.address(1)?),
            F::transferCall::SELECTOR => flag(self.transfer(a.address(0)?, a.number(1)?)?),
            F::transferFromCall::SELECTOR => {
                let (from, to) = (a.address(0)?, a.address(1)?);
                flag(self.transfer_from(from, to, a.number(2)?)?)
            }
            F::approveCall::SELECTOR => flag(self.approve(a.address(0)?, a.number(1)?)?),
            F::assetCall::SELECTOR => word_of(self.asset()),
            F::totalAssetsCall::SELECTOR => self.total_assets()?,
            F::convertToSharesCall::SELECTOR | F::previewDepositCall::SELECTOR => {
                self.convert_to_shares(a.number(0)?)?
            }
            F::convertToAssetsCall::SELECTOR => self.convert_to_assets(a.number(0)?)?,
            F::maxDepositCall::SELECTOR => self.max_deposit(a.address(0)?)?,
            F::maxMintCall::SELECTOR => self.max_mint(a.address(0)?)?,
            F::maxWithdrawCall::SELECTOR => self.max_withdraw(a.address(0)?)?,
            F::maxRedeemCall::SELECTOR => self.max_redeem(a.address(0)?)?,
            F::previewMintCall::SELECTOR => self.preview_mint(a.number(0)?)?,
            F::previewWithdrawCall::SELECTOR | F::previewRedeemCall::SELECTOR => {
                self.preview_redeem(a.number(0)?)?
            }
            F::depositCall::SELECTOR => self.deposit(a.number(0)?, a.address(1)?)?,
            F::mintCall::SELECTOR => self.mint(a.number(0)?, a.address(1)?)?,
            F::withdrawCall::SELECTOR => {
                let (receiver, controller) = (a.address(1)?, a.address(2)?);
                self.withdraw(a.number(0)?, receiver, controller)?
            }
            F::redeemCall::SELECTOR => {
                let (receiver, controller) = (a.address(1)?, a.address(2)?);
                self.redeem(a.number(0)?, receiver, controller)?
            }
            F::redeemInKindCall::SELECTOR => {
                let (receiver, controller) = (a.address(1)?, a.address(2)?);
                self.redeem_in_kind(a.number(0)?, receiver, controller, a.number(3)?)?
            }
            F::requestRedeemCall::SELECTOR => {
                let (controller, owner) = (a.address(1)?, a.address(2)?);
                self.request_redeem(a.number(0)?, controller, owner)?
            }
            F::pendingRedeemRequestCall::SELECTOR => {
                self.pending_redeem_request(a.number(0)?, a.address(1)?)
            }
            F::claimableRedeemRequestCall::SELECTOR => {
                self.claimable_redeem_request(a.number(0)?, a.address(1)?)
            }
            F::cancelRedeemCall::SELECTOR => self.cancel_redeem(a.address(0)?)?,
            F::redeemRequestOfCall::SELECTOR => {
                let (shares, from, until) = self.redeem_request_of(a.address(0)?);
                answer.extend([shares, from]);
                until
            }
            F::setOperatorCall::SELECTOR => {
                let operator = a.address(0)?;
                flag(self.set_operator(operator, a.boolean(1)?))
            }
            F::isOperatorCall::SELECTOR => flag(self.is_operator(a.address(0)?, a.address(1)?)),
            F::shareCall::SELECTOR => word_of(self.share()),
            F::supportsInterfaceCall::SELECTOR => flag(self.supports_interface(a.selector(0)?)),
            F::coverCall::SELECTOR => self.cover()?,
            F::worthCall::SELECTOR => {
                let (high, low) = self.worth()?;
                answer.push(high);
                low
            }
            F::absorbCall::SELECTOR => {
                let (lot_taken, paid) = self.absorb(a.number(0)?, a.number(1)?)?;
                answer.push(lot_taken);
                paid
            }
            F::sellInventoryCall::SELECTOR => self.sell_inventory(a.address(0)?, a.number(1)?)?,
            F::absorbedSharesCall::SELECTOR => self.absorbed_shares()?,
            F::sampleWaitCall::SELECTOR => flag(self.sample_wait()?),
            F::longestWaitCall::SELECTOR => self.longest_wait(),
            F::cooldownCall::SELECTOR => self.cooldown(),
            F::windowCall::SELECTOR => self.window(),
            _ if selector == CONSTRUCTOR_SELECTOR => {
                self.constructor(a.address(0)?, a.number(1)?, a.number(2)?)?;
                return Ok(Some(answer));
            }
            _ => return Ok(None),
        };
        answer.push(one);
        Ok(Some(answer))
    }
}

/// Why a call fails.
enum Refusal {
    /// Its arguments can't be decoded.
    Calldata,
    /// The verb refuses it.
    Verb(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Verb(error)
    }
}

/// The arguments of a call, behind its selector.
#[derive(Clone, Copy)]
struct Arguments<'a>(&'a [u8]);

impl Arguments<'_> {
    #[inline(never)]
    fn number(self, index: usize) -> Result<U256, Refusal> {
        word_at(self.0, index).ok_or(Refusal::Calldata)
    }

    #[inline(never)]
    fn address(self, index: usize) -> Result<Address, Refusal> {
        let number = self.number(index)?;
        let [_, _, high, top] = number.into_limbs();
        if top != 0 || high >> 32 != 0 {
            return Err(Refusal::Calldata);
        }
        Ok(Address::from_word(to_word(number)))
    }

    fn boolean(self, index: usize) -> Result<bool, Refusal> {
        let number = self.number(index)?;
        if number > U256::ONE {
            return Err(Refusal::Calldata);
        }
        Ok(!number.is_zero())
    }

    /// A `bytes4`: the first four bytes of a word, and nothing behind them.
    fn selector(self, index: usize) -> Result<FixedBytes<4>, Refusal> {
        let word = to_word(self.number(index)?);
        let (first, rest) = word.0.split_first_chunk().ok_or(Refusal::Calldata)?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(Refusal::Calldata);
        }
        Ok(FixedBytes(*first))
    }
}

fn flag(value: bool) -> U256 {
    U256::from(u8::from(value))
}

/// A text of at most 32 bytes as return data.
fn text(value: &str) -> Vec<U256> {
    let word = left_aligned(value.as_bytes());
    vec![U256::from(32), U256::from(value.len()), from_word(word)]
}

#[inline(never)]
fn join(words: &[U256]) -> Vec<u8> {
    let mut data = Vec::with_capacity(words.len().saturating_mul(32));
    for word in words {
        data.extend_from_slice(to_word(*word).as_slice());
    }
    data
}
