// What is on the page: links to each operation and schema of the reference.

import { type ReactNode, useEffect, useState } from "react";

interface Entry {
  readonly id: string;
  readonly name: string;
}

const GROUPS = [
  { title: "Operations", selector: 'li[id^="operation-"]', prefix: /^operation-[a-z]+-/ },
  { title: "Schemas", selector: 'li[id^="schema-"]', prefix: /^schema-/ },
] as const;

/** The table of contents of what the component has rendered; it gives its parts ids, but no such list. */
export function Contents(): ReactNode {
  const [entries, setEntries] = useState<readonly (readonly Entry[])[]>([]);
  useEffect(() => {
    const reference = document.querySelector(".reference");
    setEntries(
      GROUPS.map(({ selector, prefix }) =>
        [...(reference?.querySelectorAll(selector) ?? [])].map(({ id }) => ({ id, name: id.replace(prefix, "") })),
      ),
    );
  }, []);
  return (
    <nav className="contents" aria-label="Contents">
      {GROUPS.map(({ title }, index) => {
        const group = entries[index] ?? [];
        return (
          group.length > 0 && (
            <section key={title}>
              <h2>{title}</h2>
              <ul>
                {group.map(({ id, name }) => (
                  <li key={id}>
                    <a href={`#${id}`} title={name}>
                      {name}
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          )
        );
      })}
    </nav>
  );
}
