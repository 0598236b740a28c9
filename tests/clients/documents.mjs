// Runs the JavaScript of a page as printed: `node documents.mjs world.json PAGE.md`. Before the page, and before single blocks of it, this sets up what the page
// says that there is. The blocks of a page are one program.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Contract, JsonRpcProvider, MaxUint256, Wallet, parseEther, parseUnits, zeroPadBytes } from "ethers";
import { abi, contract, keys, world } from "./world.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const provider = new JsonRpcProvider(world.url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
const [reader, other] = keys.map((key) => new Wallet(key, provider));
const done = async (transaction) => (await transaction).wait();

const { addresses } = world;
const vault = new Contract(addresses.vault, abi("IVault"), other);
const dollar = new Contract(addresses.asset, contract("StableToken").abi, other);
const weth = new Contract(addresses.weth, contract("WETH9").abi, other);

/** The reader has both tokens; somebody else has lent, and owes nearly what may be owed. */
async function prepare() {
  for (const wallet of [reader, other]) {
    await done(dollar.mint(wallet.address, parseUnits("100000", 6)));
    await done(weth.connect(wallet).deposit({ value: parseEther("100") }));
    for (const token of [dollar, weth]) await done(token.connect(wallet).approve(vault.target, MaxUint256));
  }
  await done(vault.deposit(parseUnits("50000", 6), other.address));
  const account = zeroPadBytes(other.address, 32).slice(0, 42) + "00".repeat(12);
  await done(vault.depositCollateral(account, weth.target, parseEther("10")));
  await done(vault.borrow(account, parseUnits("1490", 6), other.address));
  await provider.send("evm_increaseTime", [120]);
  await provider.send("evm_mine", []);
}

/** Both feeds of ether fall by a tenth. */
async function fall() {
  for (const address of addresses.feeds) {
    const feed = new Contract(address, contract("MockFeed").abi, other);
    await done(feed.setAnswer((await feed.latestRoundData())[1] * 9n / 10n));
  }
}

/** What happens before the block that begins so. */
const before = { "keepers.md": [["for (const token of await vault.collaterals())", fall]] };

Object.assign(process.env, {
  RPC_URL: world.url, PRIVATE_KEY: keys[0], VAULT: addresses.vault, WETH: addresses.weth,
});
process.chdir(root);
globalThis.documents = { fall };

const page = process.argv[3];
await provider.send("anvil_loadState", [world.dump]);
await prepare();
const text = readFileSync(join(root, page), "utf8");
const events = before[page.split("/").at(-1)] ?? [];
const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block]) => {
  const event = events.find(([start]) => block.startsWith(start));
  return event ? `await globalThis.documents.${event[1].name}();\n${block}` : block;
});
if (blocks.length === 0) throw new Error(`${page} has no JavaScript`);
// The package is in the repository, not in a registry.
const program = blocks.join("\n").replaceAll('"breakwater-abi"', JSON.stringify(pathToFileURL(join(root, "abi", "index.js")).href));
const file = join(here, "node_modules", `.page-${process.pid}.mjs`);
writeFileSync(file, program);
try {
  await import(pathToFileURL(file).href);
} finally {
  rmSync(file);
}
console.log(`ok: ${page}, ${blocks.length} blocks`);
process.exit(0);
