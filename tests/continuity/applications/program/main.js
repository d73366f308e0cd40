// Opens applications as the harness says, and tells what they see: one program with many of them, in Node or in a page.

import { WithPartysocket, WithRuntime } from "./applications.js";
import { now } from "./tap.js";

const KINDS = { runtime: WithRuntime, partysocket: WithPartysocket };

export function run(Socket, url, collect) {
  const control = new Socket(url);
  const applications = new Map();
  let lines = [];
  const send = (message) => control.send(JSON.stringify(message));
  const failed = (error) => send({ failed: String(error?.stack ?? error) });
  const orders = {
    open: ({ application, kind, ...how }) =>
      applications.set(application, new KINDS[kind](how, Socket, (line) => lines.push({ application, ...line }))),
    view: ({ application, ...what }) => applications.get(application).view(what),
    place: ({ application, id }) => applications.get(application).place(id),
    leave: ({ application, number }) => applications.get(application).leave(number),
    close({ application }) {
      applications.get(application).close();
      applications.delete(application);
    },
    online: () => globalThis.dispatchEvent(new Event("online")),
    collect: () => send({ heap: collect() }),
  };
  control.addEventListener("open", () => {
    send({ now: now() });
    setInterval(() => {
      if (lines.length > 0) send({ lines });
      lines = [];
    }, 20);
  });
  control.addEventListener("message", ({ data }) => {
    const { order, ...rest } = JSON.parse(data);
    try {
      orders[order](rest);
    } catch (error) {
      failed(error);
    }
  });
  return { failed, control };
}
