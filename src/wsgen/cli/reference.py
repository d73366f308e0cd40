"""`wsgen schema` and `wsgen explain`: what wsgen knows by heart."""

import json
import textwrap
from pathlib import Path

import click

from wsgen.cli.console import echo, echo_lines
from wsgen.codes import CODES

_NAME = "ws.schema.json"


def schema_text() -> str:
    """Return the JSON Schema of ws.yaml: the copy in the wheel, else the one of the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / _NAME
    source = package.parents[1] / "schemas" / _NAME
    return (installed if installed.is_file() else source).read_text("utf-8")


@click.command()
def schema() -> None:
    """Print the JSON Schema of ws.yaml (draft 2020-12), for editors and other tools."""
    click.echo(schema_text(), nl=False)


@click.command()
@click.argument("code", required=False)
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help="How to print."
)
def explain(code: str | None, form: str) -> int:
    """Say what diagnostic CODE means and what to do; without CODE, list all codes."""
    if code is None:
        if form == "json":
            echo_lines(
                json.dumps({name: entry._asdict() for name, entry in CODES.items()}, indent=2)
            )
        else:
            for name, item in CODES.items():
                echo(f"{name}  {item.title}")
        return 0
    wanted = code.upper()
    if wanted not in CODES:
        # One code is as near to a wrong one as any other: there is no guess to make.
        raise click.UsageError(f"There is no code {code!r}. `wsgen explain` lists all codes.")
    entry = CODES[wanted]
    if form == "json":
        echo_lines(json.dumps({"code": wanted, **entry._asdict()}, indent=2))
    else:
        echo_lines(f"{wanted}: {entry.title}\n")
        echo_lines(textwrap.fill(entry.why, 80))
        echo_lines("\n" + textwrap.fill(f"What to do: {entry.fix}", 80))
    return 0
