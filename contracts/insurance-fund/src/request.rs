//! Requests to redeem, after ERC-7540's redemption side. Calls nothing.
//!
//! * A request moves fund shares of its owner into escrow, the fund's own balance, for a controller. They can't be transferred
//!   from there, stay part of the supply, and so bear losses and share gains like all others: what they are worth is
//!   computed when they are claimed.
//! * After the cool-down the request can be claimed, in part or whole, for as long as the window is open. A later claim
//!   fails, and the request counts neither as pending nor as claimable: ERC-7540 knows no expiry, so that is a deviation.
//!   Without it a staker could hold a request for ever and leave at the first sign of a loss.
//! * A controller has one request, with id 0. Another request merges into it and starts the cool-down of all its shares anew, also
//!   after the window has closed.
//! * Who can't act for a controller may start a request for it, as ERC-7540 allows, but not add to one: it would restart the
//!   controller's cool-down, and anybody could keep anybody else from leaving (F1).
//! * The controller or its operator may cancel at any time and gets the shares back. It gives up the time that has passed, no more.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::fund::IInsuranceFund::{
    ERC4626ExceededMaxRedeem, OperatorSet, RedeemCancelled, RedeemRequest, ZeroAmount,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{Error, OVERFLOW},
    require_nonzero,
    state::Request,
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
        self.vm().log(RedeemRequest {
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
        self.vm().log(RedeemCancelled {
            controller,
            sender,
            shares,
        });
        Ok(shares)
    }

    /// Takes `shares` off the request of `controller`, if that many are claimable now.
    pub(crate) fn claim(&mut self, controller: Address, shares: U256) -> Result<(), Error> {
        let claimable = self.claimable(controller);
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
        if request.is_claimable(self.now(), self.settings().window) {
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
        let until = request
            .claimable_from
            .saturating_add(self.settings().window);
        (
            request.shares,
            U256::from(request.claimable_from),
            U256::from(until),
        )
    }

    pub(crate) fn record_operator(&mut self, operator: Address, approved: bool) {
        let controller = self.vm().msg_sender();
        self.operators.setter(controller).insert(operator, approved);
        self.vm().log(OperatorSet {
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
