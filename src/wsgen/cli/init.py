"""`wsgen init`: settings, a first ws.yaml and models for it; nothing that exists is touched."""

import json
import tomllib
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path

import click

from wsgen.cli.chosen_project import write_in_project
from wsgen.cli.command import Command
from wsgen.cli.console import echo
from wsgen.diagnostics import Diagnostic
from wsgen.files import bytes_of, is_temporary, read_file, real
from wsgen.load.python.project_modules import ProjectModules
from wsgen.load.sentences import problem_of
from wsgen.load.yaml.reader import load_yaml
from wsgen.names import is_identifier
from wsgen.settings.config import default_sources
from wsgen.settings.key_places import WSGEN_TOML
from wsgen.settings.project_file import parse_toml

_SETTINGS = """
[tool.wsgen]
paths = [{paths}]
"""

_SOURCE = """\
# `wsgen schema` prints all keys. Render with `wsgen render`.
version: 1
description: A first module.
models: {models}    # where the types below are imported from
routers:
  {class_name}:
    route: {route}
    request: {request}
    data: {data}
    summary: The latest price of a symbol.
"""

_MODELS = """\
\"\"\"The models of requests and updates.\"\"\"

from pydantic import BaseModel


class {request}(BaseModel):
    \"\"\"What a client subscribes with; each set of values is one topic.\"\"\"

    symbol: str


class {data}(BaseModel):
    \"\"\"The content of an update.\"\"\"

    symbol: str
    price: float
"""


@click.command(
    cls=Command,
    examples={
        "wsgen init market": "a module called market",
    },
)
@click.argument("module", default="example")
@click.option(
    "--path", default="specs", show_default=True, help="The folder that holds the modules."
)
@click.option(
    "--models", default="app.models", show_default=True, help="Where your pydantic models live."
)
def init(module: str, path: str, models: str) -> int:
    """Write [tool.wsgen], a first ws.yaml for MODULE and models for it; change no existing file."""
    if problem := problem_of(("models",), models):
        raise click.UsageError(f"{problem.message}. {problem.help}")
    root = Path.cwd()
    folder = real(root / path)
    if not folder.is_relative_to(root) or not path.isprintable():
        raise click.UsageError(f"{path!r} is not a folder inside of this one")
    known = _known_models(root, models)
    source, texts = _first_source(module, models, known)
    files = {folder / module / "ws.yaml": source, **_models(root, models, texts)}
    settings = _settings(root, folder.relative_to(root).as_posix())
    if settings is None:
        echo("kept     the settings that are there")
    else:
        extended = (root / "pyproject.toml").exists()
        write_in_project(root / "pyproject.toml", settings)
        echo(f"{'extended' if extended else 'wrote   '} pyproject.toml")
    for file, text in files.items():
        exists = file.exists()
        if not exists:
            write_in_project(file, text.encode())
        echo(f"{'kept ' if exists else 'wrote'}    {file.relative_to(root).as_posix()}")
    if len(files) > 1 or known:
        echo("Next: run `wsgen render`, then make the models and routes your own.")
    else:
        echo(f"Next: name your models of {models} in it, then run `wsgen render`.")
    return 0


def _first_source(
    module: str, models: str, known: tuple[str, str] | None = None
) -> tuple[str, str]:
    """Return the texts of the ws.yaml and of its models; `known` are models that exist already.

    Raises click.UsageError if `module` is not a possible name.
    """
    reason = "use ASCII letters, digits and _, and begin with a letter"
    if iskeyword(module):
        reason = "it is a keyword of Python, and the code could not be imported"
    stem = "".join(word.capitalize() for word in module.split("_"))
    if is_identifier(module) and stem and not module.startswith("__"):
        for data in (stem, f"{stem}Update"):  # `List` and `True` are no models
            request, data = known or (f"{stem}SubscriptionRequest", data)
            names = {"request": request, "data": data}
            source = _SOURCE.format(
                models=models,
                class_name=f"{stem}WsRouter",
                route=module.replace("_", "-").lower().strip("-"),
                **names,
            )
            found: list[Diagnostic] = []
            load_yaml(Path("ws.yaml"), source.encode(), None, found)
            if not found and data != "BaseModel":
                return source, _MODELS.format(**names)
            reason = found[0].message if found else reason
    raise click.UsageError(f"{module!r} cannot name a module: {reason}")


def _settings(root: Path, paths: str) -> bytes | None:
    """Return the pyproject.toml with settings for wsgen added, None if there are some already.

    Raises ConfigError if it is not valid, click.ClickException if nothing can be added to it.
    """
    pyproject = root / "pyproject.toml"
    data = read_file(pyproject) if pyproject.exists() else b""
    tool = parse_toml(pyproject, data).get("tool")
    if (isinstance(tool, dict) and "wsgen" in tool) or (root / WSGEN_TOML).exists():
        return None
    text = data.decode()
    end = "\r\n" if "\r\n" in text else "\n"
    settings = _SETTINGS.format(paths=json.dumps(paths, ensure_ascii=False))
    if text and not text.endswith("\n"):
        text += end
    text += (settings if text else settings.lstrip()).replace("\n", end)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = (
            f"nothing can be added to pyproject.toml ({error}); put the settings into wsgen.toml"
        )
        raise click.ClickException(message) from error
    return text.encode()


def _models(root: Path, models: str, text: str) -> dict[Path, str]:
    """Return the texts of the module `models` and its packages by file; nothing if it may exist elsewhere.

    A run that was stopped before is completed.
    """
    top, *_ = parts = models.split(".")
    home = root / "src" if (root / "src").is_dir() or not (root / top).exists() else root
    file = home.joinpath(*parts).with_suffix(".py")
    folders = [folder for folder in reversed(file.parents) if folder.is_relative_to(home / top)]
    files = {**{folder / "__init__.py": "" for folder in folders}, file: text}
    if (home / top).exists():
        there = {entry for entry in (home / top).rglob("*") if not entry.is_dir()}
        begun = all(
            is_temporary(e.name) or bytes_of(e) == files.get(e, "-").encode() for e in there
        )
        return files if folders and begun and file not in there else {}
    return {} if file.exists() or _is_known(top) else files


def _known_models(root: Path, models: str) -> tuple[str, str] | None:
    """Return a request and a data model that `models` has already, or None if it has fewer than two."""
    files = ProjectModules(default_sources(root)).files(models) or ()
    found = [name for file in files for name in file.models if not name.startswith("_")]
    requests = [name for name in found if name.endswith("Request")]
    others = [name for name in found if name not in requests]
    return (requests[0], others[0]) if requests and others else None


def _is_known(top: str) -> bool:
    try:
        return find_spec(top) is not None
    except ValueError:
        return True  # such as __main__, which exists but has no spec
