"""Write documents as JSON, or as YAML that has the same meaning in YAML 1.1 and 1.2."""

import json
from collections.abc import Mapping

import yaml

from wsgen.load.yaml.nodes import NUMBER_ELSEWHERE

FORMATS = ("yaml", "json")

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
