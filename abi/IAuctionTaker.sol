// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces and abi/units.json by `cargo xtask abi`.
pragma solidity ^0.8.4;

interface IAuctionTaker {
    /// @notice Must return its own selector. `payment` is pulled from `taker`, the caller of `take`, right after.
    /// @param id number of the auction
    /// @param taker who called `take`, and pays
    /// @param token address of the token
    /// @param lotTaken base units of the collateral
    /// @param payment base units of the loan asset
    /// @param data passed on to the receiver's callback; empty: no callback
    /// @return its own selector
    function onAuctionTake(uint256 id, address taker, address token, uint256 lotTaken, uint256 payment, bytes memory data) external returns (bytes4);
}
