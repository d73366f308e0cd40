// Plays scripts with a real server, and prints what has happened as scripts: `node record.mjs ADDRESS [WS] < scripts.json`.
// ADDRESS has a path for each script. WS is a module with a WebSocket, where Node is to use another than its own.
import { readFileSync } from "node:fs";
import { record } from "./recorder.mjs";

const [address, socketModule] = process.argv.slice(2);
const WebSocket = socketModule ? (await import(socketModule)).default : globalThis.WebSocket;
const runtime = await import(new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js", import.meta.url));
const recorded = await record(runtime, WebSocket, address, JSON.parse(readFileSync(0, "utf8")));
process.stdout.write(JSON.stringify(recorded));
process.exit();
