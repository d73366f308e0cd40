import { afterEach, expect, test, vi } from "vitest";
import { CommandError, DatafeedClient, Lost, TradingClient, type t } from "./feed/index.js";
import { createMock } from "./feed/mock.js";

const bar = (close: number): t.Bar => ({ symbol: "AAPL", time: close, open: 1, high: 1, low: 1, close, volume: 1 }) as unknown as t.Bar;
const level = (price: string, size: number): t.BookLevel => ({ side: "bid", price, size }) as unknown as t.BookLevel;
const state = (...levels: t.BookLevel[]): t.Book => ({ levels }) as unknown as t.Book;
const add = (book: t.Book, change: t.BookLevel): t.Book => state(...(book as unknown as { levels: t.BookLevel[] }).levels, change);
const AAPL = { symbol: "AAPL" };

afterEach(() => {
  vi.useRealTimers();
});

test("a loop gets what is pushed, also before it begins", async () => {
  const mock = createMock(DatafeedClient);
  mock.bars(AAPL).push(bar(1));
  expect(mock.bars(AAPL).subscribed).toBe(false);
  const loop = mock.$client.bars(AAPL)[Symbol.asyncIterator]();
  expect((await loop.next()).value).toEqual(bar(1));
  expect(mock.bars(AAPL).subscribed).toBe(true);
  mock.bars(AAPL).push(bar(2));
  expect((await loop.next()).value).toEqual(bar(2));
  mock.bars(AAPL).end();
  expect(await loop.next()).toEqual({ done: true, value: undefined });
});

test("losses are those of a real server", async () => {
  const mock = createMock(DatafeedClient);
  const gaps: unknown[] = [];
  mock.$client.$on("gap", ({ route, count }) => gaps.push([route, count]));
  const topic = mock.bars(AAPL);
  const events = mock.$client.bars(AAPL).events();
  const loop = mock.$client.bars(AAPL)[Symbol.asyncIterator]();
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const event of events) seen.push(event.kind === "update" ? event.data.close : event.kind === "gap" ? event : event.kind);
  })();
  await vi.waitFor(() => expect(topic.subscribed).toBe(true));
  topic.push(bar(1));
  topic.gap(3);
  topic.push(bar(2));
  topic.gap();
  topic.push(bar(3));
  topic.end("internal", "The data source failed");
  await expect(reading).rejects.toMatchObject({ name: "Ended", code: "internal", message: "The data source failed" });
  expect(seen).toEqual(["state", "state", 1, { kind: "gap", count: 3, where: "server" }, 2, { kind: "gap", count: undefined, where: "server" }, 3]);
  expect(gaps).toEqual([["bars", 3], ["bars", undefined]]);
  await loop.next();
  await expect(loop.next()).rejects.toBeInstanceOf(Lost);
});

test("a state is sent, changed, and sent again after a loss", async () => {
  const mock = createMock(DatafeedClient, { reduce: { book: add } });
  const book = mock.$client.book(AAPL);
  const changed = vi.fn();
  book.subscribe(changed);
  await vi.waitFor(() => expect(mock.book(AAPL).subscribed).toBe(true));
  expect(book.current).toBeUndefined();
  expect(() => mock.book(AAPL).push(level("1", 1))).toThrow("call snapshot() before push()");
  mock.book(AAPL).snapshot(state());
  mock.book(AAPL).push(level("1", 1));
  expect(book.current).toEqual(state(level("1", 1)));
  mock.book(AAPL).gap(2);
  mock.book(AAPL).push(level("2", 1));
  await vi.waitFor(() => expect(book.current).toEqual(state(level("1", 1), level("2", 1))));
  mock.book(AAPL).gap();
  expect(book.current).toEqual(state(level("1", 1), level("2", 1)));
  mock.book(AAPL).push(level("3", 1));
  expect(book.current).toEqual(state(level("1", 1), level("2", 1), level("3", 1)));
  expect(changed).toHaveBeenCalled();
});

test("the connection goes and comes, and nothing is lost", async () => {
  const mock = createMock(DatafeedClient);
  const states: string[] = [];
  mock.$client.$on("state", ({ state }) => states.push(state));
  mock.$client.$on("gap", () => states.push("gap"));
  const loop = mock.$client.bars(AAPL)[Symbol.asyncIterator]();
  mock.bars(AAPL).push(bar(1));
  await loop.next();
  mock.$disconnect();
  mock.bars(AAPL).push(bar(2));
  expect(mock.$client.$state).toBe("waiting");
  mock.$connect();
  expect((await loop.next()).value).toEqual(bar(2));
  expect(states).toEqual(["token", "connecting", "hello", "open", "waiting", "token", "connecting", "hello", "open"]);
  mock.$disconnect(1008, "No");
  await expect(loop.next()).rejects.toMatchObject({ name: "Closed", code: 1008 });
});

test("a subscription is refused, a contract has changed, a notice comes", async () => {
  const mock = createMock(DatafeedClient);
  const heard: unknown[] = [];
  mock.$client.$on("outdated", (event) => heard.push(event));
  mock.$client.$on("notice", (event) => heard.push(event));
  mock.$client.$on("status", (event) => heard.push(event));
  mock.bars(AAPL).refuse("not_found", "No such symbol");
  await expect(mock.$client.bars(AAPL)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ name: "Refused", code: "not_found" });
  void mock.$client.alerts()[Symbol.asyncIterator]().next();
  await vi.waitFor(() => expect(mock.alerts().subscribed).toBe(true));
  mock.$notice("maintenance", "Tonight");
  mock.$status("down");
  mock.$outdated("new");
  await vi.waitFor(() => expect(heard).toEqual([{ code: "maintenance", message: "Tonight" }, { broker: "down" }, { contract: "new" }]));
});

test("commands are answered and fail", async () => {
  const mock = createMock(TradingClient);
  const order = { account: "A1", symbol: "AAPL", side: "buy", quantity: 1 } as unknown as t.NewOrderInput;
  await expect(mock.$client.placeOrder(order)).rejects.toMatchObject({ name: "CommandError", code: "unanswered" });
  mock.placeOrder.fail("order_rejected", "No cash");
  await expect(mock.$client.placeOrder(order)).rejects.toEqual(new CommandError("order_rejected", "No cash"));
  mock.placeOrder.answer((request) => ({ id: "1", symbol: request.symbol }) as unknown as t.Order);
  await expect(mock.$client.placeOrder(order)).resolves.toEqual({ id: "1", symbol: "AAPL" });
  mock.placeOrder.answer(() => {
    throw new CommandError("unavailable", "Later", [], 3);
  });
  await expect(mock.$client.placeOrder(order)).rejects.toMatchObject({ code: "unavailable", retryAfter: 3 });
  mock.placeOrder.fail("outcome_unknown");
  await expect(mock.$client.placeOrder(order)).rejects.toMatchObject({ name: "OutcomeUnknown" });
  expect(mock.placeOrder.calls).toHaveLength(5);
  expect(mock.placeOrder.calls[0]).toEqual(order);
});

test("a command whose answer is lost is carried out once", async () => {
  const mock = createMock(TradingClient);
  let done = (_: t.Order): void => {};
  mock.placeOrder.answer(() => new Promise((resolve) => (done = resolve)));
  const asking = mock.$client.placeOrder({} as unknown as t.NewOrderInput);
  await vi.waitFor(() => expect(mock.placeOrder.calls).toHaveLength(1));
  mock.$disconnect();
  mock.$connect();
  await vi.waitFor(() => expect(mock.$client.$state).toBe("open"));
  done({ id: "7" } as unknown as t.Order);
  await expect(asking).resolves.toEqual({ id: "7" });
  expect(mock.placeOrder.calls).toHaveLength(1);
});

test("fake timers do not stop it, and onFrame sees all frames", async () => {
  vi.useFakeTimers();
  const frames: string[] = [];
  const mock = createMock(DatafeedClient, { onFrame: (frame, direction) => frames.push(`${direction} ${(frame as { type: string }).type}`) });
  const loop = mock.$client.bars(AAPL)[Symbol.asyncIterator]();
  mock.bars(AAPL).push(bar(1));
  await loop.next();
  await loop.return?.();
  expect(mock.bars(AAPL).subscribed).toBe(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(mock.bars(AAPL).subscribed).toBe(false);
  expect(frames).toEqual(["out hello", "in hello", "out bars.subscribe", "in bars.subscribe.response", "in bars.update", "out bars.unsubscribe", "in bars.unsubscribe.response"]);
  mock.$client.$close();
});

test("onFrame that throws does not disturb the client", async () => {
  const reported: unknown[] = [];
  const onFrame = (): void => {
    throw new Error("mine");
  };
  const mock = createMock(DatafeedClient, { onFrame, host: { report: (error) => reported.push(error) } });
  mock.bars(AAPL).push(bar(1));
  expect((await mock.$client.bars(AAPL)[Symbol.asyncIterator]().next()).value).toEqual(bar(1));
  expect(reported).toHaveLength(5);
});

test("a class that has no mock is refused", () => {
  expect(() => createMock(class {} as unknown as typeof DatafeedClient)).toThrow("Pass the class of a client");
});
