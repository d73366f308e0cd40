// A server in the memory of a test or a story, at the other end of a generated client. It opens no socket: the client
// does all that it does with a real server, so what a component sees is what it will see.

import type { Client, Detail, Options, Socket } from "./index.ts";

/** What a mock knows of a client: its class, its contract, and the names on the wire of its methods. */
export interface Mocked {
  readonly client: new (url: string, options: Options) => Client;
  readonly contract: string;
  readonly streams: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<string, string>>;
}

/** One topic of the mock. */
export interface MockStream<Data> {
  /** Whether the client follows it now. */
  readonly subscribed: boolean;
  /** Send an update. Before anybody has subscribed, it waits for the first who does. */
  push(data: Data): void;
  /** Lose so many updates, which the client notices at the next one; without a number, it hears at once of a loss of unknown size. */
  gap(count?: number): void;
  /** End the subscription: as a source that has ended, unless another code is given. Subscribing again begins anew. */
  end(code?: string, reason?: string): void;
  /** Refuse all that subscribe from now on. */
  refuse(code: string, message?: string): void;
}

/** One topic of the mock with a state. Nobody gets anything before the first `snapshot`. */
export interface MockState<Value, Change> extends MockStream<Change> {
  /** Send a state: to who follows the topic, and to who subscribes later, with the updates since. */
  snapshot(state: Value): void;
}

/** A command of the mock. */
export interface MockCommand<Request, Response, Code extends string = never> {
  /** The requests so far. */
  readonly calls: readonly Request[];
  /** Answer from now on with this, or with what this function returns; one that throws makes an error. */
  answer(response: Response | ((request: Request) => Response | Promise<Response>)): void;
  /** Answer from now on with an error: one that the command declares, or one of the protocol. */
  fail(code: Code | (string & {}), message?: string, more?: { details?: readonly Detail[]; retryAfter?: number }): void;
}

/** What every mock has, besides its routes and commands. */
export interface Mock<Made extends Client> {
  /** The client, for the code that is tested. */
  readonly $client: Made;
  /** Close the connection, and let no other one open. Code 1008 is final for the client. */
  $disconnect(code?: number, reason?: string): void;
  /** Let connections open again; the client comes back at once. */
  $connect(): void;
  /** Serve another contract than the one that the client was generated for: it hears `outdated`. */
  $outdated(contract?: string): void;
  /** Send a notice, which `$on("notice")` hears. */
  $notice(code: string, message?: string): void;
  /** Say whether the processes of the server are connected, which `$on("status")` hears. */
  $status(broker: string): void;
}

interface Frame {
  readonly type: string;
  readonly id?: unknown;
  readonly key?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the client of the same version sends
  readonly payload?: any;
  readonly since?: { readonly epoch: string; readonly seq: number };
}

type Answer = { readonly type: string; readonly payload: unknown };

/** Requests are equal whatever the order of their keys; what is undefined does not go over a wire. */
function keyOf(request: unknown): string {
  return JSON.stringify(request ?? {}, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value));
}

/** As it comes from a wire: another value, without what JSON does not have. */
function copied<Value>(value: Value): Value {
  return value === undefined ? value : JSON.parse(JSON.stringify(value));
}

class Topic implements MockState<unknown, unknown> {
  subscribed = false;
  readonly #server: Server;
  readonly #wire: string;
  readonly #name: string;
  readonly #hasState: boolean;
  #epoch = 1;
  #seq = 0;
  /** The last update that was lost. */
  #lost = 0;
  /** From where a new subscriber hears: from the beginning if it is the first. */
  #start = 0;
  #updates: { seq: number; data: unknown }[] = [];
  #state: { seq: number; data: unknown } | undefined;
  #refusal: { code: string; message: string } | undefined;

  constructor(server: Server, wire: string, key: string, hasState: boolean) {
    this.#server = server;
    this.#wire = wire;
    this.#name = `${wire}:${key}`;
    this.#hasState = hasState;
  }

  push(data: unknown): void {
    if (this.#hasState && !this.#state) throw new Error(`${this.#name} has no state yet: call snapshot() before push()`);
    const update = { seq: ++this.#seq, data: copied(data) };
    this.#updates.push(update);
    if (this.subscribed) this.#update(update);
  }

  snapshot(state: unknown): void {
    this.#state = { seq: this.#seq, data: copied(state) };
    if (this.subscribed) this.#snapshot();
  }

  gap(count?: number): void {
    if (count !== undefined) {
      this.#seq += count;
      this.#lost = this.#seq;
      return;
    }
    this.#renew();
    if (!this.subscribed) return;
    this.#say("reset", { recovered: false, ...this.#position() });
    if (this.#state) this.#snapshot();
  }

  end(code = "ended", reason = "The data source ended"): void {
    const was = this.subscribed;
    this.left();
    this.#renew();
    if (was) this.#say("unsubscribed", { code, reason });
  }

  refuse(code: string, message = "The mock refuses"): void {
    this.#refusal = { code, message };
  }

  left(): void {
    this.subscribed = false;
  }

  asked({ id, since }: Frame): void {
    if (this.#refusal) {
      this.#server.send({ type: "error", id, payload: this.#refusal });
      return;
    }
    this.subscribed = true;
    const recovered = since?.epoch === `${this.#epoch}` && since.seq >= this.#lost && since.seq <= this.#seq;
    const from = recovered ? since.seq : this.#start;
    const answer = { status: "ok", message: "Subscribed", topic: this.#name, epoch: `${this.#epoch}`, seq: from };
    this.#server.send({ type: `${this.#wire}.subscribe.response`, id, payload: since ? { ...answer, recovered } : answer });
    this.#start = this.#seq;
    if (this.#hasState && !recovered) {
      if (this.#state) this.#snapshot();
    } else for (const update of this.#updates) if (update.seq > from) this.#update(update);
  }

  /** Begin anew, with the state as it is. */
  #renew(): void {
    this.#epoch += 1;
    this.#lost = this.#seq;
    this.#start = this.#seq;
  }

  #position(): { epoch: string; seq: number } {
    return { epoch: `${this.#epoch}`, seq: this.#seq };
  }

  /** Send the state, and all that has changed since: the mock does not know how a change makes a state. */
  #snapshot(): void {
    const { seq, data } = this.#state as { seq: number; data: unknown };
    const since = this.#updates.filter((update) => update.seq > seq);
    const start = this.#seq - since.length; // numbers that were lost are not missing here
    this.#say("snapshot", { payload: data, epoch: `${this.#epoch}` }, start);
    since.forEach((update, index) => this.#update({ seq: start + index + 1, data: update.data }));
  }

  #update({ seq, data }: { seq: number; data: unknown }): void {
    this.#say("update", { payload: data }, seq);
  }

  #say(verb: string, payload: object, seq?: number): void {
    const frame = { type: `${this.#wire}.${verb}`, payload: { topic: this.#name, ...payload } };
    this.#server.send(seq === undefined ? frame : { ...frame, seq });
  }
}

class Command implements MockCommand<unknown, unknown> {
  readonly calls: unknown[] = [];
  #make: (request: unknown) => unknown;

  constructor(name: string) {
    this.#make = () => {
      throw { code: "unanswered", message: `The mock has no answer: call mock.${name}.answer(...) first` };
    };
  }

  answer(response: unknown): void {
    this.#make = typeof response === "function" ? (request) => response(request) : () => response;
  }

  fail(code: string, message = code, more: object = {}): void {
    this.#make = () => {
      throw { code, message, ...more };
    };
  }

  async asked({ type, payload }: Frame): Promise<Answer> {
    this.calls.push(payload);
    try {
      return { type: `${type}.response`, payload: copied(await this.#make(payload)) };
    } catch (error) {
      const { code = "internal", message = String(error), details = [], retryAfter } = (error ?? {}) as Record<string, unknown>;
      return { type: "error", payload: { code, message, details, ...(retryAfter !== undefined && { retry_after: retryAfter }) } };
    }
  }
}

class Server {
  contract: string;
  readonly #topics = new Map<string, Topic>();
  readonly commands = new Map<string, Command>();
  readonly #answers = new Map<string, Promise<Answer>>();
  #socket: Socket | undefined;
  #open = true;
  #hear: ((what: "online") => void) | undefined;

  constructor(contract: string) {
    this.contract = contract;
  }

  topic(wire: string, request: unknown, hasState: boolean): Topic {
    const key = keyOf(request);
    let topic = this.#topics.get(`${wire}:${key}`);
    if (!topic) {
      topic = new Topic(this, wire, key, hasState);
      this.#topics.set(`${wire}:${key}`, topic);
    }
    return topic;
  }

  /** Run something after the present code: by a promise, which fake timers leave alone. */
  later(run: () => void): void {
    const socket = this.#socket;
    void Promise.resolve().then(() => {
      if (socket === this.#socket) run();
    });
  }

  send(frame: object): void {
    this.#socket?.onmessage?.({ data: JSON.stringify(frame) } as never);
  }

  connect(states: ReadonlySet<string>): Socket {
    const socket: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: (text) => {
        if (socket === this.#socket) this.later(() => this.#take(JSON.parse(text), states));
      },
      close: () => {
        if (socket === this.#socket) this.#leave();
      },
    };
    this.#socket = socket;
    this.later(() => (this.#open ? socket.onopen?.({} as never) : this.close()));
    return socket;
  }

  listen(hear: (what: "online") => void): () => void {
    this.#hear = hear;
    return () => {
      this.#hear = undefined;
    };
  }

  close(code = 1006, reason = ""): void {
    const socket = this.#socket;
    this.#leave();
    socket?.onclose?.({ code, reason } as never);
  }

  open(open: boolean): void {
    this.#open = open;
    if (open) this.#hear?.("online");
  }

  #leave(): void {
    this.#socket = undefined;
    for (const topic of this.#topics.values()) topic.left();
  }

  #take(frame: Frame, states: ReadonlySet<string>): void {
    const { type, id, payload } = frame;
    const [, wire = "", verb] = /^(.*)\.(subscribe|unsubscribe)$/.exec(type) ?? [];
    const command = this.commands.get(type);
    if (command) this.#command(command, frame);
    else if (verb === "subscribe") this.topic(wire, payload, states.has(wire)).asked(frame);
    else if (verb === "unsubscribe") {
      this.topic(wire, payload, states.has(wire)).left();
      this.send({ type: `${type}.response`, id, payload: { status: "ok", message: "Unsubscribed" } });
    } else if (type === "hello") {
      const answer = { version: 1, features: ["positions", "snapshot", "keys", "renewal"], limits: { idempotency: 300 }, contract: this.contract };
      this.send({ type, id, payload: answer });
    } else if (type === "ping") this.send({ type: "pong" });
    else if (type === "authenticate") this.send({ type: "authenticate.response", id, payload: {} });
  }

  /** A command is carried out once by each key, as by a real server. */
  #command(command: Command, frame: Frame): void {
    const socket = this.#socket;
    const answer = this.#answers.get(`${frame.key}`) ?? command.asked(frame);
    if (frame.key !== undefined) this.#answers.set(frame.key, answer);
    void answer.then((said) => {
      if (said.type === "error" && "retry_after" in (said.payload as object)) this.#answers.delete(`${frame.key}`); // nothing was done
      if (socket === this.#socket) this.send({ ...said, id: frame.id });
    });
  }
}

/** Timers that do not keep a process of Node alone: its tests end although nobody has closed the client. */
function after(seconds: number, run: () => void): () => void {
  const timer: unknown = setTimeout(run, seconds * 1000);
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as number);
}

/** Return the mock of one of the clients. Generated code calls this, and gives it its type. */
export function mockOf(clients: readonly Mocked[], wanted: unknown, options: Options): unknown {
  const found = clients.find(({ client }) => client === wanted);
  if (!found) throw new TypeError(`Pass the class of a client: ${clients.map(({ client }) => client.name).join(", ")}`);
  const { client: Made, contract, streams, states, commands } = found;
  const server = new Server(contract);
  const withState = new Set(Object.values(states));
  const listen = (hear: (what: "online") => void): (() => void) => server.listen(hear);
  // The longest pauses, so that nothing comes back by itself while a test looks.
  const host = { random: () => 1, after, ...options.host, connect: () => server.connect(withState), listen };
  const { connect: _, ...rest } = options;
  const mock: Record<string, unknown> = {
    $client: new Made("wss://mock.invalid", { ...rest, host }),
    $disconnect(code?: number, reason?: string) {
      server.open(false);
      server.close(code, reason);
    },
    $connect: () => server.open(true),
    $outdated(served = "another contract") {
      server.contract = served;
      server.close();
      server.open(true);
    },
    $notice: (code: string, message = "") => server.send({ type: "notice", payload: { code, message } }),
    $status: (broker: string) => server.send({ type: "status", payload: { broker } }),
  };
  for (const [name, wire] of Object.entries(streams)) mock[name] = (request: unknown) => server.topic(wire, request, false);
  for (const [name, wire] of Object.entries(states)) mock[name] = (request: unknown) => server.topic(wire, request, true);
  for (const [name, wire] of Object.entries(commands)) {
    const command = new Command(name);
    server.commands.set(wire, command);
    mock[name] = command;
  }
  return mock;
}
