// Plays scripts with a real server, and prints what has happened as scripts: `node record.mjs ADDRESS WS < scripts.json`.
// What is played are the calls and the seconds that pass, in the time of the script. ADDRESS has a path for each script.
import { readFileSync } from "node:fs";
import { Play } from "./runner.mjs";
import { World } from "./world.mjs";

const [address, socketModule] = process.argv.slice(2);
const { default: WebSocket } = await import(socketModule);
const runtime = await import(new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js", import.meta.url));
const QUIET = 30; // milliseconds without anything new, after which a step is over
const PLAYED = ["call", "advance"];

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A world with a real network. All that happens goes into one list. */
class RealWorld extends World {
  happened = [];
  /** The ids of questions without an answer, and whether a connection is not open yet. */
  #pending = new Set();
  #socket;

  constructor(address) {
    super();
    this.sent = { push: (what) => this.happened.push({ sent: what }) };
    this.seen = { push: (what) => this.happened.push({ seen: what }) };
    this.host.connect = (_, protocols) => this.#connect(address, protocols);
  }

  /** Wait until every question has its answer, and the server has told what else it has to tell. */
  async settle() {
    for (let count = -1; count !== this.happened.length || this.#pending.size > 0; ) {
      count = this.happened.length;
      if (this.#socket?.readyState === WebSocket.OPEN) await this.#roundTrip(this.#socket);
      await pause(QUIET);
    }
  }

  /** A plain ping is answered after the frames before it; neither is a part of the script. */
  #roundTrip(socket) {
    return new Promise((resolve) => {
      const over = (data) => {
        if (typeof data !== "number" && data.toString() !== "pong") return;
        socket.off("close", over).off("message", over);
        resolve();
      };
      socket.on("close", over).on("message", over).send("ping");
    });
  }

  #connect(address, protocols) {
    this.sent.push({ connect: protocols });
    const socket = new WebSocket(address, protocols);
    this.#socket = socket;
    this.#pending.add("open");
    const tap = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (text) => {
        const frame = JSON.parse(text);
        if (frame.id !== undefined) this.#pending.add(frame.id);
        this.sent.push(frame);
        socket.send(text);
      },
      close: (code) => {
        if (socket.readyState === WebSocket.OPEN) this.sent.push({ close: code });
        socket.close(code);
      },
    };
    const heard = (name, step) => (event) => {
      if (tap[name] === null || event.data === "pong") return;
      const happened = step(event);
      this.happened.push({ server: happened });
      if (name === "onclose") this.#pending.clear();
      else this.#pending.delete(happened.frame?.id ?? "open");
      tap[name](event);
    };
    socket.onopen = heard("onopen", () => ({ server: "accept" }));
    socket.onmessage = heard("onmessage", ({ data }) => ({ server: "send", frame: JSON.parse(data) }));
    socket.onclose = heard("onclose", ({ code, reason }) => ({ server: "close", code, reason }));
    socket.onerror = () => {};
    return tap;
  }
}

/** Play a script, and return it with all that has happened. */
async function record(script, number) {
  const world = new RealWorld(`${address}/${number}`);
  const play = new Play(runtime, script, world);
  const steps = [];
  const write = (kind, what) => {
    const last = steps.at(-1);
    if (last !== undefined && kind in last && Array.isArray(last[kind])) last[kind].push(what);
    else steps.push({ [kind]: [what] });
  };
  for (const step of script.steps.filter((one) => PLAYED.some((kind) => kind in one))) {
    steps.push(step);
    await play.step(step);
    await world.settle();
    for (const { sent, seen, server } of world.happened.splice(0)) {
      if (server) steps.push(server);
      else write(sent ? "sent" : "seen", sent ?? seen);
    }
  }
  await play.step({ call: "close" });
  return { ...script, steps: neutral(steps) };
}

/** Replace what is another each time: ids, epochs, the contract. */
function neutral(steps) {
  const epochs = new Map();
  const name = (epoch) => {
    if (!epochs.has(epoch)) epochs.set(epoch, `e${epochs.size + 1}`);
    return epochs.get(epoch);
  };
  const change = (key, value) => {
    if (key === "id" && typeof value === "number") return `$${value}`;
    if (key === "epoch" && value !== null) return name(value);
    if (key === "contract") return "c0ffee0000000001";
    return value;
  };
  return JSON.parse(JSON.stringify(steps, change));
}

const { scripts, ...file } = JSON.parse(readFileSync(0, "utf8"));
const recorded = await Promise.all(scripts.map(record));
process.stdout.write(JSON.stringify({ ...file, scripts: recorded }));
process.exit();
