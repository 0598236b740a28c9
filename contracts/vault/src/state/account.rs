//! Accounts: the head word, and the collateral that an account has.

use alloy_primitives::{Address, B256, U256};

use super::{slot, VaultState};
use crate::{
    errors::{insufficient_collateral, Fallible},
    market::{pack_halves, unpack_halves},
};

/// Flag of an account's head.
const PREDICTIVE: u64 = 1 << 41;

/// An account's head word.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    /// Its share of all debt.
    pub borrow_shares: U256,
    /// Tokens of which the account has some, free or in lots.
    pub bitmap: u32,
    /// Time of the last step that raised the account's risk.
    pub last_risk: u64,
    /// May be liquidated before it is unhealthy.
    pub predictive: bool,
}

impl VaultState {
    /// The head word of `account`.
    #[inline(never)]
    pub(crate) fn head(&self, account: B256) -> Head {
        let word = self.load(self.account_word(account, slot::account::HEAD));
        let [shares_0, shares_1, high_0, high_1] = word.into_limbs();
        Head {
            borrow_shares: U256::from_limbs([shares_0, shares_1, 0, 0]),
            bitmap: high_0 as u32,
            predictive: high_0 & PREDICTIVE != 0,
            last_risk: high_1,
        }
    }

    /// Writes the head word of `account`.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_head(&mut self, account: B256, head: &Head) -> Fallible<()> {
        let flags = u64::from(head.bitmap) | if head.predictive { PREDICTIVE } else { 0 };
        let high = U256::from_limbs([flags, head.last_risk, 0, 0]);
        let slot = self.account_word(account, slot::account::HEAD);
        self.save(slot, pack_halves(high, head.borrow_shares)?);
        Ok(())
    }

    /// Collateral of `account` at a token's index: (free, in lots).
    #[inline(never)]
    pub(crate) fn position(&self, account: B256, index: u8) -> (U256, U256) {
        let word = self.load(self.position_slot(account, index));
        let (in_lots, free) = unpack_halves(word);
        (free, in_lots)
    }

    /// Writes collateral of `account`, and its bit in `head` (which the caller stores).
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_position(
        &mut self,
        account: B256,
        head: &mut Head,
        index: u8,
        free: U256,
        in_lots: U256,
    ) -> Fallible<()> {
        let bit = 1u32.wrapping_shl(u32::from(index));
        if self.write_position(account, index, free, in_lots)? {
            head.bitmap |= bit;
        } else {
            head.bitmap &= !bit;
        }
        Ok(())
    }

    /// Writes collateral of `account`, and leaves its bit to the caller. Returns whether there is any.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn write_position(
        &mut self,
        account: B256,
        index: u8,
        free: U256,
        in_lots: U256,
    ) -> Fallible<bool> {
        let word = pack_halves(in_lots, free)?;
        let slot = self.position_slot(account, index);
        self.save(slot, word);
        Ok(!word.is_zero())
    }

    /// Writes collateral of `account` that has become less. Its bit goes from the stored head with the last of it; mostly the head stays as it
    /// is, and is not even read.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn lower_position(
        &mut self,
        account: B256,
        index: u8,
        free: U256,
        in_lots: U256,
    ) -> Fallible<()> {
        if self.write_position(account, index, free, in_lots)? {
            return Ok(());
        }
        let mut head = self.head(account);
        head.bitmap &= !1u32.wrapping_shl(u32::from(index));
        self.set_head(account, &head)
    }

    fn position_slot(&self, account: B256, index: u8) -> U256 {
        let positions = self.account_word(account, slot::account::POSITIONS);
        self.entry(positions, B256::with_last_byte(index))
    }

    /// Takes `amount` off the free collateral of `account`, in its position and in `head`.
    ///
    /// # Errors
    ///
    /// `InsufficientCollateral`.
    #[inline(never)]
    pub(crate) fn take_free(
        &mut self,
        account: B256,
        head: &mut Head,
        token: Address,
        index: u8,
        amount: U256,
    ) -> Fallible<()> {
        let (free, in_lots) = self.position(account, index);
        let Some(left) = free.checked_sub(amount) else {
            return Err(insufficient_collateral(account, token, free, amount));
        };
        self.set_position(account, head, index, left, in_lots)
    }

    /// Indices of the tokens in an account's bitmap, lowest first.
    pub(crate) fn indices(mut bitmap: u32) -> impl Iterator<Item = u8> {
        ::core::iter::from_fn(move || {
            if bitmap == 0 {
                return None;
            }
            let index = bitmap.trailing_zeros();
            // The lowest bit goes.
            bitmap &= bitmap.wrapping_sub(1);
            Some(index as u8)
        })
    }
}
