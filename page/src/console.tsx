// The live console: connect, choose a route, fill in its request, subscribe, watch.

import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import type { Connection, Refusal } from "./connection";
import { type Faults, isComplete, JsonInput, RequestForm } from "./form";
import { FrameLog } from "./frames";
import { isObject, isSame, type Json, type JsonObject, propertyOf, writeJson } from "./json";
import { useConnection, useSeconds } from "./live";
import { type Endpoint, type Route, socketUrl } from "./routes";
import { fieldOf, initialValue } from "./schema";
import { SubscriptionCard } from "./watch";

interface ConsoleProps {
  readonly document: JsonObject;
  readonly endpoints: readonly Endpoint[];
  readonly url: string | null;
}

const STATUS = {
  idle: "Not connected",
  connecting: "Connecting",
  open: "Connected",
  waiting: "Reconnecting",
  closed: "Not connected",
} as const;

export function Console({ document, endpoints, url }: ConsoleProps): ReactNode {
  const connection = useConnection();
  useSeconds(connection.status === "open" || connection.status === "waiting");
  const [chosen, setChosen] = useState(0);
  const endpoint = endpoints[chosen];
  const choose = (index: number): void => {
    connection.leave();
    setChosen(index);
  };
  if (endpoint === undefined) return <p className="quiet">This document has no routes to subscribe to.</p>;
  return (
    <>
      <div className="console-head">
        <h2>Live console</h2>
        <p className={`status ${connection.status}`} data-status={connection.status}>
          {STATUS[connection.status]}
        </p>
      </div>
      {endpoints.length > 1 && (
        <Choice label="Endpoint" names={endpoints.map((one) => one.title)} chosen={chosen} onChoose={choose} />
      )}
      <EndpointConsole
        key={endpoint.name}
        connection={connection}
        endpoint={endpoint}
        address={socketUrl(document, endpoint, url, new URL(window.location.href))}
      />
      <Announcer connection={connection} />
    </>
  );
}

function Choice(props: { label: string; names: string[]; chosen: number; onChoose: (index: number) => void }): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <select id={id} value={props.chosen} onChange={(event) => props.onChoose(Number(event.target.value))}>
        {props.names.map((name, index) => (
          <option key={index} value={index}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface EndpointProps {
  readonly connection: Connection;
  readonly endpoint: Endpoint;
  readonly address: string;
}

function EndpointConsole({ connection, endpoint, address }: EndpointProps): ReactNode {
  const [chosen, setChosen] = useState(0);
  const route = endpoint.routes[chosen];
  const subscriptions = [...connection.subscriptions.values()].filter((one) => one.state !== "leaving");
  const { refusal } = connection;
  return (
    <>
      <ConnectForm connection={connection} address={address} endpoint={endpoint} />
      <fieldset className="routes">
        <legend>{endpoint.routes.some((one) => one.command) ? "Route or command" : "Route"}</legend>
        {endpoint.routes.map((one, index) => (
          <label key={one.name} className="route">
            <input type="radio" name="route" checked={index === chosen} onChange={() => setChosen(index)} />
            <span className="route-name">{one.name}</span>
            {(one.command || one.deprecated) && (
              <span className="route-tags">
                {one.command && <span className="tag">command</span>}
                {one.deprecated && <span className="tag">deprecated</span>}
              </span>
            )}
            {one.summary && <span className="route-about">{one.summary}</span>}
          </label>
        ))}
      </fieldset>
      {route && <AskForm key={route.name} connection={connection} route={route} />}
      {refusal && refusal.key === undefined && <RefusalBox refusal={refusal} />}
      {subscriptions.length > 0 && (
        <section aria-label="Subscriptions" className="subscriptions">
          <h3>Subscriptions</h3>
          {subscriptions.map((subscription) => (
            <SubscriptionCard
              key={subscription.key}
              subscription={subscription}
              onLeave={() => connection.unsubscribe(subscription.key)}
            />
          ))}
        </section>
      )}
      <FrameLog connection={connection} />
    </>
  );
}

interface ConnectFormProps {
  readonly connection: Connection;
  readonly address: string;
  readonly endpoint: Endpoint;
}

function ConnectForm({ connection, address, endpoint }: ConnectFormProps): ReactNode {
  const id = useId();
  const [url, setUrl] = useState(address);
  const busy = connection.status === "open" || connection.status === "connecting";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) connection.disconnect();
    else connection.connect(url, endpoint.pings, endpoint.greets);
  };
  const wait = Math.max(0, Math.ceil((connection.retryAt - Date.now()) / 1000));
  return (
    <form className="connect" onSubmit={submit}>
      <label htmlFor={id}>Address</label>
      <div className="beside">
        <input
          id={id}
          className="code"
          type="text"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          value={url}
          readOnly={busy}
          onChange={(event) => setUrl(event.target.value)}
        />
        <button type="submit" className={busy ? "plain" : "main"}>
          {busy ? "Disconnect" : connection.status === "waiting" ? "Connect now" : "Connect"}
        </button>
      </div>
      {connection.note && (
        <p className="note">
          {connection.note}
          {connection.status === "waiting" && ` Trying again${wait > 0 ? ` in ${wait} s` : " now"}.`}
        </p>
      )}
    </form>
  );
}

/** A request as it was sent, and the key of its subscription or command. */
interface Sent {
  readonly key: string;
  readonly request: Json;
}

/** Fills in what is asked of a route, to subscribe, or of a command. */
function AskForm({ connection, route }: { connection: Connection; route: Route }): ReactNode {
  const id = useId();
  const [value, setValue] = useState<Json | undefined>(() => route.examples[0]?.request ?? initialValue(route.request, true));
  // A text field keeps what was typed; another example is another form.
  const [example, setExample] = useState(0);
  const fill = (index: number): void => {
    setExample(index);
    setValue(route.examples[index]?.request);
  };
  const form = useRef<HTMLFormElement>(null);
  const [asJson, setAsJson] = useState(fieldOf(route.request).kind !== "object");
  const [once, setOnce] = useState("");
  const [sent, setSent] = useState<Sent>();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (form.current === null || !isComplete(form.current)) return;
    const request = value === undefined ? {} : value;
    const key = route.command ? connection.command(route.name, request, once) : connection.subscribe(route.name, request);
    setSent({ request, key });
  };
  // What is half typed in one of them is not in the other.
  const change = (json: boolean): void => {
    if (form.current && isComplete(form.current)) setAsJson(json);
  };
  const refusal = sent && connection.refusal?.key === sent.key ? connection.refusal : undefined;
  const response = sent && connection.response?.key === sent.key ? connection.response : undefined;
  const ready = connection.status === "open";
  return (
    <form ref={form} className="request" onSubmit={submit} noValidate>
      <div className="request-head">
        <h3>Request</h3>
        <div className="switch" role="group" aria-label="Fill in the request as">
          <button type="button" aria-pressed={!asJson} onClick={() => change(false)}>
            Form
          </button>
          <button type="button" aria-pressed={asJson} onClick={() => change(true)}>
            JSON
          </button>
        </div>
      </div>
      {route.examples.length > 1 && (
        <Choice label="Example" names={route.examples.map((one) => one.name)} chosen={example} onChoose={fill} />
      )}
      {asJson ? (
        <div className="field">
          <label htmlFor={id} className="unseen">
            Request as JSON
          </label>
          <JsonInput key={example} id={id} value={value} onChange={setValue} required rows={6} />
        </div>
      ) : (
        <RequestForm key={example} schema={route.request} value={value} onChange={setValue} path="" faults={faultsOf(refusal, sent?.request, value)} />
      )}
      {route.keyed && <KeyInput value={once} onChange={setOnce} />}
      <div className="actions">
        <button type="submit" className="main" disabled={!ready}>
          {route.command ? "Send" : "Subscribe"}
        </button>
        {!ready && <span className="quiet">Connect first.</span>}
      </div>
      {refusal && <RefusalBox refusal={refusal} />}
      {response && (
        <section aria-label="Response" className="response">
          <h3>Response</h3>
          <pre>{writeJson(response.payload, 2)}</pre>
        </section>
      )}
    </form>
  );
}

/** The key of a command, which may be left out. */
function KeyInput({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const id = useId();
  return (
    <div className="field key">
      <label htmlFor={id}>
        key <span className="may">optional</span>
      </label>
      <input
        id={id}
        className="code"
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p className="about">Asked again with the same key, it is carried out only once.</p>
    </div>
  );
}

/** Return the messages of a refusal by the place they speak of, without those of values that were changed since. */
function faultsOf(refusal: Refusal | undefined, sent: Json | undefined, value: Json | undefined): Faults {
  const details = refusal?.details.map(({ loc, message }) => ({ path: loc.slice(loc[0] === "payload" ? 1 : 0), message }));
  const current = details?.filter(({ path }) => isSame(valueAt(sent, path), valueAt(value, path)));
  return new Map(current?.map(({ path, message }) => [path.join("."), message]));
}

function valueAt(value: Json | undefined, path: readonly Json[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, step) => {
    if (Array.isArray(inner)) return inner[Number(step)];
    return isObject(inner) ? propertyOf(inner, String(step)) : undefined;
  }, value);
}

function RefusalBox({ refusal }: { refusal: Refusal }): ReactNode {
  return (
    <div className="refusal" data-code={refusal.code}>
      <p>
        <strong>{refusal.code}</strong> {refusal.message}
      </p>
      {refusal.details.length > 0 && (
        <ul>
          {refusal.details.map((detail, index) => (
            <li key={index}>
              <code>{detail.loc.join(".")}</code> {detail.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Tells screen readers what changed, but not each update. */
function Announcer({ connection }: { connection: Connection }): ReactNode {
  const subscriptions = [...connection.subscriptions.values()].filter((one) => one.state !== "leaving");
  const states = subscriptions.map((one) => `${one.route} ${one.state}`);
  const refusal = connection.refusal ? `Error: ${connection.refusal.message}` : "";
  return (
    <p className="unseen" role="status" aria-live="polite">
      {[`${STATUS[connection.status]}.`, connection.note, ...states, refusal].filter(Boolean).join(" ")}
    </p>
  );
}
