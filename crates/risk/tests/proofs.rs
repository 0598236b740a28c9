//! `docs/liquidation.md` over all small whole numbers, with the rounding of the functions that are deployed.
//!
//! Ratios are sevenths, eighths and hundredths, so some are exact in WAD and some are not; amounts are a few units, where rounding is as
//! large as it gets. Numbers in comments are those of the document.

use alloy_primitives::U256;
use breakwater_risk::{
    claim::Claim,
    liquidation::{insolvent, lot_amount, payable, size, SizeError, SizeInput},
    margin::value,
    PRICE_SCALE, WAD, WAD_U64,
};

const ONE: i128 = WAD_U64 as i128;

fn u(value: i128) -> U256 {
    U256::from(u128::try_from(value).unwrap())
}

fn whole(value: U256) -> i128 {
    i128::try_from(value.to::<u128>()).unwrap()
}

/// `numerator/denominator` in WAD, down.
fn ratio(numerator: i128, denominator: i128) -> i128 {
    ONE * numerator / denominator
}

/// λ and k with `λ·k < 1`, in WAD.
fn tokens() -> Vec<(i128, i128)> {
    let factors = [ONE, ratio(9, 8), ratio(8, 7), ratio(3, 2)];
    let thresholds = [
        ratio(1, 8),
        ratio(2, 7),
        ratio(1, 2),
        ratio(83, 100),
        ratio(6, 7),
    ];
    let pairs = thresholds
        .into_iter()
        .flat_map(|threshold| factors.map(|factor| (threshold, factor)));
    pairs
        .filter(|(threshold, factor)| threshold * factor < ONE * ONE)
        .collect()
}

/// A sale without clamps but what the account owes and the token pays.
fn input(debt: i128, capacity: i128, target: i128, token: (i128, i128), worth: i128) -> SizeInput {
    SizeInput {
        debt: u(debt),
        capacity: u(capacity),
        target_health: u(target),
        liquidation_threshold: u(token.0),
        lot_factor: u(token.1),
        token_value: u(worth),
        room: U256::MAX,
        max_repay: U256::MAX,
        min_lot: U256::ZERO,
        min_debt: U256::ZERO,
    }
}

/// `B − λ·k·x − h·(D − x)` times 1e36, exact: at least 0 exactly if health after the sale of `x` is `h` or more.
fn above_target(debt: i128, capacity: i128, target: i128, token: (i128, i128), x: i128) -> i128 {
    capacity * ONE * ONE - token.0 * token.1 * x - target * ONE * (debt - x)
}

// Claim 1. L3
#[test]
fn the_size_is_the_least_that_restores_the_target() {
    let mut reached = 0;
    for token in tokens() {
        for target in [ratio(103, 100), ratio(8, 7)] {
            for debt in 1..=40 {
                for capacity in 0..=40 {
                    let sized = size(&input(debt, capacity, target, token, 1_000));
                    let at = |x| above_target(debt, capacity, target, token, x);
                    let x = match sized {
                        Ok(x) => whole(x),
                        // Each refusal is what it says it is.
                        Err(SizeError::HealthWouldNotImprove) => {
                            assert!(token.0 * token.1 * debt >= capacity * ONE * ONE);
                            continue;
                        }
                        Err(SizeError::AtTarget) => {
                            assert!(at(0) >= 0);
                            continue;
                        }
                        Err(other) => panic!("{other:?}"),
                    };
                    assert!(x >= 1 && x <= debt);
                    // Even with the whole debt sold, never more than is needed; with less, exactly as much.
                    assert!(at(x - 1) < 0, "{token:?} {target} {debt} {capacity} {x}");
                    if x < debt {
                        assert!(at(x) >= 0, "{token:?} {target} {debt} {capacity} {x}");
                        reached += 1;
                    }
                }
            }
        }
    }
    assert!(reached > 10_000, "{reached}");
}

// Claims 1 and 2b. L3, L7
#[test]
fn a_sale_read_again_has_the_target_health_within_rounding() {
    let target = ratio(11, 10);
    // Value of a base unit: under, at, and above one of the loan asset; in WAD.
    let prices = [ratio(1, 3), ratio(4, 5), ONE, ratio(7, 2), ONE * 9];
    let (mut partial, mut all, mut better) = (0, 0, 0);
    for token in tokens() {
        let (threshold, factor) = token;
        for price in prices {
            let scaled = PRICE_SCALE / u(ONE) * u(price);
            for balance in 0..=14 {
                let worth = |balance: i128| whole(value(u(balance), scaled).unwrap());
                let of = |balance: i128| worth(balance) * threshold / ONE;
                for (others, debt) in (0..=12)
                    .step_by(3)
                    .flat_map(|o| (1..=30).map(move |d| (o, d)))
                {
                    let capacity = others + of(balance);
                    let Ok(x) = size(&input(debt, capacity, target, token, worth(balance))) else {
                        continue;
                    };
                    let available = payable(u(worth(balance)), u(factor));
                    let lot = lot_amount(x, u(factor), scaled, u(balance), available).unwrap();
                    let (x, lot, available) = (whole(x), whole(lot), whole(available));
                    assert!(lot <= balance && x <= debt && x <= available);
                    // Read again: times 1e36, against h·(D − x).
                    let left = others + of(balance - lot);
                    let square = ONE * ONE;
                    let apart = left * square - target * ONE * (debt - x);
                    let product = threshold * factor;
                    // Never above: h − λk + λ(p + 1) + 1.
                    let bound = target * ONE - product + threshold * (price + ONE) + square;
                    assert!(apart < bound, "{token:?} {price} {balance} {others} {debt}");
                    if x < available && x < debt {
                        // Nothing clamped it: not below by 2 units.
                        assert!(
                            apart > -2 * square,
                            "{token:?} {price} {balance} {others} {debt}"
                        );
                        partial += 1;
                    } else {
                        all += 1;
                    }
                    // 2b: better, once x·(HF − λk) ≥ 2. HF = B/D.
                    let margin = capacity * square - product * debt;
                    if x < debt && margin >= (2 * debt * square + x - 1) / x {
                        assert!(left * debt > capacity * (debt - x));
                        better += 1;
                    }
                }
            }
        }
    }
    assert!(
        partial > 5_000 && all > 5_000 && better > 1_000,
        "{partial} {all} {better}"
    );
}

/// One account for claim 2a: whether it is unhealthy, solvent, and can't be sold.
fn stuck(debt: i128, holdings: &[(i128, (i128, i128))]) -> bool {
    let capacity: i128 = holdings.iter().map(|(v, token)| v * token.0 / ONE).sum();
    let recoverable: i128 = holdings
        .iter()
        .map(|(v, token)| whole(payable(u(*v), u(token.1))))
        .sum();
    if debt <= capacity || insolvent(u(recoverable), u(debt)) {
        return false;
    }
    let target = ratio(11, 10);
    let sold = holdings
        .iter()
        .any(|(v, token)| size(&input(debt, capacity, target, *token, *v)).is_ok());
    let count = i128::try_from(holdings.len()).unwrap();
    // The band: R − D < n/HF = n·D/B.
    let within = (recoverable - debt) * capacity < count * debt;
    assert!(sold || within, "{debt} {holdings:?}");
    !sold
}

// Claim 2a. L2
#[test]
fn a_token_to_sell_exists_unless_the_account_is_insolvent_within_rounding() {
    let tokens: Vec<_> = tokens().into_iter().step_by(2).collect();
    let (mut tried, mut in_band) = (0_u32, 0_u32);
    for first in &tokens {
        for second in &tokens {
            for v in 0..=9 {
                for w in 0..=9 {
                    for debt in 1..=16 {
                        tried += 1;
                        in_band += u32::from(stuck(debt, &[(v, *first), (w, *second)]));
                    }
                }
            }
        }
    }
    // Accounts of a few units do fall into the band: it is not empty, so the bound is not idle.
    assert!(in_band > 0 && in_band < tried / 20, "{in_band} of {tried}");
}

// Claim 2a. L2
#[test]
fn a_token_to_sell_exists_unless_insolvent_within_rounding_of_three() {
    let tokens: Vec<_> = tokens().into_iter().step_by(5).collect();
    for first in &tokens {
        for second in &tokens {
            for third in &tokens {
                for (v, w, z) in (0..=5).flat_map(|v| {
                    (0..=5).flat_map(move |w| (0..=5).step_by(2).map(move |z| (v, w, z)))
                }) {
                    for debt in 1..=12 {
                        stuck(debt, &[(v, *first), (w, *second), (z, *third)]);
                    }
                }
            }
        }
    }
}

// Claim 3. A6
#[test]
fn no_order_of_payments_pays_a_claim_twice() {
    let totals = |claim: &mut Claim, payments: &[u64]| {
        let mut sums = [U256::ZERO; 5];
        for payment in payments {
            let paid = claim.settle(U256::from(*payment));
            let parts = [
                paid.to_carrying,
                paid.recovered,
                paid.recovered_to_fund,
                paid.penalty,
                paid.excess,
            ];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part;
            }
        }
        sums
    };
    for carrying in 0..=3_u64 {
        for written_off in 0..=3_u64 {
            for (fund_paid, penalty) in
                (0..=written_off).flat_map(|f| (0..=2_u64).map(move |q| (f, q)))
            {
                let start = Claim {
                    carrying: U256::from(carrying),
                    written_off: U256::from(written_off),
                    penalty: U256::from(penalty),
                    fund_paid: U256::from(fund_paid),
                };
                for (a, b, c) in
                    (0..=5).flat_map(|a| (0..=5).flat_map(move |b| (0..=5).map(move |c| (a, b, c))))
                {
                    let mut merged = start;
                    let expected = totals(&mut merged, &[a + b + c]);
                    // Each part by the document's formula.
                    let all = a + b + c;
                    let recovered = all.saturating_sub(carrying).min(written_off);
                    let formula = [
                        all.min(carrying),
                        recovered,
                        recovered.min(fund_paid),
                        all.saturating_sub(carrying + written_off).min(penalty),
                        all.saturating_sub(carrying + written_off + penalty),
                    ];
                    assert_eq!(expected, formula.map(U256::from));
                    for order in [
                        [a, b, c],
                        [a, c, b],
                        [b, a, c],
                        [b, c, a],
                        [c, a, b],
                        [c, b, a],
                    ] {
                        let mut split = start;
                        assert_eq!(totals(&mut split, &order), expected);
                        assert_eq!(split, merged);
                    }
                }
            }
        }
    }
}

// The edge that makes equality count as insolvent, and the band of claim 2a, as an account.
#[test]
fn at_equality_there_may_be_nothing_to_sell_and_so_it_counts_as_insolvent() {
    // λ·k = 1/2 exactly, v = D: HF = 1/2.
    let token = (ratio(1, 2), ONE);
    let account = input(8, 4, ratio(11, 10), token, 8);
    assert_eq!(size(&account), Err(SizeError::HealthWouldNotImprove));
    assert!(insolvent(payable(u(8), WAD), u(8)));
}
