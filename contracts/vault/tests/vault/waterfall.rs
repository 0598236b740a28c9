//! Accounts that can't pay: closing, losses, who bears them, and what is recovered.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::{auction::ILiquidationAuction, vault::IVault};

use crate::common::{
    assert_refused, id, n, percent, ratio_down, ratio_up, Market, Spec, BITCOIN, ETHER,
    VIRTUAL_SHARES, WAD,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);
const KEEPER: Address = Address::repeat_byte(0xee);

/// A pool of 100,000, a fund of `fund` dollars, and an account with 10 ether at 1500 against 15,000: insolvent.
fn insolvent(fund: u128) -> (Market, B256) {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    if fund > 0 {
        market.endow_fund(market.usd(fund));
    }
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_500);
    (market, account)
}

/// How far a share price may move by one unit of the loan asset, in its scale.
fn unit(market: &Market) -> U256 {
    ratio_up(n(1), crate::common::ten_to(30), market.total_shares()) + n(1)
}

#[track_caller]
fn assert_kept(market: &Market, before: U256) {
    let after = market.share_price();
    assert!(after >= before, "V5: {before} fell to {after}");
    assert!(
        after - before <= unit(market),
        "V5: {before} rose to {after}"
    );
}

fn losses(market: &Market) -> Vec<IVault::LossRecognised> {
    market.events()
}

#[motsu::test]
fn a_loss_that_the_fund_bears_leaves_the_share_price_where_it_is() {
    // V5, F2
    let (market, account) = insolvent(5_000);
    let fund = market.fund.address();
    let (price, shares) = (market.share_price(), market.shares(fund));
    let check = market.check(account, 0);
    assert!(check.succeeds && check.closing);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("closing");
    assert_ne!(auction_id, U256::ZERO);
    assert_kept(&market, price);
    // 10·1500 less 5 % is what the lenders count; the rest, and the reward, is lost.
    let carrying = market.usd(14_250);
    let loss = market.usd(750) + check.reward;
    let events = losses(&market);
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].loss, events[0].covered, events[0].shared),
        (loss, loss, U256::ZERO)
    );
    assert_eq!(shares - market.shares(fund), events[0].sharesBurned);
    let claim = market.claim(account);
    assert!(claim.closing);
    assert_eq!(
        (claim.carrying, claim.writtenOff, claim.fundPaid),
        (carrying, loss, loss)
    );
    assert_eq!(market.debt(account), U256::ZERO);
    market.vault.assert_emitted(&IVault::ClosingStarted {
        account,
        debt: market.usd(15_000),
        carrying,
        penalty: check.penalty,
    });
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
    // Interest stops.
    market.pass(1_000);
    assert_eq!(market.claim(account).carrying, carrying);
}

#[motsu::test]
fn what_the_fund_can_not_bear_is_shared_by_all() {
    // V5, F2
    let (market, account) = insolvent(100);
    let minimum = market.shares(market.fund.address()) / n(4);
    market.admin(IVault::setFeesCall {
        reserveFactor: percent(10),
        totalRoomCap: crate::common::UNCAPPED,
        fundMinimum: minimum,
    });
    let (assets, shares) = (market.total_assets(), market.total_shares());
    market.liquidate(KEEPER, account, 0).expect("closing");
    let events = losses(&market);
    let event = &events[0];
    assert_eq!(event.covered + event.shared, event.loss);
    assert!(event.shared > U256::ZERO);
    assert_eq!(market.shares(market.fund.address()), minimum);
    // The price falls by what is shared over all shares, and by no more than a unit besides.
    let left = market.total_shares() + VIRTUAL_SHARES;
    let worth = ratio_down(assets + n(1), left, shares + VIRTUAL_SHARES);
    let actual = market.total_assets() + n(1);
    assert!(
        actual.abs_diff(worth - event.shared) <= n(2),
        "V5: {actual}, not {worth} - {}",
        event.shared
    );
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
}

#[motsu::test]
fn what_is_recovered_goes_first_to_the_fund_and_then_vests_for_lenders() {
    let (market, account) = insolvent(100);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("closing");
    let claim = market.claim(account);
    assert!(claim.fundPaid > U256::ZERO && claim.fundPaid < claim.writtenOff);
    let price = market.share_price();
    // At once, at 5 % over the oracle: everything is paid, penalty included.
    let outstanding = market.outstanding(account);
    let (_, paid) = market.take(BOB, auction_id, U256::MAX).expect("the lot");
    assert_eq!(paid, outstanding);
    let payments = market.events::<IVault::ClaimPaid>();
    let payment = &payments[0];
    assert_eq!(payment.carrying, claim.carrying);
    assert_eq!(payment.recovered, claim.writtenOff);
    assert_eq!(payment.recoveredToFund, claim.fundPaid);
    assert_eq!(payment.penalty, claim.penalty);
    let vesting = payment.recovered - payment.recoveredToFund;
    assert_eq!(market.books().unvested, vesting);
    assert_kept(&market, price);
    let due = payment.recoveredToFund + payment.penalty;
    assert_eq!(market.books().fundCash, due);
    market.run(BOB, IVault::mintReserveCall {});
    assert_kept(&market, price);
    let shares = market.shares(market.fund.address());
    let worth = market.view(IVault::convertToAssetsCall { shares });
    assert!(worth + n(1) >= due && worth <= due + n(1));
    // Half after three hours, all after six.
    market.pass(3 * 3_600);
    assert_eq!(market.books().unvested, vesting / n(2));
    market.pass(3 * 3_600);
    assert_eq!(market.books().unvested, U256::ZERO);
    assert!(market.share_price() > price);
    assert!(!market.claim(account).closing);
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
}

#[motsu::test]
fn repaying_the_claim_in_full_ends_the_closing() {
    let (market, account) = insolvent(5_000);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("closing");
    market.give(BOB, market.usd(100_000));
    let outstanding = market.outstanding(account);
    assert_eq!(
        outstanding,
        market.usd(15_750),
        "debt and penalty, the reward in it"
    );
    let part = market.usd(15_000);
    let call = |assets| IVault::repayClaimCall { account, assets };
    assert_eq!(market.run(BOB, call(part)), part);
    assert!(market.claim(account).closing);
    market
        .auction_call(BOB, ILiquidationAuction::closeCall { id: auction_id })
        .expect_err("not paid yet");
    assert_eq!(market.run(BOB, call(U256::MAX)), outstanding - part);
    assert_refused(market.call(BOB, call(U256::MAX)), IVault::ZeroAmount {});
    market
        .auction_call(BOB, ILiquidationAuction::closeCall { id: auction_id })
        .expect("paid");
    assert!(!market.claim(account).closing);
    assert_eq!(
        market.collateral(account, 0),
        (market.milli(0, 10_000), U256::ZERO)
    );
    let call = IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount: U256::MAX,
        receiver: ALICE,
    };
    market.run(ALICE, call);
    assert_eq!(market.token_wallet(0, ALICE), market.milli(0, 10_000));
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
}

#[motsu::test]
fn closing_begins_whatever_the_room_and_sells_lot_by_lot() {
    // A2, A6
    let (market, account) = insolvent(5_000);
    let token = market.token(0);
    market.configure(token, &ETHER, U256::ZERO);
    let price = market.share_price();
    assert!(market.check(account, 0).succeeds);
    assert_eq!(
        market.liquidate(KEEPER, account, 0).expect("closing"),
        U256::ZERO
    );
    assert!(market.claim(account).closing);
    assert_kept(&market, price);
    assert_refused(
        market.liquidate(KEEPER, account, 0),
        IVault::NoRoom {
            token,
            room: U256::ZERO,
        },
    );
    market.configure(token, &ETHER, market.usd(5_000));
    let mut lots = 0;
    while market.claim(account).closing {
        let check = market.check(account, 0);
        assert!(check.succeeds, "{check:?}");
        assert_eq!(
            (check.debt, check.penalty, check.reward),
            (U256::ZERO, U256::ZERO, U256::ZERO)
        );
        let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
        let room = market.view(IVault::roomOfCall { token });
        assert!(room.live + room.decaying <= room.cap, "A2");
        market.pass(800);
        market.take(BOB, auction_id, U256::MAX).expect("sold");
        market.pass(4_000);
        lots += 1;
        market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
    }
    assert!(lots > 2);
    let claim = market.claim(account);
    assert_eq!(
        claim.carrying + claim.writtenOff + claim.penalty,
        U256::ZERO
    );
    assert_eq!(market.collateral(account, 0).1, U256::ZERO);
    assert_eq!(market.books().totalCarrying, U256::ZERO);
    let room = market.view(IVault::roomOfCall {
        token: Address::ZERO,
    });
    assert_eq!(room.live, U256::ZERO);
}

#[motsu::test]
fn the_last_lot_of_a_closing_that_raises_too_little_is_a_further_loss() {
    // V5, F2
    let (market, account) = insolvent(20_000);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("closing");
    market.pass(5_000);
    market.run(BOB, IVault::accrueCall {});
    let (price, carrying) = (market.share_price(), market.claim(account).carrying);
    let (_, paid) = market.take(BOB, auction_id, U256::MAX).expect("sold");
    let events = losses(&market);
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].loss, carrying - paid);
    assert_eq!(events[1].covered, events[1].loss);
    assert_kept(&market, price);
    let claim = market.claim(account);
    assert!(!claim.closing);
    assert_eq!(
        claim.writtenOff + claim.carrying + claim.fundPaid,
        U256::ZERO
    );
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
}

#[motsu::test]
fn collateral_too_small_for_a_lot_goes_to_the_fund_and_ends_the_closing() {
    let (market, account) = insolvent(20_000);
    market.set_price(0, 10);
    let price = market.share_price();
    let check = market.check(account, 0);
    assert!(check.succeeds && check.closing);
    assert_eq!(check.lot, U256::ZERO);
    assert_eq!(
        market.liquidate(KEEPER, account, 0).expect("dust"),
        U256::ZERO
    );
    market.vault.assert_emitted(&IVault::DustToFund {
        account,
        token: market.token(0),
        amount: market.milli(0, 10_000),
    });
    let fund_account = id(market.fund.address(), 0);
    assert_eq!(
        market.collateral(fund_account, 0).0,
        market.milli(0, 10_000)
    );
    assert!(!market.claim(account).closing);
    assert_eq!(market.debt(account), U256::ZERO);
    assert_kept(&market, price);
    market.assert_books(&[account], &[CAROL, KEEPER, crate::common::lender()]);
}

#[motsu::test]
fn the_penalty_of_a_closing_is_that_of_a_token_which_the_account_holds() {
    // A5: the caller must not raise the penalty, and with it the cap of its reward, by naming another token.
    let market = Market::with(
        6,
        &[
            ETHER,
            Spec {
                penalty_max: 15,
                threshold: 60,
                borrow_ltv: 50,
                ..BITCOIN
            },
        ],
    );
    market.lend(CAROL, market.usd(100_000));
    market.endow_fund(market.usd(10_000));
    market.admin(IVault::setRewardCall {
        tip: U256::ZERO,
        chip: percent(50),
    });
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_500);
    let penalty = ratio_up(market.usd(15_000), percent(ETHER.penalty_max), WAD);
    if market.liquidate(KEEPER, account, 1).is_ok() {
        let events = market.events::<IVault::Liquidated>();
        assert_eq!(events[0].penalty, penalty);
    }
}

#[motsu::test]
fn an_account_in_closing_takes_no_loan_and_gives_no_collateral() {
    let (market, account) = insolvent(5_000);
    market.configure(market.token(0), &ETHER, U256::ZERO);
    market.liquidate(KEEPER, account, 0).expect("closing");
    market.put(ALICE, account, 0, market.milli(0, 100_000));
    let refusal = IVault::ClaimOpen { account };
    assert_refused(
        market.borrow(ALICE, account, market.usd(500)),
        refusal.clone(),
    );
    let call = IVault::withdrawCollateralCall {
        account,
        token: market.token(0),
        amount: n(1),
        receiver: ALICE,
    };
    assert_refused(market.call(ALICE, call), refusal);
    let call = IVault::repayCall {
        account,
        assets: n(1),
    };
    // It has no debt any more, only a claim: `repayClaim` pays that.
    assert_eq!(market.run(ALICE, call), U256::ZERO);
}

#[motsu::test]
fn the_view_says_what_refuses_a_lot_of_an_account_in_closing() {
    // L4
    let (market, account) = insolvent(5_000);
    market.liquidate(KEEPER, account, 0).expect("closing");
    let check = market.check(account, 0);
    assert!(!check.succeeds);
    assert_eq!(check.reason.0, IVault::NothingToSell::SELECTOR);
    let token = market.token(0);
    let refusal = IVault::NothingToSell { account, token };
    assert_refused(market.liquidate(KEEPER, account, 0), refusal);
}
