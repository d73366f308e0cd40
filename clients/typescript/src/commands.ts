// Commands: questions with one answer, which are done at most once. Their rules are in docs/reference/client-connections.md.

import type { Client } from "./client.ts";
import type { Connection, Part } from "./connection.ts";
import { Closed, CommandError, OutcomeUnknown, Timeout } from "./errors.ts";
import type { Signal } from "./host.ts";
import { ANSWER, copied, type Frame, numberOf } from "./wire.ts";

export interface CommandOptions {
  /** A key of the application, at most 128 characters, by which it may ask again after a reload. */
  readonly key?: string | undefined;
  /** Gives up when it is aborted. What was sent may have been carried out. */
  readonly signal?: Signal | undefined;
  /** Milliseconds until it gives up; 75,000 if nothing is said. */
  readonly timeout?: number | undefined;
}

/** Errors of the server that do not tell what became of an earlier sending of the same command. */
const SILENT = ["unauthorized", "unknown_type", "invalid_payload", "keys_unavailable"];

class Command {
  readonly name: string;
  readonly payload: unknown;
  /** For how many seconds its answer is waited for. */
  readonly patience: number;
  readonly key: string;
  readonly own: boolean;
  /** When it was sent first, by wall clock, and for how many seconds the server remembers it from then on. */
  sent: number | undefined;
  memory = 0;
  /** Whether the server knows its key. */
  keyed = false;
  user: string | undefined;
  /** How often it was sent, unless the server has said that it did not read it. */
  count = 0;
  /** The number of the last sending. */
  turn = 0;
  /** Cancels what sends it again. */
  pause: (() => void) | undefined;
  readonly settle: (error: Error | undefined, value?: unknown) => void;

  constructor(name: string, payload: unknown, patience: number, key: string, own: boolean, user: string | undefined, settle: (error: Error | undefined, value?: unknown) => void) {
    this.name = name;
    this.payload = payload;
    this.patience = patience;
    this.key = key;
    this.own = own;
    this.user = user;
    this.settle = settle;
  }

  /** Fail: with `error` if nothing was sent. */
  fail(error: Error): void {
    this.settle(this.sent === undefined ? error : new OutcomeUnknown("The command may have been carried out", this.key, error));
  }
}

class Commands implements Part {
  readonly #connection: Connection;
  readonly #open = new Set<Command>();
  /** Whether this connection cannot have keys, since its session has no user. */
  #keyless = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.parts.push(this);
  }

  /** Rules K1 and K5. */
  ask<Response>(name: string, payload: unknown, { key, signal, timeout = ANSWER * 1000 }: CommandOptions): Promise<Response> {
    const connection = this.#connection;
    const { host } = connection;
    if (connection.closed) return Promise.reject(connection.closed);
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const aborted = (): void => command.fail(signal?.reason);
      const patience = timeout / 1000;
      const command = new Command(name, copied(payload), patience, key ?? host.key(), key !== undefined, connection.tokens.user, (error, value) => {
        if (!this.#open.delete(command)) return;
        late();
        command.pause?.();
        signal?.removeEventListener("abort", aborted);
        if (error) reject(error);
        else resolve(value as Response);
      });
      const late = host.after(patience, () => command.fail(new Timeout("There was no connection in time")));
      signal?.addEventListener("abort", aborted);
      this.#open.add(command);
      connection.want();
      this.#send(command);
    });
  }

  wanted(): boolean {
    return this.#open.size > 0;
  }

  opened(): void {
    this.#keyless = false;
    for (const command of [...this.#open]) this.#send(command);
  }

  /** What the server does not know by a key is never sent again. Rule K2. */
  lost(): void {
    for (const command of [...this.#open]) if (command.sent !== undefined && !command.keyed) command.fail(new Closed("The connection was lost"));
  }

  end(error: Closed): void {
    for (const command of [...this.#open]) command.fail(error);
  }

  #send(command: Command): void {
    const { host, features, limits, tokens } = this.#connection;
    const turn = ++command.turn;
    this.#connection.ask(
      () => {
        if (!this.#open.has(command) || turn !== command.turn) return undefined;
        const keyed = features.has("keys") && !(this.#keyless && !command.own);
        command.user ??= tokens.user;
        if (command.user !== tokens.user) command.fail(new Closed("Another user is signed in")); // rule K4
        else if (command.sent !== undefined) {
          // Rules K2 and K3.
          const memory = Math.min(command.memory, limits.idempotency ?? 0);
          const age = host.now() - command.sent;
          // A clock that was set back does not tell.
          if (!keyed || age < 0 || age > memory * 1000) command.fail(new Timeout("The server may have forgotten its key"));
        }
        if (!this.#open.has(command)) return undefined;
        if (command.sent === undefined) {
          command.sent = host.now();
          command.memory = limits.idempotency ?? 0;
        }
        command.keyed = keyed;
        command.count += 1;
        const frame = { type: command.name, payload: command.payload };
        return keyed ? { ...frame, key: command.key } : frame;
      },
      (answer) => this.#answer(command, answer),
      Math.max(ANSWER, command.patience),
    );
  }

  #answer(command: Command, { type, payload }: Frame): void {
    if (type !== "error") {
      command.settle(undefined, payload);
      return;
    }
    const { code, message, details } = payload;
    const after = numberOf(payload.retry_after);
    const again = command.count > 1;
    if (code === "keys_unavailable" && command.keyed && !command.own && !again) {
      // Rule K6: nothing was done. The key was made here, and the command goes without.
      this.#keyless = true;
      command.sent = undefined;
      command.count = 0;
      this.#send(command);
    } else if (after !== undefined && (code === "rate_limited" || (again && code === "unavailable"))) {
      // Rule K6: the frame was not read, or not served this time.
      if (!again) {
        command.sent = undefined;
        command.count = 0;
      }
      const { turn } = command;
      command.pause = this.#connection.host.after(after, () => {
        if (turn === command.turn) this.#send(command);
      });
    } else if (code === "outcome_unknown" || (again && SILENT.includes(code))) {
      command.settle(new OutcomeUnknown(message, command.key)); // rule K7
    } else command.settle(new CommandError(code, message, details, after));
  }
}

/** The commands of each client that asks for one. */
const all = /* @__PURE__ */ new WeakMap<Connection, Commands>();

/** Ask for a command. Rejects with CommandError, OutcomeUnknown, Timeout, Closed, or the reason of the signal. */
export function command<Response>(client: Client, name: string, payload: unknown, options: CommandOptions = {}): Promise<Response> {
  const connection = client.$connection;
  let commands = all.get(connection);
  if (!commands) {
    commands = new Commands(connection);
    all.set(connection, commands);
  }
  return commands.ask(name, payload, options);
}
