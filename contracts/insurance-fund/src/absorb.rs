//! Taking lots that nobody bought, and selling them: the stability pool of the market. Needs no cash.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    auction::ILiquidationAuction::absorbCall,
    fund::IInsuranceFund::{Absorbed, Locked, TokenCallFailed},
    outbound::{call, word_at, Calldata},
    vault::IVault::sellInventoryCall,
};
use stylus_sdk::prelude::*;

use crate::{errors::Error, state::Supply, vault, InsuranceFund};

impl InsuranceFund {
    /// Has the auction give the fund a part of a lot. The auction and the vault are the only ones called, and they call nobody back. The
    /// vault sees to it that no more than half of the fund's shares go into lots.
    pub(crate) fn absorb_lot(&mut self, id: U256, max_lot: U256) -> Result<(U256, U256), Error> {
        let calldata = Calldata::new::<absorbCall>(2).number(id).number(max_lot);
        let auction = self.auction_address()?;
        let [lot_taken, paid, shares] = self.ask(auction, &calldata)?;
        self.emit(&Absorbed {
            id,
            caller: self.vm().msg_sender(),
            lotTaken: lot_taken,
            paid,
            shares,
        });
        Ok((lot_taken, paid))
    }

    /// Has the vault put some of the fund's collateral up for sale.
    pub(crate) fn sell_lot(&mut self, token: Address, max_lot: U256) -> Result<U256, Error> {
        let calldata = Calldata::new::<sellInventoryCall>(2)
            .address(token)
            .number(max_lot);
        let [id] = self.ask(self.asset(), &calldata)?;
        Ok(id)
    }

    /// Calls a module, unless the fund is in the middle of a verb. Returns the first words of its answer.
    fn ask<const WORDS: usize>(
        &self,
        module: Address,
        calldata: &Calldata,
    ) -> Result<[U256; WORDS], Error> {
        if Supply::unpack(self.supply.get()).locked {
            return Err(Locked {}.into());
        }
        let answer =
            call(self.vm(), module, calldata).map_err(|data| vault::failure(module, data))?;
        let mut words = [U256::ZERO; WORDS];
        for (index, word) in words.iter_mut().enumerate() {
            *word = word_at(&answer, index).ok_or(TokenCallFailed { token: module })?;
        }
        Ok(words)
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
