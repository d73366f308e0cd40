// The console's connection: frames, subscriptions, and coming back after the server went away. No DOM.

import { asArray, asObject, asText, canonical, isObject, type Json, type JsonObject, parseJson, writeJson } from "./json";
import { originHint } from "./origin";
import { Subscription } from "./subscription";

export type Status = "idle" | "connecting" | "open" | "waiting" | "closed";

export interface Frame {
  readonly number: number;
  readonly at: number;
  readonly sent: boolean;
  readonly type: string;
  readonly text: string;
}

/** An error frame; `key` is that of the subscription or command it refuses, undefined when the server did not say. */
export interface Refusal {
  readonly number: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly loc: readonly Json[]; readonly message: string }[];
  readonly key: string | undefined;
}

/** The answer to the command with this `key`, with exact numbers. */
export interface Response {
  readonly key: string;
  readonly payload: Json;
}

/** A frame to subscribe or, with `leave`, to unsubscribe, that is not answered yet. */
interface Question {
  readonly number: number;
  readonly subscription: Subscription;
  readonly leave: boolean;
}

const KEPT_FRAMES = 200;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
/** Some servers send no pings, and the runtime there closes connections that are silent for 45 s. */
const PING_INTERVAL = 20_000;
/** Closed for a reason that another try does not change: normal, policy, unauthorised. */
const FINAL_CODES = new Set([1000, 1008, 3000]);

export class Connection {
  status: Status = "idle";
  note = "";
  retryAt = 0;
  refusal: Refusal | undefined;
  response: Response | undefined;
  readonly subscriptions = new Map<string, Subscription>();
  readonly frames: Frame[] = [];
  private socket: WebSocket | undefined;
  private readonly asked = new Map<number, Question>();
  /** The keys of commands that are not answered yet, by their ids. */
  private readonly commands = new Map<number, string>();
  private nextId = 1;
  private nextFrame = 1;
  /** The address that has answered since the user connected: when it goes away, it is tried until it is back. */
  private established = "";
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pings = false;
  private greets = false;

  /** `changed` is called after every change, however small; `origin` is the page's. */
  constructor(
    private readonly changed: () => void,
    private readonly origin = "",
  ) {}

  /**
   * Connect now, also instead of waiting for the next attempt. With `pings` the server answers a `ping`, and with
   * `greets` a `hello`, after which it sends snapshots.
   */
  connect(url: string, pings = false, greets = false): void {
    this.stop();
    this.pings = pings;
    this.greets = greets;
    this.attempts = 0;
    this.refusal = undefined;
    this.open(url);
  }

  disconnect(): void {
    this.stop();
    this.established = "";
    this.enter("idle", "");
  }

  /** Disconnect, and forget what was subscribed: another endpoint has other routes. */
  leave(): void {
    this.subscriptions.clear();
    this.refusal = undefined;
    this.response = undefined;
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

  /**
   * Ask for the command `name` with `request`; return the key under which its answer or refusal comes. With `once`,
   * which is the key of the command on the wire, the server carries it out at most once.
   */
  command(name: string, request: Json, once = ""): string {
    const number = this.nextId;
    this.nextId += 1;
    const key = `${name}#${number}`;
    this.refusal = undefined;
    this.response = undefined;
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.commands.set(number, key);
      const frame: JsonObject = { type: name, payload: request, id: number };
      const text = writeJson(once === "" ? frame : { ...frame, key: once });
      this.socket.send(text);
      this.keep(true, name, text);
    }
    this.changed();
    return key;
  }

  /** End a subscription. The server is told also while its answer is awaited, or it would go on sending. */
  unsubscribe(key: string): void {
    const subscription = this.subscriptions.get(key);
    if (subscription === undefined) return;
    if (this.status === "open" && (subscription.state === "active" || subscription.state === "pending")) {
      subscription.state = "leaving";
      this.ask(subscription, true);
    } else if (subscription.state !== "leaving") {
      this.subscriptions.delete(key);
    }
    this.changed();
  }

  forgetFrames(): void {
    this.frames.length = 0;
    this.changed();
  }

  private stop(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close(1000);
    this.setOffline();
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
      this.established = url;
      this.attempts = 0;
      this.enter("open", "");
      if (this.greets) this.greet(socket);
      if (this.pings) this.ping(socket);
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
      clearTimeout(this.timer);
      this.closed(url, event, opened);
    };
  }

  private closed(url: string, event: CloseEvent, opened: boolean): void {
    this.setOffline();
    const reason = event.reason ? `: ${event.reason}` : "";
    if (!opened && this.established !== url) {
      this.established = "";
      this.enter("closed", `No connection. Is the server running at this address? ${originHint(url, this.origin)}`.trim());
    } else if (FINAL_CODES.has(event.code)) {
      this.established = "";
      this.enter("closed", `The server closed the connection (${event.code}${reason}).`);
    } else {
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.attempts);
      this.attempts += 1;
      this.retryAt = Date.now() + delay;
      this.timer = setTimeout(() => this.open(url), delay);
      this.enter("waiting", opened ? `The connection ended (${event.code}${reason}).` : "The server is away.");
    }
  }

  private greet(socket: WebSocket): void {
    const text = writeJson({ type: "hello", payload: { version: 1, features: ["positions", "snapshot"] } });
    socket.send(text);
    this.keep(true, "hello", text);
  }

  /** Send a ping now and then, as long as `socket` is the one in use. */
  private ping(socket: WebSocket): void {
    this.timer = setTimeout(() => {
      if (socket !== this.socket) return;
      const text = writeJson({ type: "ping" });
      socket.send(text);
      this.keep(true, "ping", text);
      this.changed();
      this.ping(socket);
    }, PING_INTERVAL);
  }

  private ask(subscription: Subscription, leave: boolean): void {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      subscription.state = "offline";
      this.changed();
      return;
    }
    const number = this.nextId;
    this.nextId += 1;
    if (!leave) subscription.question = number;
    this.asked.set(number, { number, subscription, leave });
    const type = `${subscription.route}.${leave ? "unsubscribe" : "subscribe"}`;
    const text = writeJson({ type, payload: subscription.request, id: number });
    this.socket.send(text);
    this.keep(true, type, text);
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
    const topic = asText(payload.topic);
    if (type === "error") this.refused(frame, payload);
    else if (type.endsWith(".update")) this.activeOn(topic)?.update(text, frame.seq, Date.now());
    else if (type.endsWith(".snapshot")) this.activeOn(topic)?.replace(text, frame.seq);
    else if (type.endsWith(".reset")) this.activeOn(topic)?.goOn(payload.seq);
    else if (type.endsWith(".response")) this.answered(frame, topic, text);
    else if (type.endsWith(".unsubscribed")) this.cancelled(topic, asText(payload.reason));
    this.changed();
  }

  private activeOn(topic: string): Subscription | undefined {
    return [...this.subscriptions.values()].find((one) => one.state === "active" && one.topic === topic);
  }

  private answered(frame: JsonObject, topic: string, text: string): void {
    const key = this.takeCommand(frame.id);
    if (key !== undefined) {
      this.response = { key, payload: asObject(parseJson(text)).payload ?? null };
      return;
    }
    const question = this.take(frame.id);
    if (question === undefined) return;
    const { subscription } = question;
    if (question.leave) {
      if (subscription.state === "leaving") this.forget(subscription);
      // Another request that names this topic was made before the server ended it.
      const other = this.activeOn(topic);
      if (other) {
        other.restart();
        this.ask(other, false);
      }
    } else if (question.number === subscription.question) {
      this.subscribed(subscription, topic);
    }
  }

  /** A topic has one subscription, however many requests name it: ending any of them would end all. */
  private subscribed(subscription: Subscription, topic: string): void {
    for (const other of [...this.subscriptions.values()]) {
      if (other === subscription || other.topic !== topic || other.state === "leaving") continue;
      if (other.state === "active") {
        if (subscription.state !== "leaving") other.addAlias(subscription.request);
        this.forget(subscription);
        return;
      }
      this.forget(other);
    }
    subscription.topic = topic;
    if (subscription.state !== "leaving") subscription.state = "active";
  }

  private cancelled(topic: string, reason: string): void {
    const subscription = this.activeOn(topic);
    if (subscription === undefined) return;
    subscription.state = "ended";
    subscription.note = reason || "The server ended this subscription.";
  }

  private refused(frame: JsonObject, payload: JsonObject): void {
    const command = this.takeCommand(frame.id);
    const question = this.take(frame.id);
    const code = asText(payload.code) || "error";
    const message = asText(payload.message);
    if (question?.leave) {
      this.stayed(question.subscription, code, message);
      return;
    }
    const subscription = question?.subscription;
    if (question?.number !== subscription?.question) return; // it was asked again since
    if (subscription?.state === "leaving") {
      this.forget(subscription);
      return;
    }
    const details = asArray(payload.details).filter(isObject);
    this.refusal = {
      number: this.nextFrame,
      code,
      message,
      details: details.map((one) => ({ loc: asArray(one.loc), message: asText(one.message) })),
      key: command ?? subscription?.key,
    };
    if (subscription?.state !== "pending") return;
    if (subscription.received > 0) {
      subscription.state = "refused"; // it was subscribed before the connection was lost
      subscription.note = `Refused: ${message || code}`;
    } else {
      this.forget(subscription);
    }
  }

  /** The server did not unsubscribe: because there is nothing to unsubscribe, or it goes on sending. */
  private stayed(subscription: Subscription, code: string, message: string): void {
    if (subscription.state !== "leaving") return;
    if (code === "not_subscribed" || this.activeOn(subscription.topic)) {
      this.forget(subscription);
    } else {
      subscription.state = subscription.topic === "" ? "pending" : "active";
      subscription.note = `Not unsubscribed: ${message || code}`;
    }
  }

  private forget(subscription: Subscription): void {
    if (this.subscriptions.get(subscription.key) === subscription) this.subscriptions.delete(subscription.key);
  }

  private take(id: Json | undefined): Question | undefined {
    const question = this.asked.get(id as number);
    this.asked.delete(id as number);
    return question;
  }

  private takeCommand(id: Json | undefined): string | undefined {
    const key = this.commands.get(id as number);
    this.commands.delete(id as number);
    return key;
  }

  private setOffline(): void {
    this.asked.clear();
    for (const key of this.commands.values()) {
      const message = "The connection ended before the answer.";
      this.refusal = { number: this.nextFrame, code: "unanswered", message, details: [], key };
    }
    this.commands.clear();
    for (const subscription of [...this.subscriptions.values()]) {
      if (subscription.state === "leaving") this.forget(subscription);
      else if (subscription.state === "active" || subscription.state === "pending") subscription.state = "offline";
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
