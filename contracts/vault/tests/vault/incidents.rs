//! What has gone wrong elsewhere, by number.
//!
//! Not here, since it can't apply to the vault as it is: 15 (nothing outside the vault ever counts as collateral: there is no
//! side balance to forget), 16 and 18 in their original form (the share of a debt that may be sold is not fixed but computed;
//! 20 and 21 test the rule). 01 to 07 and 35 to 40 are about price sources, auction prices and governance: the adapter's and
//! the auction's tests.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use breakwater_interfaces::{auction::ILiquidationAuction, oracle::Status, vault::IVault};

use crate::common::{
    assert_refused, id, n, owner, percent, ratio_down, ratio_up, ten_to, vault_error, Error,
    Manner, Market, Spec, ETHER, WAD,
};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);
const KEEPER: Address = Address::repeat_byte(0xee);

fn funded() -> Market {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    market
}

fn withdraw(market: &Market, asset: usize, amount: U256) -> IVault::withdrawCollateralCall {
    IVault::withdrawCollateralCall {
        account: id(ALICE, 0),
        token: market.token(asset),
        amount,
        receiver: ALICE,
    }
}

#[motsu::test]
fn incident_08_every_path_ends_in_the_solvency_check() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.run(
        ALICE,
        IVault::setOperatorCall {
            operator: BOB,
            approved: true,
        },
    );
    for who in [ALICE, BOB] {
        assert!(matches!(
            market.call(who, withdraw(&market, 0, n(1_000_000_000_000))),
            Err(Error::OpeningMarginExceeded(_))
        ));
        assert!(matches!(
            market.borrow(who, account, n(1)),
            Err(Error::OpeningMarginExceeded(_))
        ));
    }
    // Shares and claims are no way to collateral either: only the auction releases any.
    let (token, amount, receiver) = (market.token(0), n(1), ALICE);
    let call = IVault::releaseCall {
        account,
        token,
        amount,
        receiver,
    };
    assert_refused(
        market.call(ALICE, call),
        IVault::NotAuthorized { caller: ALICE },
    );
    let call = IVault::settleCall {
        account,
        token,
        payer: ALICE,
        payment: U256::ZERO,
        tabSettled: U256::ZERO,
        debtSettled: U256::ZERO,
        lotReturned: n(1),
        ended: true,
    };
    assert_refused(
        market.call(ALICE, call),
        IVault::NotAuthorized { caller: ALICE },
    );
}

#[motsu::test]
fn incident_09_a_donation_to_an_empty_pool_takes_nothing_from_the_next_depositor() {
    for decimals in [0, 6, 18] {
        let market = Market::with(decimals, &[ETHER]);
        market.lend(ALICE, n(1));
        let vault = market.vault.address();
        let donation = n(10_000_000_000);
        market.give(vault, donation);
        let deposit = n(1_000_000_001);
        let shares = market.lend(BOB, deposit);
        let call = IVault::redeemCall {
            shares,
            receiver: BOB,
            owner: BOB,
        };
        let back = market.run(BOB, call);
        assert!(
            back + n(1) >= deposit,
            "{decimals} decimals: {back} of {deposit}"
        );
        let shares = market.shares(ALICE);
        let call = IVault::redeemCall {
            shares,
            receiver: ALICE,
            owner: ALICE,
        };
        assert!(market.run(ALICE, call) <= n(1));
    }
}

#[motsu::test]
fn incident_10_a_price_of_nothing_or_of_a_dust_part_makes_nobody_solvent() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    for answer in [U256::ZERO, n(1), U256::MAX] {
        market.set_answer(0, answer);
        assert!(matches!(
            market.borrow(ALICE, account, market.usd(500)),
            Err(Error::OpeningMarginExceeded(_))
        ));
        assert_eq!(market.health(account).borrowLimit, U256::ZERO);
    }
}

#[motsu::test]
fn incident_11_many_tiny_steps_never_pay() {
    // V6
    let market = funded();
    market.set_risk(110, 1, 1, 5, 0);
    market.admin(IVault::setRiskCall {
        targetHealth: percent(110),
        minDebt: n(1),
        minLot: n(1),
        backstopDiscount: percent(5),
        capPeriod: n(3_600),
        coolOff: U256::ZERO,
    });
    let other = market.open(BOB, &[(0, 100_000)], market.usd(60_000));
    market.pass(40_000_000);
    market.run(CAROL, IVault::accrueCall {});
    let account = market.open(ALICE, &[(0, 10_000)], U256::ZERO);
    market.give(ALICE, n(100_000));
    let before = market.wallet(ALICE);
    let price = market.share_price();
    for amount in 3..60_u128 {
        let assets = n(amount);
        market.borrow(ALICE, account, assets).expect("a little");
        market.run(
            ALICE,
            IVault::repayCall {
                account,
                assets: n(1),
            },
        );
        let receiver = ALICE;
        market.run(ALICE, IVault::depositCall { assets, receiver });
        let call = IVault::withdrawCall {
            assets: n(1),
            receiver,
            owner: ALICE,
        };
        market.run(ALICE, call);
    }
    market.run(
        ALICE,
        IVault::repayCall {
            account,
            assets: U256::MAX,
        },
    );
    let shares = market.shares(ALICE);
    let call = IVault::redeemCall {
        shares,
        receiver: ALICE,
        owner: ALICE,
    };
    market.run(ALICE, call);
    assert_eq!(market.debt(account), U256::ZERO);
    assert!(market.wallet(ALICE) <= before);
    assert!(market.share_price() >= price);
    market.assert_books(&[account, other], &[CAROL]);
}

#[motsu::test]
fn incident_13_the_least_unit_is_never_the_liquidators() {
    // L7: what is put up for sale is at most what raises the debt at the buffered price.
    for limit in [100_000_000_u128, 100_000_001, 123_456_789, 999_999_999] {
        let market = funded();
        let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
        market.set_answer(0, n(180_000_000_001));
        market
            .liquidate_at_most(KEEPER, account, 0, n(limit))
            .expect("a lot");
        let events = market.events::<IVault::Liquidated>();
        let event = &events[0];
        let factor = ratio_up(percent(105), WAD, percent(90));
        let price = n(180_000_000_001) * ten_to(36 + 6 - 18 - 8);
        let value = ratio_up(event.debt, factor, WAD);
        assert!(event.lot <= ratio_up(value, ten_to(36), price));
        assert!(event.penalty * WAD >= event.debt * percent(1));
        assert_eq!(event.debtBefore - market.debt(account), event.debt);
    }
}

#[motsu::test]
fn incident_14_what_is_gone_is_judged_by_what_is_stored() {
    // All collateral sold: no bit is left behind, and what is unpaid is booked as a loss.
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_500);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("closing");
    market.pass(4_000);
    market.take(BOB, auction_id, U256::MAX).expect("sold");
    assert!(market
        .view(IVault::collateralsOfCall { account })
        .is_empty());
    assert_eq!(market.events::<IVault::LossRecognised>().len(), 2);
    assert_eq!(market.books().totalCarrying, U256::ZERO);
    assert!(!market.claim(account).closing);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn incident_17_no_threshold_is_accepted_at_which_liquidation_worsens_health() {
    let market = Market::new();
    let call = IVault::setCollateralCall {
        token: market.token(0),
        borrowLtv: percent(80),
        thresholdMin: percent(90),
        thresholdMax: percent(90),
        penaltyMin: percent(1),
        penaltyMax: percent(5),
        lotBuffer: percent(10),
        beta: percent(50),
        supplyCap: n(1),
        roomCap: n(1),
    };
    assert!(matches!(
        market.call(owner(), call),
        Err(Error::ParameterOutOfBounds(_))
    ));
}

#[motsu::test]
fn incident_19_no_more_is_sold_than_there_is() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 200);
    let check = market.check(account, 0);
    assert_eq!(check.lot, market.milli(0, 10_000));
    market.liquidate(KEEPER, account, 0).expect("closing");
    let claim = market.claim(account);
    assert_eq!(
        claim.carrying,
        market.usd(1_900),
        "the value less the discount"
    );
    assert_eq!(
        claim.carrying + claim.writtenOff,
        market.usd(15_000) + check.reward
    );
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn incident_20_a_token_whose_sale_would_not_help_is_refused() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 1_000), (1, 1_000)], market.usd(22_500));
    market.set_price(1, 25_466);
    let before = market.health(account).healthFactor;
    let token = market.token(0);
    let refusal = IVault::HealthWouldNotImprove { account, token };
    assert_refused(market.liquidate(KEEPER, account, 0), refusal);
    market
        .liquidate(KEEPER, account, 1)
        .expect("the other one helps");
    assert!(market.health(account).healthFactor > before);
}

#[motsu::test]
fn incident_21_a_position_too_large_for_one_call_is_liquidated_in_steps() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 40_000)], market.usd(60_000));
    market.set_price(0, 1_800);
    market.configure(market.token(0), &ETHER, market.usd(10_000));
    let mut health = market.health(account);
    let mut steps = 0;
    while health.debt > health.capacity {
        let auction_id = market.liquidate(KEEPER, account, 0).expect("a step");
        let after = market.health(account);
        assert!(after.healthFactor > health.healthFactor);
        market.pass(500);
        market.take(BOB, auction_id, U256::MAX).expect("sold");
        market.pass(3_600);
        health = market.health(account);
        steps += 1;
        assert!(steps < 20);
    }
    assert!(steps > 1);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn incident_22_dust_and_a_dead_token_keep_no_loss_from_being_booked() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000), (1, 1)], market.usd(15_000));
    market.set_price(0, 1_500);
    market.set_price(1, 300);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("closing");
    assert!(!market.events::<IVault::LossRecognised>().is_empty());
    market.pass(3_000);
    market.take(BOB, auction_id, U256::MAX).expect("sold");
    assert!(market.claim(account).closing, "dust is left");
    assert_eq!(
        market.liquidate(KEEPER, account, 1).expect("dust"),
        U256::ZERO
    );
    assert!(!market.claim(account).closing);
    assert_eq!(market.books().totalCarrying, U256::ZERO);
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn incident_23_a_loss_is_booked_by_value_and_before_anything_is_sold() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_000);
    let before = market.total_assets();
    // By anybody, without any bid, and although the liquidator asks for the least.
    market
        .liquidate_at_most(BOB, account, 0, n(1))
        .expect("closing");
    let loss = &market.events::<IVault::LossRecognised>()[0];
    assert!(loss.shared >= market.usd(5_500));
    assert!(market.total_assets() < before - market.usd(5_400));
}

#[motsu::test]
fn incident_29_a_repayment_that_was_overtaken_takes_what_is_still_owed() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(5_000));
    let debt = market.debt(account);
    market.give(BOB, n(1));
    market.run(
        BOB,
        IVault::repayCall {
            account,
            assets: n(1),
        },
    );
    market.give(ALICE, market.usd(1));
    let before = market.wallet(ALICE);
    let paid = market.run(
        ALICE,
        IVault::repayCall {
            account,
            assets: debt,
        },
    );
    assert_eq!(paid, debt - n(1));
    assert_eq!(before - market.wallet(ALICE), paid);
    market.vault.assert_emitted(&IVault::Repaid {
        account,
        payer: ALICE,
        assets: paid,
        shares: market.events::<IVault::Borrowed>()[0].shares
            - market.events::<IVault::Repaid>()[0].shares,
    });
    assert_eq!(market.debt(account), U256::ZERO);
}

#[motsu::test]
fn incident_30_a_small_liquidation_before_it_does_not_stop_a_large_one() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    market
        .liquidate_at_most(ALICE, account, 0, market.usd(100))
        .expect("the owner's own");
    assert!(matches!(
        market.liquidate_at_most(ALICE, account, 0, n(1)),
        Err(Error::BelowMinLot(_))
    ));
    market.liquidate(KEEPER, account, 0).expect("the rest");
    let health = market.health(account);
    assert!(health.healthFactor.abs_diff(percent(110)) < n(1_000_000_000));
}

#[motsu::test]
fn incident_31_the_view_says_exactly_what_succeeds_without_any_limit() {
    // L4
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_777);
    let check = market.check(account, 0);
    market
        .liquidate(KEEPER, account, 0)
        .expect("2^256 − 1 is no limit");
    let event = &market.events::<IVault::Liquidated>()[0];
    assert_eq!((check.debt, check.lot), (event.debt, event.lot));
}

#[motsu::test]
fn incident_33_a_blocked_borrower_or_a_paused_token_blocks_no_liquidation() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000), (1, 10)], market.usd(15_000));
    market.set_price(0, 1_780);
    market.asset.sender(owner()).block(ALICE);
    market.assets[0].token.sender(owner()).block(ALICE);
    market.assets[1]
        .token
        .sender(owner())
        .behave(Manner::Reverts);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    market.pass(400);
    market
        .take(BOB, auction_id, U256::MAX)
        .expect("sold, with a surplus");
    assert!(!market.events::<IVault::LotReturned>().is_empty());
    assert_eq!(market.outstanding(account), U256::ZERO);
    market.assert_books(&[account], &[CAROL, KEEPER]);
    // A token that does not move at all can still be put up for sale.
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_780);
    market.assets[0]
        .token
        .sender(owner())
        .behave(Manner::Reverts);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    let error = market
        .take(BOB, auction_id, U256::MAX)
        .expect_err("it is paused");
    let token = market.token(0);
    assert_eq!(
        vault_error(&error),
        Error::TokenCallFailed(IVault::TokenCallFailed { token })
    );
}

#[motsu::test]
fn incident_34_a_silent_feed_of_another_collateral_blocks_no_liquidation() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000), (1, 20)], market.usd(15_400));
    // Bitcoin's feed goes silent: what it said last counts.
    motsu::prelude::VM::context().increase_time(8 * 86_400);
    market.set_price(0, 1_780);
    market
        .liquidate(KEEPER, account, 0)
        .expect("ether has a price");
}

#[motsu::test]
fn incident_34_dust_of_a_token_whose_feed_is_dead_makes_nobody_immune() {
    // L2, at a health at which the account can pay, and at one at which it can't.
    for price in [1_800, 1_500] {
        for is_silent in [true, false] {
            let market = funded();
            let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
            if is_silent {
                motsu::prelude::VM::context().increase_time(30 * 86_400);
            } else {
                market.assets[1].feed.sender(owner()).break_down(true);
            }
            market.set_price(0, price);
            let token = market.token(1);
            market.give_token(1, ALICE, n(1));
            let amount = n(1);
            let dust = IVault::depositCollateralCall {
                account,
                token,
                amount,
            };
            assert!(matches!(
                market.call(ALICE, dust),
                Err(Error::PriceNotOk(_))
            ));
            let outcome = market.liquidate(KEEPER, account, 0);
            assert!(
                outcome.is_ok(),
                "at {price}, silent {is_silent}: {outcome:?}"
            );
        }
    }
}

#[motsu::test]
fn incident_41_rewards_are_no_income() {
    // A5: at most half of the penalty, none for what is too small, none for the lots of a closing after its beginning.
    let market = funded();
    market.admin(IVault::setRewardCall {
        tip: market.usd(1_000),
        chip: percent(100),
    });
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    for _ in 0..5 {
        let limit = market.usd(100);
        market
            .liquidate_at_most(KEEPER, account, 0, limit)
            .expect("a lot");
    }
    for event in market.events::<IVault::Liquidated>() {
        assert!(event.reward <= event.penalty / n(2));
        assert!(event.reward > U256::ZERO);
    }
    market.set_price(0, 1_000);
    market.liquidate(KEEPER, account, 0).expect("closing");
    let events = market.events::<IVault::Liquidated>();
    let event = events.last().expect("a closing");
    assert!(event.reward <= event.penalty / n(2));
}

#[motsu::test]
fn incident_42_view_and_verb_refuse_for_the_same_reason() {
    // L4
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    for (price, asset) in [(2_000, 0), (1_875, 0), (1_800, 1), (1_800, 0), (1_700, 0)] {
        market.set_price(0, price);
        let check = market.check(account, asset);
        let call = IVault::liquidateCall {
            account,
            token: market.token(asset),
            maxRepay: U256::MAX,
            keeper: KEEPER,
        };
        match market.vault.call_raw(KEEPER, call.abi_encode()) {
            Ok(_) => assert!(check.succeeds, "at {price}"),
            Err(error) => {
                assert!(!check.succeeds, "at {price}");
                assert_eq!(check.reason.0, error[..4], "at {price}");
            }
        }
    }
}

#[motsu::test]
fn incident_45_a_takers_callback_finds_right_books_and_no_way_in() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_800);
    let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
    let taker = market.taker.address();
    let lot = market.status(auction_id).lot / n(16);
    let (token, vault) = (market.token(0), market.vault.address());
    market.give(taker, market.usd(100_000));
    market.give_token(0, taker, market.milli(0, 100));
    // Into the auction, itself or by the vault: refused.
    let take = ILiquidationAuction::takeCall {
        id: auction_id,
        maxLot: lot,
        minLot: U256::ZERO,
        maxPrice: U256::MAX,
        deadline: U256::MAX,
        receiver: taker,
        data: Default::default(),
    }
    .abi_encode();
    let liquidate = IVault::liquidateCall {
        account,
        token,
        maxRepay: U256::MAX,
        keeper: taker,
    };
    let refused = [
        (market.auction.address(), take),
        (
            vault,
            IVault::releaseCall {
                account,
                token,
                amount: lot,
                receiver: taker,
            }
            .abi_encode(),
        ),
        (vault, liquidate.abi_encode()),
    ];
    for (target, data) in refused {
        market.taker.sender(BOB).prepare(target, &data);
        market
            .take_to(BOB, auction_id, lot, taker, b"go")
            .expect("a part");
        let (succeeded, _) = market.taker.sender(BOB).outcome();
        assert!(!succeeded);
        market.assert_books(&[account], &[CAROL, KEEPER]);
    }
    // Into the vault by any other way: with books that are right.
    let (assets, amount) = (market.usd(10), n(1_000));
    let receiver = taker;
    let allowed = [
        IVault::depositCall { assets, receiver }.abi_encode(),
        IVault::repayCall { account, assets }.abi_encode(),
        IVault::repayClaimCall { account, assets }.abi_encode(),
        IVault::depositCollateralCall {
            account,
            token,
            amount,
        }
        .abi_encode(),
    ];
    for data in allowed {
        market.taker.sender(BOB).prepare(vault, &data);
        market
            .take_to(BOB, auction_id, lot, taker, b"go")
            .expect("a part");
        let (succeeded, answer) = market.taker.sender(BOB).outcome();
        assert!(succeeded, "{answer:02x?}");
        market.assert_books(&[account], &[CAROL, KEEPER, taker]);
    }
    // The whole claim paid in the callback: what the taker pays then is the owner's.
    let data = IVault::repayClaimCall {
        account,
        assets: U256::MAX,
    }
    .abi_encode();
    market.taker.sender(BOB).prepare(vault, &data);
    let before = market.total_assets();
    let (_, paid) = market
        .take_to(BOB, auction_id, U256::MAX, taker, b"go")
        .expect("the rest");
    assert!(market.taker.sender(BOB).outcome().0);
    let shares = market.shares(ALICE);
    let worth = market.view(IVault::convertToAssetsCall { shares });
    assert!(paid - worth <= n(2), "{worth} of {paid}");
    assert!(market.total_assets() >= before);
    assert_eq!(market.outstanding(account), U256::ZERO);
    market.assert_books(&[account], &[CAROL, KEEPER, ALICE, taker]);
}

#[motsu::test]
fn incident_45_a_tokens_hook_finds_the_vault_locked() {
    // Also where nobody else refuses re-entry.
    for refuses in [true, false] {
        motsu::prelude::VM::context().set_reentrancy_refusal(refuses);
        let market = funded();
        let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
        market.set_price(0, 1_800);
        let token = market.token(0);
        let liquidate = IVault::liquidateCall {
            account,
            token,
            maxRepay: U256::MAX,
            keeper: KEEPER,
        };
        let (assets, receiver, owner) = (n(1), BOB, BOB);
        let attacks = [
            IVault::depositCall { assets, receiver }.abi_encode(),
            IVault::mintCall {
                shares: n(1),
                receiver,
            }
            .abi_encode(),
            IVault::withdrawCall {
                assets,
                receiver,
                owner,
            }
            .abi_encode(),
            IVault::redeemCall {
                shares: n(1),
                receiver,
                owner,
            }
            .abi_encode(),
            IVault::repayCall { account, assets }.abi_encode(),
            IVault::repayClaimCall { account, assets }.abi_encode(),
            IVault::depositCollateralCall {
                account,
                token,
                amount: n(1),
            }
            .abi_encode(),
            IVault::accrueCall {}.abi_encode(),
            IVault::mintReserveCall {}.abi_encode(),
            liquidate.abi_encode(),
        ];
        market.give(BOB, market.usd(1_000));
        for attack in attacks {
            market
                .asset
                .sender(BOB)
                .set_hook(market.vault.address(), &attack);
            market.run(
                BOB,
                IVault::depositCall {
                    assets: market.usd(1),
                    receiver: BOB,
                },
            );
            let (succeeded, answer) = market.asset.sender(BOB).hook_outcome();
            assert!(!succeeded);
            if !refuses {
                assert_eq!(answer, IVault::Locked {}.abi_encode());
            }
            market.assert_books(&[account], &[CAROL, BOB]);
        }
    }
    motsu::prelude::VM::context().set_reentrancy_refusal(true);
}

#[motsu::test]
fn incident_48_a_fee_that_is_switched_on_later_is_refused_and_breaks_no_books() {
    let market = funded();
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.asset.sender(owner()).behave(Manner::TakesFee);
    market.assets[0]
        .token
        .sender(owner())
        .behave(Manner::TakesFee);
    market.give(ALICE, market.usd(1_000));
    let assets = market.usd(1_000);
    for call in [
        IVault::repayCall { account, assets }.abi_encode(),
        IVault::depositCall {
            assets,
            receiver: ALICE,
        }
        .abi_encode(),
    ] {
        let error = market.vault.call_raw(ALICE, call).expect_err("a fee");
        assert!(matches!(vault_error(&error), Error::TokenAmountMismatch(_)));
    }
    market.set_price(0, 1_800);
    let auction_id = market
        .liquidate(KEEPER, account, 0)
        .expect("nothing moves yet");
    let error = market.take(BOB, auction_id, U256::MAX).expect_err("a fee");
    assert!(matches!(vault_error(&error), Error::TokenAmountMismatch(_)));
    market.assert_books(&[account], &[CAROL, KEEPER]);
}

#[motsu::test]
fn incident_49_interest_accrues_however_few_the_decimals_and_often_the_calls() {
    for decimals in [0, 2, 6] {
        let lent = || {
            let market = Market::with(decimals, &[ETHER]);
            market.lend(CAROL, market.usd(100_000));
            let account = market.open(ALICE, &[(0, 100_000)], market.usd(90_000));
            (market, account)
        };
        let (market, account) = lent();
        let hours = 24 * 60;
        market.pass(hours * 3_600);
        market.run(BOB, IVault::accrueCall {});
        let at_once = market.debt(account) - market.usd(90_000);
        let reserve_at_once = market.books().reserve;
        let (market, account) = lent();
        for _ in 0..hours {
            market.pass(3_600);
            market.run(BOB, IVault::accrueCall {});
        }
        let often = market.debt(account) - market.usd(90_000);
        assert!(
            often * n(100) >= at_once * n(98),
            "{decimals} decimals: {often} by small steps, {at_once} at once"
        );
        let reserve = market.books().reserve;
        assert!(
            reserve * n(100) >= reserve_at_once * n(95),
            "{decimals} decimals: a reserve of {reserve} by small steps, {reserve_at_once} at once"
        );
    }
}

#[motsu::test]
fn incident_49_a_liquidation_moves_collateral_whatever_the_decimals() {
    for decimals in [0, 2, 6, 8, 18, 24] {
        let spec = Spec {
            decimals,
            price: 20,
            ..ETHER
        };
        let market = Market::with(6, &[spec]);
        market.lend(CAROL, market.usd(100_000));
        let account = market.open(ALICE, &[(0, 1_000_000)], market.usd(15_000));
        market.set_price(0, 18);
        let auction_id = market.liquidate(KEEPER, account, 0).expect("a lot");
        let status = market.status(auction_id);
        assert!(status.lot > U256::ZERO);
        let value = ratio_down(status.lot, n(18) * ten_to(6), ten_to(decimals));
        assert!(
            value >= status.debt,
            "{decimals} decimals: {value} for {}",
            status.debt
        );
        market.pass(476);
        market.take(BOB, auction_id, U256::MAX).expect("sold");
        // What the least unit was worth more than was owed is the owner's.
        market.assert_books(&[account], &[CAROL, KEEPER, ALICE]);
    }
}

#[motsu::test]
fn incident_50_writing_off_ones_own_debt_frees_no_collateral() {
    let market = funded();
    market.endow_fund(market.usd(20_000));
    let account = market.open(ALICE, &[(0, 10_000)], market.usd(15_000));
    market.set_price(0, 1_500);
    market.configure(market.token(0), &ETHER, U256::ZERO);
    market
        .liquidate(ALICE, account, 0)
        .expect("closing, by the owner");
    let claim = market.claim(account);
    assert!(claim.writtenOff > U256::ZERO);
    market.give(ALICE, market.usd(100_000));
    let pay = |assets| IVault::repayClaimCall { account, assets };
    // What is carried is not all that is owed.
    assert_eq!(market.run(ALICE, pay(claim.carrying)), claim.carrying);
    let refusal = IVault::ClaimOpen { account };
    assert_refused(
        market.call(ALICE, withdraw(&market, 0, n(1))),
        refusal.clone(),
    );
    assert_eq!(market.run(ALICE, pay(claim.writtenOff)), claim.writtenOff);
    assert_refused(market.call(ALICE, withdraw(&market, 0, n(1))), refusal);
    assert_eq!(market.run(ALICE, pay(U256::MAX)), claim.penalty);
    assert!(claim.penalty > U256::ZERO);
    market.run(ALICE, withdraw(&market, 0, U256::MAX));
    market.assert_books(&[account], &[CAROL, ALICE, crate::common::lender()]);
}

/// Found in this suite: an account that held a token all of whose sources had stopped answering could not be liquidated. It counts at
/// its last good price, later for nothing, and either way the others can be sold.
#[motsu::test]
fn incident_34_a_token_whose_sources_died_keeps_nobody_from_liquidating_its_holder() {
    for is_dead in [false, true] {
        let market = Market::new();
        market.lend(CAROL, market.usd(100_000));
        let account = market.open(ALICE, &[(0, 10_000), (1, 500)], market.usd(24_000));
        market.assets[1].feed.sender(owner()).break_down(true);
        market.pass(60);
        market.poke(1);
        let before = market.health(account);
        if is_dead {
            motsu::prelude::VM::context().increase_time(2 * 86_400);
            market.set_price(0, 2_000);
            let after = market.health(account);
            // Half a bitcoin less.
            assert!(after.capacity < before.capacity && after.debt > after.capacity);
        } else {
            assert!(before.debt <= before.capacity);
            market.set_price(0, 1_500);
        }
        let (token, status) = (market.token(1), Status::NoQuorum as u8);
        // It is not sold itself, unless the account is closed: then without a lot.
        match market.liquidate(KEEPER, account, 1) {
            Ok(auction_id) => assert!(is_dead && auction_id.is_zero()),
            Err(error) => assert_eq!(
                error,
                Error::PriceNotOk(IVault::PriceNotOk { token, status })
            ),
        }
        let auction_id = market.liquidate(KEEPER, account, 0).expect("ether is sold");
        assert!(!auction_id.is_zero());
        market.assert_books(&[account], &[CAROL, KEEPER]);
    }
}
