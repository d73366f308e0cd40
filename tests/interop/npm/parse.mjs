// node parse.mjs DOCUMENT...: prints the problems of each document.
import { readFileSync } from "node:fs";
import { answer, problemsOf } from "./problems.mjs";

const found = [];
for (const document of process.argv.slice(2)) {
  const { errors, warnings } = await problemsOf(readFileSync(document, "utf8"));
  found.push({ errors, warnings });
}
answer(found);
