// Runs the scripts of the corpus with a runtime, in Node and in browsers. clients/corpus/README.md says what steps mean.
import { turns, World } from "./world.mjs";

const CONTRACT = { runtime: 1, digest: "c0ffee0000000001" };
const FEATURES = ["positions", "snapshot", "keys", "renewal"];
const LIMITS = { frames_per_second: 100, frame_burst: 1000, subscriptions: 256, idempotency: 600 };
const SNAPSHOTS = new Set(["book"]);
const applyChange = (book, { price, size }) => ({ sizes: { ...book.sizes, [price]: size } });

/** What this client cannot do; scripts that need it are counted as skipped. */
const CANNOT = new Set();

/** Run a script; return what went wrong, or nothing. `skipped` if the client cannot do what it needs. */
export async function run(runtime, script) {
  if ((script.needs ?? []).some((need) => CANNOT.has(need))) return "skipped";
  const play = new Play(runtime, script, new World());
  for (const [number, step] of script.steps.entries()) {
    try {
      await play.step(step);
      await turns();
    } catch (error) {
      return `step ${number + 1} ${JSON.stringify(step)}: ${error.message}`;
    }
  }
  return play.rest();
}

/** One run of a script, by a client in a world. */
export class Play {
  #world;
  #names = new Map();
  #captured = new Map();
  #runtime;
  #client;

  constructor(runtime, script, world) {
    this.#world = world;
    this.#runtime = runtime;
    world.unusable = script.unusable;
    const options = script.options ?? {};
    this.#client = new runtime.Client("wss://example.com/ws", CONTRACT, {
      host: world.host,
      ...(options.token && { token: world.token }),
      ...(options.parse && { parse: (text) => ({ ...JSON.parse(text), parsed: true }) }),
      ...(options.frames && { onFrame: options.frames === "throws" ? fail : (frame, direction) => world.seen.push({ frame: frame.type, direction }) }),
    });
    this.#client.$on("state", ({ state }) => state === options.closes && this.#client.$close());
    for (const name of script.hear ?? []) {
      this.#client.$on(name, (event) => world.seen.push({ client: name, ...told(event instanceof Error ? { error: event } : event) }));
    }
  }

  async step(step) {
    const world = this.#world;
    if ("call" in step) this.#call(step);
    else if ("server" in step) this.#serve(step);
    else if ("env" in step) this.#happen(step);
    else if ("advance" in step) await world.advance(step.advance);
    else if ("open" in step) await this.#open(step.open);
    else if ("sent" in step) this.#compare("sent", step.sent, step.order === "any");
    else if ("seen" in step) this.#compare("seen", step.seen, step.order === "any");
    else throw new Error("not a step");
  }

  get state() {
    return this.#client.$state;
  }

  /** What was neither expected nor asked for. */
  rest() {
    const { sent, seen, quiet } = this.#world;
    if (sent.length + seen.length > 0) return `at the end: ${JSON.stringify({ sent, seen })}`;
    if (this.#client.$state === "closed" && !quiet) return "at the end: a closed client has timers, or listens to the page";
    return undefined;
  }

  // -- the network

  get #socket() {
    const socket = this.#world.sockets.at(-1);
    if (!socket) throw new Error("there is no connection");
    return socket;
  }

  #serve({ server, frame, text, code = 1006, reason = "", on }) {
    const socket = on === undefined ? this.#socket : this.#world.sockets[on];
    if (server === "accept") socket.onopen?.({});
    else if (server === "send") socket.onmessage?.({ data: JSON.stringify(this.#filled(frame)) });
    else if (server === "raw") socket.onmessage?.({ data: text });
    else if (server === "vanish") socket.gone = true;
    else if (server === "refuse" || server === "close") {
      socket.gone = true;
      socket.onerror?.({});
      socket.onclose?.({ code, reason });
    } else throw new Error("not a step");
  }

  /** The usual beginning: a connection, and the answer to `hello`. */
  async #open({ token, ...hello }) {
    const protocols = ["wsgen", ...(token ? [`wsgen.token.${token}`] : [])];
    this.#compare("sent", [{ connect: protocols }]);
    this.#socket.onopen?.({});
    await turns();
    this.#compare("sent", [{ type: "hello", payload: { version: 1, features: FEATURES }, id: "$" }]);
    const limits = Object.fromEntries(Object.entries({ ...LIMITS, ...hello.limits }).filter(([, limit]) => limit !== null));
    const payload = { version: 1, features: FEATURES, contract: CONTRACT.digest, ...hello, limits };
    this.#socket.onmessage?.({ data: JSON.stringify({ type: "hello", payload, id: this.#captured.get("$") }) });
  }

  #happen({ env, seconds, value, ...token }) {
    const world = this.#world;
    if (env === "sleep") world.sleep(seconds);
    else if (env === "random") world.random = value;
    else if (env === "token") world.settleToken(token);
    else if (env !== "offline") world.page(env); // nothing is heard of what the client does not wait for
  }

  // -- the application

  #call({ call, as, route, request, name, payload, of, ...options }) {
    const [world, runtime, client, names] = [this.#world, this.#runtime, this.#client, this.#names];
    const see = (what) => world.seen.push({ on: as, ...what });
    const handle = () => {
      const given = { ...options, signal: this.#signal(as) };
      if (!SNAPSHOTS.has(route)) return runtime.stream(client, route, request, given);
      return runtime.state(client, route, request, given, options.reduce === false ? undefined : options.reduce === "throws" ? fail : applyChange);
    };
    const named = names.get(of ?? as);
    if (call === "follow") {
      const held = handle();
      names.set(as, { handle: held });
      this.#read(held.events(), see, options.states ?? false);
    } else if (call === "loop") {
      const held = named?.handle ?? handle();
      names.set(as, { handle: held, loop: options.events ? held.events() : held[Symbol.asyncIterator](), see });
    } else if (call === "subscribe") {
      const held = named?.handle ?? handle();
      const changed = () => {
        if (options.fails) fail();
        see({ value: held.current });
        if (options.stops) names.get(options.stops).stop();
        if (options.closes) client.$close();
      };
      names.set(as, { handle: held, stop: held.subscribe(changed, (error) => see(told({ error }))) });
    } else if (call === "current") see({ value: named.handle.current ?? null });
    else if (call === "next") {
      const { loop, see: saw } = named;
      loop.next().then(({ done, value }) => saw(done ? { done: true } : { value: JSON.parse(JSON.stringify(value)) }), (error) => saw(told({ error })));
    } else if (call === "return") named.loop.return().then(() => named.see({ returned: true }));
    else if (call === "stop") named.stop();
    else if (call === "release") named.handle.close();
    else if (call === "abort") this.#abort(as);
    else if (call === "command") {
      const { timeout } = options;
      const given = { ...options, timeout: timeout && timeout * 1000, signal: this.#signal(as) };
      const asked = runtime.command(client, name, payload, given);
      asked.then((result) => see({ result }), (error) => see(told({ error })));
    } else if (call === "close") client.$close();
    else if (call === "state") world.seen.push({ state: client.$state });
    else throw new Error("not a step");
  }

  async #read(events, see, states) {
    try {
      for await (const { kind, ...event } of events) {
        if (kind === "update" || kind === "snapshot") see({ [kind]: event.data });
        else if (kind === "gap") see({ gap: event.count ?? "unknown", ...(event.where === "client" && { where: "client" }) });
        else if (states) see({ state: event.state });
      }
      see({ done: true });
    } catch (error) {
      see(told({ error }));
    }
  }

  #signals = new Map();

  #signal(as) {
    const controller = this.#signals.get(as) ?? new AbortController();
    this.#signals.set(as, controller);
    return controller.signal;
  }

  #abort(as) {
    this.#signal(as);
    this.#signals.get(as).abort(new Error("aborted"));
  }

  // -- what is expected

  #compare(what, expected, anyOrder = false) {
    const found = this.#world[what].splice(0);
    const left = [...found];
    for (const one of expected) {
      const index = anyOrder ? left.findIndex((other) => this.#matches(one, other, new Map(this.#captured))) : 0;
      const [other] = left.splice(Math.max(index, 0), 1);
      if (index < 0 || !this.#matches(one, other, this.#captured)) throw new Error(`${what}: ${JSON.stringify(found)}`);
    }
    if (left.length > 0) throw new Error(`${what} too: ${JSON.stringify(left)}`);
  }

  /** Whether a value is the one expected; `$name` stands for any that is the same each time. */
  #matches(expected, found, captured) {
    if (typeof expected === "string" && expected.startsWith("$")) {
      if (expected !== "$" && captured.has(expected)) return captured.get(expected) === found;
      captured.set(expected, found);
      return found !== undefined;
    }
    if (typeof expected !== "object" || expected === null || typeof found !== "object" || found === null) return expected === found;
    const keys = Object.keys(expected);
    return keys.length === Object.keys(found).length && keys.every((key) => this.#matches(expected[key], found[key], captured));
  }

  #filled(value) {
    if (typeof value === "string" && value.startsWith("$")) {
      if (!this.#captured.has(value)) throw new Error(`${value} is not known yet`);
      return this.#captured.get(value);
    }
    if (Array.isArray(value)) return value.map((one) => this.#filled(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#filled(one)]));
  }
}

function fail() {
  throw new Error("the application fails");
}

/** An event or error as scripts write it. */
function told({ error, ...event }) {
  if (error === undefined) return event;
  const told = { error: error.name };
  for (const key of ["code", "key", "count", "where", "retryAfter"]) if (error[key] !== undefined) told[key] = error[key];
  if (error.name === "Error") told.message = error.message;
  return { ...event, ...told };
}
