// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MockExchange} from "./MockExchange.sol";

/// The part of the liquidation auction that a taker uses.
interface IAuction {
    function take(
        uint256 id,
        uint256 maxLot,
        uint256 minLot,
        uint256 maxPrice,
        uint256 deadline,
        address receiver,
        bytes calldata data
    ) external returns (uint256 lotTaken, uint256 paid);

    function modules() external view returns (address vault, address oracle);
}

/// Takes lots without capital of its own: sells the collateral in the auction's callback, pays with the proceeds, keeps
/// what is left. If the sale does not cover the payment, nothing happens at all.
contract FlashTaker {
    using SafeERC20 for IERC20;

    IAuction public immutable auction;
    /// It pulls payments.
    address public immutable vault;
    /// What payments are made in: the loan asset of the vault.
    IERC20 public immutable asset;
    MockExchange public immutable exchange;
    address public immutable owner;

    event Profit(uint256 indexed id, uint256 lotTaken, uint256 paid, uint256 profit);

    error NotOwner(address caller);
    error NotAuction(address caller);
    error NotInitiator(address taker);
    error ProfitBelowMinimum(uint256 profit, uint256 minimum);

    constructor(IAuction auction_, MockExchange exchange_) {
        auction = auction_;
        (vault,) = auction_.modules();
        exchange = exchange_;
        asset = exchange_.asset();
        owner = msg.sender;
    }

    /// Takes at most `maxLot`, at least `minLot` of auction `id` at no more than `maxPrice` (1e36 scale), now, and sells it.
    function run(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice, uint256 minProfit)
        external
        returns (uint256 profit)
    {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        uint256 balanceBefore = asset.balanceOf(address(this));
        (uint256 lotTaken, uint256 paid) = _take(id, maxLot, minLot, maxPrice);
        profit = asset.balanceOf(address(this)) - balanceBefore;
        if (profit < minProfit) revert ProfitBelowMinimum(profit, minProfit);
        emit Profit(id, lotTaken, paid, profit);
    }

    /// Called by the auction when the collateral is here and the payment is due.
    function onAuctionTake(uint256, address taker, address token, uint256 lotTaken, uint256 payment, bytes calldata)
        external
        returns (bytes4)
    {
        if (msg.sender != address(auction)) revert NotAuction(msg.sender);
        // Anybody may name this contract as the receiver of a lot; it sells only what it has asked for.
        if (taker != address(this)) revert NotInitiator(taker);
        IERC20(token).forceApprove(address(exchange), lotTaken);
        exchange.sell(token, lotTaken, payment);
        asset.forceApprove(vault, payment);
        return this.onAuctionTake.selector;
    }

    /// Pays the profit out.
    function withdraw(IERC20 token, address to, uint256 value) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        token.safeTransfer(to, value);
    }

    function _take(uint256 id, uint256 maxLot, uint256 minLot, uint256 maxPrice)
        private
        returns (uint256 lotTaken, uint256 paid)
    {
        // Any data asks for the callback.
        bytes memory data = hex"01";
        return auction.take(id, maxLot, minLot, maxPrice, block.timestamp, address(this), data);
    }
}
