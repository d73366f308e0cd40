import { run } from "./main.js";

const { failed } = run(WebSocket, `ws://${location.host}/control`, () => {
  globalThis.gc();
  return performance.memory.usedJSHeapSize;
});
addEventListener("error", ({ error }) => failed(error));
addEventListener("unhandledrejection", ({ reason }) => failed(reason));
