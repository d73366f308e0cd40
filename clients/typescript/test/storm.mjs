// Rounds of chance: a server made up here, whose connections are lost, slow, or lack updates, and a client that must tell
// of every loss, deliver nothing twice, and end with the state of the server. `node test/storm.mjs [ROUNDS] [FIRST SEED]`
import { isDeepStrictEqual } from "node:util";
import { Server } from "./server.mjs";
import { turns, World } from "./world.mjs";

const runtime = await import(process.argv[4] ?? new URL("../../../src/wsgen/outputs/clients/typescript/runtime/runtime.js", import.meta.url));
const [rounds, first] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 1)];
const REQUESTS = [
  ["bars", { symbol: "A" }],
  ["bars", { symbol: "A", resolution: "1" }],
  ["bars", { symbol: "B" }],
  ["book", { symbol: "A" }],
];

/** Numbers from a seed, by the algorithm mulberry32. */
function chanceOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class Round {
  constructor(seed) {
    this.chance = chanceOf(seed);
    this.world = new World();
    this.server = new Server(this.world, this.chance);
    this.handles = new Set();
    this.commands = [];
    this.wrong = [];
    this.reduces = this.chance() < 0.7; // as all handles of a generated client do, or none
    this.counts = { updates: 0, gaps: 0, snapshots: 0 };
    Object.defineProperty(this.world, "random", { get: () => this.chance() });
    this.world.host.connect = (_, protocols) => this.server.connect(protocols);
    this.world.host.report = (error) => this.wrong.push(`reported: ${error.stack}`);
    this.client = new runtime.Client("wss://example.com", { runtime: 1, digest: "c0ffee0000000001" }, { host: this.world.host });
  }

  async run() {
    for (let step = 0; step < 120; step += 1) {
      this.act();
      await turns();
      await this.world.advance(this.chance() < 0.1 ? this.chance() * 20 : this.chance() * 0.3);
    }
    this.server.heal();
    for (const held of this.handles) {
      held.slow = false;
      held.resume?.();
    }
    this.world.page("show");
    await turns();
    await this.world.advance(100);
    for (const topic of this.server.topics.values()) if (!topic.name.endsWith("1")) topic.update();
    await this.world.advance(5);
    for (const handle of this.handles) this.check(handle, handle.topic.last);
    this.client.$close();
    await turns();
    if (!this.world.quiet) this.wrong.push("timers are left after the close");
    for (const command of this.commands) {
      const done = this.server.done.get(command.id) ?? 0;
      const allowed = { done: [1], OutcomeUnknown: [0, 1], Timeout: [0], Closed: [0] }[command.outcome];
      if (!allowed?.includes(done)) this.wrong.push(`command ${command.id}: ${command.outcome}, done ${done} times`);
    }
    return this.wrong;
  }

  act() {
    const { chance, server } = this;
    const choice = chance();
    if (choice < 0.5) for (const topic of server.topics.values()) if (chance() < 0.7 && !topic.name.endsWith("1")) topic.update();
    if (choice < 0.08) server.fail();
    else if (choice < 0.2) this.follow();
    else if (choice < 0.28) this.leave();
    else if (choice < 0.36) this.ask();
    else if (choice < 0.38) for (const held of this.handles) held.resume?.();
    else if (choice < 0.39) this.world.page(["online", "visible", "hide", "show"][Math.floor(chance() * 4)]);
    else if (choice < 0.4) {
      this.world.sleep(chance() * 1000);
      server.sleep();
    }
  }

  follow() {
    const [route, request] = REQUESTS[Math.floor(this.chance() * REQUESTS.length)];
    const topic = this.server.topics.get(`${route}:${request.symbol}`);
    const reduce = (state, change) => ({ number: change.number, sizes: { ...state.sizes, [change.price]: change.number } });
    const stateful = route === "book";
    const kept = this.reduces ? reduce : undefined;
    const slow = this.chance() < 0.3 * this.server.trouble; // none after the end of all trouble
    const options = slow ? { buffer: 1 + Math.floor(this.chance() * 4) } : {};
    const handle = stateful ? runtime.state(this.client, route, request, options, kept) : runtime.stream(this.client, route, request, options);
    const held = { handle, topic, slow, last: undefined, gaps: [], state: undefined };
    this.handles.add(held);
    const choice = this.chance();
    if (stateful && kept && choice < 0.4) this.subscribe(held);
    else if (!stateful && choice < 0.3) this.loop(held);
    else this.read(held, reduce).catch((error) => this.wrong.push(error.stack));
  }

  /** Be called with each state. What is called does whatever applications do there. */
  subscribe(held) {
    let version = 0;
    const stop = held.handle.subscribe(() => {
      if (!this.handles.has(held)) this.wrong.push("called after the end");
      if (held.handle.version <= version) this.wrong.push(`version ${held.handle.version} after ${version}`);
      version = held.handle.version;
      held.state = held.handle.current;
      held.last = held.state.number;
      this.counts.snapshots += 1;
      if (!isDeepStrictEqual(held.state, held.topic.states.get(held.last))) this.wrong.push("the state is not that of the server");
      const choice = this.chance();
      if (choice < 0.03) {
        this.handles.delete(held);
        stop();
      } else if (choice < 0.06 && this.server.trouble > 0) this.follow();
      else if (choice < 0.09) this.leave();
      else if (choice < 0.12) this.ask();
    });
  }

  /** Loop over the data: without a step of more than one, until there is an error. */
  async loop(held) {
    try {
      for await (const { number } of held.handle) {
        this.counts.updates += 1;
        if (held.last !== undefined && number !== held.last + 1) this.wrong.push(`${number} after ${held.last} in a loop`);
        held.last = number;
      }
    } catch (error) {
      if (error.name === "Lost") this.counts.gaps += 1;
      else this.wrong.push(error.stack);
      this.handles.delete(held);
    }
  }

  async read(held, reduce) {
    const { wrong, counts } = this;
    try {
      for await (const event of held.handle.events()) {
        if (event.kind === "gap") {
          counts.gaps += 1;
          held.gaps.push(event.count);
        } else if (event.kind === "snapshot") {
          counts.snapshots += 1;
          held.state = event.data;
          held.last = event.data.number;
          held.gaps = [];
        } else if (event.kind === "update") {
          counts.updates += 1;
          const { number } = event.data;
          if (held.last !== undefined && number <= held.last) wrong.push(`${number} after ${held.last}`);
          const missing = held.last === undefined ? 0 : number - held.last - 1;
          if (missing > 0 && held.gaps.length === 0) wrong.push(`${missing} lost without a word before ${number}`);
          if (held.gaps.length === 1 && typeof held.gaps[0] === "number" && held.last !== undefined && held.gaps[0] !== missing) wrong.push(`a gap of ${held.gaps[0]} is one of ${missing}`);
          held.last = number;
          held.gaps = [];
          if (held.topic.snapshot) {
            if (held.state === undefined) wrong.push("a change without a state");
            else held.state = reduce(held.state, event.data);
          }
        }
        if (held.topic.snapshot && held.state && !isDeepStrictEqual(held.state, held.topic.states.get(held.state.number))) {
          wrong.push(`the state ${JSON.stringify(held.state)} is not that of the server`);
        }
        if (held.slow) {
          await new Promise((resolve) => {
            held.resume = resolve;
          });
        }
      }
    } catch (error) {
      held.error = error;
      this.handles.delete(held);
      if (error.name !== "Ended" && error.name !== "Refused") wrong.push(error.stack);
    }
  }

  leave() {
    const held = [...this.handles][Math.floor(this.chance() * this.handles.size)];
    if (!held) return;
    this.handles.delete(held);
    held.handle.close();
  }

  ask() {
    const command = { id: this.commands.length, outcome: "pending" };
    this.commands.push(command);
    const settle = (outcome) => {
      command.outcome = outcome;
    };
    runtime.command(this.client, "orders.place", { number: command.id }).then(() => settle("done"), (error) => settle(error.name));
  }

  check(held, last) {
    if (held.last !== last) this.wrong.push(`a handle of ${held.topic.name} has ${held.last}, and the server ${last}`);
  }
}

let failed = 0;
const total = { updates: 0, gaps: 0, snapshots: 0 };
for (let seed = first; seed < first + rounds; seed += 1) {
  const round = new Round(seed);
  const wrong = await round.run();
  for (const key of Object.keys(total)) total[key] += round.counts[key];
  if (wrong.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed}: ${wrong.slice(0, 3).join("; ")}`);
  if (failed >= 10) break;
}
console.log(`${rounds} rounds, ${failed} failed: ${JSON.stringify(total)}`);
process.exitCode = failed > 0 ? 1 : 0;
