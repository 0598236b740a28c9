// The node, and the account that signs.

import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { JsonRpcProvider, Network, Wallet, type HDNodeWallet } from "ethers";
import { root } from "./artifacts.ts";
import { UserError } from "./errors.ts";
import type { Market } from "./market.ts";

/** Connects to the node, and makes sure that it is of the market's chain. */
export async function connect(market: Market, rpc: string | undefined): Promise<JsonRpcProvider> {
  const url = rpc ?? process.env["BREAKWATER_RPC"] ?? market.network.rpc;
  const wanted = market.network.chain_id;
  // Asked once, by hand: ethers repeats it for ever.
  let found: bigint;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
    });
    found = BigInt(((await response.json()) as { result: string }).result);
  } catch {
    throw new UserError(`no node answers at ${url}`, "start it, or name another with --rpc or BREAKWATER_RPC");
  }
  if (found !== wanted) {
    throw new UserError(`the node at ${url} is of chain ${found}, and the market file is for chain ${wanted} (network.chain_id)`, "name a node of that chain with --rpc, or another market file");
  }
  const network = Network.from(Number(wanted));
  return new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, pollingInterval: 250, batchMaxCount: 50 });
}

/**
 * The account that signs: BREAKWATER_KEY, or BREAKWATER_KEYSTORE with the password in BREAKWATER_KEYSTORE_PASSWORD. Keys are never
 * printed and never read from a file of the repository, where they would be committed one day.
 */
export async function signer(provider: JsonRpcProvider): Promise<Wallet> {
  const key = process.env["BREAKWATER_KEY"];
  const file = process.env["BREAKWATER_KEYSTORE"];
  if (key !== undefined) {
    if (!/^(0x)?[0-9a-fA-F]{64}$/.test(key)) throw new UserError("BREAKWATER_KEY is not a private key: 32 bytes in hexadecimal");
    return new Wallet(key, provider);
  }
  if (file === undefined) {
    throw new UserError("no account to sign with", "set BREAKWATER_KEYSTORE to an encrypted keystore (and BREAKWATER_KEYSTORE_PASSWORD), or BREAKWATER_KEY");
  }
  const inside = relative(root, resolve(file));
  if (!inside.startsWith("..")) throw new UserError(`the keystore ${file} is in the repository`, "keep keys elsewhere: one day they would be committed");
  const password = process.env["BREAKWATER_KEYSTORE_PASSWORD"];
  if (password === undefined) throw new UserError("BREAKWATER_KEYSTORE_PASSWORD is not set");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read the keystore: ${(error as Error).message}`);
  }
  let wallet: Wallet | HDNodeWallet;
  try {
    wallet = await Wallet.fromEncryptedJson(text, password);
  } catch {
    throw new UserError(`the keystore ${file} cannot be opened`, "look at the password, and whether it is a keystore in the format of Ethereum (version 3)");
  }
  return new Wallet(wallet.privateKey, provider);
}
