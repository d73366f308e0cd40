// What kind of input a JSON Schema asks for, and what to start with.

import { asArray, asObject, asText, isNumber, isObject, isSame, type Json, type JsonObject } from "./json";

export type Kind = "text" | "number" | "integer" | "boolean" | "choice" | "list" | "object" | "json";

export interface Field {
  readonly kind: Kind;
  readonly schema: JsonObject;
  readonly nullable: boolean;
  readonly choices: readonly Json[];
  readonly description: string;
}

/** Return how to ask for a value of `schema`; what has no form of its own is asked for as JSON. */
export function fieldOf(schema: JsonObject): Field {
  const description = asText(schema.description);
  const { inner, nullable } = withoutNull(schema);
  const choices = choicesOf(inner);
  const kind = choices.length > 0 ? "choice" : kindOf(inner);
  return { kind, schema: inner, nullable, choices, description: description || asText(inner.description) };
}

function withoutNull(schema: JsonObject): { inner: JsonObject; nullable: boolean } {
  for (const word of ["anyOf", "oneOf", "allOf"] as const) {
    const options = asArray(schema[word]).map(asObject);
    const rest = options.filter((option) => option.type !== "null");
    if (rest.length === 1 && rest[0]) {
      const { [word]: _, ...beside } = schema;
      const deeper = withoutNull({ ...rest[0], ...beside });
      return { inner: deeper.inner, nullable: deeper.nullable || rest.length < options.length };
    }
  }
  const types = asArray(schema.type);
  if (types.includes("null")) {
    const rest = types.filter((type) => type !== "null");
    return { inner: { ...schema, type: rest.length === 1 ? (rest[0] ?? "null") : rest }, nullable: true };
  }
  return { inner: schema, nullable: false };
}

function choicesOf(schema: JsonObject): Json[] {
  if ("const" in schema) return [schema.const ?? null];
  return asArray(schema.enum).filter((choice) => choice !== null);
}

function kindOf(schema: JsonObject): Kind {
  switch (schema.type) {
    case "string":
      return "text";
    case "number":
    case "integer":
    case "boolean":
      return schema.type;
    case "array":
      return isObject(schema.items) && !("prefixItems" in schema) ? "list" : "json";
    case "object":
      return isObject(schema.properties) || isEmpty(schema) ? "object" : "json";
    default:
      return isObject(schema.properties) ? "object" : "json";
  }
}

/** Return whether `schema` is that of an object without properties: of the request of a route that asks nothing. */
function isEmpty(schema: JsonObject): boolean {
  return isNumber(schema.maxProperties) && Number(String(schema.maxProperties)) === 0;
}

/**
 * Return whether the input for `field` shows `value` as what it is, so that nothing is sent that cannot be seen.
 * An empty input shows `undefined`, and `null` where the placeholder says so.
 */
export function canShow(field: Field, required: boolean, value: Json | undefined): boolean {
  if (value === undefined || field.kind === "json") return true;
  if (value === null) return field.nullable;
  switch (field.kind) {
    case "choice":
      return field.choices.some((choice) => isSame(choice, value));
    case "boolean":
      return typeof value === "boolean";
    case "number":
    case "integer":
      return isNumber(value) && Number.isFinite(Number(String(value)));
    case "text":
      // A text field drops line breaks, and empty it means that there is no value, if there may be none.
      return typeof value === "string" && !/[\r\n]/.test(value) && (value !== "" || (required && !field.nullable));
    case "list":
      return Array.isArray(value);
    case "object":
      return isObject(value);
  }
}

/** Return the names of an object's properties with whether each is required, in the order declared. */
export function propertiesOf(schema: JsonObject): { name: string; schema: JsonObject; required: boolean }[] {
  const required = new Set(asArray(schema.required));
  return Object.entries(asObject(schema.properties)).map(([name, property]) => ({
    name,
    schema: asObject(property),
    required: required.has(name),
  }));
}

/** Return what a form starts with: the default, an example, else the emptiest value; undefined leaves it out. */
export function initialValue(schema: JsonObject, required: boolean, depth = 0): Json | undefined {
  const field = fieldOf(schema);
  if ("default" in schema && (required || (schema.default !== null && schema.default !== ""))) return schema.default;
  const example = asArray(schema.examples)[0] ?? asArray(field.schema.examples)[0];
  if (example !== undefined && required) return example;
  if (!required) return undefined;
  if (field.nullable) return isEmpty(field.schema) ? {} : null;
  switch (field.kind) {
    case "choice":
      return field.choices[0];
    case "text":
      return "";
    case "boolean":
      return false;
    case "list":
      return [];
    case "object":
      return depth > 8 ? {} : initialObject(field.schema, depth + 1);
    default:
      return undefined;
  }
}

function initialObject(schema: JsonObject, depth: number): JsonObject {
  const result: JsonObject = {};
  for (const { name, schema: property, required } of propertiesOf(schema)) {
    const value = initialValue(property, required, depth);
    if (value !== undefined) result[name] = value;
  }
  return result;
}
