import process from "node:process";
import { DatafeedClient, type Socket, TradingClient } from "./feed/index.js";
import { Bar, NewOrderInput, Order, OrderSide } from "./feed/schemas.js";
import { WebSocket } from "ws";
import * as z from "zod";

const connect = (url: string, protocols: string[]): Socket => new WebSocket(url, protocols) as unknown as Socket;
const trading = new TradingClient(`${process.env["SERVER"]}/api/v1/trading/ws`, { connect });
const feed = new DatafeedClient(`${process.env["SERVER"]}/api/v1/datafeed/ws`, { connect });

// A form has texts only, and it may want more than the server does.
const OrderForm = NewOrderInput.extend({ quantity: z.coerce.number().int().gt(0) });

async function submit(form: FormData): Promise<string> {
  const read = OrderForm.safeParse(Object.fromEntries(form));
  if (!read.success) return Object.keys(z.flattenError(read.error).fieldErrors).join(", ");
  return Order.parse(await trading.placeOrder(read.data)).status;
}

const form = new FormData();
form.set("account_id", "demo");
form.set("symbol", "");
form.set("side", "hold");
form.set("quantity", "0.5");
console.log(await submit(form));
form.set("symbol", "AAPL");
form.set("side", OrderSide.options[0]);
form.set("quantity", "1");
console.log(await submit(form));

for await (const bar of feed.bars({ symbol: "AAPL" })) {
  const read = Bar.safeParse(bar);
  console.log(read.success && JSON.stringify(read.data) === JSON.stringify(bar));
  break;
}
console.log(Bar.safeParse({ time: "2026-01-01T00:00:00Z" }).success);
trading.$close();
feed.$close();
