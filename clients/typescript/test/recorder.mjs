// Plays a script with a real server, in Node and in browsers, and returns it with what has happened.
// What is played are the calls and the seconds that pass, in the time of the script.
import { Play } from "./runner.mjs";
import { World } from "./world.mjs";

const OPEN = 1; // a state of sockets
const QUIET = 30; // milliseconds without anything new, after which a step is over
const PLAYED = ["call", "advance"];

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A world with a real network. All that happens goes into one list. */
class RealWorld extends World {
  happened = [];
  /** The ids of questions without an answer, and whether a connection is not open yet. */
  #pending = new Set();
  #socket;

  constructor(address, WebSocket) {
    super();
    this.sent = { push: (what) => this.happened.push({ sent: what }) };
    this.seen = { push: (what) => this.happened.push({ seen: what }) };
    this.host.connect = (_, protocols) => this.#connect(new WebSocket(address, protocols), protocols);
  }

  /** Wait until every question has its answer, and the server has told what else it has to tell. */
  async settle() {
    for (let count = -1; count !== this.happened.length || this.#pending.size > 0; ) {
      count = this.happened.length;
      if (this.#socket?.readyState === OPEN) await this.#roundTrip(this.#socket);
      await pause(QUIET);
    }
  }

  /** A plain ping is answered after the frames before it; neither is a part of the script. */
  #roundTrip(socket) {
    return new Promise((resolve) => {
      const over = ({ type, data }) => {
        if (type === "message" && data !== "pong") return;
        for (const name of ["close", "message"]) socket.removeEventListener(name, over);
        resolve();
      };
      for (const name of ["close", "message"]) socket.addEventListener(name, over);
      socket.send("ping");
    });
  }

  #connect(socket, protocols) {
    this.sent.push({ connect: protocols });
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
        if (socket.readyState === OPEN) this.sent.push({ close: code });
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

/** Play the scripts of a file with a server that has a path for each, and return it with all that has happened. */
export async function record(runtime, WebSocket, address, { scripts, ...file }) {
  const play = (script, number) => one(runtime, script, new RealWorld(`${address}/${number}`, WebSocket));
  return { ...file, scripts: await Promise.all(scripts.map(play)) };
}

async function one(runtime, script, world) {
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
