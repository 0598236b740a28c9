//! Calls that nothing answers, and calls of the programs behind the vault.

use alloy_primitives::keccak256;
use alloy_sol_types::{SolCall, SolValue};
use breakwater_tests::{
    devnode::Tx,
    interfaces::{fund::IInsuranceFund, oracle::IOracleAdapter, vault::IVault},
    invariants, DOLLAR, U256,
};

use crate::common::{everything, funded, is_bare_revert, provide, raw, stable, ten_ether_account};

#[test]
fn an_unknown_selector_calldata_too_short_and_ether_are_refused_without_data() {
    let mut suite = funded();
    let user = suite.user("user");
    let modules = suite.modules;
    let all = [
        modules.vault,
        modules.liquidation,
        modules.settlement,
        modules.administration,
        modules.views,
        modules.inventory,
        modules.auction,
        modules.oracle,
        modules.fund,
    ];
    for module in all {
        // `transfers(address,uint256)`: nobody has it.
        let unknown = [&keccak256("transfers(address,uint256)")[..4], &[0; 64]].concat();
        for data in [vec![], vec![1, 2, 3], unknown] {
            let receipt = raw(&mut suite, user, module, data);
            assert!(is_bare_revert(&receipt), "{module}");
        }
    }
    let value = U256::from(1);
    let deposit = IVault::depositCall {
        assets: stable(1),
        receiver: user,
    }
    .abi_encode();
    provide(&mut suite, user, stable(1));
    let tx = Tx::call(user, modules.vault, deposit.clone()).with_value(value);
    assert!(is_bare_revert(&suite.chain.transact(tx).unwrap()));
    let short = deposit[..60].to_vec();
    assert!(is_bare_revert(&raw(&mut suite, user, modules.vault, short)));
    assert!(raw(&mut suite, user, modules.vault, deposit).is_success());
}

#[test]
fn the_programs_behind_the_vault_do_nothing_to_it_when_called_directly() {
    let mut suite = funded();
    let (owner, account) = ten_ether_account(&mut suite);
    let user = suite.user("attacker");
    let (modules, weth) = (suite.modules, suite.weth());
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let users = [user, owner];
    let before = everything(&mut suite, account, &users);
    let code = suite.chain.code_hash(modules.vault);
    // The administration's constructor can be run by anybody on its own storage, to no effect on the vault's.
    let names = ("Evil".to_owned(), "EVIL".to_owned());
    let arguments = (
        suite.asset,
        6_u16,
        user,
        user,
        user,
        user,
        user,
        user,
        user,
        user,
        names.0,
        names.1,
    )
        .abi_encode_params();
    let constructor = [&keccak256("stylus_constructor()")[..4], &arguments].concat();
    let liquidate = IVault::liquidateCall {
        account,
        token: weth,
        maxRepay: U256::MAX,
        keeper: user,
    };
    let calls: Vec<Vec<u8>> = vec![
        constructor.clone(),
        liquidate.abi_encode(),
        IVault::checkLiquidationCall {
            account,
            token: weth,
        }
        .abi_encode(),
        IVault::setSupplyCapCall {
            supplyCap: U256::ZERO,
        }
        .abi_encode(),
        IVault::setOperatorCall {
            operator: user,
            approved: true,
        }
        .abi_encode(),
        IVault::transferOwnershipCall { newOwner: user }.abi_encode(),
        IVault::acceptOwnershipCall {}.abi_encode(),
        IVault::setRewardCall {
            tip: stable(1_000),
            chip: U256::ZERO,
        }
        .abi_encode(),
        IVault::settleCall {
            account,
            token: weth,
            payer: user,
            payment: U256::ZERO,
            tabSettled: U256::ZERO,
            debtSettled: U256::ZERO,
            lotReturned: stable(1),
            ended: true,
        }
        .abi_encode(),
        IVault::deliverCall {
            account,
            token: weth,
            payer: user,
            payment: U256::ZERO,
            tabSettled: U256::ZERO,
            debtSettled: U256::ZERO,
            lotReturned: U256::ZERO,
            ended: false,
            amount: stable(1),
            receiver: user,
        }
        .abi_encode(),
        IVault::depositCall {
            assets: stable(1),
            receiver: user,
        }
        .abi_encode(),
    ];
    let programs = [
        modules.administration,
        modules.liquidation,
        modules.settlement,
        modules.views,
        modules.inventory,
    ];
    for program in programs {
        for data in &calls {
            let tx = Tx::call(user, program, data.clone());
            let (_, trace) = suite.chain.transact_traced(tx).unwrap();
            // Nothing of it ran on the vault's storage.
            assert!(trace
                .programs
                .iter()
                .all(|run| run.address != modules.vault));
        }
    }
    assert_eq!(everything(&mut suite, account, &users), before);
    assert_eq!(suite.chain.code_hash(modules.vault), code);
    // The program that now has an owner of its own serves the vault as before.
    let owner_of_vault = suite.view(modules.vault, &IVault::ownerCall {}).unwrap();
    assert_eq!(owner_of_vault, suite.owner);
    let keeper = suite.user("keeper");
    suite.liquidate(keeper, account, weth).unwrap();
    invariants::check_all(&mut suite).unwrap();

    // Constructors of all modules ran once.
    for module in [modules.vault, modules.auction, modules.oracle, modules.fund] {
        let receipt = raw(&mut suite, user, module, constructor.clone());
        assert!(!receipt.is_success(), "{module}");
    }
    assert_eq!(
        suite.view(modules.vault, &IVault::assetCall {}).unwrap(),
        suite.asset
    );
    let asset = suite
        .view(modules.oracle, &IOracleAdapter::assetCall {})
        .unwrap();
    assert_eq!(asset, suite.asset);
    let shares = suite
        .view(modules.fund, &IInsuranceFund::assetCall {})
        .unwrap();
    assert_eq!(shares, modules.vault);
}
