// The address book of a deployment: what is where, what was sent, and the one transaction that may be under way. It is written before
// anything is sent and after it is mined, so that a run that was killed is taken up where it stopped.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { scripts } from "./artifacts.ts";
import { UserError } from "./errors.ts";

const sent = z.strictObject({ hash: z.string(), block: z.number(), gas: z.string(), fee: z.string(), value: z.string() });
const verification = z.strictObject({
  program: z.string(),
  address: z.string(),
  codehash: z.string(),
  wasm_sha256: z.string(),
  code_bytes: z.number(),
  salt: z.string(),
  constructor_calldata: z.string(),
});
const operation = z.strictObject({
  id: z.string(),
  salt: z.string(),
  targets: z.array(z.string()),
  payloads: z.array(z.string()),
  changes: z.array(z.string()),
});
const schema = z.strictObject({
  market: z.string(),
  chain_id: z.string(),
  deployer: z.string(),
  /** Block before the first transaction. */
  from_block: z.number(),
  contracts: z.record(z.string(), z.string()),
  transactions: z.record(z.string(), sent),
  /** Signed and perhaps sent. */
  pending: z.strictObject({ step: z.string(), hash: z.string(), raw: z.string(), nonce: z.number(), creates: z.string().optional(), address: z.string().optional() }).optional(),
  build: z.strictObject({ commit: z.string(), toolchain: z.string() }).optional(),
  verification: z.array(verification),
  operations: z.array(operation),
});

export type Contents = z.output<typeof schema>;
export type Verification = z.output<typeof verification>;
export type Operation = z.output<typeof operation>;

export class Book {
  readonly path: string;
  readonly contents: Contents;

  private constructor(path: string, contents: Contents) {
    this.path = path;
    this.contents = contents;
  }

  /** Where the book of a market is, unless another place is named. */
  static pathOf(market: string): string {
    return join(scripts, "deployments", `${market}.json`);
  }

  /** A new book; nothing is written yet. */
  static begin(path: string, market: string, chainId: bigint, deployer: string, block: number): Book {
    return new Book(path, {
      market, chain_id: String(chainId), deployer, from_block: block, contracts: {}, transactions: {}, verification: [], operations: [],
    });
  }

  /** The book in a file; nothing if there is none. */
  static read(path: string): Book | undefined {
    if (!existsSync(path)) return undefined;
    const damaged = (why: string): UserError => new UserError(`the address book ${path} cannot be read: ${why}`, "restore it from your repository's history");
    let value: unknown;
    try {
      value = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      throw damaged((error as Error).message);
    }
    const result = schema.safeParse(value);
    if (!result.success) throw damaged(result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
    return new Book(path, result.data);
  }

  /** The same, never written: for looking ahead. */
  copy(): Book {
    return new Book("", structuredClone(this.contents));
  }

  /** Writes the book: the whole of it, or nothing. */
  save(): void {
    if (this.path === "") return;
    mkdirSync(dirname(this.path), { recursive: true });
    const next = `${this.path}.next`;
    // In the schema's order of fields, so that the same contents are the same file.
    writeFileSync(next, `${JSON.stringify(schema.parse(this.contents), null, 2)}\n`);
    renameSync(next, this.path);
  }

  /** Address of a contract that is in the book. */
  at(name: string): string {
    const address = this.contents.contracts[name];
    if (address === undefined) throw new UserError(`the address book ${this.path} has no ${name}`, "run `deploy` to its end first");
    return address;
  }
}
