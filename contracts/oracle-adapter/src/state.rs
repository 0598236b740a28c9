//! Storage words: hand-packed, so that a quote loads one word for the token and one for each source.

use alloy_primitives::{Address, U256};

/// A token's configuration, in one word: decimals (8 bits), number of sources (8), quorum (8), largest spread (64, WAD),
/// volatility (64, WAD), from the lowest bit up. A token without configuration is the zero word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenConfig {
    /// Decimals of the token.
    pub decimals: u8,
    /// Number of its sources; at least one if the token is known.
    pub sources: u8,
    /// How many of them must give a fresh price.
    pub quorum: u8,
    /// Largest `(highest − lowest)/median`, WAD.
    pub max_spread: u64,
    /// Annualised volatility, WAD.
    pub volatility: u64,
}

impl TokenConfig {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        U256::from_limbs([
            u64::from(self.decimals) | u64::from(self.sources) << 8 | u64::from(self.quorum) << 16,
            self.max_spread,
            self.volatility,
            0,
        ])
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [small, max_spread, volatility, _] = word.into_limbs();
        let [decimals, sources, quorum, ..] = small.to_le_bytes();
        Self {
            decimals,
            sources,
            quorum,
            max_spread,
            volatility,
        }
    }
}

/// One source, in one word: the feed's address (the low 160 bits), largest age (32), and the power of ten from its answers to
/// prices (8, two's complement).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The feed.
    pub feed: Address,
    /// Largest age of an answer, seconds.
    pub max_age: u32,
    /// [`crate::aggregate::scale_exponent`] of the feed, the token and the loan asset.
    pub exponent: i8,
}

impl Source {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        let [a, b, c, _] = word_of(self.feed).into_limbs();
        U256::from_limbs([
            a,
            b,
            c | u64::from(self.max_age) << 32,
            u64::from(self.exponent as u8),
        ])
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [_, _, age, exponent] = word.into_limbs();
        Self {
            feed: address_of(word),
            max_age: (age >> 32) as u32,
            exponent: exponent as i8,
        }
    }
}

/// The address in the low 160 bits of a word.
#[inline(never)]
#[must_use]
pub fn address_of(word: U256) -> Address {
    Address::from_word(word.into())
}

/// A word with `address` in its low 160 bits.
#[inline(never)]
#[must_use]
pub fn word_of(address: Address) -> U256 {
    address.into_word().into()
}

/// Where the words of `token` are kept: the token (the low 160 bits) and, above it, 0 for its configuration or 1 and up for its
/// sources.
#[must_use]
pub fn key(token: Address, place: u8) -> U256 {
    Source {
        feed: token,
        max_age: u32::from(place),
        exponent: 0,
    }
    .pack()
}

/// The loan asset and its decimals, in one word: the address (the low 160 bits), decimals (8).
#[must_use]
pub fn pack_asset(asset: Address, decimals: u8) -> U256 {
    Source {
        feed: asset,
        max_age: u32::from(decimals),
        exponent: 0,
    }
    .pack()
}

/// The loan asset and its decimals, from their word.
#[must_use]
pub fn unpack_asset(word: U256) -> (Address, u8) {
    let Source { feed, max_age, .. } = Source::unpack(word);
    (feed, max_age as u8)
}
