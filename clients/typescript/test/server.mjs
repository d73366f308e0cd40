// A server made up for rounds of chance. It follows the protocol, and its network does whatever networks do.

const FEATURES = ["positions", "snapshot", "keys", "renewal"];

class Topic {
  seq = 0;
  epoch = 1;
  /** The number of the last update: it goes on over all epochs, so that losses can be counted. */
  last = 0;
  history = [];
  state = { number: 0, sizes: {} };
  states = new Map([[0, this.state]]);
  members = new Set();

  constructor(name, server) {
    this.name = name;
    this.route = name.split(":")[0];
    this.snapshot = this.route === "book";
    this.server = server;
  }

  update() {
    this.last += 1;
    this.seq += 1;
    const price = `${this.last % 3}`;
    const data = this.snapshot ? { price, number: this.last } : { number: this.last };
    this.state = { number: this.last, sizes: { ...this.state.sizes, [price]: this.last } };
    this.states.set(this.last, this.state);
    this.twin?.update();
    const frame = { type: `${this.route}.update`, payload: { topic: this.name, payload: data }, seq: this.seq };
    this.history.push(frame);
    if (this.history.length > 5) this.history.shift();
    for (const connection of this.members) {
      if (connection.syncing.has(this)) continue;
      if (this.server.chance() >= 0.05 * this.server.trouble) connection.send(frame);
      else if (this.snapshot) this.sync(connection);
    }
  }

  /** Another producer, whose numbers begin anew. */
  restart() {
    this.epoch += 1;
    this.seq = 0;
    this.history = [];
    for (const connection of this.members) {
      connection.send({ type: `${this.route}.reset`, payload: { topic: this.name, recovered: false, ...this.position() } });
      if (this.snapshot) this.sync(connection);
    }
  }

  /** Send the state a while later, and no change before it. */
  sync(connection) {
    connection.syncing.add(this);
    this.server.world.later(this.server.chance(), () => {
      if (!connection.syncing.delete(this) || !this.members.has(connection)) return;
      const payload = { topic: this.name, payload: this.state, epoch: this.epochName };
      connection.send({ type: `${this.route}.snapshot`, payload, seq: this.seq });
    });
  }

  position() {
    return this.snapshot ? {} : { epoch: this.epochName, seq: this.seq };
  }

  get epochName() {
    return `${this.name}-${this.epoch}`;
  }

  subscribe(connection, id, since) {
    const answer = { status: "ok", message: "Subscribed", topic: this.name };
    const missed = since && since.epoch === this.epochName && since.seq <= this.seq ? this.history.filter(({ seq }) => seq > since.seq) : undefined;
    const recovered = missed !== undefined && missed.length === this.seq - since.seq;
    this.members.add(connection);
    connection.syncing.delete(this);
    const say = (payload) => connection.send({ type: `${this.route}.subscribe.response`, payload, id });
    if (recovered) {
      say({ ...answer, ...since, recovered });
      for (const frame of missed) connection.send(frame);
      return;
    }
    say({ ...answer, ...this.position(), ...(since && { recovered }) });
    if (this.snapshot) this.sync(connection);
  }
}

class Connection {
  onopen = null;
  onmessage = null;
  onclose = null;
  syncing = new Set();
  gone = false;
  #queue = 0;

  constructor(server) {
    this.server = server;
  }

  /** Frames arrive in their order, each some time later. */
  deliver(run) {
    const { world, chance } = this.server;
    this.#queue = Math.max(this.#queue, world.host.now()) + chance() * 40;
    world.later((this.#queue - world.host.now()) / 1000, () => {
      if (!this.gone) run();
    });
  }

  send(frame) {
    this.deliver(() => this.onmessage?.({ data: JSON.stringify(frame) }));
  }

  /** The client says something. */
  sendText(text) {
    const frame = JSON.parse(text);
    this.server.world.later(0.001 + this.server.chance() * 0.02, () => {
      if (!this.gone) this.server.take(this, frame);
    });
  }

  close() {
    this.lose();
  }

  lose() {
    this.gone = true;
    for (const topic of this.server.topics.values()) topic.members.delete(this);
  }
}

export class Server {
  trouble = 1;
  done = new Map();
  answers = new Map();
  topics;
  connections = [];

  constructor(world, chance) {
    this.world = world;
    this.chance = chance;
    this.topics = new Map(["bars:A", "bars:B", "book:A", "bars:A1"].map((name) => [name, new Topic(name, this)]));
    // Two requests are one topic, until a deployment makes two of it, with the same updates.
    this.topics.get("bars:A").twin = this.topics.get("bars:A1");
  }

  connect() {
    const connection = new Connection(this);
    this.connections.push(connection);
    if (this.chance() < 0.1 * this.trouble) return wire(connection); // it never opens
    this.world.later(0.01 + this.chance() * 0.05, () => {
      if (connection.gone) return;
      if (this.chance() < 0.1 * this.trouble) this.drop(connection, 1006);
      else connection.onopen?.({});
    });
    return wire(connection);
  }

  take(connection, frame) {
    const { type, payload, id } = frame;
    if (this.chance() < 0.03 * this.trouble) {
      if (this.chance() < 0.5) this.drop(connection, 1013);
      else connection.lose();
      return;
    }
    if (type === "ping") connection.send({ type: "pong" });
    else if (type === "hello") {
      const limits = { frames_per_second: 50, frame_burst: 20, idempotency: 60 };
      connection.send({ type: "hello", payload: { version: 1, features: FEATURES, contract: "c0ffee0000000001", limits }, id });
    } else if (type === "orders.place") this.perform(connection, frame);
    else {
      const [route, verb] = type.split(".");
      const topic = this.topics.get(`${route}:${payload.symbol}${(this.parted && payload.resolution) || ""}`);
      if (verb === "subscribe") {
        if (this.chance() < 0.05 * this.trouble) connection.send({ type: "error", payload: { code: "unavailable", message: "Later", details: [], retry_after: this.chance() * 2 }, id });
        else topic.subscribe(connection, id, frame.since);
      } else if (topic.members.delete(connection)) {
        connection.syncing.delete(topic);
        connection.send({ type: `${route}.unsubscribe.response`, payload: { status: "ok", message: "Unsubscribed", topic: topic.name }, id });
      } else connection.send({ type: "error", payload: { code: "not_subscribed", message: "Not subscribed", details: [] }, id });
    }
  }

  perform(connection, { payload, id, key }) {
    const now = this.world.host.now();
    const known = this.answers.get(key);
    if (known === undefined || now - known > 61_000) {
      this.answers.set(key, now);
      this.done.set(payload.number, (this.done.get(payload.number) ?? 0) + 1);
    }
    connection.send({ type: "orders.place.response", payload: { number: payload.number }, id });
  }

  /** Something goes wrong. */
  fail() {
    const connection = this.connections.at(-1);
    const topics = [...this.topics.values()];
    const topic = topics[Math.floor(this.chance() * topics.length)];
    const choice = this.chance();
    if (choice < 0.3) topic.restart();
    else if (choice < 0.4) {
      this.parted = !this.parted;
      if (connection) this.drop(connection, 1001);
    }
    else if (!connection || connection.gone) return;
    else if (choice < 0.6) this.drop(connection, 1006);
    else if (choice < 0.8) connection.lose(); // without a word
    else if (topic.members.delete(connection)) {
      connection.syncing.delete(topic);
      connection.send({ type: `${topic.route}.unsubscribed`, payload: { topic: topic.name, reason: "The data source failed", code: "internal", retry_after: 0.5 } });
    }
  }

  drop(connection, code) {
    if (connection.gone) return;
    connection.lose();
    connection.onclose?.({ code, reason: "" });
  }

  /** The client's computer has slept: servers lose patience with who does not answer. */
  sleep() {
    this.connections.at(-1)?.lose();
  }

  heal() {
    this.trouble = 0;
  }
}

/** Return the socket of a client: what it sends is what the server takes. */
function wire(connection) {
  return {
    set onopen(hear) {
      connection.onopen = hear;
    },
    set onmessage(hear) {
      connection.onmessage = hear;
    },
    set onclose(hear) {
      connection.onclose = hear;
    },
    set onerror(_) {},
    send: (text) => connection.sendText(text),
    close: () => connection.close(),
  };
}
