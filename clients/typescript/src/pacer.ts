// Rule C11: frames go out no faster than the limits of `hello` allow. The server counts them when they arrive, and what was
// held up on the way arrives at once: therefore only half of its burst is used.

import type { Host } from "./host.ts";
import type { Frame, Limits } from "./wire.ts";

/** Returns a frame when its turn has come; nothing if it is not wanted any more. */
export type Make = () => Frame | undefined;

export class Pacer {
  readonly #host: Host;
  readonly #send: (frame: Frame) => void;
  readonly #rate: number;
  readonly #room: number;
  #credit: number;
  #seen: number;
  #queue: Make[] = [];
  #timer: (() => void) | undefined;

  constructor(host: Host, limits: Limits, send: (frame: Frame) => void) {
    this.#host = host;
    this.#send = send;
    this.#rate = limits.frames_per_second ?? 0;
    this.#room = this.#rate ? Math.floor((limits.frame_burst ?? 2) / 2) || 1 : Number.POSITIVE_INFINITY;
    this.#credit = this.#room;
    this.#seen = host.now();
  }

  /** Send what `make` returns, in its turn. */
  post(make: Make): void {
    this.#queue.push(make);
    this.#pump();
  }

  /** Send at once what cannot wait: it takes the turn of a later frame. */
  hurry(frame: Frame): void {
    this.#credit -= 1;
    this.#send(frame);
  }

  /** Forget what waits. */
  stop(): void {
    this.#queue = [];
    this.#timer?.();
  }

  #pump(): void {
    if (this.#timer) return;
    const now = this.#host.now();
    // A wall clock may be set back.
    const gained = (Math.max(0, now - this.#seen) / 1000) * this.#rate;
    this.#seen = now;
    this.#credit = Math.min(this.#room, this.#credit + gained);
    while (this.#queue.length > 0 && this.#credit >= 1) {
      const frame = this.#queue.shift()?.();
      if (frame) this.hurry(frame);
    }
    if (this.#queue.length > 0) {
      this.#timer = this.#host.after(Math.ceil(((1 - this.#credit) / this.#rate) * 1000) / 1000, () => {
        this.#timer = undefined;
        this.#pump();
      });
    }
  }
}
