"""`wsgen diff` of a client outside of its project: its paths are those that git has, and git takes it."""

import subprocess
from pathlib import Path

import pytest
from tests.cli.repositories import backend_in

from wsgen.cli.main import run

pytestmark = pytest.mark.usefixtures("warm_exports")

SOURCE = "version: 1\nrouters:\n  AlertWsRouter: {route: alerts, data: str}\n"
SETTINGS = """\
[quality]
steps = []
[clients.typescript]
path = "../web/my feed"
runtime = "@wsgen/client"
"""


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = backend_in(tmp_path, SOURCE, SETTINGS)
    monkeypatch.chdir(project)
    return project


def apply(diff: str, folder: Path) -> None:
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff, text=True, check=True)


def test_it_is_for_the_repository(backend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top, web = backend.parent, backend.parent / "web" / "my feed"
    assert run(["diff"]) == 1
    diff = capsys.readouterr().out
    assert "\n+++ b/web/my feed/index.ts\t\n" in diff
    assert "\n+++ b/backend/feed/ws_generated/__init__.py\n" in diff
    apply(diff, backend)  # where git takes what is inside
    assert (backend / "feed" / "ws_generated" / "alertwsrouter.py").exists()
    assert not web.exists()
    assert run(["render", "-q"]) == 0
    before = (web / "index.ts").read_text("utf-8")
    (backend / "feed" / "ws.yaml").write_text(SOURCE.replace("alerts", "warnings"), "utf-8")
    settings = SETTINGS.replace("my feed", "my food")
    (backend / "wsgen.toml").write_text(settings, "utf-8")
    assert run(["diff"]) == 1
    apply(capsys.readouterr().out, top)
    after = (top / "web" / "my food" / "index.ts").read_text("utf-8")
    assert (before.count("alerts"), after.count("alerts"), after.count("warnings")) == (2, 0, 2)
    assert not (web / "index.ts").exists()
