// The commands of README.md, in their order.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scripts } from "../src/artifacts.ts";
import { fileName, KEY, script } from "./harness.ts";

test("the commands of the README run as they are printed", async () => {
  const text = readFileSync(join(scripts, "README.md"), "utf8");
  const lines = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block]) => (block ?? "").trim().split("\n"));
  const book = fileName("json");
  let count = 0;
  for (const line of lines) {
    if (line.startsWith("export ")) {
      assert.equal(line, `export BREAKWATER_KEY=${KEY}`);
      continue;
    }
    const [npx, tsx, name = "", ...words] = line.split(" ");
    assert.deepEqual([npx, tsx], ["npx", "tsx"], line);
    // Only the book is elsewhere, so that a test leaves nothing in the repository.
    const outcome = await script(name.replace(/\.ts$/, ""), [...words, "--book", book]);
    assert.equal(outcome.code, 0, `${line}\n${outcome.output}\n${outcome.errors}`);
    count += 1;
  }
  assert.ok(count >= 14, String(count));
});
