// One connection at a time, which comes back: idle -> token -> connecting -> hello -> open -> waiting | closed.
// The rules named here are those of docs/reference/client-connections.md.

import { Closed } from "./errors.ts";
import type { Host, PageEvent, Socket } from "./host.ts";
import { type Make, Pacer } from "./pacer.ts";
import { Tokens, type TokenSource } from "./tokens.ts";
import { ANSWER, BEAT, CONNECT, FEATURES, FIRST_DELAY, type Frame, HELLO, type Limits, LONGEST_DELAY, numberOf, PING, SETTLED } from "./wire.ts";

export type ConnectionState = "idle" | "token" | "connecting" | "hello" | "open" | "waiting" | "closed";

/** What follows the connection: the topics, the commands, the renewal. */
export interface Part {
  /** Whether it needs a connection. */
  wanted(): boolean;
  /** `hello` was answered. */
  opened(): void;
  /** The connection is gone; another one follows unless `end` is called next. */
  lost(): void;
  /** There will be no other connection. */
  end(error: Closed): void;
  /** A frame that answers no question; return whether it was for this part. */
  take?(frame: Frame): boolean;
}

export interface Setup {
  readonly url: string;
  readonly host: Host;
  readonly token: TokenSource | undefined;
  readonly parse: (text: string) => unknown;
  readonly tell: (name: string, event: unknown) => void;
  /** Hears for which contract the server is. */
  readonly greeted: (contract: string) => void;
  readonly onFrame: ((frame: unknown, direction: "in" | "out") => void) | undefined;
}

export class Connection {
  state: ConnectionState = "idle";
  /** Why the client is closed. */
  closed: Closed | undefined;
  /** Of the present connection: empty on a server that does not know `hello` (rule 12). */
  features: ReadonlySet<string> = new Set();
  limits: Limits = {};
  readonly parts: Part[] = [];
  readonly host: Host;
  readonly tokens: Tokens;
  readonly #setup: Setup;
  #socket: Socket | undefined;
  #pacer: Pacer | undefined;
  #unlisten: (() => void) | undefined;
  /** Cancels what ends the present state: its deadline, or the pause before the next attempt. */
  #stop: (() => void) | undefined;
  #beat: (() => void) | undefined;
  #probe: (() => void) | undefined;
  #questions = new Map<unknown, { answer: (frame: Frame) => void; late: () => void }>();
  #ids = 0;
  #attempt = 0;
  #failures = 0;
  #denied = 0;
  #openedAt: number | undefined;
  #pause = 0;
  #notBefore = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.host = setup.host;
    this.tokens = new Tokens(setup.host, setup.token);
  }

  /** Connect, if nothing does so already. Rule C1. */
  want(): void {
    if (this.state !== "idle") return;
    this.#unlisten ??= this.host.listen((what) => this.#hear(what));
    this.#start();
  }

  /** Send what `make` returns in its turn, with an id, and hear the answer, unless the connection is lost before. Rule C10. */
  ask(make: Make, answer: (frame: Frame) => void, within = ANSWER): void {
    this.#pacer?.post(() => {
      const frame = make();
      return frame && this.#question(frame, answer, within);
    });
  }

  /** The same for what must not wait for its turn. */
  hurry(frame: Frame, answer: (frame: Frame) => void): void {
    if (this.state === "open") this.#pacer?.hurry(this.#question(frame, answer));
  }

  /** Make no attempt for so many seconds, whatever happens to the page. Rule C7. */
  delay(seconds: number): void {
    this.#pause = seconds;
    this.#notBefore = this.host.now() + seconds * 1000;
  }

  /** For how many seconds no attempt is made; never for longer than was said, if the clock is set back. */
  #rests(): number {
    return Math.min(this.#pause, (this.#notBefore - this.host.now()) / 1000);
  }

  /** Close for good. Rule C14. */
  end(error: Closed): void {
    if (this.closed) return;
    this.closed = error;
    this.#leave();
    this.tokens.stop();
    this.#unlisten?.();
    this.#enter("closed", error);
    for (const part of this.parts) part.end(error);
  }

  // -- attempts

  #start(): void {
    const attempt = this.#attempt;
    if (!this.#enter("token")) return;
    this.tokens.get().then(
      (token) => {
        if (attempt !== this.#attempt) return; // closed, or hidden, meanwhile: rule C3
        if (token === null) this.end(new Closed("There is no token any more"));
        else this.#connect(token);
      },
      (error: unknown) => {
        if (attempt === this.#attempt) this.#wait(error);
      },
    );
  }

  #connect(token: string | undefined): void {
    if (!this.#enter("connecting")) return;
    const protocols = ["wsgen"];
    // As UTF-8, which is what the server reads; `btoa` takes bytes.
    const bytes = token ? String.fromCharCode(...new TextEncoder().encode(token)) : "";
    if (bytes) protocols.push(`wsgen.token.${btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`);
    let socket: Socket;
    try {
      socket = this.host.connect(this.#setup.url, protocols);
    } catch (error) {
      // The address cannot be used, now or later, or there is nothing to use it with.
      this.end(new Closed(`A socket cannot be made: ${(error as Error).message}`, undefined, error));
      return;
    }
    this.#socket = socket;
    this.#within(CONNECT); // rule C4
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }: { data: unknown }) => this.#take(data);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.#lose(code, reason);
    socket.onerror = () => {};
  }

  #greet(): void {
    if (!this.#enter("hello")) return;
    this.#within(HELLO);
    this.#write(this.#question({ type: "hello", payload: { version: 1, features: FEATURES } }, (answer) => this.#greeted(answer)));
  }

  #greeted({ type, payload }: Frame): void {
    this.#forget();
    if (type === "hello") {
      this.features = new Set(payload?.features);
      this.limits = Object.fromEntries(Object.entries(payload?.limits ?? {}).map(([name, limit]) => [name, numberOf(limit)]));
    } else if (payload?.code === "unknown_type") {
      this.features = new Set(); // rule 12
      this.limits = {};
    } else if (numberOf(payload?.retry_after) !== undefined) {
      this.delay(Number(payload.retry_after));
      this.#lose(undefined, payload.message);
      return;
    } else {
      this.end(new Closed(`The server does not serve this client: ${payload?.message}`));
      return;
    }
    if (!this.#enter("open")) return;
    this.#openedAt = this.host.now();
    this.#pacer = new Pacer(this.host, this.limits, (frame) => this.#write(frame));
    this.#keepAlive();
    if (type === "hello") this.#setup.greeted(payload.contract);
    for (const part of this.parts) if (this.state === "open") part.opened();
  }

  /** Let go of the socket, if there is one: its later events are not heard, and its end is not waited for. Rule C3. */
  #leave(): void {
    this.#attempt += 1;
    this.#stop?.();
    this.#beat?.();
    this.#probe?.();
    this.#pacer?.stop();
    this.#stop = this.#beat = this.#probe = this.#pacer = undefined;
    this.#forget();
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(1000);
    } catch {
      // It is closed already, or was never opened.
    }
  }

  #lose(code?: number, reason = ""): void {
    this.#leave();
    if (this.#openedAt !== undefined && this.host.now() - this.#openedAt >= SETTLED * 1000) this.#failures = this.#denied = 0; // rule C5
    this.#openedAt = undefined;
    // daphne adds 3000 to codes below it.
    const last = code === 1008 || code === 4008 || (code === 3000 && ++this.#denied > 1); // rule C6
    const error = new Closed(`The connection was closed${code ? ` (${code})` : ""}${reason && `: ${reason}`}`, code);
    if (last) this.end(error);
    else this.#wait(error);
  }

  #wait(error: unknown): void {
    const delay = this.host.random() * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures++);
    this.#stop?.();
    this.#stop = this.host.after(Math.max(delay, this.#rests()), () => this.#again());
    this.#rest(error);
  }

  #rest(error: unknown): void {
    if (!this.#enter("waiting", error)) return;
    for (const part of this.parts) part.lost();
  }

  #again(): void {
    this.#stop?.();
    this.#stop = undefined;
    if (this.parts.some((part) => part.wanted())) this.#start(); // rule C1
    else this.#enter("idle");
  }

  /** What happens to the page. Rule C8. */
  #hear(what: PageEvent): void {
    if (what === "hide") {
      // The page goes away, or is kept for the way back.
      if (this.state === "idle" || this.state === "waiting") return;
      this.#leave();
      this.#rest(undefined);
    } else if (this.state === "waiting") {
      const rest = this.#rests();
      if (rest <= 0) this.#again();
      else this.#stop ??= this.host.after(rest, () => this.#again());
    } else if (this.state === "open") {
      this.#ping();
    }
  }

  // -- signs of life: rule C9

  #keepAlive(): void {
    const { heartbeat } = this.limits;
    this.#beat = this.host.after(Math.min(BEAT, heartbeat ? heartbeat / 2 : BEAT), () => this.#ping());
  }

  #ping(): void {
    if (this.#probe) return;
    this.#beat?.();
    this.#probe = this.host.after(PING, () => this.#lose(undefined, "no sign of life"));
    this.#pacer?.hurry({ type: "ping" });
  }

  // -- frames

  #question(frame: Frame, answer: (frame: Frame) => void, within = ANSWER): Frame {
    const id = ++this.#ids;
    const late = this.host.after(within, () => this.#lose(undefined, "no answer"));
    this.#questions.set(id, { answer, late });
    return { ...frame, id };
  }

  #forget(): void {
    for (const { late } of this.#questions.values()) late();
    this.#questions.clear();
  }

  #write(frame: Frame): void {
    this.#setup.onFrame?.(frame, "out");
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch {
      // Some sockets throw when they are about to close, of which they tell next.
    }
  }

  #take(data: unknown): void {
    if (this.#probe) {
      // Set from here and not from the timer: browsers slow down chains of timers in hidden pages.
      this.#probe();
      this.#probe = undefined;
      this.#keepAlive();
    }
    let frame: Frame;
    try {
      frame = this.#setup.parse(data as string) as Frame;
    } catch {
      return; // rule C13, and below
    }
    if (typeof frame?.type !== "string") return;
    this.#setup.onFrame?.(frame, "in");
    try {
      this.#dispatch(frame);
    } catch (error) {
      // A known frame without what it must have: nothing is certain any more on this connection.
      this.#setup.tell("error", error);
      this.#lose(undefined, "not understood");
    }
  }

  #dispatch(frame: Frame): void {
    const id = numberOf(frame.id);
    const question = this.#questions.get(id);
    if (question) {
      question.late();
      this.#questions.delete(id);
      question.answer(frame);
    }
    // Rule 12: a server that does not know `hello` may not repeat its id either.
    else if (this.state === "hello" && frame.type === "error") this.#greeted(frame);
    else if (["status", "notice", "error"].includes(frame.type)) {
      this.#setup.tell(frame.type, frame.payload);
      for (const part of this.parts) part.take?.(frame);
    } else for (const part of this.parts) if (part.take?.(frame)) return;
  }

  // -- states

  #within(seconds: number): void {
    this.#stop?.();
    this.#stop = this.host.after(seconds, () => this.#lose(undefined, "no answer"));
  }

  /** Return whether it is in the state: the application may close the client when it hears of it. */
  #enter(state: ConnectionState, error?: unknown): boolean {
    if (state === "open") {
      this.#stop?.();
      this.#stop = undefined;
    }
    this.state = state;
    this.#setup.tell("state", error === undefined ? { state } : { state, error });
    return this.state === state;
  }
}
