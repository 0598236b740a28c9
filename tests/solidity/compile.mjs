// Compiles the Solidity sources of this folder and the interfaces in abi/ with solc-js: `node compile.mjs OUT` writes
// OUT/<Contract>.json with `abi` and `bytecode` (init code, hex with 0x) for each contract that is defined here. Warnings
// fail: the sources are ours.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const { resolve } = createRequire(import.meta.url);

const output = process.argv[2];
if (!output || process.argv.length > 3) {
  console.error("usage: node compile.mjs OUTPUT_FOLDER");
  process.exit(2);
}

/** Solidity files of a folder by the names under which they are compiled and imported. */
function read(folder, prefix) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sol")).sort();
  return names.map((name) => [prefix + name, { content: readFileSync(join(folder, name), "utf8") }]);
}

const sources = Object.fromEntries([...read(here, ""), ...read(join(here, "..", "..", "abi"), "abi/")]);
const names = Object.keys(sources);

const input = {
  language: "Solidity",
  sources,
  settings: {
    optimizer: { enabled: true, runs: 200 },
    // PUSH0 is the newest opcode that every chain with Stylus has had from the start.
    evmVersion: "shanghai",
    // No hash of the sources at the end of the code: the same code whatever the comments say.
    metadata: { appendCBOR: false },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};

/** Reads what sources import from npm packages; imports between the sources themselves need no help. */
function readImport(path) {
  try {
    return { contents: readFileSync(resolve(path), "utf8") };
  } catch (error) {
    return { error: `not found in node_modules: ${error.message}` };
  }
}

const result = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
// Warnings about the text of npm packages are for their makers.
const isOurs = ({ severity, sourceLocation }) => severity === "error" || !sourceLocation?.file.startsWith("@");
const messages = (result.errors ?? []).filter(isOurs);
for (const message of messages) console.error(message.formattedMessage.trimEnd());
if (messages.some((message) => message.severity !== "info")) {
  console.error(`solc ${solc.version()}: ${messages.length} message(s); nothing was written`);
  process.exit(1);
}

/** Contracts that tests deploy as their authors published them: compiled code from npm packages, under their own licences. */
const published = [
  "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
  "@chainlink/contracts/abi/v0.6/EACAggregatorProxy.json",
  "@chainlink/contracts/abi/v0.6/FluxAggregator.json",
];

mkdirSync(output, { recursive: true });
for (const path of published) {
  const file = JSON.parse(readFileSync(resolve(path), "utf8"));
  // Chainlink's files hold the compiler's whole output.
  const { contractName, abi, bytecode } = { bytecode: file.compilerOutput?.evm.bytecode.object, ...file.compilerOutput, ...file };
  writeFileSync(join(output, `${contractName}.json`), `${JSON.stringify({ abi, bytecode }, null, 1)}\n`);
  console.log(`${contractName}.json  as published`);
}
for (const name of names) {
  for (const [contract, { abi, evm }] of Object.entries(result.contracts[name] ?? {})) {
    // Interfaces have no code.
    if (evm.bytecode.object === "") continue;
    const file = join(output, `${contract}.json`);
    writeFileSync(file, `${JSON.stringify({ abi, bytecode: `0x${evm.bytecode.object}` }, null, 1)}\n`);
    console.log(`${basename(file)}  ${evm.bytecode.object.length / 2} bytes of init code`);
  }
}
