//! Account identifiers: `bytes32 = owner (20 bytes) ++ index (12 bytes)`.

use alloy_primitives::{Address, B256};

/// The owner of an account: the first 20 bytes of its identifier.
#[must_use]
pub fn owner_of(account: B256) -> Address {
    let mut owner = [0_u8; 20];
    for (to, from) in owner.iter_mut().zip(account.0) {
        *to = from;
    }
    Address::new(owner)
}

/// The identifier of the owner's account number `index`; `None` unless `index < 2^96`.
#[must_use]
pub fn account_id(owner: Address, index: u128) -> Option<B256> {
    if index >> 96 != 0 {
        return None;
    }
    let mut account = [0_u8; 32];
    // The index's first 4 bytes are 0 and make room for nothing: the owner's 20 bytes stand before its last 12.
    let index = index.to_be_bytes().into_iter().skip(4);
    for (to, from) in account
        .iter_mut()
        .zip(owner.into_array().into_iter().chain(index))
    {
        *to = from;
    }
    Some(B256::new(account))
}
