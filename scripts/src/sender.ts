// Sends transactions one after another. Each is signed and written to the book before it is sent: whoever comes after a crash finds out
// what became of it, and sends no other in its place.

import { getCreateAddress, isError, Transaction, type JsonRpcProvider, type TransactionReceipt, type TransactionRequest, type Wallet } from "ethers";
import type { Book } from "./book.ts";
import { UserError } from "./errors.ts";

/** What a transaction is for. */
export interface Purpose {
  /** Its key in the book. */
  step: string;
  /** Name of the contract that it creates, for transactions without a recipient. */
  creates?: string;
}

/** Fees that stay valid while the base fee rises by half; Arbitrum takes no priority fee. */
export async function fees(provider: JsonRpcProvider): Promise<{ gasPrice: bigint; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }> {
  const gasPrice = BigInt((await provider.send("eth_gasPrice", [])) as string);
  return { gasPrice, maxFeePerGas: (gasPrice * 3n) / 2n, maxPriorityFeePerGas: 0n };
}

/** How long a transaction may take, milliseconds. */
const PATIENCE = 180_000;

export class Sender {
  readonly #provider: JsonRpcProvider;
  readonly #wallet: Wallet;
  readonly #book: Book;

  constructor(provider: JsonRpcProvider, wallet: Wallet, book: Book) {
    this.#provider = provider;
    this.#wallet = wallet;
    this.#book = book;
  }

  /** Finds out what became of the transaction that an earlier run left under way. True if there was one and it is mined. */
  async settle(): Promise<boolean> {
    const { pending } = this.#book.contents;
    if (!pending) return false;
    let receipt = await this.#provider.getTransactionReceipt(pending.hash);
    const { from } = Transaction.from(pending.raw);
    if (!receipt && from && (await this.#provider.getTransactionCount(from)) > pending.nonce) {
      // Replaced by another: it will never be mined.
      delete this.#book.contents.pending;
      this.#book.save();
      return false;
    }
    if (!receipt) {
      await this.#provider.broadcastTransaction(pending.raw).catch(async (error: unknown) => {
        if (!(await this.#provider.getTransaction(pending.hash))) throw error;
      });
      receipt = await this.#mined(pending.hash);
    }
    await this.#record(receipt);
    return true;
  }

  /** Sends a transaction and waits until it is mined. */
  async send(purpose: Purpose, request: TransactionRequest): Promise<TransactionReceipt> {
    const from = this.#wallet.address;
    const [nonce, network, { maxFeePerGas, maxPriorityFeePerGas }, gas] = await Promise.all([
      this.#provider.getTransactionCount(from, "pending"),
      this.#provider.getNetwork(),
      fees(this.#provider),
      this.#provider.estimateGas({ ...request, from }),
    ]);
    const raw = await this.#wallet.signTransaction({
      ...request, nonce, chainId: network.chainId, type: 2, maxFeePerGas, maxPriorityFeePerGas, gasLimit: (gas * 12n) / 10n,
    });
    const { hash } = Transaction.from(raw);
    if (!hash) throw new UserError("the transaction was not signed");
    const creates = request.to ? {} : { creates: purpose.creates ?? purpose.step, address: getCreateAddress({ from, nonce }) };
    this.#book.contents.pending = { step: purpose.step, hash, raw, nonce, ...creates };
    this.#book.save();
    await this.#provider.broadcastTransaction(raw);
    const receipt = await this.#mined(hash);
    await this.#record(receipt, request);
    return receipt;
  }

  /** Waits for a transaction; not for ever: the fee that it offers may have become too low. */
  async #mined(hash: string): Promise<TransactionReceipt> {
    const receipt = await this.#provider.waitForTransaction(hash, 1, PATIENCE).catch((error: unknown) => {
      if (isError(error, "TIMEOUT")) return null;
      throw error;
    });
    if (receipt) return receipt;
    throw new UserError(`transaction ${hash} was not mined within ${PATIENCE / 60_000} minutes`, "run the command again, later if fees are high now: it waits for the same transaction");
  }

  /** Writes down what became of the pending transaction. */
  async #record(receipt: TransactionReceipt, request?: TransactionRequest): Promise<void> {
    const { contents } = this.#book;
    const { pending } = contents;
    if (!pending) return;
    delete contents.pending;
    if (receipt.status !== 1) {
      this.#book.save();
      const again = request ?? { to: receipt.to, data: Transaction.from(pending.raw).data, value: Transaction.from(pending.raw).value };
      // Tells why, as an error of ethers.
      await this.#provider.call({ ...again, from: receipt.from });
      throw new UserError(`transaction ${receipt.hash} (${pending.step}) failed`, "it would succeed now: run the command again");
    }
    contents.transactions[pending.step] = {
      hash: receipt.hash,
      block: receipt.blockNumber,
      gas: String(receipt.gasUsed),
      fee: String(receipt.fee),
      value: String(Transaction.from(pending.raw).value),
    };
    if (pending.creates !== undefined && pending.address !== undefined) contents.contracts[pending.creates] = pending.address;
    this.#book.save();
  }
}
