//! Reading sources: each call has its share of gas, none can make a quote fail, and what is no price is left out.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use breakwater_fixed_point::{mul_div_down, mul_less};
use breakwater_interfaces::{
    external::{
        AggregatorV3Interface::latestRoundDataCall, IPyth::getPriceUnsafeCall,
        IUniswapV3Pool::observeCall, IERC4626::convertToAssetsCall,
    },
    oracle::SourceKind,
    outbound::{to_word, word_at, Calldata},
};
use breakwater_risk::{
    aggregation::{Reading, MIN_PRICE},
    compact::expand,
    interest::YEAR,
    magnitude::Magnitude,
    tick_math::{mean_tick, ratio_at_tick},
};
use stylus_sdk::{call::RawCall, prelude::*};

use crate::{
    errors::{insufficient_gas, Fallible},
    state::{AdapterState, RateAnchor, StoredLeg, TokenConfig},
};

/// Gas that a source may burn in one call. Chainlink's proxy and aggregator take about 15,000 cold, a pool's `observe` about 40,000;
/// the rest is headroom for adapters over several feeds.
pub const GAS_SHARE: u64 = 200_000;

/// Gas that must be left before a call for the source to have its full share: a caller keeps one part in 64 (EIP-150), and
/// the call itself costs 2,600 with a cold account (EIP-2929) and some ink.
pub const GAS_NEEDED: u64 = GAS_SHARE / 63 * 64 + 64 + 2_600 + 1_000;

/// Most decimals of anything.
pub const MAX_DECIMALS: u8 = 24;

/// Largest round id: a `uint80`. A word above it does not come from a feed.
const MAX_ROUND: U256 = U256::from_limbs([u64::MAX, 0xffff, 0, 0]);

/// What a leg says, before its own power of ten.
struct Answer {
    value: Magnitude,
    /// A power of ten that is part of the answer.
    exponent: i32,
    is_old: bool,
}

impl Answer {
    fn fresh(value: U256) -> Option<Self> {
        Some(Self {
            value: Magnitude::new(value, 0)?,
            exponent: 0,
            is_old: false,
        })
    }
}

/// A word as a two's complement number of 64 bits.
pub(crate) fn signed(word: U256) -> Option<i64> {
    let [low, rest @ ..] = word.into_limbs();
    let sign = (low as i64) >> 63;
    rest.iter()
        .all(|limb| *limb as i64 == sign)
        .then_some(low as i64)
}

/// `10^decimals` for at most 38.
pub(crate) fn ten_to(decimals: u64) -> U256 {
    U256::from(10_u128.checked_pow(decimals as u32).unwrap_or(0))
}

impl AdapterState {
    /// Calls `target`, with its share of gas. `None` if it reverts, returns less than `words` words or has no code; not more than
    /// these are copied.
    ///
    /// # Errors
    ///
    /// `InsufficientGas` if it failed with less than its share: whoever sends a transaction could otherwise switch a source
    /// off by sending too little gas.
    #[inline(never)]
    pub(crate) fn ask(
        &self,
        target: Address,
        calldata: &Calldata,
        words: usize,
    ) -> Fallible<Option<Vec<u8>>> {
        let host = self.vm();
        let length = words.saturating_mul(32);
        let available = host.evm_gas_left();
        // SAFETY: a static call changes no storage, and no guard of it is alive.
        let answer = unsafe {
            RawCall::new_static(host)
                .gas(GAS_SHARE)
                .limit_return_data(0, length)
                .call(target, calldata.as_slice())
        };
        match answer {
            Ok(data) if data.len() >= length => Ok(Some(data)),
            _ if available < GAS_NEEDED => Err(insufficient_gas(available, GAS_NEEDED)),
            _ => Ok(None),
        }
    }

    /// What each source of a token says at `now`, in order, on the 1e36 scale.
    ///
    /// # Errors
    ///
    /// `InsufficientGas`, see [`Self::ask`].
    pub(crate) fn read_sources(
        &self,
        base: U256,
        config: TokenConfig,
        now: u64,
        mut tell: impl FnMut(Reading),
    ) -> Fallible<()> {
        let mut product = Some(Magnitude::ONE);
        let mut exponent = i32::from(config.exponent());
        let mut is_old = false;
        for index in 0..config.legs() {
            let leg = self.leg(base, index);
            // Once a leg has failed, nobody asks the rest of the source.
            if let Some(so_far) = product {
                product = self.read_leg(base, index, leg, now)?.map(|answer| {
                    is_old |= answer.is_old;
                    let digits = answer.exponent.saturating_add(leg.exponent.into());
                    if leg.is_inverse {
                        exponent = exponent.saturating_sub(digits);
                        so_far.over(answer.value)
                    } else {
                        exponent = exponent.saturating_add(digits);
                        so_far.times(answer.value)
                    }
                });
            }
            if leg.is_last {
                let price = product
                    .and_then(|product| product.times_ten_to(exponent)?.floor())
                    .filter(|price| *price >= MIN_PRICE);
                tell(match price {
                    Some(_) if is_old => Reading::Old,
                    Some(price) => Reading::Fresh(price),
                    None => Reading::Nothing,
                });
                product = Some(Magnitude::ONE);
                exponent = config.exponent().into();
                is_old = false;
            }
        }
        Ok(())
    }

    fn read_leg(
        &self,
        base: U256,
        index: u64,
        leg: StoredLeg,
        now: u64,
    ) -> Fallible<Option<Answer>> {
        const CHAINLINK: u64 = SourceKind::Chainlink as u64;
        const PYTH: u64 = SourceKind::Pyth as u64;
        const UNISWAP: u64 = SourceKind::UniswapV3 as u64;
        const ERC4626: u64 = SourceKind::Erc4626 as u64;
        let target = Address::from_word(to_word(leg.target));
        let (calldata, words) = match leg.kind {
            CHAINLINK => (Calldata::new::<latestRoundDataCall>(0), 5),
            PYTH => (
                Calldata::new::<getPriceUnsafeCall>(1).number(self.leg_extra(base, index)),
                4,
            ),
            UNISWAP => (
                // An array of two: `period` seconds ago, and now.
                Calldata::new::<observeCall>(4)
                    .number(U256::from(32))
                    .number(U256::from(2))
                    .number(U256::from(leg.period))
                    .number(U256::ZERO),
                8,
            ),
            ERC4626 => (
                Calldata::new::<convertToAssetsCall>(1).number(ten_to(leg.low)),
                1,
            ),
            _ => return Ok(Answer::fresh(leg.target)),
        };
        let Some(data) = self.ask(target, &calldata, words)? else {
            return Ok(None);
        };
        let word = |index| word_at(&data, index).unwrap_or_default();
        Ok(match leg.kind {
            CHAINLINK => round(leg, [word(0), word(1), word(3), word(4)], now),
            PYTH => pyth_price(leg, [word(0), word(1), word(2), word(3)], now),
            UNISWAP => {
                let lengths = [word(0), word(1), word(2), word(5)];
                // Two arrays of two, one behind the other.
                if lengths == [64, 160, 2, 2].map(U256::from) {
                    pool_price(leg, [word(3), word(4), word(6), word(7)])
                } else {
                    None
                }
            }
            _ => {
                let anchor = RateAnchor::unpack(self.leg_extra(base, index));
                Answer::fresh(word(0).min(capped_rate(anchor, now)))
            }
        })
    }
}

/// The age of what was said at `time`; none if that is 0 or in the future.
fn age(now: u64, time: U256) -> Option<U256> {
    if time.is_zero() {
        return None;
    }
    U256::from(now).checked_sub(time)
}

/// Four words of Chainlink's `latestRoundData()`: round id, answer, time of the update, round of the answer.
///
/// An answer at or beyond the aggregator's bounds may be anything beyond them. Ids of a proxy hold the phase above 64 bits, so a new
/// phase is a later round. The round of the answer is deprecated, and the same as the round in all current aggregators; one before
/// it was carried over.
fn round(leg: StoredLeg, words: [U256; 4], now: u64) -> Option<Answer> {
    let [round, answer, updated_at, answered_in] = words;
    let bound = |compact| expand(U256::from_limbs([compact, 0, 0, 0]));
    let is_bounded = leg.high == 0 || answer < bound(leg.high);
    // An `int256`: negative if the top bit is set.
    if answer.bit(255)
        || answer <= bound(leg.low)
        || !is_bounded
        || round > MAX_ROUND
        || answered_in > MAX_ROUND
    {
        return None;
    }
    let age = age(now, updated_at)?;
    Some(Answer {
        is_old: age > U256::from(leg.period) || answered_in < round,
        ..Answer::fresh(answer)?
    })
}

/// Pyth's price: price, confidence (the same unit), exponent, time.
fn pyth_price(leg: StoredLeg, words: [U256; 4], now: u64) -> Option<Answer> {
    let [price, confidence, exponent, time] = words;
    let price = u64::try_from(signed(price)?).ok()?;
    let confidence = u64::try_from(confidence).ok()?;
    let exponent = i32::try_from(signed(exponent)?).ok()?;
    let most = u128::from(price).saturating_mul(leg.low.into());
    if u128::from(confidence).saturating_mul(1_000_000) > most
        || exponent.unsigned_abs() > MAX_DECIMALS.into()
    {
        return None;
    }
    let age = age(now, time)?;
    Some(Answer {
        exponent,
        is_old: age > U256::from(leg.period),
        ..Answer::fresh(U256::from(price))?
    })
}

/// A pool's two cumulative ticks, and two cumulative seconds per liquidity (times 2^128): token 1 for token 0 at the mean tick, if
/// the harmonic mean of the liquidity was enough.
fn pool_price(leg: StoredLeg, words: [U256; 4]) -> Option<Answer> {
    let [before, after, thin_before, thin_after] = words;
    let tick = mean_tick(signed(before)?, signed(after)?, leg.period as u32)?;
    // A `uint160` that wraps.
    let [low, middle, high, _] = thin_after.wrapping_sub(thin_before).into_limbs();
    let thin = U256::from_limbs([low, middle, high & u64::from(u32::MAX), 0]);
    let least = expand(U256::from_limbs([leg.low, 0, 0, 0]));
    // liquidity = period·2^128/thin.
    if mul_less(
        U256::from_limbs([0, 0, leg.period, 0]),
        U256::ONE,
        least,
        thin,
    ) {
        return None;
    }
    Some(Answer {
        value: ratio_at_tick(tick)?,
        exponent: 0,
        is_old: false,
    })
}

/// The most that a rate may be at `now`: it grows in a straight line from the anchor.
fn capped_rate(anchor: RateAnchor, now: u64) -> U256 {
    let rate = U256::from(anchor.rate);
    let elapsed = u128::from(now.saturating_sub(anchor.time));
    // Growth has 24 bits, time 64.
    let grown = elapsed.saturating_mul(anchor.growth.into());
    mul_div_down(
        rate,
        U256::from(grown),
        U256::from(YEAR.wrapping_mul(1_000_000)),
    )
    .and_then(|growth| rate.checked_add(growth))
    .unwrap_or(U256::MAX)
}
