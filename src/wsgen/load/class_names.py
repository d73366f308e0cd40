"""Checks of router class names that no schema can make, because each class gets a file of its own."""

import keyword
import sys

from wsgen.load.schema import KeyStep
from wsgen.load.sentences import Wording, problem_of
from wsgen.model import ROUTER_FILE_NAMES


def check_class_name(name: str) -> Wording | None:
    """Return why `name` cannot be a router class, by the schema or because of its file."""
    return problem_of(("routers", KeyStep(name)), name) or check_file_name(name)


def check_file_name(name: str) -> Wording | None:
    """Return why the class `name`, which the schema allows, cannot have a file of its lower-case name."""
    lower = name.lower()
    if keyword.iskeyword(lower):
        taken = f"as `{lower}` is a Python keyword"
    elif lower in sys.stdlib_module_names:
        taken = f"as `{lower}` is a standard module"
    else:
        return None
    message = f"a router cannot be called `{name}`: its file cannot be {lower}.py, {taken}"
    return Wording("WSG117", message, f"Call it `{name}WsRouter`.")


def check_free(name: str) -> Wording | None:
    """Return the problem if the class `name` would hide a name that its file uses itself."""
    if name not in ROUTER_FILE_NAMES or check_class_name(name):
        return None
    message = f"a router cannot be called `{name}`: its file uses something of that name"
    better = "BarWsRouter" if name.endswith("Router") else f"{name}WsRouter"
    return Wording("WSG410", message, f"Rename it, for example to `{better}`.")
