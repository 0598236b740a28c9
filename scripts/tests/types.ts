// What the types of abi/ promise: checked by the compiler, never run.

import type { ContractTransactionResponse } from "ethers";
import { vaultAbi } from "../../abi/index.js";
import type { Auction, Vault } from "../src/world.ts";

declare const vault: Vault;
declare const auction: Auction;

export async function promises(): Promise<void> {
  const assets: bigint = await vault.totalAssets();
  const sent: ContractTransactionResponse = await vault.deposit(assets, "0x");
  const { free, inLots }: { free: bigint; inLots: bigint } = await vault.collateralOf("0x", "0x");
  const [first]: readonly [bigint, bigint] & { free: bigint } = await vault.collateralOf("0x", "0x");
  const symbol: string = (await vault.accountView("0x")).holdings[0]?.token ?? "";
  const taken: bigint = await vault.borrow.staticCall("0x", 1, "0x");
  await auction.takeBatch([{ id: 1n, maxLot: 2, minLot: "3", maxPrice: free + inLots + first + taken }], 1, symbol, sent.data);
  const name: "DOMAIN_SEPARATOR" = vaultAbi[0].name;
  // @ts-expect-error: there is no such function
  await vault.borow("0x", 1n, "0x");
  // @ts-expect-error: an amount is no address
  await vault.deposit(1n, 2n);
  // @ts-expect-error: a view sends nothing
  const none: ContractTransactionResponse = await vault.totalAssets();
  // @ts-expect-error: an order has four fields
  await auction.takeBatch([{ id: 1n }], 1, name, none.data);
}
