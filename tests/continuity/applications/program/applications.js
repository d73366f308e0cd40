// The applications: one on the generated TypeScript client, by its public API, and one on partysocket.

import { ContinuityClient } from "client";
import { Feed } from "./partysocket.js";
import { Tap } from "./tap.js";
import { View } from "./view.js";

const SLOW = 20; // milliseconds for each event of an application that is slow
const PATIENCE = 20_000; // milliseconds in which an order must have an outcome

/** Random numbers by a seed (mulberry32). */
function chance(seed) {
  let at = seed;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Application {
  #views = new Map();

  constructor(Socket, tell) {
    this.tell = tell;
    this.tap = new Tap(Socket, (...mark) => {
      for (const { view } of this.#views.values()) view.mark(...mark);
    });
    this.idling = setInterval(() => {
      for (const { view } of this.#views.values()) view.idle();
    }, 20);
  }

  /** The state after a change, which nobody else has. */
  reduce = (whole, change) => {
    const cells = [...whole.cells];
    cells[change.number % cells.length] = change.number;
    return this.tap.derive({ source: change.source, number: change.number, cells }, change);
  };

  view({ number, name, routes, ...how }) {
    this.tap.keep(name);
    const view = new View(number, name, routes, this.tap, this.tell);
    const leaving = routes.map((route) => this.follow(view, route, { name }, how));
    this.#views.set(number, { view, leaving });
  }

  leave(number) {
    for (const leave of this.#views.get(number).leaving) leave();
    this.#views.delete(number);
  }

  close() {
    for (const number of [...this.#views.keys()]) this.leave(number);
    clearInterval(this.idling);
  }
}

export class WithRuntime extends Application {
  #client;

  constructor({ url, seed }, Socket, tell) {
    super(Socket, tell);
    const { Socket: Tapped } = this.tap;
    const random = chance(seed);
    this.#client = new ContinuityClient(url, {
      connect: (...at) => new Tapped(...at),
      reduce: { state: this.reduce },
      host: { random: () => random() / 20 }, // attempts in the time of a round: they are spaced by this alone
    });
  }

  follow(view, route, request, { slow, buffer }) {
    const stop = new AbortController();
    const handle = this.#client[route](request, { signal: stop.signal, buffer });
    const see = async (events) => {
      for await (const event of events) {
        view.busy(route, true);
        view.see(route, event);
        if (slow) await pause(SLOW);
        view.busy(route, false);
      }
    };
    if (route === "state") handle.subscribe(() => view.see(route, { kind: "snapshot", data: handle.current }), (error) => view.failed(route, error));
    else see(handle.events()).catch((error) => view.failed(route, error));
    return () => stop.abort();
  }

  place(id) {
    this.#client.ordersPlace({ id }, { timeout: PATIENCE }).then(
      () => this.tell({ kind: "ordered", id, outcome: "done" }),
      (error) => this.tell({ kind: "ordered", id, outcome: error.name }),
    );
  }

  close() {
    super.close();
    this.#client.$close();
  }
}

export class WithPartysocket extends Application {
  #feed;

  constructor({ url, cautious }, Socket, tell) {
    super(Socket, tell);
    const spacing = { minReconnectionDelay: 25, maxReconnectionDelay: 1500, reconnectionDelayGrowFactor: 2, connectionTimeout: 10_000, minUptime: 30_000 };
    this.#feed = new Feed(url, { cautious, WebSocket: this.tap.Socket, ...spacing });
  }

  follow(view, route, request) {
    const reduce = route === "state" ? this.reduce : undefined;
    return this.#feed.follow(route, request, (event) => view.see(route, event), { snapshot: route === "book" || route === "state", reduce });
  }

  close() {
    super.close();
    this.#feed.close();
  }
}
