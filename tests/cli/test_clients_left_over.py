"""Clients that the settings no longer name: where they are looked for, and which of them are left alone."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.repositories import backend_in

import wsgen
from wsgen import __main__
from wsgen.clients.left_over import left_over
from wsgen.manifest import MANIFEST
from wsgen.settings.project_file import load_config

pytestmark = pytest.mark.usefixtures("warm_exports")

SOURCE = "version: 1\nrouters:\n  AlertWsRouter: {route: alerts, data: str}\n"
SETTINGS = "[quality]\nsteps = []\n"
CLIENT = '[clients.typescript]\npath = "{}"\nruntime = "@wsgen/client"\n'

Wsgen = Callable[[str], int]


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a repository, whose client is beside it."""
    project = backend_in(tmp_path, SOURCE, SETTINGS + CLIENT.format("../web/feed"))
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Wsgen:
    """Run wsgen as from a shell, with what it does before it reads the command line."""

    def called(command: str) -> int:
        monkeypatch.setattr(sys, "argv", ["wsgen", command])
        return __main__._run()  # without the guard around the process

    return called


def test_a_client_that_this_machine_has_made_is_found(
    backend: Path, call: Wsgen, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("render") == 0
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    assert call("check") == 1
    told = capsys.readouterr().err
    assert "web/feed: error[WSG703]: the TypeScript client is left over" in told
    assert "put its `path` back into wsgen.toml." in told
    assert call("render") == 0
    assert not (backend.parent / "web" / "feed").exists()
    assert not (backend / ".wsgen_cache" / "client-folders").exists()
    assert call("check") == 0


def test_a_client_that_only_git_has_is_found(backend: Path, call: Wsgen) -> None:
    assert call("render") == 0
    subprocess.run(["git", "-C", str(backend.parent), "add", "."], check=True)
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    shutil.rmtree(backend / ".wsgen_cache")
    assert call("check") == 1
    assert call("render") == 0
    assert not (backend.parent / "web" / "feed").exists()


def test_what_a_check_finds_a_run_that_finds_nothing_to_do_removes(
    backend: Path, call: Wsgen
) -> None:
    assert call("render") == 0
    subprocess.run(["git", "-C", str(backend.parent), "add", "."], check=True)
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    shutil.rmtree(backend / ".wsgen_cache" / "client-folders")
    assert call("check") == 1
    assert call("render") == 0
    assert not (backend.parent / "web" / "feed").exists()


def test_without_git_the_project_is_searched(backend: Path) -> None:
    shutil.rmtree(backend.parent / ".git")
    (backend / "wsgen.toml").write_text(SETTINGS + CLIENT.format("web"), "utf-8")
    assert wsgen.render().ok
    shutil.rmtree(backend / ".wsgen_cache")
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    assert not wsgen.check().ok
    assert wsgen.render().ok
    assert not (backend / "web").exists()


def test_clients_of_others_and_copies_stay(backend: Path) -> None:
    assert wsgen.render().ok
    web = backend.parent / "web"
    for name in ("copy", "other", "strange", "by-hand"):
        shutil.copytree(web / "feed", web / name)
    said = json.loads((web / "feed" / MANIFEST).read_text("utf-8"))
    assert (said["client"], said["package"]) == ("typescript", "../web/feed")
    changed = {
        "other": {"package": "../web/other", "project": "../.."},
        "strange": {"package": "../web/strange", "project": "../../backend", "client": "cobol"},
        "by-hand": {"project": ""},
    }
    for name, values in changed.items():
        (web / name / MANIFEST).write_text(json.dumps(said | values), "utf-8")
    subprocess.run(["git", "-C", str(backend.parent), "add", "."], check=True)
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    found = left_over(load_config(backend), thorough=True)
    assert [client.output for client in found] == [web / "feed"]


def test_a_client_stays_while_the_one_in_its_place_fails(backend: Path) -> None:
    assert wsgen.render().ok
    (backend / "feed" / "ws.yaml").write_text(SOURCE.replace("str", "nowhere:Alert"), "utf-8")
    (backend / "wsgen.toml").write_text(SETTINGS + CLIENT.format("../web/alerts"), "utf-8")
    assert not wsgen.render().ok
    assert (backend.parent / "web" / "feed" / "index.ts").exists()


def test_what_a_link_leads_to_stays(backend: Path) -> None:
    assert wsgen.render().ok
    web = backend.parent / "web"
    (web / "feed").rename(backend.parent / "kept")
    (web / "feed").symlink_to(backend.parent / "kept")
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    assert left_over(load_config(backend), thorough=True) == ()
    assert wsgen.render().ok
    assert (backend.parent / "kept" / "index.ts").exists()


def test_a_client_that_was_moved_is_found_where_it_is(backend: Path) -> None:
    assert wsgen.render().ok
    web = backend.parent / "web"
    (web / "feed").rename(web / "moved")
    (backend / "wsgen.toml").write_text(SETTINGS + CLIENT.format("../web/moved"), "utf-8")
    assert wsgen.render().ok
    (backend / "wsgen.toml").write_text(SETTINGS, "utf-8")
    assert wsgen.render().ok
    assert not (web / "moved").exists()
