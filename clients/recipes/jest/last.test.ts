import { expect, jest, test } from "@jest/globals";
import { DatafeedClient } from "./feed/index.js";
import { createMock } from "./feed/mock.js";
import { lastPrice } from "./last.js";

test("the last price is that of the first bar", async () => {
  const mock = createMock(DatafeedClient);
  mock.bars({ symbol: "AAPL" }).push({ time: "2026-01-01T00:00:00Z", open: 1, high: 2, low: 1, close: 2, volume: 0 });
  await expect(lastPrice(mock.$client, "AAPL")).resolves.toBe(2);
});

test("the same with fake timers", async () => {
  jest.useFakeTimers();
  const mock = createMock(DatafeedClient);
  mock.bars({ symbol: "AAPL" }).end();
  mock.bars({ symbol: "AAPL" }).push({ time: "2026-01-01T00:00:00Z", open: 1, high: 2, low: 1, close: 3, volume: 0 });
  await expect(lastPrice(mock.$client, "AAPL")).resolves.toBe(3);
  jest.useRealTimers();
});
