// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ILiquidationAuction} from "abi/ILiquidationAuction.sol";
import {IVault} from "abi/IVault.sol";

/// Liquidates and takes in one transaction, for callers without a contract of their own. They approve the router for the loan asset; it
/// holds nothing between calls, and pulls no more than the take costs. It pays where auctions start under the market's price.
contract LiquidationRouter {
    using SafeERC20 for IERC20;

    IVault public immutable vault;
    ILiquidationAuction public immutable auction;
    IERC20 public immutable asset;

    /// Nothing is for sale: the account was put in closing without a lot.
    error NoAuction(bytes32 account, address token);
    error DeadlinePassed(uint256 deadline, uint256 timestamp);

    constructor(IVault vault_) {
        vault = vault_;
        (, address auction_,,,,,,) = vault_.modules();
        auction = ILiquidationAuction(auction_);
        asset = IERC20(vault_.asset());
    }

    /// Liquidates `account` with `token`, and takes at most `maxLot`, at least `minLot` of the lot at no more than `maxPrice` (1e36 scale). The
    /// collateral goes to `receiver`, the keeper's reward (vault shares) to the caller.
    function liquidateAndTake(
        bytes32 account,
        address token,
        uint256 maxLot,
        uint256 minLot,
        uint256 maxPrice,
        uint256 deadline,
        address receiver
    ) external returns (uint256 id, uint256 lotTaken, uint256 paid) {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        id = vault.liquidate(account, token, type(uint256).max, msg.sender);
        if (id == 0) revert NoAuction(account, token);
        // Exact in this very call.
        (, uint256 payment,) = auction.quote(id, maxLot);
        asset.safeTransferFrom(msg.sender, address(this), payment);
        asset.forceApprove(address(vault), payment);
        (lotTaken, paid) = auction.take(id, maxLot, minLot, maxPrice, deadline, receiver, "");
    }
}
