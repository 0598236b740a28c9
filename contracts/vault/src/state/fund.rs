//! What the vault keeps about the insurance fund.

use alloy_primitives::{B256, U256};
use breakwater_interfaces::outbound::from_word;
use breakwater_risk::{account as account_id, deleveraging::Deleveraging, fund::Arrears};

use super::{slot, VaultState};
use crate::{
    errors::{self, math_overflow, Fallible},
    market::{pack_halves, unpack_halves, Market},
};

/// Bits of the number of collaterals.
const COUNT_BITS: usize = 8;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// Bits of an address, and the greatest amount above one in a word: 96 bits.
const ADDRESS_BITS: usize = 160;
const MAX_ABOVE_ADDRESS: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);

impl VaultState {
    /// The fund's account.
    pub(crate) fn fund_account(&self) -> Fallible<B256> {
        account_id::account_id(self.fund(), 0).ok_or_else(math_overflow)
    }

    /// Vault shares that always stay with the fund, and the number of collaterals.
    #[inline(never)]
    pub(crate) fn fund_minimum(&self) -> (U256, u64) {
        let (high, minimum) = unpack_halves(self.word(slot::FUND_MINIMUM));
        let [low, ..] = high.into_limbs();
        (minimum, low & COUNT)
    }

    /// Changes the fund's minimum and the number of collaterals.
    #[inline(never)]
    pub(crate) fn set_fund_minimum(&mut self, minimum: U256, token_count: u64) -> Fallible<()> {
        let high = self.absorbed_shares().wrapping_shl(COUNT_BITS) | U256::from(token_count);
        self.set_word(slot::FUND_MINIMUM, pack_halves(high, minimum)?);
        Ok(())
    }

    /// Vault shares that the fund spent on lots that it still has.
    #[inline(never)]
    pub(crate) fn absorbed_shares(&self) -> U256 {
        let (high, _) = unpack_halves(self.word(slot::FUND_MINIMUM));
        high.wrapping_shr(COUNT_BITS)
    }

    /// Changes what the fund spent on lots that it still has.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge` beyond 120 bits.
    #[inline(never)]
    pub(crate) fn set_absorbed_shares(&mut self, spent: U256) -> Fallible<()> {
        let (minimum, count) = self.fund_minimum();
        let high = spent.wrapping_shl(COUNT_BITS) | U256::from_limbs([count, 0, 0, 0]);
        // More than 256 bits it never has: it is a part of all vault shares.
        self.set_word(slot::FUND_MINIMUM, pack_halves(high, minimum)?);
        Ok(())
    }

    /// What claims may still bring the fund: the sum of their recoveries for it and penalties.
    pub(crate) fn pending(&self) -> U256 {
        self.above_address(slot::AUCTION)
            .saturating_sub(self.fund_cash())
    }

    /// Changes what claims may still bring the fund and its cash together, by the difference of `before` and `after`; saturates at 96 bits.
    pub(crate) fn move_pending(&mut self, before: U256, after: U256) {
        if before != after {
            let sum = self.above_address(slot::AUCTION);
            let sum = sum.saturating_add(after).saturating_sub(before);
            self.set_above_address(slot::AUCTION, sum.min(MAX_ABOVE_ADDRESS));
        }
    }

    /// What payments on claims brought the fund and is not minted to it as shares yet, loan asset: in the vault's balance, but not in the
    /// pool's cash. In the asset's word, which whoever pays has read.
    #[inline(never)]
    pub(crate) fn fund_cash(&self) -> U256 {
        let [_, _, third, last] = self.word(slot::ASSET).into_limbs();
        U256::from_limbs([(third >> 40) | (last << 24), last >> 40, 0, 0])
    }

    /// Changes the fund's cash. False, and nothing is done, beyond 88 bits.
    #[inline(never)]
    pub(crate) fn set_fund_cash(&mut self, assets: U256) -> bool {
        let [low, high, rest @ ..] = assets.into_limbs();
        if high >> 24 != 0 || rest != [0, 0] {
            return false;
        }
        let [first, second, third, _] = self.word(slot::ASSET).into_limbs();
        let third = (third & 0xff_ffff_ffff) | (low << 40);
        let last = (low >> 24) | (high << 40);
        self.set_word(slot::ASSET, U256::from_limbs([first, second, third, last]));
        true
    }

    /// What is the fund's own in the pool, and is minted to it by `mintReserve`: interest reserve and its cash.
    pub(crate) fn fund_own(&self, market: &Market) -> U256 {
        market.reserve.saturating_add(self.fund_cash())
    }

    /// What the vault must hold of the loan asset if the pool's cash is `cash`.
    pub(crate) fn booked(&self, cash: U256) -> U256 {
        cash.saturating_add(self.fund_cash())
    }

    /// What sales of the fund's collateral owe lenders.
    pub(crate) fn arrears_due(&self) -> U256 {
        self.above_address(slot::FUND)
    }

    /// What the fund owes lenders.
    #[inline(never)]
    pub(crate) fn arrears(&self) -> Arrears {
        Arrears {
            due: self.arrears_due(),
            beyond: self.above_address(slot::ORACLE),
        }
    }

    /// Changes what the fund owes lenders.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge` beyond 96 bits.
    #[inline(never)]
    pub(crate) fn set_arrears(&mut self, arrears: &Arrears) -> Fallible<()> {
        for (slot, amount) in [(slot::FUND, arrears.due), (slot::ORACLE, arrears.beyond)] {
            if amount > MAX_ABOVE_ADDRESS {
                return Err(errors::amount_too_large(amount));
            }
            self.set_above_address(slot, amount);
        }
        Ok(())
    }

    /// The amount in the upper 96 bits of a word that has an address below.
    #[inline(never)]
    pub(super) fn above_address(&self, slot: u64) -> U256 {
        self.word(slot).wrapping_shr(ADDRESS_BITS)
    }

    #[inline(never)]
    pub(super) fn set_above_address(&mut self, slot: u64, amount: U256) {
        let address = from_word(self.address(slot).into_word());
        self.set_word(slot, address | amount.wrapping_shl(ADDRESS_BITS));
    }

    /// What the fund can bear now: its shares above its minimum, and what is its own in the pool, which a loss mints to it first; in loan
    /// asset. `market` has interest up to now.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn cover(&self, market: &Market) -> Fallible<U256> {
        let (minimum, _) = self.fund_minimum();
        let minted = market.shares_down(self.fund_own(market), self.now())?;
        let shares = self.balance(self.fund()).saturating_add(minted);
        market.assets_down(shares.saturating_sub(minimum), self.now())
    }

    /// The latched state of auto-deleveraging.
    #[inline(never)]
    pub(crate) fn deleveraging(&self) -> Deleveraging {
        let word = self.word(slot::DELEVERAGING);
        let [_, _, armed_at, was_met] = word.into_limbs();
        Deleveraging {
            target: unpack_halves(word).1,
            was_met: was_met != 0,
            armed_at,
        }
    }

    /// Changes the latched state of auto-deleveraging.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn set_deleveraging(&mut self, state: &Deleveraging) -> Fallible<()> {
        let high = U256::from_limbs([state.armed_at, u64::from(state.was_met), 0, 0]);
        self.set_word(slot::DELEVERAGING, pack_halves(high, state.target)?);
        Ok(())
    }
}
