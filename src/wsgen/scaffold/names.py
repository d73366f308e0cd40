"""The names that follow from that of a module, and whether a module may have its name."""

from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.load.yaml.reader import load_yaml
from wsgen.names import is_identifier
from wsgen.scaffold.texts import render_text

PACKAGE = "ws_generated"


@dataclass(frozen=True)
class Names:
    """The names in a first `ws.yaml`, and of the class of its service."""

    router: str
    route: str
    request: str
    data: str
    service: str


def names_of(module: str, models: tuple[str, str] | None) -> Names | str:
    """Return the names for a module, or why it cannot have its name.

    `models` are the request and the data of the route, if they exist already.
    """
    reason = "use ASCII letters, digits and _, and begin with a letter"
    if iskeyword(module):
        reason = "it is a keyword of Python, and the code could not be imported"
    if module == PACKAGE:
        reason = "generated packages are called so"
    stem = "".join(word.capitalize() for word in module.split("_"))
    if not is_identifier(module) or not stem or module == PACKAGE or module.startswith("__"):
        return reason
    for data in (stem, f"{stem}Update"):  # `List` and `True` are no models
        request, data = models or (f"{stem}SubscriptionRequest", data)
        route = module.replace("_", "-").lower().strip("-")
        names = Names(f"{stem}WsRouter", route, request, data, f"{stem}Service")
        found: list[Diagnostic] = []
        text = render_text("ws.yaml", {**vars(names), "models": "app.models"})
        load_yaml(Path("ws.yaml"), text.encode(), None, found)
        if not found and data not in ("BaseModel", "Field"):
            return names
        reason = found[0].message if found else reason
    return reason
