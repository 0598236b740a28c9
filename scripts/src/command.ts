// What scripts on a deployed market have in common: their options, and the market that they name.

import { parseArgs, type ParseArgsConfig } from "node:util";
import { Book } from "./book.ts";
import { UserError } from "./errors.ts";
import { readMarket } from "./market.ts";
import { connect } from "./network.ts";
import { World } from "./world.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const common = {
  market: { type: "string" },
  rpc: { type: "string" },
  book: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies Options;

export interface CommandLine {
  /** Options by name: texts, and true for flags. */
  options: Record<string, string | boolean | undefined>;
  words: string[];
}

/** Reads a command line; nothing if it only asked for help, or lacks what is needed: then the usage was printed. */
export function commandLine(usage: string, options: Options, needsWords = false): CommandLine | undefined {
  let parsed;
  try {
    parsed = parseArgs({ options: { ...common, ...options }, allowPositionals: needsWords });
  } catch (error) {
    throw new UserError((error as Error).message, usage);
  }
  const { values, positionals } = parsed;
  const found = values as CommandLine["options"];
  if (found["help"] || found["market"] === undefined || (needsWords && positionals.length === 0)) {
    console.log(usage);
    if (!found["help"]) process.exitCode = 2;
    return undefined;
  }
  return { options: found, words: positionals };
}

/** The market that a command line names, as it was deployed. */
export async function deployedWorld({ options }: CommandLine): Promise<World> {
  const market = readMarket(String(options["market"]));
  const provider = await connect(market, options["rpc"] as string | undefined);
  const path = (options["book"] as string | undefined) ?? Book.pathOf(market.name);
  const book = Book.read(path);
  if (!book) throw new UserError(`there is no address book ${path}`, "deploy the market first, or name its book with --book");
  if (book.contents.chain_id !== String(market.network.chain_id)) throw new UserError(`the address book ${path} is of chain ${book.contents.chain_id}`, "name another with --book");
  const world = new World(market, book, provider);
  if (!(await world.hasCode(book.at("vault")))) {
    throw new UserError(`there is no vault at ${book.at("vault")}, where ${path} has it`, "the book is of another chain, or of an embedded chain that was ended: deploy again with --fresh");
  }
  return world;
}

/** A whole number among the options. */
export function wholeNumber({ options }: CommandLine, name: string, otherwise: number): number {
  const text = options[name];
  if (text === undefined) return otherwise;
  if (typeof text !== "string" || !/^\d+$/.test(text)) throw new UserError(`--${name} is a whole number, and not ${JSON.stringify(text)}`);
  return Number(text);
}
