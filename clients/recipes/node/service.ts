import process from "node:process";
import { type Socket, TradingClient } from "./feed/index.js";
import { WebSocket } from "ws";

// Node has no WebSocket before version 22, and headers need one of a package in any version.
const connect = (url: string, protocols: string[]): Socket => new WebSocket(url, protocols, { headers: { "User-Agent": "service" } }) as unknown as Socket;
const trading = new TradingClient(`${process.env["SERVER"]}/api/v1/trading/ws`, { connect });

const order = await trading.placeOrder({ account_id: "demo", symbol: "AAPL", side: "buy", quantity: 1 });
console.log(order.status);
for await (const event of trading.positions({ account_id: "demo" }).events()) {
  if (event.kind !== "snapshot") continue;
  console.log(Array.isArray(event.data.positions));
  break;
}
trading.$close();
