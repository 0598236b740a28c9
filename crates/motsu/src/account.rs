//! Accounts with keys, and what accounts and contracts have in common.

use std::fmt;

use alloy_primitives::{keccak256, Address, ChainId, Signature, B256, U256};
use alloy_signer::SignerSync;
use k256::ecdsa::SigningKey;
use stylus_sdk::storage::StorageType;

use crate::{
    chain,
    contract::{Contract, Program},
    precompiles::signer_address,
};

/// An externally owned account with its private key. Where no signature is needed, an [`Address`] does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Account {
    address: Address,
    private_key: B256,
}

impl Account {
    /// The account whose private key is the Keccak-256 hash of `seed`.
    ///
    /// # Panics
    ///
    /// If the hash is no private key, which no known text brings about.
    #[must_use]
    pub fn from_seed(seed: &str) -> Self {
        Self::from_seed_slice(seed.as_bytes())
    }

    /// As [`Account::from_seed`], of bytes.
    ///
    /// # Panics
    ///
    /// If the hash is no private key, which no known bytes bring about.
    #[must_use]
    pub fn from_seed_slice(seed: &[u8]) -> Self {
        let private_key = keccak256(seed);
        let key = signing_key(private_key);
        Self {
            address: signer_address(key.verifying_key()),
            private_key,
        }
    }

    /// An account that nobody else has. The same on every run of a test.
    #[must_use]
    pub fn random() -> Self {
        let number = chain::with(chain::Chain::next_anonymous);
        Self::from_seed(&format!("motsu account {number}"))
    }

    /// The account's address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// Signs for the account, by the methods of [`alloy_signer::SignerSync`].
    #[must_use]
    pub fn signer(&self) -> PrivateKeySigner {
        PrivateKeySigner {
            key: signing_key(self.private_key),
            address: self.address,
        }
    }
}

fn signing_key(private_key: B256) -> SigningKey {
    SigningKey::from_slice(private_key.as_slice()).expect("a hash is a private key")
}

impl From<Account> for Address {
    fn from(account: Account) -> Self {
        account.address
    }
}

impl From<&Account> for Address {
    fn from(account: &Account) -> Self {
        account.address
    }
}

/// Signs with the private key of an [`Account`].
///
/// Upstream hands out the type of this name of `alloy-signer-local`, which brings the RPC types of alloy with it.
#[derive(Clone)]
pub struct PrivateKeySigner {
    key: SigningKey,
    address: Address,
}

impl PrivateKeySigner {
    /// The address that signatures recover to.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }
}

impl fmt::Debug for PrivateKeySigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PrivateKeySigner")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl SignerSync for PrivateKeySigner {
    fn sign_hash_sync(&self, hash: &B256) -> alloy_signer::Result<Signature> {
        let signature = self.key.sign_prehash_recoverable(hash.as_slice())?;
        Ok(signature.into())
    }

    fn chain_id_sync(&self) -> Option<ChainId> {
        None
    }
}

/// Who can be given native tokens.
pub trait Funding {
    /// Adds `value` wei to the balance, out of nowhere.
    ///
    /// # Panics
    ///
    /// If the balance would not fit 256 bits.
    fn fund(&self, value: U256);
}

/// Who has a balance of native tokens.
pub trait Balance {
    /// The balance in wei.
    fn balance(&self) -> U256;
}

impl Funding for Address {
    fn fund(&self, value: U256) {
        chain::with(|chain| chain.fund(*self, value)).expect("a balance has 256 bits");
    }
}

impl Balance for Address {
    fn balance(&self) -> U256 {
        chain::with(|chain| chain.balance(*self))
    }
}

impl Funding for Account {
    fn fund(&self, value: U256) {
        self.address.fund(value);
    }
}

impl Balance for Account {
    fn balance(&self) -> U256 {
        self.address.balance()
    }
}

impl<T: Program> Funding for Contract<T> {
    fn fund(&self, value: U256) {
        self.address().fund(value);
    }
}

impl<T: Program> Balance for Contract<T> {
    fn balance(&self) -> U256 {
        self.address().balance()
    }
}

/// What an argument of a `#[motsu::test]` function is made by: its name is the tag.
pub trait FromTag {
    /// Makes the one that belongs to `tag`; the same tag gives the same address. Messages show the tag in place of it.
    fn from_tag(tag: &str) -> Self;
}

impl FromTag for Account {
    fn from_tag(tag: &str) -> Self {
        let account = Self::from_seed(tag);
        chain::with(|chain| chain.tags.insert(account.address, tag.to_owned()));
        account
    }
}

impl FromTag for Address {
    fn from_tag(tag: &str) -> Self {
        let hash = keccak256(tag);
        let address = Self::from_slice(&hash[..20]);
        chain::with(|chain| chain.tags.insert(address, tag.to_owned()));
        address
    }
}

impl<T: StorageType + Program> FromTag for Contract<T> {
    fn from_tag(tag: &str) -> Self {
        Self::new_at(Address::from_tag(tag))
    }
}
