import { DatafeedClient, type t } from "@acme/feed";
import { createMock } from "@acme/feed/mock";
import { type Followed, useBars } from "@acme/feed/react";
import { NewOrderInput } from "@acme/feed/schemas";

export const bars = (): Followed<t.Bar> => useBars(null, { symbol: "AAPL" });
console.log(new DatafeedClient("wss://example.com").$state);
const mock = createMock(DatafeedClient);
mock.bars({ symbol: "AAPL" }).push({ time: "2026-01-01T00:00:00Z", open: 1, high: 2, low: 1, close: 2, volume: 0 });
for await (const bar of mock.$client.bars({ symbol: "AAPL" })) {
  console.log(bar.close);
  break;
}
mock.$client.$close();
console.log(NewOrderInput.safeParse({ symbol: "AAPL" }).success);
