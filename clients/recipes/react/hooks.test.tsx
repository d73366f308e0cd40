// @vitest-environment jsdom
import { act, StrictMode, type ReactNode } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DatafeedClient, type t } from "./feed/index.js";
import { createMock } from "./feed/mock.js";
import { useAlerts, useBars, useBook, useConnection } from "./feed/react.js";

const bar = (close: number): t.Bar => ({ symbol: "AAPL", time: close, open: 1, high: 1, low: 1, close, volume: 1 }) as unknown as t.Bar;
const book = (size: number): t.Book => ({ size }) as unknown as t.Book;
const grow = (before: t.Book, { size }: t.BookLevel): t.Book => book((before as unknown as { size: number }).size + size);

let root: Root | undefined;
let place: HTMLElement;
beforeEach(() => {
  (globalThis as Record<string, unknown>)["IS_REACT_ACT_ENVIRONMENT"] = true;
  place = document.createElement("div");
});
afterEach(() => {
  act(() => root?.unmount());
  root = undefined;
  vi.useRealTimers();
});

/** Mount in strict mode, and let the mock answer. */
async function mount(node: ReactNode): Promise<void> {
  root ??= createRoot(place);
  await act(async () => root?.render(<StrictMode>{node}</StrictMode>));
  await settled();
}

async function settled(): Promise<void> {
  await act(async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  });
}

function feed(options: ConstructorParameters<typeof DatafeedClient>[1] = {}) {
  const sent: string[] = [];
  const mock = createMock(DatafeedClient, {
    ...options,
    reduce: { book: grow },
    onFrame: (frame, direction) => direction === "out" && sent.push((frame as { type: string }).type),
  });
  return { mock, sent };
}

function Bars({ client, symbol }: { client: DatafeedClient | null; symbol: string | null }) {
  const { data, state, error, gaps } = useBars(client, symbol === null ? null : { symbol });
  return <p>{`${data?.close ?? "-"} ${state} ${gaps} ${error?.message ?? ""}`.trim()}</p>;
}

function Book({ client }: { client: DatafeedClient }) {
  const { data, state } = useBook(client, { symbol: "AAPL" });
  return <p>{`${(data as unknown as { size: number })?.size ?? "-"} ${state}`}</p>;
}

test("strict mode sends nothing twice", async () => {
  vi.useFakeTimers();
  const { mock, sent } = feed();
  await mount(<Bars client={mock.$client} symbol="AAPL" />);
  expect(place.textContent).toBe("- live 0");
  act(() => mock.bars({ symbol: "AAPL" }).push(bar(3)));
  expect(place.textContent).toBe("3 live 0");
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(sent).toEqual(["hello", "bars.subscribe"]);
  act(() => root?.unmount());
  root = undefined;
  await vi.advanceTimersByTimeAsync(2000);
  expect(sent).toEqual(["hello", "bars.subscribe", "bars.unsubscribe"]);
});

test("a component that comes back soon is the same subscription", async () => {
  vi.useFakeTimers();
  const { mock, sent } = feed();
  await mount(<Bars client={mock.$client} symbol="AAPL" />);
  await mount(<p />);
  await act(() => vi.advanceTimersByTimeAsync(500));
  await mount(<Bars client={mock.$client} symbol="AAPL" />);
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(place.textContent).toBe("- live 0");
  expect(sent).toEqual(["hello", "bars.subscribe"]);
});

test("two components are one subscription, and another request another one", async () => {
  const { mock, sent } = feed();
  const show = (first: string) => (
    <>
      <Bars client={mock.$client} symbol={first} />
      <Bars client={mock.$client} symbol="AAPL" />
    </>
  );
  await mount(show("AAPL"));
  act(() => mock.bars({ symbol: "AAPL" }).push(bar(1)));
  expect(place.textContent).toBe("1 live 01 live 0");
  await mount(show("MSFT"));
  expect(place.textContent).toBe("- live 01 live 0");
  act(() => mock.bars({ symbol: "MSFT" }).push(bar(2)));
  expect(place.textContent).toBe("2 live 01 live 0");
  expect(sent).toEqual(["hello", "bars.subscribe", "bars.subscribe"]);
});

test("a state is there at once for a component that comes later", async () => {
  const { mock, sent } = feed();
  await mount(<Book client={mock.$client} />);
  expect(place.textContent).toBe("- syncing");
  act(() => mock.book({ symbol: "AAPL" }).snapshot(book(5)));
  expect(place.textContent).toBe("5 live");
  await mount([<Book key="1" client={mock.$client} />, <Book key="2" client={mock.$client} />]);
  expect(place.textContent).toBe("5 live5 live");
  act(() => mock.book({ symbol: "AAPL" }).push({ size: 1 } as unknown as t.BookLevel));
  expect(place.textContent).toBe("6 live6 live");
  expect(sent.filter((type) => type === "book.subscribe")).toHaveLength(1);
});

test("losses, drops and ends are shown", async () => {
  const { mock } = feed();
  await mount(<Bars client={mock.$client} symbol="AAPL" />);
  const topic = mock.bars({ symbol: "AAPL" });
  act(() => topic.push(bar(1)));
  act(() => topic.gap());
  expect(place.textContent).toBe("1 live 1");
  act(() => mock.$disconnect());
  expect(place.textContent).toBe("1 asked 1");
  act(() => mock.$connect());
  await settled();
  expect(place.textContent).toBe("1 live 1");
  act(() => topic.end("internal", "It failed"));
  expect(place.textContent).toBe("1 ended 1 It failed");
});

test("onEvent gets all events, also those that are not rendered", async () => {
  const { mock } = feed();
  const seen: unknown[] = [];
  function Chart() {
    const { data } = useBars(mock.$client, { symbol: "AAPL" }, { onEvent: (event) => event.kind === "update" && seen.push(event.data.close) });
    return <p>{data?.close}</p>;
  }
  await mount(<Chart />);
  act(() => {
    for (const close of [1, 2, 3]) mock.bars({ symbol: "AAPL" }).push(bar(close));
  });
  expect(seen).toEqual([1, 2, 3]);
  expect(place.textContent).toBe("3");
});

test("without a client or a request nothing happens, and a route may ask for nothing", async () => {
  const { mock, sent } = feed();
  function Alerts({ client }: { client: DatafeedClient | undefined }) {
    return <p>{`${useAlerts(client).state} ${useConnection(client)}`}</p>;
  }
  await mount([<Bars key="1" client={null} symbol="AAPL" />, <Bars key="2" client={mock.$client} symbol={null} />, <Alerts key="3" client={undefined} />]);
  expect(place.textContent).toBe("- off 0- off 0off idle");
  expect(sent).toEqual([]);
  await mount(<Alerts client={mock.$client} />);
  expect(place.textContent).toBe("live open");
});

test("a server renders without a connection, and a page takes it over", async () => {
  const { mock, sent } = feed();
  const page = (
    <StrictMode>
      <Bars client={mock.$client} symbol="AAPL" />
    </StrictMode>
  );
  mock.bars({ symbol: "AAPL" }).push(bar(4));
  const text = renderToString(page);
  expect(text).toBe("<p>- off 0</p>");
  expect(mock.$client.$state).toBe("idle");
  place.innerHTML = text;
  const wrong: unknown[] = [];
  await act(async () => {
    root = hydrateRoot(place, page, { onRecoverableError: (error) => wrong.push(error) });
  });
  await settled();
  expect(place.textContent).toBe("4 live 0");
  expect(wrong).toEqual([]);
  expect(sent).toEqual(["hello", "bars.subscribe"]);
});

test("a client without the function that makes states says so", () => {
  const mock = createMock(DatafeedClient);
  expect(() => renderToString(<Book client={mock.$client} />)).toThrow("Pass a function for the route to the client: reduce: { book: ... }");
});
