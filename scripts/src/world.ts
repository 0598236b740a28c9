// A market file, an address book and a node together: contracts by name, tokens and feeds with their addresses.

import { Contract, Interface, ZeroAddress, type ContractRunner, type JsonRpcProvider } from "ethers";
import type { ContractOf } from "../../abi/ethers.js";
import { insuranceFundAbi, liquidationAuctionAbi, oracleAdapterAbi, vaultAbi } from "../../abi/index.js";
import type { Book } from "./book.ts";
import { UserError } from "./errors.ts";
import type { Collateral, Leg, Market, Token } from "./market.ts";
import { arbWasmAbi, arbWasmCacheAbi, ARB_WASM, ARB_WASM_CACHE, cacheManagerAbi, timelockAbi } from "./outside.ts";

/** A contract with the types of its ABI; as `contractAt` of the package in abi/ has it, which finds ethers only once it is installed. */
function contractAt<const Abi extends readonly object[]>(address: string, abi: Abi, runner: ContractRunner): ContractOf<Abi> {
  return new Contract(address, abi, runner) as unknown as ContractOf<Abi>;
}

export type Vault = ContractOf<typeof vaultAbi>;
export type Oracle = ContractOf<typeof oracleAdapterAbi>;
export type Auction = ContractOf<typeof liquidationAuctionAbi>;
export type Fund = ContractOf<typeof insuranceFundAbi>;

/** Interfaces of the modules that have owner and parameters, by the name of the program at whose address they are. */
export const interfaces = {
  "vault": new Interface(vaultAbi),
  "oracle-adapter": new Interface(oracleAdapterAbi),
  "liquidation-auction": new Interface(liquidationAuctionAbi),
  "insurance-fund": new Interface(insuranceFundAbi),
} as const;
export type Module = keyof typeof interfaces;

/** Modules that have an owner. */
export const owned = (Object.keys(interfaces) as Module[]).filter((module) => interfaces[module].hasFunction("acceptOwnership"));

export class World {
  readonly market: Market;
  readonly book: Book;
  readonly provider: JsonRpcProvider;
  /** Addresses at which code was seen: it does not go away. */
  readonly #withCode: Set<string>;

  constructor(market: Market, book: Book, provider: JsonRpcProvider, withCode = new Set<string>()) {
    this.market = market;
    this.book = book;
    this.provider = provider;
    this.#withCode = withCode;
  }

  /** The same, with a book that is never written. */
  ahead(): World {
    return new World(this.market, this.book.copy(), this.provider, this.#withCode);
  }

  vault(runner: ContractRunner = this.provider): Vault {
    return contractAt(this.book.at("vault"), vaultAbi, runner);
  }

  oracle(runner: ContractRunner = this.provider): Oracle {
    return contractAt(this.book.at("oracle-adapter"), oracleAdapterAbi, runner);
  }

  auction(runner: ContractRunner = this.provider): Auction {
    return contractAt(this.book.at("liquidation-auction"), liquidationAuctionAbi, runner);
  }

  fund(runner: ContractRunner = this.provider): Fund {
    return contractAt(this.book.at("insurance-fund"), insuranceFundAbi, runner);
  }

  timelock(runner: ContractRunner = this.provider): Contract {
    return new Contract(this.book.at("timelock"), timelockAbi, runner);
  }

  arbWasm(runner: ContractRunner = this.provider): Contract {
    return new Contract(ARB_WASM, arbWasmAbi, runner);
  }

  cache(): Contract {
    return new Contract(ARB_WASM_CACHE, arbWasmCacheAbi, this.provider);
  }

  /** Who sells places in the chain's cache of programs; nobody on chains without. */
  async cacheManager(): Promise<Contract | undefined> {
    const managers = (await this.cache().getFunction("allCacheManagers")()) as string[];
    const manager = managers.at(-1);
    if (manager === undefined || (await this.provider.getCode(manager)) === "0x") return undefined;
    return new Contract(manager, cacheManagerAbi, this.provider);
  }

  token(token: Token): string {
    return token.address ?? this.book.at(`token ${token.symbol}`);
  }

  /** The collateral with this symbol. */
  collateral(symbol: string): Collateral {
    const found = this.market.collaterals.find((collateral) => collateral.token.symbol === symbol);
    if (found) return found;
    const known = this.market.collaterals.map((collateral) => collateral.token.symbol).join(", ");
    throw new UserError(`${symbol} is no collateral of this market`, `use one of ${known}`);
  }

  /** The loan asset or a collateral. */
  anyToken(symbol: string): Token {
    return symbol === this.market.asset.symbol ? this.market.asset : this.collateral(symbol).token;
  }

  /** Decimals of a token by its symbol; those of most for one that the market file does not know. */
  decimals(symbol: string): number {
    const tokens = [this.market.asset, ...this.market.collaterals.map((collateral) => collateral.token)];
    return tokens.find((token) => token.symbol === symbol)?.decimals ?? 18;
  }

  /** Symbol of a token by its address. */
  symbol(address: string): string {
    const tokens = [this.market.asset, ...this.market.collaterals.map((collateral) => collateral.token)];
    return tokens.find((token) => this.token(token).toLowerCase() === address.toLowerCase())?.symbol ?? address;
  }

  /** Where a leg is read. */
  target(leg: Leg, mock: string): string {
    switch (leg.kind) {
      case "chainlink": return leg.feed ?? this.book.at(mock);
      case "pyth": return leg.contract;
      case "uniswap": return leg.pool;
      case "erc4626": return leg.vault;
      case "fixed": return ZeroAddress;
    }
  }

  async hasCode(address: string): Promise<boolean> {
    if (this.#withCode.has(address)) return true;
    const isThere = (await this.provider.getCode(address)) !== "0x";
    if (isThere) this.#withCode.add(address);
    return isThere;
  }
}

/** Name in the book of a feed that was made up. */
export function feedName(collateral: Collateral, source: number, leg: number): string {
  return `feed ${collateral.token.symbol} ${source}.${leg}`;
}
