// What the corpus cannot show: the surroundings that a client has by itself, and what it tells its programmer.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { turns, World } from "./world.mjs";

const runtime = await import(new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js", import.meta.url));
const CONTRACT = { runtime: runtime.RUNTIME_VERSION, digest: "c0ffee0000000001" };

/** Return a client in a world of its own, and the socket that it opens. */
function begin(options = {}) {
  const world = new World();
  const client = new runtime.Client("wss://example.com", CONTRACT, { ...options, host: world.host });
  return { world, client };
}

async function open({ world }, hello = { contract: CONTRACT.digest }) {
  await turns();
  const socket = world.sockets.at(-1);
  socket.onopen({});
  const id = world.sent.at(-1).id;
  socket.onmessage({ data: JSON.stringify({ type: "hello", payload: { version: 1, features: ["snapshot", "keys"], limits: {}, ...hello }, id }) });
  await turns();
  return socket;
}

test("code for another version of the runtime says what to do", () => {
  assert.throws(() => new runtime.Client("wss://example.com", { runtime: 0, digest: "" }), /generated for version 0.*generate it again/);
});

test("importing and making a client touches nothing", () => {
  const reached = [];
  const names = ["WebSocket", "setTimeout", "addEventListener", "document", "crypto"];
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const name of names) Object.defineProperty(globalThis, name, { configurable: true, get: () => reached.push(name) });
  try {
    const client = new runtime.Client("wss://example.com", CONTRACT);
    runtime.stream(client, "bars", { symbol: "AAPL" });
  } finally {
    names.forEach((name, index) => (before[index] ? Object.defineProperty(globalThis, name, before[index]) : delete globalThis[name]));
  }
  assert.deepEqual(reached, []);
});

test("keys are random, and fit the server's limit", async () => {
  const keys = new Set();
  for (let number = 0; number < 50; number += 1) {
    const { world } = begin();
    const { key: _, ...host } = world.host;
    const client = new runtime.Client("wss://example.com", CONTRACT, { host });
    runtime.command(client, "orders.place", {});
    await open({ world });
    keys.add(world.sent.at(-1).key);
  }
  assert.equal(keys.size, 50);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
});

test("the clock, the timers and the socket are those of the surroundings", async () => {
  const made = [];
  globalThis.WebSocket = class {
    constructor(url, protocols) {
      made.push([url, protocols]);
    }
    close() {}
  };
  const client = new runtime.Client(new URL("wss://example.com/feed"), CONTRACT);
  runtime.stream(client, "bars", {})[Symbol.asyncIterator]();
  await turns();
  client.$close();
  assert.deepEqual(made, [["wss://example.com/feed", ["wsgen"]]]);
});

test("a token goes out as UTF-8, and no token holds the client up", async () => {
  const { world, client } = begin({ token: () => "ключ-é" });
  runtime.stream(client, "bars", {})[Symbol.asyncIterator]();
  await turns();
  const [{ connect }] = world.sent;
  const encoded = connect[1].slice("wsgen.token.".length);
  assert.match(encoded, /^[A-Za-z0-9_-]+$/);
  assert.equal(Buffer.from(encoded, "base64url").toString("utf8"), "ключ-é");
  client.$close();
});

for (const none of [null, undefined]) {
  test(`a token that is ${none} is none, and the loop says so`, async () => {
    const { client } = begin({ token: () => none });
    const loop = runtime.stream(client, "bars", {})[Symbol.asyncIterator]();
    await assert.rejects(loop.next(), { name: "Closed", message: "There is no token any more" });
    assert.equal(client.$state, "closed");
  });
}

for (const number of [{}, { seq: "x" }]) {
  test(`an update with ${JSON.stringify(number)} for its number hides no loss`, async () => {
    const beginning = begin();
    const told = [];
    beginning.client.$on("error", ({ message }) => told.push(message));
    runtime.stream(beginning.client, "bars", {})[Symbol.asyncIterator]();
    const socket = await open(beginning);
    const say = (frame) => socket.onmessage?.({ data: JSON.stringify(frame) });
    say({ type: "bars.subscribe.response", payload: { topic: "bars:{}", epoch: "e", seq: 0 }, id: beginning.world.sent.at(-1).id });
    say({ type: "bars.update", payload: { topic: "bars:{}", payload: 1 }, ...number });
    assert.deepEqual(told, ["an update without its number"]);
    assert.equal(beginning.client.$state, "waiting");
    beginning.client.$close();
  });
}

test("where there is no WebSocket, the loop, the command and the state say what to pass", async () => {
  delete globalThis.WebSocket;
  const says = ({ name, message }) => name === "Closed" && /without a global WebSocket, pass `connect: \(url, protocols\) => new WebSocket/.test(message);
  const client = new runtime.Client("wss://example.com", CONTRACT);
  const told = [];
  client.$on("state", ({ error }) => error && told.push(error));
  await assert.rejects(runtime.stream(client, "bars", {})[Symbol.asyncIterator]().next(), says);
  await assert.rejects(runtime.command(client, "orders.place", {}), says);
  assert.ok(told.length === 1 && says(told[0]));
});

test("events of the page are heard from the first use until the close", async () => {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  Object.assign(globalThis, { addEventListener: page.addEventListener.bind(page), removeEventListener: page.removeEventListener.bind(page), document });
  const world = new World();
  const { listen: _, ...host } = world.host;
  const client = new runtime.Client("wss://example.com", CONTRACT, { host });
  try {
    runtime.stream(client, "bars", {})[Symbol.asyncIterator]();
    const socket = await open({ world });
    world.sent.length = 0;
    document.visibilityState = "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
    assert.deepEqual(world.sent, []);
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    assert.deepEqual(world.sent, [{ type: "ping" }]);
    socket.onmessage({ data: '{"type": "pong"}' });
    page.dispatchEvent(new Event("online"));
    assert.equal(world.sent.length, 2);
    page.dispatchEvent(new Event("pagehide"));
    assert.equal(client.$state, "waiting");
    page.dispatchEvent(new Event("pageshow"));
    assert.equal(client.$state, "token");
    client.$close();
    page.dispatchEvent(new Event("pageshow"));
    assert.equal(client.$state, "closed");
  } finally {
    for (const name of ["addEventListener", "removeEventListener", "document"]) delete globalThis[name];
  }
});

test("a state without a function that makes it says what to pass", () => {
  const { client } = begin();
  const book = runtime.state(client, "book", {});
  assert.throws(() => book.current, /reduce: \{ book: \.\.\. \}/);
  assert.throws(() => book.subscribe(() => {}), /reduce: \{ book: \.\.\. \}/);
  assert.equal(book.version, 0);
});

test("a state has the number of its last change, which only rises", async () => {
  const beginning = begin();
  const book = runtime.state(beginning.client, "book", {}, {}, (_, change) => change);
  const versions = [];
  book.subscribe(() => versions.push(book.version));
  const socket = await open(beginning);
  const say = (frame) => socket.onmessage({ data: JSON.stringify(frame) });
  say({ type: "book.subscribe.response", payload: { topic: "book:{}" }, id: beginning.world.sent.at(-1).id });
  say({ type: "book.snapshot", payload: { topic: "book:{}", payload: 1, epoch: "e" }, seq: 1 });
  say({ type: "book.update", payload: { topic: "book:{}", payload: 2 }, seq: 2 });
  assert.deepEqual(versions, [1, 2]);
  assert.equal(book.current, 2);
});

test("an error that nobody hears goes to the console, and one that is heard does not", async () => {
  const beginning = begin();
  const said = mock.method(console, "error", () => {});
  try {
    runtime.stream(beginning.client, "bars", {})[Symbol.asyncIterator]();
    const socket = await open(beginning);
    const fault = JSON.stringify({ type: "error", payload: { code: "invalid_json", message: "No" } });
    socket.onmessage({ data: fault });
    assert.equal(said.mock.callCount(), 1);
    const heard = [];
    const stop = beginning.client.$on("error", (error) => heard.push(error.code));
    socket.onmessage({ data: fault });
    stop();
    assert.deepEqual(heard, ["invalid_json"]);
    assert.equal(said.mock.callCount(), 1);
  } finally {
    said.mock.restore();
  }
});

test("a client whose document had no contract hears of a change of it", async () => {
  const world = new World();
  const client = new runtime.Client("wss://example.com", { runtime: runtime.RUNTIME_VERSION, digest: "" }, { host: world.host });
  const heard = [];
  client.$on("outdated", ({ contract }) => heard.push(contract));
  runtime.stream(client, "bars", {})[Symbol.asyncIterator]();
  const socket = await open({ world }, { contract: "first" });
  socket.onclose({ code: 1001, reason: "" });
  await world.advance(1);
  await open({ world }, { contract: "second" });
  assert.deepEqual(heard, ["second"]);
});

test("`using` ends what a handle has begun", async () => {
  const { client } = begin();
  const bars = runtime.stream(client, "bars", {});
  const next = bars[Symbol.asyncIterator]().next();
  bars[Symbol.dispose]();
  assert.deepEqual(await next, { done: true, value: undefined });
});

test("a signal that lives on does not keep handles that are over", async () => {
  const { client } = begin();
  const { signal } = new AbortController();
  const added = mock.method(signal, "addEventListener");
  const removed = mock.method(signal, "removeEventListener");
  for (let number = 0; number < 3; number += 1) {
    await runtime.stream(client, "bars", {}, { signal })[Symbol.asyncIterator]().return();
  }
  assert.equal(added.mock.callCount(), 3);
  assert.equal(removed.mock.callCount(), 3);
});

test("a socket that throws when it is about to close stops nothing", async () => {
  const beginning = begin();
  const loop = runtime.stream(beginning.client, "bars", {})[Symbol.asyncIterator]();
  const socket = await open(beginning);
  socket.send = socket.close = () => {
    throw new Error("about to close");
  };
  runtime.stream(beginning.client, "others", {})[Symbol.asyncIterator]();
  beginning.client.$close();
  assert.deepEqual(await loop.next(), { done: true, value: undefined });
});

test("nothing is called before `subscribe` has returned", async () => {
  const beginning = begin();
  const book = runtime.state(beginning.client, "book", {}, {}, (_, change) => change);
  book.subscribe(() => {});
  const socket = await open(beginning);
  const say = (frame) => socket.onmessage({ data: JSON.stringify(frame) });
  say({ type: "book.subscribe.response", payload: { topic: "book:{}" }, id: beginning.world.sent.at(-1).id });
  say({ type: "book.snapshot", payload: { topic: "book:{}", payload: 1, epoch: "e" }, seq: 1 });
  const called = [];
  const stop = book.subscribe(() => called.push(book.current));
  assert.deepEqual(called, []);
  await turns();
  assert.deepEqual(called, [1]);
  stop();
  book.subscribe(() => called.push("stopped in time"))();
  beginning.client.$close();
  book.subscribe(() => {}, (error) => called.push(error.name));
  assert.deepEqual(called, [1]);
  await turns();
  assert.deepEqual(called, [1, "Closed"]);
});

test("what is asked for is sent as it was when it was asked for", async () => {
  const beginning = begin();
  const order = { quantity: 1 };
  const request = { symbol: "AAPL" };
  const ended = assert.rejects(runtime.command(beginning.client, "orders.place", order), { name: "OutcomeUnknown" });
  runtime.stream(beginning.client, "bars", request)[Symbol.asyncIterator]();
  order.quantity = 2;
  request.symbol = "MSFT";
  await open(beginning);
  const payloads = beginning.world.sent.slice(-2).map(({ payload }) => payload);
  assert.deepEqual(payloads, [{ symbol: "AAPL" }, { quantity: 1 }]);
  beginning.client.$close();
  await ended;
});

test("what JSON does not have is an error at once, and disturbs nothing else", async () => {
  const beginning = begin();
  runtime.stream(beginning.client, "bars", {})[Symbol.asyncIterator]();
  await open(beginning);
  await assert.rejects(runtime.command(beginning.client, "orders.place", { quantity: 1n }), TypeError);
  assert.throws(() => runtime.stream(beginning.client, "bars", { quantity: 1n }), TypeError);
  await beginning.world.advance(80);
  assert.equal(beginning.client.$state, "waiting"); // for want of an answer to the subscription, and not of the command
  assert.equal(beginning.world.sent.filter(({ type }) => type === "orders.place").length, 0);
  beginning.client.$close();
});

test("`parse` may make other numbers of those of the protocol", async () => {
  const parse = (text) => JSON.parse(text, (_, value) => (Number.isInteger(value) ? BigInt(value) : value));
  const beginning = begin({ parse });
  const told = [];
  beginning.client.$on("error", (error) => told.push(error));
  const events = runtime.stream(beginning.client, "bars", {}).events();
  const socket = await open(beginning, { features: ["positions"], limits: { frames_per_second: 10, frame_burst: 20, heartbeat: 60, idempotency: 300 } });
  const say = (frame) => socket.onmessage({ data: JSON.stringify(frame) });
  const topic = "bars:AAPL";
  say({ type: "bars.subscribe.response", id: beginning.world.sent.at(-1).id, payload: { status: "ok", topic, epoch: "e", seq: 4 } });
  say({ type: "bars.update", seq: 5, payload: { topic, payload: 1 } });
  say({ type: "bars.update", seq: 7, payload: { topic, payload: 2 } });
  const heard = [];
  for (let number = 0; number < 5; number += 1) heard.push((await events.next()).value);
  assert.deepEqual(heard.map(({ kind, state, data, count }) => state ?? data ?? count ?? kind), ["asked", "live", 1n, 1, 2n]);
  socket.onclose({ code: 1006, reason: "" });
  await beginning.world.advance(1);
  await open(beginning, { features: ["positions"] });
  assert.deepEqual(beginning.world.sent.at(-1).since, { epoch: "e", seq: 7 });
  assert.deepEqual(told, []);
  beginning.client.$close();
});

for (const payload of [7, {}, { topic: null }, { topic: { name: "bars" } }]) {
  test(`an answer of ${JSON.stringify(payload)} leaves no loop without updates`, async () => {
    const beginning = begin();
    const told = [];
    beginning.client.$on("error", ({ message }) => told.push(message));
    runtime.stream(beginning.client, "bars", {})[Symbol.asyncIterator]();
    const socket = await open(beginning);
    socket.onmessage({ data: JSON.stringify({ type: "bars.subscribe.response", id: beginning.world.sent.at(-1).id, payload }) });
    assert.deepEqual(told, ["an answer without its topic"]);
    assert.equal(beginning.client.$state, "waiting");
    beginning.client.$close();
  });
}

test("numbers that are none lead to no hurry", async () => {
  for (const wrong of ["soon", -1, {}]) {
    const beginning = begin();
    const bars = runtime.stream(beginning.client, "bars", {})[Symbol.asyncIterator]();
    const socket = await open(beginning, { limits: { frames_per_second: wrong, frame_burst: wrong, heartbeat: wrong } });
    const { id, type } = beginning.world.sent.at(-1);
    assert.equal(type, "bars.subscribe", JSON.stringify(wrong));
    await beginning.world.advance(20);
    assert.equal(beginning.world.sent.at(-1).type, "bars.subscribe");
    socket.onmessage({ data: JSON.stringify({ type: "error", id, payload: { code: "rate_limited", message: "no", retry_after: wrong } }) });
    await assert.rejects(bars.next(), { name: "Refused", code: "rate_limited" });
    beginning.client.$close();
  }
});

test("a command that may take longer than others does not cost the connection", async () => {
  const beginning = begin();
  const { client, world } = beginning;
  const report = runtime.command(client, "reports.make", {}, { timeout: 300_000 });
  const socket = await open(beginning);
  const { id } = world.sent.at(-1);
  for (let number = 0; number < 25; number += 1) {
    await world.advance(4);
    socket.onmessage({ data: JSON.stringify({ type: "pong" }) });
  }
  socket.onmessage({ data: JSON.stringify({ type: "reports.make.response", id, payload: "made" }) });
  assert.equal(await report, "made");
  assert.equal(world.sockets.length, 1);
  client.$close();
});

test("the mock carries out what it has put off", async () => {
  const { mockOf } = await import(new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime-mock.js", import.meta.url));
  class Trading extends runtime.Client {
    constructor(url, options) {
      super(url, CONTRACT, options);
    }
    placeOrder = (request) => runtime.command(this, "orders.place", request);
  }
  const world = new World();
  const { now, after } = world.host;
  const mocked = { client: Trading, contract: CONTRACT.digest, streams: {}, states: {}, commands: { placeOrder: "orders.place" } };
  const { $client, placeOrder } = mockOf([mocked], Trading, { host: { now, after } });
  placeOrder.fail("rate_limited", "Not now", { retryAfter: 5 });
  const order = $client.placeOrder({});
  await turns();
  placeOrder.answer({ number: 1 });
  await world.advance(6);
  assert.deepEqual(await Promise.race([order, turns()]), { number: 1 });
  $client.$close();
});

for (const end of ["close", "abort", "timeout"]) {
  test(`a command that was to be sent again leaves no timer: ${end}`, async () => {
    const beginning = begin();
    const { client, world } = beginning;
    const stop = new AbortController();
    const ended = assert.rejects(runtime.command(client, "orders.place", {}, { signal: stop.signal, timeout: 1000 }));
    const socket = await open(beginning);
    const busy = { code: "rate_limited", message: "busy", retry_after: 3600 };
    socket.onmessage({ data: JSON.stringify({ type: "error", id: world.sent.at(-1).id, payload: busy }) });
    if (end === "abort") stop.abort();
    else if (end === "timeout") await world.advance(2);
    client.$close();
    await ended;
    assert.ok(world.quiet);
  });
}

test("a clock that is set back makes nothing wait longer, and nothing be sent again", async () => {
  const beginning = begin();
  const order = runtime.command(beginning.client, "orders.place", {});
  const socket = await open(beginning, { features: ["keys"], limits: { idempotency: 300 } });
  beginning.world.sleep(-3600);
  socket.onclose({ code: 1006, reason: "" });
  await beginning.world.advance(1);
  const ended = assert.rejects(order, { name: "OutcomeUnknown" });
  await open(beginning, { features: ["keys"], limits: { idempotency: 300 } });
  await ended;

  const other = begin({ token: () => "token" });
  runtime.stream(other.client, "bars", {})[Symbol.asyncIterator]();
  const { world } = other;
  const first = await open(other);
  first.onmessage({ data: JSON.stringify({ type: "notice", payload: { code: "authentication_expires" } }) });
  await turns();
  const error = { code: "unavailable", message: "busy", retry_after: 5 };
  first.onmessage({ data: JSON.stringify({ type: "error", id: world.sent.at(-1).id, payload: error }) });
  world.sleep(-3600);
  first.onclose({ code: 1006, reason: "" });
  await world.advance(6);
  assert.equal(other.client.$state, "connecting");
  for (const { client } of [beginning, other]) client.$close();
});
