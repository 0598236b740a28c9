//! A take by the insurance fund, which pays with vault shares. No token moves, so nobody outside the modules is called.

use alloy_primitives::U256;
use breakwater_interfaces::auction::ILiquidationAuction::NothingOwed;

use crate::{
    administration::NO_TAKE,
    errors::{error, Revert},
    storage::slot,
    LiquidationAuction,
};

/// What the fund gets and gives.
pub(crate) struct Absorbed {
    /// Collateral, base units of the token.
    pub(crate) lot_taken: U256,
    /// Paid on the claim, base units of the loan asset.
    pub(crate) paid: U256,
    /// Vault shares that the fund gave for it.
    pub(crate) shares_burned: U256,
    /// Vault shares that it has left above its minimum.
    pub(crate) shares_left: U256,
}

impl LiquidationAuction {
    pub(crate) fn absorb_lot(&mut self, id: U256, max_lot: U256) -> Result<Absorbed, Revert> {
        let fund = self.address_at(slot::FUND);
        let mut book = self.only(fund, NO_TAKE)?;
        let found = self.live_auction(id)?;
        let token = found.1.identity.token;
        // One call for the price and for whether the clock ran.
        let quote = self.oracle_quote(book.oracle, token)?;
        let order = [id, max_lot, U256::ZERO, U256::MAX];
        let purchase = self.purchase(&book, order, found, Some(quote.up_since))?;
        if purchase.auction.terms.of_fund {
            return Err(error::<NothingOwed>(&[id]));
        }
        let low = self.good_price(quote, token)?.low;
        let price = purchase.price;
        let sale = self.book_sale(&mut book, purchase, fund)?;
        // Only modules are called from here on, and they call nobody: the lock stays open.
        if sale.settlement.ended {
            self.set_word(slot::BOOK, book.pack());
        }
        // The vault holds the price against the low one: it knows the discount.
        let (shares_burned, shares_left) = self.vault_absorb(&sale, price, low)?;
        Ok(Absorbed {
            lot_taken: sale.lot_taken,
            paid: sale.settlement.payment,
            shares_burned,
            shares_left,
        })
    }
}
