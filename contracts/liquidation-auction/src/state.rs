//! What is stored, and how it is packed into words.
//!
//! Words are packed by 64-bit limbs, least significant first, so that unpacking is a copy or a shift.

use alloy_primitives::{Address, B256, U256};

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
pub(crate) const CUSP_BITS: u32 = 60;
pub(crate) const CUSP_MASK: u64 = (1 << CUSP_BITS) - 1;

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
    pub(crate) fn pack_free(generation: u32, next: u32) -> U256 {
        U256::from_limbs([u64::from(next), 0, u64::from(generation) << 32, 0])
    }
}

/// How a price falls; it is good until `tail` or under `cusp`, whichever comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// 0 linear, 1 exponential, 2 stairstep.
    pub(crate) kind: u8,
    /// Linear: seconds to zero. Exponential: factor a second, WAD. Stairstep: factor a step, WAD.
    pub(crate) rate: u64,
    /// Stairstep: seconds of a step.
    pub(crate) step: u32,
    /// Seconds for which the price is good.
    pub(crate) tail: u64,
    /// Part of the top under which the price is not good any more, WAD.
    pub(crate) cusp: u64,
    /// Whether the lot is the fund's.
    pub(crate) of_fund: bool,
}

/// Kind and owner of a lot in four bits: this one says that it is the fund's.
pub(crate) const OF_FUND: u8 = 8;

/// The curve of a token, and when it was tripped.
///
/// First word: `buffer` in limb 0, `rate` in 1, `cusp` in 2; in limb 3 `tail` (22 bits), `kind` (2 bits), `tripped_at` (40 bits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenCurve {
    /// Top over oracle price, WAD; zero if no curve is set.
    pub(crate) buffer: u64,
    /// As in `setCurve`.
    pub(crate) kind: u8,
    /// As in `setCurve`.
    pub(crate) rate: u64,
    /// Seconds for which a price is good.
    pub(crate) tail: u64,
    /// Part of the top under which a price is not good any more, WAD.
    pub(crate) cusp: u64,
    /// When the token was tripped last, seconds; 0: never.
    pub(crate) tripped_at: u64,
    /// What some kinds need besides.
    pub(crate) scale: Scale,
}

/// Parameters of the stairstep and of the volatility-scaled curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scale {
    /// Least decay a second, WAD.
    pub(crate) floor: u64,
    /// Greatest decay a second, WAD.
    pub(crate) cap: u64,
    /// Seconds of a step.
    pub(crate) step: u32,
}

const KIND_SHIFT: u32 = 22;
const TRIPPED_SHIFT: u32 = 24;

impl TokenCurve {
    /// The first word.
    pub(crate) fn pack(&self) -> U256 {
        let last = (self.tail & TAIL_MASK)
            | (u64::from(self.kind & 3) << KIND_SHIFT)
            | (self.tripped_at << TRIPPED_SHIFT);
        U256::from_limbs([self.buffer, self.rate, self.cusp, last])
    }

    /// From the first word; the scale is none.
    pub(crate) fn unpack(word: U256) -> Self {
        let [buffer, rate, cusp, last] = word.into_limbs();
        Self {
            buffer,
            kind: (last >> KIND_SHIFT) as u8 & 3,
            rate,
            tail: last & TAIL_MASK,
            cusp,
            tripped_at: last >> TRIPPED_SHIFT,
            scale: Scale::default(),
        }
    }
}

const BOOK_MASK: u64 = 0xff_ffff;
/// Most slots: they are counted in 24 bits.
pub(crate) const MAX_SLOTS: u32 = 0xff_ffff;
/// Greatest dust limit: 96 bits.
pub(crate) const MAX_DUST: u128 = (1 << 96) - 1;

/// What concerns all auctions, in two words that hold an address each besides (160 bits): every verb that reads the figures calls one of
/// the two.
///
/// Above the vault's address: the dust limit (96 bits). Above the oracle's: free slot, number of slots, number of live auctions (24
/// bits each), stop level (2), lock (1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Book {
    /// The oracle adapter.
    pub(crate) oracle: Address,
    /// Head of the list of free slots; 0: none.
    pub(crate) free: u32,
    /// Slots ever used; they are numbered from 1.
    pub(crate) slots: u32,
    /// Auctions that run.
    pub(crate) live: u32,
    /// What is stopped: 0 nothing, 1 start, 2 reset too, 3 take too.
    pub(crate) stop: u8,
    /// Whether a verb that calls outside is under way.
    pub(crate) locked: bool,
}

impl Book {
    /// The packed word.
    pub(crate) fn pack(self) -> U256 {
        let [l0, l1, l2, _] = address_word(self.oracle).into_limbs();
        let (free, slots, live) = (
            u64::from(self.free),
            u64::from(self.slots),
            u64::from(self.live),
        );
        // 96 bits: 32 in limb 2, 64 in limb 3.
        let low = free | (slots << 24);
        let high = (low >> 32)
            | (live << 16)
            | (u64::from(self.stop) << 40)
            | (u64::from(self.locked) << 42);
        U256::from_limbs([l0, l1, l2 | (low << 32), high])
    }

    /// From the packed word.
    pub(crate) fn unpack(word: U256) -> Self {
        let [_, _, l2, high] = word.into_limbs();
        let low = (l2 >> 32) | (high << 32);
        Self {
            oracle: word_address(word),
            free: (low & BOOK_MASK) as u32,
            slots: ((low >> 24) & BOOK_MASK) as u32,
            live: ((high >> 16) & BOOK_MASK) as u32,
            stop: (high >> 40) as u8 & 3,
            locked: high & (1 << 42) != 0,
        }
    }
}

/// The vault's address, and the dust limit in base units of the loan asset above it.
pub(crate) fn pack_vault(vault: Address, dust: u128) -> U256 {
    let [l0, l1, l2, _] = address_word(vault).into_limbs();
    U256::from_limbs([l0, l1, l2 | ((dust as u64) << 32), (dust >> 32) as u64])
}

/// The vault's address and the dust limit.
pub(crate) fn unpack_vault(word: U256) -> (Address, U256) {
    let [_, _, l2, l3] = word.into_limbs();
    let dust = U256::from_limbs([(l2 >> 32) | (l3 << 32), l3 >> 32, 0, 0]);
    (word_address(word), dust)
}

/// An address as a number.
pub(crate) fn address_word(address: Address) -> U256 {
    U256::from_be_bytes(address.into_word().0)
}

/// The address in the low 160 bits.
pub(crate) fn word_address(word: U256) -> Address {
    Address::from_word(B256::from(word))
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
    /// Price at the start, 1e36 scale, below 2^192.
    pub(crate) top: U256,
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
                oracle: Address::repeat_byte(0x0c),
                free: MAX_SLOTS - 1,
                slots: MAX_SLOTS - 2,
                live: MAX_SLOTS - 4,
                stop: 3,
                locked: live,
            };
            assert_eq!(Book::unpack(book.pack()), book);
        }
        for kind in 0..=3 {
            let curve = TokenCurve {
                buffer: 2_000_000_000_000_000_000,
                kind,
                rate: u64::MAX - 9,
                tail: 30 * 86_400,
                cusp: 999_999_999_999_999_998,
                tripped_at: START_MASK - 11,
                scale: Scale::default(),
            };
            assert_eq!(TokenCurve::unpack(curve.pack()), curve);
        }
        let vault = Address::repeat_byte(0x7a);
        for dust in [0, 1, MAX_DUST - 5, MAX_DUST] {
            let word = pack_vault(vault, dust);
            assert_eq!(unpack_vault(word), (vault, U256::from(dust)));
        }
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
