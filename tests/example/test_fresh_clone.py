"""App starts with real processes: six workers at once, reload after an edit, a disk that cannot be written."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .clones import clone_into, serving
from .prove import six_workers

pytestmark = pytest.mark.slow

STARTED = "Application startup complete"


def test_six_workers_on_a_fresh_clone(tmp_path: Path) -> None:
    six_workers(tmp_path, mypy=None)


def test_reload_restarts_once_after_an_edit(tmp_path: Path) -> None:
    """Each edit is one restart: what the new process generates is no reason for another.

    The system reports changes in the order in which they were made, so by the second edit's restart one for
    the files that the first edit's process generated would have been reported.
    """
    root = clone_into(tmp_path / "clone", quality=False)
    modules = root / "src/trading_api/modules"
    watched = ("--reload", "--reload-dir", "src", "--reload-include", "*.yaml")
    with serving(root, tmp_path, *watched, "--reload-exclude", "*/ws_generated/*") as server:
        server.wait_for(STARTED)
        alias = "    EquityWsRouter: TypeAlias"
        more = f"    MoreWsRouter: TypeAlias = WsRouter[EquitySubscriptionRequest, Equity]\n{alias}"
        edit(modules / "broker/ws.py", alias, more)
        server.wait_for(STARTED, 2)
        edit(modules / "datafeed/ws.yaml", "summary: OHLC bars.", "summary: Bars.")
        server.wait_for(STARTED, 3)
        printed = server.printed()
    assert (modules / "broker/ws_generated/morewsrouter.py").exists()
    assert '"""Bars.' in (modules / "datafeed/ws_generated/barwsrouter.py").read_text()
    changed = re.findall(r"detected changes in (.*)\. Reloading", printed)
    assert [re.findall(r"[\w.]+(?=')", names) for names in changed] == [["ws.py"], ["ws.yaml"]]
    assert printed.count("Started server process") == 3


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """Return a clone, generated, in which nobody may write anything."""
    root = clone_into(tmp_path / "clone", quality=False)
    assert start(root, WSGEN="render").returncode == 0
    paths = [root, *root.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield root
    for path in paths:
        path.chmod(0o755 if path.is_dir() else 0o644)


START = """\
import sys
sys.path.insert(0, "src")
sys.dont_write_bytecode = True
from wsgen import generate_module_routers
from wsgen.compat import generate_module_routers as founding
assert generate_module_routers("datafeed")
assert founding("broker")
import trading_api.modules.datafeed.ws_generated
"""


# To root, no permission of a file applies until these capabilities are dropped.
AS_ANYBODY = (
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
)


def start(root: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Generate in a process of its own, to which the permissions of files apply."""
    prefix = AS_ANYBODY if os.geteuid() == 0 else ()
    return subprocess.run(
        [*prefix, sys.executable, "-c", START],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_tree_that_cannot_be_written_is_fine_if_current(locked: Path) -> None:
    ended = start(locked)
    assert ended.returncode == 0, ended.stderr
    source = locked / "src/trading_api/modules/datafeed/ws.yaml"
    source.chmod(0o644)
    source.write_text(source.read_text() + "# an edit\n")
    source.chmod(0o444)
    for mode in ("render", "check"):
        ended = start(locked, WSGEN=mode)
        assert ended.returncode == 1
        assert "failed for module 'datafeed'" in ended.stderr
        said = re.sub(r"src/\S*/", "", ended.stderr)
        assert re.search(r"is not current(: | \()ws.yaml changed since", said)
    assert start(locked, WSGEN="off").returncode == 0
