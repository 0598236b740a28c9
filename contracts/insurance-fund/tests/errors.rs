//! Errors as the generated coders write them.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::fund::IInsuranceFund::*;
use insurance_fund::errors::Error;

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
    assert_encoded(Locked {});
    assert_encoded(ZeroAmount {});
    assert_encoded(ZeroAddress {});
    assert_encoded(MathOverflow {});
    assert_encoded(ERC20InsufficientBalance {
        sender: address,
        balance: number(1),
        needed: number(2),
    });
    assert_encoded(ERC20InsufficientAllowance {
        spender: address,
        allowance: number(1),
        needed: number(2),
    });
    assert_encoded(ERC20InvalidReceiver { receiver: address });
    assert_encoded(ERC4626ExceededMaxRedeem {
        owner: address,
        shares: number(1),
        max: number(2),
    });
    assert_encoded(TokenCallFailed { token: address });
    assert_encoded(PreviewNotSupported {});
    assert_encoded(DepositsWait {});
    assert_encoded(RedemptionsWait { until: number(1) });
    assert_encoded(ParameterOutOfBounds {
        parameter: B256::repeat_byte(1),
        value: number(2),
    });
}
