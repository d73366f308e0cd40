// A feed as many front ends have one: partysocket connects again, and everything is subscribed to again at each opening.
// It heeds `seq`, and asks for a new state where it sees that changes are missing. With `cautious`, it reports each new
// subscription as a loss. (It names `positions` so that the harness learns them from the frames, and uses none.)

import { WebSocket as ReconnectingWebSocket } from "partysocket";

export class Feed {
  #socket;
  #cautious;
  #ids = 0;
  #topics = new Set();

  constructor(url, { cautious = false, ...options } = {}) {
    this.#cautious = cautious;
    // What it would keep for the next connection is sent anew there, behind `hello`.
    this.#socket = new ReconnectingWebSocket(url, [], { maxEnqueuedMessages: 0, ...options });
    this.#socket.addEventListener("open", () => {
      this.#send("hello", { version: 1, features: ["positions", "snapshot"] });
      for (const topic of this.#topics) this.#subscribe(topic);
    });
    this.#socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    globalThis.addEventListener("online", this.#online);
  }

  /** Hear of updates, and of states where the route has them; with `reduce`, of the state after each update. */
  follow(route, request, hear, { snapshot = false, reduce } = {}) {
    const topic = { route, request, hear, snapshot, reduce };
    this.#topics.add(topic);
    if (this.#socket.readyState === WebSocket.OPEN) this.#subscribe(topic);
    return () => {
      this.#topics.delete(topic);
      if (this.#socket.readyState === WebSocket.OPEN) this.#send(`${route}.unsubscribe`, request);
    };
  }

  close() {
    globalThis.removeEventListener("online", this.#online);
    this.#socket.close();
  }

  #online = () => this.#socket.reconnect();

  #send(type, payload) {
    this.#socket.send(JSON.stringify({ type, payload, id: ++this.#ids }));
    return this.#ids;
  }

  #subscribe(topic) {
    if (this.#cautious && topic.seen) topic.hear({ kind: "gap" });
    topic.name = topic.seq = topic.state = undefined;
    topic.question = this.#send(`${topic.route}.subscribe`, topic.request);
  }

  #take({ type, payload, seq, id }) {
    const verb = type.split(".").at(-1);
    for (const topic of this.#topics) {
      if (verb === "response" && id === topic.question) topic.name = payload.topic;
      else if (verb === "error" && id === topic.question) this.#later(topic, payload);
      else if (topic.name === undefined || topic.name !== payload?.topic) continue;
      else if (verb === "update") this.#update(topic, seq, payload.payload);
      else if (verb === "snapshot") {
        topic.seq = seq;
        this.#deliver(topic, "snapshot", (topic.state = payload.payload));
      } else if (verb === "reset") this.#subscribe(topic);
      else if (verb === "unsubscribed") this.#later(topic, payload);
    }
  }

  #update(topic, seq, update) {
    if (topic.snapshot && topic.state === undefined) return;
    if (topic.seq !== undefined && seq > topic.seq + 1) {
      topic.hear({ kind: "gap", count: seq - topic.seq - 1 });
      if (topic.snapshot) return this.#subscribe(topic);
    }
    topic.seq = seq;
    if (topic.reduce) topic.state = topic.reduce(topic.state, update);
    this.#deliver(topic, topic.reduce ? "snapshot" : "update", topic.reduce ? topic.state : update);
  }

  #deliver(topic, kind, data) {
    topic.seen = true;
    topic.hear({ kind, data });
  }

  #later(topic, { retry_after: seconds }) {
    if (seconds != null) setTimeout(() => this.#subscribe(topic), seconds * 1000);
  }
}
