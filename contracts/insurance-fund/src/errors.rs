//! What can go wrong, as typed Solidity errors.

use alloc::vec::Vec;
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use breakwater_interfaces::fund::IInsuranceFund;

use crate::state::word_of;

/// The fund's errors; their meaning is told at [`IInsuranceFund`].
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Error {
    NotAuthorized(IInsuranceFund::NotAuthorized),
    Locked(IInsuranceFund::Locked),
    ZeroAmount(IInsuranceFund::ZeroAmount),
    ZeroAddress(IInsuranceFund::ZeroAddress),
    MathOverflow(IInsuranceFund::MathOverflow),
    ERC20InsufficientBalance(IInsuranceFund::ERC20InsufficientBalance),
    ERC20InsufficientAllowance(IInsuranceFund::ERC20InsufficientAllowance),
    ERC20InvalidReceiver(IInsuranceFund::ERC20InvalidReceiver),
    ERC4626ExceededMaxRedeem(IInsuranceFund::ERC4626ExceededMaxRedeem),
    TokenCallFailed(IInsuranceFund::TokenCallFailed),
    PreviewNotSupported(IInsuranceFund::PreviewNotSupported),
    ParameterOutOfBounds(IInsuranceFund::ParameterOutOfBounds),
    RedemptionsWait(IInsuranceFund::RedemptionsWait),
    DepositsWait(IInsuranceFund::DepositsWait),
    /// The vault's own error, or the auction's, passed on unchanged.
    Vault(Vec<u8>),
}

/// Every argument of every error is one word, so one writer of words does for all: the generated coders take two kilobytes of
/// WASM more. A test holds it against them.
impl From<Error> for Vec<u8> {
    fn from(error: Error) -> Self {
        match error {
            Error::NotAuthorized(error) => encode(&error, &[word_of(error.caller)]),
            Error::Locked(error) => encode(&error, &[]),
            Error::ZeroAmount(error) => encode(&error, &[]),
            Error::ZeroAddress(error) => encode(&error, &[]),
            Error::MathOverflow(error) => encode(&error, &[]),
            Error::ERC20InsufficientBalance(error) => encode(
                &error,
                &[word_of(error.sender), error.balance, error.needed],
            ),
            Error::ERC20InsufficientAllowance(error) => encode(
                &error,
                &[word_of(error.spender), error.allowance, error.needed],
            ),
            Error::ERC20InvalidReceiver(error) => encode(&error, &[word_of(error.receiver)]),
            Error::ERC4626ExceededMaxRedeem(error) => {
                encode(&error, &[word_of(error.owner), error.shares, error.max])
            }
            Error::TokenCallFailed(error) => encode(&error, &[word_of(error.token)]),
            Error::PreviewNotSupported(error) => encode(&error, &[]),
            Error::ParameterOutOfBounds(error) => {
                encode(&error, &[error.parameter.into(), error.value])
            }
            Error::RedemptionsWait(error) => encode(&error, &[error.until]),
            Error::DepositsWait(error) => encode(&error, &[]),
            Error::Vault(data) => data,
        }
    }
}

fn encode<E: SolError>(_error: &E, words: &[U256]) -> Vec<u8> {
    write(E::SELECTOR, words)
}

#[inline(never)]
fn write(selector: [u8; 4], words: &[U256]) -> Vec<u8> {
    let mut data = selector.to_vec();
    for word in words {
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    data
}

/// `?` on the interface's errors.
macro_rules! from {
    ($($name:ident),* $(,)?) => {
        $(
            impl From<IInsuranceFund::$name> for Error {
                fn from(error: IInsuranceFund::$name) -> Self {
                    Self::$name(error)
                }
            }
        )*
    };
}

from!(
    NotAuthorized,
    Locked,
    ZeroAmount,
    ZeroAddress,
    MathOverflow,
    ERC20InsufficientBalance,
    ERC20InsufficientAllowance,
    ERC20InvalidReceiver,
    ERC4626ExceededMaxRedeem,
    TokenCallFailed,
    PreviewNotSupported,
    ParameterOutOfBounds,
    RedemptionsWait,
    DepositsWait,
);

/// The error for a result that is out of range.
pub const OVERFLOW: Error = Error::MathOverflow(IInsuranceFund::MathOverflow {});
