import { DatafeedClient } from "./feed/index.js";

const feed = new DatafeedClient(`${process.env["SERVER"]}/api/v1/datafeed/ws`);
for await (const bar of feed.bars({ symbol: "AAPL" })) {
  console.log(typeof bar.close);
  break;
}
feed.$close();
