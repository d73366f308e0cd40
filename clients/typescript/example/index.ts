/* What a generated index.ts is like: written by hand, and compiled by the tests. */

import {
  Client,
  command,
  type CommandError,
  type CommandOptions,
  type HandleOptions,
  type Options,
  type Reduce,
  type State,
  state,
  type Stream,
  type StreamOptions,
  stream,
} from "./runtime.js";
import type * as t from "./types.js";

export * from "./runtime.js";
export type * as t from "./types.js";

const CONTRACT = { runtime: 1, digest: "e02c080a8d19d723" } as const;

export interface DatafeedOptions extends Options {
  /** For each route with snapshots, what makes the next state of a state and an update. */
  readonly reduce?: {
    readonly book?: Reduce<t.Book, t.BookChange> | undefined;
  };
}

/** The errors that `placeOrder` declares. */
export type PlaceOrderError = CommandError<"order_rejected">;

/** Real-time market data. */
export class DatafeedClient extends Client {
  readonly #reduce: NonNullable<DatafeedOptions["reduce"]>;

  constructor(url: string | { readonly href: string }, options: DatafeedOptions = {}) {
    super(url, CONTRACT, options);
    this.#reduce = options.reduce ?? {};
  }

  /** OHLC bars. */
  bars(request: t.BarsRequest, options?: StreamOptions): Stream<t.Bar> {
    return stream(this, "bars", request, options);
  }

  /** The order book: its state, and what changes it. */
  book(request: t.BookRequest, options?: HandleOptions): State<t.Book, t.BookChange> {
    return state(this, "book", request, options, this.#reduce.book);
  }

  /** A route that asks for nothing. */
  alerts(options?: StreamOptions): Stream<string> {
    return stream(this, "alerts", {}, options);
  }

  /** Place an order. Rejects with `PlaceOrderError`, among others. */
  placeOrder(request: t.NewOrder, options?: CommandOptions): Promise<t.OrderAck> {
    return command(this, "orders.place", request, options);
  }
}
