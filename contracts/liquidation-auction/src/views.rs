//! What bots read.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

use crate::{
    errors::word,
    pricing::Price,
    state::{join_id, Auction, TokenCurve},
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
    /// Where the price of an auction stands now.
    pub(crate) fn price_of(&self, auction: &Auction) -> Price {
        // Time doesn't run backwards; if it did, the price would stand at the top.
        let elapsed = self
            .vm()
            .block_timestamp()
            .saturating_sub(auction.identity.started_at);
        auction.terms.price(auction.top, elapsed)
    }

    pub(crate) fn status(&self, id: U256) -> Status {
        let Some((_, auction)) = self.find(id) else {
            return Status::default();
        };
        let price = self.price_of(&auction);
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
            let identity = self.auctions.getter(U256::from(slot)).identity();
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

    pub(crate) fn curve_words(&self, token: Address) -> (u8, U256, U256, U256, U256) {
        let TokenCurve { buffer, terms } = TokenCurve::unpack(self.curves.get(word(token)));
        (
            terms.kind,
            U256::from(buffer),
            U256::from(terms.rate),
            U256::from(terms.tail),
            U256::from(terms.cusp),
        )
    }
}
