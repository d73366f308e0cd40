"""The index of several modules as one HTML file, which loads nothing from any host."""

from collections.abc import Mapping
from html import escape

from wsgen_runtime.documents.http import Served
from wsgen_runtime.documents.page import html_file

_STYLE = """
:root { color-scheme: light; --ground: #f7f8fa; --surface: #fff; --line: #dde1e8; --text: #1b2230;
  --soft: #586175; --accent: #2458c5; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { color-scheme: dark; --ground: #10141b;
  --surface: #171c25; --line: #2d3544; --text: #e4e8f0; --soft: #9ba6ba; --accent: #8fb1ff; } }
:root[data-theme="dark"] { color-scheme: dark; --ground: #10141b; --surface: #171c25; --line: #2d3544;
  --text: #e4e8f0; --soft: #9ba6ba; --accent: #8fb1ff; }
* { box-sizing: border-box; margin: 0; padding: 0; }
body { background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 2rem); }
h1 { font-size: 1.75rem; letter-spacing: -.02em; line-height: 1.25; }
main > ul { list-style: none; margin-top: 1.75rem; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
li.module { position: relative; padding: 1.25rem 1.4rem; background: var(--surface);
  border: 1px solid var(--line); border-radius: 10px; overflow-wrap: anywhere; }
li.module:hover { border-color: var(--accent); }
h2 { font-size: 1.1rem; }
h2 a { color: inherit; text-decoration: none; }
h2 a::after { content: ""; position: absolute; inset: 0; border-radius: 10px; }
h2 a:focus-visible { outline: 0; }
h2 a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 2px; }
h2 small, p, .documents { color: var(--soft); font-weight: 400; font-size: .9rem; }
p { margin-top: .35rem; }
code { font: .85rem ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.routes { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .9rem; }
.routes li { padding: .05rem .6rem; border: 1px solid var(--line); border-radius: 99px; }
.routes .deprecated { text-decoration: line-through; color: var(--soft); }
.documents { margin-top: .9rem; }
.documents a { position: relative; z-index: 1; color: var(--accent); }
"""

# Applies the theme that the reader has chosen on the page of a module (page/src/theme.tsx). `pageshow` is also
# sent when the browser goes back to this page without loading it again.
_SCRIPT = """
function follow() {
  let theme = null;
  try { theme = localStorage.getItem("wsgen-theme"); } catch {}
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
follow();
addEventListener("pageshow", follow);
addEventListener("storage", follow);
"""


def render_index(apps: Mapping[str, Served], *, title: str) -> str:
    """Return the index of `apps`, given by their addresses, as a self-contained HTML file."""
    modules = "\n".join(_module(escape(address), app) for address, app in apps.items())
    listed = f"<ul>\n{modules}\n</ul>" if modules else "<p>No module has documents.</p>"
    body = f"<main>\n<h1>{escape(title)}</h1>\n{listed}\n</main>"
    return html_file(title, body, script=_SCRIPT, style=_STYLE, head=f"<script>{_SCRIPT}</script>")


def _module(endpoint: str, app: Served) -> str:
    routes = "".join(
        f'<li class="deprecated" title="deprecated"><code>{escape(router.route)}</code></li>'
        if router.deprecated
        else f"<li><code>{escape(router.route)}</code></li>"
        for router in app.routers.values()
    )
    # Only the first paragraph, without markup; the page of the module has the complete description.
    first = app.description.strip().split("\n\n")[0].replace("**", "").replace("`", "")
    about = f"<p>{escape(first)}</p>\n" if first else ""
    return (
        '<li class="module">\n'
        f'<h2><a href="{endpoint}/asyncapi">{escape(app.title)}</a>'
        f" <small>{escape(app.version)}</small></h2>\n"
        f"{about}<p><code>{endpoint or '/'}</code></p>\n"
        f'<ul class="routes" aria-label="Routes">{routes}</ul>\n'
        f'<p class="documents"><a href="{endpoint}/asyncapi.json">JSON</a>'
        f' · <a href="{endpoint}/asyncapi.yaml">YAML</a></p>\n'
        "</li>"
    )
