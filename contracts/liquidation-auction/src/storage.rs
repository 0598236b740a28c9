//! Where what is stored lies. Each word is read once and written once a call.
//!
//! Words are addressed here and not by the SDK's storage types, which cost a good part of the WASM. The layout is Solidity's: a field
//! at its slot, a map's value at `keccak256(key ++ slot)`, a struct's fields one after the other.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::outbound::{from_word, to_word};
use stylus_sdk::prelude::*;

use crate::{
    pricing::STAIRSTEP,
    state::{
        address_word, word_address, Auction, Identity, Scale, Terms, TokenCurve, CUSP_BITS,
        CUSP_MASK, OF_FUND,
    },
    LiquidationAuction,
};

/// The slots of the auction's storage.
pub(crate) mod slot {
    /// The vault, which starts auctions, sends collateral and takes payments (set once), and the dust limit: `pack_vault`.
    pub(crate) const VAULT: u64 = 0;
    /// The oracle adapter (set once), and [`crate::state::Book`]: slots, number of live auctions, stop level, lock.
    pub(crate) const BOOK: u64 = 1;
    /// The insurance fund, never a receiver. Set once.
    pub(crate) const FUND: u64 = 2;
    /// The loan asset, never a receiver. Set once.
    pub(crate) const ASSET: u64 = 3;
    /// Sets curves, dust and stop level.
    pub(crate) const OWNER: u64 = 4;
    /// May accept the ownership; zero: nobody.
    pub(crate) const PENDING_OWNER: u64 = 5;
    /// Map, token to the two words of a curve: [`crate::state::TokenCurve`], [`crate::state::Scale`]. Bit 160 of the key is set for the curve of
    /// the fund's lots.
    pub(crate) const CURVES: u64 = 6;
    /// Map, slot number, from 1, to the five words of an auction. They are overwritten by the next auction in the same slot and
    /// never zeroed.
    pub(crate) const AUCTIONS: u64 = 7;

    /// Words of an auction.
    pub(crate) mod auction {
        /// [`crate::state::Identity`].
        pub(crate) const IDENTITY: u64 = 0;
        /// The account of the vault whose collateral is for sale.
        pub(crate) const ACCOUNT: u64 = 1;
        /// Limbs 0, 1: lot left, in base units of the token. Limbs 2, 3: tab left, in base units of the loan asset.
        pub(crate) const AMOUNTS: u64 = 2;
        /// Limbs 0, 1: debt left, in base units of the loan asset. Limb 2: the curve's rate. Limb 3: cusp (60 bits), kind (3), whether the lot is the fund's (1).
        pub(crate) const TERMS: u64 = 3;
        /// Price at the start, 1e36 scale (192 bits); above it the seconds of a step.
        pub(crate) const TOP: u64 = 4;
    }
}

impl LiquidationAuction {
    #[inline(never)]
    pub(crate) fn load(&self, slot: U256) -> U256 {
        from_word(self.vm().storage_load_bytes32(slot))
    }

    #[inline(never)]
    pub(crate) fn save(&mut self, slot: U256, value: U256) {
        // SAFETY: no SDK storage type holds a copy of any word of this contract.
        unsafe { self.vm().storage_cache_bytes32(slot, to_word(value)) }
    }

    #[inline(never)]
    pub(crate) fn word(&self, slot: u64) -> U256 {
        self.load(number(slot))
    }

    #[inline(never)]
    pub(crate) fn set_word(&mut self, slot: u64, value: U256) {
        self.save(number(slot), value);
    }

    #[inline(never)]
    pub(crate) fn address_at(&self, slot: u64) -> Address {
        word_address(self.word(slot))
    }

    /// Where the words of a map's value begin.
    #[inline(never)]
    pub(crate) fn entry(&self, map: u64, key: U256) -> U256 {
        let mut preimage = [0u8; 64];
        let (first, second) = preimage.split_at_mut(32);
        first.copy_from_slice(to_word(key).as_slice());
        second.copy_from_slice(to_word(number(map)).as_slice());
        from_word(self.vm().native_keccak256(&preimage))
    }
}

fn number(value: u64) -> U256 {
    U256::from_limbs([value, 0, 0, 0])
}

/// Slot of a field of a struct.
fn field(base: U256, offset: u64) -> U256 {
    base.wrapping_add(number(offset))
}

impl LiquidationAuction {
    /// The curve of `token` without its scale.
    #[inline(never)]
    pub(crate) fn load_terms(&self, token: Address) -> TokenCurve {
        TokenCurve::unpack(self.load(self.curve_slot(token, false)))
    }

    /// The whole curve of `token`, or of the fund's lots of it: the second word is read only for kinds that use it.
    #[inline(never)]
    pub(crate) fn load_curve(&self, token: Address, of_fund: bool) -> TokenCurve {
        let slot = self.curve_slot(token, of_fund);
        let mut curve = TokenCurve::unpack(self.load(slot));
        if curve.kind >= STAIRSTEP {
            let [floor, cap, step, _] = self.load(field(slot, 1)).into_limbs();
            curve.scale = Scale {
                floor,
                cap,
                step: step as u32,
            };
        }
        curve
    }

    #[inline(never)]
    fn curve_slot(&self, token: Address, of_fund: bool) -> U256 {
        let mut key = address_word(token);
        key.set_bit(160, of_fund);
        self.entry(slot::CURVES, key)
    }

    /// Writes the curve of `token`, or of the fund's lots of it, without its scale.
    #[inline(never)]
    pub(crate) fn store_terms(&mut self, token: Address, of_fund: bool, curve: &TokenCurve) {
        let slot = self.curve_slot(token, of_fund);
        self.save(slot, curve.pack());
    }

    /// Writes the scale of such a curve.
    pub(crate) fn store_scale(&mut self, token: Address, of_fund: bool, scale: &Scale) {
        let slot = field(self.curve_slot(token, of_fund), 1);
        let words = [scale.floor, scale.cap, u64::from(scale.step), 0];
        self.save(slot, U256::from_limbs(words));
    }
}

impl LiquidationAuction {
    /// Where the words of the auction in slot `number` begin.
    pub(crate) fn auction_base(&self, slot_number: u32) -> U256 {
        self.entry(slot::AUCTIONS, number(u64::from(slot_number)))
    }

    /// Which auction was in a slot last.
    #[inline(never)]
    pub(crate) fn load_identity(&self, base: U256) -> Identity {
        Identity::unpack(self.load(field(base, slot::auction::IDENTITY)))
    }

    /// The next in the list of free slots, and the generation of the last auction in this one.
    pub(crate) fn free_link(&self, base: U256) -> (u32, u32) {
        let word = self.load(field(base, slot::auction::IDENTITY));
        let [next, _, generation, _] = word.into_limbs();
        (next as u32, (generation >> 32) as u32)
    }

    /// The rest of the auction that `identity` was read from.
    pub(crate) fn load_auction(&self, base: U256, identity: Identity) -> Auction {
        let word = |offset| self.load(field(base, offset)).into_limbs();
        let [lot0, lot1, tab0, tab1] = word(slot::auction::AMOUNTS);
        let [debt0, debt1, rate, last] = word(slot::auction::TERMS);
        let [top0, top1, top2, step] = word(slot::auction::TOP);
        let kind = (last >> CUSP_BITS) as u8;
        Auction {
            account: to_word(U256::from_limbs(word(slot::auction::ACCOUNT))),
            identity,
            lot: U256::from_limbs([lot0, lot1, 0, 0]),
            tab: U256::from_limbs([tab0, tab1, 0, 0]),
            debt: U256::from_limbs([debt0, debt1, 0, 0]),
            terms: Terms {
                kind: kind & !OF_FUND,
                rate,
                step: step as u32,
                tail: identity.tail,
                cusp: last & CUSP_MASK,
                of_fund: kind & OF_FUND != 0,
            },
            top: U256::from_limbs([top0, top1, top2, 0]),
        }
    }

    /// Writes all of an auction. Amounts are below 2^128, as `start` checks.
    pub(crate) fn store_auction(&mut self, base: U256, auction: &Auction) {
        let account = from_word(auction.account);
        self.save(field(base, slot::auction::ACCOUNT), account);
        self.store_price(base, auction);
        self.store_amounts(base, auction);
    }

    /// Writes what a reset changes (and, in the same words, what it doesn't).
    #[inline(never)]
    pub(crate) fn store_price(&mut self, base: U256, auction: &Auction) {
        let identity = auction.identity.pack();
        self.save(field(base, slot::auction::IDENTITY), identity);
        // Below 2^192, as `top` checks.
        let [top0, top1, top2, _] = auction.top.into_limbs();
        let step = u64::from(auction.terms.step);
        let top = U256::from_limbs([top0, top1, top2, step]);
        self.save(field(base, slot::auction::TOP), top);
        self.store_debt(base, auction);
    }

    /// Writes what a take changes.
    #[inline(never)]
    pub(crate) fn store_amounts(&mut self, base: U256, auction: &Auction) {
        let [lot0, lot1, ..] = auction.lot.into_limbs();
        let [tab0, tab1, ..] = auction.tab.into_limbs();
        let amounts = U256::from_limbs([lot0, lot1, tab0, tab1]);
        self.save(field(base, slot::auction::AMOUNTS), amounts);
        self.store_debt(base, auction);
    }

    #[inline(never)]
    fn store_debt(&mut self, base: U256, auction: &Auction) {
        let [debt0, debt1, ..] = auction.debt.into_limbs();
        let Terms {
            mut kind,
            rate,
            cusp,
            of_fund,
            ..
        } = auction.terms;
        if of_fund {
            kind |= OF_FUND;
        }
        let last = (cusp & CUSP_MASK) | (u64::from(kind) << CUSP_BITS);
        let terms = U256::from_limbs([debt0, debt1, rate, last]);
        self.save(field(base, slot::auction::TERMS), terms);
    }

    /// Puts a slot in front of the list of free ones.
    pub(crate) fn store_free(&mut self, base: U256, generation: u32, next: u32) {
        let identity = Identity::pack_free(generation, next);
        self.save(field(base, slot::auction::IDENTITY), identity);
    }
}
