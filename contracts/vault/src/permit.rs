//! Rights given by signature: EIP-2612 permits, and operators, both typed data of EIP-712.
//!
//! An owner with code is asked by ERC-1271; any other signs with its key, and the signature must be the one of two that is
//! not malleable (EIP-2: `s` in the lower half). Nonces are one sequence an owner, for both kinds.

use alloy_primitives::{address, b256, Address, B256, U256};
use alloy_sol_types::SolCall;
use breakwater_interfaces::{
    external::IERC1271,
    outbound::{self, to_word, word_at, Calldata},
    vault::IVault,
};
use stylus_sdk::{call::RawCall, prelude::*};

use crate::{
    arguments::{address_word, words},
    errors::{self, Fallible},
    state::VaultState,
};

/// What is hashed to name a type; its five fields are words.
const PERMIT: &[u8] =
    b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
const SET_OPERATOR: &[u8] =
    b"SetOperator(address owner,address operator,bool approved,uint256 nonce,uint256 deadline)";
const DOMAIN: &[u8] =
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
/// The domain's version.
const VERSION: &[u8] = b"1";
/// Recovers signers.
const ECRECOVER: Address = address!("0000000000000000000000000000000000000001");
/// Half the order of secp256k1, rounded down: the greatest `s`.
const GREATEST_S: B256 = b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

impl VaultState {
    fn hash(&self, bytes: &[u8]) -> U256 {
        outbound::from_word(self.vm().native_keccak256(bytes))
    }

    /// EIP-712's separator of this vault on this chain: computed, so it follows a fork of the chain.
    pub(crate) fn domain_separator(&self) -> U256 {
        let (name, _) = self.names();
        let bytes = to_word(name);
        let length = usize::from(bytes.last().copied().unwrap_or_default());
        let text = bytes.get(..length).unwrap_or_default();
        let domain = words(&[
            self.hash(DOMAIN),
            self.hash(text),
            self.hash(VERSION),
            U256::from(self.vm().chain_id()),
            address_word(self.vm().contract_address()),
        ]);
        self.hash(&domain)
    }

    /// EIP-2612: lets `spender` move `value` of the shares of `owner`, who signed for it.
    ///
    /// # Errors
    ///
    /// `ERC2612ExpiredSignature`, `ERC2612InvalidSigner`.
    pub(crate) fn permit(
        &mut self,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        signature: &[u8],
    ) -> Fallible<()> {
        let fields = [address_word(spender), value];
        self.use_signature(PERMIT, owner, fields, deadline, signature)?;
        self.approve(owner, spender, value);
        Ok(())
    }

    /// Makes somebody an operator of `owner`, or no longer, who signed for it.
    ///
    /// # Errors
    ///
    /// `ERC2612ExpiredSignature`, `ERC2612InvalidSigner`.
    pub(crate) fn choose_operator_signed(
        &mut self,
        owner: Address,
        operator: Address,
        approved: bool,
        deadline: U256,
        signature: &[u8],
    ) -> Fallible<()> {
        let fields = [address_word(operator), U256::from(u8::from(approved))];
        self.use_signature(SET_OPERATOR, owner, fields, deadline, signature)?;
        self.choose_operator(owner, operator, approved);
        Ok(())
    }

    /// Makes somebody an operator of `owner`, or no longer.
    pub(crate) fn choose_operator(&mut self, owner: Address, operator: Address, approved: bool) {
        self.set_operator(owner, operator, approved);
        self.emit(&IVault::OperatorSet {
            owner,
            operator,
            approved,
        });
    }

    /// Checks a signature over typed data and uses up its nonce.
    fn use_signature(
        &mut self,
        type_name: &[u8],
        owner: Address,
        [first, second]: [U256; 2],
        deadline: U256,
        signature: &[u8],
    ) -> Fallible<()> {
        if U256::from(self.now()) > deadline {
            return Err(errors::expired_signature(deadline));
        }
        let nonce = self.nonce(owner);
        // Before the owner is asked: it may call back.
        self.set_nonce(owner, nonce.wrapping_add(U256::from(1)));
        let message = words(&[
            self.hash(type_name),
            address_word(owner),
            first,
            second,
            nonce,
            deadline,
        ]);
        let (separator, message) = (self.domain_separator(), self.hash(&message));
        let digest =
            to_word(self.hash(&[&[0x19, 0x01], words(&[separator, message]).as_slice()].concat()));
        let signer = if self.vm().code_size(owner) != 0 {
            self.ask_contract(owner, digest, signature)
        } else {
            self.recover(digest, signature)
        };
        if signer.is_zero() || signer != owner {
            return Err(errors::invalid_signer(signer, owner));
        }
        Ok(())
    }

    /// The contract itself if it says by ERC-1271 that the signature is its own; zero otherwise.
    fn ask_contract(&self, owner: Address, digest: B256, signature: &[u8]) -> Address {
        let calldata = Calldata::new::<IERC1271::isValidSignatureCall>(4)
            .word(digest)
            .trailing_bytes(1, signature);
        let expected = outbound::left_aligned(&IERC1271::isValidSignatureCall::SELECTOR);
        match outbound::static_call(self.vm(), owner, &calldata) {
            Ok(answer) if word_at(&answer, 0) == Some(outbound::from_word(expected)) => owner,
            _ => Address::ZERO,
        }
    }

    /// Who signed: `r ‖ s ‖ v`, 65 bytes. Zero if that is no signature.
    fn recover(&self, digest: B256, signature: &[u8]) -> Address {
        let (Some(r), Some(s), Some(v)) = (
            word_at(signature, 0),
            word_at(signature, 1),
            signature.get(64),
        ) else {
            return Address::ZERO;
        };
        let is_well_formed = signature.len() == 65 && (*v == 27 || *v == 28);
        if !is_well_formed || to_word(s) > GREATEST_S {
            return Address::ZERO;
        }
        let input = words(&[outbound::from_word(digest), U256::from(*v), r, s]);
        self.vm().flush_cache(false);
        // SAFETY: nothing of the storage is held over the call, and the cache is flushed.
        let answer = unsafe { RawCall::new_static(self.vm()).call(ECRECOVER, &input) };
        // Nothing at all for what is no point of the curve.
        answer
            .ok()
            .and_then(|answer| word_at(&answer, 0))
            .map(|signer| Address::from_word(to_word(signer)))
            .unwrap_or_default()
    }
}
