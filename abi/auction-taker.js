// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`.

/** ABI of `IAuctionTaker`. */
export const auctionTakerAbi = [
  {"inputs":[{"name":"id","type":"uint256"},{"name":"taker","type":"address"},{"name":"token","type":"address"},{"name":"lotTaken","type":"uint256"},{"name":"payment","type":"uint256"},{"name":"data","type":"bytes"}],"name":"onAuctionTake","outputs":[{"name":"","type":"bytes4"}],"stateMutability":"nonpayable","type":"function"},
];
