/* How an application uses it; compiled only. */

import { CommandError, DatafeedClient, Lost, OutcomeUnknown, type PlaceOrderError } from "./index.js";

declare function draw(value: unknown): void;
declare function fetchToken(): Promise<string>;

const feed = new DatafeedClient("wss://example.com/datafeed/ws", {
  token: fetchToken,
  connect: (url, protocols) => new WebSocket(url, protocols),
  reduce: { book: (book, change) => ({ sizes: { ...book.sizes, [change.price]: change.size } }) },
});
const stop = new AbortController();

export async function bars(): Promise<void> {
  try {
    for await (const bar of feed.bars({ symbol: "AAPL" }, { signal: stop.signal, buffer: 256, overflow: "drop-oldest" })) draw(bar.close);
  } catch (error) {
    if (error instanceof Lost) draw(error.count);
    else throw error;
  }
}

export async function events(): Promise<void> {
  for await (const event of feed.book({ symbol: "AAPL" }).events()) {
    if (event.kind === "snapshot") draw(event.data.sizes);
    else if (event.kind === "update") draw(event.data.price);
    else if (event.kind === "gap") draw(event.count ?? "unknown");
    else draw(event.state);
  }
}

export function book(): () => void {
  const handle = feed.book({ symbol: "AAPL" });
  return handle.subscribe(() => draw(handle.current?.sizes));
}

export async function order(): Promise<void> {
  try {
    draw((await feed.placeOrder({ symbol: "AAPL", quantity: 1 }, { key: "5f3a", timeout: 10_000 })).number);
  } catch (error) {
    if (error instanceof OutcomeUnknown) draw(error.key);
    else if (error instanceof CommandError) draw((error as PlaceOrderError).code === "order_rejected");
  }
  feed.$on("outdated", ({ contract }) => draw(contract));
  draw(feed.$state === "open");
  feed.$close();
}
