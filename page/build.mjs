// Builds ../src/wsgen_runtime/static: one script and one style sheet, which page.py puts into the HTML file.
import { readFile, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = process.argv[2] ?? here("../src/wsgen_runtime/static");

// The component asks @asyncapi/parser for its document model only, but importing it brings the whole
// validator: two megabytes that need `eval`, which a strict Content-Security-Policy forbids.
const lean = {
  name: "lean-parser",
  setup(bundle) {
    bundle.onResolve({ filter: /^@asyncapi\/parser(\/cjs\/document)?$/ }, () => ({ path: here("src/parser.ts") }));
    bundle.onResolve({ filter: /^@(stoplight\/|asyncapi\/specs$)/ }, () => ({ path: here("src/absent.ts") }));
    // The helper that runs that validator; the page never calls it.
    bundle.onResolve({ filter: /^\.\/parser$/ }, (found) =>
      found.importer.includes("react-component") ? { path: here("src/absent.ts") } : undefined,
    );
  },
};

const result = await build({
  entryPoints: { page: here("src/main.tsx") },
  bundle: true,
  minify: true,
  write: false,
  outdir: target,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16.4"],
  jsx: "automatic",
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  plugins: [lean],
  logLevel: "warning",
});

// Inside <script> and <style> these would end the element, or start a comment.
const safe = {
  ".js": (text) => text.replaceAll("<!--", "\\x3c!--").replaceAll(/<\/(?=script)/gi, "\\x3c/"),
  ".css": (text) => text.replaceAll("</", "<\\/"),
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const file of result.outputFiles) {
  const kind = file.path.slice(file.path.lastIndexOf("."));
  await writeFile(`${target}/page${kind}`, safe[kind](file.text));
  console.log(`page${kind}  ${(file.text.length / 1024).toFixed(0)} KiB`);
}
await writeFile(`${target}/LICENSES.txt`, await licences(Object.keys(result.metafile.inputs)));

/** Return the licence of every package that is part of the bundle, as those licences ask. */
async function licences(inputs) {
  const roots = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
  const texts = await Promise.all([...roots].sort().map(licence));
  return texts.join(`\n\n${"-".repeat(80)}\n\n`);
}

async function licence(root) {
  const { name, version, license } = JSON.parse(await readFile(`${root}/package.json`, "utf8"));
  for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"]) {
    const text = await readFile(`${root}/${file}`, "utf8").catch(() => undefined);
    if (text !== undefined) return `${name} ${version}: ${license}\n\n${text.trim()}\n`;
  }
  return `${name} ${version}: ${license}\n`;
}
