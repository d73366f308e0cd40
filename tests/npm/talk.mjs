// The client of the package ws: prints what it has heard from a server, as tests/clients/talk.js tells it.
import { readFileSync } from "node:fs";
import WebSocket from "ws";

const talk = eval(readFileSync(new URL("../clients/talk.js", import.meta.url), "utf8"));
const [address, subscribe, options] = process.argv.slice(2);
// Its `extensions` has names only; the answer of the server has their parameters too.
let answer = "";
class Socket extends WebSocket {
  constructor(...given) {
    super(...given);
    this.on("upgrade", ({ headers }) => (answer = headers["sec-websocket-extensions"] ?? ""));
  }
}
const heard = await talk(address, subscribe, Socket, JSON.parse(options));
console.log(JSON.stringify({ ...heard, extensions: answer }));
