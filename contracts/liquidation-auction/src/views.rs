//! What bots read.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

use crate::{
    errors::Revert,
    pricing::Price,
    state::{join_id, Auction, Book, Identity},
    LiquidationAuction,
};

/// Most ids that one call of `active` returns.
const MAX_PAGE: usize = 256;

/// Live, needs reset, price, lot, tab, debt, account, token, start, top.
pub(crate) type Status = (
    bool,
    bool,
    U256,
    U256,
    U256,
    U256,
    B256,
    Address,
    U256,
    U256,
);

impl LiquidationAuction {
    /// Where the price of an auction stands now, and whether its clock ran all the time. `up_since` is since when the sequencer has been
    /// up, if the adapter has said so in this call.
    #[inline(never)]
    pub(crate) fn price_of(
        &self,
        book: &Book,
        auction: &Auction,
        up_since: Option<u64>,
    ) -> Result<Price, Revert> {
        let Identity {
            started_at, token, ..
        } = auction.identity;
        // Time doesn't run backwards; if it did, the price would stand at the top.
        let elapsed = self.vm().block_timestamp().saturating_sub(started_at);
        let mut price = auction.terms.price(auction.top, elapsed);
        if !price.needs_reset {
            // The token's own trip is in a word that need not be read as long as no token was tripped so late.
            // In the second of the start no outage can have passed: who liquidates and takes at once need not ask.
            price.needs_reset = (book.may_have_tripped_since(started_at)
                && self.load_terms(token).tripped_at >= started_at)
                || (elapsed != 0
                    && match up_since {
                        Some(since) => since,
                        None => self.sequencer_up_since(book.oracle)?,
                    } > started_at);
        }
        Ok(price)
    }

    /// The same for views: where the adapter fails, nothing can be bought.
    pub(crate) fn shown_price(&self, book: &Book, auction: &Auction) -> Price {
        self.price_of(book, auction, None).unwrap_or(Price {
            now: U256::ZERO,
            needs_reset: true,
        })
    }

    pub(crate) fn status(&self, id: U256) -> Status {
        let Some((_, auction)) = self.find(id) else {
            return Status::default();
        };
        let price = self.shown_price(&self.load_book(), &auction);
        (
            true,
            price.needs_reset,
            price.now,
            auction.lot,
            auction.tab,
            auction.debt,
            auction.account,
            auction.identity.token,
            U256::from(auction.identity.started_at),
            auction.top,
        )
    }

    /// Walks all slots, one word each: an auction's start and end then need no list of live ones. The number of slots is the
    /// highest number of auctions that ever ran at once.
    pub(crate) fn active_ids(&self, offset: U256, limit: U256) -> Vec<U256> {
        let limit = usize::try_from(limit).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let mut skip = u32::try_from(offset).unwrap_or(u32::MAX);
        let mut ids = Vec::new();
        for slot in 1..=self.load_book().slots {
            if ids.len() >= limit {
                break;
            }
            let identity = self.load_identity(self.auction_base(slot));
            if !identity.live {
                continue;
            }
            match skip.checked_sub(1) {
                Some(rest) => skip = rest,
                None => ids.push(join_id(slot, identity.generation)),
            }
        }
        ids
    }

    #[allow(clippy::type_complexity)]
    pub(crate) fn curve_words(
        &self,
        token: Address,
        of_fund: bool,
    ) -> (u8, U256, U256, U256, U256, U256, U256, U256) {
        let curve = self.load_curve(token, of_fund);
        (
            curve.kind,
            U256::from(curve.buffer),
            U256::from(curve.rate),
            U256::from(curve.scale.step),
            U256::from(curve.scale.floor),
            U256::from(curve.scale.cap),
            U256::from(curve.tail),
            U256::from(curve.cusp),
        )
    }
}
