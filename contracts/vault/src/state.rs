//! Every storage word of the vault, with its unit, and how words are read and written.
//!
//! All programs of the vault use this one type, so they read the same words. What belongs together shares a word and is
//! read and written once a call. Words are addressed here, not by the SDK's storage types: those cost a third of the
//! WASM, and a map of structs of packed words is four lines by hand. The layout is Solidity's: a field at its slot, a map's
//! value at `keccak256(key ++ slot)`, a struct's fields one after the other.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::{
    log::WordEvent,
    outbound::{self, from_word, to_word},
    vault::IVault,
};
use breakwater_risk::{account as account_id, deleveraging::Deleveraging, room::Room};
use stylus_sdk::{call::RawCall, prelude::*, storage::StorageU256};

use crate::{
    errors::{
        self, insufficient_collateral, locked, math_overflow, not_authorized, unknown_collateral,
        Fallible,
    },
    market::{pack_halves, unpack_halves, Clock, Market},
    safety::{Guard, Verb},
};

/// Most collaterals of one vault: one bit each in an account's head word.
pub(crate) const MAX_TOKENS: u64 = 32;
/// Most collaterals of one account: bounds the gas of a health check.
pub(crate) const MAX_ACCOUNT_TOKENS: u32 = 8;

/// The slots of the vault's storage.
mod slot {
    /// The loan asset (160 bits), its decimals above.
    pub(super) const ASSET: u64 = 0;
    /// The oracle adapter.
    pub(super) const ORACLE: u64 = 1;
    /// The liquidation auction.
    pub(super) const AUCTION: u64 = 2;
    /// The insurance fund.
    pub(super) const FUND: u64 = 3;
    /// The vault's program for views.
    pub(super) const VIEWS: u64 = 4;
    /// May change parameters.
    pub(super) const OWNER: u64 = 5;
    /// Becomes the owner by accepting.
    pub(super) const PENDING_OWNER: u64 = 6;
    /// Name of the vault share: at most 31 bytes, its length in the last byte.
    pub(super) const NAME: u64 = 7;
    /// Symbol of the vault share, likewise.
    pub(super) const SYMBOL: u64 = 8;
    /// Low half: cash. High half: vault shares.
    pub(super) const LIQUIDITY: u64 = 9;
    /// Low half: borrow assets. High half: borrow shares.
    pub(super) const LOANS: u64 = 10;
    /// Low half: carrying of all claims. High half: unvested recoveries.
    pub(super) const CLAIMS: u64 = 11;
    /// Rate at target, last accrual, end of vesting (36 bits each), lock (4); reserve short of a base unit in 2^-16 units (16);
    /// interest reserve (96); interest short of a base unit in 2^-32 units (32).
    pub(super) const CLOCK: u64 = 12;
    /// Debt for sale, all tokens, as `Room::pack` has it.
    pub(super) const TOTAL_ROOM: u64 = 13;
    /// Lowest first: target health, backstop discount, reserve factor (billionths), cap period, cool-off (seconds), 32 bits each;
    /// then the end of the pause of four verbs, hours since 1970, 21 bits each, see `Risk::pack`.
    pub(super) const RISK: u64 = 14;
    /// Low half: least debt of an account. High half: least debt worth an auction. Loan asset.
    pub(super) const MINIMUMS: u64 = 15;
    /// Low half: tip, loan asset. High half: chip, WAD.
    pub(super) const REWARD: u64 = 16;
    /// Low half: cap on total assets. High half: cap on all debt for sale. Loan asset.
    pub(super) const CAPS: u64 = 17;
    /// Low half: vault shares that always stay with the fund. High half: number of collaterals.
    pub(super) const FUND_MINIMUM: u64 = 18;
    /// Map, owner to vault shares.
    pub(super) const BALANCES: u64 = 19;
    /// Map, owner to map, spender to vault shares that it may move.
    pub(super) const ALLOWANCES: u64 = 20;
    /// Map, owner to map, operator to 1 if it may act for all accounts of the owner.
    pub(super) const OPERATORS: u64 = 21;
    /// Map, token to the words of `collateral`.
    pub(super) const COLLATERALS: u64 = 22;
    /// Map, index to token.
    pub(super) const TOKENS: u64 = 23;
    /// Map, account to the words of `account`.
    pub(super) const ACCOUNTS: u64 = 24;
    /// The vault's program for liquidation.
    pub(super) const LIQUIDATION: u64 = 25;
    /// The vault's program for claims.
    pub(super) const SETTLEMENT: u64 = 26;
    /// The vault's program for administration and rights.
    pub(super) const ADMINISTRATION: u64 = 27;
    /// Map, owner to the number of its next signature.
    pub(super) const NONCES: u64 = 28;
    /// Guardian (160 bits), then, lowest first: end of the pause of liquidation (hours since 1970, 24 bits), grace (seconds,
    /// 24), health from which there is grace (billionths, 32).
    pub(super) const GUARD: u64 = 29;
    /// Eight figures of 32 bits, ratios in billionths and times in seconds, lowest first: deviations and horizon for opening, for
    /// the threshold, deviations for predictive liquidation and its penalty, slew an hour, least volatility.
    pub(super) const MARGIN_RULES: u64 = 30;
    /// Low half: cap on the flow of predictive liquidation, loan asset.
    pub(super) const PREDICTIVE_CAP: u64 = 31;
    /// Debt of predictive lots that counts against it, as `Room::pack` has it.
    pub(super) const PREDICTIVE_ROOM: u64 = 32;
    /// Low half: cover that the fund should have, loan asset. Above: when auto-deleveraging was armed (64 bits), whether the target was
    /// ever met (1).
    pub(super) const DELEVERAGING: u64 = 33;

    /// Words of a collateral.
    pub(super) mod collateral {
        /// Eight ratios in billionths, 32 bits each, lowest first: `borrowLtv`; liquidation threshold as it is now, at least, at
        /// most; least and greatest penalty; lot buffer; market beta.
        pub(in super::super) const MARGIN: u64 = 0;
        /// Low half: supply cap, base units of the token. High half: the index plus one, then when the threshold was last moved (64
        /// bits each).
        pub(in super::super) const LIMITS: u64 = 1;
        /// Low half: all of the token in the books, free and in lots. High half: cap on debt for sale, loan asset.
        pub(in super::super) const AMOUNTS: u64 = 2;
        /// Debt for sale with this token, as `Room::pack` has it.
        pub(in super::super) const ROOM: u64 = 3;
    }

    /// Words of an account.
    pub(super) mod account {
        /// Low half: borrow shares. Above: bitmap of collaterals (32 bits), live lots (8), closing (1), predictive (1); then the time of the
        /// last step that raised the account's risk (64).
        pub(in super::super) const HEAD: u64 = 0;
        /// The claim. Low half: carrying. High half: written off. The top bit is set once an account has had a claim: its words
        /// are then overwritten, not zeroed, and the next claim costs 34,000 gas less.
        pub(in super::super) const CLAIM_VALUE: u64 = 1;
        /// Low half: penalty. High half: the part of the claim that live auctions ask for. The top bit likewise.
        pub(in super::super) const CLAIM_EXTRA: u64 = 2;
        /// What the fund paid of the written-off part and has not got back.
        pub(in super::super) const CLAIM_FUND: u64 = 3;
        /// Map, token index to collateral. Low half: free. High half: in lots.
        pub(in super::super) const POSITIONS: u64 = 4;
    }
}

/// The vault's storage. The SDK asks for a field; the rest of the words are addressed by `slot`.
#[storage]
pub struct VaultState {
    /// Slot 0, see `slot::ASSET`: read as a word, like the others.
    #[allow(dead_code)]
    first: StorageU256,
}

/// The parameters of the vault as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Risk {
    /// Health that a liquidation aims at, WAD.
    pub target_health: U256,
    /// Discount to the low price at which the fund takes lots, WAD.
    pub backstop_discount: U256,
    /// The fund's part of interest, WAD.
    pub reserve_factor: U256,
    /// Seconds after which settled debt no longer counts against the caps.
    pub cap_period: u64,
    /// Seconds after a step that raises an account's risk within which it can't be liquidated unless insolvent.
    pub cool_off: u64,
    /// Ends of the pauses of the first four verbs, hours since 1970.
    pub paused: [u64; 4],
}

/// Top bit of a claim's words.
const USED: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// Flags of an account's head.
const CLOSING: u64 = 1 << 40;
const PREDICTIVE: u64 = 1 << 41;

/// A billionth, in WAD: the unit of ratios that share a word.
const BILLIONTH: u64 = 1_000_000_000;
const LOW_32: u64 = 0xffff_ffff;
/// Hours since 1970 in 21 bits: until the year 2209.
const HOURS: u64 = (1 << 21) - 1;

/// Whether a ratio is a whole number of billionths of which there are less than 2^32.
pub(crate) fn is_short_ratio(ratio: U256) -> bool {
    expand(shorten(ratio)) == ratio
}

/// A ratio cut to whole billionths.
pub(crate) fn shortened(ratio: U256) -> U256 {
    expand(shorten(ratio))
}

/// A WAD ratio in billionths.
fn shorten(ratio: U256) -> u64 {
    let [low, high, ..] = ratio.into_limbs();
    // Above 4.29 nothing fits: no ratio is.
    if high != 0 {
        return LOW_32;
    }
    low.checked_div(BILLIONTH).unwrap_or(0).min(LOW_32)
}

/// The WAD ratio of the low 32 bits.
fn expand(billionths: u64) -> U256 {
    U256::from_limbs([(billionths & LOW_32).wrapping_mul(BILLIONTH), 0, 0, 0])
}

impl Risk {
    /// As a word.
    pub(crate) fn pack(&self) -> U256 {
        let [deposit, withdraw, collateral, borrow] = self.paused;
        U256::from_limbs([
            shorten(self.target_health) | (shorten(self.backstop_discount) << 32),
            shorten(self.reserve_factor) | ((self.cap_period & LOW_32) << 32),
            (self.cool_off & LOW_32) | ((deposit & HOURS) << 32),
            (withdraw & HOURS) | ((collateral & HOURS) << 21) | ((borrow & HOURS) << 42),
        ])
    }

    /// From a word.
    pub(crate) fn unpack(word: U256) -> Self {
        let [first, second, third, fourth] = word.into_limbs();
        Self {
            target_health: expand(first),
            backstop_discount: expand(first >> 32),
            reserve_factor: expand(second),
            cap_period: second >> 32,
            cool_off: third & LOW_32,
            paused: [
                third >> 32,
                fourth & HOURS,
                (fourth >> 21) & HOURS,
                (fourth >> 42) & HOURS,
            ],
        }
    }

    /// End of the pause of a verb, a timestamp.
    pub(crate) fn paused_until(&self, verb: Verb) -> u64 {
        let hours = self.paused.get(verb as usize).copied();
        hours.unwrap_or(0).wrapping_mul(3600)
    }

    /// Changes the end of the pause of a verb, a timestamp on the hour.
    pub(crate) fn set_pause(&mut self, verb: Verb, until: u64) {
        if let Some(hours) = self.paused.get_mut(verb as usize) {
            *hours = until.checked_div(3600).unwrap_or(0);
        }
    }
}

/// A collateral's parameters and totals.
#[derive(Clone, Copy)]
pub(crate) struct Collateral {
    /// Bit of the token in account heads.
    pub index: u8,
    /// Share of the value that may be borrowed, WAD.
    pub borrow_ltv: U256,
    /// λ: share of the value that counts against liquidation now, WAD.
    pub liquidation_threshold: U256,
    /// Where volatility may move it, WAD.
    pub threshold_min: U256,
    /// Where volatility may move it, WAD.
    pub threshold_max: U256,
    /// When it was last moved.
    pub threshold_moved: u64,
    /// Correlation with the market, WAD.
    pub beta: U256,
    /// Penalty at health factor 1, WAD.
    pub penalty_min: U256,
    /// Greatest penalty, WAD.
    pub penalty_max: U256,
    /// How much more than the debt and its penalty a lot is worth, WAD.
    pub lot_buffer: U256,
    /// Most of the token that the vault takes, base units.
    pub supply_cap: U256,
    /// All of it in the vault's books.
    pub total: U256,
    /// Most debt for sale with it, loan asset.
    pub room_cap: U256,
}

/// How volatility bears on margins.
#[derive(Clone, Copy)]
pub(crate) struct MarginRules {
    /// z of opening, WAD.
    pub opening_deviations: U256,
    /// h of opening and of predictive liquidation, seconds.
    pub opening_horizon: u64,
    /// z of the liquidation threshold, WAD.
    pub threshold_deviations: U256,
    /// h of the liquidation threshold, seconds.
    pub threshold_horizon: u64,
    /// z of predictive liquidation, WAD.
    pub soft_deviations: U256,
    /// Penalty of predictive liquidation, WAD.
    pub soft_penalty: U256,
    /// Greatest movement of a threshold in an hour, WAD.
    pub slew: U256,
    /// Least volatility of a token, WAD.
    pub volatility_min: U256,
}

/// An account's head word.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    /// Its share of all debt.
    pub borrow_shares: U256,
    /// Tokens of which the account has some, free or in lots.
    pub bitmap: u32,
    /// Time of the last step that raised the account's risk.
    pub last_risk: u64,
    /// Auctions that are under way.
    pub live_lots: u8,
    /// Insolvent: being wound up.
    pub closing: bool,
    /// May be liquidated before it is unhealthy.
    pub predictive: bool,
}

/// An account's claim, in loan asset.
#[derive(Clone, Copy, Default)]
pub(crate) struct AccountClaim {
    /// The claim proper.
    pub claim: breakwater_risk::claim::Claim,
    /// The part of it that live auctions ask for.
    pub assigned: U256,
}

impl VaultState {
    // ----- words -----

    #[inline(never)]
    fn load(&self, slot: U256) -> U256 {
        from_word(self.vm().storage_load_bytes32(slot))
    }

    #[inline(never)]
    fn save(&mut self, slot: U256, value: U256) {
        // SAFETY: no SDK storage type holds a copy of any word of this contract.
        unsafe { self.vm().storage_cache_bytes32(slot, to_word(value)) }
    }

    #[inline(never)]
    fn word(&self, slot: u64) -> U256 {
        self.load(U256::from_limbs([slot, 0, 0, 0]))
    }

    #[inline(never)]
    fn set_word(&mut self, slot: u64, value: U256) {
        self.save(U256::from_limbs([slot, 0, 0, 0]), value);
    }

    #[inline(never)]
    fn address(&self, slot: u64) -> Address {
        Address::from_word(to_word(self.word(slot)))
    }

    #[inline(never)]
    fn set_address(&mut self, slot: u64, value: Address) {
        self.set_word(slot, from_word(value.into_word()));
    }

    /// Slot of a map's value.
    #[inline(never)]
    fn entry(&self, map: U256, key: B256) -> U256 {
        let mut preimage = [0u8; 64];
        let (first, second) = preimage.split_at_mut(32);
        first.copy_from_slice(key.as_slice());
        second.copy_from_slice(to_word(map).as_slice());
        from_word(self.vm().native_keccak256(&preimage))
    }

    #[inline(never)]
    fn entry_of(&self, map: u64, key: B256) -> U256 {
        self.entry(U256::from_limbs([map, 0, 0, 0]), key)
    }

    /// Slot of a field of a struct.
    fn field(base: U256, offset: u64) -> U256 {
        base.wrapping_add(U256::from_limbs([offset, 0, 0, 0]))
    }

    #[inline(never)]
    fn account_word(&self, account: B256, offset: u64) -> U256 {
        Self::field(self.entry_of(slot::ACCOUNTS, account), offset)
    }

    #[inline(never)]
    fn collateral_word(&self, token: Address, offset: u64) -> U256 {
        Self::field(self.entry_of(slot::COLLATERALS, token.into_word()), offset)
    }

    // ----- partners, owner, names -----

    /// The loan asset.
    pub(crate) fn asset(&self) -> Address {
        self.address(slot::ASSET)
    }

    /// Decimals of the loan asset.
    pub(crate) fn asset_decimals(&self) -> u8 {
        let [_, _, high, _] = self.word(slot::ASSET).into_limbs();
        (high >> 32) as u8
    }

    /// The oracle adapter.
    pub(crate) fn oracle(&self) -> Address {
        self.address(slot::ORACLE)
    }

    /// The liquidation auction.
    pub(crate) fn auction(&self) -> Address {
        self.address(slot::AUCTION)
    }

    /// The insurance fund.
    pub(crate) fn fund(&self) -> Address {
        self.address(slot::FUND)
    }

    /// The vault's program for liquidation.
    pub(crate) fn liquidation(&self) -> Address {
        self.address(slot::LIQUIDATION)
    }

    /// The vault's program for claims.
    pub(crate) fn settlement(&self) -> Address {
        self.address(slot::SETTLEMENT)
    }

    /// The vault's program for administration and rights.
    pub(crate) fn administration(&self) -> Address {
        self.address(slot::ADMINISTRATION)
    }

    /// The vault's program for views.
    pub(crate) fn views(&self) -> Address {
        self.address(slot::VIEWS)
    }

    /// May change parameters.
    pub(crate) fn owner(&self) -> Address {
        self.address(slot::OWNER)
    }

    /// Changes the owner.
    pub(crate) fn set_owner(&mut self, owner: Address) {
        self.set_address(slot::OWNER, owner);
    }

    /// Becomes the owner by accepting.
    pub(crate) fn pending_owner(&self) -> Address {
        self.address(slot::PENDING_OWNER)
    }

    /// Changes who becomes the owner by accepting.
    pub(crate) fn set_pending_owner(&mut self, owner: Address) {
        self.set_address(slot::PENDING_OWNER, owner);
    }

    /// Name and symbol of the vault share, each a word: the text, its length in the last byte.
    pub(crate) fn names(&self) -> (U256, U256) {
        (self.word(slot::NAME), self.word(slot::SYMBOL))
    }

    /// What the constructor fixes for ever.
    pub(crate) fn set_identity(
        &mut self,
        partners: [Address; 4],
        programs: [Address; 4],
        decimals: u8,
        names: (U256, U256),
    ) {
        let [asset, oracle, auction, fund] = partners;
        let [liquidation, settlement, administration, views] = programs;
        let [low_0, low_1, high, _] = from_word(asset.into_word()).into_limbs();
        let asset = [low_0, low_1, high | (u64::from(decimals) << 32), 0];
        self.set_word(slot::ASSET, U256::from_limbs(asset));
        self.set_address(slot::ORACLE, oracle);
        self.set_address(slot::AUCTION, auction);
        self.set_address(slot::FUND, fund);
        self.set_address(slot::LIQUIDATION, liquidation);
        self.set_address(slot::SETTLEMENT, settlement);
        self.set_address(slot::ADMINISTRATION, administration);
        self.set_address(slot::VIEWS, views);
        self.set_word(slot::NAME, names.0);
        self.set_word(slot::SYMBOL, names.1);
    }

    /// Runs another of the vault's programs on this storage.
    ///
    /// # Errors
    ///
    /// What that program reverts with.
    pub(crate) fn delegate(&self, program: Address, calldata: &[u8]) -> Fallible<Vec<u8>> {
        // SAFETY: the program is this crate's own, at an address fixed in the constructor; the storage cache is written and
        // emptied first, and nothing is read from it afterwards.
        unsafe {
            RawCall::new_delegate(self.vm())
                .clear_storage_cache()
                .call(program, calldata)
                .map_err(errors::Error::from)
        }
    }

    // ----- balances and rights -----

    /// Vault shares of `owner`.
    #[inline(never)]
    pub(crate) fn balance(&self, owner: Address) -> U256 {
        self.load(self.entry_of(slot::BALANCES, owner.into_word()))
    }

    /// Changes the vault shares of `owner`.
    #[inline(never)]
    pub(crate) fn set_balance(&mut self, owner: Address, value: U256) {
        let slot = self.entry_of(slot::BALANCES, owner.into_word());
        self.save(slot, value);
    }

    #[inline(never)]
    fn pair(&self, map: u64, first: Address, second: Address) -> U256 {
        self.entry(self.entry_of(map, first.into_word()), second.into_word())
    }

    /// Vault shares of `owner` that `spender` may move.
    pub(crate) fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.load(self.pair(slot::ALLOWANCES, owner, spender))
    }

    /// Changes what `spender` may move.
    pub(crate) fn set_allowance(&mut self, owner: Address, spender: Address, value: U256) {
        let slot = self.pair(slot::ALLOWANCES, owner, spender);
        self.save(slot, value);
    }

    /// Whether `operator` may act for all accounts of `owner`.
    pub(crate) fn is_operator(&self, owner: Address, operator: Address) -> bool {
        !self
            .load(self.pair(slot::OPERATORS, owner, operator))
            .is_zero()
    }

    /// Changes whether `operator` may act for all accounts of `owner`.
    pub(crate) fn set_operator(&mut self, owner: Address, operator: Address, approved: bool) {
        let slot = self.pair(slot::OPERATORS, owner, operator);
        self.save(slot, U256::from(u8::from(approved)));
    }

    /// The number of an owner's next signature.
    pub(crate) fn nonce(&self, owner: Address) -> U256 {
        self.load(self.entry_of(slot::NONCES, owner.into_word()))
    }

    /// Uses up a signature's number.
    pub(crate) fn set_nonce(&mut self, owner: Address, nonce: U256) {
        let slot = self.entry_of(slot::NONCES, owner.into_word());
        self.save(slot, nonce);
    }

    /// The guardian, the pause of liquidation and the grace after it.
    pub(crate) fn guard(&self) -> Guard {
        let word = self.word(slot::GUARD);
        let [_, _, middle, high] = word.into_limbs();
        Guard {
            guardian: Address::from_word(to_word(word)),
            liquidation_paused: ((middle >> 32) & 0xff_ffff).wrapping_mul(3600),
            grace: high & 0xff_ffff,
            grace_floor: expand(high >> 24),
        }
    }

    /// Changes the guardian, the pause of liquidation and the grace after it.
    pub(crate) fn set_guard(&mut self, guard: &Guard) {
        let [first, second, third, _] = from_word(guard.guardian.into_word()).into_limbs();
        let hours = guard.liquidation_paused.checked_div(3600).unwrap_or(0);
        let high = (guard.grace & 0xff_ffff) | (shorten(guard.grace_floor) << 24);
        let third = third | ((hours & 0xff_ffff) << 32);
        self.set_word(slot::GUARD, U256::from_limbs([first, second, third, high]));
    }

    // ----- the pool's books and the lock -----

    /// The time.
    #[inline(never)]
    pub(crate) fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }

    /// The books as they are stored, interest not counted.
    #[inline(never)]
    pub(crate) fn market(&self) -> Market {
        Market::unpack(
            self.word(slot::LIQUIDITY),
            self.word(slot::LOANS),
            self.word(slot::CLAIMS),
            self.word(slot::CLOCK),
        )
    }

    /// The books with interest up to now, for views: nothing is stored.
    #[inline(never)]
    pub(crate) fn market_now(&self) -> Market {
        let mut market = self.market();
        market.accrue(self.now(), self.risk().reserve_factor);
        market
    }

    /// Starts a call that changes the books: takes the lock.
    ///
    /// # Errors
    ///
    /// `Locked` if another call is under way.
    #[inline(never)]
    pub(crate) fn enter(&mut self) -> Fallible<Market> {
        let clock = Clock(self.word(slot::CLOCK));
        if clock.is_locked() {
            return Err(locked());
        }
        let market = self.market();
        self.set_word(slot::CLOCK, clock.with_lock(true));
        Ok(market)
    }

    /// Whether a call into the vault is under way.
    pub(crate) fn is_locked(&self) -> bool {
        Clock(self.word(slot::CLOCK)).is_locked()
    }

    /// Like [`Self::enter`], with interest up to now.
    ///
    /// # Errors
    ///
    /// `Locked` if another call is under way.
    #[inline(never)]
    pub(crate) fn enter_accrued(&mut self) -> Fallible<Market> {
        let mut market = self.enter()?;
        self.accrue(&mut market);
        Ok(market)
    }

    /// Brings interest up to now and says so in the log.
    #[inline(never)]
    pub(crate) fn accrue(&self, market: &mut Market) {
        let accrual = market.accrue(self.now(), self.risk().reserve_factor);
        if !accrual.interest.is_zero() {
            self.emit(&IVault::Accrued {
                interest: accrual.interest,
                reserve: accrual.reserve,
                borrowRate: accrual.rate,
            });
        }
    }

    /// Writes the books and keeps the lock: before calls to others.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn store(&mut self, market: &Market) -> Fallible<()> {
        let [liquidity, loans, claims, clock] = market.pack()?;
        self.set_word(slot::LIQUIDITY, liquidity);
        self.set_word(slot::LOANS, loans);
        self.set_word(slot::CLAIMS, claims);
        self.set_word(slot::CLOCK, Clock(clock).with_lock(true));
        Ok(())
    }

    /// Ends a call: gives the lock back.
    #[inline(never)]
    pub(crate) fn leave(&mut self) {
        let clock = Clock(self.word(slot::CLOCK));
        self.set_word(slot::CLOCK, clock.with_lock(false));
    }

    /// [`Self::store`] and [`Self::leave`].
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn store_and_leave(&mut self, market: &Market) -> Fallible<()> {
        self.store(market)?;
        self.leave();
        Ok(())
    }

    /// Logs an event.
    pub(crate) fn emit<E: WordEvent>(&self, event: &E) {
        event.log(self.vm());
    }

    // ----- parameters -----

    /// The vault's parameters.
    #[inline(never)]
    pub(crate) fn risk(&self) -> Risk {
        Risk::unpack(self.word(slot::RISK))
    }

    /// Changes the vault's parameters.
    pub(crate) fn set_risk(&mut self, risk: &Risk) {
        self.set_word(slot::RISK, risk.pack());
    }

    /// How volatility bears on margins.
    #[inline(never)]
    pub(crate) fn margin_rules(&self) -> MarginRules {
        let [first, second, third, fourth] = self.word(slot::MARGIN_RULES).into_limbs();
        MarginRules {
            opening_deviations: expand(first),
            opening_horizon: first >> 32,
            threshold_deviations: expand(second),
            threshold_horizon: second >> 32,
            soft_deviations: expand(third),
            soft_penalty: expand(third >> 32),
            slew: expand(fourth),
            volatility_min: expand(fourth >> 32),
        }
    }

    /// Changes how volatility bears on margins.
    pub(crate) fn set_margin_rules(&mut self, rules: &MarginRules) {
        let word = U256::from_limbs([
            shorten(rules.opening_deviations) | (rules.opening_horizon << 32),
            shorten(rules.threshold_deviations) | (rules.threshold_horizon << 32),
            shorten(rules.soft_deviations) | (shorten(rules.soft_penalty) << 32),
            shorten(rules.slew) | (shorten(rules.volatility_min) << 32),
        ]);
        self.set_word(slot::MARGIN_RULES, word);
    }

    /// Cap on the flow of predictive liquidation.
    pub(crate) fn predictive_cap(&self) -> U256 {
        self.word(slot::PREDICTIVE_CAP)
    }

    /// Changes the cap on the flow of predictive liquidation.
    pub(crate) fn set_predictive_cap(&mut self, cap: U256) {
        self.set_word(slot::PREDICTIVE_CAP, cap);
    }

    /// Debt of predictive lots that counts against their cap.
    pub(crate) fn predictive_room(&self) -> Room {
        Room::unpack(self.word(slot::PREDICTIVE_ROOM))
    }

    /// Writes the debt of predictive lots.
    ///
    /// # Errors
    ///
    /// `MathOverflow` if it does not fit its word.
    pub(crate) fn set_predictive_room(&mut self, room: &Room) -> Fallible<()> {
        let word = room.pack().map_err(|_| math_overflow())?;
        self.set_word(slot::PREDICTIVE_ROOM, word);
        Ok(())
    }

    /// The latched state of auto-deleveraging.
    #[inline(never)]
    pub(crate) fn deleveraging(&self) -> Deleveraging {
        let word = self.word(slot::DELEVERAGING);
        let [_, _, armed_at, was_met] = word.into_limbs();
        Deleveraging {
            target: unpack_halves(word).1,
            was_met: was_met != 0,
            armed_at,
        }
    }

    /// Changes the latched state of auto-deleveraging.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    pub(crate) fn set_deleveraging(&mut self, state: &Deleveraging) -> Fallible<()> {
        let high = U256::from_limbs([state.armed_at, u64::from(state.was_met), 0, 0]);
        self.set_word(slot::DELEVERAGING, pack_halves(high, state.target)?);
        Ok(())
    }

    /// What the fund can bear now: its shares above its minimum, in loan asset.
    ///
    /// # Errors
    ///
    /// `MathOverflow`.
    pub(crate) fn cover(&self, market: &Market) -> Fallible<U256> {
        let (minimum, _) = self.fund_minimum();
        let shares = self.balance(self.fund()).saturating_sub(minimum);
        market.assets_down(shares, self.now())
    }

    /// Least debt of an account, least debt worth an auction.
    #[inline(never)]
    pub(crate) fn minimums(&self) -> (U256, U256) {
        let (min_lot, min_debt) = unpack_halves(self.word(slot::MINIMUMS));
        (min_debt, min_lot)
    }

    /// Changes the minimums.
    pub(crate) fn set_minimums(&mut self, min_debt: U256, min_lot: U256) -> Fallible<()> {
        self.set_word(slot::MINIMUMS, pack_halves(min_lot, min_debt)?);
        Ok(())
    }

    /// The keeper's tip (loan asset) and chip (WAD).
    pub(crate) fn reward(&self) -> (U256, U256) {
        let (chip, tip) = unpack_halves(self.word(slot::REWARD));
        (tip, chip)
    }

    /// Changes the keeper's reward.
    pub(crate) fn set_reward(&mut self, tip: U256, chip: U256) -> Fallible<()> {
        self.set_word(slot::REWARD, pack_halves(chip, tip)?);
        Ok(())
    }

    /// Cap on total assets, cap on all debt for sale.
    #[inline(never)]
    pub(crate) fn caps(&self) -> (U256, U256) {
        let (room_cap, supply_cap) = unpack_halves(self.word(slot::CAPS));
        (supply_cap, room_cap)
    }

    /// Changes the caps.
    #[inline(never)]
    pub(crate) fn set_caps(&mut self, supply_cap: U256, room_cap: U256) -> Fallible<()> {
        self.set_word(slot::CAPS, pack_halves(room_cap, supply_cap)?);
        Ok(())
    }

    /// Vault shares that always stay with the fund, and the number of collaterals.
    #[inline(never)]
    pub(crate) fn fund_minimum(&self) -> (U256, u64) {
        let (count, minimum) = unpack_halves(self.word(slot::FUND_MINIMUM));
        (minimum, count.saturating_to::<u64>())
    }

    /// Changes the fund's minimum and the number of collaterals.
    #[inline(never)]
    pub(crate) fn set_fund_minimum(&mut self, minimum: U256, token_count: u64) -> Fallible<()> {
        self.set_word(
            slot::FUND_MINIMUM,
            pack_halves(U256::from(token_count), minimum)?,
        );
        Ok(())
    }

    // ----- collaterals -----

    /// The token of a bit.
    #[inline(never)]
    pub(crate) fn token_at(&self, index: u8) -> Address {
        let slot = self.entry_of(slot::TOKENS, B256::with_last_byte(index));
        Address::from_word(to_word(self.load(slot)))
    }

    /// Gives a new collateral the next bit.
    pub(crate) fn add_token(&mut self, index: u8, token: Address) {
        let slot = self.entry_of(slot::TOKENS, B256::with_last_byte(index));
        self.save(slot, from_word(token.into_word()));
    }

    /// Parameters and totals of `token`.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    #[inline(never)]
    pub(crate) fn collateral(&self, token: Address) -> Fallible<Collateral> {
        let base = self.collateral_word(token, 0);
        let word = |offset| self.load(Self::field(base, offset));
        let [supply_cap_0, supply_cap_1, index, threshold_moved] =
            word(slot::collateral::LIMITS).into_limbs();
        let Some(index) = index.checked_sub(1) else {
            return Err(unknown_collateral(token));
        };
        let [first, second, third, fourth] = word(slot::collateral::MARGIN).into_limbs();
        let (room_cap, total) = unpack_halves(word(slot::collateral::AMOUNTS));
        Ok(Collateral {
            index: index as u8,
            borrow_ltv: expand(first),
            liquidation_threshold: expand(first >> 32),
            threshold_min: expand(second),
            threshold_max: expand(second >> 32),
            penalty_min: expand(third),
            penalty_max: expand(third >> 32),
            lot_buffer: expand(fourth),
            beta: expand(fourth >> 32),
            threshold_moved,
            supply_cap: U256::from_limbs([supply_cap_0, supply_cap_1, 0, 0]),
            total,
            room_cap,
        })
    }

    /// Bit of `token`, cap on its debt for sale, and all of it in the books: what a sale needs of [`Self::collateral`], a word less.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`.
    #[inline(never)]
    pub(crate) fn collateral_total(&self, token: Address) -> Fallible<(u8, U256, U256)> {
        let base = self.collateral_word(token, 0);
        let word = |offset| self.load(Self::field(base, offset));
        let [_, _, index, _] = word(slot::collateral::LIMITS).into_limbs();
        let Some(index) = index.checked_sub(1) else {
            return Err(unknown_collateral(token));
        };
        let (room_cap, total) = unpack_halves(word(slot::collateral::AMOUNTS));
        Ok((index as u8, room_cap, total))
    }

    /// Writes a collateral's parameters and totals.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_collateral(
        &mut self,
        token: Address,
        collateral: &Collateral,
    ) -> Fallible<()> {
        let amounts = pack_halves(collateral.room_cap, collateral.total)?;
        let index = U256::from(collateral.index).saturating_add(U256::from(1));
        let tail = U256::from_limbs([
            index.saturating_to::<u64>(),
            collateral.threshold_moved,
            0,
            0,
        ]);
        let limits = pack_halves(tail, collateral.supply_cap)?;
        let base = self.collateral_word(token, 0);
        let margin = U256::from_limbs([
            shorten(collateral.borrow_ltv) | (shorten(collateral.liquidation_threshold) << 32),
            shorten(collateral.threshold_min) | (shorten(collateral.threshold_max) << 32),
            shorten(collateral.penalty_min) | (shorten(collateral.penalty_max) << 32),
            shorten(collateral.lot_buffer) | (shorten(collateral.beta) << 32),
        ]);
        self.save(Self::field(base, slot::collateral::MARGIN), margin);
        self.save(Self::field(base, slot::collateral::LIMITS), limits);
        self.save(Self::field(base, slot::collateral::AMOUNTS), amounts);
        Ok(())
    }

    /// Writes only a collateral's total.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_collateral_total(
        &mut self,
        token: Address,
        room_cap: U256,
        total: U256,
    ) -> Fallible<()> {
        let slot = self.collateral_word(token, slot::collateral::AMOUNTS);
        self.save(slot, pack_halves(room_cap, total)?);
        Ok(())
    }

    /// Debt for sale with `token`; of all tokens for the zero address.
    #[inline(never)]
    pub(crate) fn room(&self, token: Address) -> Room {
        Room::unpack(self.load(self.room_slot(token)))
    }

    /// Writes the debt for sale with `token`, or of all tokens.
    ///
    /// # Errors
    ///
    /// `MathOverflow` if it does not fit its word.
    #[inline(never)]
    pub(crate) fn set_room(&mut self, token: Address, room: &Room) -> Fallible<()> {
        let word = room.pack().map_err(|_| math_overflow())?;
        let slot = self.room_slot(token);
        self.save(slot, word);
        Ok(())
    }

    fn room_slot(&self, token: Address) -> U256 {
        if token.is_zero() {
            return U256::from_limbs([slot::TOTAL_ROOM, 0, 0, 0]);
        }
        self.collateral_word(token, slot::collateral::ROOM)
    }

    // ----- accounts -----

    /// The head word of `account`.
    #[inline(never)]
    pub(crate) fn head(&self, account: B256) -> Head {
        let word = self.load(self.account_word(account, slot::account::HEAD));
        let [shares_0, shares_1, high_0, high_1] = word.into_limbs();
        Head {
            borrow_shares: U256::from_limbs([shares_0, shares_1, 0, 0]),
            bitmap: high_0 as u32,
            live_lots: (high_0 >> 32) as u8,
            closing: high_0 & CLOSING != 0,
            predictive: high_0 & PREDICTIVE != 0,
            last_risk: high_1,
        }
    }

    /// Writes the head word of `account`.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_head(&mut self, account: B256, head: &Head) -> Fallible<()> {
        let flags = u64::from(head.bitmap)
            | (u64::from(head.live_lots) << 32)
            | if head.closing { CLOSING } else { 0 }
            | if head.predictive { PREDICTIVE } else { 0 };
        let high = U256::from_limbs([flags, head.last_risk, 0, 0]);
        let slot = self.account_word(account, slot::account::HEAD);
        self.save(slot, pack_halves(high, head.borrow_shares)?);
        Ok(())
    }

    /// Collateral of `account` at a token's index: (free, in lots).
    #[inline(never)]
    pub(crate) fn position(&self, account: B256, index: u8) -> (U256, U256) {
        let word = self.load(self.position_slot(account, index));
        let (in_lots, free) = unpack_halves(word);
        (free, in_lots)
    }

    /// Writes collateral of `account`, and its bit in `head` (which the caller stores).
    ///
    /// # Errors
    ///
    /// `AmountTooLarge`.
    #[inline(never)]
    pub(crate) fn set_position(
        &mut self,
        account: B256,
        head: &mut Head,
        index: u8,
        free: U256,
        in_lots: U256,
    ) -> Fallible<()> {
        let word = pack_halves(in_lots, free)?;
        let bit = 1u32.wrapping_shl(u32::from(index));
        if word.is_zero() {
            head.bitmap &= !bit;
        } else {
            head.bitmap |= bit;
        }
        let slot = self.position_slot(account, index);
        self.save(slot, word);
        Ok(())
    }

    fn position_slot(&self, account: B256, index: u8) -> U256 {
        let positions = self.account_word(account, slot::account::POSITIONS);
        self.entry(positions, B256::with_last_byte(index))
    }

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

    // ----- rights -----

    /// # Errors
    ///
    /// `NotAuthorized` unless the caller owns `account` or is an operator of its owner.
    pub(crate) fn require_account_right(&self, account: B256) -> Fallible<()> {
        if self.has_account_right(account) {
            return Ok(());
        }
        Err(not_authorized(self.vm().msg_sender()))
    }

    /// Whether the caller owns `account` or is an operator of its owner.
    #[inline(never)]
    pub(crate) fn has_account_right(&self, account: B256) -> bool {
        let caller = self.vm().msg_sender();
        let owner = account_id::owner_of(account);
        caller == owner || self.is_operator(owner, caller)
    }

    /// # Errors
    ///
    /// `NotAuthorized` unless the caller is `who`.
    #[inline(never)]
    pub(crate) fn require_caller(&self, who: Address) -> Fallible<()> {
        let caller = self.vm().msg_sender();
        if caller == who {
            return Ok(());
        }
        Err(not_authorized(caller))
    }

    // ----- tokens -----

    /// Pulls `amount` of `token` from `from` into the vault, and checks that the vault holds at least `booked` of it
    /// afterwards: so a fee on transfer is refused, unless what lies there by donation makes up for it. The books are backed either way (V3).
    ///
    /// # Errors
    ///
    /// `TokenCallFailed`, `TokenAmountMismatch`.
    #[inline(never)]
    pub(crate) fn pull(
        &self,
        token: Address,
        from: Address,
        amount: U256,
        booked: U256,
    ) -> Fallible<()> {
        let vm = self.vm();
        let vault = vm.contract_address();
        if !outbound::token_transfer_from(vm, token, from, vault, amount) {
            return Err(errors::token_call_failed(token));
        }
        let held = outbound::token_balance(vm, token, vault).unwrap_or_default();
        if held < booked {
            return Err(errors::token_amount_mismatch(token, booked, held));
        }
        Ok(())
    }

    /// Sends `amount` of `token` to `to`.
    ///
    /// # Errors
    ///
    /// `TokenCallFailed`.
    #[inline(never)]
    pub(crate) fn push(&self, token: Address, to: Address, amount: U256) -> Fallible<()> {
        if outbound::token_transfer(self.vm(), token, to, amount) {
            return Ok(());
        }
        Err(errors::token_call_failed(token))
    }

    /// Takes `amount` off the free collateral of `account`, in its position and in `head`.
    ///
    /// # Errors
    ///
    /// `InsufficientCollateral`.
    #[inline(never)]
    pub(crate) fn take_free(
        &mut self,
        account: B256,
        head: &mut Head,
        token: Address,
        index: u8,
        amount: U256,
    ) -> Fallible<()> {
        let (free, in_lots) = self.position(account, index);
        let Some(left) = free.checked_sub(amount) else {
            return Err(insufficient_collateral(account, token, free, amount));
        };
        self.set_position(account, head, index, left, in_lots)
    }

    /// Indices of the tokens in an account's bitmap, lowest first.
    pub(crate) fn indices(mut bitmap: u32) -> impl Iterator<Item = u8> {
        ::core::iter::from_fn(move || {
            if bitmap == 0 {
                return None;
            }
            let index = bitmap.trailing_zeros();
            // The lowest bit goes.
            bitmap &= bitmap.wrapping_sub(1);
            Some(index as u8)
        })
    }
}
