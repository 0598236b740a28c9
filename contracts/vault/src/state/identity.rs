//! What the constructor fixes for ever, the owner, and the vault's other programs.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use breakwater_interfaces::outbound::from_word;
use stylus_sdk::{call::RawCall, prelude::*};

use super::{slot, VaultState};
use crate::errors::{self, Fallible};

impl VaultState {
    /// The loan asset.
    pub(crate) fn asset(&self) -> Address {
        self.address(slot::ASSET)
    }

    /// Decimals of the loan asset.
    pub(crate) fn asset_decimals(&self) -> u8 {
        let [_, _, high, _] = self.word(slot::ASSET).into_limbs();
        (high >> 32) as u8
    }

    /// The oracle adapter.
    pub(crate) fn oracle(&self) -> Address {
        self.address(slot::ORACLE)
    }

    /// The liquidation auction.
    pub(crate) fn auction(&self) -> Address {
        self.address(slot::AUCTION)
    }

    /// The insurance fund.
    pub(crate) fn fund(&self) -> Address {
        self.address(slot::FUND)
    }

    /// The vault's program for liquidation.
    pub(crate) fn liquidation(&self) -> Address {
        self.address(slot::LIQUIDATION)
    }

    /// The vault's program for claims.
    pub(crate) fn settlement(&self) -> Address {
        self.address(slot::SETTLEMENT)
    }

    /// The vault's program for administration and rights.
    pub(crate) fn administration(&self) -> Address {
        self.address(slot::ADMINISTRATION)
    }

    /// The vault's program for views.
    pub(crate) fn views(&self) -> Address {
        self.address(slot::VIEWS)
    }

    /// The vault's program for the fund's collateral.
    pub(crate) fn inventory_program(&self) -> Address {
        self.address(slot::INVENTORY)
    }

    /// May change parameters.
    pub(crate) fn owner(&self) -> Address {
        self.address(slot::OWNER)
    }

    /// Changes the owner.
    pub(crate) fn set_owner(&mut self, owner: Address) {
        self.set_address(slot::OWNER, owner);
    }

    /// Becomes the owner by accepting.
    pub(crate) fn pending_owner(&self) -> Address {
        self.address(slot::PENDING_OWNER)
    }

    /// Changes who becomes the owner by accepting.
    pub(crate) fn set_pending_owner(&mut self, owner: Address) {
        self.set_address(slot::PENDING_OWNER, owner);
    }

    /// Name and symbol of the vault share, each a word: the text, its length in the last byte.
    pub(crate) fn names(&self) -> (U256, U256) {
        (self.word(slot::NAME), self.word(slot::SYMBOL))
    }

    /// What the constructor fixes for ever.
    pub(crate) fn set_identity(
        &mut self,
        partners: [Address; 4],
        programs: [Address; 5],
        decimals: u8,
        names: (U256, U256),
    ) {
        let [asset, oracle, auction, fund] = partners;
        let [liquidation, settlement, administration, views, inventory] = programs;
        let [low_0, low_1, high, _] = from_word(asset.into_word()).into_limbs();
        let asset = [low_0, low_1, high | (u64::from(decimals) << 32), 0];
        self.set_word(slot::ASSET, U256::from_limbs(asset));
        self.set_address(slot::ORACLE, oracle);
        self.set_address(slot::AUCTION, auction);
        self.set_address(slot::FUND, fund);
        self.set_address(slot::LIQUIDATION, liquidation);
        self.set_address(slot::SETTLEMENT, settlement);
        self.set_address(slot::ADMINISTRATION, administration);
        self.set_address(slot::VIEWS, views);
        self.set_address(slot::INVENTORY, inventory);
        self.set_word(slot::NAME, names.0);
        self.set_word(slot::SYMBOL, names.1);
    }

    /// Runs another of the vault's programs on this storage.
    ///
    /// # Errors
    ///
    /// What that program reverts with.
    pub(crate) fn delegate(&self, program: Address, calldata: &[u8]) -> Fallible<Vec<u8>> {
        // SAFETY: the program is this crate's own, at an address fixed in the constructor; the storage cache is written and
        // emptied first, and nothing is read from it afterwards.
        unsafe {
            RawCall::new_delegate(self.vm())
                .clear_storage_cache()
                .call(program, calldata)
                .map_err(errors::Error::from)
        }
    }
}
