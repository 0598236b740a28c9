//! Tokens that call back in a transfer, or keep a part of it.

use alloy_sol_types::SolCall;
use breakwater_tests::{
    account_of,
    interfaces::{
        oracle::{IOracleAdapter, Leg, Parameters},
        vault::IVault,
    },
    U256,
};

use super::Scene;
use crate::common::{
    create, funded, hooked_asset, provide, raw, stable, ten_ether_account, IHostile,
};

#[test]
fn in_a_tokens_callback_every_verb_and_view_of_the_vault_is_refused_by_the_runtime() {
    let mut suite = funded();
    let (_, account) = ten_ether_account(&mut suite);
    let user = suite.user("attacker");
    let contract = hooked_asset(&mut suite, user);
    let (vault, weth, one) = (suite.modules.vault, suite.weth(), U256::from(1));
    provide(&mut suite, user, stable(1_000));
    let mut scene = Scene {
        suite,
        user,
        contract,
        attempts: 0,
    };
    scene.attempt(
        vault,
        &IVault::depositCall {
            assets: one,
            receiver: user,
        },
    );
    scene.attempt(
        vault,
        &IVault::mintCall {
            shares: one,
            receiver: user,
        },
    );
    scene.attempt(
        vault,
        &IVault::withdrawCall {
            assets: one,
            receiver: user,
            owner: user,
        },
    );
    scene.attempt(
        vault,
        &IVault::redeemCall {
            shares: one,
            receiver: user,
            owner: user,
        },
    );
    scene.attempt(
        vault,
        &IVault::transferCall {
            to: user,
            value: U256::ZERO,
        },
    );
    scene.attempt(
        vault,
        &IVault::approveCall {
            spender: user,
            value: one,
        },
    );
    scene.attempt(
        vault,
        &IVault::depositCollateralCall {
            account,
            token: weth,
            amount: one,
        },
    );
    scene.attempt(
        vault,
        &IVault::borrowCall {
            account,
            assets: one,
            receiver: user,
        },
    );
    scene.attempt(
        vault,
        &IVault::repayCall {
            account,
            assets: one,
        },
    );
    scene.attempt(
        vault,
        &IVault::repayClaimCall {
            account,
            assets: one,
        },
    );
    scene.attempt(
        vault,
        &IVault::liquidateCall {
            account,
            token: weth,
            maxRepay: one,
            keeper: user,
        },
    );
    scene.attempt(vault, &IVault::accrueCall {});
    scene.attempt(vault, &IVault::mintReserveCall {});
    scene.attempt(
        vault,
        &IVault::setOperatorCall {
            operator: user,
            approved: true,
        },
    );
    scene.attempt(vault, &IVault::totalAssetsCall {});
    scene.attempt(vault, &IVault::convertToAssetsCall { shares: one });
    scene.attempt(vault, &IVault::balanceOfCall { owner: user });
    scene.attempt(vault, &IVault::healthOfCall { account });
    let verbs: Vec<Vec<u8>> = vec![
        IVault::depositCall {
            assets: stable(100),
            receiver: user,
        }
        .abi_encode(),
        IVault::withdrawCall {
            assets: stable(10),
            receiver: user,
            owner: user,
        }
        .abi_encode(),
        IVault::repayCall {
            account,
            assets: stable(20),
        }
        .abi_encode(),
    ];
    for verb in verbs {
        let receipt = raw(&mut scene.suite, user, vault, verb);
        assert!(receipt.is_success(), "{:?}", receipt.status);
        for (index, outcome) in scene.outcomes().into_iter().enumerate() {
            // The runtime's own refusal, before any code of the vault: no revert data.
            assert_eq!(outcome, (false, vec![]), "attempt {index}");
        }
    }
    // Without hooks the same calls are in order.
    let (assets, receiver) = (stable(1), user);
    let failure = scene
        .suite
        .try_out(user, vault, &IVault::depositCall { assets, receiver });
    assert!(failure.is_ok());
}

#[test]
fn a_token_that_keeps_a_fee_is_refused_as_collateral_and_as_loan_asset() {
    let mut suite = funded();
    let (owner, user) = (suite.owner, suite.user("user"));
    let vault = suite.modules.vault;
    let token = create(&mut suite, user, "HookToken", &[]);
    let ltv = |percent: u64| U256::from(percent * (breakwater_tests::WAD / 100));
    let set = IVault::setCollateralCall {
        token,
        borrowLtv: ltv(60),
        thresholdMin: ltv(70),
        thresholdMax: ltv(70),
        penaltyMin: ltv(3),
        penaltyMax: ltv(9),
        lotBuffer: ltv(6),
        beta: ltv(50),
        supplyCap: stable(1_000),
        roomCap: stable(1_000),
    };
    suite.send(owner, vault, &set).unwrap();
    let oracle = suite.modules.oracle;
    let sources = IOracleAdapter::setSourcesCall {
        token,
        parameters: Parameters::standard(6, 2),
        legs: vec![
            Leg::chainlink(0, suite.collaterals[1].feeds[0], 3_600),
            Leg::chainlink(1, suite.collaterals[1].feeds[1], 3_600),
        ],
        expectedPrice: U256::from(8_000) * U256::from(10).pow(U256::from(36)),
    };
    suite.send(owner, oracle, &sources).unwrap();
    let account = account_of(user, 0);
    suite
        .deposit_collateral(user, account, token, stable(10))
        .unwrap();
    let fee = IHostile::setFeeCall { fee: U256::from(1) };
    suite.send(user, token, &fee).unwrap();
    let failure = suite
        .deposit_collateral(user, account, token, stable(10))
        .unwrap_err();
    let expected = IVault::TokenAmountMismatch {
        token,
        expected: stable(20),
        received: stable(20) - U256::from(1),
    };
    assert_eq!(failure.as_error(), Some(expected));
    let asset = hooked_asset(&mut suite, user);
    suite.send(user, asset, &fee).unwrap();
    let failure = suite.lend(user, stable(10)).unwrap_err();
    assert!(failure.is::<IVault::TokenAmountMismatch>(), "{failure}");
    suite
        .send(user, asset, &IHostile::setFeeCall { fee: U256::ZERO })
        .unwrap();
    suite.lend(user, stable(10)).unwrap();
}
