//! What errors look like to clients: codes and wording as Ethereum nodes have them, since clients read both.

use alloy_primitives::{hex, Bytes};
use jsonrpsee::types::{error::INTERNAL_ERROR_CODE, error::INVALID_PARAMS_CODE, ErrorObjectOwned};
use revm::context::result::InvalidTransaction;

use crate::{error::ChainError, transaction::Status};

/// Most errors: the request was understood and cannot be carried out.
const SERVER_ERROR: i32 = -32_000;
/// Nothing by that name or number.
const NOT_FOUND: i32 = -32_001;
/// The method exists elsewhere and not here.
const NOT_SUPPORTED: i32 = -32_004;
/// More than this node does at once.
const LIMIT_EXCEEDED: i32 = -32_005;
/// A call reverted; `data` holds what it reverted with.
const REVERTED: i32 = 3;

pub(crate) fn invalid(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, message, None::<()>)
}

pub(crate) fn refused(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(SERVER_ERROR, message, None::<()>)
}

pub(crate) fn not_found(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(NOT_FOUND, message, None::<()>)
}

pub(crate) fn unsupported(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(NOT_SUPPORTED, message, None::<()>)
}

pub(crate) fn too_much(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(LIMIT_EXCEEDED, message, None::<()>)
}

pub(crate) fn internal(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, message, None::<()>)
}

/// The error of a call that did not succeed.
pub(crate) fn failed_call(status: &Status, output: &Bytes) -> ErrorObjectOwned {
    match status {
        Status::Halted(reason) => refused(match reason {
            revm::context::result::HaltReason::OutOfGas(_) => "out of gas".to_owned(),
            other => format!("execution stopped: {other:?}"),
        }),
        _ => {
            let message = match reason_text(output) {
                Some(reason) => format!("execution reverted: {reason}"),
                None => "execution reverted".to_owned(),
            };
            ErrorObjectOwned::owned(REVERTED, message, Some(hex::encode_prefixed(output)))
        }
    }
}

/// The text of Solidity's own errors, `Error(string)` and `Panic(uint256)`.
pub(crate) fn reason_text(output: &[u8]) -> Option<String> {
    use alloy_sol_types::{ContractError, GenericContractError, SolInterface};
    match GenericContractError::abi_decode(output).ok()? {
        ContractError::Revert(revert) => Some(revert.reason),
        ContractError::Panic(panic) => Some(panic.to_string()),
        ContractError::CustomError(never) => match never {},
    }
}

/// The error of a request that the chain refused.
pub(crate) fn of_chain(error: ChainError) -> ErrorObjectOwned {
    match error {
        ChainError::InvalidTransaction(reason) => refused(of_transaction(&reason)),
        ChainError::NotSuccessful { status, output, .. } => failed_call(&status, &output),
        ChainError::UnknownBlock(_) => not_found("header not found"),
        ChainError::StateNotKept { .. } => refused(format!("missing state: {error}")),
        ChainError::UnknownSnapshot(_) | ChainError::UnknownTransaction(_) => {
            not_found(error.to_string())
        }
        ChainError::Internal(reason) => internal(reason),
        other => refused(other.to_string()),
    }
}

/// Why a transaction is not valid, in the words by which ethers and viem tell the cases apart.
fn of_transaction(reason: &InvalidTransaction) -> String {
    use InvalidTransaction as Invalid;
    match reason {
        Invalid::NonceTooLow { tx, state } => {
            format!("nonce too low: next nonce {state}, tx nonce {tx}")
        }
        Invalid::NonceTooHigh { tx, state } => {
            format!("nonce too high: next nonce {state}, tx nonce {tx}")
        }
        Invalid::LackOfFundForMaxFee { fee, balance } => {
            format!("insufficient funds for gas * price + value: balance {balance}, needed {fee}")
        }
        Invalid::GasPriceLessThanBasefee => "max fee per gas less than block base fee".to_owned(),
        Invalid::CallGasCostMoreThanGasLimit {
            initial_gas,
            gas_limit,
        } => {
            format!("intrinsic gas too low: gas {gas_limit}, minimum needed {initial_gas}")
        }
        Invalid::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            format!("exceeds block gas limit: gas {gas_limit}, most for a transaction {cap}")
        }
        other => other.to_string(),
    }
}
