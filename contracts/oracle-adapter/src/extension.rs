//! The adapter's program for configuration and for views of it, reached by delegate call.
//!
//! Called directly it works on its own, empty storage: there is no owner, no asset and nothing to change.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::{
    external::{
        AggregatorV3Interface::decimalsCall,
        IPyth::getPriceUnsafeCall,
        IUniswapV3Pool::{token0Call, token1Call},
        IERC4626::{assetCall, convertToAssetsCall},
    },
    log,
    oracle::{IOracleAdapter as O, SourceKind},
    outbound::{to_word, word_at, Calldata},
};
use breakwater_risk::{
    aggregation::MAX_SOURCES,
    compact::{compact_bound_down, compact_bound_up, expand},
};
use stylus_sdk::{abi::Router, prelude::*, ArbResult};

use crate::{
    arguments::{address, address_word, as_address, words, Arguments},
    errors::{self, out_of_bounds, Error, Fallible},
    sources::{ten_to, MAX_DECIMALS},
    state::{AdapterState, RateAnchor, StoredLeg, TokenConfig, FIELDS, HUNDREDTH, MILLIONTH},
};

/// Most legs of a token, all sources together.
pub const MAX_LEGS: usize = 12;

/// Largest age of an answer, and window of a pool: 7 days, in seconds.
pub const MAX_AGE: u64 = 7 * 24 * 60 * 60;

/// Shortest window of a pool: 5 minutes. A shorter one is moved too cheaply.
pub const MIN_WINDOW: u64 = 5 * 60;

/// Largest grace period after a sequencer outage: one day.
pub const MAX_GRACE: u64 = 24 * 60 * 60;

/// Words of a leg in calldata.
const LEG_WORDS: usize = 7;

/// A parameter: its name, its unit, and its bounds in it.
struct Bounds {
    name: &'static [u8],
    unit: u64,
    least: u64,
    most: u64,
}

const fn bounds(name: &'static [u8], unit: u64, least: u64, most: u64) -> Bounds {
    Bounds {
        name,
        unit,
        least,
        most,
    }
}

const DAY: u64 = 86_400;

/// Bounds of the fields of `Parameters`, in their order.
const BOUNDS: [Bounds; 13] = [
    bounds(b"decimals", 1, 0, MAX_DECIMALS as u64),
    bounds(b"quorum", 1, 1, MAX_SOURCES as u64),
    bounds(b"maxSpread", MILLIONTH, 1, 500_000),
    bounds(b"gapVolatility", MILLIONTH, 10_000, 10_000_000),
    bounds(b"resolution", MILLIONTH, 0, 10_000),
    bounds(b"breakerFactor", HUNDREDTH, 100, 2_000),
    bounds(b"breakerFloor", MILLIONTH, 10_000, 16_000_000),
    bounds(b"sampleInterval", 1, 1, 3_600),
    bounds(b"maxGap", 1, 60, 7 * DAY),
    bounds(b"volatilityWindow", 1, 3_600, 30 * DAY),
    bounds(b"averageWindow", 1, 60, 43_200),
    bounds(b"haltDuration", 1, 60, 3_600),
    bounds(b"deadAfter", 1, 3_600, 90 * DAY),
];

/// The adapter's configuration.
#[cfg_attr(feature = "extension", entrypoint)]
#[storage]
pub struct OracleAdapterExtension {
    /// All of the adapter's words: the same as the first program's.
    pub state: AdapterState,
}

#[cfg(not(feature = "extension"))]
// SAFETY: as the entrypoint macro has it; in a build with another entrypoint this type is used by tests only.
unsafe impl TopLevelStorage for OracleAdapterExtension {}

impl Router<OracleAdapterExtension> for OracleAdapterExtension {
    type Storage = OracleAdapterExtension;

    fn route(
        adapter: &mut OracleAdapterExtension,
        selector: u32,
        input: &[u8],
    ) -> Option<ArbResult> {
        adapter
            .state
            .configure(selector.to_be_bytes(), Arguments(input))
            .map_err(Error::into_data)
            .transpose()
    }

    fn receive(_: &mut OracleAdapterExtension) -> Option<Result<(), Vec<u8>>> {
        None
    }

    fn fallback(_: &mut OracleAdapterExtension, _: &[u8]) -> Option<ArbResult> {
        None
    }

    /// Reached from the first program's constructor; called directly it would fill this program's own storage, of no use to anybody.
    fn constructor(adapter: &mut OracleAdapterExtension, input: &[u8]) -> Option<ArbResult> {
        let done = adapter.state.initialise(Arguments(input));
        Some(done.map(|()| Vec::new()).map_err(Error::into_data))
    }
}

/// A leg as it is set.
struct Leg {
    kind: u64,
    is_inverse: bool,
    target: Address,
    period: U256,
    first: U256,
    second: U256,
}

impl AdapterState {
    /// `constructor(address asset, uint8 decimals, address owner, address extension)`.
    fn initialise(&mut self, a: Arguments<'_>) -> Fallible<()> {
        let (asset, owner, extension) = (a.address(0)?, a.address(2)?, a.address(3)?);
        if asset.is_zero() || owner.is_zero() || extension.is_zero() {
            return Err(errors::zero_address());
        }
        let decimals = at_most(b"assetDecimals", a.number(1)?, MAX_DECIMALS.into())?;
        self.set_asset(asset, decimals as u8);
        self.set_extension(extension);
        self.set_owner(owner);
        self.emit(&O::OwnershipTransferred {
            previousOwner: Address::ZERO,
            newOwner: owner,
        });
        Ok(())
    }

    /// Runs a function of this program; none if the selector is not one of them.
    fn configure(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        if !self.vm().msg_value().is_zero() {
            return Err(errors::refused());
        }
        Ok(Some(match selector {
            O::setSourcesCall::SELECTOR => {
                self.write_sources(a)?;
                Vec::new()
            }
            O::setSequencerFeedCall::SELECTOR => {
                self.require_owner()?;
                let feed = a.address(0)?;
                let grace = at_most(b"grace", a.number(1)?, MAX_GRACE)?;
                self.set_sequencer_feed(feed, grace);
                self.emit(&O::SequencerFeedSet {
                    feed,
                    grace: U256::from(grace),
                });
                Vec::new()
            }
            O::sourcesOfCall::SELECTOR => self.view_sources(a.address(0)?),
            O::memoryOfCall::SELECTOR => {
                let base = self.base(a.address(0)?);
                let memory = self.memory(base);
                let incidents = self.incidents(base, &memory);
                words(&[
                    memory.last,
                    U256::from(memory.sampled_at),
                    memory.average,
                    U256::from(memory.volatility),
                    U256::from(incidents.up_until),
                    U256::from(incidents.down_until),
                    U256::from(incidents.failing_since),
                ])
            }
            O::sequencerFeedCall::SELECTOR => {
                let (feed, grace) = self.sequencer_feed();
                words(&[address_word(feed), U256::from(grace)])
            }
            O::assetCall::SELECTOR => address(self.asset().0),
            O::extensionCall::SELECTOR => address(self.extension()),
            O::ownerCall::SELECTOR => address(self.owner()),
            O::pendingOwnerCall::SELECTOR => address(self.pending_owner()),
            O::transferOwnershipCall::SELECTOR => {
                let previous = self.require_owner()?;
                let new = a.address(0)?;
                self.set_pending_owner(new);
                self.emit(&O::OwnershipTransferStarted {
                    previousOwner: previous,
                    newOwner: new,
                });
                Vec::new()
            }
            O::acceptOwnershipCall::SELECTOR => {
                let caller = self.vm().msg_sender();
                if self.pending_owner() != caller {
                    return Err(errors::not_authorized(caller));
                }
                let previous = self.owner();
                self.set_owner(caller);
                self.set_pending_owner(Address::ZERO);
                self.emit(&O::OwnershipTransferred {
                    previousOwner: previous,
                    newOwner: caller,
                });
                Vec::new()
            }
            _ => return Ok(None),
        }))
    }

    /// Checks and writes a token's configuration. That its price is a good one is checked by the first program, which can read prices.
    fn write_sources(&mut self, a: Arguments<'_>) -> Fallible<()> {
        self.require_owner()?;
        let token = a.address(0)?;
        if token.is_zero() {
            return Err(errors::zero_address());
        }
        let (asset, asset_decimals) = self.asset();
        if token == asset {
            // Its price is 1 by definition.
            return Err(out_of_bounds(b"token", address_word(token)));
        }
        let (legs, first) = a.array(14)?;
        let [decimals, quorum, ..] = [a.number(1)?, a.number(2)?];
        // 36 + asset − token decimals: 12 to 60 once the decimals are within bounds.
        let exponent = 36_u8
            .saturating_add(asset_decimals)
            .saturating_sub(decimals.saturating_to::<u8>());
        let mut config = TokenConfig::new(legs as u8, exponent as i8);
        for (index, (field, bounds)) in FIELDS.iter().zip(&BOUNDS).enumerate() {
            let value = a.number(index.saturating_add(1))?;
            config = config.with(*field, in_units(bounds, value)?);
        }
        let base = self.base(token);
        let written = self.write_legs(base, a, legs, first)?;
        if quorum > U256::from(written) {
            return Err(errors::invalid_sources(
                U256::from(legs),
                U256::from(written),
                quorum,
            ));
        }
        self.set_config(base, config);
        self.log_sources(token, a, legs, first)
    }

    /// Checks and writes legs. Returns the number of sources.
    fn write_legs(
        &mut self,
        base: U256,
        a: Arguments<'_>,
        legs: usize,
        first: usize,
    ) -> Fallible<u64> {
        let quorum = a.number(2)?;
        let source_of =
            |index: usize| a.number(first.saturating_add(index.saturating_mul(LEG_WORDS)));
        let mut stored = Vec::new();
        let mut source = 0_u64;
        // What a source is made of, hashed leg by leg, of this one and those before it.
        let mut identity = B256::ZERO;
        let mut identities: Vec<B256> = Vec::new();
        for index in 0..legs.min(MAX_LEGS) {
            let at = first.saturating_add(index.saturating_mul(LEG_WORDS));
            let leg = Leg {
                kind: at_most(
                    b"kind",
                    a.number(at.saturating_add(1))?,
                    SourceKind::Fixed as u64,
                )?,
                is_inverse: at_most(b"inverse", a.number(at.saturating_add(2))?, 1)? == 1,
                target: a.address(at.saturating_add(3))?,
                period: a.number(at.saturating_add(4))?,
                first: a.number(at.saturating_add(5))?,
                second: a.number(at.saturating_add(6))?,
            };
            let next = index.saturating_add(1);
            let is_last = next >= legs || source_of(next)? != U256::from(source);
            let (word, extra) = self.check_leg(&leg, is_last)?;
            stored.push((word, extra));
            identity = self.identity(identity, &leg);
            if is_last {
                if identities.contains(&identity) {
                    return Err(errors::duplicate_source(leg.target));
                }
                identities.push(identity);
                identity = B256::ZERO;
            }
            // From 0 up, without gaps.
            if source_of(index)? != U256::from(source) {
                return Err(errors::invalid_sources(
                    U256::from(legs),
                    source_of(index)?,
                    quorum,
                ));
            }
            source = source.saturating_add(is_last.into());
        }
        if legs == 0 || legs > MAX_LEGS || source > MAX_SOURCES as u64 {
            return Err(errors::invalid_sources(
                U256::from(legs),
                U256::from(source),
                quorum,
            ));
        }
        // Words of a longer list before stay behind the count, unread.
        for (index, (leg, extra)) in (0..).zip(stored) {
            self.set_leg(base, index, leg, extra);
        }
        Ok(source)
    }

    /// A hash of what makes a leg a leg, and of the legs before it.
    fn identity(&self, before: B256, leg: &Leg) -> B256 {
        // Pyth keeps all prices in one contract; a constant has none.
        let is_plain = leg.kind != SourceKind::Pyth as u64 && leg.kind != SourceKind::Fixed as u64;
        let extra = if is_plain { U256::ZERO } else { leg.first };
        let data = words(&[
            U256::from_be_bytes(before.0),
            U256::from(leg.kind),
            U256::from(u8::from(leg.is_inverse)),
            address_word(leg.target),
            extra,
        ]);
        self.vm().native_keccak256(&data)
    }

    /// Checks a leg against the contract that it names; its two words.
    fn check_leg(&self, leg: &Leg, is_last: bool) -> Fallible<(StoredLeg, U256)> {
        const CHAINLINK: u64 = SourceKind::Chainlink as u64;
        const PYTH: u64 = SourceKind::Pyth as u64;
        const UNISWAP: u64 = SourceKind::UniswapV3 as u64;
        const ERC4626: u64 = SourceKind::Erc4626 as u64;
        const PERIOD: &[u8] = b"period";
        let target = leg.target;
        let invalid = || errors::invalid_feed(target);
        let mut word = StoredLeg {
            target: address_word(target),
            kind: leg.kind,
            is_inverse: leg.is_inverse,
            is_last,
            ..StoredLeg::default()
        };
        let mut extra = U256::ZERO;
        if leg.kind > ERC4626 {
            if !target.is_zero() {
                return Err(invalid());
            }
            at_most(PERIOD, leg.period, 0)?;
            at_most(b"second", leg.second, 0)?;
            if leg.first.is_zero() || as_address(leg.first).is_none() {
                return Err(out_of_bounds(b"first", leg.first));
            }
            word.target = leg.first;
            word.exponent = -18;
            return Ok((word, extra));
        }
        if target.is_zero() {
            return Err(errors::zero_address());
        }
        if leg.kind != ERC4626 {
            let least = if leg.kind == UNISWAP { MIN_WINDOW } else { 1 };
            word.period = between(PERIOD, leg.period, least, MAX_AGE)?;
        } else {
            at_most(PERIOD, leg.period, 0)?;
        }
        if leg.kind == UNISWAP || leg.kind == ERC4626 {
            at_most(b"second", leg.second, 0)?;
        }
        match leg.kind {
            CHAINLINK => {
                let decimals = self.decimals(target)?;
                word.exponent = decimals.wrapping_neg();
                word.low = compact_bound_up(leg.first).map_or(u64::MAX, u64::from);
                word.high = compact_bound_down(leg.second).into();
                let most = expand(U256::from(word.high));
                if word.low == u64::MAX || !most.is_zero() && most <= expand(U256::from(word.low)) {
                    return Err(out_of_bounds(b"first", leg.first));
                }
            }
            PYTH => {
                extra = leg.first;
                let largest = bounds(b"second", MILLIONTH, 1, 100_000);
                word.low = in_units(&largest, leg.second)?;
                let call = Calldata::new::<getPriceUnsafeCall>(1).number(leg.first);
                self.ask(target, &call, 4)?.ok_or_else(invalid)?;
            }
            UNISWAP => {
                let mut decimals = [0_i8; 2];
                let selectors = [token0Call::SELECTOR, token1Call::SELECTOR];
                for (selector, decimals) in selectors.into_iter().zip(&mut decimals) {
                    let token = self.ask_word(target, Calldata::with_selector(selector, 0))?;
                    *decimals = self.decimals(as_address(token).ok_or_else(invalid)?)?;
                }
                let [zero, one] = decimals;
                word.exponent = zero.saturating_sub(one);
                let least = compact_bound_up(leg.first);
                word.low = least
                    .ok_or_else(|| out_of_bounds(b"first", leg.first))?
                    .into();
            }
            _ => {
                let growth = in_units(&bounds(b"first", MILLIONTH, 0, 1_000_000), leg.first)?;
                let asset = self.ask_word(target, Calldata::new::<assetCall>(0))?;
                let asset_decimals = self.decimals(as_address(asset).ok_or_else(invalid)?)?;
                word.exponent = asset_decimals.wrapping_neg();
                word.low = self.decimals(target)? as u64;
                let call = Calldata::new::<convertToAssetsCall>(1).number(ten_to(word.low));
                let rate = u128::try_from(self.ask_word(target, call)?).unwrap_or(0);
                if rate == 0 {
                    return Err(invalid());
                }
                extra = RateAnchor {
                    rate,
                    time: self.now(),
                    growth,
                }
                .pack();
            }
        }
        Ok((word, extra))
    }

    /// The one word that `target` answers.
    fn ask_word(&self, target: Address, call: Calldata) -> Fallible<U256> {
        let answer = self.ask(target, &call, 1)?;
        let word = answer.and_then(|data| word_at(&data, 0));
        word.ok_or_else(|| errors::invalid_feed(target))
    }

    /// The decimals of a feed or token, at most [`MAX_DECIMALS`].
    fn decimals(&self, target: Address) -> Fallible<i8> {
        let word = self.ask_word(target, Calldata::new::<decimalsCall>(0))?;
        if word > U256::from(MAX_DECIMALS) {
            return Err(errors::invalid_feed(target));
        }
        Ok(word.saturating_to::<u8>() as i8)
    }

    /// Logs `SourcesSet`: the arguments as they came, without the token, which is a topic.
    fn log_sources(
        &self,
        token: Address,
        a: Arguments<'_>,
        legs: usize,
        first: usize,
    ) -> Fallible<()> {
        let mut data = Vec::new();
        for index in 1..14 {
            data.push(to_word(a.number(index)?));
        }
        // The head: parameters, this offset, the expected price.
        data.push(to_word(U256::from(15 * 32)));
        data.push(to_word(a.number(15)?));
        data.push(to_word(U256::from(legs)));
        for index in first..first.saturating_add(legs.saturating_mul(LEG_WORDS)) {
            data.push(to_word(a.number(index)?));
        }
        log::emit::<O::SourcesSet>(self.vm(), &[token.into_word()], &data);
        Ok(())
    }

    /// What backs a token.
    fn view_sources(&self, token: Address) -> Vec<u8> {
        let base = self.base(token);
        let config = self.config(base);
        let mut answer = vec![];
        for (field, bounds) in FIELDS.iter().zip(&BOUNDS) {
            let value = u128::from(config.get(*field)).wrapping_mul(bounds.unit.into());
            answer.push(U256::from(value));
        }
        answer.push(U256::from(14 * 32));
        answer.push(U256::from(config.legs()));
        let mut source = 0_u64;
        for index in 0..config.legs() {
            let leg = self.leg(base, index);
            let bound = |compact| expand(U256::from_limbs([compact, 0, 0, 0]));
            let (first, second, anchor) = match leg.kind {
                0 => (bound(leg.low), bound(leg.high), RateAnchor::default()),
                1 => {
                    let confidence = leg.low.wrapping_mul(MILLIONTH);
                    let id = self.leg_extra(base, index);
                    (id, U256::from(confidence), RateAnchor::default())
                }
                2 => (bound(leg.low), U256::ZERO, RateAnchor::default()),
                3 => {
                    let anchor = RateAnchor::unpack(self.leg_extra(base, index));
                    let growth = anchor.growth.wrapping_mul(MILLIONTH);
                    (U256::from(growth), U256::ZERO, anchor)
                }
                _ => (leg.target, U256::ZERO, RateAnchor::default()),
            };
            let is_fixed = leg.kind == SourceKind::Fixed as u64;
            let exponent = U256::from(leg.exponent.unsigned_abs());
            answer.extend_from_slice(&[
                U256::from(source),
                U256::from(leg.kind),
                U256::from(u8::from(leg.is_inverse)),
                if is_fixed { U256::ZERO } else { leg.target },
                U256::from(leg.period),
                first,
                second,
                if leg.exponent < 0 {
                    U256::ZERO.wrapping_sub(exponent)
                } else {
                    exponent
                },
                U256::from(anchor.rate),
                U256::from(anchor.time),
            ]);
            source = source.saturating_add(leg.is_last.into());
        }
        words(&answer)
    }
}

/// `value`, if it is at most `most`; `parameter` is its name in ASCII.
fn at_most(parameter: &[u8], value: U256, most: u64) -> Fallible<u64> {
    between(parameter, value, 0, most)
}

#[inline(never)]
fn between(parameter: &[u8], value: U256, least: u64, most: u64) -> Fallible<u64> {
    u64::try_from(value)
        .ok()
        .filter(|value| (least..=most).contains(value))
        .ok_or_else(|| out_of_bounds(parameter, value))
}

/// `value` in a parameter's unit, if it is a whole number of it and within bounds.
#[inline(never)]
fn in_units(bounds: &Bounds, value: U256) -> Fallible<u64> {
    let value_or_error = || out_of_bounds(bounds.name, value);
    let number = u128::try_from(value).map_err(|_| value_or_error())?;
    let unit = u128::from(bounds.unit);
    let whole = number.checked_div(unit).unwrap_or(0);
    if whole.saturating_mul(unit) != number {
        return Err(value_or_error());
    }
    between(bounds.name, U256::from(whole), bounds.least, bounds.most).map_err(|_| value_or_error())
}
