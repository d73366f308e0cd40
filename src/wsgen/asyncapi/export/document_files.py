"""Documents as text: JSON, or YAML that readers of YAML 1.1 and 1.2 read alike."""

import json
import re
from collections.abc import Mapping

import yaml

FORMATS = ("yaml", "json")

# Texts to PyYAML, which knows YAML 1.1, but numbers to readers of 1.2.
_NUMBER_ELSEWHERE = re.compile(r"0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+")
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
