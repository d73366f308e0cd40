// Validates AsyncAPI documents with the parser of the AsyncAPI initiative: its errors and warnings, one a line.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const WORST_ACCEPTED = 2; // 0 error, 1 warning, 2 information: "there is a newer version"

const parser = new Parser();
let bad = 0;
for (const file of process.argv.slice(2)) {
  const found = await parser.validate(readFileSync(file, "utf8"));
  for (const item of found.filter(({ severity }) => severity < WORST_ACCEPTED)) {
    bad += 1;
    console.error(`${file}: ${item.code} at /${item.path.join("/")}: ${item.message}`);
  }
}
process.exitCode = bad ? 1 : 0;
