// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// What of a Uniswap v3 pool is used here.
interface IPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);
}

/// Provides liquidity to pools of Uniswap v3 and swaps in them, from its own balance: for tests only.
contract PoolTrader {
    function provide(IPool pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external {
        pool.mint(address(this), tickLower, tickUpper, liquidity, "");
    }

    /// Swaps until the pool's price is `sqrtPriceX96`.
    function moveTo(IPool pool, bool zeroForOne, uint160 sqrtPriceX96) external {
        pool.swap(address(this), zeroForOne, type(int256).max, sqrtPriceX96, "");
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        _pay(IPool(msg.sender).token0(), owed0);
        _pay(IPool(msg.sender).token1(), owed1);
    }

    function uniswapV3SwapCallback(int256 owed0, int256 owed1, bytes calldata) external {
        if (owed0 > 0) _pay(IPool(msg.sender).token0(), uint256(owed0));
        if (owed1 > 0) _pay(IPool(msg.sender).token1(), uint256(owed1));
    }

    function _pay(address token, uint256 amount) private {
        require(IERC20(token).transfer(msg.sender, amount));
    }
}
