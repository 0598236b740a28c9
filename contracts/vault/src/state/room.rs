//! Debt for sale, and its caps on the flow.

use alloy_primitives::{Address, U256};
use breakwater_risk::room::Room;

use super::{slot, VaultState};
use crate::errors::{math_overflow, Fallible};

/// Top bit of a room's word: it is never zero, so that no liquidation pays for a new slot.
const USED: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

impl VaultState {
    /// Debt for sale with `token`; of all tokens for the zero address.
    #[inline(never)]
    pub(crate) fn room(&self, token: Address) -> Room {
        Room::unpack(self.load(self.room_slot(token)))
    }

    /// Writes the debt for sale with `token`, or of all tokens.
    ///
    /// # Errors
    ///
    /// `MathOverflow` if it does not fit its word.
    #[inline(never)]
    pub(crate) fn set_room(&mut self, token: Address, room: &Room) -> Fallible<()> {
        let slot = self.room_slot(token);
        self.save_room(slot, room)
    }

    #[inline(never)]
    fn save_room(&mut self, slot: U256, room: &Room) -> Fallible<()> {
        let word = room.pack().map_err(|_| math_overflow())?;
        self.save(slot, word | USED);
        Ok(())
    }

    fn room_slot(&self, token: Address) -> U256 {
        if token.is_zero() {
            return U256::from_limbs([slot::TOTAL_ROOM, 0, 0, 0]);
        }
        self.collateral_word(token, slot::collateral::ROOM)
    }

    /// Cap on the flow of predictive liquidation.
    pub(crate) fn predictive_cap(&self) -> U256 {
        self.word(slot::PREDICTIVE_CAP)
    }

    /// Changes the cap on the flow of predictive liquidation.
    pub(crate) fn set_predictive_cap(&mut self, cap: U256) {
        self.set_word(slot::PREDICTIVE_CAP, cap);
    }

    /// Debt of predictive lots that counts against their cap.
    pub(crate) fn predictive_room(&self) -> Room {
        Room::unpack(self.word(slot::PREDICTIVE_ROOM))
    }

    /// Writes the debt of predictive lots.
    ///
    /// # Errors
    ///
    /// `MathOverflow` if it does not fit its word.
    pub(crate) fn set_predictive_room(&mut self, room: &Room) -> Fallible<()> {
        self.save_room(U256::from_limbs([slot::PREDICTIVE_ROOM, 0, 0, 0]), room)
    }
}
