// The scripts of the corpus, as Node reads them.
import { readdir, readFile } from "node:fs/promises";

const CORPUS = new URL("../../corpus/", import.meta.url);

/** Return all scripts, each with the name of its file. */
export async function scripts() {
  const names = (await readdir(CORPUS, { recursive: true })).filter((name) => name.endsWith(".json") && name !== "schema.json").sort();
  const files = await Promise.all(names.map(async (name) => JSON.parse(await readFile(new URL(name, CORPUS), "utf8"))));
  return files.flatMap((file, index) => file.scripts.map((script) => ({ file: names[index], ...script })));
}
