"""Start the process that imports the models, in the project's interpreter, whichever version that is.

It is run as a file. Until it knows that the rest can be imported, it uses what any Python 3 has. Its argument is
the folder of the package `wsgen_runtime` to use if the interpreter has none, empty if wsgen has none either.
"""

# ruff: noqa: PTH100, PTH120  (pathlib is not imported before the models are)

import json
import os
import sys

WORKER = "wsgen_runtime.documents.worker"
"""The module that fills documents, by name and not imported, because wsgen does not need the runtime."""

_PYTHON = (3, 11)
_PYDANTIC = (2, 5)


def _why_unusable(runtime: str) -> "dict[str, str] | None":
    """Return in words what this interpreter lacks, and the distribution to install if that helps."""
    if sys.version_info < _PYTHON:
        version = ".".join(map(str, sys.version_info[:2]))
        return {"text": f"is Python {version}, and 3.11 or later is needed"}
    try:
        import pydantic
    except ImportError as error:
        missing = getattr(error, "name", "") == "pydantic"
        text = "has no pydantic" if missing else f"cannot import pydantic: {error}"
        return {"text": text, "install": "pydantic"}
    version = getattr(pydantic, "VERSION", "0")
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _PYDANTIC:
        text = f"has pydantic {version}, and 2.5 or later is needed"
        return {"text": text, "install": "pydantic>=2.5"}
    from importlib.util import find_spec

    if find_spec("wsgen_runtime") is None and not (runtime and _adopt(runtime)):
        return {"text": "has no wsgen-runtime", "install": "wsgen-runtime"}
    return None


def _adopt(folder: str) -> bool:
    """Make the package in `folder` importable as `wsgen_runtime`, and nothing that is beside it."""
    from importlib.util import module_from_spec, spec_from_file_location

    file = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("wsgen_runtime", file, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        return False
    sys.modules["wsgen_runtime"] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return True


def main() -> None:
    """Run the worker, or write a JSON line `{"unusable": ...}` if that is not possible."""
    # The option -P does the same, but older versions do not have it.
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != own]
    unusable = _why_unusable(sys.argv[1])
    if unusable is not None:
        sys.stdout.write(json.dumps({"unusable": unusable}) + "\n")
        return
    import runpy

    runpy.run_module(WORKER, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
