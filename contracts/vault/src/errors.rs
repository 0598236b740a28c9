//! Typed errors, encoded in one place.
//!
//! Every error here is declared in [`IVault`]; its arguments are words, so one encoder serves all. (The SDK's derived
//! encoder costs some 200 bytes of WASM an error.)

use alloc::{boxed::Box, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::{
    outbound::{left_aligned, to_word as word},
    vault::IVault,
};

/// Revert data, behind a pointer: a result is then passed on in a register or two, which saves a tenth of the WASM.
#[allow(clippy::box_collection)]
pub(crate) struct Error(Box<Vec<u8>>);

impl Error {
    /// The revert data.
    pub(crate) fn into_data(self) -> Vec<u8> {
        *self.0
    }
}

impl From<Vec<u8>> for Error {
    #[inline(never)]
    fn from(data: Vec<u8>) -> Self {
        Self(Box::new(data))
    }
}

/// A result whose error is revert data.
pub(crate) type Fallible<T> = Result<T, Error>;

#[cold]
#[inline(never)]
fn encode(selector: [u8; 4], arguments: &[B256]) -> Error {
    let mut data = Vec::with_capacity(100);
    data.extend_from_slice(&selector);
    for argument in arguments {
        data.extend_from_slice(argument.as_slice());
    }
    data.into()
}

/// Empty revert data: calldata that can't be decoded, or ether sent, as Solidity answers them.
pub(crate) fn refused() -> Error {
    Vec::new().into()
}

/// `NotAuthorized`: the caller has no right to this call.
#[inline(never)]
pub(crate) fn not_authorized(caller: Address) -> Error {
    encode(IVault::NotAuthorized::SELECTOR, &[caller.into_word()])
}

/// `Locked`: the vault is in the middle of another call.
#[inline(never)]
pub(crate) fn locked() -> Error {
    encode(IVault::Locked::SELECTOR, &[])
}

/// `ZeroAmount`: an amount that must not be zero is zero.
#[inline(never)]
pub(crate) fn zero_amount() -> Error {
    encode(IVault::ZeroAmount::SELECTOR, &[])
}

/// `ZeroAddress`: an address that must not be zero is zero.
#[inline(never)]
pub(crate) fn zero_address() -> Error {
    encode(IVault::ZeroAddress::SELECTOR, &[])
}

/// `AmountTooLarge`: a figure does not fit the vault's books.
#[inline(never)]
pub(crate) fn amount_too_large(amount: U256) -> Error {
    encode(IVault::AmountTooLarge::SELECTOR, &[word(amount)])
}

/// `MathOverflow`: a result left the range of 256 bits.
#[inline(never)]
pub(crate) fn math_overflow() -> Error {
    encode(IVault::MathOverflow::SELECTOR, &[])
}

/// `ERC20InsufficientBalance`.
#[inline(never)]
pub(crate) fn insufficient_balance(sender: Address, balance: U256, needed: U256) -> Error {
    let arguments = [sender.into_word(), word(balance), word(needed)];
    encode(IVault::ERC20InsufficientBalance::SELECTOR, &arguments)
}

/// `PriceAboveBackstop`: the fund takes a lot only at or under the limit.
#[inline(never)]
pub(crate) fn price_above_backstop(price: U256, limit: U256) -> Error {
    let arguments = [word(price), word(limit)];
    encode(IVault::PriceAboveBackstop::SELECTOR, &arguments)
}

/// `FundTooSmall`: the fund would have to burn its minimum.
#[inline(never)]
pub(crate) fn fund_too_small(available: U256, needed: U256) -> Error {
    let arguments = [word(available), word(needed)];
    encode(IVault::FundTooSmall::SELECTOR, &arguments)
}

/// `ArrearsOpen`: the fund owes lenders what sales of its inventory bring.
#[inline(never)]
pub(crate) fn arrears_open(due: U256) -> Error {
    encode(IVault::ArrearsOpen::SELECTOR, &[word(due)])
}

/// `PaymentBelowLowValue`: the fund's collateral is not sold so cheaply.
#[inline(never)]
pub(crate) fn payment_below_low_value(payment: U256, least: U256) -> Error {
    let arguments = [word(payment), word(least)];
    encode(IVault::PaymentBelowLowValue::SELECTOR, &arguments)
}

/// `HalfExceeded`: too much of the fund would be in lots.
#[inline(never)]
pub(crate) fn half_exceeded(spent: U256, left: U256) -> Error {
    encode(IVault::HalfExceeded::SELECTOR, &[word(spent), word(left)])
}

/// `ERC20InsufficientAllowance`.
#[inline(never)]
pub(crate) fn insufficient_allowance(spender: Address, allowance: U256, needed: U256) -> Error {
    let arguments = [spender.into_word(), word(allowance), word(needed)];
    encode(IVault::ERC20InsufficientAllowance::SELECTOR, &arguments)
}

/// `ERC20InvalidReceiver`.
#[inline(never)]
pub(crate) fn invalid_receiver(receiver: Address) -> Error {
    encode(
        IVault::ERC20InvalidReceiver::SELECTOR,
        &[receiver.into_word()],
    )
}

/// One of the four `ERC4626ExceededMax…`, by its selector: more was given than the pool takes of, or pays to, `who`.
#[inline(never)]
pub(crate) fn exceeded_max(selector: [u8; 4], who: Address, given: U256, max: U256) -> Error {
    encode(selector, &[who.into_word(), word(given), word(max)])
}

/// `TokenCallFailed`: a token reverted, or returned something other than nothing or true.
#[inline(never)]
pub(crate) fn token_call_failed(token: Address) -> Error {
    encode(IVault::TokenCallFailed::SELECTOR, &[token.into_word()])
}

/// `TokenAmountMismatch`: the vault holds less of a token than its books say.
#[inline(never)]
pub(crate) fn token_amount_mismatch(token: Address, expected: U256, actual: U256) -> Error {
    let arguments = [token.into_word(), word(expected), word(actual)];
    encode(IVault::TokenAmountMismatch::SELECTOR, &arguments)
}

/// `UnknownCollateral`.
#[inline(never)]
pub(crate) fn unknown_collateral(token: Address) -> Error {
    encode(IVault::UnknownCollateral::SELECTOR, &[token.into_word()])
}

/// `TooManyCollaterals`: the account's slots are taken, or a stranger tried to take one.
#[inline(never)]
pub(crate) fn too_many_collaterals(max: U256) -> Error {
    encode(IVault::TooManyCollaterals::SELECTOR, &[word(max)])
}

/// `TooManyTokens`: the vault's slots are taken.
#[inline(never)]
pub(crate) fn too_many_tokens(max: U256) -> Error {
    encode(IVault::TooManyTokens::SELECTOR, &[word(max)])
}

/// `InsufficientCollateral`.
#[inline(never)]
pub(crate) fn insufficient_collateral(
    account: B256,
    token: Address,
    available: U256,
    needed: U256,
) -> Error {
    let arguments = [account, token.into_word(), word(available), word(needed)];
    encode(IVault::InsufficientCollateral::SELECTOR, &arguments)
}

/// `InsufficientCash`: the pool has lent it out.
#[inline(never)]
pub(crate) fn insufficient_cash(available: U256, needed: U256) -> Error {
    encode(
        IVault::InsufficientCash::SELECTOR,
        &[word(available), word(needed)],
    )
}

/// `CollateralCapExceeded`.
#[inline(never)]
pub(crate) fn collateral_cap_exceeded(token: Address, total: U256, cap: U256) -> Error {
    let arguments = [token.into_word(), word(total), word(cap)];
    encode(IVault::CollateralCapExceeded::SELECTOR, &arguments)
}

/// `OpeningMarginExceeded`: debt over what the collateral allows for opening.
#[inline(never)]
pub(crate) fn opening_margin_exceeded(account: B256, debt: U256, allowed: U256) -> Error {
    let arguments = [account, word(debt), word(allowed)];
    encode(IVault::OpeningMarginExceeded::SELECTOR, &arguments)
}

/// `DebtBelowMinimum`.
#[inline(never)]
pub(crate) fn debt_below_minimum(account: B256, debt: U256, minimum: U256) -> Error {
    let arguments = [account, word(debt), word(minimum)];
    encode(IVault::DebtBelowMinimum::SELECTOR, &arguments)
}

/// `ClaimOpen`: lots of the account are for sale, or its claim is unpaid.
#[inline(never)]
pub(crate) fn claim_open(account: B256) -> Error {
    encode(IVault::ClaimOpen::SELECTOR, &[account])
}

/// `AccountHealthy`.
#[inline(never)]
pub(crate) fn account_healthy(account: B256, debt: U256, capacity: U256) -> Error {
    let arguments = [account, word(debt), word(capacity)];
    encode(IVault::AccountHealthy::SELECTOR, &arguments)
}

/// `CoolOff`: too soon after the account's last step that raised its risk.
#[inline(never)]
pub(crate) fn cool_off(account: B256, until: U256) -> Error {
    encode(IVault::CoolOff::SELECTOR, &[account, word(until)])
}

/// `PriceNotOk`.
#[inline(never)]
pub(crate) fn price_not_ok(token: Address, status: U256) -> Error {
    encode(
        IVault::PriceNotOk::SELECTOR,
        &[token.into_word(), word(status)],
    )
}

/// `HealthWouldNotImprove`.
#[inline(never)]
pub(crate) fn health_would_not_improve(account: B256, token: Address) -> Error {
    encode(
        IVault::HealthWouldNotImprove::SELECTOR,
        &[account, token.into_word()],
    )
}

/// `BelowMinLot`.
#[inline(never)]
pub(crate) fn below_min_lot(debt: U256, min_lot: U256) -> Error {
    encode(IVault::BelowMinLot::SELECTOR, &[word(debt), word(min_lot)])
}

/// `NoRoom`: the cap on debt for sale is used up.
#[inline(never)]
pub(crate) fn no_room(token: Address, room: U256) -> Error {
    encode(IVault::NoRoom::SELECTOR, &[token.into_word(), word(room)])
}

/// `NothingToSell`.
#[inline(never)]
pub(crate) fn nothing_to_sell(account: B256, token: Address) -> Error {
    encode(
        IVault::NothingToSell::SELECTOR,
        &[account, token.into_word()],
    )
}

/// `Paused`: a verb is paused.
#[inline(never)]
pub(crate) fn paused(verb: U256, until: U256) -> Error {
    encode(IVault::Paused::SELECTOR, &[word(verb), word(until)])
}

/// `PauseTooSoon`: the last pause of the verb is not long enough over.
#[inline(never)]
pub(crate) fn pause_too_soon(verb: U256, from: U256) -> Error {
    encode(IVault::PauseTooSoon::SELECTOR, &[word(verb), word(from)])
}

/// `TighteningTooSoon`: the last tightening of the limit is not long enough over.
#[inline(never)]
pub(crate) fn tightening_too_soon(token: Address, from: U256) -> Error {
    encode(
        IVault::TighteningTooSoon::SELECTOR,
        &[token.into_word(), word(from)],
    )
}

/// `GracePeriod`: liquidation was paused, or the sequencer was down, and borrowers have time.
#[inline(never)]
pub(crate) fn grace_period(account: B256, until: U256) -> Error {
    encode(IVault::GracePeriod::SELECTOR, &[account, word(until)])
}

/// `ERC2612ExpiredSignature`.
#[inline(never)]
pub(crate) fn expired_signature(deadline: U256) -> Error {
    encode(IVault::ERC2612ExpiredSignature::SELECTOR, &[word(deadline)])
}

/// `ERC2612InvalidSigner`: the signature is somebody else's, or none.
#[inline(never)]
pub(crate) fn invalid_signer(signer: Address, owner: Address) -> Error {
    let arguments = [signer.into_word(), owner.into_word()];
    encode(IVault::ERC2612InvalidSigner::SELECTOR, &arguments)
}

/// `InvalidActions`: the bytes given to `execute` are no whole number of actions.
#[inline(never)]
pub(crate) fn invalid_actions(length: U256) -> Error {
    encode(IVault::InvalidActions::SELECTOR, &[word(length)])
}

/// `UnknownAction`: no action has this number.
#[inline(never)]
pub(crate) fn unknown_action(kind: U256) -> Error {
    encode(IVault::UnknownAction::SELECTOR, &[word(kind)])
}

/// `ParameterOutOfBounds`; `parameter` is its name in ASCII, padded with zeros.
#[inline(never)]
pub(crate) fn parameter_out_of_bounds(parameter: &[u8], value: U256) -> Error {
    let arguments = [left_aligned(parameter), word(value)];
    encode(IVault::ParameterOutOfBounds::SELECTOR, &arguments)
}
