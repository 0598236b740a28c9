//! Taking lots that nobody bought: the stability pool of the market. Needs no cash.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    auction::ILiquidationAuction::absorbCall,
    fund::IInsuranceFund::{Absorbed, HalfExceeded, Locked, TokenCallFailed},
    outbound::{call, word_at, Calldata},
};
use breakwater_risk::absorb::is_within_half;
use stylus_sdk::prelude::*;

use crate::{
    errors::{Error, OVERFLOW},
    state::Supply,
    vault, InsuranceFund,
};

impl InsuranceFund {
    /// Has the auction give the fund a part of a lot. The auction and the vault are the only ones called, and they call nobody back.
    pub(crate) fn absorb_lot(&mut self, id: U256, max_lot: U256) -> Result<(U256, U256), Error> {
        if Supply::unpack(self.supply.get()).locked {
            return Err(Locked {}.into());
        }
        let auction = self.auction_address()?;
        let calldata = Calldata::new::<absorbCall>(2).number(id).number(max_lot);
        let answer = call(self.vm(), auction, &calldata).map_err(Error::Vault)?;
        let (Some(lot_taken), Some(paid), Some(shares), Some(left)) = (
            word_at(&answer, 0),
            word_at(&answer, 1),
            word_at(&answer, 2),
            word_at(&answer, 3),
        ) else {
            return Err(TokenCallFailed { token: auction }.into());
        };
        let spent = self.absorbed.get().checked_add(shares).ok_or(OVERFLOW)?;
        if !is_within_half(spent, left) {
            return Err(HalfExceeded { spent, left }.into());
        }
        self.absorbed.set(spent);
        self.vm().log(Absorbed {
            id,
            caller: self.vm().msg_sender(),
            lotTaken: lot_taken,
            paid,
            shares,
        });
        Ok((lot_taken, paid))
    }

    /// The vault's auction, which never changes: asked for once.
    fn auction_address(&mut self) -> Result<Address, Error> {
        let known = self.auction.get();
        if !known.is_zero() {
            return Ok(known);
        }
        let auction = vault::auction(self.vm(), self.asset())?;
        self.auction.set(auction);
        Ok(auction)
    }
}
