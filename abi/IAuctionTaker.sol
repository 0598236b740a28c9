// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`; what each item means is written there.
pragma solidity ^0.8.4;

interface IAuctionTaker {
    function onAuctionTake(uint256 id, address taker, address token, uint256 lotTaken, uint256 payment, bytes memory data) external returns (bytes4);
}
