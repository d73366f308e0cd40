// Prints a script for a browser: the built runtime and the runner, which it leaves as the functions
// `runCorpus` and `recordCorpus`.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { outputFiles } = await build({
  stdin: {
    contents: `
      import * as runtime from ${JSON.stringify(here("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js"))};
      import { record } from "./recorder.mjs";
      import { run } from "./runner.mjs";
      globalThis.wsgenRuntime = runtime;
      globalThis.recordCorpus = (address, file) => record(runtime, WebSocket, address, file);
      globalThis.runCorpus = async (scripts) => {
        const wrong = [];
        for (const script of scripts) {
          const found = await run(runtime, script);
          if (found !== undefined) wrong.push(script.name + ": " + found);
        }
        return wrong;
      };`,
    resolveDir: here("."),
  },
  bundle: true,
  write: false,
  format: "iife",
  target: "es2022",
  logLevel: "warning",
});
process.stdout.write(outputFiles[0].text);
