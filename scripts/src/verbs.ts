// What accounts, keepers and bidders do by hand.

import { Contract, concat, formatUnits, getAddress, Interface, isAddress, parseUnits, toBeHex, type JsonRpcProvider, type Wallet } from "ethers";
import { UserError } from "./errors.ts";
import { EMBEDDED_CHAIN, type Token } from "./market.ts";
import { mockFeedAbi, mockTokenAbi, tokenAbi } from "./outside.ts";
import { accountName, price, STATUSES } from "./report.ts";
import type { Sender } from "./sender.ts";
import { amount, date, duration, UNLIMITED } from "./values.ts";
import { feedName, interfaces, type World } from "./world.ts";

/** What a verb works with. */
export interface Hand {
  world: World;
  wallet: Wallet;
  sender: Sender;
  /** Account of the caller, or the one that was named. */
  account: string;
  options: Record<string, string | boolean | undefined>;
  print: (line: string) => void;
}

interface Verb {
  /** Names of what follows the verb. */
  takes: string[];
  does: string;
  run: (hand: Hand, words: string[]) => Promise<void>;
}

const token = new Interface(mockTokenAbi);
const feed = new Interface(mockFeedAbi);
const ALL = "all";
/** What can be paused, by the number of the vault. */
const PAUSABLE = ["deposit", "withdraw", "take-out", "borrow", "liquidate"];

/** The bytes of an account from `OWNER/INDEX`, or from the bytes themselves. */
export function accountOf(text: string): string {
  const [owner = "", index = "0"] = text.split("/");
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text;
  if (!isAddress(owner) || !/^\d+$/.test(index)) throw new UserError(`${JSON.stringify(text)} is no account`, "write OWNER/INDEX, such as 0x…/0");
  return concat([getAddress(owner), toBeHex(BigInt(index), 12)]);
}

function parsed(text: string | undefined, decimals: number, what: string): bigint {
  try {
    const value = parseUnits(text ?? "", decimals);
    if (value > 0n) return value;
  } catch {
    // Told below.
  }
  throw new UserError(`${JSON.stringify(text)} is no amount of ${what}`, 'write a number above zero, such as "1.5"');
}

function id(text: string | undefined): bigint {
  if (text !== undefined && /^\d+$/.test(text)) return BigInt(text);
  throw new UserError(`${JSON.stringify(text)} is no number of an auction`, "`status` lists the live ones");
}

/** Sends a call and prints what came of it: the events of the market's contracts. */
async function send({ world, sender, print }: Hand, what: string, to: string, data: string, value = 0n): Promise<void> {
  const receipt = await sender.send({ step: what }, { to, data, value });
  print(`${what}: ${receipt.hash}, gas ${amount(receipt.gasUsed, 0)}`);
  const modules = Object.keys(interfaces) as (keyof typeof interfaces)[];
  for (const log of receipt.logs) {
    const module = modules.find((name) => world.book.at(name) === log.address);
    const event = module && interfaces[module].parseLog(log);
    if (!event) continue;
    const values = event.fragment.inputs.map((input, index) => `${input.name}: ${String(event.args[index])}`);
    print(`    ${event.name}(${values.join(", ")})`);
  }
}

/** Lets `spender` pull an amount of the caller's tokens, if it may not yet. */
async function approve(hand: Hand, address: string, spender: string, value: bigint): Promise<void> {
  const contract = new Contract(address, tokenAbi, hand.world.provider);
  const allowed = (await contract.getFunction("allowance")(hand.wallet.address, spender)) as bigint;
  if (allowed >= value) return;
  await send(hand, `approve ${spender}`, address, token.encodeFunctionData("approve", [spender, value]));
}

async function balance(provider: JsonRpcProvider, address: string, owner: string): Promise<bigint> {
  return (await new Contract(address, tokenAbi, provider).getFunction("balanceOf")(owner)) as bigint;
}

function vaultCall(hand: Hand, what: string, method: string, values: unknown[]): Promise<void> {
  return send(hand, what, hand.world.book.at("vault"), interfaces.vault.encodeFunctionData(method, values));
}

function auctionCall(hand: Hand, what: string, method: string, values: unknown[]): Promise<void> {
  return send(hand, what, hand.world.book.at("liquidation-auction"), interfaces["liquidation-auction"].encodeFunctionData(method, values));
}

function fundCall(hand: Hand, what: string, method: string, values: unknown[]): Promise<void> {
  return send(hand, what, hand.world.book.at("insurance-fund"), interfaces["insurance-fund"].encodeFunctionData(method, values));
}

function requireEmbedded(world: World): void {
  if (world.market.network.chain_id !== EMBEDDED_CHAIN) throw new UserError("this works on the embedded chain only: elsewhere tokens and prices are real");
}

/** Makes tokens up. */
async function mint(hand: Hand, wanted: Token, value: bigint): Promise<void> {
  requireEmbedded(hand.world);
  const address = hand.world.token(wanted);
  const isEther = wanted.mock === "WETH9";
  const data = isEther ? token.encodeFunctionData("deposit") : token.encodeFunctionData("mint", [hand.wallet.address, value]);
  await send(hand, `mint ${wanted.symbol}`, address, data, isEther ? value : 0n);
}

/** Sets all made-up feeds of a collateral to a price in the loan asset. */
async function setPrice(hand: Hand, symbol: string, text: string): Promise<void> {
  const { world } = hand;
  requireEmbedded(world);
  const collateral = world.collateral(symbol);
  for (const [number, source] of collateral.oracle.sources.entries()) {
    for (const [index, leg] of source.legs.entries()) {
      if (leg.kind !== "chainlink" || !leg.mock) continue;
      const answer = parsed(text, leg.mock.decimals, "the loan asset");
      await send(hand, `set ${leg.mock.name}`, world.target(leg, feedName(collateral, number, index)), feed.encodeFunctionData("setAnswer", [answer]));
    }
  }
}

async function show({ world, account, print }: Hand): Promise<void> {
  const view = await world.vault().accountView(account);
  const loan = (value: bigint): string => `${amount(value, world.market.asset.decimals)} ${world.market.asset.symbol}`;
  print(`account ${accountName(account)} (${account})`);
  print(`  debt ${loan(view.debt)}, may owe ${loan(view.borrowLimit)} after a borrow, capacity ${loan(view.capacity)}`);
  print(`  health ${view.healthFactor === UNLIMITED ? "without debt" : `${amount(view.healthFactor, 18, 4)}, ${formatUnits(view.distance / 10n ** 16n, 2)} deviations from liquidation`}`);
  if (view.closing) print(`  closing: ${loan(view.carrying + view.writtenOff + view.penalty)} of its claim are not paid`);
  for (const holding of view.holdings) {
    const symbol = world.symbol(holding.token);
    const decimals = world.decimals(symbol);
    print(`  ${amount(holding.free, decimals)} ${symbol} worth ${loan(holding.value)}, ${amount(holding.inLots, decimals)} in lots; price ${price(world, holding.price, decimals)} (${STATUSES[Number(holding.status)] ?? ""})`);
  }
}

async function take(hand: Hand, number: bigint): Promise<void> {
  const { world, wallet, options } = hand;
  const status = await world.auction().statusOf(number);
  const symbol = world.symbol(status.token);
  const decimals = world.decimals(symbol);
  const lot = (name: string): bigint | undefined => (typeof options[name] === "string" ? parsed(options[name], decimals, symbol) : undefined);
  const most = lot("max-lot") ?? UNLIMITED;
  const quote = await world.auction().quote(number, most);
  // Unless a highest price is named, that of now: it only falls.
  const limit = typeof options["max-price"] === "string"
    ? parsed(options["max-price"], 36 + world.market.asset.decimals - decimals, "the loan asset")
    : quote.price;
  if (status.tab === 0n) {
    // A lot of the fund is paid for with vault shares, which the auction pulls; the price only falls until then.
    const shares = await world.vault().previewWithdraw(quote.payment);
    await approve(hand, world.book.at("vault"), world.book.at("liquidation-auction"), shares);
  } else {
    await approve(hand, world.token(world.market.asset), world.book.at("vault"), quote.payment);
  }
  const block = await world.provider.getBlock("latest");
  const deadline = BigInt(block?.timestamp ?? 0) + 600n;
  await auctionCall(hand, `take ${number}`, "take", [number, most, lot("min-lot") ?? 0n, limit, deadline, wallet.address, "0x"]);
}

async function check({ world, print }: Hand, account: string, symbol: string): Promise<void> {
  const { asset } = world.market;
  const { token: wanted } = world.collateral(symbol);
  const result = await world.vault().checkLiquidation(account, world.token(wanted));
  if (!result.succeeds) {
    const error = interfaces.vault.getError(result.reason);
    return print(`not now: ${error?.name ?? result.reason}`);
  }
  print(`would put ${amount(result.lot, wanted.decimals)} ${symbol} up for sale for a debt of ${amount(result.debt, asset.decimals)} ${asset.symbol}, penalty ${amount(result.penalty, asset.decimals)}, reward ${amount(result.reward, asset.decimals)}${result.closing ? "; closes the account" : ""}`);
}

/** All verbs, by name. */
export const verbs: Record<string, Verb> = {
  "mint": { takes: ["TOKEN", "AMOUNT"], does: "makes tokens up (embedded chain)", run: (hand, [symbol = "", text]) => {
    const wanted = hand.world.anyToken(symbol);
    return mint(hand, wanted, parsed(text, wanted.decimals, symbol));
  } },
  "set-price": { takes: ["TOKEN", "PRICE"], does: "sets the made-up feeds (embedded chain)", run: (hand, [symbol = "", text = ""]) => setPrice(hand, symbol, text) },
  "lend": { takes: ["AMOUNT"], does: "deposits loan asset for vault shares", run: async (hand, [text]) => {
    const { asset } = hand.world.market;
    const assets = parsed(text, asset.decimals, asset.symbol);
    await approve(hand, hand.world.token(asset), hand.world.book.at("vault"), assets);
    await vaultCall(hand, `lend ${text}`, "deposit", [assets, hand.wallet.address]);
  } },
  "withdraw": { takes: ["AMOUNT|all"], does: "takes loan asset out for vault shares", run: async (hand, [text]) => {
    const { address } = hand.wallet;
    if (text === ALL) return vaultCall(hand, "withdraw all", "redeem", [await hand.world.vault().maxRedeem(address), address, address]);
    return vaultCall(hand, `withdraw ${text}`, "withdraw", [parsed(text, hand.world.market.asset.decimals, hand.world.market.asset.symbol), address, address]);
  } },
  "deposit": { takes: ["TOKEN", "AMOUNT"], does: "puts collateral into the account", run: async (hand, [symbol = "", text]) => {
    const { token: wanted } = hand.world.collateral(symbol);
    const value = parsed(text, wanted.decimals, symbol);
    await approve(hand, hand.world.token(wanted), hand.world.book.at("vault"), value);
    await vaultCall(hand, `deposit ${text} ${symbol}`, "depositCollateral", [hand.account, hand.world.token(wanted), value]);
  } },
  "take-out": { takes: ["TOKEN", "AMOUNT|all"], does: "takes collateral out of the account", run: async (hand, [symbol = "", text]) => {
    const { token: wanted } = hand.world.collateral(symbol);
    const address = hand.world.token(wanted);
    const value = text === ALL ? (await hand.world.vault().collateralOf(hand.account, address)).free : parsed(text, wanted.decimals, symbol);
    await vaultCall(hand, `take out ${text} ${symbol}`, "withdrawCollateral", [hand.account, address, value, hand.wallet.address]);
  } },
  "borrow": { takes: ["AMOUNT"], does: "borrows loan asset", run: (hand, [text]) =>
    vaultCall(hand, `borrow ${text}`, "borrow", [hand.account, parsed(text, hand.world.market.asset.decimals, hand.world.market.asset.symbol), hand.wallet.address]) },
  "repay": { takes: ["AMOUNT|all"], does: "pays debt back", run: async (hand, [text]) => {
    const { asset } = hand.world.market;
    const debt = await hand.world.vault().debtOf(hand.account);
    const value = text === ALL ? UNLIMITED : parsed(text, asset.decimals, asset.symbol);
    // Interest runs until it is mined: a thousandth more is allowed than is owed now.
    await approve(hand, hand.world.token(asset), hand.world.book.at("vault"), text === ALL ? debt + debt / 1_000n + 1n : value);
    await vaultCall(hand, `repay ${text}`, "repay", [hand.account, value]);
  } },
  "repay-claim": { takes: ["AMOUNT"], does: "pays on the account's claim", run: async (hand, [text]) => {
    const { asset } = hand.world.market;
    const value = parsed(text, asset.decimals, asset.symbol);
    await approve(hand, hand.world.token(asset), hand.world.book.at("vault"), value);
    await vaultCall(hand, `repay the claim, ${text}`, "repayClaim", [hand.account, value]);
  } },
  "predictive": { takes: ["on|off"], does: "lets the account be liquidated early, at the lower penalty", run: (hand, [text]) => {
    if (text !== "on" && text !== "off") throw new UserError("say on or off");
    return vaultCall(hand, `predictive ${text}`, "setPredictive", [hand.account, text === "on"]);
  } },
  "account": { takes: [], does: "shows the account", run: show },
  "poke": { takes: ["TOKEN"], does: "has the adapter take a sample of the price", run: (hand, [symbol = ""]) =>
    send(hand, `poke ${symbol}`, hand.world.book.at("oracle-adapter"), interfaces["oracle-adapter"].encodeFunctionData("poke", [hand.world.token(hand.world.collateral(symbol).token)])) },
  "update-margin": { takes: ["TOKEN"], does: "moves the token's threshold toward its volatility", run: (hand, [symbol = ""]) =>
    vaultCall(hand, `update margin of ${symbol}`, "updateMargin", [hand.world.token(hand.world.collateral(symbol).token)]) },
  "update-deleveraging": { takes: [], does: "arms auto-deleveraging, or ends it", run: (hand) => vaultCall(hand, "update deleveraging", "updateDeleveraging", []) },
  "mint-reserve": { takes: [], does: "mints penalties, recoveries and interest reserve to the fund", run: (hand) => vaultCall(hand, "mint the reserve", "mintReserve", []) },
  "check": { takes: ["ACCOUNT", "TOKEN"], does: "says what a liquidation would do", run: (hand, [account = "", symbol = ""]) => check(hand, accountOf(account), symbol) },
  "liquidate": { takes: ["ACCOUNT", "TOKEN"], does: "puts collateral of an account up for sale", run: (hand, [account = "", symbol = ""]) => {
    const { asset } = hand.world.market;
    const most = typeof hand.options["max-repay"] === "string" ? parsed(hand.options["max-repay"], asset.decimals, asset.symbol) : UNLIMITED;
    return vaultCall(hand, `liquidate ${account} ${symbol}`, "liquidate", [accountOf(account), hand.world.token(hand.world.collateral(symbol).token), most, hand.wallet.address]);
  } },
  "take": { takes: ["ID"], does: "buys from an auction (--max-lot, --min-lot, --max-price)", run: (hand, [number]) => take(hand, id(number)) },
  "reset": { takes: ["ID"], does: "starts an auction's price again", run: (hand, [number]) => auctionCall(hand, `reset ${number}`, "reset", [id(number), hand.wallet.address]) },
  "close": { takes: ["ID"], does: "ends an auction whose claim is paid", run: (hand, [number]) => auctionCall(hand, `close ${number}`, "close", [id(number)]) },
  "absorb": { takes: ["ID"], does: "has the fund take a lot (--max-lot)", run: async (hand, [number]) => {
    const status = await hand.world.auction().statusOf(id(number));
    const symbol = hand.world.symbol(status.token);
    const most = typeof hand.options["max-lot"] === "string" ? parsed(hand.options["max-lot"], hand.world.decimals(symbol), symbol) : UNLIMITED;
    await fundCall(hand, `absorb ${number}`, "absorb", [id(number), most]);
  } },
  "trip": { takes: ["TOKEN"], does: "has auctions of a halted token wait for a reset", run: (hand, [symbol = ""]) =>
    auctionCall(hand, `trip ${symbol}`, "trip", [hand.world.token(hand.world.collateral(symbol).token)]) },
  "pause": { takes: ["VERB", "DURATION"], does: `by the guardian: ${PAUSABLE.join(", ")}; such as "2 h"`, run: (hand, [name = "", text = ""]) => {
    const number = PAUSABLE.indexOf(name);
    if (number < 0) throw new UserError(`${JSON.stringify(name)} can't be paused`, `use one of ${PAUSABLE.join(", ")}`);
    const seconds = duration(text);
    if (seconds === undefined) throw new UserError(`${JSON.stringify(text)} is no duration`, 'write one such as "2 h"');
    return vaultCall(hand, `pause ${name}`, "pause", [number, seconds]);
  } },
  "sell-inventory": { takes: ["TOKEN"], does: "has the fund put its collateral up for sale, for vault shares", run: (hand, [symbol = ""]) =>
    fundCall(hand, `sell ${symbol} of the fund`, "sellInventory", [hand.world.token(hand.world.collateral(symbol).token), UNLIMITED]) },
  "sample-wait": { takes: [], does: "has the fund look whether prices make those wait who leave", run: (hand) => fundCall(hand, "sample the wait", "sampleWait", []) },
  "stake": { takes: ["SHARES|all"], does: "puts vault shares into the insurance fund", run: async (hand, [text]) => {
    const { world, wallet } = hand;
    const vault = world.book.at("vault");
    const value = text === ALL ? await balance(world.provider, vault, wallet.address) : parsed(text, world.market.asset.decimals + 6, world.market.shares.symbol);
    await approve(hand, vault, world.book.at("insurance-fund"), value);
    await fundCall(hand, `stake ${text}`, "deposit", [value, wallet.address]);
  } },
  "request-leave": { takes: ["all"], does: "begins the cool-down of the fund", run: async (hand) => {
    const { address } = hand.wallet;
    const shares = await balance(hand.world.provider, hand.world.book.at("insurance-fund"), address);
    await fundCall(hand, "request to leave", "requestRedeem", [shares, address, address]);
    const request = await hand.world.fund().redeemRequestOf(address);
    hand.print(`can be claimed from ${date(request.from)} to ${date(request.until)}`);
  } },
  "leave": { takes: [], does: "takes vault shares out of the fund, after the cool-down", run: async (hand) => {
    const { address } = hand.wallet;
    await fundCall(hand, "leave the fund", "redeem", [await hand.world.fund().maxRedeem(address), address, address]);
  } },
  "leave-in-kind": { takes: [], does: "the same for a part of the fund's vault shares and collateral", run: async (hand) => {
    const { address } = hand.wallet;
    await fundCall(hand, "leave the fund in kind", "redeemInKind", [await hand.world.fund().maxRedeem(address), address, address, UNLIMITED]);
  } },
};

