"""`wsgen init`: settings, a first ws.yaml and models for it; nothing that exists is touched."""

import keyword
from importlib.util import find_spec
from pathlib import Path

import click

from wsgen.cli.output import echo
from wsgen.names import is_identifier

_SETTINGS = """
[tool.wsgen]
paths = ["{paths}"]
"""

_SOURCE = """\
# What can stand here: `wsgen schema`. Render with `wsgen render`.
version: 1
description: What this module is for.
models: {models}    # where the types below are imported from
routers:
  {class_name}:
    route: {route}
    request: {request}
    data: {data}
    summary: What each update is.
"""

_MODELS = """\
\"\"\"What clients ask for and what they get.\"\"\"

from pydantic import BaseModel


class {request}(BaseModel):
    \"\"\"What a client subscribes with: one topic for each set of values.\"\"\"

    symbol: str


class {data}(BaseModel):
    \"\"\"What each update says.\"\"\"

    symbol: str
    price: float
"""


@click.command()
@click.argument("module", default="example")
@click.option(
    "--path", default="specs", show_default=True, help="The folder that holds the modules."
)
@click.option(
    "--models", default="app.models", show_default=True, help="Where your pydantic models live."
)
def init(module: str, path: str, models: str) -> int:
    """Write [tool.wsgen], a first ws.yaml for MODULE and models for it; what exists stays as it is."""
    if not is_identifier(module) or keyword.issoftkeyword(module):
        raise click.UsageError(f"{module!r} cannot name a module: use letters, digits and _")
    if not all(is_identifier(part) for part in models.split(".")):
        raise click.UsageError(f"{models!r} is no importable name; write it as package.module")
    root = Path.cwd()
    folder = (root / path).resolve()
    if not folder.is_relative_to(root):
        raise click.UsageError(f"{path!r} is outside of this folder")
    stem = "".join(word.capitalize() for word in module.split("_"))
    request, data = f"{stem}SubscriptionRequest", stem
    source = _SOURCE.format(
        models=models,
        class_name=f"{stem}WsRouter",
        route=module.replace("_", "-").lower().strip("-") or "route",
        request=request,
        data=data,
    )
    try:
        _write_settings(root, folder.relative_to(root).as_posix())
        _write(root, folder / module / "ws.yaml", source)
        has_models = _write_models(root, models, _MODELS.format(request=request, data=data))
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"cannot write: {error}") from error
    if has_models:
        echo("Next: run `wsgen render`, then make the models and routes your own.")
    else:
        echo(f"Next: name your models of {models} in it, then run `wsgen render`.")
    return 0


def _write_settings(root: Path, paths: str) -> None:
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text("utf-8") if pyproject.exists() else ""
    if "[tool.wsgen" in text or (root / "wsgen.toml").exists():
        echo("kept     the settings that are there")
        return
    separator = "" if not text or text.endswith("\n") else "\n"
    settings = _SETTINGS.format(paths=paths)
    pyproject.write_text(text + separator + (settings if text else settings.lstrip()), "utf-8")
    echo(f"{'extended' if text else 'wrote   '} pyproject.toml")


def _write_models(root: Path, models: str, text: str) -> bool:
    """Write the module `models` and the packages around it, unless it may be elsewhere; return whether."""
    top, *_ = parts = models.split(".")
    home = root / "src" if (root / "src").is_dir() or not (root / top).exists() else root
    file = home.joinpath(*parts).with_suffix(".py")
    if (home / top).exists() or file.exists() or find_spec(top) is not None:
        return False
    for folder in reversed(file.parents):
        if folder.is_relative_to(home / top):
            _write(root, folder / "__init__.py", "")
    _write(root, file, text)
    return True


def _write(root: Path, file: Path, text: str) -> None:
    name = file.relative_to(root).as_posix()
    if file.exists():
        echo(f"kept     {name}")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as stream:
        stream.write(text)
    echo(f"wrote    {name}")
