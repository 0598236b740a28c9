// What went wrong, for the person at the terminal: errors of contracts with their arguments, and what to do. No stack traces, unless
// BREAKWATER_DEBUG is set: then the error is a defect of these scripts that somebody is looking for.

import { Interface, isError, toUtf8String, type ErrorDescription } from "ethers";
import { auctionTakerAbi, insuranceFundAbi, liquidationAuctionAbi, oracleAdapterAbi, vaultAbi } from "../../abi/index.js";
import { advice } from "./advice.ts";
import { arbWasmAbi, cacheManagerAbi, deployerAbi, timelockAbi, tokenAbi } from "./outside.ts";

/** An error of whoever runs a script: what is wrong, and what to do about it. */
export class UserError extends Error {
  readonly advice: string | undefined;

  constructor(message: string, advice?: string) {
    super(message);
    this.advice = advice;
  }
}

const interfaces = [
  vaultAbi, oracleAdapterAbi, liquidationAuctionAbi, insuranceFundAbi, auctionTakerAbi,
  timelockAbi, arbWasmAbi, cacheManagerAbi, deployerAbi, tokenAbi,
].map((abi) => new Interface(abi));

/** The error that revert data stands for, if any contract here declares it. */
export function decoded(data: string): ErrorDescription | undefined {
  for (const known of interfaces) {
    const error = known.parseError(data);
    if (error) return error;
  }
  return undefined;
}

/** Bytes without the zeros that fill them up. */
function stripZeros(bytes: string): string {
  return bytes.replace(/(00)+$/, "");
}

/** `Name(argument: value, …)`. */
function written(error: ErrorDescription): string {
  const values = error.fragment.inputs.map((input, index) => {
    const value = String(error.args[index]);
    // Names of parameters come as text in 32 bytes.
    return `${input.name || index}: ${input.name === "parameter" ? toUtf8String(stripZeros(value)) : value}`;
  });
  return `${error.name}(${values.join(", ")})`;
}

/** Revert data of an error of ethers, wherever it put it. */
function revertData(error: unknown): string | undefined {
  if (!isError(error, "CALL_EXCEPTION")) return undefined;
  if (error.data) return error.data;
  const inner = (error.info as { error?: { data?: unknown } } | undefined)?.error?.data;
  return typeof inner === "string" ? inner : undefined;
}

/** Any error as text for a reader: two lines at most. */
export function explained(error: unknown): string {
  const text = (message: string, todo?: string): string => `error: ${message}${todo ? `\n  what to do: ${todo}` : ""}`;
  if (error instanceof UserError) return text(error.message, error.advice);
  const data = revertData(error);
  if (data && data !== "0x") {
    const known = decoded(data);
    if (!known) return text(`the call was refused with data that no contract here declares: ${data}`);
    return text(`the call was refused: ${written(known)}`, advice(known));
  }
  if (isError(error, "CALL_EXCEPTION")) {
    return text("the call was refused without a reason", "look whether the address is that of the contract that is meant, and whether its program is still activated (`status`)");
  }
  if (isError(error, "INSUFFICIENT_FUNDS")) return text("the account has too little ether for this transaction", "send it ether on this network");
  if (isError(error, "NONCE_EXPIRED")) return text("another transaction of this account was mined in between", "run the command again: it goes on where it stopped");
  if (isError(error, "NETWORK_ERROR") || isError(error, "SERVER_ERROR") || isError(error, "TIMEOUT")) {
    return text(`the node does not answer as it should: ${error.shortMessage}`, "look at the URL (`--rpc`, BREAKWATER_RPC or the market file), and run the command again: it goes on where it stopped");
  }
  if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") return text("nobody listens at the node's URL", "start the node, or name another with --rpc");
  if (error instanceof Error && "shortMessage" in error) return text(String(error.shortMessage));
  return text(error instanceof Error ? error.message : String(error));
}

/** Runs a script to its end; an error is printed and becomes the exit status. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.error(explained(error));
    if (process.env["BREAKWATER_DEBUG"]) console.error(error);
    process.exitCode = 1;
  }
}
