// A WebSocket for tests: it keeps what is sent, and the test plays the server.

export class Socket {
  static OPEN = 1;
  static all = [];
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    Socket.all.push(this);
  }

  static get last() {
    return Socket.all.at(-1);
  }

  /** The frames sent, without their ids. */
  get said() {
    return this.sent.map(({ type, payload }) => [type, payload]);
  }

  send(text) {
    this.sent.push({ ...JSON.parse(text), text });
  }

  close(code) {
    this.readyState = 3;
    this.closedWith = code;
  }

  accept() {
    this.readyState = Socket.OPEN;
    this.onopen();
  }

  fail(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  receive(frame) {
    this.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  /** Answer the frame sent as number `index`. */
  answer(index, topic) {
    const { type, id } = this.sent.at(index);
    this.receive({ type: `${type}.response`, payload: { status: "ok", message: "", topic }, id });
  }

  refuse(index, code, details = []) {
    const { id } = this.sent.at(index);
    this.receive({ type: "error", payload: { code, message: `${code}.`, details }, id });
  }

  update(topic, payload, seq) {
    this.receive({ type: `${topic.split(":")[0]}.update`, payload: { topic, payload }, seq });
  }
}

globalThis.WebSocket = Socket;
