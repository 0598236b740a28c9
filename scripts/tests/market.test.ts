// Market files: what does not fit is refused with the field's name. No node is needed.

import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Interface, keccak256, toUtf8Bytes, zeroPadBytes, hexlify } from "ethers";
import { insuranceFundAbi, liquidationAuctionAbi, oracleAdapterAbi, vaultAbi } from "../../abi/index.js";
import { advised } from "../src/advice.ts";
import { root, scripts } from "../src/artifacts.ts";
import { decay } from "../src/configuration.ts";
import { explained, UserError } from "../src/errors.ts";
import { parseMarket, readMarket } from "../src/market.ts";
import { arbWasmAbi, cacheManagerAbi, deployerAbi, timelockAbi, tokenAbi } from "../src/outside.ts";
import { amount, duration, inPercent, inTime, percentage } from "../src/values.ts";
import { marketText } from "./harness.ts";

test("all market files fit", () => {
  const files = readdirSync(join(scripts, "markets"));
  assert.deepEqual(files.sort(), ["arbitrum-one.toml", "arbitrum-sepolia.toml", "devnode.toml"]);
  for (const file of files) {
    const market = readMarket(join(scripts, "markets", file));
    assert.equal(`${market.name}.toml`, file);
  }
});

test("a field that does not fit is named, with what would", () => {
  const cases: [from: string, to: string, said: RegExp][] = [
    ['borrow_ltv = "72 %"', 'borrow_ltv = "72"', /collaterals\[0\]\.borrow_ltv: "72" is not a percentage, such as "75 %"/],
    ['borrow_ltv = "72 %"', "borrow_ltv = 72", /collaterals\[0\]\.borrow_ltv: Invalid input: expected string, received number/],
    ['cool_off = "60 s"', 'cool_off = "60 m"', /vault\.cool_off: "60 m" is not a duration/],
    ['min_debt = "200"', 'min_debt = "-1"', /vault\.min_debt: "-1" is not a number/],
    ['min_debt = "200"\n', "", /vault\.min_debt: is missing/],
    ['min_debt = "200"', 'min_debts = "200"\nmin_debt = "200"', /vault\.min_debts: there is no such field/],
    ['guardian = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"', 'guardian = "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"', /roles\.guardian: .* is not an address/],
    ['mock = "WETH9"', "", /collaterals\[0\]\.token: needs either an address or a mock/],
    ["quorum = 2", "quorum = 3", /collaterals\[0\]\.oracle\.quorum: is 3, of 2 sources/],
    ["chain_id = 412346", "chain_id = 42161", /network\.chain_id: mocks are for the embedded chain/],
    ['symbol = "WBTC"', 'symbol = "WETH"', /collaterals\[1\]\.token\.symbol: WETH is there twice/],
    ['threshold_min = "76 %"', 'threshold_min = "81 %"', /collaterals\[0\]\.threshold_min: is above threshold_max/],
    ['name = "devnode"', 'name = "../devnode"', /name: may have small letters/],
    ["[network]", "[network", /line \d+: /],
  ];
  for (const [from, to, said] of cases) {
    assert.throws(() => parseMarket(marketText([from, to]), "a.toml"), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, said);
      assert.match(error.message, /^a\.toml/);
      return true;
    }, to);
  }
});

test("values are read and written as people write them", () => {
  assert.equal(percentage("0.05 %"), 5n * 10n ** 14n);
  assert.equal(percentage("5"), undefined);
  assert.equal(duration("90 min"), 5_400n);
  assert.equal(duration("1.5 h"), undefined);
  assert.equal(inPercent(5n * 10n ** 14n), "0.05 %");
  assert.equal(inTime(5_400n), "90 min");
  assert.equal(amount(1_234_567_890_000n, 6), "1,234,567.89");
  // `volatility_decay` of crates/risk for 100 % a year: 1.1 % a minute.
  assert.equal(decay(1_060_660_171_779_821_286n, 10n ** 18n), 188_874_339_129_843n);
});

test("an error of a contract is told with its arguments and what to do", () => {
  const data = new Interface(vaultAbi).encodeErrorResult("ParameterOutOfBounds", [zeroPadBytes(hexlify(toUtf8Bytes("borrowLtv")), 32), 7n]);
  const error = Object.assign(new Error("reverted"), { code: "CALL_EXCEPTION", data, shortMessage: "reverted" });
  assert.equal(explained(error), "error: the call was refused: ParameterOutOfBounds(parameter: borrowLtv, value: 7)\n  what to do: the bounds hold on chain: choose a value within them");
  const unknown = Object.assign(new Error("reverted"), { code: "CALL_EXCEPTION", data: keccak256("0x").slice(0, 10), shortMessage: "reverted" });
  assert.match(explained(unknown), /refused with data that no contract here declares/);
});

test("advice is about errors that exist", () => {
  const abis = [vaultAbi, oracleAdapterAbi, liquidationAuctionAbi, insuranceFundAbi, timelockAbi, arbWasmAbi, cacheManagerAbi, deployerAbi, tokenAbi];
  const names = new Set(abis.flatMap((abi) => new Interface(abi).fragments.filter((item) => item.type === "error").map((item) => "name" in item && item.name)));
  assert.deepEqual(advised.filter((name) => !names.has(name)), []);
});

test("the package in abi/ works where it is installed", async () => {
  // Only its files, beside ethers.
  const installed = join(scripts, "node_modules", "breakwater-abi");
  const manifest = JSON.parse(readFileSync(join(root, "abi", "package.json"), "utf8")) as { files: string[] };
  rmSync(installed, { recursive: true, force: true });
  cpSync(join(root, "abi"), installed, {
    recursive: true,
    filter: (path) => path.endsWith("abi") || path.endsWith("package.json") || manifest.files.some((pattern) => matchesGlob(path.split("/").at(-1) ?? "", pattern)),
  });
  try {
    assert.ok(!existsSync(join(installed, "units.json")));
    const name = "breakwater-abi";
    const abis = (await import(name)) as Record<string, unknown[]>;
    assert.deepEqual(Object.keys(abis).sort(), ["auctionTakerAbi", "insuranceFundAbi", "liquidationAuctionAbi", "oracleAdapterAbi", "vaultAbi"]);
    for (const [file, abi] of [["IVault", abis["vaultAbi"]], ["IOracleAdapter", abis["oracleAdapterAbi"]]] as const) {
      const json = JSON.parse(readFileSync(join(installed, `${file}.json`), "utf8")) as unknown[];
      assert.deepEqual(new Interface(abi as []).format(true), new Interface(json as []).format(true));
      assert.match(import.meta.resolve(`${name}/${file}.sol`), /IVault\.sol$|IOracleAdapter\.sol$/);
    }
    const { contractAt } = (await import(`${name}/ethers`)) as { contractAt: (address: string, abi: unknown) => { interface: Interface } };
    assert.ok(contractAt("0x00000000000000000000000000000000000000A1", abis["vaultAbi"]).interface.hasFunction("deposit"));
  } finally {
    rmSync(installed, { recursive: true, force: true });
  }
});

/** Whether a name is as a pattern with stars says. */
function matchesGlob(name: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
