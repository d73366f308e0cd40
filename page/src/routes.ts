// What the console can talk to: the endpoints of a document and the routes of each, found by their frames.

import { asArray, asObject, asText, isObject, type Json, type JsonObject } from "./json";

export interface Route {
  readonly name: string;
  /** Whether it is a command: one question with one answer, and nothing to subscribe to. */
  readonly command: boolean;
  /** Whether it is a command that takes a key, with which it is carried out at most once. */
  readonly keyed: boolean;
  readonly summary: string;
  readonly description: string;
  readonly deprecated: boolean;
  /** The JSON Schema of a request; it may contain itself. */
  readonly request: JsonObject;
  /** The requests that the document gives as examples. */
  readonly examples: readonly Example[];
}

export interface Example {
  readonly name: string;
  readonly request: Json;
}

export interface Endpoint {
  readonly name: string;
  readonly title: string;
  readonly address: string;
  readonly routes: readonly Route[];
  /** Whether the document says that the server answers a `ping`. */
  readonly pings: boolean;
  /** Whether the document says that the server answers a `hello`. */
  readonly greets: boolean;
}

const SUBSCRIBE = ".subscribe";
const UNSUBSCRIBE = ".unsubscribe";

/** Return the endpoints of `document` (references resolved) that have routes or commands. */
export function findEndpoints(document: JsonObject): Endpoint[] {
  return Object.entries(asObject(document.channels))
    .map(([name, channel]) => endpointOf(document, name, asObject(channel)))
    .filter((endpoint) => endpoint.routes.length > 0);
}

function endpointOf(document: JsonObject, name: string, channel: JsonObject): Endpoint {
  const isLegacy = asText(document.asyncapi).startsWith("2.");
  const operations = isLegacy
    ? [channel.publish, channel.subscribe].filter(isObject)
    : Object.values(asObject(document.operations)).filter(isObject).filter((operation) => operation.channel === channel);
  const messages = isLegacy
    ? operations.map((operation) => asObject(operation.message)).flatMap((one) => asArray(one.oneOf ?? [one]))
    : Object.values(asObject(channel.messages));
  const types = new Set(messages.map((message) => typeOf(asObject(message))));
  const routes = messages.filter(isObject).flatMap((message) => routeOf(message, operations, types));
  const title = asText(channel.title) || name;
  return { name, title, address: isLegacy ? name : asText(channel.address) || `/${name}`, routes, pings: types.has("ping"), greets: types.has("hello") };
}

/** Return the `type` that the frames of `message` have, empty if that is open. */
function typeOf(message: JsonObject): string {
  const type = asObject(asObject(schemaOf(message).properties).type);
  return asText(type.const ?? asArray(type.enum)[0]);
}

/** Return the route that `message` subscribes to or the command that it asks for, or nothing if it is another frame. */
function routeOf(message: JsonObject, operations: readonly JsonObject[], types: ReadonlySet<string>): Route[] {
  const properties = asObject(schemaOf(message).properties);
  const kind = typeOf(message);
  const subscribes = kind.endsWith(SUBSCRIBE);
  const command = !subscribes && !kind.endsWith(UNSUBSCRIBE) && types.has(`${kind}.response`);
  if (!subscribes && !command) return [];
  const operation = asObject(operations.find((one) => asArray(one.messages).includes(message)));
  return [
    {
      name: command ? kind : kind.slice(0, -SUBSCRIBE.length),
      command,
      keyed: command && "key" in properties,
      summary: asText(operation.summary) || asText(message.summary),
      description: asText(operation.description) || asText(message.description),
      deprecated: operation.deprecated === true || message["x-deprecated"] === true || operation["x-deprecated"] === true,
      request: asObject(properties.payload),
      examples: examplesOf(message),
    },
  ];
}

function examplesOf(message: JsonObject): Example[] {
  return asArray(message.examples).map(asObject).flatMap((example, index) => {
    const request = asObject(example.payload).payload;
    const name = asText(example.summary) || asText(example.name) || `Example ${index + 1}`;
    return request === undefined ? [] : [{ name, request }];
  });
}

/** Return the payload's schema, also when it is wrapped with its format. */
function schemaOf(message: JsonObject): JsonObject {
  const payload = asObject(message.payload);
  return isObject(payload.schema) && "schemaFormat" in payload ? payload.schema : payload;
}

/**
 * Return where to connect to: `url` as given to the page, else beside the page that the endpoint itself
 * serves, else the document's first server, else the page's own host. Always a ws: or wss: address, or "".
 */
export function socketUrl(document: JsonObject, endpoint: Endpoint, url: string | null, page: URL): string {
  const served = page.protocol === "http:" || page.protocol === "https:";
  if (url !== null) return toSocket(url, page);
  const own = /^(.*)\/asyncapi\/?$/.exec(page.pathname)?.[1];
  const alone = Object.keys(asObject(document.channels)).length === 1;
  // With a slash: Starlette's `mount` alone serves sockets below the path only.
  if (served && own !== undefined && (alone || own.endsWith(endpoint.address))) return toSocket(`${own}/`, page);
  const server = asObject(Object.values(asObject(document.servers))[0]);
  const base = asText(server.url) || (server.host ? `${asText(server.protocol)}://${asText(server.host)}${asText(server.pathname)}` : "");
  if (base) return toSocket(`${base.replace(/\/$/, "")}${endpoint.address}`, page);
  return served ? toSocket(endpoint.address, page) : `ws://localhost:8000${endpoint.address}`;
}

function toSocket(address: string, page: URL): string {
  try {
    const url = new URL(address, page);
    if (url.protocol === "http:") url.protocol = "ws:";
    if (url.protocol === "https:") url.protocol = "wss:";
    url.hash = "";
    return url.protocol.startsWith("ws") ? url.href : "";
  } catch {
    return address;
  }
}
