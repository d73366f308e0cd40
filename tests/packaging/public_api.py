"""The public API of both packages as text, which griffe reads from their source without importing them."""

from collections.abc import Iterator
from pathlib import Path

import griffe

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "api"
PUBLIC = {
    "wsgen": ("wsgen", "wsgen.compat"),
    "wsgen_runtime": (
        "wsgen_runtime",
        "wsgen_runtime.asyncapi",
        "wsgen_runtime.brokers.redis",
        "wsgen_runtime.testing",
        "wsgen_runtime.uvicorn",
    ),
}
"""The modules of each package whose `__all__`, or else whose names without an underscore, users may import."""

CALLED_BY_GENERATED_CODE = {"_topic", "_publish"}
_PROTOCOLS = {"__call__", "__aenter__", "__aiter__", "__anext__", "__enter__", "__iter__"}


def describe(package: str) -> str:
    """Return the public API of `package`: a line for each module, name, signature and attribute."""
    loaded = griffe.load(package, search_paths=[ROOT / "src"], resolve_aliases=True)
    lines: list[str] = []
    for path in PUBLIC[package]:
        module = loaded if path == package else loaded[path.removeprefix(f"{package}.")]
        lines.append(f"module {path}")
        names = [str(name) for name in module.exports or () if str(name) != "__version__"]
        for name in sorted(names or _own_names(module)):
            lines += [f"    {line}" for line in _lines(name, _target(module[name]))]
    return "\n".join(lines) + "\n"


def _own_names(module: griffe.Object | griffe.Alias) -> list[str]:
    return [
        name
        for name, member in module.members.items()
        if not name.startswith("_") and not member.is_alias
    ]


def _target(item: griffe.Object | griffe.Alias) -> griffe.Object:
    return item.final_target if isinstance(item, griffe.Alias) else item


def _lines(name: str, item: griffe.Object) -> Iterator[str]:
    if isinstance(item, griffe.Class):
        yield from _class(name, item)
    elif isinstance(item, griffe.Function):
        kind = "async def" if "async" in item.labels else "def"
        yield f"{kind} {item.signature(name=name)}"
    elif isinstance(item, griffe.Attribute):
        told = f"{name}: {item.annotation}" if item.annotation else name
        yield f"{told} = {item.value}" if item.value and _is_constant(item) else told
    else:
        raise TypeError(f"{item.path} is neither a class, a function nor a value")


def _is_constant(item: griffe.Attribute) -> bool:
    """Return whether the value is part of the API: of an alias, of an enumeration, a default of a model.

    Where a class has a constructor, that shows the defaults.
    """
    return not isinstance(item.parent, griffe.Class) or "__init__" not in item.parent.all_members


def _class(name: str, item: griffe.Class) -> Iterator[str]:
    bases = f"({', '.join(map(str, item.bases))})" if item.bases else ""
    yield f"class {name}{bases}"
    for member_name, member in sorted(item.all_members.items()):
        if not _is_public(member_name):
            continue
        yield from (f"    {line}" for line in _lines(member_name, _target(member)))


def _is_public(name: str) -> bool:
    return (
        (not name.startswith("_") and name != "model_config")
        or name == "__init__"
        or name in _PROTOCOLS
        or name in CALLED_BY_GENERATED_CODE
    )
