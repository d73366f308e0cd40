"""Write documents as JSON, or as YAML that has the same meaning in YAML 1.1 and 1.2."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from wsgen.files import bytes_of

FORMATS = ("yaml", "json")
_MARK = b"x-router"

# Texts for PyYAML, which implements YAML 1.1, but numbers in YAML 1.2.
_NUMBER_ELSEWHERE = re.compile(r"0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_DUMPER):  # type: ignore[misc, valid-type]  # libyaml's, if it is available
    """Writes values without aliases, and long texts as blocks."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value:
        style = "|"
    elif _NUMBER_ELSEWHERE.fullmatch(value):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def format_document(document: Mapping[str, object], form: str) -> str:
    """Return the text of `document` in `form`, one of FORMATS: the same bytes for the same document."""
    if form == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=2
    )
    return text


def left_over(folder: Path, names: Collection[str], title: str) -> list[Path]:
    """Return the files in `folder` that were exported for modules other than `names`, sorted.

    Such a file has the name of its module and describes its routers. The title of each document starts with the
    project's `title`, so that documents of another project in the same folder are not touched.
    """
    found = []
    for file in sorted(folder.glob("*.*")):
        if file.suffix[1:] not in FORMATS or file.stem in names or not file.is_file():
            continue
        data = bytes_of(file) or b""
        if _MARK in data and _is_ours(data, file.stem, title):
            found.append(file)
    return found


def _is_ours(data: bytes, name: str, title: str) -> bool:
    try:
        # JSON is also YAML, but the JSON parser reads it a hundred times faster.
        document: Any = (  # any JSON value
            json.loads(data) if data.startswith(b"{") else yaml.load(data, _LOADER)  # noqa: S506  # a safe one
        )
        said = document["info"]["title"]
        channels = document["channels"]
    except (ValueError, yaml.YAMLError, RecursionError, TypeError, LookupError):
        return False
    module = name.rpartition("-v")[0] if "-v" in name else name
    titles = {f"{title}: {name}", f"{title}: {module}"} if title else {name, module}
    return said in titles and isinstance(channels, dict) and len(channels) == 1
