//! How an auction begins, begins again, and ends without a take.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::auction::ILiquidationAuction::{
    AmountTooLarge, Cancelled, ClaimNotPaid, CurveNotSet, Ended, MathOverflow, ResetNotNeeded,
    Restarted, Started, UnknownAuction, ZeroAmount,
};
use stylus_sdk::prelude::*;

use crate::{
    administration::{ALWAYS, NO_RESET, NO_START},
    calls::Settlement,
    errors::{emit, error, word, Revert},
    pricing,
    state::{join_id, split_id, Auction, Book, Identity, Terms, GENERATION_MASK, MAX_SLOTS},
    storage::slot,
    take::Sale,
    LiquidationAuction,
};

impl LiquidationAuction {
    pub(crate) fn start_auction(
        &mut self,
        account: B256,
        token: Address,
        lot: U256,
        tab: U256,
        debt: U256,
        price: U256,
        volatility: U256,
        keeper: Address,
    ) -> Result<U256, Revert> {
        let mut book = self.only(self.vault_address(), NO_START)?;
        if lot.is_zero() || price.is_zero() {
            return Err(error::<ZeroAmount>(&[]));
        }
        to_u128(lot)?;
        to_u128(tab)?;
        to_u128(debt)?;
        // Nobody owes anything for a lot of the fund.
        let (terms, top) = self.terms_and_top(token, price, volatility, tab.is_zero())?;

        let (number, base, generation) = self.allocate(&mut book)?;
        let auction = Auction {
            account,
            identity: Identity {
                token,
                generation,
                started_at: self.vm().block_timestamp(),
                tail: terms.tail,
                step: terms.step,
                kind: terms.kind,
                of_fund: terms.of_fund,
                live: true,
            },
            lot,
            tab,
            debt,
            terms,
            top,
        };
        self.store_auction(base, &auction)?;
        self.set_word(slot::BOOK, book.pack());

        let id = join_id(number, generation);
        emit::<Started>(
            self.vm(),
            3,
            &[
                id,
                account.into(),
                word(token),
                lot,
                tab,
                debt,
                top,
                price,
                U256::from(terms.rate),
                word(keeper),
            ],
        );
        Ok(id)
    }

    pub(crate) fn reset_auction(&mut self, id: U256, keeper: Address) -> Result<(), Revert> {
        let book = self.open_book(NO_RESET)?;
        let (base, mut auction) = self.live_auction(id)?;
        let token = auction.identity.token;
        let quote = self.oracle_quote(book.oracle, token)?;
        let price = self.price_of(&book, &auction, Some(quote.up_since))?;
        if !price.needs_reset {
            return Err(error::<ResetNotNeeded>(&[id]));
        }
        let quote = self.good_price(quote, token)?;
        let (terms, top) =
            self.terms_and_top(token, quote.mid, quote.volatility, auction.terms.of_fund)?;
        auction
            .identity
            .restart(self.vm().block_timestamp(), &terms);
        auction.terms = terms;
        auction.top = top;
        self.store_price(base, &auction)?;
        emit::<Restarted>(
            self.vm(),
            1,
            &[id, top, quote.mid, U256::from(terms.rate), word(keeper)],
        );
        Ok(())
    }

    pub(crate) fn close_auction(&mut self, id: U256) -> Result<(), Revert> {
        let book = self.open_book(ALWAYS)?;
        let (base, auction) = self.live_auction(id)?;
        let outstanding = self.claim_limit(auction.account)?.outstanding;
        // Nobody owes anything for a lot of the fund.
        if !outstanding.is_zero() || auction.terms.of_fund {
            return Err(error::<ClaimNotPaid>(&[id, outstanding]));
        }
        self.return_lot(book, id, base, &auction)
    }

    pub(crate) fn cancel_auction(&mut self, id: U256) -> Result<(), Revert> {
        let book = self.only(self.owner(), ALWAYS)?;
        let (base, auction) = self.live_auction(id)?;
        emit::<Cancelled>(self.vm(), 1, &[id]);
        self.return_lot(book, id, base, &auction)
    }

    /// Ends an auction without a sale: the lot goes back to the account, the tab is nobody's to raise any more.
    fn return_lot(
        &mut self,
        mut book: Book,
        id: U256,
        base: U256,
        auction: &Auction,
    ) -> Result<(), Revert> {
        self.free(&mut book, id, base, auction);
        emit::<Ended>(
            self.vm(),
            2,
            &[id, auction.account.into(), auction.lot, auction.tab],
        );
        self.lock(book);
        let sale = Sale {
            account: auction.account,
            token: auction.identity.token,
            of_fund: auction.terms.of_fund,
            lot_taken: U256::ZERO,
            settlement: Settlement {
                payer: self.vm().msg_sender(),
                payment: U256::ZERO,
                tab_settled: auction.tab,
                debt_settled: auction.debt,
                lot_returned: auction.lot,
                ended: true,
            },
        };
        self.settle(&sale, None)?;
        self.unlock(book);
        Ok(())
    }

    /// Where the words of an auction are, and the auction.
    #[inline(never)]
    pub(crate) fn live_auction(&self, id: U256) -> Result<(U256, Auction), Revert> {
        self.find(id).ok_or_else(|| error::<UnknownAuction>(&[id]))
    }

    /// The same, if it is live.
    #[inline(never)]
    pub(crate) fn find(&self, id: U256) -> Option<(U256, Auction)> {
        let (number, generation) = split_id(id)?;
        let base = self.auction_base(number);
        let identity = self.load_identity(base);
        if !identity.live || identity.generation != generation {
            return None;
        }
        Some((base, self.load_auction(base, identity)))
    }

    /// How the price of `token` falls in a lot of the fund or of an account, and where it starts if `price` is the oracle's, rounded up.
    fn terms_and_top(
        &self,
        token: Address,
        price: U256,
        volatility: U256,
        of_fund: bool,
    ) -> Result<(Terms, U256), Revert> {
        let curve = self.load_curve(token, of_fund);
        if curve.buffer == 0 {
            return Err(error::<CurveNotSet>(&[word(token)]));
        }
        let top = pricing::top(price, curve.buffer).ok_or_else(overflow)?;
        let mut terms = curve.terms(volatility);
        terms.of_fund = of_fund;
        Ok((terms, top))
    }

    /// Number and words of a free slot, or a new one, and the generation of the auction that goes there.
    fn allocate(&mut self, book: &mut Book) -> Result<(u32, U256, u32), Revert> {
        book.live = book.live.saturating_add(1);
        if book.free == 0 {
            // At most as many as are live.
            book.slots = book.slots.saturating_add(1);
            if book.slots > MAX_SLOTS {
                return Err(overflow());
            }
            return Ok((book.slots, self.auction_base(book.slots), 0));
        }
        let number = book.free;
        let base = self.auction_base(number);
        let (next, generation) = self.free_link(base);
        book.free = next;
        // A slot would have to be used sixteen million times for an id to come back.
        Ok((number, base, generation.wrapping_add(1) & GENERATION_MASK))
    }

    /// Ends the auction `id`: one word written, the others stay for the next auction to overwrite.
    pub(crate) fn free(&mut self, book: &mut Book, id: U256, base: U256, auction: &Auction) {
        self.store_free(base, auction.identity.generation, book.free);
        // The slot's number is the low half of the id.
        let [number, ..] = id.into_limbs();
        book.free = number as u32;
        book.live = book.live.saturating_sub(1);
    }

    /// Writes the book with the lock set. Before the first outside call that can change anything.
    pub(crate) fn lock(&mut self, mut book: Book) {
        book.locked = true;
        self.set_word(slot::BOOK, book.pack());
    }

    /// Writes the book with the lock open. `book` is what [`Self::lock`] got: no verb ran in between.
    pub(crate) fn unlock(&mut self, mut book: Book) {
        book.locked = false;
        self.set_word(slot::BOOK, book.pack());
    }
}

/// `MathOverflow()`.
#[inline(never)]
pub(crate) fn overflow() -> Revert {
    error::<MathOverflow>(&[])
}

/// An amount as it is stored.
pub(crate) fn to_u128(amount: U256) -> Result<u128, Revert> {
    u128::try_from(amount).map_err(|_| error::<AmountTooLarge>(&[amount]))
}
