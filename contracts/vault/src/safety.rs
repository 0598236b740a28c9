//! Pauses: by the guardian or the owner, for each kind of verb, for a bounded time, and not again at once.
//!
//! `repay` and `depositCollateral` can't be paused. A pause ends by itself; the next of the same kind starts no sooner than
//! [`REARM`] after that, whoever asks, so nothing is shut for more than half of the time. Nothing else is the guardian's.

use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::mul_less;
use breakwater_interfaces::{
    oracle::IOracleAdapter,
    outbound::{self, word_at, Calldata},
    vault::IVault,
};
use breakwater_risk::WAD;
use stylus_sdk::prelude::*;

use crate::{
    errors::{self, parameter_out_of_bounds, Fallible},
    state::VaultState,
};

/// Longest pause, seconds: three days.
pub(crate) const MAX_PAUSE: u64 = 72 * 3600;
/// Time after a pause in which there is no other of its kind, seconds.
pub(crate) const REARM: u64 = 72 * 3600;
/// Longest grace after a pause of liquidation or an outage of the sequencer, seconds: one day.
pub(crate) const MAX_GRACE: u64 = 24 * 3600;

/// What can be paused. The numbers are those of the interface.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Verb {
    /// `deposit`, `mint`.
    Deposit = 0,
    /// `withdraw`, `redeem`.
    Withdraw = 1,
    /// `withdrawCollateral`.
    WithdrawCollateral = 2,
    /// `borrow`.
    Borrow = 3,
    /// `liquidate`.
    Liquidate = 4,
}

impl Verb {
    /// The verb of this number.
    ///
    /// # Errors
    ///
    /// `ParameterOutOfBounds`.
    pub(crate) fn of(number: U256) -> Fallible<Self> {
        Ok(match number.saturating_to::<u8>() {
            0 => Self::Deposit,
            1 => Self::Withdraw,
            2 => Self::WithdrawCollateral,
            3 => Self::Borrow,
            4 => Self::Liquidate,
            _ => return Err(parameter_out_of_bounds(b"verb", number)),
        })
    }
}

/// Who may pause, and the grace after a pause of liquidation or an outage of the sequencer.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    /// May pause.
    pub guardian: Address,
    /// Seconds after a pause of liquidation, or an outage, in which accounts above the floor are not liquidated.
    pub grace: u64,
    /// Health from which an account has grace, WAD.
    pub grace_floor: U256,
    /// Liquidation is paused until then.
    pub liquidation_paused: u64,
}

impl VaultState {
    /// Until when a verb is paused; in the past if it is not.
    pub(crate) fn paused_until(&self, verb: Verb) -> u64 {
        match verb {
            Verb::Liquidate => self.guard().liquidation_paused,
            _ => self.risk().paused_until(verb),
        }
    }

    /// Whether a verb is paused now.
    pub(crate) fn is_paused(&self, verb: Verb) -> bool {
        self.now() < self.paused_until(verb)
    }

    /// # Errors
    ///
    /// `Paused`.
    #[inline(never)]
    pub(crate) fn require_running(&self, verb: Verb) -> Fallible<()> {
        let until = self.paused_until(verb);
        if self.now() < until {
            return Err(errors::paused(U256::from(verb as u8), U256::from(until)));
        }
        Ok(())
    }

    /// Pauses a verb for `duration` seconds, rounded up to a full hour, by the guardian or the owner.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`, `PauseTooSoon`.
    pub(crate) fn pause(&mut self, verb: Verb, duration: U256) -> Fallible<()> {
        let caller = self.vm().msg_sender();
        if caller != self.guard().guardian && caller != self.owner() {
            return Err(errors::not_authorized(caller));
        }
        if duration.is_zero() || duration > U256::from(MAX_PAUSE) {
            return Err(parameter_out_of_bounds(b"duration", duration));
        }
        let now = self.now();
        let last = self.paused_until(verb);
        let from = last.saturating_add(REARM);
        if last != 0 && now < from {
            return Err(errors::pause_too_soon(
                U256::from(verb as u8),
                U256::from(from),
            ));
        }
        let until = now.saturating_add(duration.saturating_to::<u64>());
        self.set_pause(verb, until.div_ceil(3600).saturating_mul(3600), caller);
        Ok(())
    }

    /// Ends a pause, by the owner.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds` if the verb is not paused.
    pub(crate) fn unpause(&mut self, verb: Verb) -> Fallible<()> {
        let owner = self.owner();
        self.require_caller(owner)?;
        if !self.is_paused(verb) {
            return Err(parameter_out_of_bounds(b"verb", U256::from(verb as u8)));
        }
        // The hour's beginning: not after now.
        let until = self
            .now()
            .saturating_sub(self.now().checked_rem(3600).unwrap_or(0));
        self.set_pause(verb, until, owner);
        Ok(())
    }

    fn set_pause(&mut self, verb: Verb, until: u64, by: Address) {
        if verb == Verb::Liquidate {
            let mut guard = self.guard();
            guard.liquidation_paused = until;
            self.set_guard(&guard);
        } else {
            let mut risk = self.risk();
            risk.set_pause(verb, until);
            self.set_risk(&risk);
        }
        self.emit(&IVault::PauseSet {
            verb: U256::from(verb as u8),
            until: U256::from(until),
            by,
        });
    }

    /// Names the guardian, and the grace after a pause of liquidation or an outage of the sequencer: for `grace` seconds accounts with a health of
    /// `grace_floor` or more are not liquidated. By the owner.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`.
    pub(crate) fn configure_guardian(
        &mut self,
        guardian: Address,
        grace: U256,
        grace_floor: U256,
    ) -> Fallible<()> {
        self.require_caller(self.owner())?;
        if grace > U256::from(MAX_GRACE) {
            return Err(parameter_out_of_bounds(b"grace", grace));
        }
        if grace_floor > WAD || !crate::state::is_short_ratio(grace_floor) {
            return Err(parameter_out_of_bounds(b"graceFloor", grace_floor));
        }
        let guard = Guard {
            guardian,
            grace: grace.saturating_to::<u64>(),
            grace_floor,
            liquidation_paused: self.guard().liquidation_paused,
        };
        self.set_guard(&guard);
        self.emit(&IVault::GuardianSet {
            guardian,
            grace,
            graceFloor: grace_floor,
        });
        Ok(())
    }

    /// A solvent account is not liquidated within the grace after a pause of liquidation, or after an outage of the sequencer, unless its
    /// health is under the floor: its owner could not act either, or not at these prices.
    ///
    /// # Errors
    ///
    /// `GracePeriod`, and what the adapter reverts with: not for want of an answer is there no grace.
    pub(crate) fn require_no_grace(
        &self,
        account: B256,
        debt: U256,
        capacity: U256,
    ) -> Fallible<()> {
        let guard = self.guard();
        if guard.grace == 0 || mul_less(capacity, WAD, debt, guard.grace_floor) {
            return Ok(());
        }
        let since = guard.liquidation_paused.max(self.sequencer_up_since()?);
        let until = since.saturating_add(guard.grace);
        // Neither a pause nor an outage so far, or no feed that would tell: no grace.
        if since != 0 && self.now() < until {
            return Err(errors::grace_period(account, U256::from(until)));
        }
        Ok(())
    }

    /// Since when the sequencer has been up, as the adapter says: 0 without a feed, 2^64-1 while it is down.
    fn sequencer_up_since(&self) -> Fallible<u64> {
        let calldata = Calldata::new::<IOracleAdapter::sequencerUpSinceCall>(0);
        let answer = outbound::static_call(self.vm(), self.oracle(), &calldata)?;
        // Of 64 bits. Without a word it counts as down.
        let [since, ..] = word_at(&answer, 0).unwrap_or(U256::MAX).into_limbs();
        Ok(since)
    }
}
