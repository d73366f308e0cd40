// Measures what the runtime adds to a page: minified by esbuild and compressed. Exits with 1 if that is more than is promised.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const RUNTIME = here("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js");
const everything = here("../example/index.ts");
const one = `
  import { Client, stream } from "./runtime.js";
  export class BarsClient extends Client {
    constructor(url, options) {
      super(url, { runtime: 1, digest: "e02c080a8d19d723" }, options);
    }
    bars(request, options) {
      return stream(this, "bars", request, options);
    }
  }`;
const beside = { name: "beside", setup: (bundle) => bundle.onResolve({ filter: /^\.\/runtime\.js$/ }, () => ({ path: RUNTIME })) };

async function measure(what, room, input) {
  const { outputFiles } = await build({ ...input, bundle: true, minify: true, write: false, format: "esm", target: "es2022", logLevel: "warning", plugins: [beside] });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  console.log(`${what}: ${size} of ${room} bytes`);
  if (size > room) process.exitCode = 1;
}

await measure("everything", 8 * 1024, { entryPoints: [everything] });
await measure("one route, no command", 6 * 1024, { stdin: { contents: one, resolveDir: here(".") } });
