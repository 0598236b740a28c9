// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`.

/** ABI of `IAuctionTaker`. */
export declare const auctionTakerAbi: readonly [
  { readonly inputs: readonly [{ readonly name: "id"; readonly type: "uint256" }, { readonly name: "taker"; readonly type: "address" }, { readonly name: "token"; readonly type: "address" }, { readonly name: "lotTaken"; readonly type: "uint256" }, { readonly name: "payment"; readonly type: "uint256" }, { readonly name: "data"; readonly type: "bytes" }]; readonly name: "onAuctionTake"; readonly outputs: readonly [{ readonly name: ""; readonly type: "bytes4" }]; readonly stateMutability: "nonpayable"; readonly type: "function" },
];
