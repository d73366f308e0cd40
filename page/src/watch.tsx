// One subscription on the page: its latest update, its rate, and what is missing.

import type { ReactNode } from "react";
import { canonical, isObject, type Json, writeJson } from "./json";
import { WINDOW } from "./rate";
import type { Subscription } from "./subscription";

const STATES = {
  pending: "Waiting for the answer",
  active: "Live",
  leaving: "Unsubscribing",
  refused: "Refused",
  ended: "Ended by the server",
  offline: "Waiting for the connection",
} as const;

export function SubscriptionCard({ subscription, onLeave }: { subscription: Subscription; onLeave: () => void }): ReactNode {
  const now = Date.now();
  const { state, received, missed, gaps, rate } = subscription;
  return (
    <article className={`card ${state}`} data-route={subscription.route} data-state={state}>
      <header>
        <div>
          <h4>{subscription.route}</h4>
          <p className="state">{subscription.note || STATES[state]}</p>
        </div>
        <button type="button" className="plain" onClick={onLeave}>
          {state === "active" ? "Unsubscribe" : "Remove"}
        </button>
      </header>
      <code className="parameters">{onOneLine(subscription.request)}</code>
      {subscription.aliases.map((request) => (
        <code key={canonical(request)} className="parameters alias">
          {onOneLine(request)}
        </code>
      ))}
      {subscription.aliases.length > 0 && <p className="about">These requests name one topic.</p>}
      <dl className="numbers">
        <Number name="Updates" value={received.toLocaleString("en")} mark="received" />
        <Number name="Per second" value={rate.perSecond(now).toFixed(1)} mark="rate" />
        <Number
          name={gaps > 0 ? `Missed in ${gaps} gap${gaps === 1 ? "" : "s"}` : "Missed"}
          value={missed.toLocaleString("en")}
          mark="missed"
          warn={missed > 0}
        />
      </dl>
      <Sparkline counts={rate.history(now)} />
      {subscription.latest !== undefined && <Latest name="Latest update" data={subscription.latest} />}
      {subscription.snapshot !== undefined && (
        <section className="snapshot" aria-label="Snapshot">
          <p className="about">Latest snapshot</p>
          <Latest name="Latest snapshot" data={subscription.snapshot} />
        </section>
      )}
    </article>
  );
}

function onOneLine(request: Json): string {
  return writeJson(request, 1).replaceAll(/\n */g, " ");
}

function Number(props: { name: string; value: string; mark: string; warn?: boolean }): ReactNode {
  return (
    <div className={props.warn ? "warn" : undefined}>
      <dt>{props.name}</dt>
      <dd data-number={props.mark}>{props.value}</dd>
    </div>
  );
}

function Sparkline({ counts }: { counts: readonly number[] }): ReactNode {
  const highest = Math.max(1, ...counts);
  const points = counts.map((count, index) => `${index},${(30 - (28 * count) / highest).toFixed(1)}`).join(" ");
  return (
    <svg className="sparkline" viewBox={`0 0 ${WINDOW - 1} 31`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,31 ${points} ${WINDOW - 1},31`} />
      <polyline points={points} />
    </svg>
  );
}

/** The latest update or snapshot: a flat object as a table, anything else as JSON. */
function Latest({ name: title, data }: { name: string; data: Json }): ReactNode {
  if (!isObject(data)) return <pre className="latest">{writeJson(data, 2)}</pre>;
  return (
    <table className="latest">
      <caption className="unseen">{title}</caption>
      <tbody>
        {Object.entries(data).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{typeof value === "string" ? value : writeJson(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
