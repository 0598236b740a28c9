// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// A market that buys any amount at the price it was told, as long as its cash lasts. Anybody may set prices: for tests only.
contract MockExchange {
    using SafeERC20 for IERC20;

    /// What prices are multiplied with: base units of the asset for one base unit of a token, times 1e36.
    uint256 public constant PRICE_SCALE = 1e36;

    /// What the exchange pays with. Cash is what it holds of it: fund it by a plain transfer.
    IERC20 public immutable asset;
    /// Price of a token, 1e36 scale; 0: not traded.
    mapping(address token => uint256) public priceOf;

    event Sold(address indexed seller, address indexed token, uint256 amount, uint256 proceeds);

    error NotTraded(address token);
    error ProceedsBelowMinimum(uint256 proceeds, uint256 minimum);

    constructor(IERC20 asset_) {
        asset = asset_;
    }

    function setPrice(address token, uint256 price) external {
        priceOf[token] = price;
    }

    /// What a sale of `amount` of `token` pays, rounded down.
    function quote(address token, uint256 amount) public view returns (uint256) {
        uint256 price = priceOf[token];
        if (price == 0) revert NotTraded(token);
        return Math.mulDiv(amount, price, PRICE_SCALE);
    }

    /// Takes `amount` of `token` from the caller by allowance and pays for it.
    function sell(address token, uint256 amount, uint256 minimum) external returns (uint256 proceeds) {
        proceeds = quote(token, amount);
        if (proceeds < minimum) revert ProceedsBelowMinimum(proceeds, minimum);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        asset.safeTransfer(msg.sender, proceeds);
        emit Sold(msg.sender, token, amount, proceeds);
    }
}
