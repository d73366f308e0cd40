import { setMaxListeners } from "node:events";
import { WebSocket } from "ws";
import { run } from "./main.js";

// What a page has, and Node has not.
const page = new EventTarget();
setMaxListeners(0, page);
for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) globalThis[name] = page[name].bind(page);
globalThis.WebSocket ??= WebSocket;

const { failed, control } = run(WebSocket, process.argv[2], () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
});
process.on("uncaughtException", failed);
process.on("unhandledRejection", failed);
control.addEventListener("close", () => process.exit());
