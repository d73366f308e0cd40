// What stands in place of a page that cannot be made: never nothing.

import type { ReactNode } from "react";

interface ProblemProps {
  readonly title: string;
  readonly message: string;
  readonly pointer?: string;
}

export function Problem({ title, message, pointer }: ProblemProps): ReactNode {
  return (
    <section className="problem" role="alert">
      <h2>{title}</h2>
      <p>{message}</p>
      {pointer && (
        <p>
          At <code>{pointer}</code> of the document.
        </p>
      )}
      <p className="quiet">
        <code>wsgen asyncapi validate</code> lists everything that is wrong with a document.
      </p>
    </section>
  );
}
