// The client that generated ones extend. Names that begin with `$` are its own: all others are routes and commands.

import { Connection, type ConnectionState } from "./connection.ts";
import { Closed } from "./errors.ts";
import { type Host, hostWith, type Socket } from "./host.ts";
import { Renewal } from "./renewal.ts";
import type { TokenSource } from "./tokens.ts";
import { type Gap, Topics } from "./topics.ts";

/** The version of this file that generated code needs. */
export const RUNTIME_VERSION = 1;

/** What a client was generated for. */
export interface Contract {
  readonly runtime: number;
  /** The digest of the document, as the server says it in `hello`. */
  readonly digest: string;
}

export interface Options {
  /** Returns the token for a connection, and a new one before that expires; null closes the client. */
  readonly token?: TokenSource | undefined;
  /** Opens a socket: for headers, or where there is no `WebSocket`. */
  readonly connect?: ((url: string, protocols: string[]) => Socket) | undefined;
  /** Reads a frame in place of `JSON.parse`, which rounds integers above 2^53. */
  readonly parse?: ((text: string) => unknown) | undefined;
  /** Sees all frames, as they are sent and received, for debugging. Tokens are in some. */
  readonly onFrame?: ((frame: unknown, direction: "in" | "out") => void) | undefined;
  /** Replaces the clock, timers, random numbers and events of the page, for tests. */
  readonly host?: Partial<Host> | undefined;
}

/** What `$on` hears. */
export interface ClientEvents {
  /** The connection is in another state; `error` says why, where something has failed. */
  state: { readonly state: ConnectionState; readonly error?: unknown };
  /** Updates of a topic are missing. */
  gap: Gap & { readonly route: string; readonly request: unknown };
  /** The server has another contract than the one that the client was generated for. */
  outdated: { readonly contract: string };
  /** Whether the processes of the server are connected to each other. */
  status: { readonly broker: string };
  notice: { readonly code: string; readonly message: string };
  /** An error that nothing else tells of. */
  error: unknown;
}

export class Client {
  /** @internal */
  readonly $connection: Connection;
  /** @internal */
  readonly $topics: Topics;
  /** @internal */
  readonly $host: Host;
  readonly #hearing = new Map<string, Set<(event: never) => void>>();

  /** Nothing is opened before the first use. */
  constructor(url: string | { readonly href: string }, contract: Contract, { token, connect, parse, onFrame, host }: Options = {}) {
    if (contract.runtime !== RUNTIME_VERSION) {
      throw new Error(`This client was generated for version ${contract.runtime} of its runtime, which has version ${RUNTIME_VERSION}: generate it again`);
    }
    this.$host = hostWith({ ...(connect && { connect }), ...host });
    let known = contract.digest;
    this.$connection = new Connection({
      url: typeof url === "string" ? url : url.href,
      host: this.$host,
      token,
      parse: parse ?? JSON.parse,
      tell: (name, event) => this.$tell(name, event),
      greeted: (served) => {
        if (!known) known = served; // the document did not say its contract
        else if (served && served !== known) this.$tell("outdated", { contract: (known = served) });
      },
      onFrame: onFrame && ((frame, direction) => this.$guard(() => onFrame(frame, direction))),
    });
    this.$topics = new Topics(this.$connection, ({ route, request }, gap) => this.$tell("gap", { ...gap, route, request }));
    if (token) new Renewal(this.$connection);
  }

  /** The state of the connection. */
  get $state(): ConnectionState {
    return this.$connection.state;
  }

  /** Call `hear` at each event of a kind; return what ends that. */
  $on<Name extends keyof ClientEvents>(name: Name, hear: (event: ClientEvents[Name]) => void): () => void {
    const hearing = this.#hearing.get(name) ?? new Set();
    this.#hearing.set(name, hearing.add(hear));
    return () => hearing.delete(hear);
  }

  /** Close for good: loops end, and commands fail. */
  $close(): void {
    this.$connection.end(new Closed("The client was closed", 1000));
  }

  /** @internal */
  $tell(name: string, event: unknown): void {
    const hearing = [...(this.#hearing.get(name) ?? [])];
    if (name === "error" && hearing.length === 0) console.error(event); // rather than nothing
    for (const hear of hearing) this.$guard(() => hear(event as never));
  }

  /** Call a function of the application, whose errors are its own.
   * @internal
   */
  $guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.$host.report(error);
    }
  }
}
