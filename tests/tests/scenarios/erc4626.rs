//! What ERC-4626 promises, asked from Solidity of the compiled vault, for assets of 0 to 24 decimals. The properties are those
//! of the standard's text (EIP-4626) and that public suites check (a16z/erc4626-tests names the same): here in words of our own, in
//! `tests/solidity/Erc4626*.sol`. Amounts are random by a fixed seed.

use std::sync::OnceLock;

use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use breakwater_tests::{
    interfaces::vault::IVault, invariants, Address, Bytes, Failure, Suite, SuiteConfig, TokenSetup,
    B256, STABLE, U256,
};
use fastrand::Rng;
use k256::ecdsa::SigningKey;

use crate::common::{create, deployed, milli_ether};

sol! {
    #[derive(Debug)]
    error Violated(string property, uint256 left, uint256 right);

    #[derive(Debug)]
    struct Permit {
        address owner;
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    #[derive(Debug)]
    interface IProperties {
        function views(uint256 assets, uint256 shares) external;
        function previews(uint256 assets, uint256 shares) external;
        function roundTrips(uint256 assets, uint256 shares) external;
        function limits(uint256 assets) external;
        function fill(bool byMint) external;
        function scarce(bool byRedeem) external;
        function approvals(uint256 assets) external;
        function shareToken(uint256 assets) external;
        function donation(uint256 assets, uint256 gift) external;
        function inflation(uint256 first, uint256 gift, uint256 deposited) external;
        function permitDigest(address owner, address spender, uint256 value, uint256 deadline) external view returns (bytes32);
        function usePermit(Permit signed) external returns (uint256 received);
    }

    #[derive(Debug)]
    interface ISigningWallet {
        function sign(bytes32 digest) external;
        function deposit(uint256 assets) external returns (uint256);
        function tryPermit(address spender, uint256 value, uint256 deadline, bytes signature) external returns (bool works);
    }
}

/// All kinds of tokens: without decimals, as the Gemini dollar, stablecoins, wrapped bitcoin, ether, and more than ether.
const DECIMALS: [u8; 6] = [0, 2, 6, 8, 18, 24];
/// Rounds of random amounts for each property and number of decimals.
const ROUNDS: usize = 4;

/// A number of whole tokens.
fn whole(decimals: u8, count: u64) -> U256 {
    U256::from(count) * U256::from(10).pow(U256::from(decimals))
}

/// The parameters with amounts for an asset of this many decimals.
pub(crate) fn scale(config: &mut SuiteConfig, decimals: u8) {
    let of = |amount: u128| {
        let whole = amount / STABLE;
        whole * 10_u128.pow(decimals.into())
    };
    for amount in [
        &mut config.min_debt,
        &mut config.min_lot,
        &mut config.tip,
        &mut config.dust,
        &mut config.fund_minimum,
    ] {
        *amount = of(*amount);
    }
    // Shares, of six decimals more, are kept in 128 bits, and debt for sale in 96: with 24 decimals that is 85 million (with room for interest) and 79,000 tokens.
    config.supply_cap = of(config.supply_cap.min(80_000_000 * STABLE));
    for amount in [
        &mut config.total_room_cap,
        &mut config.weth.room_cap,
        &mut config.second.room_cap,
    ] {
        *amount = of(*amount).min(70_000 * 10_u128.pow(24));
    }
    config.asset.decimals = decimals;
}

/// A pool of an asset with this many decimals in which nobody has lent yet.
fn empty(decimals: u8) -> Suite {
    static POOLS: [OnceLock<Suite>; DECIMALS.len()] = [const { OnceLock::new() }; DECIMALS.len()];
    let index = DECIMALS
        .iter()
        .position(|known| *known == decimals)
        .unwrap();
    let pool = POOLS[index].get_or_init(|| {
        deployed(|config| {
            config.asset = TokenSetup {
                contract: "TestToken",
                decimals,
            };
            scale(config, decimals);
        })
    });
    pool.clone()
}

/// The same with 100,000 lent, 14,000 of them borrowed for a month: a share price that is no round figure.
fn used(decimals: u8) -> Suite {
    let mut suite = empty(decimals);
    let lender = suite.user("lender");
    suite.lend(lender, whole(decimals, 100_000)).unwrap();
    borrow(&mut suite);
    suite.pass(30 * 86_400).unwrap();
    let vault = suite.modules.vault;
    suite.send(lender, vault, &IVault::accrueCall {}).unwrap();
    suite
}

/// 14,000 whole assets are borrowed against 100 ether.
fn borrow(suite: &mut Suite) {
    let (owner, weth) = (suite.user("owner"), suite.weth());
    let debt = whole(suite.config.asset.decimals, 14_000);
    suite
        .open_position(owner, 0, &[(weth, milli_ether(100_000))], debt)
        .unwrap();
}

/// One of the contracts with properties, with this much of the asset.
fn properties(suite: &mut Suite, name: &str, assets: U256) -> Address {
    let user = suite.user("prover");
    let (asset, vault) = (suite.asset, suite.modules.vault);
    let contract = create(suite, user, name, &vault.abi_encode());
    suite.give(asset, contract, assets).unwrap();
    contract
}

/// Runs a property: a violation is shown as what was compared.
pub(crate) fn hold<C: SolCall>(suite: &mut Suite, contract: Address, call: &C) -> C::Return {
    let user = suite.user("prover");
    let decimals = suite.config.asset.decimals;
    match suite.send(user, contract, call) {
        Ok((answer, _)) => answer,
        Err(failure) => panic!("{decimals} decimals, {}: {}", C::SIGNATURE, shown(&failure)),
    }
}

fn shown(failure: &Failure) -> String {
    match Violated::abi_decode(&failure.data) {
        Ok(Violated {
            property,
            left,
            right,
        }) => format!("{property}: {left}, {right}"),
        Err(_) => failure.to_string(),
    }
}

/// A random amount from `least` to 1,000 tokens, as often small as large.
fn amount(rng: &mut Rng, decimals: u8, least: u64) -> U256 {
    let digits = rng.u32(0..=u32::from(decimals) + 3);
    let scale = U256::from(10).pow(U256::from(digits));
    let amount = scale * U256::from(rng.u64(100_000..=1_000_000)) / U256::from(1_000_000);
    amount.max(U256::from(least))
}

/// A property with random amounts of assets and shares, in a used pool of each kind of asset. The least amounts are such that no step
/// is worth nothing, which the pool refuses.
fn for_all<C: SolCall>(name: &str, call: impl Fn(U256, U256) -> C) {
    for decimals in DECIMALS {
        let mut suite = used(decimals);
        let contract = properties(&mut suite, name, whole(decimals, 1_000_000));
        let mut rng = Rng::with_seed(4626 + u64::from(decimals));
        for _ in 0..ROUNDS {
            let assets = amount(&mut rng, decimals, 3);
            let shares = amount(&mut rng, decimals, 5) * U256::from(1_000_003);
            hold(&mut suite, contract, &call(assets, shares));
        }
        invariants::check_all(&mut suite).unwrap();
    }
}

// V8
#[test]
fn views_answer_all_alike_and_conversions_never_gain() {
    for_all("Erc4626Properties", |assets, shares| {
        IProperties::viewsCall { assets, shares }
    });
}

// V8
#[test]
fn previews_bound_what_each_verb_does_and_verbs_move_exactly_what_they_say() {
    for_all("Erc4626Properties", |assets, shares| {
        IProperties::previewsCall { assets, shares }
    });
}

// V6, V8
#[test]
fn no_way_there_and_back_gains() {
    for_all("Erc4626Properties", |assets, shares| {
        IProperties::roundTripsCall { assets, shares }
    });
}

// V8
#[test]
fn the_most_that_the_pool_says_works_and_one_more_does_not() {
    for_all("Erc4626Properties", |assets, _| IProperties::limitsCall {
        assets,
    });
}

// V8
#[test]
fn a_pool_takes_what_its_cap_leaves_and_not_a_unit_more() {
    for decimals in DECIMALS {
        for by_mint in [false, true] {
            let mut suite = used(decimals);
            let cap = U256::from(suite.config.supply_cap);
            let contract = properties(&mut suite, "Erc4626Properties", cap);
            hold(
                &mut suite,
                contract,
                &IProperties::fillCall { byMint: by_mint },
            );
            invariants::check_all(&mut suite).unwrap();
        }
    }
}

// V8
#[test]
fn what_is_lent_out_cannot_be_withdrawn_and_the_most_says_so() {
    for decimals in DECIMALS {
        for by_redeem in [false, true] {
            let mut suite = empty(decimals);
            let contract = properties(&mut suite, "Erc4626Properties", whole(decimals, 16_000));
            let user = suite.user("prover");
            // It lends all that it has, and 14,000 are borrowed.
            let limits = IProperties::roundTripsCall {
                assets: U256::from(3),
                shares: U256::from(5_000_000),
            };
            hold(&mut suite, contract, &limits);
            let (asset, vault) = (suite.asset, suite.modules.vault);
            suite.give(asset, user, whole(decimals, 16_000)).unwrap();
            suite.approve_vault(asset, user).unwrap();
            let deposit = IVault::depositCall {
                assets: whole(decimals, 16_000),
                receiver: contract,
            };
            suite.send(user, vault, &deposit).unwrap();
            borrow(&mut suite);
            suite.pass(86_400).unwrap();
            let scarce = IProperties::scarceCall {
                byRedeem: by_redeem,
            };
            hold(&mut suite, contract, &scarce);
            invariants::check_all(&mut suite).unwrap();
        }
    }
}

#[test]
fn others_use_an_owners_shares_by_allowance_only_and_use_it_up() {
    for_all("Erc4626Rights", |assets, _| IProperties::approvalsCall {
        assets,
    });
}

#[test]
fn shares_are_an_erc_20() {
    for_all("Erc4626Rights", |assets, _| IProperties::shareTokenCall {
        assets,
    });
}

#[test]
fn a_donation_changes_nothing_for_anybody() {
    for_all("Erc4626Rights", |assets, shares| {
        IProperties::donationCall {
            assets,
            gift: shares / U256::from(1_000_003),
        }
    });
}

#[test]
fn the_first_lender_cannot_take_the_next_ones_deposit_by_inflating_the_share() {
    for decimals in DECIMALS {
        let mut rng = Rng::with_seed(7 + u64::from(decimals));
        for round in 0..ROUNDS {
            let mut suite = empty(decimals);
            let contract = properties(&mut suite, "Erc4626Rights", whole(decimals, 1_000_000));
            let call = IProperties::inflationCall {
                // The classic is a first deposit of one unit.
                first: if round == 0 {
                    U256::from(1)
                } else {
                    amount(&mut rng, decimals, 1)
                },
                gift: amount(&mut rng, decimals, 1) * U256::from(100),
                deposited: amount(&mut rng, decimals, 1),
            };
            hold(&mut suite, contract, &call);
            invariants::check_all(&mut suite).unwrap();
        }
    }
}

/// A key, and the address that it signs for.
fn key() -> (SigningKey, Address) {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_encoded_point(false);
    let hash = alloy_primitives::keccak256(&point.as_bytes()[1..]);
    (key, Address::from_word(hash))
}

#[test]
fn a_contract_uses_an_owners_permit_once_and_for_nothing_else() {
    for decimals in DECIMALS {
        let mut suite = used(decimals);
        let rights = properties(&mut suite, "Erc4626Rights", U256::ZERO);
        let (key, owner) = key();
        suite.chain.set_balance(owner, milli_ether(1_000_000));
        let (shares, _) = suite.lend(owner, whole(decimals, 50)).unwrap();
        let deadline = U256::from(suite.now() + 60);
        let digest = IProperties::permitDigestCall {
            owner,
            spender: rights,
            value: shares,
            deadline,
        };
        let digest = suite.view(rights, &digest).unwrap();
        let (signature, recovery) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
        let call = IProperties::usePermitCall {
            signed: Permit {
                owner,
                value: shares,
                deadline,
                v: 27 + recovery.to_byte(),
                r: B256::from_slice(&signature.r().to_bytes()),
                s: B256::from_slice(&signature.s().to_bytes()),
            },
        };
        // Late, it is worth nothing.
        let mut later = suite.clone();
        later.pass(61).unwrap();
        let user = later.user("prover");
        let failure = later.send(user, rights, &call).unwrap_err();
        assert_eq!(shown(&failure), "permit: 0, 0");

        let received = hold(&mut suite, rights, &call);
        let asset = suite.asset;
        assert_eq!(suite.balance_of(asset, owner).unwrap(), received);
        assert!(whole(decimals, 50) - received <= U256::from(1));
        invariants::check_all(&mut suite).unwrap();
    }
}

#[test]
fn an_owner_with_code_permits_by_erc_1271() {
    let mut suite = used(6);
    let rights = properties(&mut suite, "Erc4626Rights", U256::ZERO);
    let wallet = properties(&mut suite, "SigningWallet", whole(6, 50));
    let (user, vault, asset) = (suite.user("prover"), suite.modules.vault, suite.asset);
    let deposit = ISigningWallet::depositCall {
        assets: whole(6, 50),
    };
    let (shares, _) = suite.send(user, wallet, &deposit).unwrap();
    let deadline = U256::from(suite.now() + 60);
    let permit = |signature: &'static [u8], value| ISigningWallet::tryPermitCall {
        spender: user,
        value,
        deadline,
        signature: Bytes::from_static(signature),
    };
    let works = |suite: &mut Suite, signature, value| {
        suite
            .send(user, wallet, &permit(signature, value))
            .unwrap()
            .0
    };
    assert!(!works(&mut suite, b"yes", shares), "before it signs");
    let digest = IProperties::permitDigestCall {
        owner: wallet,
        spender: user,
        value: shares,
        deadline,
    };
    let digest = suite.view(rights, &digest).unwrap();
    suite
        .send(user, wallet, &ISigningWallet::signCall { digest })
        .unwrap();
    assert!(
        !works(&mut suite, b"no", shares),
        "what it says is no signature"
    );
    assert!(
        !works(&mut suite, b"yes", shares + U256::from(1)),
        "another value"
    );
    assert!(works(&mut suite, b"yes", shares));
    assert!(!works(&mut suite, b"yes", shares), "twice");
    let redeem = IVault::redeemCall {
        shares,
        receiver: user,
        owner: wallet,
    };
    let (received, _) = suite.send(user, vault, &redeem).unwrap();
    assert_eq!(suite.balance_of(asset, user).unwrap(), received);
    invariants::check_all(&mut suite).unwrap();
}
