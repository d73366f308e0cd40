"""The scripts in `clients/corpus`, and what they say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "clients" / "corpus"
RULES = (
    ROOT / "docs" / "reference" / "client-rules.md",
    ROOT / "docs" / "reference" / "client-connections.md",
)
Json = dict[str, Any]  # checked by the schema


def files() -> list[Path]:
    """Return the files of scripts."""
    return sorted(file for file in CORPUS.rglob("*.json") if file.name != "schema.json")


def scripts() -> list[Json]:
    """Return all scripts."""
    return [script for file in files() for script in json.loads(file.read_text("utf-8"))["scripts"]]


def rules() -> list[str]:
    """Return the numbers of all rules."""
    return [
        number
        for page in RULES
        for number in re.findall(r"^\| ([CLK]?\d+) \|", page.read_text("utf-8"), re.MULTILINE)
    ]


def server_frames() -> Iterator[tuple[str, Json]]:
    """Yield the name of the script and each frame that a server sends in it, but for unknown ones."""
    for script in scripts():
        for step in script["steps"]:
            if "frame" in step and not step.get("unknown"):
                yield script["name"], _filled(step["frame"])


def _filled(value: Any) -> Any:  # JSON
    """Return `value` with a number in place of each name of one."""
    if isinstance(value, str):
        return 1 if value.startswith("$") else value
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one) for key, one in value.items()}
    return value
