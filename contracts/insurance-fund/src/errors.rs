//! What can go wrong, as typed Solidity errors.

use alloc::vec::Vec;
use alloy_sol_types::SolError;
use breakwater_interfaces::fund::IInsuranceFund;

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
    /// The vault's own error, passed on unchanged.
    Vault(Vec<u8>),
}

impl From<Error> for Vec<u8> {
    fn from(error: Error) -> Self {
        match error {
            Error::NotAuthorized(error) => error.abi_encode(),
            Error::Locked(error) => error.abi_encode(),
            Error::ZeroAmount(error) => error.abi_encode(),
            Error::ZeroAddress(error) => error.abi_encode(),
            Error::MathOverflow(error) => error.abi_encode(),
            Error::ERC20InsufficientBalance(error) => error.abi_encode(),
            Error::ERC20InsufficientAllowance(error) => error.abi_encode(),
            Error::ERC20InvalidReceiver(error) => error.abi_encode(),
            Error::ERC4626ExceededMaxRedeem(error) => error.abi_encode(),
            Error::TokenCallFailed(error) => error.abi_encode(),
            Error::PreviewNotSupported(error) => error.abi_encode(),
            Error::ParameterOutOfBounds(error) => error.abi_encode(),
            Error::Vault(data) => data,
        }
    }
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
);

/// The error for a result that is out of range.
pub const OVERFLOW: Error = Error::MathOverflow(IInsuranceFund::MathOverflow {});
