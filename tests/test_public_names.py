"""Every public name of every package is what the package promises, in whatever order things are imported."""

import subprocess
import sys

import pytest

SCRIPT = """
import importlib, pkgutil, sys, types

def modules(package):
    yield package
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not found.name.endswith(("__main__", ".worker")):
            yield importlib.import_module(found.name)

def names(package):
    for name in getattr(package, "__all__", ()):
        value = getattr(package, name)
        assert not isinstance(value, types.ModuleType), f"{package.__name__}.{name} is a module"
        yield f"{package.__name__}.{name}", id(value)

packages = [importlib.import_module(name) for name in ("wsgen", "wsgen_runtime")]
before = {}
if sys.argv[1] == "names first":
    for top in packages:
        before |= dict(names(top))
        for found in pkgutil.walk_packages(top.__path__, top.__name__ + "."):
            if found.ispkg:
                before |= dict(names(importlib.import_module(found.name)))
loaded = [module for package in packages for module in modules(package)]
after = {}
for module in loaded:
    if hasattr(module, "__path__"):
        after |= dict(names(module))
assert before in ({}, after), set(before.items()) ^ set(after.items())
print(len(after))
"""


@pytest.mark.parametrize("order", ["names first", "modules first"])
def test_public_names_stay_what_they_are(order: str) -> None:
    command = [sys.executable, "-c", SCRIPT, order]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30
