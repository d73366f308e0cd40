// Bundles the applications for `node` or `page` with a client and the sources of the runtime: node build.mjs node TARGET CLIENT SOURCES
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { build } = createRequire(here("../../../../clients/typescript/"))("esbuild");
const [where, outfile, client, sources] = process.argv.slice(2);
await build({
  entryPoints: [here(`${where}.js`)],
  outfile,
  bundle: true,
  format: "esm",
  target: "es2022",
  platform: where === "node" ? "node" : "browser",
  charset: "utf8",
  logLevel: "warning",
  alias: { client: join(client, "index.ts"), runtime: join(sources, "index.ts") },
  nodePaths: [here("../../../npm/node_modules")],
  // Of ws, which is a CommonJS module.
  ...(where === "node" && { banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' } }),
});
