// `status`, `operate`, `params` and `keepalive` on a market that was deployed.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { concat, toBeHex, Wallet } from "ethers";
import { Book } from "../src/book.ts";
import { explained, UserError } from "../src/errors.ts";
import { lifetimes } from "../src/report.ts";
import { run } from "../src/runner.ts";
import { Sender } from "../src/sender.ts";
import { accountOf, verbs } from "../src/verbs.ts";
import type { World } from "../src/world.ts";
import { deployed, fileName, isolated, KEY, marketFile, marketText, nonce, pass, provider, script, wallet, type Outcome } from "./harness.ts";

const DAY = 86_400;
/** A day in which nobody can do anything about a proposal. */
const DELAY: [string, string] = ['delay = "0 s"', 'delay = "1 h"'];

describe("a market in operation", () => {
  const [path, file] = [fileName("json"), marketFile(DELAY)];
  let world: World;
  before(async () => {
    world = await deployed(marketText(DELAY), path);
    await pass(3_600);
    assert.ok(await run(world, new Sender(provider, wallet, world.book), wallet.address, () => {}));
  });
  isolated();

  const words = ["--market", file, "--book", path];
  const own = concat([wallet.address, toBeHex(0, 12)]);

  /** A verb in this process; returns what it printed. */
  async function operate(name: string, rest: string[], options: Record<string, string> = {}, by: Wallet = wallet): Promise<string> {
    const lines: string[] = [];
    const verb = verbs[name];
    assert.ok(verb, name);
    assert.equal(rest.length, verb.takes.length, name);
    const account = concat([by.address, toBeHex(0, 12)]);
    await verb.run({ world, wallet: by, sender: new Sender(provider, by, world.book.copy()), account, options, print: (line) => lines.push(line) }, rest);
    return lines.join("\n");
  }

  /** Prices again, now: feeds of the deployment are as old as it is. */
  async function prices(weth: string): Promise<void> {
    await operate("set-price", ["WETH", weth]);
    await operate("set-price", ["WBTC", "60000"]);
  }

  async function position(): Promise<void> {
    await prices("2000");
    await operate("mint", ["USDS", "100000"]);
    await operate("lend", ["50000"]);
    await operate("mint", ["WETH", "10"]);
    await operate("deposit", ["WETH", "10"]);
    await operate("borrow", ["14000"]);
  }

  test("a lender and a borrower come and go by hand", async () => {
    await position();
    assert.match(await operate("account", []), /debt 14,000 USDS, may owe 14,400 USDS after a borrow, capacity 16,000 USDS\n {2}health 1\.1428, /);
    const shares = await world.vault().balanceOf(wallet.address);
    assert.ok(shares > 0n);
    assert.match(await operate("predictive", ["on"]), /PredictiveSet\(account: 0x\w+, enabled: true\)/);
    assert.match(await operate("repay", ["1000"]), /Repaid\(account: 0x\w+, payer: 0xf39F\w+, assets: 1000000000, /);
    await pass(DAY);
    await prices("2000");
    await operate("repay", ["all"]);
    assert.equal(await world.vault().debtOf(own), 0n);
    await operate("take-out", ["WETH", "all"]);
    assert.equal((await world.vault().collateralOf(own, world.token(world.collateral("WETH").token))).free, 0n);
    await operate("withdraw", ["all"]);
    assert.equal(await world.vault().balanceOf(wallet.address), 0n);
  });

  test("a keeper liquidates and a bidder takes by hand, and status shows each step", async () => {
    await position();
    assert.match(await operate("stake", ["all"]), /Deposit\(sender: /);
    await pass(120);
    const name = `${wallet.address}/0`;
    const guardian = new Wallet("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d", provider);
    await assert.rejects(operate("pause", ["borrow", "2 h"]), (error) => /NotAuthorized\(/.test(explained(error)));
    assert.match(await operate("pause", ["borrow", "2 h"], {}, guardian), /PauseSet\(verb: 3, until: /);
    await assert.rejects(operate("trip", ["WETH"]), (error) => /NotHalted\(/.test(explained(error)));
    assert.match(await operate("check", [name, "WETH"]), /^not now: AccountHealthy$/);
    await prices("1700");
    assert.match(await operate("poke", ["WETH"]), /Sampled\(token: /);
    assert.match(await operate("check", [name, "WETH"]), /^would put \d[\d.]* WETH up for sale for a debt of \d/);
    const risk = await script("status", words);
    assert.equal(risk.code, 0, risk.errors);
    assert.match(risk.output, /^accounts: 1 in all, 1 with debt\n.*\n.*\n0xf39F\w+\/0 +14,000 +0\.97\d* +-\d\S* +0 +LIQUIDATABLE$/m);
    assert.match(await operate("liquidate", [name, "WETH"]), /Liquidated\(account: 0x\w+, token: 0x\w+, auctionId: 1, /);

    const sale = await script("status", words);
    assert.match(sale.output, /^ {2}paused +borrow until 2020-/m);
    assert.match(sale.output, /^auctions: 1\n.*\n.*\n1 +0xf39F\w+\/0 +\d\S* WETH +\d\S* +\d\S* +2020-\d\d-\d\d \d\d:\d\d:\d\d UTC +for sale$/m);
    const bidder = guardian;
    await operate("mint", ["USDS", "100000"], {}, bidder);
    await assert.rejects(operate("take", ["1"], { "max-price": "1" }, bidder), (error) => /PriceAboveMaximum\(/.test(explained(error)));
    assert.match(await operate("take", ["1"], { "max-lot": "1" }, bidder), /Taken\(id: 1, .* lotTaken: 1000000000000000000, /);
    assert.match(await operate("take", ["1"], {}, bidder), /Ended\(id: 1, /);
    await assert.rejects(operate("take", ["1"], {}, bidder), (error) => /UnknownAuction\(id: 1\)/.test(explained(error)));
    const after = await script("status", words);
    assert.match(after.output, /^auctions: none$/m);
    assert.match(after.output, /^ {2}cover +[1-9]/m);
    assert.match(await operate("request-leave", ["all"]), /can be claimed from 2020-/);
  });

  test("the fund takes what nobody buys, sells it for vault shares, and who leaves gets a part", async () => {
    await position();
    await operate("stake", ["all"]);
    await pass(120);
    await prices("1700");
    await operate("poke", ["WETH"]);
    await operate("liquidate", [`${wallet.address}/0`, "WETH"]);
    await assert.rejects(operate("absorb", ["1"]), (error) => /PriceAboveBackstop\(/.test(explained(error)));
    // How fast the price falls is the volatility's.
    let absorbed: string | undefined;
    for (let minute = 0; minute < 60 && absorbed === undefined; minute += 1) {
      await pass(60);
      absorbed = await operate("absorb", ["1"]).catch((error: unknown) => {
        assert.match(explained(error), /PriceAboveBackstop\(/);
        return undefined;
      });
    }
    assert.match(absorbed ?? "", /Absorbed\(id: 1, /);
    assert.match(await operate("sell-inventory", ["WETH"]), /Started\(id: \d+, /);
    const status = await script("status", words);
    assert.match(status.output, /^auctions: 1$/m);
    assert.match(status.output, /^ {2}collateral +[1-9].* USDS at mid, [1-9]/m);
    const [id = 0n] = await world.auction().active(0n, 1n);
    const bidder = new Wallet("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d", provider);
    await operate("mint", ["USDS", "100000"], {}, bidder);
    await operate("lend", ["50000"], {}, bidder);
    assert.match(await operate("take", [String(id)], { "max-lot": "1" }, bidder), /InventorySold\(token: /);

    await operate("request-leave", ["all"]);
    await pass(DAY + 60);
    await prices("1700");
    assert.match(await operate("leave-in-kind", []), /WithdrawnInKind\(controller: 0xf39F/);
  });

  test("what can't be is told in a line, with what to do", async () => {
    const cases: [words: string[], said: RegExp][] = [
      [["borrow", "1000"], /^error: the call was refused: \w+\(.*\)\n {2}what to do: /],
      [["borrow", "-"], /^error: "-" is no amount of USDS\n/],
      [["deposit", "DOGE", "1"], /^error: DOGE is no collateral of this market\n {2}what to do: use one of WETH, WBTC\n$/],
      [["liquidate", "me", "WETH"], /^error: "me" is no account\n/],
      [["take", "one"], /^error: "one" is no number of an auction\n/],
      [["lend"], /^error: lend takes AMOUNT\n$/],
      [["steal"], /^error: there is no verb "steal"\n/],
      [["toString"], /^error: there is no verb "toString"\n/],
      [["lend", "1", "--indx", "1"], /^error: Unknown option '--indx'/],
    ];
    for (const [rest, said] of cases) {
      const outcome = await script("operate", [...words, ...rest]);
      assert.match(outcome.errors, said);
      assert.equal(outcome.code, 1);
    }
    assert.throws(() => accountOf("0x1/0"), UserError);
  });

  test("parameters change through the timelock, after its delay", async () => {
    const book = fileName("json");
    copyFileSync(path, book);
    const changed = marketFile(DELAY, ['min_debt = "200"', 'min_debt = "300"'], ['room_cap = "400000"', 'room_cap = "350000"']);
    const params = (verb: string, market = changed): Promise<Outcome> => script("params", ["--market", market, "--book", book, verb]);
    assert.equal((await params("diff", file)).output, "nothing differs\n");
    const changes = "vault.risk.min_debt: 200 USDS -> 300 USDS\nWETH.collateral.room_cap: 400,000 USDS -> 350,000 USDS\n";
    assert.equal((await params("diff")).output, changes);
    const proposed = await params("propose");
    assert.equal(proposed.code, 0, proposed.errors);
    assert.match(proposed.output, new RegExp(`^${changes.replaceAll(/[.?]/g, "\\$&")}proposed: 0x\\w{64}, due 2020-.* UTC\n$`));
    assert.match((await params("propose")).output, /^proposed already, due /m);
    assert.match((await params("execute")).output, / is due 2020-.* UTC\nnothing is due\n$/);
    await pass(3_600);
    assert.match((await params("list")).output, /^0x\w{64}: ready\n {4}vault\.risk\.min_debt: 200 USDS -> 300 USDS\n/);
    assert.match((await params("execute")).output, /^executed: 0x\w{64}, gas /m);
    assert.equal((await world.vault().riskConfig()).minDebt, 300_000_000n);
    assert.equal((await params("diff")).output, "nothing differs\n");
    assert.match((await params("execute")).output, /^nothing is due\n$/);
    // And the way back is a proposal of its own.
    assert.match((await params("propose", file)).output, /^proposed: /m);
    // `deploy` says what differs, and changes nothing.
    const count = await nonce();
    const deploy = await script("deploy", ["--market", file, "--book", book]);
    assert.match(deploy.output, /^note: the market file differs from the chain, and the timelock is the owner \(`params`\): vault\.risk\.min_debt/m);
    assert.equal(await nonce(), count);
  });

  test("who is no proposer gets the data to send", async () => {
    const book = fileName("json");
    copyFileSync(path, book);
    const changed = marketFile(DELAY, ['min_debt = "200"', 'min_debt = "300"']);
    const stranger = Wallet.createRandom();
    const outcome = await script("params", ["--market", changed, "--book", book, "propose"], { BREAKWATER_KEY: stranger.privateKey });
    assert.match(outcome.output, new RegExp(`^${stranger.address} is no proposer of the timelock: let one of its proposers send to 0x\\w{40} the data 0x\\w+$`, "m"));
    assert.equal(Book.read(book)?.contents.operations.length, 1);
  });

  test("programs are renewed before they expire, and activated again after", async () => {
    const keepalive = (...rest: string[]): Promise<Outcome> => script("keepalive", [...words, ...rest]);
    assert.equal((await keepalive()).output, "nothing to do\n");
    assert.match((await keepalive("--below", "365")).output, /^vault has 36[34] days left, and can be renewed in \d+ days$/m);
    await pass(320 * DAY);
    const status = await script("status", words);
    assert.match(status.output, /^vault +0x\w{40} +4[45] +yes$/m);
    assert.match((await keepalive("--dry-run")).output, /^would renew vault$/m);
    const renewed = await keepalive();
    assert.equal(renewed.code, 0, renewed.errors);
    assert.equal([...renewed.output.matchAll(/^renew /gm)].length, world.book.contents.verification.length);
    for (const { left, program } of await lifetimes(world)) assert.ok(left > BigInt(364 * DAY), program);
    assert.equal((await keepalive()).output, "nothing to do\n");

    await pass(366 * DAY);
    const expired = await script("status", words);
    assert.match(expired.output, /^vault +0x\w{40} +EXPIRED +yes$/m);
    assert.match(expired.errors, /^error: \d+ programs have expired\n {2}what to do: `keepalive` activates them again\n$/);
    const again = await keepalive();
    assert.equal(again.code, 0, again.errors);
    assert.equal([...again.output.matchAll(/^activate \S+ again: /gm)].length, world.book.contents.verification.length);
    for (const { left, isCached, program } of await lifetimes(world)) assert.ok(left > BigInt(364 * DAY) && isCached, program);
    assert.equal(await world.vault().name(), "Breakwater USDS");
  });

  test("without a book, or with one of a chain that is gone, scripts say so", async () => {
    const none = await script("status", ["--market", file, "--book", fileName("json")]);
    assert.match(none.errors, /^error: there is no address book .*\n {2}what to do: deploy the market first/);
    await provider.send("anvil_setCode", [world.book.at("vault"), "0x"]);
    const gone = await script("status", words);
    assert.match(gone.errors, /^error: there is no vault at 0x\w{40}, where .* has it\n {2}what to do: /);
    assert.ok(!readFileSync(path, "utf8").includes(KEY.slice(2)));
  });
});
