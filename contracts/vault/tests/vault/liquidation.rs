//! Liquidation of accounts that can pay: who, when, how much, and the auction's way back.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::{auction::ILiquidationAuction, oracle::Status, vault::IVault};
use proptest::prelude::*;

use crate::common::{
    assert_refused, id, n, percent, ratio_down, ratio_up, Market, Spec, BITCOIN, CAP_PERIOD, ETHER,
    TO_ZERO, UNCAPPED, WAD,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);
const KEEPER: Address = Address::repeat_byte(0xee);

/// A pool of 100,000 and an account with 10 ether against 15,000, all that it may borrow.
fn opened() -> (Market, alloy_primitives::B256) {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    (market, account)
}

/// The same after a fall from 2000 to 1800: unhealthy, and able to pay.
fn fallen() -> (Market, alloy_primitives::B256) {
    let (market, account) = opened();
    market.set_price(0, 1_800);
    (market, account)
}

/// Time after which an auction's price is back at the oracle's.
const TO_PAR: u64 = TO_ZERO - TO_ZERO * 100 / 105;

#[motsu::test]
fn a_healthy_account_is_refused_up_to_the_unit_at_which_debt_equals_capacity() {
    // L1
    let (market, account) = opened();
    // Capacity is 10·price·0.8: 15,000 at a price of 1875.
    market.set_price(0, 1_875);
    let health = market.health(account);
    assert_eq!(health.debt, health.capacity);
    let healthy = IVault::AccountHealthy {
        account,
        debt: health.debt,
        capacity: health.capacity,
    };
    assert_refused(market.liquidate(KEEPER, account, 0), healthy);
    let check = market.check(account, 0);
    assert!(!check.succeeds);
    assert_eq!(check.reason.0, IVault::AccountHealthy::SELECTOR);
    // One hundred-millionth of a dollar less for an ether is one unit less for ten of them.
    market.set_answer(0, n(187_500_000_000 - 13));
    let health = market.health(account);
    assert_eq!(health.debt - health.capacity, n(2));
    market.liquidate(KEEPER, account, 0).expect("unhealthy");
}

#[motsu::test]
fn a_liquidation_brings_the_account_to_its_target_health() {
    // L3, L4, A5
    let (market, account) = fallen();
    let check = market.check(account, 0);
    assert!(check.succeeds && !check.closing);
    let before = market.health(account);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    let after = market.health(account);
    assert_eq!(before.debt - after.debt, check.debt);
    let (free, in_lots) = market.collateral(account, 0);
    assert_eq!(in_lots, check.lot);
    assert_eq!(free, market.milli(0, 10_000) - check.lot);
    // x = (H*·D − B)/(H* − λ·k), with k = 1.05/0.9.
    let factor = ratio_up(percent(105), WAD, percent(90));
    let missing = percent(110) * before.debt - before.capacity * WAD;
    let gap = percent(110) * WAD - percent(80) * factor;
    assert_eq!(check.debt, ratio_up(missing, WAD, gap));
    assert!(after.healthFactor.abs_diff(percent(110)) < n(1_000_000_000));
    // Health is 0.96: 1 % and 4 % more.
    assert_eq!(check.penalty, ratio_up(check.debt, percent(5), WAD));
    assert_eq!(check.reward, market.usd(1) + check.debt / n(1_000));
    let status = market.status(auction_id);
    assert_eq!(status.lot, check.lot);
    assert_eq!(status.tab, check.debt + check.penalty);
    assert_eq!(status.debt, check.debt);
    assert_eq!(status.account, account);
    market.vault.assert_emitted(&IVault::Liquidated {
        account,
        token: market.token(0),
        auctionId: auction_id,
        debt: check.debt,
        lot: check.lot,
        penalty: check.penalty,
        reward: check.reward,
        keeper: KEEPER,
        debtBefore: before.debt,
        capacityBefore: before.capacity,
    });
    let claim = market.claim(account);
    assert_eq!(claim.carrying, check.debt + check.reward);
    assert_eq!(claim.penalty, check.penalty - check.reward);
    assert_eq!(claim.assigned, status.tab);
    assert_eq!(market.outstanding(account), status.tab);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

// V5
#[motsu::test]
fn a_sale_counts_no_interest_and_lowers_neither_the_share_price_nor_the_rate_of_the_time_before() {
    let (market, account) = fallen();
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    market.pass(TO_PAR);
    let (before, price) = (market.books(), market.share_price());
    let accruals = market.events::<IVault::Accrued>().len();
    let third = market.status(auction_id).lot / n(3);
    let (_, paid) = market.take(BOB, auction_id, third).expect("a part");
    assert_eq!(market.events::<IVault::Accrued>().len(), accruals);
    let after = market.books();
    assert_eq!(after.cash, before.cash + paid);
    assert_eq!(after.totalCarrying, before.totalCarrying - paid);
    assert!(after.totalBorrowAssets >= before.totalBorrowAssets);
    let unit = ratio_up(n(1), crate::common::ten_to(30), market.total_shares());
    let now = market.share_price();
    assert!(now >= price && now - price <= unit, "{price} became {now}");
    // What is lent now is less, and so is the rate from now on.
    assert!(after.utilisation < before.utilisation);
    assert!(after.borrowRate < before.borrowRate);
    market.run(CAROL, IVault::accrueCall {});
    assert_eq!(market.events::<IVault::Accrued>().len(), accruals + 1);
    assert_eq!(market.books(), after);
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
}

#[motsu::test]
fn from_liquidation_over_two_takes_to_a_surplus() {
    // A3, A6, V5
    let (market, account) = fallen();
    let price = market.share_price();
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    let check = market.claim(account);
    market.pass(TO_PAR);
    let (first, paid_first) = market
        .take(BOB, auction_id, market.milli(0, 3_000))
        .expect("a part");
    assert_eq!(first, market.milli(0, 3_000));
    let status = market.status(auction_id);
    assert_eq!(
        paid_first,
        ratio_up(first, status.price, crate::common::ten_to(36))
    );
    assert_eq!(market.claim(account).carrying, check.carrying - paid_first);
    market.assert_books(&[account], &[CAROL, KEEPER]);
    let (second, paid) = market.take(BOB, auction_id, U256::MAX).expect("the rest");
    assert_eq!(paid_first + paid, check.carrying + check.penalty);
    assert_eq!(market.token_wallet(0, BOB), first + second);
    assert!(!market.status(auction_id).live);
    let claim = market.claim(account);
    assert_eq!(claim.carrying + claim.penalty + claim.assigned, U256::ZERO);
    let (free, in_lots) = market.collateral(account, 0);
    assert_eq!(in_lots, U256::ZERO);
    assert_eq!(free, market.milli(0, 10_000) - first - second);
    let returned = market.events::<IVault::LotReturned>();
    assert_eq!(returned.len(), 1);
    let paid = market.events::<IVault::ClaimPaid>();
    assert_eq!(
        paid.iter().map(|paid| paid.penalty).sum::<U256>(),
        check.penalty
    );
    // The penalty less the reward is the fund's: in cash, and by anybody's call in shares.
    let books = market.books();
    assert_eq!(books.fundCash, check.penalty);
    assert_eq!(market.waterfall().pending, check.penalty + books.reserve);
    let cover = market.waterfall().cover;
    assert!(check.penalty + books.reserve - cover <= n(1));
    market.run(CAROL, IVault::mintReserveCall {});
    assert_eq!(market.waterfall().pending, U256::ZERO);
    assert!(cover - market.waterfall().cover <= n(1));
    assert_eq!(market.books().fundCash, U256::ZERO);
    let shares = market.shares(market.fund.address());
    let worth = market.view(IVault::convertToAssetsCall { shares });
    assert!(check.penalty + books.reserve - worth <= n(1));
    assert_eq!(market.books().totalCarrying, U256::ZERO);
    assert!(market.share_price() >= price, "V5");
    market.assert_books(&[account], &[CAROL, KEEPER]);
    // What is free is the owner's again.
    let call = IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount: n(1),
        receiver: ALICE,
    };
    market.run(ALICE, call);
}

#[motsu::test]
fn nothing_leaves_an_account_while_its_claim_is_open() {
    let (market, account) = fallen();
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    let refusal = IVault::ClaimOpen { account };
    let withdraw = IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount: n(1),
        receiver: ALICE,
    };
    assert_refused(market.call(ALICE, withdraw.clone()), refusal.clone());
    assert_refused(market.borrow(ALICE, account, n(1)), refusal.clone());
    // Paid by other means, the lot is still for sale until somebody closes it.
    let outstanding = market.outstanding(account);
    market.give(BOB, market.usd(100_000));
    let call = IVault::repayClaimCall {
        account,
        assets: U256::MAX,
    };
    assert_eq!(market.run(BOB, call), outstanding);
    assert_refused(market.call(ALICE, withdraw.clone()), refusal);
    assert!(market.take(BOB, auction_id, U256::MAX).is_err());
    market
        .auction_call(BOB, ILiquidationAuction::closeCall { id: auction_id })
        .expect("the claim is paid");
    assert_eq!(
        market.collateral(account, 0),
        (market.milli(0, 10_000), U256::ZERO)
    );
    market.run(ALICE, withdraw);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn what_a_lot_failed_to_raise_becomes_debt_again() {
    let (market, account) = fallen();
    let price = market.share_price();
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    let claim = market.claim(account);
    market.pass(5_000);
    let price_later = market.share_price();
    assert!(price_later >= price);
    let (taken, paid) = market.take(BOB, auction_id, U256::MAX).expect("the lot");
    assert!(paid < claim.carrying);
    assert_eq!(taken, market.token_wallet(0, BOB));
    let reinstated = market.events::<IVault::ClaimReinstated>();
    assert_eq!(reinstated.len(), 1);
    assert_eq!(reinstated[0].assets, claim.carrying - paid);
    let left = market.claim(account);
    assert_eq!(
        (left.carrying, left.penalty, left.assigned),
        (U256::ZERO, U256::ZERO, U256::ZERO)
    );
    assert!(market.share_price() >= price_later, "V5");
    assert_eq!(market.books().totalCarrying, U256::ZERO);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn the_token_to_sell_is_the_callers_choice_among_those_that_help() {
    // L3; the account is solvent by its bitcoin alone.
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    let account = market.open(ALICE, &[(0, 1_000), (1, 1_000)], market.usd(22_500));
    market.set_answer(1, n(2_546_600_000_000));
    let token = market.token(0);
    let refusal = IVault::HealthWouldNotImprove { account, token };
    assert_refused(market.liquidate(KEEPER, account, 0), refusal);
    assert_eq!(
        market.check(account, 0).reason.0,
        IVault::HealthWouldNotImprove::SELECTOR
    );
    let before = market.health(account);
    market.liquidate(KEEPER, account, 1).expect("bitcoin helps");
    assert!(market.health(account).healthFactor > before.healthFactor);
    let stranger = Address::repeat_byte(0x99);
    let call = IVault::liquidateCall {
        account,
        token: stranger,
        maxRepay: U256::MAX,
        keeper: KEEPER,
    };
    let refusal = IVault::UnknownCollateral { token: stranger };
    assert_refused(market.call(KEEPER, call), refusal);
}

#[motsu::test]
fn a_token_that_the_account_does_not_hold_is_nothing_to_sell() {
    let (market, account) = fallen();
    let token = market.token(1);
    let refusal = IVault::NothingToSell { account, token };
    assert_refused(market.liquidate(KEEPER, account, 1), refusal);
}

#[motsu::test]
fn the_cool_off_protects_a_new_position_unless_it_is_insolvent() {
    let (market, account) = opened();
    market.set_risk(110, 500, 100, 5, 300);
    market.set_price(0, 1_800);
    let until = U256::from(motsu::prelude::VM::context().block_timestamp() + 300);
    assert_refused(
        market.liquidate(KEEPER, account, 0),
        IVault::CoolOff { account, until },
    );
    market.pass(299);
    assert_refused(
        market.liquidate(KEEPER, account, 0),
        IVault::CoolOff { account, until },
    );
    market.pass(1);
    market
        .liquidate(KEEPER, account, 0)
        .expect("it has cooled off");

    let (market, account) = opened();
    market.set_risk(110, 500, 100, 5, 300);
    market.set_price(0, 1_600);
    market.liquidate(KEEPER, account, 0).expect("insolvent");
    assert!(market.claim(account).closing);
}

#[motsu::test]
fn room_caps_what_is_for_sale_and_comes_back_by_decay() {
    // A2
    let (market, account) = fallen();
    let (token, cap) = (market.token(0), market.usd(1_000));
    market.configure(token, &ETHER, cap);
    let room = || market.view(IVault::roomOfCall { token });
    let id_1 = market.liquidate(KEEPER, account, 0).expect("a lot");
    assert_eq!(room().live, cap);
    let refusal = IVault::NoRoom {
        token,
        room: U256::ZERO,
    };
    assert_refused(market.liquidate(KEEPER, account, 0), refusal.clone());
    market.pass(TO_PAR);
    market.take(BOB, id_1, U256::MAX).expect("all");
    // Sold, it counts on, and decays.
    let now = room();
    assert_eq!((now.live, now.decaying), (U256::ZERO, cap));
    assert_refused(market.liquidate(KEEPER, account, 0), refusal);
    market.pass(CAP_PERIOD / 2);
    assert_eq!(room().decaying, cap / n(2));
    let check = market.check(account, 0);
    assert_eq!(check.debt, cap / n(2));
    let id_2 = market
        .liquidate(KEEPER, account, 0)
        .expect("half of the room");
    assert_ne!(id_1, id_2);
    let total = market.view(IVault::roomOfCall {
        token: Address::ZERO,
    });
    assert_eq!(total.live, cap / n(2));
    assert_eq!(total.decaying, cap / n(2));
    market.pass(CAP_PERIOD);
    assert_eq!(room().decaying, U256::ZERO);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn the_cap_on_all_tokens_binds_as_well() {
    // A2
    let (market, account) = fallen();
    market.admin(IVault::setFeesCall {
        reserveFactor: percent(10),
        totalRoomCap: market.usd(1_000),
        fundMinimum: U256::ZERO,
    });
    assert_eq!(market.check(account, 0).debt, market.usd(1_000));
    market.liquidate(KEEPER, account, 0).expect("a lot");
    let refusal = IVault::NoRoom {
        token: market.token(0),
        room: U256::ZERO,
    };
    assert_refused(market.liquidate(KEEPER, account, 0), refusal);
}

#[motsu::test]
fn a_limit_below_the_least_lot_starts_nothing() {
    // A5
    let (market, account) = fallen();
    let (least, less) = (market.usd(100), market.usd(100) - n(1));
    assert_refused(
        market.liquidate_at_most(KEEPER, account, 0, less),
        IVault::BelowMinLot {
            debt: less,
            minLot: least,
        },
    );
    market
        .liquidate_at_most(KEEPER, account, 0, least)
        .expect("a lot");
    assert_eq!(market.debt(account), market.usd(15_000) - least);
    assert_eq!(
        market.books().totalCarrying - least,
        market.usd(1) + least / n(1_000)
    );
}

#[motsu::test]
fn a_token_without_a_good_price_can_not_be_sold_and_others_can() {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    let account = market.open(ALICE, &[(0, 5_000), (1, 500)], market.usd(18_000));
    market.pass(60);
    market.set_price(0, 1_600);
    market.poke(0);
    // Ether's feed falls silent for a week; its last sample still counts.
    motsu::prelude::VM::context().increase_time(7 * 86_400 + 1);
    market.set_price(1, 28_000);
    let token = market.token(0);
    let status = Status::Stale as u8;
    assert_refused(
        market.liquidate(KEEPER, account, 0),
        IVault::PriceNotOk { token, status },
    );
    market
        .liquidate(KEEPER, account, 1)
        .expect("bitcoin has a price");
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn two_auctions_of_one_account_pay_into_one_claim() {
    // A surplus of one makes up for what the other does not raise.
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    let account = market.open(ALICE, &[(0, 10_000), (1, 500)], market.usd(25_000));
    market.set_price(0, 1_650);
    let limit = market.usd(4_000);
    let id_0 = market
        .liquidate_at_most(KEEPER, account, 0, limit)
        .expect("ether");
    let id_1 = market
        .liquidate_at_most(KEEPER, account, 1, limit)
        .expect("bitcoin");
    let claim = market.claim(account);
    assert_eq!(claim.assigned, market.outstanding(account));
    market.assert_books(&[account], &[CAROL, KEEPER]);
    // The first is sold late and raises too little.
    market.pass(5_500);
    let (_, paid_0) = market.take(BOB, id_0, U256::MAX).expect("ether is sold");
    assert!(paid_0 < market.status(id_1).tab);
    assert!(market.events::<IVault::ClaimReinstated>().is_empty());
    let limit = market.view(IVault::claimLimitCall { account });
    assert!(limit.unassigned > U256::ZERO);
    market
        .auction_call(
            BOB,
            ILiquidationAuction::resetCall {
                id: id_1,
                keeper: KEEPER,
            },
        )
        .expect_err("neither old nor low");
    let (_, paid_1) = market.take(BOB, id_1, U256::MAX).expect("bitcoin is sold");
    let claim_paid = claim.carrying + claim.penalty;
    let reinstated: U256 = market
        .events::<IVault::ClaimReinstated>()
        .iter()
        .map(|event| event.assets)
        .sum();
    assert!(paid_0 + paid_1 + reinstated <= claim_paid);
    assert!(paid_0 + paid_1 + reinstated >= claim.carrying);
    assert_eq!(market.books().totalCarrying, U256::ZERO);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn whoever_the_keeper_is_lenders_pay_nothing_for_it() {
    // V5
    for (index, keeper) in [ALICE, KEEPER, CAROL].into_iter().enumerate() {
        let (market, account) = fallen();
        let price = market.share_price();
        let assets = market.total_assets();
        let check = market.check(account, 0);
        market.liquidate(keeper, account, 0).expect("a lot");
        assert!(market.share_price() >= price, "keeper {index}");
        assert_eq!(market.total_assets(), assets + check.reward);
        market.assert_books(&[account], &[ALICE, KEEPER, CAROL]);
    }
    let (market, account) = fallen();
    let fund = market.fund.address();
    let (price, check) = (market.share_price(), market.check(account, 0));
    let call = IVault::liquidateCall {
        account,
        token: market.token(0),
        maxRepay: U256::MAX,
        keeper: fund,
    };
    market.run(BOB, call);
    let shares = market.shares(fund);
    let worth = market.view(IVault::convertToAssetsCall { shares });
    assert!(check.reward - worth <= n(1));
    assert!(market.share_price() >= price);
}

#[motsu::test]
fn without_a_keeper_no_reward_is_charged() {
    let (market, account) = fallen();
    let check = market.check(account, 0);
    market.run(
        BOB,
        IVault::liquidateCall {
            account,
            token: market.token(0),
            maxRepay: U256::MAX,
            keeper: Address::ZERO,
        },
    );
    let claim = market.claim(account);
    assert_eq!(claim.carrying, check.debt);
    assert_eq!(claim.penalty, check.penalty);
}

#[motsu::test]
fn an_account_can_always_be_liquidated_whatever_the_tokens_decimals() {
    // L2: units of a token that are worth more than what is owed.
    for decimals in [0, 2] {
        let market = Market::with(6, &[Spec { decimals, ..ETHER }]);
        market.lend(CAROL, market.usd(100_000));
        let one = market.milli(0, 1_000);
        let account = id(ALICE, 0);
        market.put(ALICE, account, 0, one);
        market
            .borrow(ALICE, account, market.usd(1_500))
            .expect("a loan");
        market.set_price(0, 1_874);
        let health = market.health(account);
        assert!(health.debt > health.capacity);
        market
            .liquidate(KEEPER, account, 0)
            .unwrap_or_else(|error| panic!("{decimals} decimals: {error:?}"));
        assert!(market.health(account).healthFactor > health.healthFactor);
        market.assert_books(&[account], &[CAROL, KEEPER]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn view_and_verb_agree_to_the_unit_and_health_improves(
        asset_decimals in prop::sample::select(vec![2_u8, 6, 18]),
        token_decimals in prop::sample::select(vec![0_u8, 2, 6, 8, 18, 24]),
        thousands in 1_u128..400,
        ltv in 50_u128..100,
        fall in 0_u128..3_000,
        seconds in 0_u64..100_000,
        cap in prop::option::of(100_u128..20_000),
    ) {
        // L2, L3, L4
        let spec = Spec { decimals: token_decimals, price: 20, ..ETHER };
        let market = Market::with(asset_decimals, &[spec, BITCOIN]);
        market.lend(CAROL, market.usd(10_000_000));
        let account = id(ALICE, 0);
        market.put(ALICE, account, 0, market.milli(0, thousands * 1_000_000));
        let limit = market.health(account).borrowLimit;
        let debt = ratio_down(limit, n(ltv), n(100)).max(market.usd(500));
        market.borrow(ALICE, account, debt).expect("a loan");
        market.pass(seconds);
        if let Some(cap) = cap {
            market.configure(market.token(0), &spec, market.usd(cap));
        }
        market.set_answer(0, n(2_000_000_000) * n(10_000 - fall) / n(10_000));
        let check = market.check(account, 0);
        let before = market.health(account);
        let outcome = market.liquidate(KEEPER, account, 0);
        prop_assert_eq!(check.succeeds, outcome.is_ok());
        match outcome {
            Err(error) => {
                prop_assert_eq!(&check.reason.0[..], &alloy_sol_types::SolInterface::abi_encode(&error)[..4]);
                prop_assert!(
                    matches!(error, crate::common::Error::AccountHealthy(_)),
                    "L2: {:?} at health {}",
                    error,
                    before.healthFactor
                );
            }
            Ok(_) => {
                let events = market.events::<IVault::Liquidated>();
                let event = &events[0];
                prop_assert_eq!(
                    (event.debt, event.lot, event.penalty, event.reward),
                    (check.debt, check.lot, check.penalty, check.reward)
                );
                prop_assert_eq!(market.claim(account).closing, check.closing);
                prop_assert_eq!(before.debt, event.debtBefore);
                let after = market.health(account);
                prop_assert!(after.healthFactor > before.healthFactor);
                let room = market.view(IVault::roomOfCall { token: market.token(0) });
                prop_assert!(room.live <= room.cap + market.usd(500), "A2");
                // V9
                prop_assert!(after.debt.is_zero() || after.debt >= market.usd(500));
            }
        }
        market.assert_books(&[account], &[CAROL, KEEPER]);
        prop_assert!(UNCAPPED >= check.debt);
    }
}
