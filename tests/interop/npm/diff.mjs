// node diff.mjs BEFORE AFTER: runs diff on two documents as the parser resolves them, prints the changes.
import { readFileSync } from "node:fs";
import { diff } from "@asyncapi/diff";
import { answer, problemsOf } from "./problems.mjs";

const resolved = async (file) => (await problemsOf(readFileSync(file, "utf8"))).document.json();
const [before, after] = await Promise.all(process.argv.slice(2).map(resolved));
const { changes } = diff(before, after).getOutput();
answer(changes.map(({ action, path, type }) => ({ action, path, type })));
