//! The liquidation auction of Breakwater: collateral is sold by a falling price, in part or whole.
//!
//! The vault starts an auction; anybody takes any part of the lot at the price of the moment, and pays in the same call. The
//! auction holds no token and no money: the vault sends the collateral and pulls the payment. `take` sends the collateral
//! first, then calls the receiver if asked to, and then has the payment pulled from the caller, so that a bidder can sell what
//! he bought before he pays for it.
//!
//! * May call: the vault (`claimLimit`, `deliver`, `release`, `settle`, `absorb`, `riskConfig`), the oracle adapter (`liveQuote`, `sequencerUpSince`),
//!   and the receiver of a take. `start` calls nobody.
//! * While a take or a close is under way no verb of the auction can be called, not even on another auction: the SDK refuses
//!   it, and so does a lock of its own. So a callback can't take twice, and it can't liquidate either, as that starts an
//!   auction. It may call the vault: deposit, repay, withdraw. The auction's own books are final before the first outside
//!   call.
//! * The price falls only while the chain is live. If the sequencer was down since the start, or the adapter halted the token
//!   and somebody said so (`trip`), the price needs a `reset`, which takes a good price from the adapter.
//! * Who may do what at which stop level is a table in README.md.
//! * What an auction may raise is the vault's to say (`claimLimit`): its own tab and what lots of the same account that
//!   have ended failed to raise, but never more than is still owed.
//!
//! Units: lots in base units of their token; tab, debt, payment and dust in base units of the loan asset; prices on the 1e36
//! scale; buffer, cusp and exponential rate in WAD; times in seconds.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::unwrap_used,
        clippy::indexing_slicing
    )
)]
// The verbs have the arguments that the Solidity interface gives them.
#![allow(clippy::too_many_arguments)]

extern crate alloc;

mod absorb;
mod administration;
mod calls;
mod errors;
mod lifecycle;
mod pricing;
mod router;
mod state;
mod storage;
mod take;
mod views;

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};

pub use entry::LiquidationAuction;
pub use errors::Revert;
use storage::slot;

/// In a module of its own, which is private: what the SDK's macro writes beside the contract is public and has no documentation.
mod entry {
    use stylus_sdk::{prelude::*, storage::StorageU256};

    /// The auction. The SDK asks for a field; the words are addressed by [`crate::storage::slot`].
    #[storage]
    #[entrypoint]
    pub struct LiquidationAuction {
        /// Slot 0, see [`crate::storage::slot::VAULT`]: read as a word, like the others.
        #[allow(dead_code)]
        first: StorageU256,
    }
}

impl LiquidationAuction {
    /// Names the partners for good. Their addresses are known beforehand (CREATE2), so nothing is left to be initialised
    /// later.
    ///
    /// Errors: `ZeroAddress`, `NotAuthorized` the second time. Events: `OwnershipTransferred`.
    pub fn constructor(
        &mut self,
        vault: Address,
        oracle: Address,
        fund: Address,
        asset: Address,
        owner: Address,
    ) -> Result<(), Revert> {
        self.initialise(vault, oracle, fund, asset, owner)
    }

    // ----- verbs -----

    /// Puts `lot` of `token` of `account` up for sale, to raise `tab`, of which `debt` is debt; `price` and `volatility` are the
    /// oracle's. Without a tab the lot is the fund's: vault shares pay for it, by the curve for such lots. Only by the vault. Returns the auction's id.
    /// Calls nobody.
    ///
    /// Errors: `NotAuthorized`, `Locked`, `Stopped`, `ZeroAmount`, `AmountTooLarge`, `CurveNotSet`, `MathOverflow`. Events: `Started`.
    pub fn start(
        &mut self,
        account: B256,
        token: Address,
        lot: U256,
        tab: U256,
        debt: U256,
        price: U256,
        volatility: U256,
        keeper: Address,
    ) -> Result<U256, Revert> {
        self.start_auction(account, token, lot, tab, debt, price, volatility, keeper)
    }

    /// Buys at most `max_lot` and at least `min_lot` of a lot, at no more than `max_price`, no later than `deadline`. The
    /// collateral goes to `receiver`; with `data`, `onAuctionTake` is called on it; then the payment is pulled from the caller,
    /// who has approved the vault for it. Returns what was bought and paid.
    ///
    /// Errors: `Locked`, `Stopped`, `DeadlinePassed`, `UnknownAuction`, `NeedsReset`, `PriceAboveMaximum`, `ZeroAddress`,
    /// `InvalidReceiver`, `ZeroAmount`, `NothingOwed` (`close` it), `InvalidAnswer`, `RemainderIsDust`, `LotBelowMinimum`,
    /// `CallbackFailed`, and what the vault says. Events: `Taken`, `Ended`.
    pub fn take(
        &mut self,
        id: U256,
        max_lot: U256,
        min_lot: U256,
        max_price: U256,
        deadline: U256,
        receiver: Address,
        data: &[u8],
    ) -> Result<(U256, U256), Revert> {
        self.take_lot(id, max_lot, min_lot, max_price, deadline, receiver, data)
    }

    /// `take` of each of `orders` (id, most, least, highest price), skipping those that `take` would refuse for the state of their
    /// auction. Returns how many were bought from and what was paid. What vault, receiver or callback refuse fails all.
    ///
    /// Errors: `Locked`, `Stopped`, `DeadlinePassed`, `ZeroAddress`, `InvalidReceiver`, `CallbackFailed`, and what the vault says.
    /// Events: `Taken`, `Ended`.
    pub fn take_batch(
        &mut self,
        orders: &[[U256; 4]],
        deadline: U256,
        receiver: Address,
        data: &[u8],
    ) -> Result<(U256, U256), Revert> {
        self.take_lots(orders, deadline, receiver, data)
    }

    /// A take by the fund, of at most `max_lot`, paid with its vault shares; only by the fund, only while the price is at or under the
    /// adapter's low price less the vault's backstop discount. Returns what was taken, what was paid on the claim, the shares
    /// burnt for it, and what the fund has left above its minimum.
    ///
    /// Errors: those of `take` but for receiver and callback, `NotAuthorized`, `PriceNotOk`, and the vault's (`PriceAboveBackstop`,
    /// `FundTooSmall`). Events: `Taken`, `Ended`.
    pub fn absorb(&mut self, id: U256, max_lot: U256) -> Result<(U256, U256, U256, U256), Revert> {
        let absorbed = self.absorb_lot(id, max_lot)?;
        Ok((
            absorbed.lot_taken,
            absorbed.paid,
            absorbed.shares_burned,
            absorbed.shares_left,
        ))
    }

    /// Starts the price again, from the oracle's price now, once the auction is too old or its price too low, or its clock was
    /// interrupted.
    ///
    /// Errors: `Locked`, `Stopped`, `UnknownAuction`, `ResetNotNeeded`, `PriceNotOk`, `InvalidAnswer`, `CurveNotSet`, `MathOverflow`, and what
    /// the adapter says. Events: `Restarted`.
    pub fn reset(&mut self, id: U256, keeper: Address) -> Result<(), Revert> {
        self.reset_auction(id, keeper)
    }

    /// Ends an auction whose claim has been paid by other means; the lot goes back to the account. By anybody.
    ///
    /// Errors: `Locked`, `UnknownAuction`, `ClaimNotPaid`, `InvalidAnswer`, and what the vault says. Events: `Ended`.
    pub fn close(&mut self, id: U256) -> Result<(), Revert> {
        self.close_auction(id)
    }

    /// Ends an auction; the lot goes back to the account, the claim stays. Only by the owner.
    ///
    /// Errors: `NotAuthorized`, `Locked`, `UnknownAuction`, and what the vault says. Events: `Cancelled`, `Ended`.
    pub fn cancel(&mut self, id: U256) -> Result<(), Revert> {
        self.cancel_auction(id)
    }

    /// Makes all running auctions of `token` need a reset, while the adapter halts it. By anybody.
    ///
    /// Errors: `Locked`, `NotHalted`, `InvalidAnswer`, and what the adapter says. Events: `Tripped`.
    pub fn trip(&mut self, token: Address) -> Result<(), Revert> {
        self.trip_token(token)
    }

    // ----- views -----

    /// What `take(id, maxLot, 0, 2^256-1, now, ..)` would buy now, for how much and at which price; no lot if it would fail.
    pub fn quote(&self, id: U256, max_lot: U256) -> (U256, U256, U256) {
        self.quote_lot(id, max_lot)
    }

    /// State of an auction: live, needs reset, price, lot, tab, debt, account, token, start, top. All zero if it isn't live.
    #[allow(clippy::type_complexity)]
    pub fn status_of(
        &self,
        id: U256,
    ) -> (
        bool,
        bool,
        U256,
        U256,
        U256,
        U256,
        B256,
        Address,
        U256,
        U256,
    ) {
        self.status(id)
    }

    /// Ids of live auctions by slot, `limit` at most and never more than 256, from the `offset`-th on.
    pub fn active(&self, offset: U256, limit: U256) -> Vec<U256> {
        self.active_ids(offset, limit)
    }

    /// Number of live auctions.
    pub fn active_count(&self) -> U256 {
        U256::from(self.load_book().live)
    }

    /// Kind, buffer, rate, step, floor, cap, tail and cusp of a token's curve, as in `setCurve`; a buffer of zero if none is set.
    #[allow(clippy::type_complexity)]
    pub fn curve_of(&self, token: Address) -> (u8, U256, U256, U256, U256, U256, U256, U256) {
        self.curve_words(token, false)
    }

    /// The same of the curve for the fund's lots of `token`.
    #[allow(clippy::type_complexity)]
    pub fn inventory_curve_of(
        &self,
        token: Address,
    ) -> (u8, U256, U256, U256, U256, U256, U256, U256) {
        self.curve_words(token, true)
    }

    /// Smallest remainder of an auction, in base units of the loan asset.
    pub fn dust(&self) -> U256 {
        self.vault_and_dust().1
    }

    /// What is stopped: 0 nothing, 1 start, 2 reset too, 3 take too.
    pub fn stop_level(&self) -> u8 {
        self.load_book().stop
    }

    /// When `token` was tripped last, seconds; 0 if never.
    pub fn tripped_at(&self, token: Address) -> U256 {
        U256::from(self.load_terms(token).tripped_at)
    }

    /// Vault and oracle adapter.
    pub fn modules(&self) -> (Address, Address) {
        (self.vault_address(), self.load_book().oracle)
    }

    // ----- administration -----

    /// Sets how auctions of `token` started or reset from now on are priced; the kinds are those of `setCurve` in
    /// [`breakwater_interfaces::auction`]. Running prices keep their curve. Only by the owner.
    ///
    /// Errors: `NotAuthorized`, `Locked`, `ZeroAddress`, `ParameterOutOfBounds`, `InvalidAnswer`. Events: `CurveSet`.
    pub fn set_curve(
        &mut self,
        token: Address,
        kind: u8,
        buffer: U256,
        rate: U256,
        step: U256,
        floor: U256,
        cap: U256,
        tail: U256,
        cusp: U256,
    ) -> Result<(), Revert> {
        self.change_curve(token, kind, [buffer, rate, step, floor, cap, tail, cusp])
    }

    /// Stops verbs: 0 nothing, 1 start, 2 reset too, 3 take too. Only by the owner.
    ///
    /// Errors: `NotAuthorized`, `Locked`, `ParameterOutOfBounds`. Events: `StopSet`.
    pub fn set_stop(&mut self, level: u8) -> Result<(), Revert> {
        self.change_stop(level)
    }

    /// Sets the smallest remainder of an auction. Only by the owner.
    ///
    /// Errors: `NotAuthorized`, `Locked`, `AmountTooLarge`. Events: `DustSet`.
    pub fn set_dust(&mut self, dust: U256) -> Result<(), Revert> {
        self.change_dust(dust)
    }

    /// Who sets curves and dust.
    pub fn owner(&self) -> Address {
        self.address_at(slot::OWNER)
    }

    /// Who may accept the ownership; zero: nobody.
    pub fn pending_owner(&self) -> Address {
        self.address_at(slot::PENDING_OWNER)
    }

    /// Offers the ownership to `new_owner`, or takes the offer back with the zero address. Only by the owner.
    ///
    /// Errors: `NotAuthorized`, `Locked`. Events: `OwnershipTransferStarted`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), Revert> {
        self.offer_ownership(new_owner)
    }

    /// Takes the ownership that was offered to the caller.
    ///
    /// Errors: `NotAuthorized`, `Locked`. Events: `OwnershipTransferred`.
    pub fn accept_ownership(&mut self) -> Result<(), Revert> {
        self.take_ownership()
    }
}
