//! Debt for sale, and its caps on the flow.

use alloy_primitives::{Address, U256};
use breakwater_risk::room::Room;

use super::{slot, VaultState};
use crate::errors::{math_overflow, Fallible};

/// Top bit of a room's word, in its last limb: the word is never zero, so that no liquidation pays for a new slot.
const USED: u64 = 1 << 63;
/// Bits of the last limb of the word of all debt for sale: the cap period.
const CAP_PERIOD: u64 = 0x3f_ffff << CAP_PERIOD_PLACE;
const CAP_PERIOD_PLACE: u32 = 40;

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
        let [first, second, third, last] = room.pack().map_err(|_| math_overflow())?.into_limbs();
        let [.., before] = self.load(slot).into_limbs();
        let last = last | (before & CAP_PERIOD) | USED;
        self.save(slot, U256::from_limbs([first, second, third, last]));
        Ok(())
    }

    /// Seconds after which settled debt no longer counts against the caps, for settlement: the copy of what [`super::Risk`] says, in the word
    /// of all debt for sale, so that a sale reads one word less.
    #[inline(never)]
    pub(crate) fn cap_period(&self) -> u64 {
        let [.., last] = self.word(slot::TOTAL_ROOM).into_limbs();
        (last & CAP_PERIOD) >> CAP_PERIOD_PLACE
    }

    /// Changes the copy of the cap period. It has 22 bits, as its setter checks.
    pub(super) fn set_cap_period(&mut self, seconds: u64) {
        let [first, second, third, last] = self.word(slot::TOTAL_ROOM).into_limbs();
        let last = (last & !CAP_PERIOD) | ((seconds << CAP_PERIOD_PLACE) & CAP_PERIOD) | USED;
        self.set_word(
            slot::TOTAL_ROOM,
            U256::from_limbs([first, second, third, last]),
        );
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
