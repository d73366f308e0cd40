// One subscription as the console sees it: its state, its updates, and what is missing between them.

import type { Json } from "./json";
import { Rate } from "./rate";

export type SubscriptionState = "pending" | "active" | "refused" | "ended" | "offline";

export class Subscription {
  state: SubscriptionState = "pending";
  topic = "";
  note = "";
  received = 0;
  /** Updates that `seq` says were sent but never came. */
  missed = 0;
  gaps = 0;
  lastSeq = 0;
  latest: Json | undefined;
  readonly rate = new Rate();

  constructor(
    readonly key: string,
    readonly route: string,
    readonly request: Json,
  ) {}

  update(data: Json, seq: unknown, now: number): void {
    this.received += 1;
    this.latest = data;
    this.rate.add(now);
    if (typeof seq !== "number") return;
    if (this.lastSeq > 0 && seq > this.lastSeq + 1) {
      this.gaps += 1;
      this.missed += seq - this.lastSeq - 1;
    }
    this.lastSeq = seq;
  }

  /** Start over with a new connection: its first `seq` follows nothing. */
  restart(): void {
    this.state = "pending";
    this.note = "";
    this.lastSeq = 0;
  }
}
