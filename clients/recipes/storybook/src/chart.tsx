import type { DatafeedClient } from "../feed/index.js";
import { useBars, useConnection } from "../feed/react.js";

export function Chart({ feed, symbol }: { feed: DatafeedClient; symbol: string }) {
  const { data, state } = useBars(feed, { symbol });
  return (
    <p>
      {symbol}, {useConnection(feed)}: {state === "live" ? data?.close : "…"}
    </p>
  );
}
