// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from crates/interfaces by `cargo xtask abi`.

export { vaultAbi } from "./vault.js";
export { oracleAdapterAbi } from "./oracle-adapter.js";
export { liquidationAuctionAbi } from "./liquidation-auction.js";
export { insuranceFundAbi } from "./insurance-fund.js";
export { auctionTakerAbi } from "./auction-taker.js";
