// Why a server may refuse this page: browsers tell it the page's origin, but tell the page nothing of the refusal.

/** Return what the server must allow so that a page of `origin` may connect to `url`; "" if it need not be told. */
export function originHint(url: string, origin: string): string {
  if (origin === "null")
    return 'This page was opened from a file, so its origin is `null`. The server accepts it with WsApp(origins=["null"]).';
  const server = partsOf(url.replace(/^ws/, "http"));
  const page = partsOf(origin);
  if (server?.host === page?.host && !(server?.protocol === "https:" && page?.protocol === "http:")) return "";
  return `This page has another origin than the server. The server accepts it with WsApp(origins=["${origin}"]).`;
}

function partsOf(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
