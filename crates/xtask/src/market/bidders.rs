//! Two bidders, each with one rule.

use breakwater_tests::{external::IFlashTaker, AuctionStatus, U256};

use super::world::World;
use crate::error::Result;

/// Ada buys at this part of the oracle's price or less, in thousandths.
pub(crate) const ADA_PRICE: u64 = 990;
/// So does Bo.
pub(crate) const BO_PRICE: u64 = 970;
/// Ada sells what she has bought when this time has passed, seconds.
const ADA_HOLDS: u64 = 3_600;
/// Ada leaves lots alone while she has less than this, base units of the loan asset: 500 dollars.
const ADA_LEAST: u64 = 500_000_000;
/// Prices are times this.
const SCALE: u32 = 36;

impl World {
    /// Everybody looks at every auction once. Returns how many are live.
    pub(crate) fn bid(&mut self) -> Result<usize> {
        self.sell_inventory()?;
        for id in self.suite.active_auctions()? {
            let status = self.suite.auction_status(id)?;
            if status.needsReset {
                self.reset(id)?;
                continue;
            }
            if self.is_under(&status, ADA_PRICE) && self.ada_takes(id, &status)? {
                continue;
            }
            if self.is_under(&status, BO_PRICE) {
                self.bo_takes(id)?;
            }
        }
        Ok(self.suite.active_auctions()?.len())
    }

    /// Whether an auction's price is at most this part of the market's, in thousandths.
    pub(crate) fn is_under(&self, status: &AuctionStatus, thousandths: u64) -> bool {
        let market = self.scaled(self.latest_prices().answers, self.side(status.token));
        status.price.saturating_mul(U256::from(1_000))
            <= market.saturating_mul(U256::from(thousandths))
    }

    /// The whole lot, or what her money buys of it. True if the auction is over.
    pub(crate) fn ada_takes(&mut self, id: U256, status: &AuctionStatus) -> Result<bool> {
        let ada = self.ada;
        let mut quote = self.suite.quote(id, U256::MAX)?;
        if quote.lotTaken.is_zero() {
            // Nothing is owed any more: another lot has paid.
            self.close(id)?;
            return Ok(true);
        }
        let mut most = U256::MAX;
        if quote.payment > self.ada_funds {
            if self.ada_funds < U256::from(ADA_LEAST) {
                return Ok(false);
            }
            let scale = U256::from(10).pow(U256::from(SCALE));
            most = self.ada_funds.saturating_mul(scale) / status.price.max(U256::from(1));
            quote = self.suite.quote(id, most)?;
            if quote.lotTaken.is_zero() || quote.payment > self.ada_funds {
                return Ok(false);
            }
        }
        match self.suite.take(ada, id, most, status.price) {
            Ok((payment, receipt)) => {
                self.record("take", receipt.gas_used);
                self.ada_funds = self.ada_funds.saturating_sub(payment.paid);
            }
            Err(failure) => self.refuse("take", &failure),
        }
        Ok(!self.suite.auction_status(id)?.live)
    }

    /// Half of what is left, sold in the callback; the whole if half would leave dust. Returns what was paid.
    pub(crate) fn bo_takes(&mut self, id: U256) -> Result<U256> {
        let status = self.suite.auction_status(id)?;
        let half = status.lot / U256::from(2);
        let quote = self.suite.quote(id, half)?;
        let most = match quote.lotTaken.is_zero() {
            true => U256::MAX,
            false => half,
        };
        let quote = self.suite.quote(id, most)?;
        if quote.lotTaken.is_zero() {
            self.close(id)?;
            return Ok(U256::ZERO);
        }
        let (bo, contract) = (self.bo, self.bo_contract);
        let call = IFlashTaker::runCall {
            id,
            maxLot: most,
            minLot: U256::ZERO,
            maxPrice: status.price,
            minProfit: U256::ZERO,
        };
        match self.suite.send(bo, contract, &call) {
            Ok((_, receipt)) => {
                self.record("take with callback and sale", receipt.gas_used);
                Ok(quote.payment)
            }
            Err(failure) => {
                self.refuse("take with callback", &failure);
                Ok(U256::ZERO)
            }
        }
    }

    /// Ada turns what she has bought into money again.
    fn sell_inventory(&mut self) -> Result<()> {
        let now = self.suite.now();
        if now.saturating_sub(self.ada_sold_at) < ADA_HOLDS {
            return Ok(());
        }
        self.ada_sold_at = now;
        self.sell_all()
    }

    /// All that Ada holds, at the market's price.
    pub(crate) fn sell_all(&mut self) -> Result<()> {
        let ada = self.ada;
        for collateral in self.suite.collaterals {
            let amount = self.suite.balance_of(collateral.token, ada)?;
            if !amount.is_zero() {
                self.sell(ada, collateral.token, amount)?;
            }
        }
        let asset = self.suite.asset;
        self.ada_funds = self.suite.balance_of(asset, ada)?;
        Ok(())
    }
}
