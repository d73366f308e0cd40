"""Documents as files: as JSON, or as YAML that readers of YAML 1.1 and 1.2 read alike."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from wsgen.files import bytes_of

FORMATS = ("yaml", "json")
_MARK = b"x-router"

# Texts to PyYAML, which knows YAML 1.1, but numbers to readers of 1.2.
_NUMBER_ELSEWHERE = re.compile(r"0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_DUMPER):  # type: ignore[misc, valid-type]  # libyaml's, where it was built
    """Writes each value out, long texts as blocks."""

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

    Such a file is called after its module and has the routers of it; the project's `title` starts that of each
    document, so that the documents of another project in the same folder are left alone.
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
        # Our own JSON is YAML too, but is read a hundred times faster as what it is.
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
