"use client";

import { DatafeedClient } from "../feed";
import { useBars, useConnection } from "../feed/react";

// Nothing is opened before a component is mounted, so a server may import this.
const feed = new DatafeedClient("wss://example.com/api/v1/datafeed/ws");

export function Chart({ symbol }: { symbol: string }) {
  const { data, state } = useBars(feed, { symbol });
  return (
    <p>
      {useConnection(feed)}: {state === "live" ? data?.close : "…"}
    </p>
  );
}
