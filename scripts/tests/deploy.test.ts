// `deploy` against an embedded chain.

import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { encryptKeystoreJson, Wallet, type JsonRpcProvider } from "ethers";
import { programs, scripts } from "../src/artifacts.ts";
import { Book } from "../src/book.ts";
import { explained } from "../src/errors.ts";
import { parseMarket } from "../src/market.ts";
import { costs, plan, run } from "../src/runner.ts";
import { Sender } from "../src/sender.ts";
import { World } from "../src/world.ts";
import { deployed, fileName, isolated, KEY, marketFile, marketText, nonce, pass, provider, script, url, wallet } from "./harness.ts";

class Killed extends Error {}

/** A node that a run loses when it sends its first transaction: before it arrives, or after. */
function losing(when: "before" | "after"): JsonRpcProvider {
  return new Proxy(provider, {
    get(target, name) {
      if (name === "broadcastTransaction") {
        return async (raw: string) => {
          if (when === "after") await target.broadcastTransaction(raw);
          throw new Killed();
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Everything that a finished deployment must be. */
async function assertComplete(world: World): Promise<void> {
  const timelock = world.book.at("timelock");
  assert.equal(await world.vault().owner(), timelock);
  assert.equal(await world.oracle().owner(), timelock);
  assert.equal(await world.auction().owner(), timelock);
  assert.equal((await world.vault().guardianConfig()).guardian, world.market.roles.guardian);
  for (const { program, codehash } of world.book.contents.verification) {
    assert.equal(await world.cache().getFunction("codehashIsCached")(codehash), true, program);
    assert.ok(((await world.arbWasm().getFunction("programTimeLeft")(world.book.at(program))) as bigint) > 364n * 86_400n, program);
  }
  for (const collateral of world.market.collaterals) {
    assert.notEqual((await world.oracle().sourcesOf(world.token(collateral.token))).legs.length, 0);
    assert.notEqual((await world.auction().curveOf(world.token(collateral.token))).buffer, 0n);
  }
  assert.equal((await world.vault().collaterals()).length, world.market.collaterals.length);
  const { steps } = await plan(world, wallet.address, false);
  assert.deepEqual(steps.map(({ step }) => step.id), []);
}

describe("deploy", () => {
  isolated();

  test("killed at every transaction in turn, before or after it was mined, it goes on where it stopped", async () => {
    // With one collateral: there is a step of every kind.
    const text = marketText();
    const market = parseMarket(text.slice(0, text.lastIndexOf("[[collaterals]]")), "devnode.toml");
    assert.equal(market.collaterals.length, 1);
    const path = fileName("json");
    const before = await nonce();
    let kills = 0;
    for (;;) {
      // Nothing is left of a run that was killed but its book.
      const book = Book.read(path) ?? Book.begin(path, market.name, market.network.chain_id, wallet.address, 0);
      const world = new World(market, book, provider);
      // Every other one: what had not arrived is sent by the next run, by `settle`, which is no transaction of its own.
      const sender = new Sender(kills % 2 === 0 ? losing("after") : losing("before"), wallet, book);
      try {
        if (book.contents.pending) await new Sender(provider, wallet, book).settle();
        await run(world, sender, wallet.address, () => {});
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        assert.ok(Book.read(path)?.contents.pending, "the book knows what was under way");
        kills += 1;
        continue;
      }
      await assertComplete(world);
      const { transactions } = book.contents;
      assert.equal(kills, Object.keys(transactions).length);
      // No transaction was sent twice, and none in place of another.
      assert.equal((await nonce()) - before, kills);
      return;
    }
  });

  test("a process that is killed while the chain mines its transaction leaves a book to go on with", async () => {
    const [file, book] = [marketFile(), fileName("json")];
    for (const kill of [2, 12, 8]) {
      let left = kill;
      let stop = (): void => {};
      const server = createServer((incoming, outgoing) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("end", () => {
          const body = Buffer.concat(parts);
          const forwarded = request(url, { method: "POST", headers: { "content-type": "application/json" } }, (answer) => {
            if (body.includes("eth_sendRawTransaction") && --left === 0) {
              answer.resume();
              return stop();
            }
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
            return answer.pipe(outgoing);
          });
          forwarded.end(body);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const outcome = await script("deploy", ["--market", file, "--book", book, "--rpc", `http://127.0.0.1:${port}`], { BREAKWATER_KEY: KEY }, (kill) => (stop = kill));
      server.closeAllConnections();
      server.close();
      assert.equal(outcome.signal, "SIGKILL", outcome.errors);
    }
    const last = await script("deploy", ["--market", file, "--book", book]);
    assert.equal(last.code, 0, last.errors);
    assert.match(last.output, /^a transaction of an earlier run was under way: done$/m);
    assert.match(last.output, /^complete: \d+ addresses/m);
    assert.equal(Object.keys(Book.read(book)?.contents.transactions ?? {}).length, await nonce());
  });

  test("the plan has every transaction at its cost, and a second run changes nothing", async () => {
    const [file, path] = [marketFile(), fileName("json")];
    const words = ["--market", file, "--book", path];
    const ahead = await script("deploy", [...words, "--dry-run"]);
    assert.equal(ahead.code, 0, ahead.errors);
    assert.equal(await nonce(), 0);
    assert.ok(!existsSync(path));
    const planned = [...ahead.output.matchAll(/^\d+\. (.+?) {2,}~?([\d,]+) /gm)].map(([, title, gas]) => [title, Number(gas?.replaceAll(",", ""))] as const);

    const money = await provider.getBalance(wallet.address);
    const first = await script("deploy", words);
    assert.equal(first.code, 0, first.errors);
    const sent = [...first.output.matchAll(/^\d+\. (.+): 0x\w+, gas ([\d,]+)$/gm)].map(([, title, gas]) => [title, Number(gas?.replaceAll(",", ""))] as const);
    // Settings that have their value from the constructor already are planned, before there is a contract to ask.
    const titles = new Set(sent.map(([title]) => title));
    assert.deepEqual(planned.map(([title]) => title).filter((title) => titles.has(title)), sent.map(([title]) => title));
    assert.deepEqual(planned.map(([title]) => title).filter((title) => !titles.has(title)), ["set vault.fund_target", "set sequencer"]);
    for (const [title, gas] of sent) {
      const figure = planned.find(([known]) => known === title)?.[1] ?? 0;
      // costs.json is kept up with the programs: `deploy --write-costs`. What is new is planned at more than it takes.
      const kind = title?.replace(/^create, activate and construct /, "program ").replace(/^set (?:\w+\.(?=sources|curve|collateral))?/, "") ?? "";
      const isNew = /^(program|roles)/.test(kind) && costs()[kind] === undefined;
      assert.ok(figure > gas * 0.8 && figure < gas * (isNew ? 10 : 1.3), `${title}: planned ${figure}, took ${gas}`);
    }
    const total = Number(/at most ([\d.]+) ether in all/.exec(ahead.output)?.[1]);
    const spent = Number(money - (await provider.getBalance(wallet.address))) / 1e18;
    assert.ok(total > spent * 0.95 && total < spent * 1.6, `planned ${total}, spent ${spent}`);

    const [count, book] = [await nonce(), readFileSync(path, "utf8")];
    const second = await script("deploy", words);
    assert.match(second.output, /^complete: \d+ addresses/m);
    assert.equal(await nonce(), count);
    assert.equal(readFileSync(path, "utf8"), book);
    assert.ok(!`${first.output}${book}`.includes(KEY.slice(2)), "the key is nowhere");
    assert.equal(Book.read(path)?.contents.verification.length, programs().length);
  });

  test("a chain that is not the market's is refused before anything is sent", async () => {
    const file = marketFile(["chain_id = 412346", "chain_id = 421614"], ['mock = "StableToken"', `address = "${wallet.address}"`]);
    const mocks = readFileSync(file, "utf8").replaceAll(/mock = "\w+"/g, `address = "${wallet.address}"`).replaceAll(/mock = \{[^}]+\}/g, `feed = "${wallet.address}"`);
    writeFileSync(file, mocks);
    const outcome = await script("deploy", ["--market", file, "--book", fileName("json")]);
    assert.equal(outcome.code, 1);
    assert.match(outcome.errors, /^error: the node at .* is of chain 412346, and the market file is for chain 421614 \(network\.chain_id\)\n {2}what to do: /);
    assert.ok(!/^ +at /m.test(outcome.errors), "no stack trace");
  });

  test("without the money for all of it nothing is sent", async () => {
    const poor = Wallet.createRandom();
    await provider.send("anvil_setBalance", [poor.address, "0x38d7ea4c68000"]);
    const path = fileName("json");
    const outcome = await script("deploy", ["--market", marketFile(), "--book", path], { BREAKWATER_KEY: poor.privateKey });
    assert.equal(outcome.code, 1);
    assert.match(outcome.errors, /^error: 0x\w+ has 0\.001 ether, and \d+ transactions take about 0\.0\d+\n {2}what to do: send it the rest; nothing was sent\n$/);
    assert.equal(await provider.getTransactionCount(poor.address), 0);
    assert.ok(!existsSync(path));
  });

  test("a feed with other decimals than the market file says is found before the programs are paid for", async () => {
    const text = marketText(["decimals = 8, answer = \"2000\"", "decimals = 18, answer = \"2000\""]);
    await assert.rejects(deployed(text), (error: unknown) => {
      assert.match(explained(error), /^error: collaterals\[0\]\.oracle\.sources\[0\]\.legs\[0\]\.decimals: is 8, and the feed at 0x\w+ has 18\n {2}what to do: /);
      return true;
    });
    // The made-up tokens and feeds, and nothing else.
    assert.equal(await nonce(), 7);
  });

  test("a feed whose answers are not in its decimals is refused by the adapter, with what to do", async () => {
    const text = marketText(["decimals = 8, answer = \"2000\"", "decimals = 8, answer = \"20000000000000\""], ["decimals = 8, answer = \"2000\"", "decimals = 8, answer = \"20000000000000\""]);
    await assert.rejects(deployed(text), (error: unknown) => {
      assert.match(explained(error), /^error: the call was refused: PriceMoved\(token: 0x\w+, price: \d+, anchor: \d+\)\n {2}what to do: the sources' price is more than 5 %/);
      return true;
    });
  });

  test("a timelock with a delay becomes owner when it has passed, and not before", async () => {
    const text = marketText(['delay = "0 s"', 'delay = "1 h"']);
    const path = fileName("json");
    const world = await deployed(text, path);
    const [timelock, count] = [world.book.at("timelock"), await nonce()];
    assert.equal(await world.vault().owner(), wallet.address);
    assert.equal(await world.vault().pendingOwner(), timelock);
    const again = async (): Promise<boolean> => {
      const book = Book.read(path);
      assert.ok(book);
      return run(new World(world.market, book, provider), new Sender(provider, wallet, book), wallet.address, () => {});
    };
    assert.equal(await again(), false);
    assert.equal(await nonce(), count);
    await pass(3_600);
    assert.equal(await again(), true);
    await assertComplete(world);
  });

  test("keys come from an encrypted keystore or the environment, and never from the repository", async () => {
    const words = ["--market", marketFile(), "--book", fileName("json")];
    const keystore = fileName("keystore");
    const { address, privateKey } = Wallet.createRandom();
    const text = await encryptKeystoreJson({ address, privateKey }, "right", { scrypt: { N: 1_024, r: 8, p: 1 } });
    writeFileSync(keystore, text);
    const opened = await script("deploy", words, { BREAKWATER_KEYSTORE: keystore, BREAKWATER_KEYSTORE_PASSWORD: "right" });
    assert.match(opened.errors, new RegExp(`^error: ${address} has 0 ether`));
    assert.ok(!opened.errors.includes(privateKey.slice(2)));
    const wrong = await script("deploy", words, { BREAKWATER_KEYSTORE: keystore, BREAKWATER_KEYSTORE_PASSWORD: "wrong" });
    assert.match(wrong.errors, /^error: the keystore .* cannot be opened\n/);
    const inside = join(scripts, "tests", `keystore-${process.pid}.json`);
    writeFileSync(inside, text);
    try {
      const refused = await script("deploy", words, { BREAKWATER_KEYSTORE: inside, BREAKWATER_KEYSTORE_PASSWORD: "right" });
      assert.match(refused.errors, /is in the repository\n/);
    } finally {
      rmSync(inside);
    }
    const none = await script("deploy", words, {});
    assert.match(none.errors, /^error: no account to sign with\n/);
    const nonsense = await script("deploy", words, { BREAKWATER_KEY: "0x1234567890" });
    assert.match(nonsense.errors, /^error: BREAKWATER_KEY is not a private key/);
    assert.ok(!nonsense.errors.includes("1234567890"));
  });
});

describe("a market that is deployed", () => {
  const path = fileName("json");
  let world: World;
  before(async () => {
    world = await deployed(marketText(), path);
  });
  isolated();

  test("a build that is not the one that was begun with is refused", async () => {
    const other = world.ahead();
    other.book.contents.contracts["vault"] = wallet.address;
    await assert.rejects(run(other, new Sender(provider, wallet, other.book), wallet.address, () => {}), /vault is at 0xf39F\w+ in the address book, and the present build would be at/);
  });

  test("a book of a chain that is gone is refused, and --fresh begins a new one", async () => {
    writeFileSync(path, readFileSync(path, "utf8").replace(world.book.at("token USDS"), "0x00000000000000000000000000000000000000A1"));
    const words = ["--market", marketFile(), "--book", path];
    const refused = await script("deploy", words);
    assert.match(refused.errors, /has token USDS at 0x0+A1, where there is nothing\n {2}what to do: .*--fresh/);
    const fresh = await script("deploy", [...words, "--fresh", "--dry-run"]);
    assert.equal(fresh.code, 0, fresh.errors);
    assert.ok(existsSync(`${path}.old`));
  });
});
