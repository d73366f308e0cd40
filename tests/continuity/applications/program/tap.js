// Listens at the sockets of one application, so that what it sees can be told with its position. The applications know
// nothing of this: data are recognized by their identity, since a frame that was read here is not read again.

const parse = JSON.parse;
let latest = {};
JSON.parse = (text, ...rest) => (text === latest.text ? latest.frame : parse(text, ...rest));

/** Seconds of a clock that is never set. */
export const now = () => (performance.timeOrigin + performance.now()) / 1000;

export class Tap {
  /** How many connections were opened. */
  connection = 0;
  #Socket;
  #mark;
  #frames = 0;
  #places = new WeakMap();
  #questions = new Map();
  #topics = new Map();

  /** `mark` is called with a route, a name, and an answer or the end of a connection. */
  constructor(Socket, mark) {
    this.#Socket = Socket;
    this.#mark = mark;
  }

  /** A class of sockets for the application. The number of each connection is in its address. */
  get Socket() {
    const tap = this;
    return class extends this.#Socket {
      constructor(url, protocols) {
        super(`${url}&n=${++tap.connection}`, protocols, { perMessageDeflate: false, allowSynchronousEvents: false });
        const number = tap.connection;
        this.addEventListener("message", ({ data }) => tap.#hear(data, number));
        this.addEventListener("close", () => number === tap.connection && tap.#close());
      }

      send(text) {
        tap.#sent(parse(text));
        super.send(text);
      }
    };
  }

  /** Where an update or a state was on the wire. */
  place(data) {
    return this.#places.get(data);
  }

  /** Say that a state is the one after an update. */
  derive(state, update) {
    this.#places.set(state, this.#places.get(update));
    return state;
  }

  /** The present place of a topic, if it is followed. */
  where(route, name) {
    for (const topic of this.#topics.values()) if (topic.route === route && topic.name === name) return topic;
    return undefined;
  }

  /** Forget topics of other names: nobody looks at them any more. */
  keep(name) {
    for (const [key, topic] of this.#topics) if (topic.name !== name) this.#topics.delete(key);
  }

  #sent({ type, payload, id, since }) {
    if (type.endsWith(".subscribe")) {
      this.#questions.set(id, { route: type.slice(0, type.lastIndexOf(".")), name: payload.name, since, asked: now() });
    }
  }

  #hear(text, connection) {
    if (connection !== this.connection) return;
    const frame = parse(text);
    latest = { text, frame };
    this.#frames += 1;
    const { type, payload, seq, id } = frame;
    const verb = type.slice(type.lastIndexOf(".") + 1);
    const question = this.#questions.get(id);
    if (question) {
      this.#questions.delete(id);
      if (verb !== "response") return;
      const { since, ...rest } = question;
      const topic = { ...rest, connection };
      this.#topics.set(payload.topic, topic);
      this.#answer(topic, payload, since);
      return;
    }
    const topic = this.#topics.get(payload?.topic);
    if (!topic) return;
    if (verb === "reset") this.#answer(topic, payload);
    if (verb !== "update" && verb !== "snapshot") return;
    if (verb === "snapshot") topic.epoch = payload.epoch;
    topic.at = [topic.epoch ?? "", seq];
    this.#places.set(payload.payload, { at: topic.at, connection, asked: topic.asked, frame: this.#frames });
  }

  #answer(topic, { epoch, seq, recovered }, since) {
    topic.epoch = epoch;
    const at = epoch === undefined || epoch === null ? null : [epoch, seq];
    topic.at = recovered ? [since.epoch, since.seq] : at;
    const { connection, asked } = topic;
    const mark = { kind: "answer", at, since: since ? [since.epoch, since.seq] : null, recovered: recovered === true, connection, asked };
    this.#mark(topic.route, topic.name, { ...mark, frame: this.#frames });
  }

  #close() {
    this.#questions.clear();
    for (const { route, name } of this.#topics.values()) this.#mark(route, name, { kind: "closed", frame: this.#frames });
    this.#topics.clear();
  }
}
