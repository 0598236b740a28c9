//! The guardian's word.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::outbound::{from_word, to_word};

use super::{
    ratio::{expand, shorten},
    slot, VaultState,
};
use crate::safety::Guard;

impl VaultState {
    /// The guardian, the pause of liquidation and the grace after it.
    pub(crate) fn guard(&self) -> Guard {
        let word = self.word(slot::GUARD);
        let [_, _, middle, high] = word.into_limbs();
        Guard {
            guardian: Address::from_word(to_word(word)),
            liquidation_paused: ((middle >> 32) & 0xff_ffff).wrapping_mul(3600),
            grace: high & 0xff_ffff,
            grace_floor: expand(high >> 24),
        }
    }

    /// Changes the guardian, the pause of liquidation and the grace after it.
    pub(crate) fn set_guard(&mut self, guard: &Guard) {
        let [first, second, third, _] = from_word(guard.guardian.into_word()).into_limbs();
        let hours = guard.liquidation_paused.checked_div(3600).unwrap_or(0);
        let high = (guard.grace & 0xff_ffff) | (shorten(guard.grace_floor) << 24);
        let third = third | ((hours & 0xff_ffff) << 32);
        self.set_word(slot::GUARD, U256::from_limbs([first, second, third, high]));
    }
}
