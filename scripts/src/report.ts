// The parts of `status`, each as text.

import { Contract, dataSlice, formatUnits, getAddress, toBigInt, type Log } from "ethers";
import { amount, date, inPercent, inTime, table, UNLIMITED, WAD } from "./values.ts";
import { interfaces, owned, type World } from "./world.ts";

/** Names of the adapter's statuses, by number. */
export const STATUSES = ["Ok", "Stale", "Disagree", "Halted", "SequencerDown", "NoQuorum"] as const;
const VERBS = ["deposit and mint", "withdraw and redeem", "withdrawCollateral", "borrow", "liquidate"] as const;
const STOPS = ["none", "no start", "no start or reset", "no start, reset or take"] as const;
const YEAR = 31_536_000n;
/** Blocks whose logs are asked for at once: what public nodes answer. */
const LOG_RANGE = 10_000;

/** Loan asset for a whole token, of a price on the 1e36 scale. */
export function price(world: World, value: bigint, decimals: number): string {
  return amount((value * 10n ** BigInt(decimals)) / 10n ** 36n, world.market.asset.decimals);
}

/** `owner/index` of an account. */
export function accountName(account: string): string {
  return `${getAddress(dataSlice(account, 0, 20))}/${toBigInt(dataSlice(account, 20))}`;
}

function list(title: string, lines: [string, string][]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return [title, ...lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join("\n");
}

export async function pool(world: World): Promise<string> {
  const { asset, shares } = world.market;
  const [view, block, stop, guardian] = await Promise.all([
    world.vault().marketView(), world.provider.getBlock("latest"), world.auction().stopLevel(), world.vault().guardianConfig(),
  ]);
  const loan = (value: bigint): string => `${amount(value, asset.decimals)} ${asset.symbol}`;
  const now = BigInt(block?.timestamp ?? 0);
  const paused = [...view.pausedUntil].flatMap((until, verb) => (until > now ? [`${VERBS[verb] ?? verb} until ${date(until)}`] : []));
  const owners = await Promise.all(owned.map(async (module) =>
    (await new Contract(world.book.at(module), interfaces[module], world.provider).getFunction("owner")()) as string));
  const timelock = world.book.contents.contracts["timelock"];
  const sharePrice = view.pool.totalSupply === 0n ? 1n : view.pool.totalAssets;
  const lines: [string, string][] = [
    ["time of the chain", date(now)],
    ["owner", owners.every((owner) => owner === timelock) ? `the timelock, ${timelock ?? ""}` : `NOT the timelock: ${[...new Set(owners)].join(", ")}`],
    ["guardian", guardian.guardian],
    ["lenders' assets", `${loan(view.pool.totalAssets)} of at most ${loan(view.supplyCap)}`],
    [`${shares.symbol} is worth`, view.pool.totalSupply === 0n ? `1 ${asset.symbol}` : `${formatUnits((sharePrice * 10n ** BigInt(asset.decimals + 6)) / view.pool.totalSupply, asset.decimals)} ${asset.symbol}`],
    ["cash", loan(view.pool.cash)],
    ["debts", loan(view.pool.borrowAssets)],
    ["claims, as counted", loan(view.pool.carrying)],
    ["utilisation", inPercent(view.pool.utilisation)],
    ["borrow rate a year", inPercent((view.pool.borrowRate * YEAR) / 10n ** 14n * 10n ** 14n)],
    ["debt for sale", `${loan(view.roomUsed)} of at most ${loan(view.roomCap)}`],
    ["auction stop", STOPS[Number(stop)] ?? String(stop)],
    ["paused", paused.length === 0 ? "nothing" : paused.join("; ")],
  ];
  return list(`market ${world.market.name}`, lines);
}

export async function collaterals(world: World): Promise<string> {
  const { collaterals: views } = await world.vault().marketView();
  const rows = views.map((view) => {
    const symbol = world.symbol(view.token);
    const decimals = world.decimals(symbol);
    return [
      symbol, price(world, view.price, decimals), price(world, view.low, decimals), inPercent(view.volatility / 10n ** 14n * 10n ** 14n),
      STATUSES[Number(view.status)] ?? String(view.status), inPercent(view.liquidationThreshold), amount(view.total, decimals), amount(view.supplyCap, decimals),
    ];
  });
  return table(["collateral", "price", "low", "volatility", "status", "threshold", "held", "cap"], rows);
}

/** All accounts that ever had collateral, from logs. */
async function known(world: World, from: number): Promise<string[]> {
  const last = await world.provider.getBlockNumber();
  const topic = interfaces.vault.getEvent("CollateralDeposited")?.topicHash ?? null;
  const found = new Set<string>();
  for (let start = from; start <= last; start += LOG_RANGE) {
    const logs: Log[] = await world.provider.getLogs({
      address: world.book.at("vault"), topics: [topic], fromBlock: start, toBlock: Math.min(start + LOG_RANGE - 1, last),
    });
    for (const log of logs) if (log.topics[1]) found.add(log.topics[1]);
  }
  return [...found];
}

/** Accounts with debt or a claim, the nearest to liquidation first. */
export async function accounts(world: World, from: number, most: number): Promise<string> {
  const { asset } = world.market;
  const all = await known(world, from);
  const views = await Promise.all(all.map(async (account) => ({ account, view: await world.vault().accountView(account) })));
  const indebted = views.filter(({ view }) => view.debt !== 0n || view.liveLots !== 0n || view.closing);
  indebted.sort((first, second) => (first.view.healthFactor < second.view.healthFactor ? -1 : 1));
  const state = (view: (typeof indebted)[number]["view"]): string => {
    if (view.closing) return "closing";
    if (view.healthFactor < WAD) return "LIQUIDATABLE";
    return view.debt > view.predictiveLimit ? "predictive" : "healthy";
  };
  const rows = indebted.slice(0, most).map(({ account, view }) => [
    accountName(account),
    amount(view.debt, asset.decimals, 2),
    view.healthFactor === UNLIMITED ? "-" : amount(view.healthFactor, 18, 4),
    view.debt === 0n ? "-" : formatUnits(view.distance / 10n ** 16n, 2),
    String(view.liveLots),
    state(view),
  ]);
  const title = `accounts: ${all.length} in all, ${indebted.length} with debt${indebted.length > most ? `, the ${most} nearest to liquidation` : ""}`;
  return rows.length === 0 ? title : `${title}\n${table(["account", "debt", "health", "deviations", "lots", "state"], rows)}`;
}

export async function auctions(world: World): Promise<string> {
  const { asset } = world.market;
  const auction = world.auction();
  const count = await auction.activeCount();
  const ids = count === 0n ? [] : await auction.active(0n, count);
  const rows = await Promise.all(ids.map(async (id) => {
    const status = await auction.statusOf(id);
    const symbol = world.symbol(status.token);
    const decimals = world.decimals(symbol);
    return [
      String(id), accountName(status.account), `${amount(status.lot, decimals)} ${symbol}`, amount(status.tab, asset.decimals, 2),
      price(world, status.price, decimals), date(status.startedAt), status.needsReset ? "needs a reset" : "for sale",
    ];
  }));
  return rows.length === 0 ? "auctions: none" : `auctions: ${rows.length}\n${table(["id", "account", "lot", "to raise", "price", "since", "state"], rows)}`;
}

/** What the redemption of fund shares waits for, by the number of the vault. */
const WAITS = ["no", "yes: a collateral in use has no good price", "yes, and nobody can come: collateral of the fund has no good price"] as const;

export async function fund(world: World): Promise<string> {
  const { asset, shares } = world.market;
  const [view, cooldown, window] = await Promise.all([world.vault().waterfall(), world.fund().cooldown(), world.fund().window()]);
  const loan = (value: bigint): string => `${amount(value, asset.decimals)} ${asset.symbol}`;
  const inShares = (value: bigint): string => `${amount(value, asset.decimals + 6)} ${shares.symbol}`;
  return list("insurance fund", [
    ["vault shares", `${inShares(view.fundShares)}, of which ${inShares(view.fundMinimum)} stay`],
    ["worth", `${inShares(view.high)} to those who come, ${inShares(view.low)} to those who leave`],
    ["collateral", `${loan(view.inventoryMid)} at mid, ${loan(view.inventoryLow)} at what it is sold for at least; ${inShares(view.absorbedShares)} spent on it`],
    ["pending", loan(view.pending)],
    ["arrears", `${loan(view.arrears)}, and ${loan(view.arrearsBeyond)} from recoveries only`],
    ["cover", `${loan(view.cover)}, target ${loan(view.target)}`],
    ["auto-deleveraging", view.deleveragingFrom === 0n ? "not armed" : `in force from ${date(view.deleveragingFrom)}`],
    ["leaving", `after ${inTime(cooldown)}, within ${inTime(window)}`],
    ["leaving waits", WAITS[Number(view.waits)] ?? String(view.waits)],
  ]);
}

/** How long a program stays activated, and whether it is in the chain's cache. */
export async function lifetimes(world: World): Promise<{ program: string; address: string; codehash: string; left: bigint; isCached: boolean }[]> {
  const left = world.arbWasm().getFunction("programTimeLeft");
  const cached = world.cache().getFunction("codehashIsCached");
  return Promise.all(world.book.contents.verification.map(async ({ program, address, codehash }) => ({
    program,
    address,
    codehash,
    // An expired program is refused.
    left: (await left(address).catch(() => 0n)) as bigint,
    isCached: (await cached(codehash)) as boolean,
  })));
}

export async function programs(world: World): Promise<string> {
  const rows = (await lifetimes(world)).map(({ program, address, left, isCached }) => [
    program, address, left === 0n ? "EXPIRED" : String(left / 86_400n), isCached ? "yes" : "no",
  ]);
  return table(["program", "address", "days left", "cached"], rows);
}
