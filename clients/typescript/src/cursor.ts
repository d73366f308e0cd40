// A place in the events of a topic, from which one loop reads. It is a class and no async generator, whose `return()`
// would wait behind a pending `next()` for an update that may never come.

import { Lost } from "./errors.ts";
import type { Asked, Event, Hold } from "./events.ts";
import type { Topics } from "./topics.ts";

/** Nothing slows a WebSocket down: what a loop has not read yet waits in a buffer, which is bounded. */
export interface Buffer {
  /** How many values may wait; 1,024 if nothing is said. */
  readonly buffer?: number | undefined;
  /** What goes if there are more. It is reported as a gap, with `where: "client"`. */
  readonly overflow?: "drop-oldest" | undefined;
}

/** What a loop gets: all events; the data of updates; the newest state. `throw`: the same as data, and an error at each loss. */
export type Mode = "events" | "data" | "throw" | "state";

type Result<Value> = IteratorResult<Value, undefined>;
type Any = Event<unknown, unknown>;

export class Cursor<Value> implements AsyncIterableIterator<Value, undefined, unknown>, Hold {
  readonly asked: Asked;
  topic: Hold["topic"];
  synced?: boolean;
  served?: boolean;
  readonly #topics: Topics;
  readonly #mode: Mode;
  readonly #room: number;
  readonly #ended: () => void;
  #events: Any[] = [];
  /** How many updates the buffer has dropped, NaN if that is not known. */
  #dropped = 0;
  /** The last `state` that the buffer has dropped: it holds until the next one. */
  #state: Any | undefined;
  #waiting: { resolve(result: Result<Value>): void; reject(error: unknown): void }[] = [];
  #done = false;
  #error: Error | undefined;

  /** `ended` is called when following is over, which begins with a hold on the topic. */
  constructor(topics: Topics, asked: Asked, mode: Mode, room: number | undefined, ended: () => void) {
    this.#topics = topics;
    this.asked = asked;
    this.#mode = mode;
    this.#room = Math.max(1, room ?? 1024);
    this.#ended = ended;
  }

  hear(event: Any): void {
    if (this.#done) return;
    const mode = this.#mode;
    // Rule L3.
    if (mode === "throw" && event.kind === "gap") this.end(new Lost(event.count, event.where));
    else if (mode === "state") {
      if (event.kind === "snapshot" || event.kind === "update") this.#events = [{ kind: "snapshot", data: this.topic?.value }];
    } else if (mode === "events" || event.kind === "update") {
      this.#events.push(event);
      if (this.#events.length > this.#room) this.#drop();
    }
    this.#serve();
  }

  /** What was heard before is still read. Rule L4. */
  end(error?: Error): void {
    if (this.#done) return;
    this.#done = true;
    this.#error = error;
    this.topic?.release(this);
    this.#ended();
    this.#serve();
  }

  next(): Promise<Result<Value>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  /** End the loop at once, whatever is pending. Rule L4. */
  return(): Promise<Result<Value>> {
    this.#events = [];
    this.#dropped = 0;
    this.#state = undefined;
    this.end();
    this.#error = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Drop the oldest, or all where the next ones mean nothing without them. Rule L2. */
  #drop(): void {
    const { snapshot } = this.asked;
    const dropped = this.#events.splice(0, snapshot ? this.#events.length : 1);
    for (const event of dropped) {
      if (event.kind === "update") this.#dropped += 1;
      else if (event.kind === "state") this.#state = event;
      else this.#dropped += (event.kind === "gap" && event.count) || Number.NaN;
    }
    if (snapshot && dropped.some(({ kind }) => kind !== "state")) {
      this.synced = false;
      this.#dropped ||= Number.NaN;
    }
  }

  /** Give who waits what there is: a loss, how the topic is followed, and then what was not dropped. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      if (this.#dropped !== 0) {
        this.#confess(); // which may serve who waits
        continue;
      }
      const event = this.#state ?? this.#events.shift();
      this.#state = undefined;
      if (event) this.#give(event);
      else if (this.#error) {
        this.#waiting.shift()?.reject(this.#error);
        this.#error = undefined; // it is thrown once
      } else if (this.#done) this.#waiting.shift()?.resolve({ done: true, value: undefined });
      else return;
    }
  }

  #give(event: Any): void {
    const value = this.#mode === "events" ? event : "data" in event && event.data;
    this.#waiting.shift()?.resolve({ done: false, value: value as Value });
  }

  /** Tell what the buffer has dropped. */
  #confess(): void {
    const gap = { kind: "gap", count: this.#dropped || undefined, where: "client" } as const;
    this.#dropped = 0;
    this.#topics.gap(this.asked, gap);
    if (this.#mode === "throw") {
      const lost = new Lost(gap.count, gap.where);
      this.#events = [];
      if (this.#done) this.#error = lost;
      else this.end(lost);
    } else if (this.#mode === "events") this.#give(gap);
    if (!this.synced && !this.#done && this.topic?.state === "live") this.topic.welcome(this);
  }
}
