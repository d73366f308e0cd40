"""Checks of router class names that no schema can make, because each class gets a file of its own."""

import keyword
import sys

from wsgen.load.schema import Key
from wsgen.load.sentences import Problem, problem_of
from wsgen.model import ROUTER_FILE_NAMES


def check_class_name(name: str) -> Problem | None:
    """Return why `name` cannot be a router class, whether for the schema or for its file."""
    return problem_of(("routers", Key(name)), name) or check_file_name(name)


def check_file_name(name: str) -> Problem | None:
    """Return why the class `name`, which the schema allows, cannot have a file of its lower-case name."""
    lower = name.lower()
    if keyword.iskeyword(lower):
        taken = f"as `{lower}` is a Python keyword"
    elif lower in sys.stdlib_module_names:
        taken = f"as `{lower}` is a standard module"
    else:
        return None
    message = f"a router cannot be called `{name}`: its file cannot be {lower}.py, {taken}"
    return Problem("WSG117", message, f"Call it `{name}WsRouter`.")


def check_free(name: str) -> Problem | None:
    """Return the problem if the class `name` would hide a name that its file uses itself."""
    if name not in ROUTER_FILE_NAMES or check_class_name(name):
        return None
    message = f"a router cannot be called `{name}`: its file uses something of that name"
    better = "BarWsRouter" if name.endswith("Router") else f"{name}WsRouter"
    return Problem("WSG410", message, f"Rename it, for example to `{better}`.")
