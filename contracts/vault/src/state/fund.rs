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
        let high = spent.saturating_mul(U256::from(1 << COUNT_BITS)) | U256::from(count);
        self.set_word(slot::FUND_MINIMUM, pack_halves(high, minimum)?);
        Ok(())
    }

    /// What claims may still bring the fund: the sum of their recoveries for it and penalties.
    pub(crate) fn pending(&self) -> U256 {
        self.above_address(slot::AUCTION)
    }

    /// Changes what claims may still bring the fund; saturates at 96 bits.
    pub(crate) fn set_pending(&mut self, pending: U256) {
        self.set_above_address(slot::AUCTION, pending.min(MAX_ABOVE_ADDRESS));
    }

    /// What the fund owes lenders.
    #[inline(never)]
    pub(crate) fn arrears(&self) -> Arrears {
        Arrears {
            due: self.above_address(slot::FUND),
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

    /// What the fund can bear now: its shares above its minimum, in loan asset.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn cover(&self, market: &Market) -> Fallible<U256> {
        let (minimum, _) = self.fund_minimum();
        let shares = self.balance(self.fund()).saturating_sub(minimum);
        market.assets_down(shares, self.now())
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
