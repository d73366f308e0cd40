"""What is found out about an environment from its files, without starting its interpreter."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.environments import PYTHON, SCRIPTS, make_environment, site_packages
from wsgen.environment import environment_at, has_package, running_environment

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / ".venv"
    make_environment(folder)
    return folder


def test_a_folder_and_the_interpreter_in_it_are_the_same_environment(made: Path) -> None:
    found = environment_at(str(made), "why")
    assert found == environment_at(str(made / PYTHON), "why")
    assert found is not None
    assert (found.python, found.prefix) == (str(made / PYTHON), str(made))
    assert (found.version, found.packages) == (VERSION, (str(site_packages(made)),))
    assert (found.reason, found.is_running) == ("why", False)
    assert found.scripts == str(made / SCRIPTS)


@pytest.mark.parametrize("place", [sys.prefix, sys.executable])
def test_the_running_environment_is_recognized(place: str) -> None:
    assert environment_at(place, "why") == running_environment("why")


def test_the_base_of_an_environment_is_another_one() -> None:
    assert sys.prefix != sys.base_prefix
    found = environment_at(os.path.realpath(sys.executable), "why")
    assert found is not None
    assert not found.is_running
    assert found.version == VERSION
    assert not set(found.packages) & set(running_environment().packages)


@pytest.mark.parametrize("content", ["version = 3.12.1\n", "version_info = 3.12.1.final.0\n"])
def test_the_version_is_that_of_its_settings(tmp_path: Path, content: str) -> None:
    make_environment(tmp_path)
    (tmp_path / "lib/python3.12/site-packages").mkdir(parents=True)
    (tmp_path / "pyvenv.cfg").write_text(content)
    found = environment_at(str(tmp_path), "")
    assert found is not None
    assert (found.version, found.numbers) == ("3.12", (3, 12))
    assert found.packages == (str(tmp_path / "lib/python3.12/site-packages"),)


def test_the_packages_of_the_system_belong_to_an_environment_that_shares_them(
    tmp_path: Path,
) -> None:
    base = tmp_path / "base"
    packages = base / "lib" / f"python{VERSION}" / "site-packages"
    packages.mkdir(parents=True)
    own = make_environment(tmp_path / "venv")
    settings = f"home = {base}/bin\ninclude-system-site-packages = true\nversion = {VERSION}.0\n"
    (tmp_path / "venv/pyvenv.cfg").write_text(settings)
    found = environment_at(str(tmp_path / "venv"), "")
    assert found is not None
    assert found.packages == (str(own), str(packages))


@pytest.mark.parametrize("made_of", ["nothing", "a folder", "a dangling link", "a text"])
def test_without_an_interpreter_there_is_no_environment(tmp_path: Path, made_of: str) -> None:
    place = tmp_path / "place"
    if made_of == "a folder":
        place.mkdir()
        (place / "pyvenv.cfg").write_text("home = /usr/bin\n")
    elif made_of == "a dangling link":
        (place / SCRIPTS).mkdir(parents=True)
        (place / PYTHON).symlink_to("/no/such/python")
    elif made_of == "a text":
        place.write_text("no interpreter")
    assert environment_at(str(place), "") is None


@pytest.mark.parametrize(
    "settings",
    [
        b"\xff\xfe\x00",
        b"home =\nversion = x\n",
        b"home = \0\ninclude-system-site-packages = true\n",
    ],
)
def test_hostile_settings_of_an_environment_are_no_error(tmp_path: Path, settings: bytes) -> None:
    make_environment(tmp_path)
    (tmp_path / "pyvenv.cfg").write_bytes(settings)
    assert environment_at(str(tmp_path), "") is not None


def test_installed_packages_are_found_also_editable_ones(tmp_path: Path) -> None:
    packages = make_environment(tmp_path / "venv")
    elsewhere = tmp_path / "elsewhere"
    for place in (packages / "regular", elsewhere / "linked"):
        place.mkdir(parents=True)
    (packages / "single.py").touch()
    (packages / "compiled.cpython-311-x86_64-linux-gnu.so").touch()
    lines = ("import os", "# a comment", "\0", "", str(elsewhere))
    (packages / "_editable.pth").write_text("\n".join(lines))
    table = "MAPPING: dict[str, str] = {'found': '/elsewhere/found', 'namespace.part': '/x'}\n"
    (packages / "__editable___project_1_0_finder.py").write_text(table)
    found = environment_at(str(tmp_path / "venv"), "")
    assert found is not None
    for name in ("regular", "linked", "single", "compiled", "found", "namespace"):
        assert has_package(found, name), name
    for name in ("os", "elsewhere", "other", "part", "__editable___project_1_0"):
        assert not has_package(found, name), name


def test_a_base_interpreter_of_another_version_is_not_the_running_one(tmp_path: Path) -> None:
    other = tmp_path / "bin" / "python3.12"
    other.parent.mkdir()
    shutil.copy2(os.path.realpath(sys.executable), other)
    found = environment_at(str(other), "")
    assert found is not None
    assert (found.version, found.prefix, found.is_running) == ("3.12", str(tmp_path), False)
