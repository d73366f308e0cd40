// The surroundings of a client in a script: a clock, timers, a network and a page, all of which the script moves.

export class World {
  /** What the client has done on the network, and what the application has seen, since that was looked at. */
  sent = [];
  seen = [];
  random = 0.5;
  sockets = [];
  #now = 1_700_000_000_000;
  #timers = new Set();
  #hearing = new Set();
  #keys = 0;
  #tokens = [];

  host = {
    now: () => this.#now,
    after: (seconds, run) => this.#after(seconds, run, true),
    random: () => this.random,
    key: () => `made-${++this.#keys}`,
    connect: (url, protocols) => this.#connect(protocols),
    listen: (hear) => {
      this.#hearing.add(hear);
      return () => this.#hearing.delete(hear);
    },
    report: (error) => this.seen.push({ reported: error.message }),
  };

  /** Whether nothing of a client is left: no timer, and nobody who listens to the page. */
  get quiet() {
    return [...this.#timers].every(({ own }) => !own) && this.#hearing.size === 0;
  }

  /** Run something later that is none of the client's doing. */
  later(seconds, run) {
    this.#after(seconds, run, false);
  }

  /** Move the clock, and run what is due on the way, in its order. */
  async advance(seconds) {
    const end = this.#now + seconds * 1000;
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= end).sort((one, other) => one.due - other.due);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
      await turns();
    }
    this.#now = end;
  }

  /** Move the clock without timers, like a computer that is asleep. */
  sleep(seconds) {
    this.#now += seconds * 1000;
  }

  page(what) {
    for (const hear of [...this.#hearing]) hear(what);
  }

  /** The token of the application: a promise that the script settles. */
  token = () =>
    new Promise((resolve, reject) => {
      this.seen.push({ token: "asked" });
      this.#tokens.push({ resolve, reject });
    });

  settleToken({ result, error }) {
    const token = this.#tokens.shift();
    if (!token) throw new Error("nobody has asked for a token");
    if (error === undefined) token.resolve(result);
    else token.reject(new Error(error));
  }

  #after(seconds, run, own) {
    const timer = { due: this.#now + seconds * 1000, run, own };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  #connect(protocols) {
    if (this.unusable) throw new SyntaxError("not an address");
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    this.sent.push({ connect: protocols });
    return socket;
  }
}

/** A socket of which the script is the other end. */
class FakeSocket {
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  gone = false;

  constructor(world) {
    this.world = world;
  }

  send(text) {
    if (!this.gone) this.world.sent.push(JSON.parse(text));
  }

  close(code) {
    // Its `close` event comes when the other end has answered, which may be never.
    if (!this.gone) this.world.sent.push({ close: code });
    this.gone = true;
  }
}

/** Let promises settle: a task that comes after all of their callbacks. */
export function turns() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
