"""The pages and tables of the docs that are made from code: they name all that there is."""

import json
import re
import runpy
from pathlib import Path
from typing import Any

import click
import pytest

from wsgen.cli.main import wsgen
from wsgen.codes import CODES
from wsgen.settings.table import settings_schema

from .pages import PAGES, ROOT

MARKER = re.compile(r"<!-- table: (.+) -->")


def hook(name: str) -> dict[str, Any]:
    """Return what is in a file of the hooks of mkdocs."""
    return runpy.run_path(str(ROOT / "docs/hooks" / f"{name}.py"))


def keys(table: str) -> list[str]:
    """Return the first cells of a generated table."""
    return re.findall(r"^\| `(.+?)` \|", hook("generated_tables")["TABLES"][table](), re.MULTILINE)


def nested(properties: dict[str, Any], defs: dict[str, Any], prefix: str = "") -> list[str]:
    """Return the keys of the properties of a JSON Schema, of those below them too."""
    found = []
    for key, field in properties.items():
        inner = defs[field["$ref"].rpartition("/")[2]] if "$ref" in field else field
        found.append(f"{prefix}{key}")
        found += nested(inner.get("properties", {}), defs, f"{prefix}{key}.")
        if isinstance(each := inner.get("additionalProperties"), dict):
            found += nested(each.get("properties", {}), defs, f"{prefix}{key}.NAME.")
    return found


def test_diagnostics_have_a_section_and_the_examples_of_each_code() -> None:
    page: str = hook("diagnostics")["diagnostics_page"]()
    assert re.findall(r"^### (WSG\d{3}):", page, re.MULTILINE) == list(CODES)
    for code in CODES.values():
        for text in (code.what, code.why, code.fix, code.wrong, code.right):
            assert text in page
    assert page.count("```") == 4 * sum(bool(code.wrong) for code in CODES.values())


def test_commands_have_a_section_and_their_options() -> None:
    page: str = hook("commands")["commands_page"]()
    context = click.Context(wsgen, info_name="wsgen")
    for name in wsgen.list_commands(context):
        command = wsgen.get_command(context, name)
        assert command is not None
        _, found, section = page.partition(f"\n### wsgen {name}\n")
        assert found
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert max(parameter.opts, key=len) in section.partition("\n### ")[0]
    for example, meaning in wsgen.examples.items():
        assert f"| `{example}` | {meaning} |" in page


def test_frames_have_a_section_and_their_fields() -> None:
    frames = hook("frames")
    page: str = frames["frames_page"]()
    messages = frames["document"]()["components"]["messages"].values()
    assert set(re.findall(r"^### (.+)$", page, re.MULTILINE)) == {
        message["name"] for message in messages
    }
    clients = page.partition("## From the server")[0]
    assert "### bars.subscribe\n" in clients
    assert "### bars.update\n" not in clients
    assert "| `payload.payload.close` | number | yes |" in page


def test_settings_have_a_row_each() -> None:
    known = nested(settings_schema()["properties"], {})  # type: ignore[arg-type] # a mapping
    assert keys("settings") == [
        key for key in known if not any(k.startswith(f"{key}.") for k in known)
    ]


def test_keys_of_ws_yaml_have_a_row_each() -> None:
    schema = json.loads((ROOT / "schemas/ws.schema.json").read_text("utf-8"))
    assert keys("keys of a module") == list(schema["properties"])
    router = schema["$defs"]["router"]
    assert keys("keys of a router") == nested(router["properties"], schema["$defs"])
    table: str = hook("generated_tables")["TABLES"]["keys of a router"]()
    required = re.findall(r"^\| `(\w+)` \| required \|", table, re.MULTILINE)
    assert set(required) == set(router["allOf"][0]["required"])


def test_each_generated_table_is_on_a_page() -> None:
    on_pages = [name for page in PAGES for name in MARKER.findall((ROOT / page).read_text("utf-8"))]
    assert sorted(on_pages) == sorted(hook("generated_tables")["TABLES"])


def test_declarations_of_the_typescript_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = hook("typescript")
    names = page["typescript_page"].__globals__
    monkeypatch.setitem(names, "_RUNTIME", tmp_path)
    assert "run `make client` first" in page["typescript_page"]()
    for part in ("runtime", "runtime-react", "runtime-mock"):
        (tmp_path / f"{part}.d.ts").write_text("// Header\n", "utf-8")
    (tmp_path / "runtime.d.ts").write_text(
        "// Header\n\n"
        "/** Updates are missing. */\n// prettier-ignore\ndeclare class Lost extends Error {\n}\n\n"
        "// prettier-ignore\ninterface Hidden {\n}\n\n"
        "/**\n * Two\n * lines.\n */\n// prettier-ignore\ninterface Options {\n}\n\n"
        "// prettier-ignore\nexport { Client, Lost }\n\n// prettier-ignore\nexport type { Options }\n",
        "utf-8",
    )
    text = page["typescript_page"]()
    declared = "```typescript\nclass Lost extends Error {\n}\n```\n"
    assert f"## The client\n\n### Lost\n\nUpdates are missing.\n\n{declared}" in text
    assert "### Options\n\nTwo\n lines.\n" in text
    assert "Hidden" not in text
