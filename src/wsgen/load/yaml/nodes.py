"""The tree of a YAML document: what stands where, before anything is known of its meaning."""

import re
from dataclasses import dataclass, field

import yaml

CORE = "tag:yaml.org,2002:"

# Numbers for YAML 1.2 readers (most editors), text for PyYAML: no one means either by accident.
_NUMBER_ELSEWHERE = re.compile(r"0o[0-7]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+")


@dataclass(slots=True, eq=False)
class Scalar:
    """A text with its `kind`: str, int, float, bool, null, timestamp ... as YAML resolves it.

    `BROKEN` is the kind of a node whose error has been reported already.
    """

    start: int
    end: int
    text: str
    kind: str
    size: int = 1
    height: int = 1


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of nodes; `size` and `height` count nodes and levels with aliases followed."""

    start: int
    end: int = 0
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    height: int = 1

    def add(self, node: "Node") -> None:
        """Append `node`."""
        self.items.append(node)
        self.size += node.size
        self.height = max(self.height, node.height + 1)


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in the order of the file, duplicates and merge keys included."""

    start: int
    end: int = 0
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)
    size: int = 1
    height: int = 1
    key: "Node | None" = None

    def add(self, node: "Node") -> None:
        """Append `node`: a key first, then its value."""
        self.size += node.size
        self.height = max(self.height, node.height + 1)
        if self.key is None:
            self.key = node
        else:
            self.pairs.append((self.key, node))
            self.key = None


Node = Scalar | Sequence | Mapping
BROKEN = "broken"


def scalar_kind(text: str, *, plain: bool) -> str:
    """Return the kind of an untagged scalar, as PyYAML's safe loader resolves it; quoted is always str."""
    if not plain:
        return "str"
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], [])
    for tag, pattern in resolvers:
        if pattern.match(text):
            return str(tag).removeprefix(CORE)
    return "float" if _NUMBER_ELSEWHERE.fullmatch(text) else "str"
