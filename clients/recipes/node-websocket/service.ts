import process from "node:process";
import { TradingClient } from "./feed/index.js";

const trading = new TradingClient(`${process.env["SERVER"]}/api/v1/trading/ws`);

const order = await trading.placeOrder({ account_id: "demo", symbol: "AAPL", side: "buy", quantity: 1 });
console.log(order.status);
for await (const event of trading.positions({ account_id: "demo" }).events()) {
  if (event.kind !== "snapshot") continue;
  console.log(Array.isArray(event.data.positions));
  break;
}
trading.$close();
