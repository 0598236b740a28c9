//! The insurance fund: an ERC-4626 of vault shares that bears the vault's losses first.
//!
//! Stakers deposit vault shares and get fund shares. The vault covers a loss by burning vault shares that the fund holds, and
//! mints penalties and reserve to it, at the latest when somebody leaves; what the fund absorbed is collateral of its account in the vault. So the vault knows what the fund
//! has, and is asked (`waterfall`): nothing is counted twice. The fund has two values ([`breakwater_risk::fund`]): shares are issued at
//! the high one and redeemed at the low one, so nobody buys into a gain that is known, and nobody sells out of a loss.
//!
//! A donation raises what fund shares are worth and gives its donor nothing; virtual shares ([`breakwater_risk::shares`]) keep
//! it from taking anything from the next depositor either.
//!
//! Leaving takes time, as ERC-7540 describes asynchronous redemption: [`request`] has the rules and where they deviate.
//!
//! | file | what is in it |
//! |---|---|
//! | `router.rs` | selector to verb |
//! | `ledger.rs` | balances, allowances, events |
//! | `staking.rs` | the two values, coming and leaving |
//! | `request.rs` | requests to redeem, operators, waits |
//! | `absorb.rs` | taking lots and selling them |
//! | `vault.rs` | calls to the vault |
//! | `state.rs`, `errors.rs` | packed words; typed errors |
//!
//! May call: the vault, and the auction that the vault names.
#![cfg_attr(target_arch = "wasm32", no_main)]
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
mod router;
mod staking;
pub mod state;
mod vault;

use alloc::string::String;

use alloy_primitives::{fixed_bytes, Address, FixedBytes, U256};
use breakwater_interfaces::{
    fund::IInsuranceFund::{
        ERC20InvalidReceiver, NotAuthorized, ParameterOutOfBounds, PreviewNotSupported, ZeroAddress,
    },
    outbound::left_aligned,
};
use breakwater_risk::{
    fund::LONGEST_WAIT,
    shares::{to_assets_down, to_assets_up, to_shares_down, to_shares_up},
};
use stylus_sdk::prelude::*;

pub use crate::entry::InsuranceFund;
use crate::{
    errors::{Error, OVERFLOW},
    staking::Value,
    state::{Settings, Supply},
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

/// In a module of its own, which is private: what the SDK's macro writes beside the contract is public and has no documentation.
mod entry {
    use alloy_primitives::Address;
    use stylus_sdk::{
        prelude::*,
        storage::{StorageAddress, StorageBool, StorageMap, StorageU256},
    };

    /// The contract.
    #[entrypoint]
    #[storage]
    pub struct InsuranceFund {
        /// [`crate::state::Settings`]. Written once.
        pub(crate) settings: StorageU256,
        /// [`crate::state::Supply`] and the lock.
        pub(crate) supply: StorageU256,
        /// Fund shares by owner. The fund's own are those in escrow: the sum of all requests.
        pub(crate) balances: StorageMap<Address, StorageU256>,
        /// Fund shares by owner and spender.
        pub(crate) allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
        /// [`crate::state::Request`] by controller.
        pub(crate) requests: StorageMap<Address, StorageU256>,
        /// Whether an operator may act for a controller, by controller and operator.
        pub(crate) operators: StorageMap<Address, StorageMap<Address, StorageBool>>,
        /// [`crate::state::Terms`] of the request, by controller.
        pub(crate) terms: StorageMap<Address, StorageU256>,
        /// The auction, once it was asked for: the vault names it, which may be deployed after the fund.
        pub(crate) auction: StorageAddress,
        /// [`breakwater_risk::fund::WaitClock`], packed.
        pub(crate) clock: StorageU256,
    }
}

impl InsuranceFund {
    /// Sets the vault, the cool-down (1 hour to 60 days, in seconds; longer than the longest auction) and the window (1 to 60
    /// days, in seconds). Calls nothing: the vault may be deployed later.
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
    /// `ERC20InvalidReceiver` for zero and the fund itself; too little balance.
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
    /// `ZeroAddress`.
    pub fn approve(&mut self, spender: Address, value: U256) -> Result<bool, Error> {
        require_nonzero(spender)?;
        let caller = self.vm().msg_sender();
        self.set_allowance(caller, spender, value);
        Ok(true)
    }

    // ----- ERC-4626 -----

    /// The vault: its shares are what is deposited.
    #[must_use]
    pub fn asset(&self) -> Address {
        self.settings().vault
    }

    /// What the fund is worth to those who leave, in vault shares: those that it holds, and its collateral at low prices less the backstop
    /// discount, less arrears.
    pub fn total_assets(&self) -> Result<U256, Error> {
        Ok(self.standing()?.low)
    }

    /// What the fund is worth in vault shares, to those who come and to those who leave.
    pub fn worth(&self) -> Result<(U256, U256), Error> {
        let standing = self.standing()?;
        Ok((standing.high, standing.low))
    }

    /// Fund shares that `assets` vault shares buy, rounded down.
    pub fn convert_to_shares(&self, assets: U256) -> Result<U256, Error> {
        self.convert(to_shares_down, assets, Value::High)
    }

    /// Vault shares that `shares` fund shares are redeemed for, rounded down.
    pub fn convert_to_assets(&self, shares: U256) -> Result<U256, Error> {
        self.convert(to_assets_down, shares, Value::Low)
    }

    /// Most vault shares that a deposit can take: as many as the supply of fund shares has room for; none while deposits wait.
    pub fn max_deposit(&self, _receiver: Address) -> Result<U256, Error> {
        self.most_deposited()
    }

    /// Most fund shares that can be minted: as many as the supply has room for; none while deposits wait.
    pub fn max_mint(&self, _receiver: Address) -> Result<U256, Error> {
        self.most_minted()
    }

    /// Vault shares that [`Self::withdraw`] pays `controller` now at most.
    pub fn max_withdraw(&self, controller: Address) -> Result<U256, Error> {
        Ok(self.most_redeemed(controller)?.1)
    }

    /// Fund shares that [`Self::redeem`] takes from `controller` now at most: the claimable ones, as far as the fund holds vault shares above
    /// its minimum for them; none if they are worth nothing.
    pub fn max_redeem(&self, controller: Address) -> Result<U256, Error> {
        Ok(self.most_redeemed(controller)?.0)
    }

    /// Fund shares that a deposit of `assets` mints, rounded down.
    pub fn preview_deposit(&self, assets: U256) -> Result<U256, Error> {
        self.convert(to_shares_down, assets, Value::High)
    }

    /// Vault shares that `shares` cost, rounded up.
    pub fn preview_mint(&self, shares: U256) -> Result<U256, Error> {
        self.convert(to_assets_up, shares, Value::High)
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
    /// `ZeroAmount` if either amount is zero; `DepositsWait`; `ERC20InvalidReceiver`; `TokenCallFailed`; `Locked`.
    pub fn deposit(&mut self, assets: U256, receiver: Address) -> Result<U256, Error> {
        let stand = self.begin()?;
        let shares = stand.convert(to_shares_down, assets, Value::High)?;
        self.enter(&stand, assets, shares, receiver)?;
        Ok(shares)
    }

    /// Mints `receiver` `shares` fund shares for vault shares of the caller, rounded up. Returns the vault shares.
    ///
    /// # Errors
    ///
    /// As [`Self::deposit`].
    pub fn mint(&mut self, shares: U256, receiver: Address) -> Result<U256, Error> {
        let stand = self.begin()?;
        let assets = stand.convert(to_assets_up, shares, Value::High)?;
        self.enter(&stand, assets, shares, receiver)?;
        Ok(assets)
    }

    /// Pays `receiver` `assets` vault shares for claimable fund shares of `controller`, rounded up, by the controller or an
    /// operator. Returns the fund shares.
    ///
    /// # Errors
    ///
    /// `ERC4626ExceededMaxRedeem` beyond what is claimable, or what the fund has above its minimum; `RedemptionsWait`; `NotAuthorized`;
    /// `ZeroAmount`; `ERC20InvalidReceiver`; `TokenCallFailed`; `Locked`.
    pub fn withdraw(
        &mut self,
        assets: U256,
        receiver: Address,
        controller: Address,
    ) -> Result<U256, Error> {
        let stand = self.begin_leaving()?;
        let shares = stand.convert(to_shares_up, assets, Value::Low)?;
        self.leave(&stand, assets, shares, receiver, controller)?;
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
        let stand = self.begin_leaving()?;
        let assets = stand.convert(to_assets_down, shares, Value::Low)?;
        self.leave(&stand, assets, shares, receiver, controller)?;
        Ok(assets)
    }

    /// Burns `shares` claimable fund shares of `controller` and pays `receiver` their part of the vault shares (collateral in lots counts
    /// at its low value), and of the collateral that is in no lot, of the tokens whose bits are set in `tokens`; by the controller or
    /// an operator. What is left out of `tokens`, and what the fund has to keep as its minimum, is given up. Returns the vault shares.
    ///
    /// # Errors
    ///
    /// As [`Self::redeem`]; the vault's `ArrearsOpen`, and those of the tokens.
    pub fn redeem_in_kind(
        &mut self,
        shares: U256,
        receiver: Address,
        controller: Address,
        tokens: U256,
    ) -> Result<U256, Error> {
        self.leave_in_kind(shares, receiver, controller, tokens)
    }

    // ----- ERC-7540, redemption side; the rules are in `request` -----

    /// Puts `shares` of `owner` into escrow for `controller` and starts the cool-down, by the owner, an operator of the owner, or
    /// on an allowance. Returns the request id, always 0.
    ///
    /// # Errors
    ///
    /// `ZeroAmount`; `ZeroAddress` of the controller; too little balance or allowance; `NotAuthorized` if the controller has
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
    /// `NotAuthorized`; `ZeroAmount` if there is no request.
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

    /// Looks whether a collateral in use has no good price, by anybody: if so, claims wait, and windows last longer. Returns that.
    pub fn sample_wait(&mut self) -> Result<bool, Error> {
        let waits = self.standing()?.waits;
        self.sample(waits);
        Ok(waits)
    }

    /// Longest time from a request to the moment at which it can be claimed, whatever prices do, seconds.
    #[must_use]
    pub fn longest_wait(&self) -> U256 {
        U256::from(self.settings().cooldown.saturating_add(LONGEST_WAIT))
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

    /// Takes at most `max_lot` of auction `id` into the fund's account in the vault, by anybody, while its price is at or under the
    /// adapter's low price less the vault's backstop discount. Pays with vault shares, never more than half of them at once. Returns
    /// what was taken and what that paid on the claim.
    ///
    /// # Errors
    ///
    /// `Locked`, those of the auction's `absorb` and of the vault's.
    pub fn absorb(&mut self, id: U256, max_lot: U256) -> Result<(U256, U256), Error> {
        self.absorb_lot(id, max_lot)
    }

    /// Puts at most `max_lot` of the fund's collateral up for sale, for vault shares, by anybody. Returns the auction's id.
    ///
    /// # Errors
    ///
    /// `Locked`, those of the auction's `sellInventory`.
    pub fn sell_inventory(&mut self, token: Address, max_lot: U256) -> Result<U256, Error> {
        self.sell_lot(token, max_lot)
    }

    /// Vault shares spent on lots that the fund still has.
    pub fn absorbed_shares(&self) -> Result<U256, Error> {
        Ok(self.standing()?.absorbed)
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

impl InsuranceFund {
    #[inline(never)]
    fn settings(&self) -> Settings {
        Settings::unpack(self.settings.get())
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

/// `value`, if it is from `min` to [`MAX_PERIOD`]; `parameter` is its name in ASCII.
fn within(parameter: &[u8], value: U256, min: u64) -> Result<u64, Error> {
    u64::try_from(value)
        .ok()
        .filter(|value| (min..=MAX_PERIOD).contains(value))
        .ok_or_else(|| {
            ParameterOutOfBounds {
                parameter: left_aligned(parameter),
                value,
            }
            .into()
        })
}
