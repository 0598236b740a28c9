//! Price feeds to test with, as contracts.

// The macros of the SDK write public items, some of them undocumented, into a private module.
#![allow(unreachable_pub, missing_docs, dead_code, unexpected_cfgs)]

use alloy_primitives::{Address, U256};
use motsu::prelude::*;
use oracle_adapter::OracleAdapter;
use stylus_sdk::{
    prelude::*,
    storage::{StorageBool, StorageU256},
    ArbResult,
};

/// A Chainlink-style feed that says what the test tells it to.
#[entrypoint]
#[storage]
pub struct Feed {
    decimals: StorageU256,
    round: StorageU256,
    answer: StorageU256,
    updated_at: StorageU256,
    answered_in: StorageU256,
    /// Reverts in place of an answer.
    is_broken: StorageBool,
    /// Bytes of the answer that are returned; 0 for all.
    length: StorageU256,
    /// Reverts with less gas than this.
    gas_wanted: StorageU256,
}

#[public]
impl Feed {
    pub fn set_decimals(&mut self, decimals: U256) {
        self.decimals.set(decimals);
    }

    /// An answer to a complete round, given at `updated_at`.
    pub fn set_answer(&mut self, answer: U256, updated_at: U256) {
        let round = self.round.get() + U256::ONE;
        self.round.set(round);
        self.answered_in.set(round);
        self.answer.set(answer);
        self.updated_at.set(updated_at);
    }

    pub fn set_rounds(&mut self, round: U256, answered_in: U256) {
        self.round.set(round);
        self.answered_in.set(answered_in);
    }

    pub fn set_broken(&mut self, is_broken: bool) {
        self.is_broken.set(is_broken);
    }

    pub fn set_length(&mut self, length: U256) {
        self.length.set(length);
    }

    pub fn set_gas_wanted(&mut self, gas: U256) {
        self.gas_wanted.set(gas);
    }

    /// `decimals()` and `latestRoundData()`, by hand: the test decides about every byte.
    #[fallback]
    fn answer(&mut self, calldata: &[u8]) -> ArbResult {
        if self.is_broken.get() || U256::from(self.vm().evm_gas_left()) < self.gas_wanted.get() {
            return Err(b"broken".to_vec());
        }
        let words = match calldata {
            // decimals()
            [0x31, 0x3c, 0xe5, 0x67] => vec![self.decimals.get()],
            // latestRoundData()
            [0xfe, 0xaf, 0x96, 0x8c] => vec![
                self.round.get(),
                self.answer.get(),
                self.updated_at.get(),
                self.updated_at.get(),
                self.answered_in.get(),
            ],
            _ => return Err(Vec::new()),
        };
        let mut data: Vec<u8> = words
            .into_iter()
            .flat_map(|word| word.to_be_bytes::<32>())
            .collect();
        let length = self.length.get();
        if !length.is_zero() {
            data.resize(length.to::<usize>(), 0);
        }
        Ok(data)
    }
}

/// One whole, as an answer with 8 decimals.
pub const ONE: u64 = 100_000_000;
/// Largest age that the tests set, in seconds.
pub const HOUR: u32 = 3_600;
/// 1 %, in WAD.
pub const PERCENT: u64 = 10_000_000_000_000_000;

/// Decimals of the loan asset of the tests: a dollar coin.
pub const ASSET_DECIMALS: u8 = 6;
/// Decimals of the token of the tests.
pub const TOKEN_DECIMALS: u8 = 18;

/// 10^`exponent`.
pub fn ten_to(exponent: u32) -> U256 {
    U256::from(10).pow(U256::from(exponent))
}

/// The price, 1e36 scale, of the tests' token at `answer` with 8 decimals.
pub fn scaled(answer: u64) -> U256 {
    U256::from(answer) * ten_to(36 + 6 - 18 - 8)
}

/// Sets `feed` to 8 decimals and a fresh `answer`.
pub fn answers(feed: &Contract<Feed>, by: Address, answer: u64) {
    answers_at(feed, by, answer, VM::context().block_timestamp());
}

/// Sets `feed` to 8 decimals and an `answer` given at `updated_at`.
pub fn answers_at(feed: &Contract<Feed>, by: Address, answer: u64, updated_at: u64) {
    feed.sender(by).set_decimals(U256::from(8));
    feed.sender(by)
        .set_answer(U256::from(answer), U256::from(updated_at));
}

/// An adapter for a loan asset of 6 decimals, owned by `owner`.
pub fn construct(adapter: &Contract<OracleAdapter>, asset: Address, owner: Address) {
    adapter
        .sender(owner)
        .constructor(asset, ASSET_DECIMALS, owner)
        .motsu_unwrap();
}

/// Sets `feeds` as the sources of `token`, all to an hour, with a spread of 1 % and a volatility of 80 %.
pub fn set_feeds(
    adapter: &Contract<OracleAdapter>,
    owner: Address,
    token: Address,
    feeds: &[&Contract<Feed>],
    quorum: u8,
) {
    adapter
        .sender(owner)
        .set_sources(
            token,
            TOKEN_DECIMALS,
            feeds.iter().map(|feed| feed.address()).collect(),
            vec![HOUR; feeds.len()],
            quorum,
            U256::from(PERCENT),
            U256::from(80 * PERCENT),
        )
        .motsu_unwrap();
}

/// Mid, low, volatility and status of one token.
pub fn quote(
    adapter: &Contract<OracleAdapter>,
    by: Address,
    token: Address,
) -> (U256, U256, U256, u8) {
    adapter.sender(by).quotes(vec![token]).motsu_unwrap()[0]
}
