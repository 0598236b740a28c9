//! Collaterals: parameters and totals.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::outbound::{from_word, to_word};

use super::{
    ratio::{expand, shorten},
    slot, VaultState,
};
use crate::{
    errors::{unknown_collateral, Fallible},
    market::{pack_halves, unpack_halves},
};

/// A collateral's parameters and totals.
#[derive(Clone, Copy)]
pub(crate) struct Collateral {
    /// Bit of the token in account heads.
    pub index: u8,
    /// Share of the value that may be borrowed, WAD.
    pub borrow_ltv: U256,
    /// λ: share of the value that counts against liquidation now, WAD.
    pub liquidation_threshold: U256,
    /// Where volatility may move it, WAD.
    pub threshold_min: U256,
    /// Where volatility may move it, WAD.
    pub threshold_max: U256,
    /// When it was last moved.
    pub threshold_moved: u64,
    /// Correlation with the market, WAD.
    pub beta: U256,
    /// Penalty at health factor 1, WAD.
    pub penalty_min: U256,
    /// Greatest penalty, WAD.
    pub penalty_max: U256,
    /// How much more than the debt and its penalty a lot is worth, WAD.
    pub lot_buffer: U256,
    /// Most of the token that the vault takes, base units.
    pub supply_cap: U256,
    /// All of it in the vault's books.
    pub total: U256,
    /// Most debt for sale with it, loan asset.
    pub room_cap: U256,
}

impl VaultState {
    /// The token of a bit.
    #[inline(never)]
    pub(crate) fn token_at(&self, index: u8) -> Address {
        let slot = self.entry_of(slot::TOKENS, B256::with_last_byte(index));
        Address::from_word(to_word(self.load(slot)))
    }

    /// Gives a new collateral the next bit.
    pub(crate) fn add_token(&mut self, index: u8, token: Address) {
        let slot = self.entry_of(slot::TOKENS, B256::with_last_byte(index));
        self.save(slot, from_word(token.into_word()));
    }

    /// Parameters and totals of `token`.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    #[inline(never)]
    pub(crate) fn collateral(&self, token: Address) -> Fallible<Collateral> {
        let base = self.collateral_word(token, 0);
        let word = |offset| self.load(Self::field(base, offset));
        let [supply_cap_0, supply_cap_1, index, threshold_moved] =
            word(slot::collateral::LIMITS).into_limbs();
        let Some(index) = index.checked_sub(1) else {
            return Err(unknown_collateral(token));
        };
        let [first, second, third, fourth] = word(slot::collateral::MARGIN).into_limbs();
        let (room_cap, total) = unpack_halves(word(slot::collateral::AMOUNTS));
        Ok(Collateral {
            index: index as u8,
            borrow_ltv: expand(first),
            liquidation_threshold: expand(first >> 32),
            threshold_min: expand(second),
            threshold_max: expand(second >> 32),
            penalty_min: expand(third),
            penalty_max: expand(third >> 32),
            lot_buffer: expand(fourth),
            beta: expand(fourth >> 32),
            threshold_moved,
            supply_cap: U256::from_limbs([supply_cap_0, supply_cap_1, 0, 0]),
            total,
            room_cap,
        })
    }

    /// Bit of `token`, cap on its debt for sale, and all of it in the books: what a sale needs of [`Self::collateral`], a word less.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    #[inline(never)]
    pub(crate) fn collateral_total(&self, token: Address) -> Fallible<(u8, U256, U256)> {
        let base = self.collateral_word(token, 0);
        let word = |offset| self.load(Self::field(base, offset));
        let [_, _, index, _] = word(slot::collateral::LIMITS).into_limbs();
        let Some(index) = index.checked_sub(1) else {
            return Err(unknown_collateral(token));
        };
        let (room_cap, total) = unpack_halves(word(slot::collateral::AMOUNTS));
        Ok((index as u8, room_cap, total))
    }

    /// Writes a collateral's parameters and totals.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_collateral(
        &mut self,
        token: Address,
        collateral: &Collateral,
    ) -> Fallible<()> {
        let amounts = pack_halves(collateral.room_cap, collateral.total)?;
        let index = U256::from(collateral.index).saturating_add(U256::from(1));
        let tail = U256::from_limbs([
            index.saturating_to::<u64>(),
            collateral.threshold_moved,
            0,
            0,
        ]);
        let limits = pack_halves(tail, collateral.supply_cap)?;
        let base = self.collateral_word(token, 0);
        let margin = U256::from_limbs([
            shorten(collateral.borrow_ltv) | (shorten(collateral.liquidation_threshold) << 32),
            shorten(collateral.threshold_min) | (shorten(collateral.threshold_max) << 32),
            shorten(collateral.penalty_min) | (shorten(collateral.penalty_max) << 32),
            shorten(collateral.lot_buffer) | (shorten(collateral.beta) << 32),
        ]);
        self.save(Self::field(base, slot::collateral::MARGIN), margin);
        self.save(Self::field(base, slot::collateral::LIMITS), limits);
        self.save(Self::field(base, slot::collateral::AMOUNTS), amounts);
        Ok(())
    }

    /// Writes only a collateral's total.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_collateral_total(
        &mut self,
        token: Address,
        room_cap: U256,
        total: U256,
    ) -> Fallible<()> {
        let slot = self.collateral_word(token, slot::collateral::AMOUNTS);
        self.save(slot, pack_halves(room_cap, total)?);
        Ok(())
    }
}
