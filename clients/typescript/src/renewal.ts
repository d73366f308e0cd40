// Sends a new token before the old one expires, on the same connection.

import type { Connection, Part } from "./connection.ts";
import { Closed } from "./errors.ts";
import { type Frame, numberOf, PING } from "./wire.ts";

export class Renewal implements Part {
  readonly #connection: Connection;
  #cancel: (() => void) | undefined;
  #run = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.parts.push(this);
  }

  wanted(): boolean {
    return false;
  }

  opened(): void {}

  lost(): void {
    this.#run += 1;
    this.#cancel?.();
  }

  end(): void {
    this.lost();
  }

  /** Rule C12. */
  take({ type, payload }: Frame): boolean {
    if (type === "notice" && payload?.code === "authentication_expires") this.#renew();
    return false;
  }

  #renew(): void {
    this.lost();
    const run = this.#run;
    this.#connection.tokens.get().then(
      (token) => {
        if (run !== this.#run) return;
        if (token === null) this.#connection.end(new Closed("There is no token any more"));
        else this.#connection.hurry({ type: "authenticate", payload: { token } }, (answer) => this.#answered(answer));
      },
      () => {
        if (run === this.#run) this.#later(PING);
      },
    );
  }

  /** A token that is refused for good ends the connection: the server closes it with 3000. */
  #answered({ type, payload }: Frame): void {
    const after = numberOf(payload?.retry_after);
    if (type !== "error" || after === undefined) return;
    this.#connection.delay(after);
    this.#later(after);
  }

  #later(seconds: number): void {
    this.#cancel = this.#connection.host.after(seconds, () => this.#renew());
  }
}
