//! `take` of one or several, and `quote`, which says what it would do.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::auction::ILiquidationAuction::{
    CallbackFailed, DeadlinePassed, Ended, InvalidReceiver, LotBelowMinimum, NeedsReset,
    NothingOwed, PriceAboveMaximum, Taken, ZeroAddress,
};
use breakwater_risk::take::Slice;
use stylus_sdk::prelude::*;

use crate::{
    administration::NO_TAKE,
    calls::Settlement,
    errors::{emit, error, word, Revert},
    lifecycle::overflow,
    pricing,
    state::{Auction, Book},
    storage::slot,
    LiquidationAuction,
};

/// What a lot of the fund may raise: more than any does.
const UNLIMITED: U256 = U256::from_limbs([u64::MAX, u64::MAX, 0, 0]);

/// A take that can be carried out, and what it is of.
pub(crate) struct Purchase {
    id: U256,
    /// Where the auction's words are.
    base: U256,
    pub(crate) auction: Auction,
    /// 1e36 scale.
    pub(crate) price: U256,
    offer: Offer,
}

/// A take as the books have it: what is left to do is to deliver and to be paid.
pub(crate) struct Sale {
    pub(crate) account: B256,
    pub(crate) token: Address,
    /// Whether the lot is the fund's, so that vault shares pay for it.
    pub(crate) of_fund: bool,
    /// Collateral to be delivered.
    pub(crate) lot_taken: U256,
    /// What the vault is told when it is paid.
    pub(crate) settlement: Settlement,
}

/// What a take buys.
struct Offer {
    /// What all lots of the account together may still raise by this auction, in base units of the loan asset.
    limit: U256,
    slice: Slice,
}

impl LiquidationAuction {
    pub(crate) fn take_lot(
        &mut self,
        id: U256,
        max_lot: U256,
        min_lot: U256,
        max_price: U256,
        deadline: U256,
        receiver: Address,
        data: &[u8],
    ) -> Result<(U256, U256), Revert> {
        let book = self.open_for_takes(deadline)?;
        let purchase = self.prepare(&book, [id, max_lot, min_lot, max_price])?;
        let Slice { lot_taken, payment } = purchase.offer.slice;
        self.carry_out(book, purchase, receiver, data)?;
        Ok((lot_taken, payment))
    }

    pub(crate) fn take_lots(
        &mut self,
        orders: &[[U256; 4]],
        deadline: U256,
        receiver: Address,
        data: &[u8],
    ) -> Result<(U256, U256), Revert> {
        let mut book = self.open_for_takes(deadline)?;
        let (mut taken, mut paid) = (U256::ZERO, U256::ZERO);
        for order in orders {
            // Nothing has been done for an order that is refused here.
            let Ok(purchase) = self.prepare(&book, *order) else {
                continue;
            };
            taken = taken.saturating_add(U256::ONE);
            paid = paid.saturating_add(purchase.offer.slice.payment);
            book = self.carry_out(book, purchase, receiver, data)?;
        }
        Ok((taken, paid))
    }

    /// The book, if something may be taken until `deadline`.
    fn open_for_takes(&self, deadline: U256) -> Result<Book, Revert> {
        let book = self.open_book(NO_TAKE)?;
        let now = U256::from(self.vm().block_timestamp());
        if now > deadline {
            return Err(error::<DeadlinePassed>(&[deadline, now]));
        }
        Ok(book)
    }

    /// What an order (id, most, least, highest price) buys now. Changes nothing.
    #[inline(never)]
    fn prepare(&self, book: &Book, order: [U256; 4]) -> Result<Purchase, Revert> {
        let [id, ..] = order;
        let found = self.live_auction(id)?;
        self.purchase(book, order, found, None)
    }

    /// The same of the auction `found`, as [`Self::live_auction`] has it. `up_since` is as in [`Self::price_of`].
    #[inline(never)]
    pub(crate) fn purchase(
        &self,
        book: &Book,
        order: [U256; 4],
        found: (U256, Auction),
        up_since: Option<u64>,
    ) -> Result<Purchase, Revert> {
        let [id, max_lot, min_lot, max_price] = order;
        let (base, auction) = found;
        let price = self.price_of(book, &auction, up_since)?;
        if price.needs_reset {
            return Err(error::<NeedsReset>(&[id]));
        }
        let price = price.now;
        if price > max_price {
            return Err(error::<PriceAboveMaximum>(&[price, max_price]));
        }
        let offer = self.offer(id, &auction, price, max_lot)?;
        if offer.slice.lot_taken < min_lot {
            return Err(error::<LotBelowMinimum>(&[offer.slice.lot_taken, min_lot]));
        }
        Ok(Purchase {
            id,
            base,
            auction,
            price,
            offer,
        })
    }

    /// Delivers, calls back and has the payment pulled. Returns the book as it is then.
    #[inline(never)]
    fn carry_out(
        &mut self,
        mut book: Book,
        purchase: Purchase,
        receiver: Address,
        data: &[u8],
    ) -> Result<Book, Revert> {
        let (id, token) = (purchase.id, purchase.auction.identity.token);
        self.check_receiver(book.oracle, receiver, token)?;
        // Between delivery and payment the fund has neither: nobody may come to it then at what it seems to be worth.
        if purchase.auction.terms.of_fund && !data.is_empty() {
            return Err(error::<CallbackFailed>(&[word(receiver)]));
        }
        // The books are final from here on, before anybody is called.
        let sale = self.book_sale(&mut book, purchase, receiver)?;
        self.lock(book);
        if data.is_empty() && !sale.of_fund {
            self.settle(&sale, Some(receiver))?;
        } else {
            self.release(sale.account, token, sale.lot_taken, receiver)?;
            if !data.is_empty() {
                let payment = sale.settlement.payment;
                self.call_back(id, token, sale.lot_taken, payment, receiver, data)?;
            }
            self.settle(&sale, None)?;
        }
        self.unlock(book);
        Ok(book)
    }

    /// Writes a take into the books, but for `book`, and logs it.
    #[inline(never)]
    pub(crate) fn book_sale(
        &mut self,
        book: &mut Book,
        purchase: Purchase,
        receiver: Address,
    ) -> Result<Sale, Revert> {
        let Purchase {
            id,
            base,
            mut auction,
            price,
            offer: Offer { limit, slice },
        } = purchase;
        let Slice { lot_taken, payment } = slice;
        let account = auction.account;
        // lot_taken <= lot and tab_settled <= tab, so nothing saturates.
        let mut tab_settled = payment.min(auction.tab);
        let mut debt_settled =
            pricing::debt_share(auction.debt, tab_settled, auction.tab).ok_or_else(overflow)?;
        auction.lot = auction.lot.saturating_sub(lot_taken);
        auction.tab = auction.tab.saturating_sub(tab_settled);
        auction.debt = auction.debt.saturating_sub(debt_settled);
        let ended = auction.lot.is_zero() || payment >= limit;
        emit::<Taken>(
            self.vm(),
            3,
            &[
                id,
                account.into(),
                word(self.vm().msg_sender()),
                word(receiver),
                lot_taken,
                payment,
                price,
                auction.lot,
                auction.tab,
            ],
        );
        let mut lot_returned = U256::ZERO;
        if ended {
            // What is left of the tab is nobody's to raise any more, and its room is free.
            lot_returned = auction.lot;
            tab_settled = tab_settled.saturating_add(auction.tab);
            debt_settled = debt_settled.saturating_add(auction.debt);
            self.free(book, id, base, &auction);
            emit::<Ended>(
                self.vm(),
                2,
                &[id, account.into(), lot_returned, auction.tab],
            );
        } else {
            self.store_amounts(base, &auction)?;
        }
        Ok(Sale {
            account,
            token: auction.identity.token,
            of_fund: auction.terms.of_fund,
            lot_taken,
            settlement: Settlement {
                payer: self.vm().msg_sender(),
                payment,
                tab_settled,
                debt_settled,
                lot_returned,
                ended,
            },
        })
    }

    /// What `take(id, maxLot, 0, 2^256-1, now, ..)` would do, by the same steps.
    pub(crate) fn quote_lot(&self, id: U256, max_lot: U256) -> (U256, U256, U256) {
        let book = self.load_book();
        let nothing = (U256::ZERO, U256::ZERO);
        let Some((_, auction)) = self.find(id) else {
            return (nothing.0, nothing.1, U256::ZERO);
        };
        let price = self.shown_price(&book, &auction);
        let mut bought = nothing;
        if !price.needs_reset && book.stop < NO_TAKE {
            if let Ok(offer) = self.offer(id, &auction, price.now, max_lot) {
                bought = (offer.slice.lot_taken, offer.slice.payment);
            }
        }
        (bought.0, bought.1, price.now)
    }

    /// What of the lot at most `max_lot` would be, at `price`.
    #[inline(never)]
    fn offer(
        &self,
        id: U256,
        auction: &Auction,
        price: U256,
        max_lot: U256,
    ) -> Result<Offer, Revert> {
        let limit = if auction.terms.of_fund {
            UNLIMITED
        } else {
            let claim = self.claim_limit(auction.account)?;
            // The lot also pays for what other lots of the account failed to raise, but for no more than is owed.
            auction
                .tab
                .saturating_add(claim.unassigned)
                .min(claim.outstanding)
        };
        if limit.is_zero() {
            return Err(error::<NothingOwed>(&[id]));
        }
        let (_, dust) = self.vault_and_dust();
        let slice = pricing::slice(auction.lot, limit, price, max_lot, dust)?;
        Ok(Offer { limit, slice })
    }

    /// A receiver that is a part of the system would be given collateral that it doesn't know of, and would be called with the
    /// auction as the caller.
    fn check_receiver(
        &self,
        oracle: Address,
        receiver: Address,
        token: Address,
    ) -> Result<(), Revert> {
        if receiver.is_zero() {
            return Err(error::<ZeroAddress>(&[]));
        }
        // No module takes from an auction, so a caller that receives is none of them: two words need not be read.
        if receiver == token
            || (receiver != self.vm().msg_sender()
                && [
                    self.vm().contract_address(),
                    self.vault_address(),
                    oracle,
                    self.address_at(slot::FUND),
                    self.address_at(slot::ASSET),
                ]
                .contains(&receiver))
        {
            return Err(error::<InvalidReceiver>(&[word(receiver)]));
        }
        Ok(())
    }
}
