// Changes a market's parameters, through the timelock that owns it: `npx tsx params.ts --market markets/devnode.toml diff`.

import { Interface, id as hashOf, keccak256, AbiCoder, ZeroHash } from "ethers";
import { commandLine, deployedWorld } from "./src/command.ts";
import { settings } from "./src/configuration.ts";
import { main, UserError } from "./src/errors.ts";
import { signer } from "./src/network.ts";
import { timelockAbi } from "./src/outside.ts";
import { Sender } from "./src/sender.ts";
import { amount, date, inTime } from "./src/values.ts";
import type { Operation } from "./src/book.ts";
import type { World } from "./src/world.ts";

const usage = `usage: npx tsx params.ts --market FILE diff | propose | list | execute [--dry-run] [--rpc URL] [--book FILE]

diff      what the market file wants and the contracts do not have yet
propose   proposes it to the timelock, all at once
list      proposals, and when they are due
execute   executes what is due`;

const timelock = new Interface(timelockAbi);

function operationId(operation: Omit<Operation, "id">): string {
  const { targets, payloads, salt } = operation;
  return keccak256(AbiCoder.defaultAbiCoder().encode(
    ["address[]", "uint256[]", "bytes[]", "bytes32", "bytes32"], [targets, targets.map(() => 0n), payloads, ZeroHash, salt],
  ));
}

function batch(verb: "scheduleBatch" | "executeBatch", { targets, payloads, salt }: Operation, ...rest: unknown[]): string {
  return timelock.encodeFunctionData(verb, [targets, targets.map(() => 0n), payloads, ZeroHash, salt, ...rest]);
}

/** Where a proposal is: not known to the timelock, waiting, ready or done. */
async function state(world: World, operation: Operation): Promise<{ name: "unknown" | "waiting" | "ready" | "done"; due: bigint }> {
  const call = (name: string): Promise<unknown> => world.timelock().getFunction(name)(operation.id);
  const [isKnown, isReady, isDone, due] = (await Promise.all(["isOperation", "isOperationReady", "isOperationDone", "getTimestamp"].map(call))) as [boolean, boolean, boolean, bigint];
  if (!isKnown) return { name: "unknown", due };
  if (isDone) return { name: "done", due };
  return { name: isReady ? "ready" : "waiting", due };
}

async function differences(world: World): Promise<Omit<Operation, "id" | "salt">> {
  const result: Omit<Operation, "id" | "salt"> = { targets: [], payloads: [], changes: [] };
  for await (const setting of settings(world, true)) {
    if (setting.changes.length === 0) continue;
    result.targets.push(world.book.at(setting.module));
    result.payloads.push(setting.data);
    result.changes.push(...setting.changes);
  }
  return result;
}

async function propose(world: World, isDry: boolean): Promise<void> {
  const { book, provider } = world;
  const wanted = await differences(world);
  if (wanted.changes.length === 0) return console.log("nothing differs");
  console.log(wanted.changes.join("\n"));
  const { operations } = book.contents;
  for (const known of operations) {
    if (known.payloads.join() !== wanted.payloads.join()) continue;
    const { name, due } = await state(world, known);
    if (name === "waiting" || name === "ready") return console.log(`proposed already, due ${date(due)}: ${known.id}`);
  }
  // Each proposal has a number of its own: the same change may come again.
  const salt = hashOf(`breakwater ${world.market.name} proposal ${operations.length}`);
  const operation: Operation = { id: operationId({ ...wanted, salt }), salt, ...wanted };
  const delay = (await world.timelock().getFunction("getMinDelay")()) as bigint;
  const data = batch("scheduleBatch", operation, delay);
  const to = book.at("timelock");
  if (isDry) return console.log(`would propose to ${to}, due ${inTime(delay)} later: ${data}`);
  const wallet = await signer(provider);
  const role = (await world.timelock().getFunction("PROPOSER_ROLE")()) as string;
  operations.push(operation);
  if (!(await world.timelock().getFunction("hasRole")(role, wallet.address))) {
    book.save();
    return console.log(`${wallet.address} is no proposer of the timelock: let one of its proposers send to ${to} the data ${data}`);
  }
  await new Sender(provider, wallet, book).send({ step: `propose ${operation.id}` }, { to, data });
  console.log(`proposed: ${operation.id}, due ${date((await state(world, operation)).due)}`);
}

async function list(world: World): Promise<void> {
  if (world.book.contents.operations.length === 0) console.log("no proposals");
  for (const operation of world.book.contents.operations) {
    const { name, due } = await state(world, operation);
    console.log(`${operation.id}: ${name === "waiting" ? `due ${date(due)}` : name}`);
    for (const change of operation.changes) console.log(`    ${change}`);
  }
}

async function execute(world: World, isDry: boolean): Promise<void> {
  let count = 0;
  for (const operation of world.book.contents.operations) {
    const { name, due } = await state(world, operation);
    if (name === "waiting") console.log(`${operation.id} is due ${date(due)}`);
    if (name !== "ready") continue;
    count += 1;
    console.log(operation.changes.join("\n"));
    if (isDry) {
      console.log(`would execute ${operation.id}`);
      continue;
    }
    const wallet = await signer(world.provider);
    const sender = new Sender(world.provider, wallet, world.book);
    const receipt = await sender.send({ step: `execute ${operation.id}` }, { to: world.book.at("timelock"), data: batch("executeBatch", operation) });
    console.log(`executed: ${receipt.hash}, gas ${amount(receipt.gasUsed, 0)}`);
  }
  if (count === 0) console.log("nothing is due");
}

await main(async () => {
  const line = commandLine(usage, { "dry-run": { type: "boolean" } }, true);
  if (!line) return;
  const [verb = "", ...more] = line.words;
  if (more.length !== 0) throw new UserError(`unexpected: ${more.join(" ")}`, usage);
  const world = await deployedWorld(line);
  const isDry = line.options["dry-run"] === true;
  if (world.book.contents.pending && !isDry && (verb === "propose" || verb === "execute")) {
    const wallet = await signer(world.provider);
    await new Sender(world.provider, wallet, world.book).settle();
  }
  switch (verb) {
    case "diff": {
      const { changes } = await differences(world);
      console.log(changes.length === 0 ? "nothing differs" : changes.join("\n"));
      break;
    }
    case "propose": await propose(world, isDry); break;
    case "list": await list(world); break;
    case "execute": await execute(world, isDry); break;
    default: throw new UserError(`there is no verb ${JSON.stringify(verb)}`, usage);
  }
  world.provider.destroy();
});
