"""Write documents as JSON, or as YAML that has the same meaning in YAML 1.1 and 1.2."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from wsgen.asyncapi.validation.document_reader import read_document
from wsgen.files import bytes_of
from wsgen.load.sourcetext import UnreadableError
from wsgen.load.yaml.nodes import NUMBER_ELSEWHERE

FORMATS = ("yaml", "json")
_MARKS = (b"x-router", b"x-command")

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_DUMPER):  # type: ignore[misc, valid-type]  # libyaml's, if it is available
    """Writes values without aliases, and long texts as blocks."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value:
        style = "|"
    elif NUMBER_ELSEWHERE.fullmatch(value):
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
        if any(mark in data for mark in _MARKS) and _is_ours(file, data, title):
            found.append(file)
    return found


def _is_ours(file: Path, data: bytes, title: str) -> bool:
    name = file.stem
    try:
        # JSON is also YAML, but the JSON parser reads it a hundred times faster.
        is_json = data.startswith(b"{")
        document = json.loads(data) if is_json else read_document(file, data).value
        said = document["info"]["title"]
        channels = document["channels"]
    except (ValueError, UnreadableError, RecursionError, TypeError, LookupError):
        return False
    module = name.rpartition("-v")[0] if "-v" in name else name
    titles = {f"{title}: {name}", f"{title}: {module}"} if title else {name, module}
    return said in titles and isinstance(channels, dict) and len(channels) == 1
