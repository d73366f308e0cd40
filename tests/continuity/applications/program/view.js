// What one part of an application sees of the topics of one name: a transcript a route.

import { now } from "./tap.js";

export class View {
  #number;
  #name;
  #tap;
  #tell;
  #routes = new Map();

  constructor(number, name, routes, tap, tell) {
    this.#number = number;
    this.#name = name;
    this.#tap = tap;
    this.#tell = tell;
    for (const route of routes) {
      this.#routes.set(route, { marks: [], idle: true, place: undefined });
      const there = tap.where(route, name);
      if (there) this.#line(route, { kind: "there", at: there.at ?? null });
    }
  }

  get name() {
    return this.#name;
  }

  /** An answer, or the end of a connection: it is told before what the application sees of it, and after what came before. */
  mark(route, name, mark) {
    if (name === this.#name) this.#routes.get(route)?.marks.push(mark);
  }

  /** The application sees an event. */
  see(route, { kind, data, count, where, state }) {
    if (kind === "update" || kind === "snapshot") {
      const place = this.#tap.place(data);
      this.flush(route, place.frame);
      const { source, number, cells } = data;
      this.#line(route, { kind, data: cells ? { source, number, cells } : { source, number }, ...place });
      this.#routes.get(route).place = place;
    } else if (kind === "gap") this.#line(route, { kind, count: count ?? null, where, ...this.#routes.get(route).place });
    else this.#line(route, { kind, state });
  }

  /** The application is busy with an event, or waits for the next one. */
  busy(route, busy) {
    this.#routes.get(route).idle = !busy;
  }

  failed(route, error) {
    this.#line(route, { kind: "failed", error: `${error?.name}: ${error?.message}` });
  }

  /** Tell the marks that came before a frame; all, of a route whose application has seen everything. */
  flush(route, frame) {
    const { marks } = this.#routes.get(route);
    while (marks.length > 0 && marks[0].frame < frame) this.#line(route, marks.shift());
  }

  idle() {
    for (const [route, { idle }] of this.#routes) if (idle) this.flush(route, Number.POSITIVE_INFINITY);
  }

  #line(route, line) {
    this.#tell({ view: this.#number, route, time: now(), ...line });
  }
}
