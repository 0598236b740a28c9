//! Claims, one an account.

use alloy_primitives::{B256, U256};
use breakwater_risk::{amounts, claim::Payment};

use super::{slot, VaultState};
use crate::{
    errors::{self, Fallible},
    market::{pack_halves, unpack_halves},
};

/// Bits above 64 of each amount in a claim's first word.
const BITS: u32 = 17;
/// The first word's top bits: the account has had a claim; the word for large amounts counts; the word for a loss counts.
const USED: u64 = 1 << 63;
const LARGE: u64 = 1 << 62;
const LOSS: u64 = 1 << 61;
/// The account is insolvent and being wound up.
const CLOSING: u64 = 1 << 60;
/// Place of the number of live lots.
const LOTS: u32 = 52;
/// The upper bits of what live auctions ask for.
const ASSIGNED: u64 = 0x1_ffff << 34;

/// An account's claim, in loan asset.
#[derive(Clone, Copy, Default)]
pub(crate) struct AccountClaim {
    /// The claim proper.
    pub claim: breakwater_risk::claim::Claim,
    /// The part of it that live auctions ask for.
    pub assigned: U256,
    /// Auctions that are under way.
    pub live_lots: u8,
    /// Insolvent: being wound up.
    pub closing: bool,
}

impl AccountClaim {
    /// Applies a payment, by a lot that is done with `tab_settled` of what it was to raise, and with all if it `ended`.
    pub(crate) fn settle(&mut self, payment: U256, tab_settled: U256, ended: bool) -> Payment {
        self.assigned = self.assigned.saturating_sub(tab_settled);
        if ended {
            self.live_lots = self.live_lots.saturating_sub(1);
        }
        self.claim.settle(payment)
    }

    /// Whether its end is neither a loss nor debt again, and gives up no recovery: at most its penalty is unpaid.
    pub(crate) fn ends_quietly(&self) -> bool {
        self.claim.carrying.is_zero() && self.claim.fund_paid.is_zero()
    }

    /// Whether nothing is owed on it.
    pub(crate) fn is_paid(&self) -> bool {
        self.claim.outstanding().is_zero()
    }
}

impl VaultState {
    /// The claim on `account`.
    #[inline(never)]
    pub(crate) fn claim(&self, account: B256) -> AccountClaim {
        let base = self.account_word(account, 0);
        let first = self.load(Self::field(base, slot::account::CLAIM));
        let [.., flags] = first.into_limbs();
        let more = |flag, offset| match flags & flag {
            0 => U256::ZERO,
            _ => self.load(Self::field(base, offset)),
        };
        let large = more(LARGE, slot::account::CLAIM_LARGE);
        let [carrying, penalty, assigned] = amounts::unpack(first, large, BITS);
        let (fund_paid, written_off) = unpack_halves(more(LOSS, slot::account::CLAIM_LOSS));
        AccountClaim {
            claim: breakwater_risk::claim::Claim {
                carrying,
                written_off,
                penalty,
                fund_paid,
            },
            assigned,
            live_lots: (flags >> LOTS) as u8,
            closing: flags & CLOSING != 0,
        }
    }

    /// Whether `account` has a claim that is not over: something is owed, a lot is live, or it is being wound up.
    #[inline(never)]
    pub(crate) fn has_claim(&self, account: B256) -> bool {
        let word = self.load(self.account_word(account, slot::account::CLAIM));
        let [carrying, penalty, _, high] = word.into_limbs();
        carrying | penalty | (high & !(USED | ASSIGNED)) != 0
    }

    /// Writes the claim on `account`.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_claim(&mut self, account: B256, claim: &AccountClaim) -> Fallible<()> {
        let AccountClaim {
            claim,
            assigned,
            live_lots,
            closing,
        } = claim;
        let amounts = amounts::pack([claim.carrying, claim.penalty, *assigned], BITS);
        let Some((first, large)) = amounts else {
            return Err(errors::amount_too_large(claim.carrying));
        };
        let loss = pack_halves(claim.fund_paid, claim.written_off)?;
        let base = self.account_word(account, 0);
        let mut flags = USED | (u64::from(*live_lots) << LOTS);
        if *closing {
            flags |= CLOSING;
        }
        for (flag, offset, word) in [
            (LARGE, slot::account::CLAIM_LARGE, large),
            (LOSS, slot::account::CLAIM_LOSS, loss),
        ] {
            if !word.is_zero() {
                flags |= flag;
                self.save(Self::field(base, offset), word);
            }
        }
        let first = first | U256::from_limbs([0, 0, 0, flags]);
        self.save(Self::field(base, slot::account::CLAIM), first);
        Ok(())
    }
}
