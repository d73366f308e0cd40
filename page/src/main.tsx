// The page: reads the document in the HTML, and shows it with the live console beside it.

import { Component, type ReactNode, StrictMode, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { Console } from "./console";
import { Contents } from "./contents";
import { DocumentError, readDocument, resolveReferences } from "./document";
import { asObject, asText, type JsonObject } from "./json";
import { Problem } from "./problem";
import { harden, prepare, Reference, withPlainNumbers } from "./reference";
import { findEndpoints } from "./routes";
import { ThemeSwitch } from "./theme";
import "./styles/page.css";
import "./styles/console.css";
import "@asyncapi/react-component/styles/default.min.css";
import "./styles/reference.css";

interface PageProps {
  readonly document: JsonObject;
  readonly url: string | null;
}

type View = "reference" | "live";

function Page({ document: source, url }: PageProps): ReactNode {
  const [resolved] = useState(() => resolveReferences(source));
  const [shown] = useState(() => prepare(resolveReferences(withPlainNumbers(source))));
  const [view, setView] = useState<View>("reference");
  const endpoints = findEndpoints(resolved);
  const info = asObject(source.info);
  return (
    <>
      <a className="skip" href="#console" onClick={() => flushSync(() => setView("live"))}>
        Skip to the live console
      </a>
      <header className="top">
        <h1>{asText(info.title)}</h1>
        {asText(info.version) && <span className="tag">{asText(info.version)}</span>}
        <nav className="switch views" aria-label="View">
          <button type="button" aria-pressed={view === "reference"} onClick={() => setView("reference")}>
            Reference
          </button>
          <button type="button" aria-pressed={view === "live"} onClick={() => setView("live")}>
            Live
          </button>
        </nav>
        <ThemeSwitch />
      </header>
      <main className="columns" data-view={view}>
        <section className="reference" aria-label="Reference">
          <Guard title="The reference cannot show this document.">
            <Reference document={shown} />
          </Guard>
        </section>
        <Contents document={resolved} />
        <section className="console" id="console" aria-label="Live console" tabIndex={-1}>
          <Guard title="The live console cannot read this document.">
            <Console document={resolved} endpoints={endpoints} url={url} />
          </Guard>
        </section>
      </main>
    </>
  );
}

/** Shows what went wrong below it instead of nothing. */
class Guard extends Component<{ title: string; children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return <Problem title={this.props.title} message={error.message} {...(error instanceof DocumentError && { pointer: error.pointer })} />;
  }
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}

function show(): ReactNode {
  try {
    const options = asObject(JSON.parse(textOf("wsgen-options") || "{}"));
    const url = typeof options.url === "string" ? options.url : null;
    return <Page document={readDocument(textOf("wsgen-document"))} url={url} />;
  } catch (error) {
    const pointer = error instanceof DocumentError ? error.pointer : "";
    return <Problem title="This document cannot be shown." message={(error as Error).message} pointer={pointer} />;
  }
}

harden();
const root = document.getElementById("page");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Guard title="This document cannot be shown.">{show()}</Guard>
    </StrictMode>,
  );
}
