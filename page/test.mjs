// Runs the tests of the modules that need no browser with Node's own runner, bundled as the page is.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const sources = fileURLToPath(new URL("test", import.meta.url));
const names = (await readdir(sources)).filter((name) => name.endsWith(".test.mjs"));
const outdir = await mkdtemp(join(tmpdir(), "wsgen-page-"));
try {
  await build({
    entryPoints: names.map((name) => join(sources, name)),
    bundle: true,
    platform: "node",
    format: "esm",
    outdir,
    outExtension: { ".js": ".mjs" },
    logLevel: "warning",
  });
  const { status } = spawnSync(process.execPath, ["--test", ...names.map((name) => join(outdir, name))], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  await rm(outdir, { recursive: true, force: true });
}
