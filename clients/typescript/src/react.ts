// Hooks of React for generated clients. Nothing is sent before a component is mounted; a component that strict mode
// mounts twice is one handle less for a moment, which the client does not tell the server (rule 10).

import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Hold } from "./events.ts";
import type { Client, ConnectionState, Event, State, Stream } from "./index.ts";

/** What a component sees of a topic. */
export interface Followed<Data> {
  /** The newest update, or on a route with snapshots the newest state; undefined before the first. */
  readonly data: Data | undefined;
  /** How the topic is followed: `live`, or what it waits for. `off`: not at all; `ended`: not any more. */
  readonly state: "off" | "asked" | "syncing" | "live" | "waiting" | "ended";
  /** Why it has ended, if that is not the end of the source. */
  readonly error: Error | undefined;
  /** How often updates were missing. */
  readonly gaps: number;
}

export interface FollowOptions<Data, State = never> {
  /** Gets every event, in order; renderings may pass over some. It is called outside of rendering. */
  readonly onEvent?: ((event: Event<Data, State>) => void) | undefined;
}

type Nothing = null | undefined;
// biome-ignore lint/suspicious/noExplicitAny: generated code says what they are
type AnyHandle = Stream<any> | State<any, any>;
type Method = (request?: unknown) => AnyHandle;

const OFF: Followed<never> = { data: undefined, state: "off", error: undefined, gaps: 0 };
const off = (): Followed<never> => OFF;
const nothing = (): (() => void) => () => {};

/** One topic, as one component follows it. */
class Store {
  now: Followed<unknown> = OFF;
  onEvent: ((event: never) => void) | undefined;
  readonly #handle: AnyHandle;

  constructor(handle: AnyHandle) {
    this.#handle = handle;
    // Throws if the client was made without the function that it needs.
    if ("current" in handle) void handle.current;
  }

  readonly subscribe = (changed: () => void): (() => void) => {
    const handle = this.#handle;
    const become = (part: Partial<Followed<unknown>>): void => {
      this.now = { ...this.now, ...part };
      changed();
    };
    let gone = false;
    const hold: Hold = {
      asked: handle["$asked"],
      hear: (event) => {
        if (gone) return;
        if (event.kind === "state") become({ state: event.state });
        else if (event.kind === "gap") become({ gaps: this.now.gaps + 1 });
        else become({ data: "current" in handle ? hold.topic?.value : event.data });
        try {
          this.onEvent?.(event as never);
        } catch (error) {
          handle["$client"].$host.report(error);
        }
      },
      end: (error) => {
        if (!handle["$finish"](hold)) return;
        hold.topic?.release(hold);
        if (!gone) become({ state: "ended", error });
      },
    };
    handle["$begin"](hold);
    return () => {
      gone = true;
      hold.end();
    };
  };

  readonly read = (): Followed<unknown> => this.now;
}

/** Follow the topic that a method of a client returns; nothing without a client or a request. Generated hooks call this. */
export function useRoute<Data>(client: Client | Nothing, method: string, request: unknown, options?: FollowOptions<never, never>): Followed<Data> {
  const key = client && request != null ? JSON.stringify(request) : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal requests are one, whichever object they are
  const store = useMemo(() => (client && key !== undefined ? new Store((client as unknown as Record<string, Method>)[method]?.(request) as AnyHandle) : undefined), [client, method, key]);
  const onEvent = options?.onEvent;
  useEffect(() => {
    if (store) store.onEvent = onEvent;
  }, [store, onEvent]);
  return useSyncExternalStore(store?.subscribe ?? nothing, store?.read ?? off, off) as Followed<Data>;
}

/** Follow the state of the connection of a client. */
export function useConnection(client: Client | Nothing): ConnectionState {
  const subscribe = useCallback((changed: () => void) => client?.$on("state", changed) ?? nothing(), [client]);
  const read = (): ConnectionState => client?.$state ?? "idle";
  return useSyncExternalStore(subscribe, read, () => "idle");
}
