// Lets React follow a Connection: a snapshot is made at most ten times a second, however fast updates come.

import { useEffect, useState } from "react";
import { Connection } from "./connection";

const PERIOD = 100;

/** Return the connection that the calling component owns; the component renders again when it changes. */
export function useConnection(): Connection {
  const [connection, setConnection] = useState<Connection>();
  const [, render] = useState(0);
  const [placeholder] = useState(() => new Connection(() => undefined));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const made = new Connection(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        render((count) => count + 1);
      }, PERIOD);
    }, window.origin);
    setConnection(made);
    return () => {
      clearTimeout(timer);
      made.disconnect();
    };
  }, []);
  return connection ?? placeholder;
}

/** Render the calling component once a second while `active`: rates and countdowns move without updates. */
export function useSeconds(active: boolean): void {
  const [, render] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => render((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [active]);
}
