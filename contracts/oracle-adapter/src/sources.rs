//! Calls to price feeds: each has its share of gas, and none can make a quote fail.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::{
    external::AggregatorV3Interface::{decimalsCall, latestRoundDataCall},
    oracle::IOracleAdapter::InsufficientGas,
    outbound::word_at,
};
use stylus_sdk::{call::RawCall, stylus_core::Host};

use crate::{
    aggregate::{judge, Reading, MAX_DECIMALS},
    errors::Error,
    state::Source,
};

/// Gas that a feed may burn. Chainlink's proxy and aggregator take about 15,000 cold; the rest is headroom for adapters over
/// several feeds.
pub const GAS_SHARE: u64 = 200_000;

/// Gas that must be left before a call for the feed to have its full share: a caller keeps one part in 64 (EIP-150), and
/// the call itself costs 2,600 with a cold account (EIP-2929) and some ink.
pub const GAS_NEEDED: u64 = GAS_SHARE / 63 * 64 + 64 + 2_600 + 1_000;

/// `latestRoundData()` returns five words.
const ROUND_BYTES: usize = 160;

/// Calls `feed` without arguments, with its share of gas. `None` if it reverts, returns less than `length` bytes or has no
/// code.
///
/// # Errors
///
/// [`InsufficientGas`] if it failed with less than its share: whoever sends a transaction could otherwise switch a source
/// off by sending too little gas.
#[inline(never)]
fn ask<H: Host + ?Sized>(
    host: &H,
    feed: Address,
    selector: [u8; 4],
    length: usize,
) -> Result<Option<Vec<u8>>, Error> {
    let available = host.evm_gas_left();
    // SAFETY: a static call changes no storage, and no guard of it is alive.
    let answer = unsafe {
        RawCall::new_static(host)
            .gas(GAS_SHARE)
            .limit_return_data(0, length)
            .call(feed, &selector)
    };
    match answer {
        Ok(data) if data.len() >= length => Ok(Some(data)),
        _ if available < GAS_NEEDED => Err(InsufficientGas {
            available: U256::from(available),
            needed: U256::from(GAS_NEEDED),
        }
        .into()),
        _ => Ok(None),
    }
}

/// What `source` says at `now`.
///
/// # Errors
///
/// [`InsufficientGas`], see [`ask`].
pub fn read<H: Host + ?Sized>(host: &H, source: Source, now: u64) -> Result<Reading, Error> {
    let Some(data) = ask(
        host,
        source.feed,
        latestRoundDataCall::SELECTOR,
        ROUND_BYTES,
    )?
    else {
        return Ok(Reading::Nothing);
    };
    let word = |index| word_at(&data, index).unwrap_or_default();
    let words = [word(0), word(1), word(2), word(3), word(4)];
    Ok(judge(words, now, source.max_age, source.exponent))
}

/// The decimals of `feed`; `None` if it does not say, or more than [`MAX_DECIMALS`].
///
/// # Errors
///
/// [`InsufficientGas`], see [`ask`].
pub fn decimals<H: Host + ?Sized>(host: &H, feed: Address) -> Result<Option<u8>, Error> {
    let answer = ask(host, feed, decimalsCall::SELECTOR, 32)?;
    Ok(answer
        .and_then(|data| word_at(&data, 0))
        .and_then(|word| u8::try_from(word).ok())
        .filter(|decimals| *decimals <= MAX_DECIMALS))
}
