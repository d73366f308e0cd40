// What goes wrong: classes with a `name` each, by which a program tells them apart without `instanceof` too.

import type { Detail } from "./wire.ts";

/** The server has refused a subscription for good. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  readonly details: readonly Detail[];

  constructor(code: string, message: string, details: readonly Detail[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The server has ended a subscription for good. A source that has simply ended ends its loops without this. */
export class Ended extends Error {
  override readonly name = "Ended";
  readonly code: string | undefined;

  constructor(code: string | undefined, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nothing was sent in time, and nothing was done. */
export class Timeout extends Error {
  override readonly name = "Timeout";
}

/** The client is closed for good: by the server, for want of a token, or by `$close()`. Nothing was done. */
export class Closed extends Error {
  override readonly name = "Closed";
  /** The code of the server that has closed the connection; 1000 after `$close()`. */
  readonly code: number | undefined;

  constructor(message: string, code?: number, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Updates are missing: lost on the way, or dropped here by a full buffer. */
export class Lost extends Error {
  override readonly name = "Lost";
  /** How many, if that is known. */
  readonly count: number | undefined;
  readonly where: "server" | "client";

  constructor(count: number | undefined, where: "server" | "client") {
    super(`${count ?? "An unknown number of"} updates are missing`);
    this.count = count;
    this.where = where;
  }
}

/** A command may have been carried out, or not. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
  /** Asking again with this key may give the answer. */
  readonly key: string;

  constructor(message: string, key: string, cause?: unknown) {
    super(message, { cause });
    this.key = key;
  }
}

/** The answer to a command was an error: a code that the command declares, or one of the protocol. */
export class CommandError<Code extends string = string> extends Error {
  override readonly name = "CommandError";
  readonly code: Code;
  readonly details: readonly Detail[];
  /** After how many seconds asking again may help; nothing was done then. */
  readonly retryAfter: number | undefined;

  constructor(code: Code, message: string, details: readonly Detail[] = [], retryAfter?: number) {
    super(message);
    this.code = code;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

/** All errors of loops, and of the promises of commands. `name` tells them apart. */
export type ClientError = Refused | Ended | Lost | Timeout | Closed | OutcomeUnknown | CommandError;
