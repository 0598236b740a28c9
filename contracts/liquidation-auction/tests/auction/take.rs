//! Takes: amounts, borders, who may receive, and what the vault is told.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use breakwater_interfaces::auction::ILiquidationAuction as Interface;
use motsu::prelude::*;

use crate::common::*;

const ONE: U256 = U256::ONE;

// Incident 1: no auction is won for nothing. The price is known, starts above the market and is paid at once.
#[motsu::test]
fn incident_01_a_lone_bidder_pays_the_price_of_the_moment_and_never_nothing() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(10_000));
    VM::context().increase_time(TO_ZERO * 6 / 10);
    let (lot_taken, paid) = world.take(id, U256::MAX).unwrap();
    assert_eq!((lot_taken, paid), (ether(1_000), usd(960)));
    assert_eq!(world.vault.sender(OWNER).paid.get(BIDDER), usd(960));

    // Later nobody buys at all: under the cusp the price needs a reset, down to zero and beyond.
    let id = world.start(ether(1_000), usd(10_000));
    for elapsed in [TO_ZERO * 6 / 10 + 1, TO_ZERO, u64::MAX / 2] {
        VM::context().set_block_timestamp(world.status(id).startedAt.to::<u64>() + elapsed);
        assert_eq!(
            world.take(id, U256::MAX).unwrap_err(),
            Interface::NeedsReset { id }.abi_encode()
        );
        assert_eq!(world.quote(id, U256::MAX).0, U256::ZERO);
    }
}

// Incident 2: any size, at most at the price that the bidder names.
#[motsu::test]
fn incident_02_a_bid_names_its_highest_price_and_any_size() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(20_000));
    VM::context().increase_time(1_000);
    let price = world.price(id);
    let bid = |max_price: U256| {
        world
            .auction
            .sender(BIDDER)
            .take(id, ether(7), ether(7), max_price, U256::MAX, BIDDER, &[])
            .motsu_res()
    };
    assert_eq!(
        bid(price - ONE).unwrap_err(),
        Interface::PriceAboveMaximum {
            price,
            maximum: price - ONE
        }
        .abi_encode()
    );
    assert_eq!(bid(price).unwrap(), (ether(7), cost(ether(7), price)));
    assert_eq!(world.status(id).lot, ether(4_993));
}

#[motsu::test]
fn a_take_tells_the_vault_and_the_world_what_was_sold() {
    let world = World::new(Kind::Linear);
    let id = world.start_with_debt(ether(5_000), usd(8_000), usd(6_000));
    let receiver = Address::repeat_byte(0x77);
    let result = world
        .auction
        .sender(BIDDER)
        .take(
            id,
            ether(1_000),
            U256::ZERO,
            U256::MAX,
            U256::MAX,
            receiver,
            &[],
        )
        .motsu_unwrap();
    assert_eq!(result, (ether(1_000), usd(2_400)));
    world.auction.assert_emitted(&Interface::Taken {
        id,
        account: ACCOUNT,
        taker: BIDDER,
        receiver,
        lotTaken: ether(1_000),
        paid: usd(2_400),
        price: price(2_400),
        lot: ether(4_000),
        tab: usd(5_600),
    });
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.sent.get(receiver), ether(1_000));
    assert_eq!(vault.paid.get(BIDDER), usd(2_400));
    assert_eq!(vault.last_token.get(), TOKEN);
    // 2400 of 8000 are raised, and with it that part of the debt.
    assert_eq!(
        (vault.last_tab_settled.get(), vault.last_debt_settled.get()),
        (usd(2_400), usd(1_800))
    );
    assert_eq!(vault.ended.get(), U256::ZERO);
    drop(vault);
    let status = world.status(id);
    assert_eq!(
        (status.lot, status.tab, status.debt),
        (ether(4_000), usd(5_600), usd(4_200))
    );
}

// A6
#[motsu::test]
fn when_the_tab_is_raised_the_rest_of_the_lot_goes_back() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    let (lot_taken, paid) = world.take(id, U256::MAX).unwrap();
    assert_eq!((lot_taken, paid), (ether(2_500), usd(6_000)));
    world.auction.assert_emitted(&Interface::Ended {
        id,
        account: ACCOUNT,
        lotReturned: ether(2_500),
        tabLeft: U256::ZERO,
    });
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.returned.get(ACCOUNT), ether(2_500));
    assert_eq!(vault.in_lots.get(ACCOUNT), U256::ZERO);
    assert_eq!((vault.room.get(), vault.ended.get()), (U256::ZERO, ONE));
    drop(vault);
    assert_eq!(world.claim(), (U256::ZERO, U256::ZERO));
    assert_eq!(world.auction.sender(BIDDER).active_count(), U256::ZERO);
}

// A6
#[motsu::test]
fn when_the_lot_is_sold_what_it_failed_to_raise_is_assigned_to_nobody() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(6_000));
    assert_eq!(
        world.take(id, U256::MAX).unwrap(),
        (ether(1_000), usd(2_400))
    );
    world.auction.assert_emitted(&Interface::Ended {
        id,
        account: ACCOUNT,
        lotReturned: U256::ZERO,
        tabLeft: usd(3_600),
    });
    assert_eq!(world.claim(), (usd(3_600), U256::ZERO));
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.last_tab_settled.get(), usd(6_000));
    assert_eq!(vault.room.get(), U256::ZERO);
}

#[motsu::test]
fn a_lot_also_pays_for_what_another_lot_of_the_account_failed_to_raise() {
    let world = World::new(Kind::Linear);
    let short = world.start(ether(1_000), usd(6_000));
    let rich = world.start(ether(9_000), usd(1_000));
    assert_eq!(world.take(short, U256::MAX).unwrap().1, usd(2_400));
    // Its own 1000, and the 3600 that the other left.
    assert_eq!(world.quote(rich, U256::MAX).1, usd(4_600));
    assert_eq!(world.take(rich, ether(1_000)).unwrap().1, usd(2_400));
    let status = world.status(rich);
    assert_eq!((status.tab, status.debt), (U256::ZERO, U256::ZERO));
    assert!(status.live, "2200 are still owed, and there is a lot");
    assert_eq!(world.take(rich, U256::MAX).unwrap().1, usd(2_200));
    assert_eq!(world.claim(), (U256::ZERO, U256::ZERO));
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.paid.get(BIDDER), usd(7_000), "what was owed, no more");
    assert_eq!(vault.in_lots.get(ACCOUNT), U256::ZERO);
}

#[motsu::test]
fn no_more_is_raised_than_is_still_owed() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    // The owner repaid all but 600.
    world
        .vault
        .sender(OWNER)
        .outstanding
        .setter(ACCOUNT)
        .set(usd(600));
    assert_eq!(world.take(id, U256::MAX).unwrap(), (ether(250), usd(600)));
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.returned.get(ACCOUNT), ether(4_750));
    assert_eq!(vault.last_tab_settled.get(), usd(6_000));
    assert_eq!(vault.room.get(), U256::ZERO);
}

#[motsu::test]
fn an_unassigned_figure_beyond_reason_is_capped_by_what_is_owed() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(6_000));
    world.vault.sender(OWNER).has_fixed_unassigned.set(true);
    world.vault.sender(OWNER).fixed_unassigned.set(U256::MAX);
    assert_eq!(world.take(id, U256::MAX).unwrap().1, usd(6_000));
}

#[motsu::test]
fn the_price_is_good_until_the_tail_and_down_to_the_cusp_both_included() {
    let world = World::new(Kind::Linear);
    // Linear reaches 0.4 after 6000 of 10000 seconds exactly.
    let id = world.start(ether(5_000), usd(60_000));
    VM::context().increase_time(TO_ZERO * 6 / 10);
    assert_eq!(world.price(id), price(960));
    world.take(id, ether(1)).unwrap();
    VM::context().increase_time(1);
    assert_eq!(
        world.take(id, ether(1)).unwrap_err(),
        Interface::NeedsReset { id }.abi_encode()
    );

    // A cusp that is reached only a second after the tail is refused, so the tail is tested by the fall of the last second.
    let tail = 5_000;
    let cusp = WAD / number(2_u64) + ONE;
    world
        .auction
        .sender(OWNER)
        .set_curve(
            TOKEN,
            0,
            BUFFER,
            number(TO_ZERO),
            U256::ZERO,
            U256::ZERO,
            U256::ZERO,
            number(tail),
            cusp,
        )
        .motsu_unwrap();
    let id = world.start(ether(5_000), usd(60_000));
    VM::context().increase_time(tail - 1);
    world.take(id, ether(1)).unwrap();
    VM::context().increase_time(1);
    assert!(world.status(id).needsReset);
}

#[motsu::test]
fn a_take_after_its_deadline_is_refused() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(5_000), usd(60_000));
    let now = VM::context().block_timestamp();
    let by = |deadline: u64| {
        world
            .auction
            .sender(BIDDER)
            .take(
                id,
                ether(1),
                U256::ZERO,
                U256::MAX,
                number(deadline),
                BIDDER,
                &[],
            )
            .motsu_res()
    };
    assert_eq!(
        by(now - 1).unwrap_err(),
        Interface::DeadlinePassed {
            deadline: number(now - 1),
            timestamp: number(now)
        }
        .abi_encode()
    );
    by(now).unwrap();
}

#[motsu::test]
fn a_taker_gets_his_minimum_or_pays_nothing() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(10_000));
    let at_least = |minimum: U256| {
        world
            .auction
            .sender(BIDDER)
            .take(id, U256::MAX, minimum, U256::MAX, U256::MAX, BIDDER, &[])
            .motsu_res()
    };
    assert_eq!(
        at_least(ether(1_000) + ONE).unwrap_err(),
        Interface::LotBelowMinimum {
            lot: ether(1_000),
            minimum: ether(1_000) + ONE
        }
        .abi_encode()
    );
    assert_eq!(at_least(ether(1_000)).unwrap().0, ether(1_000));
}

#[motsu::test]
fn a_take_of_nothing_is_refused() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(10_000));
    assert_eq!(
        world.take(id, U256::ZERO).unwrap_err(),
        Interface::ZeroAmount {}.abi_encode()
    );
}

// Incident 45: nothing privileged is sent collateral or called.
#[motsu::test]
fn incident_45_no_module_receives() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(10_000));
    let take_for = |receiver: Address, data: &[u8]| {
        world
            .auction
            .sender(BIDDER)
            .take(
                id,
                ether(1),
                U256::ZERO,
                U256::MAX,
                U256::MAX,
                receiver,
                data,
            )
            .motsu_res()
    };
    for data in [&b""[..], b"data"] {
        for receiver in [
            world.auction.address(),
            world.vault.address(),
            world.oracle.address(),
            FUND,
            ASSET,
            TOKEN,
        ] {
            assert_eq!(
                take_for(receiver, data).unwrap_err(),
                Interface::InvalidReceiver { receiver }.abi_encode()
            );
        }
        assert_eq!(
            take_for(Address::ZERO, data).unwrap_err(),
            Interface::ZeroAddress {}.abi_encode()
        );
    }
    take_for(KEEPER, &[]).unwrap();
}

// The borders of a partial take that MakerDAO's Clipper tests are known for, with a dust limit of 100.
// A3, and incidents 41 and 44: no remainder under the dust limit.
mod dust {
    use super::*;

    /// At a price of 2400, and a dust limit of 100.
    fn world(lot: U256, tab: U256) -> (World, U256) {
        let world = World::new(Kind::Linear);
        world.set_dust(usd(100));
        let id = world.start(lot, tab);
        (world, id)
    }

    #[motsu::test]
    fn a_remainder_of_exactly_the_limit_stays() {
        let (world, id) = world(ether(5_000), usd(2_500));
        assert_eq!(
            world.take(id, ether(1_000)).unwrap(),
            (ether(1_000), usd(2_400))
        );
        assert_eq!(world.status(id).tab, usd(100));
    }

    #[motsu::test]
    fn a_take_that_would_leave_dust_to_raise_is_cut() {
        let (world, id) = world(ether(5_000), usd(2_499));
        let (lot_taken, paid) = world.take(id, ether(1_000)).unwrap();
        assert!(lot_taken < ether(1_000));
        assert_eq!(paid, usd(2_399));
        assert_eq!(paid, cost(lot_taken, price(2_400)));
        assert_eq!(world.status(id).tab, usd(100));
    }

    #[motsu::test]
    fn a_cut_take_under_the_takers_minimum_is_refused() {
        let (world, id) = world(ether(5_000), usd(2_499));
        let error = world
            .auction
            .sender(BIDDER)
            .take(
                id,
                ether(1_000),
                ether(1_000),
                U256::MAX,
                U256::MAX,
                BIDDER,
                &[],
            )
            .motsu_unwrap_err();
        assert_eq!(error[..4], Interface::LotBelowMinimum::SELECTOR);
    }

    #[motsu::test]
    fn a_remainder_in_the_lot_is_worth_the_limit_too() {
        // 1 of collateral is 2400; of it 0.96 would leave 96.
        let (world, id) = world(ether(1_000), usd(60_000));
        let (lot_taken, _) = world.take(id, ether(960)).unwrap();
        assert!(lot_taken < ether(960));
        let left = world.status(id).lot;
        assert!(cost(left, price(2_400)) >= usd(100));
        assert!(
            cost(left - ONE, price(2_400)) <= usd(100),
            "and not cut further"
        );
    }

    #[motsu::test]
    fn a_part_of_what_is_small_itself_is_refused_and_the_whole_is_not() {
        for (lot, tab) in [(ether(5_000), usd(150)), (ether(60), usd(60_000))] {
            let (world, id) = world(lot, tab);
            assert_eq!(
                world.take(id, ONE).map(|(lot_taken, _)| lot_taken),
                Ok(ONE),
                "a little leaves more than dust"
            );
            // 0.03 at 2400 is 72: less than 100 would stay in tab or lot.
            let (lot_taken, _) = world.take(id, ether(30)).unwrap();
            assert!(lot_taken < ether(30));
            let id = world.start(ether(5_000), usd(90));
            assert_eq!(
                world.take(id, ether(10)).unwrap_err(),
                Interface::RemainderIsDust {
                    remainder: ether(4_990),
                    dust: usd(100)
                }
                .abi_encode()
            );
            assert_eq!(world.quote(id, ether(10)).0, U256::ZERO);
            world.take(id, U256::MAX).unwrap();
        }
    }

    // Incident 43: no copy of the limit goes stale.
    #[motsu::test]
    fn incident_43_a_new_limit_holds_for_running_auctions_at_once() {
        let (world, id) = world(ether(5_000), usd(6_000));
        world.set_dust(usd(3_601));
        let (_, paid) = world.take(id, ether(1_000)).unwrap();
        assert_eq!(paid, usd(2_399), "3601 stay, not 3600");
        world.set_dust(U256::ZERO);
        let (_, paid) = world.take(id, ether(1_500)).unwrap();
        assert_eq!(paid, usd(3_600));
        assert_eq!(world.status(id).tab, usd(1));
    }

    // Incident 44: the bound of an overshoot is stated. There is none but a base unit of collateral at its price.
    #[motsu::test]
    fn incident_44_a_payment_exceeds_what_is_owed_by_less_than_one_base_unit_of_collateral() {
        let (world, _) = world(ether(1), usd(1));
        // A token of which one base unit is worth 600 base units of the loan asset: 8 decimals, 60 000.
        let unit = price(1) * number(600_u64) * number(10_u128.pow(12));
        world.oracle.sender(OWNER).mid.set(unit);
        let id = world.start(number(10_u64), number(1_u64));
        world.vault.sender(OWNER).has_fixed_unassigned.set(true);
        assert_eq!(world.take(id, U256::MAX).unwrap(), (ONE, number(720_u64)));
        assert!(!world.status(id).live);
        assert_eq!(world.vault.sender(OWNER).last_tab_settled.get(), ONE);
    }
}

#[motsu::test]
fn what_the_vault_refuses_is_passed_on_and_nothing_is_sold() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(10_000));
    for failure in [1_u8, 2, 3] {
        world
            .vault
            .sender(OWNER)
            .failure
            .set(U256::from(failure).to());
        assert_eq!(
            world.take(id, ether(1)).unwrap_err(),
            Refused {
                reason: number(failure)
            }
            .abi_encode()
        );
        assert_eq!(world.status(id).lot, ether(1_000));
    }
    world.vault.sender(OWNER).failure.set(U256::ZERO.to());
    world.take(id, ether(1)).unwrap();
    let vault = world.vault.sender(OWNER);
    assert_eq!(vault.releases.get(), ONE);
}

#[motsu::test]
fn without_a_vaults_answer_nothing_is_sold() {
    let world = World::new(Kind::Linear);
    let id = world.start(ether(1_000), usd(10_000));
    world.vault.sender(OWNER).failure.set(U256::from(4).to());
    let module = world.vault.address();
    assert_eq!(
        world.take(id, ether(1)).unwrap_err(),
        Interface::InvalidAnswer { module }.abi_encode()
    );
}

#[motsu::test]
fn auctions_of_different_accounts_do_not_touch_each_other() {
    let world = World::new(Kind::Linear);
    let other = B256::repeat_byte(0x55);
    let id = world.start(ether(1_000), usd(2_000));
    world
        .vault
        .sender(OWNER)
        .open(other, ether(7_000), usd(3_000), usd(3_000));
    let second = world
        .auction
        .sender(world.vault.address())
        .start(
            other,
            TOKEN,
            ether(7_000),
            usd(3_000),
            usd(3_000),
            price(2_000),
            VOLATILITY,
            KEEPER,
        )
        .motsu_unwrap();
    world.take(id, U256::MAX).unwrap();
    let status = world.status(second);
    assert_eq!(
        (status.live, status.lot, status.tab),
        (true, ether(7_000), usd(3_000))
    );
    assert_eq!(world.vault.sender(OWNER).outstanding.get(other), usd(3_000));
}
