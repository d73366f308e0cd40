// node bundle.mjs DOCUMENT RESULT: runs the bundler, prints the problems of what it makes.
import { writeFileSync } from "node:fs";
import bundle from "@asyncapi/bundler";
import { answer, problemsOf } from "./problems.mjs";

const [document, result] = process.argv.slice(2);
const text = (await (bundle.default ?? bundle)([document])).string();
writeFileSync(result, text);
const { errors, warnings } = await problemsOf(text);
answer({ errors, warnings });
