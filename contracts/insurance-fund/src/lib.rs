//! The insurance fund: an ERC-4626 of vault shares that bears the vault's losses first.
//!
//! Stakers deposit vault shares and get fund shares. The vault covers a loss by burning vault shares that the fund holds, and
//! mints penalties and reserve to it, so what the fund holds now is the truth: `totalAssets` is its balance at the vault. A
//! donation raises what fund shares are worth and gives its donor nothing; virtual shares ([`breakwater_risk::shares`]) keep
//! it from taking anything from the next depositor either.
//!
//! Leaving takes time, as ERC-7540 describes asynchronous redemption: [`request`] has the rules and where they deviate.
#![cfg_attr(not(any(test, feature = "export-abi")), no_std)]
#![cfg_attr(target_arch = "wasm32", no_main)]
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate alloc;

mod absorb;
pub mod errors;
mod ledger;
pub mod request;
pub mod state;
mod vault;

use alloc::{string::String, vec, vec::Vec};
use alloy_primitives::{fixed_bytes, Address, FixedBytes, B256, U256};
use breakwater_interfaces::{
    fund::IInsuranceFund::{
        ERC20InvalidReceiver, Locked, NotAuthorized, ParameterOutOfBounds, PreviewNotSupported,
        ZeroAddress, ZeroAmount,
    },
    outbound,
};
use breakwater_risk::shares::{
    to_assets_down, to_assets_up, to_shares_down, to_shares_up, VIRTUAL_SHARES,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU256},
};

use crate::{
    errors::{Error, OVERFLOW},
    state::{Settings, Supply, MAX_SUPPLY},
};

/// Least cool-down: 1 hour, in seconds.
pub const MIN_COOLDOWN: u64 = 60 * 60;

/// Least window: 1 day, in seconds.
pub const MIN_WINDOW: u64 = 24 * 60 * 60;

/// Greatest cool-down and greatest window: 60 days, in seconds.
pub const MAX_PERIOD: u64 = 60 * 24 * 60 * 60;
// Both are packed in 48 bits.
const _: () = assert!(MAX_PERIOD < 1 << 48);

/// Fund shares have this many decimals more than vault shares: the base-10 logarithm of [`VIRTUAL_SHARES`].
const DECIMALS_OFFSET: u8 = 6;

/// ERC-165; ERC-7540 operators; ERC-7540 asynchronous redemption; ERC-7575 vault.
const INTERFACES: [FixedBytes<4>; 4] = [
    fixed_bytes!("01ffc9a7"),
    fixed_bytes!("e3bc4e65"),
    fixed_bytes!("620ee8e4"),
    fixed_bytes!("2f0a18c5"),
];

/// The contract.
#[entrypoint]
#[storage]
pub struct InsuranceFund {
    /// [`Settings`]. Written once.
    settings: StorageU256,
    /// [`Supply`] and the lock.
    supply: StorageU256,
    /// Fund shares by owner. The fund's own are those in escrow: the sum of all requests.
    balances: StorageMap<Address, StorageU256>,
    /// Fund shares by owner and spender.
    allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    /// [`state::Request`] by controller.
    requests: StorageMap<Address, StorageU256>,
    /// Whether an operator may act for a controller, by controller and operator.
    operators: StorageMap<Address, StorageMap<Address, StorageBool>>,
    /// Vault shares spent on lots that the fund still has.
    absorbed: StorageU256,
    /// The auction, once it was asked for: the vault names it, which may be deployed after the fund.
    auction: StorageAddress,
}

#[public]
impl InsuranceFund {
    /// Sets the vault, the cool-down (1 hour to 60 days, in seconds; longer than the longest auction) and the window (1 to 60
    /// days, in seconds). Calls nothing: the vault may be deployed later.
    #[constructor]
    pub fn constructor(
        &mut self,
        vault: Address,
        cooldown_seconds: U256,
        window_seconds: U256,
    ) -> Result<(), Error> {
        require_nonzero(vault)?;
        let settings = Settings {
            vault,
            cooldown: within(b"cooldown", cooldown_seconds, MIN_COOLDOWN)?,
            window: within(b"window", window_seconds, MIN_WINDOW)?,
        };
        self.settings.set(settings.pack());
        Ok(())
    }

    // ----- ERC-20 -----

    /// Name of the fund share.
    pub fn name(&self) -> String {
        String::from("Breakwater Insurance Fund")
    }

    /// Symbol of the fund share.
    pub fn symbol(&self) -> String {
        String::from("bwFUND")
    }

    /// Decimals of the fund share: those of the vault share and six more.
    pub fn decimals(&self) -> Result<u8, Error> {
        vault::decimals(self.vm(), self.asset())?
            .checked_add(DECIMALS_OFFSET)
            .ok_or(OVERFLOW)
    }

    /// Fund shares in all.
    pub fn total_supply(&self) -> U256 {
        Supply::unpack(self.supply.get()).shares
    }

    /// Fund shares of `owner`; of the fund itself, what is in escrow.
    pub fn balance_of(&self, owner: Address) -> U256 {
        self.balance(owner)
    }

    /// Fund shares that `spender` may move for `owner`.
    pub fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.allowances.getter(owner).get(spender)
    }

    /// Moves `value` fund shares of the caller to `to`.
    ///
    /// # Errors
    ///
    /// [`ERC20InvalidReceiver`] for zero and the fund itself; too little balance.
    pub fn transfer(&mut self, to: Address, value: U256) -> Result<bool, Error> {
        let caller = self.vm().msg_sender();
        self.require_receiver(to)?;
        self.move_shares(caller, to, value)?;
        Ok(true)
    }

    /// Moves `value` fund shares of `from` to `to`, on the caller's allowance; the largest allowance is never used up.
    ///
    /// # Errors
    ///
    /// As [`Self::transfer`]; too little allowance.
    pub fn transfer_from(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<bool, Error> {
        let caller = self.vm().msg_sender();
        self.require_receiver(to)?;
        self.spend_allowance(from, caller, value)?;
        self.move_shares(from, to, value)?;
        Ok(true)
    }

    /// Lets `spender` move `value` fund shares of the caller.
    ///
    /// # Errors
    ///
    /// [`ZeroAddress`].
    pub fn approve(&mut self, spender: Address, value: U256) -> Result<bool, Error> {
        require_nonzero(spender)?;
        let caller = self.vm().msg_sender();
        self.set_allowance(caller, spender, value);
        Ok(true)
    }

    // ----- ERC-4626 -----

    /// The vault: its shares are what is deposited.
    pub fn asset(&self) -> Address {
        self.settings().vault
    }

    /// Vault shares that the fund holds.
    pub fn total_assets(&self) -> Result<U256, Error> {
        vault::balance(self.vm(), self.asset())
    }

    /// Fund shares that `assets` vault shares are worth, rounded down.
    pub fn convert_to_shares(&self, assets: U256) -> Result<U256, Error> {
        self.convert(to_shares_down, assets)
    }

    /// Vault shares that `shares` fund shares are worth, rounded down.
    pub fn convert_to_assets(&self, shares: U256) -> Result<U256, Error> {
        self.convert(to_assets_down, shares)
    }

    /// Most vault shares that a deposit can take: as many as the supply of fund shares has room for.
    pub fn max_deposit(&self, _receiver: Address) -> Result<U256, Error> {
        let room = self.max_mint(_receiver);
        Ok(match self.convert(to_assets_down, room) {
            Err(Error::MathOverflow(_)) => U256::MAX,
            assets => assets?,
        })
    }

    /// Most fund shares that can be minted: as many as the supply has room for.
    pub fn max_mint(&self, _receiver: Address) -> U256 {
        MAX_SUPPLY.saturating_sub(self.total_supply())
    }

    /// Vault shares that [`Self::withdraw`] pays `controller` now at most.
    pub fn max_withdraw(&self, controller: Address) -> Result<U256, Error> {
        self.convert(to_assets_down, self.claimable(controller))
    }

    /// Fund shares that [`Self::redeem`] takes from `controller` now at most: the claimable ones, unless they are worth nothing.
    pub fn max_redeem(&self, controller: Address) -> Result<U256, Error> {
        let claimable = self.claimable(controller);
        let assets = self.convert(to_assets_down, claimable)?;
        Ok(if assets.is_zero() {
            U256::ZERO
        } else {
            claimable
        })
    }

    /// Fund shares that a deposit of `assets` mints, rounded down.
    pub fn preview_deposit(&self, assets: U256) -> Result<U256, Error> {
        self.convert(to_shares_down, assets)
    }

    /// Vault shares that `shares` cost, rounded up.
    pub fn preview_mint(&self, shares: U256) -> Result<U256, Error> {
        self.convert(to_assets_up, shares)
    }

    /// Reverts: ERC-7540 has no preview of asynchronous exits.
    pub fn preview_withdraw(&self, _assets: U256) -> Result<U256, Error> {
        Err(PreviewNotSupported {}.into())
    }

    /// Reverts: ERC-7540 has no preview of asynchronous exits.
    pub fn preview_redeem(&self, _shares: U256) -> Result<U256, Error> {
        Err(PreviewNotSupported {}.into())
    }

    /// Takes `assets` vault shares from the caller and mints `receiver` fund shares, rounded down. Returns the fund shares.
    ///
    /// # Errors
    ///
    /// [`ZeroAmount`] if either amount is zero; [`ERC20InvalidReceiver`]; `TokenCallFailed`; [`Locked`].
    pub fn deposit(&mut self, assets: U256, receiver: Address) -> Result<U256, Error> {
        let (supply, shares) = self.unlocked(to_shares_down, assets)?;
        self.enter(supply, assets, shares, receiver)?;
        Ok(shares)
    }

    /// Mints `receiver` `shares` fund shares for vault shares of the caller, rounded up. Returns the vault shares.
    ///
    /// # Errors
    ///
    /// As [`Self::deposit`].
    pub fn mint(&mut self, shares: U256, receiver: Address) -> Result<U256, Error> {
        let (supply, assets) = self.unlocked(to_assets_up, shares)?;
        self.enter(supply, assets, shares, receiver)?;
        Ok(assets)
    }

    /// Pays `receiver` `assets` vault shares for claimable fund shares of `controller`, rounded up, by the controller or an
    /// operator. Returns the fund shares.
    ///
    /// # Errors
    ///
    /// `ERC4626ExceededMaxRedeem` beyond what is claimable; [`NotAuthorized`]; [`ZeroAmount`]; [`ERC20InvalidReceiver`];
    /// `TokenCallFailed`; [`Locked`].
    pub fn withdraw(
        &mut self,
        assets: U256,
        receiver: Address,
        controller: Address,
    ) -> Result<U256, Error> {
        let (supply, shares) = self.unlocked(to_shares_up, assets)?;
        self.leave(supply, assets, shares, receiver, controller)?;
        Ok(shares)
    }

    /// Burns `shares` claimable fund shares of `controller` and pays `receiver` what they are worth now, rounded down, by the
    /// controller or an operator. Returns the vault shares.
    ///
    /// # Errors
    ///
    /// As [`Self::withdraw`].
    pub fn redeem(
        &mut self,
        shares: U256,
        receiver: Address,
        controller: Address,
    ) -> Result<U256, Error> {
        let (supply, assets) = self.unlocked(to_assets_down, shares)?;
        self.leave(supply, assets, shares, receiver, controller)?;
        Ok(assets)
    }

    // ----- ERC-7540, redemption side; the rules are in `request` -----

    /// Puts `shares` of `owner` into escrow for `controller` and starts the cool-down, by the owner, an operator of the owner, or
    /// on an allowance. Returns the request id, always 0.
    ///
    /// # Errors
    ///
    /// [`ZeroAmount`]; [`ZeroAddress`] of the controller; too little balance or allowance; [`NotAuthorized`] if the controller has
    /// a request and the caller can't act for it.
    pub fn request_redeem(
        &mut self,
        shares: U256,
        controller: Address,
        owner: Address,
    ) -> Result<U256, Error> {
        self.start_request(shares, controller, owner)?;
        Ok(U256::ZERO)
    }

    /// Gives `controller` the fund shares of its request back, out of escrow, whatever the request's state, by the controller
    /// or an operator. Returns the fund shares.
    ///
    /// # Errors
    ///
    /// [`NotAuthorized`]; [`ZeroAmount`] if there is no request.
    pub fn cancel_redeem(&mut self, controller: Address) -> Result<U256, Error> {
        self.end_request(controller)
    }

    /// Fund shares of `controller` whose cool-down still runs; none for an id other than 0.
    pub fn pending_redeem_request(&self, request_id: U256, controller: Address) -> U256 {
        self.pending(request_id, controller)
    }

    /// Fund shares of `controller` that can be claimed now; none for an id other than 0.
    pub fn claimable_redeem_request(&self, request_id: U256, controller: Address) -> U256 {
        if request_id.is_zero() {
            self.claimable(controller)
        } else {
            U256::ZERO
        }
    }

    /// The request of `controller`, in any state: fund shares in escrow, first and last moment at which they can be claimed
    /// (seconds). All zero if there is none.
    pub fn redeem_request_of(&self, controller: Address) -> (U256, U256, U256) {
        self.request_of(controller)
    }

    /// Lets `operator` act for the caller as controller and as owner of fund shares, or no longer.
    pub fn set_operator(&mut self, operator: Address, approved: bool) -> bool {
        self.record_operator(operator, approved);
        true
    }

    /// Whether `operator` may act for `controller`.
    pub fn is_operator(&self, controller: Address, operator: Address) -> bool {
        self.operators.getter(controller).get(operator)
    }

    /// ERC-7575: the token of the fund's shares, which is the fund.
    pub fn share(&self) -> Address {
        self.vm().contract_address()
    }

    /// ERC-165.
    pub fn supports_interface(&self, interface_id: FixedBytes<4>) -> bool {
        INTERFACES.contains(&interface_id)
    }

    /// What the fund can bear now, in loan asset: the value of the vault shares that it holds.
    pub fn cover(&self) -> Result<U256, Error> {
        let vault = self.asset();
        let held = vault::balance(self.vm(), vault)?;
        vault::assets_of(self.vm(), vault, held)
    }

    /// Takes at most `max_lot` of auction `id` into the fund's account in the vault, by anybody, while its price is at or under the adapter's low
    /// price less the vault's backstop discount. Pays with vault shares, never more than half of them at once. Returns what was taken
    /// and what that paid on the claim.
    ///
    /// # Errors
    ///
    /// [`Locked`], `HalfExceeded`, and those of the auction's `absorb`.
    pub fn absorb(&mut self, id: U256, max_lot: U256) -> Result<(U256, U256), Error> {
        self.absorb_lot(id, max_lot)
    }

    /// Vault shares spent on lots that the fund still has.
    pub fn absorbed_shares(&self) -> U256 {
        self.absorbed.get()
    }

    /// Seconds between a request and the moment at which it can be claimed.
    pub fn cooldown(&self) -> U256 {
        U256::from(self.settings().cooldown)
    }

    /// Seconds for which a request can then be claimed.
    pub fn window(&self) -> U256 {
        U256::from(self.settings().window)
    }
}

/// A conversion of [`breakwater_risk::shares`].
type Conversion = fn(U256, U256, U256, U256) -> Option<U256>;

impl InsuranceFund {
    #[inline(never)]
    fn settings(&self) -> Settings {
        Settings::unpack(self.settings.get())
    }

    /// `amount`, converted at what the fund holds now.
    fn convert(&self, conversion: Conversion, amount: U256) -> Result<U256, Error> {
        self.convert_at(self.total_supply(), conversion, amount)
    }

    /// The supply and `amount`, converted, for a verb to begin with: not if the fund is in the middle of another.
    #[inline(never)]
    fn unlocked(&self, conversion: Conversion, amount: U256) -> Result<(U256, U256), Error> {
        let supply = Supply::unpack(self.supply.get());
        if supply.locked {
            return Err(Locked {}.into());
        }
        let converted = self.convert_at(supply.shares, conversion, amount)?;
        Ok((supply.shares, converted))
    }

    #[inline(never)]
    fn convert_at(
        &self,
        supply: U256,
        conversion: Conversion,
        amount: U256,
    ) -> Result<U256, Error> {
        conversion(amount, self.total_assets()?, supply, VIRTUAL_SHARES).ok_or(OVERFLOW)
    }

    fn set_supply(&mut self, shares: U256, locked: bool) {
        self.supply.set(Supply { shares, locked }.pack());
    }

    /// Books a deposit, then pulls the vault shares.
    fn enter(
        &mut self,
        supply: U256,
        assets: U256,
        shares: U256,
        receiver: Address,
    ) -> Result<(), Error> {
        require_amounts(assets, shares)?;
        self.require_receiver(receiver)?;
        let supply = supply
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
    fn leave(
        &mut self,
        supply: U256,
        assets: U256,
        shares: U256,
        receiver: Address,
        controller: Address,
    ) -> Result<(), Error> {
        let caller = self.require_controller(controller)?;
        require_amounts(assets, shares)?;
        self.require_receiver(receiver)?;
        self.claim(controller, shares)?;
        // The claimed shares are part of the supply.
        let supply = supply.checked_sub(shares).ok_or(OVERFLOW)?;
        self.set_supply(supply, true);
        self.burn_escrow(shares)?;

        let vault = self.asset();
        vault::require(
            vault,
            outbound::token_transfer(self.vm(), vault, receiver, assets),
        )?;
        self.set_supply(supply, false);
        self.log_withdraw(caller, receiver, controller, assets, shares);
        Ok(())
    }

    /// Who may receive shares of either kind. Not the fund: its fund shares are the escrow, and vault shares sent to it would be
    /// a donation.
    fn require_receiver(&self, receiver: Address) -> Result<(), Error> {
        if receiver.is_zero() || receiver == self.share() {
            return Err(ERC20InvalidReceiver { receiver }.into());
        }
        Ok(())
    }

    /// The caller, if it may act for `controller`.
    #[inline(never)]
    fn require_controller(&self, controller: Address) -> Result<Address, Error> {
        let caller = self.vm().msg_sender();
        if caller != controller && !self.is_operator(controller, caller) {
            return Err(NotAuthorized { caller }.into());
        }
        Ok(caller)
    }
}

fn require_nonzero(address: Address) -> Result<(), Error> {
    if address.is_zero() {
        return Err(ZeroAddress {}.into());
    }
    Ok(())
}

fn require_amounts(assets: U256, shares: U256) -> Result<(), Error> {
    if assets.is_zero() || shares.is_zero() {
        return Err(ZeroAmount {}.into());
    }
    Ok(())
}

/// `value`, if it is from `min` to [`MAX_PERIOD`]; `parameter` is its name in ASCII.
fn within(parameter: &[u8], value: U256, min: u64) -> Result<u64, Error> {
    u64::try_from(value)
        .ok()
        .filter(|value| (min..=MAX_PERIOD).contains(value))
        .ok_or_else(|| {
            ParameterOutOfBounds {
                parameter: B256::right_padding_from(parameter),
                value,
            }
            .into()
        })
}
