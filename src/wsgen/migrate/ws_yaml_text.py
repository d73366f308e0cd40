"""Write the text of a ws.yaml that declares a ModuleSpec."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import yaml

from wsgen.migrate.python_hints import Remarks
from wsgen.model import UNION, ModuleSpec, TypeRef

_PLAIN = re.compile(r"[A-Za-z_/][\w .:,|\[\]/-]*", re.ASCII)
_WIDTH = 98


def yaml_text(
    module: ModuleSpec,
    order: Iterable[str],
    remarks: Mapping[str, Remarks],
    *,
    default: str | None = None,
    schema: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Return the text: routers in the `order` of their class names, with the `remarks` on each.

    `models` is the package of most types; types of other packages are written with their module. Tags that most
    routers share become the module's. `default` is the configured package, which is not written; `schema` is the
    path of the JSON Schema for editors. The `endpoint` is written if it is known.
    """
    routers = {router.class_name: router for router in module.routers}
    models = _models(ref for router in module.routers for ref in router.types)
    tags = _shared_tags([routers[name].tags for name in order])
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines.append("version: 1")
    if models not in (None, default):
        lines.append(f"models: {models}")
    if endpoint is not None:
        lines.append(f"endpoint: {_scalar(endpoint)}")
    if tags:
        lines.append(f"tags: {_flow(tags)}")
    lines.append("routers:")
    for number, class_name in enumerate(order):
        router, said = routers[class_name], remarks.get(class_name, Remarks())
        lines += [""] if number else []
        lines += [f"  # {line}" for line in said.later]
        lines.append(f"  {class_name}:")
        lines.append(f"    route: {_scalar(router.route)}")
        if router.request is not None:
            lines.append(f"    request: {_scalar(_type(router.request, models))}")
        lines.append(f"    data: {_scalar(_type(router.data, models))}")
        if said.description:
            lines += _description(said.description)
        if router.tags != tags:
            lines.append(f"    tags: {_flow(router.tags)}")
    return "\n".join(lines) + "\n"


def _shared_tags(tags: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the tags that most routers have, if more than one has them; none if some have no tags."""
    if not all(tags):
        return ()
    [(shared, count)] = Counter(tags).most_common(1)
    return shared if count > 1 or len(tags) == 1 else ()


def _models(types: Iterable[TypeRef]) -> str | None:
    """Return the module that most types are imported from, or the first of several."""
    counts = Counter(module for ref in types for module, _ in ref.imports())
    return max(counts, key=lambda module: counts[module]) if counts else None


def _type(ref: TypeRef, models: str | None) -> str:
    if ref.name == UNION:
        return " | ".join(_type(arg, models) for arg in ref.args)
    # Without its module, a dotted name would be read as a module and a class.
    bare = ref.module is None or (ref.module == models and "." not in ref.name)
    name = ref.name if bare else f"{ref.module}:{ref.name}"
    return f"{name}[{', '.join(_type(arg, models) for arg in ref.args)}]" if ref.args else name


def _description(said: tuple[str, ...]) -> list[str]:
    line = f"    description: {_scalar(said[0])}"
    if len(said) == 1 and len(line) <= _WIDTH:
        return [line]
    return ["    description: |", *(f"      {part}".rstrip() for part in said)]


def _flow(tags: Iterable[str]) -> str:
    return f"[{', '.join(_scalar(tag, flow=True) for tag in tags)}]"


def _scalar(text: str, *, flow: bool = False) -> str:
    """Return `text` unquoted if every reader of YAML reads it as the same text, else in quotes."""
    plain = _PLAIN.fullmatch(text) and not text.endswith((" ", ":"))
    plain = plain and ": " not in text and not (flow and set(text) & set(",[]|:"))
    if plain and isinstance(yaml.safe_load(text), str):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
