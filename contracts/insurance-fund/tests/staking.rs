//! Deposits, what shares are worth, and who bears losses.

extern crate alloc;

mod common;

use alloy_primitives::{Address, FixedBytes, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::fund::IInsuranceFund::{self, *};
use insurance_fund::errors::Error;
use motsu::prelude::*;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest, ProptestConfig};

use common::*;

#[motsu::test]
fn constructor_refuses_zero_and_periods_out_of_range(fund: Fund, vault: Address, alice: Address) {
    let construct = |vault: Address, cooldown: u64, window: u64| {
        fund.sender(alice)
            .constructor(vault, n(cooldown), n(window))
            .motsu_res()
    };
    let refused = |parameter: &[u8], value: u64| -> Result<(), Error> {
        Err(ParameterOutOfBounds {
            parameter: B256::right_padding_from(parameter),
            value: n(value),
        }
        .into())
    };
    let (hour, day) = (insurance_fund::MIN_COOLDOWN, insurance_fund::MIN_WINDOW);
    let longest = insurance_fund::MAX_PERIOD;
    assert_eq!(
        construct(Address::ZERO, hour, day),
        Err(ZeroAddress {}.into())
    );
    assert_eq!(
        construct(vault, hour - 1, day),
        refused(b"cooldown", hour - 1)
    );
    assert_eq!(
        construct(vault, longest + 1, day),
        refused(b"cooldown", longest + 1)
    );
    assert_eq!(construct(vault, hour, day - 1), refused(b"window", day - 1));
    assert_eq!(
        construct(vault, hour, longest + 1),
        refused(b"window", longest + 1)
    );
    assert_eq!(construct(vault, longest, longest), Ok(()));
    assert_eq!(construct(vault, hour, day), Ok(()));
    assert_eq!(fund.sender(alice).asset(), vault);
    assert_eq!(fund.sender(alice).cooldown(), n(hour));
    assert_eq!(fund.sender(alice).window(), n(day));
}

#[motsu::test]
fn deposit_mints_a_million_fund_shares_a_unit_and_logs(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    construct(&fund, &vault, alice);
    provide(&fund, &vault, alice, n(STAKE));
    let preview = fund.sender(alice).preview_deposit(n(STAKE)).motsu_unwrap();
    let shares = fund.sender(alice).deposit(n(STAKE), bob).motsu_unwrap();
    assert_eq!(shares, n(STAKE) * n(1_000_000));
    assert_eq!(shares, preview);
    assert_eq!(fund.sender(bob).balance_of(bob), shares);
    assert_eq!(fund.sender(bob).total_supply(), shares);
    assert_eq!(fund.sender(bob).total_assets().motsu_unwrap(), n(STAKE));
    assert_eq!(vault.sender(bob).balance_of(alice), U256::ZERO);
    fund.assert_emitted(&Deposit {
        sender: alice,
        owner: bob,
        assets: n(STAKE),
        shares,
    });
    fund.assert_emitted(&Transfer {
        from: Address::ZERO,
        to: bob,
        value: shares,
    });
}

#[motsu::test]
fn mint_costs_what_its_preview_says_rounded_up(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    provide(&fund, &vault, alice, n(STAKE));
    // A millionth of a unit costs a whole one.
    let cost = fund.sender(alice).preview_mint(U256::ONE).motsu_unwrap();
    assert_eq!(cost, U256::ONE);
    assert_eq!(
        fund.sender(alice).mint(U256::ONE, alice).motsu_unwrap(),
        cost
    );
    assert_eq!(fund.sender(alice).balance_of(alice), U256::ONE);
}

#[motsu::test]
fn deposits_of_nothing_for_nobody_or_for_the_fund_are_refused(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    construct(&fund, &vault, alice);
    provide(&fund, &vault, alice, n(STAKE));
    assert_eq!(
        fund.sender(alice)
            .deposit(U256::ZERO, alice)
            .motsu_unwrap_err(),
        ZeroAmount {}.into()
    );
    assert_eq!(
        fund.sender(alice)
            .mint(U256::ZERO, alice)
            .motsu_unwrap_err(),
        ZeroAmount {}.into()
    );
    for receiver in [Address::ZERO, fund.address()] {
        assert_eq!(
            fund.sender(alice)
                .deposit(n(1), receiver)
                .motsu_unwrap_err(),
            ERC20InvalidReceiver { receiver }.into()
        );
    }
}

#[motsu::test]
fn deposit_that_the_vault_does_not_pay_for_leaves_nothing_behind(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    construct(&fund, &vault, alice);
    provide(&fund, &vault, alice, n(STAKE));
    for fault in 1..=2 {
        vault.sender(alice).set_fault(n(fault));
        let error = fund
            .sender(alice)
            .deposit(n(STAKE), alice)
            .motsu_unwrap_err();
        assert_eq!(
            error,
            TokenCallFailed {
                token: vault.address()
            }
            .into()
        );
        assert_eq!(fund.sender(alice).total_supply(), U256::ZERO);
        assert_eq!(fund.sender(alice).balance_of(alice), U256::ZERO);
    }
    vault.sender(alice).set_fault(U256::ZERO);
    // And not locked.
    let _shares = fund.sender(alice).deposit(n(STAKE), alice).motsu_unwrap();
}

#[motsu::test]
fn deposit_beyond_the_largest_supply_is_refused_and_the_maximum_says_so(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    construct(&fund, &vault, alice);
    let max = fund.sender(alice).max_deposit(alice).motsu_unwrap();
    provide(&fund, &vault, alice, max + U256::ONE);
    assert_eq!(
        fund.sender(alice)
            .deposit(max + U256::ONE, alice)
            .motsu_unwrap_err(),
        MathOverflow {}.into()
    );
    let _shares = fund.sender(alice).deposit(max, alice).motsu_unwrap();
    let room = fund.sender(alice).max_mint(alice).motsu_unwrap();
    assert!(room < n(1_000_000));
    assert_eq!(
        fund.sender(alice)
            .mint(room + U256::ONE, alice)
            .motsu_unwrap_err(),
        MathOverflow {}.into()
    );
}

/// The first depositor's attack: one unit in, a donation, and the next depositor's shares round to nothing. Incident 9.
#[motsu::test]
fn donation_before_a_deposit_costs_the_donor_more_than_it_takes(
    fund: Fund,
    vault: Vault,
    mallory: Address,
    alice: Address,
) {
    construct(&fund, &vault, mallory);
    let mallorys = stake(&fund, &vault, mallory, U256::ONE);
    let donation = n(STAKE);
    vault.sender(mallory).mint(fund.address(), donation);

    let alices = stake(&fund, &vault, alice, n(STAKE));
    assert!(!alices.is_zero());
    let worth = |shares| fund.sender(alice).convert_to_assets(shares).motsu_unwrap();
    let alice_lost = n(STAKE) - worth(alices);
    let mallory_lost = donation + U256::ONE - worth(mallorys);
    assert!(
        alice_lost * n(1_000) < mallory_lost,
        "{alice_lost} against {mallory_lost}"
    );
}

#[motsu::test]
fn donation_to_an_empty_fund_belongs_to_nobody_and_takes_nothing(
    fund: Fund,
    vault: Vault,
    mallory: Address,
    alice: Address,
) {
    construct(&fund, &vault, mallory);
    vault.sender(mallory).mint(fund.address(), n(STAKE));
    let alices = stake(&fund, &vault, alice, n(STAKE));
    let worth = fund.sender(alice).convert_to_assets(alices).motsu_unwrap();
    // Rounding: less than the price of one fund share, a millionth of what was donated.
    assert!(worth <= n(STAKE) && worth >= n(STAKE) - n(STAKE / 1_000_000) - U256::ONE);
}

/// F1: whatever others do, other than a loss, a share is worth no less than before.
#[test]
fn only_a_loss_lowers_what_a_share_is_worth() {
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) }, |(
        first in 1_u64..STAKE,
        steps in proptest::collection::vec((0_u8..4, 1_u64..STAKE), 1..12),
    )| {
        let (fund, vault) = (Fund::new(), Vault::new());
        let (alice, bob) = (Address::repeat_byte(1), Address::repeat_byte(2));
        construct(&fund, &vault, alice);
        stake(&fund, &vault, alice, n(first));
        // The price of a share, as assets + 1 over shares + virtual shares, compared crosswise.
        let price = || {
            let assets = fund.sender(bob).total_assets().motsu_unwrap() + U256::ONE;
            (assets, fund.sender(bob).total_supply() + n(1_000_000))
        };
        for (step, amount) in steps {
            let before = price();
            match step {
                0 => {
                    stake(&fund, &vault, bob, n(amount));
                }
                1 => {
                    provide(&fund, &vault, bob, n(amount) + n(STAKE));
                    let _cost = fund.sender(bob).mint(n(amount), bob).motsu_res();
                }
                2 => vault.sender(bob).mint(fund.address(), n(amount)),
                _ => {
                    let shares = fund.sender(bob).balance_of(bob).min(n(amount) * n(amount));
                    if !shares.is_zero() {
                        request_and_wait(&fund, bob, shares);
                        let claimable = max_redeem(&fund, bob);
                        if !claimable.is_zero() {
                            redeem(&fund, bob, claimable);
                        }
                    }
                }
            }
            let after = price();
            prop_assert!(after.0 * before.1 >= before.0 * after.1);
        }
    });
}

/// Incident 25: whoever comes for a moment takes nothing with them, at any state of the fund.
#[test]
fn incident_25_burst_deposit_gains_nothing() {
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) }, |(
        first in 1_u64..STAKE,
        premium in 0_u64..STAKE,
        lost in any::<u64>(),
        burst in 1_u64..u64::MAX,
    )| {
        let (fund, vault) = (Fund::new(), Vault::new());
        let (alice, mallory) = (Address::repeat_byte(1), Address::repeat_byte(2));
        construct(&fund, &vault, alice);
        let alices = stake(&fund, &vault, alice, n(first));
        vault.sender(alice).mint(fund.address(), n(premium));
        vault.sender(alice).burn(fund.address(), n(lost % (first + premium)));
        let worth = |shares| fund.sender(alice).convert_to_assets(shares).motsu_unwrap();
        let before = worth(alices);
        provide(&fund, &vault, mallory, n(burst));
        let minted = fund.sender(mallory).deposit(n(burst), mallory).motsu_res();
        if let Ok(shares) = minted {
            prop_assert!(worth(shares) <= n(burst));
            prop_assert!(worth(alices) >= before);
            request_and_wait(&fund, mallory, shares);
            let claimable = max_redeem(&fund, mallory);
            if !claimable.is_zero() {
                let paid = redeem(&fund, mallory, claimable);
                prop_assert!(paid <= n(burst));
            }
            prop_assert!(worth(alices) >= before);
        }
    });
}

/// Incident 25: a gain can't be caught and carried off in one block: leaving takes the cool-down, and its losses.
#[motsu::test]
fn incident_25_gain_caught_by_a_late_deposit_stays_at_risk(
    fund: Fund,
    vault: Vault,
    alice: Address,
    mallory: Address,
) {
    open(&fund, &vault, alice);
    let shares = stake(&fund, &vault, mallory, n(STAKE));
    vault.sender(alice).mint(fund.address(), n(STAKE / 10));
    request(&fund, mallory, shares);
    let error = redeem_refused(&fund, mallory, shares);
    let nothing_yet = ERC4626ExceededMaxRedeem {
        owner: mallory,
        shares,
        max: U256::ZERO,
    };
    assert_eq!(error, nothing_yet.into());
    // A loss meanwhile.
    vault.sender(alice).burn(fund.address(), n(STAKE));
    VM::context().increase_time(COOLDOWN);
    let paid = redeem(&fund, mallory, shares);
    assert!(paid < n(STAKE));
}

#[motsu::test]
fn staker_after_a_total_loss_owns_the_new_fund(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    let alices = open(&fund, &vault, alice);
    vault.sender(alice).burn(fund.address(), n(STAKE));
    let bobs = stake(&fund, &vault, bob, n(STAKE));
    let worth = |shares| fund.sender(alice).convert_to_assets(shares).motsu_unwrap();
    assert!(worth(bobs) >= n(STAKE - 2));
    assert!(worth(alices) <= n(1));
}

#[motsu::test]
fn cover_is_the_value_of_what_the_fund_holds(fund: Fund, vault: Vault, alice: Address) {
    open(&fund, &vault, alice);
    vault.sender(alice).set_price(n(3));
    assert_eq!(fund.sender(alice).cover().motsu_unwrap(), n(STAKE) * n(3));
    vault.sender(alice).burn(fund.address(), n(STAKE / 2));
    assert_eq!(
        fund.sender(alice).cover().motsu_unwrap(),
        n(STAKE / 2) * n(3)
    );
}

#[motsu::test]
fn error_of_the_vault_is_passed_on_unchanged(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    assert_eq!(
        fund.sender(alice).cover().motsu_unwrap_err(),
        Error::Vault(b"no price".to_vec())
    );
    let data = fund
        .static_call_raw(alice, coverCall {}.abi_encode())
        .unwrap_err();
    assert_eq!(data, b"no price");
}

#[motsu::test]
fn vault_without_code_is_a_failed_call(fund: Fund, vault: Address, alice: Address) {
    fund.sender(alice)
        .constructor(vault, n(COOLDOWN), n(WINDOW))
        .motsu_unwrap();
    let failed = Error::from(TokenCallFailed { token: vault });
    assert_eq!(
        fund.sender(alice).deposit(n(1), alice).motsu_unwrap_err(),
        failed
    );
    assert_eq!(fund.sender(alice).total_assets().motsu_unwrap_err(), failed);
}

#[motsu::test]
fn names_and_decimals_are_those_of_the_share(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    assert_eq!(fund.sender(alice).name(), "Breakwater Insurance Fund");
    assert_eq!(fund.sender(alice).symbol(), "bwFUND");
    assert_eq!(fund.sender(alice).decimals().motsu_unwrap(), 12 + 6);
    assert_eq!(fund.sender(alice).share(), fund.address());
}

#[motsu::test]
fn interfaces_are_those_of_erc_165_7540_and_7575(fund: Fund, alice: Address) {
    let supports = |id: [u8; 4]| fund.sender(alice).supports_interface(FixedBytes(id));
    // ERC-165: the exclusive or of its selectors; here there is one.
    assert!(supports(supportsInterfaceCall::SELECTOR));
    let xor = |selectors: &[[u8; 4]]| {
        selectors.iter().fold([0; 4], |id, selector| {
            core::array::from_fn(|byte| id[byte] ^ selector[byte])
        })
    };
    // ERC-7540, operator methods and asynchronous redemption.
    assert!(supports(xor(&[
        setOperatorCall::SELECTOR,
        isOperatorCall::SELECTOR
    ])));
    assert!(supports(xor(&[
        requestRedeemCall::SELECTOR,
        pendingRedeemRequestCall::SELECTOR,
        claimableRedeemRequestCall::SELECTOR,
    ])));
    // ERC-7575's vault interface, as the standard gives it.
    assert!(supports([0x2f, 0x0a, 0x18, 0xc5]));
    assert!(!supports([0xff; 4]));
    // ERC-7540's asynchronous deposit.
    assert!(!supports([0xce, 0x3b, 0xbe, 0x50]));
}

#[motsu::test]
fn every_function_of_the_interface_is_routed(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    for selector in IInsuranceFund::IInsuranceFundCalls::SELECTORS {
        let mut calldata = selector.to_vec();
        calldata.resize(4 + 32 * 4, 0);
        let result = fund.call_raw(alice, calldata);
        let is_routed = result
            .as_ref()
            .map_or_else(|error| !error.is_empty(), |_| true);
        assert!(is_routed, "{selector:02x?}");
    }
    assert_eq!(
        fund.call_raw(alice, [1, 2, 3, 4]).unwrap_err(),
        Vec::<u8>::new()
    );
}

#[motsu::test]
fn lock_refuses_a_second_verb_in_the_middle_of_a_first(fund: Fund, vault: Vault, alice: Address) {
    open_claimable(&fund, &vault, alice);
    provide(&fund, &vault, alice, n(STAKE));
    provide(&fund, &vault, vault.address(), n(STAKE));
    let receiver = alice;
    let verbs = [
        depositCall {
            assets: n(1),
            receiver,
        }
        .abi_encode(),
        mintCall {
            shares: n(1),
            receiver,
        }
        .abi_encode(),
        withdrawCall {
            assets: n(1),
            receiver,
            controller: alice,
        }
        .abi_encode(),
        redeemCall {
            shares: n(1_000_000),
            receiver,
            controller: alice,
        }
        .abi_encode(),
    ];
    for data in verbs {
        vault
            .sender(alice)
            .set_callback(fund.address(), data.into());
        // The SDK's refusal: no data.
        let _shares = fund.sender(alice).deposit(n(10), alice).motsu_unwrap();
        assert!(!vault.sender(alice).callback_succeeded());
        assert!(vault.sender(alice).callback_returned().is_empty());

        // Without it, the fund's own lock, on the way in and out.
        VM::context().set_reentrancy_refusal(false);
        let _shares = fund.sender(alice).deposit(n(10), alice).motsu_unwrap();
        assert!(!vault.sender(alice).callback_succeeded());
        assert_eq!(
            vault.sender(alice).callback_returned(),
            Locked {}.abi_encode()
        );
        let _assets = redeem(&fund, alice, n(10_000_000));
        assert!(!vault.sender(alice).callback_succeeded());
        assert_eq!(
            vault.sender(alice).callback_returned(),
            Locked {}.abi_encode()
        );
        VM::context().set_reentrancy_refusal(true);
    }
}

#[motsu::test]
fn shares_move_by_transfer_and_allowance(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
    carol: Address,
) {
    let shares = open(&fund, &vault, alice);
    assert!(fund.sender(alice).transfer(bob, n(10)).motsu_unwrap());
    fund.assert_emitted(&Transfer {
        from: alice,
        to: bob,
        value: n(10),
    });
    assert_eq!(fund.sender(alice).balance_of(alice), shares - n(10));
    assert_eq!(fund.sender(alice).balance_of(bob), n(10));
    // To oneself: no change.
    assert!(fund.sender(bob).transfer(bob, n(10)).motsu_unwrap());
    assert_eq!(fund.sender(alice).balance_of(bob), n(10));

    let error = fund
        .sender(carol)
        .transfer_from(bob, carol, n(1))
        .motsu_unwrap_err();
    let none = ERC20InsufficientAllowance {
        spender: carol,
        allowance: U256::ZERO,
        needed: n(1),
    };
    assert_eq!(error, none.into());
    assert!(fund.sender(bob).approve(carol, n(6)).motsu_unwrap());
    fund.assert_emitted(&Approval {
        owner: bob,
        spender: carol,
        value: n(6),
    });
    assert!(fund
        .sender(carol)
        .transfer_from(bob, carol, n(4))
        .motsu_unwrap());
    assert_eq!(fund.sender(bob).allowance(bob, carol), n(2));
    assert!(fund.sender(bob).approve(carol, U256::MAX).motsu_unwrap());
    assert!(fund
        .sender(carol)
        .transfer_from(bob, carol, n(4))
        .motsu_unwrap());
    assert_eq!(fund.sender(bob).allowance(bob, carol), U256::MAX);

    let error = fund
        .sender(carol)
        .transfer_from(bob, carol, n(3))
        .motsu_unwrap_err();
    let short = ERC20InsufficientBalance {
        sender: bob,
        balance: n(2),
        needed: n(3),
    };
    assert_eq!(error, short.into());
    assert_eq!(
        fund.sender(bob)
            .approve(Address::ZERO, n(1))
            .motsu_unwrap_err(),
        ZeroAddress {}.into()
    );
    for receiver in [Address::ZERO, fund.address()] {
        let refused = Error::from(ERC20InvalidReceiver { receiver });
        assert_eq!(
            fund.sender(bob).transfer(receiver, n(1)).motsu_unwrap_err(),
            refused
        );
        assert_eq!(
            fund.sender(carol)
                .transfer_from(bob, receiver, n(1))
                .motsu_unwrap_err(),
            refused
        );
    }
}

/// Deposits at every size get shares worth what was paid, short of it by rounding alone.
#[test]
fn deposit_is_worth_what_was_paid() {
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) }, |(
        first in 1_u64..u64::MAX,
        second in 1_u64..u64::MAX,
    )| {
        let (fund, vault) = (Fund::new(), Vault::new());
        let (alice, bob) = (Address::repeat_byte(1), Address::repeat_byte(2));
        construct(&fund, &vault, alice);
        stake(&fund, &vault, alice, n(first));
        let bobs = stake(&fund, &vault, bob, n(second));
        let worth = fund.sender(bob).convert_to_assets(bobs).motsu_unwrap();
        prop_assert!(worth <= n(second) && worth + U256::ONE >= n(second));
        prop_assert_eq!(fund.sender(bob).total_assets().motsu_unwrap(), n(first) + n(second));
    });
}
