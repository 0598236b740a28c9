//! The two values, what stays with the fund, waits for prices, and leaving in kind.

extern crate alloc;

mod common;

use alloy_primitives::{Address, U256};
use breakwater_interfaces::fund::IInsuranceFund::*;
use breakwater_risk::{fund::LONGEST_WAIT, shares::VIRTUAL_SHARES};
use insurance_fund::errors::Error;
use motsu::prelude::*;

use common::*;

// F1
#[motsu::test]
fn shares_are_issued_at_the_high_value_and_redeemed_at_the_low_one(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    open(&fund, &vault, alice);
    // Inventory and what is pending are worth half of the shares at most, a fourth at least.
    let (high, low) = (n(STAKE / 2), n(STAKE / 4));
    vault.sender(alice).set_beside(high, low, U256::ZERO);
    let held = n(STAKE);
    assert_eq!(
        fund.sender(bob).worth().motsu_unwrap(),
        (held + high, held + low)
    );
    assert_eq!(fund.sender(bob).total_assets().motsu_unwrap(), held + low);
    let supply = fund.sender(bob).total_supply();
    let bought = stake(&fund, &vault, bob, n(STAKE));
    assert_eq!(
        bought,
        held * (supply + VIRTUAL_SHARES) / (held + high + U256::ONE)
    );
    request_and_wait(&fund, bob, bought);
    let paid = redeem(&fund, bob, bought);
    let total = n(2 * STAKE) + low;
    assert_eq!(
        paid,
        bought * (total + U256::ONE) / (supply + bought + VIRTUAL_SHARES)
    );
    assert!(paid < n(STAKE));
}

// F1, incident 25
#[motsu::test]
fn incident_25_who_buys_in_before_a_known_gain_gains_nothing(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    open(&fund, &vault, alice);
    let gain = n(STAKE / 3);
    vault.sender(alice).set_beside(gain, U256::ZERO, U256::ZERO);
    let bought = stake(&fund, &vault, bob, n(10 * STAKE));
    // It comes at face.
    vault
        .sender(alice)
        .set_beside(U256::ZERO, U256::ZERO, U256::ZERO);
    vault.sender(alice).mint(fund.address(), gain);
    request_and_wait(&fund, bob, bought);
    let paid = redeem(&fund, bob, bought);
    assert!(paid <= n(10 * STAKE), "{paid}");
}

// F2
#[motsu::test]
fn a_minimum_stays_and_the_maxima_say_so(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    vault.sender(alice).set_minimum(n(STAKE / 10));
    let shares = stake(&fund, &vault, alice, n(STAKE));
    request_and_wait(&fund, alice, shares);
    let (max, assets) = (
        max_redeem(&fund, alice),
        fund.sender(alice).max_withdraw(alice).motsu_unwrap(),
    );
    assert!(max < shares);
    assert_eq!(assets, n(STAKE) - n(STAKE / 10));
    let refused = redeem_refused(&fund, alice, shares);
    let expected = ERC4626ExceededMaxRedeem {
        owner: alice,
        shares,
        max,
    };
    assert_eq!(refused, Error::from(expected));
    fund.sender(alice)
        .withdraw(assets, alice, alice)
        .motsu_unwrap();
    assert_eq!(
        vault.sender(alice).balance_of(fund.address()),
        n(STAKE / 10)
    );
}

#[motsu::test]
fn a_minimum_that_is_raised_later_does_not_touch_a_running_request(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    let shares = open(&fund, &vault, alice);
    request(&fund, alice, shares);
    vault.sender(alice).set_minimum(U256::from(u128::MAX));
    VM::context().increase_time(COOLDOWN);
    assert_eq!(max_redeem(&fund, alice), shares);
    redeem(&fund, alice, shares);
}

// F1
#[motsu::test]
fn prices_that_are_not_good_make_claims_wait_for_three_days_at_most(
    fund: Fund,
    vault: Vault,
    alice: Address,
    mallory: Address,
) {
    let shares = open(&fund, &vault, alice);
    let requested = VM::context().block_timestamp();
    request(&fund, alice, shares);
    VM::context().increase_time(COOLDOWN);
    // Somebody makes a price flicker whenever the staker wants to leave.
    let mut waited = 0;
    vault.sender(mallory).set_waits(n(1));
    loop {
        assert!(fund.sender(mallory).sample_wait().motsu_unwrap());
        let now = VM::context().block_timestamp();
        if now >= requested + COOLDOWN + LONGEST_WAIT {
            break;
        }
        assert_eq!(max_redeem(&fund, alice), U256::ZERO);
        let refused = redeem_refused(&fund, alice, shares);
        let until = n(requested + COOLDOWN + LONGEST_WAIT);
        assert_eq!(refused, Error::from(RedemptionsWait { until }));
        VM::context().increase_time(3_600);
        waited += 3_600;
    }
    // The window is longer by what was waited.
    let (_, from, until) = fund.sender(alice).redeem_request_of(alice);
    assert_eq!(until - from, n(WINDOW + waited));
    let longest = fund.sender(alice).longest_wait();
    assert_eq!(longest, n(COOLDOWN + LONGEST_WAIT));
    assert_eq!(n(VM::context().block_timestamp() - requested), longest);
    assert_eq!(max_redeem(&fund, alice), shares);
    redeem(&fund, alice, shares);
}

#[motsu::test]
fn a_wait_that_is_over_leaves_the_window_longer(fund: Fund, vault: Vault, alice: Address) {
    let shares = open(&fund, &vault, alice);
    request(&fund, alice, shares);
    VM::context().increase_time(COOLDOWN);
    vault.sender(alice).set_waits(n(1));
    fund.sender(alice).sample_wait().motsu_unwrap();
    VM::context().increase_time(WINDOW);
    vault.sender(alice).set_waits(U256::ZERO);
    assert!(!fund.sender(alice).sample_wait().motsu_unwrap());
    fund.assert_emitted(&WaitSampled {
        waits: false,
        total: n(WINDOW),
    });
    // Two days were waited, so the window of two days is open for two more.
    VM::context().increase_time(WINDOW);
    assert_eq!(max_redeem(&fund, alice), shares);
    VM::context().increase_time(1);
    assert_eq!(max_redeem(&fund, alice), U256::ZERO);
}

#[motsu::test]
fn deposits_wait_while_collateral_of_the_fund_has_no_good_price(
    fund: Fund,
    vault: Vault,
    alice: Address,
) {
    construct(&fund, &vault, alice);
    provide(&fund, &vault, alice, n(STAKE));
    vault.sender(alice).set_waits(n(1));
    fund.sender(alice)
        .deposit(n(STAKE / 2), alice)
        .motsu_unwrap();
    vault.sender(alice).set_waits(n(2));
    assert_eq!(
        fund.sender(alice)
            .deposit(n(STAKE / 2), alice)
            .motsu_unwrap_err(),
        Error::from(DepositsWait {})
    );
    assert_eq!(
        fund.sender(alice).max_deposit(alice).motsu_unwrap(),
        U256::ZERO
    );
    assert_eq!(
        fund.sender(alice).max_mint(alice).motsu_unwrap(),
        U256::ZERO
    );
}

#[motsu::test]
fn who_leaves_in_kind_gets_a_part_of_everything(
    fund: Fund,
    vault: Vault,
    alice: Address,
    bob: Address,
) {
    let shares = open(&fund, &vault, alice);
    stake(&fund, &vault, bob, n(STAKE));
    let in_lots = n(STAKE / 8);
    vault
        .sender(alice)
        .set_beside(n(STAKE), n(STAKE / 2), in_lots);
    request_and_wait(&fund, alice, shares);
    let supply = fund.sender(alice).total_supply();
    let tokens = U256::MAX;
    let refused = fund
        .sender(bob)
        .redeem_in_kind(shares, bob, alice, tokens)
        .motsu_unwrap_err();
    assert_eq!(refused, Error::from(NotAuthorized { caller: bob }));
    let paid = fund
        .sender(alice)
        .redeem_in_kind(shares, bob, alice, tokens)
        .motsu_unwrap();
    // Of the vault shares, and of what is in lots at its low value: not of the rest, which it takes in kind.
    let whole = supply + VIRTUAL_SHARES;
    assert_eq!(paid, shares * (n(2 * STAKE) + in_lots + U256::ONE) / whole);
    assert_eq!(
        vault.sender(alice).withdrawn_in_kind(),
        ([shares, whole, tokens], bob)
    );
    assert_eq!(fund.sender(alice).total_supply(), supply - shares);
    fund.assert_emitted(&WithdrawnInKind {
        controller: alice,
        receiver: bob,
        tokens,
        shares,
    });
    // No more than was requested.
    let refused = fund
        .sender(alice)
        .redeem_in_kind(n(1), bob, alice, tokens)
        .motsu_unwrap_err();
    let expected = ERC4626ExceededMaxRedeem {
        owner: alice,
        shares: n(1),
        max: U256::ZERO,
    };
    assert_eq!(refused, Error::from(expected));
}

// F1: a rush of requests does not keep anybody in, and leaves each its part.
#[motsu::test]
fn incident_24_a_rush_of_requests_pays_each_its_part(fund: Fund, vault: Vault, alice: Address) {
    construct(&fund, &vault, alice);
    let stakers: Vec<Address> = (1..=20).map(Address::with_last_byte).collect();
    for staker in &stakers {
        let shares = stake(&fund, &vault, *staker, n(STAKE));
        request(&fund, *staker, shares);
    }
    VM::context().increase_time(COOLDOWN);
    // A loss of a fourth comes in between: those who left bear none of it, all others alike.
    for (index, staker) in stakers.iter().enumerate() {
        if index == 10 {
            let held = vault.sender(alice).balance_of(fund.address());
            vault.sender(alice).burn(fund.address(), held / n(4));
        }
        let shares = max_redeem(&fund, *staker);
        let paid = redeem(&fund, *staker, shares);
        let fair = if index < 10 { STAKE } else { STAKE / 4 * 3 };
        assert!(n(fair) - paid <= n(2), "{index}: {paid} of {fair}");
    }
}
