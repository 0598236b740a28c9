//! Errors as the generated coders write them.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::oracle::IOracleAdapter::*;
use oracle_adapter::errors::Error;

fn assert_encoded<E: SolError + Clone>(error: E)
where
    Error: From<E>,
{
    let data: Vec<u8> = Error::from(error.clone()).into();
    assert_eq!(data, error.abi_encode(), "{}", E::SIGNATURE);
}

#[test]
fn errors_are_encoded_as_solidity_does() {
    let address = Address::repeat_byte(0xab);
    let number = |byte| U256::from_be_bytes([byte; 32]);
    assert_encoded(NotAuthorized { caller: address });
    assert_encoded(ZeroAddress {});
    assert_encoded(PriceUnavailable {
        token: address,
        status: 5,
    });
    assert_encoded(UnknownToken { token: address });
    assert_encoded(InvalidSources {
        feeds: number(1),
        maxAges: number(2),
        quorum: number(3),
    });
    assert_encoded(DuplicateSource { feed: address });
    assert_encoded(ParameterOutOfBounds {
        parameter: B256::repeat_byte(1),
        value: number(2),
    });
    assert_encoded(InvalidFeed { feed: address });
    assert_encoded(MathOverflow {});
    assert_encoded(InsufficientGas {
        available: number(1),
        needed: number(2),
    });
}
