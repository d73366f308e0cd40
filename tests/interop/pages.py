"""Templates of the official generator that make pages to read."""

import re
from collections.abc import Iterator

from tests.interop.rows import Row
from tests.interop.workplace import VERSIONS, Workplace, load, node


def html(place: Workplace) -> Iterator[Row]:
    """Make a page of HTML in one file."""
    yield from _page(place, "@asyncapi/html-template", "index.html", "singleFile=true")


def markdown(place: Workplace) -> Iterator[Row]:
    """Make a page of Markdown."""
    yield from _page(place, "@asyncapi/markdown-template", "asyncapi.md")


def _page(place: Workplace, template: str, name: str, *parameters: str) -> Iterator[Row]:
    for version in VERSIONS:
        folder = place.results(f"pages/{template.rpartition('/')[2]}-{version}")
        document = place.document(version)
        node("generate.mjs", document, template, folder, *parameters)
        text = (folder / name).read_text("utf-8")
        types = set(re.findall(r'"const": "([\w.-]+)"', document.read_text("utf-8")))
        missing = sorted(kind for kind in types if kind not in text)
        title = load(document)["info"]["title"]
        yield Row(
            template,
            version,
            ", ".join(f"`{parameter}`" for parameter in parameters) or "generate",
            f"{len(types)} types of frames, {len(text) // 1024:,} KiB",
            (", ".join(missing[:3]) and f"without {', '.join(missing[:3])}")
            or ("" if title in text else "without the title"),
        )
