//! What is stored, and how it is packed into words.
//!
//! Words are packed by 64-bit limbs, least significant first, so that unpacking is a copy or a shift.

use alloy_primitives::{Address, B256, U256};

use crate::errors::word;

/// Which auction is in a slot, since when, and the small figures of its curve.
///
/// The low 160 bits: the token, or while the slot is free the next free slot. Then generation (24 bits), start (33 bits, seconds), whether
/// the lot is the fund's (1 bit), tail (22 bits, seconds), step (12 bits, seconds), kind (2 bits), live (1 bit), and a bit that is always set: the word of a slot that was
/// used is never zero, so the next auction does not pay for a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The token for sale.
    pub(crate) token: Address,
    /// How often the slot had been used before.
    pub(crate) generation: u32,
    /// When the price was at the top, seconds.
    pub(crate) started_at: u64,
    /// As in [`Terms`].
    pub(crate) tail: u64,
    /// As in [`Terms`].
    pub(crate) step: u32,
    /// As in [`Terms`].
    pub(crate) kind: u8,
    /// As in [`Terms`].
    pub(crate) of_fund: bool,
    /// Whether the auction runs.
    pub(crate) live: bool,
}

/// Generations are counted modulo this plus one.
pub(crate) const GENERATION_MASK: u32 = 0xff_ffff;
const START_SHIFT: u32 = 24;
/// Until the year 2242.
const START_MASK: u64 = (1 << 33) - 1;
const FUND_SHIFT: u32 = 57;
const TAIL_SHIFT: u32 = 58;
const TAIL_MASK: u64 = (1 << 22) - 1;
const STEP_SHIFT: u32 = 80;
const STEP_MASK: u32 = 0xfff;
const KIND_SHIFT: u32 = 92;
const LIVE_BIT: u128 = 1 << 94;
const USED_BIT: u128 = 1 << 95;
/// Bits above 64 of each amount in an auction's word of amounts.
pub(crate) const AMOUNT_BITS: u32 = 11;
/// Place of the cusp, in billionths, in the last limb of that word.
pub(crate) const CUSP_SHIFT: u32 = 33;
pub(crate) const CUSP_MASK: u64 = (1 << 30) - 1;
/// A billionth, WAD.
pub(crate) const BILLIONTH: u64 = 1_000_000_000;
/// Bit of that limb that is set if the word above counts.
pub(crate) const ABOVE_BIT: u64 = 1 << 63;

/// 160 bits and the 96 above them.
fn join(low: U256, high: u128) -> U256 {
    let [l0, l1, l2, _] = low.into_limbs();
    U256::from_limbs([l0, l1, l2 | ((high as u64) << 32), (high >> 32) as u64])
}

/// The 96 bits above 160.
fn above_address(word: U256) -> u128 {
    let [_, _, l2, l3] = word.into_limbs();
    u128::from(l2 >> 32) | (u128::from(l3) << 32)
}

impl Identity {
    /// The packed word.
    pub(crate) fn pack(self) -> U256 {
        let mut high = USED_BIT
            | u128::from(self.generation & GENERATION_MASK)
            | (u128::from(self.started_at & START_MASK) << START_SHIFT)
            | (u128::from(self.of_fund) << FUND_SHIFT)
            | (u128::from(self.tail & TAIL_MASK) << TAIL_SHIFT)
            | (u128::from(self.step & STEP_MASK) << STEP_SHIFT)
            | (u128::from(self.kind & 3) << KIND_SHIFT);
        if self.live {
            high |= LIVE_BIT;
        }
        join(word(self.token), high)
    }

    /// From the packed word.
    pub(crate) fn unpack(word: U256) -> Self {
        let high = above_address(word);
        Self {
            token: word_address(word),
            generation: high as u32 & GENERATION_MASK,
            started_at: (high >> START_SHIFT) as u64 & START_MASK,
            tail: (high >> TAIL_SHIFT) as u64 & TAIL_MASK,
            step: (high >> STEP_SHIFT) as u32 & STEP_MASK,
            kind: (high >> KIND_SHIFT) as u8 & 3,
            of_fund: high & (1 << FUND_SHIFT) != 0,
            live: high & LIVE_BIT != 0,
        }
    }

    /// The price is at the top now, and falls by `terms`.
    pub(crate) fn restart(&mut self, now: u64, terms: &Terms) {
        self.started_at = now;
        self.tail = terms.tail;
        self.step = terms.step;
        self.kind = terms.kind;
        self.of_fund = terms.of_fund;
    }

    /// The packed word of a free slot: the generation stays, the next free slot stands in the token's place.
    pub(crate) fn pack_free(generation: u32, next: u32) -> U256 {
        let next = U256::from_limbs([u64::from(next), 0, 0, 0]);
        join(next, USED_BIT | u128::from(generation & GENERATION_MASK))
    }

    /// The next free slot, and the generation of the last auction in this one.
    pub(crate) fn unpack_free(word: U256) -> (u32, u32) {
        let [next, ..] = word.into_limbs();
        (next as u32, above_address(word) as u32 & GENERATION_MASK)
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

const CURVE_KIND_SHIFT: u32 = 22;
const TRIPPED_SHIFT: u32 = 24;

impl TokenCurve {
    /// The first word.
    pub(crate) fn pack(&self) -> U256 {
        let last = (self.tail & TAIL_MASK)
            | (u64::from(self.kind & 3) << CURVE_KIND_SHIFT)
            | (self.tripped_at << TRIPPED_SHIFT);
        U256::from_limbs([self.buffer, self.rate, self.cusp, last])
    }

    /// From the first word; the scale is none.
    pub(crate) fn unpack(word: U256) -> Self {
        let [buffer, rate, cusp, last] = word.into_limbs();
        Self {
            buffer,
            kind: (last >> CURVE_KIND_SHIFT) as u8 & 3,
            rate,
            tail: last & TAIL_MASK,
            cusp,
            tripped_at: last >> TRIPPED_SHIFT,
            scale: Scale::default(),
        }
    }
}

const BOOK_MASK: u32 = 0xff_ffff;
/// Most slots: they are counted in 24 bits.
pub(crate) const MAX_SLOTS: u32 = 0xff_ffff;
/// Greatest dust limit: 96 bits.
pub(crate) const MAX_DUST: u128 = (1 << 96) - 1;

/// What concerns all auctions, in two words that hold an address each besides (160 bits): every verb that reads the figures calls one of
/// the two.
///
/// Above the vault's address: the dust limit (96 bits). Above the oracle's: free slot, number of slots, number of live auctions (24
/// bits each), stop level (2), lock (1), period of the last trip (21).
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
    /// [`period`] of the last trip of any token; 0: none.
    pub(crate) tripped: u32,
}

/// Seconds of a period: 2 to the power of this, an hour and eight minutes.
const PERIOD_BITS: u32 = 12;

/// In which period a time is. What is left of the 33 bits of a start fills the 21 bits that the book has for it.
pub(crate) fn period(time: u64) -> u32 {
    ((time & START_MASK) >> PERIOD_BITS) as u32
}

impl Book {
    /// Whether a token may have been tripped at `time` or later. If not, its own word need not be read: it would be an older trip's, as
    /// later times are in no earlier periods.
    pub(crate) fn may_have_tripped_since(&self, time: u64) -> bool {
        self.tripped >= period(time)
    }

    /// The packed word.
    pub(crate) fn pack(self) -> U256 {
        let figures = u128::from(self.free)
            | (u128::from(self.slots) << 24)
            | (u128::from(self.live) << 48)
            | (u128::from(self.stop) << 72)
            | (u128::from(self.locked) << 74)
            | (u128::from(self.tripped) << 75);
        join(word(self.oracle), figures)
    }

    /// From the packed word.
    pub(crate) fn unpack(word: U256) -> Self {
        let figures = above_address(word);
        let count = |place: u32| (figures >> place) as u32 & BOOK_MASK;
        Self {
            oracle: word_address(word),
            free: count(0),
            slots: count(24),
            live: count(48),
            stop: (figures >> 72) as u8 & 3,
            locked: figures & (1 << 74) != 0,
            tripped: (figures >> 75) as u32,
        }
    }
}

/// The vault's address, and the dust limit in base units of the loan asset above it.
pub(crate) fn pack_vault(vault: Address, dust: u128) -> U256 {
    join(word(vault), dust)
}

/// The vault's address and the dust limit.
pub(crate) fn unpack_vault(word: U256) -> (Address, U256) {
    (word_address(word), U256::from(above_address(word)))
}

/// The address in the low 160 bits. Not inlined, as [`word`].
#[inline(never)]
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
                generation: GENERATION_MASK - 3,
                started_at: START_MASK - 5,
                tail: 30 * 86_400,
                step: 3_600,
                kind: 2,
                of_fund: !live,
                live,
            };
            assert_eq!(Identity::unpack(identity.pack()), identity);
            let free = Identity::pack_free(identity.generation, MAX_SLOTS - 1);
            let expected = (MAX_SLOTS - 1, identity.generation);
            assert_eq!(Identity::unpack_free(free), expected);
            assert!(!Identity::unpack(free).live);
            assert_ne!(Identity::pack_free(0, 0), U256::ZERO);
            let book = Book {
                oracle: Address::repeat_byte(0x0c),
                free: MAX_SLOTS - 1,
                slots: MAX_SLOTS - 2,
                live: MAX_SLOTS - 4,
                stop: 3,
                locked: live,
                tripped: period(START_MASK - 4_096),
            };
            assert_eq!(book.tripped, 0x1f_fffe);
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
    fn a_trip_is_never_missed_and_an_older_period_is_told_apart() {
        for start in [
            0,
            1,
            4_095,
            4_096,
            1_764_500_000,
            START_MASK - 4_096,
            START_MASK,
        ] {
            for later in [0, 1, 4_095, 4_096, 1_000_000_000] {
                let now = start + later;
                if now > START_MASK {
                    continue;
                }
                let book = Book {
                    tripped: period(now),
                    ..Book::default()
                };
                // As it is stored, above the lock and beside the oracle.
                let book = Book::unpack(book.pack());
                assert!(book.may_have_tripped_since(start), "{start} {now}");
                // By a whole period and more the trip is older than such a start.
                assert!(!book.may_have_tripped_since(now + 4_096) || now + 4_096 > START_MASK);
                let next_period = (now | 4_095) + 1;
                assert!(!book.may_have_tripped_since(next_period) || next_period > START_MASK);
            }
        }
        let never = Book::default();
        assert!(!never.may_have_tripped_since(4_096));
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
