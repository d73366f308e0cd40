// Changes the runtime in one place after another, and looks whether the corpus notices. Exits with 1 where it does not.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../build.mjs";
import { scripts } from "./scripts.mjs";
import { run } from "./runner.mjs";

/** File, what stands there once, what is put in its place, and what that does. */
const MUTANTS = [
  ["topic.ts", "if (seq <= this.#seq) return;", "if (seq < this.#seq) return;", "deliver the last update again"],
  ["topic.ts", "if (count > 0) {", "if (count > 1) {", "hide a gap of one"],
  ["topic.ts", "if (!this.#isHeld()) return;", "if (this.state === \"leaving\") return;", "listen before the answer"],
  ["topic.ts", "if (this.state !== \"live\") return;", "", "deliver changes without a state"],
  ["topic.ts", "payload.recovered === true && since", "since", "believe that all is recovered"],
  ["topic.ts", "    this.gap();\n    this.#epoch", "    this.#epoch", "hide losses of an unknown number"],
  ["topic.ts", "if (after === undefined) this.end(error);", "if (!after) this.end(error);", "take a time of 0 for none"],
  ["topic.ts", "if (hold.synced) this.#serve(hold, event);", "this.#serve(hold, event);", "give changes to who has no state"],
  ["topic.ts", "this.#epoch = this.#seq = this.value = undefined;", "", "resume for somebody else"],
  ["topic.ts", "if (this.holds.size === 0 && !this.#linger) this.#leave();", "", "forget a handle that left while asked"],
  ["topic.ts", "else if (this.holds.size > 0) this.ask();", "", "forget a handle that came while leaving"],
  ["topics.ts", "if (other && other !== topic) {", "if (false) {", "not merge topics"],
  ["topics.ts", "if (topic.name !== undefined && topic.name !== name) {", "if (false) {", "not part topics"],
  ["connection.ts", "socket.onopen = socket.onmessage = socket.onclose = null;", "", "listen to an abandoned socket"],
  ["connection.ts", "if (attempt !== this.#attempt) return;", "", "connect with a token that comes after the close"],
  ["connection.ts", "this.#openedAt = this.host.now();", "this.#openedAt = this.host.now(); this.#failures = 0;", "space attempts anew at each opening"],
  ["connection.ts", "++this.#denied > 1", "++this.#denied > 2", "try a second new token"],
  ["connection.ts", "for (const { late } of this.#questions.values()) late();", "", "keep the deadlines of a lost connection"],
  ["connection.ts", "if (rest <= 0) this.#again();", "if (rest <= 9e9) this.#again();", "not wait for as long as the server says"],
  ["connection.ts", "this.#probe();\n      this.#probe = undefined;", "", "take no frame for a sign of life"],
  ["commands.ts", "if (!keyed || age < 0 || age > memory * 1000)", "if (!keyed)", "order twice after a sleep"],
  ["commands.ts", "if (command.sent !== undefined && !command.keyed) command.fail", "if (false) command.fail", "send again without a key"],
  ["commands.ts", "if (command.user !== tokens.user)", "if (false)", "order for another user"],
  ["cursor.ts", "this.#waiting.shift()?.reject(this.#error);", "this.#waiting.shift()?.resolve({ done: true, value: undefined });", "end loops without their error"],
  ["cursor.ts", "if (event.kind === \"update\") this.#dropped += 1;", "if (event.kind === \"update\") this.#dropped += 0;", "drop what was not read without a word"],
  ["pacer.ts", "this.#credit -= 1;", "", "send as fast as it goes"],
];

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));
const all = await scripts();
const folder = await mkdtemp(join(tmpdir(), "wsgen-mutants-"));
let alive = 0;
try {
  for (const [number, [file, text, other, what]] of MUTANTS.entries()) {
    const sources = join(folder, `${number}`);
    await cp(SOURCES, sources, { recursive: true });
    const source = await readFile(join(sources, file), "utf8");
    if (source.split(text).length !== 2) throw new Error(`${file} does not have once: ${text}`);
    await writeFile(join(sources, file), source.replace(text, () => other));
    const runtime = join(sources, "runtime.mjs");
    await writeFile(runtime, await bundle(sources));
    const killer = await firstFailure(await import(pathToFileURL(runtime).href));
    if (killer === undefined) alive += 1;
    console.log(`${killer === undefined ? "ALIVE" : "killed"}  ${what}${killer === undefined ? "" : `: ${killer}`}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${MUTANTS.length - alive} of ${MUTANTS.length} mutants were killed`);
process.exitCode = alive > 0 ? 1 : 0;

async function firstFailure(runtime) {
  for (const script of all) {
    const wrong = await run(runtime, script);
    if (wrong !== undefined && wrong !== "skipped") return script.name;
  }
  return undefined;
}
