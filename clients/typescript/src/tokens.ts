// The tokens of the application: one call at a time, which may take a while but not forever.

import { Timeout } from "./errors.ts";
import type { Host } from "./host.ts";
import { TOKEN } from "./wire.ts";

/** A token, with the user whose it is, where one client may serve several users one after another. */
export type Token = string | { readonly token: string; readonly user: string };

/** Returns a token that is valid now; null: there is none any more, and the client closes. */
export type TokenSource = () => Token | null | Promise<Token | null>;

export class Tokens {
  /** Whose the last token was, if the application or the token says so. */
  user: string | undefined;
  readonly #host: Host;
  readonly #source: TokenSource | undefined;
  #asking: Promise<string | null | undefined> | undefined;
  #cancel: (() => void) | undefined;

  constructor(host: Host, source: TokenSource | undefined) {
    this.#host = host;
    this.#source = source;
  }

  /** Return the token; null if there will be none, undefined if none is used. Rejects after a failure or too long a time. */
  get(): Promise<string | null | undefined> {
    const source = this.#source;
    if (!source) return Promise.resolve(undefined);
    // Rule C2: who asks meanwhile gets the same.
    this.#asking ??= new Promise<Token | null>((resolve, reject) => {
      this.#cancel = this.#host.after(TOKEN, () => reject(new Timeout("token() takes too long")));
      Promise.resolve().then(source).then(resolve, reject);
    })
      .then((given) => {
        if (given == null) return null; // undefined is what storage without an entry has
        const token = typeof given === "string" ? given : given.token;
        this.user = typeof given === "string" ? subjectOf(given) : given.user;
        return token;
      })
      .finally(() => this.stop());
    return this.#asking;
  }

  /** Stop waiting. */
  stop(): void {
    this.#cancel?.();
    this.#asking = this.#cancel = undefined;
  }
}

/** Return the `sub` of a JWT; undefined for other tokens. Nobody is let in by it: it only keeps two users apart. */
function subjectOf(token: string): string | undefined {
  try {
    return JSON.parse(atob(token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")).sub;
  } catch {
    return undefined;
  }
}
