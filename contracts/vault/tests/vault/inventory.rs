//! What the fund absorbed: its worth, its sale for vault shares, leaving in kind, arrears, and the view of the waterfall.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_fixed_point::mul_div_down;
use breakwater_interfaces::{auction::ILiquidationAuction, fund::IInsuranceFund, vault::IVault};

use crate::common::{assert_refused, id, lender, n, percent, ratio_up, ten_to, Market, WAD};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);
const DAVE: Address = Address::repeat_byte(0xda);
const KEEPER: Address = Address::repeat_byte(0xee);

/// New money of `who` into the vault, and its shares into the fund.
pub(crate) fn stake(market: &Market, who: Address, assets: U256) -> U256 {
    let shares = market.lend(who, assets);
    let spender = market.fund.address();
    market.run(
        who,
        IVault::approveCall {
            spender,
            value: U256::MAX,
        },
    );
    let call = IInsuranceFund::depositCall {
        assets: shares,
        receiver: who,
    };
    market.fund_call(who, call).expect("a stake")
}

/// Lets the auction take vault shares of `who` for lots of the fund.
pub(crate) fn allow_auction(market: &Market, who: Address) {
    let spender = market.auction.address();
    market.run(
        who,
        IVault::approveCall {
            spender,
            value: U256::MAX,
        },
    );
}

/// A pool of 100,000, a stake of `staked` dollars of Bob's, and a lot of Alice's at a price at which the fund takes it.
fn lot_at_the_backstop(staked: u128) -> (Market, B256, U256) {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    stake(&market, BOB, market.usd(staked));
    market.set_inventory_curve(0);
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(14_000));
    market.set_price(0, 1_700);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    market.pass(1_000);
    (market, account, auction_id)
}

fn absorb(market: &Market, auction_id: U256, max_lot: U256) -> Result<(U256, U256), Vec<u8>> {
    let call = IInsuranceFund::absorbCall {
        id: auction_id,
        maxLot: max_lot,
    };
    let answer = market.fund_call(KEEPER, call)?;
    Ok((answer.lotTaken, answer.paid))
}

/// Value of an amount of ether at a whole price.
fn value(amount: U256, price: u128) -> U256 {
    amount * n(price) / ten_to(12)
}

// F4
#[motsu::test]
fn what_the_fund_absorbed_counts_at_mid_for_those_who_come_and_at_low_for_those_who_leave() {
    let (market, account, auction_id) = lot_at_the_backstop(40_000);
    let before = market.waterfall();
    // What the claim may bring the fund is pending: it is in the high value before it comes.
    let claim = market.claim(account);
    let reserve = market.books().reserve;
    assert!(claim.penalty > U256::ZERO);
    assert_eq!(before.pending, claim.penalty + claim.fundPaid + reserve);
    assert_eq!(before.low, before.fundShares);
    assert!(before.high > before.low);
    let (taken, paid) = absorb(&market, auction_id, U256::MAX).expect("taken");
    let after = market.waterfall();
    assert_eq!(after.inventoryMid, value(taken, 1_700));
    assert_eq!(
        after.inventoryLow,
        mul_div_down(after.inventoryMid, percent(95), WAD).unwrap()
    );
    assert!(
        after.inventoryLow >= paid,
        "at the backstop nothing is lost"
    );
    assert!(
        after.low >= before.low,
        "F4: {} fell to {}",
        before.low,
        after.low
    );
    let fund = market.fund_view(IInsuranceFund::worthCall {});
    assert_eq!((fund.high, fund.low), (after.high, after.low));
    assert_eq!(
        after.absorbedShares,
        market.events::<IVault::LotAbsorbed>()[0].sharesBurned
    );
    assert_eq!(
        market.fund_view(IInsuranceFund::absorbedSharesCall {}),
        after.absorbedShares
    );
    // Coming costs the high value.
    let supply = market.fund_view(IInsuranceFund::totalSupplyCall {});
    let bought = market.fund_view(IInsuranceFund::previewDepositCall {
        assets: after.fundShares,
    });
    let expected = after.fundShares * (supply + n(1_000_000)) / (after.high + n(1));
    assert_eq!(bought, expected);
    assert!(stake(&market, DAVE, market.usd(1_000)) > U256::ZERO);
}

// F1, V3
#[motsu::test]
fn inventory_is_sold_for_vault_shares_and_not_under_its_low_value() {
    let (market, account, auction_id) = lot_at_the_backstop(40_000);
    let (taken, _) = absorb(&market, auction_id, U256::MAX).expect("taken");
    let token = market.token(0);
    let sell = || IInsuranceFund::sellInventoryCall {
        token,
        maxLot: U256::MAX,
    };
    let sale = market.fund_call(CAROL, sell()).expect("for sale");
    let status = market.status(sale);
    assert_eq!(
        (status.lot, status.tab, status.debt),
        (taken, U256::ZERO, U256::ZERO)
    );
    assert_eq!(status.account, id(market.fund.address(), 0));
    // 2 % above the price.
    assert_eq!(
        status.price,
        market
            .auction_view(ILiquidationAuction::quoteCall {
                id: sale,
                maxLot: taken
            })
            .price
    );
    assert_eq!(value(taken, 1_700) * n(102) / n(100), value(taken, 1_734));
    let low = market.waterfall().low;
    assert!(market.waterfall().lowInLots > U256::ZERO);
    // The fund does not absorb what is its own, and nobody closes it.
    let refused = absorb(&market, sale, U256::MAX).expect_err("its own lot");
    assert_eq!(
        refused,
        ILiquidationAuction::NothingOwed { id: sale }.abi_encode()
    );
    let close = ILiquidationAuction::closeCall { id: sale };
    market
        .auction_call(KEEPER, close)
        .expect_err("nobody owes anything");
    // A part, for vault shares, of a taker who has allowed it.
    market.pass(3_600);
    let refused = market
        .take(CAROL, sale, taken / n(2))
        .expect_err("no allowance");
    assert_eq!(refused[..4], IVault::ERC20InsufficientAllowance::SELECTOR);
    allow_auction(&market, CAROL);
    let (cash, shares) = (market.books().cash, market.shares(CAROL));
    let fund_shares = market.shares(market.fund.address());
    let (part, paid) = market.take(CAROL, sale, taken / n(2)).expect("a part");
    assert_eq!(market.token_wallet(0, CAROL), part);
    assert_eq!(market.books().cash, cash, "no cash moves");
    let given = shares - market.shares(CAROL);
    assert_eq!(market.shares(market.fund.address()) - fund_shares, given);
    let worth = market.view(IVault::convertToAssetsCall { shares: given });
    assert!(worth >= paid && worth <= paid + n(1));
    assert!(market.waterfall().low >= low, "F1");
    // Under the low value it is not sold, and once its time is over it can be started again.
    market.pass(60_000);
    assert!(!market.status(sale).needsReset);
    let refused = market.take(CAROL, sale, U256::MAX).expect_err("too cheap");
    assert_eq!(refused[..4], IVault::PaymentBelowLowValue::SELECTOR);
    market.pass(30_000);
    let reset = ILiquidationAuction::resetCall {
        id: sale,
        keeper: KEEPER,
    };
    market.auction_call(KEEPER, reset).expect("started again");
    market.take(CAROL, sale, U256::MAX).expect("the rest");
    let after = market.waterfall();
    assert!(after.low >= low, "F1");
    assert_eq!(
        (after.absorbedShares, after.inventoryMid),
        (U256::ZERO, U256::ZERO)
    );
    assert!(market
        .auction_view(ILiquidationAuction::activeCall {
            offset: U256::ZERO,
            limit: n(9)
        })
        .is_empty());
    market.assert_books(&[account], &[CAROL, KEEPER, BOB, lender()]);
    assert_eq!(market.events::<IVault::InventorySold>().len(), 2);
}

#[motsu::test]
fn a_cancelled_sale_gives_the_fund_its_collateral_back() {
    let (market, _, auction_id) = lot_at_the_backstop(40_000);
    let (taken, _) = absorb(&market, auction_id, U256::MAX).expect("taken");
    let token = market.token(0);
    let call = IInsuranceFund::sellInventoryCall {
        token,
        maxLot: taken / n(2),
    };
    let sale = market.fund_call(CAROL, call).expect("for sale");
    let account = id(market.fund.address(), 0);
    assert_eq!(
        market.collateral(account, 0),
        (taken - taken / n(2), taken / n(2))
    );
    let cancel = ILiquidationAuction::cancelCall { id: sale };
    market
        .auction_call(crate::common::owner(), cancel)
        .expect("cancelled");
    assert_eq!(market.collateral(account, 0), (taken, U256::ZERO));
    // Dust is not put up for sale.
    let call = IInsuranceFund::sellInventoryCall {
        token,
        maxLot: taken / n(1_000),
    };
    let refused = market.fund_call(CAROL, call).expect_err("dust");
    assert_eq!(refused[..4], IVault::BelowMinLot::SELECTOR);
}

#[motsu::test]
fn only_the_auction_and_the_fund_move_inventory() {
    let (market, _, auction_id) = lot_at_the_backstop(40_000);
    absorb(&market, auction_id, U256::MAX).expect("taken");
    let token = market.token(0);
    let refusal = IVault::NotAuthorized { caller: CAROL };
    let call = IVault::sellInventoryCall {
        token,
        maxLot: n(1),
    };
    assert_refused(market.call(CAROL, call), refusal.clone());
    let call = IVault::settleInventoryCall {
        token,
        payer: BOB,
        amount: n(1),
        payment: n(1),
        lotReturned: n(1),
    };
    assert_refused(market.call(CAROL, call), refusal.clone());
    let call = IVault::withdrawInventoryCall {
        part: n(1),
        whole: n(1),
        tokens: U256::MAX,
        receiver: CAROL,
    };
    assert_refused(market.call(CAROL, call), refusal);
}

// F1, incident 24
#[motsu::test]
fn who_leaves_in_kind_takes_its_part_and_leaves_the_others_theirs() {
    let (market, account, auction_id) = lot_at_the_backstop(40_000);
    let shares = stake(&market, DAVE, market.usd(20_000));
    let (taken, _) = absorb(&market, auction_id, U256::MAX).expect("taken");
    let request = IInsuranceFund::requestRedeemCall {
        shares,
        controller: DAVE,
        owner: DAVE,
    };
    market.fund_call(DAVE, request).expect("a request");
    market.pass(7 * 86_400);
    market.run(KEEPER, IVault::mintReserveCall {});
    let before = market.waterfall();
    let supply = market.fund_view(IInsuranceFund::totalSupplyCall {}) + n(1_000_000);
    let call = IInsuranceFund::redeemInKindCall {
        shares,
        receiver: DAVE,
        controller: DAVE,
        tokens: U256::MAX,
    };
    let paid = market.fund_call(DAVE, call).expect("in kind");
    assert_eq!(paid, shares * (before.fundShares + n(1)) / supply);
    assert_eq!(market.token_wallet(0, DAVE), taken * shares / supply);
    let after = market.waterfall();
    let left = supply - shares;
    // The others have what they had, a share, and the part of what was spent on lots is theirs too.
    assert!(
        (after.low + n(3_000_000)) * supply >= before.low * left,
        "F1"
    );
    assert!(after.absorbedShares * supply >= before.absorbedShares * left);
    assert!(after.absorbedShares * supply <= before.absorbedShares * left + supply);
    market.assert_books(&[account], &[CAROL, KEEPER, BOB, DAVE, lender()]);
    // A token that is left out is given up.
    let rest = market.fund_view(IInsuranceFund::balanceOfCall { owner: BOB });
    let request = IInsuranceFund::requestRedeemCall {
        shares: rest,
        controller: BOB,
        owner: BOB,
    };
    market.fund_call(BOB, request).expect("a request");
    market.pass(7 * 86_400);
    let call = IInsuranceFund::redeemInKindCall {
        shares: rest,
        receiver: BOB,
        controller: BOB,
        tokens: n(2),
    };
    market.fund_call(BOB, call).expect("without ether");
    assert_eq!(market.token_wallet(0, BOB), U256::ZERO);
}

/// The fund has absorbed a lot of Alice's, and then a loss of Dave's takes all its shares.
fn arrears() -> (Market, [B256; 2]) {
    let (market, account, auction_id) = lot_at_the_backstop(8_000);
    market.set_inventory_curve(1);
    let other = market.open(DAVE, &[(1, 1_500)], market.usd(31_000));
    let lot = market.status(auction_id).lot;
    absorb(&market, auction_id, lot / n(3)).expect("a third");
    market.set_price(1, 15_000);
    (market, [account, other])
}

// F2, F4, V5
#[motsu::test]
fn a_loss_beyond_the_shares_is_owed_and_paid_by_sales_first() {
    let (market, accounts) = arrears();
    let before = market.waterfall();
    assert!(before.inventoryMid > U256::ZERO);
    market.liquidate(KEEPER, accounts[1], 1).expect("closing");
    let losses = market.events::<IVault::LossRecognised>();
    let loss = &losses[0];
    assert_eq!(loss.covered + loss.shared, loss.loss, "F2");
    assert!(loss.shared > U256::ZERO);
    let after = market.waterfall();
    assert_eq!(after.arrears, loss.shared.min(after.inventoryMid));
    assert_eq!(
        market.claim(accounts[1]).fundPaid,
        loss.covered + after.arrears
    );
    // While lenders are owed, the fund takes no lots, and nobody leaves in kind.
    let auctions = market.auction_view(ILiquidationAuction::activeCall {
        offset: U256::ZERO,
        limit: n(9),
    });
    assert!(!auctions.is_empty());
    stake(&market, CAROL, market.usd(5_000));
    let refused = absorb(&market, auctions[0], U256::MAX).expect_err("arrears");
    assert_eq!(
        refused,
        IVault::ArrearsOpen { due: after.arrears }.abi_encode()
    );
    let shares = market.fund_view(IInsuranceFund::balanceOfCall { owner: CAROL });
    let request = IInsuranceFund::requestRedeemCall {
        shares,
        controller: CAROL,
        owner: CAROL,
    };
    market.fund_call(CAROL, request).expect("a request");
    let paid_in = market.waterfall().fundShares;
    // A sale pays lenders first: what is burnt vests for them.
    let token = market.token(0);
    let call = IInsuranceFund::sellInventoryCall {
        token,
        maxLot: U256::MAX,
    };
    let sale = market.fund_call(KEEPER, call).expect("for sale");
    let price = market.share_price();
    let unvested = market.books().unvested;
    allow_auction(&market, CAROL);
    market.run(CAROL, IVault::accrueCall {});
    let (_, paid) = market.take(CAROL, sale, U256::MAX).expect("sold");
    let sold = market.waterfall();
    let to_lenders = paid.min(after.arrears);
    assert_eq!(market.books().unvested, unvested + to_lenders);
    assert!(market.share_price() >= price, "V5");
    // 2 % above the price: more than was owed.
    assert!(paid > after.arrears);
    assert_eq!(sold.arrears, U256::ZERO);
    let rest = market.view(IVault::convertToSharesCall {
        assets: paid - to_lenders,
    });
    assert!(sold.fundShares - paid_in <= rest + n(2_000_000));
    // Now it may leave in kind.
    market.pass(7 * 86_400);
    let call = IInsuranceFund::redeemInKindCall {
        shares,
        receiver: CAROL,
        controller: CAROL,
        tokens: U256::MAX,
    };
    market.fund_call(CAROL, call).expect("in kind");
    market.assert_books(&accounts, &[CAROL, KEEPER, BOB, DAVE, lender()]);
}

// F2
#[motsu::test]
fn a_recovery_pays_arrears_before_it_is_the_funds() {
    let (market, accounts) = arrears();
    let auction_id = market.liquidate(KEEPER, accounts[1], 1).expect("closing");
    let claim = market.claim(accounts[1]);
    let due = market.waterfall().arrears;
    assert!(due > U256::ZERO);
    // Ether is dear again, and all of the claim is paid.
    let (fund, unvested) = (
        market.shares(market.fund.address()),
        market.books().unvested,
    );
    let outstanding = market.outstanding(accounts[1]);
    market.give(BOB, outstanding);
    let _ = auction_id;
    let call = IVault::repayClaimCall {
        account: accounts[1],
        assets: U256::MAX,
    };
    market.run(BOB, call);
    let payments = market.events::<IVault::ClaimPaid>();
    let payment = payments.last().expect("a payment");
    assert_eq!(payment.recoveredToFund, claim.fundPaid);
    let to_lenders = payment.recovered - payment.recoveredToFund + due;
    assert_eq!(market.books().unvested, unvested + to_lenders);
    assert_eq!(market.shares(market.fund.address()), fund);
    market.run(BOB, IVault::mintReserveCall {});
    let minted = market.shares(market.fund.address()) - fund;
    let worth = market.view(IVault::convertToAssetsCall { shares: minted });
    let to_fund = payment.recoveredToFund - due + payment.penalty;
    assert!(
        worth <= to_fund && worth + n(2) >= to_fund,
        "{worth} of {to_fund}"
    );
    let after = market.waterfall();
    assert_eq!(
        (after.arrears, after.arrearsBeyond),
        (U256::ZERO, U256::ZERO)
    );
    market.assert_books(&accounts, &[CAROL, KEEPER, BOB, DAVE, lender()]);
}

// F1, incident 25
#[motsu::test]
fn incident_25_a_burst_stake_before_a_premium_gains_nothing() {
    let (market, account, auction_id) = lot_at_the_backstop(2_000);
    let claim = market.claim(account);
    assert!(claim.penalty > U256::ZERO);
    market.run(KEEPER, IVault::accrueCall {});
    // Ten times what all others have, right before the take that pays the penalty, and out at the low value right after.
    let assets = market.usd(20_000);
    let paid = market.lend(DAVE, assets);
    let spender = market.fund.address();
    market.run(
        DAVE,
        IVault::approveCall {
            spender,
            value: U256::MAX,
        },
    );
    let call = IInsuranceFund::depositCall {
        assets: paid,
        receiver: DAVE,
    };
    let bought = market.fund_call(DAVE, call).expect("a stake");
    market.take(BOB, auction_id, U256::MAX).expect("sold");
    assert_eq!(market.claim(account).penalty, U256::ZERO);
    market.run(KEEPER, IVault::mintReserveCall {});
    let worth = market.fund_view(IInsuranceFund::convertToAssetsCall { shares: bought });
    assert!(worth <= paid, "{paid} became {worth}");
    // And not by a tenth of a percent less either: the price of coming is what is pending, no more.
    assert!(worth + paid / n(1_000) >= paid, "{paid} became {worth}");
}

// F1
#[motsu::test]
fn a_collateral_without_a_good_price_makes_those_wait_who_leave_until_it_is_dead() {
    let (market, _, auction_id) = lot_at_the_backstop(40_000);
    market.take(CAROL, auction_id, U256::MAX).expect("sold");
    assert_eq!(market.waterfall().waits, U256::ZERO);
    market.assets[0].feed.sender(CAROL).break_down(true);
    assert_eq!(market.waterfall().waits, n(1));
    // Bitcoin is in nobody's account.
    market.assets[1].feed.sender(CAROL).break_down(true);
    assert_eq!(market.waterfall().waits, n(1));
    market.assets[0].feed.sender(CAROL).break_down(false);
    assert_eq!(market.waterfall().waits, U256::ZERO);
    market.kill_source(0);
    assert_eq!(
        market.waterfall().waits,
        U256::ZERO,
        "what is dead counts as nothing"
    );
}

#[motsu::test]
fn the_waterfall_says_what_each_layer_has() {
    let (market, account, auction_id) = lot_at_the_backstop(40_000);
    let target = market.usd(40_000);
    market.admin(IVault::setFundTargetCall { target });
    let view = market.waterfall();
    let room = market.view(IVault::roomOfCall {
        token: Address::ZERO,
    });
    assert_eq!((view.forSale, view.roomCap), (room.live, room.cap));
    assert_eq!(view.roomUsed, room.live + room.decaying);
    assert_eq!(view.carrying, market.claim(account).carrying);
    let state = market.view(IVault::deleveragingCall {});
    assert_eq!((view.cover, view.target), (state.cover, target));
    assert_eq!(
        view.coverage,
        mul_div_down(view.cover, WAD, target).unwrap()
    );
    assert_eq!(view.deleveragingFrom, state.from);
    assert_eq!((view.unvested, view.arrears), (U256::ZERO, U256::ZERO));
    market.take(BOB, auction_id, U256::MAX).expect("sold");
    assert_eq!(market.waterfall().carrying, U256::ZERO);
}

// V5, F4: whoever pays, and with what, the claim, the pool's books and the account are the same afterwards, and so is the share price, to a
// unit of the loan asset.
#[motsu::test]
fn a_payment_of_the_fund_is_booked_as_one_in_cash() {
    for divisor in [3, 1] {
        let outcomes = [false, true].map(|is_fund| {
            let (market, account, auction_id) = lot_at_the_backstop(40_000);
            market.run(KEEPER, IVault::mintReserveCall {});
            let max_lot = market.status(auction_id).lot / n(divisor);
            let price = market.share_price();
            let (taken, paid) = if is_fund {
                absorb(&market, auction_id, max_lot).expect("absorbed")
            } else {
                market.take(BOB, auction_id, max_lot).expect("sold")
            };
            let after = market.share_price();
            let unit = ratio_up(n(1), ten_to(30), market.total_shares()) + n(1);
            assert!(
                after >= price && after - price <= unit,
                "V5: {price} became {after}"
            );
            let payment = market
                .events::<IVault::ClaimPaid>()
                .pop()
                .expect("a payment");
            let claim = market.claim(account);
            let books = market.books();
            market.assert_books(&[account], &[CAROL, KEEPER, BOB, lender()]);
            [
                taken,
                paid,
                payment.carrying,
                payment.recovered,
                payment.recoveredToFund,
                payment.penalty,
                claim.carrying,
                claim.writtenOff,
                claim.penalty,
                claim.assigned,
                claim.fundPaid,
                books.totalCarrying,
                books.unvested,
                books.totalBorrowAssets,
                market.debt(account),
                market.collateral(account, 0).0,
                market.collateral(account, 0).1,
                // What has come in cash is not the fund's shares yet; of its own payment it never left.
                market.waterfall().pending - books.fundCash,
                market.waterfall().forSale,
            ]
        });
        assert_eq!(outcomes[0], outcomes[1], "a part of one in {divisor}");
    }
}

// What payments brought the fund counts as its cover before it is minted, and an absorption that needs it mints it.
#[motsu::test]
fn an_absorption_may_spend_what_is_the_funds_own_in_the_pool() {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    stake(&market, BOB, market.usd(1_000));
    market.set_inventory_curve(0);
    let first = market.open(ALICE, &[(0, 10_000)], market.usd(14_000));
    let second = market.open(DAVE, &[(0, 10_000)], market.usd(14_000));
    market.set_price(0, 1_700);
    let staked = market.waterfall().cover;
    let sold = market.liquidate(KEEPER, first, 0).expect("a lot");
    market.take(BOB, sold, U256::MAX).expect("sold");
    let auction_id = market.liquidate(KEEPER, second, 0).expect("a lot");
    market.pass(1_000);
    let (books, cover) = (market.books(), market.waterfall().cover);
    assert!(books.fundCash > market.usd(300));
    let own = books.fundCash + books.reserve;
    assert!(
        cover.abs_diff(staked + own) <= market.usd(1),
        "{cover} of {staked} and {own}"
    );
    // More than half of what was staked, less than half of all.
    let paid = staked / n(2) + own / n(3);
    let lot = paid * ten_to(36) / market.status(auction_id).price;
    absorb(&market, auction_id, lot).expect("absorbed");
    assert_eq!(market.books().fundCash, U256::ZERO);
    let minted = market.events::<IVault::ReserveMinted>();
    assert_eq!(minted.len(), 1);
    assert!(minted[0].assets >= own);
    market.assert_books(&[first, second], &[CAROL, KEEPER, BOB, lender()]);
}

// V5, F4: interest up to now is in the price at which the fund pays, though it is stored only at the next accrual.
#[motsu::test]
fn an_absorption_between_two_accruals_is_priced_with_interest_and_stores_none() {
    let outcomes = [false, true].map(|accrues_first| {
        let (market, account, auction_id) = lot_at_the_backstop(40_000);
        market.pass(300);
        if accrues_first {
            market.run(KEEPER, IVault::accrueCall {});
        }
        let (before, price) = (market.books(), market.share_price());
        let accruals = market.events::<IVault::Accrued>().len();
        let shares = market.shares(market.fund.address());
        let half = market.status(auction_id).lot / n(2);
        absorb(&market, auction_id, half).expect("absorbed");
        assert_eq!(market.events::<IVault::Accrued>().len(), accruals);
        let after = market.books();
        assert!(after.totalCarrying < before.totalCarrying);
        assert_eq!(after.cash, before.cash);
        assert!(after.totalBorrowAssets.abs_diff(before.totalBorrowAssets) <= n(1));
        let unit = ratio_up(n(1), ten_to(30), market.total_shares()) + n(1);
        let now = market.share_price();
        assert!(
            now >= price && now - price <= unit,
            "V5: {price} became {now}"
        );
        market.run(KEEPER, IVault::accrueCall {});
        assert_eq!(market.share_price(), now);
        market.assert_books(&[account], &[CAROL, KEEPER, BOB, lender()]);
        shares - market.shares(market.fund.address())
    });
    assert_eq!(outcomes[0], outcomes[1], "shares burnt");
}

// F1: while a lot of the fund is on its way, the fund has neither the lot nor its price; a stake in that moment would be a gift to the staker.
#[motsu::test]
fn incident_16_nobody_stakes_between_delivery_and_payment_of_a_lot_of_the_fund() {
    let (market, _, auction_id) = lot_at_the_backstop(40_000);
    absorb(&market, auction_id, U256::MAX).expect("taken");
    let token = market.token(0);
    let call = IInsuranceFund::sellInventoryCall {
        token,
        maxLot: U256::MAX,
    };
    let sale = market.fund_call(CAROL, call).expect("for sale");
    allow_auction(&market, CAROL);
    let refused = market
        .take_to(CAROL, sale, U256::MAX, CAROL, &[1])
        .expect_err("no callback");
    let expected = ILiquidationAuction::CallbackFailed { receiver: CAROL };
    assert_eq!(refused, expected.abi_encode());
    // Nor in a token's hook: the view by which shares are priced is locked.
    let hook = IVault::waterfallCall {}.abi_encode();
    let vault = market.vault.address();
    market.assets[0].token.sender(CAROL).set_hook(vault, &hook);
    market.take(CAROL, sale, U256::MAX).expect("sold");
    let (succeeded, _) = market.assets[0].token.sender(CAROL).hook_outcome();
    assert!(!succeeded);
}
