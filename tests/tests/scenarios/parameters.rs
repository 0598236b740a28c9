//! `docs/parameters.md` against the compiled programs: each bound is accepted and one step beyond it refused, each value is the one in use, and no
//! parameter of a setter is left out.

use std::collections::{BTreeMap, BTreeSet};

use alloy_sol_types::SolCall;
use breakwater_tests::{
    documents::{self, quoted},
    interfaces::{
        auction::ILiquidationAuction,
        oracle::{IOracleAdapter, Leg, Parameters},
        vault::IVault,
    },
    Address, CollateralSetup, Programs, Suite, SuiteConfig, U256, WAD,
};

use crate::{
    common::{raw, suite},
    documents::items,
};

/// A billionth in WAD: the step of ratios that share a word.
const BILLIONTH: u64 = 1_000_000_000;
/// A millionth in WAD: the step of the adapter's ratios.
const MILLIONTH: u64 = 1_000_000_000_000;
const DAY: u64 = 86_400;

/// A setter with arguments that it accepts: its calldata, and what of it can be changed.
struct Setter {
    contract: Address,
    calldata: Vec<u8>,
    /// Names of its words, in order.
    names: Vec<String>,
}

impl Setter {
    fn new<C: SolCall>(contract: Address, interface: &str, call: &C) -> Self {
        let name = C::SIGNATURE.split('(').next().unwrap();
        let item = &items(interface, "function")[name];
        let inputs = item["inputs"].as_array().unwrap();
        let mut names = Vec::new();
        for input in inputs {
            match input["components"].as_array() {
                // A static tuple is laid out in line; an array is one word.
                Some(parts) if !input["type"].as_str().unwrap().ends_with(']') => {
                    names.extend(parts.iter().map(|part| part["name"].as_str().unwrap()));
                }
                _ => names.push(input["name"].as_str().unwrap()),
            }
        }
        Self {
            contract,
            calldata: call.abi_encode(),
            names: names.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The same with another value for one parameter.
    fn with(&self, name: &str, value: U256) -> Self {
        let found = self.names.iter().position(|known| known == name);
        let index = found.unwrap_or_else(|| panic!("no parameter {name} in {:?}", self.names));
        let mut calldata = self.calldata.clone();
        calldata[4 + 32 * index..][..32].copy_from_slice(&value.to_be_bytes::<32>());
        Self {
            contract: self.contract,
            calldata,
            names: self.names.clone(),
        }
    }

    /// What becomes of it, on a copy of the suite.
    fn outcome(&self, suite: &Suite) -> Result<(), String> {
        let mut copy = suite.clone();
        let owner = copy.owner;
        let receipt = raw(&mut copy, owner, self.contract, self.calldata.clone());
        match receipt.is_success() {
            true => Ok(()),
            false => Err(hex::encode(&receipt.output)),
        }
    }

    /// `value` is accepted for `name`, and `beyond` refused: by name, or as too large for the books.
    fn assert_bound(&self, suite: &Suite, name: &str, value: U256, beyond: U256) {
        assert_written(name, value, beyond);
        let accepted = self.with(name, value).outcome(suite);
        assert_eq!(accepted, Ok(()), "{name} = {value}");
        let refused = self.with(name, beyond).outcome(suite);
        let data = refused.expect_err(&format!("{name} = {beyond} is accepted"));
        let named = data.contains(&hex::encode(name));
        let selector = hex::encode(<IVault::AmountTooLarge as alloy_sol_types::SolError>::SELECTOR);
        assert!(
            named || data.starts_with(&selector),
            "{name} = {beyond}: {data}"
        );
    }

    fn assert_most(&self, suite: &Suite, name: &str, most: U256, step: u64) {
        self.assert_bound(suite, name, most, most + U256::from(step));
    }

    fn assert_least(&self, suite: &Suite, name: &str, least: U256, step: u64) {
        self.assert_bound(suite, name, least, least - U256::from(step));
    }
}

/// Parameters whose bound is another parameter: the page names that one.
const DEPENDENT: [&str; 9] = [
    "borrowLtv",
    "thresholdMin",
    "thresholdMax",
    "penaltyMin",
    "backstopDiscount",
    "lotBuffer",
    "minDebt",
    "softDeviations",
    "floor",
];

/// Fails unless the page's column of bounds has this bound of `name`, in one of the ways in which it writes numbers.
fn assert_written(name: &str, value: U256, beyond: U256) {
    // By the kind of curve: the page has kind 3's rate and kind 2's step.
    if DEPENDENT.contains(&name) || name == "rate" && value != wad(10, 1) {
        return;
    }
    let page = documents::read("docs/parameters.md").unwrap();
    let rows = page.rows().into_iter().filter(|(_, cells)| {
        let words = quoted(&cells[0]);
        words
            .iter()
            .any(|word| word.split('.').next_back() == Some(name))
    });
    let written: Vec<String> = rows.map(|(_, cells)| cells[2].clone()).collect();
    // Arguments that are no parameters have no row.
    if name == "verb" {
        return;
    }
    let small = u64::try_from(value).unwrap_or(u64::MAX);
    let mut ways = vec![
        percent(value),
        decimal(value, 18),
        value.to_string(),
        time(small),
        format!("above {}", decimal(beyond, 18)),
        format!("above {beyond}"),
        format!("below {}", decimal(beyond, 18)),
        amount(value, 16) + " %",
    ];
    for exponent in [81, 87, 88, 96, 128] {
        if beyond == power_of_two(exponent) {
            ways.push(format!("below 2^{exponent}"));
        }
    }
    if value == U256::from(u128::MAX / 4_000_000) {
        ways.push("below 2^128/4,000,000".to_owned());
    }
    // `cusp` is bounded by one, and by the discount.
    let is_written = ways
        .iter()
        .any(|way| written.iter().any(|cell| cell.contains(way.as_str())));
    assert!(
        is_written || name == "cusp",
        "the bounds of {name} are {written:?}: none of {ways:?}"
    );
}

fn wad(numerator: u64, denominator: u64) -> U256 {
    U256::from(u128::from(numerator) * u128::from(WAD) / u128::from(denominator))
}

fn power_of_two(exponent: usize) -> U256 {
    U256::from(1) << exponent
}

// ----- the setters as the suite was configured -----

fn set_collateral(suite: &Suite) -> Setter {
    let CollateralSetup {
        borrow_ltv,
        liquidation_threshold,
        penalty_min,
        penalty_max,
        lot_buffer,
        beta,
        supply_cap,
        room_cap,
        ..
    } = suite.config.weth;
    let call = IVault::setCollateralCall {
        token: suite.weth(),
        borrowLtv: U256::from(borrow_ltv),
        thresholdMin: U256::from(liquidation_threshold),
        thresholdMax: U256::from(liquidation_threshold),
        penaltyMin: U256::from(penalty_min),
        penaltyMax: U256::from(penalty_max),
        lotBuffer: U256::from(lot_buffer),
        beta: U256::from(beta),
        supplyCap: U256::from(supply_cap),
        roomCap: U256::from(room_cap),
    };
    Setter::new(suite.modules.vault, "IVault", &call)
}

fn set_margin(suite: &Suite) -> Setter {
    let call = IVault::setMarginCall {
        openingDeviations: wad(3, 1),
        openingHorizon: U256::from(DAY),
        thresholdDeviations: wad(3, 1),
        thresholdHorizon: U256::from(3_600),
        softDeviations: wad(2, 1),
        softPenalty: wad(1, 100),
        slew: wad(1, 100),
        volatilityMin: wad(1, 10),
        predictiveCap: U256::ZERO,
    };
    Setter::new(suite.modules.vault, "IVault", &call)
}

fn set_risk(suite: &Suite) -> Setter {
    let config = &suite.config;
    let call = IVault::setRiskCall {
        targetHealth: U256::from(config.target_health),
        minDebt: U256::from(config.min_debt),
        minLot: U256::from(config.min_lot),
        backstopDiscount: U256::from(config.backstop_discount),
        capPeriod: U256::from(config.cap_period),
        coolOff: U256::from(config.cool_off),
    };
    Setter::new(suite.modules.vault, "IVault", &call)
}

/// A curve that leaves room for changes of each of its parameters: a slow one of the study's kind with a low cusp.
fn set_curve(suite: &Suite, kind: u8, rate: U256, step: u64, cap: U256) -> Setter {
    let call = ILiquidationAuction::setCurveCall {
        token: suite.weth(),
        kind,
        buffer: wad(1, 1),
        rate,
        step: U256::from(step),
        floor: cap,
        cap,
        tail: U256::from(30 * DAY),
        cusp: wad(4, 10),
    };
    Setter::new(suite.modules.auction, "ILiquidationAuction", &call)
}

fn set_sources(suite: &Suite) -> Setter {
    let feeds = suite.collaterals[0].feeds;
    let call = IOracleAdapter::setSourcesCall {
        token: suite.weth(),
        parameters: Parameters::standard(18, 2),
        legs: vec![
            Leg::chainlink(0, feeds[0], 3_600),
            Leg::chainlink(1, feeds[1], 3_600),
        ],
        expectedPrice: U256::ZERO,
    };
    Setter::new(suite.modules.oracle, "IOracleAdapter", &call)
}

#[test]
fn a_collaterals_parameters_have_the_bounds_that_the_page_says() {
    let suite = suite();
    let setter = set_collateral(&suite);
    // 98 % of a threshold of 80 %.
    setter.assert_most(&suite, "borrowLtv", wad(784, 1_000), BILLIONTH);
    // λ·k < 1, with k = 1.08/0.95.
    let most = (wad(95, 108) / U256::from(BILLIONTH)) * U256::from(BILLIONTH);
    setter.assert_most(&suite, "thresholdMax", most, BILLIONTH);
    setter.assert_most(&suite, "thresholdMin", wad(80, 100), BILLIONTH);
    setter.assert_most(&suite, "penaltyMin", wad(8, 100), BILLIONTH);
    setter.assert_least(&suite, "lotBuffer", wad(5, 100), BILLIONTH);
    setter.assert_most(&suite, "beta", wad(1, 1), BILLIONTH);
    let most = power_of_two(128) - U256::from(1);
    setter.assert_most(&suite, "supplyCap", most, 1);
    let most = power_of_two(96) - U256::from(1);
    setter.assert_most(&suite, "roomCap", most, 1);
}

#[test]
fn margins_have_the_bounds_that_the_page_says() {
    let suite = suite();
    let setter = set_margin(&suite);
    for name in ["openingDeviations", "thresholdDeviations", "volatilityMin"] {
        setter.assert_most(&suite, name, wad(4, 1), BILLIONTH);
    }
    for name in ["openingHorizon", "thresholdHorizon"] {
        setter.assert_most(&suite, name, U256::from(90 * DAY), 1);
    }
    // Half a deviation under the opening's three.
    setter.assert_most(&suite, "softDeviations", wad(25, 10), BILLIONTH);
    setter.assert_most(&suite, "softPenalty", wad(1, 10), BILLIONTH);
    setter.assert_most(&suite, "slew", wad(1, 10), BILLIONTH);
    setter.assert_least(&suite, "slew", wad(1, 1_000), BILLIONTH);
    let most = power_of_two(96) - U256::from(1);
    setter.assert_most(&suite, "predictiveCap", most, 1);
}

#[test]
fn liquidation_rewards_fees_and_caps_have_the_bounds_that_the_page_says() {
    let suite = suite();
    let vault = suite.modules.vault;
    let below = |exponent: usize| power_of_two(exponent) - U256::from(1);
    let setter = set_risk(&suite);
    setter.assert_most(&suite, "targetHealth", wad(2, 1), BILLIONTH);
    let least = wad(1, 1) + U256::from(BILLIONTH);
    setter.assert_least(&suite, "targetHealth", least, BILLIONTH);
    setter.assert_least(&suite, "minDebt", U256::from(suite.config.min_lot), 1);
    setter.assert_most(&suite, "minDebt", below(88), 1);
    setter.assert_least(&suite, "minLot", U256::from(1), 1);
    let greatest = setter.with("minDebt", below(88));
    greatest.assert_most(&suite, "minLot", below(87), 1);
    setter.assert_most(&suite, "backstopDiscount", wad(5, 100), BILLIONTH);
    setter.assert_most(&suite, "capPeriod", U256::from(30 * DAY), 1);
    setter.assert_least(&suite, "capPeriod", U256::from(60), 1);
    setter.assert_most(&suite, "coolOff", U256::from(300), 1);

    let call = IVault::setRewardCall {
        tip: U256::ZERO,
        chip: U256::ZERO,
    };
    let setter = Setter::new(vault, "IVault", &call);
    setter.assert_most(&suite, "chip", wad(1, 1), BILLIONTH);
    setter.assert_most(&suite, "tip", below(81), 1);
    let call = IVault::setFeesCall {
        reserveFactor: U256::ZERO,
        totalRoomCap: U256::ZERO,
        fundMinimum: U256::from(suite.config.fund_minimum),
    };
    let setter = Setter::new(vault, "IVault", &call);
    setter.assert_most(&suite, "reserveFactor", wad(1, 2), BILLIONTH);
    setter.assert_most(&suite, "totalRoomCap", below(96), 1);
    setter.assert_most(&suite, "fundMinimum", below(128), 1);
    let supply_cap = U256::ZERO;
    let call = IVault::setSupplyCapCall {
        supplyCap: supply_cap,
    };
    let setter = Setter::new(vault, "IVault", &call);
    let most = U256::from(u128::MAX / 4_000_000);
    setter.assert_most(&suite, "supplyCap", most, 1);
    let call = IVault::setGuardianCall {
        guardian: suite.owner,
        grace: U256::ZERO,
        graceFloor: U256::ZERO,
    };
    let setter = Setter::new(vault, "IVault", &call);
    setter.assert_most(&suite, "grace", U256::from(DAY), 1);
    setter.assert_most(&suite, "graceFloor", wad(1, 1), BILLIONTH);
    let call = IVault::pauseCall {
        verb: U256::ZERO,
        duration: U256::from(1),
    };
    let setter = Setter::new(vault, "IVault", &call);
    setter.assert_most(&suite, "duration", U256::from(3 * DAY), 1);
    setter.assert_least(&suite, "duration", U256::from(1), 1);
    setter.assert_most(&suite, "verb", U256::from(4), 1);
    let steward = suite.owner;
    let mut suite = suite;
    let call = IVault::setStewardCall { steward };
    suite.send(steward, vault, &call).unwrap();
    let call = IVault::tightenCall {
        token: Address::ZERO,
        percent: U256::from(50),
        duration: U256::from(1),
    };
    let setter = Setter::new(vault, "IVault", &call);
    setter.assert_most(&suite, "percent", U256::from(99), 1);
    setter.assert_least(&suite, "percent", U256::from(50), 1);
    setter.assert_most(&suite, "duration", U256::from(7 * DAY), 1);
    setter.assert_least(&suite, "duration", U256::from(1), 1);
}

#[test]
fn a_funds_target_and_periods_have_the_bounds_that_the_page_says() {
    let suite = suite();
    let call = IVault::setFundTargetCall { target: U256::ZERO };
    let setter = Setter::new(suite.modules.vault, "IVault", &call);
    let most = power_of_two(128) - U256::from(1);
    assert_eq!(setter.with("target", most).outcome(&suite), Ok(()));
    assert!(setter.with("target", U256::MAX).outcome(&suite).is_err());
    // Of the constructor: a deployment with each.
    for (cooldown, window, is_accepted) in [
        (3_600, DAY, true),
        (60 * DAY, 60 * DAY, true),
        (3_599, DAY, false),
        (3_600, DAY - 1, false),
        (60 * DAY + 1, DAY, false),
        (3_600, 60 * DAY + 1, false),
    ] {
        let config = SuiteConfig {
            cooldown,
            window,
            ..SuiteConfig::default()
        };
        let outcome = Suite::deploy(config, &Programs::find().unwrap());
        match outcome {
            Ok(_) => assert!(is_accepted, "{cooldown}, {window}"),
            Err(text) => {
                assert!(!is_accepted, "{cooldown}, {window}: {text}");
                assert!(text.contains("ParameterOutOfBounds"), "{text}");
            }
        }
    }
}

#[test]
fn curves_dust_and_stop_levels_have_the_bounds_that_the_page_says() {
    let suite = suite();
    let slow = set_curve(&suite, 3, wad(1, 1), 0, wad(1, 100));
    slow.assert_most(&suite, "buffer", wad(2, 1), 1);
    slow.assert_least(&suite, "buffer", wad(1, 2), 1);
    slow.assert_most(&suite, "rate", wad(10, 1), 1);
    slow.assert_most(&suite, "step", U256::ZERO, 1);
    slow.assert_most(&suite, "floor", wad(1, 100), 1);
    slow.assert_most(&suite, "tail", U256::from(30 * DAY), 1);
    let quick = set_curve(&suite, 3, wad(1, 1), 0, wad(1, 10));
    quick.assert_most(&suite, "cap", wad(1, 10), 1);
    quick.assert_least(&suite, "tail", U256::from(60), 1);
    let half = quick.with("buffer", wad(1, 2));
    half.assert_most(&suite, "cusp", wad(1, 1) - U256::from(1), 1);
    // `cusp·buffer < 1 − 5 %`.
    quick.assert_most(&suite, "cusp", wad(95, 100) - U256::from(1), 1);
    // 4 to 7 are the same kinds for lots of the fund.
    assert!(quick.with("kind", U256::from(8)).outcome(&suite).is_err());
    let stairs = set_curve(&suite, 2, wad(1, 2), 60, U256::ZERO);
    stairs.assert_most(&suite, "step", U256::from(3_600), 1);
    stairs.assert_least(&suite, "step", U256::from(1), 1);
    stairs.assert_least(&suite, "rate", wad(1, 2), 1);
    let line = set_curve(&suite, 0, U256::from(60), 0, U256::ZERO);
    line.assert_most(&suite, "rate", U256::from(30 * DAY), 1);
    line.assert_least(&suite, "rate", U256::from(1), 1);
    let steady = set_curve(&suite, 1, wad(95, 100), 0, U256::ZERO);
    steady.assert_least(&suite, "rate", wad(9, 10), 1);

    let auction = suite.modules.auction;
    let call = ILiquidationAuction::setDustCall { dust: U256::ZERO };
    let setter = Setter::new(auction, "ILiquidationAuction", &call);
    setter.assert_most(&suite, "dust", power_of_two(96) - U256::from(1), 1);
    let call = ILiquidationAuction::setStopCall { level: 0 };
    let setter = Setter::new(auction, "ILiquidationAuction", &call);
    setter.assert_most(&suite, "level", U256::from(3), 1);
}

#[test]
fn the_adapters_parameters_have_the_bounds_that_the_page_says() {
    let suite = suite();
    let setter = set_sources(&suite);
    let bounds: [(&str, U256, U256, u64); 11] = [
        ("maxSpread", wad(1, 1_000_000), wad(1, 2), MILLIONTH),
        ("gapVolatility", wad(1, 100), wad(10, 1), MILLIONTH),
        ("resolution", U256::ZERO, wad(1, 100), MILLIONTH),
        ("breakerFactor", wad(1, 1), wad(20, 1), MILLIONTH * 10_000),
        ("breakerFloor", wad(1, 100), wad(16, 1), MILLIONTH),
        ("sampleInterval", U256::from(1), U256::from(3_600), 1),
        ("maxGap", U256::from(60), U256::from(7 * DAY), 1),
        (
            "volatilityWindow",
            U256::from(3_600),
            U256::from(30 * DAY),
            1,
        ),
        ("averageWindow", U256::from(60), U256::from(DAY / 2), 1),
        ("haltDuration", U256::from(60), U256::from(3_600), 1),
        ("deadAfter", U256::from(3_600), U256::from(90 * DAY), 1),
    ];
    for (name, least, most, step) in bounds {
        setter.assert_most(&suite, name, most, step);
        if least.is_zero() {
            assert_eq!(setter.with(name, least).outcome(&suite), Ok(()), "{name}");
        } else if name == "maxSpread" {
            // The suite's feeds are further apart than a millionth: the bound is refused for that, not by name.
            let beyond = setter.with(name, U256::ZERO).outcome(&suite).unwrap_err();
            assert!(beyond.contains(&hex::encode(name)), "{beyond}");
        } else {
            setter.assert_least(&suite, name, least, step);
        }
    }
    let call = IOracleAdapter::setSequencerFeedCall {
        feed: suite.collaterals[0].feeds[0],
        grace: U256::ZERO,
    };
    let feed = Setter::new(suite.modules.oracle, "IOracleAdapter", &call);
    let beyond = feed.with("grace", U256::from(DAY + 1)).outcome(&suite);
    assert!(beyond.unwrap_err().contains(&hex::encode("grace")));
}

// ----- the page -----

/// `wad` as the page writes it: `75 %`, `0.1 %`.
fn percent(wad: U256) -> String {
    format!("{} %", decimal(wad, 16))
}

/// A number with `decimals` decimals, without zeros at the end.
fn decimal(value: U256, decimals: usize) -> String {
    let digits = format!("{:0>width$}", value.to_string(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    let part = part.trim_end_matches('0');
    match part {
        "" => whole.to_owned(),
        _ => format!("{whole}.{part}"),
    }
}

/// Seconds in the largest unit that they are a whole number of.
fn time(seconds: u64) -> String {
    match seconds {
        _ if seconds != 0 && seconds.is_multiple_of(DAY) => format!("{} d", seconds / DAY),
        _ if seconds != 0 && seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ if seconds > 60 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// Whole units with commas.
fn amount(value: U256, decimals: usize) -> String {
    let text = decimal(value, decimals);
    let mut shown = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index != 0 && (text.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// What the suite has, as the page writes it.
fn values(suite: &mut Suite) -> BTreeMap<&'static str, String> {
    let config = suite.config.clone();
    let (weth, curve) = (config.weth, config.weth.curve);
    let vault = suite.modules.vault;
    let margin = suite.view(vault, &IVault::marginConfigCall {}).unwrap();
    let guardian = suite.view(vault, &IVault::guardianConfigCall {}).unwrap();
    let deleveraging = suite.view(vault, &IVault::deleveragingCall {}).unwrap();
    let oracle = Parameters::standard(18, 2);
    let wide = |value: u128| U256::from(value);
    let ratio = |value: u64| percent(U256::from(value));
    let deviations = |value: U256| decimal(value, 18);
    let seconds = |value: U256| time(value.to());
    let mut values = BTreeMap::from([
        ("borrowLtv", ratio(weth.borrow_ltv)),
        ("thresholdMin", ratio(weth.liquidation_threshold)),
        (
            "penaltyMin",
            format!("{} to {}", ratio(weth.penalty_min), ratio(weth.penalty_max)),
        ),
        ("lotBuffer", ratio(weth.lot_buffer)),
        ("beta", ratio(weth.beta)),
        ("roomCap", amount(wide(weth.room_cap), 6)),
        ("openingDeviations", deviations(margin.openingDeviations)),
        ("openingHorizon", seconds(margin.openingHorizon)),
        (
            "thresholdDeviations",
            deviations(margin.thresholdDeviations),
        ),
        ("thresholdHorizon", seconds(margin.thresholdHorizon)),
        ("softDeviations", deviations(margin.softDeviations)),
        ("softPenalty", percent(margin.softPenalty)),
        ("slew", percent(margin.slew)),
        ("volatilityMin", percent(margin.volatilityMin)),
        ("predictiveCap", amount(margin.predictiveCap, 6)),
        (
            "targetHealth",
            decimal(U256::from(config.target_health), 18),
        ),
        ("minDebt", amount(wide(config.min_debt), 6)),
        ("minLot", amount(wide(config.min_lot), 6)),
        ("backstopDiscount", ratio(config.backstop_discount)),
        ("capPeriod", time(config.cap_period)),
        ("coolOff", time(config.cool_off)),
        ("setReward.tip", amount(wide(config.tip), 6)),
        ("setReward.chip", ratio(config.chip)),
        ("setFees.reserveFactor", ratio(config.reserve_factor)),
        (
            "setFees.totalRoomCap",
            amount(wide(config.total_room_cap), 6),
        ),
        ("setSupplyCap.supplyCap", amount(wide(config.supply_cap), 6)),
        ("setFundTarget.target", amount(deleveraging.target, 6)),
        ("setGuardian.grace", seconds(guardian.grace)),
        ("setGuardian.graceFloor", deviations(guardian.graceFloor)),
        ("buffer", decimal(U256::from(curve.buffer), 18)),
        ("rate", decimal(U256::from(curve.multiplier), 18)),
        ("floor", shortened(curve.floor)),
        ("cap", shortened(curve.cap)),
        ("tail", time(curve.tail)),
        ("cusp", ratio(curve.cusp)),
        ("setDust.dust", amount(wide(config.dust), 6)),
        ("maxSpread", percent(oracle.maxSpread)),
        ("gapVolatility", percent(oracle.gapVolatility)),
        ("resolution", percent(oracle.resolution)),
        ("breakerFactor", deviations(oracle.breakerFactor)),
        ("breakerFloor", percent(oracle.breakerFloor)),
        ("cooldown", time(config.cooldown)),
        ("window", time(config.window)),
    ]);
    for (name, value) in [
        ("sampleInterval", oracle.sampleInterval),
        ("maxGap", oracle.maxGap),
        ("volatilityWindow", oracle.volatilityWindow),
        ("averageWindow", oracle.averageWindow),
        ("haltDuration", oracle.haltDuration),
        ("deadAfter", oracle.deadAfter),
    ] {
        values.insert(name, seconds(value));
    }
    values
}

/// A decay as a percentage of seven decimals.
fn shortened(wad: u64) -> String {
    let kept = (wad + BILLIONTH / 2) / BILLIONTH * BILLIONTH;
    percent(U256::from(kept))
}

#[test]
fn the_page_has_the_values_that_are_in_use() {
    let mut suite = suite();
    let page = documents::read("docs/parameters.md").unwrap();
    let rows = page.rows();
    let mut wrong = Vec::new();
    for (name, value) in values(&mut suite) {
        let row = rows
            .iter()
            .find(|(_, cells)| quoted(&cells[0]).first() == Some(&name));
        let Some((_, cells)) = row else {
            panic!("docs/parameters.md has no row of {name}");
        };
        if cells[3] != value {
            wrong.push(format!("{name}: {}, not {}", value, cells[3]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A row of the page that is computed from the two collaterals' parameters.
fn derived(name: &str, shown: impl Fn(&CollateralSetup) -> String) -> Vec<String> {
    let config = SuiteConfig::default();
    vec![name.to_owned(), shown(&config.weth), shown(&config.second)]
}

#[test]
fn the_page_has_what_follows_from_the_values() {
    let number = |wad: u64| wad as f64 / WAD as f64;
    let factor =
        |it: &CollateralSetup| (1.0 + number(it.penalty_max)) / (1.0 - number(it.lot_buffer));
    let threshold = |it: &CollateralSetup| number(it.liquidation_threshold);
    let covered = |it: &CollateralSetup| threshold(it) * factor(it);
    let target = number(SuiteConfig::default().target_health);
    // Of an hour, at 100 % a year.
    let deviation = (3_600.0_f64 / 31_536_000.0).sqrt();
    let percent = |part: f64, digits: usize| format!("{:.digits$} %", part * 100.0);
    let expected = [
        derived("`k`", |it| format!("{:.4}", factor(it))),
        derived("`λ·k`", |it| format!("{:.4}", covered(it))),
        derived("fall from opening at the edge to liquidation", |it| {
            percent(1.0 - number(it.borrow_ltv) / threshold(it), 2)
        }),
        derived(
            "fall from liquidation at health 1 to a sale that just pays debt and penalty",
            |it| percent(1.0 - covered(it), 2),
        ),
        derived(
            "the same in standard deviations of an hour at a volatility of 100 % a year",
            |it| format!("{:.1}", -covered(it).ln() / deviation),
        ),
        derived("part of the debt that a lot is for, at health 0.99", |it| {
            percent((target - 0.99) / (target - covered(it)), 1)
        }),
    ];
    let page = documents::read("docs/parameters.md").unwrap();
    let rows: Vec<Vec<String>> = page.rows().into_iter().map(|(_, cells)| cells).collect();
    for row in expected {
        assert!(rows.contains(&row), "docs/parameters.md lacks {row:?}");
    }
}

/// Arguments of setters that are no parameters.
const ARGUMENTS: [&str; 10] = [
    "token",
    "guardian",
    "steward",
    "verb",
    "operator",
    "approved",
    "deadline",
    "signature",
    "owner",
    "account",
];

#[test]
fn the_page_leaves_no_parameter_of_a_setter_out() {
    let page = documents::read("docs/parameters.md").unwrap();
    let words: BTreeSet<&str> = quoted(&page.text)
        .into_iter()
        .flat_map(|word| word.split(['.', '(', ' ', ',']))
        .collect();
    let mut missing = Vec::new();
    for interface in [
        "IVault",
        "ILiquidationAuction",
        "IOracleAdapter",
        "IInsuranceFund",
    ] {
        for (name, item) in items(interface, "function") {
            let is_setter = name.starts_with("set")
                && name.chars().nth(3).is_some_and(char::is_uppercase)
                && !name.starts_with("setOperator")
                && !name.starts_with("setPredictive");
            if !is_setter {
                continue;
            }
            for input in item["inputs"].as_array().unwrap() {
                let parts = input["components"].as_array();
                let names: Vec<&str> = match parts {
                    Some(parts) => parts.iter().map(|p| p["name"].as_str().unwrap()).collect(),
                    None => vec![input["name"].as_str().unwrap()],
                };
                for parameter in names {
                    if !words.contains(parameter) && !ARGUMENTS.contains(&parameter) {
                        missing.push(format!("{interface}.{name}: {parameter}"));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "docs/parameters.md lacks {missing:#?}");
}
