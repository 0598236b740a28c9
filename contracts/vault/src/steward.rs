//! The steward: tightens a limit by a part, for a time, and can do nothing else.
//!
//! Two limits only, and both bear on who comes in: `borrowLtv` of a token, and the cap on total assets. A lower one makes no account
//! liquidatable and keeps nobody from leaving, repaying or adding collateral. Left out are the supply cap of a token, since
//! `depositCollateral` must not be stopped, and the caps on debt for sale, since a lower one slows liquidation.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::vault::IVault;
use breakwater_risk::tightening::{Tightening, PERCENT_MAX, PERCENT_MIN, STEP};

use crate::{
    errors::{self, parameter_out_of_bounds, Fallible},
    state::VaultState,
};

/// Longest tightening, seconds: seven days.
pub(crate) const MAX_TIGHTENING: u64 = 7 * 24 * 3600;
/// Time after a tightening in which there is no other of the same limit, seconds: so it is in force for no more than half of the time.
pub(crate) const REARM: u64 = MAX_TIGHTENING;

impl VaultState {
    /// Names the steward, by the owner; zero for none. What the last one has tightened runs on until it ends.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`.
    pub(crate) fn name_steward(&mut self, steward: Address) -> Fallible<()> {
        self.require_caller(self.owner())?;
        self.set_steward(steward);
        self.emit(&IVault::StewardSet { steward });
        Ok(())
    }

    /// Lets only `percent` parts in a hundred of a limit count for `duration` seconds, rounded up to an even hour, by the steward. One
    /// that is in force may be made tighter, and ends when it would have ended.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `ParameterOutOfBounds`, `UnknownCollateral`, `TighteningTooSoon`.
    pub(crate) fn tighten(
        &mut self,
        token: Address,
        percent: U256,
        duration: U256,
    ) -> Fallible<()> {
        self.require_caller(self.steward())?;
        let now = self.now();
        let last = Tightening::unpack(self.tightening(token)?);
        let is_in_force = last.is_in_force(now);
        let most = if is_in_force {
            last.percent.saturating_sub(1)
        } else {
            PERCENT_MAX
        };
        if percent < U256::from(PERCENT_MIN) || percent > U256::from(most) {
            return Err(parameter_out_of_bounds(b"percent", percent));
        }
        if duration.is_zero() || duration > U256::from(MAX_TIGHTENING) {
            return Err(parameter_out_of_bounds(b"duration", duration));
        }
        let until = if is_in_force {
            last.until
        } else {
            let from = last.until.saturating_add(REARM);
            if last.until != 0 && now < from {
                return Err(errors::tightening_too_soon(token, U256::from(from)));
            }
            let until = now.saturating_add(duration.saturating_to::<u64>());
            until.div_ceil(STEP).saturating_mul(STEP)
        };
        let tightening = Tightening {
            percent: percent.saturating_to::<u8>(),
            until,
        }
        .pack();
        self.set_tightening(token, tightening)?;
        self.emit(&IVault::Tightened {
            token,
            percent,
            until: U256::from(until),
        });
        Ok(())
    }
}
