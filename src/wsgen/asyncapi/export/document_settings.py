"""Read `[tool.wsgen.asyncapi]`: the fields of a document that are not in any source."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ConfigError
from wsgen.names import did_you_mean
from wsgen.settings.key_places import SettingPlaces

_TEXTS = ("title", "version", "description", "id", "termsOfService")
_TABLES = ("contact", "license", "externalDocs", "servers", "securitySchemes")
_KNOWN = (*_TEXTS, *_TABLES, "tags")


@dataclass(frozen=True, slots=True)
class Settings:
    """The project's description of its API; the tables have the form of AsyncAPI 3.

    The `security` of a server may list names of `security_schemes` instead of references.
    """

    title: str
    version: str
    info: Mapping[str, object]
    id: str
    servers: Mapping[str, object]
    security_schemes: Mapping[str, object]


def read_settings(
    table: Mapping[str, Any],  # as in the file; checked here
    file: Path | None = None,
) -> Settings:
    """Return the settings in `table`; raises ConfigError with a diagnostic for each that is wrong.

    The contents of the tables are checked as parts of the document.
    """
    found: list[Diagnostic] = []
    places = SettingPlaces(file) if file else None

    def fail(key: str, message: str, help_text: str) -> None:
        span = places.of(("asyncapi", key)) if places else None
        found.append(Diagnostic("WSG664", message, span, help=help_text))

    for key, value in table.items():
        if key not in _KNOWN:
            help_text = did_you_mean(key, _KNOWN, f"Known are: {', '.join(_KNOWN)}.")
            fail(key, f"`{key}` is not a known setting in [tool.wsgen.asyncapi]", help_text)
        elif key in _TEXTS and not (isinstance(value, str) and value.strip()):
            fail(key, f"`asyncapi.{key}` must be a text that is not empty", f'Write {key} = "...".')
        elif key in _TABLES and not isinstance(value, Mapping):
            fail(key, f"`asyncapi.{key}` must be a table", f"Write [tool.wsgen.asyncapi.{key}].")
        elif key == "tags" and not _are_tags(value):
            fail(key, "`asyncapi.tags` must be a list of names", 'Write tags = ["market-data"].')
    if found:
        raise ConfigError("the settings for AsyncAPI are not usable", found)
    info = {
        key: table[key]
        for key in ("description", "termsOfService", "contact", "license", "externalDocs")
        if key in table
    }
    if tags := table.get("tags"):
        info["tags"] = [{"name": tag} if isinstance(tag, str) else tag for tag in tags]
    return Settings(
        title=table.get("title", ""),
        version=table.get("version", ""),
        info=info,
        id=table.get("id", ""),
        servers=table.get("servers", {}),
        security_schemes=table.get("securitySchemes", {}),
    )


def _are_tags(value: object) -> bool:
    return isinstance(value, list) and all(
        (isinstance(tag, str) and tag) or (isinstance(tag, Mapping) and "name" in tag)
        for tag in value
    )
