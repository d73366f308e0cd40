"""`wsgen doctor`: what it prints about a project, and what it says would fail."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.conftest import Project
from tests.environments import PYTHON, make_environment

from wsgen import __version__

SOURCE = """\
version: 1
models: market_models
routers:
  BarWsRouter: {route: bars, request: BarsRequest, data: Bar}
"""
MODELS = """\
from pydantic import BaseModel


class BarsRequest(BaseModel): ...


class Bar(BaseModel): ...
"""


@pytest.fixture
def market(project: Project) -> Project:
    project.write("specs/market/ws.yaml", SOURCE)
    project.write("src/market_models.py", MODELS)
    project.write("pyproject.toml", "[tool.wsgen]\npaths = ['specs/market']\n[tool.black]\n")
    return project


def rows(text: str) -> list[str]:
    return [re.sub(" {2,}", " | ", line) for line in text.splitlines()]


def test_it_says_what_is_there_where_it_comes_from_and_what_would_run(market: Project) -> None:
    installed = ["pydantic-2.9.0", "wsgen_runtime-0.1.0", "black-24.1.0"]
    packages = make_environment(market.root / ".venv", installed)
    for name in ("pydantic", "wsgen_runtime"):
        (packages / name).mkdir()
    script(market.root / ".venv" / "bin" / "black", "#!/bin/sh\n")
    said = market.wsgen("doctor")
    assert (said.code, said.stderr) == (0, "")
    found = rows(said.stdout)
    assert found[0].startswith(f"wsgen | {__version__} | in ")
    assert found[1] == "project | . | pyproject.toml"
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    assert found[2].endswith(f"{PYTHON} | {python} | the project has .venv")
    assert found[3] == " | pydantic 2.9.0 | wsgen-runtime 0.1.0"
    assert found[4] == (
        "steps | + black | 24.1.0 | from the project | reads pyproject.toml | "
        "[tool.black] in pyproject.toml"
    )
    assert " | - mypy | the project does not configure mypy" in found
    assert "cache | .wsgen_cache | not made yet | 0.0 MB" in found
    assert found[-2:] == [
        "modules | market | not rendered | would be rendered, with black | it was never rendered",
        "All is well. `wsgen render` would render or check market.",
    ]
    assert not (market.root / ".wsgen_cache").exists()


def test_where_everything_is_current_nothing_would_run(market: Project) -> None:
    assert market.wsgen("render").code == 0
    said = market.wsgen("doctor")
    assert (said.code, said.stderr) == (0, "")
    assert rows(said.stdout)[-2:] == [
        "modules | market | current | nothing would run",
        "All is well, and everything is current.",
    ]


def test_a_package_of_another_machine_would_be_compared(market: Project) -> None:
    assert market.wsgen("render").code == 0
    shutil.rmtree(market.root / ".wsgen_cache")
    assert rows(market.wsgen("doctor").stdout)[-2:] == [
        "modules | market | current, quality unknown here | would be compared, with black | "
        "this machine has not made it",
        "All is well. `wsgen render` would render or check market.",
    ]


def test_settings_are_listed_by_module_where_they_differ(market: Project) -> None:
    market.write("specs/other/ws.yaml", SOURCE.replace("bars", "other"))
    market.write("specs/other/pyproject.toml", "[tool.black]\n")
    market.write(
        "pyproject.toml", "[tool.wsgen]\npaths = ['specs/market', 'specs/other']\n[tool.black]\n"
    )
    found = rows(market.wsgen("doctor").stdout)
    assert "settings | market | black: pyproject.toml" in found
    assert " | other | black: specs/other/pyproject.toml" in found


@pytest.mark.parametrize("place", ["./check.sh", "{root}/check.sh"])
def test_commands_of_the_project_are_steps_too(market: Project, place: str) -> None:
    market.write("check.sh", "#!/bin/sh\n")
    (market.root / "check.sh").chmod(0o755)
    command = place.format(root=market.root)
    commands = f"[tool.wsgen.quality.commands]\nown = {{command = '{command}'}}\n"
    market.write("pyproject.toml", f"{market.read('pyproject.toml')}{commands}")
    found = rows(market.wsgen("doctor").stdout)
    assert " | + own | from its path | `quality.commands.own` in the settings" in found


def test_what_would_fail_is_said_with_the_next_step(
    market: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_environment(market.root / ".venv")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.path", [p for p in sys.path if not p.endswith("-packages")])
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    said = market.wsgen("doctor")
    assert said.code == 1
    assert "error[WSG500]: black is not installed" in said.stderr
    assert "has no pydantic, which generated code imports" in said.stderr
    assert "warning[WSG666]: " in said.stderr
    assert " + black | missing" in "\n".join(rows(said.stdout))
    assert said.stdout.endswith("Something would fail. The errors say what to do.\n")


def test_a_folder_that_cannot_be_written_is_said_if_something_would_be_written(
    market: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    said = market.wsgen("doctor")
    assert said.code == 1
    assert "error[WSG405]: module `market` is not current (it was never rendered)" in said.stderr
    assert "not used: it cannot be written" in said.stdout


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_cache_that_is_not_used_is_said(market: Project, tmp_path: Path, kind: str) -> None:
    cache = market.root / ".wsgen_cache"
    if kind == "file":
        cache.touch()
    else:
        cache.symlink_to("/")
    said = market.wsgen("doctor")
    assert said.code == 0
    assert "cache | .wsgen_cache | not used" in "\n".join(rows(said.stdout))
    assert ("warning[WSG415]" in said.stderr) is (kind == "link")


def script(place: Path, text: str) -> None:
    place.write_text(text, "utf-8")
    place.chmod(0o755)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "`--version` ends with exit code 1: "),
        ("#!/nowhere/bin/python\n", "its interpreter /nowhere/bin/python does not exist"),
        ("#!/bin/sh\necho broken; exit 3\n", "`--version` ends with exit code 3: broken"),
        ("#!/bin/sh\nsleep 60\n", "did not finish within 0.2 seconds and was ended"),
    ],
)
def test_a_tool_that_is_installed_and_does_not_run_is_said(
    text: str | None, said: str, market: Project
) -> None:
    make_environment(market.root / ".venv", ["black-24.1.0"])
    if text is not None:
        script(market.root / ".venv" / "bin" / "black", text)
    timeout = "quality.timeout = 0.2\n" if text and "sleep" in text else ""
    settings = market.read("pyproject.toml").replace("[tool.black]", f"{timeout}[tool.black]")
    market.write("pyproject.toml", settings)
    told = market.wsgen("doctor")
    assert told.code == 1
    assert (
        "error[WSG501]: black does not run, but the quality step `black` needs it: " in told.stderr
    )
    assert said in told.stderr
    help_text = (
        f"Install it again with `pip install --force-reinstall black` in {market.root}/.venv"
    )
    assert help_text in told.stderr.replace("\n  ", " ")
    assert " + black | 24.1.0 does not run | from the project" in "\n".join(rows(told.stdout))
    report = json.loads(market.wsgen("doctor", "--format", "json").stdout)
    assert report["projects"][0]["steps"][0]["tool"]["works"] is False


def test_a_command_of_the_project_is_not_run_and_its_interpreter_looked_for(
    market: Project,
) -> None:
    script(market.root / "check.sh", "#!/usr/bin/env nowhere-python -u\ntouch ran\n")
    script(market.root / "fine.sh", "#!/bin/sh\ntouch ran\nexit 1\n")
    commands = "own = {command = './check.sh'}\nfine = {command = './fine.sh'}\n"
    settings = f"{market.read('pyproject.toml')}[tool.wsgen.quality.commands]\n{commands}"
    market.write("pyproject.toml", settings)
    told = market.wsgen("doctor")
    assert told.code == 1
    assert told.stderr.count("error[") == 1
    assert "its interpreter nowhere-python does not exist" in told.stderr
    assert "Correct `quality.commands.own`" in told.stderr
    assert not (market.root / "ran").exists()


@pytest.mark.usefixtures("warm_exports")
def test_clients_are_listed_with_their_place_and_state(market: Project) -> None:
    runtime = "runtime = '@wsgen/client'\n"
    client = f"[tool.wsgen.clients.typescript]\npath = 'web/feed'\n{runtime}"
    settings = f"[tool.wsgen]\npaths = ['specs/market']\nquality.steps = []\n{client}"
    market.write("pyproject.toml", settings)
    never = "TypeScript | web/feed | not rendered | would be rendered | it was never rendered"
    found = rows(market.wsgen("doctor").stdout)
    assert found[-2] == f"clients | {never}"
    assert found[-1] == "All is well. `wsgen render` would render or check market, web/feed."
    assert market.wsgen("render").code == 0
    assert rows(market.wsgen("doctor").stdout)[-2:] == [
        "clients | TypeScript | web/feed | current | nothing would run",
        "All is well, and everything is current.",
    ]
    market.write(
        "src/market_models.py", MODELS.replace("Bar(BaseModel): ...", "Bar(BaseModel):\n    x: int")
    )
    told = market.wsgen("doctor")
    assert (told.code, told.stderr) == (0, "")
    stale = "TypeScript | web/feed | stale | would be rendered | its document has changed since"
    assert rows(told.stdout)[-2] == f"clients | {stale}"
    market.write("src/market_models.py", f"raise ValueError('no')\n{MODELS}")
    told = market.wsgen("doctor")
    assert told.code == 1
    assert "WSG660" in told.stderr
    assert (
        "TypeScript | web/feed | failed | would fail | `market_models` cannot"
        in rows(told.stdout)[-2]
    )
    market.write("src/market_models.py", MODELS)
    market.write("pyproject.toml", settings.replace("web/feed", "web/new"))
    report = json.loads(market.wsgen("doctor", "--format", "json").stdout)
    assert [(c["output"], c["state"], c["next"]) for c in report["clients"]] == [
        ("web/new", "missing", "render"),
        ("web/feed", "stale", "remove"),
    ]
    for name in ("index.ts", "types.d.ts"):
        (market.root / "web" / "feed" / name).unlink()
    left = rows(market.wsgen("doctor").stdout)[-1]
    assert left == "All is well. `wsgen render` would render or check web/new and remove web/feed."
    assert not any(
        line.startswith("clients") for line in rows(market.wsgen("doctor", "-m", "market").stdout)
    )


def test_settings_that_cannot_be_used_leave_what_is_known(market: Project) -> None:
    market.write("pyproject.toml", "[tool.wsgen\n")
    said = market.wsgen("doctor", "--format", "json")
    assert said.code == 1
    report = json.loads(said.stdout)
    assert (report["projects"], report["modules"]) == ([], [])
    assert report["wsgen"]["version"] == __version__
    assert [item["code"] for item in report["diagnostics"]] == ["WSG900"]


def test_a_wrong_command_line_is_a_mistake_of_usage(market: Project) -> None:
    assert market.wsgen("doctor", "no/such").code == 2
    assert market.wsgen("doctor", "-m", "other").code == 2
