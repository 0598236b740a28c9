// What the build leaves: programs, contracts, and the list of programs.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { AbiCoder, concat, dataSlice, getCreate2Address, id, keccak256, toBeHex, type InterfaceAbi } from "ethers";
import { parse } from "smol-toml";
import { z } from "zod";
import { UserError } from "./errors.ts";

/** The repository. */
export const root = resolve(import.meta.dirname, "../..");
/** Folder of the scripts. */
export const scripts = join(root, "scripts");

const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
const programFolder = process.env["BREAKWATER_WASM_DIR"] ?? join(target, "wasm");
const contractFolder = process.env["BREAKWATER_SOLIDITY_DIR"] ?? join(target, "solidity");

/** What comes before the compressed module in the account of a program: the mark of Stylus, and "no dictionary". */
const PREFIX = "0xeff00000";
/** Most bytes of code that an account may have. */
const CODE_LIMIT = 24_576;

export interface Program {
  name: string;
  /** Types of the constructor's arguments and where they come from; none: there is no constructor. */
  constructor: [type: string, value: string][] | undefined;
  /** Code of the account. */
  code: string;
  codeHash: string;
  /** Init code that leaves this code. */
  initCode: string;
  initCodeHash: string;
  /** Of the module. */
  wasmHash: string;
}

const list = z.strictObject({
  program: z.array(z.strictObject({
    name: z.string(),
    constructor: z.array(z.tuple([z.string(), z.string()])).optional(),
  })).min(1),
});

let read: Program[] | undefined;

/** The programs in the order of their deployment; read once. */
export function programs(): Program[] {
  read ??= readPrograms();
  return read;
}

function readPrograms(): Program[] {
  const { program } = list.parse(parse(readFileSync(join(scripts, "programs.toml"), "utf8")));
  return program.map((entry) => {
    const path = join(programFolder, `${entry.name}.wasm`);
    if (!existsSync(path)) throw new UserError(`there is no ${path}`, "`cargo xtask wasm` builds the programs");
    const wasm = readFileSync(path);
    const wasmHash = createHash("sha256").update(wasm).digest("hex");
    const code = concat([PREFIX, compressed(wasm, wasmHash)]);
    const size = (code.length - 2) / 2;
    if (size > CODE_LIMIT) throw new UserError(`${entry.name} has ${size} bytes compressed, and an account at most ${CODE_LIMIT}`);
    return {
      name: entry.name,
      // Every object has a `constructor`: only the file's own counts.
      constructor: Object.hasOwn(entry, "constructor") ? entry.constructor : undefined,
      code,
      codeHash: keccak256(code),
      initCode: returning(code),
      initCodeHash: keccak256(returning(code)),
      wasmHash,
    };
  });
}

/** A module as Stylus takes it. It takes a second or two for all, so what was compressed once is kept. */
function compressed(wasm: Buffer, hash: string): Buffer {
  const folder = join(target, "scripts");
  const path = join(folder, `${hash}.br`);
  if (existsSync(path)) return readFileSync(path);
  const bytes = brotliCompressSync(wasm, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
  return bytes;
}

/** Init code that returns `code`: PUSH4 length, DUP1, PUSH1 14, PUSH1 0, CODECOPY, PUSH1 0, RETURN. */
function returning(code: string): string {
  const length = toBeHex((code.length - 2) / 2, 4);
  return concat(["0x63", length, "0x80600e6000396000f3", code]);
}

/** Calldata of a program's constructor; empty if it has none. */
export function constructorCalldata(program: Program, value: (name: string) => unknown): string {
  if (!program.constructor) return "0x";
  const types = program.constructor.map(([type]) => type);
  const values = program.constructor.map(([, name]) => value(name));
  return concat([dataSlice(id("stylus_constructor()"), 0, 4), AbiCoder.defaultAbiCoder().encode(types, values)]);
}

/** Where the deployer contract creates a program for `caller`: see `tests/solidity/StylusDeployer.sol`. */
export function programAddress(deployer: string, caller: string, salt: string, program: Program): string {
  const mixed = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [caller, salt]));
  return getCreate2Address(deployer, mixed, program.initCodeHash);
}

/** A compiled contract of tests/solidity. */
export function contract(name: string): { abi: InterfaceAbi; bytecode: string } {
  const path = join(contractFolder, `${name}.json`);
  if (!existsSync(path)) throw new UserError(`there is no ${path}`, "`cargo xtask solidity` compiles the contracts");
  return JSON.parse(readFileSync(path, "utf8")) as { abi: InterfaceAbi; bytecode: string };
}

/** The commit that is deployed, and the compiler: what somebody needs to build the same bytes. */
export function build(): { commit: string; toolchain: string } {
  const git = (...words: string[]): string => {
    try {
      return execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      return "";
    }
  };
  const changed = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : " with changes";
  const channel = /channel = "([^"]+)"/.exec(readFileSync(join(root, "rust-toolchain.toml"), "utf8"));
  return { commit: `${git("rev-parse", "HEAD") || "unknown"}${changed}`, toolchain: channel?.[1] ?? "unknown" };
}
