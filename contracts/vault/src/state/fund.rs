//! What the vault keeps about the insurance fund.

use alloy_primitives::U256;
use breakwater_risk::deleveraging::Deleveraging;

use super::{slot, VaultState};
use crate::{
    errors::Fallible,
    market::{pack_halves, unpack_halves, Market},
};

impl VaultState {
    /// Vault shares that always stay with the fund, and the number of collaterals.
    #[inline(never)]
    pub(crate) fn fund_minimum(&self) -> (U256, u64) {
        let (count, minimum) = unpack_halves(self.word(slot::FUND_MINIMUM));
        (minimum, count.saturating_to::<u64>())
    }

    /// Changes the fund's minimum and the number of collaterals.
    #[inline(never)]
    pub(crate) fn set_fund_minimum(&mut self, minimum: U256, token_count: u64) -> Fallible<()> {
        self.set_word(
            slot::FUND_MINIMUM,
            pack_halves(U256::from(token_count), minimum)?,
        );
        Ok(())
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
