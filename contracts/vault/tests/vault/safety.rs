//! Guardian, pauses, and grace after a pause or an outage.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::{oracle::IOracleAdapter, vault::IVault};
use motsu::prelude::*;

use crate::common::{assert_refused, id, n, owner, percent, Error, Feed, Market};

const ALICE: Address = Address::repeat_byte(0xa1);
const GUARDIAN: Address = Address::repeat_byte(0x9a);
const KEEPER: Address = Address::repeat_byte(0xee);
const HOUR: u64 = 3_600;
const DAYS_3: u64 = 72 * HOUR;

/// Seconds after an outage in which the adapter has no price.
const ADAPTERS_GRACE: u64 = 600;

const DEPOSIT: u64 = 0;
const WITHDRAW: u64 = 1;
const WITHDRAW_COLLATERAL: u64 = 2;
const BORROW: u64 = 3;
const LIQUIDATE: u64 = 4;

fn guarded() -> Market {
    let market = Market::new();
    market.lend(ALICE, market.usd(100_000));
    market.admin(IVault::setGuardianCall {
        guardian: GUARDIAN,
        grace: U256::from(HOUR),
        graceFloor: percent(95),
    });
    market
}

fn pause(market: &Market, who: Address, verb: u64, duration: u64) -> Result<u64, Error> {
    let (verb, duration) = (U256::from(verb), U256::from(duration));
    market.call(who, IVault::pauseCall { verb, duration })?;
    Ok(market.view(IVault::pausedUntilCall { verb }).to())
}

/// What each pausable verb answers now.
fn attempt(market: &Market, verb: u64) -> Result<(), Error> {
    let (account, receiver, owner) = (id(ALICE, 0), ALICE, ALICE);
    market.give(ALICE, market.usd(1_000));
    let (assets, shares) = (market.usd(1), market.usd(1) * n(1_000_000));
    match verb {
        DEPOSIT => {
            market.call(ALICE, IVault::depositCall { assets, receiver })?;
            market
                .call(ALICE, IVault::mintCall { shares, receiver })
                .map(drop)
        }
        WITHDRAW => {
            let call = IVault::withdrawCall {
                assets,
                receiver,
                owner,
            };
            market.call(ALICE, call)?;
            let call = IVault::redeemCall {
                shares,
                receiver,
                owner,
            };
            market.call(ALICE, call).map(drop)
        }
        WITHDRAW_COLLATERAL => {
            let call = IVault::withdrawCollateralCall {
                account,
                token: market.token(0),
                amount: n(1),
                receiver,
            };
            market.call(ALICE, call).map(drop)
        }
        BORROW => market.borrow(ALICE, account, n(1)).map(drop),
        _ => market.liquidate(KEEPER, account, 0).map(drop),
    }
}

#[motsu::test]
fn each_verb_is_paused_by_itself_and_runs_again_when_its_time_is_over() {
    let market = guarded();
    market.open(ALICE, &[(0, 10_000)], market.usd(10_000));
    for verb in [DEPOSIT, WITHDRAW, WITHDRAW_COLLATERAL, BORROW] {
        assert!(attempt(&market, verb).is_ok(), "verb {verb}");
        let now = VM::context().block_timestamp();
        let until = pause(&market, GUARDIAN, verb, 2 * HOUR).unwrap();
        assert!(until >= now + 2 * HOUR && until < now + 3 * HOUR && until.is_multiple_of(HOUR));
        market.vault.assert_emitted(&IVault::PauseSet {
            verb: U256::from(verb),
            until: U256::from(until),
            by: GUARDIAN,
        });
        for other in [DEPOSIT, WITHDRAW, WITHDRAW_COLLATERAL, BORROW] {
            let outcome = attempt(&market, other);
            if other == verb {
                let (verb, until) = (U256::from(verb), U256::from(until));
                assert_refused(outcome, IVault::Paused { verb, until });
            } else {
                assert!(outcome.is_ok(), "verb {other} while {verb} is paused");
            }
        }
        // Repaying and adding collateral never stops.
        market.run(
            ALICE,
            IVault::repayCall {
                account: id(ALICE, 0),
                assets: n(5),
            },
        );
        market.put(ALICE, id(ALICE, 0), 0, n(10));
        market.pass(until - VM::context().block_timestamp());
        assert!(attempt(&market, verb).is_ok());
    }
}

#[motsu::test]
fn a_pause_is_neither_long_nor_lengthened_nor_chained() {
    let market = guarded();
    for duration in [0, DAYS_3 + 1] {
        assert!(matches!(
            pause(&market, GUARDIAN, BORROW, duration),
            Err(Error::ParameterOutOfBounds(_))
        ));
    }
    assert!(matches!(
        pause(&market, GUARDIAN, 5, HOUR),
        Err(Error::ParameterOutOfBounds(_))
    ));
    let until = pause(&market, GUARDIAN, BORROW, DAYS_3).unwrap();
    let from = until + DAYS_3;
    let too_soon = || IVault::PauseTooSoon {
        verb: U256::from(BORROW),
        from: U256::from(from),
    };
    for who in [GUARDIAN, owner()] {
        assert_refused(pause(&market, who, BORROW, HOUR), too_soon());
    }
    market.pass(from - 1 - VM::context().block_timestamp());
    assert_refused(pause(&market, GUARDIAN, BORROW, HOUR), too_soon());
    market.pass(1);
    assert!(pause(&market, GUARDIAN, BORROW, HOUR).is_ok());
}

#[motsu::test]
fn the_guardian_pauses_and_does_nothing_else() {
    let market = guarded();
    assert_refused(
        pause(&market, ALICE, BORROW, HOUR),
        IVault::NotAuthorized { caller: ALICE },
    );
    assert!(pause(&market, GUARDIAN, BORROW, HOUR).is_ok());
    let refusal = || IVault::NotAuthorized { caller: GUARDIAN };
    let verb = U256::from(BORROW);
    assert_refused(
        market.call(GUARDIAN, IVault::unpauseCall { verb }),
        refusal(),
    );
    let call = IVault::setSupplyCapCall { supplyCap: n(1) };
    assert_refused(market.call(GUARDIAN, call), refusal());
    let call = IVault::setGuardianCall {
        guardian: GUARDIAN,
        grace: U256::ZERO,
        graceFloor: U256::ZERO,
    };
    assert_refused(market.call(GUARDIAN, call), refusal());
    market.admin(IVault::unpauseCall { verb });
    market.open(ALICE, &[(0, 10_000)], market.usd(10_000));
    assert!(matches!(
        market.call(owner(), IVault::unpauseCall { verb }),
        Err(Error::ParameterOutOfBounds(_))
    ));
}

#[motsu::test]
fn max_functions_tell_the_truth_under_pauses_caps_and_lack_of_cash() {
    // V8
    let market = guarded();
    let (receiver, owner) = (ALICE, ALICE);
    let maxima = |market: &Market| {
        [
            market.view(IVault::maxDepositCall { receiver }),
            market.view(IVault::maxMintCall { receiver }),
            market.view(IVault::maxWithdrawCall { owner }),
            market.view(IVault::maxRedeemCall { owner }),
        ]
    };
    let [deposit, mint, withdraw, redeem] = maxima(&market);
    assert!(!deposit.is_zero() && !mint.is_zero());
    assert_eq!(withdraw, market.usd(100_000));
    assert!(!redeem.is_zero());
    // All lent but a tenth: no more can leave, and exactly that does.
    market.open(id_owner(1), &[(0, 100_000)], market.usd(90_000));
    assert_eq!(maxima(&market)[2], market.usd(10_000));
    let shares = maxima(&market)[3];
    market.run(
        ALICE,
        IVault::redeemCall {
            shares,
            receiver,
            owner,
        },
    );
    assert!(maxima(&market)[2] <= n(1));
    // Under a cap: what it says goes in, and then nothing.
    let cap = market.total_assets() + market.usd(7);
    market.admin(IVault::setSupplyCapCall { supplyCap: cap });
    let assets = maxima(&market)[0];
    assert_eq!(assets, market.usd(7));
    market.lend(ALICE, assets);
    assert_eq!(maxima(&market)[..2], [U256::ZERO; 2]);
    market.admin(IVault::setSupplyCapCall {
        supplyCap: n(u128::MAX / 4_000_000),
    });
    for (verb, indices) in [(DEPOSIT, [0, 1]), (WITHDRAW, [2, 3])] {
        pause(&market, GUARDIAN, verb, HOUR).unwrap();
        for index in indices {
            assert_eq!(maxima(&market)[index], U256::ZERO, "verb {verb}");
        }
    }
}

fn id_owner(number: u8) -> Address {
    Address::repeat_byte(number)
}

#[motsu::test]
fn incident_38_after_a_pause_of_liquidation_borrowers_have_time_above_the_floor() {
    let market = guarded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let until = pause(&market, GUARDIAN, LIQUIDATE, HOUR).unwrap();
    let paused = || IVault::Paused {
        verb: U256::from(LIQUIDATE),
        until: U256::from(until),
    };
    // Health 0.96.
    market.set_price(0, 1_800);
    assert_refused(market.liquidate(KEEPER, account, 0), paused());
    assert!(!market.check(account, 0).succeeds);
    market.pass(until - VM::context().block_timestamp());
    let grace = || IVault::GracePeriod {
        account,
        until: U256::from(until + HOUR),
    };
    assert_refused(market.liquidate(KEEPER, account, 0), grace());
    // L4
    assert!(!market.check(account, 0).succeeds);
    // Under the floor there is no grace.
    market.set_price(0, 1_750);
    assert!(market.check(account, 0).succeeds);
    market.set_price(0, 1_800);
    market.pass(HOUR - 1);
    assert_refused(market.liquidate(KEEPER, account, 0), grace());
    market.pass(1);
    assert!(market.liquidate(KEEPER, account, 0).is_ok());
}

#[motsu::test]
fn incident_37_grace_never_covers_an_insolvent_account() {
    let market = guarded();
    market.admin(IVault::setGuardianCall {
        guardian: GUARDIAN,
        grace: U256::from(24 * HOUR),
        graceFloor: U256::ZERO,
    });
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let until = pause(&market, GUARDIAN, LIQUIDATE, HOUR).unwrap();
    market.pass(until - VM::context().block_timestamp());
    market.set_price(0, 1_800);
    assert!(matches!(
        market.liquidate(KEEPER, account, 0),
        Err(Error::GracePeriod(_))
    ));
    market.set_price(0, 1_500);
    assert!(market.liquidate(KEEPER, account, 0).is_ok());
    assert!(market.claim(account).closing);
}

/// A sequencer feed behind the adapter: 0 is up, since then.
fn with_sequencer(market: &Market) -> Contract<Feed> {
    let feed = Contract::<Feed>::random();
    let now = VM::context().block_timestamp();
    feed.sender(owner()).set(U256::ZERO, now - DAYS_3);
    let call = IOracleAdapter::setSequencerFeedCall {
        feed: feed.address(),
        grace: U256::from(ADAPTERS_GRACE),
    };
    market
        .oracle
        .call_raw(owner(), call.abi_encode())
        .expect("a sequencer feed is set");
    feed
}

#[motsu::test]
fn incident_37_after_an_outage_borrowers_have_time_above_the_floor() {
    let market = guarded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    let feed = with_sequencer(&market);
    let grace = |until: u64| IVault::GracePeriod {
        account,
        until: U256::from(until),
    };
    let said = |market: &Market| market.check(account, 0).reason;
    // Health 0.96, known to the adapter; the last outage is long over.
    market.pass(60);
    market.set_price(0, 1_800);
    market.poke(0);
    assert!(market.check(account, 0).succeeds);
    // Down: there is no end to the grace yet.
    let down = VM::context().block_timestamp();
    feed.sender(owner()).set(n(1), down);
    assert_refused(market.liquidate(KEEPER, account, 0), grace(u64::MAX));
    // Up again: first the adapter has no price, then the vault's grace runs on, from the same second.
    market.pass(HOUR);
    let up = VM::context().block_timestamp();
    feed.sender(owner()).set(U256::ZERO, up);
    market.pass(ADAPTERS_GRACE + 1);
    assert_refused(market.liquidate(KEEPER, account, 0), grace(up + HOUR));
    // L4
    assert_eq!(said(&market).0, IVault::GracePeriod::SELECTOR);
    // Under the floor there is none.
    market.set_price(0, 1_750);
    assert!(market.check(account, 0).succeeds);
    market.set_price(0, 1_800);
    market.pass(HOUR - ADAPTERS_GRACE - 2);
    assert_refused(market.liquidate(KEEPER, account, 0), grace(up + HOUR));
    market.pass(1);
    assert!(market.liquidate(KEEPER, account, 0).is_ok());
}

#[motsu::test]
fn incident_37_grace_after_an_outage_never_covers_an_insolvent_account_and_the_owner_may_do_without(
) {
    let market = guarded();
    let [rich, poor] = [0, 1].map(|index| {
        let account = id(ALICE, index);
        market.put(ALICE, account, 0, market.milli(0, 10_000));
        market
            .borrow(ALICE, account, market.usd(15_000))
            .expect("a loan");
        account
    });
    let feed = with_sequencer(&market);
    let set = |grace: u64| {
        market.admin(IVault::setGuardianCall {
            guardian: GUARDIAN,
            grace: U256::from(grace),
            graceFloor: U256::ZERO,
        });
    };
    set(24 * HOUR);
    feed.sender(owner())
        .set(U256::ZERO, VM::context().block_timestamp());
    market.pass(ADAPTERS_GRACE + 1);
    market.set_price(0, 1_800);
    assert!(matches!(
        market.liquidate(KEEPER, rich, 0),
        Err(Error::GracePeriod(_))
    ));
    market.set_price(0, 1_500);
    assert!(market.liquidate(KEEPER, poor, 0).is_ok());
    assert!(market.claim(poor).closing);
    market.set_price(0, 1_800);
    set(0);
    assert!(market.liquidate(KEEPER, rich, 0).is_ok());
}

#[motsu::test]
fn grace_has_bounds() {
    let market = guarded();
    let set = |grace: u64, floor: U256| {
        market.call(
            owner(),
            IVault::setGuardianCall {
                guardian: GUARDIAN,
                grace: U256::from(grace),
                graceFloor: floor,
            },
        )
    };
    assert!(set(24 * HOUR, percent(100)).is_ok());
    for (grace, floor) in [
        (24 * HOUR + 1, percent(90)),
        (HOUR, percent(101)),
        (HOUR, n(1)),
    ] {
        assert!(matches!(
            set(grace, floor),
            Err(Error::ParameterOutOfBounds(_))
        ));
    }
    let config = market.view(IVault::guardianConfigCall {});
    assert_eq!(config.guardian, GUARDIAN);
    assert_eq!(
        (config.grace, config.graceFloor),
        (U256::from(24 * HOUR), percent(100))
    );
}
