//! Requests to redeem, after ERC-7540's redemption side. Calls nothing.
//!
//! * A request moves fund shares of its owner into escrow, the fund's own balance, for a controller. They can't be transferred
//!   from there, stay part of the supply, and so bear losses and share gains like all others: what they are worth is
//!   computed when they are claimed.
//! * After the cool-down the request can be claimed, in part or whole, for as long as the window is open. A later claim
//!   fails, and the request counts neither as pending nor as claimable: ERC-7540 knows no expiry, so that is a deviation.
//!   Without it a staker could hold a request for ever and leave at the first sign of a loss.
//! * While a collateral that is in the vault's books has no good price, what is lost on it can't be recognised, so claims wait: for three days
//!   after the cool-down at most ([`breakwater_risk::fund::LONGEST_WAIT`]), whatever prices do, so nobody who makes them flicker keeps
//!   anybody in. Windows last longer by what was waited since the request, as samples have it: every verb takes one, and anybody may.
//!   Open auctions and other requests make nobody wait.
//! * A request stands under the cool-down, window and minimum of its time: what is raised later does not touch it.
//! * A controller has one request, with id 0. Another request merges into it and starts the cool-down of all its shares anew, also
//!   after the window has closed.
//! * Who can't act for a controller may start a request for it, as ERC-7540 allows, but not add to one: it would restart the
//!   controller's cool-down, and anybody could keep anybody else from leaving (F1).
//! * The controller or its operator may cancel at any time and gets the shares back. It gives up the time that has passed, no more.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::fund::IInsuranceFund::{
    ERC4626ExceededMaxRedeem, OperatorSet, RedeemCancelled, RedeemRequest, RedemptionsWait,
    WaitSampled, ZeroAmount,
};
use breakwater_risk::fund::{claimable_until, has_to_wait, WaitClock, LONGEST_WAIT};
use stylus_sdk::prelude::*;

use crate::{
    errors::{Error, OVERFLOW},
    require_nonzero,
    state::{pack_clock, unpack_clock, Request, Terms},
    vault::{self, Standing},
    InsuranceFund,
};

impl InsuranceFund {
    pub(crate) fn start_request(
        &mut self,
        shares: U256,
        controller: Address,
        owner: Address,
    ) -> Result<(), Error> {
        if shares.is_zero() {
            return Err(ZeroAmount {}.into());
        }
        require_nonzero(controller)?;
        let sender = self.vm().msg_sender();
        if sender != owner && !self.is_operator(owner, sender) {
            self.spend_allowance(owner, sender, shares)?;
        }
        let running = self.request(controller);
        if !running.shares.is_zero() {
            self.require_controller(controller)?;
        }
        let standing = vault::standing(self.vm(), self.asset())?;
        let clock = self.sample(standing.waits);
        let fund = self.share();
        self.move_shares(owner, fund, shares)?;
        let claimable_from = self.now().saturating_add(self.settings().cooldown);
        self.set_request(
            controller,
            Request {
                shares: running.shares.checked_add(shares).ok_or(OVERFLOW)?,
                claimable_from,
            },
        );
        let terms = Terms {
            minimum: standing.minimum,
            waited: clock.at(self.now()),
        };
        self.terms.insert(controller, terms.pack());
        self.emit(&RedeemRequest {
            controller,
            owner,
            requestId: U256::ZERO,
            sender,
            shares,
        });
        Ok(())
    }

    pub(crate) fn end_request(&mut self, controller: Address) -> Result<U256, Error> {
        let sender = self.require_controller(controller)?;
        let shares = self.request(controller).shares;
        if shares.is_zero() {
            return Err(ZeroAmount {}.into());
        }
        self.set_request(controller, Request::default());
        let fund = self.share();
        self.move_shares(fund, controller, shares)?;
        self.emit(&RedeemCancelled {
            controller,
            sender,
            shares,
        });
        Ok(shares)
    }

    /// Takes `shares` off the request of `controller`, if that many are claimable now.
    pub(crate) fn claim(
        &mut self,
        controller: Address,
        shares: U256,
        standing: &Standing,
    ) -> Result<(), Error> {
        let claimable = self.claimable(controller);
        if self.waits(controller, standing) && !claimable.is_zero() {
            let until = self.request(controller).claimable_from;
            return Err(RedemptionsWait {
                until: U256::from(until.saturating_add(LONGEST_WAIT)),
            }
            .into());
        }
        let Some(rest) = claimable.checked_sub(shares) else {
            return Err(ERC4626ExceededMaxRedeem {
                owner: controller,
                shares,
                max: claimable,
            }
            .into());
        };
        let claimable_from = self.request(controller).claimable_from;
        self.set_request(
            controller,
            Request {
                shares: rest,
                claimable_from,
            },
        );
        Ok(())
    }

    pub(crate) fn pending(&self, request_id: U256, controller: Address) -> U256 {
        let request = self.request(controller);
        if request_id.is_zero() && request.is_pending(self.now()) {
            request.shares
        } else {
            U256::ZERO
        }
    }

    #[inline(never)]
    pub(crate) fn claimable(&self, controller: Address) -> U256 {
        let request = self.request(controller);
        if request.is_claimable(self.now(), self.until(controller, request)) {
            request.shares
        } else {
            U256::ZERO
        }
    }

    pub(crate) fn request_of(&self, controller: Address) -> (U256, U256, U256) {
        let request = self.request(controller);
        if request.shares.is_zero() {
            return (U256::ZERO, U256::ZERO, U256::ZERO);
        }
        let until = self.until(controller, request);
        (
            request.shares,
            U256::from(request.claimable_from),
            U256::from(until),
        )
    }

    /// Last moment at which `request` of `controller` can be claimed.
    fn until(&self, controller: Address, request: Request) -> u64 {
        let clock = unpack_clock(self.clock.get());
        let at_request = self.terms_of(controller).waited;
        let waited = clock.at(self.now()).saturating_sub(at_request);
        claimable_until(request.claimable_from, self.settings().window, waited)
    }

    /// Whether `controller` has to wait now because a price is not good.
    pub(crate) fn waits(&self, controller: Address, standing: &Standing) -> bool {
        standing.waits && has_to_wait(self.request(controller).claimable_from, self.now())
    }

    /// What the request of `controller` was made under.
    pub(crate) fn terms_of(&self, controller: Address) -> Terms {
        Terms::unpack(self.terms.get(controller))
    }

    /// Looks at the clock of waits, and sets it if something changed.
    #[inline(never)]
    pub(crate) fn sample(&mut self, waits: bool) -> WaitClock {
        let mut clock = unpack_clock(self.clock.get());
        if clock.sample(waits, self.now()) {
            self.clock.set(pack_clock(clock));
            self.emit(&WaitSampled {
                waits,
                total: U256::from(clock.total),
            });
        }
        clock
    }

    pub(crate) fn record_operator(&mut self, operator: Address, approved: bool) {
        let controller = self.vm().msg_sender();
        self.operators.setter(controller).insert(operator, approved);
        self.emit(&OperatorSet {
            controller,
            operator,
            approved,
        });
    }

    #[inline(never)]
    fn request(&self, controller: Address) -> Request {
        Request::unpack(self.requests.get(controller))
    }

    #[inline(never)]
    fn set_request(&mut self, controller: Address, request: Request) {
        self.requests.insert(controller, request.pack());
    }

    fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }
}
