// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILiquidationAuction} from "abi/ILiquidationAuction.sol";

/// What is used of a Uniswap v3 pool. Pools are created by the factory as its authors published it (npm package uniswap/v3-core).
interface IPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function initialize(uint160 sqrtPriceX96) external;
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

/// Takes lots without capital: in the auction's callback it sells the collateral into a Uniswap v3 pool, then pays with the proceeds and
/// keeps the rest. If the pool pays too little, nothing happens at all.
contract UniswapTaker {
    using SafeERC20 for IERC20;

    /// One beyond the least price of a pool, and one before the greatest: a sale without a limit of its own.
    uint160 private constant LOWEST = 4295128740;
    uint160 private constant HIGHEST = 1461446703485210103287273052203988822378723970341;

    ILiquidationAuction public immutable auction;
    /// It pulls payments.
    address public immutable vault;
    IPool public immutable pool;
    /// What payments are made in.
    IERC20 public immutable asset;
    address public immutable owner;

    error NotOwner(address caller);
    error NotAuction(address caller);
    error NotPool(address caller);
    error NotInitiator(address taker);
    error ProfitBelowMinimum(uint256 profit, uint256 minimum);

    constructor(ILiquidationAuction auction_, IPool pool_, IERC20 asset_) {
        auction = auction_;
        (vault,) = auction_.modules();
        pool = pool_;
        asset = asset_;
        owner = msg.sender;
    }

    /// Takes at most `maxLot` of auction `id`, now, sells it, and sends the profit to the owner.
    function run(uint256 id, uint256 maxLot, uint256 minProfit)
        external
        returns (uint256 lotTaken, uint256 paid, uint256 profit)
    {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        // Any data asks for the callback.
        (lotTaken, paid) =
            auction.take(id, maxLot, 0, type(uint256).max, block.timestamp, address(this), hex"01");
        profit = asset.balanceOf(address(this));
        if (profit < minProfit) revert ProfitBelowMinimum(profit, minProfit);
        asset.safeTransfer(owner, profit);
    }

    /// Called by the auction when the collateral is here and the payment is due.
    function onAuctionTake(uint256, address taker, address token, uint256 lotTaken, uint256 payment, bytes calldata)
        external
        returns (bytes4)
    {
        if (msg.sender != address(auction)) revert NotAuction(msg.sender);
        if (taker != address(this)) revert NotInitiator(taker);
        bool zeroForOne = token == pool.token0();
        pool.swap(
            address(this), zeroForOne, int256(lotTaken), zeroForOne ? LOWEST : HIGHEST, abi.encode(token)
        );
        asset.forceApprove(vault, payment);
        return this.onAuctionTake.selector;
    }

    /// Called by the pool when the proceeds are here and the collateral is due.
    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        if (msg.sender != address(pool)) revert NotPool(msg.sender);
        uint256 due = uint256(amount0 > 0 ? amount0 : amount1);
        IERC20(abi.decode(data, (address))).safeTransfer(msg.sender, due);
    }
}

/// Gives a pool its first price and liquidity, from what it holds.
contract PoolSeeder {
    using SafeERC20 for IERC20;

    function seed(IPool pool, uint160 sqrtPriceX96, int24 ticks, uint128 liquidity) external {
        pool.initialize(sqrtPriceX96);
        pool.mint(address(this), -ticks, ticks, liquidity, "");
    }

    /// Called by the pool when the liquidity is due.
    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        IPool pool = IPool(msg.sender);
        IERC20(pool.token0()).safeTransfer(msg.sender, amount0);
        IERC20(pool.token1()).safeTransfer(msg.sender, amount1);
    }
}
