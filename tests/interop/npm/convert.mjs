// node convert.mjs DOCUMENT VERSION RESULT: runs the converter, prints the problems of what it makes.
import { readFileSync, writeFileSync } from "node:fs";
import { convert } from "@asyncapi/converter";
import { answer, problemsOf } from "./problems.mjs";

const [document, version, result] = process.argv.slice(2);
const converted = JSON.stringify(convert(JSON.parse(readFileSync(document, "utf8")), version), null, 2);
writeFileSync(result, converted);
const { errors, warnings } = await problemsOf(converted);
answer({ errors, warnings });
