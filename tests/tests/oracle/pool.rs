//! Uniswap v3: the factory and the pools that Uniswap has published, swapped on the chain.

use alloy_sol_types::{sol, SolValue};
use breakwater_risk::tick_math::{sqrt_ratio_at_tick, MAX_TICK};
use breakwater_tests::{interfaces::oracle::Leg, Address, U256};

use crate::desk::*;

type Uint160 = alloy_primitives::aliases::U160;
type Int24 = alloy_primitives::aliases::I24;
type Uint24 = alloy_primitives::aliases::U24;

sol! {
    interface IFactory {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
    }

    interface IPool {
        function initialize(uint160 sqrtPriceX96) external;
        function increaseObservationCardinalityNext(uint16 next) external;
        function slot0() external view returns (uint160 sqrtPriceX96, int24 tick, uint16 observationIndex, uint16 observationCardinality, uint16 observationCardinalityNext, uint8 feeProtocol, bool unlocked);
    }

    interface IPoolTrader {
        function provide(address pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external;
        function moveTo(address pool, bool zeroForOne, uint160 sqrtPriceX96) external;
    }
}

/// 0.3 %, ticks in steps of 60.
const FEE: u32 = 3_000;
/// The least and the largest root that pools take, less one: published in Uniswap's `TickMath`.
const MIN_SQRT_RATIO: u64 = 4_295_128_739;
const MAX_SQRT_RATIO: &str = "1461446703485210103287273052203988822378723970342";
/// Liquidity in the whole range.
const LIQUIDITY: u128 = 1_000_000_000_000_000_000;
const WINDOW: u32 = 600;

/// A pool of ether and dollars, and who moves it.
struct Market {
    desk: Desk,
    pool: Address,
    trader: Address,
    /// Whether ether is token 0.
    ether_first: bool,
    /// Times of swaps, and the tick from then on.
    path: Vec<(u64, i32)>,
}

fn root(tick: i32) -> Uint160 {
    Uint160::from(sqrt_ratio_at_tick(tick).unwrap())
}

/// The tick at which a whole ether is so many dollars.
fn tick_of(dollars: f64, ether_first: bool) -> i32 {
    let tick = (dollars * 1e6 / 1e18).ln() / 1.0001_f64.ln();
    (if ether_first { tick } else { -tick }).round() as i32
}

fn new_pool(
    desk: &mut Desk,
    factory: Address,
    tokens: [Address; 2],
    sqrt_price: Uint160,
) -> Address {
    let create = IFactory::createPoolCall {
        tokenA: tokens[0],
        tokenB: tokens[1],
        fee: Uint24::from(FEE),
    };
    let (pool, _) = desk.suite.send(desk.owner, factory, &create).unwrap();
    let initialize = IPool::initializeCall {
        sqrtPriceX96: sqrt_price,
    };
    desk.suite.send(desk.owner, pool, &initialize).unwrap();
    pool
}

fn tick_now(desk: &mut Desk, pool: Address) -> i32 {
    desk.suite
        .view(pool, &IPool::slot0Call {})
        .unwrap()
        .tick
        .as_i32()
}

impl Market {
    /// At 2,000 dollars, ether before or behind the dollar in the order of addresses.
    fn new(ether_first: bool) -> Self {
        let mut desk = Desk::new();
        let token = |desk: &mut Desk, decimals: u16| {
            let arguments = ("Token".to_owned(), "TKN".to_owned(), decimals);
            desk.create("TestToken", &arguments.abi_encode_params())
        };
        // Which address comes first is chance: make tokens until it is as wanted.
        let ether = token(&mut desk, 18);
        let dollar = loop {
            let dollar = token(&mut desk, 6);
            if (ether < dollar) == ether_first {
                break dollar;
            }
        };
        let factory = desk.create("UniswapV3Factory", &[]);
        let tick = tick_of(2_000.0, ether_first);
        let pool = new_pool(&mut desk, factory, [ether, dollar], root(tick));
        let grow = IPool::increaseObservationCardinalityNextCall { next: 64 };
        desk.suite.send(desk.owner, pool, &grow).unwrap();
        let trader = desk.create("PoolTrader", &[]);
        for token in [ether, dollar] {
            desk.suite
                .give(token, trader, U256::from(u128::MAX))
                .unwrap();
        }
        let edge = MAX_TICK / 60 * 60;
        let provide = IPoolTrader::provideCall {
            pool,
            tickLower: Int24::try_from(-edge).unwrap(),
            tickUpper: Int24::try_from(edge).unwrap(),
            liquidity: LIQUIDITY,
        };
        desk.suite.send(desk.owner, trader, &provide).unwrap();
        let now = desk.suite.now();
        let tick = tick_now(&mut desk, pool);
        Self {
            desk,
            pool,
            trader,
            ether_first,
            path: vec![(now, tick)],
        }
    }

    fn leg(&self, least_liquidity: u128) -> Leg {
        let leg = Leg::uniswap_v3(0, self.pool, WINDOW, U256::from(least_liquidity));
        if self.ether_first {
            leg
        } else {
            leg.inverted()
        }
    }

    /// Swaps until an ether is so many dollars.
    fn move_to(&mut self, dollars: f64) {
        let tick = tick_of(dollars, self.ether_first);
        let before = tick_now(&mut self.desk, self.pool);
        let call = IPoolTrader::moveToCall {
            pool: self.pool,
            zeroForOne: tick < before,
            sqrtPriceX96: root(tick),
        };
        self.desk
            .suite
            .send(self.desk.owner, self.trader, &call)
            .unwrap();
        let now = self.desk.suite.now();
        self.path.push((now, tick_now(&mut self.desk, self.pool)));
    }

    /// The mean tick of the window, from the path: rounded down, as the whitepaper has it.
    fn mean_tick(&self) -> i64 {
        let now = self.desk.suite.now();
        let from = now - u64::from(WINDOW);
        let mut sum = 0_i64;
        for (index, (start, tick)) in self.path.iter().enumerate() {
            let end = self.path.get(index + 1).map_or(now, |next| next.0);
            let (start, end) = ((*start).max(from), end.max(from));
            sum += i64::from(*tick) * (end.max(start) - start) as i64;
        }
        sum.div_euclid(WINDOW.into())
    }

    /// Dollars for an ether at the mean tick.
    fn expected(&self) -> f64 {
        let ratio = 1.0001_f64.powi(self.mean_tick() as i32);
        let dollars = if self.ether_first { ratio } else { 1.0 / ratio };
        dollars * 1e12
    }
}

fn dollars(price: U256) -> f64 {
    price.to::<u128>() as f64 / 1e24
}

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 1e-9,
        "{found}, not {expected}"
    );
}

#[test]
fn a_pools_price_is_that_of_its_mean_tick_while_it_is_swapped_both_ways_round() {
    for ether_first in [true, false] {
        let mut market = Market::new(ether_first);
        market.desk.pass(700);
        let leg = market.leg(LIQUIDITY / 2);
        market
            .desk
            .set(standard(1), vec![leg], price_of(2_000))
            .unwrap();
        assert_close(dollars(market.desk.quote().mid), market.expected());
        for (seconds, price) in [
            (200, 2_050.0),
            (7, 1_990.0),
            (250, 1_980.0),
            (100, 2_100.0),
            (1, 1_700.0),
            (333, 1_900.0),
        ] {
            market.move_to(price);
            market.desk.pass(seconds);
            let (mid, status) = market.desk.mid();
            assert_eq!(status, OK);
            assert_close(dollars(mid), market.expected());
        }
        // A pool says all of the window again once that is what it has been: a constant price is itself.
        market.desk.pass(WINDOW.into());
        assert_close(dollars(market.desk.quote().mid), market.expected());
        assert!((dollars(market.desk.quote().mid) / 1_900.0 - 1.0).abs() < 1e-4);
    }
}

#[test]
fn incident_04_a_swap_moves_a_pools_price_only_by_the_time_that_it_stands() {
    let mut market = Market::new(true);
    market.desk.pass(700);
    let leg = market.leg(LIQUIDITY / 2);
    market
        .desk
        .set(standard(1), vec![leg], price_of(2_000))
        .unwrap();
    let before = market.desk.quote().mid;
    // Ten times the price within a block, and back: nothing.
    market.move_to(20_000.0);
    assert_eq!(market.desk.mid(), (before, OK));
    market.move_to(2_000.0);
    market.desk.pass(60);
    assert_close(dollars(market.desk.quote().mid), market.expected());
    assert!((dollars(market.desk.quote().mid) / 2_000.0 - 1.0).abs() < 1e-3);
    // Ten times for a twelfth of a minute is ten to the power of 5/600.
    market.move_to(20_000.0);
    market.desk.pass(5);
    market.move_to(2_000.0);
    let moved = dollars(market.desk.quote().mid) / 2_000.0;
    assert!(
        (moved / 10_f64.powf(5.0 / 600.0) - 1.0).abs() < 1e-3,
        "{moved}"
    );
}

#[test]
fn a_pool_that_is_too_young_or_too_thin_is_left_out() {
    let mut market = Market::new(true);
    market.desk.pass(599);
    let leg = market.leg(LIQUIDITY / 2);
    // The pool reverts: its first observation is younger than the window.
    let set = market
        .desk
        .set(standard(1), vec![leg.clone()], price_of(2_000));
    assert!(set.is_err());
    market.desk.pass(1);
    let thin = market.leg(LIQUIDITY * 2);
    let set = market.desk.set(standard(1), vec![thin], price_of(2_000));
    assert!(set.is_err());
    market
        .desk
        .set(standard(1), vec![leg], price_of(2_000))
        .unwrap();
    assert_eq!(market.desk.status(), OK);
}

#[test]
fn ticks_are_those_that_real_pools_find_out_to_their_published_bounds() {
    let mut desk = Desk::new();
    let factory = desk.create("UniswapV3Factory", &[]);
    let most: Uint160 = MAX_SQRT_RATIO.parse().unwrap();
    let one = Uint160::from(1);
    let mut roots = vec![
        (Uint160::from(MIN_SQRT_RATIO), Some(-MAX_TICK)),
        (most - one, Some(MAX_TICK - 1)),
    ];
    for tick in [
        -887_271, -300_000, -76_013, -1, 0, 1, 5, 46_055, 200_311, 443_636, 887_271,
    ] {
        // At a tick's root, and a unit under it.
        roots.push((root(tick), Some(tick)));
        roots.push((root(tick) - one, Some(tick - 1)));
    }
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..20 {
        let bits = random.u32(33..160);
        let value = (one << bits as usize)
            + (Uint160::from(random.u128(..)) >> (128_usize.saturating_sub(bits as usize)));
        roots.push((value.min(most - one), None));
    }
    for (number, (sqrt_price, expected)) in (1_u64..).zip(roots) {
        let tokens = [number, number + 1_000_000].map(|n| Address::from_word(U256::from(n).into()));
        let pool = new_pool(&mut desk, factory, tokens, sqrt_price);
        let tick = tick_now(&mut desk, pool);
        if let Some(expected) = expected {
            assert_eq!(tick, expected);
        }
        let sqrt_price = U256::from(sqrt_price);
        assert!(sqrt_ratio_at_tick(tick).unwrap() <= sqrt_price, "{tick}");
        assert!(sqrt_ratio_at_tick(tick + 1).unwrap() > sqrt_price, "{tick}");
    }
    let bounds = [-MAX_TICK, MAX_TICK].map(|tick| sqrt_ratio_at_tick(tick).unwrap());
    assert_eq!(bounds, [U256::from(MIN_SQRT_RATIO), U256::from(most)]);
}
