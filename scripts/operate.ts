// Verbs of accounts, keepers and bidders, by hand: `npx tsx operate.ts --market markets/devnode.toml borrow 1000`.

import { concat, toBeHex } from "ethers";
import { commandLine, deployedWorld, wholeNumber } from "./src/command.ts";
import { main, UserError } from "./src/errors.ts";
import { signer } from "./src/network.ts";
import { Sender } from "./src/sender.ts";
import { accountOf, verbs } from "./src/verbs.ts";

const width = Math.max(...Object.entries(verbs).map(([name, { takes }]) => [name, ...takes].join(" ").length));
const usage = `usage: npx tsx operate.ts --market FILE [--index N | --account OWNER/N] [options] VERB …

${Object.entries(verbs).map(([name, { takes, does }]) => `${[name, ...takes].join(" ").padEnd(width)}  ${does}`).join("\n")}

--index N          which of the caller's accounts (0)
--account OWNER/N  another's account, for who is its operator, or pays for it
--max-lot, --min-lot, --max-price, --max-repay  limits, in whole tokens
TOKEN is a symbol of the market file. Approvals are sent as they are needed, of what is needed.`;

await main(async () => {
  const line = commandLine(usage, {
    "index": { type: "string" },
    "account": { type: "string" },
    "max-lot": { type: "string" },
    "min-lot": { type: "string" },
    "max-price": { type: "string" },
    "max-repay": { type: "string" },
  }, true);
  if (!line) return;
  const [name = "", ...words] = line.words;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) throw new UserError(`there is no verb ${JSON.stringify(name)}`, usage);
  if (words.length !== verb.takes.length) throw new UserError(`${name} takes ${verb.takes.join(" ") || "nothing more"}`);
  const index = wholeNumber(line, "index", 0);
  const world = await deployedWorld(line);
  const wallet = await signer(world.provider);
  const named = line.options["account"];
  const account = typeof named === "string" ? accountOf(named) : concat([wallet.address, toBeHex(index, 12)]);
  // Whoever uses a market is not whoever deployed it: the book is read only.
  const sender = new Sender(world.provider, wallet, world.book.copy());
  await verb.run({ world, wallet, sender, account, options: line.options, print: console.log }, words);
  world.provider.destroy();
});
