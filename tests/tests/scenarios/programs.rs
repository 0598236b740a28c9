//! The programs as code: size, memory, entry, and which of the vault's three answers what.

use alloy_sol_types::SolInterface;
use breakwater_tests::{
    devnode::{stylus_vm, Tx},
    interfaces::{
        auction::ILiquidationAuction::ILiquidationAuctionCalls,
        fund::IInsuranceFund::IInsuranceFundCalls,
        oracle::IOracleAdapter::IOracleAdapterCalls,
        vault::IVault::{self, IVaultCalls, IVaultErrors},
    },
    Address, Suite,
};

use crate::common::{funded, is_bare_revert, raw, suite};

/// Most bytes of code that a chain takes (EIP-170).
const CODE_LIMIT: usize = 24_576;

fn modules(suite: &Suite) -> [(&'static str, Address); 10] {
    let modules = suite.modules;
    [
        ("vault", modules.vault),
        ("vault-liquidation", modules.liquidation),
        ("vault-settlement", modules.settlement),
        ("vault-administration", modules.administration),
        ("vault-views", modules.views),
        ("vault-inventory", modules.inventory),
        ("oracle-adapter", modules.oracle),
        ("oracle-adapter-extension", modules.oracle_extension),
        ("liquidation-auction", modules.auction),
        ("insurance-fund", modules.fund),
    ]
}

#[test]
fn each_program_fits_the_code_limit_starts_with_one_page_and_is_cheap_to_enter_when_cached() {
    let suite = suite();
    let mut hashes = Vec::new();
    for (name, address) in modules(&suite) {
        let code = suite.chain.code(address);
        assert!(code.len() <= CODE_LIMIT, "{name}: {} bytes", code.len());
        let wasm = stylus_vm::code::decompress(&code).unwrap();
        let program = stylus_vm::activate(&wasm).unwrap();
        let figures = program.figures();
        assert_eq!(figures.footprint_pages, 1, "{name}");
        let none = stylus_vm::PageCounters::default();
        let gas = [false, true].map(|cached| figures.entry_gas(cached, &none));
        println!(
            "{name}: {} bytes, entry {} gas, {} cached",
            code.len(),
            gas[0],
            gas[1]
        );
        assert!(gas[1] < gas[0], "{name}: {gas:?}");
        hashes.push(suite.chain.code_hash(address));
    }
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 10);
}

#[test]
fn every_function_of_the_interface_is_answered_through_the_vaults_address() {
    let mut suite = funded();
    let user = suite.user("user");
    let modules = suite.modules;
    let mut answered = 0;
    for selector in IVaultCalls::selectors() {
        // Zeros for all arguments: an answer, or an error that the interface has.
        let data = [selector.as_slice(), &[0; 32 * 10]].concat();
        let receipt = raw(&mut suite, user, modules.vault, data);
        let known = receipt.is_success() || IVaultErrors::abi_decode(&receipt.output).is_ok();
        let name = IVaultCalls::name_by_selector(selector).unwrap();
        assert!(known, "{name}: {:?} {}", receipt.status, receipt.output);
        answered += 1;
    }
    assert_eq!(answered, IVaultCalls::COUNT);
}

#[test]
fn every_function_of_the_other_interfaces_is_answered_by_its_module() {
    let mut suite = funded();
    let user = suite.user("user");
    let modules = suite.modules;
    let interfaces: [(Address, Vec<[u8; 4]>); 3] = [
        (
            modules.auction,
            ILiquidationAuctionCalls::selectors().collect(),
        ),
        (modules.oracle, IOracleAdapterCalls::selectors().collect()),
        (modules.fund, IInsuranceFundCalls::selectors().collect()),
    ];
    for (module, selectors) in interfaces {
        for selector in selectors {
            // Offsets of dynamic arguments point at zeros, so they are empty.
            let data = [selector.as_slice(), &[0; 32 * 16]].concat();
            let receipt = raw(&mut suite, user, module, data);
            assert!(
                receipt.is_success() || !is_bare_revert(&receipt),
                "{module}: {}",
                hex::encode(selector)
            );
        }
    }
}

#[test]
fn a_verb_costs_at_most_one_delegate_call_to_the_program_that_has_it() {
    use alloy_sol_types::SolCall;

    let mut suite = funded();
    let modules = suite.modules;
    let user = suite.user("user");
    let weth = suite.weth();
    let account = breakwater_tests::account_of(user, 0);
    let calls = [
        (modules.vault, IVault::totalSupplyCall {}.abi_encode()),
        (
            modules.vault,
            IVault::claimLimitCall { account }.abi_encode(),
        ),
        (
            modules.liquidation,
            IVault::checkLiquidationCall {
                account,
                token: weth,
            }
            .abi_encode(),
        ),
        (modules.settlement, IVault::accrueCall {}.abi_encode()),
        (
            modules.administration,
            IVault::setOperatorCall {
                operator: user,
                approved: true,
            }
            .abi_encode(),
        ),
        (modules.views, IVault::totalAssetsCall {}.abi_encode()),
        (modules.inventory, IVault::waterfallCall {}.abi_encode()),
    ];
    for (program, call) in calls {
        let tx = Tx::call(user, modules.vault, call);
        let (result, trace) = suite.chain.call_traced(tx).unwrap();
        assert!(result.is_success());
        let own: Vec<Address> = trace
            .programs
            .iter()
            .filter(|run| run.address == modules.vault)
            .map(|run| run.code_address)
            .collect();
        // On the vault's storage: the core, and at most one program behind it. What bounds a healthy account's zone only the
        // program for views knows: liquidation asks it.
        let expected = if program == modules.vault {
            vec![modules.vault]
        } else if program == modules.liquidation {
            vec![modules.vault, program, modules.views]
        } else {
            vec![modules.vault, program]
        };
        assert_eq!(own, expected);
    }
}
