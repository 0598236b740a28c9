//! The EVM's precompiled contracts that tests of contracts need.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::chain;

/// Keeps a test's chain alive; returned by [`deploy_precompiles`].
#[must_use]
#[derive(Debug)]
pub struct Precompiles(());

impl Drop for Precompiles {
    fn drop(&mut self) {
        chain::with_if_alive(chain::Chain::release);
    }
}

/// Makes the precompiled contracts available; `#[motsu::test]` calls it, a test need not.
///
/// They are at the addresses and answer as the Yellow Paper says: 1 `ecrecover`, 2 `sha256`, 4 identity. Here they answer even
/// without this call; what it returns keeps balances, tags and the block's properties until it is dropped, also while no
/// contract exists.
pub fn deploy_precompiles() -> Precompiles {
    chain::with(chain::Chain::hold);
    Precompiles(())
}

/// The output of the precompiled contract at `address`, or `None` if there is none.
pub(crate) fn run(address: Address, input: &[u8]) -> Option<Vec<u8>> {
    if address[..19] != [0; 19] {
        return None;
    }
    match address[19] {
        1 => Some(recover_signer(input).unwrap_or_default()),
        2 => Some(Sha256::digest(input).to_vec()),
        4 => Some(input.to_vec()),
        _ => None,
    }
}

/// `ecrecover`: 32 bytes each of digest, v, r and s; short input is padded with zeros. A wrong signature gives `None`.
fn recover_signer(input: &[u8]) -> Option<Vec<u8>> {
    let mut padded = [0; 128];
    let length = input.len().min(padded.len());
    padded[..length].copy_from_slice(&input[..length]);

    let digest = &padded[..32];
    let v = u8::try_from(U256::from_be_slice(&padded[32..64])).ok()?;
    let parity = match v {
        27 => false,
        28 => true,
        _ => return None,
    };
    let mut signature = Signature::from_slice(&padded[64..]).ok()?;
    let mut is_y_odd = parity;
    // The precompile takes a high s, k256 does not; the mirrored signature has the same signer.
    if let Some(normalized) = signature.normalize_s() {
        signature = normalized;
        is_y_odd = !is_y_odd;
    }
    let recovery = RecoveryId::new(is_y_odd, false);
    let key = VerifyingKey::recover_from_prehash(digest, &signature, recovery).ok()?;
    Some(signer_address(&key).into_word().to_vec())
}

/// The address of a public key: the last 20 bytes of the Keccak-256 hash of its two coordinates.
pub(crate) fn signer_address(key: &VerifyingKey) -> Address {
    let point = Bytes::copy_from_slice(&key.to_encoded_point(false).as_bytes()[1..]);
    let hash: B256 = keccak256(point);
    Address::from_word(hash)
}
