//! An adapter to test with, and doubles of sources.

// The SDK's macros write public items into a private module.
#![allow(missing_docs, unreachable_pub, unexpected_cfgs)]

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolInterface, SolValue};
use breakwater_interfaces::{
    external::{AggregatorV3Interface, IPyth, IUniswapV3Pool, IERC4626},
    oracle::{
        IOracleAdapter::{self, IOracleAdapterErrors as Error},
        Leg, Memory, Parameters, Quote, Status,
    },
};
use motsu::prelude::*;
use oracle_adapter::{OracleAdapter, OracleAdapterExtension};
use stylus_sdk::{
    abi::CONSTRUCTOR_SELECTOR,
    prelude::*,
    storage::{StorageBool, StorageBytes, StorageMap, StorageU256},
    ArbResult,
};

pub const OK: u8 = Status::Ok as u8;
pub const STALE: u8 = Status::Stale as u8;
pub const DISAGREE: u8 = Status::Disagree as u8;
pub const HALTED: u8 = Status::Halted as u8;
pub const SEQUENCER_DOWN: u8 = Status::SequencerDown as u8;
pub const NO_QUORUM: u8 = Status::NoQuorum as u8;

/// One whole, as an answer with 8 decimals.
pub const ONE: u64 = 100_000_000;
/// Largest age that the tests set, in seconds.
pub const HOUR: u32 = 3_600;
/// 1 %, in WAD.
pub const PERCENT: u64 = 10_000_000_000_000_000;
/// Who configures.
pub const OWNER: Address = Address::repeat_byte(0x0a);
/// Somebody else.
pub const MALLORY: Address = Address::repeat_byte(0x66);
/// The loan asset: a dollar coin of 6 decimals.
pub const ASSET: Address = Address::repeat_byte(0xa5);
/// The token of most tests, 18 decimals.
pub const TOKEN: Address = Address::repeat_byte(0x70);

/// A number as a word.
pub fn n(value: u128) -> U256 {
    U256::from(value)
}

/// 10^`exponent`.
pub fn ten_to(exponent: u32) -> U256 {
    U256::from(10).pow(U256::from(exponent))
}

/// The price, 1e36 scale, of [`TOKEN`] at `answer` with 8 decimals.
pub fn scaled(answer: u64) -> U256 {
    U256::from(answer) * ten_to(36 + 6 - 18 - 8)
}

pub fn now() -> u64 {
    VM::context().block_timestamp()
}

pub fn pass(seconds: u64) {
    VM::context().increase_time(seconds);
}

// ----- doubles -----

/// A contract that answers what the test tells it to, a selector each.
#[storage]
pub struct Double {
    answers: StorageMap<U256, StorageBytes>,
    /// Reverts in place of an answer.
    is_broken: StorageBool,
    /// Bytes of answers that are returned; 0 for all.
    length: StorageU256,
    /// Reverts with less gas than this.
    gas_wanted: StorageU256,
}

unsafe impl TopLevelStorage for Double {}

fn key(selector: [u8; 4]) -> U256 {
    U256::from(u32::from_be_bytes(selector))
}

impl Double {
    pub fn answer<C: SolCall>(&mut self, answer: Vec<u8>) {
        self.answers.setter(key(C::SELECTOR)).set_bytes(answer);
    }

    pub fn set_broken(&mut self, is_broken: bool) {
        self.is_broken.set(is_broken);
    }

    pub fn set_length(&mut self, length: usize) {
        self.length.set(U256::from(length));
    }

    pub fn set_gas_wanted(&mut self, gas: u64) {
        self.gas_wanted.set(U256::from(gas));
    }
}

#[public]
impl Double {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let gas = U256::from(self.vm().evm_gas_left());
        if self.is_broken.get() || gas < self.gas_wanted.get() {
            return Err(b"broken".to_vec());
        }
        let selector = *calldata.first_chunk().ok_or_else(Vec::new)?;
        let mut data = self.answers.getter(key(selector)).get_bytes();
        if data.is_empty() {
            return Err(Vec::new());
        }
        let length = self.length.get();
        if !length.is_zero() {
            data.resize(length.to::<usize>(), 0);
        }
        Ok(data)
    }
}

/// A double in the shape of some source.
pub type Source = Contract<Double>;

pub fn source() -> Source {
    Contract::random()
}

/// A Chainlink-style feed with 8 decimals and a fresh answer.
pub fn feed(answer: u64) -> Source {
    let feed = source();
    decimals(&feed, 8);
    answers(&feed, answer);
    feed
}

pub fn decimals(source: &Source, decimals: u64) {
    source
        .sender(OWNER)
        .answer::<AggregatorV3Interface::decimalsCall>(U256::from(decimals).abi_encode());
}

/// All that `latestRoundData` returns but the start, which is the time of the update.
pub fn round(feed: &Source, round: U256, answer: U256, updated_at: U256, answered_in: U256) {
    let words = (round, answer, updated_at, updated_at, answered_in);
    feed.sender(OWNER)
        .answer::<AggregatorV3Interface::latestRoundDataCall>(words.abi_encode());
}

pub fn answers(feed: &Source, answer: u64) {
    answers_at(feed, U256::from(answer), now());
}

pub fn answers_at(feed: &Source, answer: U256, updated_at: u64) {
    round(feed, n(1), answer, U256::from(updated_at), n(1));
}

/// What an uptime feed says: 0 for up, and since when.
pub fn uptime(feed: &Source, answer: u64, since: u64) {
    round(feed, n(1), U256::from(answer), U256::from(since), n(1));
}

/// Pyth's contract says this of every price.
pub fn pyth(source: &Source, price: i64, conf: u64, expo: i32, time: u64) {
    let price = IPyth::Price {
        price,
        conf,
        expo,
        publishTime: U256::from(time),
    };
    source
        .sender(OWNER)
        .answer::<IPyth::getPriceUnsafeCall>(price.abi_encode());
}

/// A pool whose tick stood at `tick` on average over `window` seconds, with this mean liquidity.
pub fn pool(pool: &Source, tick: i64, window: u32, liquidity: u128) {
    observed(pool, 0, tick * i64::from(window), window, liquidity);
}

/// A pool's two cumulative ticks.
pub fn observed(pool: &Source, before: i64, after: i64, window: u32, liquidity: u128) {
    let thin = (U256::from(window) << 128) / U256::from(liquidity);
    // Dynamic arrays of words: all numbers, in two's complement.
    let word = |value: i64| {
        if value < 0 {
            U256::ZERO - U256::from(value.unsigned_abs())
        } else {
            U256::from(value.unsigned_abs())
        }
    };
    let answer = (vec![word(before), word(after)], vec![U256::ZERO, thin]);
    pool.sender(OWNER)
        .answer::<IUniswapV3Pool::observeCall>(answer.abi_encode_params());
}

/// Tokens with these decimals, as a pool's. They are there as long as they are held.
#[must_use]
pub fn pool_tokens(pool: &Source, zero: u64, one: u64) -> [Source; 2] {
    let tokens = [zero, one].map(|count| {
        let token = source();
        decimals(&token, count);
        token
    });
    pool.sender(OWNER)
        .answer::<IUniswapV3Pool::token0Call>(tokens[0].address().abi_encode());
    pool.sender(OWNER)
        .answer::<IUniswapV3Pool::token1Call>(tokens[1].address().abi_encode());
    tokens
}

/// An ERC-4626 vault of 18 decimals, and its asset of `asset_decimals`.
pub fn rate_vault(asset_decimals: u64, rate: U256) -> (Source, Source) {
    let vault = source();
    let asset = source();
    decimals(&asset, asset_decimals);
    decimals(&vault, 18);
    vault
        .sender(OWNER)
        .answer::<IERC4626::assetCall>(asset.address().abi_encode());
    set_rate(&vault, rate);
    (vault, asset)
}

pub fn set_rate(vault: &Source, rate: U256) {
    vault
        .sender(OWNER)
        .answer::<IERC4626::convertToAssetsCall>(rate.abi_encode());
}

// ----- the adapter -----

/// An adapter and what it prices in.
pub struct World {
    pub adapter: Contract<OracleAdapter>,
    pub extension: Contract<OracleAdapterExtension>,
}

/// Calldata of the constructor.
pub fn constructor(asset: Address, decimals: u64, owner: Address, extension: Address) -> Vec<u8> {
    let arguments = (asset, U256::from(decimals), owner, extension).abi_encode_params();
    [CONSTRUCTOR_SELECTOR.to_be_bytes().to_vec(), arguments].concat()
}

/// The tests' parameters: a spread of 1 %, otherwise the standard ones.
pub fn parameters(quorum: u8) -> Parameters {
    Parameters {
        maxSpread: U256::from(PERCENT),
        ..Parameters::standard(18, quorum)
    }
}

/// A Chainlink source each.
pub fn chainlinks(feeds: &[&Source]) -> Vec<Leg> {
    (0..)
        .zip(feeds)
        .map(|(source, feed)| Leg::chainlink(source, feed.address(), HOUR))
        .collect()
}

impl World {
    pub fn new() -> Self {
        Self::with(6)
    }

    pub fn with(asset_decimals: u64) -> Self {
        let world = Self {
            adapter: Contract::random(),
            extension: Contract::random(),
        };
        let calldata = constructor(ASSET, asset_decimals, OWNER, world.extension.address());
        world
            .adapter
            .call_raw(OWNER, calldata)
            .expect("the adapter is constructed");
        world
    }

    /// A transaction.
    pub fn call<C: SolCall>(&self, by: Address, call: C) -> Result<C::Return, Error> {
        answer::<C>(self.adapter.call_raw(by, call.abi_encode()))
    }

    /// A view.
    pub fn view<C: SolCall>(&self, call: C) -> Result<C::Return, Error> {
        answer::<C>(self.adapter.static_call_raw(MALLORY, call.abi_encode()))
    }

    /// Sets sources of [`TOKEN`], forced.
    pub fn configure(
        &self,
        parameters: Parameters,
        legs: Vec<Leg>,
        expected: U256,
    ) -> Result<(), Error> {
        let call = IOracleAdapter::setSourcesCall {
            token: TOKEN,
            parameters,
            legs,
            expectedPrice: expected,
        };
        self.call(OWNER, call).map(|_| ())
    }

    /// Prices [`TOKEN`] by feeds.
    pub fn set_feeds(&self, feeds: &[&Source], quorum: u8, expected: U256) {
        self.configure(parameters(quorum), chainlinks(feeds), expected)
            .expect("sources are set");
    }

    pub fn quote(&self) -> Quote {
        self.quotes(vec![TOKEN]).expect("a quote").remove(0)
    }

    pub fn quotes(&self, tokens: Vec<Address>) -> Result<Vec<Quote>, Error> {
        self.view(IOracleAdapter::quotesCall { tokens })
    }

    pub fn status(&self) -> u8 {
        self.quote().status
    }

    /// Mid, and the status.
    pub fn mid(&self) -> (U256, u8) {
        let quote = self.quote();
        (quote.mid, quote.status)
    }

    pub fn price(&self, token: Address) -> Result<U256, Error> {
        self.view(IOracleAdapter::priceCall { token })
    }

    pub fn convert(&self, amount: U256, base: Address, quote: Address) -> Result<U256, Error> {
        self.view(IOracleAdapter::getQuoteCall {
            inAmount: amount,
            base,
            quote,
        })
    }

    pub fn poke(&self) -> bool {
        self.call(MALLORY, IOracleAdapter::pokeCall { token: TOKEN })
            .expect("a poke")
    }

    pub fn memory(&self) -> Memory {
        self.view(IOracleAdapter::memoryOfCall { token: TOKEN })
            .expect("a memory")
    }
}

fn answer<C: SolCall>(result: Result<Vec<u8>, Vec<u8>>) -> Result<C::Return, Error> {
    match result {
        Ok(data) => Ok(C::abi_decode_returns_validate(&data)
            .unwrap_or_else(|error| panic!("{}: {error}, {data:02x?}", C::SIGNATURE))),
        Err(data) => Err(Error::abi_decode_validate(&data).unwrap_or_else(|error| {
            panic!(
                "{}: no error of its own: {error}, {data:02x?}",
                C::SIGNATURE
            )
        })),
    }
}

/// The error for a token of these tests without a price.
pub fn unavailable(status: u8) -> Error {
    Error::PriceUnavailable(IOracleAdapter::PriceUnavailable {
        token: TOKEN,
        status,
    })
}

/// The error of a parameter.
pub fn out_of_bounds(parameter: &[u8], value: U256) -> Error {
    Error::ParameterOutOfBounds(IOracleAdapter::ParameterOutOfBounds {
        parameter: B256::right_padding_from(parameter),
        value,
    })
}

/// A price that is the same but for what storage rounds away.
#[track_caller]
pub fn assert_near(value: U256, expected: U256) {
    let distance = value.abs_diff(expected);
    assert!(
        distance <= expected / n(1_000_000_000_000),
        "{value} is not {expected}"
    );
}
