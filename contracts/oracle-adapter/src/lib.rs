//! The oracle adapter: one price a token, from several sources, or none.
//!
//! Each source is a Chainlink-style feed that gives the value of one whole token in whole units of the loan asset. For a
//! loan asset that is pegged to the dollar a USD feed does, on the assumption that the peg holds. A price is the median of
//! the sources with a fresh answer, if there are enough of them and they agree ([`aggregate`]); otherwise [`OracleAdapter::price`]
//! has none, and a quote has the last good price or the nearest thing to it, with a status that says why it is not one to open
//! or to sell at. A source that reverts, returns rubbish or burns its share of gas is left out ([`sources`]).
//!
//! Prices are rounded down: they are values of collateral. `low`, the conservative price for opening, is the lowest of the
//! prices that the median is of.
//!
//! The adapter only ever makes static calls, so nothing that it calls can change its state, and [`OracleAdapter::set_sources`]
//! writes after its last call: there is no moment at which a lock would guard anything.
#![cfg_attr(not(any(test, feature = "export-abi")), no_std)]
#![cfg_attr(target_arch = "wasm32", no_main)]
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate alloc;

pub mod aggregate;
pub mod errors;
pub mod sources;
pub mod state;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::{mul_div_down, PRICE_SCALE, WAD_U64};
use breakwater_interfaces::oracle::{
    IOracleAdapter::{
        DuplicateSource, InvalidFeed, InvalidSources, MathOverflow, NotAuthorized,
        OwnershipTransferStarted, OwnershipTransferred, ParameterOutOfBounds, PriceUnavailable,
        SourcesSet, UnknownToken, ZeroAddress,
    },
    Quote, Status,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

use crate::{
    aggregate::{scale_exponent, Aggregate, Readings, MAX_DECIMALS, MAX_SOURCES},
    errors::Error,
    state::{address_of, key, pack_asset, unpack_asset, word_of, Source, TokenConfig},
};

/// Largest age that can be set for an answer: 7 days, in seconds.
pub const MAX_AGE: u32 = 7 * 24 * 60 * 60;

/// Largest spread limit: 0.5, in WAD.
pub const MAX_SPREAD: u64 = WAD_U64 / 2;

/// Largest volatility: 10 a year, in WAD.
pub const MAX_VOLATILITY: u64 = 10 * WAD_U64;

/// A quote as the ABI's coder takes it: the fields of [`Quote`] in order.
type QuoteFields = (U256, U256, U256, u8);

/// A token's sources as the ABI's coder takes them: decimals, feeds, largest ages (seconds), quorum, largest spread (WAD),
/// volatility (WAD).
type SourceFields = (u8, Vec<Address>, Vec<u32>, u8, U256, U256);

/// The contract.
#[entrypoint]
#[storage]
pub struct OracleAdapter {
    /// The loan asset and its decimals ([`pack_asset`]). Written once.
    asset: StorageU256,
    /// An address.
    owner: StorageU256,
    /// An address.
    pending_owner: StorageU256,
    /// [`TokenConfig`] and [`Source`]s of all tokens, by [`key`].
    words: StorageMap<U256, StorageU256>,
}

#[public]
impl OracleAdapter {
    /// Sets the loan asset, its decimals (at most 24), and who sets sources.
    #[constructor]
    pub fn constructor(
        &mut self,
        asset: Address,
        asset_decimals: u8,
        owner: Address,
    ) -> Result<(), Error> {
        require_nonzero(asset)?;
        require_nonzero(owner)?;
        require_at_most(
            b"assetDecimals",
            U256::from(asset_decimals),
            MAX_DECIMALS.into(),
        )?;
        self.asset.set(pack_asset(asset, asset_decimals));
        self.owner.set(word_of(owner));
        self.vm().log(OwnershipTransferred {
            previousOwner: Address::ZERO,
            newOwner: owner,
        });
        Ok(())
    }

    /// ERC-7726: how much of `quote` is worth as much as `in_amount` of `base` (both in base units), at mid prices, rounded
    /// down.
    ///
    /// # Errors
    ///
    /// As [`Self::price`], for either token; [`MathOverflow`] above 256 bits.
    pub fn get_quote(&self, in_amount: U256, base: Address, quote: Address) -> Result<U256, Error> {
        let base_price = self.price(base)?;
        // Known to be Ok, hence at least 8 significant digits: safe to divide by.
        let quote_price = self.price(quote)?;
        mul_div_down(in_amount, base_price, quote_price).ok_or(Error::MathOverflow(MathOverflow {}))
    }

    /// Median price of `token`, 1e36 scale.
    ///
    /// # Errors
    ///
    /// [`UnknownToken`] without sources; [`PriceUnavailable`] without a good price.
    pub fn price(&self, token: Address) -> Result<U256, Error> {
        let (quote, known) = self.quote(token)?;
        if quote.status == Status::Ok as u8 {
            return Ok(quote.mid);
        }
        if !known {
            return Err(UnknownToken { token }.into());
        }
        Err(PriceUnavailable {
            token,
            status: quote.status,
        }
        .into())
    }

    /// One quote a token, in order; without an Ok status as [`aggregate::Readings::aggregate`] says. An unknown token has
    /// status NoQuorum.
    ///
    /// # Errors
    ///
    /// None but [`IOracleAdapter::InsufficientGas`](breakwater_interfaces::oracle::IOracleAdapter::InsufficientGas), when a
    /// source failed for want of gas.
    pub fn quotes(&self, tokens: Vec<Address>) -> Result<Vec<QuoteFields>, Error> {
        let mut quotes = Vec::with_capacity(tokens.len());
        for token in tokens {
            let (quote, _) = self.quote(token)?;
            quotes.push((quote.mid, quote.low, quote.volatility, quote.status));
        }
        Ok(quotes)
    }

    /// The loan asset that prices are in.
    pub fn asset(&self) -> Address {
        unpack_asset(self.asset.get()).0
    }

    /// Sets all sources of `token` at once, by the owner: parameters that belong together.
    ///
    /// Each feed gives the value of one whole token in whole units of the loan asset; its decimals are read now and kept.
    /// `max_ages` in seconds, 1 to 7 days; `quorum` from 1 to the number of feeds; `max_spread` above 0, at most 0.5 WAD;
    /// `volatility` at most 10 WAD a year.
    ///
    /// # Errors
    ///
    /// [`NotAuthorized`], [`ZeroAddress`], [`InvalidSources`], [`ParameterOutOfBounds`], [`DuplicateSource`], [`InvalidFeed`].
    #[allow(clippy::too_many_arguments)]
    pub fn set_sources(
        &mut self,
        token: Address,
        token_decimals: u8,
        feeds: Vec<Address>,
        max_ages: Vec<u32>,
        quorum: u8,
        max_spread: U256,
        volatility: U256,
    ) -> Result<(), Error> {
        self.require_owner()?;
        require_nonzero(token)?;
        let (asset, asset_decimals) = unpack_asset(self.asset.get());
        if token == asset {
            // Its price is 1 by definition.
            return Err(out_of_bounds(b"token", word_of(token)));
        }
        require_at_most(
            b"tokenDecimals",
            U256::from(token_decimals),
            MAX_DECIMALS.into(),
        )?;
        if feeds.is_empty()
            || feeds.len() > MAX_SOURCES
            || feeds.len() != max_ages.len()
            || quorum == 0
            || usize::from(quorum) > feeds.len()
        {
            return Err(InvalidSources {
                feeds: U256::from(feeds.len()),
                maxAges: U256::from(max_ages.len()),
                quorum: U256::from(quorum),
            }
            .into());
        }
        if max_spread.is_zero() {
            return Err(out_of_bounds(b"maxSpread", max_spread));
        }
        let config = TokenConfig {
            decimals: token_decimals,
            sources: feeds.len() as u8,
            quorum,
            max_spread: require_at_most(b"maxSpread", max_spread, MAX_SPREAD)?,
            volatility: require_at_most(b"volatility", volatility, MAX_VOLATILITY)?,
        };

        // All calls come before the first write.
        let mut sources = Vec::with_capacity(feeds.len());
        for (index, (&feed, &max_age)) in feeds.iter().zip(&max_ages).enumerate() {
            require_nonzero(feed)?;
            if max_age == 0 || max_age > MAX_AGE {
                return Err(out_of_bounds(b"maxAge", U256::from(max_age)));
            }
            if feeds.iter().take(index).any(|&earlier| earlier == feed) {
                return Err(DuplicateSource { feed }.into());
            }
            let feed_decimals = sources::decimals(self.vm(), feed)?.ok_or(InvalidFeed { feed })?;
            sources.push(Source {
                feed,
                max_age,
                exponent: scale_exponent(asset_decimals, feed_decimals, token_decimals),
            });
        }

        // Words of a longer list before stay behind the count, unread.
        self.set_word(token, 0, config.pack());
        for (place, source) in (1..).zip(sources) {
            self.set_word(token, place, source.pack());
        }
        self.vm().log(SourcesSet {
            token,
            tokenDecimals: token_decimals,
            feeds,
            maxAges: max_ages,
            quorum,
            maxSpread: max_spread,
            volatility,
        });
        Ok(())
    }

    /// The sources of `token`, as they were set; all zero and empty for an unknown one.
    pub fn sources_of(&self, token: Address) -> SourceFields {
        let config = self.config(token);
        let (mut feeds, mut max_ages) = (vec![], vec![]);
        for place in 1..=config.sources {
            let source = self.source(token, place);
            feeds.push(source.feed);
            max_ages.push(source.max_age);
        }
        (
            config.decimals,
            feeds,
            max_ages,
            config.quorum,
            U256::from(config.max_spread),
            U256::from(config.volatility),
        )
    }

    /// Who sets sources.
    pub fn owner(&self) -> Address {
        address_of(self.owner.get())
    }

    /// Who may accept the ownership; zero if nobody.
    pub fn pending_owner(&self) -> Address {
        address_of(self.pending_owner.get())
    }

    /// Offers the ownership to `new_owner`, by the owner; zero takes an offer back.
    ///
    /// # Errors
    ///
    /// [`NotAuthorized`].
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), Error> {
        let owner = self.require_owner()?;
        self.pending_owner.set(word_of(new_owner));
        self.vm().log(OwnershipTransferStarted {
            previousOwner: owner,
            newOwner: new_owner,
        });
        Ok(())
    }

    /// Takes the ownership that was offered.
    ///
    /// # Errors
    ///
    /// [`NotAuthorized`].
    pub fn accept_ownership(&mut self) -> Result<(), Error> {
        let caller = self.vm().msg_sender();
        if self.pending_owner() != caller {
            return Err(NotAuthorized { caller }.into());
        }
        let previous = self.owner();
        self.owner.set(word_of(caller));
        self.pending_owner.set(U256::ZERO);
        self.vm().log(OwnershipTransferred {
            previousOwner: previous,
            newOwner: caller,
        });
        Ok(())
    }
}

impl OracleAdapter {
    /// The quote of `token`, and whether the adapter knows it.
    #[inline(never)]
    fn quote(&self, token: Address) -> Result<(Quote, bool), Error> {
        let config = self.config(token);
        if config.sources == 0 {
            // Never configured: the loan asset itself, or unknown.
            let is_asset = token == self.asset();
            let price = if is_asset { PRICE_SCALE } else { U256::ZERO };
            let status = if is_asset {
                Status::Ok
            } else {
                Status::NoQuorum
            };
            let quote = Quote {
                mid: price,
                low: price,
                volatility: U256::ZERO,
                status: status as u8,
            };
            return Ok((quote, is_asset));
        }
        let now = self.vm().block_timestamp();
        let mut readings = Readings::default();
        for place in 1..=config.sources {
            readings.add(sources::read(self.vm(), self.source(token, place), now)?);
        }
        let Aggregate { mid, low, status } =
            readings.aggregate(config.quorum.into(), U256::from(config.max_spread));
        let quote = Quote {
            mid,
            low,
            volatility: U256::from(config.volatility),
            status: status as u8,
        };
        Ok((quote, true))
    }

    /// The word of `token` at `place`, see [`key`].
    #[inline(never)]
    fn word(&self, token: Address, place: u8) -> U256 {
        self.words.get(key(token, place))
    }

    #[inline(never)]
    fn set_word(&mut self, token: Address, place: u8, word: U256) {
        self.words.insert(key(token, place), word);
    }

    fn config(&self, token: Address) -> TokenConfig {
        TokenConfig::unpack(self.word(token, 0))
    }

    /// The source of `token` at `place`, from 1 up.
    fn source(&self, token: Address, place: u8) -> Source {
        Source::unpack(self.word(token, place))
    }

    fn require_owner(&self) -> Result<Address, Error> {
        let (owner, caller) = (self.owner(), self.vm().msg_sender());
        if owner != caller {
            return Err(NotAuthorized { caller }.into());
        }
        Ok(owner)
    }
}

fn require_nonzero(address: Address) -> Result<(), Error> {
    if address.is_zero() {
        return Err(ZeroAddress {}.into());
    }
    Ok(())
}

/// `value`, if it is at most `max`; `parameter` is its name in ASCII.
fn require_at_most(parameter: &[u8], value: U256, max: u64) -> Result<u64, Error> {
    u64::try_from(value)
        .ok()
        .filter(|value| *value <= max)
        .ok_or_else(|| out_of_bounds(parameter, value))
}

#[inline(never)]
fn out_of_bounds(parameter: &[u8], value: U256) -> Error {
    ParameterOutOfBounds {
        parameter: B256::right_padding_from(parameter),
        value,
    }
    .into()
}
