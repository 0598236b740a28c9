//! Permits and operators by signature.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::{eip712_domain, sol, SolStruct, SolValue};
use breakwater_interfaces::{external::IERC1271, vault::IVault};
use motsu::prelude::*;
use stylus_sdk::{
    prelude::*,
    storage::{StorageB256, StorageBool},
    ArbResult,
};

use crate::common::{assert_refused, id, n, Error, Market};

const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);

sol! {
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
    struct SetOperator {
        address owner;
        address operator;
        bool approved;
        uint256 nonce;
        uint256 deadline;
    }
}

/// An account with code: what it accepts is one digest.
#[storage]
pub struct Wallet {
    accepted: StorageB256,
    is_wrong: StorageBool,
}

unsafe impl TopLevelStorage for Wallet {}

#[public]
impl Wallet {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        use alloy_sol_types::SolCall;
        let Ok(call) = IERC1271::isValidSignatureCall::abi_decode_validate(calldata) else {
            return Err(vec![]);
        };
        let mut answer = vec![0_u8; 32];
        if call.hash == self.accepted.get() && call.signature.as_ref() == b"any" {
            answer[..4].copy_from_slice(&IERC1271::isValidSignatureCall::SELECTOR);
        }
        if self.is_wrong.get() {
            answer[31] = 1;
        }
        Ok(answer)
    }
}

/// The digest of typed data for this vault, by another implementation of EIP-712.
fn digest<T: SolStruct>(market: &Market, data: &T) -> B256 {
    data.eip712_signing_hash(&eip712_domain! {
        name: "Breakwater Dollar",
        version: "1",
        chain_id: VM::context().chain_id(),
        verifying_contract: market.vault.address(),
    })
}

fn sign(account: Account, digest: B256) -> [u8; 65] {
    account
        .signer()
        .sign_hash_sync(&digest)
        .expect("a signature")
        .as_bytes()
}

fn permit_of(owner: Address, nonce: u64) -> Permit {
    Permit {
        owner,
        spender: BOB,
        value: n(77),
        nonce: U256::from(nonce),
        deadline: U256::from(VM::context().block_timestamp()),
    }
}

fn permit_call(permit: &Permit, signature: [u8; 65]) -> IVault::permit_0Call {
    IVault::permit_0Call {
        owner: permit.owner,
        spender: permit.spender,
        value: permit.value,
        deadline: permit.deadline,
        v: signature[64],
        r: B256::from_slice(&signature[..32]),
        s: B256::from_slice(&signature[32..64]),
    }
}

fn allowance(market: &Market, owner: Address) -> U256 {
    market.view(IVault::allowanceCall {
        owner,
        spender: BOB,
    })
}

#[motsu::test]
fn the_domain_separator_is_eip_712s() {
    let market = Market::bare(6, &[]);
    let domain = eip712_domain! {
        name: "Breakwater Dollar",
        version: "1",
        chain_id: VM::context().chain_id(),
        verifying_contract: market.vault.address(),
    };
    assert_eq!(
        market.view(IVault::DOMAIN_SEPARATORCall {}),
        domain.separator()
    );
}

#[motsu::test]
fn a_permit_sets_the_allowance_once_and_anybody_may_bring_it(alice: Account) {
    let market = Market::bare(6, &[]);
    let permit = permit_of(alice.address(), 0);
    let call = permit_call(&permit, sign(alice, digest(&market, &permit)));
    market.run(CAROL, call.clone());
    assert_eq!(allowance(&market, alice.address()), n(77));
    market.vault.assert_emitted(&IVault::Approval {
        owner: alice.address(),
        spender: BOB,
        value: n(77),
    });
    let owner = alice.address();
    assert_eq!(market.view(IVault::noncesCall { owner }), n(1));
    // The nonce is used up: the same signature is somebody else's now.
    assert!(matches!(
        market.call(CAROL, call),
        Err(Error::ERC2612InvalidSigner(_))
    ));
    // The form with bytes, for the next nonce.
    let permit = Permit {
        value: n(5),
        ..permit_of(alice.address(), 1)
    };
    let call = IVault::permit_1Call {
        owner,
        spender: BOB,
        value: n(5),
        deadline: permit.deadline,
        signature: Bytes::copy_from_slice(&sign(alice, digest(&market, &permit))),
    };
    market.run(CAROL, call);
    assert_eq!(allowance(&market, alice.address()), n(5));
}

#[motsu::test]
fn a_permit_is_refused_when_late_changed_malleable_or_not_the_owners(alice: Account) {
    let market = Market::bare(6, &[]);
    let owner = alice.address();
    let permit = permit_of(owner, 0);
    let signature = sign(alice, digest(&market, &permit));
    let call = permit_call(&permit, signature);
    let refuse = |call: IVault::permit_0Call| {
        assert!(
            matches!(
                market.call(CAROL, call.clone()),
                Err(Error::ERC2612InvalidSigner(_))
            ),
            "{call:?}"
        );
        assert_eq!(market.view(IVault::noncesCall { owner }), U256::ZERO);
        assert_eq!(allowance(&market, owner), U256::ZERO);
    };
    refuse(IVault::permit_0Call {
        value: n(78),
        ..call.clone()
    });
    refuse(IVault::permit_0Call {
        spender: CAROL,
        ..call.clone()
    });
    refuse(IVault::permit_0Call {
        deadline: U256::MAX,
        ..call.clone()
    });
    refuse(IVault::permit_0Call {
        r: B256::ZERO,
        ..call.clone()
    });
    for v in [0, 1, 26, 29, 255] {
        refuse(IVault::permit_0Call { v, ..call.clone() });
    }
    // The other signature of the same key and message: n − s, and the other v.
    let order: U256 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
        .parse()
        .unwrap();
    let other = B256::from(order - U256::from_be_bytes(call.s.0));
    refuse(IVault::permit_0Call {
        s: other,
        v: 27 + 28 - call.v,
        ..call.clone()
    });
    // Nobody's signature is not the zero address's.
    refuse(IVault::permit_0Call {
        owner: Address::ZERO,
        r: B256::ZERO,
        ..call.clone()
    });
    // For another vault.
    let elsewhere = Market::bare(6, &[]);
    assert!(matches!(
        elsewhere.call(CAROL, call.clone()),
        Err(Error::ERC2612InvalidSigner(_))
    ));
    VM::context().increase_time(1);
    assert_refused(
        market.call(CAROL, call),
        IVault::ERC2612ExpiredSignature {
            deadline: permit.deadline,
        },
    );
}

#[motsu::test]
fn a_contract_signs_by_erc_1271() {
    let market = Market::bare(6, &[]);
    let wallet = Contract::<Wallet>::random();
    let owner = wallet.address();
    let permit = permit_of(owner, 0);
    let call = |signature: &'static [u8]| IVault::permit_1Call {
        owner,
        spender: permit.spender,
        value: permit.value,
        deadline: permit.deadline,
        signature: Bytes::from_static(signature),
    };
    let refusal = IVault::ERC2612InvalidSigner {
        signer: Address::ZERO,
        owner,
    };
    assert_refused(market.call(CAROL, call(b"any")), refusal.clone());
    wallet.sender(CAROL).accepted.set(digest(&market, &permit));
    assert_refused(market.call(CAROL, call(b"another")), refusal.clone());
    // What is not exactly the selector is no consent.
    wallet.sender(CAROL).is_wrong.set(true);
    assert_refused(market.call(CAROL, call(b"any")), refusal);
    wallet.sender(CAROL).is_wrong.set(false);
    market.run(CAROL, call(b"any"));
    assert_eq!(allowance(&market, owner), n(77));
}

#[motsu::test]
fn an_operator_is_made_and_unmade_by_signature(alice: Account) {
    let market = Market::bare(6, &[]);
    let owner = alice.address();
    for (nonce, approved) in [(0, true), (1, false)] {
        let data = SetOperator {
            owner,
            operator: BOB,
            approved,
            nonce: n(nonce),
            deadline: U256::MAX,
        };
        let signature = sign(alice, digest(&market, &data));
        let call = IVault::setOperatorBySignatureCall {
            owner,
            operator: BOB,
            approved,
            deadline: U256::MAX,
            signature: Bytes::copy_from_slice(&signature),
        };
        market.run(CAROL, call.clone());
        let is_operator = market.view(IVault::isOperatorCall {
            owner,
            operator: BOB,
        });
        assert_eq!(is_operator, approved);
        assert!(matches!(
            market.call(CAROL, call),
            Err(Error::ERC2612InvalidSigner(_))
        ));
    }
    // A permit's signature makes no operator.
    let permit = permit_of(owner, 2);
    let call = IVault::setOperatorBySignatureCall {
        owner,
        operator: BOB,
        approved: true,
        deadline: permit.deadline,
        signature: Bytes::copy_from_slice(&sign(alice, digest(&market, &permit))),
    };
    assert!(market.call(CAROL, call).is_err());
    let _unused = (id(owner, 0), keccak256([]), U256::ZERO.abi_encode());
}
