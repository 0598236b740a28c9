//! Where what is stored lies. Each word is read once and written once a call.
//!
//! Words are addressed here and not by the SDK's storage types, which cost a good part of the WASM. The layout is Solidity's: a field
//! at its slot, a map's value at `keccak256(key ++ slot)`, a struct's fields one after the other.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    auction::ILiquidationAuction::AmountTooLarge,
    outbound::{from_word, to_word},
};
use breakwater_risk::amounts;
use stylus_sdk::prelude::*;

use crate::{
    errors::{error, word, Revert},
    pricing::STAIRSTEP,
    state::{
        word_address, Auction, Identity, Scale, Terms, TokenCurve, ABOVE_BIT, AMOUNT_BITS,
        BILLIONTH, CUSP_MASK, CUSP_SHIFT,
    },
    LiquidationAuction,
};

/// The slots of the auction's storage.
pub(crate) mod slot {
    /// The vault, which starts auctions, sends collateral and takes payments (set once), and the dust limit: `pack_vault`.
    pub(crate) const VAULT: u64 = 0;
    /// The oracle adapter (set once), and [`crate::state::Book`]: slots, number of live auctions, stop level, lock, last trip.
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
    /// Map, slot number, from 1, to the words of an auction. They are overwritten by the next auction in the same slot and
    /// never zeroed.
    pub(crate) const AUCTIONS: u64 = 7;

    /// Words of an auction.
    pub(crate) mod auction {
        /// [`crate::state::Identity`].
        pub(crate) const IDENTITY: u64 = 0;
        /// The account of the vault whose collateral is for sale.
        pub(crate) const ACCOUNT: u64 = 1;
        /// Lot left, in base units of the token; tab and debt left, in base units of the loan asset: the low 75 bits of each, as
        /// [`breakwater_risk::amounts`] packs them; then the cusp in billionths (30 bits), and whether the word [`ABOVE`] counts.
        pub(crate) const AMOUNTS: u64 = 2;
        /// Price at the start, 1e36 scale (192 bits); above it the curve's rate.
        pub(crate) const TERMS: u64 = 3;
        /// What does not fit [`AMOUNTS`]; in the last limb what the cusp has beyond billionths. Touched only if there is any.
        pub(crate) const ABOVE: u64 = 4;
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
        let mut key = word(token);
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
        Identity::unpack_free(self.load(field(base, slot::auction::IDENTITY)))
    }

    /// The rest of the auction that `identity` was read from.
    pub(crate) fn load_auction(&self, base: U256, identity: Identity) -> Auction {
        let word = |offset| self.load(field(base, offset));
        let low = word(slot::auction::AMOUNTS);
        let [.., last] = low.into_limbs();
        let above = match last & ABOVE_BIT {
            0 => U256::ZERO,
            _ => word(slot::auction::ABOVE),
        };
        let [.., cusp_rest] = above.into_limbs();
        let cusp = (last >> CUSP_SHIFT) & CUSP_MASK;
        let [lot, tab, debt] = amounts::unpack(low, above, AMOUNT_BITS);
        let [top0, top1, top2, rate] = word(slot::auction::TERMS).into_limbs();
        Auction {
            account: to_word(word(slot::auction::ACCOUNT)),
            identity,
            lot,
            tab,
            debt,
            terms: Terms {
                kind: identity.kind,
                rate,
                step: identity.step,
                tail: identity.tail,
                cusp: cusp.wrapping_mul(BILLIONTH).wrapping_add(cusp_rest),
                of_fund: identity.of_fund,
            },
            top: U256::from_limbs([top0, top1, top2, 0]),
        }
    }

    /// Writes all of an auction.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn store_auction(&mut self, base: U256, auction: &Auction) -> Result<(), Revert> {
        let account = from_word(auction.account);
        self.save(field(base, slot::auction::ACCOUNT), account);
        self.store_price(base, auction)
    }

    /// Writes what a reset changes (and, in the same words, what it doesn't).
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn store_price(&mut self, base: U256, auction: &Auction) -> Result<(), Revert> {
        let identity = auction.identity.pack();
        self.save(field(base, slot::auction::IDENTITY), identity);
        // Below 2^192, as `top` checks.
        let [top0, top1, top2, _] = auction.top.into_limbs();
        let terms = U256::from_limbs([top0, top1, top2, auction.terms.rate]);
        self.save(field(base, slot::auction::TERMS), terms);
        self.store_amounts(base, auction)
    }

    /// Writes what a take changes.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn store_amounts(&mut self, base: U256, auction: &Auction) -> Result<(), Revert> {
        let amounts = amounts::pack([auction.lot, auction.tab, auction.debt], AMOUNT_BITS);
        let Some((low, above)) = amounts else {
            return Err(error::<AmountTooLarge>(&[auction.lot]));
        };
        let cusp = auction.terms.cusp;
        let rest = cusp.checked_rem(BILLIONTH).unwrap_or(0);
        let above = above | U256::from_limbs([0, 0, 0, rest]);
        let mut last = cusp.checked_div(BILLIONTH).unwrap_or(0) << CUSP_SHIFT;
        if !above.is_zero() {
            last |= ABOVE_BIT;
            self.save(field(base, slot::auction::ABOVE), above);
        }
        let low = low | U256::from_limbs([0, 0, 0, last]);
        self.save(field(base, slot::auction::AMOUNTS), low);
        Ok(())
    }

    /// Puts a slot in front of the list of free ones.
    pub(crate) fn store_free(&mut self, base: U256, generation: u32, next: u32) {
        let identity = Identity::pack_free(generation, next);
        self.save(field(base, slot::auction::IDENTITY), identity);
    }
}
