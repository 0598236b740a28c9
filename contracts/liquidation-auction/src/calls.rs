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
    take::Sale,
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

/// What the adapter says of a token.
pub(crate) struct Quote {
    /// Price, 1e36 scale.
    pub(crate) mid: U256,
    /// The lowest that it may be taken for, 1e36 scale.
    pub(crate) low: U256,
    /// Annualised, WAD.
    pub(crate) volatility: U256,
    /// 0 if the price is good.
    pub(crate) status: U256,
    /// Since when the sequencer has been up, seconds; 0 without a feed, 2^64-1 while it is down.
    pub(crate) up_since: u64,
}

impl LiquidationAuction {
    pub(crate) fn claim_limit(&self, account: B256) -> Result<ClaimLimit, Revert> {
        let calldata = Calldata::new::<IVault::claimLimitCall>(1).word(account);
        let answer = static_call(self.vm(), self.vault_address(), &calldata)?;
        match (word_at(&answer, 0), word_at(&answer, 1)) {
            (Some(outstanding), Some(unassigned)) => Ok(ClaimLimit {
                outstanding,
                unassigned,
            }),
            // Not a vault's answer: neither a sale nor a return of the lot may follow from it.
            _ => Err(error::<InvalidAnswer>(&[word(self.vault_address())])),
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
        call(self.vm(), self.vault_address(), &calldata)?;
        Ok(())
    }

    /// Has the vault take the payment: the loan asset, or vault shares for a lot of the fund. With a receiver the vault sends what was sold of an
    /// account's lot first, in the same call.
    #[inline(never)]
    pub(crate) fn settle(&self, sale: &Sale, receiver: Option<Address>) -> Result<(), Revert> {
        let settlement = &sale.settlement;
        let calldata = if sale.of_fund {
            Calldata::new::<IVault::settleInventoryCall>(5)
                .address(sale.token)
                .address(settlement.payer)
                .number(sale.lot_taken)
                .number(settlement.payment)
                .number(settlement.lot_returned)
        } else {
            let selector = match receiver {
                Some(_) => IVault::deliverCall::SELECTOR,
                None => IVault::settleCall::SELECTOR,
            };
            let calldata = Calldata::with_selector(selector, 10)
                .word(sale.account)
                .address(sale.token)
                .address(settlement.payer)
                .number(settlement.payment)
                .number(settlement.tab_settled)
                .number(settlement.debt_settled)
                .number(settlement.lot_returned)
                .boolean(settlement.ended);
            match receiver {
                Some(receiver) => calldata.number(sale.lot_taken).address(receiver),
                None => calldata,
            }
        };
        call(self.vm(), self.vault_address(), &calldata)?;
        Ok(())
    }

    /// Has the vault move what was sold to the fund, for shares. Returns the shares burnt, and what the fund has left.
    pub(crate) fn vault_absorb(
        &self,
        sale: &Sale,
        price: U256,
        low: U256,
    ) -> Result<(U256, U256), Revert> {
        let vault = self.vault_address();
        let settlement = &sale.settlement;
        let calldata = Calldata::new::<IVault::absorbCall>(10)
            .word(sale.account)
            .address(sale.token)
            .number(sale.lot_taken)
            .number(settlement.payment)
            .number(settlement.tab_settled)
            .number(settlement.debt_settled)
            .number(settlement.lot_returned)
            .boolean(settlement.ended)
            .number(price)
            .number(low);
        let answer = call(self.vm(), vault, &calldata)?;
        match (word_at(&answer, 0), word_at(&answer, 1)) {
            (Some(shares_burned), Some(shares_left)) => Ok((shares_burned, shares_left)),
            _ => Err(error::<InvalidAnswer>(&[word(vault)])),
        }
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

    /// The adapter's quote of `token`, good or not, and since when the sequencer has been up.
    pub(crate) fn oracle_quote(&self, oracle: Address, token: Address) -> Result<Quote, Revert> {
        let calldata = Calldata::new::<IOracleAdapter::liveQuoteCall>(1).address(token);
        let answer = static_call(self.vm(), oracle, &calldata)?;
        match [0, 1, 2, 3, 4].map(|index| word_at(&answer, index)) {
            [Some(mid), Some(low), Some(volatility), Some(status), Some(up_since)] => Ok(Quote {
                mid,
                low,
                volatility,
                status: match status {
                    // A price of zero is no price.
                    U256::ZERO if mid.is_zero() => U256::from(Status::NoQuorum as u8),
                    status => status,
                },
                up_since: up_since.saturating_to(),
            }),
            _ => Err(error::<InvalidAnswer>(&[word(oracle)])),
        }
    }

    /// A quote, if its price is good.
    pub(crate) fn good_price(&self, quote: Quote, token: Address) -> Result<Quote, Revert> {
        if quote.status.is_zero() {
            return Ok(quote);
        }
        Err(error::<PriceNotOk>(&[word(token), quote.status]))
    }

    /// Since when the sequencer has been up, seconds; saturated while it is down, 0 if the adapter has no such view.
    ///
    /// A revert without data is taken for a missing function. Want of gas looks the same, but then a 64th of too little is
    /// left, with which no take comes to its end.
    pub(crate) fn sequencer_up_since(&self, oracle: Address) -> Result<u64, Revert> {
        let calldata = Calldata::new::<IOracleAdapter::sequencerUpSinceCall>(0);
        match static_call(self.vm(), oracle, &calldata) {
            Ok(answer) => word_at(&answer, 0)
                .map(|since| since.saturating_to())
                .ok_or_else(|| error::<InvalidAnswer>(&[word(oracle)])),
            Err(data) if data.is_empty() => Ok(0),
            Err(data) => Err(data),
        }
    }

    /// The vault's discount to the low price at which the fund takes lots, WAD.
    pub(crate) fn backstop_discount(&self) -> Result<U256, Revert> {
        let vault = self.vault_address();
        let answer = static_call(
            self.vm(),
            vault,
            &Calldata::new::<IVault::riskConfigCall>(0),
        )?;
        word_at(&answer, 3).ok_or_else(|| error::<InvalidAnswer>(&[word(vault)]))
    }
}
