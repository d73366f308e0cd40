"""One folder -> the module whose sources are in it, by names and a few bytes; nothing is imported."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.errors import ConfigError
from wsgen.files import read_file, real
from wsgen.settings.config import Config
from wsgen.source import PYTHON_NAME, YAML_NAMES, ModuleSource, is_yaml

_ROUTER = rb"WsRouter"
_ALIAS = rb"WsRouter\s*\["
_MODULE_KEY = re.compile(
    rb"^module:[ \t]+([\"']?)([A-Za-z0-9_.-]+)\1[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
_LIMIT = 1 << 20


def module_at(folder: Path, config: Config) -> ModuleSource | None:
    """Return the module whose sources are in `folder`, or None if there are none.

    A file that has the name of a source and cannot be read counts as one: loading it reports the problem.

    Raises ConfigError if its package would be outside of the project.
    """
    versioned = _is_version(folder, config)
    files = [folder / name for name in YAML_NAMES if os.path.lexists(folder / name)]
    files += [folder / PYTHON_NAME] if _contains(folder / PYTHON_NAME, _ROUTER) else []
    if versioned:
        # Beside a ws.py it often only imports the routers, which does not make it a source.
        python = bool(files) and files[-1].name == PYTHON_NAME
        init = folder / "__init__.py"
        files += [init] if _contains(init, _ALIAS if python else _ROUTER) else []
    if not files:
        return None
    home, version = (folder.parent.parent, folder.name) if versioned else (folder, None)
    name = _declared_name(files[0]) or home.name
    return ModuleSource(
        name, version, folder, tuple(files), output_of(folder, name, version, config)
    )


def nameless(module: ModuleSource, config: Config) -> Iterator[Diagnostic]:
    """Report a module that would be named after the folder in which the project happens to be."""
    first = module.files[0]
    if module.directory == config.root and not (module.version or _declared_name(first)):
        message = (
            f"the module of {first.name} has no name: that of the project's own folder is not used"
        )
        help_text = (
            f"Write `module: name` on a line of its own in {module.yaml_file.name}, or move the file into a"
            " folder that is named after the module."
        )
        yield Diagnostic("WSG122", message, Span(first), help=help_text)


def _is_version(folder: Path, config: Config) -> bool:
    """Return whether `folder` is `<module>/ws/<version>`, and not a module in a folder of modules called `ws`."""
    ws = folder.parent
    return ws.name == "ws" and ws.parent != config.root and ws not in config.paths


def _contains(file: Path, what: bytes) -> bool:
    """Return whether the Python `file` contains `what`, or exists and cannot be read."""
    try:
        return re.search(what, read_file(file, _LIMIT)) is not None
    except FileNotFoundError:
        return os.path.lexists(file)
    except NotADirectoryError:
        return False
    except OSError:
        return True


def _declared_name(file: Path) -> str | None:
    """Return the name in a top-level `module:` line, without parsing the YAML; the loader checks it."""
    if not is_yaml(file):
        return None
    try:
        match = _MODULE_KEY.search(read_file(file, _LIMIT))
    except OSError:
        return None
    return match[2].decode("ascii") if match else None


def output_of(folder: Path, name: str, version: str | None, config: Config) -> Path:
    """Return where the package of a module goes.

    Raises ConfigError if that is outside of the project.
    """
    relative = config.output.format(
        source_dir=config.relative(folder), module=name, version=version or ""
    )
    output = Path(os.path.normpath(config.root / relative))
    inside = real(output).is_relative_to(config.root) and output not in (config.root, folder)
    if not inside or folder.is_relative_to(output):
        help_text = "Choose a folder of its own for each module, below the project."
        message = f"the output of module `{name}` would be {relative!r}"
        span = Span(config.file) if config.file else None
        wrong = Diagnostic("WSG903", message, span, help=help_text)
        if (target := real(output)) != output and not target.is_relative_to(config.root):
            message = f"the output of module `{name}` leads through a link to {target}"
            help_text = "Remove the link: wsgen writes below the project only."
            wrong = Diagnostic("WSG903", message, Span(output), help=help_text)
        raise ConfigError("bad output", [wrong])
    return output
