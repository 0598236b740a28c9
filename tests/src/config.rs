//! All parameters of a deployment, with values fit for a market of a few million dollars.

use alloy_primitives::U256;
use breakwater_interfaces::oracle::Parameters;
use breakwater_risk::curve::{volatility_decay, DEFAULT_VOLATILITY_MULTIPLIER};

/// 1 in WAD.
pub const WAD: u64 = 1_000_000_000_000_000_000;
/// A dollar as price feeds answer it: 8 decimals.
pub const DOLLAR: u64 = 100_000_000;
/// A dollar of the loan asset: 6 decimals.
pub const STABLE: u128 = 1_000_000;
/// Seconds in an hour.
pub const HOUR: u64 = 3_600;

/// `percent` in WAD.
const fn percent(percent: u64) -> u64 {
    WAD / 100 * percent
}

/// A volatility-scaled price curve of the auction.
#[derive(Clone, Copy, Debug)]
pub struct CurveSetup {
    /// First price over the oracle's, WAD.
    pub buffer: u64,
    /// Decay a second over the volatility of a second, WAD.
    pub multiplier: u64,
    /// Least decay a second, WAD.
    pub floor: u64,
    /// Greatest decay a second, WAD.
    pub cap: u64,
    /// Seconds after which the auction needs a reset.
    pub tail: u64,
    /// Part of the first price under which the auction needs a reset, WAD.
    pub cusp: u64,
}

/// A collateral and its price feeds.
#[derive(Clone, Copy, Debug)]
pub struct CollateralSetup {
    /// First price in dollars, 8 decimals.
    pub price: u64,
    /// Share of the value that may be borrowed, WAD.
    pub borrow_ltv: u64,
    /// Liquidation threshold λ, WAD.
    pub liquidation_threshold: u64,
    /// Penalty at health 1, WAD.
    pub penalty_min: u64,
    /// Highest penalty, WAD.
    pub penalty_max: u64,
    /// Lot buffer b, WAD.
    pub lot_buffer: u64,
    /// Correlation with the market, WAD.
    pub beta: u64,
    /// Most of the token that the vault takes, base units.
    pub supply_cap: u128,
    /// Most debt for sale with the token, loan asset.
    pub room_cap: u128,
    /// The auction's curve.
    pub curve: CurveSetup,
    /// The curve of the fund's lots.
    pub inventory_curve: CurveSetup,
}

/// Which of the Solidity contracts a token is, and its decimals.
#[derive(Clone, Copy, Debug)]
pub struct TokenSetup {
    /// Name of the contract: `StableToken`, or one whose constructor takes name, symbol and decimals.
    pub contract: &'static str,
    /// Decimals of the token.
    pub decimals: u8,
}

/// A deployment.
#[derive(Clone, Debug)]
pub struct SuiteConfig {
    /// The loan asset.
    pub asset: TokenSetup,
    /// The second collateral.
    pub second_token: TokenSetup,
    /// Time of the first block, seconds since 1970.
    pub start_time: u64,
    /// Wrapped ether, 18 decimals.
    pub weth: CollateralSetup,
    /// A second collateral.
    pub second: CollateralSetup,
    /// Age up to which a feed's answer counts, seconds.
    pub max_age: u32,
    /// How the adapter prices tokens; decimals and quorum are filled in. Here prices may jump by any factor up to a hundred: what a
    /// breaker does to prices that are set by hand is for the tests of the breaker.
    pub oracle: Parameters,
    /// Difference between the two feeds of a token, in millionths of the price: half of it below, half above.
    pub feed_difference: u64,
    /// Health that a liquidation restores, WAD.
    pub target_health: u64,
    /// Least debt of an account, loan asset.
    pub min_debt: u128,
    /// Least debt of a lot, loan asset.
    pub min_lot: u128,
    /// Discount at which the fund would take lots, WAD.
    pub backstop_discount: u64,
    /// Time over which settled lots go on counting against the caps, seconds.
    pub cap_period: u64,
    /// Time after a risk-increasing step in which there is no liquidation, seconds.
    pub cool_off: u64,
    /// Keeper's reward a lot, loan asset.
    pub tip: u128,
    /// Keeper's reward as a part of the debt, WAD.
    pub chip: u64,
    /// The fund's part of interest, WAD.
    pub reserve_factor: u64,
    /// Most debt for sale in all, loan asset.
    pub total_room_cap: u128,
    /// Vault shares that always stay with the fund.
    pub fund_minimum: u128,
    /// Most assets of lenders.
    pub supply_cap: u128,
    /// Least remainder of an auction, loan asset.
    pub dust: u128,
    /// Cool-down of the fund, seconds.
    pub cooldown: u64,
    /// Window of the fund, seconds.
    pub window: u64,
    /// True: after each transaction the share price is compared with the one before (V5). Costs two views each.
    pub watch_share_price: bool,
}

impl Default for SuiteConfig {
    fn default() -> Self {
        // The default of crates/risk/docs/efficiency.md: at a volatility of 100 % a year 1.1 % a minute. Floor and cap are the default
        // at 25 % and at 400 %. At the floor the price is at 80 % of its first after 79 minutes.
        let decay_at = |volatility: u64| {
            let volatility = U256::from(percent(volatility));
            volatility_decay(DEFAULT_VOLATILITY_MULTIPLIER, volatility, 0, WAD)
        };
        let curve = CurveSetup {
            buffer: percent(102),
            multiplier: DEFAULT_VOLATILITY_MULTIPLIER,
            floor: decay_at(25),
            cap: decay_at(400),
            tail: 90 * 60,
            cusp: percent(80),
        };
        // Patient: by a hundredth of that, 0.7 % an hour at a volatility of 100 % a year, for three days at most. Under the low price less the
        // discount nothing of the fund's is sold.
        let inventory_curve = CurveSetup {
            multiplier: DEFAULT_VOLATILITY_MULTIPLIER / 100,
            floor: curve.floor / 100,
            cap: curve.cap / 100,
            tail: 72 * HOUR,
            cusp: percent(92),
            ..curve
        };
        Self {
            asset: TokenSetup {
                contract: "StableToken",
                decimals: 6,
            },
            second_token: TokenSetup {
                contract: "TestToken",
                decimals: 8,
            },
            start_time: 1_583_884_800,
            // k = 1.08/0.95 = 1.137, λ·k = 0.909.
            weth: CollateralSetup {
                price: 200 * DOLLAR,
                borrow_ltv: percent(75),
                liquidation_threshold: percent(80),
                penalty_min: percent(2),
                penalty_max: percent(8),
                lot_buffer: percent(5),
                beta: percent(90),
                supply_cap: 1_000_000 * WAD as u128,
                room_cap: 400_000 * STABLE,
                curve,
                inventory_curve,
            },
            // k = 1.09/0.94 = 1.160, λ·k = 0.812.
            second: CollateralSetup {
                price: 8_000 * DOLLAR,
                borrow_ltv: percent(65),
                liquidation_threshold: percent(70),
                penalty_min: percent(3),
                penalty_max: percent(9),
                lot_buffer: percent(6),
                beta: percent(70),
                supply_cap: 100_000 * 100_000_000,
                room_cap: 200_000 * STABLE,
                curve,
                inventory_curve,
            },
            max_age: HOUR as u32,
            oracle: Parameters {
                breakerFloor: U256::from(16 * u128::from(WAD)),
                ..Parameters::standard(0, 0)
            },
            feed_difference: 1_000,
            target_health: percent(110),
            min_debt: 200 * STABLE,
            min_lot: 100 * STABLE,
            backstop_discount: percent(5),
            cap_period: HOUR,
            cool_off: 60,
            tip: 2 * STABLE,
            chip: WAD / 1_000,
            reserve_factor: percent(10),
            total_room_cap: 500_000 * STABLE,
            // One dollar's worth at the first share price.
            fund_minimum: STABLE * 1_000_000,
            supply_cap: 1_000_000_000 * STABLE,
            dust: 50 * STABLE,
            cooldown: 24 * HOUR,
            window: 48 * HOUR,
            watch_share_price: false,
        }
    }
}
