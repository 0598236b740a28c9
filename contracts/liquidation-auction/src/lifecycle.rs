//! How an auction begins, begins again, and ends without a take.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::auction::ILiquidationAuction::{
    AmountTooLarge, ClaimNotPaid, CurveNotSet, Ended, MathOverflow, ResetNotNeeded, Restarted,
    Started, UnknownAuction, ZeroAmount,
};
use stylus_sdk::prelude::*;

use crate::{
    calls::Settlement,
    errors::{emit, error, word, Revert},
    pricing,
    state::{join_id, split_id, Auction, Book, Identity, TokenCurve},
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
        keeper: Address,
    ) -> Result<U256, Revert> {
        let mut book = self.only(self.vault.get())?;
        if lot.is_zero() || tab.is_zero() || price.is_zero() {
            return Err(error::<ZeroAmount>(&[]));
        }
        to_u128(lot)?;
        to_u128(tab)?;
        to_u128(debt)?;
        let (curve, top) = self.curve_and_top(token, price)?;

        let (slot, generation) = self.allocate(&mut book)?;
        let auction = Auction {
            account,
            identity: Identity {
                token,
                generation,
                started_at: self.vm().block_timestamp(),
                tail: curve.terms.tail,
                live: true,
            },
            lot,
            tab,
            debt,
            terms: curve.terms,
            top,
        };
        self.auctions.setter(U256::from(slot)).store(&auction);
        self.book.set(book.pack());

        let id = join_id(slot, generation);
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
                word(keeper),
            ],
        );
        Ok(id)
    }

    pub(crate) fn reset_auction(&mut self, id: U256, keeper: Address) -> Result<(), Revert> {
        self.unlocked_book()?;
        let (slot, mut auction) = self.live_auction(id)?;
        if !self.price_of(&auction).needs_reset {
            return Err(error::<ResetNotNeeded>(&[id]));
        }
        let token = auction.identity.token;
        let price = self.good_price(token)?;
        let (curve, top) = self.curve_and_top(token, price)?;
        auction.identity.started_at = self.vm().block_timestamp();
        auction.identity.tail = curve.terms.tail;
        auction.terms = curve.terms;
        auction.top = top;
        self.auctions.setter(slot).store_price(&auction);
        emit::<Restarted>(self.vm(), 1, &[id, top, price, word(keeper)]);
        Ok(())
    }

    pub(crate) fn close_auction(&mut self, id: U256) -> Result<(), Revert> {
        let mut book = self.unlocked_book()?;
        let (slot, auction) = self.live_auction(id)?;
        let outstanding = self.claim_limit(auction.account)?.outstanding;
        if !outstanding.is_zero() {
            return Err(error::<ClaimNotPaid>(&[id, outstanding]));
        }
        self.free(&mut book, slot, &auction);
        emit::<Ended>(
            self.vm(),
            2,
            &[id, auction.account.into(), auction.lot, auction.tab],
        );
        self.lock(book);
        self.settle(
            auction.account,
            auction.identity.token,
            &Settlement {
                payer: self.vm().msg_sender(),
                payment: U256::ZERO,
                tab_settled: auction.tab,
                debt_settled: auction.debt,
                lot_returned: auction.lot,
                ended: true,
            },
        )?;
        self.unlock(book);
        Ok(())
    }

    /// The slot's number and the auction of an id.
    #[inline(never)]
    pub(crate) fn live_auction(&self, id: U256) -> Result<(U256, Auction), Revert> {
        self.find(id).ok_or_else(|| error::<UnknownAuction>(&[id]))
    }

    /// The slot's number and the auction of an id, if it is live.
    #[inline(never)]
    pub(crate) fn find(&self, id: U256) -> Option<(U256, Auction)> {
        let (slot, generation) = split_id(id)?;
        let slot = U256::from(slot);
        let stored = self.auctions.getter(slot);
        let identity = stored.identity();
        if !identity.live || identity.generation != generation {
            return None;
        }
        Some((slot, stored.load_auction(identity)))
    }

    /// The curve of `token`, and where it starts if `price` is the oracle's (1e36 scale), rounded up.
    fn curve_and_top(&self, token: Address, price: U256) -> Result<(TokenCurve, U256), Revert> {
        let curve = TokenCurve::unpack(self.curves.get(word(token)));
        if curve.buffer == 0 {
            return Err(error::<CurveNotSet>(&[word(token)]));
        }
        let top = pricing::top(price, curve.buffer).ok_or_else(overflow)?;
        Ok((curve, top))
    }

    /// A free slot, or a new one, and the generation of the auction that goes there.
    fn allocate(&mut self, book: &mut Book) -> Result<(u32, u32), Revert> {
        book.live = book.live.checked_add(1).ok_or_else(overflow)?;
        if book.free == 0 {
            book.slots = book.slots.checked_add(1).ok_or_else(overflow)?;
            return Ok((book.slots, 0));
        }
        let slot = book.free;
        let (next, generation) = self.auctions.getter(U256::from(slot)).free_link();
        book.free = next;
        // A slot would have to be used four thousand million times for an id to come back.
        Ok((slot, generation.wrapping_add(1)))
    }

    /// Ends the auction in `slot`: one word written, the others stay for the next auction to overwrite.
    pub(crate) fn free(&mut self, book: &mut Book, slot: U256, auction: &Auction) {
        self.auctions
            .setter(slot)
            .store_free(auction.identity.generation, book.free);
        // Slots are numbered in 32 bits, and a live auction is counted.
        let [number, ..] = slot.into_limbs();
        book.free = number as u32;
        book.live = book.live.saturating_sub(1);
    }

    /// Writes the book with the lock set. Before the first outside call that can change anything.
    pub(crate) fn lock(&mut self, mut book: Book) {
        book.locked = true;
        self.book.set(book.pack());
    }

    /// Writes the book with the lock open. `book` is what [`Self::lock`] got: no verb ran in between.
    pub(crate) fn unlock(&mut self, mut book: Book) {
        book.locked = false;
        self.book.set(book.pack());
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
