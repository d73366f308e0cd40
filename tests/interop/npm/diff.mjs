// node diff.mjs BEFORE AFTER: runs diff on two documents as the parser resolves them, prints the changes.
import { readFileSync } from "node:fs";
import { diff } from "@asyncapi/diff";
import { answer, problemsOf } from "./problems.mjs";

// Without the parser's own fields, which number what has no name.
const without = (key, value) => (key.startsWith("x-parser-") ? undefined : value);
const resolved = async (file) => {
  const { document } = await problemsOf(readFileSync(file, "utf8"));
  return JSON.parse(JSON.stringify(document.json(), without));
};
const [before, after] = await Promise.all(process.argv.slice(2).map(resolved));
const { changes } = diff(before, after).getOutput();
answer(changes.map(({ action, path, type }) => ({ action, path, type })));
