// Deploys a market: `npx tsx deploy.ts --market markets/devnode.toml`. See README.md beside this file.

import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scripts } from "./src/artifacts.ts";
import { Book } from "./src/book.ts";
import { main, UserError } from "./src/errors.ts";
import { readMarket } from "./src/market.ts";
import { connect, signer } from "./src/network.ts";
import { plan, run, written } from "./src/runner.ts";
import { Sender } from "./src/sender.ts";
import { World } from "./src/world.ts";

const usage = `usage: npx tsx deploy.ts --market FILE [--dry-run] [--rpc URL] [--book FILE] [--fresh]

--market FILE   what to deploy: markets/NAME.toml
--dry-run       prints every transaction that would be sent and its cost, and sends nothing
--rpc URL       the node, instead of BREAKWATER_RPC or the market file's
--book FILE     the address book, instead of deployments/NAME.json
--fresh         begins a new address book; the present one is kept as FILE.old
--write-costs   writes what each kind of step took to costs.json

The account that signs is in BREAKWATER_KEYSTORE (encrypted, with BREAKWATER_KEYSTORE_PASSWORD) or BREAKWATER_KEY.
A run that was interrupted is taken up by the next one.`;

await main(async () => {
  const { values } = parse();
  if (values.help || values.market === undefined) {
    console.log(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  const market = readMarket(values.market);
  const provider = await connect(market, values.rpc);
  const wallet = await signer(provider);
  const path = values.book ?? Book.pathOf(market.name);
  if (values.fresh && existsSync(path)) renameSync(path, `${path}.old`);
  const present = Book.read(path);
  const book = present ?? Book.begin(path, market.name, market.network.chain_id, wallet.address, await provider.getBlockNumber());
  if (book.contents.chain_id !== String(market.network.chain_id)) throw new UserError(`the address book ${path} is of chain ${book.contents.chain_id}`, "name another with --book");
  if (book.contents.deployer !== wallet.address) {
    throw new UserError(`${book.contents.deployer} began this deployment, and ${wallet.address} can't go on with it`, "sign with the same account, or begin a new book with --fresh");
  }
  const world = new World(market, book, provider);
  if (values["dry-run"]) {
    console.log(written(await plan(world, wallet.address, true)));
    return;
  }
  const isComplete = await run(world, new Sender(provider, wallet, book), wallet.address, console.log);
  if (values["write-costs"]) writeCosts(book);
  console.log(`${isComplete ? "complete" : "not complete yet"}: ${Object.keys(book.contents.contracts).length} addresses in ${path}`);
  provider.destroy();
});

function parse(): { values: { market?: string; rpc?: string; book?: string; "dry-run"?: boolean; fresh?: boolean; "write-costs"?: boolean; help?: boolean } } {
  try {
    return parseArgs({
      options: {
        "market": { type: "string" },
        "rpc": { type: "string" },
        "book": { type: "string" },
        "dry-run": { type: "boolean" },
        "fresh": { type: "boolean" },
        "write-costs": { type: "boolean" },
        "help": { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UserError((error as Error).message, usage);
  }
}

/** What each step took, by its kind: the most where several are of one kind. */
function writeCosts(book: Book): void {
  const kind = (step: string): string => {
    if (step.startsWith("cache ")) return "cache";
    if (step.startsWith("token ")) return `mock ${{ USDS: "StableToken", WETH: "WETH9", WBTC: "TestToken" }[step.slice(6)] ?? "TestToken"}`;
    if (step.startsWith("feed ")) return "mock feed";
    if (step === "StylusDeployer") return "deployer";
    if (step === "timelock.schedule") return "schedule";
    if (step === "timelock.execute") return "accept";
    if (step.endsWith(".owner")) return "offer ownership";
    for (const part of ["sources", "curve", "collateral"]) if (step.endsWith(`.${part}`)) return part;
    return book.contents.verification.some((entry) => entry.program === step) ? `program ${step}` : step;
  };
  const costs: Record<string, { gas: number; value: string }> = {};
  for (const [step, { gas, value }] of Object.entries(book.contents.transactions)) {
    const known = costs[kind(step)];
    if (!known || known.gas < Number(gas)) costs[kind(step)] = { gas: Number(gas), value };
  }
  const sorted = Object.fromEntries(Object.entries(costs).sort(([first], [second]) => first.localeCompare(second)));
  writeFileSync(join(scripts, "costs.json"), `${JSON.stringify(sorted, null, 2)}\n`);
}
