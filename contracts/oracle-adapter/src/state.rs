//! Every storage word of the adapter, and how words are read and written. Both programs use this one type.
//!
//! A token's words follow each other from `keccak256(token)` on: its configuration, its memory, its incidents, then two words a
//! leg. A quote of a token with one Chainlink source loads three of them, a sample writes one.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    log::WordEvent,
    outbound::{from_word, to_word},
};
use breakwater_risk::compact::{compact_price, expand};
use stylus_sdk::{call::RawCall, prelude::*, storage::StorageU256};

use crate::{
    arguments::address_word,
    errors::{not_authorized, Error, Fallible},
};

/// The slots of the adapter's storage.
mod slot {
    /// The loan asset (160 bits), its decimals above.
    pub(super) const ASSET: u64 = 0;
    /// The program for configuration.
    pub(super) const EXTENSION: u64 = 1;
    /// May configure.
    pub(super) const OWNER: u64 = 2;
    /// Becomes the owner by accepting.
    pub(super) const PENDING_OWNER: u64 = 3;
    /// The L2 sequencer's uptime feed (160 bits), grace period in seconds above (32).
    pub(super) const SEQUENCER: u64 = 4;
}

/// Words of a token.
mod place {
    /// [`super::TokenConfig`].
    pub(super) const CONFIG: u64 = 0;
    /// [`super::Memory`].
    pub(super) const MEMORY: u64 = 1;
    /// [`super::Incidents`].
    pub(super) const INCIDENTS: u64 = 2;
    /// First of the legs, two words each.
    pub(super) const LEGS: u64 = 3;
}

/// The adapter's storage. The SDK asks for a field; the rest of the words are addressed by `slot`.
#[storage]
pub struct AdapterState {
    /// Slot 0, see `slot::ASSET`: read as a word, like the others.
    #[allow(dead_code)]
    first: StorageU256,
}

/// `bits` bits of `word` from `offset` up, at most 64.
#[inline(never)]
fn bits(word: U256, offset: usize, bits: u32) -> u64 {
    let [low, ..] = word.wrapping_shr(offset).into_limbs();
    low & u64::MAX.wrapping_shr(64_u32.wrapping_sub(bits))
}

/// `value` at `offset`.
#[inline(never)]
fn at(value: u64, offset: usize) -> U256 {
    U256::from_limbs([value, 0, 0, 0]).wrapping_shl(offset)
}

/// A token's configuration, in one word: the fields of `Parameters` in their order and units of [`Field`], then the number of legs and
/// the power of ten from a price in whole units to the 1e36 scale. A token without configuration is the zero word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenConfig(pub U256);

/// A field of `Parameters`: where it is in [`TokenConfig`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Lowest bit.
    pub offset: usize,
    /// Number of bits.
    pub bits: u32,
}

const fn field(offset: usize, bits: u32) -> Field {
    Field { offset, bits }
}

/// The fields of `Parameters`, in their order: one behind the other.
pub const FIELDS: [Field; 13] = [
    field(0, 8),
    field(8, 8),
    field(16, 24),
    field(40, 24),
    field(64, 16),
    field(80, 16),
    field(96, 24),
    field(120, 16),
    field(136, 24),
    field(160, 24),
    field(184, 16),
    field(200, 16),
    field(216, 24),
];
/// Millionths of a WAD.
pub const MILLIONTH: u64 = 1_000_000_000_000;
/// Hundredths of a WAD.
pub const HUNDREDTH: u64 = 10_000_000_000_000_000;

const LEGS_OFFSET: usize = 240;
const EXPONENT_OFFSET: usize = 248;

impl TokenConfig {
    /// With `legs` legs, and a whole token at 1 being `10^exponent` on the 1e36 scale; all fields 0.
    #[must_use]
    pub fn new(legs: u8, exponent: i8) -> Self {
        Self(at(legs.into(), LEGS_OFFSET) | at((exponent as u8).into(), EXPONENT_OFFSET))
    }

    /// With a field set that was 0; `value` in the field's unit.
    #[must_use]
    pub fn with(self, field: Field, value: u64) -> Self {
        Self(self.0 | at(value, field.offset))
    }

    /// A field, in its unit.
    #[must_use]
    pub fn get(self, field: Field) -> u64 {
        bits(self.0, field.offset, field.bits)
    }

    /// A field that is kept in millionths, in WAD: up to 16.7.
    fn ratio(self, field: Field) -> U256 {
        U256::from(u128::from(self.get(field)).wrapping_mul(u128::from(MILLIONTH)))
    }

    /// True for a token that was never configured.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self.0.is_zero()
    }

    /// Number of legs of all sources.
    #[must_use]
    pub fn legs(self) -> u64 {
        bits(self.0, LEGS_OFFSET, 8)
    }

    /// The power of ten from a price in whole units to the 1e36 scale.
    #[must_use]
    pub fn exponent(self) -> i8 {
        bits(self.0, EXPONENT_OFFSET, 8) as i8
    }

    /// How many sources must be fresh.
    #[must_use]
    pub fn quorum(self) -> u64 {
        let [_, quorum, ..] = FIELDS;
        self.get(quorum)
    }

    /// WAD.
    #[must_use]
    pub fn max_spread(self) -> U256 {
        let [_, _, spread, ..] = FIELDS;
        self.ratio(spread)
    }

    /// WAD; at most 10.
    #[must_use]
    pub fn gap_volatility(self) -> u64 {
        let [_, _, _, volatility, ..] = FIELDS;
        self.get(volatility).wrapping_mul(MILLIONTH)
    }

    /// WAD.
    #[must_use]
    pub fn resolution(self) -> U256 {
        let [_, _, _, _, resolution, ..] = FIELDS;
        self.ratio(resolution)
    }

    /// Factor and floor of the breaker, WAD.
    #[must_use]
    pub fn limits(self) -> breakwater_risk::breaker::Limits {
        let [_, _, _, _, _, factor, floor, ..] = FIELDS;
        let factor = u128::from(self.get(factor)).wrapping_mul(u128::from(HUNDREDTH));
        breakwater_risk::breaker::Limits {
            factor: U256::from(factor),
            floor: self.ratio(floor),
        }
    }

    /// Sample interval, longest gap, window of the volatility, window of the average, duration of a halt, time until a token is dead:
    /// seconds.
    #[must_use]
    pub fn times(self) -> [u64; 6] {
        let [_, _, _, _, _, _, _, times @ ..] = FIELDS;
        times.map(|field| self.get(field))
    }
}

/// What a token's samples left, in one word: last price (72 bits, [`compact_price`]), average price (72), time of the last
/// sample (40), volatility (64, WAD), whether there are incidents (1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The last sample: the last good price, to the resolution. 1e36 scale.
    pub last: U256,
    /// Time-weighted average as of the last sample, 1e36 scale.
    pub average: U256,
    /// Time of the last sample.
    pub sampled_at: u64,
    /// Annualised, as of the last sample, WAD.
    pub volatility: u64,
    /// Whether the word of incidents means anything.
    pub has_incidents: bool,
}

impl Memory {
    /// To a storage word; prices to 64 binary digits, rounded down.
    #[must_use]
    pub fn pack(self) -> U256 {
        compact_price(self.last)
            | compact_price(self.average).wrapping_shl(72)
            | at(self.sampled_at, 144)
            | at(self.volatility, 184)
            | at(self.has_incidents.into(), 248)
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        Self {
            last: expand(word),
            average: expand(word.wrapping_shr(72)),
            sampled_at: bits(word, 144, 40),
            volatility: bits(word, 184, 64),
            has_incidents: bits(word, 248, 1) == 1,
        }
    }
}

/// What went wrong with a token, in one word of 64-bit times: halts upward and downward, failing sources. All 0: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Incidents {
    /// As `until` of [`breakwater_risk::breaker::judge`], upward.
    pub up_until: u64,
    /// The same downward.
    pub down_until: u64,
    /// When sources were found failing; 0 if they were good at the last poke.
    pub failing_since: u64,
}

impl Incidents {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        U256::from_limbs([self.up_until, self.down_until, self.failing_since, 0])
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [up_until, down_until, failing_since, _] = word.into_limbs();
        Self {
            up_until,
            down_until,
            failing_since,
        }
    }
}

/// A leg, in one word and for some kinds a second: target (160 bits; the value if fixed), period (32), kind (4), inverse (1), last of its
/// source (1), exponent (8, two's complement), two small numbers (24 each).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredLeg {
    /// The source contract, or the value.
    pub target: U256,
    /// Largest age or window, seconds.
    pub period: u64,
    /// A `SourceKind`.
    pub kind: u64,
    /// To divide by.
    pub is_inverse: bool,
    /// The source ends here.
    pub is_last: bool,
    /// Power of ten from the source contract's numbers to whole units.
    pub exponent: i8,
    /// Chainlink: least answer, rounded up; Uniswap: least liquidity; Pyth: largest confidence in millionths; ERC-4626:
    /// decimals of the share.
    pub low: u64,
    /// Chainlink: largest answer, rounded down; 0 for none.
    pub high: u64,
}

impl StoredLeg {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        self.target
            | at(self.period, 160)
            | at(self.kind, 192)
            | at(self.is_inverse.into(), 196)
            | at(self.is_last.into(), 197)
            | at((self.exponent as u8).into(), 200)
            | at(self.low, 208)
            | at(self.high, 232)
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [low, middle, high, _] = word.into_limbs();
        Self {
            target: U256::from_limbs([low, middle, high & u64::from(u32::MAX), 0]),
            period: bits(word, 160, 32),
            kind: bits(word, 192, 4),
            is_inverse: bits(word, 196, 1) == 1,
            is_last: bits(word, 197, 1) == 1,
            exponent: bits(word, 200, 8) as i8,
            low: bits(word, 208, 24),
            high: bits(word, 232, 24),
        }
    }
}

/// The rate of an ERC-4626 vault when it was set, in a leg's second word: rate (128 bits), time (64), growth a year (64, in
/// millionths).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateAnchor {
    /// Base units of the asset for a whole share.
    pub rate: u128,
    /// When that was.
    pub time: u64,
    /// Largest growth a year, in millionths of the rate.
    pub growth: u64,
}

impl RateAnchor {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        let (low, high) = (self.rate as u64, (self.rate >> 64) as u64);
        U256::from_limbs([low, high, self.time, self.growth])
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [low, high, time, growth] = word.into_limbs();
        Self {
            rate: u128::from(high) << 64 | u128::from(low),
            time,
            growth,
        }
    }
}

impl AdapterState {
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

    fn word(&self, slot: u64) -> U256 {
        self.load(U256::from_limbs([slot, 0, 0, 0]))
    }

    fn set_word(&mut self, slot: u64, value: U256) {
        self.save(U256::from_limbs([slot, 0, 0, 0]), value);
    }

    fn address(&self, slot: u64) -> Address {
        Address::from_word(to_word(self.word(slot)))
    }

    // ----- the adapter -----

    /// The loan asset and its decimals.
    pub(crate) fn asset(&self) -> (Address, u8) {
        let StoredLeg { target, period, .. } = StoredLeg::unpack(self.word(slot::ASSET));
        (Address::from_word(to_word(target)), period as u8)
    }

    /// Fixed at deployment.
    pub(crate) fn set_asset(&mut self, asset: Address, decimals: u8) {
        let word = address_word(asset) | at(decimals.into(), 160);
        self.set_word(slot::ASSET, word);
    }

    /// The program for configuration.
    pub(crate) fn extension(&self) -> Address {
        self.address(slot::EXTENSION)
    }

    /// Fixed at deployment.
    pub(crate) fn set_extension(&mut self, extension: Address) {
        self.set_word(slot::EXTENSION, address_word(extension));
    }

    /// Who may configure.
    pub(crate) fn owner(&self) -> Address {
        self.address(slot::OWNER)
    }

    /// Changes the owner.
    pub(crate) fn set_owner(&mut self, owner: Address) {
        self.set_word(slot::OWNER, address_word(owner));
    }

    /// Becomes the owner by accepting.
    pub(crate) fn pending_owner(&self) -> Address {
        self.address(slot::PENDING_OWNER)
    }

    /// Changes who becomes the owner by accepting.
    pub(crate) fn set_pending_owner(&mut self, owner: Address) {
        self.set_word(slot::PENDING_OWNER, address_word(owner));
    }

    /// The sequencer's uptime feed, zero if there is none, and the grace period in seconds.
    pub(crate) fn sequencer_feed(&self) -> (Address, u64) {
        let StoredLeg { target, period, .. } = StoredLeg::unpack(self.word(slot::SEQUENCER));
        (Address::from_word(to_word(target)), period)
    }

    /// Changes it.
    pub(crate) fn set_sequencer_feed(&mut self, feed: Address, grace: u64) {
        self.set_word(slot::SEQUENCER, address_word(feed) | at(grace, 160));
    }

    // ----- tokens -----

    /// Slot of a token's first word.
    pub(crate) fn base(&self, token: Address) -> U256 {
        from_word(self.vm().native_keccak256(token.into_word().as_slice()))
    }

    fn token_word(&self, base: U256, place: u64) -> U256 {
        self.load(base.wrapping_add(U256::from_limbs([place, 0, 0, 0])))
    }

    fn set_token_word(&mut self, base: U256, place: u64, value: U256) {
        self.save(base.wrapping_add(U256::from_limbs([place, 0, 0, 0])), value);
    }

    /// A token's configuration.
    pub(crate) fn config(&self, base: U256) -> TokenConfig {
        TokenConfig(self.token_word(base, place::CONFIG))
    }

    /// Changes it.
    pub(crate) fn set_config(&mut self, base: U256, config: TokenConfig) {
        self.set_token_word(base, place::CONFIG, config.0);
    }

    /// What a token's samples left; all zero before the first.
    pub(crate) fn memory(&self, base: U256) -> Memory {
        Memory::unpack(self.token_word(base, place::MEMORY))
    }

    /// Its incidents: loaded only if there are any.
    pub(crate) fn incidents(&self, base: U256, memory: &Memory) -> Incidents {
        if memory.has_incidents {
            Incidents::unpack(self.token_word(base, place::INCIDENTS))
        } else {
            Incidents::default()
        }
    }

    /// Changes both.
    #[inline(never)]
    pub(crate) fn remember(&mut self, base: U256, memory: Memory, incidents: Incidents) {
        let word = incidents.pack();
        let has_incidents = !word.is_zero();
        if has_incidents {
            self.set_token_word(base, place::INCIDENTS, word);
        }
        let memory = Memory {
            has_incidents,
            ..memory
        };
        self.set_token_word(base, place::MEMORY, memory.pack());
    }

    /// The `index`-th leg of a token.
    pub(crate) fn leg(&self, base: U256, index: u64) -> StoredLeg {
        StoredLeg::unpack(self.token_word(base, leg_place(index)))
    }

    /// Its second word.
    pub(crate) fn leg_extra(&self, base: U256, index: u64) -> U256 {
        self.token_word(base, leg_place(index).saturating_add(1))
    }

    /// Changes a leg; its second word only if it is not zero.
    pub(crate) fn set_leg(&mut self, base: U256, index: u64, leg: StoredLeg, extra: U256) {
        let place = leg_place(index);
        self.set_token_word(base, place, leg.pack());
        if !extra.is_zero() {
            self.set_token_word(base, place.saturating_add(1), extra);
        }
    }

    // ----- the surroundings -----

    /// Time of the block.
    pub(crate) fn now(&self) -> u64 {
        self.vm().block_timestamp()
    }

    /// # Errors
    ///
    /// `NotAuthorized` unless the caller is the owner.
    pub(crate) fn require_owner(&self) -> Fallible<Address> {
        let (owner, caller) = (self.owner(), self.vm().msg_sender());
        if owner != caller {
            return Err(not_authorized(caller));
        }
        Ok(owner)
    }

    /// Logs an event.
    pub(crate) fn emit<E: WordEvent>(&self, event: &E) {
        event.log(self.vm());
    }

    /// Runs the program for configuration on this storage.
    ///
    /// # Errors
    ///
    /// What that program reverts with.
    pub(crate) fn delegate(&mut self, program: Address, calldata: &[u8]) -> Fallible<Vec<u8>> {
        // SAFETY: the program is this crate's own, at an address fixed in the constructor; the storage cache is written and
        // emptied first, so whatever is read afterwards is what the program left.
        unsafe {
            RawCall::new_delegate(self.vm())
                .clear_storage_cache()
                .call(program, calldata)
                .map_err(Error::from)
        }
    }
}

/// Place of a leg's first word.
fn leg_place(index: u64) -> u64 {
    index.wrapping_mul(2).wrapping_add(place::LEGS)
}
