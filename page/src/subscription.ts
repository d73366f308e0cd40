// One subscription as the console sees it: its state, its updates, and what is missing between them.

import { asObject, isSame, type Json, parseJson } from "./json";
import { Rate } from "./rate";

/** `leaving`: the user has ended it and the server has not confirmed that yet. */
export type SubscriptionState = "pending" | "active" | "leaving" | "refused" | "ended" | "offline";

export class Subscription {
  state: SubscriptionState = "pending";
  /** The topic that the server named in its answer; "" before that. */
  topic = "";
  note = "";
  /** The number of the latest question to subscribe: only its answer counts. */
  question = 0;
  /** Other requests that the server has answered with the same topic. */
  readonly aliases: Json[] = [];
  received = 0;
  /** Updates that `seq` says were sent but never came. */
  missed = 0;
  gaps = 0;
  lastSeq = 0;
  readonly rate = new Rate();
  private frame = "";
  private snapshotFrame = "";

  constructor(
    readonly key: string,
    readonly route: string,
    readonly request: Json,
  ) {}

  /** The data of the latest update with exact numbers; parsed when it is shown, not for every update. */
  get latest(): Json | undefined {
    return this.frame === "" ? undefined : (asObject(asObject(parseJson(this.frame)).payload).payload ?? null);
  }

  /** The state of the topic as it was last sent, with exact numbers; undefined where there is none. */
  get snapshot(): Json | undefined {
    return this.snapshotFrame === "" ? undefined : (asObject(asObject(parseJson(this.snapshotFrame)).payload).payload ?? null);
  }

  /** Take the state of the topic after the update `seq`; `frame` is its text. */
  replace(frame: string, seq: unknown): void {
    this.snapshotFrame = frame;
    this.goOn(seq);
  }

  /** Expect the update after `seq`: the server has said that others may be missing. */
  goOn(seq: unknown): void {
    if (typeof seq === "number") this.lastSeq = seq;
  }

  /** Take an update; `frame` is its text. */
  update(frame: string, seq: unknown, now: number): void {
    this.received += 1;
    this.frame = frame;
    this.rate.add(now);
    if (typeof seq !== "number") return;
    if (this.lastSeq > 0 && seq > this.lastSeq + 1) {
      this.gaps += 1;
      this.missed += seq - this.lastSeq - 1;
    }
    this.lastSeq = seq;
  }

  addAlias(request: Json): void {
    if (!this.aliases.some((one) => isSame(one, request))) this.aliases.push(request);
  }

  /** Start over: the first `seq` follows nothing. */
  restart(): void {
    this.state = "pending";
    this.topic = "";
    this.note = "";
    this.lastSeq = 0;
  }
}
