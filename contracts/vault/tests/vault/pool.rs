//! The pool: ERC-20 and ERC-4626.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::vault::IVault;
use proptest::prelude::*;

use crate::common::{assert_refused, id, n, percent, Market, ETHER, VIRTUAL_SHARES};

const ALICE: Address = Address::repeat_byte(0xa1);
const BOB: Address = Address::repeat_byte(0xb0);
const CAROL: Address = Address::repeat_byte(0xca);

/// A pool in which a share is worth an odd amount: a loan has borne interest.
fn seasoned(decimals: u8) -> Market {
    let market = Market::with(decimals, &[ETHER]);
    market.lend(CAROL, market.usd(100_003));
    market.open(BOB, &[(0, 60_000)], market.usd(77_777));
    market.pass(91_234_567);
    market.run(BOB, IVault::accrueCall {});
    market
}

#[motsu::test]
fn a_deposit_mints_what_its_preview_says(alice: Address) {
    let market = Market::new();
    let assets = market.usd(1_000);
    let preview = market.view(IVault::previewDepositCall { assets });
    let shares = market.lend(alice, assets);
    assert_eq!(shares, preview);
    assert_eq!(shares, assets * VIRTUAL_SHARES);
    assert_eq!(market.shares(alice), shares);
    market.vault.assert_emitted(&IVault::Deposit {
        sender: alice,
        owner: alice,
        assets,
        shares,
    });
    market.vault.assert_emitted(&IVault::Transfer {
        from: Address::ZERO,
        to: alice,
        value: shares,
    });
    market.assert_books(&[], &[alice]);
}

#[motsu::test]
fn previews_are_exact_and_round_against_the_caller_at_every_number_of_decimals() {
    // V8
    for decimals in [0, 2, 6, 18, 24] {
        let market = seasoned(decimals);
        market.give(ALICE, market.usd(10_000));
        let assets = market.usd(7) + n(1);
        let preview = market.view(IVault::previewDepositCall { assets });
        let receiver = ALICE;
        let shares = market.run(ALICE, IVault::depositCall { assets, receiver });
        assert_eq!(shares, preview, "{decimals} decimals");

        let shares = VIRTUAL_SHARES * n(13) + n(1);
        let preview = market.view(IVault::previewMintCall { shares });
        let before = market.wallet(ALICE);
        let assets = market.run(ALICE, IVault::mintCall { shares, receiver });
        assert_eq!(assets, preview, "{decimals} decimals");
        assert_eq!(before - market.wallet(ALICE), assets);

        let (assets, owner) = (n(5), ALICE);
        let preview = market.view(IVault::previewWithdrawCall { assets });
        let call = IVault::withdrawCall {
            assets,
            receiver,
            owner,
        };
        assert_eq!(market.run(ALICE, call), preview, "{decimals} decimals");

        let shares = market.shares(ALICE);
        let preview = market.view(IVault::previewRedeemCall { shares });
        let before = market.wallet(ALICE);
        let call = IVault::redeemCall {
            shares,
            receiver,
            owner,
        };
        assert_eq!(market.run(ALICE, call), preview, "{decimals} decimals");
        assert_eq!(market.wallet(ALICE) - before, preview);
        assert_eq!(market.shares(ALICE), U256::ZERO);
        market.assert_books(&[id(BOB, 0)], &[ALICE, CAROL]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_round_trip_through_the_pool_gains(
        decimals in prop::sample::select(vec![0_u8, 6, 18, 24]),
        assets in 1_u64..2_000_000,
        by_mint in any::<bool>(),
        by_withdraw in any::<bool>(),
        split in 1_u64..5,
    ) {
        // V6, V8
        let market = seasoned(decimals);
        market.give(ALICE, market.usd(10_000_000));
        let before = market.wallet(ALICE);
        let (assets, receiver, owner) = (U256::from(assets), ALICE, ALICE);
        let price = market.share_price();
        for _ in 0..split {
            if by_mint {
                let shares = market.view(IVault::convertToSharesCall { assets });
                if !shares.is_zero() {
                    market.run(ALICE, IVault::mintCall { shares, receiver });
                }
            } else {
                market.run(ALICE, IVault::depositCall { assets, receiver });
            }
        }
        for _ in 0..split {
            let assets = market.view(IVault::maxWithdrawCall { owner }) / U256::from(split);
            if by_withdraw && !assets.is_zero() {
                market.run(ALICE, IVault::withdrawCall { assets, receiver, owner });
            }
        }
        let shares = market.view(IVault::maxRedeemCall { owner });
        if !market.view(IVault::previewRedeemCall { shares }).is_zero() {
            market.run(ALICE, IVault::redeemCall { shares, receiver, owner });
        }
        prop_assert!(market.wallet(ALICE) <= before);
        prop_assert!(market.share_price() >= price, "V5");
        market.assert_books(&[id(BOB, 0)], &[ALICE, CAROL]);
    }
}

#[motsu::test]
fn the_maxima_tell_the_truth_about_cash_and_cap() {
    // V8
    let market = seasoned(6);
    let (owner, receiver) = (CAROL, CAROL);
    let books = market.books();
    let assets = market.view(IVault::maxWithdrawCall { owner });
    assert_eq!(assets, books.cash, "more is lent than is here");
    let call = |assets| IVault::withdrawCall {
        assets,
        receiver,
        owner,
    };
    let more = assets + n(1);
    assert_refused(
        market.call(CAROL, call(more)),
        IVault::ERC4626ExceededMaxWithdraw {
            owner,
            assets: more,
            max: assets,
        },
    );
    let shares = market.view(IVault::maxRedeemCall { owner });
    assert!(shares > U256::ZERO && shares < market.shares(CAROL));
    // A unit more in shares is a unit more in cash.
    let more = shares + VIRTUAL_SHARES;
    assert_refused(
        market.call(
            CAROL,
            IVault::redeemCall {
                shares: more,
                receiver,
                owner,
            },
        ),
        IVault::ERC4626ExceededMaxRedeem {
            owner,
            shares: more,
            max: shares,
        },
    );
    market.run(
        CAROL,
        IVault::redeemCall {
            shares,
            receiver,
            owner,
        },
    );

    let total = market.total_assets();
    market.admin(IVault::setSupplyCapCall {
        supplyCap: total + n(1_000),
    });
    let assets = market.view(IVault::maxDepositCall { receiver });
    assert_eq!(assets, n(1_000));
    market.give(ALICE, n(5_000));
    let more = assets + n(1);
    assert_refused(
        market.call(
            ALICE,
            IVault::depositCall {
                assets: more,
                receiver,
            },
        ),
        IVault::ERC4626ExceededMaxDeposit {
            receiver,
            assets: more,
            max: assets,
        },
    );
    let shares = market.view(IVault::maxMintCall { receiver });
    let more = shares + VIRTUAL_SHARES;
    assert_refused(
        market.call(
            ALICE,
            IVault::mintCall {
                shares: more,
                receiver,
            },
        ),
        IVault::ERC4626ExceededMaxMint {
            receiver,
            shares: more,
            max: shares,
        },
    );
    market.run(ALICE, IVault::mintCall { shares, receiver });
    market.admin(IVault::setSupplyCapCall { supplyCap: n(1) });
    assert_eq!(market.view(IVault::maxDepositCall { receiver }), U256::ZERO);
    assert_eq!(market.view(IVault::maxMintCall { receiver }), U256::ZERO);
}

#[motsu::test]
fn what_max_redeem_says_succeeds_also_for_shares_worth_less_than_a_unit() {
    // V8
    let market = seasoned(6);
    let value = VIRTUAL_SHARES / n(10);
    market.run(CAROL, IVault::transferCall { to: ALICE, value });
    let shares = market.view(IVault::maxRedeemCall { owner: ALICE });
    if !shares.is_zero() {
        let call = IVault::redeemCall {
            shares,
            receiver: ALICE,
            owner: ALICE,
        };
        market.run(ALICE, call);
    }
}

#[motsu::test]
fn a_donation_changes_nothing() {
    // V3
    let market = seasoned(6);
    let before = (
        market.total_assets(),
        market.share_price(),
        market.books().cash,
    );
    let vault = market.vault.address();
    market.give(vault, market.usd(1_000_000));
    market.give_token(0, vault, market.milli(0, 5_000));
    let after = (
        market.total_assets(),
        market.share_price(),
        market.books().cash,
    );
    assert_eq!(before, after);
    assert_eq!(market.collateral(id(BOB, 0), 0).0, market.milli(0, 60_000));
}

#[motsu::test]
fn shares_move_by_allowance_only() {
    let market = Market::new();
    let shares = market.lend(ALICE, market.usd(10));
    let (owner, receiver, spender) = (ALICE, BOB, BOB);
    let call = IVault::redeemCall {
        shares,
        receiver,
        owner,
    };
    let refusal = IVault::ERC20InsufficientAllowance {
        spender,
        allowance: U256::ZERO,
        needed: shares,
    };
    assert_refused(market.call(BOB, call.clone()), refusal.clone());
    let transfer = IVault::transferFromCall {
        from: ALICE,
        to: BOB,
        value: shares,
    };
    assert_refused(market.call(BOB, transfer.clone()), refusal);

    market.run(
        ALICE,
        IVault::approveCall {
            spender,
            value: shares,
        },
    );
    market.vault.assert_emitted(&IVault::Approval {
        owner,
        spender,
        value: shares,
    });
    let assets = market.run(
        BOB,
        IVault::redeemCall {
            shares: shares / n(2),
            receiver,
            owner,
        },
    );
    assert_eq!(market.wallet(BOB), assets);
    market.vault.assert_emitted(&IVault::Withdraw {
        sender: BOB,
        receiver,
        owner,
        assets,
        shares: shares / n(2),
    });
    let left = market.view(IVault::allowanceCall { owner, spender });
    assert_eq!(left, shares - shares / n(2));

    market.run(
        ALICE,
        IVault::approveCall {
            spender,
            value: U256::MAX,
        },
    );
    market.run(
        BOB,
        IVault::transferFromCall {
            from: ALICE,
            to: CAROL,
            value: n(7),
        },
    );
    assert_eq!(
        market.view(IVault::allowanceCall { owner, spender }),
        U256::MAX
    );
    assert_eq!(market.shares(CAROL), n(7));
}

#[motsu::test]
fn shares_can_be_moved_to_oneself_but_not_to_nobody_nor_beyond_the_balance() {
    let market = Market::new();
    let value = market.lend(ALICE, market.usd(10));
    assert!(market.run(ALICE, IVault::transferCall { to: ALICE, value }));
    assert_eq!(market.shares(ALICE), value);
    let receiver = Address::ZERO;
    assert_refused(
        market.call(
            ALICE,
            IVault::transferCall {
                to: receiver,
                value,
            },
        ),
        IVault::ERC20InvalidReceiver { receiver },
    );
    let needed = value + n(1);
    assert_refused(
        market.call(
            ALICE,
            IVault::transferCall {
                to: BOB,
                value: needed,
            },
        ),
        IVault::ERC20InsufficientBalance {
            sender: ALICE,
            balance: value,
            needed,
        },
    );
    assert_refused(
        market.call(
            ALICE,
            IVault::depositCall {
                assets: n(1),
                receiver,
            },
        ),
        IVault::ERC20InvalidReceiver { receiver },
    );
    let (shares, owner) = (value, ALICE);
    assert_refused(
        market.call(
            ALICE,
            IVault::redeemCall {
                shares,
                receiver,
                owner,
            },
        ),
        IVault::ZeroAddress {},
    );
}

#[motsu::test]
fn nothing_in_and_nothing_out_are_refused() {
    let market = Market::new();
    market.lend(ALICE, market.usd(10));
    let (receiver, owner) = (ALICE, ALICE);
    let (assets, shares) = (U256::ZERO, U256::ZERO);
    let zero = IVault::ZeroAmount {};
    assert_refused(
        market.call(ALICE, IVault::depositCall { assets, receiver }),
        zero.clone(),
    );
    assert_refused(
        market.call(ALICE, IVault::mintCall { shares, receiver }),
        zero.clone(),
    );
    let withdraw = IVault::withdrawCall {
        assets,
        receiver,
        owner,
    };
    assert_refused(market.call(ALICE, withdraw), zero.clone());
    let redeem = IVault::redeemCall {
        shares: n(1),
        receiver,
        owner,
    };
    assert_refused(market.call(ALICE, redeem), zero);
}

#[motsu::test]
fn interest_raises_the_share_price_and_a_part_of_it_is_the_funds() {
    let market = Market::new();
    market.lend(CAROL, market.usd(100_000));
    let account = market.open(BOB, &[(0, 100_000)], market.usd(90_000));
    let price = market.share_price();
    market.pass(30 * 86_400);
    market.run(ALICE, IVault::accrueCall {});
    let accrued = market.events::<IVault::Accrued>();
    let last = accrued.last().expect("interest");
    assert!(last.interest > U256::ZERO);
    assert_eq!(last.reserve, last.interest * percent(10) / percent(100));
    assert!(market.share_price() > price);
    let books = market.books();
    assert_eq!(books.reserve, last.reserve);
    assert_eq!(
        market.total_assets(),
        market.usd(100_000) + last.interest - last.reserve
    );
    let debt = market.debt(account);
    assert!(debt <= market.usd(90_000) + last.interest + n(1));

    // Minting the reserve leaves the price where it is.
    let price = market.share_price();
    let shares = market.run(ALICE, IVault::mintReserveCall {});
    assert_eq!(market.shares(market.fund.address()), shares);
    market.vault.assert_emitted(&IVault::ReserveMinted {
        assets: last.reserve,
        shares,
    });
    assert_eq!(market.books().reserve, U256::ZERO);
    assert!(market.share_price() >= price);
    assert!(market.share_price() - price <= n(1_000_000_000));
    market.assert_books(&[account], &[CAROL]);
}

#[motsu::test]
fn a_gap_of_ten_years_at_full_use_reverts_nothing() {
    // V7
    let market = Market::new();
    market.lend(CAROL, market.usd(90_000));
    let account = market.open(BOB, &[(0, 100_000)], market.usd(90_000));
    for _ in 0..3 {
        market.pass(10 * 31_536_000);
        market.run(ALICE, IVault::accrueCall {});
        let _value = market.total_assets();
        let _health = market.health(account);
    }
    market.run(ALICE, IVault::mintReserveCall {});
    market.assert_books(&[account], &[CAROL]);
}

#[motsu::test]
fn a_token_that_keeps_a_fee_or_fails_is_refused_and_one_that_returns_nothing_is_not() {
    use crate::common::Manner;
    let market = Market::new();
    let (assets, receiver, owner) = (market.usd(100), ALICE, ALICE);
    market.give(ALICE, market.usd(1_000));
    let deposit = IVault::depositCall { assets, receiver };
    let token = market.asset.address();
    for manner in [Manner::ReturnsFalse, Manner::Reverts, Manner::ReturnsTwo] {
        market.asset.sender(ALICE).behave(manner);
        let refusal = IVault::TokenCallFailed { token };
        assert_refused(market.call(ALICE, deposit.clone()), refusal);
    }
    market.asset.sender(ALICE).behave(Manner::TakesFee);
    assert_refused(
        market.call(ALICE, deposit.clone()),
        IVault::TokenAmountMismatch {
            token,
            expected: assets,
            received: market.usd(99),
        },
    );
    assert_eq!(market.total_shares(), U256::ZERO);
    market.asset.sender(ALICE).behave(Manner::ReturnsNothing);
    let shares = market.run(ALICE, deposit);
    let redeem = IVault::redeemCall {
        shares,
        receiver,
        owner,
    };
    market.asset.sender(ALICE).behave(Manner::ReturnsFalse);
    assert_refused(
        market.call(ALICE, redeem.clone()),
        IVault::TokenCallFailed { token },
    );
    market.asset.sender(ALICE).behave(Manner::ReturnsNothing);
    market.run(ALICE, redeem);
    assert_eq!(market.wallet(ALICE), market.usd(1_000));
}

#[motsu::test]
fn what_the_pool_is_called_and_counts_in() {
    let market = Market::new();
    assert_eq!(market.view(IVault::nameCall {}), "Breakwater Dollar");
    assert_eq!(market.view(IVault::symbolCall {}), "bwUSD");
    assert_eq!(market.view(IVault::decimalsCall {}), 12);
    assert_eq!(market.view(IVault::assetCall {}), market.asset.address());
}

#[motsu::test]
fn an_owner_takes_out_no_more_than_it_has() {
    let market = Market::new();
    let (owner, receiver) = (ALICE, ALICE);
    market.lend(CAROL, market.usd(1_000));
    let shares = market.lend(ALICE, market.usd(10));
    let more = market.usd(10) + n(1);
    assert_refused(
        market.call(
            ALICE,
            IVault::withdrawCall {
                assets: more,
                receiver,
                owner,
            },
        ),
        IVault::ERC4626ExceededMaxWithdraw {
            owner,
            assets: more,
            max: market.usd(10),
        },
    );
    let more = shares + n(1);
    assert_refused(
        market.call(
            ALICE,
            IVault::redeemCall {
                shares: more,
                receiver,
                owner,
            },
        ),
        IVault::ERC4626ExceededMaxRedeem {
            owner,
            shares: more,
            max: shares,
        },
    );
}
