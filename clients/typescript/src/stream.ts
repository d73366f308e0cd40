// The handle of a route: what an application loops over. Each loop has a place of its own.

import type { Client } from "./client.ts";
import { type Buffer, Cursor, type Mode } from "./cursor.ts";
import type { Asked, Event, Hold } from "./events.ts";
import type { Signal } from "./host.ts";
import { copied } from "./wire.ts";

export interface HandleOptions extends Buffer {
  /** Ends all loops of this handle when it is aborted. */
  readonly signal?: Signal | undefined;
}

export interface StreamOptions extends HandleOptions {
  /** What a loop over the data does at a loss: throw `Lost` (if nothing is said), or go on; the loss is an event then. */
  readonly loss?: "throw" | "event" | undefined;
}

/** What `using` needs; older surroundings do not have the symbol. */
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** What streams and states have in common. Nothing is sent until a loop begins, or a function subscribes. */
export class Handle<Data, State = never> {
  /** @internal */
  protected readonly $client: Client;
  /** @internal */
  protected readonly $asked: Asked;
  /** @internal */
  protected readonly $options: HandleOptions;
  readonly #open = new Set<Hold>();
  readonly #abort = (): void => this.close();

  /** @internal */
  constructor(client: Client, asked: Asked, options: HandleOptions = {}) {
    this.$client = client;
    this.$asked = asked;
    this.$options = options;
  }

  /** All that happens: updates, snapshots, gaps, and how the topic is followed. */
  events(): AsyncIterableIterator<Event<Data, State>> {
    return this.$loop("events");
  }

  /** End all loops over this handle, and all functions that have subscribed. */
  close(): void {
    for (const hold of [...this.#open]) hold.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  protected $loop<Value>(mode: Mode): Cursor<Value> {
    const cursor = new Cursor<Value>(this.$client.$topics, this.$asked, mode, this.$options.buffer, () => this.$finish(cursor));
    this.$begin(cursor);
    return cursor;
  }

  /** @internal */
  protected $begin(hold: Hold): void {
    const { signal } = this.$options;
    this.#open.add(hold);
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) hold.end();
    else this.$client.$topics.hold(hold);
  }

  /** @internal */
  protected $isOpen(hold: Hold): boolean {
    return this.#open.has(hold);
  }

  /** Return whether the hold was open until now. A signal that lives on does not keep what is over.
   * @internal */
  protected $finish(hold: Hold): boolean {
    const open = this.#open.delete(hold);
    if (this.#open.size === 0) this.$options.signal?.removeEventListener("abort", this.#abort);
    return open;
  }
}

/** A route without state: a loop over it gets the data of each update. */
export class Stream<Data> extends Handle<Data> implements AsyncIterable<Data> {
  /** @internal */
  declare protected readonly $options: StreamOptions;

  [Symbol.asyncIterator](): AsyncIterableIterator<Data> {
    return this.$loop(this.$options.loss === "event" ? "data" : "throw");
  }
}

/** Return the handle of a route without snapshots. */
export function stream<Data>(client: Client, route: string, request: unknown, options?: StreamOptions): Stream<Data> {
  return new Stream(client, asked(route, request, false), options);
}

/** @internal */
export function asked(route: string, request: unknown, snapshot: boolean, reduce?: Asked["reduce"]): Asked {
  return { route, request: copied(request), key: `${route}:${JSON.stringify(request)}`, snapshot, reduce };
}
