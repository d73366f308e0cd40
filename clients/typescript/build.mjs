// Builds the files that wsgen puts beside each client: runtime.js and runtime.d.ts. People read both.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const TARGET = here("../../src/wsgen/outputs/clients/typescript/runtime");
const HEADER = `/* eslint-disable */
// biome-ignore-all format: generated
// biome-ignore-all lint: generated
// @generated The runtime of the TypeScript clients of wsgen. Do not edit.
`;

/** Return runtime.js, made of the sources in a folder. */
export async function bundle(sources = here("src"), options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(sources, "index.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  return HEADER + outputFiles[0].text;
}

/** Return runtime.d.ts: what index.ts exports, and what that refers to; throws where types are wrong. */
export function declarations() {
  const { config } = ts.readConfigFile(here("tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, here("."));
  const program = ts.createProgram(fileNames, { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true });
  const texts = new Map();
  program.emit(undefined, (name, text) => texts.set(name, text));
  const wrong = ts.getPreEmitDiagnostics(program);
  if (wrong.length > 0) throw new Error(ts.formatDiagnostics(wrong, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => "", getNewLine: () => "\n" }));
  const parsed = [...texts].map(([name, text]) => ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true));
  const exported = new Map(); // name -> whether it is a type only
  const declared = new Map();
  const globals = [];
  for (const file of parsed) {
    for (const statement of file.statements) {
      if (ts.isExportDeclaration(statement)) {
        for (const { name, isTypeOnly } of statement.exportClause.elements) exported.set(name.text, isTypeOnly || statement.isTypeOnly);
      } else if (ts.isModuleDeclaration(statement)) globals.push(statement);
      else if (ts.isVariableStatement(statement)) declared.set(statement.declarationList.declarations[0].name.text, statement);
      else if (statement.name) declared.set(statement.name.text, statement);
    }
  }
  const needed = new Set();
  const need = (name) => {
    if (!declared.has(name) || needed.has(name)) return;
    needed.add(name);
    const visit = (node) => (ts.isIdentifier(node) ? need(node.text) : node.forEachChild(visit));
    declared.get(name).forEachChild(visit);
  };
  for (const name of exported.keys()) need(name);
  const plain = (statement) => statement.getFullText().trim().replace(/\bexport (?=declare |interface |type )/, "");
  const parts = [...declared].filter(([name]) => needed.has(name)).map(([, statement]) => plain(statement));
  const list = (typeOnly) => [...exported].filter(([, only]) => only === typeOnly).map(([name]) => name).sort().join(", ");
  return `${[HEADER.trim(), ...globals.map((one) => one.getFullText().trim()), ...parts].join("\n\n")}\n\nexport { ${list(false)} };\nexport type { ${list(true)} };\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = process.argv[2] ?? TARGET;
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const [name, text] of [["runtime.js", await bundle()], ["runtime.d.ts", declarations()]]) {
    await writeFile(join(target, name), text);
    console.log(`${name}  ${(Buffer.byteLength(text) / 1024).toFixed(0)} KiB`);
  }
}
