"""The pages about the design name rooms, files and functions that exist."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import pytest

import wsgen
import wsgen_runtime

from .pages import ROOT

PAGES = sorted((ROOT / "docs/explanation").glob("design*.md"))
TEXT = "\n".join(page.read_text("utf-8") for page in PAGES)
DOTTED = sorted(set(re.findall(r"`(\w+(?:\.(?!(?:py|toml|json|yaml|jinja)`)\w+)+)`", TEXT)))
CLASSES = sorted(set(re.findall(r"`([A-Z][a-z]\w+)`", TEXT)))
FOLDERS = sorted(set(re.findall(r"`([\w/]+/)`", TEXT)))
FILES = sorted(set(re.findall(r"`((?:\w+/)+\w+\.py)`", TEXT)))
OTHERS = {"app.mount", "functools.wraps"}
PACKAGES = ("src/wsgen", "src/wsgen_runtime", ".")


@cache
def modules() -> tuple[ModuleType, ...]:
    def below(package: ModuleType) -> Iterator[ModuleType]:
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)

    return (*below(wsgen), *below(wsgen_runtime))


def exists(dotted: str) -> bool:
    """Return whether `dotted` is a name in a module, or a member of a class in any module."""
    first, second, *_ = dotted.split(".")
    if first[0].isupper():
        return any(hasattr(getattr(module, first, None), second) for module in modules())
    owner, _, name = dotted.rpartition(".")
    owners = {owner, f"wsgen.{owner}", f"wsgen_runtime.{owner}"}
    return any(module.__name__ in owners and hasattr(module, name) for module in modules())


@pytest.mark.parametrize("dotted", DOTTED)
def test_what_is_named_by_its_module_exists(dotted: str) -> None:
    assert dotted in OTHERS or exists(dotted)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_exist(name: str) -> None:
    assert name == "Mount" or any(hasattr(module, name) for module in modules())


@pytest.mark.parametrize("path", [*FOLDERS, *FILES])
def test_folders_and_files_exist(path: str) -> None:
    places = (ROOT / package / path for package in PACKAGES)
    assert path == "render/" or any(place.exists() for place in places)


def test_every_room_is_on_the_page() -> None:
    for package in ("wsgen", "wsgen_runtime"):
        folder = ROOT / "src" / package
        rooms = {path.parent.name for path in folder.glob("*/__init__.py")}
        assert {room for room in rooms if f"`{room}/`" not in TEXT} == set()
