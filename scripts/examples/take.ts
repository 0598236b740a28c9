// An example for ethers: connects to a market, shows a position, listens to auctions, and takes the first that is cheap enough. Start from it.
//
//     npx tsx examples/take.ts VAULT [--account ID] [--premium PERCENT] [--seconds N]
//
// BREAKWATER_RPC is the node (a local one if it is not set), BREAKWATER_KEY the key of the bidder, who has the loan asset that lots are paid with. A lot is taken, as far as
// that lasts, once its price is at most PERCENT (0 if none is given, may be negative) above the oracle's.

import { parseArgs } from "node:util";
import { Contract, JsonRpcProvider, MaxUint256, Wallet, formatUnits } from "ethers";
import { contractAt } from "../../abi/ethers.js";
import { liquidationAuctionAbi, oracleAdapterAbi, vaultAbi } from "../../abi/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    account: { type: "string" },
    premium: { type: "string", default: "0" },
    seconds: { type: "string", default: "3600" },
  },
});
const [vaultAddress] = positionals;
const key = process.env["BREAKWATER_KEY"];
if (vaultAddress === undefined || key === undefined) {
  console.error("usage: BREAKWATER_KEY=… npx tsx examples/take.ts VAULT [--account ID] [--premium PERCENT] [--seconds N]");
  process.exit(2);
}

// --- connect ---

const url = process.env["BREAKWATER_RPC"] ?? "http://127.0.0.1:8547";
const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 250 });
const bidder = new Wallet(key, provider);
const vault = contractAt(vaultAddress, vaultAbi, bidder);
const modules = await vault.modules();
const auction = contractAt(modules.auction, liquidationAuctionAbi, bidder);
const oracle = contractAt(modules.oracle, oracleAdapterAbi, bidder);
const asset = new Contract(await vault.asset(), [
  "function decimals() view returns (uint8)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
  "function approve(address, uint256) returns (bool)",
], bidder);
const decimals = Number(await asset.getFunction("decimals")());
const money = (amount: bigint): string => formatUnits(amount, decimals);
console.log(`vault ${vaultAddress}, auction ${modules.auction}`);

// --- read a position ---

/** The first account of an owner: the address, and an index of zero. */
const account = values.account ?? bidder.address + "00".repeat(12);
const position = await vault.accountView(account);
console.log(`account ${account}: debt ${money(position.debt)}, health ${position.debt === 0n ? "-" : formatUnits(position.healthFactor, 18)}`);
for (const holding of position.holdings) {
  console.log(`  ${holding.token}: ${holding.free} free, ${holding.inLots} for sale, worth ${money(holding.value)}, price status ${holding.status}`);
}

// --- listen, and take ---

/** The vault pulls payments: it needs the allowance, the auction none. */
if (await asset.getFunction("allowance")(bidder.address, vaultAddress) !== MaxUint256) {
  await (await asset.getFunction("approve")(vaultAddress, MaxUint256)).wait();
}
const premium = BigInt(Math.round(Number(values.premium) * 100));

/** Takes what the bidder can pay of an auction if it is cheap enough. True if it did. */
async function take(id: bigint): Promise<boolean> {
  const status = await auction.statusOf(id);
  if (!status.live) return false;
  if (status.needsReset) {
    await (await auction.reset(id, bidder.address)).wait();
    return false;
  }
  const [quote] = await oracle.quotes([status.token]);
  if (quote === undefined || quote.status !== 0n) return false;
  const limit = quote.mid * (10_000n + premium) / 10_000n;
  const cash = await asset.getFunction("balanceOf")(bidder.address) as bigint;
  // What the cash buys at this price: prices have 36 decimals.
  const affordable = cash * 10n ** 36n / (status.price === 0n ? 1n : status.price);
  const { lotTaken, payment, price } = await auction.quote(id, affordable);
  if (lotTaken === 0n || payment > cash || price > limit) return false;
  const latest = await provider.getBlock("latest");
  const deadline = BigInt(latest?.timestamp ?? 0) + 60n;
  // By the time that it is mined the price has not risen; the lot may be smaller: half of it is still worth the gas.
  const receipt = await (await auction.take(id, affordable, lotTaken / 2n, limit, deadline, bidder.address, "0x")).wait();
  for (const log of receipt?.logs ?? []) {
    const event = auction.interface.parseLog(log);
    if (event?.name === "Taken") console.log(`took ${event.args["lotTaken"]} of ${status.token} for ${money(event.args["paid"])}`);
  }
  return true;
}

/** Tries all live auctions. A lot that somebody else was quicker to take is no reason to stop. */
async function tryAll(): Promise<boolean> {
  for (const id of await auction.active(0, 100)) {
    try {
      if (await take(id)) return true;
    } catch (error) {
      console.error(`auction ${id}: ${(error as Error).message}`);
    }
  }
  return false;
}

await auction.on("Started", (id: bigint, owner: string, token: string, lot: bigint, tab: bigint) => {
  console.log(`auction ${id}: ${lot} of ${token} of account ${owner}, to raise ${money(tab)}`);
});
console.log("listening");
let isDone = await tryAll();
for (let passed = 0; !isDone && passed < Number(values.seconds); passed += 1) {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  isDone = await tryAll();
}
await auction.removeAllListeners();
provider.destroy();
if (!isDone) console.log("nothing was cheap enough");
process.exitCode = isDone ? 0 : 1;
