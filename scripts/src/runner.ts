// Runs a deployment: looks ahead at what is to be done and what it costs, then does it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Contract, getCreateAddress, type TransactionRequest } from "ethers";
import { z } from "zod";
import { scripts } from "./artifacts.ts";
import { deployment, isStep, type Step } from "./deployment.ts";
import { UserError } from "./errors.ts";
import { ARB_GAS_INFO, arbGasInfoAbi } from "./outside.ts";
import { fees, type Sender } from "./sender.ts";
import { amount, table } from "./values.ts";
import type { World } from "./world.ts";

const known = z.record(z.string(), z.strictObject({ gas: z.number(), value: z.string() }));

/** What each kind of step took on the embedded chain: `deploy --write-costs` measures it. */
export function costs(): z.output<typeof known> {
  return known.parse(JSON.parse(readFileSync(join(scripts, "costs.json"), "utf8")));
}

/** What a program takes that costs.json does not know yet: about as much as the largest. */
const UNKNOWN_PROGRAM = { gas: 9_000_000, value: "200000000000000" };

/** A step that is still to be done, and what it will cost at most, in wei. */
export interface Planned {
  step: Step;
  gas: bigint;
  /** Sent along: a data fee, of which what is too much comes back, or a bid. */
  value: bigint;
  fee: bigint;
  isMeasured: boolean;
}

/** Walks through all steps without sending anything. */
export async function plan(world: World, account: string, isExact: boolean): Promise<{ steps: Planned[]; notices: string[]; done: number }> {
  const ahead = world.ahead();
  const figures = costs();
  const { gasPrice } = await fees(world.provider);
  const perByte = await dataPrice(world);
  let nonce = await world.provider.getTransactionCount(account, "pending");
  const steps: Planned[] = [];
  const notices: string[] = [];
  let done = 0;
  for await (const item of deployment(ahead, account)) {
    if (!isStep(item)) {
      notices.push(item.notice);
      continue;
    }
    if (item.isDone) {
      done += 1;
      continue;
    }
    if (item.creates !== undefined) ahead.book.contents.contracts[item.creates] = getCreateAddress({ from: account, nonce });
    nonce += 1;
    const figure = figures[item.cost] ?? (item.cost.startsWith("program ") ? UNKNOWN_PROGRAM : { gas: 200_000, value: "0" });
    const needsRequest = isExact || perByte !== 0n;
    const request = needsRequest ? await item.request() : {};
    const estimate = isExact ? await estimated(world, account, request) : undefined;
    const value = isExact && request.value != null ? BigInt(request.value) : (BigInt(figure.value) * 3n) / 2n;
    // What nodes estimate has the posting of data in it already.
    const bytes = BigInt(((request.data ?? "0x").length - 2) / 2);
    const fee = estimate === undefined ? BigInt(figure.gas) * gasPrice + bytes * perByte : estimate * gasPrice;
    steps.push({ step: item, gas: estimate ?? BigInt(figure.gas), value, fee, isMeasured: estimate === undefined });
  }
  return { steps, notices, done };
}

/** Price of posting a byte of a transaction's data, wei; 0 where nothing is posted. */
async function dataPrice(world: World): Promise<bigint> {
  try {
    const prices = (await new Contract(ARB_GAS_INFO, arbGasInfoAbi, world.provider).getFunction("getPricesInWei")()) as bigint[];
    return prices[1] ?? 0n;
  } catch {
    return 0n;
  }
}

/** The node's estimate; nothing if the transaction can't be sent yet. */
async function estimated(world: World, account: string, request: TransactionRequest): Promise<bigint | undefined> {
  if (typeof request.to === "string" && !(await world.hasCode(request.to))) return undefined;
  return world.provider.estimateGas({ ...request, from: account }).catch(() => undefined);
}

/** Text of a plan: each transaction and its cost, and all of them together. */
export function written({ steps, notices, done }: Awaited<ReturnType<typeof plan>>): string {
  const rows = steps.map(({ step, gas, value, fee, isMeasured }, index) => [
    `${index + 1}. ${step.title}`, `${isMeasured ? "~" : ""}${amount(gas, 0)}`, amount(fee, 18, 8), amount(value, 18, 8),
  ]);
  const total = steps.reduce((sum, { fee, value }) => sum + fee + value, 0n);
  const lines = steps.length === 0 ? [] : [table(["transaction", "gas", "fee (ether)", "sent along (ether)"], rows)];
  lines.push(`${steps.length} transactions, at most ${amount(total, 18, 8)} ether in all; ${done} done before`);
  if (steps.some((planned) => planned.isMeasured)) lines.push("~: as measured on the embedded chain (costs.json), and the price of posting its data");
  return [...lines, ...notices.map((notice) => `note: ${notice}`)].join("\n");
}

/** Sends what is to be done, after a look at whether the money is enough. Returns whether all is done. */
export async function run(world: World, sender: Sender, account: string, print: (line: string) => void): Promise<boolean> {
  if (await sender.settle()) print("a transaction of an earlier run was under way: done");
  const { steps } = await plan(world, account, false);
  const needed = steps.reduce((sum, { fee, value }) => sum + fee + value, 0n);
  const balance = await world.provider.getBalance(account);
  if (balance < needed) {
    throw new UserError(`${account} has ${amount(balance, 18, 8)} ether, and ${steps.length} transactions take about ${amount(needed, 18, 8)}`, "send it the rest; nothing was sent");
  }
  let isComplete = true;
  let number = 0;
  for await (const item of deployment(world, account)) {
    if (!isStep(item)) {
      print(`note: ${item.notice}`);
      if (item.waits) isComplete = false;
      continue;
    }
    if (item.isDone) continue;
    number += 1;
    const purpose = item.creates === undefined ? { step: item.id } : { step: item.id, creates: item.creates };
    const receipt = await sender.send(purpose, await item.request());
    print(`${number}. ${item.title}: ${receipt.hash}, gas ${amount(receipt.gasUsed, 0)}`);
  }
  world.book.save();
  return isComplete;
}
