//! Calls to the vault. It is one of Breakwater's own modules and calls nothing back.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use breakwater_interfaces::{
    fund::IInsuranceFund::TokenCallFailed,
    outbound::{call, static_call, word_at, Calldata},
    vault::IVault::{
        balanceOfCall, convertToAssetsCall, decimalsCall, mintReserveCall, modulesCall,
        waterfallCall, withdrawInventoryCall,
    },
};
use stylus_sdk::stylus_core::Host;

use crate::errors::Error;

/// What the vault says of the fund; amounts in vault shares.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    /// Vault shares that the fund holds.
    pub held: U256,
    /// Of these, what always stays.
    pub minimum: U256,
    /// What the fund is worth to those who come.
    pub high: U256,
    /// What it is worth to those who leave.
    pub low: U256,
    /// The part of `low` that is collateral in lots.
    pub low_in_lots: U256,
    /// Whether a collateral in use has no good price.
    pub waits: bool,
    /// Whether collateral of the fund has none.
    pub is_unpriced: bool,
    /// Spent on lots that the fund still has.
    pub absorbed: U256,
}

/// What the vault says of the fund, the caller.
pub(crate) fn standing<H: Host + ?Sized>(host: &H, vault: Address) -> Result<Standing, Error> {
    let answer = answer(host, vault, &Calldata::new::<waterfallCall>(0))?;
    let mut words = [U256::ZERO; 12];
    for (index, word) in words.iter_mut().enumerate() {
        *word = word_at(&answer, index).ok_or(TokenCallFailed { token: vault })?;
    }
    let [held, minimum, high, low, low_in_lots, waits, .., absorbed] = words;
    Ok(Standing {
        held,
        minimum,
        high,
        low,
        low_in_lots,
        waits: !waits.is_zero(),
        is_unpriced: waits > U256::ONE,
        absorbed,
    })
}

/// Has the vault mint the fund what is its own in the pool. Whatever it answers: who leaves is not held up by it.
pub(crate) fn mint_own<H: Host + ?Sized>(host: &H, vault: Address) {
    let _answer = call(host, vault, &Calldata::new::<mintReserveCall>(0));
}

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

/// Has the vault send a part of the fund's collateral: `part`, `whole`, and the tokens.
pub(crate) fn withdraw_inventory<H: Host + ?Sized>(
    host: &H,
    vault: Address,
    arguments: [U256; 3],
    receiver: Address,
) -> Result<(), Error> {
    let mut calldata = Calldata::new::<withdrawInventoryCall>(4);
    for argument in arguments {
        calldata = calldata.number(argument);
    }
    let calldata = calldata.address(receiver);
    call(host, vault, &calldata).map_err(|data| failure(vault, data))?;
    Ok(())
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
    word_at(&answer(host, vault, calldata)?, index).ok_or(TokenCallFailed { token: vault }.into())
}

/// What a view of the vault returns; its own error passed on.
#[inline(never)]
fn answer<H: Host + ?Sized>(
    host: &H,
    vault: Address,
    calldata: &Calldata,
) -> Result<Vec<u8>, Error> {
    static_call(host, vault, calldata).map_err(|data| failure(vault, data))
}

/// A module's own error, passed on. An empty revert would tell nothing.
#[inline(never)]
pub(crate) fn failure(module: Address, data: Vec<u8>) -> Error {
    if data.is_empty() {
        return TokenCallFailed { token: module }.into();
    }
    Error::Vault(data)
}
