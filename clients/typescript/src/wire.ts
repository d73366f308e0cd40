// The frames of the protocol, as far as a client looks into them.

/** A place in the updates of a topic. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** A decoded frame. What is not known is ignored, and so are fields that are not known. */
export interface Frame {
  readonly type: string;
  readonly id?: number | string;
  readonly seq?: number;
  readonly key?: string;
  readonly since?: Position;
  // biome-ignore lint/suspicious/noExplicitAny: what a server sends, checked where it matters
  readonly payload?: any;
}

/** What the answer to `hello` says about the server; a limit that is absent does not exist. */
export type Limits = { readonly [Name in "frames_per_second" | "frame_burst" | "heartbeat" | "idempotency"]?: number | undefined };

/** Return `value` as it goes over a wire now, whatever becomes of it later. Throws for what JSON does not have. */
export function copied(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** Return a number of the protocol, whatever the application's `parse` makes of numbers; undefined without one. */
export function numberOf(value: unknown): number | undefined {
  const number = value == null ? Number.NaN : Number(value);
  return number >= 0 ? number : undefined;
}

/** One error in what was sent: where it is, from the root of the frame. */
export interface Detail {
  readonly loc: readonly (string | number)[];
  readonly message: string;
  readonly type: string;
}

export const FEATURES = ["positions", "snapshot", "keys", "renewal"] as const;

/** All times are in seconds. */
export const TOKEN = 10;
export const CONNECT = 10;
export const HELLO = 5;
/** How long a question may take: longer than services may (`service_timeout` of the server). */
export const ANSWER = 75;
/** How long a sign of life may take after a ping. */
export const PING = 5;
/** How often a ping is sent; more often if the server's `heartbeat` asks for it. */
export const BEAT = 25;
/** A connection that was open for so long starts the spacing of attempts anew. */
export const SETTLED = 30;
export const FIRST_DELAY = 1;
export const LONGEST_DELAY = 30;
/** How long a topic without handles is kept. */
export const LINGER = 1;
