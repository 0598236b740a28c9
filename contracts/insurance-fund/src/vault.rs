//! Calls to the vault. It is one of Breakwater's own modules and calls nothing back.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    fund::IInsuranceFund::TokenCallFailed,
    outbound::{static_call, word_at, Calldata},
    vault::IVault::{balanceOfCall, convertToAssetsCall, decimalsCall, modulesCall},
};
use stylus_sdk::stylus_core::Host;

use crate::errors::Error;

/// Vault shares that the caller, the fund, holds.
pub(crate) fn balance<H: Host + ?Sized>(host: &H, vault: Address) -> Result<U256, Error> {
    let fund = host.contract_address();
    let calldata = Calldata::new::<balanceOfCall>(1).address(fund);
    ask(host, vault, &calldata)
}

/// What `shares` vault shares are worth, in loan asset.
pub(crate) fn assets_of<H: Host + ?Sized>(
    host: &H,
    vault: Address,
    shares: U256,
) -> Result<U256, Error> {
    let calldata = Calldata::new::<convertToAssetsCall>(1).number(shares);
    ask(host, vault, &calldata)
}

/// Decimals of the vault share.
pub(crate) fn decimals<H: Host + ?Sized>(host: &H, vault: Address) -> Result<u8, Error> {
    let word = ask(host, vault, &Calldata::new::<decimalsCall>(0))?;
    u8::try_from(word).map_err(|_| TokenCallFailed { token: vault }.into())
}

/// The auction that the vault names.
pub(crate) fn auction<H: Host + ?Sized>(host: &H, vault: Address) -> Result<Address, Error> {
    // Oracle, auction, and others.
    let calldata = Calldata::new::<modulesCall>(0);
    Ok(Address::from_word(
        ask_for(host, vault, &calldata, 1)?.into(),
    ))
}

/// Passes a success of a token call on.
pub(crate) fn require(vault: Address, succeeded: bool) -> Result<(), Error> {
    if succeeded {
        return Ok(());
    }
    Err(TokenCallFailed { token: vault }.into())
}

/// The first word from a view of the vault; its own error passed on.
fn ask<H: Host + ?Sized>(host: &H, vault: Address, calldata: &Calldata) -> Result<U256, Error> {
    ask_for(host, vault, calldata, 0)
}

/// A word from a view of the vault.
#[inline(never)]
fn ask_for<H: Host + ?Sized>(
    host: &H,
    vault: Address,
    calldata: &Calldata,
    index: usize,
) -> Result<U256, Error> {
    match static_call(host, vault, calldata) {
        Ok(data) => word_at(&data, index).ok_or(TokenCallFailed { token: vault }.into()),
        // An empty revert would tell nothing.
        Err(data) if data.is_empty() => Err(TokenCallFailed { token: vault }.into()),
        Err(data) => Err(Error::Vault(data)),
    }
}
