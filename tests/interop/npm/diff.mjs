// node diff.mjs BEFORE AFTER [OVERRIDES]: runs diff on two documents, prints the changes.
// They are as the parser resolves them, but for OVERRIDES, which are of paths as they are written.
import { readFileSync } from "node:fs";
import { diff } from "@asyncapi/diff";
import { answer, problemsOf } from "./problems.mjs";

// Without the parser's own fields, which number what has no name.
const without = (key, value) => (key.startsWith("x-parser-") ? undefined : value);
const resolved = async (file) => {
  const { document } = await problemsOf(readFileSync(file, "utf8"));
  return JSON.parse(JSON.stringify(document.json(), without));
};
const written = (file) => JSON.parse(readFileSync(file, "utf8"));
const [before, after, overrides] = process.argv.slice(2);
const read = overrides === undefined ? resolved : written;
const options = overrides === undefined ? {} : { override: JSON.parse(overrides) };
const { changes } = diff(await read(before), await read(after), options).getOutput();
answer(changes.map(({ action, path, type }) => ({ action, path, type })));
