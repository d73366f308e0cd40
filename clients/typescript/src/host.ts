// All that the client takes from its surroundings: clock, timers, random numbers, sockets, events of the page.
// Nothing is touched when this module is imported, but only when a client is used.

/** The part of a WebSocket that is used. */
export interface Socket {
  onopen: ((event: never) => unknown) | null;
  /** Takes an event with `data`. */
  onmessage: ((event: never) => unknown) | null;
  /** Takes an event with `code` and `reason`. */
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** The part of an AbortSignal that is used, so that types need no library but that of the language. */
export interface Signal {
  readonly aborted: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: as an AbortSignal has it
  readonly reason: any;
  addEventListener(type: "abort", hear: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", hear: () => void): void;
}

export type PageEvent = "online" | "visible" | "hide" | "show";

export interface Host {
  /** Milliseconds of the wall clock. */
  now(): number;
  /** Run something after so many seconds; return what cancels that. */
  after(seconds: number, run: () => void): () => void;
  /** A number from 0 up to 1. */
  random(): number;
  /** A key that nobody else has made. */
  key(): string;
  connect(url: string, protocols: string[]): Socket;
  /** Hear what happens to the page; return what ends that. */
  listen(hear: (what: PageEvent) => void): () => void;
  /** Tell the surroundings about an error in a function of the application. */
  report(error: unknown): void;
}

/** The most that a timer of browsers and Node takes; more would run at once. */
const LONGEST = 0x7fffffff;

function listen(hear: (what: PageEvent) => void): () => void {
  // Node has no such events, and workers no document.
  const page: Partial<Pick<Window, "addEventListener" | "removeEventListener" | "document">> = globalThis;
  const visible = (): void => {
    if (page.document?.visibilityState === "visible") hear("visible");
  };
  const online = (): void => hear("online");
  const hide = (): void => hear("hide");
  const show = (): void => hear("show");
  const pairs = [["online", online], ["pagehide", hide], ["pageshow", show]] as const;
  for (const [name, hearing] of pairs) page.addEventListener?.(name, hearing);
  page.document?.addEventListener("visibilitychange", visible);
  return () => {
    for (const [name, hearing] of pairs) page.removeEventListener?.(name, hearing);
    page.document?.removeEventListener("visibilitychange", visible);
  };
}

/** Return the host of this surrounding, with `given` in place of its parts. */
export function hostWith(given: Partial<Host>): Host {
  return {
    now: () => Date.now(),
    after(seconds, run) {
      const timer = setTimeout(run, Math.min(seconds * 1000, LONGEST));
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
    // randomUUID exists on secure pages only.
    key: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    connect(url, protocols) {
      // As Node before version 22; browsers and the others have one.
      if (!globalThis.WebSocket) throw new Error("without a global WebSocket, pass `connect: (url, protocols) => new WebSocket(url, protocols)` of ws");
      return new WebSocket(url, protocols);
    },
    listen,
    report(error) {
      setTimeout(() => {
        throw error;
      });
    },
    ...given,
  };
}
