// The handle of a route: what an application loops over. Each loop has a place of its own.

import type { Client } from "./client.ts";
import { type Buffer, Cursor, type Mode } from "./cursor.ts";
import type { Asked, Event } from "./events.ts";

export interface HandleOptions extends Buffer {
  /** Ends all loops of this handle when it is aborted. */
  readonly signal?: AbortSignal | undefined;
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
  /** @internal */
  protected readonly $open = new Set<{ end(): void }>();

  /** @internal */
  constructor(client: Client, asked: Asked, options: HandleOptions = {}) {
    this.$client = client;
    this.$asked = asked;
    this.$options = options;
    options.signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  /** All that happens: updates, snapshots, gaps, and how the topic is followed. */
  events(): AsyncIterableIterator<Event<Data, State>> {
    return this.$loop("events");
  }

  /** End all loops over this handle, and all functions that have subscribed. */
  close(): void {
    for (const one of [...this.$open]) one.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  protected $loop<Value>(mode: Mode): Cursor<Value> {
    const ended = (one: { end(): void }): unknown => this.$open.delete(one);
    const cursor = new Cursor<Value>(this.$client.$topics, this.$asked, mode, this.$options.buffer, ended);
    this.$open.add(cursor);
    if (this.$options.signal?.aborted) cursor.end();
    else this.$client.$topics.hold(cursor);
    return cursor;
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
  return { route, request, key: `${route}:${JSON.stringify(request)}`, snapshot, reduce };
}
