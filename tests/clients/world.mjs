// What the test that starts a client hands over: `node SCRIPT world.json`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const world = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** A compiled contract: `abi` and `bytecode`. */
export function contract(name) {
  return JSON.parse(readFileSync(join(world.contracts, `${name}.json`), "utf8"));
}

/** The JSON ABI of a module of the suite. */
export function abi(name) {
  return JSON.parse(readFileSync(join(world.abi, `${name}.json`), "utf8"));
}

/** The node's funded accounts: the well-known keys of development nodes. */
export const keys = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];

/** Runs a step and says so: the test prints these lines if a client fails. */
export async function step(name, run) {
  try {
    await run();
  } catch (error) {
    console.error(`failed: ${name}`);
    throw error;
  }
  console.log(`ok: ${name}`);
}

/** Waits until `condition` gives something, for at most ten seconds. */
export async function until(what, condition) {
  for (let tries = 0; tries < 500; tries += 1) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`${what} did not happen within ten seconds`);
}
