//! Constructor, ownership, curves, dust, and what is stopped.

use alloy_primitives::{Address, U256};
use breakwater_fixed_point::{wad_mul_up, WAD};
use breakwater_interfaces::{
    auction::ILiquidationAuction::{
        AmountTooLarge, CurveSet, DustSet, Locked, NotAuthorized, NotHalted,
        OwnershipTransferStarted, OwnershipTransferred, ParameterOutOfBounds, StopSet, Stopped,
        Tripped, ZeroAddress,
    },
    oracle::Status,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{emit, error, name, word, Revert},
    pricing,
    state::{pack_vault, period, unpack_vault, Book, Scale, TokenCurve, MAX_DUST},
    storage::slot,
    LiquidationAuction,
};

const DAY: u64 = 86_400;
/// Half in WAD.
const HALF_WAD: u64 = 500_000_000_000_000_000;
/// One in WAD.
const ONE_WAD: u64 = 1_000_000_000_000_000_000;
/// Two in WAD.
const TWO_WAD: u64 = 2_000_000_000_000_000_000;
/// Slowest fall at which an exponential price loses a tenth a second.
const FASTEST_FACTOR: u64 = 900_000_000_000_000_000;

/// Longest step of a stairstep: an hour, seconds.
const LONGEST_STEP: u64 = 3_600;

/// Stop level at which nothing starts.
pub(crate) const NO_START: u8 = 1;
/// Stop level at which nothing is reset either.
pub(crate) const NO_RESET: u8 = 2;
/// Stop level at which nothing is sold either.
pub(crate) const NO_TAKE: u8 = 3;
/// No stop level stops this.
pub(crate) const ALWAYS: u8 = 4;

impl LiquidationAuction {
    pub(crate) fn initialise(
        &mut self,
        vault: Address,
        oracle: Address,
        fund: Address,
        asset: Address,
        owner: Address,
    ) -> Result<(), Revert> {
        if [vault, oracle, fund, asset, owner].contains(&Address::ZERO) {
            return Err(error::<ZeroAddress>(&[]));
        }
        if !self.vault_address().is_zero() {
            return Err(error::<NotAuthorized>(&[word(self.vm().msg_sender())]));
        }
        self.set_word(slot::VAULT, pack_vault(vault, 0));
        let book = Book {
            oracle,
            ..Book::default()
        };
        self.set_word(slot::BOOK, book.pack());
        self.set_word(slot::FUND, word(fund));
        self.set_word(slot::ASSET, word(asset));
        self.set_word(slot::OWNER, word(owner));
        emit::<OwnershipTransferred>(self.vm(), 2, &[U256::ZERO, word(owner)]);
        Ok(())
    }

    pub(crate) fn load_book(&self) -> Book {
        Book::unpack(self.word(slot::BOOK))
    }

    /// The vault's address and the dust limit.
    pub(crate) fn vault_and_dust(&self) -> (Address, U256) {
        unpack_vault(self.word(slot::VAULT))
    }

    #[inline(never)]
    pub(crate) fn vault_address(&self) -> Address {
        self.vault_and_dust().0
    }

    /// The book, if no verb that calls outside is under way and the stop level is under `level`.
    #[inline(never)]
    pub(crate) fn open_book(&self, level: u8) -> Result<Book, Revert> {
        let book = self.load_book();
        if book.locked {
            return Err(error::<Locked>(&[]));
        }
        if book.stop >= level {
            return Err(error::<Stopped>(&[U256::from(book.stop)]));
        }
        Ok(book)
    }

    /// Lets only `allowed` pass, and nobody while a verb that calls outside is under way or the stop level is `level` or more.
    #[inline(never)]
    pub(crate) fn only(&self, allowed: Address, level: u8) -> Result<Book, Revert> {
        let caller = self.vm().msg_sender();
        if caller != allowed {
            return Err(error::<NotAuthorized>(&[word(caller)]));
        }
        self.open_book(level)
    }

    pub(crate) fn change_curve(
        &mut self,
        token: Address,
        kind: u8,
        parameters: [U256; 7],
    ) -> Result<(), Revert> {
        self.only(self.owner(), ALWAYS)?;
        if token.is_zero() {
            return Err(error::<ZeroAddress>(&[]));
        }
        let [buffer, rate, step, floor, cap, tail, cusp] = parameters;
        let asked = kind;
        let of_fund = (pricing::FIRST_OF_FUND..=pricing::LAST_OF_FUND).contains(&kind);
        let kind = if of_fund {
            kind.saturating_sub(pricing::FIRST_OF_FUND)
        } else {
            kind
        };
        // Bounds of rate, step and cap; the floor is at most the cap.
        let rate_in = |lowest, highest| within("rate", rate, (lowest, highest));
        let (mut steps, mut caps) = ((0, 0), (0, 0));
        let rate_wad = match kind {
            pricing::LINEAR => rate_in(1, 30 * DAY)?,
            pricing::EXPONENTIAL => rate_in(FASTEST_FACTOR, ONE_WAD - 1)?,
            pricing::STAIRSTEP => {
                steps = (1, LONGEST_STEP);
                rate_in(HALF_WAD, ONE_WAD - 1)?
            }
            pricing::VOLATILITY_SCALED => {
                caps = (1, ONE_WAD - FASTEST_FACTOR);
                rate_in(1, 10 * ONE_WAD)?
            }
            _ => return Err(out_of_bounds("kind", U256::from(asked))),
        };
        let buffer_wad = within("buffer", buffer, (HALF_WAD, TWO_WAD))?;
        let step_seconds = within("step", step, steps)?;
        let cap_wad = within("cap", cap, caps)?;
        let curve = TokenCurve {
            buffer: buffer_wad,
            kind,
            rate: rate_wad,
            tail: within("tail", tail, (60, 30 * DAY))?,
            cusp: within("cusp", cusp, (1, ONE_WAD - 1))?,
            tripped_at: self.load_terms(token).tripped_at,
            scale: Scale {
                floor: within("floor", floor, (cap_wad.min(1), cap_wad))?,
                cap: cap_wad,
                step: step_seconds as u32,
            },
        };
        // The price is under the cusp when the time is over, so that no auction ends too high for the market by its age alone. The
        // slowest that a volatility can make it is the floor.
        if !curve.terms(U256::ZERO).reaches_cusp_in_time() {
            return Err(out_of_bounds("tail", tail));
        }
        // A price falls to where the fund takes the lot before it needs a reset. What is the fund's is not sold that low.
        let lowest = wad_mul_up(buffer, cusp).unwrap_or(U256::MAX);
        if !of_fund && lowest >= WAD.saturating_sub(self.backstop_discount()?) {
            return Err(out_of_bounds("cusp", cusp));
        }
        self.store_terms(token, of_fund, &curve);
        if kind >= pricing::STAIRSTEP {
            self.store_scale(token, of_fund, &curve.scale);
        }
        let [buffer, rate, step, floor, cap, tail, cusp] = parameters;
        let kind = U256::from(asked);
        emit::<CurveSet>(
            self.vm(),
            1,
            &[
                word(token),
                kind,
                buffer,
                rate,
                step,
                floor,
                cap,
                tail,
                cusp,
            ],
        );
        Ok(())
    }

    pub(crate) fn change_stop(&mut self, level: u8) -> Result<(), Revert> {
        let mut book = self.only(self.owner(), ALWAYS)?;
        let word = U256::from(level);
        if level > NO_TAKE {
            return Err(out_of_bounds("level", word));
        }
        book.stop = level;
        self.set_word(slot::BOOK, book.pack());
        emit::<StopSet>(self.vm(), 0, &[word]);
        Ok(())
    }

    pub(crate) fn trip_token(&mut self, token: Address) -> Result<(), Revert> {
        let mut book = self.open_book(ALWAYS)?;
        let status = self.oracle_quote(book.oracle, token)?.status;
        if status != U256::from(Status::Halted as u8) {
            return Err(error::<NotHalted>(&[word(token), status]));
        }
        let now = self.vm().block_timestamp();
        let mut curve = self.load_terms(token);
        curve.tripped_at = now;
        self.store_terms(token, false, &curve);
        book.tripped = period(now);
        self.set_word(slot::BOOK, book.pack());
        emit::<Tripped>(self.vm(), 1, &[word(token)]);
        Ok(())
    }

    pub(crate) fn change_dust(&mut self, dust: U256) -> Result<(), Revert> {
        self.only(self.owner(), ALWAYS)?;
        let small = u128::try_from(dust).unwrap_or(u128::MAX);
        if small > MAX_DUST {
            return Err(error::<AmountTooLarge>(&[dust]));
        }
        let vault = self.vault_address();
        self.set_word(slot::VAULT, pack_vault(vault, small));
        emit::<DustSet>(self.vm(), 0, &[dust]);
        Ok(())
    }

    pub(crate) fn offer_ownership(&mut self, new_owner: Address) -> Result<(), Revert> {
        let owner = self.owner();
        self.only(owner, ALWAYS)?;
        self.set_word(slot::PENDING_OWNER, word(new_owner));
        emit::<OwnershipTransferStarted>(self.vm(), 2, &[word(owner), word(new_owner)]);
        Ok(())
    }

    pub(crate) fn take_ownership(&mut self) -> Result<(), Revert> {
        // Nobody calls from the zero address, so no offer means no taker.
        let new_owner = self.pending_owner();
        self.only(new_owner, ALWAYS)?;
        let owner = self.owner();
        self.set_word(slot::OWNER, word(new_owner));
        self.set_word(slot::PENDING_OWNER, U256::ZERO);
        emit::<OwnershipTransferred>(self.vm(), 2, &[word(owner), word(new_owner)]);
        Ok(())
    }
}

fn out_of_bounds(parameter: &str, value: U256) -> Revert {
    error::<ParameterOutOfBounds>(&[name(parameter), value])
}

/// `value`, if it lies between the bounds, which belong to the range.
#[inline(never)]
fn within(parameter: &str, value: U256, (lowest, highest): (u64, u64)) -> Result<u64, Revert> {
    match u64::try_from(value) {
        Ok(number) if lowest <= number && number <= highest => Ok(number),
        _ => Err(out_of_bounds(parameter, value)),
    }
}
