// What is on the page: links to each operation, by route, and each schema of the reference.

import { type ReactNode, useEffect, useState } from "react";
import { asArray, asObject, asText, type JsonObject } from "./json";

interface Link {
  readonly id: string;
  readonly name: string;
}

interface Listing {
  readonly routes: readonly (readonly [string, readonly Link[]])[];
  readonly schemas: readonly Link[];
}

/**
 * The table of contents of what the component has rendered; it gives its parts ids, but no such list. `document` has
 * its references resolved.
 */
export function Contents({ document: described }: { document: JsonObject }): ReactNode {
  const [{ routes, schemas }, setListing] = useState<Listing>({ routes: [], schemas: [] });
  useEffect(() => {
    const operations = linksTo('li[id^="operation-"]', /^operation-[a-z]+-/);
    setListing({ routes: byRoute(operations, namesIn(described)), schemas: linksTo('li[id^="schema-"]', /^schema-/) });
  }, [described]);
  return (
    <nav className="contents" aria-label="Contents">
      {routes.map(([route, links]) => (
        <section key={route}>
          <h2>{route}</h2>
          <ul>
            {links.map((link) => (
              <li key={link.id}>
                <a href={`#${link.id}`} aria-label={`${route}.${link.name}`}>
                  {link.name}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {schemas.length > 0 && (
        <section className="long">
          <h2>Schemas</h2>
          <ul>
            {schemas.map(({ id, name }) => (
              <li key={id}>
                <a href={`#${id}`}>{name}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </nav>
  );
}

function linksTo(selector: string, prefix: RegExp): Link[] {
  const parts = document.querySelector(".reference")?.querySelectorAll(selector) ?? [];
  return [...parts].map(({ id }) => ({ id, name: id.replace(prefix, "") }));
}

/** Return the name of each operation by its key: that of its first message, such as `bars.subscribe`. */
function namesIn(document: JsonObject): ReadonlyMap<string, string> {
  const channels = Object.keys(asObject(document.channels)).length;
  const names = Object.entries(asObject(document.operations)).map(([key, value]): [string, string] => {
    const operation = asObject(value);
    const name = asText(asObject(asArray(operation.messages)[0]).name);
    const module = asText(asObject(operation.channel)["x-module"]);
    if (!name.includes(".")) return [key, key];
    return [key, channels > 1 && module ? `${module}.${name}` : name];
  });
  return new Map(names);
}

/** Return the operations under what stands before the last dot of their names: `bars` has `subscribe`. */
function byRoute(links: readonly Link[], names: ReadonlyMap<string, string>): [string, Link[]][] {
  const routes = new Map<string, Link[]>();
  for (const { id, name: key } of links) {
    const name = names.get(key) ?? key;
    const dot = name.lastIndexOf(".");
    const route = dot > 0 ? name.slice(0, dot) : "Operations";
    routes.set(route, [...(routes.get(route) ?? []), { id, name: name.slice(dot + 1) }]);
  }
  return [...routes];
}
