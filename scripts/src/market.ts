// The market file: everything that is chosen about a market, in one readable file. What does not fit is refused with the field's name.

import { readFileSync } from "node:fs";
import { getAddress, isAddress, isHexString, parseUnits } from "ethers";
import { parse as parseToml, TomlError } from "smol-toml";
import { z } from "zod";
import { UserError } from "./errors.ts";
import { duration, isDecimal, percentage } from "./values.ts";

/** The chain on which tokens and feeds may be made up. */
export const EMBEDDED_CHAIN = 412_346n;

/** A text that `read` makes a value of, or that is refused with an example. */
function text<T>(what: string, read: (text: string) => T | undefined): z.ZodType<T, unknown> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is not ${what}` });
    return z.NEVER;
  });
}

const percent = text('a percentage, such as "75 %"', percentage);
const time = text('a duration, such as "90 s", "20 min", "2 h" or "3 d"', duration);
const decimal = text('a number, such as "1500" or "0.5"', (text) => (isDecimal(text) ? text : undefined));
const wad = text('a number, such as "1.5"', (text) => (isDecimal(text) ? parseUnits(text, 18) : undefined));
const address = text("an address with its check letters", (text) => (isAddress(text) ? getAddress(text) : undefined));
const count = z.number().int().nonnegative().transform(BigInt);
const decimals = z.number().int().min(0).max(24);

const token = z.strictObject({
  symbol: z.string().min(1),
  decimals,
  /** Address of a token that exists. */
  address: address.optional(),
  /** Name of a contract of tests/solidity, on the embedded chain. */
  mock: z.enum(["StableToken", "WETH9", "TestToken"]).optional(),
  /** Where the address comes from. */
  from: z.string().optional(),
}).refine((token) => (token.address === undefined) !== (token.mock === undefined), { message: "needs either an address or a mock" });

const leg = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("chainlink"),
    feed: address.optional(),
    /** On the embedded chain: a feed that anybody sets, with decimals and its first answer. */
    mock: z.strictObject({ name: z.string(), decimals, answer: decimal }).optional(),
    /** Decimals that the feed is expected to have: a feed with others is refused. */
    decimals: decimals.optional(),
    max_age: time,
    /** The aggregator's own bounds, in its answers' units; an answer at or beyond them is no price. */
    least: count.default(0n),
    largest: count.default(0n),
    inverse: z.boolean().default(false),
    from: z.string().optional(),
  }).refine((leg) => (leg.feed === undefined) !== (leg.mock === undefined), { message: "needs either a feed or a mock" }),
  z.strictObject({
    kind: z.literal("pyth"),
    contract: address,
    id: text("32 bytes in hexadecimal", (text) => (isHexString(text, 32) ? text : undefined)),
    max_age: time,
    max_confidence: percent,
    inverse: z.boolean().default(false),
    from: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("uniswap"),
    pool: address,
    window: time,
    least_liquidity: decimal,
    inverse: z.boolean().default(false),
    from: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("erc4626"),
    vault: address,
    growth: percent,
    inverse: z.boolean().default(false),
    from: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("fixed"), value: wad, inverse: z.boolean().default(false) }),
]);

const curve = z.strictObject({
  /** First price over the oracle's. */
  buffer: percent,
  /** Decay a second over the volatility of a second. */
  multiplier: wad,
  /** The volatilities at which the decay has its floor and its cap. */
  floor_volatility: percent,
  cap_volatility: percent,
  tail: time,
  cusp: percent,
});

const oracle = z.strictObject({
  quorum: count,
  max_spread: percent,
  gap_volatility: percent,
  resolution: percent,
  breaker_factor: wad,
  breaker_floor: percent,
  sample_interval: time,
  max_gap: time,
  volatility_window: time,
  average_window: time,
  halt_duration: time,
  dead_after: time,
  /** Loan asset for a whole token: what the sources say at first must be within 5 % of it. */
  expected_price: decimal,
  sources: z.array(z.strictObject({ legs: z.array(leg).min(1) })).min(1),
});

const collateral = z.strictObject({
  token,
  borrow_ltv: percent,
  threshold_min: percent,
  threshold_max: percent,
  penalty_min: percent,
  penalty_max: percent,
  lot_buffer: percent,
  beta: wad,
  /** Whole tokens. */
  supply_cap: decimal,
  /** Loan asset. */
  room_cap: decimal,
  curve,
  /** Of the insurance fund's lots: patient. */
  inventory_curve: curve,
  oracle,
});

const schema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, { message: "may have small letters, digits and hyphens: it names the address book" }),
  network: z.strictObject({
    chain_id: count,
    rpc: z.string().url(),
    explorer: z.string().url().optional(),
    /** Most that a place in the chain's cache may cost, a program, ether. */
    max_cache_bid: decimal.transform((text) => parseUnits(text, 18)),
  }),
  roles: z.strictObject({
    /** May pause. */
    guardian: address,
    /** May tighten parameters for a time. */
    steward: address.optional(),
    timelock: z.strictObject({
      delay: time,
      proposers: z.array(address).min(1),
      /** Empty: anybody executes what is due. */
      executors: z.array(address).default([]),
    }),
  }),
  asset: token,
  shares: z.strictObject({ name: z.string().min(1), symbol: z.string().min(1) }),
  vault: z.strictObject({
    target_health: percent,
    min_debt: decimal,
    min_lot: decimal,
    backstop_discount: percent,
    cap_period: time,
    cool_off: time,
    tip: decimal,
    chip: percent,
    reserve_factor: percent,
    total_room_cap: decimal,
    /** Vault shares that always stay with the fund, in the loan asset at the first share price. */
    fund_minimum: decimal,
    fund_target: decimal,
    supply_cap: decimal,
    grace: time,
    grace_floor: percent,
  }),
  margin: z.strictObject({
    opening_deviations: wad,
    opening_horizon: time,
    threshold_deviations: wad,
    threshold_horizon: time,
    soft_deviations: wad,
    soft_penalty: percent,
    slew: percent,
    volatility_min: percent,
    predictive_cap: decimal,
  }),
  auction: z.strictObject({ dust: decimal }),
  fund: z.strictObject({ cooldown: time, window: time }),
  /** Chainlink's feed of the sequencer, and how long to wait after an outage. Without it outages go unnoticed. */
  sequencer: z.strictObject({ feed: address, grace: time, from: z.string().optional() }).optional(),
  collaterals: z.array(collateral).min(1),
});

export type Market = z.output<typeof schema>;
export type Collateral = Market["collaterals"][number];
export type Leg = Collateral["oracle"]["sources"][number]["legs"][number];
export type Token = Market["asset"];

/** `collaterals[0].curve.tail` */
function field(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("").replace(/^\./, "");
}

/** Reads a market file. */
export function readMarket(path: string): Market {
  let source: string;
  try {
    source = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`cannot read the market file ${path}: ${(error as Error).message}`, "name one: --market markets/NAME.toml");
  }
  return parseMarket(source, path);
}

/** Makes a market of the text of a file. */
export function parseMarket(source: string, path: string): Market {
  let value: unknown;
  try {
    value = parseToml(source);
  } catch (error) {
    if (error instanceof TomlError) throw new UserError(`${path}: line ${error.line}: ${error.message.split("\n")[0] ?? ""}`);
    throw error;
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => {
      if (issue.code === "unrecognized_keys") return `${field([...issue.path, issue.keys[0] ?? ""])}: there is no such field`;
      const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
      return `${field(issue.path)}: ${missing ? "is missing" : issue.message}`;
    });
    throw new UserError(`${path} does not fit:\n    ${lines.join("\n    ")}`, "markets/devnode.toml is a complete example");
  }
  check(result.data, path);
  return result.data;
}

/** What no single field can say. */
function check(market: Market, path: string): void {
  const wrong: string[] = [];
  const symbols = new Set([market.asset.symbol]);
  market.collaterals.forEach((collateral, index) => {
    const at = `collaterals[${index}]`;
    if (symbols.has(collateral.token.symbol)) wrong.push(`${at}.token.symbol: ${collateral.token.symbol} is there twice`);
    symbols.add(collateral.token.symbol);
    if (collateral.threshold_min > collateral.threshold_max) wrong.push(`${at}.threshold_min: is above threshold_max`);
    if (collateral.penalty_min > collateral.penalty_max) wrong.push(`${at}.penalty_min: is above penalty_max`);
    const { quorum, sources } = collateral.oracle;
    if (quorum === 0n || quorum > BigInt(sources.length)) wrong.push(`${at}.oracle.quorum: is ${quorum}, of ${sources.length} sources`);
  });
  if (market.network.chain_id !== EMBEDDED_CHAIN) {
    const tokens = [market.asset, ...market.collaterals.map((collateral) => collateral.token)];
    const legs = market.collaterals.flatMap((collateral) => collateral.oracle.sources.flatMap((source) => source.legs));
    if (tokens.some((token) => token.mock) || legs.some((leg) => leg.kind === "chainlink" && leg.mock)) {
      wrong.push(`network.chain_id: mocks are for the embedded chain (${EMBEDDED_CHAIN}) only`);
    }
  }
  if (wrong.length !== 0) throw new UserError(`${path} does not fit:\n    ${wrong.join("\n    ")}`);
}
