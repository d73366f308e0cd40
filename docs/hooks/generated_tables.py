"""Put generated tables in the place of markers such as `<!-- table: settings -->`, as a hook of mkdocs."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wsgen.settings.table import SETTINGS, Setting, Table

_MARKER = re.compile(r"^<!-- table: (.+) -->$", re.MULTILINE)
_SCHEMA = Path(__file__).parents[2] / "schemas" / "ws.schema.json"


def on_page_markdown(markdown: str, **_: object) -> str:
    """Return a page with its tables. Raises KeyError for a marker of a table that does not exist."""
    return _MARKER.sub(lambda marker: TABLES[marker[1]](), markdown)


def settings() -> str:
    """Return the table of the settings of a project."""
    return _table(("key", "type", "default", "meaning"), _settings("", SETTINGS))


def _settings(prefix: str, entries: tuple[Setting | Table, ...]) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        if isinstance(entry, Table):
            if not entry.settings:
                yield f"`{prefix}{entry.name}`", "a table", "none", entry.description
            yield from _settings(
                f"{prefix}{entry.name}.{'NAME.' if entry.named else ''}", entry.settings
            )
        else:
            yield (
                f"`{prefix}{entry.name}`",
                entry.type.words,
                _value(entry.default),
                entry.description,
            )


def keys_of_module() -> str:
    """Return the table of the keys of a ws.yaml."""
    return _table(("key", "default", "meaning"), _keys(_schema(), _schema()))


def keys_of_router() -> str:
    """Return the table of the keys of a router in a ws.yaml."""
    schema = _schema()
    return _table(("key", "default", "meaning"), _keys(schema["$defs"]["router"], schema))


def keys_of_command() -> str:
    """Return the table of the keys of a command in a ws.yaml."""
    schema = _schema()
    return _table(("key", "default", "meaning"), _keys(schema["$defs"]["command"], schema))


def _keys(
    owner: dict[str, Any], schema: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[str, ...]]:
    required = {key for rule in owner.get("allOf", ()) for key in rule.get("required", ())}
    for key, field in owner["properties"].items():
        if "$ref" in field:
            field = schema["$defs"][field["$ref"].rpartition("/")[2]] | field
        meaning, _, default = field["description"].partition(" Default: ")
        default = default.removesuffix(".") or _value(field.get("default"))
        yield f"`{prefix}{key}`", "required" if key in required else default, meaning
        if "properties" in field:
            yield from _keys(field, schema, f"{prefix}{key}.")


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text("utf-8"))
    return schema


def _value(value: object) -> str:
    if value in (None, "", [], {}):
        return "none"
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings,
    "keys of a module": keys_of_module,
    "keys of a router": keys_of_router,
    "keys of a command": keys_of_command,
}
