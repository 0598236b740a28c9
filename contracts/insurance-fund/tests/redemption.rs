//! Leaving: requests, cool-down, window, claims, and who may do what for whom.

extern crate alloc;

mod common;

use alloy_primitives::{Address, U256};
use breakwater_interfaces::fund::IInsuranceFund::*;
use insurance_fund::errors::Error;
use motsu::prelude::*;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest, ProptestConfig};

use common::*;

fn exceeded(owner: Address, shares: U256, max: U256) -> Error {
    ERC4626ExceededMaxRedeem { owner, shares, max }.into()
}

#[motsu::test]
fn request_moves_shares_into_escrow_and_logs(fund: Fund, vault: Vault, alice: Address) {
    let shares = open(&fund, &vault, alice);
    let part = shares / n(4);
    let id = fund
        .sender(alice)
        .request_redeem(part, alice, alice)
        .motsu_unwrap();
    assert_eq!(id, U256::ZERO);
    assert_eq!(fund.sender(alice).balance_of(alice), shares - part);
    assert_eq!(fund.sender(alice).balance_of(fund.address()), part);
    assert_eq!(fund.sender(alice).total_supply(), shares);
    fund.assert_emitted(&RedeemRequest {
        controller: alice,
        owner: alice,
        requestId: U256::ZERO,
        sender: alice,
        shares: part,
    });
    let now = VM::context().block_timestamp();
    assert_eq!(
        fund.sender(alice).redeem_request_of(alice),
        (part, n(now + COOLDOWN), n(now + COOLDOWN + WINDOW))
    );
}

#[motsu::test]
fn request_is_pending_then_claimable_then_neither_to_the_second(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    let shares = open(&fund, &vault, alice);
    request(&fund, alice, shares);
    let state = || {
        let fund = fund.sender(alice);
        (
            fund.pending_redeem_request(U256::ZERO, alice),
            fund.claimable_redeem_request(U256::ZERO, alice),
        )
    };
    let (pending, claimable, neither) = (
        (shares, U256::ZERO),
        (U256::ZERO, shares),
        (U256::ZERO, U256::ZERO),
    );
    assert_eq!(state(), pending);
    VM::context().increase_time(COOLDOWN - 1);
    assert_eq!(state(), pending);
    assert_eq!(
        redeem_refused(&fund, alice, shares),
        exceeded(alice, shares, U256::ZERO)
    );
    VM::context().increase_time(1);
    assert_eq!(state(), claimable);
    VM::context().increase_time(WINDOW);
    assert_eq!(state(), claimable);
    assert_eq!(max_redeem(&fund, alice), shares);
    VM::context().increase_time(1);
    assert_eq!(state(), neither);
    assert_eq!(max_redeem(&fund, alice), U256::ZERO);
    assert_eq!(
        fund.sender(alice).max_withdraw(alice).motsu_unwrap(),
        U256::ZERO
    );
    assert_eq!(
        redeem_refused(&fund, alice, shares),
        exceeded(alice, shares, U256::ZERO)
    );
}

#[motsu::test]
fn other_request_ids_have_nothing(fund: Fund, vault: Vault, alice: Address) {
    let shares = open(&fund, &vault, alice);
    request(&fund, alice, shares);
    assert_eq!(
        fund.sender(alice).pending_redeem_request(n(1), alice),
        U256::ZERO
    );
    VM::context().increase_time(COOLDOWN);
    assert_eq!(
        fund.sender(alice).claimable_redeem_request(n(1), alice),
        U256::ZERO
    );
}

#[motsu::test]
fn claim_in_the_window_pays_vault_shares_and_logs(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    let shares = open_claimable(&fund, &vault, alice);
    let half = shares / n(2);
    let paid = fund.sender(alice).redeem(half, bob, alice).motsu_unwrap();
    assert_eq!(paid, n(STAKE / 2));
    assert_eq!(vault.sender(bob).balance_of(bob), paid);
    assert_eq!(fund.sender(bob).total_supply(), half);
    fund.assert_emitted(&Withdraw {
        sender: alice,
        receiver: bob,
        owner: alice,
        assets: paid,
        shares: half,
    });
    fund.assert_emitted(&Transfer {
        from: fund.address(),
        to: Address::ZERO,
        value: half,
    });

    // The rest by amount of assets.
    let rest = fund.sender(alice).max_withdraw(alice).motsu_unwrap();
    assert_eq!(rest, n(STAKE / 2));
    let burnt = fund.sender(alice).withdraw(rest, bob, alice).motsu_unwrap();
    assert_eq!(burnt, half);
    assert_eq!(fund.sender(bob).total_supply(), U256::ZERO);
    assert_eq!(
        fund.sender(alice).redeem_request_of(alice),
        (U256::ZERO, U256::ZERO, U256::ZERO)
    );
}

/// F3: never more than what was requested, and a request never more than the balance.
#[motsu::test]
fn claims_stay_within_the_request_and_requests_within_the_balance(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    construct(&fund, &vault, alice);
    stake(&fund, &vault, bob, n(STAKE));
    let shares = stake(&fund, &vault, alice, n(STAKE));
    let more = shares + U256::ONE;
    let short = ERC20InsufficientBalance {
        sender: alice,
        balance: shares,
        needed: more,
    };
    assert_eq!(
        fund.sender(alice)
            .request_redeem(more, alice, alice)
            .motsu_unwrap_err(),
        short.into()
    );
    let part = shares / n(2);
    request_and_wait(&fund, alice, part);
    let too_much = part + U256::ONE;
    assert_eq!(
        redeem_refused(&fund, alice, too_much),
        exceeded(alice, too_much, part)
    );
    let assets = fund.sender(alice).max_withdraw(alice).motsu_unwrap() + U256::ONE;
    let error = fund
        .sender(alice)
        .withdraw(assets, alice, alice)
        .motsu_unwrap_err();
    assert!(matches!(error, Error::ERC4626ExceededMaxRedeem(_)));
}

/// Incident 24 and F3: to be on the way out is no way out from under a loss, up to the moment of the claim.
#[motsu::test]
fn incident_24_shares_in_cool_down_bear_losses_like_all_others(
    fund: Fund,
    vault: Vault,
    leaver: Address,
    stayer: Address,
) {
    let leavers = open(&fund, &vault, leaver);
    let stayers = stake(&fund, &vault, stayer, n(STAKE));
    request(&fund, leaver, leavers);
    // One loss in the cool-down, another in the window: half each time.
    vault.sender(leaver).burn(fund.address(), n(STAKE));
    VM::context().increase_time(COOLDOWN);
    vault.sender(leaver).burn(fund.address(), n(STAKE / 2));
    let paid = redeem(&fund, leaver, leavers);
    assert_eq!(paid, n(STAKE / 4));
    let left = fund
        .sender(stayer)
        .convert_to_assets(stayers)
        .motsu_unwrap();
    assert_eq!(left, paid);
}

/// A transfer of fund shares during the cool-down: there are none to transfer.
#[motsu::test]
fn incident_24_shares_in_cool_down_cannot_be_transferred(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    let shares = open(&fund, &vault, alice);
    request(&fund, alice, shares);
    let short = ERC20InsufficientBalance {
        sender: alice,
        balance: U256::ZERO,
        needed: U256::ONE,
    };
    assert_eq!(
        fund.sender(alice)
            .transfer(bob, U256::ONE)
            .motsu_unwrap_err(),
        short.into()
    );
    // Nor out of the escrow.
    let no_allowance = ERC20InsufficientAllowance {
        spender: alice,
        allowance: U256::ZERO,
        needed: U256::ONE,
    };
    assert_eq!(
        fund.sender(alice)
            .transfer_from(fund.address(), alice, U256::ONE)
            .motsu_unwrap_err(),
        no_allowance.clone().into()
    );
    assert_eq!(
        fund.sender(alice)
            .request_redeem(U256::ONE, alice, fund.address())
            .motsu_unwrap_err(),
        no_allowance.into()
    );
}

#[motsu::test]
fn further_request_merges_and_starts_the_cool_down_anew(fund: Fund, vault: Vault, alice: Address) {
    let shares = open(&fund, &vault, alice);
    let half = shares / n(2);
    request_and_wait(&fund, alice, half);
    request(&fund, alice, half);
    // What was claimable waits again.
    assert_eq!(max_redeem(&fund, alice), U256::ZERO);
    assert_eq!(
        fund.sender(alice).pending_redeem_request(U256::ZERO, alice),
        shares
    );
    VM::context().increase_time(COOLDOWN);
    assert_eq!(max_redeem(&fund, alice), shares);
    // Also from beyond the window.
    VM::context().increase_time(WINDOW + 1);
    stake(&fund, &vault, alice, n(1));
    request_and_wait(&fund, alice, n(1));
    assert_eq!(max_redeem(&fund, alice), shares + U256::ONE);
}

/// F1: adding to somebody's request would put their exit off again and again.
#[motsu::test]
fn stranger_starts_a_request_for_another_but_adds_to_none(
    fund: Fund,
    vault: Vault,
    alice: Address,
    mallory: Address,
) {
    let shares = open(&fund, &vault, alice);
    stake(&fund, &vault, mallory, n(STAKE));
    // A gift that starts alice's request; her own restarts it in any case.
    fund.sender(mallory)
        .request_redeem(n(1), alice, mallory)
        .motsu_unwrap();
    request_and_wait(&fund, alice, shares);
    let refused = Error::from(NotAuthorized { caller: mallory });
    for time in [0, WINDOW, 1] {
        VM::context().increase_time(time);
        let error = fund
            .sender(mallory)
            .request_redeem(n(1), alice, mallory)
            .motsu_unwrap_err();
        assert_eq!(error, refused);
        if time == WINDOW {
            let max = max_redeem(&fund, alice);
            assert_eq!(max, shares + U256::ONE);
        }
    }
    fund.sender(alice).set_operator(mallory, true);
    fund.sender(mallory)
        .request_redeem(n(1), alice, mallory)
        .motsu_unwrap();
}

#[motsu::test]
fn request_needs_the_owner_an_operator_or_an_allowance(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
    carol: Address,
) {
    let shares = open(&fund, &vault, alice);
    let part = shares / n(4);
    let denied = ERC20InsufficientAllowance {
        spender: bob,
        allowance: U256::ZERO,
        needed: part,
    };
    assert_eq!(
        fund.sender(bob)
            .request_redeem(part, bob, alice)
            .motsu_unwrap_err(),
        denied.into()
    );
    assert!(fund.sender(alice).approve(bob, part).motsu_unwrap());
    fund.sender(bob)
        .request_redeem(part, bob, alice)
        .motsu_unwrap();
    assert_eq!(fund.sender(alice).allowance(alice, bob), U256::ZERO);
    fund.assert_emitted(&RedeemRequest {
        controller: bob,
        owner: alice,
        requestId: U256::ZERO,
        sender: bob,
        shares: part,
    });
    // An operator needs no allowance.
    assert!(fund.sender(alice).set_operator(carol, true));
    fund.sender(carol)
        .request_redeem(part, carol, alice)
        .motsu_unwrap();
    VM::context().increase_time(COOLDOWN);
    assert_eq!(max_redeem(&fund, bob), part);
    assert_eq!(max_redeem(&fund, carol), part);
    assert_eq!(max_redeem(&fund, alice), U256::ZERO);
}

#[motsu::test]
fn claim_and_cancellation_need_the_controller_or_its_operator(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
    mallory: Address,
) {
    let shares = open_claimable(&fund, &vault, alice);
    let refused = Error::from(NotAuthorized { caller: mallory });
    // An allowance of fund shares is none over the request.
    assert!(fund.sender(alice).approve(mallory, shares).motsu_unwrap());
    assert_eq!(
        fund.sender(mallory)
            .redeem(shares, mallory, alice)
            .motsu_unwrap_err(),
        refused
    );
    assert_eq!(
        fund.sender(mallory)
            .withdraw(n(1), mallory, alice)
            .motsu_unwrap_err(),
        refused
    );
    assert_eq!(
        fund.sender(mallory).cancel_redeem(alice).motsu_unwrap_err(),
        refused
    );
    assert!(fund.sender(alice).set_operator(bob, true));
    fund.assert_emitted(&OperatorSet {
        controller: alice,
        operator: bob,
        approved: true,
    });
    assert!(fund.sender(alice).is_operator(alice, bob));
    assert!(!fund.sender(alice).is_operator(bob, alice));
    let half = shares / n(2);
    let _paid = fund.sender(bob).redeem(half, bob, alice).motsu_unwrap();
    assert!(fund.sender(alice).set_operator(bob, false));
    let refused = Error::from(NotAuthorized { caller: bob });
    assert_eq!(
        fund.sender(bob).redeem(half, bob, alice).motsu_unwrap_err(),
        refused
    );
}

#[motsu::test]
fn cancellation_gives_the_shares_back_in_every_state(fund: Fund, vault: Vault, alice: Address) {
    let shares = open(&fund, &vault, alice);
    for waiting in [0, COOLDOWN, COOLDOWN + WINDOW + 1] {
        request(&fund, alice, shares);
        VM::context().increase_time(waiting);
        let returned = fund.sender(alice).cancel_redeem(alice).motsu_unwrap();
        assert_eq!(returned, shares);
        assert_eq!(fund.sender(alice).balance_of(alice), shares);
        assert_eq!(fund.sender(alice).balance_of(fund.address()), U256::ZERO);
        assert_eq!(fund.sender(alice).redeem_request_of(alice).0, U256::ZERO);
    }
    fund.assert_emitted(&RedeemCancelled {
        controller: alice,
        sender: alice,
        shares,
    });
    assert_eq!(
        fund.sender(alice).cancel_redeem(alice).motsu_unwrap_err(),
        ZeroAmount {}.into()
    );
}

#[motsu::test]
fn requests_and_claims_of_nothing_or_for_nobody_are_refused(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    let shares = open(&fund, &vault, alice);
    assert_eq!(
        fund.sender(alice)
            .request_redeem(U256::ZERO, alice, alice)
            .motsu_unwrap_err(),
        ZeroAmount {}.into()
    );
    assert_eq!(
        fund.sender(alice)
            .request_redeem(n(1), Address::ZERO, alice)
            .motsu_unwrap_err(),
        ZeroAddress {}.into()
    );
    request_and_wait(&fund, alice, shares);
    for receiver in [Address::ZERO, fund.address()] {
        assert_eq!(
            fund.sender(alice)
                .redeem(shares, receiver, alice)
                .motsu_unwrap_err(),
            ERC20InvalidReceiver { receiver }.into()
        );
    }
    // Fund shares that are worth less than one vault share's unit: not burnt for nothing.
    for shares in [U256::ZERO, U256::ONE] {
        assert_eq!(redeem_refused(&fund, alice, shares), ZeroAmount {}.into());
    }
    assert_eq!(
        fund.sender(alice)
            .withdraw(U256::ZERO, alice, alice)
            .motsu_unwrap_err(),
        ZeroAmount {}.into()
    );
}

#[motsu::test]
fn shares_worth_nothing_have_no_maximum_to_redeem(fund: Fund, vault: Vault, alice: Address) {
    let shares = open_claimable(&fund, &vault, alice);
    vault.sender(alice).burn(fund.address(), n(STAKE));
    assert_eq!(max_redeem(&fund, alice), U256::ZERO);
    assert_eq!(redeem_refused(&fund, alice, shares), ZeroAmount {}.into());
}

#[motsu::test]
fn exits_have_no_preview(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    let none = Error::from(PreviewNotSupported {});
    assert_eq!(
        fund.sender(alice).preview_redeem(n(1)).motsu_unwrap_err(),
        none
    );
    assert_eq!(
        fund.sender(alice).preview_withdraw(n(1)).motsu_unwrap_err(),
        none
    );
}

#[motsu::test]
fn claim_that_the_vault_does_not_pay_leaves_the_request_as_it_was(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    let shares = open_claimable(&fund, &vault, alice);
    for fault in 1..=2 {
        vault.sender(alice).set_fault(n(fault));
        assert_eq!(
            redeem_refused(&fund, alice, shares),
            TokenCallFailed {
                token: vault.address()
            }
            .into()
        );
        assert_eq!(fund.sender(alice).total_supply(), shares);
        assert_eq!(max_redeem(&fund, alice), shares);
    }
    vault.sender(alice).set_fault(U256::ZERO);
    let paid = redeem(&fund, alice, shares);
    assert_eq!(paid, n(STAKE));
}

/// One holder's exit takes nothing from another's, whatever was lost or gained meanwhile; and the maxima are what works. F1.
#[test]
fn maxima_work_and_leave_the_others_their_part() {
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) }, |(
        alices in 1_u64..STAKE,
        bobs in 1_u64..STAKE,
        gained in 0_u64..STAKE,
        lost in 0_u64..STAKE,
        by_assets in proptest::bool::ANY,
    )| {
        let (fund, vault) = (Fund::new(), Vault::new());
        let (alice, bob) = (Address::repeat_byte(1), Address::repeat_byte(2));
        construct(&fund, &vault, alice);
        let alices = stake(&fund, &vault, alice, n(alices));
        let bobs = stake(&fund, &vault, bob, n(bobs));
        vault.sender(alice).mint(fund.address(), n(gained));
        let held = fund.sender(alice).total_assets().motsu_unwrap();
        vault.sender(alice).burn(fund.address(), n(lost).min(held));
        request_and_wait(&fund, alice, alices);
        let worth = |shares| fund.sender(bob).convert_to_assets(shares).motsu_unwrap();
        let before = worth(bobs);
        let (max_assets, max_shares) = (
            fund.sender(alice).max_withdraw(alice).motsu_unwrap(),
            max_redeem(&fund, alice),
        );
        prop_assert_eq!(max_assets, worth(alices));
        if max_assets.is_zero() {
            prop_assert_eq!(max_shares, U256::ZERO);
            return Ok(());
        }
        if by_assets {
            let burnt = fund.sender(alice).withdraw(max_assets, alice, alice).motsu_unwrap();
            prop_assert!(burnt <= alices);
        } else {
            prop_assert_eq!(max_shares, alices);
            let paid = redeem(&fund, alice, max_shares);
            prop_assert_eq!(paid, max_assets);
        }
        prop_assert_eq!(vault.sender(alice).balance_of(alice), max_assets);
        prop_assert!(worth(bobs) >= before);
    });
}
