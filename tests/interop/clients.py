"""Clients that the official generator makes; those in JavaScript and Python must get an update."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any  # documents are JSON of any shape

from tests.example.test_sessions import REQUESTS
from tests.interop.rows import Row, counted, shown
from tests.interop.workplace import HERE, VENV, Workplace, load, node, run

TEMPLATE = "core-template-client-websocket-"
ROUTE = "bars"
MODULE, REQUEST = REQUESTS[ROUTE]
# In Java a field that may be null is an interface of its own, which has no name.
NULLABLE = re.compile(r"represents a union of types: \w+\s")


def javascript(place: Workplace) -> Iterator[Row]:
    """Subscribe by the client in JavaScript."""
    yield from _talking(place, "javascript", _talk_javascript)


def python(place: Workplace) -> Iterator[Row]:
    """Subscribe by the client in Python."""
    yield from _talking(place, "python", _talk_python)


def _talking(place: Workplace, language: str, talk: Callable[..., str]) -> Iterator[Row]:
    for version in ("3.1", "3.0"):
        folder, document = _generated(place, language, version)
        question = json.dumps({"type": f"{ROUTE}.subscribe", "payload": REQUEST})
        method = _operation(document, f"{ROUTE}.subscribe")
        handler = _operation(document, f"{ROUTE}.update")
        printed = talk(folder, method, question, f"{ROUTE}.update", handler)
        frame = json.loads(printed.splitlines()[-1])
        assert frame["type"] == f"{ROUTE}.update", frame
        anonymous = [file.stem for file in folder.rglob("*") if "anonymous" in file.stem.lower()]
        yield Row(
            "@asyncapi/generator",
            version,
            f"`{TEMPLATE}{language}`, `server=local`",
            f"an update of `{ROUTE}` after `{method}`, {counted(len(anonymous), 'anonymous model')}",
            shown(anonymous),
        )


def _talk_javascript(folder: Path, method: str, *question: str) -> str:
    return node("talk.cjs", folder / "client.js", method, *question[:2])


def _talk_python(folder: Path, method: str, message: str, kind: str, handler: str) -> str:
    arguments: list[str | Path] = [
        folder,
        _snake(method),
        message,
        kind,
        f"register_{_snake(handler)}_handler",
    ]
    return run([VENV / "bin/python", HERE / "talk.py", *arguments])


def dart(place: Workplace) -> Iterator[Row]:
    """Parse the client in Dart, whose compiler no package registry has."""
    yield from _parsed(place, "dart", "*.dart")


def java(place: Workplace) -> Iterator[Row]:
    """Parse the client and the models in Java, whose libraries no package registry of ours has."""
    yield from _parsed(place, "java-quarkus", "*.java")


def _parsed(place: Workplace, language: str, pattern: str) -> Iterator[Row]:
    folder, _ = _generated(place, language, "3.0")
    files = sorted(folder.rglob(pattern))
    assert files, f"no file of {language} was made"
    name = language.partition("-")[0]
    wrong = run([VENV / "bin/python", HERE / "parse_source.py", name, *files]).splitlines()
    unnamed = [file for file in files if "anonymous" in file.stem.lower()]
    nullable = [file for file in unnamed if NULLABLE.search(file.read_text("utf-8"))]
    anonymous = [file.stem for file in unnamed if file not in nullable]
    more = f" and {len(nullable)} of a model or null" if nullable else ""
    yield Row(
        "@asyncapi/generator",
        "3.0",
        f"`{TEMPLATE}{language}`, `server=local`",
        f"{counted(len(files), 'file')}, {len(wrong)} with wrong syntax, "
        f"{counted(len(anonymous), 'anonymous model')}{more}; not compiled",
        shown([*wrong, *anonymous]),
    )


def _generated(place: Workplace, language: str, version: str) -> tuple[Path, dict[str, Any]]:
    folder = place.results(f"clients/{language}-{version}")
    document = place.document(version, module=MODULE, perspective="client")
    node("generate.mjs", document, f"{TEMPLATE}{language}", folder, "server=local")
    return folder, load(document)


def _operation(document: dict[str, Any], kind: str) -> str:
    """Return the id of the operation whose messages have the `type` that is given."""
    for name, operation in document["operations"].items():
        for message in operation["messages"]:
            schema = _resolved(document, _resolved(document, message)["payload"])
            if schema["properties"]["type"].get("const") == kind:
                return str(name)
    raise LookupError(kind)


def _resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            found = found[key.replace("~1", "/").replace("~0", "~")]
        value = found
    return value


def _snake(name: str) -> str:
    """Return the name of a method in Python as the generator makes it."""
    return (
        re.sub(r"(?<!^)(?<! )(?=[A-Z])", " ", re.sub(r"\W+", " ", name)).lower().replace(" ", "_")
    )
