import { DatafeedClient } from "../feed/index.js";

const feed = new DatafeedClient(`wss://${location.host}/api/v1/datafeed/ws`);
const shown = document.getElementById("close");

for await (const bar of feed.bars({ symbol: "AAPL" })) if (shown) shown.textContent = `${bar.close}`;
