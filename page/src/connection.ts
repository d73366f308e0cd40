// The console's connection: frames, subscriptions, and coming back after the server went away. No DOM.

import { asArray, asObject, asText, canonical, isObject, type Json, type JsonObject } from "./json";
import { Subscription } from "./subscription";

export type Status = "idle" | "connecting" | "open" | "waiting" | "closed";

export interface Frame {
  readonly number: number;
  readonly at: number;
  readonly sent: boolean;
  readonly type: string;
  readonly text: string;
}

/** An error frame, with the request that caused it when the server could tell. */
export interface Refusal {
  readonly number: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly loc: readonly Json[]; readonly message: string }[];
  readonly key: string | undefined;
}

const KEPT_FRAMES = 200;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
/** Closed for a reason that another try does not change: normal, policy, unauthorised. */
const FINAL_CODES = new Set([1000, 1008, 3000]);

export class Connection {
  status: Status = "idle";
  note = "";
  retryAt = 0;
  refusal: Refusal | undefined;
  readonly subscriptions = new Map<string, Subscription>();
  readonly frames: Frame[] = [];
  private socket: WebSocket | undefined;
  private readonly asked = new Map<number, { key: string; leave: boolean }>();
  private nextId = 1;
  private nextFrame = 1;
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is called after every change, however small. */
  constructor(private readonly changed: () => void) {}

  connect(url: string): void {
    this.disconnect();
    this.attempts = 0;
    this.open(url);
  }

  disconnect(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close(1000);
    this.enter("idle", "");
    this.setOffline();
  }

  /** Disconnect, and forget what was subscribed: another endpoint has other routes. */
  leave(): void {
    this.subscriptions.clear();
    this.refusal = undefined;
    this.disconnect();
  }

  /** Subscribe `route` with `request`; return the subscription's key. */
  subscribe(route: string, request: Json): string {
    const key = `${route}:${canonical(request)}`;
    const known = this.subscriptions.get(key);
    const subscription = known ?? new Subscription(key, route, request);
    if (known === undefined) this.subscriptions.set(key, subscription);
    else if (known.state !== "active") known.restart();
    this.refusal = undefined;
    this.ask(subscription, false);
    return key;
  }

  unsubscribe(key: string): void {
    const subscription = this.subscriptions.get(key);
    if (subscription === undefined) return;
    if (subscription.state === "active" && this.status === "open") this.ask(subscription, true);
    else this.subscriptions.delete(key);
    this.changed();
  }

  forgetFrames(): void {
    this.frames.length = 0;
    this.changed();
  }

  private open(url: string): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url);
    } catch (error) {
      this.enter("closed", `This address cannot be used: ${(error as Error).message}`);
      return;
    }
    this.socket = socket;
    this.enter("connecting", "");
    let opened = false;
    socket.onopen = () => {
      if (socket !== this.socket) return;
      opened = true;
      this.attempts = 0;
      this.enter("open", "");
      for (const subscription of this.subscriptions.values()) {
        if (subscription.state !== "offline") continue;
        subscription.restart();
        this.ask(subscription, false);
      }
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket === this.socket && typeof event.data === "string") this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.socket = undefined;
      this.closed(url, event, opened);
    };
  }

  private closed(url: string, event: CloseEvent, opened: boolean): void {
    this.setOffline();
    const reason = event.reason ? `: ${event.reason}` : "";
    if (!opened && this.attempts === 0) {
      this.enter("closed", "No connection. Is the server running, is this its address, and may this page connect?");
    } else if (FINAL_CODES.has(event.code)) {
      this.enter("closed", `The server closed the connection (${event.code}${reason}).`);
    } else {
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.attempts);
      this.attempts += 1;
      this.retryAt = Date.now() + delay;
      this.timer = setTimeout(() => this.open(url), delay);
      this.enter("waiting", opened ? `The connection ended (${event.code}${reason}).` : "The server is away.");
    }
  }

  private ask(subscription: Subscription, leave: boolean): void {
    const id = this.nextId;
    this.nextId += 1;
    const verb = leave ? "unsubscribe" : "subscribe";
    const frame = { type: `${subscription.route}.${verb}`, payload: subscription.request, id };
    if (this.socket?.readyState !== WebSocket.OPEN) {
      subscription.state = "offline";
      this.changed();
      return;
    }
    this.asked.set(id, { key: subscription.key, leave });
    const text = JSON.stringify(frame);
    this.socket.send(text);
    this.keep(true, frame.type, text);
    this.changed();
  }

  private receive(text: string): void {
    let frame: JsonObject;
    try {
      frame = asObject(JSON.parse(text) as Json);
    } catch {
      frame = {};
    }
    const type = asText(frame.type);
    this.keep(false, type || "not a frame", text);
    const payload = asObject(frame.payload);
    if (type === "error") this.refused(frame, payload);
    else if (type.endsWith(".update")) this.updated(type.slice(0, -".update".length), payload, frame.seq);
    else if (type.endsWith(".response")) this.answered(frame, payload);
    else if (type.endsWith(".unsubscribed")) this.cancelled(payload);
    this.changed();
  }

  private updated(route: string, payload: JsonObject, seq: Json | undefined): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.route === route && subscription.topic === payload.topic)
        subscription.update(payload.payload ?? null, seq, Date.now());
    }
  }

  private answered(frame: JsonObject, payload: JsonObject): void {
    const asked = this.take(frame.id);
    const subscription = asked && this.subscriptions.get(asked.key);
    if (asked === undefined || subscription === undefined) return;
    if (asked.leave) {
      this.subscriptions.delete(asked.key);
    } else {
      subscription.state = "active";
      subscription.topic = asText(payload.topic);
    }
  }

  private cancelled(payload: JsonObject): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.topic !== payload.topic) continue;
      subscription.state = "ended";
      subscription.note = asText(payload.reason) || "The server ended this subscription.";
    }
  }

  private refused(frame: JsonObject, payload: JsonObject): void {
    const asked = this.take(frame.id);
    const details = asArray(payload.details).filter(isObject);
    this.refusal = {
      number: this.nextFrame,
      code: asText(payload.code) || "error",
      message: asText(payload.message),
      details: details.map((one) => ({ loc: asArray(one.loc), message: asText(one.message) })),
      key: asked?.key,
    };
    const subscription = asked && this.subscriptions.get(asked.key);
    if (subscription?.state === "pending") this.subscriptions.delete(subscription.key);
    else if (subscription && asked.leave) this.subscriptions.delete(subscription.key);
  }

  private take(id: Json | undefined): { key: string; leave: boolean } | undefined {
    const asked = this.asked.get(id as number);
    this.asked.delete(id as number);
    return asked;
  }

  private setOffline(): void {
    this.asked.clear();
    for (const subscription of this.subscriptions.values()) {
      if (subscription.state === "active" || subscription.state === "pending") subscription.state = "offline";
    }
  }

  private keep(sent: boolean, type: string, text: string): void {
    this.frames.push({ number: this.nextFrame, at: Date.now(), sent, type, text });
    this.nextFrame += 1;
    if (this.frames.length > KEPT_FRAMES) this.frames.splice(0, this.frames.length - KEPT_FRAMES);
  }

  private enter(status: Status, note: string): void {
    this.status = status;
    this.note = note;
    this.changed();
  }
}
