import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Connection } from "../src/connection.ts";
import { parseJson } from "../src/json.ts";
import { Socket } from "./socket.mjs";

const URL = "ws://localhost/ws";
const AAPL = { symbol: "AAPL" };
const LONG = { symbol: "AAPL", resolution: "1m" };
const TOPIC = 'bars:{"resolution":"1m","symbol":"AAPL"}';
let connection;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Socket.all = [];
  connection = new Connection(() => undefined, "http://localhost");
});

function open() {
  connection.connect(URL);
  Socket.last.accept();
}

function states() {
  return [...connection.subscriptions.values()].map(({ request, state }) => [request, state]);
}

test("two requests with one topic are one subscription", () => {
  open();
  connection.subscribe("bars", AAPL);
  Socket.last.answer(-1, TOPIC);
  connection.subscribe("bars", LONG);
  Socket.last.answer(-1, TOPIC);
  assert.deepEqual(states(), [[AAPL, "active"]]);
  const [only] = connection.subscriptions.values();
  assert.deepEqual(only.aliases, [LONG]);
  Socket.last.update(TOPIC, 1, 1);
  assert.equal(only.received, 1);
  connection.unsubscribe(only.key);
  Socket.last.answer(-1, TOPIC);
  assert.deepEqual(states(), []);
});

test("two requests with one topic, both unanswered, are one subscription", () => {
  open();
  connection.subscribe("bars", AAPL);
  connection.subscribe("bars", LONG);
  Socket.last.answer(0, TOPIC);
  Socket.last.answer(1, TOPIC);
  assert.deepEqual(states(), [[AAPL, "active"]]);
});

test("ending one of two unanswered requests with one topic keeps the other", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  connection.subscribe("bars", LONG);
  connection.unsubscribe(key);
  for (const index of [0, 1, 2]) Socket.last.answer(index, TOPIC);
  // The server ended the topic for both, so the other is asked for again.
  assert.deepEqual(Socket.last.said.at(-1), ["bars.subscribe", LONG]);
  Socket.last.answer(-1, TOPIC);
  assert.deepEqual(states(), [[LONG, "active"]]);
});

test("a request made while the topic ends is subscribed once more", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  Socket.last.answer(-1, TOPIC);
  connection.subscribe("bars", LONG);
  connection.unsubscribe(key);
  Socket.last.answer(1, TOPIC);
  Socket.last.answer(2, TOPIC);
  Socket.last.answer(-1, TOPIC);
  assert.deepEqual(states(), [[LONG, "active"]]);
});

test("a subscription that the server ended gives way to another request with its topic", () => {
  open();
  connection.subscribe("bars", AAPL);
  Socket.last.answer(-1, TOPIC);
  Socket.last.receive({ type: "bars.unsubscribed", payload: { topic: TOPIC, reason: "Over." } });
  assert.deepEqual(states(), [[AAPL, "ended"]]);
  connection.subscribe("bars", LONG);
  Socket.last.answer(-1, TOPIC);
  assert.deepEqual(states(), [[LONG, "active"]]);
});

test("removing an unanswered subscription unsubscribes it", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  connection.unsubscribe(key);
  assert.deepEqual(Socket.last.said, [
    ["bars.subscribe", AAPL],
    ["bars.unsubscribe", AAPL],
  ]);
  Socket.last.answer(0, TOPIC);
  Socket.last.answer(1, TOPIC);
  assert.deepEqual(states(), []);
  assert.equal(connection.refusal, undefined);
});

test("removing a subscription that is then refused leaves no error", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  connection.unsubscribe(key);
  Socket.last.refuse(0, "unauthorized");
  Socket.last.refuse(1, "not_subscribed");
  assert.deepEqual(states(), []);
  assert.equal(connection.refusal, undefined);
});

test("a subscription that is asked for again while it ends stays", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  connection.unsubscribe(key);
  connection.subscribe("bars", AAPL);
  for (const index of [0, 1, 2]) Socket.last.answer(index, TOPIC);
  assert.deepEqual(states(), [[AAPL, "active"]]);
});

test("a subscription that the server does not end stays, and says so", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  Socket.last.answer(-1, TOPIC);
  connection.unsubscribe(key);
  Socket.last.refuse(-1, "rate_limited");
  assert.deepEqual(states(), [[AAPL, "active"]]);
  assert.match(connection.subscriptions.get(key).note, /Not unsubscribed: rate_limited/);
});

test("a subscription that ends is not subscribed again by the next connection", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  Socket.last.answer(-1, TOPIC);
  connection.unsubscribe(key);
  Socket.last.fail();
  assert.deepEqual(states(), []);
});

test("connecting at once during an outage goes on trying", () => {
  open();
  Socket.last.fail(1012);
  assert.equal(connection.status, "waiting");
  connection.connect(URL);
  assert.equal(connection.status, "connecting");
  Socket.last.fail();
  assert.equal(connection.status, "waiting");
  const attempts = Socket.all.length;
  mock.timers.tick(1000);
  assert.equal(Socket.all.length, attempts + 1);
  Socket.last.accept();
  assert.equal(connection.status, "open");
});

test("a first connection that fails is not tried again", () => {
  open();
  connection.disconnect();
  for (const url of [URL, "ws://elsewhere/ws"]) {
    connection.connect(url);
    Socket.last.fail();
    assert.equal(connection.status, "closed");
  }
});

test("a failed connection says what the server must allow", () => {
  const note = (origin, url = URL) => {
    connection = new Connection(() => undefined, origin);
    connection.connect(url);
    Socket.last.fail();
    return connection.note;
  };
  assert.match(note("null"), /origins=\["null"\]/);
  assert.match(note("https://docs.example.org"), /origins=\["https:\/\/docs\.example\.org"\]/);
  assert.match(note("http://localhost:8000"), /origins=\["http:\/\/localhost:8000"\]/);
  assert.match(note("http://localhost", "wss://localhost:80/ws"), /origins=\["http:\/\/localhost"\]/);
  assert.doesNotMatch(note("http://localhost"), /origins/);
  assert.doesNotMatch(note("https://localhost", "wss://localhost:443/ws"), /origins/);
});

test("a refusal names the request that it refuses", () => {
  open();
  const key = connection.subscribe("bars", AAPL);
  Socket.last.refuse(-1, "invalid_payload", [{ loc: ["payload", "symbol"], message: "no" }]);
  assert.equal(connection.refusal.key, key);
  assert.deepEqual(states(), []);
  connection.subscribe("quotes", {});
  assert.equal(connection.refusal, undefined);
});

test("a subscription that is refused after a reconnection stays to say so", () => {
  open();
  connection.subscribe("bars", AAPL);
  Socket.last.answer(-1, TOPIC);
  Socket.last.update(TOPIC, 1, 1);
  Socket.last.fail(1012);
  mock.timers.tick(1000);
  Socket.last.accept();
  Socket.last.refuse(-1, "unauthorized");
  assert.deepEqual(states(), [[AAPL, "refused"]]);
});

test("large integers are sent and kept with all their digits", () => {
  open();
  connection.subscribe("bars", parseJson('{"account": 9007199254740993}'));
  assert.match(Socket.last.sent[0].text, /"payload":{"account":9007199254740993}/);
  Socket.last.answer(-1, TOPIC);
  Socket.last.receive(`{"type":"bars.update","payload":{"topic":${JSON.stringify(TOPIC)},"payload":{"id":9007199254740993}},"seq":1}`);
  const [only] = connection.subscriptions.values();
  assert.equal(String(only.latest.id), "9007199254740993");
});

test("pings keep the connection from being silent, where the server answers them", () => {
  connection.connect(URL, true);
  Socket.last.accept();
  const first = Socket.last;
  for (let passed = 0; passed < 40_000; passed += 20_000) mock.timers.tick(20_000);
  assert.equal(first.sent.filter(({ type }) => type === "ping").length, 2);
  connection.disconnect();
  mock.timers.tick(45_000);
  assert.equal(first.sent.length, 2);
  connection.connect(URL);
  Socket.last.accept();
  mock.timers.tick(45_000);
  assert.deepEqual(Socket.last.sent, []);
});

test("a command has one answer, with exact numbers", () => {
  open();
  const key = connection.command("orders.place", AAPL);
  assert.deepEqual(Socket.last.said, [["orders.place", AAPL]]);
  const { id } = Socket.last.sent.at(-1);
  Socket.last.receive(`{"type":"orders.place.response","payload":{"number":12345678901234567890},"id":${id}}`);
  assert.equal(connection.response.key, key);
  assert.equal(JSON.stringify(connection.response.payload.number.value), '"12345678901234567890"');
  assert.deepEqual(states(), []);
});

test("a refused command has its key, and so has one that is never answered", () => {
  open();
  const refused = connection.command("orders.place", AAPL);
  Socket.last.refuse(-1, "order_rejected");
  assert.deepEqual([connection.refusal.key, connection.refusal.code], [refused, "order_rejected"]);
  const lost = connection.command("orders.place", AAPL);
  assert.equal(connection.refusal, undefined);
  Socket.last.fail();
  assert.deepEqual([connection.refusal.key, connection.refusal.code], [lost, "unanswered"]);
});

test("a server that knows hello is greeted first, and its snapshots and resets are taken", () => {
  connection.connect(URL, false, true);
  Socket.last.accept();
  connection.subscribe("book", AAPL);
  assert.deepEqual(Socket.last.said, [
    ["hello", { version: 1, features: ["positions", "snapshot"] }],
    ["book.subscribe", AAPL],
  ]);
  Socket.last.answer(-1, TOPIC);
  const [only] = connection.subscriptions.values();
  assert.equal(only.snapshot, undefined);
  const payload = { topic: TOPIC, payload: { bids: 3 }, epoch: "e" };
  Socket.last.receive({ type: "book.snapshot", payload, seq: 7 });
  assert.deepEqual(only.snapshot, { bids: 3 });
  Socket.last.update(TOPIC, 1, 8);
  assert.deepEqual([only.received, only.missed], [1, 0]);
  Socket.last.receive({ type: "book.reset", payload: { topic: TOPIC, epoch: "f", seq: 20, recovered: false } });
  Socket.last.update(TOPIC, 1, 21);
  assert.deepEqual([only.received, only.missed], [2, 0]);
});

test("a command has the key that was filled in, and none otherwise", () => {
  open();
  connection.command("orders.place", AAPL);
  connection.command("orders.place", AAPL, "5f3a");
  assert.deepEqual(
    Socket.last.sent.map(({ key }) => key),
    [undefined, "5f3a"],
  );
});
