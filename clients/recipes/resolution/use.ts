import { CommandError, DatafeedClient, type PlaceOrderError, type t, TradingClient } from "./feed/index.js";
import { createMock, type DatafeedMock } from "./feed/mock.js";
import { type Followed, useBars } from "./feed/react.js";

export const feed = new DatafeedClient("wss://example.com/datafeed/ws", { reduce: { book: (book) => book } });
export const mock: DatafeedMock = createMock(DatafeedClient, { reduce: { book: (book) => book } });
export const trading = createMock(TradingClient);
export const bars = (symbol: string | null): Followed<t.Bar> =>
  useBars(mock.$client, symbol === null ? null : { symbol }, { onEvent: (event) => event.kind === "update" && event.data.close });

mock.book({ symbol: "AAPL" }).snapshot({ bids: [], asks: [] });
mock.book({ symbol: "AAPL" }).push({ side: "bid", price: "1.5", size: 1 });
trading.placeOrder.fail("order_rejected", "No cash");
trading.placeOrder.answer(({ symbol }) => ({ id: "1", symbol, side: "buy", type: "market", status: "filled", quantity: "1", filled: "1", limit_price: null, stop_price: null }));
export const isRejected = (error: unknown): boolean => error instanceof CommandError && (error as PlaceOrderError).code === "order_rejected";

// @ts-expect-error a bar has no such field
mock.bars({ symbol: "AAPL" }).push({ price: 1 });
// @ts-expect-error a request needs a symbol
mock.bars({});
// @ts-expect-error a stream has no state
mock.bars({ symbol: "AAPL" }).snapshot;
// @ts-expect-error a route of another client
useBars(trading.$client, { symbol: "AAPL" });
// @ts-expect-error the class of another client has other options
createMock(TradingClient, { reduce: { book: 1 } });
// @ts-expect-error an order has more fields
trading.placeOrder.answer({ id: "1" });
