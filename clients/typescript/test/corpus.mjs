// Runs the corpus in Node: `node test/corpus.mjs [NAME]`, for the scripts with this in their name. Exits with 1 if one fails.
import { run } from "./runner.mjs";
import { scripts } from "./scripts.mjs";

const runtime = await import(new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js", import.meta.url));
const only = process.argv[2] ?? "";
let [failed, skipped, ran] = [0, 0, 0];
for (const script of (await scripts()).filter(({ name }) => name.includes(only))) {
  const wrong = await run(runtime, script);
  if (wrong === "skipped") skipped += 1;
  else ran += 1;
  if (wrong === undefined || wrong === "skipped") continue;
  failed += 1;
  console.log(`${script.file}: ${script.name}: ${wrong}`);
}
console.log(`${ran} scripts, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || ran === 0 ? 1 : 0;
