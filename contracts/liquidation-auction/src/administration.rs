//! Constructor, ownership, curves and dust.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::auction::ILiquidationAuction::{
    CurveSet, DustSet, Locked, NotAuthorized, OwnershipTransferStarted, OwnershipTransferred,
    ParameterOutOfBounds, ZeroAddress,
};
use stylus_sdk::prelude::*;

use crate::{
    errors::{emit, error, name, word, Revert},
    lifecycle::to_u128,
    pricing,
    state::{Book, Terms, TokenCurve},
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
        if !self.vault.get().is_zero() {
            return Err(error::<NotAuthorized>(&[word(self.vm().msg_sender())]));
        }
        self.vault.set(vault);
        self.oracle.set(oracle);
        self.fund.set(fund);
        self.asset.set(asset);
        self.owner.set(owner);
        emit::<OwnershipTransferred>(self.vm(), 2, &[U256::ZERO, word(owner)]);
        Ok(())
    }

    pub(crate) fn load_book(&self) -> Book {
        Book::unpack(self.book.get())
    }

    /// The book, if no verb that calls outside is under way.
    #[inline(never)]
    pub(crate) fn unlocked_book(&self) -> Result<Book, Revert> {
        let book = self.load_book();
        if book.locked {
            return Err(error::<Locked>(&[]));
        }
        Ok(book)
    }

    /// Lets only `allowed` pass, and nobody while a verb that calls outside is under way.
    #[inline(never)]
    pub(crate) fn only(&self, allowed: Address) -> Result<Book, Revert> {
        let caller = self.vm().msg_sender();
        if caller != allowed {
            return Err(error::<NotAuthorized>(&[word(caller)]));
        }
        self.unlocked_book()
    }

    pub(crate) fn change_curve(
        &mut self,
        token: Address,
        kind: u8,
        buffer: U256,
        rate: U256,
        tail: U256,
        cusp: U256,
    ) -> Result<(), Revert> {
        self.only(self.owner.get())?;
        if token.is_zero() {
            return Err(error::<ZeroAddress>(&[]));
        }
        let (slowest, fastest) = match kind {
            pricing::LINEAR => (1, 30 * DAY),
            pricing::EXPONENTIAL => (FASTEST_FACTOR, ONE_WAD - 1),
            _ => return Err(out_of_bounds("kind", U256::from(kind))),
        };
        let curve = TokenCurve {
            buffer: within("buffer", buffer, HALF_WAD, TWO_WAD)?,
            terms: Terms {
                kind,
                rate: within("rate", rate, slowest, fastest)?,
                tail: within("tail", tail, 60, 30 * DAY)?,
                cusp: within("cusp", cusp, 1, ONE_WAD - 1)?,
            },
        };
        // The price is under the cusp when the time is over, so that no auction ends too high for the market by its age alone.
        if !curve.terms.reaches_cusp_in_time() {
            return Err(out_of_bounds("tail", tail));
        }
        self.curves.setter(word(token)).set(curve.pack());
        emit::<CurveSet>(
            self.vm(),
            1,
            &[word(token), U256::from(kind), buffer, rate, tail, cusp],
        );
        Ok(())
    }

    pub(crate) fn change_dust(&mut self, dust: U256) -> Result<(), Revert> {
        let mut book = self.only(self.owner.get())?;
        book.dust = to_u128(dust)?;
        self.book.set(book.pack());
        emit::<DustSet>(self.vm(), 0, &[dust]);
        Ok(())
    }

    pub(crate) fn offer_ownership(&mut self, new_owner: Address) -> Result<(), Revert> {
        let owner = self.owner.get();
        self.only(owner)?;
        self.pending_owner.set(new_owner);
        emit::<OwnershipTransferStarted>(self.vm(), 2, &[word(owner), word(new_owner)]);
        Ok(())
    }

    pub(crate) fn take_ownership(&mut self) -> Result<(), Revert> {
        // Nobody calls from the zero address, so no offer means no taker.
        let new_owner = self.pending_owner.get();
        self.only(new_owner)?;
        let owner = self.owner.get();
        self.owner.set(new_owner);
        self.pending_owner.set(Address::ZERO);
        emit::<OwnershipTransferred>(self.vm(), 2, &[word(owner), word(new_owner)]);
        Ok(())
    }
}

fn out_of_bounds(parameter: &str, value: U256) -> Revert {
    error::<ParameterOutOfBounds>(&[name(parameter), value])
}

/// `value`, if it lies between the bounds, which belong to the range.
#[inline(never)]
fn within(parameter: &str, value: U256, lowest: u64, highest: u64) -> Result<u64, Revert> {
    match u64::try_from(value) {
        Ok(number) if lowest <= number && number <= highest => Ok(number),
        _ => Err(out_of_bounds(parameter, value)),
    }
}
