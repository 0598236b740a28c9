// Parameters: what the market file wants and what the contracts have, setting by setting. `deploy` sends what differs, `params`
// proposes it to the timelock.

import { parseUnits, ZeroAddress, type Result } from "ethers";
import { amount, inPercent, inTime } from "./values.ts";
import type { Collateral, Leg } from "./market.ts";
import { feedName, interfaces, type Module, type World } from "./world.ts";

type Value = bigint | string | boolean;

interface Field {
  name: string;
  wanted: Value;
  show: (value: Value) => string;
  /** Kept rounded: what is this near counts as equal. */
  rounded?: boolean;
}

/** One call that sets parameters. */
export interface Setting {
  id: string;
  /** Its kind, by which its gas is known. */
  cost: string;
  module: Module;
  data: string;
  /** What it changes, a line each; nothing if the contract has it so. */
  changes: string[];
}

interface Definition {
  id: string;
  cost: string;
  module: Module;
  method: string;
  arguments: unknown[] | ((isKnown: boolean) => unknown[]);
  fields: Field[];
  /** Present values, in the order of the fields; nothing if there are none yet. */
  read: () => Promise<Value[] | undefined>;
}

const kinds = { chainlink: 0n, pyth: 1n, uniswap: 2n, erc4626: 3n, fixed: 4n } as const;

const percent = (value: Value): string => inPercent(value as bigint);
const time = (value: Value): string => inTime(value as bigint);
const wad = (value: Value): string => amount(value as bigint, 18, 18);
const plain = (value: Value): string => String(value);

/** `floor(√31536000·1e18)`: a year of 365 days. */
const SQRT_YEAR = 5_615_692_299_262_843_336_293n;

/** Decay a second at a volatility, WAD: as `crates/risk/src/curve.rs` has it, rounded down. */
export function decay(multiplier: bigint, volatility: bigint): bigint {
  return (multiplier * volatility) / SQRT_YEAR;
}

/** A leg as `setSources` takes it. */
function legOf(world: World, collateral: Collateral, leg: Leg, source: number, index: number): Value[] {
  const target = world.target(leg, feedName(collateral, source, index));
  const head = [BigInt(source), kinds[leg.kind], leg.inverse, target];
  switch (leg.kind) {
    case "chainlink": return [...head, leg.max_age, leg.least, leg.largest];
    case "pyth": return [...head, leg.max_age, BigInt(leg.id), leg.max_confidence];
    case "uniswap": return [...head, leg.window, parseUnits(leg.least_liquidity, 0), 0n];
    case "erc4626": return [...head, 0n, leg.growth, 0n];
    case "fixed": return [...head, 0n, leg.value, 0n];
  }
}

function definitions(world: World): Definition[] {
  const { market } = world;
  const { vault: wanted, margin, roles, asset } = market;
  const loan = (text: string): bigint => parseUnits(text, asset.decimals);
  const inLoan = (value: Value): string => `${amount(value as bigint, asset.decimals)} ${asset.symbol}`;
  const shares = (value: Value): string => `${amount(value as bigint, asset.decimals + 6)} ${market.shares.symbol}`;
  const field = (name: string, value: Value, show: (value: Value) => string): Field => ({ name, wanted: value, show });
  const values = (fields: Field[]): Value[] => fields.map((entry) => entry.wanted);
  const listed = async (result: Promise<unknown>): Promise<Value[]> => [...((await result) as Result)] as Value[];
  const result: Definition[] = [];
  const add = (id: string, module: Module, method: string, fields: Field[], read: () => Promise<Value[] | undefined>): void => {
    result.push({ id, cost: id, module, method, arguments: values(fields), fields, read });
  };

  add("vault.risk", "vault", "setRisk", [
    field("target_health", wanted.target_health, percent),
    field("min_debt", loan(wanted.min_debt), inLoan),
    field("min_lot", loan(wanted.min_lot), inLoan),
    field("backstop_discount", wanted.backstop_discount, percent),
    field("cap_period", wanted.cap_period, time),
    field("cool_off", wanted.cool_off, time),
  ], async () => (await listed(world.vault().riskConfig())).slice(0, 6));
  add("vault.reward", "vault", "setReward", [
    field("tip", loan(wanted.tip), inLoan),
    field("chip", wanted.chip, percent),
  ], async () => (await listed(world.vault().riskConfig())).slice(6));
  add("vault.fees", "vault", "setFees", [
    field("reserve_factor", wanted.reserve_factor, percent),
    field("total_room_cap", loan(wanted.total_room_cap), inLoan),
    field("fund_minimum", parseUnits(wanted.fund_minimum, asset.decimals + 6), shares),
  ], async () => {
    const view = await world.vault().marketView();
    return [view.reserveFactor, view.roomCap, view.fundMinimum];
  });
  add("vault.supply_cap", "vault", "setSupplyCap", [field("supply_cap", loan(wanted.supply_cap), inLoan)],
    async () => [(await world.vault().marketView()).supplyCap]);
  add("vault.fund_target", "vault", "setFundTarget", [field("fund_target", loan(wanted.fund_target), inLoan)],
    async () => [(await world.vault().marketView()).fundTarget]);
  add("margin", "vault", "setMargin", [
    field("opening_deviations", margin.opening_deviations, wad),
    field("opening_horizon", margin.opening_horizon, time),
    field("threshold_deviations", margin.threshold_deviations, wad),
    field("threshold_horizon", margin.threshold_horizon, time),
    field("soft_deviations", margin.soft_deviations, wad),
    field("soft_penalty", margin.soft_penalty, percent),
    field("slew", margin.slew, percent),
    field("volatility_min", margin.volatility_min, percent),
    field("predictive_cap", loan(margin.predictive_cap), inLoan),
  ], () => listed(world.vault().marginConfig()));
  add("roles.guardian", "vault", "setGuardian", [
    field("guardian", roles.guardian, plain),
    field("grace", wanted.grace, time),
    field("grace_floor", wanted.grace_floor, percent),
  ], () => listed(world.vault().guardianConfig()));
  if (interfaces.vault.hasFunction("setSteward")) {
    const steward = world.vault().getFunction("stewardship");
    add("roles.steward", "vault", "setSteward", [field("steward", roles.steward ?? ZeroAddress, plain)],
      async () => [((await steward(ZeroAddress)) as Result)[0] as Value]);
  }
  add("auction.dust", "liquidation-auction", "setDust", [field("dust", loan(market.auction.dust), inLoan)],
    async () => [await world.auction().dust()]);
  add("sequencer", "oracle-adapter", "setSequencerFeed", [
    field("feed", market.sequencer?.feed ?? ZeroAddress, plain),
    field("grace", market.sequencer?.grace ?? 0n, time),
  ], () => listed(world.oracle().sequencerFeed()));
  for (const collateral of market.collaterals) result.push(...ofCollateral(world, collateral, loan, inLoan));
  return result;
}

function ofCollateral(world: World, collateral: Collateral, loan: (text: string) => bigint, inLoan: (value: Value) => string): Definition[] {
  const token = world.token(collateral.token);
  const { symbol, decimals } = collateral.token;
  const { oracle } = collateral;
  const inToken = (value: Value): string => `${amount(value as bigint, decimals)} ${symbol}`;
  const field = (name: string, wanted: Value, show: (value: Value) => string, rounded = false): Field => ({ name, wanted, show, rounded });

  const parameters = [
    field("decimals", BigInt(decimals), plain),
    field("quorum", oracle.quorum, plain),
    field("max_spread", oracle.max_spread, percent),
    field("gap_volatility", oracle.gap_volatility, percent),
    field("resolution", oracle.resolution, percent),
    field("breaker_factor", oracle.breaker_factor, wad),
    field("breaker_floor", oracle.breaker_floor, percent),
    field("sample_interval", oracle.sample_interval, time),
    field("max_gap", oracle.max_gap, time),
    field("volatility_window", oracle.volatility_window, time),
    field("average_window", oracle.average_window, time),
    field("halt_duration", oracle.halt_duration, time),
    field("dead_after", oracle.dead_after, time),
  ];
  const legs = oracle.sources.flatMap((source, number) => source.legs.map((leg, index) => legOf(world, collateral, leg, number, index)));
  const names = ["source", "kind", "inverse", "target", "period", "first", "second"];
  // Bounds of feeds and pools are kept in 16 binary digits.
  const ofLegs = legs.flatMap((leg, number) => leg.map((value, index) =>
    field(`legs[${number}].${names[index] ?? ""}`, value, plain, index > 4 && (leg[1] === 0n || leg[1] === 2n))));
  const expected = parseUnits(oracle.expected_price, 36 + world.market.asset.decimals - decimals);
  const sources: Definition = {
    id: `${symbol}.sources`,
    cost: "sources",
    module: "oracle-adapter",
    method: "setSources",
    // A token that has a price is held against that.
    arguments: (isKnown) => [token, parameters.map((entry) => entry.wanted), legs, isKnown ? 0n : expected],
    fields: [...parameters, field("legs", BigInt(legs.length), plain), ...ofLegs],
    read: async () => {
      const [present, states] = (await world.oracle().sourcesOf(token)) as unknown as [Result, Result];
      if (states.length === 0) return undefined;
      const kept = [...states].map((state: Result) => [...(state[0] as Result)] as Value[]);
      return [...([...present] as Value[]), BigInt(kept.length), ...kept.flat()];
    },
  };

  // Volatility-scaled: 3 for the lots of accounts, 7 for those of the fund.
  const curves = ([["curve", collateral.curve, 3n], ["inventory_curve", collateral.inventory_curve, 7n]] as const).map(
    ([name, curve, kind]): Definition => {
      const rates = [
        field("kind", 3n, plain),
        field("buffer", curve.buffer, percent),
        field("multiplier", curve.multiplier, wad),
        field("step", 0n, time),
        field("floor", decay(curve.multiplier, curve.floor_volatility), wad),
        field("cap", decay(curve.multiplier, curve.cap_volatility), wad),
        field("tail", curve.tail, time),
        field("cusp", curve.cusp, percent),
      ];
      return {
        id: `${symbol}.${name}`,
        cost: "curve",
        module: "liquidation-auction",
        method: "setCurve",
        arguments: [token, kind, ...rates.slice(1).map((entry) => entry.wanted)],
        fields: rates,
        read: async () => {
          const auction = world.auction();
          const present = kind === 3n ? await auction.curveOf(token) : await auction.inventoryCurveOf(token);
          return [...(present as unknown as Result)] as Value[];
        },
      };
    },
  );

  const risk = [
    field("borrow_ltv", collateral.borrow_ltv, percent),
    field("threshold_min", collateral.threshold_min, percent),
    field("threshold_max", collateral.threshold_max, percent),
    field("penalty_min", collateral.penalty_min, percent),
    field("penalty_max", collateral.penalty_max, percent),
    field("lot_buffer", collateral.lot_buffer, percent),
    field("beta", collateral.beta, wad),
    field("supply_cap", parseUnits(collateral.supply_cap, decimals), inToken),
    field("room_cap", loan(collateral.room_cap), inLoan),
  ];
  const ofRisk: Definition = {
    id: `${symbol}.collateral`,
    cost: "collateral",
    module: "vault",
    method: "setCollateral",
    arguments: [token, ...risk.map((entry) => entry.wanted)],
    fields: risk,
    read: async () => {
      const known = (await world.vault().collaterals()).map((address) => address.toLowerCase());
      if (!known.includes(token.toLowerCase())) return undefined;
      const values = [...((await world.vault().collateralConfig(token)) as unknown as Result)] as bigint[];
      // The liquidation threshold of now stands between.
      return [...values.slice(0, 1), ...values.slice(2, 10)];
    },
  };
  return [sources, ...curves, ofRisk];
}

/** Whether a contract has what is wanted. */
function isSame(field: Field, now: Value | undefined): boolean {
  const { wanted } = field;
  if (typeof wanted === "bigint" && typeof now === "bigint") {
    const distance = wanted > now ? wanted - now : now - wanted;
    return field.rounded ? distance * 32_768n <= wanted : distance === 0n;
  }
  return String(wanted).toLowerCase() === String(now).toLowerCase();
}

/**
 * All settings in the order in which they can be made, each looked at when it is asked for: a token needs its sources before it can be
 * a collateral. Without `isDeployed` there is nothing to look at yet.
 */
export async function* settings(world: World, isDeployed: boolean): AsyncGenerator<Setting> {
  for (const { id, cost, module, method, arguments: given, fields, read } of definitions(world)) {
    const present = isDeployed ? await read() : undefined;
    const different = fields.filter((field, index) => !isSame(field, present?.[index]) || (present && present.length !== fields.length));
    const changes = different.map((field) => {
      const now = present?.[fields.indexOf(field)];
      return `${id}.${field.name}: ${now === undefined ? "not set" : field.show(now)} -> ${field.show(field.wanted)}`;
    });
    const values = typeof given === "function" ? given(present !== undefined) : given;
    yield { id, cost, module, data: interfaces[module].encodeFunctionData(method, values), changes };
  }
}
