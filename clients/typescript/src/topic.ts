// One topic. The numbers are those of the rules in docs/reference/client-rules.md.

import { Ended, Refused } from "./errors.ts";
import type { Asked, Event, Hold } from "./events.ts";
import type { Topics } from "./topics.ts";
import { type Frame, LINGER, numberOf, type Position } from "./wire.ts";

export type TopicState = "off" | "asked" | "syncing" | "live" | "leaving" | "waiting" | "ended";

export class Topic {
  state: TopicState = "off";
  readonly asked: Asked;
  /** What asks for it. */
  readonly keys = new Set<string>();
  /** Its name in the last answer. */
  name: string | undefined;
  /** The state of the topic on a route with snapshots, and the number of its last change. */
  value: unknown;
  version = 0;
  readonly holds = new Set<Hold>();
  readonly #topics: Topics;
  /** The position: none without `seq`, and none to resume from without `epoch`. */
  #epoch: string | undefined;
  #seq: number | undefined;
  /** The number of the last question. Answers to others are too late. */
  #question = 0;
  /** Whether the server may know that this topic is wanted. */
  #sent = false;
  #linger: (() => void) | undefined;
  #retry: (() => void) | undefined;

  constructor(topics: Topics, asked: Asked) {
    this.#topics = topics;
    this.asked = asked;
  }

  /** Add a hold. Rules 1 and 10. */
  hold(hold: Hold): void {
    hold.topic = this;
    this.holds.add(hold);
    this.#linger?.();
    this.#linger = undefined;
    const { state } = this;
    if (state === "off") this.ask();
    else if (state === "live" || state === "syncing" || state === "asked" || state === "waiting") hold.hear({ kind: "state", state });
    if (state === "live") this.welcome(hold);
  }

  /** Remove a hold. Rule 10. */
  release(hold: Hold): void {
    if (!this.holds.delete(hold) || this.holds.size > 0 || this.state === "leaving") return;
    this.#linger = this.#topics.connection.host.after(LINGER, () => {
      this.#linger = undefined;
      if (this.#isHeld()) this.#leave();
      else if (this.state !== "asked" || !this.#sent) this.drop(); // otherwise its answer is waited for
    });
  }

  /** Give a hold the state: as it is here, or by another question. Rule 14. */
  welcome(hold: Hold): void {
    const { snapshot, reduce } = this.asked;
    hold.synced = !snapshot || reduce !== undefined;
    if (!hold.synced) this.#send();
    else if (snapshot) this.#serve(hold, { kind: "snapshot", data: this.value });
  }

  /** End all holds of a topic that the server still has. */
  #abandon(error: Error): void {
    const holds = [...this.holds];
    this.holds.clear();
    this.#leave();
    for (const hold of holds) hold.end(error);
  }

  /** Ask the server for the updates after the position. Rules 1 and 11. */
  ask(): void {
    this.#retry?.();
    this.#retry = undefined;
    this.#sent = false;
    this.#enter("asked");
    this.#topics.connection.want();
    this.#send(this.#position());
  }

  /** Forget the topic. */
  drop(): void {
    this.state = "off";
    this.#question += 1;
    this.#retry?.();
    this.#linger?.();
    this.#topics.forget(this);
  }

  /** End all holds: by an answer for good, or with the client. */
  end(error?: Error): void {
    this.drop();
    this.state = "ended";
    const holds = [...this.holds];
    this.holds.clear();
    for (const hold of holds) hold.end(error);
  }

  /** The connection is lost. Rule 11. */
  lost(): void {
    this.#question += 1;
    if (this.holds.size === 0) this.drop();
    else if (this.state !== "waiting") {
      this.#retry?.();
      this.#retry = undefined;
      this.#enter("asked");
    }
  }

  /** There is a new connection. Rule 11. */
  opened(): void {
    if (this.state === "asked") this.ask();
  }

  /** Take a frame of the topic that answers no question. Rules 2, 6, 7, 8 and 9: only what is live or syncing listens. */
  take(verb: string, frame: Frame): void {
    if (!this.#isHeld()) return;
    const { payload } = frame;
    if (verb === "update") this.#update(numberOf(frame.seq), payload.payload);
    else if (verb === "reset") this.#settle(payload); // rule 8
    else if (verb === "unsubscribed") this.#fail(payload, payload.code === "ended" ? undefined : new Ended(payload.code, payload.reason)); // rule 9
    else if (verb === "snapshot") {
      // Rules 6 and 8.
      this.#epoch = payload.epoch;
      this.#seq = numberOf(frame.seq);
      this.value = payload.payload;
      for (const hold of this.holds) hold.synced = true;
      this.#deliver({ kind: "snapshot", data: this.value });
      this.#enter("live");
    }
  }

  /** Tell all holds that updates are missing, and the client. Rule L1. */
  gap(count?: number): void {
    const gap = { kind: "gap", count, where: "server" } as const;
    // Only who has got something can have missed what has no number.
    const holds = [...this.holds].filter(({ served, synced }) => (count === undefined ? served : synced));
    if (holds.length > 0) this.#topics.gap(this.asked, gap);
    for (const hold of holds) hold.hear(gap);
  }

  /** Take the holds of another topic, since the server has answered both by one name. Rule 13. */
  merge(other: Topic): void {
    const holds = [...other.holds];
    other.gap();
    other.holds.clear();
    other.drop();
    this.#topics.alias(other.asked.key, this);
    if (holds.length > 0 && this.state === "waiting") this.ask();
    for (const hold of holds) this.hold(hold);
  }

  // -- questions

  #isHeld(): boolean {
    return this.state === "live" || this.state === "syncing";
  }

  #position(): Position | undefined {
    const { connection } = this.#topics;
    // Without an epoch, the number counts on one connection only.
    if (this.#epoch === undefined || this.#seq === undefined || !connection.features.has("positions")) return undefined; // rule 12
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /** Ask, with `since` or for a new state. */
  #send(since?: Position): void {
    const question = ++this.#question;
    const { route, request } = this.asked;
    this.#topics.connection.ask(
      () => {
        if (question !== this.#question) return undefined;
        this.#sent = true;
        const frame = { type: `${route}.subscribe`, payload: request };
        return since ? { ...frame, since } : frame;
      },
      (answer) => {
        if (question === this.#question) this.#answer(answer, since);
      },
    );
  }

  #answer({ type, payload }: Frame, since: Position | undefined): void {
    if (type === "error") {
      // Rule 5.
      const refused = new Refused(payload.code, payload.message, payload.details);
      if (this.#isHeld() && numberOf(payload.retry_after) === undefined) this.#abandon(refused);
      else this.#fail(payload, refused);
      return;
    }
    if (typeof payload.topic !== "string") throw new TypeError("an answer without its topic"); // nothing would come
    const merged = this.#topics.named(this, payload.topic);
    if (merged) return;
    if (this.holds.size === 0 && !this.#linger) this.#leave();
    if (this.state !== "asked") return; // the state that was asked for follows
    if (this.asked.snapshot && !this.#topics.connection.features.has("snapshot")) {
      this.end(new Refused("unsupported", "The server sends no state"));
    } else if (payload.recovered === true && since) {
      // Rule 3.
      this.#enter("live");
      for (const hold of [...this.holds]) if (!hold.synced) this.welcome(hold);
    } else {
      this.#settle(payload);
      for (const hold of this.holds) hold.synced ??= !this.asked.snapshot; // who was not there has lost nothing
    }
  }

  /** Go on from where the server says, which may be behind a loss. Rule 4. */
  #settle(payload: Frame["payload"]): void {
    this.gap();
    this.#epoch = payload.epoch;
    this.#seq = numberOf(payload.seq);
    this.#enter(this.asked.snapshot ? "syncing" : "live");
  }

  /** Rules 5 and 9. */
  #fail(payload: { retry_after?: unknown }, error: Error | undefined): void {
    const after = numberOf(payload.retry_after);
    this.#question += 1;
    if (after === undefined) this.end(error);
    else if (this.holds.size === 0 && !this.#linger) this.drop();
    else {
      this.#enter("waiting");
      this.#retry = this.#topics.connection.host.after(after, () => {
        this.#retry = undefined;
        this.ask();
      });
    }
  }

  /** Rule 10. What comes after this has seen nothing before. */
  #leave(): void {
    this.#question += 1;
    this.#epoch = this.#seq = this.value = undefined;
    this.state = "leaving";
    const { route, request } = this.asked;
    this.#topics.connection.ask(
      () => ({ type: `${route}.unsubscribe`, payload: request }),
      ({ type, payload }) => {
        const again = type === "error" ? numberOf(payload.retry_after) : undefined;
        if (again !== undefined) this.#retry = this.#topics.connection.host.after(again, () => this.#leave());
        else if (this.holds.size > 0) this.ask();
        else this.drop();
      },
    );
  }

  // -- updates

  /** Rule 7. */
  #update(seq: number | undefined, data: unknown): void {
    if (this.state !== "live") return;
    if (seq === undefined) throw new TypeError("an update without its number"); // no loss would be noticed after it
    if (this.#seq !== undefined) {
      if (seq <= this.#seq) return;
      const count = seq - this.#seq - 1;
      if (count > 0) {
        this.gap(count);
        if (this.asked.snapshot) {
          this.#epoch = this.#seq = undefined;
          this.#enter("syncing");
          this.#send();
          return;
        }
      }
    }
    this.#seq = seq;
    if (this.asked.reduce) {
      try {
        this.value = this.asked.reduce(this.value, data);
      } catch (error) {
        this.#abandon(error as Error);
        return;
      }
    }
    this.#deliver({ kind: "update", data });
  }

  #deliver(event: Event<unknown, unknown>): void {
    this.version = ++this.#topics.changes;
    for (const hold of [...this.holds]) if (hold.synced) this.#serve(hold, event);
  }

  #serve(hold: Hold, event: Event<unknown, unknown>): void {
    hold.served = true;
    hold.hear(event);
  }

  #enter(state: "asked" | "syncing" | "live" | "waiting"): void {
    if (state === this.state || this.state === "ended") return; // what was told before may have ended it
    this.state = state;
    for (const hold of [...this.holds]) hold.hear({ kind: "state", state });
  }
}
