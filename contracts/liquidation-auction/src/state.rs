//! What is stored, and how it is packed into words. Each word is read once and written once a call.
//!
//! Words are packed by 64-bit limbs, least significant first, so that unpacking is a copy or a shift.

use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{prelude::*, storage::*};

/// One auction: five words, overwritten by the next auction in the same slot and never zeroed.
#[storage]
pub struct AuctionSlot {
    /// The account of the vault whose collateral is for sale.
    account: StorageB256,
    /// [`Identity`].
    identity: StorageU256,
    /// Limbs 0, 1: lot left, in base units of the token. Limbs 2, 3: tab left, in base units of the loan asset.
    amounts: StorageU256,
    /// Limbs 0, 1: debt left, in base units of the loan asset. Limb 2: the curve's rate. Limb 3: cusp (60 bits) and kind.
    terms: StorageU256,
    /// Price at the start, 1e36 scale.
    top: StorageU256,
}

/// Which auction is in a slot and since when.
///
/// Limbs 0, 1 and half of 2: the token, or while the slot is free the next free slot. Then generation (32 bits); start (40
/// bits, seconds), tail (22 bits, seconds), live (1 bit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The token for sale.
    pub(crate) token: Address,
    /// How often the slot had been used before.
    pub(crate) generation: u32,
    /// When the price was at the top, seconds.
    pub(crate) started_at: u64,
    /// Seconds for which the price is good.
    pub(crate) tail: u64,
    /// Whether the auction runs.
    pub(crate) live: bool,
}

const U32_MASK: u64 = 0xffff_ffff;
const START_BITS: u32 = 40;
const START_MASK: u64 = (1 << START_BITS) - 1;
const TAIL_MASK: u64 = (1 << 22) - 1;
const LIVE_BIT: u64 = 1 << 62;
const CUSP_BITS: u32 = 60;
const CUSP_MASK: u64 = (1 << CUSP_BITS) - 1;

impl Identity {
    /// The packed word.
    pub(crate) fn pack(self) -> U256 {
        let [l0, l1, l2, _] = U256::from_be_bytes(self.token.into_word().0).into_limbs();
        let mut schedule = (self.started_at & START_MASK) | ((self.tail & TAIL_MASK) << START_BITS);
        if self.live {
            schedule |= LIVE_BIT;
        }
        U256::from_limbs([l0, l1, l2 | (u64::from(self.generation) << 32), schedule])
    }

    /// From the packed word.
    pub(crate) fn unpack(word: U256) -> Self {
        let [l0, l1, l2, schedule] = word.into_limbs();
        let token = U256::from_limbs([l0, l1, l2 & U32_MASK, 0]);
        Self {
            token: Address::from_word(B256::from(token)),
            generation: (l2 >> 32) as u32,
            started_at: schedule & START_MASK,
            tail: (schedule >> START_BITS) & TAIL_MASK,
            live: schedule & LIVE_BIT != 0,
        }
    }

    /// The packed word of a free slot: the generation stays, the next free slot stands in the token's place.
    fn pack_free(generation: u32, next: u32) -> U256 {
        U256::from_limbs([u64::from(next), 0, u64::from(generation) << 32, 0])
    }
}

/// How a price falls: `kind` and `rate` as in `setCurve`; it is good until `tail` or under `cusp`, whichever comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// 0 linear, 1 exponential.
    pub(crate) kind: u8,
    /// Linear: seconds to zero. Exponential: factor a second, WAD.
    pub(crate) rate: u64,
    /// Seconds for which the price is good.
    pub(crate) tail: u64,
    /// Part of the top under which the price is not good any more, WAD.
    pub(crate) cusp: u64,
}

/// The curve of a token: one word. `buffer` in limb 0, `rate` in 1, `cusp` in 2, `tail` and `kind` in 3. Zero if not set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenCurve {
    /// Top over oracle price, WAD; zero if no curve is set.
    pub(crate) buffer: u64,
    /// What an auction started now gets.
    pub(crate) terms: Terms,
}

impl TokenCurve {
    /// The packed word.
    pub(crate) fn pack(self) -> U256 {
        let Terms {
            kind,
            rate,
            tail,
            cusp,
        } = self.terms;
        U256::from_limbs([
            self.buffer,
            rate,
            cusp,
            (tail & U32_MASK) | (u64::from(kind) << 32),
        ])
    }

    /// From the packed word.
    pub(crate) fn unpack(word: U256) -> Self {
        let [buffer, rate, cusp, last] = word.into_limbs();
        Self {
            buffer,
            terms: Terms {
                kind: (last >> 32) as u8,
                rate,
                tail: last & U32_MASK,
                cusp,
            },
        }
    }
}

/// What concerns all auctions: one word. Dust in limbs 0 and 1, first free slot and number of slots in 2, number of live
/// auctions and the lock in 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Book {
    /// Smallest remainder of an auction, in base units of the loan asset.
    pub(crate) dust: u128,
    /// Head of the list of free slots; 0: none.
    pub(crate) free: u32,
    /// Slots ever used; they are numbered from 1.
    pub(crate) slots: u32,
    /// Auctions that run.
    pub(crate) live: u32,
    /// Whether a verb that calls outside is under way.
    pub(crate) locked: bool,
}

impl Book {
    /// The packed word.
    pub(crate) fn pack(self) -> U256 {
        let [l0, l1, ..] = U256::from(self.dust).into_limbs();
        U256::from_limbs([
            l0,
            l1,
            u64::from(self.free) | (u64::from(self.slots) << 32),
            u64::from(self.live) | (u64::from(self.locked) << 32),
        ])
    }

    /// From the packed word.
    pub(crate) fn unpack(word: U256) -> Self {
        let [l0, l1, l2, l3] = word.into_limbs();
        Self {
            dust: u128::from(l0) | (u128::from(l1) << 64),
            free: l2 as u32,
            slots: (l2 >> 32) as u32,
            live: l3 as u32,
            locked: l3 >> 32 != 0,
        }
    }
}

/// A live auction, unpacked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Auction {
    /// The account of the vault whose collateral is for sale.
    pub(crate) account: B256,
    /// What is for sale, since when.
    pub(crate) identity: Identity,
    /// Lot left, in base units of the token.
    pub(crate) lot: U256,
    /// What is left to be raised, in base units of the loan asset.
    pub(crate) tab: U256,
    /// The part of the tab that is debt: what the vault counts as debt for sale.
    pub(crate) debt: U256,
    /// The curve as it was when the price started; a change of the token's curve doesn't move a running price.
    pub(crate) terms: Terms,
    /// Price at the start, 1e36 scale.
    pub(crate) top: U256,
}

impl AuctionSlot {
    /// Which auction was in the slot last.
    pub(crate) fn identity(&self) -> Identity {
        Identity::unpack(self.identity.get())
    }

    /// The next in the list of free slots, and the generation of the last auction in this one.
    pub(crate) fn free_link(&self) -> (u32, u32) {
        let [next, _, generation, _] = self.identity.get().into_limbs();
        (next as u32, (generation >> 32) as u32)
    }

    /// The rest of the auction that `identity` was read from.
    pub(crate) fn load_auction(&self, identity: Identity) -> Auction {
        let [lot0, lot1, tab0, tab1] = self.amounts.get().into_limbs();
        let [debt0, debt1, rate, last] = self.terms.get().into_limbs();
        Auction {
            account: self.account.get(),
            identity,
            lot: U256::from_limbs([lot0, lot1, 0, 0]),
            tab: U256::from_limbs([tab0, tab1, 0, 0]),
            debt: U256::from_limbs([debt0, debt1, 0, 0]),
            terms: Terms {
                kind: (last >> CUSP_BITS) as u8,
                rate,
                tail: identity.tail,
                cusp: last & CUSP_MASK,
            },
            top: self.top.get(),
        }
    }

    /// Writes all of an auction. Amounts are below 2^128, as `start` checks.
    pub(crate) fn store(&mut self, auction: &Auction) {
        self.account.set(auction.account);
        self.store_price(auction);
        self.store_amounts(auction);
    }

    /// Writes what a reset changes (and, in the same words, what it doesn't).
    pub(crate) fn store_price(&mut self, auction: &Auction) {
        self.identity.set(auction.identity.pack());
        self.top.set(auction.top);
        self.store_terms(auction);
    }

    /// Writes what a take changes.
    pub(crate) fn store_amounts(&mut self, auction: &Auction) {
        let [lot0, lot1, ..] = auction.lot.into_limbs();
        let [tab0, tab1, ..] = auction.tab.into_limbs();
        self.amounts.set(U256::from_limbs([lot0, lot1, tab0, tab1]));
        self.store_terms(auction);
    }

    fn store_terms(&mut self, auction: &Auction) {
        let [debt0, debt1, ..] = auction.debt.into_limbs();
        let Terms {
            kind, rate, cusp, ..
        } = auction.terms;
        let last = (cusp & CUSP_MASK) | (u64::from(kind) << CUSP_BITS);
        self.terms.set(U256::from_limbs([debt0, debt1, rate, last]));
    }

    /// Puts the slot in front of the list of free ones.
    pub(crate) fn store_free(&mut self, generation: u32, next: u32) {
        self.identity.set(Identity::pack_free(generation, next));
    }
}

/// Slot and generation of an auction's id, if it can be one.
pub(crate) fn split_id(id: U256) -> Option<(u32, u32)> {
    let [low, rest @ ..] = id.into_limbs();
    (rest == [0, 0, 0]).then_some((low as u32, (low >> 32) as u32))
}

/// `generation << 32 | slot`. Never 0: slots are numbered from 1.
pub(crate) fn join_id(slot: u32, generation: u32) -> U256 {
    U256::from((u64::from(generation) << 32) | u64::from(slot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_words_unpack_to_what_was_packed() {
        for live in [false, true] {
            let identity = Identity {
                token: Address::repeat_byte(0xa7),
                generation: u32::MAX - 3,
                started_at: START_MASK - 5,
                tail: 30 * 86_400,
                live,
            };
            assert_eq!(Identity::unpack(identity.pack()), identity);
            let book = Book {
                dust: u128::MAX - 17,
                free: u32::MAX - 1,
                slots: u32::MAX - 2,
                live: u32::MAX - 4,
                locked: live,
            };
            assert_eq!(Book::unpack(book.pack()), book);
        }
        let curve = TokenCurve {
            buffer: 2_000_000_000_000_000_000,
            terms: Terms {
                kind: 1,
                rate: 999_999_999_999_999_999,
                tail: 30 * 86_400,
                cusp: 999_999_999_999_999_998,
            },
        };
        assert_eq!(TokenCurve::unpack(curve.pack()), curve);
    }

    #[test]
    fn an_id_splits_into_its_parts_and_is_never_zero() {
        for (slot, generation) in [(1, 0), (u32::MAX, u32::MAX), (7, 1)] {
            let id = join_id(slot, generation);
            assert_ne!(id, U256::ZERO);
            assert_eq!(split_id(id), Some((slot, generation)));
        }
        assert_eq!(split_id(U256::from(1) << 64), None);
        assert_eq!(split_id(U256::MAX), None);
    }
}
