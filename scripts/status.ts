// What there is to know about a market: `npx tsx status.ts --market markets/devnode.toml`.

import { commandLine, deployedWorld, wholeNumber } from "./src/command.ts";
import { main, UserError } from "./src/errors.ts";
import { accounts, auctions, collaterals, fund, lifetimes, pool, programs } from "./src/report.ts";
import type { World } from "./src/world.ts";

const usage = `usage: npx tsx status.ts --market FILE [--rpc URL] [--book FILE] [--accounts N] [--from-block N]

--accounts N    shows the N accounts nearest to liquidation (10)
--from-block N  looks for accounts in logs from there on, instead of from the deployment`;

await main(async () => {
  const line = commandLine(usage, { "accounts": { type: "string" }, "from-block": { type: "string" } });
  if (!line) return;
  const most = wholeNumber(line, "accounts", 10);
  const world = await deployedWorld(line);
  const from = wholeNumber(line, "from-block", world.book.contents.from_block);
  // First: a market whose programs have expired answers nothing else.
  console.log(`${await programs(world)}\n`);
  const expired = (await lifetimes(world)).filter(({ left }) => left === 0n).length;
  if (expired !== 0) throw new UserError(`${expired} programs have expired`, "`keepalive` activates them again");
  for (const part of [pool, collaterals, (world: World) => accounts(world, from, most), auctions, fund]) {
    console.log(`${await part(world)}\n`);
  }
  world.provider.destroy();
});
