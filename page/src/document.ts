// The AsyncAPI document that page.py put into the HTML: read, checked, its references resolved.

import { asObject, isObject, type Json, type JsonObject, parseJson } from "./json";

/** Says why a document cannot be shown, and where in it (a JSON pointer). */
export class DocumentError extends Error {
  constructor(
    message: string,
    readonly pointer = "",
  ) {
    super(message);
  }
}

/** Return the document in `text` if a page can be made of it; throws DocumentError. */
export function readDocument(text: string): JsonObject {
  let document: Json;
  try {
    document = parseJson(text);
  } catch (error) {
    throw new DocumentError(`The document is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(document)) throw new DocumentError("The document is not an object.");
  const version = document.asyncapi;
  if (typeof version !== "string")
    throw new DocumentError("`asyncapi` is missing: it says the version of AsyncAPI the document is written in.");
  if (!/^[23]\.\d+\.\d+/.test(version))
    throw new DocumentError(`AsyncAPI ${version} is not known here; 2.x and 3.x are.`, "/asyncapi");
  if (!isObject(document.info) || typeof document.info.title !== "string")
    throw new DocumentError("`info` needs a title.", "/info");
  for (const part of ["channels", "operations", "components", "servers"]) {
    if (part in document && !isObject(document[part]))
      throw new DocumentError(`\`${part}\` must be an object.`, `/${part}`);
  }
  for (const [name, channel] of Object.entries(asObject(document.channels))) {
    if (!isObject(channel)) throw new DocumentError("A channel must be an object.", `/channels/${escapeToken(name)}`);
  }
  return document;
}

/**
 * Return a copy of `document` in which every local reference is the object it refers to, so that a recursive
 * schema contains itself. What stands beside a `$ref` wins over what it refers to. Throws DocumentError.
 */
export function resolveReferences(document: JsonObject): JsonObject {
  const copies = new Map<Json, Json>();
  const merges = new Map<Json, { target: Json; beside: JsonObject }>();

  function copy(node: Json, pointer: string): Json {
    if (!Array.isArray(node) && !isObject(node)) return node;
    const known = copies.get(node);
    if (known !== undefined) return known;
    if (Array.isArray(node)) {
      const items: Json[] = [];
      copies.set(node, items);
      node.forEach((item, index) => items.push(copy(item, `${pointer}/${index}`)));
      return items;
    }
    if (typeof node.$ref === "string") return follow(node, pointer);
    const result: JsonObject = {};
    copies.set(node, result);
    copyInto(result, node, pointer);
    return result;
  }

  function copyInto(result: JsonObject, node: JsonObject, pointer: string): void {
    for (const [key, value] of Object.entries(node)) {
      if (key !== "$ref") result[key] = copy(value, `${pointer}/${escapeToken(key)}`);
    }
  }

  function follow(node: JsonObject, pointer: string): Json {
    const target = targetOf(document, node, pointer);
    if (Object.keys(node).length === 1) return copy(target, node.$ref as string);
    const result: JsonObject = {};
    copies.set(node, result);
    const beside: JsonObject = {};
    copyInto(beside, node, pointer);
    merges.set(result, { target: copy(target, node.$ref as string), beside });
    return result;
  }

  function merge(result: Json): void {
    const parts = merges.get(result);
    if (parts === undefined) return;
    merges.delete(result);
    merge(parts.target);
    Object.assign(result as JsonObject, parts.target, parts.beside);
  }

  const resolved = copy(document, "") as JsonObject;
  for (const result of [...merges.keys()]) merge(result);
  return resolved;
}

/** Return what the reference `node` leads to, through any number of plain references. */
function targetOf(document: JsonObject, node: JsonObject, pointer: string): Json {
  const seen = new Set<Json>();
  let current: Json = node;
  while (isObject(current) && typeof current.$ref === "string" && (current === node || isPlain(current))) {
    if (seen.has(current)) throw new DocumentError(`The reference ${current.$ref} leads back to itself.`, pointer);
    seen.add(current);
    current = lookUp(document, current.$ref, pointer);
  }
  return current;
}

function isPlain(node: JsonObject): boolean {
  return Object.keys(node).length === 1;
}

function lookUp(document: JsonObject, reference: string, pointer: string): Json {
  if (!reference.startsWith("#"))
    throw new DocumentError(`The reference ${reference} leads out of the document; the page is to work offline.`, pointer);
  let node: Json | undefined = document;
  for (const token of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
    node = Array.isArray(node) ? node[Number(key)] : isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    if (node === undefined) throw new DocumentError(`The reference ${reference} leads nowhere.`, pointer);
  }
  return node;
}

function escapeToken(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
