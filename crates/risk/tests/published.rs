//! Figures that other protocols publish, where a formula of ours coincides with theirs. Each test names its source, and what
//! differs. Only figures are taken over.

use alloy_primitives::U256;
use breakwater_fixed_point::{mul_div_down, mul_div_up};
use breakwater_risk::{
    liquidation::{penalty_rate, size, SizeError, SizeInput},
    margin::{check_collateral, health_factor, lot_factor, CollateralParameters},
    volatility_margin::moved_threshold,
    WAD, WAD_U64,
};

fn u(value: u128) -> U256 {
    U256::from(value)
}

/// Hundredths of a per cent in WAD.
fn basis_points(value: u64) -> U256 {
    U256::from(value) * U256::from(WAD_U64 / 10_000)
}

/// A sale without clamps: as much collateral, room and will as it takes.
fn unclamped(debt: U256, capacity: U256, target: U256, threshold: U256, factor: U256) -> SizeInput {
    SizeInput {
        debt,
        capacity,
        target_health: target,
        liquidation_threshold: threshold,
        lot_factor: factor,
        token_value: U256::MAX >> 64,
        room: U256::MAX,
        max_repay: U256::MAX,
        min_lot: U256::ZERO,
        min_debt: U256::ZERO,
    }
}

/// Morpho's liquidation incentive factor `min(1.15, 1/(1 − 0.3·(1 − LLTV)))`: collateral seized for each unit repaid.
///
/// Ours is the lot factor `k = (1 + p)/(1 − b)`, so with `p = 0` and `b = 0.3·(1 − LLTV)` it is Morpho's. Two differences: ours rounds
/// up (a lot must bring its debt), Morpho's down, one unit of 1e-18 apart; and ours has no cap of 1.15, which binds under an
/// LLTV of 56.5 %. Source: morpho-org/sdks, registry of default pre-liquidation parameters, `preLIF1` by LLTV; that of 86 % is also
/// in the test of `MarketUtils.getLiquidationIncentiveFactor`.
#[test]
fn lot_factors_are_morphos_liquidation_incentive_factors_rounded_up() {
    const CURSOR: u64 = 3_000;
    for (lltv, published) in [
        (6_250, 1_126_760_563_380_281_690_u128),
        (7_700, 1_074_113_856_068_743_286),
        (8_600, 1_043_841_336_116_910_229),
        (9_150, 1_026_167_265_264_238_070),
        (9_450, 1_016_776_817_488_561_260),
        (9_650, 1_010_611_419_909_044_972),
        (9_800, 1_006_036_217_303_822_937),
    ] {
        let lltv = basis_points(lltv);
        let buffer = mul_div_down(basis_points(CURSOR), WAD - lltv, WAD).unwrap();
        let factor = lot_factor(U256::ZERO, buffer).unwrap();
        assert_eq!(factor, u(published + 1), "at {lltv}");
        // Such a market is within our bounds: λ·k < 1, and a target of 1.03 is far enough above it.
        let parameters = CollateralParameters {
            borrow_ltv: lltv - U256::ONE,
            liquidation_threshold: lltv,
            penalty_min: U256::ZERO,
            penalty_max: U256::ZERO,
            lot_buffer: buffer,
        };
        assert_eq!(check_collateral(&parameters, basis_points(10_300)), Ok(()));
    }
    // Where Morpho's is capped: at an LLTV of 38.5 % it is 1.15, ours 1.226….
    let buffer = mul_div_down(basis_points(CURSOR), WAD - basis_points(3_850), WAD).unwrap();
    assert!(lot_factor(U256::ZERO, buffer).unwrap() > basis_points(11_500));
}

/// Aave v4's debt to target health, `D·(H* − HF)/(H* − bonus·factor)` rounded up: with `B = HF·D`, `λ` its collateral factor and `k` its
/// liquidation bonus, it is our size. Source: aave/aave-v4, LiquidationLogic.DebtToTargetHealthFactor.t.sol: a debt of 10,000, health
/// 0.8, factor 50 %, bonus 150 %.
#[test]
fn sizes_are_aave_v4s_debt_to_target_health() {
    let (threshold, factor) = (basis_points(5_000), basis_points(15_000));
    for unit in [1, 1_000_000, 10_u128.pow(18), 10_u128.pow(27)] {
        let (debt, capacity) = (u(10_000 * unit), u(8_000 * unit));
        assert_eq!(health_factor(debt, capacity), basis_points(8_000));
        let to = |target| {
            size(&unclamped(
                debt,
                capacity,
                basis_points(target),
                threshold,
                factor,
            ))
        };
        // test_…_UnitPrice: target 1.25, 9,000.
        assert_eq!(to(12_500), Ok(u(9_000 * unit)));
        // test_…_NoPrecisionLoss: target 1, 4 units of a debt asset at 2,000.
        assert_eq!(to(10_000), Ok(u(4 * 2_000 * unit)));
        // test_…_HealthFactorEqualsTargetHealthFactor: nothing.
        assert_eq!(to(8_000), Err(SizeError::AtTarget));
    }
    // test_…_PrecisionLoss: target 1, a debt asset at 333, 24.024024024024024024024024025 units in 27 digits, rounded up. Our debts are
    // in the loan asset, so there is no division by its price; made after the fact, and rounded up too, it gives their figure.
    let ray = 10_u128.pow(27);
    let debt_in_value = size(&unclamped(
        u(10_000 * ray),
        u(8_000 * ray),
        WAD,
        threshold,
        factor,
    ))
    .unwrap();
    assert_eq!(
        mul_div_up(debt_in_value, U256::ONE, u(333)),
        Some(u(24_024_024_024_024_024_024_024_024_025))
    );
}

/// Accounts of aave/aave-v4, LiquidationLogic.DebtToRestoreCloseFactor.Scenario.t.sol (setups 1 and 2), and what is asserted
/// of them there: health after the sale is the target, here 1, within one part in 10,000. Ours is never under it but for rounding.
#[test]
fn sizes_restore_the_health_of_aave_v4s_scenarios() {
    // Factor and value of the collateral that is sold, its bonus; factor and value of the other; debt.
    let scenarios = [
        (7_000, 10_000, 10_400, 8_000, 8_000, 15_000),
        (7_500, 10_000, 10_500, 8_000, 8_000, 15_000),
        (8_000, 8_000, 10_300, 7_500, 10_000, 15_000),
        (8_500, 10_000, 10_400, 7_400, 10_000, 16_000),
        (7_400, 10_000, 10_800, 8_500, 10_000, 16_000),
    ];
    let unit = u(10_u128.pow(18));
    for (threshold, value, bonus, other_threshold, other_value, debt) in scenarios {
        let capacity = |value: U256, points: u64| value * U256::from(points) / u(10_000);
        let other = capacity(u(other_value) * unit, other_threshold);
        let (value, debt) = (u(value) * unit, u(debt) * unit);
        let (threshold_wad, factor) = (basis_points(threshold), basis_points(bonus));
        let total = other + capacity(value, threshold);
        assert!(total < debt, "healthy from the start");
        let mut input = unclamped(debt, total, WAD, threshold_wad, factor);
        input.token_value = value;
        let x = size(&input).unwrap();
        let sold = mul_div_up(x, factor, WAD).unwrap();
        let health = health_factor(debt - x, other + capacity(value - sold, threshold));
        assert!(health.abs_diff(WAD) < basis_points(1), "{health}");
        assert!(health + u(2) >= WAD, "{health}");
    }
}

/// Euler's discount grows one for one with the shortfall of health, `1 − HF` up to a maximum: with `p_min = 0` it is our penalty rate.
/// Source: euler-xyz/euler-vault-kit, test/unit/evault/modules/Liquidation/full.t.sol and basic.t.sol.
///
/// What differs: Euler takes the discount off the price, so a debt x buys collateral worth x/(1 − discount); a penalty is added to the
/// debt, x·(1 + p). Euler's is the lot factor with the discount as its buffer.
#[test]
fn penalties_grow_as_eulers_discount_does() {
    let unit = 10_u128.pow(18);
    let maximum = basis_points(2_000);
    let discount = |debt, capacity| penalty_rate(U256::ZERO, maximum, debt, capacity);
    // test_basicFullLiquidation: 100 at 0.4, LTV 0.3, against 5 at 2.5: health 0.96; the value of the repayment is 0.96 of the yield's.
    let (debt, capacity) = (u(5 * 25 * unit / 10), u(100 * 4 * 3 * unit / 100));
    assert_eq!(health_factor(debt, capacity), basis_points(9_600));
    assert_eq!(discount(debt, capacity), basis_points(400));
    let yield_value = mul_div_down(
        debt,
        lot_factor(U256::ZERO, basis_points(400)).unwrap(),
        WAD,
    )
    .unwrap();
    let repaid = mul_div_down(yield_value, basis_points(9_600), WAD).unwrap();
    // Their tolerance is 1e-9; ours is rounding's.
    assert!(repaid.abs_diff(debt) <= u(20), "{repaid}");
    // test_basicLiquidation_all_collateral: 10 at 0.5, LTV 0.9, against 5: health 0.9.
    assert_eq!(
        discount(u(5 * unit), u(45 * unit / 10)),
        basis_points(1_000)
    );
    // Healthy: none. Far under water: the maximum.
    assert_eq!(discount(u(5 * unit), u(6 * unit)), U256::ZERO);
    assert_eq!(discount(u(5 * unit), u(unit)), maximum);
}

/// Aave v4's bonus is `min + (max − min)·(1 − HF)/(1 − HF_max)`: with `max − min = 1 − HF_max` it has our slope of one for one. Of its
/// published figures those of that slope and those at the ends coincide. Source: aave/aave-v4, LiquidationLogic.LiquidationBonus.t.sol:
/// bonus 110 %, factor 50 %, so from 5 % to 10 %.
#[test]
fn penalties_have_the_ends_of_aave_v4s_variable_bonus() {
    let (min, max) = (basis_points(500), basis_points(1_000));
    let at = |health: U256| penalty_rate(min, max, WAD, health);
    // Theirs is in basis points: at a health of 1 − 1e-18 it is 5 %, ours a unit more.
    assert_eq!(at(WAD - U256::ONE), min + U256::ONE);
    assert_eq!(at(WAD), min);
    // At HF_max (theirs 0.8, ours by slope 0.95) and under: the maximum.
    for health in [9_500, 8_000, 1] {
        assert_eq!(at(basis_points(health)), max);
    }
    // Their figure at 0.96 is 6 %, by a slope of a quarter. Ours at the same part of its way, 0.99, is the same 6 %.
    assert_eq!(at(basis_points(9_900)), basis_points(600));
}

/// Euler lowers a liquidation LTV in a straight line over the ramp's duration. Source: euler-xyz/euler-vault-kit,
/// test/unit/evault/modules/Vault/ltv.t.sol, `test_rampDown`: from 0.9 to 0.4 in 1,000 seconds.
///
/// Ours moves by a rate and not by a duration: `slew = 0.5·3600/1000` an hour is that line. What differs: ours may also rise slowly
/// (Euler's raises at once), and no step is greater than that of one hour.
#[test]
fn thresholds_fall_as_eulers_ltv_ramp_does() {
    let (from, to) = (basis_points(9_000), basis_points(4_000));
    let slew = (from - to) * u(3_600) / u(1_000);
    for (seconds, published) in [(0, 9_000), (200, 8_000), (500, 6_500), (1_000, 4_000)] {
        assert_eq!(
            moved_threshold(from, to, slew, seconds),
            basis_points(published),
            "after {seconds}"
        );
    }
    // The same in the steps of that test.
    let mut threshold = from;
    for (seconds, published) in [(200, 8_000), (300, 6_500), (500, 4_000)] {
        threshold = moved_threshold(threshold, to, slew, seconds);
        assert_eq!(threshold, basis_points(published));
    }
}
