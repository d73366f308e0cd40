"""Names the schemas of models in a document, so that no other model, route or field changes them.

What the server sends of a model `Bar` is called `Bar`, and what clients send of it `BarInput`, whether or not the
document has both: they differ as soon as a field has a default. A name that already says so stays: what clients
send of `BarsRequest` is called `BarsRequest`, and what the server sends of it `BarsRequestOutput`.

Of several models with one name, the one whose Python module has the shortest path, or else comes first by name,
keeps it; the names of the others begin with their Python module.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

_OF_CLIENTS = ("Request", "Input")
_FRAMES = (
    *("Authenticate", "AuthenticateResponse", "Error", "Hello", "HelloResponse", "Notice"),
    *("Ping", "Pong", "Status"),
)
_PAYLOADS = (
    *("Authenticate", "AuthenticateResponse", "Error", "Hello", "HelloResponse", "Notice"),
    *("Reset", "Status", "SubscribeResponse", "UnsubscribeResponse", "Unsubscribed"),
)
SHARED_NAMES = frozenset(
    {"ErrorDetail", "HelloLimits", "TopicPosition"}
    | {f"{name}{part}" for name in _FRAMES for part in ("Frame", "Message")}
    | {f"{name}Payload" for name in _PAYLOADS}
)
"""What a document calls the parts that all modules have in common; no model has such a name.

That is so for all documents, since the first route of a module, say, may bring such a part.
"""


class ModelKey(NamedTuple):
    """A model as pydantic refers to it, such as `models.Page:123[models.Bar:456]`, and the mode of its schema."""

    reference: str
    mode: str

    @property
    def path(self) -> str:
        """Return the reference without the numbers of the classes, which differ in each process."""
        parts = re.split(r"([\][,])", self.reference)
        return "".join(part.rsplit(":", 1)[0] for part in parts)

    @property
    def short(self) -> str:
        """Return the path without Python modules: `Page[Bar]`."""
        return re.sub(r"(?:[^.\][,]+\.)+([^.\][,]+)", r"\1", self.path)


def model_names(
    models: Mapping[str, ModelKey], schemas: Mapping[str, object], taken: Collection[str]
) -> dict[str, str]:
    """Return a name for each key of `models`, none of which is shared or `taken`, not even in another case.

    `schemas` are the schemas of the models. An enum is the same for both sides, and has one name.
    """
    used = {name.lower() for name in (*taken, *SHARED_NAMES)}
    names: dict[str, str] = {}
    enums: dict[str, str] = {}
    for key in sorted(models, key=lambda key: _rank(models[key])):
        model = models[key]
        shared = is_enum(schemas.get(key))
        name = enums.get(model.reference) if shared else None
        if name is None:
            suffix = "" if shared else None
            name = next(each for each in _candidates(model, suffix) if each.lower() not in used)
            used.add(name.lower())
        if shared:
            enums[model.reference] = name
        names[key] = name
    return names


def _rank(model: ModelKey) -> tuple[int, str, str]:
    return (model.path.count("."), model.path, model.mode)


def is_enum(schema: object) -> bool:
    """Return whether a schema lists its values."""
    return isinstance(schema, Mapping) and ("enum" in schema or "const" in schema)


def _candidates(model: ModelKey, suffix: str | None) -> Iterator[str]:
    """Yield the names that a model may have, the best first; there is always another one."""
    for name in (_pascal(model.short), _pascal(model.path)):
        yield name + (_suffix(name, model.mode) if suffix is None else suffix)
    text = f"{model.path} {model.mode}"
    while True:
        text = sha256(text.encode()).hexdigest()
        yield f"{_pascal(model.path)}X{text[:6]}"


def _suffix(name: str, mode: str) -> str:
    if name.endswith(_OF_CLIENTS):
        return "Output" if mode == "serialization" else ""
    return "" if mode == "serialization" else "Input"


def _pascal(text: str) -> str:
    name = "".join(word[0].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", text))
    return name if name[:1].isalpha() else f"Model{name}"
