// Whatever the user does and however slowly the server answers: in the end, both agree on what is subscribed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../src/connection.ts";
import { Socket } from "./socket.mjs";

const REQUESTS = [{ a: 1 }, { a: 1, b: 0 }, { a: 2 }, { a: 2, b: 0 }];

/** A small generator of random numbers below `bound`, the same for the same seed. */
function randomFrom(seed) {
  let state = seed;
  return (bound) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * bound);
  };
}

/** The server: it takes frames in their order, and a topic's first subscribers wait until it has begun. */
class Server {
  topics = new Map();
  taken = 0;

  constructor(socket) {
    this.socket = socket;
  }

  /** Take the next frame that the page has sent; return whether there was one. */
  take() {
    const frame = this.socket.sent[this.taken];
    if (frame === undefined) return false;
    this.taken += 1;
    const name = `bars:${frame.payload.a}`;
    const topic = this.topics.get(name);
    if (frame.type === "bars.subscribe") {
      if (topic?.ready) this.answer(frame, name);
      else if (topic) topic.waiting.push(frame);
      else this.topics.set(name, { ready: false, waiting: [frame] });
    } else if (topic) {
      this.topics.delete(name);
      for (const waiting of topic.waiting) this.answer(waiting, name);
      this.answer(frame, name);
    } else {
      this.refuse(frame, "not_subscribed");
    }
    return true;
  }

  /** Let a topic begin, or fail; return whether one was about to. */
  begin(fails) {
    for (const [name, topic] of this.topics) {
      if (topic.ready) continue;
      topic.ready = true;
      if (fails) this.topics.delete(name);
      for (const frame of topic.waiting.splice(0)) {
        if (fails) this.refuse(frame, "internal");
        else this.answer(frame, name);
      }
      return true;
    }
    return false;
  }

  answer({ type, id }, topic) {
    this.socket.receive({ type: `${type}.response`, payload: { topic }, id });
  }

  refuse({ id }, code) {
    this.socket.receive({ type: "error", payload: { code, message: "" }, id });
  }
}

test("page and server agree in the end", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = randomFrom(seed);
    const connection = new Connection(() => undefined);
    connection.connect("ws://localhost/ws");
    Socket.last.accept();
    const server = new Server(Socket.last);
    for (let step = 0; step < 40; step += 1) {
      const keys = [...connection.subscriptions.keys()];
      const choice = random(6);
      if (choice < 2) connection.subscribe("bars", REQUESTS[random(REQUESTS.length)]);
      else if (choice < 3 && keys.length > 0) connection.unsubscribe(keys[random(keys.length)]);
      else if (choice < 5) server.take();
      else server.begin(random(4) === 0);
    }
    while (server.take() || server.begin(false)) continue;
    const cards = [...connection.subscriptions.values()].map(({ state, topic }) => `${state} ${topic}`);
    const topics = [...server.topics.keys()].map((topic) => `active ${topic}`);
    assert.deepEqual(cards.sort(), topics.sort(), `seed ${seed}`);
  }
});
