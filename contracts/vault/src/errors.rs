//! Typed errors, encoded in one place.
//!
//! Every error here is declared in [`IVault`]; its arguments are words, so one encoder serves all. (The SDK's derived
//! encoder costs some 200 bytes of WASM an error.)

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::{outbound::to_word as word, vault::IVault};

/// A result whose error is revert data.
pub(crate) type Fallible<T> = Result<T, Vec<u8>>;

#[inline(never)]
fn encode(selector: [u8; 4], arguments: &[B256]) -> Vec<u8> {
    let mut data = Vec::with_capacity(100);
    data.extend_from_slice(&selector);
    for argument in arguments {
        data.extend_from_slice(argument.as_slice());
    }
    data
}

/// `NotAuthorized`: the caller has no right to this call.
#[inline(never)]
pub(crate) fn not_authorized(caller: Address) -> Vec<u8> {
    encode(IVault::NotAuthorized::SELECTOR, &[caller.into_word()])
}

/// `Locked`: the vault is in the middle of another call.
#[inline(never)]
pub(crate) fn locked() -> Vec<u8> {
    encode(IVault::Locked::SELECTOR, &[])
}

/// `ZeroAmount`: an amount that must not be zero is zero.
#[inline(never)]
pub(crate) fn zero_amount() -> Vec<u8> {
    encode(IVault::ZeroAmount::SELECTOR, &[])
}

/// `ZeroAddress`: an address that must not be zero is zero.
#[inline(never)]
pub(crate) fn zero_address() -> Vec<u8> {
    encode(IVault::ZeroAddress::SELECTOR, &[])
}

/// `AmountTooLarge`: a figure does not fit the vault's books.
#[inline(never)]
pub(crate) fn amount_too_large(amount: U256) -> Vec<u8> {
    encode(IVault::AmountTooLarge::SELECTOR, &[word(amount)])
}

/// `MathOverflow`: a result left the range of 256 bits.
#[inline(never)]
pub(crate) fn math_overflow() -> Vec<u8> {
    encode(IVault::MathOverflow::SELECTOR, &[])
}

/// `ERC20InsufficientBalance`.
#[inline(never)]
pub(crate) fn insufficient_balance(sender: Address, balance: U256, needed: U256) -> Vec<u8> {
    let arguments = [sender.into_word(), word(balance), word(needed)];
    encode(IVault::ERC20InsufficientBalance::SELECTOR, &arguments)
}

/// `ERC20InsufficientAllowance`.
#[inline(never)]
pub(crate) fn insufficient_allowance(spender: Address, allowance: U256, needed: U256) -> Vec<u8> {
    let arguments = [spender.into_word(), word(allowance), word(needed)];
    encode(IVault::ERC20InsufficientAllowance::SELECTOR, &arguments)
}

/// `ERC20InvalidReceiver`.
#[inline(never)]
pub(crate) fn invalid_receiver(receiver: Address) -> Vec<u8> {
    encode(
        IVault::ERC20InvalidReceiver::SELECTOR,
        &[receiver.into_word()],
    )
}

/// `ERC4626ExceededMaxDeposit`.
#[inline(never)]
pub(crate) fn exceeded_max_deposit(receiver: Address, assets: U256, max: U256) -> Vec<u8> {
    let arguments = [receiver.into_word(), word(assets), word(max)];
    encode(IVault::ERC4626ExceededMaxDeposit::SELECTOR, &arguments)
}

/// `TokenCallFailed`: a token reverted, or returned something other than nothing or true.
#[inline(never)]
pub(crate) fn token_call_failed(token: Address) -> Vec<u8> {
    encode(IVault::TokenCallFailed::SELECTOR, &[token.into_word()])
}

/// `TokenAmountMismatch`: the vault holds less of a token than its books say.
#[inline(never)]
pub(crate) fn token_amount_mismatch(token: Address, expected: U256, actual: U256) -> Vec<u8> {
    let arguments = [token.into_word(), word(expected), word(actual)];
    encode(IVault::TokenAmountMismatch::SELECTOR, &arguments)
}

/// `UnknownCollateral`.
#[inline(never)]
pub(crate) fn unknown_collateral(token: Address) -> Vec<u8> {
    encode(IVault::UnknownCollateral::SELECTOR, &[token.into_word()])
}

/// `TooManyCollaterals`: the account's slots are taken, or a stranger tried to take one.
#[inline(never)]
pub(crate) fn too_many_collaterals(max: U256) -> Vec<u8> {
    encode(IVault::TooManyCollaterals::SELECTOR, &[word(max)])
}

/// `TooManyTokens`: the vault's slots are taken.
#[inline(never)]
pub(crate) fn too_many_tokens(max: U256) -> Vec<u8> {
    encode(IVault::TooManyTokens::SELECTOR, &[word(max)])
}

/// `InsufficientCollateral`.
#[inline(never)]
pub(crate) fn insufficient_collateral(
    account: B256,
    token: Address,
    available: U256,
    needed: U256,
) -> Vec<u8> {
    let arguments = [account, token.into_word(), word(available), word(needed)];
    encode(IVault::InsufficientCollateral::SELECTOR, &arguments)
}

/// `InsufficientCash`: the pool has lent it out.
#[inline(never)]
pub(crate) fn insufficient_cash(available: U256, needed: U256) -> Vec<u8> {
    encode(
        IVault::InsufficientCash::SELECTOR,
        &[word(available), word(needed)],
    )
}

/// `CollateralCapExceeded`.
#[inline(never)]
pub(crate) fn collateral_cap_exceeded(token: Address, total: U256, cap: U256) -> Vec<u8> {
    let arguments = [token.into_word(), word(total), word(cap)];
    encode(IVault::CollateralCapExceeded::SELECTOR, &arguments)
}

/// `OpeningMarginExceeded`: debt over what the collateral allows for opening.
#[inline(never)]
pub(crate) fn opening_margin_exceeded(account: B256, debt: U256, allowed: U256) -> Vec<u8> {
    let arguments = [account, word(debt), word(allowed)];
    encode(IVault::OpeningMarginExceeded::SELECTOR, &arguments)
}

/// `DebtBelowMinimum`.
#[inline(never)]
pub(crate) fn debt_below_minimum(account: B256, debt: U256, minimum: U256) -> Vec<u8> {
    let arguments = [account, word(debt), word(minimum)];
    encode(IVault::DebtBelowMinimum::SELECTOR, &arguments)
}

/// `ClaimOpen`: lots of the account are for sale, or its claim is unpaid.
#[inline(never)]
pub(crate) fn claim_open(account: B256) -> Vec<u8> {
    encode(IVault::ClaimOpen::SELECTOR, &[account])
}

/// `AccountHealthy`.
#[inline(never)]
pub(crate) fn account_healthy(account: B256, debt: U256, capacity: U256) -> Vec<u8> {
    let arguments = [account, word(debt), word(capacity)];
    encode(IVault::AccountHealthy::SELECTOR, &arguments)
}

/// `CoolOff`: too soon after the account's last step that raised its risk.
#[inline(never)]
pub(crate) fn cool_off(account: B256, until: U256) -> Vec<u8> {
    encode(IVault::CoolOff::SELECTOR, &[account, word(until)])
}

/// `PriceNotOk`.
#[inline(never)]
pub(crate) fn price_not_ok(token: Address, status: U256) -> Vec<u8> {
    encode(
        IVault::PriceNotOk::SELECTOR,
        &[token.into_word(), word(status)],
    )
}

/// `HealthWouldNotImprove`.
#[inline(never)]
pub(crate) fn health_would_not_improve(account: B256, token: Address) -> Vec<u8> {
    encode(
        IVault::HealthWouldNotImprove::SELECTOR,
        &[account, token.into_word()],
    )
}

/// `BelowMinLot`.
#[inline(never)]
pub(crate) fn below_min_lot(debt: U256, min_lot: U256) -> Vec<u8> {
    encode(IVault::BelowMinLot::SELECTOR, &[word(debt), word(min_lot)])
}

/// `NoRoom`: the cap on debt for sale is used up.
#[inline(never)]
pub(crate) fn no_room(token: Address, room: U256) -> Vec<u8> {
    encode(IVault::NoRoom::SELECTOR, &[token.into_word(), word(room)])
}

/// `NothingToSell`.
#[inline(never)]
pub(crate) fn nothing_to_sell(account: B256, token: Address) -> Vec<u8> {
    encode(
        IVault::NothingToSell::SELECTOR,
        &[account, token.into_word()],
    )
}

/// `ParameterOutOfBounds`; `parameter` is its name in ASCII, padded with zeros.
#[inline(never)]
pub(crate) fn parameter_out_of_bounds(parameter: &[u8], value: U256) -> Vec<u8> {
    let arguments = [B256::right_padding_from(parameter), word(value)];
    encode(IVault::ParameterOutOfBounds::SELECTOR, &arguments)
}
