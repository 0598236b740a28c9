//! The steward: tightens a limit by a part, for a time, and nothing else.

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::vault::IVault;
use motsu::prelude::*;

use crate::common::{assert_refused, id, n, owner, percent, Error, Market};

const ALICE: Address = Address::repeat_byte(0xa1);
const STEWARD: Address = Address::repeat_byte(0x57);
const HOUR: u64 = 3_600;
const WEEK: u64 = 7 * 24 * HOUR;

/// Stands for the cap on total assets.
const POOL: Address = Address::ZERO;

fn stewarded() -> Market {
    let market = Market::new();
    market.lend(ALICE, market.usd(100_000));
    market.admin(IVault::setStewardCall { steward: STEWARD });
    market
        .vault
        .assert_emitted(&IVault::StewardSet { steward: STEWARD });
    market
}

fn tighten(
    market: &Market,
    who: Address,
    token: Address,
    percent: u64,
    duration: u64,
) -> Result<IVault::stewardshipReturn, Error> {
    let (percent, duration) = (U256::from(percent), U256::from(duration));
    let call = IVault::tightenCall {
        token,
        percent,
        duration,
    };
    market.call(who, call)?;
    Ok(market.view(IVault::stewardshipCall { token }))
}

fn out_of_bounds(parameter: &str, value: u64) -> IVault::ParameterOutOfBounds {
    IVault::ParameterOutOfBounds {
        parameter: B256::right_padding_from(parameter.as_bytes()),
        value: U256::from(value),
    }
}

fn limit(market: &Market) -> U256 {
    market.health(id(ALICE, 0)).borrowLimit
}

/// To the second at which something that ends then is over.
fn pass_until(market: &Market, time: U256) {
    market.pass(time.to::<u64>() - VM::context().block_timestamp());
}

#[motsu::test]
fn a_lower_borrow_ltv_stops_loans_and_liquidates_nobody_and_ends_by_itself() {
    // V1
    let market = stewarded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(12_000));
    let (health, before) = (market.health(account), limit(&market));
    let now = VM::context().block_timestamp();
    let done = tighten(&market, STEWARD, market.token(0), 60, 2 * HOUR + 1).unwrap();
    let until = (now + 2 * HOUR + 1).div_ceil(2 * HOUR) * 2 * HOUR;
    assert_eq!(done.steward, STEWARD);
    assert_eq!((done.percent, done.until), (n(60), U256::from(until)));
    market.vault.assert_emitted(&IVault::Tightened {
        token: market.token(0),
        percent: n(60),
        until: U256::from(until),
    });
    assert_eq!(limit(&market), before * n(60) / n(100));
    // The owner's figure is what is shown of it.
    let token = market.token(0);
    let config = market.view(IVault::collateralConfigCall { token });
    assert_eq!(config.borrowLtv, percent(75));
    // Neither health nor the threshold moved: the account is over its new limit, and safe.
    let after = market.health(account);
    assert_eq!((after.debt, after.capacity), (health.debt, health.capacity));
    assert!(matches!(
        market.liquidate(STEWARD, account, 0),
        Err(Error::AccountHealthy(_))
    ));
    assert!(matches!(
        market.borrow(ALICE, account, n(1)),
        Err(Error::OpeningMarginExceeded(_))
    ));
    // Debt is repaid, collateral added, as ever; the other token's limit is its own.
    market.give(ALICE, market.usd(100));
    let assets = market.usd(100);
    market.run(ALICE, IVault::repayCall { account, assets });
    market.put(ALICE, account, 0, n(10));
    let other = market.view(IVault::stewardshipCall {
        token: market.token(1),
    });
    assert_eq!((other.percent, other.until), (U256::ZERO, U256::ZERO));
    // Moving the threshold keeps it.
    market.run(STEWARD, IVault::updateMarginCall { token });
    assert!(limit(&market) < before * n(61) / n(100));
    pass_until(&market, done.until - n(1));
    assert!(limit(&market) < before * n(61) / n(100));
    market.pass(1);
    assert!(limit(&market) >= before);
    market.borrow(ALICE, account, market.usd(100)).unwrap();
}

#[motsu::test]
fn a_lower_supply_cap_keeps_new_money_out_and_lets_the_old_leave() {
    let market = stewarded();
    let cap = market.usd(150_000);
    market.admin(IVault::setSupplyCapCall { supplyCap: cap });
    let (receiver, owner) = (ALICE, ALICE);
    let room = market.view(IVault::maxDepositCall { receiver });
    assert_eq!(room, market.usd(50_000));
    let done = tighten(&market, STEWARD, POOL, 80, WEEK).unwrap();
    assert_eq!(
        market.view(IVault::maxDepositCall { receiver }),
        market.usd(20_000)
    );
    market.give(ALICE, cap);
    let assets = market.usd(20_000) + n(1);
    let call = |assets| IVault::depositCall { assets, receiver };
    assert_refused(
        market.call(ALICE, call(assets)),
        IVault::ERC4626ExceededMaxDeposit {
            receiver,
            assets,
            max: market.usd(20_000),
        },
    );
    market.run(ALICE, call(market.usd(20_000)));
    let assets = market.usd(60_000);
    market.run(
        ALICE,
        IVault::withdrawCall {
            assets,
            receiver,
            owner,
        },
    );
    // The cap on debt for sale, in the same word, is as it was.
    let room = market.view(IVault::roomOfCall { token: POOL });
    assert_eq!(room.cap, crate::common::UNCAPPED);
    pass_until(&market, done.until);
    assert_eq!(
        market.view(IVault::maxDepositCall { receiver }),
        market.usd(90_000)
    );
}

#[motsu::test]
fn it_is_neither_deep_nor_long_nor_chained_and_only_made_tighter() {
    let market = stewarded();
    let token = market.token(0);
    for percent in [0, 49, 100, 101] {
        assert_refused(
            tighten(&market, STEWARD, token, percent, HOUR),
            out_of_bounds("percent", percent),
        );
    }
    for duration in [0, WEEK + 1] {
        assert_refused(
            tighten(&market, STEWARD, token, 99, duration),
            out_of_bounds("duration", duration),
        );
    }
    let unknown = Address::repeat_byte(0x77);
    assert_refused(
        tighten(&market, STEWARD, unknown, 99, HOUR),
        IVault::UnknownCollateral { token: unknown },
    );
    let first = tighten(&market, STEWARD, token, 99, WEEK).unwrap();
    // Tighter, to the same end; not looser, and no longer.
    for percent in [99, 100] {
        assert_refused(
            tighten(&market, STEWARD, token, percent, WEEK),
            out_of_bounds("percent", percent),
        );
    }
    market.pass(HOUR);
    let second = tighten(&market, STEWARD, token, 50, WEEK).unwrap();
    assert_eq!((second.percent, second.until), (n(50), first.until));
    // Then not for a week.
    let from = first.until + U256::from(WEEK);
    let too_soon = || IVault::TighteningTooSoon { token, from };
    pass_until(&market, first.until);
    assert_refused(tighten(&market, STEWARD, token, 99, HOUR), too_soon());
    // Another limit has its own time.
    assert!(tighten(&market, STEWARD, market.token(1), 99, HOUR).is_ok());
    assert!(tighten(&market, STEWARD, POOL, 99, HOUR).is_ok());
    pass_until(&market, from - n(1));
    assert_refused(tighten(&market, STEWARD, token, 99, HOUR), too_soon());
    market.pass(1);
    assert!(tighten(&market, STEWARD, token, 50, WEEK).is_ok());
}

#[motsu::test]
fn the_steward_tightens_and_does_nothing_else() {
    let market = stewarded();
    let token = market.token(0);
    for who in [ALICE, owner()] {
        let refusal = IVault::NotAuthorized { caller: who };
        assert_refused(tighten(&market, who, token, 99, HOUR), refusal);
    }
    let refusal = || IVault::NotAuthorized { caller: STEWARD };
    let supply = IVault::setSupplyCapCall { supplyCap: n(1) };
    assert_refused(market.call(STEWARD, supply), refusal());
    let pause = IVault::pauseCall {
        verb: n(0),
        duration: n(1),
    };
    assert_refused(market.call(STEWARD, pause), refusal());
    let name = IVault::setStewardCall { steward: STEWARD };
    assert_refused(market.call(STEWARD, name), refusal());
    // One that is dismissed can do nothing any more; with no steward, nobody can.
    market.admin(IVault::setStewardCall {
        steward: Address::ZERO,
    });
    assert_refused(tighten(&market, STEWARD, token, 99, HOUR), refusal());
}

#[motsu::test]
fn the_owner_takes_it_back_or_confirms_it_by_setting_the_parameter() {
    let market = stewarded();
    market.open(ALICE, &[(0, 10_000)], market.usd(1_000));
    let token = market.token(0);
    let before = limit(&market);
    let spec = market.assets[0].spec;
    let done = tighten(&market, STEWARD, token, 50, WEEK).unwrap();
    assert_eq!(limit(&market), before / n(2));
    // Other parameters are set without touching it.
    market.admin(IVault::setRewardCall {
        tip: n(1),
        chip: n(1_000_000_000),
    });
    market.admin(IVault::setFeesCall {
        reserveFactor: percent(1),
        totalRoomCap: market.usd(1),
        fundMinimum: n(1),
    });
    assert_eq!(limit(&market), before / n(2));
    market.configure(token, &spec, market.usd(1));
    assert_eq!(limit(&market), before);
    let left = market.view(IVault::stewardshipCall { token });
    assert_eq!((left.percent, left.until), (U256::ZERO, done.until));
    // The owner had the last word: not at once again.
    assert_refused(
        tighten(&market, STEWARD, token, 50, WEEK),
        IVault::TighteningTooSoon {
            token,
            from: done.until + U256::from(WEEK),
        },
    );
    // Likewise the cap on total assets; a lower one stays for good.
    let done = tighten(&market, STEWARD, POOL, 50, WEEK).unwrap();
    let (cap, receiver) = (market.usd(200_000), ALICE);
    market.admin(IVault::setFeesCall {
        reserveFactor: percent(1),
        totalRoomCap: market.usd(2),
        fundMinimum: n(1),
    });
    let left = market.view(IVault::stewardshipCall { token: POOL });
    assert_eq!((left.percent, left.until), (n(50), done.until));
    market.admin(IVault::setSupplyCapCall { supplyCap: cap });
    let most = cap - market.total_assets();
    assert_eq!(market.view(IVault::maxDepositCall { receiver }), most);
}
