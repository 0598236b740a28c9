// ABIs of contracts that are not Breakwater's: ArbOS', OpenZeppelin's timelock, tokens and feeds.

import { createRequire } from "node:module";
import type { InterfaceAbi } from "ethers";

export const ARB_WASM = "0x0000000000000000000000000000000000000071";
export const ARB_WASM_CACHE = "0x0000000000000000000000000000000000000072";
export const ARB_GAS_INFO = "0x000000000000000000000000000000000000006C";

export const arbWasmAbi = [
  "function activateProgram(address program) payable returns (uint16 version, uint256 dataFee)",
  "function codehashKeepalive(bytes32 codehash) payable",
  "function programTimeLeft(address program) view returns (uint64)",
  "function expiryDays() view returns (uint16)",
  "function keepaliveDays() view returns (uint16)",
  "error ProgramNotWasm()",
  "error ProgramNotActivated()",
  "error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion)",
  "error ProgramExpired(uint64 ageInSeconds)",
  "error ProgramUpToDate()",
  "error ProgramKeepaliveTooSoon(uint64 ageInSeconds)",
  "error ProgramInsufficientValue(uint256 have, uint256 want)",
] as const;

export const arbWasmCacheAbi = [
  "function allCacheManagers() view returns (address[])",
  "function codehashIsCached(bytes32 codehash) view returns (bool)",
] as const;

export const cacheManagerAbi = [
  "function isPaused() view returns (bool)",
  "function getMinBid(address program) view returns (uint192)",
  "function placeBid(address program) payable",
  "error BidTooSmall(uint192 bid, uint192 min)",
  "error BidsArePaused()",
  "error AlreadyCached(bytes32 codehash)",
  "error ProgramNotActivated()",
] as const;

export const arbGasInfoAbi = [
  "function getPricesInWei() view returns (uint256 perL2Tx, uint256 perL1CalldataByte, uint256 perStorage, uint256, uint256, uint256)",
] as const;

/** `tests/solidity/StylusDeployer.sol`. */
export const deployerAbi = [
  "function deploy(bytes initCode, bytes constructorCalldata, bytes32 salt) payable returns (address program)",
  "error AlreadyDeployed(address program)",
  "error CreateFailed()",
  "error RefundFailed(address caller, uint256 value)",
] as const;

export const tokenAbi = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address owner) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 value) returns (bool)",
  "error InsufficientBalance(address owner, uint256 balance, uint256 needed)",
  "error InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
] as const;

/** Tokens of the embedded chain: anybody mints. */
export const mockTokenAbi = [
  ...tokenAbi,
  "function mint(address to, uint256 value)",
  "function deposit() payable",
] as const;

export const feedAbi = [
  "function decimals() view returns (uint8)",
  "function description() view returns (string)",
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
] as const;

/** Feeds of the embedded chain: anybody sets the answer. */
export const mockFeedAbi = [...feedAbi, "function setAnswer(int256 answer)"] as const;

const timelock = createRequire(import.meta.url)("@openzeppelin/contracts/build/contracts/TimelockController.json") as {
  abi: unknown[];
  bytecode: string;
};
/** OpenZeppelin's TimelockController, as they publish it. */
export const timelockAbi = timelock.abi as InterfaceAbi & readonly object[];
export const timelockCode = timelock.bytecode;
