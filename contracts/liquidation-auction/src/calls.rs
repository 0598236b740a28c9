//! The calls to other modules and to the receiver of a take. Their failures are passed on unchanged, but for the receiver's.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::{
    auction::{
        IAuctionTaker,
        ILiquidationAuction::{CallbackFailed, InvalidAnswer, PriceNotOk},
    },
    oracle::{IOracleAdapter, Status},
    outbound::{call, static_call, word_at, Calldata},
    vault::IVault,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{error, word, Revert},
    LiquidationAuction,
};

/// What the vault lets an auction of an account raise, in base units of the loan asset.
pub(crate) struct ClaimLimit {
    /// What is still owed.
    pub(crate) outstanding: U256,
    /// The part of it that no live auction asks for.
    pub(crate) unassigned: U256,
}

/// What a vault tells of an auction when a lot was paid for, or handed back.
pub(crate) struct Settlement {
    pub(crate) payer: Address,
    pub(crate) payment: U256,
    pub(crate) tab_settled: U256,
    pub(crate) debt_settled: U256,
    pub(crate) lot_returned: U256,
    pub(crate) ended: bool,
}

impl LiquidationAuction {
    pub(crate) fn claim_limit(&self, account: B256) -> Result<ClaimLimit, Revert> {
        let calldata = Calldata::new::<IVault::claimLimitCall>(1).word(account);
        let answer = static_call(self.vm(), self.vault.get(), &calldata)?;
        match (word_at(&answer, 0), word_at(&answer, 1)) {
            (Some(outstanding), Some(unassigned)) => Ok(ClaimLimit {
                outstanding,
                unassigned,
            }),
            // Not a vault's answer: neither a sale nor a return of the lot may follow from it.
            _ => Err(error::<InvalidAnswer>(&[word(self.vault.get())])),
        }
    }

    pub(crate) fn release(
        &self,
        account: B256,
        token: Address,
        amount: U256,
        receiver: Address,
    ) -> Result<(), Revert> {
        let calldata = Calldata::new::<IVault::releaseCall>(4)
            .word(account)
            .address(token)
            .number(amount)
            .address(receiver);
        call(self.vm(), self.vault.get(), &calldata)?;
        Ok(())
    }

    pub(crate) fn settle(
        &self,
        account: B256,
        token: Address,
        settlement: &Settlement,
    ) -> Result<(), Revert> {
        let calldata = Calldata::new::<IVault::settleCall>(8)
            .word(account)
            .address(token)
            .address(settlement.payer)
            .number(settlement.payment)
            .number(settlement.tab_settled)
            .number(settlement.debt_settled)
            .number(settlement.lot_returned)
            .boolean(settlement.ended);
        call(self.vm(), self.vault.get(), &calldata)?;
        Ok(())
    }

    /// Calls `onAuctionTake` on the receiver, which has the collateral by now.
    pub(crate) fn call_back(
        &self,
        id: U256,
        token: Address,
        lot_taken: U256,
        payment: U256,
        receiver: Address,
        data: &[u8],
    ) -> Result<(), Revert> {
        let selector = IAuctionTaker::onAuctionTakeCall::SELECTOR;
        let calldata = Calldata::with_selector(selector, data.len().div_ceil(32).saturating_add(7))
            .number(id)
            .address(self.vm().msg_sender())
            .address(token)
            .number(lot_taken)
            .number(payment)
            .trailing_bytes(5, data);
        let mut expected = B256::ZERO;
        for (byte, value) in expected.0.iter_mut().zip(selector) {
            *byte = value;
        }
        match call(self.vm(), receiver, &calldata) {
            Ok(answer) if word_at(&answer, 0) == Some(expected.into()) => Ok(()),
            _ => Err(error::<CallbackFailed>(&[word(receiver)])),
        }
    }

    /// The adapter's price of `token`, if it is good.
    pub(crate) fn good_price(&self, token: Address) -> Result<U256, Revert> {
        let calldata = Calldata::new::<IOracleAdapter::quotesCall>(3)
            .number(U256::from(32))
            .number(U256::from(1))
            .address(token);
        let answer = static_call(self.vm(), self.oracle.get(), &calldata)?;
        // Offset, length, then one quote: mid, low, volatility, status.
        let status = match (word_at(&answer, 2), word_at(&answer, 5)) {
            (Some(mid), Some(U256::ZERO)) if !mid.is_zero() => return Ok(mid),
            (Some(_), Some(status)) if !status.is_zero() => status,
            // A price of zero is no price.
            (Some(_), Some(_)) => U256::from(Status::NoQuorum as u8),
            _ => return Err(error::<InvalidAnswer>(&[word(self.oracle.get())])),
        };
        Err(error::<PriceNotOk>(&[word(token), status]))
    }
}
