import { DatafeedClient } from "./feed/index.ts";

const feed = new DatafeedClient(`${Deno.env.get("SERVER")}/api/v1/datafeed/ws`);
for await (const bar of feed.bars({ symbol: "AAPL" })) {
  console.log(typeof bar.close);
  break;
}
feed.$close();
