"""`wsgen init`: settings in pyproject.toml and a first ws.yaml, never over anything that exists."""

import keyword
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
models: {models}    # where Request and Update below are imported from
routers:
  {class_name}:
    route: {route}
    request: {request}
    data: {data}
    summary: What each update is.
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
    """Write [tool.wsgen] and a first ws.yaml for MODULE; what exists stays as it is."""
    if not is_identifier(module) or keyword.issoftkeyword(module):
        raise click.UsageError(f"{module!r} cannot name a module: use letters, digits and _")
    if not all(is_identifier(part) for part in models.split(".")):
        raise click.UsageError(f"{models!r} is no importable name; write it as package.module")
    root = Path.cwd()
    folder = (root / path).resolve()
    if not folder.is_relative_to(root):
        raise click.UsageError(f"{path!r} is outside of this folder")
    try:
        _write_settings(root, folder.relative_to(root).as_posix())
        _write_source(root, folder / module / "ws.yaml", module, models)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"cannot write: {error}") from error
    echo("Next: put your models and routes into it, then run `wsgen render`.")
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


def _write_source(root: Path, file: Path, module: str, models: str) -> None:
    name = file.relative_to(root).as_posix()
    if file.exists():
        echo(f"kept     {name}")
        return
    stem = "".join(word.capitalize() for word in module.split("_"))
    file.parent.mkdir(parents=True, exist_ok=True)
    content = _SOURCE.format(
        models=models,
        class_name=f"{stem}WsRouter",
        route=module.replace("_", "-").lower().strip("-") or "route",
        request=f"{stem}SubscriptionRequest",
        data=stem,
    )
    with file.open("x", encoding="utf-8") as stream:
        stream.write(content)
    echo(f"wrote    {name}")
