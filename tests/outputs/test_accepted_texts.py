"""Any text that a source may hold renders, whatever the tools and their line length are.

A batch of texts goes through one run of each tool. TEXT_BATCHES=100 in the environment tries so many new ones,
each with every tool alone and with all together.
"""

import os
import random
from importlib.metadata import version
from unicodedata import east_asian_width

import pytest
import yaml
from tests.conftest import Project

from wsgen.load.schema import schema_at, violations

LONG = int(os.environ.get("TEXT_BATCHES", "0"))
TOGETHER = ("black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "isort")
WORDS: tuple[str, ...] = (
    *(
        "a",
        "quote",
        "of",
        "the",
        "order-book",
        "is",
        "sent",
        "whenever",
        "it",
        "changes,",
        "Price.",
    ),
    *(
        '"',
        '""',
        '"""',
        "'''",
        '"quoted"',
        "\\",
        "\\\\",
        "\\n",
        "\\N{DASH}",
        "C:\\dir",
        "%s",
        "{x}",
        "{{",
    ),
    *(
        "-",
        "*",
        "+",
        "1.",
        "7)",
        "#",
        "##",
        ">",
        "|",
        "| a | b |",
        "|---|---|",
        "===",
        "---",
        "```",
        "~~~",
    ),
    *(
        "```python",
        ">>> f(1)",
        ".. note::",
        ":param x:",
        "[1]:",
        "<div>",
        "a    b",
        "\t",
        "    ",
        "  ",
    ),
    *(
        "é",
        "e\u0301" * 9,
        "🎉",
        "👩\u200d👩\u200d👧",
        "❤️",
        "🇩🇪",
        "图表" * 9,
        "図\u3000表",
        "ب\u0644\u0627",
        "ko\u00a0de",
        "\u200b",
        "\u202e",
    ),
    *("https://example.com/" + "path/" * 30, "x" * 44, "y" * 90, "w" * 130),
    *(
        "# noqa",
        "# type: ignore",
        "# fmt: off",
        "isort: skip_file",
        "isort:skip",
        "# flake8: noqa",
        "# ruff: noqa",
    ),
)
# Before version 24, black took characters that are two columns wide for one, unlike ruff: no layout suits both.
if int(version("black").partition(".")[0]) < 24:
    WORDS = tuple(
        word for word in WORDS if not any(east_asian_width(char) in "WF" for char in word)
    )
CHARACTERS = "abc \"'\\{}%#-*|`\t\u0301\u05d0\u0e33\u1f300"


def a_text(chance: random.Random, most: int) -> str:
    pieces = [
        "".join(chance.choices(CHARACTERS, k=chance.randrange(9)))
        if chance.random() < 0.2
        else chance.choice(WORDS)
        for _ in range(chance.randrange(most))
    ]
    return " ".join(pieces)


def accepted(text: str, *field: str | int) -> str:
    """Return as much of `text` as the `field` of a router takes, empty if it takes nothing of it."""
    path = ("routers", "BarWsRouter", *field)
    text = text[: schema_at(path)["maxLength"]].strip()
    return "" if list(violations(text, path)) else text


def a_router(chance: random.Random, number: int) -> dict[str, object]:
    route = chance.choice(["bars", "order-book", "x" * 60, "-".join(["part"] * 18)])
    lines = "\n".join(a_text(chance, 25) for _ in range(chance.randrange(9)))
    tags = [accepted(a_text(chance, 6), "tags", 0) for _ in range(chance.randrange(4))]
    return {
        "route": f"{route}-{number}",
        "request": "BarRequest",
        "data": "Bar",
        "summary": accepted(a_text(chance, 12).replace("\t", ""), "summary"),
        "description": accepted(lines, "description"),
        "tags": list(dict.fromkeys(filter(None, tags))),
        "delivery": chance.choice([{}, {"overflow": "disconnect", "queue": 65_536}]),
    }


def runs(chance: random.Random) -> list[tuple[tuple[str, ...], int]]:
    """Return which tools are tried with which line length."""
    if not LONG:
        return [(TOGETHER, 60), (("flake8", "ruff-check"), 60), (TOGETHER, 120)]
    width = chance.choice([60, 61, 66, 72, 79, 80, 88, 99, 100, 119, 120])
    return [(TOGETHER, width), *(((step,), width) for step in TOGETHER)]


def settings_of(steps: tuple[str, ...], width: int) -> str:
    return (
        f'[tool.wsgen]\npaths = ["specs"]\n[tool.wsgen.quality]\nsteps = {list(steps)!r}\n'
        f"[tool.black]\nline-length = {width}\n[tool.isort]\nprofile = 'black'\nline_length = {width}\n"
        f"[tool.ruff]\nline-length = {width}\n[tool.ruff.lint]\nselect = ['E', 'F', 'W', 'I', 'D205']\n"
    )


@pytest.mark.parametrize("seed", [random.randrange(10**9) for _ in range(LONG)] or [1])
def test_any_accepted_text_renders_at_any_line_length(project: Project, seed: int) -> None:
    chance = random.Random(seed)
    routers = {f"R{number}WsRouter": a_router(chance, number) for number in range(40)}
    source = {"version": 1, "models": "app.models", "routers": routers}
    project.write("specs/datafeed/ws.yaml", yaml.safe_dump(source))
    for steps, width in runs(chance):
        project.write("pyproject.toml", settings_of(steps, width))
        project.write(".flake8", f"[flake8]\nmax-line-length = {width}\n")
        outcome = project.wsgen("render", "--force")
        assert outcome.code == 0, f"{steps} at {width}\n{outcome.stderr}"
