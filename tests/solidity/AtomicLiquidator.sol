// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILiquidationAuction} from "abi/ILiquidationAuction.sol";
import {IVault} from "abi/IVault.sol";
import {MockExchange} from "./MockExchange.sol";

/// Liquidates, takes the whole lot, sells it and pays, in one transaction and without capital. Pays if the auction starts
/// under the market's price.
contract AtomicLiquidator {
    using SafeERC20 for IERC20;

    IVault public immutable vault;
    ILiquidationAuction public immutable auction;
    MockExchange public immutable exchange;
    IERC20 public immutable asset;

    error NotAuction(address caller);
    error ProfitBelowMinimum(uint256 profit, uint256 minimum);

    constructor(IVault vault_, MockExchange exchange_) {
        vault = vault_;
        (, address auction_,,,,,,) = vault_.modules();
        auction = ILiquidationAuction(auction_);
        exchange = exchange_;
        asset = IERC20(vault_.asset());
    }

    /// The keeper's reward (vault shares) and the sale's profit (loan asset) go to the caller.
    function liquidate(bytes32 account, address token, uint256 minProfit)
        external
        returns (uint256 profit, uint256 reward)
    {
        uint256 id = vault.liquidate(account, token, type(uint256).max, address(this));
        auction.take(id, type(uint256).max, 0, type(uint256).max, block.timestamp, address(this), hex"01");
        profit = asset.balanceOf(address(this));
        if (profit < minProfit) revert ProfitBelowMinimum(profit, minProfit);
        asset.safeTransfer(msg.sender, profit);
        reward = vault.balanceOf(address(this));
        IERC20(address(vault)).safeTransfer(msg.sender, reward);
    }

    function onAuctionTake(uint256, address, address token, uint256 lotTaken, uint256 payment, bytes calldata)
        external
        returns (bytes4)
    {
        if (msg.sender != address(auction)) revert NotAuction(msg.sender);
        IERC20(token).forceApprove(address(exchange), lotTaken);
        exchange.sell(token, lotTaken, payment);
        asset.forceApprove(address(vault), payment);
        return this.onAuctionTake.selector;
    }
}
