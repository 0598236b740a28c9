//! Claims, one an account.

use alloy_primitives::{B256, U256};

use super::{slot, VaultState};
use crate::{
    errors::{self, Fallible},
    market::{pack_halves, unpack_halves},
};

/// Top bit of a claim's words.
const USED: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// An account's claim, in loan asset.
#[derive(Clone, Copy, Default)]
pub(crate) struct AccountClaim {
    /// The claim proper.
    pub claim: breakwater_risk::claim::Claim,
    /// The part of it that live auctions ask for.
    pub assigned: U256,
}

impl VaultState {
    /// The claim on `account`.
    #[inline(never)]
    pub(crate) fn claim(&self, account: B256) -> AccountClaim {
        let base = self.account_word(account, 0);
        let word = |offset| self.load(Self::field(base, offset));
        let (written_off, carrying) = unpack_halves(word(slot::account::CLAIM_VALUE) & !USED);
        let (assigned, penalty) = unpack_halves(word(slot::account::CLAIM_EXTRA) & !USED);
        AccountClaim {
            claim: breakwater_risk::claim::Claim {
                carrying,
                written_off,
                penalty,
                fund_paid: word(slot::account::CLAIM_FUND),
            },
            assigned,
        }
    }

    /// Writes the claim on `account`; amounts of 127 bits.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_claim(&mut self, account: B256, claim: &AccountClaim) -> Fallible<()> {
        let value = pack_halves(claim.claim.written_off, claim.claim.carrying)?;
        let extra = pack_halves(claim.assigned, claim.claim.penalty)?;
        if (value | extra) & USED != U256::ZERO {
            return Err(errors::amount_too_large(claim.claim.written_off));
        }
        let (value, extra) = (value | USED, extra | USED);
        let base = self.account_word(account, 0);
        self.save(Self::field(base, slot::account::CLAIM_VALUE), value);
        self.save(Self::field(base, slot::account::CLAIM_EXTRA), extra);
        self.save(
            Self::field(base, slot::account::CLAIM_FUND),
            claim.claim.fund_paid,
        );
        Ok(())
    }
}
