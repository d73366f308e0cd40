// Runs the corpus in Node with a runtime: `node test/corpus.mjs [runtime.js]`. Says what failed, and exits with 1.
import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { run } from "./runner.mjs";

const CORPUS = new URL("../../corpus/", import.meta.url);
const BUILT = new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js", import.meta.url);

/** Return all scripts, each with the name of its file. */
export async function scripts() {
  const names = (await readdir(CORPUS, { recursive: true })).filter((name) => name.endsWith(".json") && name !== "schema.json").sort();
  const files = await Promise.all(names.map(async (name) => JSON.parse(await readFile(new URL(name, CORPUS), "utf8"))));
  return files.flatMap((file, index) => file.scripts.map((script) => ({ file: names[index], ...script })));
}

const only = process.argv[3];
const runtime = await import(process.argv[2] ? pathToFileURL(process.argv[2]).href : BUILT.href);
let [failed, skipped, ran] = [0, 0, 0];
for (const script of await scripts()) {
  if (only && !script.name.includes(only)) continue;
  const wrong = await run(runtime, script);
  if (wrong === "skipped") skipped += 1;
  else ran += 1;
  if (wrong === undefined || wrong === "skipped") continue;
  failed += 1;
  console.log(`${script.file}: ${script.name}: ${wrong}`);
}
console.log(`${ran} scripts, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || ran === 0 ? 1 : 0;
