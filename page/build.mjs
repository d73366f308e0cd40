// Builds ../src/wsgen_runtime/static: one script and one style sheet, which page.py puts into the HTML file.
import { existsSync } from "node:fs";
import { readFile, readdir, mkdir, rm, writeFile } from "node:fs/promises";
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
// Beside the metadata of wsgen-runtime, which are one folder up in a source distribution.
const metadata = existsSync(here("../packaging/runtime")) ? here("../packaging/runtime") : here("..");
await writeFile(`${metadata}/LICENSES.txt`, await notices(Object.keys(result.metafile.inputs)));

/** Return the licences and notices of every package that is part of the bundle; throws if one has no text. */
async function notices(inputs) {
  const roots = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
  const texts = await Promise.all([...roots].sort().map(notice));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function notice(root) {
  const { name, version, license, author } = JSON.parse(await readFile(`${root}/package.json`, "utf8"));
  const files = (await readdir(root)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(`${root}/${file}`, "utf8")));
  if (!files.some((file) => !/^notice/i.test(file))) {
    // The package states its licence without the text of it.
    const holder = typeof author === "object" ? author.name : (author ?? `the authors of ${name}`);
    const standard = await readFile(here(`licences/${license}.txt`), "utf8");
    texts.push(license === "MIT" ? `Copyright (c) ${holder}\n\n${standard}` : standard);
  }
  return `${name} ${version}: ${license}\n\n${texts.map((text) => text.trim()).join("\n\n")}\n`;
}
