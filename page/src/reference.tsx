// The document itself, shown by @asyncapi/react-component; untrusted text in it stays text.

import AsyncApi from "@asyncapi/react-component/lib/esm/without-parser";
import purify from "isomorphic-dompurify";
import { isLosslessNumber } from "lossless-json";
import { memo, type ReactNode } from "react";
import { asArray, asObject, asText, isObject, type Json, type JsonObject } from "./json";
import { anonymousNaming, applyUniqueIds, toAsyncAPIDocument } from "./parser";

// The document speaks as the server: it receives what clients send. Readers are mostly clients.
const CONFIG = {
  show: { sidebar: false, errors: false },
  expand: { messageExamples: true },
  receiveLabel: "client sends",
  replyLabel: "client asks",
  sendLabel: "server sends",
  requestLabel: "server asks",
};

/** Shows `document`, whose references are resolved. */
export const Reference = memo(function Reference({ document }: { document: JsonObject }): ReactNode {
  return (
    <AsyncApi
      schema={document}
      config={CONFIG}
    />
  );
});

/**
 * Return a copy of `document`, whose references are not resolved yet, with the numbers that the component can show:
 * large integers as `bigint`. JSON.stringify writes them exactly where the browser can (see harden).
 */
export function withPlainNumbers(document: JsonObject): JsonObject {
  return plain(document) as JsonObject;
}

function plain(node: Json): Json {
  if (isLosslessNumber(node)) {
    const value = Number(node.value);
    const isExact = Number.isSafeInteger(value) || !/^-?\d+$/.test(node.value);
    return isExact ? value : (BigInt(node.value) as unknown as Json);
  }
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, plain(value)]));
}

/** Return what the component shows: `document` with the names that the AsyncAPI parser gives to its parts. */
export function prepare(document: JsonObject): JsonObject {
  liftChannels(document);
  titleOperations(document);
  emptyReplyChannels(document);
  dropPlumbing(document);
  dropRepeated(document);
  applyUniqueIds(document);
  document["x-parser-spec-parsed"] = true;
  document["x-parser-api-version"] = 1;
  const model = toAsyncAPIDocument(document);
  if (model) anonymousNaming(model);
  return document;
}

/** Say what is true of a channel once, at the top: the component repeats it with each of its operations. */
function liftChannels(document: JsonObject): void {
  const info = asObject(document.info);
  const texts = [asText(info.description)];
  const channels = Object.values(asObject(document.channels)).map(asObject);
  for (const channel of channels) {
    const text = asText(channel.description);
    if (text) texts.push(...(channels.length > 1 ? [`## ${asText(channel.address)}`] : []), text);
    delete channel.description;
    // For programs, as `x-module` is for the contents of the page: the component shows extensions that it can list.
    for (const key of Object.keys(channel)) {
      if (key.startsWith("x-")) Object.defineProperty(channel, key, { enumerable: false });
    }
  }
  info.description = texts.filter(Boolean).join("\n\n");
}

/** Put the titles of operations, which the component leaves out, where it shows their summaries. */
function titleOperations(document: JsonObject): void {
  if (asText(document.asyncapi).startsWith("2.")) return;
  for (const operation of Object.values(asObject(document.operations)).map(asObject)) {
    const title = asText(operation.title);
    if (!title) continue;
    operation.description = [asText(operation.summary), asText(operation.description)].filter(Boolean).join("\n\n");
    operation.summary = title;
  }
}

/** Drop the messages of a reply's channel: the component repeats all of them in each reply, unseen, for seconds. */
function emptyReplyChannels(document: JsonObject): void {
  for (const operation of Object.values(asObject(document.operations)).map(asObject)) {
    const reply = asObject(operation.reply);
    if ("channel" in reply) operation.reply = { ...reply, channel: { ...asObject(reply.channel), messages: {} } };
  }
}

/** Drop what is for programs: bindings that say only that a socket is a socket, and extensions of operations. Say
    in words what one of them tells: what becomes of updates that a client is too slow for. */
function dropPlumbing(document: JsonObject): void {
  for (const channel of Object.values(asObject(document.channels)).map(asObject)) {
    const { method: _method, bindingVersion: _version, ...told } = asObject(asObject(channel.bindings).ws);
    if (Object.keys(told).length === 0) {
      const { ws: _socket, ...others } = asObject(channel.bindings);
      if (Object.keys(others).length > 0) channel.bindings = others;
      else delete channel.bindings;
    }
  }
  for (const operation of Object.values(asObject(document.operations)).map(asObject)) {
    const told = [asText(operation.description), delivery(asObject(operation["x-delivery"]))].filter(Boolean);
    if (told.length > 0) operation.description = told.join("\n\n");
    for (const key of Object.keys(operation)) if (key.startsWith("x-")) delete operation[key];
  }
}

/** Drop the components that the component shows with each operation: its messages, and the frames that they are. */
function dropRepeated(document: JsonObject): void {
  const shown = new Set<Json>();
  for (const channel of Object.values(asObject(document.channels)).map(asObject)) {
    for (const message of Object.values(asObject(channel.messages))) shown.add(message);
    for (const operation of [channel.publish, channel.subscribe].map(asObject)) {
      const message = asObject(operation.message);
      for (const one of asArray(message.oneOf ?? [message])) shown.add(one);
    }
  }
  for (const message of [...shown]) shown.add(asObject(message).payload ?? null);
  const components = asObject(document.components);
  for (const kind of ["messages", "schemas"]) {
    if (!isObject(components[kind])) continue;
    components[kind] = Object.fromEntries(Object.entries(components[kind]).filter(([, part]) => !shown.has(part)));
  }
}

function delivery({ queue, overflow }: JsonObject): string {
  if (overflow === "latest") return "For a client that reads too slowly, only the latest update of a topic is kept.";
  const kept = typeof queue === "number" ? `Up to ${queue} updates wait for a client that reads too slowly` : "";
  if (kept && overflow === "drop-oldest") return `${kept}; then the oldest is dropped.`;
  if (kept && overflow === "disconnect") return `${kept}; then it is disconnected.`;
  return "";
}

/** Let JSON.stringify, which the component uses, write the digits of a `bigint`; older browsers round it. */
function writeLargeIntegers(): void {
  const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown };
  Object.defineProperty(BigInt.prototype, "toJSON", {
    value(this: bigint): unknown {
      return rawJSON ? rawJSON(this.toString()) : Number(this);
    },
  });
}

/** Make the component's sanitiser stricter: no styles, forms or pictures from elsewhere; links open outside. */
export function harden(): void {
  writeLargeIntegers();
  purify.setConfig({
    FORBID_TAGS: ["style", "form", "input", "button", "select", "textarea", "audio", "video", "picture", "source", "svg", "math"],
    FORBID_ATTR: ["style", "srcset", "background", "id", "name"],
  });
  purify.addHook("afterSanitizeAttributes", (node: Element) => {
    const source = node.getAttribute("src");
    if (source !== null && !source.startsWith("data:image/")) node.removeAttribute("src");
    if (node.tagName === "A") {
      node.setAttribute("target", "_blank");
      node.setAttribute("rel", "noopener noreferrer nofollow");
    }
  });
}
