// Why a server may refuse this page: browsers tell it the page's origin, but tell the page nothing of the refusal.

/** Return what the server must allow so that a page of `origin` may connect to `url`; "" if it is the same host. */
export function originHint(url: string, origin: string): string {
  if (origin === "null")
    return 'This page was opened from a file, so its origin is `null`. The server accepts it with WsApp(origins=["null"]).';
  if (hostOf(url) === hostOf(origin)) return "";
  return `This page comes from another host than the server. The server accepts it with WsApp(origins=["${origin}"]).`;
}

function hostOf(address: string): string {
  try {
    return new URL(address.replace(/^ws/, "http")).host;
  } catch {
    return "";
  }
}
