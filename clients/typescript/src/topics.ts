// All topics of a client: by what was asked for, and by the names of the answers, which merge them.

import type { Closed } from "./errors.ts";
import type { Connection, Part } from "./connection.ts";
import type { Asked, Event, Hold } from "./events.ts";
import { Topic } from "./topic.ts";
import type { Frame } from "./wire.ts";

export type Gap = Extract<Event, { kind: "gap" }>;

export class Topics implements Part {
  readonly connection: Connection;
  /** Hears of each gap. */
  readonly gap: (asked: Asked, gap: Gap) => void;
  /** How often the states have changed. */
  changes = 0;
  readonly #asked = new Map<string, Topic>();
  readonly #named = new Map<string, Topic>();

  constructor(connection: Connection, gap: (asked: Asked, gap: Gap) => void) {
    this.connection = connection;
    this.gap = gap;
    connection.parts.push(this);
  }

  hold(hold: Hold): void {
    const { asked } = hold;
    const { closed } = this.connection;
    if (closed) {
      hold.end(closed);
      return;
    }
    let topic = this.#asked.get(asked.key);
    if (!topic) {
      topic = new Topic(this, asked);
      this.alias(asked.key, topic);
    }
    topic.hold(hold);
  }

  /** Note the name of a topic; return whether it has become a part of another one that has it already. Rule 13. */
  named(topic: Topic, name: string): boolean {
    const other = this.#named.get(name);
    if (other && other !== topic) {
      other.merge(topic);
      return true;
    }
    if (topic.name !== undefined && topic.name !== name) {
      // Requests that named one topic name several now.
      this.forget(topic);
      this.alias(topic.asked.key, topic);
      for (const hold of [...topic.holds]) {
        if (hold.asked.key === topic.asked.key) continue;
        topic.holds.delete(hold);
        this.hold(hold);
      }
    }
    topic.name = name;
    this.#named.set(name, topic);
    return false;
  }

  /** What asks with this key gets `topic`. */
  alias(key: string, topic: Topic): void {
    this.#asked.set(key, topic);
    topic.keys.add(key);
  }

  forget(topic: Topic): void {
    for (const key of topic.keys) this.#asked.delete(key);
    topic.keys.clear();
    if (topic.name !== undefined && this.#named.get(topic.name) === topic) this.#named.delete(topic.name);
  }

  wanted(): boolean {
    return this.#asked.size > 0;
  }

  opened(): void {
    for (const topic of this.#each()) topic.opened();
  }

  lost(): void {
    for (const topic of this.#each()) topic.lost();
  }

  end(error: Closed): void {
    // The application that closes the client knows why its loops end.
    for (const topic of this.#each()) topic.end(error.code === 1000 ? undefined : error);
  }

  take(frame: Frame): boolean {
    const topic = this.#named.get(frame.payload?.topic);
    topic?.take(frame.type.slice(frame.type.lastIndexOf(".") + 1), frame);
    return topic !== undefined;
  }

  #each(): Set<Topic> {
    return new Set(this.#asked.values());
  }
}
