// What tests share: a node (BREAKWATER_RPC, an embedded chain for this file alone), market files with changes, and scripts run as anybody runs
// them.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach } from "node:test";
import { JsonRpcProvider, Network, Wallet } from "ethers";
import { scripts } from "../src/artifacts.ts";
import { Book } from "../src/book.ts";
import { parseMarket, type Market } from "../src/market.ts";
import { run } from "../src/runner.ts";
import { Sender } from "../src/sender.ts";
import { World } from "../src/world.ts";

export const url = process.env["BREAKWATER_RPC"] ?? "http://127.0.0.1:8547";
/** The node's first funded account: the well-known key of development nodes. */
export const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

const network = Network.from(412_346);
export const provider = new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, pollingInterval: 20 });
export const wallet = new Wallet(KEY, provider);

/** A folder that is removed at the end. */
export const folder = mkdtempSync(join(tmpdir(), "breakwater-scripts-"));
after(() => {
  provider.destroy();
  rmSync(folder, { recursive: true });
});

/** Each test begins with the chain as it was before the first. */
export function isolated(): void {
  let snapshot: unknown;
  beforeEach(async () => {
    // At the beginning: what should come after a test does not come after one that failed.
    if (snapshot !== undefined) await provider.send("evm_revert", [snapshot]);
    snapshot = await provider.send("evm_snapshot", []);
  });
}

let files = 0;

/** Name of a file of its own. */
export function fileName(ending: string): string {
  files += 1;
  return join(folder, `${files}.${ending}`);
}

/** The text of the embedded chain's market file, with changes; each must be there. */
export function marketText(...changes: [from: string, to: string][]): string {
  let text = readFileSync(join(scripts, "markets", "devnode.toml"), "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the market file has no ${from}`);
    text = text.replace(from, to);
  }
  return text;
}

/** The same as a file. */
export function marketFile(...changes: [from: string, to: string][]): string {
  const path = fileName("toml");
  writeFileSync(path, marketText(...changes));
  return path;
}

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  errors: string;
}

/** Runs a script as from a shell, with the key of the first account unless `environment` says otherwise. */
export async function script(name: string, words: string[], environment: Record<string, string> = { BREAKWATER_KEY: KEY }, onStart?: (kill: () => void) => void): Promise<Outcome> {
  const { BREAKWATER_KEY: _, ...rest } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", `${name}.ts`, ...words], {
    cwd: scripts,
    env: { ...rest, BREAKWATER_RPC: url, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart?.(() => child.kill("SIGKILL"));
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data) => (output += String(data)));
  child.stderr.on("data", (data) => (errors += String(data)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, output, errors }));
  });
}

/** Deploys a market in this process, to its end. */
export async function deployed(text = marketText(), path = fileName("json")): Promise<World> {
  const market: Market = parseMarket(text, "devnode.toml");
  const book = Book.begin(path, market.name, market.network.chain_id, wallet.address, await provider.getBlockNumber());
  const world = new World(market, book, provider);
  await run(world, new Sender(provider, wallet, book), wallet.address, () => {});
  return world;
}

export async function nonce(): Promise<number> {
  return provider.getTransactionCount(wallet.address);
}

export async function pass(seconds: number): Promise<void> {
  await provider.send("evm_increaseTime", [seconds]);
  await provider.send("evm_mine", []);
}
