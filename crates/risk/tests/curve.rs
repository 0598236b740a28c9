//! Price curves: against MakerDAO's published figures, against high-precision references, and never rising.

use alloy_primitives::U256;
use breakwater_risk::{curve::*, WAD, WAD_U64};
use num_bigint::BigUint;
use proptest::prelude::*;

fn u(value: u128) -> U256 {
    U256::from(value)
}

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_le(&value.to_le_bytes::<32>())
}

/// 27 decimals, as MakerDAO counts prices.
const RAY: u128 = 10_u128.pow(27);

// MakerDAO dss, clip.t.sol: top 5 RAY, cut 0.99 a second, 60 seconds, half-up rounding at 27 digits.
#[test]
fn the_exponential_curve_is_one_unit_under_the_figure_of_makerdao() {
    let theirs = u(2_735_783_211_953_807_380_973_706_855);
    let factor = WAD_U64 / 100 * 99;
    let curves = [
        Curve::Exponential {
            factor_per_second: factor,
        },
        // Theirs is a stairstep with steps of a second.
        Curve::Stairstep {
            factor_per_step: factor,
            seconds_per_step: 1,
        },
    ];
    // The exact value, floored: 5e27·99^60/100^60.
    let exact =
        BigUint::from(99_u8).pow(60) * BigUint::from(5 * RAY) / BigUint::from(100_u8).pow(60);
    for curve in curves {
        let ours = curve.price(u(5 * RAY), 60);
        assert_eq!(big(ours), exact);
        // Theirs rounds half up and is one above; ours is the exact value's floor.
        assert_eq!(ours, theirs - U256::ONE);
    }
}

// MakerDAO dss, abaci.t.sol: top 1000 RAY, 3600 seconds to zero; a tenth less each tenth of it. No rounding: equal.
#[test]
fn the_linear_curve_gives_the_figures_of_makerdao() {
    let curve = Curve::Linear {
        seconds_to_zero: 3_600,
    };
    for tenth in 0..=10 {
        let price = curve.price(u(1_000 * RAY), 360 * tenth);
        assert_eq!(price, u(1_000 - 100 * u128::from(tenth)) * u(RAY));
    }
}

// MakerDAO dss, abaci.t.sol: decreases of 1.123456789 % and 2.123456789 % each 1, 5 and 300 seconds, from 50 million and from a ten
// millionth of a RAY, over ten minutes. There each step is the last price times the factor, rounded down, within 10^8 and 1 units: they
// round the power to 27 digits first. Ours multiplies an exact power, so a step is off by a unit of the price's own rounding.
#[test]
fn the_stairstep_curve_falls_as_makerdaos_does() {
    for top in [u(50_000_000) * u(RAY), u(RAY / 10_000_000)] {
        for decrease in [11_234_567_890_000_000_u64, 21_234_567_890_000_000] {
            for step in [1, 5, 300] {
                let curve = Curve::Stairstep {
                    factor_per_step: WAD_U64 - decrease,
                    seconds_per_step: step,
                };
                let mut last = top;
                assert_eq!(curve.price(top, 0), top);
                for second in 1..600 {
                    let price = curve.price(top, second);
                    let expected = if second % step == 0 {
                        last * u(u128::from(WAD_U64 - decrease)) / WAD
                    } else {
                        last
                    };
                    assert!(price <= expected + U256::ONE && price + U256::ONE >= expected);
                    last = price;
                }
            }
        }
    }
}

/// `reference/curves.py` computes the figures by mpmath with 400 digits.
#[test]
fn curves_are_the_floors_of_the_high_precision_references() {
    let mut reader = csv::Reader::from_path("tests/data/curves.csv").unwrap();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for record in reader.records() {
        let record = record.unwrap();
        let number = |column: usize| U256::from_str_radix(&record[column], 10).unwrap();
        let word = |column: usize| number(column).to::<u64>();
        let (name, exact) = (&record[0], number(5));
        *seen.entry(name.to_owned()).or_default() += 1;
        if name == "decay" {
            let decay = volatility_decay(word(1), number(2), 0, u64::MAX);
            let capped = exact.min(WAD);
            // The root of a year is cut to 18 digits: a unit more at the most.
            let difference = u(decay.into()) - capped;
            assert!(difference <= U256::ONE, "{record:?}: {decay}");
            continue;
        }
        let (curve, factors) = match name {
            "linear" => (
                Curve::Linear {
                    seconds_to_zero: word(1),
                },
                0,
            ),
            "exponential" => (
                Curve::Exponential {
                    factor_per_second: word(1),
                },
                word(4),
            ),
            "stairstep" => (
                Curve::Stairstep {
                    factor_per_step: word(1),
                    seconds_per_step: word(2),
                },
                word(4) / word(2),
            ),
            other => panic!("{other}: no such curve"),
        };
        let price = curve.price(number(3), word(4));
        // Never above; below by less than factors·2^-126 of it and one unit.
        let short = big(exact) * factors / (BigUint::from(1_u8) << 126_u8) + 1_u8;
        assert!(price <= exact, "{record:?}: {price}");
        assert!(big(exact - price) <= short, "{record:?}: {price}");
        if name == "linear" {
            assert_eq!(price, exact, "{record:?}");
        }
    }
    assert_eq!(seen.len(), 4);
    assert!(seen.values().all(|count| *count > 50), "{seen:?}");
}

fn curve() -> impl Strategy<Value = Curve> {
    let factor = || {
        prop_oneof![
            0..=WAD_U64,
            any::<u64>(),
            (0_u32..60).prop_map(|bits| WAD_U64 - (1 << bits))
        ]
    };
    prop_oneof![
        (any::<u64>(), 0_u32..64).prop_map(|(seconds, bits)| Curve::Linear {
            seconds_to_zero: seconds >> bits
        }),
        factor().prop_map(|factor_per_second| Curve::Exponential { factor_per_second }),
        (factor(), any::<u64>(), 0_u32..64).prop_map(|(factor_per_step, seconds, bits)| {
            Curve::Stairstep {
                factor_per_step,
                seconds_per_step: seconds >> bits,
            }
        }),
        (
            any::<u64>(),
            any::<[u8; 32]>(),
            0_usize..256,
            any::<u64>(),
            any::<u64>()
        )
            .prop_map(|(multiplier, volatility, bits, floor, cap)| {
                volatility_scaled(
                    multiplier,
                    U256::from_le_bytes(volatility) >> bits,
                    floor,
                    cap,
                )
            }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    // A1
    #[test]
    fn a_price_never_rises_whatever_the_parameters(
        curve in curve(), top in any::<[u8; 32]>(), top_bits in 0_usize..256, at in any::<u64>(), at_bits in 0_u32..64, later in any::<u64>(), later_bits in 0_u32..64,
    ) {
        let top = U256::from_le_bytes(top) >> top_bits;
        let at = at >> at_bits;
        let price = curve.price(top, at);
        prop_assert!(price <= top);
        prop_assert!(price >= curve.price(top, at.saturating_add(later >> later_bits)));
        prop_assert!(price >= curve.price(top, at.saturating_add(1)));
    }

    #[test]
    fn the_quicker_the_market_the_quicker_the_auction(
        multiplier in any::<u64>(), more in any::<u64>(), volatility in any::<u128>(), bits in 0_u32..128, rise in any::<u128>(), floor in any::<u64>(), cap in any::<u64>(),
    ) {
        let (volatility, rise) = (u(volatility >> bits), u(rise >> bits));
        let decay = volatility_decay(multiplier, volatility, floor, cap);
        prop_assert!(decay <= volatility_decay(multiplier, volatility + rise, floor, cap));
        prop_assert!(decay <= volatility_decay(multiplier.saturating_add(more), volatility, floor, cap));
        prop_assert!(decay <= cap && decay <= WAD_U64);
        prop_assert!(decay >= floor.min(cap).min(WAD_U64));
    }
}

#[test]
fn a_volatility_between_floor_and_cap_sets_the_decay() {
    // 80 % a year at a multiplier of 1: 0.8/5615.69 = 0.014245 % a second.
    let decay = |volatility: u128| {
        let (floor, cap) = (50_000_000_000_000, 1_000_000_000_000_000);
        volatility_decay(WAD_U64, u(volatility), floor, cap)
    };
    assert_eq!(decay(800_000_000_000_000_000), 142_457_947_723_562);
    assert_eq!(decay(0), 50_000_000_000_000);
    assert_eq!(decay(u128::MAX), 1_000_000_000_000_000);
    assert_eq!(
        volatility_scaled(WAD_U64, u(800_000_000_000_000_000), 0, WAD_U64),
        Curve::Exponential {
            factor_per_second: WAD_U64 - 142_457_947_723_562
        }
    );
}

#[test]
fn curves_and_resets_at_their_edges() {
    let linear = Curve::Linear {
        seconds_to_zero: 100,
    };
    assert_eq!(linear.price(u(1000), 0), u(1000));
    assert_eq!(linear.price(u(1000), 25), u(750));
    assert_eq!(linear.price(u(1000), 100), u(0));
    assert_eq!(Curve::Linear { seconds_to_zero: 0 }.price(u(1000), 0), u(0));
    assert_eq!(
        Curve::Exponential {
            factor_per_second: u64::MAX
        }
        .price(U256::MAX, u64::MAX),
        U256::MAX
    );
    let stairs = |seconds_per_step| Curve::Stairstep {
        factor_per_step: WAD_U64 / 2,
        seconds_per_step,
    };
    for (elapsed, price) in [(0, 1000), (89, 1000), (90, 500), (179, 500), (180, 250)] {
        assert_eq!(stairs(90).price(u(1000), elapsed), u(price));
    }
    // A step without length is one of a second.
    assert_eq!(stairs(0).price(u(1000), 2), u(250));
    let cusp = WAD / u(2);
    assert!(!needs_reset(u(100), u(50), 10, 10, cusp));
    assert!(needs_reset(u(100), u(49), 10, 10, cusp));
    assert!(needs_reset(u(100), u(50), 11, 10, cusp));
}
