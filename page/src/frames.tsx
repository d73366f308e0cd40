// The frames as they went over the wire, the newest first.

import { type ReactNode, useState } from "react";
import type { Connection, Frame } from "./connection";
import { reindent } from "./json";

const SHOWN = 50;

export function FrameLog({ connection }: { connection: Connection }): ReactNode {
  const [paused, setPaused] = useState<readonly Frame[]>();
  const [updates, setUpdates] = useState(false);
  const clear = (): void => {
    connection.forgetFrames();
    setPaused(paused && []);
  };
  const frames = (paused ?? connection.frames).filter((frame) => updates || !frame.type.endsWith(".update"));
  return (
    <details className="log">
      <summary>
        Frames <span className="quiet">{connection.frames.length > 0 && "sent and received"}</span>
      </summary>
      <div className="log-tools">
        <label>
          <input type="checkbox" checked={updates} onChange={(event) => setUpdates(event.target.checked)} /> Updates too
        </label>
        <button type="button" className="plain" onClick={() => setPaused(paused ? undefined : [...connection.frames])}>
          {paused ? "Go on" : "Pause"}
        </button>
        <button type="button" className="plain" onClick={clear}>
          Clear
        </button>
      </div>
      {frames.length === 0 && <p className="quiet">Nothing yet.</p>}
      <ol>
        {frames
          .slice(-SHOWN)
          .reverse()
          .map((frame) => (
            <FrameLine key={frame.number} frame={frame} />
          ))}
      </ol>
    </details>
  );
}

function FrameLine({ frame }: { frame: Frame }): ReactNode {
  const time = `${new Date(frame.at).toTimeString().slice(0, 8)}.${String(frame.at % 1000).padStart(3, "0")}`;
  return (
    <li className={frame.type === "error" ? "frame error" : "frame"} data-type={frame.type}>
      <details>
        <summary>
          <span aria-hidden="true">{frame.sent ? "→" : "←"}</span>
          <span className="unseen">{frame.sent ? "sent" : "received"}</span>
          <span className="frame-type">{frame.type}</span>
          <time>{time}</time>
        </summary>
        <pre>{reindent(frame.text)}</pre>
      </details>
    </li>
  );
}
