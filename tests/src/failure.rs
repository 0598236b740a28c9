//! A call that did not succeed, as readable text.

use std::fmt;

use alloy_primitives::{hex, Bytes};
use alloy_sol_types::{Panic, Revert, SolError, SolInterface};
use breakwater_devnode::{ChainError, Status};
use breakwater_interfaces::{
    auction::ILiquidationAuction::ILiquidationAuctionErrors,
    fund::IInsuranceFund::IInsuranceFundErrors, oracle::IOracleAdapter::IOracleAdapterErrors,
    vault::IVault::IVaultErrors,
};

use crate::external;

/// A call or a transaction that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the error; empty if it has none (a panic of a program, out of gas).
    pub name: String,
    /// The error with its arguments, or why there is none.
    pub text: String,
    /// Revert data.
    pub data: Bytes,
    /// Gas that was paid for.
    pub gas_used: u64,
}

impl Failure {
    /// A revert or a stop.
    pub(crate) fn reverted(status: &Status, data: &Bytes, gas_used: u64) -> Self {
        let (name, text) = match (status, data.as_ref()) {
            (Status::Halted(_), _) => (String::new(), status.to_string()),
            (_, []) => (String::new(), "reverted without a reason".to_owned()),
            (_, data) => decode(data).unwrap_or_else(|| {
                (
                    String::new(),
                    format!("an unknown error: 0x{}", hex::encode(data)),
                )
            }),
        };
        Self {
            name,
            text,
            data: data.clone(),
            gas_used,
        }
    }

    /// Something that never reached a contract, or an answer that cannot be read.
    pub fn other(text: impl Into<String>) -> Self {
        Self {
            name: String::new(),
            text: text.into(),
            data: Bytes::new(),
            gas_used: 0,
        }
    }

    /// True if the error is of this type.
    pub fn is<E: SolError>(&self) -> bool {
        self.data.starts_with(&E::SELECTOR)
    }

    /// The error's arguments, if it is of this type.
    pub fn as_error<E: SolError>(&self) -> Option<E> {
        E::abi_decode(&self.data).ok()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        Self::other(error.to_string())
    }
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        failure.text
    }
}

/// Reads an error of one interface.
type Attempt = fn(&[u8]) -> Option<String>;

/// Name and text of an error of any interface.
pub(crate) fn decode(data: &[u8]) -> Option<(String, String)> {
    let attempts: [Attempt; 9] = [
        as_one_of::<IVaultErrors>,
        as_one_of::<ILiquidationAuctionErrors>,
        as_one_of::<IOracleAdapterErrors>,
        as_one_of::<IInsuranceFundErrors>,
        as_one_of::<external::IStylusDeployer::IStylusDeployerErrors>,
        as_one_of::<external::IToken::ITokenErrors>,
        as_one_of::<external::IMockFeed::IMockFeedErrors>,
        as_one_of::<external::IMockExchange::IMockExchangeErrors>,
        as_one_of::<external::IFlashTaker::IFlashTakerErrors>,
    ];
    if let Ok(revert) = Revert::abi_decode(data) {
        return Some(("Error".into(), format!("Error: {}", revert.reason)));
    }
    if let Ok(panic) = Panic::abi_decode(data) {
        return Some(("Panic".into(), panic.to_string()));
    }
    let text = attempts.iter().find_map(|attempt| attempt(data))?;
    let name = text.split([' ', '(', '{']).next().unwrap_or(&text);
    Some((name.to_owned(), text))
}

/// The error as its type prints it: `Name { field: value, … }`.
fn as_one_of<I: SolInterface + fmt::Debug>(data: &[u8]) -> Option<String> {
    let shown = format!("{:?}", I::abi_decode(data).ok()?);
    // The variant's name comes first, and its only field is the error: `Name(Name { … })`.
    let inner = shown
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    Some(inner.unwrap_or(&shown).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use breakwater_interfaces::{auction::ILiquidationAuction, vault::IVault};

    #[test]
    fn an_error_of_any_module_is_read_with_its_arguments() {
        let error = IVault::BelowMinLot {
            debt: U256::from(7),
            minLot: U256::from(100),
        };
        let failure = Failure::reverted(&Status::Reverted, &error.abi_encode().into(), 1);
        assert_eq!(failure.name, "BelowMinLot");
        assert_eq!(failure.text, "BelowMinLot { debt: 7, minLot: 100 }");
        assert_eq!(failure.as_error(), Some(error));
        let error = ILiquidationAuction::NeedsReset { id: U256::from(3) };
        let failure = Failure::reverted(&Status::Reverted, &error.abi_encode().into(), 1);
        assert_eq!(failure.text, "NeedsReset { id: 3 }");
        assert!(failure.is::<ILiquidationAuction::NeedsReset>());
        assert!(!failure.is::<IVault::BelowMinLot>());
    }

    #[test]
    fn what_has_no_name_is_said_to_have_none() {
        let failure = Failure::reverted(&Status::Reverted, &Bytes::new(), 1);
        assert_eq!(failure.text, "reverted without a reason");
        let failure = Failure::reverted(&Status::Reverted, &vec![1, 2, 3, 4].into(), 1);
        assert_eq!(failure.text, "an unknown error: 0x01020304");
        assert_eq!(failure.name, "");
    }

    #[test]
    fn a_solidity_reason_is_read() {
        let data = Revert::from("no").abi_encode();
        assert_eq!(
            Failure::reverted(&Status::Reverted, &data.into(), 1).text,
            "Error: no"
        );
    }
}
