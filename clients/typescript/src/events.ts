// What the application sees of a topic, and how it holds one.

import type { Topic } from "./topic.ts";

/** An event of a topic. `state` says how it is followed: `live`, or what it waits for. */
export type Event<Data = unknown, State = never> =
  | { readonly kind: "update"; readonly data: Data }
  | { readonly kind: "snapshot"; readonly data: State }
  | { readonly kind: "gap"; readonly count: number | undefined; readonly where: "server" | "client" }
  | { readonly kind: "state"; readonly state: "asked" | "syncing" | "live" | "waiting" };

/** Returns the state after an update. It must return another value than the one that it gets, and not change that. */
export type Reduce<State, Data> = (state: State, update: Data) => State;

/** What is asked for. */
export interface Asked {
  readonly route: string;
  readonly request: unknown;
  /** Equal for equal requests. */
  readonly key: string;
  /** Whether the route has snapshots. */
  readonly snapshot: boolean;
  readonly reduce: Reduce<unknown, unknown> | undefined;
}

/** One hold on a topic: of a loop, or of a function that hears of changes. */
export interface Hold {
  readonly asked: Asked;
  topic?: Topic | undefined;
  /** Whether it has got the state, on a route with snapshots; until then it gets no updates. */
  synced?: boolean;
  /** Whether anything was delivered to it, so that something can be missing. */
  served?: boolean;
  hear(event: Event<unknown, unknown>): void;
  /** There will be no other event; without an error, the data source has ended. */
  end(error?: Error): void;
}
