//! Collaterals: parameters and totals.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::outbound::{from_word, to_word};

use super::{
    ratio::{expand, shorten, LOW_32},
    slot, VaultState,
};
use crate::{
    errors::{unknown_collateral, Fallible},
    market::{pack_halves, unpack_halves},
};

/// The index plus one, of at most 32 tokens: 6 bits.
const INDEX: u64 = 0x3f;
/// Where a tightening begins in the last limb of its word: it has the upper 26 bits.
const TIGHTENING: u32 = 38;

/// A collateral's parameters and totals: what its price is multiplied with, and room is held against.
#[derive(Clone, Copy)]
pub(crate) struct Collateral {
    /// Share of the value that may be borrowed, WAD, as the owner set it.
    pub borrow_ltv: U256,
    /// λ: share of the value that counts against liquidation now, WAD.
    pub liquidation_threshold: U256,
    /// Where volatility may move it, WAD.
    pub threshold_min: U256,
    /// Where volatility may move it, WAD.
    pub threshold_max: U256,
    /// Correlation with the market, WAD.
    pub beta: U256,
    /// Penalty at health factor 1, WAD.
    pub penalty_min: U256,
    /// Greatest penalty, WAD.
    pub penalty_max: U256,
    /// How much more than the debt and its penalty a lot is worth, WAD.
    pub lot_buffer: U256,
    /// Its bit, all of it in the vault's books, and the cap on its debt for sale.
    pub amounts: Amounts,
}

/// What a sale needs of a collateral: one word.
#[derive(Clone, Copy)]
pub(crate) struct Amounts {
    /// Bit of the token in account heads.
    pub index: u8,
    /// All of the token in the vault's books, base units of the token.
    pub total: U256,
    /// Most debt for sale with it, loan asset, at most 96 bits.
    pub room_cap: U256,
    /// What a steward has made of `borrowLtv`, as `Tightening::pack` has it.
    pub tightening: u32,
}

/// What only deposits and upkeep need of a collateral.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Most of the token that the vault takes, base units.
    pub supply_cap: U256,
    /// When the threshold was last moved.
    pub threshold_moved: u64,
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
        let amounts = self.collateral_amounts(token)?;
        let slot = self.collateral_word(token, slot::collateral::MARGIN);
        let [first, second, third, fourth] = self.load(slot).into_limbs();
        Ok(Collateral {
            borrow_ltv: expand(first),
            liquidation_threshold: expand(first >> 32),
            threshold_min: expand(second),
            threshold_max: expand(second >> 32),
            penalty_min: expand(third),
            penalty_max: expand(third >> 32),
            lot_buffer: expand(fourth),
            beta: expand(fourth >> 32),
            amounts,
        })
    }

    /// Bit of `token`, cap on its debt for sale, and all of it in the books.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    #[inline(never)]
    pub(crate) fn collateral_amounts(&self, token: Address) -> Fallible<Amounts> {
        let slot = self.collateral_word(token, slot::collateral::AMOUNTS);
        let [total_0, total_1, room_0, high] = self.load(slot).into_limbs();
        let Some(index) = ((high >> 32) & INDEX).checked_sub(1) else {
            return Err(unknown_collateral(token));
        };
        Ok(Amounts {
            index: index as u8,
            total: U256::from_limbs([total_0, total_1, 0, 0]),
            room_cap: U256::from_limbs([room_0, high & LOW_32, 0, 0]),
            tightening: (high >> TIGHTENING) as u32,
        })
    }

    /// Supply cap of `token`, and when its threshold was last moved.
    #[inline(never)]
    pub(crate) fn collateral_limits(&self, token: Address) -> Limits {
        let slot = self.collateral_word(token, slot::collateral::LIMITS);
        let word = self.load(slot);
        let [_, _, threshold_moved, _] = word.into_limbs();
        Limits {
            supply_cap: unpack_halves(word).1,
            threshold_moved,
        }
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
        limits: &Limits,
    ) -> Fallible<()> {
        let moved = U256::from_limbs([limits.threshold_moved, 0, 0, 0]);
        let limits = pack_halves(moved, limits.supply_cap)?;
        let base = self.collateral_word(token, 0);
        let margin = U256::from_limbs([
            shorten(collateral.borrow_ltv) | (shorten(collateral.liquidation_threshold) << 32),
            shorten(collateral.threshold_min) | (shorten(collateral.threshold_max) << 32),
            shorten(collateral.penalty_min) | (shorten(collateral.penalty_max) << 32),
            shorten(collateral.lot_buffer) | (shorten(collateral.beta) << 32),
        ]);
        self.save(Self::field(base, slot::collateral::MARGIN), margin);
        self.save(Self::field(base, slot::collateral::LIMITS), limits);
        self.set_collateral_amounts(token, &collateral.amounts)
    }

    /// Writes only a collateral's total, and what is read with it.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_collateral_amounts(
        &mut self,
        token: Address,
        amounts: &Amounts,
    ) -> Fallible<()> {
        // The cap is at most 96 bits, as `setCollateral` checks.
        let [room_0, room_1, ..] = amounts.room_cap.into_limbs();
        let index = u64::from(amounts.index).wrapping_add(1);
        let tightening = u64::from(amounts.tightening) << TIGHTENING;
        let high = U256::from_limbs([room_0, room_1 | (index << 32) | tightening, 0, 0]);
        let slot = self.collateral_word(token, slot::collateral::AMOUNTS);
        self.save(slot, pack_halves(high, amounts.total)?);
        Ok(())
    }

    /// The last tightening of the `borrowLtv` of `token`, of the cap on total assets for the zero address, as `Tightening::pack` has it.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    pub(crate) fn tightening(&self, token: Address) -> Fallible<u32> {
        if token.is_zero() {
            return Ok(self.supply_cap().1);
        }
        Ok(self.collateral_amounts(token)?.tightening)
    }

    /// Changes it.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    pub(crate) fn set_tightening(&mut self, token: Address, tightening: u32) -> Fallible<()> {
        if token.is_zero() {
            let (cap, _) = self.supply_cap();
            self.set_supply_cap(cap, tightening);
            return Ok(());
        }
        let amounts = self.collateral_amounts(token)?;
        self.set_collateral_amounts(
            token,
            &Amounts {
                tightening,
                ..amounts
            },
        )
    }
}
