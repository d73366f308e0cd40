// node optimize.mjs DOCUMENT RESULT RULES: runs the optimizer, prints the problems of what it makes.
import { readFileSync, writeFileSync } from "node:fs";
import { Optimizer } from "@asyncapi/optimizer";
import { answer, problemsOf } from "./problems.mjs";

const [document, result, options] = process.argv.slice(2);
const text = readFileSync(document, "utf8");
const optimizer = new Optimizer(text);
await optimizer.getReport();
const optimized = optimizer.getOptimizedDocument({ output: "JSON", ...JSON.parse(options) });
writeFileSync(result, optimized);
const { errors, warnings } = await problemsOf(optimized);
answer({ errors, warnings, before: JSON.stringify(JSON.parse(text)).length, after: optimized.length });
