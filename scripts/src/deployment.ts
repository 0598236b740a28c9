// What a deployment consists of: steps in their order. Each looks at the chain whether it is done, so that a second run goes on where the
// first one stopped, and a third one does nothing.

import {
  AbiCoder, concat, Contract, Interface, keccak256, parseUnits, toUtf8Bytes, ZeroAddress, ZeroHash, id as hashOf,
  type TransactionRequest,
} from "ethers";
import { build, constructorCalldata, contract, programAddress, programs, type Program } from "./artifacts.ts";
import { settings } from "./configuration.ts";
import { UserError } from "./errors.ts";
import type { Token } from "./market.ts";
import { ARB_WASM, arbWasmAbi, deployerAbi, feedAbi, timelockAbi, timelockCode, tokenAbi } from "./outside.ts";
import { amount, date, inTime } from "./values.ts";
import { feedName, interfaces, owned, type World } from "./world.ts";

/** A transaction that may have to be sent. */
export interface Step {
  id: string;
  /** Its kind, by which its gas is known. */
  cost: string;
  title: string;
  isDone: boolean;
  /** Contract that it creates, if it has no recipient. */
  creates?: string;
  request: () => Promise<TransactionRequest>;
}

/** Something to know, or to wait for. */
export interface Notice {
  notice: string;
  /** Nothing goes on before that. */
  waits?: boolean;
}

const coder = AbiCoder.defaultAbiCoder();
const deployer = new Interface(deployerAbi);
const arbWasm = new Interface(arbWasmAbi);
const timelock = new Interface(timelockAbi);

/** Where a program is put to find out what its activation costs. */
const NOWHERE = "0x00000000000000000000000000000000000b0a7d";

export function isStep(item: Step | Notice): item is Step {
  return "isDone" in item;
}

/** All steps of a deployment by `account`, one after another: later ones need the addresses of earlier ones. */
export async function* deployment(world: World, account: string): AsyncGenerator<Step | Notice> {
  const { market, book } = world;
  // Asked together, and remembered.
  await Promise.all(Object.keys(book.contents.contracts).map((name) => exists(world, name)));
  yield* tokens(world);
  await checkTokens(world);
  yield* feeds(world);
  await checkFeeds(world);
  yield created(world, "StylusDeployer", "deployer", contract("StylusDeployer").bytecode, await exists(world, "StylusDeployer"));
  yield* modules(world, account);
  yield* cached(world);

  if (market.roles.steward !== undefined && !interfaces.vault.hasFunction("setSteward")) {
    yield { notice: "roles.steward: these programs know no steward" };
  }
  // All of them: a run may have ended between two.
  const isDeployed = (await Promise.all(owned.map((module) => exists(world, module)))).every(Boolean);
  const owners = isDeployed ? await Promise.all(owned.map(async (module) => [module, await ownerOf(world, module)] as const)) : [];
  const foreign = new Set(owners.filter(([, owner]) => owner !== account).map(([module]) => module));
  for await (const setting of settings(world, isDeployed)) {
    if (setting.changes.length === 0) continue;
    if (foreign.has(setting.module)) {
      yield { notice: `the market file differs from the chain, and the timelock is the owner (\`params\`): ${setting.changes.join("; ")}` };
      continue;
    }
    yield {
      id: setting.id,
      cost: setting.cost,
      title: `set ${setting.id}`,
      isDone: false,
      request: async () => ({ to: book.at(setting.module), data: setting.data }),
    };
  }

  const { delay, proposers, executors } = market.roles.timelock;
  const roles = coder.encode(["uint256", "address[]", "address[]", "address"], [delay, proposers, executors.length === 0 ? [ZeroAddress] : executors, ZeroAddress]);
  yield created(world, "timelock", "timelock", concat([timelockCode, roles]), await exists(world, "timelock"));
  yield* handover(world, account);
}

/** Whether a contract of the book is on the chain. */
async function exists(world: World, name: string): Promise<boolean> {
  const address = world.book.contents.contracts[name];
  return address !== undefined && (await world.hasCode(address));
}

function created(world: World, name: string, cost: string, initCode: string, isDone: boolean): Step {
  if (!isDone && world.book.contents.contracts[name] !== undefined && world.book.path !== "") {
    throw new UserError(`the address book ${world.book.path} has ${name} at ${world.book.at(name)}, where there is nothing`, "it is of another chain, or of an embedded chain that was ended: begin a new book with --fresh");
  }
  return { id: name, cost, title: `create ${name}`, isDone, creates: name, request: async () => ({ data: initCode }) };
}

async function* tokens(world: World): AsyncGenerator<Step> {
  for (const token of [world.market.asset, ...world.market.collaterals.map((collateral) => collateral.token)]) {
    if (!token.mock) continue;
    const name = `token ${token.symbol}`;
    const values = token.mock === "TestToken" ? coder.encode(["string", "string", "uint8"], [token.symbol, token.symbol, token.decimals]) : "0x";
    yield created(world, name, `mock ${token.mock}`, concat([contract(token.mock).bytecode, values]), await exists(world, name));
  }
}

async function checkTokens(world: World): Promise<void> {
  const { market } = world;
  const fields: [string, Token][] = [["asset", market.asset], ...market.collaterals.map((collateral, index): [string, Token] => [`collaterals[${index}].token`, collateral.token])];
  await Promise.all(fields.map(async ([field, token]) => {
    if (!token.address) return;
    if (!(await world.hasCode(token.address))) throw new UserError(`${field}.address: there is no contract at ${token.address} on this chain`);
    const found = Number(await new Contract(token.address, tokenAbi, world.provider).getFunction("decimals")());
    if (found !== token.decimals) throw new UserError(`${field}.decimals: is ${token.decimals}, and the token ${token.symbol} says ${found}`);
  }));
}

async function* feeds(world: World): AsyncGenerator<Step> {
  for (const collateral of world.market.collaterals) {
    for (const [number, source] of collateral.oracle.sources.entries()) {
      for (const [index, leg] of source.legs.entries()) {
        if (leg.kind !== "chainlink" || !leg.mock) continue;
        const { name, decimals, answer } = leg.mock;
        const values = coder.encode(["string", "uint8", "int256"], [name, decimals, parseUnits(answer, decimals)]);
        const key = feedName(collateral, number, index);
        yield created(world, key, "mock feed", concat([contract("MockFeed").bytecode, values]), await exists(world, key));
      }
    }
  }
}

/** A feed that is none, or has other decimals than the market file says, is found before anything is paid for. */
async function checkFeeds(world: World): Promise<void> {
  const checks: Promise<void>[] = [];
  world.market.collaterals.forEach((collateral, at) => collateral.oracle.sources.forEach((source, number) => source.legs.forEach((leg, index) => {
    const field = `collaterals[${at}].oracle.sources[${number}].legs[${index}]`;
    if (leg.kind === "fixed") return;
    const target = world.target(leg, feedName(collateral, number, index));
    checks.push((async () => {
      const isThere = await world.hasCode(target);
      if (!isThere && leg.kind === "chainlink" && leg.mock) return;
      if (!isThere) throw new UserError(`${field}: there is no contract at ${target} on this chain`);
      if (leg.kind !== "chainlink") return;
      const feed = new Contract(target, feedAbi, world.provider);
      const found = await (feed.getFunction("decimals")() as Promise<bigint>).catch(() => undefined);
      if (found === undefined) throw new UserError(`${field}.feed: the contract at ${target} does not answer as a price feed`);
      if (leg.decimals !== undefined && Number(found) !== leg.decimals) {
        throw new UserError(`${field}.decimals: is ${leg.decimals}, and the feed at ${target} has ${found}`, "look whether it is the feed that is meant");
      }
    })());
  })));
  await Promise.all(checks);
}

function saltOf(world: World, program: Program): string {
  return keccak256(toUtf8Bytes(`breakwater ${world.market.name} ${program.name}`));
}

/** The programs: addresses first, then each is created, activated and constructed in one transaction. */
async function* modules(world: World, account: string): AsyncGenerator<Step> {
  const { book, market } = world;
  const list = programs();
  const creator = book.at("StylusDeployer");
  for (const program of list) {
    const address = programAddress(creator, account, saltOf(world, program), program);
    const known = book.contents.contracts[program.name];
    if (known !== undefined && known !== address) {
      throw new UserError(`${program.name} is at ${known} in the address book, and the present build would be at ${address}`, "deploy with the build that was begun with (`build` in the book), or begin a new book with --fresh");
    }
    book.contents.contracts[program.name] = address;
  }
  book.contents.build ??= build();
  const value = (name: string): unknown => {
    const [kind = "", rest = ""] = name.split(/ (.*)/);
    switch (kind === "program" ? kind : name) {
      case "program": return book.at(rest);
      case "asset": return world.token(market.asset);
      case "asset decimals": return market.asset.decimals;
      case "deployer": return account;
      case "share name": return market.shares.name;
      case "share symbol": return market.shares.symbol;
      case "fund cooldown": return market.fund.cooldown;
      case "fund window": return market.fund.window;
      default: throw new UserError(`programs.toml: nobody knows the value ${JSON.stringify(name)}`);
    }
  };
  for (const program of list) {
    const calldata = constructorCalldata(program, value);
    const salt = saltOf(world, program);
    note(world, program, salt, calldata);
    yield {
      id: program.name,
      cost: `program ${program.name}`,
      title: `create, activate and construct ${program.name}`,
      isDone: await exists(world, program.name),
      request: async () => ({
        to: creator,
        data: deployer.encodeFunctionData("deploy", [program.initCode, calldata, salt]),
        value: await activationValue(world, program, account),
      }),
    };
  }
}

/** What somebody needs who wants to know that these are the programs of this source. */
function note(world: World, program: Program, salt: string, calldata: string): void {
  const { verification, contracts } = world.book.contents;
  if (verification.some((entry) => entry.program === program.name)) return;
  verification.push({
    program: program.name,
    address: contracts[program.name] ?? "",
    codehash: program.codeHash,
    wasm_sha256: program.wasmHash,
    code_bytes: (program.code.length - 2) / 2,
    salt,
    constructor_calldata: calldata,
  });
}

/** The data fee of an activation and a fifth more, which comes back: asked of the chain, as if the program were there already. */
async function activationValue(world: World, program: Program, account: string): Promise<bigint> {
  const data = arbWasm.encodeFunctionData("activateProgram", [NOWHERE]);
  const call = { from: account, to: ARB_WASM, data, value: "0x8ac7230489e80000" };
  const overrides = { [NOWHERE]: { code: program.code }, [account]: { balance: "0x3635c9adc5dea00000" } };
  try {
    const answer = (await world.provider.send("eth_call", [call, "latest", overrides])) as string;
    const [, fee] = arbWasm.decodeFunctionResult("activateProgram", answer);
    return ((fee as bigint) * 6n) / 5n;
  } catch (error) {
    // The same code is active already: nothing is paid.
    if (JSON.stringify(error).includes(arbWasm.getError("ProgramUpToDate")?.selector.slice(2) ?? "-")) return 0n;
    throw error;
  }
}

/** Places in the chain's cache of compiled programs. */
async function* cached(world: World): AsyncGenerator<Step | Notice> {
  const manager = await world.cacheManager();
  if (!manager) {
    yield { notice: "this chain sells no places in its cache of programs" };
    return;
  }
  const { max_cache_bid: most } = world.market.network;
  const list = world.book.contents.verification;
  const states = await Promise.all(list.map(async ({ codehash }) => (await world.cache().getFunction("codehashIsCached")(codehash)) as boolean));
  for (const [index, { program }] of list.entries()) {
    const address = world.book.at(program);
    const isThere = await world.hasCode(address);
    const isDone = isThere && states[index] === true;
    const bid = isThere && !isDone ? ((await manager.getFunction("getMinBid")(address)) as bigint) : 0n;
    if (bid > most) {
      yield { notice: `${program} is not put into the cache: a place costs ${amount(bid, 18)} ether, and network.max_cache_bid is ${amount(most, 18)}` };
      continue;
    }
    const data = manager.interface.encodeFunctionData("placeBid", [address]);
    yield { id: `cache ${program}`, cost: "cache", title: `put ${program} into the cache`, isDone, request: async () => ({ to: await manager.getAddress(), data, value: bid }) };
  }
}

async function ownerOf(world: World, module: (typeof owned)[number]): Promise<string> {
  const owner = new Contract(world.book.at(module), interfaces[module], world.provider).getFunction("owner");
  return (await owner()) as string;
}

/** The timelock becomes owner in two steps: offered by the deployer, accepted by a proposal that its delay has passed over. */
async function* handover(world: World, account: string): AsyncGenerator<Step | Notice> {
  const { book } = world;
  const address = book.at("timelock");
  const isThere = await exists(world, "timelock");
  const owners = isThere ? await Promise.all(owned.map((module) => ownerOf(world, module))) : owned.map(() => "");
  const isOwner = owners.every((owner) => owner === address);
  for (const [index, module] of owned.entries()) {
    const pending = isThere ? ((await new Contract(book.at(module), interfaces[module], world.provider).getFunction("pendingOwner")()) as string) : "";
    yield {
      id: `${module}.owner`,
      cost: "offer ownership",
      title: `offer ${module} to the timelock`,
      isDone: owners[index] === address || pending === address,
      request: async () => ({ to: book.at(module), data: interfaces[module].encodeFunctionData("transferOwnership", [address]) }),
    };
  }

  const targets = owned.map((module) => book.at(module));
  const values = owned.map(() => 0n);
  const payloads = owned.map((module) => interfaces[module].encodeFunctionData("acceptOwnership"));
  const salt = hashOf(`breakwater ${world.market.name} accept ownership`);
  const { delay, proposers } = world.market.roles.timelock;
  const operation = keccak256(coder.encode(["address[]", "uint256[]", "bytes[]", "bytes32", "bytes32"], [targets, values, payloads, ZeroHash, salt]));
  const call = (name: string): Promise<unknown> => world.timelock().getFunction(name)(operation);
  const isScheduled = isThere && ((await call("isOperation")) as boolean);
  const schedule = timelock.encodeFunctionData("scheduleBatch", [targets, values, payloads, ZeroHash, salt, delay]);
  if (!isOwner && !isScheduled && !proposers.includes(account)) {
    yield { notice: `a proposer must now have the timelock accept ownership: to ${address}, data ${schedule}; run \`deploy\` again afterwards`, waits: true };
    return;
  }
  yield { id: "timelock.schedule", cost: "schedule", title: "propose that the timelock accepts ownership", isDone: isOwner || isScheduled, request: async () => ({ to: address, data: schedule }) };
  if (!isOwner && isThere && !((await call("isOperationReady")) as boolean)) {
    const due = (await call("getTimestamp")) as bigint;
    yield { notice: `the timelock accepts ownership from ${date(due)} on (its delay is ${inTime(delay)}): run \`deploy\` again then`, waits: true };
    return;
  }
  const execute = timelock.encodeFunctionData("executeBatch", [targets, values, payloads, ZeroHash, salt]);
  yield { id: "timelock.execute", cost: "accept", title: "have the timelock accept ownership", isDone: isOwner, request: async () => ({ to: address, data: execute }) };
}
