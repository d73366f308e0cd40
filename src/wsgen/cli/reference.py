"""`wsgen schema` and `wsgen explain`: the built-in reference."""

import json
from dataclasses import asdict
from textwrap import fill, indent

import click

from wsgen.cli.console import echo, echo_lines
from wsgen.codes import CODES, Code
from wsgen.load.schema import schema_text
from wsgen.settings.table import settings_schema


@click.command()
@click.option("--settings", is_flag=True, help="Print the schema of [tool.wsgen] instead.")
def schema(settings: bool) -> None:
    """Print the JSON Schema of ws.yaml (draft 2020-12), for editors and other tools."""
    if settings:
        click.echo(json.dumps(settings_schema(), indent=2))
    else:
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
            echo_lines(json.dumps({name: asdict(entry) for name, entry in CODES.items()}, indent=2))
        else:
            for name, entry in CODES.items():
                echo(f"{name}  {entry.title}")
        return 0
    wanted = code.upper()
    if wanted not in CODES:
        # No code is more similar to a wrong one than the others, so there is no suggestion.
        raise click.UsageError(f"There is no code {code!r}. `wsgen explain` lists all codes.")
    if form == "json":
        echo_lines(json.dumps({"code": wanted, **asdict(CODES[wanted])}, indent=2))
    else:
        echo_lines(_explanation(wanted, CODES[wanted]))
    return 0


def _explanation(name: str, entry: Code) -> str:
    """Return what is known about the code `name` as text for a terminal of 80 columns."""
    parts = [
        f"{name}: {entry.title}",
        _filled(entry.what),
        _filled(f"Why it matters: {entry.why}"),
        _filled(f"What to do: {entry.fix}"),
    ]
    if entry.wrong:
        parts += [
            f"Wrong ({entry.file}):",
            indent(entry.wrong, "    "),
            "Right:",
            indent(entry.right, "    "),
        ]
    return "\n\n".join(parts)


def _filled(text: str) -> str:
    return fill(text, 80, break_long_words=False, break_on_hyphens=False)
