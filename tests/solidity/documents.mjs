// Compiles the Solidity of the documents with solc-js, each block a source of its own: `node documents.mjs`. A block that is no whole source
// (it has no `contract` or `interface`) is taken for statements of a function. Warnings about what a shown part leaves out are no failure.

import { readdirSync, readFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const { resolve } = createRequire(import.meta.url);

const files = (folder, ending) =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((name) => name.endsWith(ending)).sort() : [];

const documents = ["README.md"];
for (const folder of ["docs", "contracts/vault", "contracts/oracle-adapter", "contracts/liquidation-auction", "contracts/insurance-fund", "crates/motsu", "crates/risk/docs", "scripts", "abi"]) {
  documents.push(...files(folder, ".md").map((name) => `${folder}/${name}`));
}

const sources = {};
for (const name of files("abi", ".sol")) sources[`abi/${name}`] = { content: readFileSync(join(root, "abi", name), "utf8") };

let count = 0;
for (const path of documents) {
  const text = readFileSync(join(root, path), "utf8");
  for (const match of text.matchAll(/^```solidity\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, match.index).split("\n").length + 1;
    let content = match[1];
    if (!/^\s*(abstract contract|contract|interface|library)\b/m.test(content)) {
      content = `import "abi/IVault.sol";\nimport "abi/ILiquidationAuction.sol";\ncontract Shown { function shown() external {\n${content}\n} }`;
    }
    if (!content.includes("pragma")) content = `pragma solidity ^0.8.4;\n${content}`;
    sources[`${path}:${line}`] = { content };
    count += 1;
  }
}

function readImport(path) {
  try {
    return { contents: readFileSync(resolve(path), "utf8") };
  } catch (error) {
    return { error: `not found in node_modules: ${error.message}` };
  }
}

const settings = { evmVersion: "shanghai", outputSelection: { "*": { "*": ["evm.bytecode.object"] } } };
const input = { language: "Solidity", sources, settings };
const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
const failures = errors.filter(({ severity }) => severity === "error");
for (const { formattedMessage } of failures) console.error(formattedMessage);
if (failures.length > 0) process.exit(1);
console.log(`${count} blocks compiled`);
