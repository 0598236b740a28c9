//! The funded accounts' keys, and signing with them.

use alloy_dyn_abi::TypedData;
use alloy_primitives::{eip191_hash_message, hex, Address, Bytes, Signature, B256};
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner};
use jsonrpsee::core::RpcResult;
use serde_json::{json, Value};

use super::{
    arguments::Arguments,
    config::NodeError,
    errors::{internal, invalid, refused},
    ledger::Node,
};

/// The mnemonic that development nodes share. Its keys are known to everybody: never send anything of value to them.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";

/// Most funded accounts that a node may have.
pub const MOST_ACCOUNTS: usize = 10_000;

/// A funded account.
#[derive(Clone, Debug)]
pub struct Account {
    signer: PrivateKeySigner,
}

impl Account {
    /// Its address.
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// Its private key.
    pub fn private_key(&self) -> B256 {
        self.signer.to_bytes()
    }

    pub(crate) fn sign(&self, hash: B256) -> RpcResult<Signature> {
        self.signer
            .credential()
            .sign_prehash_recoverable(hash.as_slice())
            .map(Signature::from)
            .map_err(|error| internal(format!("signing failed: {error}")))
    }
}

/// The first accounts of [`MNEMONIC`], at `m/44'/60'/0'/0/i`.
pub(crate) fn accounts(count: usize) -> Result<Vec<Account>, NodeError> {
    let failed = |error: &dyn std::fmt::Display| {
        NodeError::Internal(format!("cannot derive the accounts' keys: {error}"))
    };
    let count = u32::try_from(count.min(MOST_ACCOUNTS)).unwrap_or_default();
    // The builder's own path is that of the first account; the parent is the same for all.
    let parent = MnemonicBuilder::from_phrase(MNEMONIC)
        .build_parent_key()
        .map_err(|error| failed(&error))?;
    let child = |index| {
        let key = parent.child(index).map_err(|error| failed(&error))?;
        Ok(Account {
            signer: key.signer(),
        })
    };
    (0..count).map(child).collect()
}

impl Node {
    /// The key of a funded account.
    pub(crate) fn account(&self, address: Address) -> RpcResult<&Account> {
        self.keys
            .iter()
            .find(|account| account.address() == address)
            .ok_or_else(|| refused(format!("no key for {address}: not one of eth_accounts")))
    }
}

/// `eth_accounts`.
pub(crate) fn list(node: &Node, _: &Arguments) -> RpcResult<Value> {
    let addresses: Vec<Address> = node.keys.iter().map(Account::address).collect();
    Ok(json!(addresses))
}

/// `eth_sign`: address, message.
pub(crate) fn sign(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let message: Bytes = arguments.required(1, "message")?;
    signature_of_message(node, address, &message)
}

/// `personal_sign`: message, address.
pub(crate) fn personal_sign(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let message: Bytes = arguments.required(0, "message")?;
    let address: Address = arguments.required(1, "address")?;
    signature_of_message(node, address, &message)
}

fn signature_of_message(node: &Node, address: Address, message: &[u8]) -> RpcResult<Value> {
    let signature = node.account(address)?.sign(eip191_hash_message(message))?;
    Ok(json!(hex::encode_prefixed(signature.as_bytes())))
}

/// `eth_signTypedData_v4`: address, typed data as an object or as its text.
pub(crate) fn sign_typed_data(node: &Node, arguments: &Arguments) -> RpcResult<Value> {
    let address: Address = arguments.required(0, "address")?;
    let data: Value = arguments.required(1, "typed data")?;
    let data: TypedData = match data {
        Value::String(text) => serde_json::from_str(&text),
        object => serde_json::from_value(object),
    }
    .map_err(|error| invalid(format!("parameter 1, typed data: {error}")))?;
    let hash = data
        .eip712_signing_hash()
        .map_err(|error| invalid(format!("parameter 1, typed data: {error}")))?;
    let signature = node.account(address)?.sign(hash)?;
    Ok(json!(hex::encode_prefixed(signature.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};

    #[test]
    fn the_accounts_are_those_that_every_development_node_has() {
        let accounts = accounts(10).unwrap();
        assert_eq!(accounts.len(), 10);
        let first = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        let key = b256!("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
        assert_eq!(
            (accounts[0].address(), accounts[0].private_key()),
            (first, key)
        );
        let last = address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");
        assert_eq!(accounts[9].address(), last);
    }
}
