// The handle of a route with snapshots: the state of its topic, kept current by a function of the application.

import type { Client } from "./client.ts";
import type { Asked, Event, Hold, Reduce } from "./events.ts";
import { asked, Handle, type HandleOptions } from "./stream.ts";
import type { Topic } from "./topic.ts";

/** A topic with its state. `subscribe` and `current` are what `useSyncExternalStore` of React takes. */
export class State<Value, Change> extends Handle<Change, Value> implements AsyncIterable<Value> {
  #topic: Topic | undefined;

  /** The newest state, undefined before the first. It is not changed: each change makes another value. */
  get current(): Value | undefined {
    this.#needReduce();
    return this.#topic?.value as Value | undefined;
  }

  /** How often the state has changed. */
  get version(): number {
    return this.#topic?.version ?? 0;
  }

  /** Call `changed` after each change of the state, never before this returns; return what ends that. */
  readonly subscribe = (changed: () => void, failed?: (error: Error) => void): (() => void) => {
    this.#needReduce();
    const { $client, $asked } = this;
    let begun = false;
    const call = (what: () => void): void => {
      if (begun) $client.$guard(what);
      else queueMicrotask(() => $client.$guard(what));
    };
    const hold: Hold = {
      asked: $asked,
      hear: ({ kind }: Event<unknown, unknown>) => {
        this.#topic = hold.topic;
        if (kind === "update" || kind === "snapshot") call(() => this.$isOpen(hold) && changed());
      },
      end: (error) => {
        if (!this.$finish(hold)) return;
        hold.topic?.release(hold);
        if (error) call(() => (failed ? failed(error) : $client.$tell("error", error)));
      },
    };
    this.$begin(hold);
    begun = true;
    return () => hold.end();
  };

  /** The newest state, after each change; a loop that is slow misses some. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Value> {
    this.#needReduce();
    return this.$loop("state");
  }

  #needReduce(): void {
    if (!this.$asked.reduce) throw new TypeError(`Pass a function for the route to the client: reduce: { ${this.$asked.route}: ... }`);
  }
}

/** Return the handle of a route with snapshots; `reduce` makes the next state of a state and an update. */
export function state<Value, Change>(
  client: Client,
  route: string,
  request: unknown,
  options?: HandleOptions,
  reduce?: Reduce<Value, Change> | undefined,
): State<Value, Change> {
  return new State(client, asked(route, request, true, reduce as Asked["reduce"]), options);
}
