"""The nodes of a YAML document, with their positions, and the JSON values of its scalars."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import yaml

CORE = "tag:yaml.org,2002:"
BROKEN = "broken"
PLAIN = "plain"

# What a plain text means in YAML 1.2, where `on` and `2024-01-01` are texts.
_YAML_1_2: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)
_LONGEST_NUMBER = 400

# These are numbers for readers of YAML 1.2, such as most editors, and text for PyYAML.
NUMBER_ELSEWHERE = re.compile(r"0o[0-7]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,99})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


@dataclass(slots=True, eq=False)
class Scalar:
    """A text with its `kind`: str, int, float, bool, null, timestamp ... as YAML resolves it.

    `BROKEN` is the kind of a node whose error has been reported already, and `PLAIN` that of an unquoted text
    in a dialect that is not strict.
    """

    start: int
    end: int
    text: str
    kind: str

    @property
    def value(self) -> object:
        """Return the JSON value; where readers of YAML disagree about it, return the node itself."""
        kind, text = self.kind, self.text
        if kind == "str":
            return text
        if kind == PLAIN:
            return _yaml_1_2(text)
        if kind == "null":
            return None
        if kind == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if kind == "int" and _INTEGER.fullmatch(text):
            return int(text)
        if kind == "float" and _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
            return number
        return self


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of nodes."""

    start: int
    end: int = 0
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values, one after the other in the order of the file, duplicates and merge keys included."""

    start: int
    end: int = 0
    items: list["Node"] = field(default_factory=list)

    @property
    def pairs(self) -> Iterator[tuple["Node", "Node"]]:
        """Return each key with its value."""
        return zip(self.items[::2], self.items[1::2], strict=False)


Node = Scalar | Sequence | Mapping


def scalar_kind(text: str, *, plain: bool) -> str:
    """Return the kind of an untagged scalar, as PyYAML's safe loader resolves it; quoted is always str."""
    if not plain:
        return "str"
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], [])
    for tag, pattern in resolvers:
        if pattern.match(text):
            return str(tag).removeprefix(CORE)
    could_be = text[:1] in "+-.0123456789"
    return "float" if could_be and NUMBER_ELSEWHERE.fullmatch(text) else "str"


def _yaml_1_2(text: str) -> object:
    """Return the value of a plain `text`; a very long number stays text."""
    for pattern, read in _YAML_1_2 if len(text) < _LONGEST_NUMBER else ():
        if pattern.fullmatch(text):
            return read(text)
    return text
