// Keeps a market's programs alive: Stylus programs expire a year after their activation. `npx tsx keepalive.ts --market markets/devnode.toml`.

import { Interface } from "ethers";
import { commandLine, deployedWorld, wholeNumber } from "./src/command.ts";
import { main } from "./src/errors.ts";
import { signer } from "./src/network.ts";
import { ARB_WASM, arbWasmAbi } from "./src/outside.ts";
import { lifetimes } from "./src/report.ts";
import { Sender } from "./src/sender.ts";
import { amount } from "./src/values.ts";

const usage = `usage: npx tsx keepalive.ts --market FILE [--below DAYS] [--dry-run] [--rpc URL] [--book FILE]

Renews programs with fewer than DAYS (60) left, activates those that have expired, and asks for a place in the chain's cache for those
that have none. A program can be renewed a month after its activation at the earliest. Anybody may run this, and pays for it.`;

const arbWasm = new Interface(arbWasmAbi);
/** Sent with what nobody knows the fee of beforehand; the rest comes back. */
const HIGHEST_FEE = 10n ** 16n;

await main(async () => {
  const line = commandLine(usage, { "below": { type: "string" }, "dry-run": { type: "boolean" } });
  if (!line) return;
  const days = wholeNumber(line, "below", 60);
  const world = await deployedWorld(line);
  const { provider, book, market } = world;
  const wallet = line.options["dry-run"] ? undefined : await signer(provider);
  // Whoever runs this is not whoever deployed: the book is read only.
  const sender = wallet && new Sender(provider, wallet, book.copy());
  const [expiry, soonest] = (await Promise.all(["expiryDays", "keepaliveDays"].map((name) => world.arbWasm().getFunction(name)()))) as [bigint, bigint];
  const manager = await world.cacheManager();
  let sent = 0;
  const send = async (what: string, to: string, data: string, value: bigint): Promise<void> => {
    sent += 1;
    if (!sender) return console.log(`would ${what}`);
    const receipt = await sender.send({ step: what }, { to, data, value });
    console.log(`${what}: ${receipt.hash}, gas ${amount(receipt.gasUsed, 0)}`);
  };
  for (const { program, address, codehash, left, isCached } of await lifetimes(world)) {
    const age = expiry - left / 86_400n;
    if (left === 0n) {
      await send(`activate ${program} again`, ARB_WASM, arbWasm.encodeFunctionData("activateProgram", [address]), HIGHEST_FEE);
    } else if (left < BigInt(days) * 86_400n) {
      if (age < soonest) console.log(`${program} has ${left / 86_400n} days left, and can be renewed in ${soonest - age} days`);
      else await send(`renew ${program}`, ARB_WASM, arbWasm.encodeFunctionData("codehashKeepalive", [codehash]), HIGHEST_FEE);
    }
    if (isCached || !manager) continue;
    // Before it is active again there is no price for its place.
    const bid = left === 0n && !sender ? 0n : ((await manager.getFunction("getMinBid")(address)) as bigint);
    if (bid > market.network.max_cache_bid) {
      console.log(`${program} is not put into the cache: a place costs ${amount(bid, 18)} ether, and network.max_cache_bid is ${amount(market.network.max_cache_bid, 18)}`);
    } else {
      await send(`put ${program} into the cache`, await manager.getAddress(), manager.interface.encodeFunctionData("placeBid", [address]), bid);
    }
  }
  if (sent === 0) console.log("nothing to do");
  provider.destroy();
});
