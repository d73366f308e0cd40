"""`wsgen schema` and `wsgen explain`: the built-in reference."""

import json
import re
import sys
from dataclasses import asdict
from textwrap import fill, indent

import click

from wsgen.cli.command import Command
from wsgen.cli.completion import complete_codes
from wsgen.cli.console import echo, echo_lines
from wsgen.cli.terminal import width_of
from wsgen.codes import CODES, Code
from wsgen.load.schema import schema_text
from wsgen.settings.table import settings_schema


@click.command(
    cls=Command,
    examples={
        "wsgen schema > ws.schema.json": "for editors: name it in the first line",
    },
)
@click.option("--settings", is_flag=True, help="Print the schema of [tool.wsgen] instead.")
def schema(settings: bool) -> None:
    """Print the JSON Schema of ws.yaml (draft 2020-12), for editors and other tools."""
    if settings:
        click.echo(json.dumps(settings_schema(), indent=2))
    else:
        click.echo(schema_text(), nl=False)


@click.command(
    cls=Command,
    examples={
        "wsgen explain": "all codes",
        "wsgen explain WSG408": "one code",
        "wsgen explain 513": "the same as WSG513",
        "wsgen explain WSG40": "the codes that begin so",
    },
)
@click.argument("code", required=False, shell_complete=complete_codes)
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help="How to print."
)
def explain(code: str | None, form: str) -> int:
    """Say what diagnostic CODE means and what to do; without CODE, list all codes.

    The letters of CODE may be left out. If no code is called so, those are listed that begin so.
    """
    names = list(CODES) if code is None else _named(code)
    if form == "json":
        single = {"code": names[0], **asdict(CODES[names[0]])}
        several = {name: asdict(CODES[name]) for name in names}
        echo_lines(json.dumps(several if len(names) > 1 else single, indent=2))
    elif len(names) > 1:
        for name in names:
            echo(f"{name}  {CODES[name].title}")
    else:
        echo_lines(_explanation(names[0], CODES[names[0]]))
    return 0


def _named(text: str) -> list[str]:
    """Return the code that `text` names, or those that begin so.

    Raises click.UsageError, with the nearest codes, if there are none.
    """
    written = re.fullmatch(r"(?:\w+\[)?(?:WSG)?[ -]?(\d*)\]?", text.strip(), re.IGNORECASE)
    if written is None:
        message = f"{text!r} is not a code such as WSG408. `wsgen explain` lists all codes."
        raise click.UsageError(message)
    wanted = f"WSG{written[1]}"
    if found := [name for name in CODES if name.startswith(wanted)]:
        return found
    number = int(written[1][:3])
    near = sorted(CODES, key=lambda name: abs(int(name.removeprefix("WSG")) - number))[:3]
    nearest = ", ".join(sorted(near))
    message = f"There is no code {wanted}. The nearest are {nearest}; `wsgen explain` lists all."
    raise click.UsageError(message)


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
    width = min(width_of(sys.stdout) or 80, 80)
    return fill(text, width, break_long_words=False, break_on_hyphens=False)
