"""The page of an AsyncAPI document: one HTML file with the reference and a live console.

It loads nothing from any host. Its script and its style sheet are built from `page/` by `make page`, and are part
of every wheel.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

_STATIC = Path(__file__).parents[1] / "static"

_ICON = "data:image/svg+xml;base64," + base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    b'<rect width="32" height="32" rx="8" fill="#2458c5"/>'
    b'<path d="M6 18h5l3-8 4 13 3-5h5" fill="none" stroke="#fff" stroke-width="2.6"'
    b' stroke-linecap="round" stroke-linejoin="round"/></svg>'
).decode("ascii")
"""The icon of all pages, as a data URL; without one, browsers request it from the host."""

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="$icon">
<style>$style</style>
$head
</head>
<body>
$body
</body>
</html>
""")
_REFERENCE = Template("""\
<div id="page"><noscript>This page needs JavaScript to show $title.</noscript></div>
<script type="application/json" id="wsgen-document">$document</script>
<script type="application/json" id="wsgen-options">$options</script>
<script>$script</script>""")

_POLICY = re.compile('<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


class PageAssetsMissingError(RuntimeError):
    """The script and the style sheet of the page were not built; the message says how to build them."""


class _Assets(NamedTuple):
    script: str
    style: str


def render_page(
    document: Mapping[str, object], *, title: str | None = None, url: str | None = None
) -> str:
    """Return `document`, an AsyncAPI document with its payload schemas, as one self-contained HTML file.

    `title` is the title of the page, by default that of the document. `url` is where the console connects to: a
    ws(s):// or http(s):// address, or a path on the host of the page; by default the endpoint that serves the
    page, or else the first server of the document. For an invalid document, the page says what is wrong with
    it. Raises PageAssetsMissingError, and TypeError or ValueError for a document that is not JSON.
    """
    assets = _read_assets()
    name = title or _title_of(document)
    body = _REFERENCE.substitute(
        title=escape(name),
        document=_json_in_html(document),
        options=_json_in_html({"url": url}),
        script=assets.script,
    )
    head = '<meta name="referrer" content="no-referrer">'
    return html_file(name, body, script=assets.script, style=assets.style, head=head)


def html_file(title: str, body: str, *, script: str, style: str, head: str = "") -> str:
    """Return a page that loads nothing; `script` is in its `head` or `body`, which are HTML."""
    return _PAGE.substitute(
        policy=policy_of([script], [style]),
        title=escape(title),
        icon=_ICON,
        style=style,
        head=head,
        body=body,
    )


def content_security_policy(html: str) -> str:
    """Return the `Content-Security-Policy` header for a page: the policy in its <meta>, and who may frame it."""
    found = _POLICY.search(html)
    policy = found[1] if found is not None else policy_of([], [])
    # `frame-ancestors` works in the header only: browsers ignore it in a <meta>.
    return f"{policy}; frame-ancestors 'self'"


def policy_of(scripts: list[str], styles: list[str]) -> str:
    """Return the policy that allows these inline scripts and styles, and sockets."""
    directives = {
        "default-src": "'none'",
        "script-src": _hashes(scripts),
        "style-src": _hashes(styles),
        "img-src": "data:",
        "connect-src": "ws: wss:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _hashes(texts: list[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return (
        " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
        or "'none'"
    )


def _json_in_html(value: object) -> str:
    """Return `value` as JSON that can neither end its <script> nor start a comment."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a document contains JSON values only, not {type(value).__name__}")


def _title_of(document: Mapping[str, object]) -> str:
    info = document.get("info")
    title = info.get("title") if isinstance(info, Mapping) else None
    return title if isinstance(title, str) and title else "AsyncAPI"


@cache
def _read_assets() -> _Assets:
    try:
        script = (_STATIC / "page.js").read_text(encoding="utf-8")
        style = (_STATIC / "page.css").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PageAssetsMissingError(
            f"the page was not built: {error.filename} is missing. In a checkout, `make page` builds it "
            "(it needs npm); the published wheels contain it."
        ) from error
    return _Assets(script, style)
