// Light or dark: what the reader's system says, until they choose.

import { type ReactNode, useEffect, useState } from "react";

type Theme = "light" | "dark";
const KEY = "wsgen-theme";

function remembered(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined; // storage is closed to pages from disk in some browsers
  }
}

export function ThemeSwitch(): ReactNode {
  const [system, setSystem] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const [chosen, setChosen] = useState(remembered);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = (): void => setSystem(query.matches);
    const recall = (): void => setChosen((known) => remembered() ?? known);
    query.addEventListener("change", follow);
    // It may be chosen on another page, before this one is shown again.
    addEventListener("storage", recall);
    addEventListener("pageshow", recall);
    return () => {
      query.removeEventListener("change", follow);
      removeEventListener("storage", recall);
      removeEventListener("pageshow", recall);
    };
  }, []);
  const theme: Theme = chosen ?? (system ? "dark" : "light");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const other: Theme = theme === "dark" ? "light" : "dark";
  const choose = (): void => {
    setChosen(other);
    try {
      localStorage.setItem(KEY, other);
    } catch {
      // Not remembered, then.
    }
  };
  return (
    <button type="button" className="plain theme" onClick={choose}>
      <span aria-hidden="true">{theme === "dark" ? "☀" : "☾"}</span>
      <span className="unseen">Switch to the {other} theme</span>
    </button>
  );
}
