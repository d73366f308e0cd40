// What the parser of the AsyncAPI initiative says of a document: errors as texts, other problems counted by their code.
import { Parser } from "@asyncapi/parser";

export async function problemsOf(text) {
  const { diagnostics, document } = await new Parser().parse(text);
  const errors = [];
  const warnings = {};
  for (const { severity, code, message, path } of diagnostics) {
    if (severity === 0) errors.push(`${path.join(".")}: ${message}`);
    else warnings[code] = (warnings[code] ?? 0) + 1;
  }
  return { errors, warnings, document };
}

export function answer(value) {
  console.log(`\n${JSON.stringify(value)}`);
}
