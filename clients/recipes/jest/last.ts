import type { DatafeedClient } from "./feed/index.js";

/** Return the last price of a symbol: what a test of an application may test. */
export async function lastPrice(feed: DatafeedClient, symbol: string): Promise<number | undefined> {
  for await (const bar of feed.bars({ symbol })) return bar.close;
  return undefined;
}
