// JSON values with exact numbers, and safe ways to look into values whose form is not known.

import { isLosslessNumber, LosslessNumber, parse, stringify } from "lossless-json";

/** A number is a JavaScript number only where that writes the same digits; `9007199254740993` and `1.50` are not. */
export type Json = null | boolean | number | LosslessNumber | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** Return `value` if it is an object, else an empty one. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function asArray(value: unknown): Json[] {
  return Array.isArray(value) ? value : [];
}

/** Return the object's own property; `constructor` and its like are not inherited. */
export function propertyOf(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isNumber(value: unknown): value is number | LosslessNumber {
  return typeof value === "number" || isLosslessNumber(value);
}

/** Return the value of JSON text; of a key given twice the last value, as JSON.parse does. Throws SyntaxError. */
export function parseJson(text: string): Json {
  return parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue }) as Json;
}

/** Return the number that the JSON number `text` stands for. */
export function exactNumber(text: string): number | LosslessNumber {
  return String(Number(text)) === text ? Number(text) : new LosslessNumber(text);
}

/** Return the JSON text of `value`, with line breaks if `indent` is given. */
export function writeJson(value: Json, indent?: number): string {
  return stringify(value, undefined, indent) ?? "null";
}

/** Return JSON text with sorted keys, the same for equal values. */
export function canonical(value: Json): string {
  return writeJson(sorted(value));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return one === undefined || other === undefined ? one === other : canonical(one) === canonical(other);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Return JSON text with line breaks; its tokens and their order stay as they are. Other text stays as it is. */
export function reindent(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let result = "";
  let depth = 0;
  let previous = "";
  const newLine = (): string => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    const opened = previous === "{" || previous === "[";
    if (closes) depth -= 1;
    if (closes ? !opened : opened || previous === ",") result += newLine();
    result += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
    previous = token;
  }
  return result;
}
