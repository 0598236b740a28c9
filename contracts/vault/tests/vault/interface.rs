//! The six programs as one contract: selectors, arguments, constructor, and what each answers by itself.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolInterface};
use breakwater_interfaces::vault::{
    IVault::{self, IVaultCalls},
    IVaultPrograms,
};
use motsu::prelude::*;
use vault::Vault;

use crate::common::{id, n, owner, vault_error, Error, Market, ETHER};

const ALICE: Address = Address::repeat_byte(0xa1);

/// Words that decode as the arguments of any function of the vault: small numbers are amounts, addresses, accounts and
/// truth values alike.
fn arguments() -> Vec<u8> {
    U256::from(1).to_be_bytes::<32>().repeat(16)
}

fn selectors() -> Vec<[u8; 4]> {
    IVaultCalls::selectors().collect()
}

#[motsu::test]
fn every_function_of_the_interface_is_answered_by_one_of_the_programs() {
    let market = Market::new();
    assert_eq!(selectors().len(), IVaultCalls::COUNT);
    let mut refused = BTreeSet::new();
    for selector in selectors() {
        let calldata = [&selector[..], &arguments()].concat();
        if let Err(data) = market.vault.call_raw(ALICE, calldata) {
            // A typed error, never an empty one.
            refused.insert(format!("{:?}", vault_error(&data)));
        }
    }
    assert!(refused.len() > 3, "{refused:?}");
}

#[motsu::test]
fn views_answer_in_a_static_call() {
    let market = Market::new();
    let account = id(ALICE, 0);
    let token = market.token(0);
    let (owner, operator, receiver, spender) = (ALICE, ALICE, ALICE, ALICE);
    let (assets, shares) = (n(1), n(1));
    let _answers = (
        market.view(IVault::allowanceCall { owner, spender }),
        market.view(IVault::convertToSharesCall { assets }),
        market.view(IVault::convertToAssetsCall { shares }),
        market.view(IVault::maxMintCall { receiver }),
        market.view(IVault::maxWithdrawCall { owner }),
        market.view(IVault::isOperatorCall { owner, operator }),
        market.view(IVault::claimOfCall { account }),
        market.view(IVault::collateralsOfCall { account }),
    );
    assert_eq!(
        market.view(IVault::collateralsCall {}),
        vec![token, market.token(1)]
    );
    let config = market.view(IVault::collateralConfigCall { token });
    assert_eq!(
        config.liquidationThreshold,
        crate::common::percent(ETHER.threshold)
    );
    assert_eq!(config.penaltyMax, crate::common::percent(ETHER.penalty_max));
    let risk = market.view(IVault::riskConfigCall {});
    assert_eq!(
        (risk.minDebt, risk.minLot),
        (market.usd(500), market.usd(100))
    );
    assert_eq!((risk.capPeriod, risk.coolOff), (n(3_600), U256::ZERO));
    let modules = market.view(IVault::modulesCall {});
    assert_eq!(modules.oracle, market.oracle.address());
    assert_eq!(modules.auction, market.auction.address());
    assert_eq!(modules.fund, market.fund.address());
    assert_eq!(modules.liquidation, market.liquidation.address());
    assert_eq!(modules.settlement, market.settlement.address());
    assert_eq!(modules.administration, market.administration.address());
    assert_eq!(modules.views, market.views.address());
    assert_eq!(modules.inventory, market.inventory.address());
}

#[motsu::test]
fn unknown_selectors_ether_and_nothing_at_all_are_refused() {
    let market = Market::new();
    let known: BTreeSet<_> = selectors().into_iter().collect();
    for number in 0..64_u32 {
        let selector = number.wrapping_mul(0x9e37_79b9).to_be_bytes();
        if known.contains(&selector) {
            continue;
        }
        let calldata = [&selector[..], &arguments()].concat();
        assert!(market.vault.call_raw(ALICE, calldata).is_err());
    }
    assert!(market.vault.call_raw(ALICE, []).is_err());
    assert!(market.vault.call_raw(ALICE, [1, 2, 3]).is_err());
    ALICE.fund(n(1_000));
    for selector in selectors() {
        let calldata = [&selector[..], &arguments()].concat();
        assert!(market
            .vault
            .call_raw_with_value(ALICE, n(1), calldata)
            .is_err());
    }
    assert!(market.vault.call_raw_with_value(ALICE, n(1), []).is_err());
}

#[motsu::test]
fn arguments_that_are_too_short_or_no_address_or_no_truth_value_are_refused() {
    let market = Market::new();
    market.lend(ALICE, market.usd(10));
    let transfer = IVault::transferCall {
        to: owner(),
        value: n(1),
    }
    .abi_encode();
    for length in 4..transfer.len() {
        assert!(market.vault.call_raw(ALICE, &transfer[..length]).is_err());
    }
    for byte in 4..16 {
        let mut dirty = transfer.clone();
        dirty[byte] = 1;
        assert!(market.vault.call_raw(ALICE, dirty).is_err(), "byte {byte}");
    }
    // What comes behind the arguments is nobody's.
    let longer = [transfer, vec![7; 40]].concat();
    assert!(market.vault.call_raw(ALICE, longer).is_ok());
    let mut approve = IVault::setOperatorCall {
        operator: owner(),
        approved: true,
    }
    .abi_encode();
    approve[67] = 2;
    assert!(market.vault.call_raw(ALICE, approve).is_err());
}

#[motsu::test]
fn the_constructor_runs_once_and_wants_all_partners() {
    let market = Market::bare(6, &[]);
    assert!(matches!(
        market
            .vault
            .call_raw(ALICE, market.constructor())
            .map_err(|data| vault_error(&data)),
        Err(Error::NotAuthorized(_))
    ));
    assert_eq!(market.view(IVault::ownerCall {}), owner());
    market.vault.assert_emitted(&IVault::OwnershipTransferred {
        previousOwner: Address::ZERO,
        newOwner: owner(),
    });
    for word in [0, 2, 3, 4, 5, 6, 7, 8, 9] {
        let fresh = Contract::<Vault>::random();
        let mut calldata = market.constructor();
        calldata[4 + 32 * word..4 + 32 * (word + 1)].fill(0);
        let error = fresh.call_raw(ALICE, calldata).expect_err("no partner");
        assert_eq!(
            vault_error(&error),
            Error::ZeroAddress(IVault::ZeroAddress {})
        );
    }
    let fresh = Contract::<Vault>::random();
    let mut calldata = market.constructor();
    calldata[4 + 63] = 25;
    let error = fresh
        .call_raw(ALICE, calldata)
        .expect_err("too many decimals");
    let parameter = B256::right_padding_from(b"decimals");
    assert_eq!(
        vault_error(&error),
        Error::ParameterOutOfBounds(IVault::ParameterOutOfBounds {
            parameter,
            value: n(25)
        })
    );
}

#[motsu::test]
fn caps_start_at_zero() {
    let market = Market::bare(6, &[ETHER]);
    assert_eq!(
        market.view(IVault::maxDepositCall { receiver: ALICE }),
        U256::ZERO
    );
    market.give(ALICE, n(5));
    assert!(matches!(
        market.call(
            ALICE,
            IVault::depositCall {
                assets: n(5),
                receiver: ALICE
            }
        ),
        Err(Error::ERC4626ExceededMaxDeposit(_))
    ));
    let call = IVault::depositCollateralCall {
        account: id(ALICE, 0),
        token: market.token(0),
        amount: n(1),
    };
    assert!(matches!(
        market.call(ALICE, call),
        Err(Error::UnknownCollateral(_))
    ));
}

#[motsu::test]
fn the_constructor_says_in_events_what_it_has_set() {
    let market = Market::bare(6, &[]);
    let [asset, oracle, auction, fund] = [
        market.asset.address(),
        market.oracle.address(),
        market.auction.address(),
        market.fund.address(),
    ];
    market.vault.assert_emitted(&IVault::Created {
        asset,
        oracle,
        auction,
        fund,
        liquidation: market.liquidation.address(),
        settlement: market.settlement.address(),
        administration: market.administration.address(),
        views: market.views.address(),
        inventory: market.inventory.address(),
    });
    let risk = market.view(IVault::riskConfigCall {});
    market.vault.assert_emitted(&IVault::RiskSet {
        targetHealth: risk.targetHealth,
        minDebt: risk.minDebt,
        minLot: risk.minLot,
        backstopDiscount: risk.backstopDiscount,
        capPeriod: risk.capPeriod,
        coolOff: risk.coolOff,
    });
    let margin = market.view(IVault::marginConfigCall {});
    assert!(!risk.targetHealth.is_zero() && !margin.slew.is_zero());
    market.vault.assert_emitted(&IVault::MarginSet {
        openingDeviations: margin.openingDeviations,
        openingHorizon: margin.openingHorizon,
        thresholdDeviations: margin.thresholdDeviations,
        thresholdHorizon: margin.thresholdHorizon,
        softDeviations: margin.softDeviations,
        softPenalty: margin.softPenalty,
        slew: margin.slew,
        volatilityMin: margin.volatilityMin,
        predictiveCap: margin.predictiveCap,
    });
    market.vault.assert_emitted(&IVault::OwnershipTransferred {
        previousOwner: Address::ZERO,
        newOwner: owner(),
    });
    // What it has not set is zero: caps, fees, rewards, guardian, steward.
    assert_eq!((risk.tip, risk.chip), (U256::ZERO, U256::ZERO));
    let room = market.view(IVault::roomOfCall {
        token: Address::ZERO,
    });
    assert_eq!(room.cap, U256::ZERO);
    let guard = market.view(IVault::guardianConfigCall {});
    assert_eq!((guard.guardian, guard.grace), (Address::ZERO, U256::ZERO));
}

#[motsu::test]
fn the_other_programs_called_directly_work_on_nothing() {
    let market = Market::new();
    market.lend(ALICE, market.usd(10));
    let before = (market.total_assets(), market.shares(ALICE));
    let call = IVault::setSupplyCapCall { supplyCap: n(1) }.abi_encode();
    assert!(market.administration.call_raw(ALICE, call).is_err());
    for selector in selectors() {
        let calldata = [&selector[..], &arguments()].concat();
        let _outcome = market.liquidation.call_raw(ALICE, &calldata);
        let _outcome = market.settlement.call_raw(ALICE, &calldata);
        let _outcome = market.administration.call_raw(ALICE, &calldata);
        let _outcome = market.views.call_raw(ALICE, &calldata);
        let _outcome = market.inventory.call_raw(ALICE, &calldata);
    }
    assert_eq!((market.total_assets(), market.shares(ALICE)), before);
    assert_eq!(market.view(IVault::ownerCall {}), owner());
}

#[motsu::test]
fn what_programs_ask_of_each_other_is_out_of_everybodys_reach() {
    let market = Market::new();
    let account = id(ALICE, 0);
    let loss = n(1);
    for calldata in [
        IVaultPrograms::concludeClaimCall {
            account,
            loss,
            token: Address::ZERO,
            dust: U256::ZERO,
        }
        .abi_encode(),
        IVaultPrograms::addArrearsCall {
            account,
            shared: loss,
        }
        .abi_encode(),
        IVaultPrograms::requireNoArrearsCall {}.abi_encode(),
        IVaultPrograms::settleWithInterestCall {
            account,
            payer: ALICE,
            payment: loss,
            tabSettled: loss,
            ended: true,
        }
        .abi_encode(),
        IVaultPrograms::requireOpeningMarginCall { account }.abi_encode(),
        IVaultPrograms::requirePriceCall {
            token: market.token(0),
        }
        .abi_encode(),
    ] {
        for who in [ALICE, owner(), market.auction.address()] {
            assert_eq!(market.vault.call_raw(who, &calldata), Err(vec![]));
            assert_eq!(market.settlement.call_raw(who, &calldata), Err(vec![]));
            assert_eq!(market.inventory.call_raw(who, &calldata), Err(vec![]));
            assert_eq!(market.views.call_raw(who, &calldata), Err(vec![]));
        }
    }
}

#[motsu::test]
fn each_selector_belongs_to_one_program_and_each_program_refuses_all_others_without_data() {
    let market = Market::new();
    let unknown = [[0_u8; 4], [0xff; 4], *b"none"];
    for selector in selectors().into_iter().chain(unknown) {
        let calldata = [&selector[..], &arguments()].concat();
        let answers = [
            market.liquidation.call_raw(ALICE, &calldata),
            market.settlement.call_raw(ALICE, &calldata),
            market.administration.call_raw(ALICE, &calldata),
            market.views.call_raw(ALICE, &calldata),
            market.inventory.call_raw(ALICE, &calldata),
        ];
        // A revert without data is the answer to what is not known.
        let knowing = answers
            .iter()
            .filter(|answer| !matches!(answer, Err(data) if data.is_empty()))
            .count();
        let through_the_vault = market.vault.call_raw(ALICE, &calldata);
        if unknown.contains(&selector) {
            assert_eq!((knowing, through_the_vault), (0, Err(vec![])));
        } else {
            assert!(knowing <= 1, "{selector:02x?}: {answers:02x?}");
            assert_ne!(through_the_vault, Err(vec![]), "{selector:02x?}");
        }
    }
}

#[motsu::test]
fn a_vault_that_was_not_constructed_refuses_everything_it_does_not_know_itself() {
    let vault = Contract::<Vault>::random();
    for selector in selectors() {
        let calldata = [&selector[..], &arguments()].concat();
        if let Ok(answer) = vault.call_raw(ALICE, calldata) {
            // The core's own verbs, on empty books: a word, or two of what may be paid on a claim.
            let two = selector == IVault::claimLimitCall::SELECTOR;
            assert!(answer.len() <= 32 << usize::from(two), "{selector:02x?}");
            assert!(!two || answer.iter().all(|byte| *byte == 0));
        }
    }
    let modules = IVault::modulesCall {}.abi_encode();
    assert_eq!(vault.call_raw(ALICE, modules), Err(vec![]));
}

#[motsu::test]
fn only_the_auction_releases_and_settles() {
    let market = Market::new();
    let (account, token) = (id(ALICE, 0), market.token(0));
    let release = IVault::releaseCall {
        account,
        token,
        amount: n(0),
        receiver: ALICE,
    };
    for who in [
        ALICE,
        owner(),
        market.fund.address(),
        market.oracle.address(),
    ] {
        let refusal = IVault::NotAuthorized { caller: who };
        crate::common::assert_refused(market.call(who, release.clone()), refusal.clone());
        let settle = IVault::settleCall {
            account,
            token,
            payer: who,
            payment: U256::ZERO,
            tabSettled: U256::ZERO,
            debtSettled: U256::ZERO,
            lotReturned: U256::ZERO,
            ended: false,
        };
        crate::common::assert_refused(market.call(who, settle), refusal.clone());
        let deliver = IVault::deliverCall {
            receiver: who,
            payer: who,
            ..deliver(account, token)
        };
        crate::common::assert_refused(market.call(who, deliver), refusal);
    }
    // The auction itself releases no more than what lots hold.
    let release = IVault::releaseCall {
        amount: n(1),
        ..release
    };
    let refusal = IVault::InsufficientCollateral {
        account,
        token,
        available: U256::ZERO,
        needed: n(1),
    };
    crate::common::assert_refused(
        market.call(market.auction.address(), release),
        refusal.clone(),
    );
    let deliver = deliver(account, token);
    crate::common::assert_refused(market.call(market.auction.address(), deliver), refusal);
}

/// A delivery of one unit for nothing.
fn deliver(account: B256, token: Address) -> IVault::deliverCall {
    IVault::deliverCall {
        account,
        token,
        payer: ALICE,
        payment: U256::ZERO,
        tabSettled: U256::ZERO,
        debtSettled: U256::ZERO,
        lotReturned: U256::ZERO,
        ended: false,
        amount: n(1),
        receiver: ALICE,
    }
}

#[motsu::test]
fn a_modules_own_error_is_passed_on_as_it_is() {
    use alloy_sol_types::SolError;
    use breakwater_interfaces::auction::ILiquidationAuction;
    let market = Market::with(
        6,
        &[crate::common::Spec {
            has_curve: false,
            ..ETHER
        }],
    );
    market.lend(owner(), market.usd(100_000));
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    let token = market.token(0);
    let before = market.books();
    let call = IVault::liquidateCall {
        account,
        token,
        maxRepay: U256::MAX,
        keeper: ALICE,
    };
    let error = market
        .vault
        .call_raw(ALICE, call.abi_encode())
        .expect_err("no curve");
    assert_eq!(
        error,
        ILiquidationAuction::CurveNotSet { token }.abi_encode()
    );
    assert_eq!(market.books(), before);
    market.assert_books(&[account], &[owner()]);
}
