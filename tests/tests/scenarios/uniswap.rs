//! A real Uniswap v3 pool on the embedded chain: the factory as its authors published it creates it.

use alloy_sol_types::sol;
use breakwater_fixed_point::{mul_div_down, sqrt_down};
use breakwater_tests::{external::IToken, Address, Suite, U256};

use crate::common::{create, stable};

sol! {
    #[derive(Debug)]
    interface IUniswap {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
        function token0() external view returns (address);
        function seed(address pool, uint160 sqrtPriceX96, int24 ticks, uint128 liquidity) external;
        function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes data) external returns (int256 amount0, int256 amount1);
    }
}

/// A pool of a collateral and the loan asset at 0.3 %, with `depth` whole units of the collateral and as much loan asset at `price`
/// dollars for one.
pub(crate) fn uniswap_pool(suite: &mut Suite, token: Address, price: u64, depth: u64) -> Address {
    let asset = suite.asset;
    let maker = suite.user("market maker");
    let factory = create(suite, maker, "UniswapV3Factory", &[]);
    let call = IUniswap::createPoolCall {
        tokenA: token,
        tokenB: asset,
        fee: alloy_primitives::Uint::from(3_000),
    };
    let (pool, _) = suite.send(maker, factory, &call).unwrap();
    let seeder = create(suite, maker, "PoolSeeder", &[]);
    // Price of the first token in the second, in base units, times 2^192.
    let known = suite.collaterals.iter().find(|known| known.token == token);
    let unit = U256::from(10).pow(U256::from(known.unwrap().decimals));
    let is_token_first = suite.view(pool, &IUniswap::token0Call {}).unwrap() == token;
    let q192 = U256::from(1) << 192;
    let ratio = match is_token_first {
        true => mul_div_down(stable(price), q192, unit),
        false => mul_div_down(unit, q192, stable(price)),
    };
    let root = sqrt_down(ratio.unwrap());
    // Liquidity over all prices: √(x·y).
    let amounts = [U256::from(depth) * unit, stable(price * depth)];
    let liquidity = sqrt_down(amounts[0] * amounts[1]);
    // A contract can't be made to deposit ether: the maker does, and a little more than is needed.
    for (token, amount) in [(token, amounts[0]), (asset, amounts[1])] {
        let value = amount + amount / U256::from(100);
        suite.give(token, maker, value).unwrap();
        let call = IToken::transferCall { to: seeder, value };
        suite.send(maker, token, &call).unwrap();
    }
    let seed = IUniswap::seedCall {
        pool,
        sqrtPriceX96: root.to(),
        ticks: alloy_primitives::Signed::try_from(887_220).unwrap(),
        liquidity: liquidity.to(),
    };
    suite.send(maker, seeder, &seed).unwrap();
    pool
}
