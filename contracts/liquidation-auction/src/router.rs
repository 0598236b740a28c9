//! From calldata to verbs, and from their results to return data.
//!
//! Written by hand: nearly all arguments are single words, so one decoder serves all functions. The coders that `#[public]`
//! generates, one a signature, would take a third of the code size that a contract may have. Selectors are those of the
//! `sol!` interface; a test calls each function by its Solidity declaration.

use alloc::{vec, vec::Vec};

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::{auction::ILiquidationAuction as Interface, outbound::word_at};
use stylus_sdk::{
    abi::{Router, CONSTRUCTOR_SELECTOR},
    prelude::*,
    ArbResult,
};

use crate::{
    errors::{join, word, Revert},
    LiquidationAuction,
};

const fn selector<C: SolCall>() -> u32 {
    u32::from_be_bytes(C::SELECTOR)
}

const START: u32 = selector::<Interface::startCall>();
const TAKE: u32 = selector::<Interface::takeCall>();
const TAKE_BATCH: u32 = selector::<Interface::takeBatchCall>();
const ABSORB: u32 = selector::<Interface::absorbCall>();
const RESET: u32 = selector::<Interface::resetCall>();
const CLOSE: u32 = selector::<Interface::closeCall>();
const CANCEL: u32 = selector::<Interface::cancelCall>();
const TRIP: u32 = selector::<Interface::tripCall>();
const QUOTE: u32 = selector::<Interface::quoteCall>();
const STATUS_OF: u32 = selector::<Interface::statusOfCall>();
const ACTIVE: u32 = selector::<Interface::activeCall>();
const ACTIVE_COUNT: u32 = selector::<Interface::activeCountCall>();
const CURVE_OF: u32 = selector::<Interface::curveOfCall>();
const INVENTORY_CURVE_OF: u32 = selector::<Interface::inventoryCurveOfCall>();
const DUST: u32 = selector::<Interface::dustCall>();
const STOP_LEVEL: u32 = selector::<Interface::stopLevelCall>();
const TRIPPED_AT: u32 = selector::<Interface::trippedAtCall>();
const MODULES: u32 = selector::<Interface::modulesCall>();
const SET_CURVE: u32 = selector::<Interface::setCurveCall>();
const SET_STOP: u32 = selector::<Interface::setStopCall>();
const SET_DUST: u32 = selector::<Interface::setDustCall>();
const OWNER: u32 = selector::<Interface::ownerCall>();
const PENDING_OWNER: u32 = selector::<Interface::pendingOwnerCall>();
const TRANSFER_OWNERSHIP: u32 = selector::<Interface::transferOwnershipCall>();
const ACCEPT_OWNERSHIP: u32 = selector::<Interface::acceptOwnershipCall>();

/// Words of arguments of the function that has most of them.
const MOST_WORDS: usize = 9;

impl Router<Self> for LiquidationAuction {
    type Storage = Self;

    fn route(contract: &mut Self, selector: u32, input: &[u8]) -> Option<ArbResult> {
        contract.dispatch(selector, input).transpose()
    }

    /// The auction takes no ether.
    fn receive(_: &mut Self) -> Option<Result<(), Vec<u8>>> {
        None
    }

    fn fallback(_: &mut Self, _: &[u8]) -> Option<ArbResult> {
        None
    }

    fn constructor(contract: &mut Self, input: &[u8]) -> Option<ArbResult> {
        contract.dispatch(CONSTRUCTOR_SELECTOR, input).transpose()
    }
}

impl LiquidationAuction {
    /// Return data of a function, or `None` if there is no such function.
    ///
    /// As in Solidity, ether or arguments that don't decode are an empty revert: no function was entered.
    fn dispatch(&mut self, selector: u32, input: &[u8]) -> Result<Option<Vec<u8>>, Revert> {
        self.deny_value("")?;
        let count = match selector {
            ACTIVE_COUNT | DUST | STOP_LEVEL | MODULES | OWNER | PENDING_OWNER
            | ACCEPT_OWNERSHIP => 0,
            CLOSE | CANCEL | TRIP | STATUS_OF | CURVE_OF | INVENTORY_CURVE_OF | TRIPPED_AT
            | SET_STOP | SET_DUST | TRANSFER_OWNERSHIP => 1,
            ABSORB | RESET | QUOTE | ACTIVE => 2,
            TAKE_BATCH => 4,
            CONSTRUCTOR_SELECTOR => 5,
            TAKE => 7,
            START => 8,
            SET_CURVE => 9,
            _ => return Ok(None),
        };
        let [a, b, c, d, e, f, g, h, i] = decode(input, count)?;
        let words = match selector {
            START => {
                let (token, keeper) = (address(b)?, address(h)?);
                vec![self.start(a.into(), token, c, d, e, f, g, keeper)?]
            }
            TAKE => {
                let receiver = address(f)?;
                let data = trailing_bytes(input, g).ok_or_else(Vec::new)?;
                let (lot_taken, paid) = self.take(a, b, c, d, e, receiver, data)?;
                vec![lot_taken, paid]
            }
            TAKE_BATCH => {
                let orders = orders(input, a).ok_or_else(Vec::new)?;
                let data = trailing_bytes(input, d).ok_or_else(Vec::new)?;
                let (taken, paid) = self.take_batch(&orders, b, address(c)?, data)?;
                vec![taken, paid]
            }
            ABSORB => {
                let (lot_taken, paid, shares_burned, shares_left) = self.absorb(a, b)?;
                vec![lot_taken, paid, shares_burned, shares_left]
            }
            RESET => {
                self.reset(a, address(b)?)?;
                vec![]
            }
            CLOSE => {
                self.close(a)?;
                vec![]
            }
            CANCEL => {
                self.cancel(a)?;
                vec![]
            }
            TRIP => {
                self.trip(address(a)?)?;
                vec![]
            }
            QUOTE => {
                let (lot_taken, payment, price) = self.quote(a, b);
                vec![lot_taken, payment, price]
            }
            STATUS_OF => {
                let (live, needs_reset, price, lot, tab, debt, account, token, started_at, top) =
                    self.status_of(a);
                vec![
                    U256::from(live),
                    U256::from(needs_reset),
                    price,
                    lot,
                    tab,
                    debt,
                    account.into(),
                    word(token),
                    started_at,
                    top,
                ]
            }
            ACTIVE => {
                let ids = self.active(a, b);
                let mut words = vec![U256::from(32), U256::from(ids.len())];
                words.extend_from_slice(&ids);
                words
            }
            ACTIVE_COUNT => vec![self.active_count()],
            CURVE_OF | INVENTORY_CURVE_OF => {
                let of_fund = selector == INVENTORY_CURVE_OF;
                let (kind, buffer, rate, step, floor, cap, tail, cusp) =
                    self.curve_words(address(a)?, of_fund);
                vec![U256::from(kind), buffer, rate, step, floor, cap, tail, cusp]
            }
            DUST => vec![self.dust()],
            STOP_LEVEL => vec![U256::from(self.stop_level())],
            TRIPPED_AT => vec![self.tripped_at(address(a)?)],
            MODULES => {
                let (vault, oracle) = self.modules();
                vec![word(vault), word(oracle)]
            }
            SET_CURVE => {
                let kind = u8::try_from(b).map_err(|_| Vec::new())?;
                self.set_curve(address(a)?, kind, c, d, e, f, g, h, i)?;
                vec![]
            }
            SET_STOP => {
                let level = u8::try_from(a).map_err(|_| Vec::new())?;
                self.set_stop(level)?;
                vec![]
            }
            SET_DUST => {
                self.set_dust(a)?;
                vec![]
            }
            OWNER => vec![word(self.owner())],
            PENDING_OWNER => vec![word(self.pending_owner())],
            TRANSFER_OWNERSHIP => {
                self.transfer_ownership(address(a)?)?;
                vec![]
            }
            ACCEPT_OWNERSHIP => {
                self.accept_ownership()?;
                vec![]
            }
            CONSTRUCTOR_SELECTOR => {
                self.constructor(
                    address(a)?,
                    address(b)?,
                    address(c)?,
                    address(d)?,
                    address(e)?,
                )?;
                vec![]
            }
            _ => return Ok(None),
        };
        Ok(Some(join(&[], &words)))
    }
}

/// The first `count` words of the arguments; zero behind them.
#[inline(never)]
fn decode(input: &[u8], count: usize) -> Result<[U256; MOST_WORDS], Revert> {
    let mut words = [U256::ZERO; MOST_WORDS];
    for (index, word) in words.iter_mut().enumerate().take(count) {
        *word = word_at(input, index).ok_or_else(Vec::new)?;
    }
    Ok(words)
}

/// A word as an address, if it is one.
#[inline(never)]
fn address(word: U256) -> Result<Address, Revert> {
    let address = Address::from_word(word.into());
    if crate::errors::word(address) == word {
        Ok(address)
    } else {
        Err(Vec::new())
    }
}

/// The list of orders, four words each, that begins at `offset` of the arguments.
fn orders(input: &[u8], offset: U256) -> Option<Vec<[U256; 4]>> {
    let tail = input.get(usize::try_from(offset).ok()?..)?;
    let length = usize::try_from(word_at(tail, 0)?).ok()?;
    let words = tail.get(32..)?;
    // As many as there are: no memory is taken for a length that the calldata does not bear out.
    let mut orders = Vec::new();
    for index in 0..length {
        let first = index.checked_mul(4)?;
        let field = |offset: usize| word_at(words, first.saturating_add(offset));
        orders.push([field(0)?, field(1)?, field(2)?, field(3)?]);
    }
    Some(orders)
}

/// The `bytes` argument that begins at `offset` of the arguments.
fn trailing_bytes(input: &[u8], offset: U256) -> Option<&[u8]> {
    let tail = input.get(usize::try_from(offset).ok()?..)?;
    let length = usize::try_from(word_at(tail, 0)?).ok()?;
    tail.get(32..)?.get(..length)
}
