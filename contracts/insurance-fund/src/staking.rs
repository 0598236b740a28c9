//! The two values, coming and leaving.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    fund::IInsuranceFund::{
        DepositsWait, ERC4626ExceededMaxRedeem, Locked, WithdrawnInKind, ZeroAmount,
    },
    outbound,
};
use breakwater_risk::shares::{to_assets_down, to_shares_down, VIRTUAL_SHARES};
use stylus_sdk::prelude::*;

use crate::{
    errors::{Error, OVERFLOW},
    state::{Supply, MAX_SUPPLY},
    vault::{self, Standing},
    InsuranceFund,
};

/// A conversion of [`breakwater_risk::shares`].
type Conversion = fn(U256, U256, U256, U256) -> Option<U256>;

/// At which of the fund's values is converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// What those who come pay.
    High,
    /// What those who leave get.
    Low,
}

/// Where the fund stands at the beginning of a verb.
pub(crate) struct Stand {
    /// Fund shares in all.
    supply: U256,
    standing: Standing,
}

impl Stand {
    /// `amount`, converted.
    #[inline(never)]
    pub(crate) fn convert(
        &self,
        conversion: Conversion,
        amount: U256,
        value: Value,
    ) -> Result<U256, Error> {
        let total = match value {
            Value::High => self.standing.high,
            Value::Low => self.standing.low,
        };
        conversion(amount, total, self.supply, VIRTUAL_SHARES).ok_or(OVERFLOW)
    }

    /// Fund shares that can still be minted.
    fn room(&self) -> U256 {
        if self.standing.is_unpriced {
            return U256::ZERO;
        }
        MAX_SUPPLY.saturating_sub(self.supply)
    }

    /// Vault shares that can be paid if `minimum` of them have to stay.
    fn payable(&self, minimum: U256) -> U256 {
        let minimum = minimum.min(self.standing.minimum);
        self.standing.held.saturating_sub(minimum)
    }
}

impl InsuranceFund {
    /// What the vault says of the fund now.
    pub(crate) fn standing(&self) -> Result<Standing, Error> {
        vault::standing(self.vm(), self.asset())
    }

    /// `amount`, converted at what the fund is worth now.
    pub(crate) fn convert(
        &self,
        conversion: Conversion,
        amount: U256,
        value: Value,
    ) -> Result<U256, Error> {
        self.stand()?.convert(conversion, amount, value)
    }

    #[inline(never)]
    fn stand(&self) -> Result<Stand, Error> {
        Ok(Stand {
            supply: self.total_supply(),
            standing: self.standing()?,
        })
    }

    /// Where the fund stands, for a verb to begin with: not if the fund is in the middle of another.
    #[inline(never)]
    pub(crate) fn begin(&mut self) -> Result<Stand, Error> {
        self.require_unlocked()?;
        let stand = self.stand()?;
        self.sample(stand.standing.waits);
        Ok(stand)
    }

    /// The same for a verb that pays out: the vault mints first what is the fund's own in the pool, so that who leaves gets a part of it.
    pub(crate) fn begin_leaving(&mut self) -> Result<Stand, Error> {
        self.require_unlocked()?;
        vault::mint_own(self.vm(), self.asset());
        self.begin()
    }

    fn require_unlocked(&self) -> Result<(), Error> {
        if Supply::unpack(self.supply.get()).locked {
            return Err(Locked {}.into());
        }
        Ok(())
    }

    fn set_supply(&mut self, shares: U256, locked: bool) {
        self.supply.set(Supply { shares, locked }.pack());
    }

    /// Most fund shares that can be minted now.
    pub(crate) fn most_minted(&self) -> Result<U256, Error> {
        Ok(self.stand()?.room())
    }

    /// Most vault shares that can be deposited now.
    pub(crate) fn most_deposited(&self) -> Result<U256, Error> {
        let stand = self.stand()?;
        let room = stand.room();
        Ok(match stand.convert(to_assets_down, room, Value::High) {
            Err(Error::MathOverflow(_)) => U256::MAX,
            assets => assets?,
        })
    }

    /// Most fund shares of `controller` that can be redeemed now, and most vault shares that can be withdrawn for them.
    #[inline(never)]
    pub(crate) fn most_redeemed(&self, controller: Address) -> Result<(U256, U256), Error> {
        self.most_redeemed_at(&self.stand()?, controller)
    }

    fn most_redeemed_at(&self, stand: &Stand, controller: Address) -> Result<(U256, U256), Error> {
        let nothing = (U256::ZERO, U256::ZERO);
        if self.waits(controller, &stand.standing) {
            return Ok(nothing);
        }
        let payable = stand.payable(self.terms_of(controller).minimum);
        // Rounded down both ways, so what these shares are worth is payable.
        let paid_for = match stand.convert(to_shares_down, payable, Value::Low) {
            Err(Error::MathOverflow(_)) => U256::MAX,
            shares => shares?,
        };
        let claimable = self.claimable(controller);
        let shares = claimable.min(paid_for);
        let assets = stand.convert(to_assets_down, claimable, Value::Low)?;
        if stand.convert(to_assets_down, shares, Value::Low)?.is_zero() {
            return Ok(nothing);
        }
        Ok((shares, assets.min(payable)))
    }

    /// Books a deposit, then pulls the vault shares.
    pub(crate) fn enter(
        &mut self,
        stand: &Stand,
        assets: U256,
        shares: U256,
        receiver: Address,
    ) -> Result<(), Error> {
        require_amounts(assets, shares)?;
        if stand.standing.is_unpriced {
            return Err(DepositsWait {}.into());
        }
        self.require_receiver(receiver)?;
        let supply = stand
            .supply
            .checked_add(shares)
            .filter(|supply| *supply <= MAX_SUPPLY)
            .ok_or(OVERFLOW)?;
        self.set_supply(supply, true);
        self.mint_shares(receiver, shares)?;

        let (caller, fund) = (self.vm().msg_sender(), self.share());
        let vault = self.asset();
        vault::require(
            vault,
            outbound::token_transfer_from(self.vm(), vault, caller, fund, assets),
        )?;
        self.set_supply(supply, false);
        self.log_deposit(caller, receiver, assets, shares);
        Ok(())
    }

    /// Books a claim on the request of `controller`, then pays the vault shares.
    pub(crate) fn leave(
        &mut self,
        stand: &Stand,
        assets: U256,
        shares: U256,
        receiver: Address,
        controller: Address,
    ) -> Result<(), Error> {
        require_amounts(assets, shares)?;
        let caller = self.require_controller(controller)?;
        self.require_receiver(receiver)?;
        let minimum = self.terms_of(controller).minimum;
        let (max, _) = self.most_redeemed_at(stand, controller)?;
        let supply = self.burn_claim(stand, shares, controller)?;
        // What the fund has to keep, or holds in collateral, it can't pay.
        if assets > stand.payable(minimum) {
            return Err(ERC4626ExceededMaxRedeem {
                owner: controller,
                shares,
                max,
            }
            .into());
        }
        self.pay(assets, receiver)?;
        self.set_supply(supply, false);
        self.log_withdraw(caller, receiver, controller, assets, shares);
        Ok(())
    }

    /// Books a claim on the request of `controller`, then pays its part of everything.
    pub(crate) fn leave_in_kind(
        &mut self,
        shares: U256,
        receiver: Address,
        controller: Address,
        tokens: U256,
    ) -> Result<U256, Error> {
        let stand = self.begin_leaving()?;
        if shares.is_zero() {
            return Err(ZeroAmount {}.into());
        }
        let caller = self.require_controller(controller)?;
        self.require_receiver(receiver)?;
        let Standing {
            held, low_in_lots, ..
        } = stand.standing;
        let total = held.checked_add(low_in_lots).ok_or(OVERFLOW)?;
        let assets = to_assets_down(shares, total, stand.supply, VIRTUAL_SHARES).ok_or(OVERFLOW)?;
        let assets = assets.min(stand.payable(self.terms_of(controller).minimum));
        let whole = stand.supply.checked_add(VIRTUAL_SHARES).ok_or(OVERFLOW)?;
        let supply = self.burn_claim(&stand, shares, controller)?;
        let vault = self.asset();
        vault::withdraw_inventory(self.vm(), vault, [shares, whole, tokens], receiver)?;
        if !assets.is_zero() {
            self.pay(assets, receiver)?;
        }
        self.set_supply(supply, false);
        self.log_withdraw(caller, receiver, controller, assets, shares);
        self.emit(&WithdrawnInKind {
            controller,
            receiver,
            tokens,
            shares,
        });
        Ok(assets)
    }

    /// Burns claimable shares and takes the lock. Returns the supply that is left.
    fn burn_claim(
        &mut self,
        stand: &Stand,
        shares: U256,
        controller: Address,
    ) -> Result<U256, Error> {
        self.claim(controller, shares, &stand.standing)?;
        // What is claimable is in escrow, and so in the supply.
        let supply = stand.supply.checked_sub(shares).ok_or(OVERFLOW)?;
        self.set_supply(supply, true);
        self.burn_escrow(shares)?;
        Ok(supply)
    }

    fn pay(&mut self, assets: U256, receiver: Address) -> Result<(), Error> {
        let vault = self.asset();
        vault::require(
            vault,
            outbound::token_transfer(self.vm(), vault, receiver, assets),
        )
    }
}

fn require_amounts(assets: U256, shares: U256) -> Result<(), Error> {
    if assets.is_zero() || shares.is_zero() {
        return Err(ZeroAmount {}.into());
    }
    Ok(())
}
